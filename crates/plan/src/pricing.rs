//! The cost of a timed route, term by term.
//!
//! The sum is the cost that [`Route`](journeyman_route::Route) holds; this only says where it comes from.

use journeyman_domain::{
    CostBreakdown, CostTerm, Duration, PayPolicy, PlannedRoute, Problem, StopKind, Time,
};
use journeyman_route::RouteModel;

/// Reads departure, legs, starts and return of `route`; its own `cost` is not read. The penalties of visits left out
/// are the plan's. O(stops).
pub fn cost_by_term(model: &RouteModel<'_>, route: &PlannedRoute) -> CostBreakdown {
    let problem = model.problem();
    let shift = problem.shift(route.shift);
    let legs = || route.stops.iter().map(|stop| &stop.leg).chain([&route.last_leg]);
    let paid = match shift.rates.pay {
        PayPolicy::Shift => legs().map(|leg| leg.duration).sum(),
        PayPolicy::PortalToPortal => route.return_time - route.departure,
    };
    let mut cost = CostBreakdown::default();
    cost.add(CostTerm::PaidTime, shift.rates.time * paid);
    cost.add(CostTerm::Distance, shift.rates.distance * legs().map(|leg| leg.distance).sum());
    cost.add(CostTerm::Overtime, shift.rates.overtime * late(route.return_time, shift.soft_end));
    cost.add(CostTerm::ShiftUsed, shift.rates.used);
    for stop in &route.stops {
        if let StopKind::Visit(visit) = stop.kind {
            add_visit(problem, route, (visit, stop.start), &mut cost);
        }
    }
    cost
}

fn add_visit(
    problem: &Problem,
    route: &PlannedRoute,
    (visit, start): (journeyman_domain::VisitId, Time),
    cost: &mut CostBreakdown,
) {
    let (noun, shift, rates) = (problem.visit(visit), problem.shift(route.shift), &problem.rates);
    if let Some(soft_end) = noun.soft_end {
        cost.add(CostTerm::Lateness, noun.lateness * late(start, soft_end));
    }
    if !noun.preferred.is_empty() && noun.preferred.binary_search(&shift.technician).is_err() {
        cost.add(CostTerm::Preference, noun.preference_missed);
    }
    let Some(promise) = noun.promise else { return };
    cost.add(CostTerm::Disruption, rates.promise_late * late(start, promise.window.end));
    if !promise.window.contains(start) {
        cost.add(CostTerm::Disruption, problem.move_price(&promise));
    }
    if promise.technician.is_some_and(|named| named != shift.technician) {
        cost.add(CostTerm::Disruption, rates.technician_swapped);
        if promise.announced {
            cost.add(CostTerm::Disruption, rates.announced_swap);
        }
    }
    if problem.local_day(promise.window.start) != shift.day {
        cost.add(CostTerm::Disruption, rates.day_changed);
    }
}

fn late(time: Time, limit: Time) -> Duration {
    (time - limit).max(Duration::ZERO)
}
