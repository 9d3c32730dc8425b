//! Times for a route of which some or none are given.

use journeyman_domain::{
    CostBreakdown, Distance, Duration, Leg, PlaceId, PlannedRoute, PlannedStop, Problem, Release, Shift,
    ShiftId, Stop, StopKind, Time,
};
use journeyman_plan::{GivenLeg, GivenRoute, GivenStop};
use journeyman_route::{RouteModel, Schedule};

use crate::day::Ground;

/// A route with all its times, and the cost that the plan says it has.
pub(crate) struct Priced {
    pub(crate) route: PlannedRoute,
    pub(crate) cost: Option<CostBreakdown>,
}

/// A route with times.
pub(crate) struct Timed {
    pub(crate) route: Priced,
    /// Whether its times are given, or some keep windows, breaks and shift.
    pub(crate) has_schedule: bool,
}

/// Fills in what a route does not say. Its cost is zero where it says none.
pub(crate) fn timed(ground: &Ground, model: &RouteModel<'_>, given: &GivenRoute) -> Timed {
    let problem = &*ground.problem;
    let sequence = given.sequence();
    let frozen = problem.shift(given.shift).frozen.as_ref();
    let is_due = frozen.is_none_or(|frozen| sequence.starts_with(&frozen.stops));
    let schedule = (!given.is_timed() && is_due).then(|| model.schedule(given.shift, &sequence)).flatten();
    let has_schedule = given.is_timed() || schedule.is_some() || !is_due;
    let scheduled = schedule.map(|schedule| on_schedule(given, &schedule));
    let mut clock = Clock::new(ground, model, scheduled.as_ref().unwrap_or(given));
    let mut route = clock.run(scheduled.as_ref().unwrap_or(given));
    sign(ground, &mut route);
    Timed { route: Priced { route, cost: given.cost }, has_schedule }
}

/// The same route with the legs that travel says for its departures.
pub(crate) fn with_true_legs(ground: &Ground, model: &RouteModel<'_>, route: &PlannedRoute) -> PlannedRoute {
    let shift = ground.problem.shift(route.shift);
    let mut here = shift.start_place;
    let mut true_legs = route.clone();
    for stop in &mut true_legs.stops {
        match place_of(model, stop.kind) {
            Some(there) => {
                stop.leg = leg(ground, (here, there), stop.leg.departure);
                here = there;
            }
            None => (stop.leg.duration, stop.leg.distance) = (Duration::ZERO, Distance::ZERO),
        }
    }
    true_legs.last_leg = leg(ground, (here, shift.end_place), route.last_leg.departure);
    true_legs
}

/// The route with the times of a schedule, its breaks where that has them.
fn on_schedule(given: &GivenRoute, schedule: &Schedule) -> GivenRoute {
    let mut said = given.stops.iter().filter(|stop| stop.what().is_some());
    let stops = schedule.stops.iter().map(|event| {
        let stop = match event.break_index {
            Some(index) => GivenStop::untimed(StopKind::Break(index)),
            None => said.next().cloned().expect("a schedule has the stops of its sequence"),
        };
        GivenStop {
            leg: GivenLeg { departure: Some(event.leg_departure), ..stop.leg },
            arrival: Some(event.arrival),
            start: Some(event.start),
            end: Some(event.end),
            ..stop
        }
    });
    GivenRoute {
        departure: Some(schedule.departure),
        stops: stops.collect(),
        last_leg: GivenLeg { departure: Some(schedule.last_leg_departure), ..given.last_leg },
        return_time: Some(schedule.return_time),
        ..given.clone()
    }
}

/// Runs along a route: what is given is taken, the rest is as early as it can be.
struct Clock<'c> {
    ground: &'c Ground,
    model: &'c RouteModel<'c>,
    id: ShiftId,
    shift: &'c Shift,
    here: PlaceId,
    now: Time,
    /// Breaks not taken yet of a route that lists none.
    unlisted: std::ops::Range<usize>,
    stops: Vec<PlannedStop>,
}

impl<'c> Clock<'c> {
    fn new(ground: &'c Ground, model: &'c RouteModel<'c>, given: &GivenRoute) -> Self {
        let shift = ground.problem.shift(given.shift);
        let lists_breaks = given.stops.iter().any(|stop| stop.what().is_none());
        // Of a route with times it is known that breaks not listed lie before or after it.
        let unlisted = if lists_breaks || given.is_timed() { 0..0 } else { 0..shift.breaks.len() };
        let (id, here, now) = (given.shift, shift.start_place, shift.window.start);
        Self { ground, model, id, shift, here, now, unlisted, stops: Vec::new() }
    }

    fn run(&mut self, given: &GivenRoute) -> PlannedRoute {
        let departure = given.departure.map_or_else(|| self.departure(given), tame);
        self.now = departure;
        let mut breaks: Vec<&GivenStop> = Vec::new();
        for stop in &given.stops {
            match stop.what() {
                Some(what) => self.serve(stop, what, std::mem::take(&mut breaks)),
                None => breaks.push(stop),
            }
        }
        breaks.into_iter().for_each(|pause| self.pause(pause));
        let last_leg = self.drive(&given.last_leg, self.shift.end_place);
        PlannedRoute {
            shift: self.id,
            departure,
            stops: std::mem::take(&mut self.stops),
            return_time: given.return_time.map_or(last_leg.departure + last_leg.duration, tame),
            last_leg,
            cost: CostBreakdown::default(),
        }
    }

    /// As late as the first stop allows.
    fn departure(&self, given: &GivenRoute) -> Time {
        let first = given.stops.iter().find_map(|stop| Some((stop, stop.what()?)));
        let Some((stop, what)) = first else { return self.now };
        if let Some(frozen) = &self.shift.frozen {
            return frozen.departure;
        }
        if let Some(departure) = stop.leg.departure {
            return tame(departure);
        }
        let to = self.model.place_of(what);
        let arrival = stop.arrival.or(stop.start).map(tame);
        let due = arrival.or_else(|| self.opening(what, self.now)).unwrap_or(self.now);
        self.ground.travel.latest_departure(self.here, to, due).max(self.now)
    }

    /// Whether the technician has left the start place.
    fn has_left(&self) -> bool {
        self.stops.iter().any(|stop| !matches!(stop.kind, StopKind::Break(_)))
    }

    fn drive(&mut self, given: &GivenLeg, to: PlaceId) -> Leg {
        let travel = &self.ground.travel;
        let earliest = || travel.earliest_arrival(self.here, to, self.now).departure;
        // The route's departure is that of the first leg.
        let departure =
            given.departure.map_or_else(|| if self.has_left() { earliest() } else { self.now }, tame);
        let said = leg(self.ground, (self.here, to), departure);
        self.here = to;
        Leg {
            departure,
            duration: given.duration.map_or(said.duration, tame_span),
            distance: given.distance.unwrap_or(said.distance),
            source: given.source.unwrap_or(said.source),
        }
    }

    /// The breaks listed before a stop are taken before the way there or on arrival; then it is served.
    fn serve(&mut self, given: &GivenStop, what: Stop, breaks: Vec<&GivenStop>) {
        let to = self.model.place_of(what);
        let mut breaks = breaks.into_iter().peekable();
        while let Some(pause) = breaks.next_if(|pause| self.comes_before_driving(pause, to)) {
            self.pause(pause);
        }
        let leg = self.drive(&given.leg, to);
        let arrival = given.arrival.map_or(leg.departure + leg.duration, tame);
        self.now = self.now.max(arrival);
        breaks.for_each(|pause| self.pause(pause));
        let duration = self.model.duration_of(what);
        self.pause_if_due(what, duration);
        let start = given.start.map_or_else(|| self.opening(what, self.now).unwrap_or(self.now), tame);
        let end = given.end.map_or(start + duration, tame);
        self.now = end;
        let (window, license, held) = (given.window, given.license.clone(), given.held);
        self.stops.push(PlannedStop { kind: given.kind, leg, arrival, start, end, window, license, held });
    }

    /// What is listed comes after the departure. With a start it is taken where the technician then is, else at once
    /// where its time has come.
    fn comes_before_driving(&self, pause: &GivenStop, to: PlaceId) -> bool {
        let StopKind::Break(index) = pause.kind else { return false };
        let arrival = self.ground.travel.earliest_arrival(self.here, to, self.now).arrival;
        let is_time = self.shift.breaks.get(index).is_some_and(|noun| noun.start.start <= self.now);
        self.has_left() && pause.start.map_or(is_time, |start| start < arrival)
    }

    /// Breaks of a route that lists none: before a service that would let their time pass.
    fn pause_if_due(&mut self, what: Stop, duration: Duration) {
        while let Some(index) = self.unlisted.clone().next() {
            let pause = &self.shift.breaks[index];
            let served = self.opening(what, self.now).unwrap_or(self.now) + duration;
            if served <= pause.start.end || self.now > pause.start.end {
                return;
            }
            self.unlisted.start += 1;
            self.pause(&GivenStop::untimed(StopKind::Break(index)));
        }
    }

    fn pause(&mut self, given: &GivenStop) {
        let StopKind::Break(index) = given.kind else { return };
        let Some(pause) = self.shift.breaks.get(index) else { return };
        let start = given.start.map_or(self.now.max(pause.start.start), tame);
        let end = given.end.map_or(start + pause.duration, tame);
        let still = leg(self.ground, (self.here, self.here), start);
        self.now = end;
        self.stops.push(PlannedStop {
            kind: given.kind,
            leg: Leg {
                departure: given.leg.departure.map_or(start, tame),
                duration: given.leg.duration.map_or(Duration::ZERO, tame_span),
                distance: given.leg.distance.unwrap_or(Distance::ZERO),
                source: given.leg.source.unwrap_or(still.source),
            },
            arrival: given.arrival.map_or(start, tame),
            start,
            end,
            window: given.window,
            license: given.license.clone(),
            held: given.held,
        });
    }

    /// The first open start from a moment on.
    fn opening(&self, what: Stop, from: Time) -> Option<Time> {
        let pieces = self.model.stop_profile(self.id, what).pieces();
        pieces.iter().find(|piece| piece.to >= from).map(|piece| piece.from.max(from))
    }
}

/// Proofs and marks that a plan need not carry: a license is named where one allows the visit, HELD is marked.
fn sign(ground: &Ground, route: &mut PlannedRoute) {
    let problem: &Problem = &ground.problem;
    for stop in &mut route.stops {
        if let StopKind::Visit(visit) = stop.kind {
            let proof = || ground.eligibility.proof(problem, route.shift, visit, stop.start);
            stop.license = stop.license.take().or_else(proof);
            stop.held |= matches!(problem.release(visit), Release::Held { .. });
        }
    }
}

fn leg(ground: &Ground, (from, to): (PlaceId, PlaceId), departure: Time) -> Leg {
    let travel = &ground.travel;
    Leg {
        departure,
        duration: travel.duration_at(from, to, departure),
        distance: travel.leg(from, to).distance,
        source: travel.source(),
    }
}

fn place_of(model: &RouteModel<'_>, kind: StopKind) -> Option<PlaceId> {
    match kind {
        StopKind::Visit(visit) => Some(model.place_of(Stop::Visit(visit))),
        StopKind::Pickup(pickup) => Some(model.place_of(Stop::Pickup(pickup))),
        StopKind::Break(_) => None,
    }
}

/// Whatever time is given, sums of it fit.
fn tame(time: Time) -> Time {
    time.clamp(Time::MIN, Time::MAX)
}

fn tame_span(span: Duration) -> Duration {
    let most = Time::MAX - Time::ZERO;
    span.clamp(-most, most)
}
