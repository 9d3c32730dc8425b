//! What is known of a day under way, and what events do to it.
//!
//! Facts come first: what the field reports overrules what was planned, and a rule that a fact has broken is bent so
//! far that the fact fits. Nothing here decides anything about the rest of the day.

mod bend;
mod field;
mod gates;
mod people;
mod position;
mod work;

use std::sync::Arc;

use journeyman_domain::{
    BaselineRoute, BaselineStop, Event, EventKind, Plan, PlannedRoute, PlannedStop, Problem, ShiftId, Stop,
    StopKind, Time, TimeWindow, VisitId,
};
use journeyman_plan::Slot;
use journeyman_travel::{Travel, TravelError};

use crate::EngineError;
use crate::certificate::Certificate;

pub use bend::Bent;

/// The day as it was told: nothing of it is frozen, and its baseline is the plan in force, with times.
#[derive(Clone)]
pub(crate) struct Told {
    pub(crate) problem: Problem,
    pub(crate) travel: Arc<Travel>,
    /// By visit: which event of the batch at hand concerns it directly.
    pub(crate) causes: Vec<Option<usize>>,
    /// What is proved of every plan, as long as it holds.
    pub(crate) certificate: Option<Certificate>,
    /// Visits that were on the plan in force and left the day with the batch at hand.
    pub(crate) gone: Vec<Gone>,
    /// Visits whose work is interrupted, and since when.
    paused: Vec<(VisitId, Time)>,
}

/// A visit that was on the plan in force and is no longer wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gone {
    /// Its label.
    pub visit: String,
    /// Where it stood.
    pub before: Slot,
    /// What the customer was told.
    pub told: Option<TimeWindow>,
    /// Which event of the batch took it away.
    pub cause: usize,
}

/// An event that cannot have happened to this day.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EventError {
    /// What has happened can't change.
    #[error("visit {visit}: it has started, or the technician is on the way")]
    HasStarted {
        /// Label of the visit.
        visit: String,
    },
    /// The event speaks of work under way, and the visit is on no route before it.
    #[error("visit {visit}: no technician has started it")]
    NotStarted {
        /// Label of the visit.
        visit: String,
    },
    /// Work that ends before it starts.
    #[error("visit {visit}: the end lies before the start of the work")]
    EndsBeforeStart {
        /// Label of the visit.
        visit: String,
    },
    /// A report by somebody who does not work then.
    #[error("technician {technician}: has no shift at the time of the event")]
    NoShift {
        /// Label of the technician.
        technician: String,
    },
    /// A technician with two shifts at once.
    #[error("shift {shift}: it overlaps another shift of its technician")]
    Overlap {
        /// Label of the shift.
        shift: String,
    },
    /// A new place cannot be reached by the travel of the day.
    #[error(transparent)]
    Travel(#[from] TravelError),
}

impl Told {
    /// A day with the plan in force, if there is one. The plan's ids are those of the problem.
    pub(crate) fn new(problem: Problem, travel: Arc<Travel>) -> Self {
        let causes = vec![None; problem.visits.len()];
        Self { problem, travel, causes, certificate: None, gone: Vec::new(), paused: Vec::new() }
    }

    /// Takes note of the plan in force, which was made for `frozen`.
    pub(crate) fn publish(&mut self, plan: &Plan, frozen: &Problem) {
        self.stand_on(in_force(&plan.routes, frozen));
    }

    /// Takes note of the plan in force, given with its times.
    pub(crate) fn stand_on(&mut self, baseline: Vec<BaselineRoute>) {
        self.problem.baseline = baseline;
        self.causes.fill(None);
        self.gone.clear();
    }

    /// Visits whose work is interrupted, and since when.
    pub(crate) fn paused(&self) -> &[(VisitId, Time)] {
        &self.paused
    }

    /// The same day with visits whose work is interrupted.
    pub(crate) fn with_paused(self, paused: Vec<(VisitId, Time)>) -> Self {
        Self { paused, ..self }
    }

    /// Whether some visit of the plan in force has no time, or the customer was told nothing.
    pub(crate) fn is_incomplete(&self) -> bool {
        let mut stops = self.problem.baseline.iter().flat_map(|route| &route.stops);
        stops.any(|stop| stop.start.is_none() || stop.told.is_none() && matches!(stop.stop, Stop::Visit(_)))
    }

    /// Adds what is not known of the stops that a plan has on the same shifts. Where a stop without a time is not among
    /// them, it starts when the one before it does.
    pub(crate) fn complete(&mut self, plan: &Plan) {
        for route in &mut self.problem.baseline {
            let known = plan.routes.iter().find(|known| known.shift == route.shift).map(baseline_of);
            let known = known.map_or_else(Vec::new, |known| known.stops);
            let mut before = None;
            for stop in &mut route.stops {
                if let Some(known) = known.iter().find(|known| known.stop == stop.stop) {
                    if stop.start.is_none() {
                        (stop.start, stop.leave_for) = (known.start, stop.leave_for.or(known.leave_for));
                    }
                    let start = stop.start;
                    let holds = |told: &TimeWindow| start.is_some_and(|start| told.contains(start));
                    stop.told = stop.told.or(known.told.filter(holds));
                }
                stop.start = stop.start.or(before).or(Some(Time::ZERO));
                before = stop.start;
            }
        }
    }

    /// Applies one event; `number` is its place in the batch. Where it fails, the day is in an unknown state: apply
    /// events to a copy.
    pub(crate) fn apply(&mut self, event: &Event, number: usize) -> Result<(), EngineError> {
        let refused = |reason: EventError| EngineError::Event { event: event.label.clone(), reason };
        let now = event.time;
        let applied = match &event.kind {
            EventKind::CallReceived(call) => self.receive(call, number),
            EventKind::Cancelled(visits) => self.cancel(visits, (now, number)),
            EventKind::Rescheduled { visit, windows, promise } => {
                self.reschedule(*visit, windows, *promise, (now, number))
            }
            EventKind::SickOut { technician, shift, from } => {
                self.sick_out(*technician, *shift, *from, (now, number))
            }
            EventKind::ShiftChanged { shift, replaces } => self.change_shift(shift, *replaces, number),
            EventKind::TechnicianJoined(newcomer) => self.join(newcomer),
            EventKind::VisitEnds { visit, end } => self.ends(*visit, *end, (now, number)),
            EventKind::TechnicianLocated { technician, point } => {
                self.locate(*technician, *point, (now, number))
            }
            EventKind::CheckedIn { visit, technician, report } => {
                self.check_in(*visit, *technician, *report, (now, number))
            }
            EventKind::PermitChanged { permit, state } => {
                self.change_permit(*permit, *state, (now, number));
                Ok(())
            }
            EventKind::PartArrived { at, part } => {
                self.part_arrives(*at, *part, (now, number));
                Ok(())
            }
            EventKind::PartMissing { at, part } => {
                self.part_is_missing(*at, *part, (now, number));
                Ok(())
            }
            EventKind::PartDelayed { pickup, sku, available_from } => {
                self.part_is_late(*pickup, *sku, *available_from, (now, number));
                Ok(())
            }
            EventKind::Pinned { visit, pin } => self.pin(*visit, Some(*pin), (now, number)),
            EventKind::Unpinned(visit) => self.pin(*visit, None, (now, number)),
            EventKind::TravelChanged(spec) => self.change_travel(spec),
        };
        applied.map_err(refused)
    }

    /// Where a visit stands in the plan in force: route and position.
    pub(crate) fn position(&self, visit: VisitId) -> Option<(usize, usize)> {
        let is_it = |stop: &BaselineStop| stop.stop == Stop::Visit(visit);
        self.problem
            .baseline
            .iter()
            .enumerate()
            .find_map(|(route, noun)| Some((route, noun.stops.iter().position(is_it)?)))
    }

    /// What the plan in force tells the customer of a visit.
    pub(crate) fn told_window(&self, visit: VisitId) -> Option<TimeWindow> {
        let (route, at) = self.position(visit)?;
        self.problem.baseline[route].stops[at].told
    }

    /// Whether a visit has started by `now`, or somebody has left for it.
    pub(crate) fn has_begun(&self, visit: VisitId, now: Time) -> bool {
        self.position(visit).is_some_and(|(route, at)| begun(&self.problem.baseline[route].stops[at], now))
    }

    /// The route of a shift in the plan in force; an empty one is made where there is none.
    fn route_mut(&mut self, shift: ShiftId) -> &mut BaselineRoute {
        let baseline = &mut self.problem.baseline;
        let at = match baseline.binary_search_by_key(&shift, |route| route.shift) {
            Ok(at) => at,
            Err(at) => {
                baseline.insert(at, BaselineRoute { shift, departure: None, stops: Vec::new() });
                at
            }
        };
        &mut self.problem.baseline[at]
    }

    /// An event of the batch concerns a visit.
    fn concern(&mut self, visit: VisitId, number: usize) {
        self.causes[visit.index()] = Some(number);
    }

    /// Plans may serve a visit in more ways, or for less, than what was proved knows.
    fn loosen(&mut self, visit: VisitId) {
        if self.certificate.as_mut().is_some_and(|certificate| !certificate.loosen(visit)) {
            self.loosen_all();
        }
    }

    /// What is proved of every plan of the day as it is frozen now.
    pub(crate) fn certificate_under(&self, frozen: (&Problem, &[Bent])) -> Option<&Certificate> {
        self.certificate.as_ref().filter(|certificate| certificate.holds_under(&self.problem, frozen))
    }

    /// The day goes on from there.
    pub(crate) fn pass_to(&mut self, frozen: (&Problem, &[Bent])) {
        if self.certificate_under(frozen).is_none() {
            self.loosen_all();
        }
    }

    /// Nothing that was proved holds any more.
    fn loosen_all(&mut self) {
        self.certificate = None;
    }

    /// A visit leaves the day; the last one takes its id.
    fn remove(&mut self, visit: VisitId, number: usize) {
        if let Some((route, at)) = self.position(visit) {
            let route = &self.problem.baseline[route];
            let stop = route.stops[at];
            self.gone.extend(stop.start.map(|start| Gone {
                visit: self.problem.visit(visit).label.clone(),
                before: Slot { shift: route.shift, start },
                told: self.problem.visit(visit).promise.map(|promise| promise.window).or(stop.told),
                cause: number,
            }));
        }
        if self.certificate.as_mut().is_some_and(|certificate| !certificate.remove(visit)) {
            self.loosen_all();
        }
        let last = self.problem.remove_visit(visit);
        self.causes.swap_remove(visit.index());
        self.paused.retain_mut(|(paused, _)| {
            let stays = *paused != visit;
            if *paused == last {
                *paused = visit;
            }
            stays
        });
    }
}

/// The routes of a plan that was made for `frozen`, as the plan in force: what has happened stays as it was told, since a plan says only
/// when the way there would have been early enough.
pub(crate) fn in_force(routes: &[PlannedRoute], frozen: &Problem) -> Vec<BaselineRoute> {
    let mut baseline: Vec<BaselineRoute> = routes.iter().map(baseline_of).collect();
    for route in &mut baseline {
        let happened = frozen.shift(route.shift).frozen.as_ref().map_or(0, |frozen| frozen.stops.len());
        let before = frozen.baseline.iter().find(|before| before.shift == route.shift);
        let Some(before) = before.filter(|_| happened > 0) else { continue };
        route.departure = before.departure.or(route.departure);
        for (stop, fact) in route.stops.iter_mut().zip(&before.stops).take(happened) {
            let told = fact.told.or(stop.told);
            *stop = BaselineStop { told, ..*fact };
        }
    }
    baseline
}

/// Whether a stop lies before `now`: it has started, or the technician has left for it.
pub(crate) fn begun(stop: &BaselineStop, now: Time) -> bool {
    stop.start.is_some_and(|start| stop.leave_for.unwrap_or(start).min(start) < now)
}

/// A planned route as a baseline: breaks are placed anew.
fn baseline_of(route: &PlannedRoute) -> BaselineRoute {
    let stop = |stop: &PlannedStop| {
        let kind = match stop.kind {
            StopKind::Visit(id) => Stop::Visit(id),
            StopKind::Pickup(id) => Stop::Pickup(id),
            StopKind::Break(_) => return None,
        };
        Some(BaselineStop {
            stop: kind,
            leave_for: Some(stop.leg.departure),
            start: Some(stop.start),
            told: stop.window.map(|told| told.window),
        })
    };
    BaselineRoute {
        shift: route.shift,
        departure: Some(route.departure),
        stops: route.stops.iter().filter_map(stop).collect(),
    }
}
