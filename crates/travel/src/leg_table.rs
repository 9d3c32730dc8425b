//! All legs between places in one flat table, eight bytes each.
//!
//! Row-major with a stride that may exceed the number of places, so that a new place is one more row and one
//! more column without moving the rest.

use journeyman_domain::{Distance, Duration, PlaceId};

/// The most ticks of time or of distance that a leg may have.
pub const LEG_TICKS_MAX: u32 = u32::MAX - 1;

/// Time and distance of a leg, before the factor of the hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LegCost {
    /// Driving time at factor 1.
    pub duration: Duration,
    /// Distance.
    pub distance: Distance,
}

/// A leg as it lies in the table, in ticks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PackedLeg {
    pub(crate) duration: u32,
    pub(crate) distance: u32,
}

impl PackedLeg {
    /// From a place to itself.
    pub(crate) const NONE: Self = Self { duration: 0, distance: 0 };
    /// From or to a place of which nothing is known, and which nothing uses. Longer than any leg.
    pub(crate) const UNKNOWN: Self = Self { duration: u32::MAX, distance: u32::MAX };
}

#[derive(Clone, Debug)]
pub(crate) struct LegTable {
    legs: Vec<PackedLeg>,
    stride: usize,
    places: usize,
}

impl LegTable {
    /// A table of `places` places that know nothing of each other. 8 · places² bytes.
    pub(crate) fn unknown(places: usize) -> Self {
        Self { legs: vec![PackedLeg::UNKNOWN; places * places], stride: places, places }
    }

    pub(crate) fn places(&self) -> usize {
        self.places
    }

    #[inline]
    pub(crate) fn get(&self, from: usize, to: usize) -> PackedLeg {
        debug_assert!(to < self.places, "place {to} of {}", self.places);
        self.legs[from * self.stride + to]
    }

    #[inline]
    pub(crate) fn cost(&self, from: PlaceId, to: PlaceId) -> LegCost {
        let leg = self.get(from.index(), to.index());
        LegCost {
            duration: Duration::from_ticks(i64::from(leg.duration)),
            distance: Distance::from_ticks(i64::from(leg.distance)),
        }
    }

    pub(crate) fn set(&mut self, from: usize, to: usize, leg: PackedLeg) {
        debug_assert!(to < self.places, "place {to} of {}", self.places);
        self.legs[from * self.stride + to] = leg;
    }

    /// The legs from a place, by place.
    pub(crate) fn row(&self, from: usize) -> &[PackedLeg] {
        &self.legs[from * self.stride..from * self.stride + self.places]
    }

    /// Whether anything is known of a place.
    pub(crate) fn knows(&self, place: usize) -> bool {
        self.get(place, place) == PackedLeg::NONE
    }

    /// Every known leg shorter by this many ticks of time and of distance, down to nothing.
    pub(crate) fn shortened(&self, ticks: u32) -> Self {
        let shorter = |&leg: &PackedLeg| {
            if leg == PackedLeg::UNKNOWN {
                return leg;
            }
            PackedLeg {
                duration: leg.duration.saturating_sub(ticks),
                distance: leg.distance.saturating_sub(ticks),
            }
        };
        Self { legs: self.legs.iter().map(shorter).collect(), ..*self }
    }

    /// One more row and column, unknown. Amortised O(places): the table is laid out anew when the stride is full.
    pub(crate) fn grow(&mut self) {
        if self.places == self.stride {
            let stride = self.stride + (self.stride / 4).max(16);
            let mut wider = Vec::with_capacity(stride * stride);
            for from in 0..self.places {
                wider.extend_from_slice(self.row(from));
                wider.resize((from + 1) * stride, PackedLeg::UNKNOWN);
            }
            (self.legs, self.stride) = (wider, stride);
        }
        self.places += 1;
        self.legs.resize(self.places * self.stride, PackedLeg::UNKNOWN);
    }
}
