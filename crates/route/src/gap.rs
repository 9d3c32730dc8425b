//! The gap between two stops of a route, and what it costs to put a visit there.
//!
//! Three ways, all exact where they apply: curves always; a look at the starts of service where there are no breaks;
//! one number per count of breaks where the prefix does not mind the time.

use journeyman_domain::{Cost, PlaceId, ShiftId, Stop, VisitId};
use smallvec::SmallVec;

use crate::RouteModel;
use crate::curve::join_within;
use crate::flank::Point;
use crate::model::StopModel;
use crate::route::join_all;
use crate::service::OpenPiece;

/// A place in a route where a visit could go.
pub(crate) struct Gap<'r> {
    pub(crate) shift: ShiftId,
    /// Where the technician comes from.
    pub(crate) from: PlaceId,
    /// Where he goes next.
    pub(crate) to: PlaceId,
    /// Ready to leave `from`.
    pub(crate) before: Point<'r>,
    /// Left exactly then.
    pub(crate) departure: Option<i64>,
    /// From the arrival at `to` on.
    pub(crate) after: Point<'r>,
}

/// A visit in the gap, with static travel.
struct Fitting<'m> {
    stop: &'m StopModel,
    /// Time of the legs to the visit and on.
    into: i64,
    out: i64,
    /// Price of both legs and of who serves.
    price: i64,
}

impl Gap<'_> {
    /// What the route would cost with the visit here; none when infeasible in time, or when a quick bound shows
    /// that it is not below `limit`.
    #[inline]
    pub(crate) fn cost_with(&self, model: &RouteModel<'_>, visit: VisitId, limit: Cost) -> Option<Cost> {
        let stop = Stop::Visit(visit);
        let profile = model.profile(self.shift, visit);
        let (first, last) = (profile.first()?.ticks(), profile.last()?.ticks());
        let (ready, latest) = (-self.before.mark.end, self.after.mark.end);
        // Too late or too early whatever the way: legs far apart in memory are not looked up.
        if ready > last || ready.max(first) > latest {
            return None;
        }
        let travel = model.travel();
        let (shift, here) = (model.shift(self.shift), model.stop(stop));
        if !travel.is_static() {
            let arrival = ready + travel.duration_min(self.from, here.place).ticks();
            let done = arrival.max(first) + here.duration + travel.duration_min(here.place, self.to).ticks();
            let fits = arrival <= last && done <= latest;
            return if fits { self.by_curves(model, stop) } else { None };
        }
        let (into, out) = (travel.leg(self.from, here.place), travel.leg(here.place, self.to));
        let arrival = ready + into.duration.ticks();
        let done = arrival.max(first) + here.duration;
        if arrival > last || done + out.duration.ticks() > latest {
            return None;
        }
        let driving = shift.driving * (into.duration + out.duration).ticks();
        let distance = shift.distance * (into.distance + out.distance).ticks();
        let price = driving + distance + model.stop_price(self.shift, stop);
        // As if neither part minded the time: what they cost at least, and what is between them.
        if self.before.mark.least + self.after.mark.least + price >= limit.micros() {
            return None;
        }
        let fitting = Fitting { stop: here, into: into.duration.ticks(), out: out.duration.ticks(), price };
        match profile.single() {
            Some(window) if shift.breaks.is_empty() => self.by_starts(&fitting, window),
            Some(window) => match self.by_points(&shift.breaks, &fitting, window) {
                Ok(cost) => cost,
                Err(NotPoints) => self.by_curves(model, stop),
            },
            None => self.by_curves(model, stop),
        }
    }

    /// Always exact.
    fn by_curves(&self, model: &RouteModel<'_>, stop: Stop) -> Option<Cost> {
        let mut curves = self.before.to_curves();
        model.advance(self.shift, self.from, &mut curves, self.departure, stop);
        model.arrive(self.shift, (model.place_of(stop), self.to), &mut curves, None);
        join_all(&curves, self.after).map(Cost::from_micros)
    }

    /// Without breaks and with one open interval of starts: the least over the start of service.
    #[inline]
    fn by_starts(&self, fitting: &Fitting<'_>, window: &OpenPiece) -> Option<Cost> {
        let (prefix, rest) = (self.before.first(), self.after.first());
        // The moment between is the departure towards the visit.
        let between = fitting.into + fitting.stop.duration + fitting.out;
        let departures = (window.from.ticks() - fitting.into, window.to.ticks() - fitting.into);
        join_within(prefix, rest, between, departures).map(|sum| Cost::from_micros(fitting.price + sum))
    }

    /// With one number per count of breaks, where the prefix costs the same whenever it is done.
    fn by_points(
        &self,
        breaks: &[(i64, i64, i64)],
        fitting: &Fitting<'_>,
        window: &OpenPiece,
    ) -> Result<Option<Cost>, NotPoints> {
        let mut times: SmallVec<[i64; 4]> = SmallVec::new();
        let mut prefix = None;
        for curve in self.before.curves() {
            match curve.point()? {
                None => times.push(NEVER),
                Some((earliest, cost)) => {
                    if *prefix.get_or_insert(cost) != cost {
                        return Err(NotPoints);
                    }
                    times.push(earliest + fitting.into);
                }
            }
        }
        let Some(prefix) = prefix else { return Ok(None) };
        take_breaks(breaks, &mut times);
        let (first, last) = (window.from.ticks(), window.to.ticks());
        for time in &mut times {
            *time = if *time > last { NEVER } else { (*time).max(first) + fitting.stop.duration };
        }
        take_breaks(breaks, &mut times);
        let rest = times
            .iter()
            .zip(self.after.curves())
            .filter(|(time, _)| **time < NEVER)
            .filter_map(|(time, curve)| curve.at(time + fitting.out))
            .min();
        Ok(rest.map(|rest| Cost::from_micros(prefix + fitting.price + rest)))
    }
}

/// The quick arithmetic does not apply.
#[derive(Debug)]
pub(crate) struct NotPoints;

/// A state that is not reached.
const NEVER: i64 = i64::MAX / 4;

/// Earliest moments after optional breaks on the spot.
fn take_breaks(breaks: &[(i64, i64, i64)], times: &mut [i64]) {
    for (taken, &(earliest, latest, duration)) in breaks.iter().enumerate() {
        if times[taken] <= latest {
            times[taken + 1] = times[taken + 1].min(times[taken].max(earliest) + duration);
        }
    }
}
