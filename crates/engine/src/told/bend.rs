//! From what is known to a problem that can be solved from `now` on: what has happened is frozen, and where a rule of
//! the problem contradicts a fact, the rule gives way, as little as it takes.

use journeyman_domain::{
    Duration, Pin, PinTarget, Problem, Requirement, Shift, ShiftId, Stop, Time, TimeWindow, Visit, VisitId,
};
use journeyman_eligibility::first_reasons;
use journeyman_route::{Route, RouteModel, SharedStock};
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
    /// The technician cannot be back in time: the shift ends later, and where that is behind the horizon, that too.
    ShiftEnd(ShiftId, Time),
    /// What has happened leaves no room for a break in its window: it may start later.
    Break(ShiftId),
    /// The starts that were told are closer together than the way takes: they count as so much later.
    Starts(ShiftId),
    /// What has happened took tools or parts, or more load, than route and stock have: they no longer count.
    Supply(ShiftId),
    /// More visits have begun than the shift may have.
    VisitsMax(ShiftId),
}

/// What gives way to make room, the least first: breaks may be late, starts may be later, supply does not count.
const WAYS: [(bool, bool, bool); 6] = [
    (false, false, false),
    (true, false, false),
    (true, true, false),
    (false, false, true),
    (true, false, true),
    (true, true, true),
];

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
        lift_visits_max(&mut problem, &mut bent);
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
        for shift in self.overdrawing(problem) {
            let visits: Vec<VisitId> = visits_of(problem.shift(shift)).collect();
            lift_supply(problem, &visits);
            bent.push(Bent::Supply(shift));
        }
        Ok(())
    }

    /// The shifts whose frozen stops take more of a shared stock than the shifts before them leave.
    fn overdrawing(&self, problem: &Problem) -> Vec<ShiftId> {
        let mut stock = SharedStock::new(problem);
        if stock.is_trivial() {
            return Vec::new();
        }
        let model = RouteModel::build(problem, &self.travel, &[]);
        let mut over = Vec::new();
        for shift in problem.shift_ids().filter(|&shift| problem.shift(shift).frozen.is_some()) {
            let Some(route) = Route::empty(&model, shift) else { continue };
            if stock.lasts_for(&model, &route) {
                stock.take(&model, &route);
            } else {
                over.push(shift);
            }
        }
        over
    }

    fn make_room_in(
        &self,
        problem: &mut Problem,
        shift: ShiftId,
        bent: &mut Vec<Bent>,
    ) -> Result<(), EngineError> {
        let horizon = problem.horizon_window().end;
        let before = problem.shift(shift).clone();
        let happened: Vec<Visit> = visits_of(&before).map(|visit| problem.visit(visit).clone()).collect();
        // The horizon gives way last of all.
        let ample = [horizon, self.surely_back(problem, shift)];
        for (latest, (late_breaks, late_starts, any_supply)) in
            ample.into_iter().flat_map(|latest| WAYS.map(|way| (latest, way)))
        {
            problem.shifts[shift.index()] = before.clone();
            problem.shifts[shift.index()].window.end = latest;
            for (visit, noun) in visits_of(&before).zip(&happened) {
                problem.visits[visit.index()] = noun.clone();
            }
            if late_breaks {
                for pause in &mut problem.shifts[shift.index()].breaks {
                    pause.start.end = latest - pause.duration;
                }
            }
            if late_starts {
                self.spread_starts(problem, shift);
            }
            if any_supply {
                lift_supply(problem, &visits_of(&before).collect::<Vec<_>>());
            }
            let Some(back) = self.return_of(problem, shift) else { continue };
            let end = before.window.end.max(back);
            problem.shifts[shift.index()].window.end = end;
            if end > horizon {
                lengthen(problem, end);
            }
            let gave_way = [
                (end > before.window.end, Bent::ShiftEnd(shift, end)),
                (late_breaks, Bent::Break(shift)),
                (late_starts, Bent::Starts(shift)),
                (any_supply, Bent::Supply(shift)),
            ];
            bent.extend(gave_way.into_iter().filter_map(|(gives, rule)| gives.then_some(rule)));
            return Ok(());
        }
        Err(EngineError::FrozenStopsDoNotFit { shift: before.label })
    }

    /// A time at which a technician who does no more than what is frozen is back whatever gave way, behind the horizon.
    fn surely_back(&self, problem: &Problem, shift: ShiftId) -> Time {
        let noun = problem.shift(shift);
        let mut free = problem.horizon_window().end;
        let Some(frozen) = &noun.frozen else { return free };
        let pinned = visits_of(noun).filter_map(|visit| problem.visit(visit).pin?.start);
        free = pinned.fold(free.max(frozen.until), Time::max);
        // Who leaves later is there later: all breaks at once, before everything else, are the worst.
        free = noun.breaks.iter().fold(free, |free, pause| free + pause.duration);
        let mut place = noun.start_place;
        for &stop in &frozen.stops {
            let opens = match stop {
                Stop::Visit(_) => None,
                Stop::Pickup(pickup) => {
                    problem.pickup(pickup).windows.iter().map(|window| window.start).max()
                }
            };
            let duration = match stop {
                Stop::Visit(visit) => problem.visit(visit).duration,
                Stop::Pickup(pickup) => problem.pickup(pickup).duration,
            };
            let arrival = self.travel.earliest_arrival(place, self.place_of(stop), free).arrival;
            free = opens.map_or(arrival, |opens| opens.max(arrival)) + duration;
            place = self.place_of(stop);
        }
        self.travel.earliest_arrival(place, noun.end_place, free).arrival
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
        for (at, &stop) in frozen.stops.iter().enumerate() {
            let arrives = match at {
                // A departure that has happened does not wait for a quicker hour.
                0 => free + self.travel.duration_at(place, self.place_of(stop), free),
                _ => self.travel.earliest_arrival(place, self.place_of(stop), free).arrival,
            };
            place = self.place_of(stop);
            free = match stop {
                Stop::Visit(visit) => {
                    let noun = &mut problem.visits[visit.index()];
                    let start =
                        noun.pin.and_then(|pin| pin.start).map_or(arrives, |start| start.max(arrives));
                    noun.pin = Some(Pin { target: PinTarget::Shift(shift), start: Some(start) });
                    start + noun.duration
                }
                Stop::Pickup(pickup) => {
                    let noun = problem.pickup(pickup);
                    let open = noun.windows.iter().filter(|window| window.end >= arrives);
                    open.map(|window| window.start.max(arrives)).min().unwrap_or(arrives) + noun.duration
                }
            };
        }
    }
}

/// The frozen visits of a shift.
fn visits_of(shift: &Shift) -> impl Iterator<Item = VisitId> {
    shift.frozen.iter().flat_map(|frozen| &frozen.stops).filter_map(|stop| match *stop {
        Stop::Visit(visit) => Some(visit),
        Stop::Pickup(_) => None,
    })
}

/// What has happened goes on behind the horizon: it ends later. Windows that have passed lie behind it as before.
fn lengthen(problem: &mut Problem, end: Time) {
    let before = problem.horizon_window().end;
    problem.horizon = end - Time::ZERO;
    let passed = end + Duration::from_ticks(1);
    for window in problem.visits.iter_mut().flat_map(|visit| &mut visit.windows) {
        if window.start > before {
            *window = TimeWindow { start: passed, end: passed };
        }
    }
}

fn lift_supply(problem: &mut Problem, visits: &[VisitId]) {
    for visit in visits {
        let requirement = &mut problem.visits[visit.index()].requirement;
        (requirement.tools, requirement.parts, requirement.load) = (Vec::new(), Vec::new(), 0);
    }
}

fn lift_visits_max(problem: &mut Problem, bent: &mut Vec<Bent>) {
    for shift in problem.shift_ids() {
        let noun = &problem.shifts[shift.index()];
        let begun = u32::try_from(visits_of(noun).count()).expect("fewer visits than ids");
        if noun.visits_max.is_some_and(|most| most < begun) {
            problem.shifts[shift.index()].visits_max = Some(begun);
            bent.push(Bent::VisitsMax(shift));
        }
    }
}

/// What was lawful when it happened is not undone by what the law says now.
fn lift_law(problem: &mut Problem, bent: &mut Vec<Bent>) {
    let happened: Vec<(ShiftId, VisitId)> = problem
        .shift_ids()
        .flat_map(|shift| visits_of(problem.shift(shift)).map(move |visit| (shift, visit)))
        .collect();
    if happened.is_empty() {
        return;
    }
    let reasons = first_reasons(problem, &visit_jurisdictions(problem), &happened);
    for ((shift, visit), _) in happened.into_iter().zip(reasons).filter(|(_, reason)| reason.is_some()) {
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
