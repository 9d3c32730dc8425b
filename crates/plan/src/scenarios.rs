//! The 1,024 lots that every route is run through: the same for all routes and on every machine, so that two routes
//! are compared under the same luck and a plan is answered with the same windows again.
//!
//! A Latin hypercube of normal scores (McKay, Beckman & Conover 1979): each column holds the same 1,024 scores, one
//! of each equally likely slice, in an order of its own. Columns that happen to look alike would make sums spread
//! too much or too little, so the orders are corrected column by column (Owen 1994, "Controlling correlations in
//! Latin hypercube samples").

use std::sync::LazyLock;

/// How many runs a route gets.
pub(crate) const SCENARIOS: usize = 1_024;
/// Columns that are made; a leg and a service take one each. Longer routes take them again, shifted.
const COLUMNS: usize = 64;
/// By how many scenarios a column is shifted when it is taken again; coprime to their number.
const SHIFT: usize = 377;

/// Scores by column.
pub(crate) struct Scenarios {
    /// Each column stands here twice in a row, so that a shifted one is a slice too.
    scores: Vec<f32>,
}

impl Scenarios {
    /// The table; made on first use in some milliseconds, 512 KiB.
    pub(crate) fn table() -> &'static Self {
        static TABLE: LazyLock<Scenarios> = LazyLock::new(Scenarios::make);
        &TABLE
    }

    /// The scores, one a scenario, of the uncertain thing at this position of a route.
    pub(crate) fn column(&self, position: usize) -> &[f32] {
        let (round, column) = (position / COLUMNS, position % COLUMNS);
        let begin = column * 2 * SCENARIOS + round * SHIFT % SCENARIOS;
        &self.scores[begin..begin + SCENARIOS]
    }

    fn make() -> Self {
        let slices = slices();
        let mut order = Order(1);
        let mut columns: Vec<Vec<f64>> = Vec::with_capacity(COLUMNS);
        for _ in 0..COLUMNS {
            let mut column = slices.clone();
            order.shuffle(&mut column);
            for earlier in &columns {
                let alike = correlation(&column, earlier);
                column.iter_mut().zip(earlier).for_each(|(score, other)| *score -= alike * other);
            }
            columns.push(ranked(&column, &slices));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "scores between -4 and 4; seven digits are enough"
        )]
        let scores = columns.iter().flat_map(|column| column.iter().chain(column)).map(|&score| score as f32);
        Self { scores: scores.collect() }
    }
}

/// A normal score from the middle of each of the equally likely slices, in order, scaled to a variance of 1.
fn slices() -> Vec<f64> {
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let middle = |slice: usize| (slice as f64 + 0.5) / SCENARIOS as f64;
    let lower: Vec<f64> = (0..SCENARIOS / 2).map(|slice| score_of(middle(slice))).collect();
    let mut scores: Vec<f64> = lower.iter().copied().chain(lower.iter().rev().map(|score| -score)).collect();
    let scale = correlation(&scores, &scores).sqrt();
    scores.iter_mut().for_each(|score| *score /= scale);
    scores
}

/// Of two columns with mean 0 and variance 1.
#[expect(clippy::cast_precision_loss, reason = "a small number")]
fn correlation(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>() / SCENARIOS as f64
}

/// `sorted` in the order that `values` say.
fn ranked(values: &[f64], sorted: &[f64]) -> Vec<f64> {
    let mut by_value: Vec<usize> = (0..values.len()).collect();
    by_value.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranked = vec![0.0; values.len()];
    by_value.into_iter().zip(sorted).for_each(|(at, &score)| ranked[at] = score);
    ranked
}

/// The standard normal score below which a share of `probability` (0 < p < 1) lies. By bisection: it is asked for
/// once a slice. `libm`, so that every machine rounds alike.
fn score_of(probability: f64) -> f64 {
    let below = |score: f64| libm::erfc(-score / std::f64::consts::SQRT_2) / 2.0;
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Orders without rhyme, the same for ever: SplitMix64 (Steele, Lea & Flood 2014). No chance is meant, only mixing.
struct Order(u64);

impl Order {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffle(&mut self, values: &mut [f64]) {
        for last in (1..values.len()).rev() {
            #[expect(clippy::cast_possible_truncation, reason = "at most the length of a slice")]
            let other = (self.next() % (last as u64 + 1)) as usize;
            values.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_tables() {
        for (probability, score) in [(0.95, 1.644_854), (0.5, 0.0), (0.9, 1.281_552), (0.999_5, 3.290_527)] {
            assert!((score_of(probability) - score).abs() < 1e-5, "{probability}");
        }
    }

    #[test]
    fn every_column_holds_every_slice_once_and_no_two_columns_look_alike() {
        let table = Scenarios::table();
        let wide = |column: &[f32]| column.iter().map(|&score| f64::from(score)).collect::<Vec<f64>>();
        let slices = slices();
        for position in 0..COLUMNS {
            let column = wide(table.column(position));
            let mut sorted = column.clone();
            sorted.sort_by(f64::total_cmp);
            assert!(sorted.iter().zip(&slices).all(|(a, b)| (a - b).abs() < 1e-6), "column {position}");
            for earlier in 0..position {
                let alike = correlation(&column, &wide(table.column(earlier)));
                assert!(alike.abs() < 0.01, "columns {position} and {earlier}: {alike}");
            }
        }
    }

    #[test]
    fn columns_taken_again_are_shifted() {
        let table = Scenarios::table();
        for position in [0, 5, COLUMNS - 1] {
            let (first, again) = (table.column(position), table.column(position + COLUMNS));
            assert_eq!(first[SHIFT..], again[..SCENARIOS - SHIFT]);
            assert_eq!(first[..SHIFT], again[SCENARIOS - SHIFT..]);
        }
        // The last position of the largest route that could be.
        assert_eq!(table.column(1_000_003).len(), SCENARIOS);
    }
}
