//! What columns cost at given prices: looked up instead of searched for, because many columns are asked about at once.

use super::column::ClassColumn;
use super::scope::Scope;
use crate::pricing::{CutSet, Fine, Prices};

/// Prices by row.
pub(crate) struct Tariff {
    fine: Fine,
    /// By row of a visit: fine money.
    worth: Vec<i64>,
    /// By row of a visit, and by class: the cuts that have it.
    cuts: Vec<CutSet>,
    class_cuts: Vec<CutSet>,
    /// By cut: fine money for every second of its rows.
    price: Vec<i64>,
}

impl Tariff {
    /// O(rows × cuts).
    pub(crate) fn of(scope: &Scope<'_>, prices: &Prices) -> Self {
        let visits = || scope.visits.iter();
        Self {
            fine: scope.fine,
            worth: visits().map(|visit| prices.visit[visit.index()]).collect(),
            cuts: visits().map(|&visit| prices.cuts_with(visit)).collect(),
            class_cuts: (0..scope.classes.len()).map(|class| prices.cuts_of_class(class)).collect(),
            price: prices.cuts.iter().map(|cut| cut.price).collect(),
        }
    }

    /// The reduced cost of a column but for its class, in fine money. O(rows + cuts that it has).
    pub(crate) fn reduced(&self, column: &ClassColumn) -> i64 {
        let mut sum = self.fine.of(column.cost);
        let mut odd = self.class_cuts[column.class];
        for &row in &column.rows {
            let cuts = &self.cuts[row as usize];
            sum -= self.worth[row as usize];
            sum += odd.common(cuts).map(|cut| self.price[cut]).sum::<i64>();
            odd.flip(cuts);
        }
        sum
    }
}
