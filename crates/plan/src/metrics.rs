//! A plan in numbers.

use journeyman_domain::{Certainty, Distance, Duration, Plan, PlannedRoute, Problem, StopKind};

/// What a plan does, summed over its routes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Metrics {
    /// Visits on routes.
    pub visits_planned: usize,
    /// Visits left out, whatever the reason.
    pub visits_unassigned: usize,
    /// Of those left out: waiting for a permit or a part.
    pub visits_awaiting: usize,
    /// Of those on routes: planned tentatively.
    pub visits_held: usize,
    /// Visits started within their soft end and their promise.
    pub visits_on_time: usize,
    /// Shifts with a route.
    pub shifts_used: usize,
    /// Time spent driving.
    pub driving: Duration,
    /// Distance driven.
    pub distance: Distance,
    /// Time on site, counters of pickups included.
    pub service: Duration,
    /// Breaks taken between departure and return.
    pub breaks: Duration,
    /// Time between departure and return in which nothing happens.
    pub waiting: Duration,
    /// Return after the soft end of the shift.
    pub overtime: Duration,
    /// Starts after the soft ends of visits.
    pub lateness: Duration,
    /// Regular time of all shifts, breaks taken off; what utilization is measured by.
    pub regular: Duration,
    /// Visits started outside their promised window.
    pub promises_moved: usize,
    /// Visits with another technician than promised.
    pub technicians_swapped: usize,
    /// Visits on another local day than promised.
    pub days_changed: usize,
}

impl Metrics {
    /// Driving and service per thousand of the regular time of all shifts; absent without any. Above 1,000 with
    /// overtime.
    pub fn utilization_permille(&self) -> Option<i64> {
        let regular = self.regular.ticks();
        (regular > 0).then(|| (self.driving + self.service).ticks() * 1_000 / regular)
    }

    /// Visits started on time per thousand of those planned; absent without any.
    pub fn on_time_permille(&self) -> Option<usize> {
        (self.visits_planned > 0).then(|| self.visits_on_time * 1_000 / self.visits_planned)
    }
}

/// Adds a plan up. O(stops + shifts).
pub fn metrics(problem: &Problem, plan: &Plan) -> Metrics {
    let mut sum = Metrics {
        visits_unassigned: plan.unassigned.len(),
        visits_awaiting: plan
            .unassigned
            .iter()
            .filter(|left_out| matches!(left_out.certainty, Certainty::Awaiting(_)))
            .count(),
        shifts_used: plan.routes.len(),
        ..Metrics::default()
    };
    for shift in &problem.shifts {
        let breaks: Duration = shift.breaks.iter().map(|pause| pause.duration).sum();
        let regular = shift.soft_end - shift.window.start - breaks;
        sum.regular += regular.max(Duration::ZERO);
    }
    for route in &plan.routes {
        add_route(problem, route, &mut sum);
    }
    sum
}

fn add_route(problem: &Problem, route: &PlannedRoute, sum: &mut Metrics) {
    let mut busy = Duration::ZERO;
    for stop in &route.stops {
        let spent = stop.end - stop.start;
        busy += spent;
        match stop.kind {
            StopKind::Break(_) => sum.breaks += spent,
            StopKind::Pickup(_) => sum.service += spent,
            StopKind::Visit(visit) => {
                sum.service += spent;
                sum.visits_planned += 1;
                sum.visits_held += usize::from(stop.held);
                let noun = problem.visit(visit);
                let late =
                    noun.soft_end.map_or(Duration::ZERO, |soft| (stop.start - soft).max(Duration::ZERO));
                sum.lateness += late;
                let moved = noun.promise.is_some_and(|promise| !promise.window.contains(stop.start));
                sum.promises_moved += usize::from(moved);
                sum.visits_on_time += usize::from(late == Duration::ZERO && !moved);
                if let Some(promise) = noun.promise {
                    let shift = problem.shift(route.shift);
                    let swapped = promise.technician.is_some_and(|named| named != shift.technician);
                    sum.technicians_swapped += usize::from(swapped);
                    sum.days_changed += usize::from(problem.local_day(promise.window.start) != shift.day);
                }
            }
        }
    }
    for leg in route.stops.iter().map(|stop| &stop.leg).chain([&route.last_leg]) {
        busy += leg.duration;
        sum.driving += leg.duration;
        sum.distance += leg.distance;
    }
    sum.waiting += route.return_time - route.departure - busy;
    sum.overtime += (route.return_time - problem.shift(route.shift).soft_end).max(Duration::ZERO);
}
