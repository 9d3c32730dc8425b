//! Legs that a route of a better plan may take; all others are eliminated by reduced cost (Irnich et al. 2010).

use journeyman_domain::Stop;
use journeyman_route::RouteModel;

use super::ShiftClass;

/// The legs of one class that are left, between its visits, the pickups, and from the start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Kept {
    /// Visits of the class and pickups; the start has this number too, as a row.
    stops: usize,
    /// Words of a row.
    words: usize,
    /// By row, a bit per stop that may come next.
    bits: Vec<u64>,
    /// Per stop: whether any leg leads to it.
    reached: Vec<bool>,
}

impl Kept {
    /// No leg yet.
    pub(super) fn none(model: &RouteModel<'_>, class: &ShiftClass) -> Self {
        let stops = class.visits.len() + model.pickups().count();
        let words = stops.div_ceil(64);
        Self { stops, words, bits: vec![0; (stops + 1) * words], reached: vec![false; stops] }
    }

    /// The number of a stop.
    pub(super) fn number(class: &ShiftClass, position: usize, stop: Stop) -> usize {
        match stop {
            Stop::Visit(_) => position,
            Stop::Pickup(pickup) => class.visits.len() + pickup.index(),
        }
    }

    /// The number of the start.
    pub(super) fn start(&self) -> usize {
        self.stops
    }

    /// Keeps a leg.
    #[inline]
    pub(super) fn keep(&mut self, from: usize, to: usize) {
        self.bits[from * self.words + to / 64] |= 1 << (to % 64);
        self.reached[to] = true;
    }

    /// Whether a leg is left.
    #[inline]
    pub(super) fn has(&self, from: usize, to: usize) -> bool {
        self.bits[from * self.words + to / 64] >> (to % 64) & 1 == 1
    }

    /// Whether any leg to a stop is left.
    pub(super) fn reaches(&self, stop: usize) -> bool {
        self.reached[stop]
    }

    /// How many legs are left.
    pub(crate) fn count(&self) -> usize {
        self.bits.iter().map(|word| word.count_ones() as usize).sum()
    }
}
