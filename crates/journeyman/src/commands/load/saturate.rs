//! Where a server saturates: the rate is doubled until a step is too much, then bisected. Steps are driven elsewhere.

use std::time::Duration;

use super::drive::Driven;
use super::tally::Kind;
use crate::args::RATE_MAX;

/// The bracket is narrow enough when its ends differ by this factor.
const PRECISION: f64 = 1.1;
/// A step of fewer requests says nothing.
pub(super) const REQUESTS_MIN: f64 = 20.0;
/// Requests of a step that may fail: with more, the 99th percentile of all callers got no answer.
const FAILED_SHARE_MAX: f64 = 0.01;
/// The backlog grows when more requests wait at the end of a step than half-way, by more than this share of those due
/// in between, and by more than chance makes of a few.
const GROWTH_SHARE_MAX: f64 = 0.05;
const GROWTH_MIN: usize = 10;

/// What is known of the rate at which it saturates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Bracket {
    first: f64,
    /// No lower rate is tried.
    least: f64,
    /// The highest rate below every one that was too much, if any held.
    pub(super) held: Option<f64>,
    /// The lowest rate that was too much, if any was.
    pub(super) too_much: Option<f64>,
}

impl Bracket {
    /// Nothing is known yet; `first` is tried first, and nothing below `least`.
    pub(super) fn new(first: f64, least: f64) -> Self {
        Self { first, least, held: None, too_much: None }
    }

    /// The rate to try next; none when the answer is known, or lies outside of what can be tried.
    pub(super) fn next(&self) -> Option<f64> {
        match (self.held, self.too_much) {
            (None, None) => Some(self.first),
            (Some(held), None) => (held < RATE_MAX).then(|| (2.0 * held).min(RATE_MAX)),
            (None, Some(high)) => (high > self.least).then(|| (high / 2.0).max(self.least)),
            (Some(held), Some(high)) => (high > held * PRECISION).then(|| f64::midpoint(held, high)),
        }
    }

    /// A rate was tried.
    pub(super) fn note(&mut self, rate: f64, held: bool) {
        if held {
            self.held = Some(rate);
        } else {
            self.too_much = Some(rate);
        }
    }
}

/// Why a step was too much; empty where it held.
pub(super) fn too_much(step: &Driven, p99_max: Duration) -> Vec<String> {
    let mut reasons = Vec::new();
    let calls = step.tally.together(|kind, _| kind == Kind::Call);
    let limit_ms = p99_max.as_secs_f64() * 1_000.0;
    if let Some(p99) = calls.quantile_ms(0.99).filter(|&p99| p99 > limit_ms) {
        reasons.push(format!("calls p99 {p99:.1} ms, at most {}", humantime::format_duration(p99_max)));
    }
    let all = step.tally.together(|_, _| true);
    let (failed, count) = (all.failures(), all.count());
    if failed as f64 > FAILED_SHARE_MAX * count as f64 {
        reasons.push(format!("{failed} of {count} failed"));
    }
    let (half_way, end) = step.unanswered;
    let growth = end.saturating_sub(half_way);
    if growth > GROWTH_MIN && growth as f64 > GROWTH_SHARE_MAX * step.due_in_second_half as f64 {
        reasons.push(format!("the backlog grows: {half_way} waited half-way, {end} at the end"));
    }
    if step.ended_early {
        reasons.push(format!("ended after {:.1} s: {end} waited", step.sent_in.as_secs_f64()));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::super::tally::Tally;
    use super::*;

    /// The rates that are tried against a server that can do so many, and the bracket in the end.
    fn tried(first: f64, capacity: f64) -> (Vec<f64>, Bracket) {
        let (mut bracket, mut rates) = (Bracket::new(first, 0.5), Vec::new());
        while let Some(rate) = bracket.next() {
            rates.push(rate);
            bracket.note(rate, rate <= capacity);
        }
        (rates, bracket)
    }

    #[test]
    fn rates_double_until_one_is_too_much_and_then_bisect() {
        let (rates, bracket) = tried(5.0, 57.0);
        assert_eq!(rates, [5.0, 10.0, 20.0, 40.0, 80.0, 60.0, 50.0, 55.0]);
        assert_eq!((bracket.held, bracket.too_much), (Some(55.0), Some(60.0)));
    }

    #[test]
    fn a_first_rate_that_is_too_much_is_halved() {
        let (rates, bracket) = tried(8.0, 3.0);
        assert_eq!(rates[..3], [8.0, 4.0, 2.0]);
        assert!(
            bracket.held.is_some_and(|held| held <= 3.0) && bracket.too_much.is_some_and(|high| high > 3.0)
        );
    }

    #[test]
    fn a_server_that_can_do_everything_or_nothing_ends_the_search_too() {
        let (rates, bracket) = tried(4_000.0, f64::INFINITY);
        assert_eq!(rates, [4_000.0, 8_000.0, RATE_MAX]);
        assert_eq!((bracket.held, bracket.too_much), (Some(RATE_MAX), None));
        let (rates, bracket) = tried(1.5, 0.0);
        assert_eq!(rates, [1.5, 0.75, 0.5]);
        assert_eq!((bracket.held, bracket.too_much), (None, Some(0.5)));
    }

    fn step(latencies_ms: &[u64], failed: usize, unanswered: (usize, usize)) -> Driven {
        let mut tally = Tally::default();
        latencies_ms.iter().for_each(|&ms| tally.note((Kind::Call, 0), Ok(Duration::from_millis(ms))));
        (0..failed).for_each(|_| tally.note((Kind::Look, 0), Err("Unavailable".to_owned())));
        Driven {
            rate: 1.0,
            tally,
            unanswered,
            due_in_second_half: 100,
            sent_in: Duration::from_secs(1),
            answered_in: Duration::from_secs(1),
            ended_early: false,
        }
    }

    #[test]
    fn slow_calls_failures_and_a_growing_backlog_are_each_too_much() {
        let limit = Duration::from_millis(50);
        let quick = [10; 200];
        let slow = [&[10; 195][..], &[60; 5]].concat();
        assert_eq!(too_much(&step(&quick, 0, (5, 7)), limit), Vec::<String>::new());
        for (step, wanted) in [
            (step(&slow, 0, (0, 0)), "calls p99 60"),
            (step(&quick, 3, (0, 0)), "3 of 203 failed"),
            (step(&quick, 0, (20, 40)), "the backlog grows: 20"),
        ] {
            let reasons = too_much(&step, limit);
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            assert!(reasons[0].starts_with(wanted), "{reasons:?}");
        }
    }

    #[test]
    fn a_backlog_that_stays_long_or_a_few_more_do_not_grow() {
        let limit = Duration::from_millis(50);
        for unanswered in [(500, 500), (500, 300), (0, 10)] {
            assert_eq!(too_much(&step(&[10; 200], 0, unanswered), limit), Vec::<String>::new());
        }
    }
}
