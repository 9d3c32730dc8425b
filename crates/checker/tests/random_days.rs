//! Plans of brute force break no rule; what brute force would not do, does.

use journeyman_checker::{Breach, check};
use journeyman_domain::{Certainty, Cost, CostTerm, Duration, Plan, Proof, StopKind, Time, Unassigned};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{Shape, cases, frozen_at, random_problem};
use journeyman_travel::Travel;

#[test]
fn the_best_plan_breaks_no_rule() {
    let mut stops = 0;
    for seed in 0..cases(150) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let travel = Travel::build(&problem).expect("a valid problem");
        let plan = best_plan(&problem, &travel);
        stops += plan.routes.iter().map(|route| route.stops.len()).sum::<usize>();
        let violations = check(&problem, &travel, &plan);
        assert!(violations.is_empty(), "seed {seed}: {violations:?}");
    }
    assert!(stops > 100, "{stops} stops only");
}

#[test]
fn the_best_plan_of_a_day_under_way_breaks_no_rule() {
    let mut frozen = 0;
    for seed in 0..cases(100) as u64 {
        let problem = random_problem(seed, &Shape { visits: 2..=6, ..Shape::default() });
        let travel = Travel::build(&problem).expect("a valid problem");
        let at = Time::from_ticks(i64::try_from(seed % 9).expect("small") * 60);
        let later = frozen_at(&problem, &best_plan(&problem, &travel), at);
        frozen += later.shifts.iter().filter(|shift| shift.frozen.is_some()).count();
        let violations = check(&later, &travel, &best_plan(&later, &travel));
        assert!(violations.is_empty(), "seed {seed}: {violations:?}");
    }
    assert!(frozen > 20, "{frozen} frozen shifts only");
}

#[test]
fn a_plan_that_drops_what_is_frozen_is_refused_exactly_when_it_could_be_kept() {
    let mut dropped = 0;
    for seed in 0..cases(100) as u64 {
        let problem = random_problem(seed, &Shape { visits: 2..=5, ..Shape::default() });
        let travel = Travel::build(&problem).expect("a valid problem");
        let later = frozen_at(&problem, &best_plan(&problem, &travel), Time::from_ticks(200));
        let kept = best_plan(&later, &travel);
        for route in &kept.routes {
            if later.shift(route.shift).frozen.is_none() {
                continue;
            }
            dropped += 1;
            let mut without = kept.clone();
            without.routes.retain(|other| other.shift != route.shift);
            let breaches: Vec<Breach> =
                check(&later, &travel, &without).into_iter().map(|v| v.breach).collect();
            assert!(breaches.contains(&Breach::FrozenDropped), "seed {seed}: {breaches:?}");
        }
    }
    assert!(dropped > 20, "{dropped} dropped only");
}

/// Moves one number of a plan; the mutation is a no-op where the plan has nothing to move.
fn shake(plan: &mut Plan, choice: usize, by: i64) {
    let span = Duration::from_ticks(by);
    let (route, at) = (choice % plan.routes.len().max(1), choice / 7);
    let Some(route) = plan.routes.get_mut(route) else { return };
    let stops = route.stops.len();
    let stop = &mut route.stops[at % stops];
    if matches!(stop.kind, StopKind::Break(_)) && [6, 7, 12].contains(&(choice % 13)) {
        // A break may be taken unlisted, and stands where the technician stands.
        return;
    }
    match choice % 13 {
        0 => route.departure += span,
        1 => route.return_time += span,
        2 => route.last_leg.departure += span,
        3 => route.last_leg.duration += span,
        4 => stop.start += span,
        5 => stop.end += span,
        6 => stop.arrival += span,
        7 => stop.leg.departure += span,
        8 => stop.leg.duration += span,
        9 => route.cost.add(CostTerm::PaidTime, Cost::from_micros(by)),
        10 => plan.cost.add(CostTerm::Overtime, Cost::from_micros(by)),
        11 => plan.bound.cost += Cost::from_micros(by.abs()),
        12 => {
            let stop = route.stops.remove(at % stops);
            if let StopKind::Visit(visit) = stop.kind {
                let left = Unassigned { visit, certainty: Certainty::NotFoundInTime, refusals: Vec::new() };
                plan.unassigned.push(left);
                plan.unassigned.sort_by_key(|left| left.visit);
            }
        }
        _ => {}
    }
}

#[test]
fn a_shaken_plan_is_found_out() {
    let mut shaken = 0;
    for seed in 0..cases(400) as u64 {
        let problem = random_problem(seed, &Shape { visits: 1..=4, ..Shape::default() });
        let travel = Travel::build(&problem).expect("a valid problem");
        let good = best_plan(&problem, &travel);
        let mut plan = good.clone();
        let choice = usize::try_from(seed.wrapping_mul(2_654_435_761) % 1_000_003).expect("small");
        shake(&mut plan, choice, [-3, -1, 1, 5][choice % 4]);
        plan.bound.proof = Proof::Bounded;
        if plan.routes == good.routes && plan.cost == good.cost && plan.bound.cost == good.bound.cost {
            continue;
        }
        shaken += 1;
        // Every field that was moved is tied to another one by some rule.
        assert!(!check(&problem, &travel, &plan).is_empty(), "seed {seed}, choice {choice}: {plan:?}");
    }
    assert!(shaken > 100, "{shaken} plans shaken only");
}
