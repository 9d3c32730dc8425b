//! A whole horizon: construction, search and proof, plan, check.

use std::sync::Arc;
use std::time::{Duration, Instant};

use journeyman_domain::{Bound, Problem, Proof};
use journeyman_search::{SearchModel, SearchParams, Solution, construct};

use crate::clock::now;
use crate::course::{Course, Yield};
use crate::day::Ground;
use crate::herald::{Herald, Voice, is_enough};
use crate::ledger::Ledger;
use crate::memory::Memory;
use crate::{Answer, Control, EngineError, Phase, Progress, SolveOptions, Statistics, StopReason};

/// Share of the time after which the first solution is finished in haste.
const CONSTRUCT_SHARE: f64 = 0.2;
/// What is kept for the last plan and its check, in times of the first plan's, and at least.
const FINISH_FACTOR: u32 = 3;
const FINISH_LEAST: Duration = Duration::from_millis(2);

/// Plans a problem. The answer is the best checked plan and the best valid bound when the budget ends.
///
/// `observer` hears of every better plan and bound; `with_plans` adds the checked plans themselves. With an iteration
/// budget, and without running into the time limit, plan and bound depend on problem, seed and threads alone.
///
/// # Errors
/// Senseless options, travel that cannot be built, features not solved yet, frozen stops that cannot be, a
/// cancelled control, and a failed check. Visits that cannot be served are no error but an answer.
pub fn solve(
    problem: &Problem,
    options: &SolveOptions,
    control: &Control,
    with_plans: bool,
    observer: &mut dyn FnMut(Progress),
) -> Result<Answer, EngineError> {
    let begin = now();
    options.check(control.deadline().is_some())?;
    let by_limit = options.time_limit.and_then(|limit| begin.checked_add(limit));
    let end = [by_limit, control.deadline()].into_iter().flatten().min();
    let ground = Ground::of(problem)?;
    let model = ground.model();
    let bound = ground.trivial_bound(&model);
    let voice = Voice { ground: &ground, model: &model, options, begin, with_plans };
    let (params, memory) = (SearchParams::default(), Arc::default());
    let recipe = Recipe { voice, control, end, params, memory };
    let mut clock = Phases::from(begin);
    clock.ends(Phase::Prepare);
    recipe.cook(bound, clock, observer)
}

/// Splits the time of a solve into its parts.
pub(crate) struct Phases {
    last: Instant,
    phases: Vec<(Phase, Duration)>,
}

impl Phases {
    pub(crate) fn from(begin: Instant) -> Self {
        Self { last: begin, phases: Vec::new() }
    }

    pub(crate) fn ends(&mut self, phase: Phase) {
        let now = now();
        let took = now - std::mem::replace(&mut self.last, now);
        self.phases.push((phase, took));
    }
}

/// One solve on its way.
pub(crate) struct Recipe<'r> {
    pub(crate) voice: Voice<'r>,
    pub(crate) control: &'r Control,
    pub(crate) end: Option<Instant>,
    /// How the search goes about it.
    pub(crate) params: SearchParams,
    /// What earlier solves of the day have left.
    pub(crate) memory: Arc<Memory>,
}

impl Recipe<'_> {
    fn cook(
        &self,
        bound: Bound,
        clock: Phases,
        observer: &mut dyn FnMut(Progress),
    ) -> Result<Answer, EngineError> {
        let Voice { ground, model, .. } = self.voice;
        let search = SearchModel::build(model, &ground.eligibility);
        let over = || self.control.must_end() || self.end.is_some_and(|end| now() >= end);
        let hurry_at =
            self.end.map(|end| now() + end.saturating_duration_since(now()).mul_f64(CONSTRUCT_SHARE));
        let hurry = || self.control.must_end() || hurry_at.is_some_and(|at| now() >= at);
        let start = construct(&search, hurry, over).map_err(|shift| EngineError::FrozenStopsDoNotFit {
            shift: ground.problem.shift(shift).label.clone(),
        })?;
        let (answer, _) = self.pursue(&search, &start, bound, clock, observer)?;
        Ok(answer)
    }

    /// Goes on from a solution until the budget ends; the answer, and what was learned on the way.
    pub(crate) fn pursue(
        &self,
        search: &SearchModel<'_>,
        start: &Solution,
        bound: Bound,
        mut clock: Phases,
        observer: &mut dyn FnMut(Progress),
    ) -> Result<(Answer, Arc<Ledger>), EngineError> {
        let Voice { ground, model, options, begin, .. } = self.voice;
        let ledger = Ledger::new((start.score(model), start.sequences()), bound);
        let ledger = Arc::new(ledger.with_memory(&self.memory));
        let planning = now();
        let plan = ground.plan(model, &start.sequences(), ledger.standing().1)?;
        let finish = (now() - planning) * FINISH_FACTOR + FINISH_LEAST;
        let mut herald = Herald::new(self.voice, &ledger, (plan, planning), observer);
        clock.ends(Phase::Construct);

        let end = self.end.map(|end| end.checked_sub(finish).unwrap_or(begin).max(begin));
        let (control, params) = (self.control, &self.params);
        let course = Course { ground, search, options, params, control, ledger: &ledger, begin, end };
        let done = course.run(&mut herald, &mut clock);
        if self.control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        // A proof that was left behind may still write, but not here.
        let (score, bound, sequences) = ledger.close();
        let plan = ground.plan(model, &sequences, bound)?;
        debug_assert_eq!(plan.score(), score, "the plan costs what its routes cost");
        herald.news();
        clock.ends(Phase::Plan);
        let statistics = self.statistics(done, &ledger, clock);
        Ok((Answer { plan, statistics }, ledger))
    }

    fn statistics(&self, done: Yield, ledger: &Ledger, clock: Phases) -> Statistics {
        let options = self.voice.options;
        let (score, bound) = ledger.standing();
        let all = options.iterations_max.map(|most| most.saturating_mul(options.threads as u64));
        let stop = if bound.proof == Proof::ProvedOptimal {
            StopReason::Optimal
        } else if is_enough(options, bound, score) {
            StopReason::Gap
        } else if all.is_some_and(|all| done.iterations >= all) {
            StopReason::Iterations
        } else {
            StopReason::Time
        };
        let contradicted = ledger.is_contradicted().then(|| "a plan was below a proved bound".to_owned());
        Statistics {
            elapsed: now() - self.voice.begin,
            iterations: done.iterations,
            threads: options.threads,
            seed: options.seed,
            columns: done.pool.len(),
            recombined: done.recombined,
            mip_trouble: done.mip_trouble,
            bound_source: ledger.bound_source(),
            proof_trouble: contradicted.or(done.proof_trouble),
            stop,
            phases: clock.phases,
        }
    }
}
