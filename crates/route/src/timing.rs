//! What labels of routes need to know of a shift: prices per tick, breaks, departures, and curves of partial routes.

use journeyman_domain::{PlaceId, ShiftId};

use crate::curve::join;
use crate::model::ShiftModel;
use crate::{Backward, Curve, Forward, Route, RouteModel};

/// A shift as the arithmetic sees it. Times in ticks, prices in micro-dollars.
#[derive(Clone, Copy, Debug)]
pub struct Timing<'m>(&'m ShiftModel);

impl<'m> Timing<'m> {
    /// Where the route starts.
    pub fn start_place(self) -> PlaceId {
        self.0.start_place
    }

    /// Where the route ends.
    pub fn end_place(self) -> PlaceId {
        self.0.end_place
    }

    /// First moment of the shift.
    pub fn start(self) -> i64 {
        self.0.start
    }

    /// First and last departure.
    pub fn departures(self) -> (i64, i64) {
        self.0.departures
    }

    /// Price of a tick of driving; zero under PORTAL_TO_PORTAL.
    pub fn driving(self) -> i64 {
        self.0.driving
    }

    /// Price of a tick between departure and return; zero under SHIFT.
    pub fn presence(self) -> i64 {
        self.0.presence
    }

    /// Price of a tick of distance.
    pub fn distance(self) -> i64 {
        self.0.distance
    }

    /// (earliest start, latest start, duration) of each break, in order.
    pub fn breaks(self) -> &'m [(i64, i64, i64)] {
        &self.0.breaks
    }

    /// Per number of breaks taken: what returning at a moment costs, presence included.
    pub fn terminal(self) -> &'m [Curve] {
        &self.0.terminal
    }
}

impl RouteModel<'_> {
    /// The timing of a shift.
    pub fn timing(&self, shift: ShiftId) -> Timing<'_> {
        Timing(self.shift(shift))
    }
}

impl Forward {
    /// Per number of breaks taken, on the mirrored clock: `curve(−t)` is the cost of being done by `t`.
    pub fn curves(&self) -> &[Curve] {
        &self.0
    }

    /// The earliest moment, over all numbers of breaks taken; none when infeasible.
    pub fn ready(&self) -> Option<i64> {
        self.0.iter().filter_map(|curve| curve.end().map(|end| -end)).min()
    }

    /// The least cost with what follows, over the moment between them; none where they do not meet.
    pub fn meet(&self, after: &Backward) -> Option<i64> {
        self.0.iter().zip(&after.0).filter_map(|(prefix, rest)| join(prefix, rest)).min()
    }
}

impl Route {
    /// Ready to leave the last stop, or the start place where there is none. O(pieces).
    pub fn end(&self, model: &RouteModel<'_>) -> Forward {
        if self.stops().is_empty() { model.forward_start(self.shift()) } else { Forward(self.ready(), None) }
    }
}
