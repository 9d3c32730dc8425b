//! Who may use which outside crate. A crate that is not named here may be used anywhere.
//! Keeps the C++ solver, the wire format, the runtime and the rest at one border each.

use crate::tidy::Violation;
use crate::workspace::{Kind, Package};

/// A family of outside crates and the packages that may use them.
struct Confinement {
    crates: &'static [&'static str],
    /// Packages that may name them in any section.
    users: &'static [&'static str],
    /// Whether every package may name them under `dev-dependencies`.
    free_in_tests: bool,
    reason: &'static str,
}

const CONFINEMENTS: &[Confinement] = &[
    Confinement {
        crates: &["tonic", "tonic-health", "tonic-reflection", "tonic-types"],
        users: &["api", "journeyman", "examples", "tests", "benches"],
        free_in_tests: false,
        reason: "gRPC ends in api; the binary, examples and tests only open the transport",
    },
    Confinement {
        crates: &["prost", "prost-types"],
        users: &["api", "tests"],
        free_in_tests: false,
        reason: "wire types become domain types in api; tests damage encoded messages",
    },
    Confinement {
        crates: &[
            "tonic-prost",
            "tonic-prost-build",
            "prost-build",
            "protox",
            "pbjson",
            "pbjson-build",
            "pbjson-types",
        ],
        users: &["api"],
        free_in_tests: false,
        reason: "code is generated from the contract in one place",
    },
    Confinement {
        crates: &["good_lp", "highs", "highs-sys"],
        users: &["milp"],
        free_in_tests: false,
        reason: "one room for the C++ solver and for distrust of its statuses",
    },
    Confinement {
        crates: &["rstar", "geo", "geo-types", "geographiclib-rs"],
        users: &["travel"],
        free_in_tests: false,
        reason: "where places lie is travel's to know; others ask for seconds and metres",
    },
    Confinement {
        crates: &["osmpbf", "quick-xml", "bytemuck"],
        users: &["travel"],
        free_in_tests: false,
        reason: "maps and road files are read and written where roads are known",
    },
    Confinement {
        crates: &["plotters"],
        users: &["sim"],
        free_in_tests: false,
        reason: "charts are part of a simulated year's report; nothing that plans draws",
    },
    Confinement {
        crates: &["hdrhistogram"],
        users: &["journeyman"],
        free_in_tests: false,
        reason: "latencies are gathered by who waits for a server's answers",
    },
    Confinement {
        crates: &["crc32fast"],
        users: &["store", "travel"],
        free_in_tests: false,
        reason: "who writes files that must be found broken when they are: road files and journals",
    },
    Confinement {
        crates: &["jiff"],
        users: &[
            "api",
            "board",
            "desk",
            "domain",
            "eligibility",
            "examples",
            "journeyman",
            "plan",
            "sim",
            "store",
        ],
        free_in_tests: true,
        reason: "days and local hours are law's, customers' and the borders'; what computes counts seconds",
    },
    Confinement {
        crates: &["geojson"],
        users: &["journeyman", "travel"],
        free_in_tests: false,
        reason: "an output format of the command line, and zones as input of travel",
    },
    Confinement {
        crates: &["sqlx", "rusqlite", "tokio-postgres"],
        users: &["store"],
        free_in_tests: false,
        reason: "one room knows that there is a database",
    },
    Confinement {
        crates: &["tokio", "tokio-stream", "tokio-util", "futures", "futures-util"],
        users: &["api", "benches", "board", "examples", "journeyman", "sim", "store", "tests"],
        free_in_tests: false,
        reason: "what computes is plain code on plain threads; only what waits is async",
    },
    Confinement {
        crates: &["hyper", "hyper-util", "axum", "reqwest", "ureq", "http-body-util"],
        users: &["api", "board", "journeyman", "tests"],
        free_in_tests: false,
        reason: "HTTP is spoken by the outbox, to permit offices, by the metrics page and services of roads only",
    },
    Confinement {
        crates: &["serde", "serde_json", "serde_path_to_error"],
        users: &[
            "api",
            "benches",
            "board",
            "examples",
            "journeyman",
            "rulebook",
            "sim",
            "store",
            "testkit",
            "tests",
            "xtask",
        ],
        free_in_tests: false,
        reason: "types of the core have no wire or file form; the borders own theirs",
    },
    Confinement {
        crates: &["toml"],
        users: &["journeyman", "rulebook", "xtask"],
        free_in_tests: false,
        reason: "the rule book and the configuration are the only TOML",
    },
    Confinement {
        crates: &["csv", "flate2"],
        users: &["sim", "journeyman"],
        free_in_tests: true,
        reason: "tables of others are read by importers, at the edge, and by tests on public data",
    },
    Confinement {
        crates: &["rust-stemmers", "strsim", "unicode-segmentation"],
        users: &["rulebook"],
        free_in_tests: false,
        reason: "plain words are understood in one place: by the rule book's catalogue",
    },
    Confinement {
        crates: &["clap", "comfy-table", "humantime", "indicatif", "tracing-subscriber"],
        users: &["journeyman", "xtask", "benches", "examples", "tests"],
        free_in_tests: false,
        reason: "library crates never print and never read a command line",
    },
    Confinement {
        crates: &["anyhow"],
        users: &["journeyman", "xtask", "benches", "examples", "tests"],
        free_in_tests: false,
        reason: "at a crate border an error is a type with variants",
    },
    Confinement {
        crates: &["rand", "rand_pcg", "rand_distr"],
        users: &["search", "milp", "engine", "sim", "testkit", "benches", "examples", "tests"],
        free_in_tests: true,
        reason: "chance is for searching and for generating; it is passed in, seeded",
    },
    Confinement {
        crates: &["proptest", "insta", "tempfile", "criterion"],
        users: &["testkit", "benches", "examples", "tests"],
        free_in_tests: true,
        reason: "test tools do not ship",
    },
];

/// Compares the declared outside dependencies with the list.
pub(crate) fn check(packages: &[Package]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages {
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.internal) {
            let name = dependency.name.as_str();
            let Some(rule) = CONFINEMENTS.iter().find(|rule| rule.crates.contains(&name)) else { continue };
            let allowed = rule.users.contains(&package.name.as_str())
                || (rule.free_in_tests && dependency.kind == Kind::Dev);
            if !allowed {
                violations.push(format!(
                    "{}/Cargo.toml: `{name}` under [{}] is confined to {}: {}",
                    package.directory,
                    dependency.kind.section(),
                    rule.users.join(", "),
                    rule.reason,
                ));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edges;
    use crate::workspace::example::package;

    #[test]
    fn confined_crate_elsewhere_is_refused_with_its_reason() {
        let found = check(&[package("search", Kind::Normal, &[], &["highs", "smallvec"])]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`highs`"), "{}", found[0]);
        assert!(found[0].contains("confined to milp"), "{}", found[0]);
    }

    #[test]
    fn confinement_holds_for_tests_and_build_scripts() {
        assert_eq!(check(&[package("engine", Kind::Dev, &[], &["tonic"])]).len(), 1);
        assert_eq!(check(&[package("engine", Kind::Build, &[], &["protox"])]).len(), 1);
    }

    #[test]
    fn test_tools_are_free_in_tests_only() {
        assert_eq!(check(&[package("route", Kind::Dev, &[], &["proptest"])]), Vec::<String>::new());
        assert_eq!(check(&[package("route", Kind::Normal, &[], &["proptest"])]).len(), 1);
    }

    #[test]
    fn core_crates_have_no_serde() {
        for name in ["domain", "eligibility", "travel", "route", "search", "milp", "plan", "checker", "desk"]
        {
            assert_eq!(check(&[package(name, Kind::Normal, &[], &["serde"])]).len(), 1, "{name}");
        }
    }

    #[test]
    fn every_user_is_a_package_of_the_table() {
        for rule in CONFINEMENTS {
            for user in rule.users {
                assert!(edges::RULES.iter().any(|edge| edge.package == *user), "{user}");
            }
        }
    }
}
