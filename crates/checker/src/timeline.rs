//! Legs and times of one route: every leg as travel says, nobody in two places at once.

use journeyman_domain::{Leg, PlaceId, PlannedRoute, PlannedStop, ShiftId, StopKind, Time};

use crate::breach::Breach;
use crate::check::Ground;

pub(crate) fn check(ground: &mut Ground<'_>, route: &PlannedRoute) {
    let (problem, id) = (ground.problem, route.shift);
    let shift = problem.shift(id);
    if !shift.window.contains(route.departure) {
        let (start, end) = (shift.window.start, shift.window.end);
        ground.route(id, Breach::DepartureOutsideShift { departure: route.departure, start, end });
    }
    // Where the technician stands, and since when he is free there; breaks move only the second.
    let (mut here, mut free) = (shift.start_place, route.departure);
    let mut breaks: Vec<&PlannedStop> = Vec::new();
    let mut departed = false;
    for stop in &route.stops {
        let there = match stop.kind {
            StopKind::Break(_) => {
                breaks.push(stop);
                continue;
            }
            StopKind::Visit(visit) => problem.visit(visit).place,
            StopKind::Pickup(pickup) => problem.pickup(pickup).place,
        };
        if !std::mem::replace(&mut departed, true) && stop.leg.departure != route.departure {
            let (departure, leg) = (route.departure, stop.leg.departure);
            ground.route(id, Breach::DepartureNotFirstLeg { departure, leg });
        }
        let arrival = check_leg(ground, (id, stop.kind), &stop.leg, (here, there));
        if stop.arrival != arrival {
            at_stop(ground, id, stop.kind, Breach::Arrival { given: stop.arrival, expected: arrival });
        }
        let ready = between(ground, id, &breaks, (free, stop.leg.departure, arrival)).max(arrival);
        if stop.leg.departure < free {
            let leaves = stop.leg.departure;
            at_stop(ground, id, stop.kind, Breach::LegBeforeFree { leaves, free });
        }
        if stop.start < ready {
            at_stop(ground, id, stop.kind, Breach::StartBeforeFree { start: stop.start, free: ready });
        }
        check_end(ground, id, stop);
        breaks.clear();
        (here, free) = (there, stop.end);
    }
    let returned = check_leg(ground, (id, StopKind::Break(0)), &route.last_leg, (here, shift.end_place));
    let leaves = route.last_leg.departure;
    // What follows the return is not listed, so every break here ends before driving home.
    between(ground, id, &breaks, (free, leaves, Time::MAX));
    if leaves < free {
        ground.route(id, Breach::LegBeforeFree { leaves, free });
    }
    if route.return_time != returned {
        ground.route(id, Breach::Return { given: route.return_time, expected: returned });
    }
    if route.return_time > shift.window.end {
        ground.route(id, Breach::ReturnTooLate { given: route.return_time, end: shift.window.end });
    }
}

/// Compares a leg with travel, and gives its true end.
fn check_leg(
    ground: &mut Ground<'_>,
    (shift, to): (ShiftId, StopKind),
    leg: &Leg,
    (from, there): (PlaceId, PlaceId),
) -> Time {
    let travel = ground.travel;
    let duration = travel.duration_at(from, there, leg.departure);
    if leg.duration != duration {
        at_stop(ground, shift, to, Breach::LegDuration { given: leg.duration, expected: duration });
    }
    let distance = travel.leg(from, there).distance;
    if leg.distance != distance {
        at_stop(ground, shift, to, Breach::LegDistance { given: leg.distance, expected: distance });
    }
    if leg.source != travel.source() {
        at_stop(ground, shift, to, Breach::LegSource);
    }
    leg.departure + duration
}

/// Places the breaks listed before a stop: each before its leg or after the arrival, one after another, from the
/// moment `free` on. Gives the moment at which the last of them ends.
fn between(
    ground: &mut Ground<'_>,
    shift: ShiftId,
    breaks: &[&PlannedStop],
    (free, leaves, arrives): (Time, Time, Time),
) -> Time {
    let mut free = free;
    for stop in breaks {
        let StopKind::Break(index) = stop.kind else { continue };
        let label = break_label(ground, shift, index);
        if stop.start < free {
            ground.route(shift, Breach::StartBeforeFree { start: stop.start, free });
        }
        let on_the_way = stop.start < arrives && stop.end > leaves;
        if on_the_way {
            ground.route(shift, Breach::BreakWhileDriving { label: label.clone() });
        }
        if stop.leg.duration.ticks() != 0 || stop.leg.distance.ticks() != 0 || stop.arrival > stop.start {
            ground.route(shift, Breach::BreakMoves { label });
        }
        check_end(ground, shift, stop);
        free = stop.end;
    }
    free
}

fn check_end(ground: &mut Ground<'_>, shift: ShiftId, stop: &PlannedStop) {
    let problem = ground.problem;
    let duration = match stop.kind {
        StopKind::Visit(visit) => problem.visit(visit).duration,
        StopKind::Pickup(pickup) => problem.pickup(pickup).duration,
        StopKind::Break(index) => match problem.shift(shift).breaks.get(index) {
            Some(pause) => pause.duration,
            // Reported with the breaks.
            None => return,
        },
    };
    let expected = stop.start + duration;
    if stop.end != expected {
        at_stop(ground, shift, stop.kind, Breach::End { given: stop.end, expected });
    }
}

pub(crate) fn break_label(ground: &Ground<'_>, shift: ShiftId, index: usize) -> String {
    let breaks = &ground.problem.shift(shift).breaks;
    breaks.get(index).map_or_else(|| format!("number {index}"), |pause| pause.label.clone())
}

/// A breach of a visit where the stop is one, else of the route.
fn at_stop(ground: &mut Ground<'_>, shift: ShiftId, kind: StopKind, breach: Breach) {
    match kind {
        StopKind::Visit(visit) => ground.visit(Some(shift), visit, breach),
        StopKind::Pickup(_) | StopKind::Break(_) => ground.route(shift, breach),
    }
}
