//! The benchmark verbs on a few public instances: the checkers accept the routes and recompute the same cost.
//!
//! Seconds a run and lax gaps: this shows that the verbs work. How good they are stands in docs/benchmarks.md.

use std::path::Path;

use journeyman_domain::{ShiftId, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_sim::plain_day::PlainDay;
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_tests::{Checker, data_dir, run};
use journeyman_travel::visit_jurisdictions;
use serde_json::Value;

const MEMBERS: [&str; 9] =
    ["bound", "cost", "gap", "instance", "proved_optimal", "routes", "seconds", "seed", "threads"];

/// Runs a verb and returns its one object.
fn bench(arguments: &[&str]) -> Value {
    bench_with(arguments, &MEMBERS)
}

fn bench_with(arguments: &[&str], wanted: &[&str]) -> Value {
    let run = run(arguments);
    assert_eq!(run.status, Some(0), "{arguments:?}: {}", run.stderr);
    assert_eq!(run.stdout.lines().count(), 1, "{}", run.stdout);
    let report: Value = serde_json::from_str(&run.stdout).expect("one JSON object");
    let mut members: Vec<&str> = report.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, wanted);
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

#[test]
fn a_day_says_when_its_gap_was_proved_where_that_is_asked_for() {
    let day = run(&["generate", "day", "--technicians", "3", "--visits", "10", "--seed", "2"]);
    assert_eq!(day.status, Some(0), "{}", day.stderr);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("day.json");
    std::fs::write(&file, day.stdout).expect("writable");
    let file = file.to_str().expect("a path in UTF-8");
    // Far more than it takes: the proof ends it.
    let verb = ["bench", "day", file, "--time-limit", "60s", "--threads", "2"];
    bench(&verb);
    let mut sorted = [&MEMBERS[..], &["seconds_to_gap"]].concat();
    sorted.sort_unstable();
    let report = bench_with(&[&verb[..], &["--gap", "0"]].concat(), &sorted);
    assert_eq!(report["proved_optimal"], true, "{report}");
    let (reached, all) = (report["seconds_to_gap"].as_f64(), report["seconds"].as_f64());
    assert!(reached.is_some_and(|reached| reached > 0.0) && reached <= all, "{report}");
    // Without time there is the first plan with its first bound, and that is no proof.
    let hasty = ["bench", "day", file, "--time-limit", "0s", "--gap", "0"];
    let report = bench_with(&hasty, &sorted);
    assert_eq!((report["proved_optimal"].as_bool(), report["seconds_to_gap"].is_null()), (Some(false), true));
    let refused = run(&["bench", "day", file, "--gap", "2"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("a fraction from 0 to 1"), "{}", refused.stderr);
}

#[test]
fn a_plain_days_routes_are_feasible_at_the_cost_that_is_said() {
    let Some(checker) = Checker::of_plain_days() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut left_out = 0;
    // Too little time on the second for all of its work.
    for (technicians, visits, seed) in [("6", "30", "1"), ("2", "24", "2")] {
        let size = ["--technicians", technicians, "--visits", visits, "--seed", seed];
        let day = run(&[&["generate", "plain-day"][..], &size].concat());
        assert_eq!(day.status, Some(0), "{}", day.stderr);
        let file = folder.path().join(format!("{seed}.json"));
        std::fs::write(&file, day.stdout).expect("writable");
        let report = bench(&["bench", "plain-day", file.to_str().expect("UTF-8"), "--time-limit", "1s"]);
        assert_eq!(report["instance"], format!("{technicians}x{visits}-{seed}"));
        let verdict = check(&checker, &file, &report, &[]);
        assert_eq!((&verdict["feasible"], &verdict["violations"]), (&true.into(), &Value::Array(Vec::new())));
        assert_eq!(verdict["cost"].as_f64(), report["cost"].as_f64(), "{verdict} {report}");
        left_out += verdict["unserved"].as_array().expect("a list").len();
    }
    assert!(left_out > 0, "some visit is left out");
}

#[test]
fn what_is_no_plain_day_is_refused_by_the_member_at_fault() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("day.json");
    let day = run(&["generate", "plain-day", "--technicians", "1", "--visits", "2"]);
    let late = day.stdout.replacen("\"shift\":[28800,61200]", "\"shift\":[28800,7]", 1);
    std::fs::write(&file, late).expect("writable");
    let refused = run(&["bench", "plain-day", file.to_str().expect("UTF-8")]);
    assert_eq!(refused.status, Some(2));
    let wanted = "day.json: technicians[0].shift: ends at 7 before it begins at 28800";
    assert!(refused.stderr.contains(wanted), "{}", refused.stderr);
    let refused = run(&["generate", "plain-day", "--technicians", "1", "--visits", "3000"]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("3001 people and visits; at most 3000"), "{}", refused.stderr);
}

#[test]
fn the_checker_of_plain_days_passes_its_own_tests() {
    let Some(checker) = Checker::of_plain_days() else { return };
    checker.pass_tests("test_check");
}

#[test]
fn skills_of_a_plain_day_allow_whom_the_reference_days_law_allows() {
    let (technicians, visits) = (20, 100);
    for seed in 1..4 {
        let mut law = reference_day(technicians, visits, seed, Town::StGeorge).expect("small").problem;
        // A plain day has neither overtime nor breaks; what that leaves no time for is no matter of law.
        for shift in &mut law.shifts {
            shift.window.end = shift.soft_end;
            shift.breaks.clear();
        }
        let law_table = Eligibility::build(&law, &visit_jurisdictions(&law));
        let plain = PlainDay::drawn(technicians, visits, seed, Town::StGeorge).expect("small").problem();
        let plain_table = Eligibility::build(&plain, &vec![None; visits]);
        let mut allowed = 0;
        for (shift, visit) in (0..technicians).flat_map(|k| (0..visits).map(move |v| (k, v))) {
            let (shift, visit) = (ShiftId::new(shift), VisitId::new(visit));
            assert_eq!(
                plain_table.allows(shift, visit),
                law_table.allows(shift, visit),
                "{shift:?} {visit:?}"
            );
            allowed += usize::from(law_table.allows(shift, visit));
        }
        assert!((1..technicians * visits).contains(&allowed), "{allowed}");
    }
}
