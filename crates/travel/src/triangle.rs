//! How far base travel times break the triangle inequality, on which proofs about routes rest.

use journeyman_domain::Duration;

use crate::leg_table::LegTable;

/// Triples looked at before the report falls back to a sample: about a second on one core.
const TRIPLES_MAX: usize = 1 << 30;

/// The worst detour that is shorter than the direct leg.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TriangleReport {
    /// max over looked-at i, l, j of time(i, j) − time(i, l) − time(l, j); zero when none is positive.
    pub violation_max: Duration,
    /// Whether every triple was looked at, so that zero proves the inequality.
    pub exhaustive: bool,
}

/// O(places³), capped: with many places only evenly spread `l` are tried.
pub(crate) fn triangle_report(legs: &LegTable) -> TriangleReport {
    let places = legs.places();
    let vias_max = (TRIPLES_MAX / (places * places).max(1)).max(1);
    let step = places.div_ceil(vias_max).max(1);
    let mut worst = 0;
    for via in (0..places).step_by(step).filter(|&via| legs.knows(via)) {
        let onward = legs.row(via);
        for from in (0..places).filter(|&from| legs.knows(from)) {
            let to_via = i64::from(legs.get(from, via).duration);
            // A place of which nothing is known is as far from everywhere, so it adds no violation of its own.
            for (direct, rest) in legs.row(from).iter().zip(onward) {
                worst = worst.max(i64::from(direct.duration) - to_via - i64::from(rest.duration));
            }
        }
    }
    TriangleReport { violation_max: Duration::from_ticks(worst), exhaustive: step == 1 }
}
