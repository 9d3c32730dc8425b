//! Each package's Cargo.toml takes its lints and the versions of its dependencies from the root, so
//! that there is one place to look for either.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sources::Text;
use crate::tidy::Violation;

#[derive(Deserialize)]
struct Manifest {
    package: Option<toml::Table>,
    #[serde(default)]
    lints: BTreeMap<String, toml::Value>,
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
    #[serde(default, rename = "dev-dependencies")]
    dev_dependencies: BTreeMap<String, toml::Value>,
    #[serde(default, rename = "build-dependencies")]
    build_dependencies: BTreeMap<String, toml::Value>,
}

/// Checks one text, if it is the Cargo.toml of a package.
pub(crate) fn check(text: &Text) -> Vec<Violation> {
    if !text.path.ends_with("Cargo.toml") {
        return Vec::new();
    }
    let manifest: Manifest = match toml::from_str(&text.content) {
        Ok(manifest) => manifest,
        Err(error) => return vec![format!("{}: does not parse: {error}", text.path)],
    };
    if manifest.package.is_none() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    if manifest.lints.get("workspace") != Some(&toml::Value::Boolean(true)) {
        violations.push(format!("{}: lacks [lints] workspace = true", text.path));
    }
    let sections = [manifest.dependencies, manifest.dev_dependencies, manifest.build_dependencies];
    for (name, value) in sections.into_iter().flatten() {
        if value.get("workspace") != Some(&toml::Value::Boolean(true)) {
            violations.push(format!(
                "{}: `{name}` states its own version: list it once under [workspace.dependencies]",
                text.path
            ));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::example::text;

    fn found(manifest: &str) -> Vec<Violation> {
        check(&text("crates/plan/Cargo.toml", manifest))
    }

    #[test]
    fn package_that_inherits_lints_and_versions_passes() {
        let manifest = "[package]\nname = 'p'\n[lints]\nworkspace = true\n[dependencies]\na.workspace = true\n\
                        b = { workspace = true, features = ['c'] }\n";
        assert_eq!(found(manifest), Vec::<String>::new());
    }

    #[test]
    fn package_without_the_lints_of_the_workspace_is_refused() {
        assert!(found("[package]\nname = 'p'\n")[0].contains("[lints]"));
    }

    #[test]
    fn version_of_its_own_is_refused_in_every_section() {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let manifest =
                format!("[package]\nname = 'p'\n[lints]\nworkspace = true\n[{section}]\nserde = '1'\n");
            let violations = found(&manifest);
            assert_eq!(violations.len(), 1, "{violations:?}");
            assert!(violations[0].contains("`serde`"), "{}", violations[0]);
        }
    }

    #[test]
    fn root_is_no_package() {
        assert_eq!(found("[workspace]\nmembers = []\n"), Vec::<String>::new());
    }
}
