//! Listing every route that a plan better than the incumbent can contain.
//!
//! With prices of bound L, a plan of cost C < incumbent satisfies C − L = Σ slack ≥ 0 over its routes, unserved visits
//! and cuts, each slack not negative; so each of its routes has a slack below incumbent − L.

use super::column::ClassColumn;
use super::generate::{Limits, Proof, reduced};
use super::orders::Orders;
use super::scope::Scope;
use crate::pricing::{Dominance, Effort, price};

/// A route with its slack.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) column: ClassColumn,
    /// Fine money by which it lies above the least of its class.
    pub(crate) slack: i64,
}

/// All routes of all classes that obey the orders, with a slack below `gap`, or none when there are more than `most`, or time is over.
pub(crate) fn enumerate(
    scope: &Scope<'_>,
    (proof, orders): (&Proof, &Orders),
    gap: i64,
    most: usize,
    limits: Limits<'_>,
) -> Option<Vec<Listed>> {
    let mut listed: Vec<Listed> = Vec::new();
    let over = || limits.over();
    for (at, class) in scope.classes.iter().enumerate() {
        let room = most.saturating_sub(listed.len());
        let effort = Effort {
            arcs_max: usize::MAX,
            dominance: Dominance::SameVisits,
            labels_max: (4 * room).max(20_000),
            routes_max: room + 1,
        };
        let ceiling = proof.least[at].saturating_add(gap);
        let priced_at = (&proof.prices, ceiling);
        let priced = price(scope.model, class, &scope.terrain, priced_at, &orders.rules, (effort, &over));
        if !priced.complete || priced.routes.len() > room {
            return None;
        }
        for (_, stops) in priced.routes {
            let Some(column) = ClassColumn::priced(scope, at, stops) else { continue };
            let slack = reduced(scope, &column, &proof.prices) - proof.least[at];
            debug_assert!(slack >= 0, "nothing lies below the least of its class");
            listed.push(Listed { column, slack });
        }
    }
    // Of routes with the same visits only the cheapest matters, but where stocks are shared: those all stay.
    Some(listed)
}
