//! Anybody's plan is judged as brute force judges it, whatever it holds, and what it may slip it may.

use journeyman_domain::{
    Cost, Duration, LicenseClass, PermitState, PickupId, Plan, PlannedRoute, PlannedStop, Problem, ShiftId,
    Stop, StopKind, Time, VisitId,
};
use journeyman_engine::{Control, Evaluation, SolveOptions, evaluate, solve};
use journeyman_plan::{GivenLeg, GivenPlan, GivenRoute, GivenStop, metrics};
use journeyman_testkit::{ProblemBuilder, Shape, brute, cases, random_problem};
use journeyman_travel::Travel;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn plan_of(problem: &Problem) -> Plan {
    let options =
        SolveOptions { time_limit: None, iterations_max: Some(20), threads: 1, ..SolveOptions::default() };
    solve(problem, &options, &Control::default(), false, &mut |_| {}).expect("random days are solved").plan
}

fn judged(problem: &Problem, given: &GivenPlan) -> Evaluation {
    evaluate(problem, given).expect("the problem is right")
}

/// All that the plan says.
fn as_given(plan: &Plan) -> GivenPlan {
    let leg = |leg: &journeyman_domain::Leg| GivenLeg {
        departure: Some(leg.departure),
        duration: Some(leg.duration),
        distance: Some(leg.distance),
        source: Some(leg.source),
    };
    let stop = |stop: &PlannedStop| GivenStop {
        kind: stop.kind,
        leg: leg(&stop.leg),
        arrival: Some(stop.arrival),
        start: Some(stop.start),
        end: Some(stop.end),
        window: stop.window,
        license: stop.license.clone(),
        held: stop.held,
    };
    let route = |route: &PlannedRoute| GivenRoute {
        shift: route.shift,
        departure: Some(route.departure),
        stops: route.stops.iter().map(stop).collect(),
        last_leg: leg(&route.last_leg),
        return_time: Some(route.return_time),
        cost: Some(route.cost),
    };
    GivenPlan {
        routes: plan.routes.iter().map(route).collect(),
        unassigned: plan.unassigned.iter().map(|left_out| left_out.visit).collect(),
        cost: Some(plan.cost),
        bound: Some((plan.mandatory_unserved, plan.bound)),
    }
}

fn untimed(sequences: &[(ShiftId, Vec<Stop>)]) -> GivenPlan {
    let stop = |stop: &Stop| {
        GivenStop::untimed(match *stop {
            Stop::Visit(visit) => StopKind::Visit(visit),
            Stop::Pickup(pickup) => StopKind::Pickup(pickup),
        })
    };
    let route = |(shift, stops): &(ShiftId, Vec<Stop>)| GivenRoute {
        shift: *shift,
        departure: None,
        stops: stops.iter().map(stop).collect(),
        last_leg: GivenLeg::default(),
        return_time: None,
        cost: None,
    };
    GivenPlan { routes: sequences.iter().map(route).collect(), ..GivenPlan::default() }
}

#[test]
fn a_plan_of_the_house_is_found_right_with_its_times_and_without() {
    let mut slacks = 0;
    for seed in 0..cases(150) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let plan = plan_of(&problem);
        let given = as_given(&plan);
        for given in [given.clone(), untimed(&given.sequences())] {
            let found = judged(&problem, &given);
            assert_eq!(found.violations, [], "seed {seed}");
            assert_eq!((found.cost, found.mandatory_unserved), (plan.cost, plan.mandatory_unserved));
            let mut expected = metrics(&problem, &plan);
            // Why visits are left out is not asked.
            expected.visits_awaiting = 0;
            assert_eq!(found.metrics, expected, "seed {seed}");
            assert_eq!(found.slacks.len(), expected.visits_planned, "seed {seed}");
            slacks += found.slacks.len();
        }
    }
    assert!(slacks > 0);
}

/// What brute force says of whole sequences: their cost, or none where a rule is broken.
fn cost(problem: &Problem, travel: &Travel, sequences: &[(ShiftId, Vec<Stop>)]) -> Option<Cost> {
    let mut total = Cost::ZERO;
    let mut served = Vec::new();
    for (shift, stops) in sequences.iter().filter(|(_, stops)| !stops.is_empty()) {
        for &stop in stops {
            let Stop::Visit(visit) = stop else { continue };
            if brute::forbidden(problem, *shift, visit) {
                return None;
            }
            served.push(visit);
        }
        if !brute::fits_van(problem, *shift, stops) {
            return None;
        }
        total += brute::best_schedule(problem, travel, *shift, stops)?.total();
    }
    let count = served.len();
    served.sort_unstable();
    served.dedup();
    let loads: Vec<brute::Load<'_>> = sequences.iter().map(|(shift, stops)| (*shift, &stops[..])).collect();
    (served.len() == count && brute::stock_suffices(problem, &loads)).then_some(total)
}

/// Random sequences: most visits dealt out once, now and then one twice, or a pickup.
fn dealt(problem: &Problem, draw: &mut Pcg64Mcg) -> Vec<(ShiftId, Vec<Stop>)> {
    let mut sequences: Vec<(ShiftId, Vec<Stop>)> =
        problem.shift_ids().map(|shift| (shift, Vec::new())).collect();
    for visit in problem.visit_ids() {
        for _ in 0..[0, 1, 1, 1, 1, 1, 1, 2][draw.random_range(0..8)] {
            let at = draw.random_range(0..sequences.len());
            sequences[at].1.push(Stop::Visit(visit));
        }
    }
    let pickups: Vec<PickupId> = problem.pickup_ids().collect();
    for (_, stops) in &mut sequences {
        stops.truncate(draw.random_range(1..=3));
        for _ in 0..[0, 0, 1, 1, 1, 2][draw.random_range(0..6)] {
            if let Some(&pickup) = pickups.choose(draw) {
                stops.insert(draw.random_range(0..=stops.len()), Stop::Pickup(pickup));
            }
        }
    }
    sequences.shuffle(draw);
    sequences
}

#[test]
fn a_sequence_is_found_right_exactly_when_brute_force_can_drive_it() {
    let (count, mut right, mut wrong) = (cases(300), 0, 0);
    for seed in 0..count as u64 {
        let mut draw = Pcg64Mcg::seed_from_u64(seed);
        let problem = random_problem(seed, &Shape { visits: 1..=6, ..Shape::default() });
        let travel = Travel::build(&problem).expect("random days have travel");
        let sequences = dealt(&problem, &mut draw);
        let found = judged(&problem, &untimed(&sequences));
        let expected = cost(&problem, &travel, &sequences);
        assert!(found.no_schedule.is_empty() || !found.violations.is_empty(), "seed {seed}");
        assert_eq!(found.violations.is_empty(), expected.is_some(), "seed {seed}: {:?}", found.violations);
        let Some(expected) = expected else {
            assert_eq!(found.slacks, []);
            wrong += 1;
            continue;
        };
        let unserved = found.cost.get(journeyman_domain::CostTerm::Unserved);
        assert_eq!(found.cost.total() - unserved, expected, "seed {seed}");
        right += 1;
    }
    assert!(right * 10 > count && wrong * 10 > count, "{right} right, {wrong} wrong");
}

/// Whether the visit can start exactly then, everybody on time where `on_time` asks it.
fn can_start(
    (problem, travel): (&Problem, &Travel),
    route: &PlannedRoute,
    (visit, at): (VisitId, Time),
    on_time: &dyn Fn(VisitId, Time) -> bool,
) -> bool {
    let jurisdictions = brute::jurisdictions(problem);
    let stops: Vec<Stop> = route
        .stops
        .iter()
        .filter_map(|stop| match stop.kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        })
        .collect();
    let may_start = |id: VisitId, time: Time| {
        brute::may_start(problem, &jurisdictions, route.shift, id, time)
            && (id != visit || time == at)
            && on_time(id, time)
    };
    brute::best_schedule_where(problem, travel, route.shift, &stops, &may_start).is_some()
}

#[test]
fn a_visit_may_slip_as_far_as_it_is_said_and_no_further() {
    let (mut slipped, mut promised) = (0, 0);
    // With breaks, those behind a visit could be taken before it: brute force may then find more room.
    for (breaks_max, exact) in [(0, true), (2, false)] {
        let shape = Shape { breaks_max, visits: 2..=5, windows_several: false, ..Shape::default() };
        for seed in 0..cases(40) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("random days have travel");
            let plan = plan_of(&problem);
            let found = judged(&problem, &as_given(&plan));
            for slack in &found.slacks {
                let holds = |route: &&PlannedRoute| {
                    route.stops.iter().any(|stop| stop.kind == StopKind::Visit(slack.visit))
                };
                let route = plan.routes.iter().find(holds).expect("it is on a route");
                let start_of = |visit: VisitId| {
                    route.stops.iter().find(|stop| stop.kind == StopKind::Visit(visit)).map(|stop| stop.start)
                };
                let start = start_of(slack.visit).expect("on this route");
                let ticks = Duration::from_ticks;
                let day = (&problem, &travel);
                let can = |later| can_start(day, route, (slack.visit, start + later), &|_, _| true);
                assert!(can(slack.slack), "seed {seed}: {slack:?}");
                assert!(!exact || !can(slack.slack + ticks(1)), "seed {seed}: {slack:?}");
                slipped += usize::from(slack.slack.ticks() > 0);
                let on_time = |visit: VisitId, at: Time| {
                    let Some(promise) = problem.visit(visit).promise else { return true };
                    let kept = start_of(visit).is_some_and(|start| start <= promise.window.end);
                    !kept || at <= promise.window.end
                };
                if let Some(kept) = slack.promise_slack.filter(|kept| kept.ticks() > 0) {
                    assert!(kept <= slack.slack);
                    assert!(
                        can_start(day, route, (slack.visit, start + kept), &on_time),
                        "seed {seed}: {slack:?}"
                    );
                    promised += 1;
                }
            }
        }
    }
    assert!(slipped > 0 && promised > 0, "{slipped} {promised}");
}

/// Anything: ids out of range, times from nowhere, pieces left out.
fn nonsense(plan: &Plan, draw: &mut Pcg64Mcg) -> GivenPlan {
    let mut given = as_given(plan);
    let time = |draw: &mut Pcg64Mcg| match draw.random_range(0..4) {
        0 => None,
        1 => Some(Time::from_ticks(i64::MAX)),
        2 => Some(Time::from_ticks(i64::MIN)),
        _ => Some(Time::from_ticks(draw.random_range(-50..700))),
    };
    for _ in 0..draw.random_range(1..6) {
        let (shift, visit) = (ShiftId::new(draw.random_range(0..5)), VisitId::new(draw.random_range(0..12)));
        if given.routes.is_empty() || draw.random_ratio(1, 6) {
            given.routes.push(GivenRoute {
                shift,
                departure: time(draw),
                stops: Vec::new(),
                last_leg: GivenLeg::default(),
                return_time: time(draw),
                cost: None,
            });
        }
        let at = draw.random_range(0..given.routes.len());
        let route = &mut given.routes[at];
        let kind = match draw.random_range(0..4) {
            0 => StopKind::Break(draw.random_range(0..4)),
            1 => StopKind::Pickup(PickupId::new(draw.random_range(0..4))),
            _ => StopKind::Visit(visit),
        };
        let place = draw.random_range(0..=route.stops.len());
        match draw.random_range(0..6) {
            0 => route.stops.insert(place, GivenStop::untimed(kind)),
            1 => route.stops.shuffle(draw),
            2 => route.departure = time(draw),
            3 => given.unassigned.push(visit),
            4 => {
                if let Some(stop) = route.stops.get_mut(place) {
                    (stop.start, stop.arrival, stop.leg.departure) = (time(draw), time(draw), time(draw));
                    stop.leg.duration = Some(Duration::from_ticks(i64::MAX));
                }
            }
            _ => route.shift = shift,
        }
    }
    given
}

#[test]
fn no_plan_whatever_makes_it_panic() {
    let mut broken = 0;
    for seed in 0..cases(400) as u64 {
        let mut draw = Pcg64Mcg::seed_from_u64(seed);
        let problem = random_problem(seed, &Shape::default());
        let found = judged(&problem, &nonsense(&plan_of(&problem), &mut draw));
        broken += usize::from(!found.violations.is_empty());
        assert!(found.violations.is_empty() || found.slacks.is_empty());
    }
    assert!(broken > 0);
}

fn codes(problem: &Problem, given: &GivenPlan) -> Vec<String> {
    judged(problem, given).violations.iter().map(|violation| violation.breach.code()).collect()
}

#[test]
fn what_a_plan_breaks_is_named_by_its_code() {
    let mut day = ProblemBuilder::new();
    day.technician("ana").license(LicenseClass::Journeyman, "state");
    day.shift("ana", 0, 200);
    day.permit("P-1", PermitState::Required);
    day.visit("early", (10, 0)).window(0, 30);
    day.visit("late", (50, 0)).window(0, 60);
    day.visit("panel", (10, 0)).in_jurisdiction("state").needs(LicenseClass::Master);
    day.visit("waits", (10, 0)).permit("P-1");
    let problem = day.build();
    let plan = |visits: &[usize]| {
        let stops = visits.iter().map(|&id| Stop::Visit(VisitId::new(id))).collect();
        untimed(&[(ShiftId::new(0), stops)])
    };
    assert_eq!(codes(&problem, &plan(&[0, 1])), Vec::<String>::new());
    assert_eq!(codes(&problem, &plan(&[1, 0])), ["OUTSIDE_WINDOWS"]);
    assert_eq!(judged(&problem, &plan(&[1, 0])).no_schedule, [ShiftId::new(0)]);
    assert_eq!(codes(&problem, &plan(&[2])), ["CLASS_TOO_LOW"]);
    assert_eq!(codes(&problem, &plan(&[3])), ["PERMIT_NOT_ISSUED"]);
    assert_eq!(codes(&problem, &plan(&[0, 0])), ["SERVED_TWICE"]);
    assert_eq!(codes(&problem, &plan(&[0, 7])), ["UNKNOWN_ID"]);
    // Only the start is given: the rest follows from it.
    let mut timed = plan(&[0]);
    timed.routes[0].stops[0].start = Some(Time::from_ticks(25));
    let found = judged(&problem, &timed);
    let route = &found.plan.routes[0];
    assert_eq!((route.departure.ticks(), route.return_time.ticks()), (15, 45));
    timed.routes[0].stops[0].start = Some(Time::from_ticks(5));
    assert_eq!(codes(&problem, &timed), ["START_BEFORE_FREE"]);
}

#[test]
fn slack_ends_at_the_next_window_or_at_the_promise() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200);
    day.visit("first", (10, 0)).window(0, 100).promise(0, 30);
    day.visit("then", (20, 0)).window(0, 70);
    let problem = day.build();
    let stops = vec![Stop::Visit(VisitId::new(0)), Stop::Visit(VisitId::new(1))];
    let found = judged(&problem, &untimed(&[(ShiftId::new(0), stops)]));
    let slacks: Vec<(i64, Option<i64>)> = found
        .slacks
        .iter()
        .map(|slack| (slack.slack.ticks(), slack.promise_slack.map(Duration::ticks)))
        .collect();
    // Ten to drive, ten to work, ten to drive: `then` starts at 30 and may until 70, `first` at 10 and until 50.
    assert_eq!(slacks, [(40, Some(20)), (40, None)]);
}
