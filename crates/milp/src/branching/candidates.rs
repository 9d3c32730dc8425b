//! What there is to branch on: how much of the relaxation says yes to each question.

use std::collections::BTreeMap;

use journeyman_domain::Stop;

use super::decision::Question;
use crate::generation::{Restricted, Scope};

/// Shares nearer than this to yes or no are taken for it.
const WHOLE: f64 = 1e-6;
/// Preference for questions about classes, which leave pricing as quick as it is, and whether a visit is served at all.
const CLASS_FIRST: f64 = 1.5;
const SERVED_FIRST: f64 = 1.2;

/// Questions that the relaxation answers in part, the most promising first, at most so many. Empty where it is a plan,
/// but for what the master does not see: the orders of pickups and shared stocks.
///
/// The rows of visits are covers: where one is served more than once, shares are those of its service, so that two whole
/// routes that both serve it are half an answer each.
pub(super) fn candidates(scope: &Scope<'_>, restricted: &Restricted<'_, '_>, most: usize) -> Vec<Question> {
    let mut times = vec![0.0_f64; scope.visits.len()];
    let mut classes: BTreeMap<(usize, u32), f64> = BTreeMap::new();
    let mut legs: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    let chosen = restricted.columns().iter().zip(restricted.primal()).filter(|&(_, &value)| value > WHOLE);
    for (column, &value) in chosen {
        for &row in &column.rows {
            times[row as usize] += value;
            *classes.entry((column.class, row)).or_default() += value;
        }
        let frozen = scope.classes[column.class].frozen.len();
        for pair in column.stops[frozen..].windows(2) {
            if let [Stop::Visit(from), Stop::Visit(to)] = *pair
                && let (Some(from), Some(to)) = (scope.row(from), scope.row(to))
            {
                *legs.entry((from, to)).or_default() += value;
            }
        }
    }
    let share = |value: f64, row: u32| value / times[row as usize].max(1.0);
    let classes = classes
        .into_iter()
        .map(|((class, row), value)| (CLASS_FIRST, share(value, row), Question::Class { class, row }));
    let legs = legs.into_iter().map(|((from, to), value)| {
        (1.0, share(value, from).min(share(value, to)), Question::Leg { from, to })
    });
    let rows = 0..u32::try_from(times.len()).expect("rows are limited far below 2^32");
    let served = rows.map(|row| {
        let share = times[row as usize].min(1.0);
        (SERVED_FIRST, share, Question::Served { row })
    });
    let all = classes.chain(legs).chain(served);
    let mut open: Vec<(f64, Question)> = all
        .filter(|&(_, share, _)| share > WHOLE && share < 1.0 - WHOLE)
        .map(|(weight, share, question)| (weight * share.min(1.0 - share), question))
        .collect();
    open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    open.into_iter().take(most).map(|(_, question)| question).collect()
}
