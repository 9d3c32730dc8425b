//! The Lagrangian bound, in integers.
//!
//! For any worth π ≥ 0 of visits and price ≥ 0 of cuts, every plan costs at least
//!
//! ```text
//! Σ_j π_j − Σ_S ⌊|S|/2⌋ price_S − M · max_{j mandatory} π_j + Σ_c n_c · least_c
//! ```
//! with π_j ≤ penalty_j where j is optional, M the mandatory visits that may stay unserved, and least_c a lower bound
//! on what one shift of class c costs beyond what its visits are worth, doing nothing included. (Relax the rows of
//! visits, cuts and excused visits; what is left splits by shift.)
//!
//! Under orders of branching the same holds for all plans that obey: least_c is over the routes that do. A visit that is
//! served for certain has no 1 − Σ x to pay a penalty for, so nothing limits its worth, and it takes no part in the
//! maximum: it is never excused. One that is not served has no row: π_j = 0, and its penalty is added, or one is taken
//! off M.

use super::orders::{Duty, Orders};
use super::scope::Scope;
use crate::pricing::Prices;

/// The bound in fine money, without the scope's constant. `least` by class, never above doing nothing.
pub(crate) fn lagrangian(scope: &Scope<'_>, orders: &Orders, prices: &Prices, least: &[i64]) -> i64 {
    let (mut sum, mut dearest) = (0_i128, 0);
    for (row, visit) in scope.visits.iter().enumerate() {
        let worth = prices.visit[visit.index()];
        debug_assert!(worth >= 0, "the worth of a visit is not negative");
        match orders.duty(row) {
            Duty::Open if scope.is_mandatory(row) => dearest = dearest.max(worth),
            Duty::Open => {
                debug_assert!(worth <= scope.fine.of(scope.penalty(row)), "and not above its penalty");
            }
            Duty::Unserved => debug_assert!(worth == 0, "nobody gets what is not served"),
            Duty::Served => {}
        }
        sum += i128::from(worth);
    }
    sum -= prices.cuts.iter().map(|cut| i128::from(cut.price) * i128::from(cut.most())).sum::<i128>();
    sum += i128::from(scope.fine.of(orders.penalties(scope)));
    sum -= i128::from(scope.excused.saturating_sub(orders.surely_excused(scope))) * i128::from(dearest);
    for (class, &least) in scope.classes.iter().zip(least) {
        debug_assert!(least <= scope.fine.of(class.idle_cost.micros()), "doing nothing is a choice");
        sum += i128::from(class.count()) * i128::from(least);
    }
    // Below the least fine number nothing is proved anyway.
    i64::try_from(sum).unwrap_or(i64::MIN / 4)
}
