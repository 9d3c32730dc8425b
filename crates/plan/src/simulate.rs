//! A route run through every scenario: how its stops turn out when driving and time on site vary.
//!
//! The order of stops is kept, nothing is planned anew. Who is early waits at the door for the visit's own window, for
//! a promise that the plan keeps and wherever the plan waits; who is late serves late, whatever closes meanwhile.
//! Breaks are taken where the plan has them, late if need be. Legs and services are lognormal and independent, with
//! the planned length as their mean; a leg takes the factor of the hour at which it is driven. What lies before the
//! freeze is a fact, and what the plan has behind it does not begin before it.

use journeyman_domain::{
    Duration, Leg, PlannedRoute, PlannedStop, Problem, Release, ShiftId, StopKind, Time, TimeWindow, VisitId,
};
use journeyman_eligibility::Eligibility;

use crate::scenarios::{SCENARIOS, Scenarios};
use crate::starts::{Starts, offset};
use crate::uncertain::Uncertain;

/// A visit of a route as it turns out.
pub(crate) struct Outcome<'s> {
    /// Position in the route.
    pub(crate) at: usize,
    pub(crate) visit: VisitId,
    /// The window of the law and the customer in which the planned start lies.
    pub(crate) own: TimeWindow,
    pub(crate) starts: Starts<'s>,
}

/// Tells every visit of a route in its order. `promised` is a window that a visit of it would be promised, and that
/// the route keeps. O(stops × scenarios).
pub(crate) fn simulate(
    problem: &Problem,
    eligibility: &Eligibility,
    (route, promised): (&PlannedRoute, Option<(VisitId, TimeWindow)>),
    mut tell: impl FnMut(Outcome<'_>),
) {
    let mut run = Run {
        problem,
        shift: route.shift,
        origin: route.departure,
        planned: route.departure,
        moments: [0.0; SCENARIOS],
        drawn: 0,
    };
    // The stop whose leg is driven already, because a break is taken on arrival there.
    let mut reached = None;
    for (at, stop) in route.stops.iter().enumerate() {
        match stop.kind {
            StopKind::Break(_) => {
                let next = (at + 1..route.stops.len())
                    .find(|&next| !matches!(route.stops[next].kind, StopKind::Break(_)));
                if let Some(next) = next.filter(|&next| route.stops[next].leg.departure < stop.start)
                    && reached != Some(next)
                {
                    run.drive(&route.stops[next].leg);
                    reached = Some(next);
                }
            }
            StopKind::Visit(_) | StopKind::Pickup(_) if reached != Some(at) => run.drive(&stop.leg),
            StopKind::Visit(_) | StopKind::Pickup(_) => {}
        }
        if let StopKind::Visit(visit) = stop.kind {
            let own = own_window(problem, eligibility, (route.shift, visit), stop.start);
            let told = promised.filter(|(of, _)| *of == visit).map(|(_, window)| window);
            let told = told.or_else(|| problem.visit(visit).promise.map(|promise| promise.window));
            run.start(stop, opening(problem, (visit, told), own, stop.start));
            let starts = Starts { origin: run.origin, after: &run.moments };
            tell(Outcome { at, visit, own, starts });
            run.spend(stop.end - stop.start, problem.visit_deviation(visit));
        } else {
            let (opening, deviation) = run.aside(stop);
            run.start(stop, opening);
            run.spend(stop.end - stop.start, deviation);
        }
        run.planned = stop.end;
    }
}

/// Where a route stands, as planned and in every scenario.
struct Run<'r> {
    problem: &'r Problem,
    shift: ShiftId,
    origin: Time,
    planned: Time,
    /// Ticks after `origin`.
    moments: [f32; SCENARIOS],
    /// Uncertain things so far.
    drawn: usize,
}

impl Run<'_> {
    /// Drives a leg, after waiting where the plan waits.
    fn drive(&mut self, leg: &Leg) {
        if leg.departure > self.planned {
            self.wait_for(leg.departure);
        } else if let Some(freeze) = self.problem.freeze_time.filter(|&freeze| freeze <= leg.departure) {
            self.wait_for(freeze);
        }
        let deviation = self.problem.leg_deviation(leg);
        match self.paces(leg) {
            Some(paces) => self.spend_paced(leg.duration, deviation, &paces),
            None => self.spend(leg.duration, deviation),
        }
        self.planned = leg.departure + leg.duration;
    }

    /// By hour: how much longer a leg takes that is driven then and not when the plan drives it. None where all hours
    /// are alike.
    fn paces(&self, leg: &Leg) -> Option<Vec<(f32, f32)>> {
        let steps = self.problem.travel_steps();
        if steps.len() < 2 {
            return None;
        }
        let planned = f64::from(self.problem.travel_factor_permille(leg.departure));
        let pace = |factor: u32| {
            #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough")]
            let pace = (f64::from(factor) / planned) as f32;
            pace
        };
        Some(steps.iter().map(|step| (offset(self.origin, step.from), pace(step.factor_permille))).collect())
    }

    /// Begins a stop that opens at `opening`.
    fn start(&mut self, stop: &PlannedStop, opening: Time) {
        // Where the plan waits, nothing starts earlier than planned.
        let wait = if stop.start > self.planned { stop.start } else { opening.min(stop.start) };
        match self.problem.freeze_time {
            Some(freeze) if stop.start <= freeze => self.moments.fill(offset(self.origin, stop.start)),
            Some(freeze) => self.wait_for(wait.max(freeze)),
            None => self.wait_for(wait),
        }
    }

    fn wait_for(&mut self, time: Time) {
        let floor = offset(self.origin, time);
        self.moments.iter_mut().for_each(|moment| *moment = moment.max(floor));
    }

    /// Lets something take its time.
    fn spend(&mut self, mean: Duration, deviation: Duration) {
        let law = Uncertain::of(mean, deviation);
        let scores = Scenarios::table().column(self.drawn);
        self.moments.iter_mut().zip(scores).for_each(|(moment, &score)| *moment += law.at(score));
        self.drawn += 1;
    }

    /// The same, longer or shorter by the hour of the beginning.
    fn spend_paced(&mut self, mean: Duration, deviation: Duration, paces: &[(f32, f32)]) {
        let law = Uncertain::of(mean, deviation);
        let scores = Scenarios::table().column(self.drawn);
        for (moment, &score) in self.moments.iter_mut().zip(scores) {
            let passed = paces.partition_point(|(from, _)| from <= moment);
            *moment += law.at(score) * paces[passed.saturating_sub(1)].1;
        }
        self.drawn += 1;
    }

    /// When a pickup or a break may start, and the deviation of its length; breaks are as long as they are.
    fn aside(&self, stop: &PlannedStop) -> (Time, Duration) {
        match stop.kind {
            StopKind::Break(index) => {
                (self.problem.shift(self.shift).breaks[index].start.start, Duration::ZERO)
            }
            StopKind::Pickup(pickup) => {
                let windows = &self.problem.pickup(pickup).windows;
                let open = windows.iter().find(|window| window.contains(stop.start));
                (open.map_or(stop.start, |window| window.start), self.problem.pickup_deviation(pickup))
            }
            StopKind::Visit(visit) => (stop.start, self.problem.visit_deviation(visit)),
        }
    }
}

/// Before this nobody starts the visit: its window opens, or a promise that the plan keeps begins, and starting before
/// that would cost money. A pinned start is kept to the tick.
fn opening(
    problem: &Problem,
    (visit, promised): (VisitId, Option<TimeWindow>),
    own: TimeWindow,
    start: Time,
) -> Time {
    let noun = problem.visit(visit);
    if noun.pin.is_some_and(|pin| pin.start.is_some()) {
        return start;
    }
    let promised = promised.filter(|window| window.contains(start));
    promised.map_or(own.start, |window| window.start.max(own.start))
}

/// The window in which this start is allowed. A pin overrides windows, not permits.
fn own_window(
    problem: &Problem,
    eligibility: &Eligibility,
    (shift, visit): (ShiftId, VisitId),
    start: Time,
) -> TimeWindow {
    let noun = problem.visit(visit);
    let point = TimeWindow { start, end: start };
    if noun.pin.is_none_or(|pin| pin.start.is_none()) {
        let open = eligibility.start_windows(shift, visit);
        return open.iter().copied().find(|window| window.contains(start)).unwrap_or(point);
    }
    let (Release::Open { from, until } | Release::Held { from, until }) = problem.release(visit) else {
        return point;
    };
    let released = TimeWindow { start: from, end: until - Duration::from_ticks(1) };
    let holds = |window: &TimeWindow| window.intersection(&released).filter(|both| both.contains(start));
    let own = noun.windows.iter().find_map(holds);
    own.or_else(|| holds(&problem.horizon_window())).unwrap_or(point)
}
