//! One route with its times, costs, windows and licenses.

use journeyman_domain::{
    CostBreakdown, Distance, Duration, Leg, PlaceId, PlannedRoute, PlannedStop, Release, ShiftId, Stop,
    StopKind, Time,
};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel, ScheduledStop};

use crate::arrival_window::WindowCutter;
use crate::pricing::cost_by_term;

/// The plan's noun for a route; none for an empty one. O(stops).
///
/// # Panics
/// When the costs of the schedule by term do not add up to the cost of the route: two rooms disagree.
pub fn planned_route(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    cutter: &WindowCutter<'_>,
    route: &Route,
) -> Option<PlannedRoute> {
    if route.is_empty() {
        return None;
    }
    let mut planned = scheduled_route(model, eligibility, (route.shift(), route.stops()))
        .expect("a route is feasible at all times");
    assert_eq!(planned.total(), route.cost(), "terms of {planned:?} add up to the cost of its route");
    let windows = cutter.windows(&planned);
    for (stop, window) in planned.stops.iter_mut().zip(windows) {
        stop.window = window;
    }
    Some(planned)
}

/// The same before customers are told anything: no stop has an arrival window. None for no stops, or where they are
/// infeasible in time. O(stops).
pub fn scheduled_route(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    (shift, stops): (ShiftId, &[Stop]),
) -> Option<PlannedRoute> {
    let schedule = model.schedule(shift, stops)?;
    let noun = model.problem().shift(shift);
    let mut place = noun.start_place;
    let mut stops = Vec::with_capacity(schedule.stops.len());
    for scheduled in &schedule.stops {
        stops.push(planned_stop(model, eligibility, (shift, place), scheduled));
        if let Some(stop) = scheduled.stop {
            place = model.place_of(stop);
        }
    }
    let way_back = (schedule.last_leg_departure, schedule.return_time);
    let mut planned = PlannedRoute {
        shift,
        departure: schedule.departure,
        stops,
        last_leg: leg(model, (place, noun.end_place), way_back),
        return_time: schedule.return_time,
        cost: CostBreakdown::default(),
    };
    planned.cost = cost_by_term(model, &planned);
    Some(planned)
}

fn planned_stop(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    (shift, from): (ShiftId, PlaceId),
    scheduled: &ScheduledStop,
) -> PlannedStop {
    let problem = model.problem();
    let mut stop = PlannedStop {
        kind: StopKind::Break(0),
        leg: Leg {
            departure: scheduled.start,
            duration: Duration::ZERO,
            distance: Distance::ZERO,
            source: model.travel().source(),
        },
        arrival: scheduled.arrival,
        start: scheduled.start,
        end: scheduled.end,
        window: None,
        license: None,
        held: false,
    };
    match (scheduled.stop, scheduled.break_index) {
        (Some(Stop::Visit(visit)), _) => {
            stop.kind = StopKind::Visit(visit);
            stop.license = eligibility.proof(problem, shift, visit, scheduled.start);
            stop.held = matches!(problem.release(visit), Release::Held { .. });
        }
        (Some(Stop::Pickup(pickup)), _) => stop.kind = StopKind::Pickup(pickup),
        (None, Some(index)) => stop.kind = StopKind::Break(index),
        (None, None) => unreachable!("a scheduled stop is a stop or a break: {scheduled:?}"),
    }
    if let Some(to) = scheduled.stop {
        stop.leg = leg(model, (from, model.place_of(to)), (scheduled.leg_departure, scheduled.arrival));
    }
    stop
}

fn leg(model: &RouteModel<'_>, (from, to): (PlaceId, PlaceId), (departure, arrival): (Time, Time)) -> Leg {
    Leg {
        departure,
        duration: arrival - departure,
        distance: model.travel().leg(from, to).distance,
        source: model.travel().source(),
    }
}
