//! From what is known to a problem that can be solved from `now` on: what has happened is frozen, and where a rule of
//! the problem contradicts a fact, the rule gives way, as little as it takes.

use journeyman_domain::{Pin, PinTarget, Problem, Requirement, ShiftId, Stop, Time, VisitId};
use journeyman_eligibility::{Eligibility, Verdict};
use journeyman_route::{Route, RouteModel};
use journeyman_travel::visit_jurisdictions;

use super::{Told, begun};
use crate::EngineError;

/// A rule that gave way to a fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bent {
    /// What has happened was started when no rule allows it: its start counts as pinned there.
    Start(VisitId),
    /// What has happened is forbidden today (a permit was taken back, say): it was lawful when it happened.
    Law(ShiftId, VisitId),
    /// The technician cannot be back in time: the shift ends later.
    ShiftEnd(ShiftId, Time),
    /// What has happened leaves no room for a break in its window: it may start later.
    Break(ShiftId),
    /// The starts that were told are closer together than the way takes: they count as so much later.
    Starts(ShiftId),
}

impl Told {
    /// The problem from `now` on, with the rules that gave way; without a time nothing is frozen.
    ///
    /// # Errors
    /// Where what has happened fits no bending of rules.
    pub(crate) fn frozen_at(&self, now: Option<Time>) -> Result<(Problem, Vec<Bent>), EngineError> {
        let mut problem = self.problem.clone();
        let Some(now) = now else {
            problem.freeze_time = None;
            return Ok((problem, Vec::new()));
        };
        problem.freeze_time = Some(problem.freeze_time.map_or(now, |freeze| freeze.max(now)));
        let mut bent = Vec::new();
        self.settle_starts(&mut problem, &mut bent);
        // Nothing is left that a freeze refuses: starts are there and increase, pins of what has happened are its own.
        problem.freeze().map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            EngineError::Unsupported { field: first }
        })?;
        lift_law(&mut problem, &mut bent);
        self.make_room(&mut problem, &mut bent)?;
        Ok((problem, bent))
    }

    /// Starts of what has begun follow each other, and its pins say what happened.
    fn settle_starts(&self, problem: &mut Problem, bent: &mut Vec<Bent>) {
        let now = problem.freeze_time.unwrap_or(Time::MIN);
        let mut facts: Vec<(VisitId, ShiftId, Time)> = Vec::new();
        for route in &mut problem.baseline {
            let mut before = Time::MIN;
            // What follows a stop that has begun without having begun itself is open, and so is all behind it.
            let mut open = false;
            for stop in &mut route.stops {
                open |= !begun(stop, now);
                if open {
                    stop.start = stop.start.map(|start| start.max(before).max(now));
                    before = stop.start.unwrap_or(before);
                    stop.leave_for = stop.leave_for.map(|leaves| leaves.max(now));
                    continue;
                }
                let start = stop.start.unwrap_or(now).max(before);
                stop.start = Some(start);
                before = start;
                if let Stop::Visit(visit) = stop.stop {
                    facts.push((visit, route.shift, start));
                }
            }
        }
        for (visit, shift, start) in facts {
            let noun = &mut problem.visits[visit.index()];
            if let Some(pin) = noun.pin {
                let holds = match pin.target {
                    PinTarget::Shift(pinned) => pinned == shift,
                    PinTarget::Technician(pinned) => pinned == problem.shifts[shift.index()].technician,
                };
                if !holds || pin.start.is_some_and(|pinned| pinned != start) {
                    noun.pin = Some(Pin { target: PinTarget::Shift(shift), start: Some(start) });
                }
            }
            if !noun.windows.iter().any(|window| window.contains(start)) {
                bent.push(Bent::Start(visit));
            }
        }
    }

    /// Frozen stops fit into their shifts.
    fn make_room(&self, problem: &mut Problem, bent: &mut Vec<Bent>) -> Result<(), EngineError> {
        let tight: Vec<ShiftId> = {
            let model = RouteModel::build(problem, &self.travel, &[]);
            let frozen = problem.shift_ids().filter(|&shift| problem.shift(shift).frozen.is_some());
            frozen.filter(|&shift| Route::empty(&model, shift).is_none()).collect()
        };
        for shift in tight {
            self.make_room_in(problem, shift, bent)?;
        }
        Ok(())
    }

    fn make_room_in(
        &self,
        problem: &mut Problem,
        shift: ShiftId,
        bent: &mut Vec<Bent>,
    ) -> Result<(), EngineError> {
        let horizon = problem.horizon_window().end;
        let before = problem.shift(shift).clone();
        for (late_breaks, late_starts) in [(false, false), (true, false), (true, true)] {
            problem.shifts[shift.index()] = before.clone();
            problem.shifts[shift.index()].window.end = horizon;
            if late_breaks {
                for pause in &mut problem.shifts[shift.index()].breaks {
                    pause.start.end = horizon - pause.duration;
                }
            }
            if late_starts {
                self.spread_starts(problem, shift);
            }
            let Some(back) = self.return_of(problem, shift) else { continue };
            let end = before.window.end.max(back);
            problem.shifts[shift.index()].window.end = end;
            if end > before.window.end {
                bent.push(Bent::ShiftEnd(shift, end));
            }
            if late_breaks {
                bent.push(Bent::Break(shift));
            }
            if late_starts {
                bent.push(Bent::Starts(shift));
            }
            return Ok(());
        }
        Err(EngineError::FrozenStopsDoNotFit { shift: before.label })
    }

    /// When a technician who does no more than what is frozen is back; none where that does not fit.
    fn return_of(&self, problem: &Problem, shift: ShiftId) -> Option<Time> {
        let model = RouteModel::build(problem, &self.travel, &[]);
        let route = Route::empty(&model, shift)?;
        model.schedule(shift, route.stops()).map(|schedule| schedule.return_time)
    }

    /// Each frozen stop starts when the one before it is done and the way driven, or later.
    fn spread_starts(&self, problem: &mut Problem, shift: ShiftId) {
        let Some(frozen) = problem.shift(shift).frozen.clone() else { return };
        let (mut place, mut free) = (problem.shift(shift).start_place, frozen.departure);
        for &stop in &frozen.stops {
            let arrives = self.travel.earliest_arrival(place, self.place_of(stop), free).arrival;
            place = self.place_of(stop);
            free = match stop {
                Stop::Visit(visit) => {
                    let noun = &mut problem.visits[visit.index()];
                    let start =
                        noun.pin.and_then(|pin| pin.start).map_or(arrives, |start| start.max(arrives));
                    noun.pin = Some(Pin { target: PinTarget::Shift(shift), start: Some(start) });
                    start + noun.duration
                }
                Stop::Pickup(pickup) => arrives + problem.pickup(pickup).duration,
            };
        }
    }
}

/// What was lawful when it happened is not undone by what the law says now.
fn lift_law(problem: &mut Problem, bent: &mut Vec<Bent>) {
    let happened: Vec<(ShiftId, VisitId)> = problem
        .shift_ids()
        .flat_map(|shift| {
            let frozen = problem.shift(shift).frozen.iter().flat_map(|frozen| &frozen.stops);
            frozen.filter_map(move |stop| match stop {
                Stop::Visit(visit) => Some((shift, *visit)),
                Stop::Pickup(_) => None,
            })
        })
        .collect();
    if happened.is_empty() {
        return;
    }
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    for (shift, visit) in happened {
        if matches!(eligibility.verdict(problem, shift, visit), Verdict::Eligible(_)) {
            continue;
        }
        bent.push(Bent::Law(shift, visit));
        let technician = problem.shift(shift).technician;
        let noun = &mut problem.visits[visit.index()];
        noun.permits.clear();
        noun.requirement = Requirement::default();
        noun.excluded.clear();
        noun.allowed.clear();
        noun.preferred.retain(|&preferred| preferred == technician);
    }
}
