//! The proof that outlives the next events: of the day as it is, with nobody held to what was told last.
//!
//! Prices for changes are others after each event, since each publishes a plan; what is proved with them says nothing of the
//! day after it. So while nobody waits, the day is proved once more without them.

use std::sync::Arc;
use std::time::Duration;

use journeyman_domain::{Bound, Cost, Problem, Time};
use journeyman_milp::{Means, ProveParams};
use journeyman_search::Solution;

use crate::clock::now;
use crate::day::Ground;
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::prover::Prover;
use crate::standing::{Standing, unfit};
use crate::told::Told;
use crate::{Control, EngineError, SolveOptions};

/// How long a proof that was told to stop is waited for.
const ENDS_IN: Duration = Duration::from_millis(20);
/// Before the end a bound is told of where it has grown by one so-manieth: to keep it costs some milliseconds.
const GAIN_PART: i64 = 100;

/// As for the first proof of a day, ten times over: most of the work is remembered.
const VISITS_SQUARED: u128 = 20;

/// Whether the day is too large for the time.
pub(crate) fn is_hopeless(problem: &Problem, time: Duration) -> bool {
    let visits = problem.visits.len() as u128;
    visits * visits > VISITS_SQUARED * time.as_millis()
}

/// The day that is proved.
pub(crate) struct Reproof<'r> {
    pub(crate) told: &'r Told,
    pub(crate) standing: &'r Standing,
    /// What lies before it has happened.
    pub(crate) now: Time,
    pub(crate) memory: &'r Arc<Memory>,
}

impl Reproof<'_> {
    /// Proves for the time of `options`; `learn` hears of better bounds, with what each visit is worth in them, and the day
    /// that they were proved of, also where the control is cancelled.
    pub(crate) fn run(
        &self,
        options: &SolveOptions,
        control: &Control,
        learn: &mut dyn FnMut(&Problem, Bound, Vec<Cost>),
    ) -> Result<(), EngineError> {
        let end = options.time_limit.and_then(|limit| now().checked_add(limit));
        let (problem, _) = self.told.frozen_at(Some(self.now))?;
        let like = &self.standing.ground;
        let ground = Ground::on(problem, Arc::clone(&self.told.travel), Some(like))?;
        let ledger = {
            let model = ground.model();
            let mut solution = Solution::empty(&model).map_err(|shift| unfit(&ground, shift))?;
            solution.adopt(&model, &self.standing.sequences);
            let first = (solution.score(&model), solution.sequences());
            Arc::new(Ledger::new(first, ground.trivial_bound(&model)).with_memory(self.memory))
        };
        let params = ProveParams {
            time_limit: options.time_limit,
            threads: options.threads,
            labels_max: None,
            seed: options.seed,
            means: Means::All,
        };
        let prover = Prover::start(&ground, &ledger, (params, options.clone()));
        let mut told = Cost::ZERO;
        let mut tell = |gain: Cost| {
            if let Some((bound, worth)) = ledger.worth()
                && bound.cost > told + gain
            {
                told = bound.cost;
                learn(&ground.problem, bound, worth);
            }
            Cost::from_micros(told.micros() / GAIN_PART)
        };
        let mut gain = Cost::ZERO;
        prover.wait(end, &mut || {
            gain = tell(gain);
            control.must_end()
        });
        prover.end(now().checked_add(ENDS_IN));
        tell(Cost::ZERO);
        Ok(())
    }
}
