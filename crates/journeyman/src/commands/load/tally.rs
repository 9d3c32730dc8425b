//! Latencies and failures, by what was asked and by size of board.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Above it, latencies are counted as this long: no answer is waited for so long.
const LATENCY_MAX_MICROS: u64 = 3_600_000_000;
/// Latencies differ from what was measured by a thousandth at most.
const DIGITS: u8 = 3;

/// What was asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    Call,
    Cancellation,
    CheckIn,
    Overrun,
    SickOut,
    Return,
    Quote,
    Look,
    Explanation,
}

impl Kind {
    /// The RPC.
    pub(super) fn rpc(self) -> &'static str {
        match self {
            Self::Call
            | Self::Cancellation
            | Self::CheckIn
            | Self::Overrun
            | Self::SickOut
            | Self::Return => "ApplyEvents",
            Self::Quote => "QuoteArrivalWindows",
            Self::Look => "GetBoard",
            Self::Explanation => "Explain",
        }
    }

    /// The kind of event, where the RPC has several.
    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Cancellation => "cancellation",
            Self::CheckIn => "check-in",
            Self::Overrun => "overrun",
            Self::SickOut => "sick-out",
            Self::Return => "return",
            Self::Quote | Self::Look | Self::Explanation => "",
        }
    }
}

/// How one kind of request went.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Latencies of those that were answered, in microseconds.
    pub(super) answered: Histogram<u64>,
    /// How many were not, by code and reason.
    pub(super) failed: BTreeMap<String, u64>,
}

impl Row {
    fn new() -> Self {
        let answered = Histogram::new_with_max(LATENCY_MAX_MICROS, DIGITS);
        Self {
            answered: answered.expect("the bounds are those that a histogram allows"),
            failed: BTreeMap::new(),
        }
    }

    /// How many were not answered.
    pub(super) fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// How many there were.
    pub(super) fn count(&self) -> u64 {
        self.answered.len() + self.failures()
    }

    /// What this share of the answers did not take longer than, in milliseconds; none without an answer.
    pub(super) fn quantile_ms(&self, share: f64) -> Option<f64> {
        (!self.answered.is_empty()).then(|| ms(self.answered.value_at_quantile(share)))
    }

    /// The longest that an answer took, in milliseconds; none without an answer.
    pub(super) fn max_ms(&self) -> Option<f64> {
        (!self.answered.is_empty()).then(|| ms(self.answered.max()))
    }

    fn add(&mut self, other: &Self) {
        self.answered.add(&other.answered).expect("all histograms have the same bounds");
        for (why, count) in &other.failed {
            *self.failed.entry(why.clone()).or_default() += count;
        }
    }
}

/// How all requests went, by kind and by size of board.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    rows: BTreeMap<(Kind, usize), Row>,
}

impl Tally {
    /// One more request, and after how long it was answered, or why it was not.
    pub(super) fn note(&mut self, (kind, size): (Kind, usize), went: Result<Duration, String>) {
        let row = self.rows.entry((kind, size)).or_insert_with(Row::new);
        match went {
            Ok(latency) => {
                row.answered.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
            }
            Err(why) => *row.failed.entry(why).or_default() += 1,
        }
    }

    /// Each kind of request on each size of board.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Kind, usize, &Row)> {
        self.rows.iter().map(|(&(kind, size), row)| (kind, size, row))
    }

    /// Those of some kinds and sizes together.
    pub(super) fn together(&self, of: impl Fn(Kind, usize) -> bool) -> Row {
        let mut together = Row::new();
        self.rows().filter(|&(kind, size, _)| of(kind, size)).for_each(|(_, _, row)| together.add(row));
        together
    }
}

fn ms(micros: u64) -> f64 {
    // Microseconds of an hour are far below what a float holds exactly.
    micros as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_latencies_to_a_thousandth() {
        let mut tally = Tally::default();
        for latency in (1..=1_000).rev() {
            tally.note((Kind::Call, 0), Ok(Duration::from_millis(latency)));
        }
        let row = tally.together(|_, _| true);
        for (share, wanted) in [(0.5, 500.0), (0.9, 900.0), (0.99, 990.0), (0.999, 999.0)] {
            let is = row.quantile_ms(share).unwrap();
            assert!((is - wanted).abs() <= wanted / 1_000.0, "{share}: {is} ms, not {wanted}");
        }
        assert!((row.max_ms().unwrap() - 1_000.0).abs() <= 1.0);
    }

    #[test]
    fn failures_are_counted_apart_and_change_no_quantile() {
        let mut tally = Tally::default();
        tally.note((Kind::Call, 0), Ok(Duration::from_millis(10)));
        tally.note((Kind::Call, 1), Err("Unavailable".to_owned()));
        tally.note((Kind::Look, 1), Err("Unavailable".to_owned()));
        let all = tally.together(|_, _| true);
        assert_eq!((all.count(), all.failures()), (3, 2));
        assert_eq!(all.failed, BTreeMap::from([("Unavailable".to_owned(), 2)]));
        assert_eq!(all.quantile_ms(1.0).map(f64::round), Some(10.0));
        let calls = tally.together(|kind, _| kind == Kind::Call);
        assert_eq!((calls.count(), calls.failures()), (2, 1));
        assert_eq!(tally.together(|_, size| size == 1).quantile_ms(0.5), None);
    }

    #[test]
    fn a_latency_beyond_the_histogram_counts_as_its_longest() {
        let mut tally = Tally::default();
        tally.note((Kind::Quote, 0), Ok(Duration::from_secs(1_000_000)));
        let longest = tally.together(|_, _| true).max_ms().unwrap();
        assert!((longest - 3_600_000.0).abs() <= 3_600.0, "{longest}");
    }
}
