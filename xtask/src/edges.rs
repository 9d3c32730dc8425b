//! Which of our packages may depend on which. The table below is the rule; ARCHITECTURE.md shows
//! the same table and `crate_map` compares the two. A new edge is a change to be argued for.

use std::fmt::Write as _;

use crate::tidy::Violation;
use crate::workspace::{Dependency, Kind, Package};

/// One line of the table.
pub(crate) struct Rule {
    /// The package, without the project's prefix.
    pub(crate) package: &'static str,
    /// What it may name under `dependencies`.
    pub(crate) may: &'static [&'static str],
    /// What it may name under `dev-dependencies` besides; `testkit` is allowed to all.
    pub(crate) may_in_tests: &'static [&'static str],
    /// Why the line is as it is.
    pub(crate) reason: &'static str,
}

const TESTKIT: &str = "testkit";

/// Every library crate of the product, in the order of the flow: what the composition root and the
/// packages around the product may use.
const PRODUCT: &[&str] = &[
    "domain",
    "eligibility",
    "travel",
    "route",
    "search",
    "milp",
    "plan",
    "checker",
    "engine",
    "rulebook",
    "desk",
    "store",
    "board",
    "api",
    "sim",
];

/// The table, in the order of the flow.
pub(crate) const RULES: &[Rule] = &[
    Rule { package: "domain", may: &[], may_in_tests: &[], reason: "outlives every wire format and solver" },
    Rule {
        package: "eligibility",
        may: &["domain"],
        may_in_tests: &[],
        reason: "the cheapest cut comes first; it is told jurisdictions by id, travel finds them",
    },
    Rule {
        package: "travel",
        may: &["domain"],
        may_in_tests: &[],
        reason: "the only place that knows where places lie",
    },
    Rule {
        package: "route",
        may: &["domain", "travel"],
        may_in_tests: &[],
        reason: "one timing arithmetic, so columns and moves can't disagree",
    },
    Rule {
        package: "search",
        may: &["domain", "eligibility", "travel", "route"],
        may_in_tests: &["checker"],
        reason: "builds and tests in seconds, without the C++ solver",
    },
    Rule {
        package: "milp",
        may: &["domain", "eligibility", "travel", "route"],
        may_in_tests: &["checker", "search"],
        reason: "the only place with the C++ solver; columns reach it as values",
    },
    Rule {
        package: "plan",
        may: &["domain", "eligibility", "travel", "route"],
        may_in_tests: &[],
        reason: "what is promised differs from what the search holds",
    },
    Rule {
        package: "checker",
        may: &["domain", "travel"],
        may_in_tests: &[],
        reason: "shares no arithmetic with route, search and milp: a second opinion",
    },
    Rule {
        package: "engine",
        may: &["domain", "eligibility", "travel", "route", "search", "milp", "plan", "checker"],
        may_in_tests: &[],
        reason: "the only place that knows that two methods exist",
    },
    Rule {
        package: "rulebook",
        may: &["domain"],
        may_in_tests: &[],
        reason: "what law and company ask, as checked data; says what a call means and moves nothing",
    },
    Rule {
        package: "desk",
        may: &["domain", "eligibility", "rulebook"],
        may_in_tests: &[],
        reason: "a pure state machine: no I/O, no clock, no threads, no solver",
    },
    Rule {
        package: "store",
        may: &[],
        may_in_tests: &[],
        reason: "keeps envelopes and knows nothing of what is in them",
    },
    Rule {
        package: "board",
        may: &["domain", "engine", "rulebook", "desk", "store"],
        may_in_tests: &[],
        reason: "the single writer brings engine, desk and store together",
    },
    Rule {
        package: "api",
        may: &["domain", "plan", "engine", "rulebook", "desk", "board", "store"],
        may_in_tests: &[],
        reason: "the wire format ends here, also that of journals (decision 0014); sentences of a plan are plan's (decision 0006)",
    },
    Rule {
        package: "sim",
        may: &["domain", "travel", "checker", "engine", "rulebook", "desk", "store", "board"],
        may_in_tests: &[],
        reason: "plays the world around the product",
    },
    Rule { package: "journeyman", may: PRODUCT, may_in_tests: &[], reason: "composition root, no logic" },
    Rule {
        package: TESTKIT,
        may: &["domain", "eligibility", "travel", "checker"],
        may_in_tests: &[],
        reason: "a dev-dependency only; its brute force is judged by the checker, not by what it tests",
    },
    Rule {
        package: "benches",
        may: PRODUCT,
        may_in_tests: &[],
        reason: "measures every room by its public names",
    },
    Rule {
        package: "examples",
        may: &["domain", "travel", "plan", "engine", "api", "sim"],
        may_in_tests: &[],
        reason: "shows what a user calls: the engine as a library, the service as a client",
    },
    Rule {
        package: "tests",
        may: PRODUCT,
        may_in_tests: &["journeyman"],
        reason: "judges the whole house from outside",
    },
    Rule { package: "xtask", may: &[], may_in_tests: &[], reason: "reads the sources, not the product" },
];

/// Compares the declared dependencies between our packages with the table.
pub(crate) fn check(packages: &[Package]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in packages {
        let Some(rule) = RULES.iter().find(|rule| rule.package == package.name) else {
            violations.push(format!(
                "{}: package `{}` has no line in the table of allowed edges (xtask/src/edges.rs)",
                package.directory, package.name
            ));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.internal) {
            if !allows(rule, dependency) {
                violations.push(format!(
                    "{}/Cargo.toml: edge {} -> {} under [{}] is not allowed; `{}` may use {}: {}",
                    package.directory,
                    package.name,
                    dependency.name,
                    dependency.kind.section(),
                    package.name,
                    list(rule),
                    rule.reason,
                ));
            }
        }
    }
    violations
}

fn allows(rule: &Rule, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    match dependency.kind {
        Kind::Normal => rule.may.contains(&name),
        Kind::Dev => name == TESTKIT || rule.may.contains(&name) || rule.may_in_tests.contains(&name),
        Kind::Build => false,
    }
}

/// The table as ARCHITECTURE.md shows it.
pub(crate) fn markdown() -> String {
    let mut table = String::from("| crate | may depend on | reason |\n|---|---|---|\n");
    for rule in RULES {
        writeln!(table, "| {} | {} | {} |", rule.package, list(rule), rule.reason)
            .expect("writing to a String cannot fail");
    }
    table
}

/// The allowed names for people; the long list of all product crates is told in words.
fn list(rule: &Rule) -> String {
    let normal = match rule.may {
        [] => "no other".to_owned(),
        all if all == PRODUCT => "every library crate above".to_owned(),
        some => some.join(", "),
    };
    match rule.may_in_tests {
        [] => normal,
        extra => format!("{normal}; in tests {}", extra.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::example::package;

    #[test]
    fn edge_that_is_not_in_the_table_is_named_with_its_reason() {
        let found = check(&[package("checker", Kind::Normal, &["domain", "route"], &[])]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("checker -> route"), "{}", found[0]);
        assert!(found[0].contains("second opinion"), "{}", found[0]);
    }

    #[test]
    fn testkit_is_for_tests_only() {
        assert_eq!(check(&[package("plan", Kind::Dev, &[TESTKIT], &[])]), Vec::<String>::new());
        assert_eq!(check(&[package("plan", Kind::Normal, &[TESTKIT], &[])]).len(), 1);
    }

    #[test]
    fn dev_edges_must_be_listed_too() {
        assert_eq!(check(&[package("search", Kind::Dev, &["checker"], &[])]), Vec::<String>::new());
        assert_eq!(check(&[package("search", Kind::Dev, &["milp"], &[])]).len(), 1);
    }

    #[test]
    fn build_scripts_use_none_of_our_crates() {
        assert_eq!(check(&[package("engine", Kind::Build, &["domain"], &[])]).len(), 1);
    }

    #[test]
    fn package_without_a_line_is_refused() {
        assert!(check(&[package("billing", Kind::Normal, &[], &[])])[0].contains("billing"));
    }

    #[test]
    fn table_has_no_cycle() {
        // In the order of the table each crate uses only crates above it, the C++-free ones first.
        let position = |name: &str| RULES.iter().position(|rule| rule.package == name);
        for (index, rule) in RULES.iter().enumerate() {
            for name in rule.may {
                let used = position(name).expect("every name in the table has a line of its own");
                assert!(used < index, "{} -> {name} points down the flow", rule.package);
            }
        }
    }
}
