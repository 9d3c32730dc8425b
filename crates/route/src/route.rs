//! A sequence of stops that search edits, with its curves from both ends kept up to date.

use journeyman_domain::{Cost, PlaceId, ShiftId, Stop, VisitId};

use crate::curve::{Curve, join};
use crate::{Backward, Draw, Forward, Insertion, Inventory, RouteModel};

/// The route of one shift: feasible at all times, its cost exact.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) shift: ShiftId,
    pub(crate) stops: Vec<Stop>,
    pub(crate) inventory: Inventory,
    /// `forward[i]`: ready to leave after the first `i` stops.
    pub(crate) forward: Vec<Forward>,
    /// `backward[i]`: arrived at stop `i`; the last: arrived at the end place.
    pub(crate) backward: Vec<Backward>,
    /// Earliest moment of `forward[i]`, over all numbers of breaks.
    pub(crate) ready: Vec<i64>,
    /// Latest moment of `backward[i]`, likewise.
    pub(crate) latest: Vec<i64>,
    /// Least cost of `forward[i]`, whenever it must be done.
    pub(crate) least_before: Vec<i64>,
    /// Least cost of `backward[i]`, whenever it is entered.
    pub(crate) least_after: Vec<i64>,
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
        let mut route = Self {
            shift,
            stops,
            inventory: Inventory::default(),
            forward: Vec::new(),
            backward: Vec::new(),
            ready: Vec::new(),
            latest: Vec::new(),
            least_before: Vec::new(),
            least_after: Vec::new(),
            cost: Cost::ZERO,
        };
        route.rebuild(model).then_some(route)
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
        let before = std::mem::replace(&mut self.stops, stops);
        if self.rebuild(model) {
            return true;
        }
        self.stops = before;
        let restored = self.rebuild(model);
        debug_assert!(restored, "the sequence before was feasible");
        false
    }

    /// Applies an insertion evaluated on this route.
    pub fn insert(&mut self, model: &RouteModel<'_>, insertion: &Insertion) {
        debug_assert_eq!(insertion.shift, self.shift);
        let before = self.cost;
        if let Some((position, pickup)) = insertion.pickup {
            self.stops.insert(position, Stop::Pickup(pickup));
        }
        self.stops.insert(insertion.position, Stop::Visit(insertion.visit));
        let feasible = self.rebuild(model);
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
        let arrival = model.forward_arrival(self.shift, from, &self.forward[position], to);
        join_all(&arrival, &self.backward[position + 1]).map(Cost::from_micros)
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

    /// Recomputes everything from the sequence; false when infeasible.
    fn rebuild(&mut self, model: &RouteModel<'_>) -> bool {
        let Some(inventory) = Inventory::of(model, self.shift, &self.stops) else { return false };
        self.inventory = inventory;
        let (frozen, hold) = model.shift(self.shift).frozen;
        let length = self.stops.len();
        self.backward.clear();
        self.backward.resize_with(length + 1, Backward::default);
        self.backward[length] = model.backward_end(self.shift);
        for at in (0..length).rev() {
            let to = self.place_after(model, at + 1);
            let held = (at + 1 == frozen && frozen < length).then_some(hold);
            self.backward[at] = model.backward(self.shift, self.stops[at], to, &self.backward[at + 1], held);
        }
        if length > 0 {
            let start = model.backward_start(self.shift, self.place_after(model, 0), &self.backward[0]);
            let Some(cost) = start.0[0].at(model.shift(self.shift).start) else { return false };
            self.cost = Cost::from_micros(cost);
        } else {
            // A route that does nothing needs nothing, not even room for its breaks.
            self.cost = Cost::ZERO;
        }

        self.forward.clear();
        self.forward.push(model.forward_start(self.shift));
        for at in 0..length {
            let from = self.place_before(model, at);
            let mut done = model.forward(self.shift, from, &self.forward[at], self.stops[at]);
            if at + 1 == frozen {
                RouteModel::forward_hold(&mut done, hold);
            }
            self.forward.push(done);
        }
        self.ready.clear();
        self.ready.extend(self.forward.iter().map(Forward::earliest));
        self.latest.clear();
        self.latest.extend(self.backward.iter().map(Backward::latest));
        self.least_before.clear();
        self.least_before.extend(self.forward.iter().map(|before| least(&before.0)));
        self.least_after.clear();
        self.least_after.extend(self.backward.iter().map(|after| least(&after.0)));
        debug_assert!(length == 0 || self.agrees_at_every_seam(model), "both directions cost the same");
        true
    }

    /// The from-scratch twin of the two directions: joined anywhere, they give the cost.
    fn agrees_at_every_seam(&self, model: &RouteModel<'_>) -> bool {
        // The way home after nothing but frozen stops is not held, other legs after them are.
        let frozen_only = self.stops.len() == model.frozen_len(self.shift);
        (0..self.stops.len() + usize::from(!frozen_only)).all(|at| {
            let from = self.place_before(model, at);
            let arrival =
                model.forward_arrival(self.shift, from, &self.forward[at], self.place_after(model, at));
            join_all(&arrival, &self.backward[at]) == Some(self.cost.micros())
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
    /// The earliest moment, over all numbers of breaks taken; far in the future when there is none.
    pub(crate) fn earliest(&self) -> i64 {
        self.0.iter().filter_map(|curve| curve.end().map(|end| -end)).min().unwrap_or(i64::MAX / 2)
    }
}

impl Backward {
    /// The latest moment, over all numbers of breaks taken; far in the past when there is none.
    pub(crate) fn latest(&self) -> i64 {
        self.0.iter().filter_map(Curve::end).max().unwrap_or(i64::MIN / 2)
    }
}
