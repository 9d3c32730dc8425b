//! A whole horizon: construction, search on all threads, recombination by the MIP, plan, check.

use std::time::{Duration, Instant};

use journeyman_domain::{Bound, Plan, Problem, Proof, Score};
use journeyman_milp::{Master, MasterParams, PoolOutcome};
use journeyman_route::{Route, RouteModel};
use journeyman_search::{SearchModel, Solution, construct};

use crate::clock::now;
use crate::day::Ground;
use crate::race::{Better, Finish, Inbox, Sequences, race};
use crate::{Answer, Control, EngineError, Phase, Progress, SolveOptions, Statistics, StopReason};

/// Share of the time that the MIP over the found columns may take, and its most.
const MIP_SHARE: f64 = 0.1;
const MIP_MOST: Duration = Duration::from_secs(5);
/// Time limit of the MIP where only iterations limit the search.
const MIP_BY_COUNT: Duration = Duration::from_secs(20);
/// Share of the time after which the first solution is finished in haste.
const CONSTRUCT_SHARE: f64 = 0.2;
/// What is kept for the last plan and its check, in times of the first plan's, and at least.
const FINISH_FACTOR: u32 = 3;
const FINISH_LEAST: Duration = Duration::from_millis(2);

/// Plans a problem. The answer is the best checked plan and the best valid bound when the budget ends.
///
/// `observer` hears of every better plan; `with_plans` adds the checked plans themselves. With an iteration budget
/// and no clock the plan depends on problem, seed and threads alone.
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
    let recipe = Recipe { ground: &ground, model: &model, options, control, begin, end, with_plans };
    let mut clock = Phases { last: begin, phases: Vec::new() };
    clock.ends(Phase::Prepare);
    recipe.cook(bound, clock, observer)
}

/// Splits the time of a solve into its parts.
struct Phases {
    last: Instant,
    phases: Vec<(Phase, Duration)>,
}

impl Phases {
    fn ends(&mut self, phase: Phase) -> Duration {
        let now = now();
        let took = now - std::mem::replace(&mut self.last, now);
        self.phases.push((phase, took));
        took
    }
}

/// One solve on its way.
struct Recipe<'r> {
    ground: &'r Ground<'r>,
    model: &'r RouteModel<'r>,
    options: &'r SolveOptions,
    control: &'r Control,
    begin: Instant,
    end: Option<Instant>,
    with_plans: bool,
}

impl Recipe<'_> {
    fn cook(
        &self,
        bound: Bound,
        mut clock: Phases,
        observer: &mut dyn FnMut(Progress),
    ) -> Result<Answer, EngineError> {
        let search = SearchModel::build(self.model, &self.ground.eligibility);
        let over = || self.control.must_end() || self.end.is_some_and(|end| now() >= end);
        let hurry_at =
            self.end.map(|end| now() + end.saturating_duration_since(now()).mul_f64(CONSTRUCT_SHARE));
        let hurry = || self.control.must_end() || hurry_at.is_some_and(|at| now() >= at);
        let start = construct(&search, hurry, over).map_err(|shift| EngineError::FrozenStopsDoNotFit {
            shift: self.ground.problem.shift(shift).label.clone(),
        })?;
        let score = start.score(self.model);
        let planning = now();
        let plan = self.ground.plan(self.model, &start.sequences(), proved(bound, score))?;
        let finish = (now() - planning) * FINISH_FACTOR + FINISH_LEAST;
        self.tell(score, bound, Some(plan), observer);
        clock.ends(Phase::Construct);

        let found = self.search(&search, &start, bound, finish, observer);
        clock.ends(Phase::Search);
        let mut statistics = self.statistics(&found, bound);
        let sequences = self.recombine(&found, bound, finish, &mut statistics);
        clock.ends(Phase::Milp);
        if self.control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        let plan = self.finish(&sequences, bound)?;
        if statistics.recombined {
            self.tell(plan.score(), bound, Some(plan.clone()), observer);
        }
        clock.ends(Phase::Plan);
        statistics.elapsed = now() - self.begin;
        statistics.phases = clock.phases;
        Ok(Answer { plan, statistics })
    }

    fn statistics(&self, found: &Finish, bound: Bound) -> Statistics {
        let proved = proved(bound, found.score).proof == Proof::ProvedOptimal;
        let all = self.options.iterations_max.map(|most| most.saturating_mul(self.options.threads as u64));
        let stop = if proved {
            StopReason::Optimal
        } else if is_enough(self.options, bound, found.score) {
            StopReason::Gap
        } else if all.is_some_and(|all| found.iterations >= all) {
            StopReason::Iterations
        } else {
            StopReason::Time
        };
        Statistics {
            elapsed: Duration::ZERO,
            iterations: found.iterations,
            threads: self.options.threads,
            seed: self.options.seed,
            columns: found.pool.len(),
            recombined: false,
            mip_trouble: None,
            stop,
            phases: Vec::new(),
        }
    }

    /// The best combination of all routes found, where the time allows and something could be gained.
    fn recombine(
        &self,
        found: &Finish,
        bound: Bound,
        finish: Duration,
        statistics: &mut Statistics,
    ) -> Sequences {
        let best = found.best.sequences();
        let time = self.mip_time(finish);
        if time.is_zero() || self.control.must_end() || is_enough(self.options, bound, found.score) {
            return best;
        }
        let incumbent: Vec<Route> = found.best.routes().to_vec();
        let mut master = Master::new(MasterParams::default());
        match master.recombine(self.model, &found.pool, &incumbent, bound.mandatory_unserved, time) {
            PoolOutcome::Optimal(better) | PoolOutcome::Feasible(better) => {
                statistics.recombined = true;
                used(&better.routes)
            }
            PoolOutcome::NoImprovement { .. } => best,
            PoolOutcome::Failed(failure) => {
                statistics.mip_trouble = Some(failure.to_string());
                best
            }
        }
    }

    /// All threads, until what the MIP and the last plan need is left.
    fn search(
        &self,
        model: &SearchModel<'_>,
        start: &Solution,
        bound: Bound,
        finish: Duration,
        observer: &mut dyn FnMut(Progress),
    ) -> Finish {
        let reserve = finish + self.mip_time(finish);
        let end = self.end.map(|end| end.checked_sub(reserve).unwrap_or(self.begin));
        let mut told = |better: Better| {
            let plan = if self.with_plans {
                self.ground.plan(self.model, &better.sequences, proved(bound, better.score)).ok()
            } else {
                None
            };
            self.tell(better.score, bound, plan, observer);
            is_enough(self.options, bound, better.score)
        };
        let spent = is_enough(self.options, bound, start.score(self.model));
        let end = if spent { Some(self.begin) } else { end };
        race(model, start, self.options, (end, self.control), &Inbox::default(), &mut told)
    }

    /// How long the MIP may run: a share of what is left, or a generous limit where only iterations count.
    fn mip_time(&self, finish: Duration) -> Duration {
        let Some(end) = self.end else { return MIP_BY_COUNT };
        let whole = end.saturating_duration_since(self.begin);
        let left = end.saturating_duration_since(now()).saturating_sub(finish);
        whole.mul_f64(MIP_SHARE).min(MIP_MOST).min(left)
    }

    fn tell(&self, score: Score, bound: Bound, plan: Option<Plan>, observer: &mut dyn FnMut(Progress)) {
        let plan = plan.filter(|_| self.with_plans);
        observer(Progress { elapsed: now() - self.begin, score, bound: proved(bound, score), plan });
    }

    fn finish(&self, sequences: &Sequences, bound: Bound) -> Result<Plan, EngineError> {
        let mut plan = self.ground.plan(self.model, sequences, bound)?;
        plan.bound = proved(bound, plan.score());
        Ok(plan)
    }
}

/// The bound, with its proof of optimality where it meets the score in integers.
fn proved(bound: Bound, score: Score) -> Bound {
    let met = bound.mandatory_unserved == score.mandatory_unserved && bound.cost == score.cost;
    Bound { proof: if met { Proof::ProvedOptimal } else { Proof::Bounded }, ..bound }
}

/// Whether to stop before the budget ends.
fn is_enough(options: &SolveOptions, bound: Bound, score: Score) -> bool {
    proved(bound, score).proof == Proof::ProvedOptimal
        || options.gap_limit.is_some_and(|limit| bound.gap_to(score).is_some_and(|gap| gap <= limit))
}

fn used(routes: &[Route]) -> Sequences {
    let used = routes.iter().filter(|route| !route.is_empty());
    used.map(|route| (route.shift(), route.stops().to_vec())).collect()
}
