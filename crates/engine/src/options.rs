//! How hard and how long to try.

use std::time::Duration;

/// Budget and manner of a solve.
#[derive(Clone, Debug, PartialEq)]
pub struct SolveOptions {
    /// Wall-clock limit; none: only the iterations and the caller's deadline limit.
    pub time_limit: Option<Duration>,
    /// Search iterations of each thread, a proof with a count of labels after them. Without running into a time limit
    /// plan and bound then depend on problem, seed and threads alone.
    pub iterations_max: Option<u64>,
    /// Seed of all random draws.
    pub seed: u64,
    /// Threads that search and prove, at least 1.
    pub threads: usize,
    /// Stop when (cost − bound) / cost falls to this; none: only a proof of optimality stops early.
    pub gap_limit: Option<f64>,
}

impl Default for SolveOptions {
    /// Ten seconds, two threads, seed 1.
    fn default() -> Self {
        Self {
            time_limit: Some(Duration::from_secs(10)),
            iterations_max: None,
            seed: 1,
            threads: 2,
            gap_limit: None,
        }
    }
}

/// Options that make no sense.
#[derive(Clone, Copy, PartialEq, Debug, thiserror::Error)]
pub enum OptionsError {
    /// Neither time nor iterations nor a deadline end the solve.
    #[error("a solve needs a time limit, an iteration limit or a deadline")]
    Endless,
    /// No thread to work with.
    #[error("threads: 0, at least 1 is needed")]
    NoThreads,
    /// A gap outside 0…1.
    #[error("gap limit: {0}, a fraction from 0 to 1 is needed")]
    GapOutOfRange(f64),
}

impl SolveOptions {
    /// The budget in two: of its time, or of what is left until the deadline, and of its iterations.
    pub(crate) fn halved(&self, left: Option<Duration>) -> (Self, Self) {
        let time = match (self.time_limit, left) {
            (Some(limit), Some(left)) => Some(limit.min(left)),
            (limit, left) => limit.or(left),
        };
        let first = Self {
            time_limit: time.map(|time| time / 2),
            iterations_max: self.iterations_max.map(|most| most / 2),
            ..self.clone()
        };
        let rest = Self {
            time_limit: time.map(|time| time - time / 2),
            iterations_max: self.iterations_max.map(|most| most - most / 2),
            ..self.clone()
        };
        (first, rest)
    }

    /// Refuses options that make no sense.
    ///
    /// # Errors
    /// The first senseless option.
    pub fn check(&self, has_deadline: bool) -> Result<(), OptionsError> {
        if self.threads == 0 {
            return Err(OptionsError::NoThreads);
        }
        if self.time_limit.is_none() && self.iterations_max.is_none() && !has_deadline {
            return Err(OptionsError::Endless);
        }
        match self.gap_limit {
            Some(gap) if !(0.0..=1.0).contains(&gap) => Err(OptionsError::GapOutOfRange(gap)),
            _ => Ok(()),
        }
    }
}
