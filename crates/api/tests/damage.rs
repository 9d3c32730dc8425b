//! Randomly damaged day files, as JSON and as binary: an error that names a field, or a checked plan, never a panic.

mod day;

use std::panic::catch_unwind;

use journeyman_api::json::{JsonError, from_json, to_json};
use journeyman_api::{
    AcceptedExplain, Limits, accept_evaluation, accept_explain, accept_problem, accept_solve, wire,
    write_evaluation, write_explanation, write_plan,
};
use journeyman_domain::Problem;
use journeyman_engine::{Control, EngineError, SolveOptions, evaluate, explain, solve};
use journeyman_testkit::{assert_valid, cases};
use prost::Message as _;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use serde_json::{Value, json};

/// What became of the damaged days.
#[derive(Default)]
struct Tally {
    unreadable: usize,
    refused: usize,
    accepted: usize,
}

impl Tally {
    /// Damage that is never noticed, or always, tests nothing.
    fn assert_mixed(&self) {
        let Self { unreadable, refused, accepted } = self;
        assert!(*unreadable > 0 && *refused > 0 && *accepted > 0, "{unreadable}, {refused}, {accepted}");
    }
}

/// Runs `case` for every seed; a panic is reported with its seed.
fn for_seeds(default: usize, case: impl Fn(&mut Pcg64Mcg) -> Outcome + std::panic::RefUnwindSafe) -> Tally {
    let mut tally = Tally::default();
    for seed in 0..cases(default) as u64 {
        let outcome = catch_unwind(|| case(&mut Pcg64Mcg::seed_from_u64(seed)));
        match outcome.unwrap_or_else(|_| panic!("panicked with seed {seed}")) {
            Outcome::Unreadable => tally.unreadable += 1,
            Outcome::Refused => tally.refused += 1,
            Outcome::Accepted => tally.accepted += 1,
        }
    }
    tally
}

enum Outcome {
    Unreadable,
    Refused,
    Accepted,
}

fn judge(request: &wire::SolveRequest) -> Outcome {
    match accept_solve(request, &Limits::default()) {
        Ok(accepted) => {
            assert_valid(&accepted.problem);
            solve_briefly(&accepted.problem);
            Outcome::Accepted
        }
        Err(invalid) => {
            assert!(!invalid.violations.is_empty());
            assert!(invalid.violations.iter().all(|v| !v.field.is_empty() && !v.text.is_empty()));
            Outcome::Refused
        }
    }
}

/// What is accepted gives a checked plan, or an error that names what cannot be.
fn solve_briefly(problem: &Problem) {
    let options =
        SolveOptions { time_limit: None, iterations_max: Some(2), threads: 1, ..SolveOptions::default() };
    match solve(problem, &options, &Control::default(), false, &mut |_| {}) {
        Ok(answer) => {
            let served: usize = answer.plan.routes.iter().map(|route| route.stops.len()).sum();
            assert!(
                served + answer.plan.unassigned.len() >= problem.visits.len(),
                "every visit is somewhere"
            );
        }
        Err(EngineError::Travel(error)) => assert!(!error.to_string().is_empty()),
        Err(EngineError::FrozenStopsDoNotFit { shift } | EngineError::FrozenVisitForbidden { shift, .. }) => {
            assert!(!shift.is_empty());
        }
        Err(other) => panic!("{other}"),
    }
}

fn judge_json(text: &[u8]) -> Outcome {
    match from_json::<wire::SolveRequest>(text, 1 << 20) {
        Ok(request) => judge(&request),
        Err(error @ JsonError::Field { .. }) => {
            let JsonError::Field { field, wrong } = &error else { unreachable!() };
            assert!(!field.is_empty() && wrong.line() > 0, "{error}");
            Outcome::Unreadable
        }
        Err(error @ JsonError::TooLarge { .. }) => panic!("{error}"),
    }
}

/// Flips, drops, doubles or overwrites a few bytes, or cuts the end off.
fn damage_bytes(bytes: &mut Vec<u8>, rng: &mut Pcg64Mcg) {
    for _ in 0..rng.random_range(1..=3) {
        let at = rng.random_range(0..bytes.len());
        let length = rng.random_range(1..=8).min(bytes.len() - at);
        match rng.random_range(0..6) {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = rng.random(),
            2 => drop(bytes.drain(at..at + length)),
            3 => {
                let copy = bytes[at..at + length].to_vec();
                bytes.splice(at..at, copy);
            }
            4 => bytes[at..at + length].fill_with(|| rng.random()),
            _ => {
                if rng.random_ratio(1, 8) {
                    bytes.truncate(at.max(1));
                } else if bytes[at].is_ascii_digit() {
                    bytes[at] = rng.random_range(b'0'..=b'9');
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(rng.random());
        }
    }
}

/// A value that stands where another one should.
fn odd_value(rng: &mut Pcg64Mcg) -> Value {
    let instant = |rng: &mut Pcg64Mcg| {
        let (day, hour) = (rng.random_range(1..=31), rng.random_range(0..24));
        json!(format!(
            "2027-03-{day:02}T{hour:02}:00:00{}",
            ["Z", "-07:00", "-06:00", ".5Z"][rng.random_range(0..4)]
        ))
    };
    match rng.random_range(0..12) {
        0 => Value::Null,
        1 => json!(*[0, 1, -1, 2, 60, 1_000_000, i64::MAX, i64::MIN].choose(rng).expect("not empty")),
        2 => json!(rng.random::<f64>() * 400.0 - 200.0),
        3 => json!(["NaN", "Infinity", "", "x", "T-ana", "V-1", "yard", "UT"][rng.random_range(0..8)]),
        4 => json!(
            ["LICENSE_CLASS_MASTER", "PERMIT_STATE_REJECTED", "PAY_POLICY_SHIFT"][rng.random_range(0..3)]
        ),
        5 => json!(format!("{}s", rng.random_range(-5_000..200_000))),
        6 | 7 => instant(rng),
        8 => json!([]),
        9 => json!({}),
        10 => json!(rng.random::<bool>()),
        _ => json!(format!("2027-{:02}-{:02}", rng.random_range(0..14), rng.random_range(0..33))),
    }
}

/// Replaces, drops, doubles or moves a few nodes of the tree.
fn damage_tree(tree: &mut Value, rng: &mut Pcg64Mcg) {
    for _ in 0..rng.random_range(1..=3) {
        let mut pointers = Vec::new();
        collect_pointers(tree, String::new(), &mut pointers);
        let Some(pointer) = pointers.choose(rng) else { return };
        let other = pointers.choose(rng).and_then(|pointer| tree.pointer(pointer)).cloned();
        let (parent, key) = pointer.rsplit_once('/').expect("pointers have slashes");
        let action = rng.random_range(0..10);
        match tree.pointer_mut(parent).expect("it was collected") {
            Value::Object(fields) => {
                if action < 2 {
                    fields.remove(key);
                } else if action < 4 {
                    fields.insert(key.to_owned(), other.unwrap_or_default());
                } else {
                    fields.insert(key.to_owned(), odd_value(rng));
                }
            }
            Value::Array(entries) => {
                let index: usize = key.parse().expect("an index");
                if action < 2 {
                    entries.remove(index);
                } else if action < 4 {
                    entries.push(entries[index].clone());
                } else if action < 6 {
                    entries.reverse();
                } else {
                    entries[index] = odd_value(rng);
                }
            }
            _ => {}
        }
    }
}

fn collect_pointers(node: &Value, here: String, pointers: &mut Vec<String>) {
    match node {
        Value::Object(fields) => {
            for (key, child) in fields {
                collect_pointers(child, format!("{here}/{key}"), pointers);
            }
        }
        Value::Array(entries) => {
            for (index, child) in entries.iter().enumerate() {
                collect_pointers(child, format!("{here}/{index}"), pointers);
            }
        }
        _ => {}
    }
    if !here.is_empty() {
        pointers.push(here);
    }
}

#[test]
fn json_with_damaged_bytes() {
    let text = day::every_field_json().to_string().into_bytes();
    let tally = for_seeds(1_000, |rng| {
        let mut text = text.clone();
        damage_bytes(&mut text, rng);
        judge_json(&text)
    });
    tally.assert_mixed();
}

#[test]
fn json_with_damaged_fields() {
    let tree = day::every_field_json().to_string();
    let tally = for_seeds(1_000, |rng| {
        let mut tree = serde_json::from_str(&tree).expect("the example is JSON");
        damage_tree(&mut tree, rng);
        judge_json(tree.to_string().as_bytes())
    });
    tally.assert_mixed();
}

#[test]
fn binary_with_damaged_bytes() {
    let bytes = day::every_field().encode_to_vec();
    let tally = for_seeds(1_000, |rng| {
        let mut bytes = bytes.clone();
        damage_bytes(&mut bytes, rng);
        match wire::SolveRequest::decode(&bytes[..]) {
            Ok(request) => judge(&request),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                Outcome::Unreadable
            }
        }
    });
    tally.assert_mixed();
}

/// A plan of the right day: whatever it holds is judged and explained, unless it cannot be read.
fn judge_plan(day: &wire::Problem, tree: &Value) -> Outcome {
    let Ok(plan) = from_json::<wire::Plan>(tree.to_string().as_bytes(), 1 << 20) else {
        return Outcome::Unreadable;
    };
    let limits = Limits::default();
    let (problem, plan) = (Some(day.clone()), Some(plan));
    let request = wire::EvaluatePlanRequest { problem: problem.clone(), plan: plan.clone() };
    let accepted = match accept_evaluation(&request, &limits) {
        Ok(accepted) => accepted,
        Err(invalid) => {
            assert!(invalid.violations.iter().all(|v| v.field.starts_with("plan")), "{invalid:?}");
            return Outcome::Refused;
        }
    };
    let found = evaluate(&accepted.problem, &accepted.plan).expect("the day is right");
    let answer = write_evaluation(&accepted, &found);
    assert_eq!(answer.feasible, answer.violations.is_empty());
    for violation in &answer.violations {
        assert!(!violation.code.is_empty() && !violation.text.is_empty(), "{violation:?}");
    }
    let planned = wire::PlannedDay { problem, plan };
    let basis = wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) };
    let visit_id = accepted.problem.visits[0].label.clone();
    let request = wire::ExplainRequest { basis: Some(basis), visit_id, alternatives_max: None };
    let AcceptedExplain { day, visit, options } = accept_explain(&request, &limits).expect("the same plan");
    let told = explain(&day.problem, &day.plan.sequences(), visit, &options).expect("the day is right");
    assert!(write_explanation(&day, &told).subject.is_some());
    Outcome::Accepted
}

#[test]
fn plans_with_damaged_fields_are_judged_and_explained() {
    let day = day::every_field().problem.expect("a day");
    let accepted = accept_problem(&day, &Limits::default(), 8).expect("the example is right");
    let options =
        SolveOptions { time_limit: None, iterations_max: Some(20), threads: 1, ..SolveOptions::default() };
    let answer = solve(&accepted.problem, &options, &Control::default(), false, &mut |_| {});
    let plan = write_plan(&accepted.problem, &answer.expect("solved").plan, &[]);
    let tree = to_json(&plan).expect("a plan has JSON");
    let tally = for_seeds(300, |rng| {
        let mut tree = serde_json::from_str(&tree).expect("it is JSON");
        damage_tree(&mut tree, rng);
        judge_plan(&day, &tree)
    });
    tally.assert_mixed();
}
