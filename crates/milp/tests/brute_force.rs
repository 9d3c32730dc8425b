//! The bound and the pool MIP against brute force on small random days.

use std::time::Duration;

use journeyman_domain::{
    BaselineRoute, BaselineStop, Bound, Plan, Problem, Score, ShiftId, Stop, StopKind, Time,
};
use journeyman_eligibility::Eligibility;
use journeyman_milp::{ColumnPool, Master, MasterParams, PoolOutcome, PoolParams, bound};
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{Shape, cases, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};

/// Far more than any of these takes, so that no answer depends on the clock.
const AMPLE: Duration = Duration::from_secs(600);

/// A random day; every second one is halfway through its best plan.
fn day(seed: u64, shape: &Shape) -> Problem {
    let mut problem = random_problem(seed, shape);
    if seed % 2 == 1 {
        let travel = Travel::build(&problem).expect("random days are valid");
        problem.baseline = best_plan(&problem, &travel).routes.iter().map(baseline).collect();
        problem.freeze_time = Some(Time::ZERO + problem.horizon - problem.horizon.half_or_so(seed));
        problem.freeze().expect("brute force gives all times");
    }
    problem
}

/// A span of the day that depends on the seed.
trait HalfOrSo {
    fn half_or_so(self, seed: u64) -> Self;
}

impl HalfOrSo for journeyman_domain::Duration {
    fn half_or_so(self, seed: u64) -> Self {
        let percent = i64::try_from(seed % 90).expect("a percentage");
        Self::from_ticks(self.ticks() * percent / 100)
    }
}

fn baseline(route: &journeyman_domain::PlannedRoute) -> BaselineRoute {
    let stop = |kind| match kind {
        StopKind::Visit(visit) => Some(Stop::Visit(visit)),
        StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
        StopKind::Break(_) => None,
    };
    let stops = route.stops.iter().filter_map(|planned| {
        Some(BaselineStop {
            stop: stop(planned.kind)?,
            leave_for: Some(planned.leg.departure),
            start: Some(planned.start),
            told: None,
        })
    });
    BaselineRoute { shift: route.shift, departure: Some(route.departure), stops: stops.collect() }
}

/// A day with everything that is derived from it, handed to `judge`.
fn compiled(problem: &Problem, judge: impl FnOnce(&RouteModel<'_>, &Eligibility, Bound)) {
    let travel = Travel::build(problem).expect("random days are valid");
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    let mut limits = Vec::new();
    for shift in problem.shift_ids() {
        for &visit in eligibility.visits_of(shift).iter().filter(|&&visit| eligibility.narrows(shift, visit))
        {
            let windows = eligibility.start_windows(shift, visit).to_vec();
            limits.push(StartLimit { shift, visit, windows });
        }
    }
    let model = RouteModel::build(problem, &travel, &limits);
    let bound = bound::trivial(&model, &eligibility);
    judge(&model, &eligibility, bound);
}

fn optimum(problem: &Problem) -> Plan {
    best_plan(problem, &Travel::build(problem).expect("random days are valid"))
}

/// Every feasible route of a shift: all orders of all sets of visits, with at most one pickup.
fn all_routes(model: &RouteModel<'_>, eligibility: &Eligibility, shift: ShiftId) -> Vec<Route> {
    let problem = model.problem();
    let frozen = problem.shift(shift).frozen.as_ref().map_or(&[][..], |frozen| &frozen.stops);
    let visits = eligibility.visits_of(shift).iter().map(|&visit| Stop::Visit(visit));
    let stops: Vec<Stop> = visits.chain(problem.pickup_ids().map(Stop::Pickup)).collect();
    let mut sequences = vec![frozen.to_vec()];
    let mut routes = Vec::new();
    while let Some(sequence) = sequences.pop() {
        let has_pickup = sequence.iter().any(|stop| matches!(stop, Stop::Pickup(_)));
        for &stop in &stops {
            let again = sequence.contains(&stop) || has_pickup && matches!(stop, Stop::Pickup(_));
            if !again {
                sequences.push([sequence.as_slice(), &[stop]].concat());
            }
        }
        routes.extend(Route::of(model, shift, sequence));
    }
    routes
}

/// What the pool MIP makes of every feasible column, starting from nothing.
fn best_combination(model: &RouteModel<'_>, eligibility: &Eligibility, bound: Bound) -> Score {
    let problem = model.problem();
    let mut pool = ColumnPool::new(problem, PoolParams::default());
    for shift in problem.shift_ids() {
        for route in all_routes(model, eligibility, shift) {
            pool.offer(&route);
        }
    }
    let incumbent: Vec<Route> = problem.shift_ids().filter_map(|shift| Route::empty(model, shift)).collect();
    let mut master = Master::new(MasterParams { columns_max: usize::MAX, ..MasterParams::default() });
    match master.recombine(model, &pool, &incumbent, bound.mandatory_unserved, AMPLE) {
        PoolOutcome::Optimal(found) => {
            assert_eq!(journeyman_milp::score(model, &found.routes), Ok(found.score));
            found.score
        }
        PoolOutcome::NoImprovement { closed: true } => {
            journeyman_milp::score(model, &incumbent).expect("empty routes exclude nothing")
        }
        other => panic!("not closed: {other:?}"),
    }
}

#[test]
fn the_trivial_bound_holds_for_the_best_plan() {
    let shape = Shape::default();
    let (mut tight, mut positive, mut proved_unserved) = (0, 0, 0);
    let count = cases(300);
    for seed in 0..count as u64 {
        let problem = day(seed, &shape);
        let best = optimum(&problem);
        compiled(&problem, |_, _, bound| {
            assert!(bound.mandatory_unserved <= best.mandatory_unserved, "seed {seed}: {bound:?}");
            if bound.mandatory_unserved == best.mandatory_unserved {
                assert!(bound.cost <= best.cost.total(), "seed {seed}: {bound:?}, best {:?}", best.score());
                tight += usize::from(bound.cost == best.cost.total());
                positive += usize::from(bound.cost.micros() > 0);
            }
            proved_unserved += usize::from(bound.mandatory_unserved > 0);
        });
    }
    assert!(positive * 2 > count, "the bound is positive on {positive} of {count} days only");
    assert!(
        tight > 0 && proved_unserved > 0,
        "{tight} tight, {proved_unserved} with mandatory visits out of reach"
    );
}

#[test]
fn the_pool_mip_over_all_columns_finds_the_best_plan() {
    let shape = Shape { visits: 1..=4, ..Shape::default() };
    for seed in 0..cases(150) as u64 {
        let problem = day(seed, &shape);
        let best = optimum(&problem);
        compiled(&problem, |model, eligibility, bound| {
            assert_eq!(best_combination(model, eligibility, bound), best.score(), "seed {seed}");
        });
    }
}
