//! Events at random: anything that can happen to a day under way, and now and then what cannot.

use journeyman_domain::{
    Call, Duration, Event, EventKind, GeoPoint, Newcomer, PartDemand, PermitId, PermitState, PickupId, Pin,
    PinTarget, Place, PlaceId, Problem, Promise, Report, Shelf, ShiftId, SkuId, Stop, TechnicianId, Time,
    TimeWindow, TravelSpec, Visit, VisitId, WorkOrderId,
};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::Draw;

/// A source of events; the same seed gives the same ones to the same days.
pub struct RandomEvents {
    draw: Draw,
    drawn: usize,
}

impl RandomEvents {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self { draw: Draw { rng: Pcg64Mcg::seed_from_u64(seed ^ 0x5EED_E0E0) }, drawn: 0 }
    }

    /// How long nothing happens, in ticks.
    pub fn pause(&mut self, most: i64) -> Duration {
        Duration::from_ticks(self.draw.between(0..=most))
    }

    /// Something that happens at `now` to a day whose baseline is the plan in force.
    pub fn next(&mut self, problem: &Problem, now: Time) -> Event {
        self.drawn += 1;
        let kind = loop {
            let choice = self.draw.count(0..=13);
            if let Some(kind) = self.kind(problem, now, choice) {
                break kind;
            }
        };
        Event { label: format!("event {}", self.drawn), time: now, kind }
    }

    /// The kind with a number, where the day has what it needs.
    fn kind(&mut self, problem: &Problem, now: Time, choice: usize) -> Option<EventKind> {
        Some(match choice {
            0 | 1 => EventKind::CallReceived(Box::new(self.call(problem)?)),
            2 => EventKind::Cancelled(vec![self.visit(problem)?]),
            3 => {
                let promise = self.draw.chance(40).then(|| self.promise(problem));
                EventKind::Rescheduled {
                    visit: self.visit(problem)?,
                    windows: self.windows(problem),
                    promise,
                }
            }
            4 => EventKind::SickOut {
                technician: self.technician(problem),
                shift: None,
                from: self.draw.chance(30).then(|| now + Duration::from_ticks(self.draw.between(0..=200))),
            },
            5 => self.shift_changed(problem, now),
            6 => EventKind::TechnicianJoined(Box::new(self.newcomer(problem))),
            7 => {
                let (visit, start) = self.begun(problem, now)?;
                EventKind::VisitEnds { visit, end: start + Duration::from_ticks(self.draw.between(-5..=90)) }
            }
            8 => EventKind::TechnicianLocated {
                technician: self.technician(problem),
                point: self.point(problem)?,
            },
            9 => self.report(problem)?,
            10 => self.permit(problem, now)?,
            11 => self.part(problem, now)?,
            12 => {
                let (visit, shift) = (self.visit(problem)?, self.shift(problem));
                let target = if self.draw.chance(50) {
                    PinTarget::Shift(shift)
                } else {
                    PinTarget::Technician(problem.shift(shift).technician)
                };
                EventKind::Pinned { visit, pin: Pin { target, start: None } }
            }
            _ => EventKind::Unpinned(self.visit(problem)?),
        })
    }

    fn visit(&mut self, problem: &Problem) -> Option<VisitId> {
        let count = problem.visits.len();
        (count > 0).then(|| VisitId::new(self.draw.count(0..=count - 1)))
    }

    fn shift(&mut self, problem: &Problem) -> ShiftId {
        ShiftId::new(self.draw.count(0..=problem.shifts.len() - 1))
    }

    fn technician(&mut self, problem: &Problem) -> TechnicianId {
        TechnicianId::new(self.draw.count(0..=problem.technicians.len() - 1))
    }

    fn point(&mut self, problem: &Problem) -> Option<GeoPoint> {
        matches!(problem.travel, TravelSpec::Estimate(_)).then_some(())?;
        let near = problem.places[self.draw.count(0..=problem.places.len() - 1)].point?;
        let mut off = || f64::from(self.draw.quantity(0..=20)) / 100_000.0;
        GeoPoint::from_degrees(near.latitude() + off(), near.longitude() - off())
    }

    fn windows(&mut self, problem: &Problem) -> Vec<TimeWindow> {
        let horizon = problem.horizon.ticks();
        let start = self.draw.between(0..=horizon - 1);
        let end = (start + self.draw.between(0..=200)).min(horizon);
        vec![TimeWindow { start: Time::from_ticks(start), end: Time::from_ticks(end) }]
    }

    fn promise(&mut self, problem: &Problem) -> Promise {
        let technician = self.draw.chance(60).then(|| self.technician(problem));
        let announced = technician.is_some() && self.draw.chance(50);
        Promise { window: self.windows(problem)[0], technician, announced }
    }

    /// A visit like one of the day, elsewhere where that can be.
    fn call(&mut self, problem: &Problem) -> Option<Call> {
        let like = problem.visit(self.visit(problem)?);
        let place = self.point(problem).filter(|_| self.draw.chance(60));
        let places: Vec<Place> = place
            .map(|point| Place { label: format!("call {}", self.drawn), point: Some(point) })
            .into_iter()
            .collect();
        let visit = Visit {
            label: format!("call {}", self.drawn),
            work_order: WorkOrderId::new(problem.work_orders.len()),
            place: if places.is_empty() { like.place } else { PlaceId::new(problem.places.len()) },
            windows: self.windows(problem),
            pin: None,
            promise: self.draw.chance(30).then(|| self.promise(problem)),
            ..like.clone()
        };
        Some(Call {
            places,
            work_order: Some(format!("call {}", self.drawn)),
            visits: vec![visit],
            ..Call::default()
        })
    }

    fn shift_changed(&mut self, problem: &Problem, now: Time) -> EventKind {
        let id = self.shift(problem);
        let mut shift = problem.shift(id).clone();
        let end = shift.window.end + Duration::from_ticks(self.draw.between(-100..=100));
        shift.window.end = end.max(shift.window.start).max(now).min(Time::ZERO + problem.horizon);
        shift.soft_end = shift.soft_end.min(shift.window.end);
        shift.out = self.draw.chance(20);
        EventKind::ShiftChanged { shift: Box::new(shift), replaces: Some(id) }
    }

    fn newcomer(&mut self, problem: &Problem) -> Newcomer {
        let like = self.shift(problem);
        let label = format!("newcomer {}", self.drawn);
        let mut technician = problem.technician_of(like).clone();
        technician.label.clone_from(&label);
        let mut shift = problem.shift(like).clone();
        shift.technician = TechnicianId::new(problem.technicians.len());
        shift.label = label;
        Newcomer { places: Vec::new(), names: Default::default(), technician, shifts: vec![shift] }
    }

    /// A visit that has started by now.
    fn begun(&mut self, problem: &Problem, now: Time) -> Option<(VisitId, Time)> {
        let stops = problem.baseline.iter().flat_map(|route| &route.stops);
        let begun: Vec<(VisitId, Time)> = stops
            .filter_map(|stop| match (stop.stop, stop.start) {
                (Stop::Visit(visit), Some(start)) if start < now => Some((visit, start)),
                _ => None,
            })
            .collect();
        (!begun.is_empty()).then(|| self.draw.pick(&begun))
    }

    fn report(&mut self, problem: &Problem) -> Option<EventKind> {
        let route = &problem.baseline[self.draw.count(0..=problem.baseline.len().checked_sub(1)?)];
        let visits: Vec<VisitId> = route
            .stops
            .iter()
            .filter_map(|stop| match stop.stop {
                Stop::Visit(visit) => Some(visit),
                Stop::Pickup(_) => None,
            })
            .collect();
        let visit = if visits.is_empty() || self.draw.chance(10) {
            self.visit(problem)?
        } else {
            self.draw.pick(&visits)
        };
        let reports =
            [Report::EnRoute, Report::OnSite, Report::Started, Report::Paused, Report::Resumed, Report::Done];
        let technician = problem.shift(route.shift).technician;
        Some(EventKind::CheckedIn { visit, technician, report: self.draw.pick(&reports) })
    }

    fn permit(&mut self, problem: &Problem, now: Time) -> Option<EventKind> {
        let permit = PermitId::new(self.draw.count(0..=problem.permits.len().checked_sub(1)?));
        let state = match self.draw.count(0..=4) {
            0 => PermitState::Rejected,
            1 => PermitState::Filed { expected: None },
            2 => {
                PermitState::Filed { expected: Some(now + Duration::from_ticks(self.draw.between(1..=300))) }
            }
            _ => PermitState::Issued { from: now, until: Time::MAX },
        };
        Some(EventKind::PermitChanged { permit, state })
    }

    fn part(&mut self, problem: &Problem, now: Time) -> Option<EventKind> {
        let sku = SkuId::new(self.draw.count(0..=problem.names.skus.len().checked_sub(1)?));
        let pickup =
            problem.pickups.len().checked_sub(1).map(|most| PickupId::new(self.draw.count(0..=most)));
        let part = PartDemand { sku, quantity: self.draw.quantity(1..=3) };
        Some(match pickup {
            Some(pickup) if self.draw.chance(40) => {
                let later = now + Duration::from_ticks(self.draw.between(1..=200));
                let available_from = self.draw.chance(70).then_some(later);
                EventKind::PartDelayed { pickup, sku, available_from }
            }
            shelf => {
                let van = Shelf::Van(self.technician(problem));
                let at = shelf.filter(|_| self.draw.chance(50)).map_or(van, Shelf::Pickup);
                if self.draw.chance(50) {
                    EventKind::PartArrived { at, part }
                } else {
                    EventKind::PartMissing { at, part }
                }
            }
        })
    }
}
