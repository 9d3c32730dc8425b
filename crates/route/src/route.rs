//! A sequence of stops that search edits, with its curves from both ends kept up to date.

use journeyman_domain::{Cost, PlaceId, ShiftId, Stop, VisitId};

use crate::curve::{Curve, join};
use crate::{Backward, Draw, Forward, Insertion, Inventory, RouteModel};

/// The moment between two stops: what is before it and what is after it, ready to be joined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seam {
    /// Ready to leave the place before.
    pub(crate) forward: Forward,
    /// Arrived at the place after.
    pub(crate) backward: Backward,
    /// Earliest moment of `forward`, over all numbers of breaks.
    pub(crate) ready: i64,
    /// Latest moment of `backward`, likewise.
    pub(crate) latest: i64,
    /// Least cost of `forward`, whenever it must be done.
    pub(crate) least_before: i64,
    /// Least cost of `backward`, whenever it is entered.
    pub(crate) least_after: i64,
}

/// The route of one shift: feasible at all times, its cost exact.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) shift: ShiftId,
    pub(crate) stops: Vec<Stop>,
    pub(crate) inventory: Inventory,
    /// Before every stop, and before the way home.
    pub(crate) seams: Vec<Seam>,
    cost: Cost,
}

impl Route {
    /// The route with nothing but its frozen stops; none when those do not fit the problem's own rules.
    pub fn empty(model: &RouteModel<'_>, shift: ShiftId) -> Option<Self> {
        let frozen = model.problem().shift(shift).frozen.as_ref();
        Self::of(model, shift, frozen.map_or_else(Vec::new, |frozen| frozen.stops.clone()))
    }

    /// The route with these stops; none when infeasible. O(stops × pieces of a curve).
    pub fn of(model: &RouteModel<'_>, shift: ShiftId, stops: Vec<Stop>) -> Option<Self> {
        let inventory = Inventory::default();
        let mut route = Self { shift, stops: Vec::new(), inventory, seams: Vec::new(), cost: Cost::ZERO };
        route.change(model, stops).then_some(route)
    }

    /// The shift.
    #[inline]
    pub fn shift(&self) -> ShiftId {
        self.shift
    }

    /// The stops in order.
    #[inline]
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The visits in order.
    pub fn visits(&self) -> impl DoubleEndedIterator<Item = VisitId> + '_ {
        self.stops.iter().filter_map(|stop| match stop {
            Stop::Visit(visit) => Some(*visit),
            Stop::Pickup(_) => None,
        })
    }

    /// Whether nothing is done: such a route costs nothing.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.stops.is_empty()
    }

    /// The least cost of the sequence over all departures, waits and breaks.
    #[inline]
    pub fn cost(&self) -> Cost {
        self.cost
    }

    /// Load, parts and pickup.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// What the route takes from shared stocks.
    pub fn draws(&self, model: &RouteModel<'_>) -> impl Iterator<Item = (Draw, u32)> + '_ {
        self.inventory.draws(model.problem().shift(self.shift).technician)
    }

    /// Replaces the whole sequence; false, and nothing changed, when infeasible.
    pub fn replace(&mut self, model: &RouteModel<'_>, stops: Vec<Stop>) -> bool {
        let before = self.stops.clone();
        if self.change(model, stops) {
            return true;
        }
        let restored = self.change(model, before);
        debug_assert!(restored, "the sequence before was feasible");
        false
    }

    /// Applies an insertion evaluated on this route.
    pub fn insert(&mut self, model: &RouteModel<'_>, insertion: &Insertion) {
        debug_assert_eq!(insertion.shift, self.shift);
        let before = self.cost;
        let mut stops = self.stops.clone();
        if let Some((position, pickup)) = insertion.pickup {
            stops.insert(position, Stop::Pickup(pickup));
        }
        stops.insert(insertion.position, Stop::Visit(insertion.visit));
        let feasible = self.change(model, stops);
        assert!(feasible, "an evaluated insertion is feasible: {insertion:?}");
        debug_assert_eq!(
            self.cost,
            before + insertion.delta,
            "an insertion costs what was said: {insertion:?}"
        );
    }

    /// Takes the visits out that `gone` names, and a pickup that nothing needs any more.
    ///
    /// Never infeasible where travel satisfies the triangle inequality; else false, and nothing changed.
    pub fn remove(&mut self, model: &RouteModel<'_>, gone: impl Fn(VisitId) -> bool) -> bool {
        let frozen = model.frozen_len(self.shift);
        let stays = |(at, stop): (usize, &Stop)| match stop {
            Stop::Visit(visit) => at < frozen || !gone(*visit),
            Stop::Pickup(_) => true,
        };
        let kept: Vec<Stop> =
            self.stops.iter().enumerate().filter(|&pair| stays(pair)).map(|(_, &stop)| stop).collect();
        if let Some((at, _)) = self.inventory.pickup()
            && at >= frozen
        {
            let bare: Vec<Stop> =
                kept.iter().copied().filter(|stop| matches!(stop, Stop::Visit(_))).collect();
            if Inventory::of(model, self.shift, &bare).is_some() && self.replace(model, bare) {
                return true;
            }
        }
        self.replace(model, kept)
    }

    /// What the route would cost without the stop at `position`; none when infeasible. O(pieces).
    pub fn cost_without(&self, model: &RouteModel<'_>, position: usize) -> Option<Cost> {
        if self.stops.len() == 1 {
            return Some(Cost::ZERO);
        }
        if self.stops.len() - 1 == model.frozen_len(self.shift) {
            // Without it the technician may have gone home before the freeze.
            let frozen = Self::of(model, self.shift, self.stops[..position].to_vec())?;
            return Some(frozen.cost());
        }
        let (from, to) = (self.place_before(model, position), self.place_after(model, position + 1));
        let arrival = model.forward_arrival(self.shift, from, &self.seams[position].forward, to);
        join_all(&arrival, &self.seams[position + 1].backward).map(Cost::from_micros)
    }

    /// Where the technician is when `position` stops are done.
    #[inline]
    pub(crate) fn place_before(&self, model: &RouteModel<'_>, position: usize) -> PlaceId {
        match position.checked_sub(1) {
            Some(at) => model.place_of(self.stops[at]),
            None => model.shift(self.shift).start_place,
        }
    }

    /// Where he goes when `position` stops are done.
    #[inline]
    pub(crate) fn place_after(&self, model: &RouteModel<'_>, position: usize) -> PlaceId {
        self.stops.get(position).map_or(model.shift(self.shift).end_place, |&stop| model.place_of(stop))
    }

    /// Becomes another sequence; false, and nothing sound left, when that is infeasible.
    ///
    /// What comes before the first difference keeps its forward curves, what comes after the last one its backward
    /// curves.
    fn change(&mut self, model: &RouteModel<'_>, stops: Vec<Stop>) -> bool {
        let Some(inventory) = Inventory::of(model, self.shift, &stops) else {
            // Nothing may be kept of curves that belong to no sequence.
            self.seams.clear();
            return false;
        };
        self.inventory = inventory;
        let (before, after) = self.kept(model, &stops);
        let (length, length_then) = (stops.len(), self.stops.len());
        let mut old = std::mem::take(&mut self.seams);
        self.stops = stops;
        self.seams.resize_with(length + 1, Seam::default);
        for at in 0..before {
            let (new, old) = (&mut self.seams[at], &mut old[at]);
            new.forward = std::mem::take(&mut old.forward);
            (new.ready, new.least_before) = (old.ready, old.least_before);
        }
        for from_end in 0..after {
            let (new, old) = (&mut self.seams[length - from_end], &mut old[length_then - from_end]);
            new.backward = std::mem::take(&mut old.backward);
            (new.latest, new.least_after) = (old.latest, old.least_after);
        }
        self.fill_backward(model, length + 1 - after);
        self.fill_forward(model, before);
        self.settle(model)
    }

    /// How many seams keep their forward curves, from the start, and their backward curves, from the end.
    fn kept(&self, model: &RouteModel<'_>, stops: &[Stop]) -> (usize, usize) {
        if self.seams.is_empty() {
            return (0, 0);
        }
        let frozen = model.frozen_len(self.shift);
        if frozen > 0 && (self.stops.len() == frozen) != (stops.len() == frozen) {
            // Whether the frozen stops are held until the freeze changes.
            return (0, 0);
        }
        let same = |(a, b): &(&Stop, &Stop)| a == b;
        let before = self.stops.iter().zip(stops).take_while(same).count();
        let after = self.stops.iter().rev().zip(stops.iter().rev()).take_while(same).count();
        (before + 1, after + 1)
    }

    /// Backward curves of the first `count` seams, from what follows them.
    fn fill_backward(&mut self, model: &RouteModel<'_>, count: usize) {
        let (frozen, hold) = model.shift(self.shift).frozen;
        let length = self.stops.len();
        for at in (0..count).rev() {
            let backward = if at == length {
                model.backward_end(self.shift)
            } else {
                let to = self.place_after(model, at + 1);
                let held = (at + 1 == frozen && frozen < length).then_some(hold);
                model.backward(self.shift, self.stops[at], to, &self.seams[at + 1].backward, held)
            };
            let seam = &mut self.seams[at];
            (seam.latest, seam.least_after) = (backward.latest(), backward.least());
            seam.backward = backward;
        }
    }

    /// Forward curves of the seams from `first` on, from what is before them.
    fn fill_forward(&mut self, model: &RouteModel<'_>, first: usize) {
        let (frozen, hold) = model.shift(self.shift).frozen;
        for at in first..=self.stops.len() {
            let mut forward = match at.checked_sub(1) {
                None => model.forward_start(self.shift),
                Some(done) => {
                    let from = self.place_before(model, done);
                    model.forward(self.shift, from, &self.seams[done].forward, self.stops[done])
                }
            };
            if at > 0 && at == frozen {
                RouteModel::forward_hold(&mut forward, hold);
            }
            let seam = &mut self.seams[at];
            (seam.ready, seam.least_before) = (forward.earliest(), forward.least());
            seam.forward = forward;
        }
    }

    /// The cost, from both directions joined at the start; false when they do not meet.
    fn settle(&mut self, model: &RouteModel<'_>) -> bool {
        // A route that does nothing needs nothing, not even room for its breaks.
        self.cost = Cost::ZERO;
        if self.stops.is_empty() {
            return true;
        }
        let from = model.shift(self.shift).start_place;
        let seam = &self.seams[0];
        let arrival = model.forward_arrival(self.shift, from, &seam.forward, self.place_after(model, 0));
        let Some(cost) = join_all(&arrival, &seam.backward) else {
            self.seams.clear();
            return false;
        };
        self.cost = Cost::from_micros(cost);
        debug_assert!(self.agrees_with_scratch(model), "what was kept is what would be computed");
        debug_assert!(self.agrees_at_every_seam(model), "both directions cost the same");
        true
    }

    /// The from-scratch twin of what a change keeps.
    fn agrees_with_scratch(&self, model: &RouteModel<'_>) -> bool {
        let mut twin = Self { seams: Vec::new(), ..self.clone() };
        twin.seams.resize_with(self.stops.len() + 1, Seam::default);
        twin.fill_backward(model, self.stops.len() + 1);
        twin.fill_forward(model, 0);
        let alike = |(a, b): (&Seam, &Seam)| a.forward == b.forward && a.backward == b.backward;
        twin.seams.iter().zip(&self.seams).all(alike)
    }

    /// The from-scratch twin of the two directions: joined anywhere, they give the cost.
    fn agrees_at_every_seam(&self, model: &RouteModel<'_>) -> bool {
        // The way home after nothing but frozen stops is not held, other legs after them are.
        let frozen_only = self.stops.len() == model.frozen_len(self.shift);
        (0..self.stops.len() + usize::from(!frozen_only)).all(|at| {
            let from = self.place_before(model, at);
            let arrival =
                model.forward_arrival(self.shift, from, &self.seams[at].forward, self.place_after(model, at));
            join_all(&arrival, &self.seams[at].backward) == Some(self.cost.micros())
        })
    }
}

/// The least join over the number of breaks taken.
pub(crate) fn join_all(before: &Forward, after: &Backward) -> Option<i64> {
    before.0.iter().zip(&after.0).filter_map(|(prefix, rest)| join(prefix, rest)).min()
}

/// The least value over all moments and numbers of breaks taken; more than any limit where there is none.
fn least(curves: &[Curve]) -> i64 {
    curves.iter().filter_map(Curve::least).min().unwrap_or(Cost::MAX.micros() / 2)
}

impl Forward {
    /// The least cost, whenever it must be done.
    pub(crate) fn least(&self) -> i64 {
        least(&self.0)
    }

    /// The earliest moment, over all numbers of breaks taken; far in the future when there is none.
    pub(crate) fn earliest(&self) -> i64 {
        self.0.iter().filter_map(|curve| curve.end().map(|end| -end)).min().unwrap_or(i64::MAX / 2)
    }
}

impl Backward {
    /// The least cost, whenever it is entered.
    pub(crate) fn least(&self) -> i64 {
        least(&self.0)
    }

    /// The latest moment, over all numbers of breaks taken; far in the past when there is none.
    pub(crate) fn latest(&self) -> i64 {
        self.0.iter().filter_map(Curve::end).max().unwrap_or(i64::MIN / 2)
    }
}
