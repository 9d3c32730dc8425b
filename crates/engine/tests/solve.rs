//! The recipe on random small days: checked, bounded, deterministic, and the same for a shuffled problem.

use std::time::Duration;

use journeyman_domain::{
    Bound, Cost, Distance, Duration as Span, Plan, Problem, Proof, SoonPrice, Stop, StopKind, Time,
    TravelSpec, VisitId,
};
use journeyman_engine::{Closing, Control, EngineError, SolveOptions, StopReason, solve};
use journeyman_testkit::{ProblemBuilder, Shape, TravelShape, brute, cases, frozen_at, random_problem};
use journeyman_travel::Travel;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
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

/// The plan costs what brute force finds, and its bound is not above that; whether it is proved.
fn is_as_brute_force_says(problem: &Problem, seed: u64) -> bool {
    let travel = Travel::build(problem).expect("random days have travel");
    let least = brute::best_plan(problem, &travel).score();
    let plan = plan_of(problem, 200);
    assert_eq!(plan.score(), least, "seed {seed}: not what brute force finds");
    assert!(plan.bound.mandatory_unserved <= least.mandatory_unserved, "seed {seed}");
    if plan.bound.mandatory_unserved == least.mandatory_unserved {
        assert!(plan.bound.cost <= least.cost, "seed {seed}: {:?} above {least:?}", plan.bound);
    }
    plan.bound.proof == Proof::ProvedOptimal
}

#[test]
fn small_days_are_solved_to_the_optimum_of_brute_force_and_nearly_all_are_proved() {
    let (count, mut unproved) = (cases(200), Vec::new());
    for seed in 0..count as u64 {
        let shape = Shape { visits: 1..=8, shifts: 1..=3, ..Shape::default() };
        if !is_as_brute_force_says(&random_problem(seed, &shape), seed) {
            unproved.push(seed);
        }
    }
    assert!(unproved.len() * 20 <= count, "of {count} not proved: {unproved:?}");
}

#[test]
fn what_is_frozen_stays_and_the_rest_is_planned_as_well_as_brute_force() {
    let (count, mut frozen, mut unproved) = (cases(100), 0, Vec::new());
    for seed in 0..count as u64 {
        let shape = Shape { visits: 1..=7, shifts: 1..=3, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let before = plan_of(&problem, 100);
        let noon = Time::from_ticks(problem.horizon.ticks() * 2 / 5);
        let later = frozen_at(&problem, &before, noon);
        if !is_as_brute_force_says(&later, seed) {
            unproved.push(seed);
        }
        frozen += later.shifts.iter().filter(|shift| shift.frozen.is_some()).count();
    }
    assert!(frozen > 0, "some stops are frozen");
    assert!(unproved.len() * 20 <= count, "of {count} not proved: {unproved:?}");
}

#[test]
fn a_promise_that_is_soon_is_dearer_to_move_by_what_search_proof_and_brute_force_agree_on() {
    let (count, mut paid, mut kept) = (cases(120), 0, 0);
    for seed in 0..count as u64 {
        let shape = Shape { visits: 2..=6, shifts: 1..=2, mandatory: false, ..Shape::default() };
        let mut problem = random_problem(seed, &shape);
        problem.rates.promise_soon.clear();
        let before = plan_of(&problem, 100);
        let noon = Time::from_ticks(problem.horizon.ticks() * (1 + i64::try_from(seed % 4).unwrap()) / 8);
        let without = frozen_at(&problem, &before, noon);
        let step = |ticks: i64, cents: i64| SoonPrice {
            within: Span::from_ticks(ticks),
            price: Cost::from_micros(cents * 10_000),
        };
        let mut later = without.clone();
        later.rates.promise_soon =
            vec![step(problem.horizon.ticks() / 8, 600), step(problem.horizon.ticks() / 3, 150)];
        is_as_brute_force_says(&later, seed);
        let (dear, cheap) = (plan_of(&later, 200), plan_of(&without, 200));
        // A surcharge for each promise that the plan misses, by the step in which it is; everything else costs as before.
        let mut surcharges = Cost::ZERO;
        for (visit, start) in starts(&dear) {
            let Some(promise) = later.visit(visit).promise.filter(|told| !told.window.contains(start)) else {
                continue;
            };
            let ahead = promise.window.start - noon;
            let (first, second) = (&later.rates.promise_soon[0], &later.rates.promise_soon[1]);
            surcharges += match ahead {
                _ if ahead <= first.within => first.price,
                _ if ahead <= second.within => second.price,
                _ => Cost::ZERO,
            };
        }
        let free = dear.cost.total() - surcharges;
        assert!(dear.mandatory_unserved > 0 || free >= cheap.cost.total(), "seed {seed}: {free} is less");
        paid += usize::from(surcharges > Cost::ZERO);
        kept += usize::from(free > cheap.cost.total());
    }
    assert!(paid > 5 && kept > 3, "{paid} days pay for a soon promise, {kept} move others for it");
}

fn starts(plan: &Plan) -> impl Iterator<Item = (VisitId, Time)> + '_ {
    plan.routes.iter().flat_map(|route| &route.stops).filter_map(|stop| match stop.kind {
        StopKind::Visit(visit) => Some((visit, stop.start)),
        StopKind::Pickup(_) | StopKind::Break(_) => None,
    })
}

/// The same day with every leg of its matrix longer by up to `most` ticks, as if it had been rounded up from it.
fn rounded_up(problem: &Problem, most: i64, seed: u64) -> Option<Problem> {
    let mut draw = Pcg64Mcg::seed_from_u64(seed);
    let mut rounded = problem.clone();
    let TravelSpec::Matrix(spec) = &mut rounded.travel else { return None };
    spec.rounding_ticks = most;
    let size = spec.places.len();
    for leg in (0..size * size).filter(|leg| leg / size != leg % size) {
        spec.durations[leg] += Span::from_ticks(draw.random_range(0..=most));
        spec.distances[leg] += Distance::from_ticks(draw.random_range(0..=most));
    }
    Some(rounded)
}

#[test]
fn where_travel_was_rounded_up_the_bound_is_of_the_exact_day() {
    let (mut compared, mut weaker) = (0, 0);
    for seed in 0..cases(100) as u64 {
        let shape = Shape { visits: 2..=6, shifts: 1..=2, travel: TravelShape::Matrix, ..Shape::default() };
        let exact = random_problem(seed, &shape);
        let Some(rounded) = rounded_up(&exact, 2, seed) else { continue };
        let travel = Travel::build(&exact).expect("random days have travel");
        let least = brute::best_plan(&exact, &travel).score();
        let plan = plan_of(&rounded, 200);
        assert!(plan.bound.mandatory_unserved <= least.mandatory_unserved, "seed {seed}");
        if plan.bound.mandatory_unserved == least.mandatory_unserved {
            assert!(plan.bound.cost <= least.cost, "seed {seed}: {:?} above {least:?}", plan.bound);
        }
        compared += 1;
        weaker += usize::from(plan.bound.cost < plan.cost.total());
    }
    assert!(compared > 0 && weaker > 0, "{compared} days, {weaker} with a gap");
}

#[test]
fn the_same_seed_threads_and_iterations_give_the_same_plan_and_bound() {
    for seed in 0..cases(12) as u64 {
        let problem = random_problem(seed, &Shape { visits: 10..=16, ..Shape::default() });
        for threads in [1, 2, 3] {
            // A time limit that is not reached changes nothing.
            for time_limit in [None, Some(Duration::from_secs(3_600))] {
                let options = SolveOptions { threads, time_limit, ..by_count(400) };
                let once = || {
                    let answer = solve(&problem, &options, &Control::default(), false, &mut |_| {});
                    answer.expect("random days are solved").plan
                };
                assert_eq!(once(), once(), "seed {seed}, {threads} threads");
            }
        }
    }
}

#[test]
fn on_the_clock_small_days_are_proved_long_before_the_time_is_over() {
    for seed in 0..6 {
        let problem = random_problem(seed, &Shape { visits: 1..=6, ..Shape::default() });
        let travel = Travel::build(&problem).expect("random days have travel");
        for threads in [1, 2, 4] {
            // Far more than any of them takes on one core; a share of it does where the proof has only that.
            let time_limit = Some(Duration::from_secs(60));
            let options = SolveOptions { time_limit, threads, ..SolveOptions::default() };
            let answer = solve(&problem, &options, &Control::default(), false, &mut |_| {});
            let answer = answer.expect("random days are solved");
            assert_eq!(answer.plan.score(), brute::best_plan(&problem, &travel).score(), "seed {seed}");
            assert_eq!(answer.statistics.stop, StopReason::Optimal, "seed {seed}, {threads} threads");
        }
    }
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
        let (mut scores, mut bounds) = (Vec::new(), Vec::new());
        let answer = solve(&problem, &by_count(200), &Control::default(), true, &mut |progress| {
            let new = scores.last() != Some(&progress.score);
            assert_eq!(
                progress.plan.map(|plan| plan.score()),
                new.then_some(progress.score),
                "plans are sent when asked for, once"
            );
            scores.push(progress.score);
            bounds.push(progress.bound);
        });
        let plan = answer.expect("random days are solved").plan;
        assert!(scores.windows(2).all(|pair| pair[1] <= pair[0]), "seed {seed}: {scores:?}");
        assert_eq!(scores.last(), Some(&plan.score()), "seed {seed}");
        let rises = |pair: &[Bound]| {
            (pair[0].mandatory_unserved, pair[0].cost) <= (pair[1].mandatory_unserved, pair[1].cost)
        };
        assert!(bounds.windows(2).all(rises), "seed {seed}: {bounds:?}");
        assert_eq!(bounds.last(), Some(&plan.bound), "seed {seed}");
    }
}

#[test]
fn a_day_too_large_to_prove_is_searched_and_gives_a_checked_plan_on_the_clock() {
    let shape = Shape { visits: 300..=300, shifts: 12..=20, parts: false, ..Shape::default() };
    let problem = random_problem(1, &shape);
    let options = SolveOptions { time_limit: Some(Duration::from_secs(2)), ..SolveOptions::default() };
    let mut scores = Vec::new();
    let answer = solve(&problem, &options, &Control::default(), false, &mut |progress| {
        scores.push(progress.score);
    });
    let answer = answer.expect("random days are solved and plans checked");
    assert!(scores.windows(2).all(|pair| pair[1] <= pair[0]), "{scores:?}");
    assert_eq!(scores.last(), Some(&answer.plan.score()));
    assert_eq!(answer.statistics.stop, StopReason::Time);
    assert_eq!(answer.statistics.proof_trouble, None);
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
