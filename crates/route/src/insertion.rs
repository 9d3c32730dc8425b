//! What it costs to put a visit into a route.

use journeyman_domain::{Cost, PickupId, ShiftId, Stop, VisitId};
use smallvec::SmallVec;

use crate::curve::join_within;
use crate::route::join_all;
use crate::{Route, RouteModel};

/// A visit at a position of a route, perhaps with a new pickup before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Insertion {
    /// The visit.
    pub visit: VisitId,
    /// The route's shift.
    pub shift: ShiftId,
    /// Position of the visit in the new sequence.
    pub position: usize,
    /// A pickup to add first, and its position in the sequence without the visit.
    pub pickup: Option<(usize, PickupId)>,
    /// Cost of the route after, less before.
    pub delta: Cost,
}

impl Route {
    /// The cheapest place for a visit, if it costs less than `limit`. Ties go to the earlier position.
    ///
    /// `skip` says of each position whether to pass over it (blinks); the caller vouches for eligibility.
    /// O(stops) with curves of few pieces; with a new pickup O(stops²).
    pub fn best_insertion(
        &self,
        model: &RouteModel<'_>,
        visit: VisitId,
        limit: Cost,
        mut skip: impl FnMut(usize) -> bool,
    ) -> Option<Insertion> {
        let mut best: Option<Insertion> = None;
        let mut bar = limit;
        // What may be carried depends only on whether the pickup comes before.
        let frozen = model.frozen_len(self.shift);
        let pickup_at = self.inventory.pickup().map_or(usize::MAX, |(at, _)| at);
        let on_van = self.inventory.admits(model, self.shift, 0, visit);
        let first = if on_van { frozen } else { frozen.max(pickup_at.saturating_add(1)) };
        let last = if pickup_at < self.stops.len()
            && !self.inventory.admits(model, self.shift, pickup_at + 1, visit)
        {
            pickup_at
        } else {
            self.stops.len()
        };
        for position in first..=last {
            if skip(position) {
                continue;
            }
            if let Some(cost) = self.cost_with(model, position, visit, bar) {
                let delta = cost - self.cost();
                if delta < bar {
                    bar = delta;
                    best = Some(Insertion { visit, shift: self.shift, position, pickup: None, delta });
                }
            }
        }
        if !on_van && pickup_at == usize::MAX && self.pickup_could_help(model, visit) {
            return self.best_insertion_with_pickup(model, visit, bar).or(best);
        }
        best
    }

    /// What the route would cost with the visit at `position`; none when infeasible in time, or when a quick
    /// bound shows that the difference is not below `limit`. Carrying is not checked here.
    #[inline]
    pub fn cost_with(
        &self,
        model: &RouteModel<'_>,
        position: usize,
        visit: VisitId,
        limit: Cost,
    ) -> Option<Cost> {
        let (shift, stop) = (model.shift(self.shift), Stop::Visit(visit));
        let profile = model.profile(self.shift, visit);
        let (first, last) = (profile.first()?.ticks(), profile.last()?.ticks());
        let here = model.place_of(stop);
        let (from, to) = (self.place_before(model, position), self.place_after(model, position));
        let travel = model.travel();
        let (into, out) = (travel.leg(from, here), travel.leg(here, to));
        if !travel.is_static() {
            let quick = self.seams[position].ready + travel.duration_min(from, here).ticks();
            let done = quick.max(first) + model.stop(stop).duration;
            if quick > last || done + travel.duration_min(here, to).ticks() > self.seams[position].latest {
                return None;
            }
            return self.cost_with_curves(model, position, stop);
        }
        let arrival = self.seams[position].ready + into.duration.ticks();
        let done = arrival.max(first) + model.stop(stop).duration;
        if arrival > last || done + out.duration.ticks() > self.seams[position].latest {
            return None;
        }
        // As if neither part minded the time: what they cost at least, and the legs between them.
        let driving = shift.driving * (into.duration + out.duration).ticks();
        let distance = shift.distance * (into.distance + out.distance).ticks();
        let least = self.seams[position].least_before + self.seams[position].least_after;
        let known = least + driving + distance + model.stop_price(self.shift, stop);
        if known - self.cost().micros() >= limit.micros() {
            return None;
        }
        if shift.breaks.is_empty()
            && let Some(window) = profile.single()
        {
            return self.cost_at_starts(model, position, stop, (window.from.ticks(), window.to.ticks()));
        }
        match self.cost_at_points(model, position, visit) {
            Ok(cost) => cost,
            Err(NotPoints) => self.cost_with_curves(model, position, stop),
        }
    }

    /// Without breaks and with one open interval of starts, the least over the start of service: exact.
    #[inline]
    fn cost_at_starts(
        &self,
        model: &RouteModel<'_>,
        position: usize,
        stop: Stop,
        (first, last): (i64, i64),
    ) -> Option<Cost> {
        let (shift, here) = (model.shift(self.shift), model.place_of(stop));
        let into = model.travel().leg(self.place_before(model, position), here);
        let out = model.travel().leg(here, self.place_after(model, position));
        let driving = shift.driving * (into.duration + out.duration).ticks();
        let distance = shift.distance * (into.distance + out.distance).ticks();
        let known = driving + distance + model.stop_price(self.shift, stop);
        // The moment between is the departure towards the stop.
        let into = into.duration.ticks();
        let prefix = &self.seams[position].forward.0[0];
        let rest = &self.seams[position].backward.0[0];
        let after = model.stop(stop).duration + out.duration.ticks();
        join_within(prefix, rest, into + after, (first - into, last - into))
            .map(|sum| Cost::from_micros(known + sum))
    }

    /// By the curves: always exact.
    fn cost_with_curves(&self, model: &RouteModel<'_>, position: usize, stop: Stop) -> Option<Cost> {
        let from = self.place_before(model, position);
        let done = model.forward(self.shift, from, &self.seams[position].forward, stop);
        let to = self.place_after(model, position);
        let arrival = model.forward_arrival(self.shift, model.place_of(stop), &done, to);
        join_all(&arrival, &self.seams[position].backward).map(Cost::from_micros)
    }

    /// The same with one number per count of breaks instead of curves, where that is exact: static travel, a
    /// prefix whose cost does not depend on time, and a visit that costs the same at any open start.
    fn cost_at_points(
        &self,
        model: &RouteModel<'_>,
        position: usize,
        visit: VisitId,
    ) -> Result<Option<Cost>, NotPoints> {
        let stop = Stop::Visit(visit);
        let window = model.profile(self.shift, visit).single().ok_or(NotPoints)?;
        let (first, last) = (window.from.ticks(), window.to.ticks());
        let shift = model.shift(self.shift);
        let mut times: SmallVec<[i64; 4]> = SmallVec::new();
        let mut prefix = None;
        for curve in &self.seams[position].forward.0 {
            match curve.point()? {
                None => times.push(NEVER),
                Some((earliest, cost)) => {
                    if *prefix.get_or_insert(cost) != cost {
                        return Err(NotPoints);
                    }
                    times.push(earliest);
                }
            }
        }
        let Some(prefix) = prefix else { return Ok(None) };
        let here = model.place_of(stop);
        let into = model.travel().leg(self.place_before(model, position), here);
        let out = model.travel().leg(here, self.place_after(model, position));
        times.iter_mut().filter(|time| **time < NEVER).for_each(|time| *time += into.duration.ticks());
        break_points(&shift.breaks, &mut times);
        for time in &mut times {
            *time = if *time > last { NEVER } else { (*time).max(first) + model.stop(stop).duration };
        }
        break_points(&shift.breaks, &mut times);
        let driving = shift.driving * (into.duration + out.duration).ticks();
        let distance = shift.distance * (into.distance + out.distance).ticks();
        let known = prefix + driving + distance + model.stop_price(self.shift, stop);
        let rest = times
            .iter()
            .zip(&self.seams[position].backward.0)
            .filter(|(time, _)| **time < NEVER)
            .filter_map(|(time, curve)| curve.at(time + out.duration.ticks()))
            .min();
        Ok(rest.map(|rest| Cost::from_micros(known + rest)))
    }
}

/// The quick arithmetic does not apply.
#[derive(Debug)]
pub(crate) struct NotPoints;

/// A state that is not reached.
const NEVER: i64 = i64::MAX / 4;

/// Earliest moments after optional breaks on the spot.
fn break_points(breaks: &[(i64, i64, i64)], times: &mut [i64]) {
    for (taken, &(earliest, latest, duration)) in breaks.iter().enumerate() {
        if times[taken] <= latest {
            times[taken + 1] = times[taken + 1].min(times[taken].max(earliest) + duration);
        }
    }
}
