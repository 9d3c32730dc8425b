//! How far base travel times break the triangle inequality, on which proofs about routes rest.

use journeyman_domain::{Distance, Duration};

use crate::leg_table::{LegTable, PackedLeg};

/// Triples looked at before the report falls back to a sample: about a second on one core.
const TRIPLES_MAX: usize = 1 << 30;

/// The worst detour that is shorter than the direct leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TriangleReport {
    /// max over looked-at i, l, j of time(i, j) − time(i, l) − time(l, j); zero when none is positive.
    pub violation_max: Duration,
    /// The same of distances.
    pub distance_violation_max: Distance,
    /// Whether every triple was looked at, so that zero proves the inequality.
    pub exhaustive: bool,
}

/// O(places³), capped: with many places only evenly spread `l` are tried.
pub(crate) fn triangle_report(legs: &LegTable) -> TriangleReport {
    let places = legs.places();
    let vias_max = (TRIPLES_MAX / (places * places).max(1)).max(1);
    let step = places.div_ceil(vias_max).max(1);
    let mut worst = Worst::default();
    for via in (0..places).step_by(step).filter(|&via| legs.knows(via)) {
        for from in (0..places).filter(|&from| legs.knows(from)) {
            worst.look(legs, from, via);
        }
    }
    worst.report(step == 1)
}

/// The report with one more place, the last one. O(places²).
pub(crate) fn extended(before: TriangleReport, legs: &LegTable) -> TriangleReport {
    let places = legs.places();
    let Some(new) = places.checked_sub(1).filter(|&new| legs.knows(new)) else { return before };
    let mut worst =
        Worst { time: before.violation_max.ticks(), distance: before.distance_violation_max.ticks() };
    for other in (0..places).filter(|&other| legs.knows(other)) {
        worst.look(legs, other, new);
        worst.look(legs, new, other);
        // From and over old places to the new one.
        for via in (0..new).filter(|&via| legs.knows(via)) {
            worst.compare(legs.get(other, new), legs.get(other, via), legs.get(via, new));
        }
    }
    worst.report(before.exhaustive)
}

/// The worst so far, in ticks.
#[derive(Default)]
struct Worst {
    time: i64,
    distance: i64,
}

impl Worst {
    /// All ways from a place over another.
    fn look(&mut self, legs: &LegTable, from: usize, via: usize) {
        let to_via = legs.get(from, via);
        // A place of which nothing is known is as far from everywhere, so it adds no violation of its own.
        for (&direct, &rest) in legs.row(from).iter().zip(legs.row(via)) {
            self.compare(direct, to_via, rest);
        }
    }

    #[inline]
    fn compare(&mut self, direct: PackedLeg, first: PackedLeg, second: PackedLeg) {
        let longer =
            |direct: u32, first: u32, second: u32| i64::from(direct) - i64::from(first) - i64::from(second);
        self.time = self.time.max(longer(direct.duration, first.duration, second.duration));
        self.distance = self.distance.max(longer(direct.distance, first.distance, second.distance));
    }

    fn report(&self, exhaustive: bool) -> TriangleReport {
        TriangleReport {
            violation_max: Duration::from_ticks(self.time),
            distance_violation_max: Distance::from_ticks(self.distance),
            exhaustive,
        }
    }
}
