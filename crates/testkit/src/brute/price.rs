//! What a timed route costs, term by term, straight from the definition.

use journeyman_domain::{
    Cost, CostBreakdown, CostTerm, Duration, PayPolicy, PlannedRoute, Problem, ShiftId, StopKind, Time,
    VisitId,
};

/// The money of one visit that starts at `at` on `shift`: lateness, disruption, preference.
pub(super) fn visit_price(problem: &Problem, shift: ShiftId, visit: VisitId, at: Time) -> CostBreakdown {
    let (noun, shift) = (problem.visit(visit), problem.shift(shift));
    let mut cost = CostBreakdown::default();
    if let Some(soft_end) = noun.soft_end {
        cost.add(CostTerm::Lateness, noun.lateness * after(at, soft_end));
    }
    if !noun.preferred.is_empty() && !noun.preferred.contains(&shift.technician) {
        cost.add(CostTerm::Preference, noun.preference_missed);
    }
    let Some(promise) = noun.promise else { return cost };
    let mut surcharge = Cost::ZERO;
    let mut disruption = problem.rates.promise_late * after(at, promise.window.end);
    if !promise.window.contains(at) {
        disruption += problem.rates.promise_moved;
        for soon in problem.rates.promise_soon.iter().rev() {
            // From the longest time to the shortest, each in the place of the one before.
            if problem.freeze_time.is_some_and(|now| now + soon.within >= promise.window.start) {
                surcharge = soon.price;
            }
        }
        disruption += surcharge;
    }
    if promise.technician.is_some_and(|promised| promised != shift.technician) {
        disruption += problem.rates.technician_swapped;
        if promise.announced {
            disruption += problem.rates.announced_swap;
        }
    }
    if shift.day != problem.local_day(promise.window.start) {
        disruption += problem.rates.day_changed;
    }
    cost.add(CostTerm::Disruption, disruption);
    cost
}

/// What a timed route costs, term by term. Reads its departure, legs, starts and return; checks nothing.
pub fn price(problem: &Problem, route: &PlannedRoute) -> CostBreakdown {
    let shift = problem.shift(route.shift);
    let legs = || route.stops.iter().map(|stop| stop.leg).chain([route.last_leg]);
    let paid: Duration = match shift.rates.pay {
        PayPolicy::Shift => legs().map(|leg| leg.duration).sum(),
        PayPolicy::PortalToPortal => route.return_time - route.departure,
    };
    let mut cost = CostBreakdown::default();
    cost.add(CostTerm::PaidTime, shift.rates.time * paid);
    cost.add(CostTerm::Distance, shift.rates.distance * legs().map(|leg| leg.distance).sum());
    cost.add(CostTerm::Overtime, shift.rates.overtime * after(route.return_time, shift.soft_end));
    cost.add(CostTerm::ShiftUsed, shift.rates.used);
    for stop in &route.stops {
        if let StopKind::Visit(visit) = stop.kind {
            cost += visit_price(problem, route.shift, visit, stop.start);
        }
    }
    cost
}

/// The penalties of visits left unserved.
pub(super) fn unserved(problem: &Problem, visits: impl Iterator<Item = VisitId>) -> Cost {
    visits.map(|visit| problem.visit(visit).penalty()).sum()
}

fn after(at: Time, limit: Time) -> Duration {
    (at - limit).max(Duration::ZERO)
}
