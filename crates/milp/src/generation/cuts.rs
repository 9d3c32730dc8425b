//! Subset-row cuts: half of an odd number of rows added up and rounded down, and the search for violated ones.
//!
//! Rows are those of visits and of classes of one shift: that a shift has one route at most counts as much as that a
//! visit is served once at most.

use std::collections::BTreeMap;

use super::column::ClassColumn;
use super::scope::Scope;
use crate::pricing::Cut;

/// Violation from which a cut is worth its price in labels.
const VIOLATION_MIN: f64 = 0.03;
/// Cuts through one row in one round.
const PER_ROW_MAX: usize = 6;
/// Triples that are tried with two more rows, violated or not.
const GROWN_MAX: usize = 60;
/// Weight from which they are.
const GROWN_FROM: f64 = 0.6;

/// A cut as sorted rows, an odd number of them.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct HalfCut(Vec<u32>);

impl HalfCut {
    fn new(mut rows: Vec<u32>) -> Self {
        rows.sort_unstable();
        debug_assert!(rows.len() % 2 == 1, "half of an even number of rows cuts nothing off");
        Self(rows)
    }

    /// Of a cut that has a price.
    pub(crate) fn of(scope: &Scope<'_>, cut: &Cut) -> Self {
        let visits = cut.visits.iter().filter_map(|&visit| scope.row(visit));
        Self::new(visits.chain(cut.class.map(|class| scope.class_row(class))).collect())
    }

    /// With a price.
    pub(crate) fn priced(&self, scope: &Scope<'_>, price: i64) -> Cut {
        let first_class = scope.class_row(0);
        let visits = self.0.iter().take_while(|&&row| row < first_class);
        Cut {
            visits: visits.map(|&row| scope.visits[row as usize]).collect(),
            class: self.0.last().filter(|&&row| row >= first_class).map(|row| (row - first_class) as usize),
            price,
        }
    }

    /// How often two of its rows are in a column.
    pub(crate) fn coefficient(&self, column: &ClassColumn, first_class: u32) -> i64 {
        let has = |row: u32| match row.checked_sub(first_class) {
            Some(class) => column.class == class as usize,
            None => column.rows.binary_search(&row).is_ok(),
        };
        i64::from(pairs(self.0.iter().filter(|&&row| has(row)).count()))
    }

    /// How often two of its rows may be in routes of a plan.
    pub(crate) fn most(&self) -> i64 {
        i64::from(pairs(self.0.len()))
    }
}

fn pairs(count: usize) -> u32 {
    u32::try_from(count / 2).expect("cuts have few rows")
}

/// A column that is chosen in part: its rows, that of its class included, and its value.
struct Part {
    rows: Vec<u32>,
    value: f64,
}

/// The most violated cuts, at most `most`, none of `known`.
///
/// Only triples of which some part has two or more rows can be violated, and only such are looked at.
/// O(parts × rows of a part × rows), times three for each pair.
pub(crate) fn separate(
    scope: &Scope<'_>,
    columns: &[ClassColumn],
    primal: &[f64],
    known: &dyn Fn(&HalfCut) -> bool,
    most: usize,
) -> Vec<HalfCut> {
    let parts: Vec<Part> = columns
        .iter()
        .zip(primal)
        .filter(|&(_, &value)| value > 1e-6 && value < 1.0 - 1e-6)
        .map(|(column, &value)| Part { rows: rows_of(scope, column), value })
        .collect();
    let mut by_row: Vec<Vec<usize>> = vec![Vec::new(); scope.visits.len() + scope.classes.len()];
    for (at, part) in parts.iter().enumerate() {
        part.rows.iter().for_each(|&row| by_row[row as usize].push(at));
    }
    let triples = triples(scope, &parts, &by_row);
    let grown =
        triples.iter().take(GROWN_MAX).filter_map(|(_, triple)| grow(scope, (&parts, &by_row), triple));
    let mut found: Vec<(f64, HalfCut)> =
        triples.iter().map(|(weight, triple)| (weight - 1.0, triple.clone())).chain(grown).collect();
    found.retain(|(violation, cut)| *violation > VIOLATION_MIN && !known(cut));
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut times = vec![0; by_row.len()];
    let mut chosen: Vec<HalfCut> = Vec::new();
    for (_, cut) in found {
        if chosen.len() == most {
            break;
        }
        if !chosen.contains(&cut) && cut.0.iter().all(|&row| times[row as usize] < PER_ROW_MAX) {
            cut.0.iter().for_each(|&row| times[row as usize] += 1);
            chosen.push(cut);
        }
    }
    chosen
}

/// Rows of a column in order; that of its class where it has one shift.
fn rows_of(scope: &Scope<'_>, column: &ClassColumn) -> Vec<u32> {
    let single = scope.classes[column.class].shifts.len() == 1;
    let class = single.then(|| scope.class_row(column.class));
    column.rows.iter().copied().chain(class).collect()
}

/// Triples of rows with the weight of the parts that have two or more of them, the heaviest first.
fn triples(scope: &Scope<'_>, parts: &[Part], by_row: &[Vec<usize>]) -> Vec<(f64, HalfCut)> {
    // Weight of parts that have both rows of a pair.
    let mut pairs: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for part in parts {
        for (at, &one) in part.rows.iter().enumerate() {
            for &other in &part.rows[at + 1..] {
                *pairs.entry((one, other)).or_default() += part.value;
            }
        }
    }
    let first_class = scope.class_row(0);
    let pair = |a: u32, b: u32| pairs.get(&(a.min(b), a.max(b))).copied().unwrap_or(0.0);
    let mut found: Vec<(f64, HalfCut)> = Vec::new();
    for &(one, other) in pairs.keys() {
        let near = by_row[one as usize].iter().chain(&by_row[other as usize]);
        let mut thirds: Vec<u32> = near.flat_map(|&at| parts[at].rows.iter().copied()).collect();
        thirds.sort_unstable();
        thirds.dedup();
        for third in thirds.into_iter().filter(|&third| third != one && third != other) {
            // Two classes are never in one route.
            if other >= first_class && third >= first_class {
                continue;
            }
            // Parts with all three are in all three pairs and count once.
            let has = |at: &&usize| {
                let rows = &parts[**at].rows;
                rows.binary_search(&other).is_ok() && rows.binary_search(&third).is_ok()
            };
            let all: f64 = by_row[one as usize].iter().filter(has).map(|&at| parts[at].value).sum();
            let weight = pair(one, other) + pair(one, third) + pair(other, third) - 2.0 * all;
            if weight > GROWN_FROM {
                found.push((weight, HalfCut::new(vec![one, other, third])));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    found.dedup_by(|a, b| a.1 == b.1);
    found
}

/// A triple with the two rows that add most, and by how much the parts break the cut.
fn grow(
    scope: &Scope<'_>,
    (parts, by_row): (&[Part], &[Vec<usize>]),
    triple: &HalfCut,
) -> Option<(f64, HalfCut)> {
    let first_class = scope.class_row(0);
    let mut rows = triple.0.clone();
    let mut counts = vec![0; parts.len()];
    rows.iter().for_each(|&row| by_row[row as usize].iter().for_each(|&at| counts[at] += 1));
    for _ in 0..2 {
        let has_class = rows.iter().any(|&row| row >= first_class);
        let mut near: Vec<u32> = parts
            .iter()
            .zip(&counts)
            .filter(|(_, count)| **count > 0)
            .flat_map(|(part, _)| part.rows.iter().copied())
            .collect();
        near.sort_unstable();
        near.dedup();
        // A part that gets an even number of rows adds at once, another one prepares for the next row.
        let gain = |row: u32| -> f64 {
            let with = by_row[row as usize].iter();
            with.map(|&at| if counts[at] % 2 == 1 { parts[at].value } else { 0.3 * parts[at].value }).sum()
        };
        let free = near.into_iter().filter(|row| !(rows.contains(row) || has_class && *row >= first_class));
        let best = free.map(|row| (gain(row), row)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?.1;
        by_row[best as usize].iter().for_each(|&at| counts[at] += 1);
        rows.push(best);
    }
    let weight: f64 =
        parts.iter().zip(&counts).map(|(part, &count)| part.value * f64::from(pairs(count))).sum();
    Some((weight - 2.0, HalfCut::new(rows)))
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    const VISITS: u32 = 9;
    const CLASSES: usize = 4;

    fn column(class: usize, rows: Vec<u32>) -> ClassColumn {
        ClassColumn { class, stops: Vec::new(), rows, cost: 0 }
    }

    #[test]
    fn a_route_that_serves_one_visit_twice_over_counts_with_its_class() {
        let cut = HalfCut::new(vec![VISITS + 1, 3, 5]);
        assert_eq!(cut.most(), 1);
        assert_eq!(cut.coefficient(&column(1, vec![3]), VISITS), 1);
        assert_eq!(cut.coefficient(&column(1, vec![3, 5]), VISITS), 1);
        assert_eq!(cut.coefficient(&column(0, vec![3]), VISITS), 0);
        assert_eq!(cut.coefficient(&column(0, vec![3, 5]), VISITS), 1);
        assert_eq!(cut.coefficient(&column(1, vec![4]), VISITS), 0);
    }

    #[test]
    fn no_cut_is_broken_by_a_plan() {
        let mut rng = Pcg64Mcg::seed_from_u64(7);
        let mut tight = 0;
        for _ in 0..5_000 {
            // Each visit goes to one class or to none.
            let mut columns: Vec<ClassColumn> = (0..CLASSES).map(|class| column(class, Vec::new())).collect();
            for visit in 0..VISITS {
                if let Some(column) = columns.get_mut(rng.random_range(0..=CLASSES)) {
                    column.rows.push(visit);
                }
            }
            let mut rows: Vec<u32> = (0..VISITS).collect();
            let many = if rng.random_bool(0.5) { 3 } else { 5 };
            while rows.len() > many {
                rows.remove(rng.random_range(0..rows.len()));
            }
            if rng.random_bool(0.5) {
                rows[many - 1] = rng.random_range(VISITS..VISITS + 4);
            }
            let cut = HalfCut::new(rows);
            let used: i64 = columns.iter().map(|column| cut.coefficient(column, VISITS)).sum();
            assert!(used <= cut.most(), "{cut:?} {columns:?}");
            tight += i64::from(used == cut.most());
        }
        assert!(tight > 100, "cuts that are never tight show nothing: {tight}");
    }
}
