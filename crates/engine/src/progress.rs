//! What a solve says while it runs and when it is done.

use std::time::Duration;

use journeyman_domain::{Bound, Plan, Score};

/// A better plan or a better bound.
#[derive(Clone, Debug)]
pub struct Progress {
    /// Time from the start until it was found, the older of the two where both are new.
    pub elapsed: Duration,
    /// Score of the best plan so far.
    pub score: Score,
    /// The best bound so far.
    pub bound: Bound,
    /// The best plan itself, checked; only where it is new and the caller asked for plans.
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
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Wall-clock time.
    pub elapsed: Duration,
    /// Search iterations over all threads.
    pub iterations: u64,
    /// Threads that searched.
    pub threads: usize,
    /// Seed of all random draws.
    pub seed: u64,
    /// Columns in the pool at the end.
    pub columns: usize,
    /// Whether the set-partitioning MIP improved on the search.
    pub recombined: bool,
    /// Why the MIP gave no answer, in words; none where it did or was not run.
    pub mip_trouble: Option<String>,
    /// Where the bound comes from.
    pub bound_source: BoundSource,
    /// Why the proof ended early, in words, where it was not for lack of time.
    pub proof_trouble: Option<String>,
    /// Why the search ended.
    pub stop: StopReason,
    /// Wall-clock time by part of the work, in order.
    pub phases: Vec<(Phase, Duration)>,
}

/// What proved a bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BoundSource {
    /// The sum of the least that each visit costs.
    Trivial,
    /// Column generation.
    Columns,
}

/// A part of the work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Travel, law, arithmetic and the first bound.
    Prepare,
    /// The first solution and its plan.
    Construct,
    /// Ruin and recreate, with the proof beside it on two threads and more.
    Search,
    /// The proof alone.
    Prove,
    /// The MIP over the routes found.
    Milp,
    /// The last plan and its check.
    Plan,
}

impl Phase {
    /// A word for logs and statistics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Construct => "construct",
            Self::Search => "search",
            Self::Prove => "prove",
            Self::Milp => "milp",
            Self::Plan => "plan",
        }
    }
}

/// Why a solve ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopReason {
    /// Its time was over.
    Time,
    /// Its iterations were used up.
    Iterations,
    /// The gap asked for is proved.
    Gap,
    /// The plan is proved optimal.
    Optimal,
}
