//! ARCHITECTURE.md must follow the workspace: a heading for each package, none for a package that
//! is gone, and the table of allowed edges as it is enforced.

use std::collections::BTreeSet;

use crate::edges;
use crate::tidy::Violation;
use crate::workspace::Package;

/// A package's entry in the map is a heading that holds its directory in code quotes.
const HEADING: &str = "### `";

/// Compares the page with the packages and with the table.
pub(crate) fn check(page: &str, packages: &[Package]) -> Vec<Violation> {
    let mapped: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix(HEADING))
        .filter_map(|rest| rest.split('`').next())
        .collect();
    let existing: BTreeSet<&str> = packages.iter().map(|package| package.directory.as_str()).collect();
    let mut violations = Vec::new();
    for missing in existing.difference(&mapped) {
        violations.push(format!("ARCHITECTURE.md: the crate map lacks a heading {HEADING}{missing}`"));
    }
    for gone in mapped.difference(&existing) {
        violations.push(format!("ARCHITECTURE.md: the crate map has `{gone}`, the workspace has not"));
    }
    if !page.contains(&edges::markdown()) {
        violations.push(
            "ARCHITECTURE.md: its table of allowed edges is not the enforced one: cargo run -p xtask -- edges"
                .to_owned(),
        );
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Kind;
    use crate::workspace::example::package;

    fn packages() -> Vec<Package> {
        ["domain", "route"].map(|name| package(name, Kind::Normal, &[], &[])).into()
    }

    fn page(headings: &str) -> String {
        format!("# Architecture\n{headings}\n{}", edges::markdown())
    }

    #[test]
    fn map_that_lists_every_package_passes() {
        let page = page("### `crates/domain`: nouns\n### `crates/route`\n");
        assert_eq!(check(&page, &packages()), Vec::<String>::new());
    }

    #[test]
    fn missing_and_departed_packages_are_named() {
        let found = check(&page("### `crates/domain`\n### `crates/ghost`\n"), &packages());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("lacks a heading ### `crates/route`"), "{}", found[0]);
        assert!(found[1].contains("`crates/ghost`"), "{}", found[1]);
    }

    #[test]
    fn table_that_differs_from_the_enforced_one_is_refused() {
        let found = check("### `crates/domain`\n### `crates/route`\n", &packages());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("table of allowed edges"), "{}", found[0]);
    }
}
