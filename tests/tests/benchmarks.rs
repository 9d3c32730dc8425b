//! The benchmark verbs on a few public instances: the checkers accept the routes and recompute the same cost.
//!
//! Seconds a run and lax gaps: this shows that the verbs work. How good they are stands in docs/benchmarks.md.

use std::path::Path;

use journeyman_tests::{Checker, data_dir, run};
use serde_json::Value;

const MEMBERS: [&str; 9] =
    ["bound", "cost", "gap", "instance", "proved_optimal", "routes", "seconds", "seed", "threads"];

/// Runs a verb and returns its one object.
fn bench(arguments: &[&str]) -> Value {
    let run = run(arguments);
    assert_eq!(run.status, Some(0), "{arguments:?}: {}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    let mut members: Vec<&str> = report.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, MEMBERS);
    let number = |member: &str| report[member].as_f64().unwrap_or_else(|| panic!("{member} is a number"));
    assert!(number("bound") <= number("cost") + 1e-6, "{report}");
    assert!((0.0..=1.0).contains(&number("gap")), "{report}");
    report
}

/// Asks the checker about the routes of a report.
fn check(checker: &Checker, instance: &Path, report: &Value, more: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let solution = folder.path().join("solution.json");
    std::fs::write(&solution, report.to_string()).expect("writable");
    checker.report(instance, &solution, more)
}

fn assert_close(a: &Value, b: &Value) {
    let (a, b) = (a.as_f64().expect("a number"), b.as_f64().expect("a number"));
    assert!((a - b).abs() < 1e-4, "{a} is not {b}");
}

#[test]
fn vrptw_routes_are_feasible_at_the_cost_that_is_said() {
    let Some(data) = data_dir() else { return };
    let Some(checker) = Checker::find(&data, "vrptw_check.py") else { return };
    for (name, customers, convention) in [
        ("R101", "25", "trunc1"),
        ("C205", "50", "double"),
        ("RC203", "100", "trunc1"),
        ("R109", "100", "double"),
    ] {
        let instance = data.join(format!("solomon/instances/{name}.txt"));
        let file = instance.to_str().expect("a path in UTF-8");
        let more = ["--customers", customers, "--convention", convention];
        let report = bench(&[&["bench", "vrptw", file, "--time-limit", "1s"][..], &more[..]].concat());
        assert_eq!(report["instance"], name);
        let verdict = check(&checker, &instance, &report, &more);
        assert_eq!(verdict[convention]["feasible"], true, "{verdict}");
        assert_close(&verdict[convention]["cost"], &report["cost"]);
    }
}

#[test]
fn trsp_routes_are_feasible_at_the_working_time_that_is_said() {
    let Some(data) = data_dir() else { return };
    let Some(checker) = Checker::find(&data, "trsp_check.py") else { return };
    for name in ["C101", "R105", "RC203"] {
        let instance = data.join(format!("pillac_trsp/crew25/{name}.100_25-5-5-5.txt"));
        let file = instance.to_str().expect("a path in UTF-8");
        let report = bench(&["bench", "trsp", file, "--time-limit", "2s", "--threads", "2", "--seed", "3"]);
        let verdict = check(&checker, &instance, &report, &[]);
        assert_eq!(verdict["feasible"], true, "{verdict}");
        assert_close(&verdict["working_time"], &report["cost"]);
        assert_eq!((&report["threads"], &report["seed"]), (&Value::from(2), &Value::from(3)));
    }
}
