//! How likely a stop is reached when: any window can be asked for, not only the one that the plan tells.

use journeyman_domain::{Time, TimeWindow};

use crate::scenarios::SCENARIOS;
use crate::starts::{Starts, moment, offset, permille};

/// The start of service at one stop of a route, as it may turn out.
///
/// A technician who is early waits at the door for the visit's own window and for a promise that the plan keeps, so
/// neither is missed by being early. 1,024 scenarios: shares are right to about one per cent.
#[derive(Clone, PartialEq, Debug)]
pub struct Outlook {
    origin: Time,
    /// Ticks after `origin`, sorted.
    after: Vec<f32>,
}

impl Outlook {
    pub(crate) fn of(starts: Starts<'_>) -> Self {
        let mut after = starts.after.to_vec();
        after.sort_unstable_by(f32::total_cmp);
        Self { origin: starts.origin, after }
    }

    /// Probability that service starts inside `window`, both ends included, per thousand, as the plan stands: who
    /// would start before it does so, and misses it. For the window that the plan tells, the number it tells.
    /// O(log scenarios).
    pub fn probability_permille(&self, window: TimeWindow) -> u16 {
        let first = offset(self.origin, window.start);
        let before = self.after.partition_point(|&start| start < first);
        permille(self.count_by(window.end).saturating_sub(before))
    }

    /// Probability that a window ending then is kept once it is promised, per thousand: who is early waits for its
    /// start, so only being late misses it. O(log scenarios).
    pub fn probability_by_permille(&self, end: Time) -> u16 {
        permille(self.count_by(end))
    }

    /// The first whole tick by which so many of a thousand scenarios have started; 0 asks for the earliest of all.
    pub fn quantile(&self, permille: u16) -> Time {
        let rank = (usize::from(permille.min(1_000)) * SCENARIOS).div_ceil(1_000);
        moment(self.origin, self.after[rank.saturating_sub(1)].ceil())
    }

    fn count_by(&self, time: Time) -> usize {
        let last = offset(self.origin, time);
        self.after.partition_point(|&start| start <= last)
    }
}

/// The start of service at one stop that has a promise, for the one question that a quote asks: nothing is sorted for it,
/// so it costs a tenth of an [`Outlook`] to make.
#[derive(Clone, PartialEq, Debug)]
pub struct Punctuality {
    origin: Time,
    /// Ticks after `origin`, by scenario.
    after: Vec<f32>,
}

impl Punctuality {
    pub(crate) fn of(starts: Starts<'_>) -> Self {
        Self { origin: starts.origin, after: starts.after.to_vec() }
    }

    /// Probability that service starts by then, per thousand: who is early waits, so only being late misses a window
    /// that ends then. O(scenarios).
    pub fn by_permille(&self, end: Time) -> u16 {
        permille(Starts { origin: self.origin, after: &self.after }.count_by(end))
    }
}
