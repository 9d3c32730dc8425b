//! What it costs to put a visit into a route.

use crate::gap::Gap;
use crate::{Route, RouteModel};
use journeyman_domain::{Cost, PickupId, ShiftId, VisitId};

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
        let last_start = model.profile(self.shift, visit).last()?;
        for position in first..=last {
            if -self.before(position).mark.end > last_start.ticks() {
                // Too late here, and later at all that follow.
                break;
            }
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
        let gap = Gap {
            shift: self.shift,
            from: self.place_before(model, position),
            to: self.place_after(model, position),
            before: self.before(position),
            departure: self.departure(model, position),
            after: self.after(position),
        };
        gap.cost_with(model, visit, self.cost() + limit)
    }
}
