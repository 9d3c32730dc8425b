//! How long a search may go on: iterations, a deadline, a cancellation, whichever comes first.
//!
//! The only place of the crate that reads the clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A limit on a search. Without a deadline the result depends on the seed alone.
#[derive(Clone, Copy, Debug)]
pub struct Budget<'a> {
    /// Iterations allowed; none: no limit.
    iterations_max: Option<u64>,
    /// Begin and end on the clock; none: no limit.
    span: Option<(Instant, Instant)>,
    /// Set by whoever no longer wants the answer.
    cancelled: &'a AtomicBool,
}

impl<'a> Budget<'a> {
    /// Until `iterations_max` iterations, `deadline`, or `cancelled`; one of the first two must be given.
    pub fn new(iterations_max: Option<u64>, deadline: Option<Instant>, cancelled: &'a AtomicBool) -> Self {
        assert!(iterations_max.is_some() || deadline.is_some(), "a search without a limit never ends");
        Self { iterations_max, span: deadline.map(|end| (now(), end)), cancelled }
    }

    /// The share of the budget that is used up, from 0; 1 and more means stop.
    pub fn used(&self, iterations: u64) -> f64 {
        if self.cancelled.load(Ordering::Relaxed) {
            return 1.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a share, not a count")]
        let by_count = self.iterations_max.map_or(0.0, |most| iterations as f64 / most.max(1) as f64);
        let by_clock = self.span.map_or(0.0, |(begin, end)| {
            let whole = end.saturating_duration_since(begin);
            let gone = now().saturating_duration_since(begin);
            if whole.is_zero() { 1.0 } else { gone.as_secs_f64() / whole.as_secs_f64() }
        });
        by_count.max(by_clock)
    }

    /// Whether it is time to stop.
    pub fn is_over(&self, iterations: u64) -> bool {
        self.used(iterations) >= 1.0
    }

    /// Time left on the clock; none without a deadline.
    pub fn left(&self) -> Option<Duration> {
        self.span.map(|(_, end)| end.saturating_duration_since(now()))
    }
}

#[expect(clippy::disallowed_methods, reason = "the budget is where the search meets the clock")]
fn now() -> Instant {
    Instant::now()
}
