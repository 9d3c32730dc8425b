//! The times behind a route's cost.
//!
//! Among the schedules of least cost: driving on rather than pausing, a pause in time that would be waited away,
//! every start as early as that allows, and under SHIFT pay a departure as late as the first stop allows.

use journeyman_domain::{Cost, PayPolicy, PlaceId, ShiftId, Stop, Time};

use crate::curve::Curve;
use crate::propagate::{Curves, steps, take_breaks};
use crate::{Backward, RouteModel};

/// When a route does what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    /// Leaving the start place.
    pub departure: Time,
    /// Stops, and breaks taken between departure and return, in order.
    pub stops: Vec<ScheduledStop>,
    /// Start of the way to the end place.
    pub last_leg_departure: Time,
    /// Back at the end place.
    pub return_time: Time,
    /// The route's cost.
    pub cost: Cost,
}

/// One stop or break with its times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScheduledStop {
    /// The stop; none for a break.
    pub stop: Option<Stop>,
    /// Position of the break in the shift; none for a stop.
    pub break_index: Option<usize>,
    /// Start of the way here; for a break, its start.
    pub leg_departure: Time,
    /// Arrival; for a break, its start.
    pub arrival: Time,
    /// Start of service or break.
    pub start: Time,
    /// End of service or break.
    pub end: Time,
}

/// Costs to go at the four moments of one place, by number of breaks taken.
struct Stages {
    /// Arrived: a break or the service may come next.
    arrived: Curves,
    /// The service comes next.
    waiting: Curves,
    /// Served: a break or the next leg may come next.
    served: Curves,
    /// The next leg comes next.
    leaving: Curves,
}

/// Where the walk stands.
struct Walk<'m> {
    model: &'m RouteModel<'m>,
    shift: ShiftId,
    time: i64,
    taken: usize,
    stops: Vec<ScheduledStop>,
}

impl RouteModel<'_> {
    /// The schedule of least cost of a sequence; none when infeasible in time. Carrying is not checked here.
    /// O(stops × pieces).
    pub fn schedule(&self, shift: ShiftId, stops: &[Stop]) -> Option<Schedule> {
        if stops.is_empty() {
            return None;
        }
        let stages = self.stages(shift, stops);
        let model = self.shift(shift);
        let mut walk = Walk { model: self, shift, time: model.start, taken: 0, stops: Vec::new() };
        let start = self.backward_start(shift, self.place_of(stops[0]), &Backward(stages[0].arrived.clone()));
        let cost = start.0[0].at(model.start)?;
        let leaving =
            self.backward_leaving(shift, self.place_of(stops[0]), &Backward(stages[0].arrived.clone()));
        let departure = walk.depart(&start.0, &leaving.0);
        walk.stops.clear();
        walk.time = departure;
        let mut place = model.start_place;
        let (frozen, hold) = model.frozen;
        for (done, (stages, &stop)) in (1..).zip(stages.iter().zip(stops)) {
            let here = self.place_of(stop);
            let leg_departure = if done == 1 && frozen > 0 {
                walk.drive_at(departure, place, here)
            } else {
                walk.drive(place, here, &stages.arrived)
            };
            walk.serve(stop, leg_departure, stages);
            walk.pause_before_leaving(&stages.served, &stages.leaving);
            if done == frozen && frozen < stops.len() {
                walk.time = walk.time.max(hold);
            }
            place = here;
        }
        let last_leg_departure = walk.drive(place, model.end_place, &self.backward_end(shift).0);
        // Waiting for a quicker hour before the first leg is not yet the departure.
        let first_leg = walk.stops.iter().find(|event| event.stop.is_some()).map(|event| event.leg_departure);
        let mut schedule = Schedule {
            departure: first_leg.unwrap_or(Time::from_ticks(departure)),
            stops: walk.stops,
            last_leg_departure: Time::from_ticks(last_leg_departure),
            return_time: Time::from_ticks(walk.time),
            cost: Cost::from_micros(cost),
        };
        self.depart_late(shift, &mut schedule);
        Some(schedule)
    }

    /// For each stop of a sequence, by the number of breaks taken before it: the last moment at which its service may
    /// end so that all that follows can still be done; none where it cannot. O(stops × pieces).
    pub fn latest_ends(&self, shift: ShiftId, stops: &[Stop]) -> Vec<Vec<Option<Time>>> {
        let ends =
            |stages: Stages| stages.served.iter().map(|curve| curve.end().map(Time::from_ticks)).collect();
        self.stages(shift, stops).into_iter().map(ends).collect()
    }

    fn stages(&self, shift: ShiftId, stops: &[Stop]) -> Vec<Stages> {
        let model = self.shift(shift);
        let (frozen, hold) = model.frozen;
        let mut stages = Vec::with_capacity(stops.len());
        let (mut next, mut to) = (self.backward_end(shift).0, model.end_place);
        for (at, &stop) in stops.iter().enumerate().rev() {
            let Backward(mut leaving) =
                self.backward_departure(shift, self.place_of(stop), to, &Backward(next));
            if at + 1 == frozen && frozen < stops.len() {
                leaving.iter_mut().for_each(|curve| curve.gate(hold, i64::MAX / 2));
            }
            let mut served = leaving.clone();
            take_breaks(model, &mut served);
            let profile = self.stop_profile(shift, stop);
            let (duration, price) = (self.stop(stop).duration, self.stop_price(shift, stop));
            let service = |curve: &Curve| {
                let mut start = curve.clone();
                start.shift(duration, price);
                profile.gate(&mut start);
                start
            };
            let waiting: Curves = served.iter().map(service).collect();
            let mut arrived = waiting.clone();
            take_breaks(model, &mut arrived);
            next = arrived.clone();
            to = self.place_of(stop);
            stages.push(Stages { arrived, waiting, served, leaving });
        }
        stages.reverse();
        stages
    }

    /// Leaves the start place as late as the first event on the way allows, where that costs nothing.
    fn depart_late(&self, shift: ShiftId, schedule: &mut Schedule) {
        let noun = self.problem().shift(shift);
        // Presence is paid by the tick, so such a departure is placed already; a frozen one is a fact.
        if noun.rates.pay == PayPolicy::PortalToPortal || noun.frozen.is_some() {
            return;
        }
        let Some(late) = schedule.stops.first().map(|event| event.start) else { return };
        let Some(first) = schedule.stops.iter_mut().find(|event| event.stop.is_some()) else { return };
        let driving = first.arrival - first.leg_departure;
        let departure = late - driving;
        let to = first.stop.map_or(noun.start_place, |stop| self.place_of(stop));
        let same = self.travel().duration_at(noun.start_place, to, departure) == driving;
        if departure > first.leg_departure && departure <= noun.window.end && same {
            schedule.departure = departure;
            first.leg_departure = departure;
            first.arrival = late;
        }
    }
}

impl Walk<'_> {
    /// Breaks at the start place, then the departure: the earliest of least cost.
    fn depart(&mut self, ready: &Curves, leaving: &Curves) -> i64 {
        let shift = self.model.shift(self.shift);
        let (from, to) = shift.departures;
        loop {
            let value = ready[self.taken].at(self.time);
            let first = self.time.max(from);
            let sum = |time: i64| Some(leaving[self.taken].at(time)? - shift.presence * time);
            let bends = leaving[self.taken].bends().filter(|&bend| first < bend && bend <= to);
            let best = [first, to]
                .into_iter()
                .chain(bends)
                .filter(|&time| first <= time && sum(time) == value)
                .min();
            if let Some(departure) = best {
                return departure;
            }
            self.pause();
        }
    }

    /// Takes the next break here.
    fn pause(&mut self) {
        let breaks = &self.model.shift(self.shift).breaks;
        let (earliest, _, duration) =
            *breaks.get(self.taken).expect("a cost not met by going on is met by a break");
        let start = self.time.max(earliest);
        let at = Time::from_ticks;
        self.stops.push(ScheduledStop {
            stop: None,
            break_index: Some(self.taken),
            leg_departure: at(start),
            arrival: at(start),
            start: at(start),
            end: at(start + duration),
        });
        self.time = start + duration;
        self.taken += 1;
    }

    /// Drives on at a given moment, `time` becomes the arrival.
    fn drive_at(&mut self, departure: i64, from: PlaceId, to: PlaceId) -> i64 {
        let duration = self.model.travel().duration_at(from, to, Time::from_ticks(departure));
        self.time = departure + duration.ticks();
        departure
    }

    /// Drives on at the earliest moment of least cost; returns it, `time` becomes the arrival.
    fn drive(&mut self, from: PlaceId, to: PlaceId, arrived: &Curves) -> i64 {
        let (shift, travel) = (self.model.shift(self.shift), self.model.travel());
        let after = &arrived[self.taken];
        let mut best: Option<(i64, i64, i64)> = None;
        for (first, last, duration) in steps(travel, from, to) {
            let departure = self.time.max(first);
            if departure > last {
                continue;
            }
            if let Some(rest) = after.at(departure + duration) {
                let cost = rest + shift.driving * duration;
                if best.is_none_or(|(least, ..)| cost < least) {
                    best = Some((cost, departure, duration));
                }
            }
        }
        let (_, departure, duration) = best.expect("the walk follows finite costs");
        self.time = departure + duration;
        departure
    }

    /// Serves a stop, with breaks before it where they must be or cost nothing.
    fn serve(&mut self, stop: Stop, leg_departure: i64, stages: &Stages) {
        let arrival = self.time;
        let value = stages.arrived[self.taken].at(self.time);
        while stages.waiting[self.taken].at(self.time) != value || self.pause_is_free(stop, stages, value) {
            self.pause();
        }
        let start = self.service_start(stop, &stages.served[self.taken]);
        let end = start + self.model.stop(stop).duration;
        let at = Time::from_ticks;
        // A break at a stop comes before the service but after the way there.
        self.stops.push(ScheduledStop {
            stop: Some(stop),
            break_index: None,
            leg_departure: at(leg_departure),
            arrival: at(arrival),
            start: at(start),
            end: at(end),
        });
        self.time = end;
    }

    /// Whether the next break fits into the wait for the service and leaves the cost as it is.
    fn pause_is_free(&self, stop: Stop, stages: &Stages, value: Option<i64>) -> bool {
        let breaks = &self.model.shift(self.shift).breaks;
        let Some(&(earliest, latest, duration)) = breaks.get(self.taken) else { return false };
        let start = self.time.max(earliest);
        let service = self.service_start(stop, &stages.served[self.taken]);
        start <= latest
            && start + duration <= service
            && stages.waiting[self.taken + 1].at(start + duration) == value
    }

    /// The earliest start of least cost.
    fn service_start(&self, stop: Stop, served: &Curve) -> i64 {
        let duration = self.model.stop(stop).duration;
        let profile = self.model.stop_profile(self.shift, stop);
        let starts = profile.pieces().iter().filter_map(|piece| {
            let start = self.time.max(piece.from.ticks());
            let price = profile.price_at(Time::from_ticks(start)).filter(|_| start <= piece.to.ticks())?;
            Some((served.at(start + duration)? + price.micros(), start))
        });
        starts.min().expect("the walk follows finite costs").1
    }

    fn pause_before_leaving(&mut self, served: &Curves, leaving: &Curves) {
        while leaving[self.taken].at(self.time) != served[self.taken].at(self.time) {
            self.pause();
        }
    }
}
