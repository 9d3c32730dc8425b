//! The packages of the workspace and what each depends on, as `cargo metadata` tells them,
//! reduced to what the rules look at.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand};

/// Prefix that our package names carry and their directories do not.
const PREFIX: &str = "journeyman-";

/// The whole workspace.
pub(crate) struct Workspace {
    /// The directory that holds the root Cargo.toml.
    pub(crate) root: PathBuf,
    /// Its members, sorted by name.
    pub(crate) packages: Vec<Package>,
}

/// One member of the workspace.
pub(crate) struct Package {
    /// The package name without the project's prefix: `domain`, `journeyman`, `xtask`.
    pub(crate) name: String,
    /// Its directory below the root: `crates/domain`.
    pub(crate) directory: String,
    /// Every dependency it declares.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One declared dependency.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dependency {
    /// For members of the workspace the name as in [`Package::name`], else the crate's own name.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// True when it is a member of this workspace.
    pub(crate) internal: bool,
}

/// Which section of Cargo.toml declares a dependency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Normal,
    Dev,
    Build,
}

impl Kind {
    /// The section's name in Cargo.toml.
    pub(crate) fn section(self) -> &'static str {
        match self {
            Self::Normal => "dependencies",
            Self::Dev => "dev-dependencies",
            Self::Build => "build-dependencies",
        }
    }
}

impl Workspace {
    /// Asks cargo about the workspace around the current directory.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let members: BTreeSet<String> =
            metadata.packages.iter().map(|package| package.name.to_string()).collect();
        let mut packages = Vec::new();
        for package in &metadata.packages {
            let directory = package
                .manifest_path
                .parent()
                .and_then(|folder| folder.strip_prefix(&metadata.workspace_root).ok())
                .with_context(|| format!("{} lies outside of the workspace", package.name))?;
            let mut dependencies = package
                .dependencies
                .iter()
                .map(|dependency| {
                    let internal = members.contains(&dependency.name);
                    Ok(Dependency {
                        name: if internal { short_name(&dependency.name) } else { dependency.name.clone() },
                        kind: match dependency.kind {
                            DependencyKind::Normal => Kind::Normal,
                            DependencyKind::Development => Kind::Dev,
                            DependencyKind::Build => Kind::Build,
                            other => anyhow::bail!("{}: dependency of kind {other}", dependency.name),
                        },
                        internal,
                    })
                })
                .collect::<Result<Vec<_>>>()?;
            dependencies.sort();
            packages.push(Package {
                name: short_name(&package.name),
                directory: directory.to_string(),
                dependencies,
            });
        }
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { root, packages })
    }
}

fn short_name(name: &str) -> String {
    name.strip_prefix(PREFIX).unwrap_or(name).to_owned()
}

#[cfg(test)]
pub(crate) mod example {
    //! Small packages for the rules' tests.

    use super::{Dependency, Kind, Package};

    /// A package below `crates/` with internal and external dependencies, all of one kind.
    pub(crate) fn package(name: &str, kind: Kind, internal: &[&str], external: &[&str]) -> Package {
        let dependency = |name: &&str, internal| Dependency { name: (*name).to_owned(), kind, internal };
        let dependencies = internal
            .iter()
            .map(|name| dependency(name, true))
            .chain(external.iter().map(|name| dependency(name, false)))
            .collect();
        Package { name: name.to_owned(), directory: format!("crates/{name}"), dependencies }
    }
}
