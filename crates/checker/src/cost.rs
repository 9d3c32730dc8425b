//! The money, term by term, from the schedule.

use journeyman_domain::{
    Cost, CostBreakdown, CostTerm, Duration, PayPolicy, Plan, PlannedRoute, ShiftId, StopKind, Time,
    Unserved, VisitId,
};

use crate::breach::Breach;
use crate::check::Ground;
use crate::coverage::{is_mandatory, times_served};

/// Compares a route's cost with its schedule, term by term, to the micro-dollar.
pub(crate) fn check_route(ground: &mut Ground<'_>, route: &PlannedRoute) {
    let expected = route_cost(ground, route);
    for term in CostTerm::ALL {
        let (given, expected) = (route.cost.get(term), expected.get(term));
        if given != expected {
            ground.route(route.shift, Breach::RouteCost { term, given, expected });
        }
    }
}

/// Compares the plan's cost with that of its routes and unserved visits.
pub(crate) fn check_plan(ground: &mut Ground<'_>, plan: &Plan) {
    let mut expected = CostBreakdown::default();
    for route in &plan.routes {
        expected += route_cost(ground, route);
    }
    let served = times_served(ground, plan);
    for (visit, _) in ground.problem.visits.iter().zip(served).filter(|&(_, times)| times == 0) {
        // What is mandatory is counted, not priced.
        if let (Unserved::Penalty(price), false) = (visit.unserved, is_mandatory(visit)) {
            expected.add(CostTerm::Unserved, price);
        }
    }
    for term in CostTerm::ALL {
        let (given, expected) = (plan.cost.get(term), expected.get(term));
        if given != expected {
            ground.plan(Breach::PlanCost { term, given, expected });
        }
    }
}

fn route_cost(ground: &Ground<'_>, route: &PlannedRoute) -> CostBreakdown {
    let (problem, travel) = (ground.problem, ground.travel);
    let shift = problem.shift(route.shift);
    let mut cost = CostBreakdown::default();
    let (mut driven, mut here) = (Duration::ZERO, shift.start_place);
    let mut drive = |there, departure| {
        driven += travel.duration_at(here, there, departure);
        cost.add(CostTerm::Distance, shift.rates.distance * travel.leg(here, there).distance);
        here = there;
    };
    for stop in &route.stops {
        match stop.kind {
            StopKind::Break(_) => {}
            StopKind::Pickup(id) => drive(problem.pickup(id).place, stop.leg.departure),
            StopKind::Visit(id) => drive(problem.visit(id).place, stop.leg.departure),
        }
    }
    drive(shift.end_place, route.last_leg.departure);
    let paid = match shift.rates.pay {
        PayPolicy::Shift => driven,
        PayPolicy::PortalToPortal => route.return_time - route.departure,
    };
    cost.add(CostTerm::PaidTime, shift.rates.time * paid);
    cost.add(CostTerm::ShiftUsed, shift.rates.used);
    if route.return_time > shift.soft_end {
        cost.add(CostTerm::Overtime, shift.rates.overtime * (route.return_time - shift.soft_end));
    }
    for stop in &route.stops {
        if let StopKind::Visit(id) = stop.kind {
            add_visit(ground, route.shift, (id, stop.start), &mut cost);
        }
    }
    cost
}

fn add_visit(ground: &Ground<'_>, shift: ShiftId, (visit, start): (VisitId, Time), cost: &mut CostBreakdown) {
    let (problem, noun) = (ground.problem, ground.problem.visit(visit));
    let (technician, day) = (problem.shift(shift).technician, problem.shift(shift).day);
    if let Some(soft_end) = noun.soft_end.filter(|&soft_end| start > soft_end) {
        cost.add(CostTerm::Lateness, noun.lateness * (start - soft_end));
    }
    let preferred = noun.preferred.is_empty() || noun.preferred.contains(&technician);
    cost.add(CostTerm::Preference, if preferred { Cost::ZERO } else { noun.preference_missed });
    let (Some(promise), rates) = (noun.promise, &problem.rates) else { return };
    let mut price = |applies: bool, price: Cost| {
        if applies {
            cost.add(CostTerm::Disruption, price);
        }
    };
    let late = start > promise.window.end;
    let moved = late || start < promise.window.start;
    price(moved, rates.promise_moved);
    // The dearest of the surcharges whose time has come: of those that hold, the one of the shortest time is.
    let ahead = problem.freeze_time.map(|freeze| promise.window.start - freeze);
    let come = rates.promise_soon.iter().filter(|soon| ahead.is_some_and(|ahead| ahead <= soon.within));
    price(moved, come.map(|soon| soon.price).max().unwrap_or(Cost::ZERO));
    price(late, rates.promise_late * (start - promise.window.end));
    let swapped = promise.technician.is_some_and(|named| named != technician);
    price(swapped, rates.technician_swapped);
    price(swapped && promise.announced, rates.announced_swap);
    price(problem.local_day(promise.window.start) != day, rates.day_changed);
}
