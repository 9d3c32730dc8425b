//! Best insertions remembered by the stops of the route: ruin and recreate asks the same again and again.

use journeyman_domain::{Cost, PickupId, ShiftId, VisitId};
use journeyman_route::Insertion;

/// What is known of a visit's best place in a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Known {
    /// The best insertion.
    Best(Insertion),
    /// There is none cheaper than this.
    NoneBelow(Cost),
    /// Nothing.
    Nothing,
}

/// A table with one slot per hash: the newest answer stays. Unlike routes of one 64-bit hash are not told apart: a
/// look-up meets one with probability 5·10⁻²⁰, and then the checker refuses the plan.
#[derive(Debug)]
pub(crate) struct Memo {
    slots: Vec<Slot>,
    mask: usize,
}

/// Of an insertion or a limit, in 32 bytes.
#[derive(Clone, Copy, Debug)]
struct Slot {
    key: u64,
    /// Cost of the insertion, or the limit under which there is none.
    cost: i64,
    /// Position of the visit; [`NO`]: there is no insertion.
    position: u32,
    pickup_at: u32,
    /// [`NO`]: no new pickup.
    pickup: u32,
}

const NO: u32 = u32::MAX;
/// Slots per visit. Measured on 100, 300 and 1,200 visits: 128, 512 and 2,048 are equally fast within the noise.
const SLOTS_PER_VISIT: usize = 128;
/// Bounds of the table: 256 KiB to 8 MiB.
const SLOTS: std::ops::RangeInclusive<usize> = 1 << 13..=1 << 18;

impl Memo {
    pub(crate) fn new(visits: usize) -> Self {
        let count = (visits * SLOTS_PER_VISIT).next_power_of_two().clamp(*SLOTS.start(), *SLOTS.end());
        let empty = Slot { key: 0, cost: i64::MIN, position: NO, pickup_at: 0, pickup: NO };
        Self { slots: vec![empty; count], mask: count - 1 }
    }

    /// What is known of a visit in a route with these stops.
    #[inline]
    pub(crate) fn get(&self, (shift, stops): (ShiftId, u64), visit: VisitId) -> Known {
        let key = mix(stops, visit);
        let slot = &self.slots[self.index(key)];
        if slot.key != key {
            return Known::Nothing;
        }
        let cost = Cost::from_micros(slot.cost);
        if slot.position == NO {
            return Known::NoneBelow(cost);
        }
        let pickup =
            (slot.pickup != NO).then(|| (slot.pickup_at as usize, PickupId::new(slot.pickup as usize)));
        Known::Best(Insertion { visit, shift, position: slot.position as usize, pickup, delta: cost })
    }

    /// Remembers an answer: the best insertion, or that none costs less than `limit`.
    #[inline]
    pub(crate) fn put(&mut self, stops: u64, visit: VisitId, found: Option<&Insertion>, limit: Cost) {
        let key = mix(stops, visit);
        let short = |number: usize| u32::try_from(number).expect("routes and pickups are few");
        let slot = match found {
            Some(insertion) => {
                let (pickup_at, pickup) =
                    insertion.pickup.map_or((0, NO), |(at, id)| (short(at), short(id.index())));
                let position = short(insertion.position);
                Slot { key, cost: insertion.delta.micros(), position, pickup_at, pickup }
            }
            None => Slot { key, cost: limit.micros(), position: NO, pickup_at: 0, pickup: NO },
        };
        let index = self.index(key);
        self.slots[index] = slot;
    }

    fn index(&self, key: u64) -> usize {
        (key >> 32) as usize & self.mask
    }
}

/// Spreads a route and a visit over all bits; never 0, the key of an empty slot.
#[inline]
fn mix(stops: u64, visit: VisitId) -> u64 {
    let both = stops ^ (visit.index() as u64 + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    let once = (both ^ (both >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (once ^ (once >> 32)) | 1
}
