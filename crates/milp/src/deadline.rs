//! A moment by which an answer must be there. The one place of the room that reads the clock.
//!
//! What is computed never depends on it, only whether it is waited for.

use std::time::{Duration, Instant};

/// A moment of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// This far from now.
    #[expect(clippy::disallowed_methods, reason = "a deadline is a moment of the wall clock by its nature")]
    pub(crate) fn after(time_limit: Duration) -> Self {
        // None: farther away than the clock can count.
        Self(Instant::now().checked_add(time_limit))
    }

    /// None at all.
    pub(crate) fn never() -> Self {
        Self(None)
    }

    /// The time that is left; zero when it has passed.
    #[expect(clippy::disallowed_methods, reason = "a deadline is a moment of the wall clock by its nature")]
    pub(crate) fn remaining(self) -> Duration {
        self.0.map_or(Duration::MAX, |moment| moment.saturating_duration_since(Instant::now()))
    }

    /// The earlier of two.
    pub(crate) fn earliest(self, other: Self) -> Self {
        match (self.0, other.0) {
            (Some(one), Some(two)) => Self(Some(one.min(two))),
            (one, two) => Self(one.or(two)),
        }
    }

    /// A moment this much earlier.
    pub(crate) fn earlier_by(self, reserve: Duration) -> Self {
        Self(self.0.map(|moment| moment.checked_sub(reserve).unwrap_or(moment)))
    }

    /// Whether it has passed.
    pub(crate) fn has_passed(self) -> bool {
        self.remaining().is_zero()
    }
}
