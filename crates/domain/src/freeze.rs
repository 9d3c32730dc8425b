//! The freeze: what the baseline plan did before `freeze_time` becomes a fact of the problem.
//!
//! Afterwards nothing else needs to know about freezing but the locked prefixes of the shifts.

use crate::{Duration, Pin, PinTarget, Problem, Stop, Time, TimeWindow};

/// The part of a shift's route that may not change: the route starts with exactly these stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// When the technician left; the departure of the route.
    pub departure: Time,
    /// The stops, in order. Visits among them are pinned to the shift and to their start.
    pub stops: Vec<Stop>,
    /// After the last of them no leg to another stop starts before this, the freeze; the way home may have begun.
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
}

impl Problem {
    /// Turns everything before `freeze_time` into pins, locked prefixes and later earliest starts.
    ///
    /// A stop is frozen when the technician leaves for it, or starts it, before the freeze. Everything else starts
    /// at or after it. A shift that has not left yet starts at the freeze, and has taken the breaks whose last start
    /// lies before it. Does nothing without a freeze time.
    ///
    /// # Errors
    /// [`FreezeError::NoStart`] when a baseline stop has no start time.
    pub fn freeze(&mut self) -> Result<(), FreezeError> {
        let Some(freeze) = self.freeze_time else { return Ok(()) };
        let mut frozen_visits = vec![false; self.visits.len()];
        for (r, route) in self.baseline.clone().into_iter().enumerate() {
            let mut stops = Vec::new();
            for (s, stop) in route.stops.iter().enumerate() {
                let start = stop.start.ok_or(FreezeError::NoStart { route: r, stop: s })?;
                if stop.leave_for.unwrap_or(start).min(start) >= freeze {
                    break;
                }
                stops.push(stop.stop);
                if let Stop::Visit(visit) = stop.stop {
                    let pin = Pin { target: PinTarget::Shift(route.shift), start: Some(start) };
                    self.visits[visit.index()].pin = Some(pin);
                    frozen_visits[visit.index()] = true;
                }
            }
            if stops.is_empty() {
                continue;
            }
            let shift = &mut self.shifts[route.shift.index()];
            let departure = route.departure.unwrap_or(shift.window.start).max(shift.window.start);
            shift.frozen = Some(Frozen { departure, stops, until: freeze });
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
}
