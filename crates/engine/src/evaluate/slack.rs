//! How much later a visit could start before something breaks behind it.

use journeyman_domain::{
    Duration, Plan, PlannedRoute, Problem, ShiftId, Stop, StopKind, Time, TimeWindow, VisitId,
};
use journeyman_route::{RouteModel, StartLimit};

use crate::day::Ground;

/// How much a visit of a plan without violations may slip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VisitSlack {
    /// The visit.
    pub visit: VisitId,
    /// It may start any time up to this much later: its own window holds, and for everything behind it on its route,
    /// in the same order and moved no more than it must, there still is a window, room for the breaks, and a return
    /// inside the shift.
    pub slack: Duration,
    /// The same with every promise kept, its own and those behind it, that the plan keeps. Zero where it misses its own
    /// already; none where it has no promise and the plan tells no window.
    pub promise_slack: Option<Duration>,
}

/// Slack of every visit on a route, in the order of the problem. O(stops × pieces), and a model of O(shifts × visits).
pub(crate) fn slacks(ground: &Ground, model: &RouteModel<'_>, plan: &Plan) -> Vec<VisitSlack> {
    let problem = &*ground.problem;
    let promised = with_promises(problem, plan);
    let promised = RouteModel::build(&promised, &ground.travel, &limits(ground, plan));
    let mut slacks = Vec::new();
    for route in &plan.routes {
        let free = latest_starts(model, route);
        let kept = latest_starts(&promised, route);
        let visits = route.stops.iter().filter_map(|stop| match stop.kind {
            StopKind::Visit(visit) => Some((visit, stop.start, promise_end(problem, route, visit))),
            StopKind::Pickup(_) | StopKind::Break(_) => None,
        });
        for (((visit, start, end), free), kept) in visits.zip(free).zip(kept) {
            let later =
                |latest: Option<Time>| latest.map_or(Duration::ZERO, |latest| later_by(start, latest));
            let slack = later(free);
            let promise_slack =
                end.map(|end| if start > end { Duration::ZERO } else { later(kept).min(slack) });
            slacks.push(VisitSlack { visit, slack, promise_slack });
        }
    }
    slacks.sort_by_key(|slack| slack.visit);
    slacks
}

fn later_by(start: Time, latest: Time) -> Duration {
    (latest - start).max(Duration::ZERO)
}

/// Of every visit of a route, the last start to which it may slip without a gap.
fn latest_starts(model: &RouteModel<'_>, route: &PlannedRoute) -> Vec<Option<Time>> {
    let stops: Vec<Stop> = route
        .stops
        .iter()
        .filter_map(|stop| match stop.kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        })
        .collect();
    let ends = model.latest_ends(route.shift, &stops);
    let mut taken = breaks_before_departure(model.problem(), route);
    let mut starts = Vec::with_capacity(stops.len());
    let mut ends = ends.iter();
    for stop in &route.stops {
        let visit = match stop.kind {
            StopKind::Break(index) => {
                taken = index + 1;
                continue;
            }
            StopKind::Pickup(_) => None,
            StopKind::Visit(visit) => Some(visit),
        };
        let end = ends.next().and_then(|by_breaks| by_breaks.get(taken).copied().flatten());
        let Some(visit) = visit else { continue };
        let window = open_until(model, (route.shift, visit), stop.start);
        starts.push(
            end.zip(window).map(|(end, window)| (end - model.duration_of(Stop::Visit(visit))).min(window)),
        );
    }
    starts
}

/// The last start of the window that a start lies in.
fn open_until(model: &RouteModel<'_>, (shift, visit): (ShiftId, VisitId), start: Time) -> Option<Time> {
    let mut last = None;
    for piece in model.profile(shift, visit).pieces().iter().filter(|piece| piece.to >= start) {
        let goes_on = match last {
            None => piece.from <= start,
            Some(end) => piece.from <= end + Duration::from_ticks(1),
        };
        if !goes_on {
            break;
        }
        last = Some(piece.to);
    }
    last
}

/// How many breaks are over when the technician leaves: those in front of the first listed one, or, where none is
/// listed, as many as fit.
fn breaks_before_departure(problem: &Problem, route: &PlannedRoute) -> usize {
    let shift = problem.shift(route.shift);
    let listed = route.stops.iter().find_map(|stop| match stop.kind {
        StopKind::Break(index) => Some(index),
        StopKind::Visit(_) | StopKind::Pickup(_) => None,
    });
    let fitting = || {
        let mut free = shift.window.start;
        let late = shift.breaks.iter().position(|pause| {
            let start = free.max(pause.start.start);
            free = start + pause.duration;
            start > pause.start.end || free > route.departure
        });
        late.unwrap_or(shift.breaks.len())
    };
    listed.unwrap_or_else(fitting)
}

/// The end of what the customer was promised: before this plan, or by it.
fn promise_end(problem: &Problem, route: &PlannedRoute, visit: VisitId) -> Option<Time> {
    let told = || {
        let stop = route.stops.iter().find(|stop| stop.kind == StopKind::Visit(visit))?;
        stop.window.map(|told| told.window.end)
    };
    problem.visit(visit).promise.map(|promise| promise.window.end).or_else(told)
}

/// The problem in which promises that the plan keeps are hard.
fn with_promises(problem: &Problem, plan: &Plan) -> Problem {
    let mut promised = problem.clone();
    for route in &plan.routes {
        for stop in &route.stops {
            let StopKind::Visit(visit) = stop.kind else { continue };
            let Some(end) = promise_end(problem, route, visit).filter(|&end| stop.start <= end) else {
                continue;
            };
            let windows = &mut promised.visits[visit.index()].windows;
            let cut = |window: &TimeWindow| TimeWindow::new(window.start, window.end.min(end));
            *windows = windows.iter().filter_map(cut).collect();
        }
    }
    promised
}

/// The starts that licenses leave open, of the visits on their routes.
fn limits(ground: &Ground, plan: &Plan) -> Vec<StartLimit> {
    let mut limits = Vec::new();
    for route in &plan.routes {
        for stop in &route.stops {
            let StopKind::Visit(visit) = stop.kind else { continue };
            if ground.eligibility.narrows(route.shift, visit) {
                let windows = ground.eligibility.start_windows(route.shift, visit).to_vec();
                limits.push(StartLimit { shift: route.shift, visit, windows });
            }
        }
    }
    limits
}
