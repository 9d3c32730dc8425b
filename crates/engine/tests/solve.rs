//! The recipe on random small days: checked, bounded, deterministic, and the same for a shuffled problem.

use std::time::Duration;

use journeyman_domain::{Plan, Problem, Proof, Stop, StopKind, Time};
use journeyman_engine::{Closing, Control, EngineError, SolveOptions, solve};
use journeyman_testkit::{ProblemBuilder, Shape, brute, cases, frozen_at, random_problem};
use journeyman_travel::Travel;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

fn by_count(iterations: u64) -> SolveOptions {
    SolveOptions { time_limit: None, iterations_max: Some(iterations), ..SolveOptions::default() }
}

fn plan_of(problem: &Problem, iterations: u64) -> Plan {
    let answer = solve(problem, &by_count(iterations), &Control::default(), false, &mut |_| {});
    answer.expect("random days are solved").plan
}

/// Who serves whom and when, by label: what must not depend on the order of the request.
fn spoken(problem: &Problem, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for route in &plan.routes {
        for stop in &route.stops {
            let what = match stop.kind {
                StopKind::Visit(visit) => problem.visit(visit).label.clone(),
                StopKind::Pickup(pickup) => problem.pickup(pickup).label.clone(),
                StopKind::Break(index) => format!("break {index}"),
            };
            lines.push(format!("{} {what} {:?}", problem.shift(route.shift).label, stop.start));
        }
    }
    lines.sort();
    lines
}

#[test]
fn bound_and_cost_enclose_the_optimum_of_brute_force() {
    let count = cases(200);
    let (mut optimal, mut proved) = (0, 0);
    for seed in 0..count {
        let problem = random_problem(seed as u64, &Shape { visits: 1..=6, ..Shape::default() });
        let travel = Travel::build(&problem).expect("random days have travel");
        let least = brute::best_plan(&problem, &travel).score();
        let plan = plan_of(&problem, 200);
        assert!(plan.score() >= least, "seed {seed}: {:?} beats brute force {least:?}", plan.score());
        assert!(plan.bound.mandatory_unserved <= least.mandatory_unserved, "seed {seed}");
        if plan.bound.mandatory_unserved == least.mandatory_unserved {
            assert!(plan.bound.cost <= least.cost, "seed {seed}: {:?} above {least:?}", plan.bound);
        }
        if plan.bound.proof == Proof::ProvedOptimal {
            assert_eq!(plan.score(), least, "seed {seed}");
            proved += 1;
        }
        optimal += usize::from(plan.score() == least);
    }
    assert!(optimal * 100 >= count * 95, "{optimal} of {count} optimal");
    assert!(proved > 0, "the trivial bound closes some days");
}

#[test]
fn what_is_frozen_stays_and_the_rest_is_planned_as_well_as_brute_force() {
    let mut frozen = 0;
    for seed in 0..cases(100) as u64 {
        let problem = random_problem(seed, &Shape { visits: 1..=6, ..Shape::default() });
        let before = plan_of(&problem, 100);
        let noon = Time::from_ticks(problem.horizon.ticks() * 2 / 5);
        let later = frozen_at(&problem, &before, noon);
        let travel = Travel::build(&later).expect("random days have travel");
        let least = brute::best_plan(&later, &travel).score();
        let plan = plan_of(&later, 200);
        assert!(plan.score() >= least, "seed {seed}: {:?} beats brute force {least:?}", plan.score());
        frozen += later.shifts.iter().filter(|shift| shift.frozen.is_some()).count();
    }
    assert!(frozen > 0, "some stops are frozen");
}

#[test]
fn a_shuffled_problem_gives_the_same_plan() {
    for seed in 0..cases(60) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut other = problem.clone();
        // Visits are referred to by pins and promises of nothing else here, so their order can be changed freely.
        other.visits.shuffle(&mut rng);
        let (one, two) = (problem.in_canonical_order(), other.in_canonical_order());
        assert_eq!(one, two, "seed {seed}");
        assert_eq!(spoken(&one, &plan_of(&one, 100)), spoken(&two, &plan_of(&two, 100)), "seed {seed}");
    }
}

#[test]
fn progress_never_gets_worse_and_ends_at_the_answer() {
    for seed in 0..cases(40) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let mut scores = Vec::new();
        let answer = solve(&problem, &by_count(200), &Control::default(), true, &mut |progress| {
            assert_eq!(
                progress.plan.map(|plan| plan.score()),
                Some(progress.score),
                "plans are sent when asked for"
            );
            scores.push(progress.score);
        });
        let plan = answer.expect("random days are solved").plan;
        assert!(scores.windows(2).all(|pair| pair[1] <= pair[0]), "seed {seed}: {scores:?}");
        assert_eq!(scores.last(), Some(&plan.score()), "seed {seed}");
    }
}

#[test]
fn a_cancelled_solve_gives_no_answer() {
    let problem = random_problem(1, &Shape::default());
    let control = Control::default();
    control.cancel();
    let answer = solve(&problem, &SolveOptions::default(), &control, false, &mut |_| {});
    assert!(matches!(answer, Err(EngineError::Cancelled)), "{answer:?}");
}

#[test]
fn a_solve_under_a_closing_ends_with_a_checked_plan() {
    let problem = random_problem(3, &Shape::plain());
    let closing = Closing::default();
    closing.begin();
    // Nothing else would end it for an hour.
    let options = SolveOptions { time_limit: Some(Duration::from_secs(3_600)), ..SolveOptions::default() };
    let control = Control::default().closed_by(&closing);
    let answer = solve(&problem, &options, &control, false, &mut |_| {}).unwrap();
    assert_eq!(
        answer.plan.routes.iter().map(|route| route.stops.len()).sum::<usize>()
            + answer.plan.unassigned.len(),
        problem.visits.len()
    );
}

#[test]
fn an_empty_day_costs_nothing_and_is_proved() {
    let problem = ProblemBuilder::new().build();
    let plan = plan_of(&problem, 10);
    assert_eq!((plan.routes.len(), plan.cost.total().micros()), (0, 0));
    assert_eq!(plan.bound.proof, Proof::ProvedOptimal);
}

#[test]
fn no_time_at_all_still_gives_a_checked_plan() {
    let problem = random_problem(3, &Shape::default());
    let options = SolveOptions { time_limit: Some(Duration::ZERO), ..SolveOptions::default() };
    let answer = solve(&problem, &options, &Control::default(), false, &mut |_| {});
    assert!(answer.is_ok(), "{answer:?}");
}

#[test]
fn a_past_that_the_problem_forbids_is_refused_by_name() {
    let mut refused = 0;
    for seed in 0..40 {
        let problem = random_problem(seed, &Shape::default());
        let noon = Time::from_ticks(problem.horizon.ticks() / 2);
        let mut later = frozen_at(&problem, &plan_of(&problem, 50), noon);
        let Some((technician, Stop::Visit(visit))) = later
            .shifts
            .iter()
            .find_map(|shift| Some((shift.technician, *shift.frozen.as_ref()?.stops.first()?)))
        else {
            continue;
        };
        later.visits[visit.index()].excluded = vec![technician];
        let answer = solve(&later, &by_count(10), &Control::default(), false, &mut |_| {});
        let label = later.visit(visit).label.clone();
        match answer {
            Err(EngineError::FrozenVisitForbidden { visit, .. }) => assert_eq!(visit, label, "seed {seed}"),
            other => panic!("seed {seed}: {other:?}"),
        }
        refused += 1;
    }
    assert!(refused > 0, "some days have a frozen visit");
}

#[test]
fn what_no_method_solves_yet_is_refused_by_name() {
    let mut problem = random_problem(1, &Shape::default());
    problem.visits[0].crew_size = 2;
    let answer = solve(&problem, &SolveOptions::default(), &Control::default(), false, &mut |_| {});
    let error = answer.expect_err("crews are not solved yet").to_string();
    assert!(error.contains("crew_size") && error.contains(&problem.visits[0].label), "{error}");
}
