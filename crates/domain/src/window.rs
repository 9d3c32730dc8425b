//! A closed interval of time.

use crate::Time;

/// A closed interval: both ends belong to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeWindow {
    /// First moment inside.
    pub start: Time,
    /// Last moment inside; not before `start`.
    pub end: Time,
}

impl TimeWindow {
    /// The window `[start, end]`, or nothing when it ends before it starts.
    pub fn new(start: Time, end: Time) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// Whether `time` lies inside.
    pub fn contains(&self, time: Time) -> bool {
        self.start <= time && time <= self.end
    }

    /// The common part of two windows, if there is one.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}
