//! The shelf: routes that are known and not in the program, taken out of it or met by others. At each round those come back
//! that have become worth it, before any are looked for.

use super::column::ClassColumn;
use super::generate::Generation;
use super::restricted::Duals;
use super::tariff::Tariff;
use crate::linear_program::LpTrouble;
use crate::prove::Sequence;

/// Rounds between two looks for columns to take out.
const PURGE_EVERY: usize = 10;
/// Columns of the program at most, from which on half of them leave: larger ones take seconds to solve again.
const COLUMNS_MAX: usize = 9_000;
/// Columns kept outside of the program.
const SHELF_MAX: usize = 50_000;
/// Columns of one class that come from there at once, and rounds in a row that look nowhere else.
const SHELF_ROUTES_MAX: usize = 8;
const SHELF_ROUNDS_MAX: usize = 4;

impl Generation<'_, '_> {
    /// Takes columns out that are not worth it, now and then; whether it did, and the solution went with them.
    pub(super) fn purge(&mut self) -> Result<bool, LpTrouble> {
        let (columns, most) = (self.restricted.columns().len(), self.columns_max());
        let is_due = self.rounds.is_multiple_of(PURGE_EVERY) || columns > most + most / 3;
        if columns <= most || !is_due {
            return Ok(false);
        }
        let purged = self.restricted.purge_dearest(most / 2)?;
        self.put_on_shelf(purged);
        Ok(true)
    }

    /// Puts columns back that have become worth it; whether any came back.
    pub(super) fn take_from_shelf(&mut self, duals: &Duals) -> Result<bool, LpTrouble> {
        if self.shelf.is_empty() || self.shelf_rounds == SHELF_ROUNDS_MAX {
            return Ok(false);
        }
        let back = self.best_of_shelf(duals);
        Ok(self.restricted.add(back)? > 0)
    }

    /// Takes the columns off the shelf that gain most, some of each class.
    fn best_of_shelf(&mut self, duals: &Duals) -> Vec<ClassColumn> {
        let tariff = Tariff::of(self.scope, &duals.prices);
        let orders = self.restricted.orders();
        let gain = |column: &ClassColumn| duals.ceilings[column.class] - tariff.reduced(column);
        let gains = self.shelf.iter().enumerate().map(|(at, column)| (column.class, gain(column), at));
        let mut worth: Vec<(usize, i64, usize)> =
            gains.filter(|&(_, gain, at)| gain > 0 && orders.allow(self.scope, &self.shelf[at])).collect();
        worth.sort_unstable_by_key(|&(class, gain, at)| (class, -gain, at));
        let mut taken = vec![false; self.shelf.len()];
        for of_class in worth.chunk_by(|one, two| one.0 == two.0) {
            of_class.iter().take(SHELF_ROUTES_MAX).for_each(|&(_, _, at)| taken[at] = true);
        }
        let mut taken = taken.into_iter();
        self.shelf.extract_if(.., |_| taken.next().unwrap_or(false)).collect()
    }

    /// Keeps routes that others have met, as long as no route is known to be needless.
    pub(super) fn shelve(&mut self, routes: &[Sequence]) {
        if self.listed.is_none() && self.kept.iter().all(Option::is_none) {
            let scope = self.scope;
            self.put_on_shelf(routes.iter().filter_map(|route| ClassColumn::like(scope, route)).collect());
        }
    }

    fn put_on_shelf(&mut self, columns: Vec<ClassColumn>) {
        self.shelf.extend(columns);
        let extra = self.shelf.len().saturating_sub(SHELF_MAX);
        self.shelf.drain(..extra);
    }

    /// Columns from which on some are taken out.
    fn columns_max(&self) -> usize {
        (1_500 + 12 * self.scope.visits.len()).min(COLUMNS_MAX)
    }
}
