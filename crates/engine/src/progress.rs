//! What a solve says while it runs and when it is done.

use std::time::Duration;

use journeyman_domain::{Bound, Plan, Score};

/// A better plan or a better bound.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Time since the start.
    pub elapsed: Duration,
    /// Score of the best plan so far.
    pub score: Score,
    /// The best bound so far.
    pub bound: Bound,
    /// The best plan itself, checked; only where the caller asked for plans.
    pub plan: Option<Plan>,
}

impl Progress {
    /// As [`Plan::gap`].
    pub fn gap(&self) -> Option<f64> {
        self.bound.gap_to(self.score)
    }
}

/// The best checked plan and how it came about.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The plan, with the best bound.
    pub plan: Plan,
    /// How it came about.
    pub statistics: Statistics,
}

/// Numbers of a solve.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Wall-clock time.
    pub elapsed: Duration,
    /// Search iterations over all threads.
    pub iterations: u64,
    /// Threads that searched.
    pub threads: usize,
    /// Columns in the pool at the end.
    pub columns: usize,
    /// Whether the set-partitioning MIP improved on the search.
    pub recombined: bool,
    /// Why the MIP gave no answer, in words; empty where it did or was not run.
    pub mip_trouble: String,
}
