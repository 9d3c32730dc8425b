//! The freeze: what the baseline plan did before `freeze_time` becomes a fact of the problem.
//!
//! Afterwards nothing else needs to know about freezing but the locked prefixes of the shifts.

use crate::{BaselineRoute, Duration, Pin, PinTarget, Problem, ShiftId, Stop, Time, TimeWindow, VisitId};

/// The part of a shift's route that may not change: the route starts with exactly these stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// When the technician left; the departure of the route.
    pub departure: Time,
    /// The stops, in order. Visits among them are pinned to the shift and to their start.
    pub stops: Vec<Stop>,
    /// After the last of them no leg to another stop starts before this: the freeze, or the end of a pickup that lies
    /// behind it, since a pickup cannot be pinned to its time. The way home may have begun.
    pub until: Time,
}

/// Why a baseline cannot be frozen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FreezeError {
    /// A stop carries no start time, so it is unknown whether it lies before the freeze.
    #[error("baseline route {route}, stop {stop}: a start time is needed where a freeze time is given")]
    NoStart {
        /// Position of the route in the baseline.
        route: usize,
        /// Position of the stop in the route.
        stop: usize,
    },
    /// A stop starts before the one in front of it, so it is unknown what was done when.
    #[error("baseline route {route}, stop {stop}: it starts before the stop in front of it")]
    StartsDecrease {
        /// Position of the route in the baseline.
        route: usize,
        /// Position of the stop in the route.
        stop: usize,
    },
    /// A visit that lies before the freeze is pinned to somebody who does not have it in the baseline.
    #[error("visit {visit:?} is frozen on shift {shift:?}, its pin names another")]
    PinnedElsewhere {
        /// The visit.
        visit: VisitId,
        /// The shift that has it in the baseline.
        shift: ShiftId,
    },
    /// A visit that lies before the freeze is pinned to another start than it has in the baseline.
    #[error("visit {visit:?} is frozen with another start than its pin has")]
    PinnedAtAnotherTime {
        /// The visit.
        visit: VisitId,
        /// Its start in the baseline.
        start: Time,
    },
}

/// What one route of the baseline did before the freeze.
struct Done {
    shift: ShiftId,
    departure: Option<Time>,
    stops: Vec<(Stop, Time)>,
}

impl Problem {
    /// Turns everything before `freeze_time` into pins, locked prefixes and later earliest starts.
    ///
    /// A stop is frozen when the technician leaves for it, or starts it, before the freeze. Everything else starts
    /// at or after it. A shift that has not left yet starts at the freeze, and has taken the breaks whose last start
    /// lies before it. Does nothing without a freeze time.
    ///
    /// # Errors
    /// Everything that keeps the baseline from being frozen; the problem is then as it was.
    pub fn freeze(&mut self) -> Result<(), Vec<FreezeError>> {
        let Some(freeze) = self.freeze_time else { return Ok(()) };
        let mut errors = Vec::new();
        let done: Vec<Done> =
            (0..self.baseline.len()).map(|route| self.done_before(freeze, route, &mut errors)).collect();
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut frozen_visits = vec![false; self.visits.len()];
        for Done { shift: id, departure, stops } in done {
            if stops.is_empty() {
                continue;
            }
            for (stop, start) in &stops {
                if let Stop::Visit(visit) = stop {
                    let pin = Pin { target: PinTarget::Shift(id), start: Some(*start) };
                    self.visits[visit.index()].pin = Some(pin);
                    frozen_visits[visit.index()] = true;
                }
            }
            let shift = &mut self.shifts[id.index()];
            let departure = departure.unwrap_or(shift.window.start).max(shift.window.start);
            let until = match stops.last() {
                Some(&(Stop::Pickup(pickup), start)) => {
                    freeze.max(start + self.pickups[pickup.index()].duration)
                }
                _ => freeze,
            };
            let stops = stops.into_iter().map(|(stop, _)| stop).collect();
            shift.frozen = Some(Frozen { departure, stops, until });
        }
        for shift in self.shifts.iter_mut().filter(|s| s.frozen.is_none() && s.window.start < freeze) {
            // A shift that ended before the freeze keeps a window in which nothing fits.
            shift.window.start = freeze.min(shift.window.end);
            // Who has not left yet has taken the breaks whose time has passed; asking for them again would leave
            // no route.
            shift.breaks.retain(|pause| pause.start.end >= freeze);
        }
        for (visit, _) in self.visits.iter_mut().zip(frozen_visits).filter(|(_, frozen)| !frozen) {
            let open = TimeWindow { start: freeze, end: Time::ZERO + self.horizon };
            let later: Vec<_> = visit.windows.iter().filter_map(|w| w.intersection(&open)).collect();
            // Windows are never empty: one that has passed is kept past the horizon, where no shift meets it.
            let passed = open.end + Duration::from_ticks(1);
            visit.windows =
                if later.is_empty() { vec![TimeWindow { start: passed, end: passed }] } else { later };
        }
        Ok(())
    }

    /// The stops of a baseline route that lie before the freeze, a prefix of it.
    fn done_before(&self, freeze: Time, route: usize, errors: &mut Vec<FreezeError>) -> Done {
        let BaselineRoute { shift, departure, stops } = &self.baseline[route];
        let mut done = Done { shift: *shift, departure: *departure, stops: Vec::new() };
        let mut before = Time::MIN;
        let mut open = false;
        for (position, stop) in stops.iter().enumerate() {
            let Some(start) = stop.start else {
                if !open {
                    errors.push(FreezeError::NoStart { route, stop: position });
                }
                continue;
            };
            if start < before {
                errors.push(FreezeError::StartsDecrease { route, stop: position });
            }
            before = start;
            open |= stop.leave_for.unwrap_or(start).min(start) >= freeze;
            if !open {
                if let Stop::Visit(visit) = stop.stop {
                    errors.extend(self.pin_conflicts(visit, *shift, start));
                }
                done.stops.push((stop.stop, start));
            }
        }
        done
    }

    /// What the pin of a frozen visit says otherwise.
    fn pin_conflicts(&self, visit: VisitId, shift: ShiftId, start: Time) -> Vec<FreezeError> {
        let Some(pin) = self.visit(visit).pin else { return Vec::new() };
        let holds = match pin.target {
            PinTarget::Shift(pinned) => pinned == shift,
            PinTarget::Technician(pinned) => pinned == self.shift(shift).technician,
        };
        let holder = (!holds).then_some(FreezeError::PinnedElsewhere { visit, shift });
        let another = pin.start.is_some_and(|pinned| pinned != start);
        let time = another.then_some(FreezeError::PinnedAtAnotherTime { visit, start });
        holder.into_iter().chain(time).collect()
    }
}
