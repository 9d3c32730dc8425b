//! Elimination by reduced cost: legs and routes that no plan better than the incumbent contains.
//!
//! By the prices of a bound L, a plan that contains a route costs at least L plus what the route costs above the least of
//! its class. So a route from the gap on is in no better plan, and neither is a leg that only such routes take
//! (Irnich et al. 2010). From then on bounds are of plans better than the incumbent at that time: whoever reports
//! them takes the lesser of bound and incumbent.

use tracing::debug;

use super::column::ClassColumn;
use super::generate::{Generation, Limits, by_class};
use super::tariff::Tariff;
use crate::linear_program::LpTrouble;
use crate::pricing::{Allowed, Kept, legs_below};

/// Labels of one class.
const LABELS_MAX: usize = 100_000;

impl Generation<'_, '_> {
    /// Takes out what no plan below the proof's bound and `gap` (fine money) contains. No orders may be in force: what
    /// goes is gone for all nodes of branching.
    pub(crate) fn eliminate(&mut self, gap: i64, limits: Limits<'_>) -> Result<(), LpTrouble> {
        let Some(proof) = &self.proof else { return Ok(()) };
        let (scope, kept) = (self.scope, &self.kept);
        let rules = &self.restricted.orders().rules;
        let over = || limits.over();
        let labels_max = self.share_left(&limits).min(LABELS_MAX);
        let one = |class: usize| {
            let priced_at = (&proof.prices, proof.least[class].saturating_add(gap));
            let allowed = Allowed { rules, legs: kept[class].as_ref() };
            let means = (labels_max, &over as &dyn Fn() -> bool);
            legs_below(scope.model, &scope.classes[class], &scope.terrain, priced_at, allowed, means)
        };
        let left = by_class(scope.classes.len(), limits.threads, &one);
        for (kept, left) in self.kept.iter_mut().zip(left) {
            if left.is_some() {
                *kept = left;
            }
        }
        let proof = self.proof.as_ref().expect("it was there");
        let tariff = Tariff::of(scope, &proof.prices);
        let dear = |column: &ClassColumn| tariff.reduced(column) - proof.least[column.class] >= gap;
        let before = self.restricted.columns().len();
        self.shelf.retain(|column| !dear(column));
        self.restricted.remove(&dear)?;
        debug!(
            gap = scope.fine.to_micros(gap) / 1e6,
            classes = self.kept.iter().flatten().count(),
            legs = self.kept.iter().flatten().map(Kept::count).sum::<usize>(),
            routes = before - self.restricted.columns().len(),
            "eliminated"
        );
        Ok(())
    }
}
