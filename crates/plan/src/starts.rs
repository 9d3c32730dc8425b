//! When service starts at one stop, in every scenario.

use journeyman_domain::{Time, TimeWindow};

use crate::scenarios::SCENARIOS;

/// Starts of one stop in ticks after `origin`, one a scenario. Seven digits: fractions of a second over a day.
#[derive(Clone, Copy)]
pub(crate) struct Starts<'s> {
    pub(crate) origin: Time,
    pub(crate) after: &'s [f32],
}

impl Starts<'_> {
    /// Scenarios that start at `time` or before. O(scenarios), some hundred nanoseconds.
    pub(crate) fn count_by(&self, time: Time) -> usize {
        let limit = offset(self.origin, time);
        count(self.after, |start| start <= limit)
    }

    /// Scenarios that start before `time`.
    pub(crate) fn count_before(&self, time: Time) -> usize {
        let limit = offset(self.origin, time);
        count(self.after, |start| start < limit)
    }

    /// Scenarios that start inside, both ends included.
    pub(crate) fn count_inside(&self, window: TimeWindow) -> usize {
        self.count_by(window.end) - self.count_before(window.start)
    }

    /// The whole tick before which no scenario starts.
    pub(crate) fn earliest(&self) -> Time {
        let least = self.after.iter().copied().fold(f32::INFINITY, f32::min);
        moment(self.origin, least.floor())
    }
}

/// Ticks after `origin`.
#[expect(clippy::cast_precision_loss, reason = "seven digits are enough, and equal times stay equal")]
pub(crate) fn offset(origin: Time, time: Time) -> f32 {
    (time - origin).ticks() as f32
}

/// The moment so many whole ticks after `origin`.
#[expect(clippy::cast_possible_truncation, reason = "casts saturate, and times lie far below 2^63")]
pub(crate) fn moment(origin: Time, after: f32) -> Time {
    Time::from_ticks(origin.ticks().saturating_add(after as i64))
}

/// Scenarios as a share, per thousand.
pub(crate) fn permille(scenarios: usize) -> u16 {
    u16::try_from((scenarios * 1_000 + SCENARIOS / 2) / SCENARIOS).expect("at most all scenarios")
}

/// Without overflow checks, which would keep it from being vector code where they are on.
fn count(starts: &[f32], holds: impl Fn(f32) -> bool) -> usize {
    starts.iter().fold(0_u32, |sum, &start| sum.wrapping_add(u32::from(holds(start)))) as usize
}
