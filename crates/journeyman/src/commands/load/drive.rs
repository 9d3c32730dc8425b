//! The open loop: requests go when they are due, whether those before them were answered or not.

use std::sync::Arc;
use std::time::Duration;

use journeyman_sim::traffic::{Spacing, Traffic};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::platform::Platform;
use super::tally::Tally;

/// Requests that may wait for their answers at once; with more, the run ends early.
pub(super) const UNANSWERED_MAX: usize = 10_000;
/// Between two looks at how it goes.
const SHOWN_EVERY: Duration = Duration::from_millis(500);

/// Requests to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Requests a second, over all boards.
    pub(super) rate: f64,
    /// For how long requests are due.
    pub(super) length: Duration,
    pub(super) spacing: Spacing,
    pub(super) seed: u64,
}

/// How a stretch went.
pub(super) struct Driven {
    pub(super) rate: f64,
    /// Latencies and failures of all requests that were sent.
    pub(super) tally: Tally,
    /// Requests that waited for their answers half-way, and at the end.
    pub(super) unanswered: (usize, usize),
    /// Requests that were due in the second half.
    pub(super) due_in_second_half: usize,
    /// From the beginning to the last request, or until it ended early.
    pub(super) sent_in: Duration,
    /// From the beginning to the last answer.
    pub(super) answered_in: Duration,
    /// So many waited for their answers that it ended early.
    pub(super) ended_early: bool,
}

/// Sends all requests of a stretch and waits for their answers.
///
/// # Panics
/// Where sending one did.
pub(super) async fn drive(
    platform: &Arc<Platform>,
    stretch: &Stretch,
    show: &mut impl FnMut(String),
) -> Driven {
    let Stretch { rate, length, spacing, seed } = *stretch;
    let begin = Instant::now();
    let mut waiting = JoinSet::new();
    let (mut half_way, mut due_in_second_half, mut ended_early) = (None, 0, false);
    let mut shown = begin;
    let traffic = Traffic::new(rate, spacing, platform.boards(), seed);
    for arrival in traffic.take_while(|arrival| arrival.due < length) {
        let due = begin + arrival.due;
        tokio::time::sleep_until(due).await;
        while let Some(done) = waiting.try_join_next() {
            done.expect("sending a request does not panic");
        }
        if arrival.due >= length / 2 {
            half_way.get_or_insert(waiting.len());
            due_in_second_half += 1;
        }
        if waiting.len() >= UNANSWERED_MAX {
            ended_early = true;
            break;
        }
        let platform_of_request = Arc::clone(platform);
        waiting.spawn(async move { platform_of_request.serve(arrival, due).await });
        if shown.elapsed() >= SHOWN_EVERY {
            shown = Instant::now();
            show(told(rate, waiting.len(), platform.calls_p99_ms()));
        }
    }
    if !ended_early {
        tokio::time::sleep_until(begin + length).await;
    }
    while let Some(done) = waiting.try_join_next() {
        done.expect("sending a request does not panic");
    }
    let (sent_in, at_end) = (begin.elapsed(), waiting.len());
    show(format!("waiting for {at_end} answers"));
    while let Some(done) = waiting.join_next().await {
        done.expect("sending a request does not panic");
    }
    Driven {
        rate,
        tally: platform.take_tally(),
        unanswered: (half_way.unwrap_or(at_end), at_end),
        due_in_second_half,
        sent_in,
        answered_in: begin.elapsed(),
        ended_early,
    }
}

fn told(rate: f64, waiting: usize, p99_ms: Option<f64>) -> String {
    let calls = p99_ms.map_or_else(String::new, |p99| format!(", calls p99 {p99:.1} ms"));
    format!("{rate:.1} requests/s, {waiting} wait{calls}")
}
