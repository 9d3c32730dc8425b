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

fn report(folder: &TempDir) -> Value {
    serde_json::from_str(&read(folder, "report.json")).expect("JSON")
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
    for file in ["report.json", "metrics.csv", "calls.csv", "report.html"] {
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

    let report = report(&all);
    let policies = report["years"][0]["policies"].as_array().expect("policies");
    assert_eq!(policies.len(), 6, "a, b, c, and a with three other planning times");
    for policy in policies {
        assert_eq!(policy["metrics"]["illegal_assignments"], 0, "{policy}");
        assert_eq!(policy["metrics"]["facts_refused"], 0, "{policy}");
        assert_eq!(policy["illegal"], Value::Array(Vec::new()));
        assert!(policy["metrics"]["visits"].as_u64().is_some_and(|visits| visits >= 8), "{policy}");
    }

    // What the world brings: call, kind, moments, time on site, money.
    let mut calls: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    let rows = read(&all, "calls.csv");
    for row in csv::Reader::from_reader(rows.as_bytes()).records() {
        let row = row.expect("a row");
        let world = (2..=8).map(|column| row[column].to_owned()).collect();
        calls.entry(row[1].to_owned()).or_default().push(world);
    }
    assert_eq!(calls.len(), 6);
    let first = calls.values().next().expect("a policy");
    assert!(first.len() > 10 && calls.values().all(|other| other == first));

    // A policy does not depend on who else was asked.
    simulated(alone.path(), &["--days", "2", "--policies", "b"]);
    let alone = read(&alone, "calls.csv");
    let ours = |text: &str| {
        text.lines().filter(|line| line.starts_with("1,insertion,")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ours(&alone), ours(&rows));
}

#[test]
fn several_seeds_say_how_sure_they_are_whatever_the_threads() {
    let (alone, beside) = (folder(), folder());
    let words = ["--days", "1", "--seed", "5", "--seeds", "3", "--policies", "a,b,c", "--threads"];
    let run = simulated(alone.path(), &[&words[..], &["1"]].concat());
    simulated(beside.path(), &[&words[..], &["3"]].concat());
    for file in ["report.json", "metrics.csv", "calls.csv", "report.html"] {
        assert_eq!(read(&alone, file), read(&beside, file), "{file}");
    }
    let last = run.stdout.lines().last().expect("a headline");
    assert!(last.ends_with("(95 % confidence, 3 seeds)") && last.contains(" ± "), "{last}");

    // The mean is that of the years, the difference that of each year, and the interval lies around them.
    let report = report(&alone);
    assert_eq!(report["seeds"], serde_json::json!([5, 6, 7]));
    let travel = |year: usize, policy: usize| {
        let metric = &report["years"][year]["policies"][policy]["metrics"]["travel_per_visit"];
        metric.as_f64().expect("a number")
    };
    let mut differences = report["differences"].as_array().expect("differences").iter();
    let difference = differences
        .find(|pair| pair["policy"] == "journeyman" && pair["less"] == "coordinator")
        .map(|pair| &pair["metrics"]["travel_per_visit"])
        .expect("c less a");
    let position = |name: &str| {
        let mut policies = report["policies"].as_array().expect("policies").iter();
        policies.position(|policy| policy["policy"] == name).expect("it was run")
    };
    let (ours, theirs) = (position("journeyman"), position("coordinator"));
    let mean = (0..3).map(|year| travel(year, ours) - travel(year, theirs)).sum::<f64>() / 3.0;
    let end = |name: &str| difference[name].as_f64().expect("three years have an interval");
    assert!((end("mean") - mean).abs() < 1e-9, "{difference}: {mean}");
    assert!(end("low") < mean && mean < end("high"), "{difference}");
}

#[test]
fn one_seed_claims_no_confidence() {
    let folder = folder();
    let run = simulated(folder.path(), &["--days", "1", "--policies", "a,c"]);
    assert!(run.stdout.trim_end().ends_with("(one seed: no interval)"), "{}", run.stdout);
    let metrics = &report(&folder)["policies"][0]["metrics"]["visits"];
    assert!(metrics["mean"].as_f64().is_some_and(|mean| mean > 0.0), "{metrics}");
    assert!(metrics["low"].is_null() && metrics["high"].is_null(), "{metrics}");
}

#[test]
fn a_server_that_is_started_again_and_messages_that_come_late_or_twice_break_nothing() {
    let (first, again, calm) = (folder(), folder(), folder());
    let words = ["--days", "4", "--seed", "2", "--policies", "b,c"];
    simulated(first.path(), &[&words[..], &["--faults"]].concat());
    simulated(again.path(), &[&words[..], &["--faults"]].concat());
    simulated(calm.path(), &words);
    for file in ["report.json", "metrics.csv", "calls.csv", "report.html"] {
        assert_eq!(read(&first, file), read(&again, file), "{file}");
    }
    let report_of = |folder| report(folder)["years"][0]["policies"].clone();
    let policies = report_of(&first);
    for policy in policies.as_array().expect("policies") {
        let count = |name: &str| policy["metrics"][name].as_u64().expect("a count");
        assert!(
            count("restarts") > 0 && count("requests_repeated") > 0 && count("facts_late") > 0,
            "{policy}"
        );
        assert_eq!(count("repeated_with_effect"), 0, "a repetition is answered as the first time: {policy}");
        assert_eq!(count("restarts_elsewhere"), 0, "the journal has the plan in force: {policy}");
        assert_eq!(count("illegal_assignments") + count("facts_refused"), 0, "{policy}");
        assert!(count("visits") > 20, "{policy}");
    }
    for policy in report_of(&calm).as_array().expect("policies") {
        assert_eq!(policy["metrics"]["restarts"], 0, "{policy}");
        assert_eq!(policy["metrics"]["facts_late"], 0, "{policy}");
    }
}

#[test]
fn every_order_goes_from_the_call_to_the_invoice_and_takes_no_illegal_step() {
    for more in [&[][..], &["--faults"]] {
        let folder = folder();
        let words = ["--days", "6", "--seed", "3", "--policies", "c"];
        simulated(folder.path(), &[&words[..], more].concat());
        let policy = report(&folder)["years"][0]["policies"][0].clone();
        assert_eq!(policy["refused_by_the_desk"], Value::Array(Vec::new()));
        let count = |name: &str| policy["metrics"][name].as_u64().expect("a count");
        assert_eq!(count("illegal_desk_steps") + count("orders_astray"), 0, "{policy}");
        assert_eq!(count("orders_not_invoiced"), 0, "{policy}");
        assert!(count("orders_completed") > 30, "{policy}");
        assert_eq!(count("orders_invoiced"), count("orders_completed"), "{policy}");
        let same_day = policy["metrics"]["invoiced_same_day_share"].as_f64().expect("a share");
        assert!(same_day > 0.9, "{policy}");
    }
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
        (&["--seeds", "0"], "--seeds"),
        (&["--seed", "18446744073709551615", "--seeds", "2"], "--seed and --seeds"),
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
