//! The arithmetic equals brute force, and its quick ways equal its slow ones, to the micro-dollar.

use journeyman_domain::{Cost, Problem, ShiftId, Stop, VisitId};
use journeyman_route::{Insertion, Inventory, Route, RouteModel};
use journeyman_testkit::{Shape, brute, cases, random_problem};
use journeyman_travel::Travel;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Some visits in some order, sometimes with a pickup among them.
fn random_stops(problem: &Problem, rng: &mut Pcg64Mcg) -> Vec<Stop> {
    let mut stops: Vec<Stop> =
        problem.visit_ids().filter(|_| rng.random_bool(0.45)).map(Stop::Visit).collect();
    for at in (1..stops.len()).rev() {
        stops.swap(at, rng.random_range(0..=at));
    }
    if !problem.pickups.is_empty() && rng.random_bool(0.4) {
        let pickup = problem.pickup_ids().nth(rng.random_range(0..problem.pickups.len()));
        stops.insert(rng.random_range(0..=stops.len()), Stop::Pickup(pickup.expect("in range")));
    }
    stops
}

/// Calls `look` with random days and one random sequence for each of their shifts.
fn for_random_routes(count: usize, mut look: impl FnMut(u64, &RouteModel<'_>, ShiftId, Vec<Stop>)) {
    let mut routes = 0;
    for seed in 0.. {
        let problem = random_problem(seed, &Shape::default());
        let travel = Travel::build(&problem).expect("random days have travel");
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        for shift in problem.shift_ids() {
            for _ in 0..3 {
                look(seed, &model, shift, random_stops(&problem, &mut rng));
                routes += 1;
                if routes >= count {
                    return;
                }
            }
        }
    }
}

fn scratch(model: &RouteModel<'_>, shift: ShiftId, stops: &[Stop]) -> Option<Cost> {
    if stops.is_empty() {
        Some(Cost::ZERO)
    } else {
        model.schedule(shift, stops).map(|schedule| schedule.cost)
    }
}

#[test]
fn the_least_cost_of_a_sequence_is_that_of_brute_force() {
    let (mut feasible, mut infeasible) = (0, 0);
    for_random_routes(cases(3_000), |seed, model, shift, stops| {
        let problem = model.problem();
        let open = |visit, time| problem.start_windows(visit).iter().any(|window| window.contains(time));
        let brute = brute::best_schedule_where(problem, model.travel(), shift, &stops, &open);
        let expected = brute.map(|route| route.cost.total());
        let found = model.schedule(shift, &stops).map(|schedule| schedule.cost);
        assert_eq!(found, expected, "seed {seed}, {shift:?}, {stops:?}");
        if expected.is_some() { feasible += 1 } else { infeasible += 1 }
    });
    assert!(feasible > 0 && infeasible > 0, "both kinds occur: {feasible}, {infeasible}");
}

#[test]
fn an_insertion_costs_what_the_longer_sequence_costs() {
    let mut feasible = 0;
    for_random_routes(cases(3_000), |seed, model, shift, stops| {
        let Some(route) = Route::of(model, shift, stops.clone()) else { return };
        for visit in model.problem().visit_ids().filter(|v| !stops.contains(&Stop::Visit(*v))) {
            for position in 0..=stops.len() {
                let mut longer = stops.clone();
                longer.insert(position, Stop::Visit(visit));
                let found = route.cost_with(model, position, visit, Cost::MAX);
                assert_eq!(found, scratch(model, shift, &longer), "seed {seed}, {shift:?}, {longer:?}");
                feasible += usize::from(found.is_some());
            }
        }
    });
    assert!(feasible > 0);
}

#[test]
fn a_stop_taken_out_leaves_what_the_shorter_sequence_costs() {
    for_random_routes(cases(3_000), |seed, model, shift, stops| {
        let Some(route) = Route::of(model, shift, stops.clone()) else { return };
        for position in 0..stops.len() {
            let mut shorter = stops.clone();
            shorter.remove(position);
            let found = route.cost_without(model, position);
            assert_eq!(found, scratch(model, shift, &shorter), "seed {seed}, {shift:?}, {shorter:?}");
        }
    });
}

/// Every position; where the van lacks something, also every pickup at every position before. From scratch.
fn best_by_trying(model: &RouteModel<'_>, route: &Route, visit: VisitId) -> Option<Cost> {
    let (shift, stops) = (route.shift(), route.stops());
    let with_visit = |position: usize| {
        let mut with = stops.to_vec();
        with.insert(position, Stop::Visit(visit));
        with
    };
    let mut tried: Vec<Vec<Stop>> = (0..=stops.len()).map(with_visit).collect();
    let on_van = Inventory::of(model, shift, &tried[0]).is_some();
    if !on_van && route.inventory().pickup().is_none() {
        for pickup in model.pickups() {
            for position in 0..=stops.len() {
                for at in 0..=position {
                    let mut with = with_visit(position);
                    with.insert(at, Stop::Pickup(pickup));
                    tried.push(with);
                }
            }
        }
    }
    let carried = tried.iter().filter(|stops| Inventory::of(model, shift, stops).is_some());
    carried.filter_map(|stops| Some(scratch(model, shift, stops)? - route.cost())).min()
}

#[test]
fn the_best_insertion_is_the_best_of_all_positions() {
    let mut with_pickup = 0;
    for_random_routes(cases(3_000), |seed, model, shift, stops| {
        let Some(mut route) = Route::of(model, shift, stops.clone()) else { return };
        for visit in model.problem().visit_ids().filter(|v| !stops.contains(&Stop::Visit(*v))) {
            let found: Option<Insertion> = route.best_insertion(model, visit, Cost::MAX, |_| false);
            let tried = best_by_trying(model, &route, visit);
            assert_eq!(found.map(|i| i.delta), tried, "seed {seed}, {visit:?}, {stops:?}");
            with_pickup += usize::from(found.is_some_and(|insertion| insertion.pickup.is_some()));
        }
        let visit = model.problem().visit_ids().find(|v| !stops.contains(&Stop::Visit(*v)));
        if let Some(insertion) = visit.and_then(|v| route.best_insertion(model, v, Cost::MAX, |_| false)) {
            let before = route.cost();
            route.insert(model, &insertion);
            assert_eq!(route.cost(), before + insertion.delta);
            assert_eq!(Some(route.cost()), scratch(model, shift, route.stops()));
        }
    });
    assert!(with_pickup > 0, "some insertions bring a pickup");
}
