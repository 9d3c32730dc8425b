//! The prices that others are mixed with, so that they swing less from round to round (Wentges 1997).

use rustc_hash::FxHashMap;

use super::column::ClassColumn;
use super::restricted::Duals;
use super::scope::Scope;
use crate::pricing::Prices;

/// Prices that others are mixed with, so that they swing less.
#[derive(Clone, Debug)]
pub(super) struct Center {
    pub(super) prices: Prices,
    /// By class.
    pub(super) ceilings: Vec<i64>,
    /// The bound that these prices give, fine money; before there is one, what quick pricing takes for it.
    pub(super) value: i64,
}

/// Prices between the center's and the present ones; all of them stay in their ranges. A cut that the center does not
/// know costs nothing there.
pub(super) fn mixture(center: &Center, duals: &Duals, share: f64) -> Duals {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "any prices will do")]
    let mix = |center: i64, now: i64| now + ((center - now) as f64 * share) as i64;
    let mut prices = duals.prices.clone();
    for (now, &center) in prices.visit.iter_mut().zip(&center.prices.visit) {
        *now = mix(center, *now);
    }
    let known: FxHashMap<_, i64> =
        center.prices.cuts.iter().map(|cut| ((&cut.visits, cut.class), cut.price)).collect();
    for now in &mut prices.cuts {
        now.price = mix(known.get(&(&now.visits, now.class)).copied().unwrap_or(0), now.price);
    }
    let ceilings = duals.ceilings.iter().zip(&center.ceilings).map(|(&now, &center)| mix(center, now));
    Duals { prices, ceilings: ceilings.collect() }
}

/// What visits may be worth before any prices are known: their share in the cost of the route that serves them, and
/// their penalty, or as much as the dearest one, where none does.
pub(super) fn guess(scope: &Scope<'_>, columns: &[ClassColumn]) -> Center {
    let mut shares: Vec<Option<i64>> = vec![None; scope.visits.len()];
    for column in columns {
        let count = i64::try_from(column.rows.len().max(1)).expect("a small number");
        column.rows.iter().for_each(|&row| shares[row as usize] = Some(column.cost.max(0) / count));
    }
    let dearest = shares.iter().flatten().copied().max().unwrap_or(0);
    let mut visit = vec![0; scope.model.problem().visits.len()];
    for (row, (id, share)) in scope.visits.iter().zip(shares).enumerate() {
        let worth = if scope.is_mandatory(row) {
            share.unwrap_or(dearest)
        } else {
            share.unwrap_or(i64::MAX).min(scope.penalty(row))
        };
        visit[id.index()] = scope.fine.of(worth);
    }
    let ceilings = scope.classes.iter().map(|class| scope.fine.of(class.idle_cost.micros()));
    let prices = Prices { fine: scope.fine, visit, cuts: Vec::new() };
    Center { prices, ceilings: ceilings.collect(), value: i64::MIN / 4 }
}
