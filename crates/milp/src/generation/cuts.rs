//! Separation of subset-row cuts: of three visits, routes that serve two or more of them are chosen once at most.

use std::collections::BTreeMap;

use super::column::ClassColumn;

/// Violation from which a cut is worth its price in labels.
const VIOLATION_MIN: f64 = 0.05;
/// Cuts through one visit in one round.
const PER_VISIT_MAX: usize = 5;

/// The most violated cuts as sorted triples of rows, at most `most`, none of `known`.
///
/// Only triples of which some fractional column serves two or more can be violated, and only such are looked at.
/// O(fractional columns × rows of a column × rows), times three for each pair.
pub(crate) fn separate(
    columns: &[ClassColumn],
    primal: &[f64],
    rows: usize,
    known: &dyn Fn(&[u32; 3]) -> bool,
    most: usize,
) -> Vec<[u32; 3]> {
    let fractional: Vec<(&ClassColumn, f64)> = columns
        .iter()
        .zip(primal)
        .filter(|&(_, &value)| value > 1e-6 && value < 1.0 - 1e-6)
        .map(|(column, &value)| (column, value))
        .collect();
    let mut by_row: Vec<Vec<usize>> = vec![Vec::new(); rows];
    for (at, (column, _)) in fractional.iter().enumerate() {
        column.rows.iter().for_each(|&row| by_row[row as usize].push(at));
    }
    // Weight of columns that serve both rows of a pair.
    let mut pairs: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for (column, value) in &fractional {
        for (at, &one) in column.rows.iter().enumerate() {
            for &other in &column.rows[at + 1..] {
                *pairs.entry((one, other)).or_default() += value;
            }
        }
    }
    let pair = |a: u32, b: u32| pairs.get(&(a.min(b), a.max(b))).copied().unwrap_or(0.0);
    let mut found: Vec<(f64, [u32; 3])> = Vec::new();
    for &(one, other) in pairs.keys() {
        let near = by_row[one as usize].iter().chain(&by_row[other as usize]);
        let mut thirds: Vec<u32> = near.flat_map(|&at| fractional[at].0.rows.iter().copied()).collect();
        thirds.sort_unstable();
        thirds.dedup();
        for third in thirds.into_iter().filter(|&third| third != one && third != other) {
            let mut triple = [one, other, third];
            triple.sort_unstable();
            // Columns with all three are in all three pairs and count once.
            let all: f64 = by_row[one as usize]
                .iter()
                .filter(|&&at| {
                    let rows = &fractional[at].0.rows;
                    rows.binary_search(&other).is_ok() && rows.binary_search(&third).is_ok()
                })
                .map(|&at| fractional[at].1)
                .sum();
            let weight = pair(one, other) + pair(one, third) + pair(other, third) - 2.0 * all;
            if weight > 1.0 + VIOLATION_MIN && !known(&triple) {
                found.push((weight - 1.0, triple));
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.dedup_by_key(|(_, triple)| *triple);
    let mut times = vec![0; rows];
    let mut chosen = Vec::new();
    for (_, triple) in found {
        if chosen.len() == most {
            break;
        }
        if !chosen.contains(&triple) && triple.iter().all(|&row| times[row as usize] < PER_VISIT_MAX) {
            triple.iter().for_each(|&row| times[row as usize] += 1);
            chosen.push(triple);
        }
    }
    chosen
}
