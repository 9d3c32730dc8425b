//! Reads decisions that already stand: pins, and the plan in force.

use journeyman_domain::{
    BaselineRoute, BaselineStop, FreezeError, PickupId, Pin, PinTarget, Problem, ShiftId, Stop, TechnicianId,
    TimeWindow, VisitId,
};

use super::clock::shown;
use super::{Context, Dropped};
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// A pin, with its position in the list of the request.
pub(super) struct StandingPin {
    pub(super) visit: VisitId,
    pub(super) pin: Pin,
    index: usize,
}

/// At most one pin per visit.
pub(super) fn read(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> Vec<StandingPin> {
    let mut pins = Vec::with_capacity(problem.pins.len());
    let mut pinned = vec![false; problem.work_orders.iter().map(|order| order.visits.len()).sum()];
    for (index, pin) in problem.pins.iter().enumerate() {
        let entry = at.entry("pins", index);
        let visit = cx.visits.find(&entry.field("visit_id"), &pin.visit_id);
        let decision = decision(cx, pin, &entry);
        if visit.is_some_and(|visit| std::mem::replace(&mut pinned[visit], true)) {
            let text = format_args!("the visit {:?} has another pin", shown(&pin.visit_id));
            entry.refuse(ViolationCode::Duplicate, text);
        }
        let (Some(visit), Some(pin)) = (visit, decision) else { continue };
        pins.push(StandingPin { visit: VisitId::new(visit), pin, index });
    }
    pins
}

/// Who and when, but not which visit.
pub(super) fn decision(cx: &Context<'_>, pin: &wire::Pin, at: &Field<'_>) -> Option<Pin> {
    let target = match &pin.holder {
        Some(wire::pin::Holder::ShiftId(shift)) => {
            let found = cx.shifts.find(&at.field("shift_id"), shift);
            found.map(|shift| PinTarget::Shift(ShiftId::new(shift)))
        }
        Some(wire::pin::Holder::TechnicianId(technician)) => {
            let found = cx.technicians.find(&at.field("technician_id"), technician);
            found.map(|technician| PinTarget::Technician(TechnicianId::new(technician)))
        }
        None => {
            at.field("shift_id").refuse(ViolationCode::Required, "needed, or `technician_id`");
            None
        }
    };
    let start = cx.clock.instant(&at.field("start_time"), pin.start_time);
    Some(Pin { target: target?, start })
}

/// Locks what lies before the freeze time. A pin that says otherwise is refused, not overruled.
pub(super) fn freeze(read: &mut Problem, pins: &[StandingPin], problem: &wire::Problem, at: &Field<'_>) {
    let Err(errors) = read.freeze() else { return };
    let position = |visit: VisitId| {
        let pin = pins.iter().find(|pin| pin.visit == visit);
        pin.expect("only a visit with a pin can be pinned otherwise").index
    };
    for error in errors {
        match error {
            FreezeError::PinnedElsewhere { visit, shift } => {
                let index = position(visit);
                let holder = match &problem.pins[index].holder {
                    Some(wire::pin::Holder::TechnicianId(_)) => "technician_id",
                    Some(wire::pin::Holder::ShiftId(_)) | None => "shift_id",
                };
                let (visit, shift) = (shown(&read.visit(visit).label), shown(&read.shift(shift).label));
                at.entry("pins", index).field(holder).refuse(
                    ViolationCode::Conflict,
                    format_args!("the freeze time holds the visit {visit:?} on the shift {shift:?}"),
                );
            }
            FreezeError::PinnedAtAnotherTime { visit, .. } => {
                let label = shown(&read.visit(visit).label);
                at.entry("pins", position(visit)).field("start_time").refuse(
                    ViolationCode::Conflict,
                    format_args!(
                        "the freeze time holds the visit {label:?} at another start, the baseline's"
                    ),
                );
            }
            // Every start that the freeze asks for was looked at when the baseline was read.
            FreezeError::NoStart { .. } | FreezeError::StartsDecrease { .. } => {
                at.field("baseline_plan").refuse(ViolationCode::Conflict, error);
            }
        }
    }
}

/// The plan in force. What the day does not know is dropped with a warning: an old plan is never refused for its age.
pub(super) fn baseline(
    cx: &Context<'_>,
    (problem, needs_start): (&wire::Problem, bool),
    at: &Field<'_>,
    dropped: &mut Vec<Dropped>,
) -> Vec<BaselineRoute> {
    let Some(plan) = &problem.baseline_plan else { return Vec::new() };
    let at = at.field("baseline_plan");
    let mut reader = BaselineReader {
        cx,
        needs_start,
        visit_taken: vec![false; problem.work_orders.iter().map(|order| order.visits.len()).sum()],
        dropped,
        shift: "",
    };
    let mut routes: Vec<(BaselineRoute, usize)> = Vec::with_capacity(plan.routes.len().min(cx.limits.shifts));
    let mut shift_taken = vec![false; problem.technicians.iter().map(|t| t.shifts.len()).sum()];
    for (index, route) in plan.routes.iter().enumerate() {
        let entry = at.entry("routes", index);
        reader.shift = &route.shift_id;
        match cx.shifts.get(&route.shift_id) {
            None => {
                reader.drop(&entry.field("shift_id"), "shift", &route.shift_id, "is not known to the day");
            }
            Some(shift) if std::mem::replace(&mut shift_taken[shift], true) => {
                reader.drop(&entry.field("shift_id"), "shift", &route.shift_id, "has a route already");
            }
            Some(shift) => {
                let stops = reader.stops(&route.stops, &entry);
                let departure = cx.clock.instant(&entry.field("departure_time"), route.departure_time);
                routes.push((BaselineRoute { shift: ShiftId::new(shift), departure, stops }, index));
            }
        }
    }
    routes.sort_by_key(|(route, _)| route.shift);
    routes.into_iter().map(|(route, _)| route).collect()
}

struct BaselineReader<'a, 'w> {
    cx: &'a Context<'a>,
    /// Whose route is read.
    shift: &'a str,
    needs_start: bool,
    visit_taken: Vec<bool>,
    dropped: &'w mut Vec<Dropped>,
}

impl BaselineReader<'_, '_> {
    fn stops(&mut self, stops: &[wire::Stop], at: &Field<'_>) -> Vec<BaselineStop> {
        let mut read = Vec::with_capacity(stops.len());
        let mut picked_up = false;
        let mut before = None;
        for (index, stop) in stops.iter().enumerate() {
            let entry = at.entry("stops", index);
            let Some(what) = self.stop(stop, &entry, &mut picked_up) else { continue };
            let start_at = entry.field("start_time");
            if self.needs_start && stop.start_time.is_none() {
                start_at.refuse(ViolationCode::Required, "needed with a freeze time");
            }
            let start = self.cx.clock.instant(&start_at, stop.start_time);
            if self.needs_start && start.is_some() && start < before {
                let text = "lies before the start of the stop in front of it";
                start_at.refuse(ViolationCode::Unordered, text);
            }
            before = start.or(before);
            let leg_at = entry.field("leg");
            read.push(BaselineStop {
                stop: what,
                leave_for: stop.leg.as_ref().and_then(|leg| {
                    self.cx.clock.instant(&leg_at.field("departure_time"), leg.departure_time)
                }),
                start,
                told: self.told(stop, &entry),
            });
        }
        read
    }

    /// The arrival window that a visit's customer was told.
    fn told(&self, stop: &wire::Stop, at: &Field<'_>) -> Option<TimeWindow> {
        let Some(wire::stop::Kind::Visit(visit)) = &stop.kind else { return None };
        let window = visit.arrival_window.as_ref()?.window.as_ref()?;
        let visit_at = at.field("visit");
        self.cx.clock.window(&visit_at.field("arrival_window").field("window"), window)
    }

    /// Nothing for a break, which the search places anew, and for what is dropped.
    fn stop(&mut self, stop: &wire::Stop, at: &Field<'_>, picked_up: &mut bool) -> Option<Stop> {
        match &stop.kind {
            None => {
                at.field("visit").refuse(ViolationCode::Required, "needed, or `pickup`, or `shift_break`");
                None
            }
            Some(wire::stop::Kind::ShiftBreak(_)) => None,
            Some(wire::stop::Kind::Visit(visit)) => {
                let id_at = at.field("visit");
                let id_at = id_at.field("visit_id");
                let Some(found) = self.cx.visits.get(&visit.visit_id) else {
                    self.drop(&id_at, "visit", &visit.visit_id, "is not known to the day");
                    return None;
                };
                if std::mem::replace(&mut self.visit_taken[found], true) {
                    self.drop(&id_at, "visit", &visit.visit_id, "is on the plan already");
                    return None;
                }
                Some(Stop::Visit(VisitId::new(found)))
            }
            Some(wire::stop::Kind::Pickup(pickup)) => {
                let id_at = at.field("pickup");
                let id_at = id_at.field("warehouse_id");
                let Some(found) = self.cx.warehouses.get(&pickup.warehouse_id) else {
                    self.drop(&id_at, "warehouse", &pickup.warehouse_id, "is not known to the day");
                    return None;
                };
                if std::mem::replace(picked_up, true) {
                    self.drop(&id_at, "warehouse", &pickup.warehouse_id, "is a second pickup on its route");
                    return None;
                }
                Some(Stop::Pickup(PickupId::new(found)))
            }
        }
    }

    fn drop(&mut self, at: &Field<'_>, noun: &str, id: &str, why: &str) {
        if self.dropped.len() < self.cx.limits.violations {
            self.dropped.push(Dropped {
                field: at.to_string(),
                shift: self.shift.to_owned(),
                visit: if noun == "visit" { id.to_owned() } else { String::new() },
                text: format!("dropped from the baseline: the {noun} {:?} {why}", shown(id)),
            });
        }
    }
}
