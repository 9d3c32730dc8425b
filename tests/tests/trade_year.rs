//! `journeyman simulate`: one seed is one history, every policy hears of the same calls, nothing illegal is done.

use std::collections::BTreeMap;
use std::path::Path;

use journeyman_tests::{Run, run};
use serde_json::Value;
use tempfile::TempDir;

fn simulated(out: &Path, more: &[&str]) -> Run {
    let out = out.to_str().expect("a path in UTF-8");
    let small = ["simulate", "--quiet", "--technicians", "3", "--iterations-morning", "200", "--out", out];
    let run = run(&[&small[..], &["--iterations-event", "40"], more].concat());
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    run
}

fn read(folder: &TempDir, file: &str) -> String {
    std::fs::read_to_string(folder.path().join(file)).expect("the report is there")
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn one_seed_replays_one_year_to_the_byte_and_another_is_another_year() {
    let (first, again, other) = (folder(), folder(), folder());
    simulated(first.path(), &["--days", "2", "--seed", "3"]);
    simulated(again.path(), &["--days", "2", "--seed", "3"]);
    simulated(other.path(), &["--days", "2", "--seed", "4"]);
    for file in ["report.json", "calls.csv", "report.html"] {
        assert_eq!(read(&first, file), read(&again, file), "{file}");
        assert_ne!(read(&first, file), read(&other, file), "{file}");
    }
}

#[test]
fn every_policy_sees_the_same_calls_and_nobody_does_anything_illegal() {
    let (all, alone) = (folder(), folder());
    let run = simulated(all.path(), &["--days", "2", "--policies", "c,b,a"]);
    let last = run.stdout.lines().last().expect("a headline");
    assert!(last.starts_with("call to dispatched, median: journeyman "), "{last}");

    let report: Value = serde_json::from_str(&read(&all, "report.json")).expect("JSON");
    let policies = report["policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 6, "a, b, c, and a with three other planning times");
    for policy in policies {
        assert_eq!(policy["metrics"]["illegal_assignments"], 0, "{policy}");
        assert_eq!(policy["illegal"], Value::Array(Vec::new()));
        assert!(policy["metrics"]["visits"].as_u64().is_some_and(|visits| visits >= 8), "{policy}");
    }

    // What the world brings: call, kind, moments, time on site, money.
    let mut calls: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let rows = read(&all, "calls.csv");
    for row in csv::Reader::from_reader(rows.as_bytes()).records() {
        let row = row.expect("a row");
        let world = (1..=7).map(|column| row[column].to_owned()).collect();
        calls.entry(row[0].to_owned()).or_default().push(world);
    }
    assert_eq!(calls.len(), 6);
    let first = calls.values().next().expect("a policy");
    assert!(first.len() > 10 && calls.values().all(|other| other == first));

    // A policy does not depend on who else was asked.
    simulated(alone.path(), &["--days", "2", "--policies", "b"]);
    let alone = read(&alone, "calls.csv");
    let ours = |text: &str| {
        text.lines().filter(|line| line.starts_with("insertion,")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ours(&alone), ours(&rows));
}

#[test]
fn the_page_is_one_file_with_its_charts() {
    let folder = folder();
    simulated(folder.path(), &["--days", "1", "--policies", "a,b"]);
    let page = read(&folder, "report.html");
    assert_eq!(page.matches("<svg").count(), 5);
    assert!(!page.contains("<script") && !page.contains("href="), "nothing is fetched");
}

#[test]
fn words_that_mean_nothing_are_refused_by_name() {
    let folder = folder();
    let out = folder.path().to_str().expect("a path in UTF-8");
    for (words, said) in [
        (
            &["--policies", "a,z"][..],
            "no policy named \"z\"; known: a (coordinator), b (insertion), c (journeyman)",
        ),
        (&["--days", "0"], "--days"),
        (&["--technicians", "100000"], "--technicians"),
        (&["--place", "moab"], "known: st-george"),
        (&["--permits", "/nowhere/permits.csv"], "/nowhere/permits.csv"),
    ] {
        let run = run(&[&["simulate", "--out", out][..], words].concat());
        assert_eq!(run.status, Some(2), "{words:?}: {}", run.stderr);
        assert!(run.stderr.contains(said), "{words:?}: {}", run.stderr);
    }
    let without_out = run(&["simulate", "--days", "1"]);
    assert_eq!(without_out.status, Some(2));
    assert!(without_out.stderr.contains("--out"), "{}", without_out.stderr);
}
