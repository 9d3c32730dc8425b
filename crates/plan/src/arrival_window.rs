//! What the customer is told: a window around the planned start that the arrival hits with the asked probability.
//!
//! The simple rule: legs and services vary independently with the deviations of the request, waiting absorbs what
//! varied before it, every moment is taken as normal. "The live day" replaces it by simulation and calibration.
//! "Arrival" is the start of service here: a technician who is early waits at the door.

use journeyman_domain::{
    ArrivalWindow, Duration, Leg, PlannedRoute, PlannedStop, Problem, Release, ShiftId, StopKind, Time,
    TimeWindow, VisitId, WindowPolicy,
};
use journeyman_eligibility::Eligibility;

use crate::local_grid::LocalGrid;
use crate::spread::{Spread, score_of};

/// Cuts arrival windows for the routes of one problem.
pub struct WindowCutter<'a> {
    problem: &'a Problem,
    eligibility: &'a Eligibility,
    grid: LocalGrid,
    /// Deviations on both sides that hold the asked share.
    two_sided: f64,
    /// Deviations above the mean below which the asked share lies.
    one_sided: f64,
}

/// A moment along a route, as planned and as it may turn out.
#[derive(Clone, Copy)]
struct Moment {
    planned: Time,
    spread: Spread,
    /// Nobody is there before: the shift has begun, and each leg and service so far took its least likely time.
    earliest: Time,
}

/// Bounds on the arrival at a stop, neither after its planned start.
#[derive(Clone, Copy)]
struct Reach {
    /// When the shift begins.
    begin: Time,
    /// Before this the technician cannot be there.
    earliest: Time,
}

impl<'a> WindowCutter<'a> {
    /// Reads the window policy.
    pub fn new(problem: &'a Problem, eligibility: &'a Eligibility) -> Self {
        let policy = &problem.window_policy;
        let share = f64::from(policy.on_time_permille) / 1_000.0;
        Self {
            problem,
            eligibility,
            grid: LocalGrid::new(problem, policy.snap),
            two_sided: score_of((1.0 + share) / 2.0),
            one_sided: score_of(share),
        }
    }

    /// The window of every stop of a route; none for pickups and breaks. O(stops).
    ///
    /// Each holds the planned start and keeps inside the visit's own window. None begins before the shift does, nor
    /// a step of the grid or more before the technician can be there. A promise that the planned start keeps stays
    /// as it is.
    pub fn windows(&self, route: &PlannedRoute) -> Vec<Option<ArrivalWindow>> {
        let shift = self.problem.shift(route.shift);
        let mut now = Moment {
            planned: route.departure,
            spread: Spread::exactly(route.departure.ticks()),
            earliest: shift.frozen.as_ref().map_or(shift.window.start, |frozen| frozen.departure),
        };
        // The stop whose leg is driven already, because a break is taken on arrival there.
        let mut reached = None;
        let mut windows = Vec::with_capacity(route.stops.len());
        for (at, stop) in route.stops.iter().enumerate() {
            if let StopKind::Break(_) = stop.kind {
                let next = (at + 1..route.stops.len())
                    .find(|&next| !matches!(route.stops[next].kind, StopKind::Break(_)));
                if let Some(next) = next.filter(|&next| route.stops[next].leg.departure < stop.start)
                    && reached != Some(next)
                {
                    now = self.drive(now, &route.stops[next].leg);
                    reached = Some(next);
                }
            } else if reached != Some(at) {
                now = self.drive(now, &stop.leg);
            }
            let (window, after) = self.serve(now, route.shift, stop);
            windows.push(window);
            now = after;
        }
        windows
    }

    fn drive(&self, from: Moment, leg: &Leg) -> Moment {
        let deviation = permille_of(leg.duration, self.problem.window_policy.travel_spread_permille);
        // A leg planned behind the freeze has not begun before it.
        let open = self.problem.freeze_time.map_or(from.earliest, |freeze| freeze.min(leg.departure));
        let spread = if leg.departure > from.planned {
            from.spread.not_before(leg.departure.ticks())
        } else {
            from.spread
        };
        Moment {
            planned: leg.departure + leg.duration,
            spread: spread.then(leg.duration.ticks(), deviation),
            earliest: from.earliest.max(open) + self.least(leg.duration, deviation),
        }
    }

    /// The shortest time of what takes `mean`, as far as the asked share goes.
    fn least(&self, mean: Duration, deviation: f64) -> Duration {
        (mean - Duration::from_ticks(whole(self.two_sided * deviation))).max(Duration::ZERO)
    }

    /// Waits for and does what a stop or break says.
    fn serve(&self, arrival: Moment, shift: ShiftId, stop: &PlannedStop) -> (Option<ArrivalWindow>, Moment) {
        let (floor, deviation, hard) = match stop.kind {
            StopKind::Visit(visit) => {
                let hard = self.hard_window(shift, visit, stop.start);
                let pinned = self.problem.visit(visit).pin.is_some_and(|pin| pin.start.is_some());
                let floor = if pinned { stop.start } else { hard.start };
                (floor, self.service_deviation(visit), Some((visit, hard)))
            }
            StopKind::Pickup(id) => {
                let pickup = self.problem.pickup(id);
                let open = pickup.windows.iter().find(|window| window.contains(stop.start));
                let spread =
                    permille_of(pickup.duration, self.problem.window_policy.duration_spread_permille);
                (open.map_or(stop.start, |window| window.start), spread, None)
            }
            StopKind::Break(index) => (self.problem.shift(shift).breaks[index].start.start, 0.0, None),
        };
        // Where the plan waits, nothing starts earlier than planned.
        let floor = if stop.start > arrival.planned { stop.start } else { floor.min(stop.start) };
        let window = hard.map(|(visit, hard)| {
            let begin = self.problem.shift(shift).window.start;
            let reach = Reach { begin: begin.min(stop.start), earliest: arrival.earliest.min(stop.start) };
            self.cut(visit, (stop.start, floor), arrival.spread, hard, reach)
        });
        let (started, earliest) = if self.problem.freeze_time.is_some_and(|freeze| stop.start <= freeze) {
            (Spread::exactly(stop.start.ticks()), stop.start)
        } else {
            (arrival.spread.not_before(floor.ticks()), arrival.earliest.max(floor))
        };
        let service = stop.end - stop.start;
        let after = Moment {
            planned: stop.end,
            spread: started.then(service.ticks(), deviation),
            earliest: earliest + self.least(service, deviation),
        };
        (window, after)
    }

    /// The window in which this start is allowed. A pin overrides windows, not permits.
    fn hard_window(&self, shift: ShiftId, visit: VisitId, start: Time) -> TimeWindow {
        let noun = self.problem.visit(visit);
        let point = TimeWindow { start, end: start };
        if noun.pin.is_none_or(|pin| pin.start.is_none()) {
            let open = self.eligibility.start_windows(shift, visit);
            return open.iter().copied().find(|window| window.contains(start)).unwrap_or(point);
        }
        let (Release::Open { from, until } | Release::Held { from, until }) = self.problem.release(visit)
        else {
            return point;
        };
        let released = TimeWindow { start: from, end: until - Duration::from_ticks(1) };
        let holds = |window: &TimeWindow| window.intersection(&released).filter(|both| both.contains(start));
        let own = noun.windows.iter().find_map(holds);
        own.or_else(|| holds(&self.problem.horizon_window())).unwrap_or(point)
    }

    fn service_deviation(&self, visit: VisitId) -> f64 {
        let noun = self.problem.visit(visit);
        let share = self.problem.window_policy.duration_spread_permille;
        noun.duration_spread
            .map_or_else(|| permille_of(noun.duration, share), |given| permille_of(given, 1_000))
    }

    /// The window of a visit: what holds the asked share, no narrower and no wider than the policy says, on the
    /// grid, around the planned start, inside the hard window.
    fn cut(
        &self,
        visit: VisitId,
        (start, floor): (Time, Time),
        arrival: Spread,
        hard: TimeWindow,
        reach: Reach,
    ) -> ArrivalWindow {
        let promised = self.problem.visit(visit).promise.map(|promise| promise.window);
        let window = promised.filter(|window| window.contains(start)).unwrap_or_else(|| {
            let likely = self.likely(start, floor, arrival);
            self.clipped(self.sized(start, likely, hard, reach), hard, reach)
        });
        debug_assert!(window.contains(start), "{window:?} does not hold the start {start:?}");
        let earlier =
            if window.start <= floor { 0.0 } else { arrival.probability_by(window.start.ticks() - 1) };
        let inside = arrival.probability_by(window.end.ticks()) - earlier;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
        let probability_permille = (inside.clamp(0.0, 1.0) * 1_000.0).round() as u16;
        ArrivalWindow { window, probability_permille }
    }

    /// What holds the asked share of starts, and the planned one.
    fn likely(&self, start: Time, floor: Time, arrival: Spread) -> TimeWindow {
        let at = |scores: f64| {
            let ticks = arrival.mean() + scores * arrival.deviation();
            Time::from_ticks(whole(ticks)).max(floor)
        };
        let earliest = at(-self.two_sided);
        // Early arrivals wait for the floor, so that only the late ones are left to hold.
        let latest = if earliest == floor { at(self.one_sided) } else { at(self.two_sided) };
        TimeWindow { start: earliest.min(start), end: latest.max(start) }
    }

    /// A window of the grid cut to `hard` and to the shift, and made longer where the shift took too much of it.
    fn clipped(&self, sized: TimeWindow, hard: TimeWindow, reach: Reach) -> TimeWindow {
        let (mut start, mut end) = (sized.start.max(hard.start), sized.end);
        if start < reach.begin {
            start = reach.begin;
            let (least, most) = self.widths();
            let longer = self.grid.ceil(start + least);
            if end < longer && longer - start <= most {
                end = longer;
            }
        }
        TimeWindow { start, end: end.min(hard.end) }
    }

    /// `likely` on the grid, cut to `hard` and to what can be reached, and brought to an allowed width.
    fn sized(&self, start: Time, likely: TimeWindow, hard: TimeWindow, reach: Reach) -> TimeWindow {
        // What is likely stays in: behind a wait, what is taken as normal reaches a little before what is possible.
        let opening = hard.start.max(reach.begin).max(reach.earliest.min(likely.start));
        let outside = TimeWindow { start: self.grid.floor(opening), end: self.grid.ceil(hard.end) };
        let snapped = TimeWindow {
            start: self.grid.floor(likely.start).max(outside.start),
            end: self.grid.ceil(likely.end).min(outside.end),
        };
        let width = snapped.end - snapped.start;
        let (least, most) = self.widths();
        let wanted = width.clamp(least, most);
        if wanted == width {
            return snapped;
        }
        let ideal = likely.start + Duration::from_ticks(((likely.end - likely.start) - wanted).ticks() / 2);
        let mut first = self.grid.floor(ideal.max(start - wanted).min(start));
        if first + wanted < start {
            first = self.grid.ceil(start - wanted);
        }
        first = first.min(self.grid.floor(outside.end - wanted)).max(outside.start);
        let last = self.grid.floor(first + wanted);
        // Only where a daylight-saving change lies between can a step be missing.
        TimeWindow { start: first, end: if last < start { self.grid.ceil(start) } else { last } }
    }

    /// Least and most width in whole steps of the grid; one step at least.
    fn widths(&self) -> (Duration, Duration) {
        let WindowPolicy { width_min, width_max, .. } = self.problem.window_policy;
        let step = self.grid.step().ticks();
        let most = (width_max.ticks() / step).max(1) * step;
        let least = ((width_min.ticks() + step - 1) / step * step).min(most);
        (Duration::from_ticks(least), Duration::from_ticks(most))
    }
}

#[expect(clippy::cast_precision_loss, reason = "durations lie far below 2^53")]
fn permille_of(span: Duration, permille: u32) -> f64 {
    span.ticks() as f64 * f64::from(permille) / 1_000.0
}

/// Rounded to a tick, inside the range of times.
fn whole(ticks: f64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "the ends are powers of two")]
    let clamped = ticks.clamp(Time::MIN.ticks() as f64, Time::MAX.ticks() as f64);
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range of times")]
    let whole = clamped.round() as i64;
    whole
}
