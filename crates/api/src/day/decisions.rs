//! Decisions that already stand: pins, and the plan in force.

use journeyman_domain::{BaselineRoute, BaselineStop, PinTarget, Stop};

use super::Words;
use crate::wire;

/// Pins of all visits.
pub(super) fn pins(say: &Words<'_>) -> Vec<wire::Pin> {
    let pinned = say.problem.visits.iter().filter_map(|visit| Some((visit, visit.pin?)));
    pinned
        .map(|(visit, pin)| wire::Pin {
            visit_id: visit.label.clone(),
            start_time: pin.start.map(|start| say.instant(start)),
            holder: Some(match pin.target {
                PinTarget::Shift(shift) => wire::pin::Holder::ShiftId(say.problem.shift(shift).label.clone()),
                PinTarget::Technician(technician) => {
                    wire::pin::Holder::TechnicianId(say.problem.technician(technician).label.clone())
                }
            }),
        })
        .collect()
}

/// The plan in force: the order and the times of its visits and pickups.
pub(super) fn baseline(say: &Words<'_>) -> Option<wire::Plan> {
    let routes = &say.problem.baseline;
    (!routes.is_empty()).then(|| wire::Plan {
        routes: routes.iter().map(|route| write_route(say, route)).collect(),
        ..wire::Plan::default()
    })
}

/// A route in force.
fn write_route(say: &Words<'_>, route: &BaselineRoute) -> wire::Route {
    wire::Route {
        shift_id: say.problem.shift(route.shift).label.clone(),
        technician_id: say.problem.technician_of(route.shift).label.clone(),
        departure_time: route.departure.map(|time| say.instant(time)),
        stops: route.stops.iter().map(|stop| self::stop(say, stop)).collect(),
        ..wire::Route::default()
    }
}

fn stop(say: &Words<'_>, stop: &BaselineStop) -> wire::Stop {
    let kind = match stop.stop {
        Stop::Visit(visit) => wire::stop::Kind::Visit(wire::VisitStop {
            visit_id: say.problem.visit(visit).label.clone(),
            arrival_window: stop
                .told
                .map(|told| wire::ArrivalWindow { window: Some(say.window(told)), ..Default::default() }),
            ..wire::VisitStop::default()
        }),
        Stop::Pickup(pickup) => wire::stop::Kind::Pickup(wire::PickupStop {
            warehouse_id: say.problem.pickup(pickup).label.clone(),
            ..wire::PickupStop::default()
        }),
    };
    wire::Stop {
        kind: Some(kind),
        leg: stop
            .leave_for
            .map(|time| wire::Leg { departure_time: Some(say.instant(time)), ..wire::Leg::default() }),
        start_time: stop.start.map(|time| say.instant(time)),
        ..wire::Stop::default()
    }
}
