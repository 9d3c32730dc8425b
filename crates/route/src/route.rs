//! A sequence of stops that search edits, with its curves from both ends kept up to date.

use journeyman_domain::{Cost, PlaceId, ShiftId, Stop, VisitId};

use crate::curve::{Curve, CurveRef, join_within};
use crate::flank::{Flank, Point};
use crate::propagate::Curves;
use crate::{Draw, Insertion, Inventory, RouteModel};

/// The route of one shift: feasible at all times, its cost exact.
#[derive(Debug)]
pub struct Route {
    pub(crate) shift: ShiftId,
    pub(crate) stops: Vec<Stop>,
    pub(crate) inventory: Inventory,
    /// From the start: ready to leave, when as many stops are done (mirrored clock).
    forward: Flank,
    /// From the end: arrived, when as many stops are still to come after this one.
    backward: Flank,
    cost: Cost,
}

impl Clone for Route {
    fn clone(&self) -> Self {
        Self {
            shift: self.shift,
            stops: self.stops.clone(),
            inventory: self.inventory.clone(),
            forward: self.forward.clone(),
            backward: self.backward.clone(),
            cost: self.cost,
        }
    }

    /// Reuses the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.shift = other.shift;
        self.stops.clone_from(&other.stops);
        self.inventory.clone_from(&other.inventory);
        self.forward.clone_from(&other.forward);
        self.backward.clone_from(&other.backward);
        self.cost = other.cost;
    }
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
            stops: Vec::new(),
            inventory: Inventory::default(),
            forward: Flank::default(),
            backward: Flank::default(),
            cost: Cost::ZERO,
        };
        route.change(model, stops).is_ok().then_some(route)
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

    /// Visits that could not be served without the pickup, when the van serves in order whom it can. O(stops).
    pub fn needing_pickup(&self, model: &RouteModel<'_>) -> impl Iterator<Item = VisitId> {
        Inventory::beyond_van(model, self.shift, self.visits())
    }

    /// What the route takes from shared stocks.
    pub fn draws(&self, model: &RouteModel<'_>) -> impl Iterator<Item = (Draw, u32)> + '_ {
        self.inventory.draws(model.problem().shift(self.shift).technician)
    }

    /// Replaces the whole sequence; false, and nothing changed, when infeasible.
    pub fn replace(&mut self, model: &RouteModel<'_>, stops: Vec<Stop>) -> bool {
        let Err(before) = self.change(model, stops) else { return true };
        let restored = self.change(model, before);
        debug_assert!(restored.is_ok(), "the sequence before was feasible");
        false
    }

    /// Applies an insertion evaluated on this route.
    pub fn insert(&mut self, model: &RouteModel<'_>, insertion: &Insertion) {
        debug_assert_eq!(insertion.shift, self.shift);
        let before = self.cost;
        let feasible = match insertion.pickup {
            Some((position, pickup)) => {
                let mut stops = Vec::with_capacity(self.stops.len() + 2);
                stops.extend_from_slice(&self.stops);
                stops.insert(position, Stop::Pickup(pickup));
                stops.insert(insertion.position, Stop::Visit(insertion.visit));
                self.change(model, stops).is_ok()
            }
            None => self.insert_visit(model, insertion.position, insertion.visit),
        };
        assert!(feasible, "an evaluated insertion is feasible: {insertion:?}");
        debug_assert_eq!(
            self.cost,
            before + insertion.delta,
            "an insertion costs what was said: {insertion:?}"
        );
    }

    /// One visit more; false, and nothing sound left, when infeasible in time. Whether it can be carried is known.
    fn insert_visit(&mut self, model: &RouteModel<'_>, position: usize, visit: VisitId) -> bool {
        let length = self.stops.len();
        self.inventory.insert(model, self.shift, position, visit);
        self.stops.insert(position, Stop::Visit(visit));
        debug_assert_eq!(
            Some(&self.inventory),
            Inventory::of(model, self.shift, &self.stops).as_ref(),
            "an evaluated insertion can be carried"
        );
        if model.frozen_len(self.shift) == length && length > 0 {
            self.forget();
        }
        self.forward.truncate(position + 1);
        self.backward.truncate(length - position + 1);
        self.fill(model);
        self.settle(model)
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
        join_all(&self.arrivals(model, position, position + 1), self.after(position + 1))
            .map(Cost::from_micros)
    }

    /// Ready to leave for the stop at `position`.
    #[inline]
    pub(crate) fn before(&self, position: usize) -> Point<'_> {
        self.forward.point(position)
    }

    /// Arrived at the stop at `position`, or at the end.
    #[inline]
    pub(crate) fn after(&self, position: usize) -> Point<'_> {
        self.backward.point(self.stops.len() - position)
    }

    /// A departure that does not wait, for the leg after `position` stops.
    #[inline]
    pub(crate) fn departure(&self, model: &RouteModel<'_>, position: usize) -> Option<i64> {
        let shift = model.shift(self.shift);
        (position == 0 && shift.frozen.0 > 0).then_some(shift.departures.0)
    }

    /// Arrived where the stop at `to` is, when `done` stops are done.
    fn arrivals(&self, model: &RouteModel<'_>, done: usize, to: usize) -> Curves {
        let mut curves = self.before(done).to_curves();
        let places = (self.place_before(model, done), self.place_after(model, to));
        model.arrive(self.shift, places, &mut curves, self.departure(model, done));
        curves
    }

    /// Curves of being ready to leave the last stop.
    pub(crate) fn ready(&self) -> Curves {
        self.forward.point(self.stops.len()).to_curves()
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

    /// Becomes another sequence; the one before, and nothing sound left, when that is infeasible.
    ///
    /// What comes before the first difference keeps its forward curves, what comes after the last one its backward
    /// curves.
    fn change(&mut self, model: &RouteModel<'_>, stops: Vec<Stop>) -> Result<(), Vec<Stop>> {
        let Some(inventory) = Inventory::of(model, self.shift, &stops) else {
            // Nothing may be kept of curves that belong to no sequence.
            self.forget();
            return Err(std::mem::take(&mut self.stops));
        };
        self.inventory = inventory;
        let (before, after) = self.kept(model, &stops);
        let stops_then = std::mem::replace(&mut self.stops, stops);
        self.forward.truncate(before);
        self.backward.truncate(after);
        self.fill(model);
        if self.settle(model) { Ok(()) } else { Err(stops_then) }
    }

    fn forget(&mut self) {
        self.forward.truncate(0);
        self.backward.truncate(0);
    }

    /// How many points keep their forward curves, from the start, and their backward curves, from the end.
    fn kept(&self, model: &RouteModel<'_>, stops: &[Stop]) -> (usize, usize) {
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

    /// The curves that are missing on either side.
    fn fill(&mut self, model: &RouteModel<'_>) {
        let (frozen, hold) = model.shift(self.shift).frozen;
        let length = self.stops.len();
        if self.backward.len() == 0 {
            self.backward.push(&model.backward_end(self.shift).0);
        }
        if self.backward.len() <= length {
            let mut curves = self.backward.point(self.backward.len() - 1).to_curves();
            for at in (0..=length - self.backward.len()).rev() {
                let to = self.place_after(model, at + 1);
                let held = (at + 1 == frozen && frozen < length).then_some(hold);
                model.retreat(self.shift, self.stops[at], to, &mut curves, held);
                self.backward.push(&curves);
            }
        }
        if self.forward.len() == 0 {
            self.forward.push(&model.forward_start(self.shift).0);
        }
        if self.forward.len() <= length {
            let mut curves = self.forward.point(self.forward.len() - 1).to_curves();
            for done in self.forward.len() - 1..length {
                let departure = self.departure(model, done);
                model.advance(
                    self.shift,
                    self.place_before(model, done),
                    &mut curves,
                    departure,
                    self.stops[done],
                );
                if done + 1 == frozen {
                    RouteModel::hold(&mut curves, hold);
                }
                self.forward.push(&curves);
            }
        }
    }

    /// The cost, from both directions joined at the start; false when they do not meet.
    fn settle(&mut self, model: &RouteModel<'_>) -> bool {
        // A route that does nothing needs nothing, not even room for its breaks.
        self.cost = Cost::ZERO;
        if self.stops.is_empty() {
            return true;
        }
        let Some(cost) = join_all(&self.arrivals(model, 0, 0), self.after(0)) else {
            self.forget();
            return false;
        };
        self.cost = Cost::from_micros(cost);
        debug_assert!(self.agrees_with_scratch(model), "what was kept is what would be computed");
        debug_assert!(self.agrees_at_every_seam(model), "both directions cost the same");
        true
    }

    /// The from-scratch twin of what a change keeps.
    fn agrees_with_scratch(&self, model: &RouteModel<'_>) -> bool {
        let mut twin = self.clone();
        twin.forget();
        twin.fill(model);
        (&twin.forward, &twin.backward) == (&self.forward, &self.backward)
    }

    /// The from-scratch twin of the two directions: joined anywhere, they give the cost.
    fn agrees_at_every_seam(&self, model: &RouteModel<'_>) -> bool {
        // The way home after nothing but frozen stops is not held, other legs after them are.
        let frozen_only = self.stops.len() == model.frozen_len(self.shift);
        (0..self.stops.len() + usize::from(!frozen_only))
            .all(|at| join_all(&self.arrivals(model, at, at), self.after(at)) == Some(self.cost.micros()))
    }
}

/// The least join over the number of breaks taken.
pub(crate) fn join_all(before: &Curves, after: Point<'_>) -> Option<i64> {
    let meet = |(prefix, rest): (CurveRef<'_>, CurveRef<'_>)| {
        join_within(prefix, rest, 0, (i64::MIN / 2, i64::MAX / 2))
    };
    before.iter().map(Curve::view).zip(after.curves()).filter_map(meet).min()
}
