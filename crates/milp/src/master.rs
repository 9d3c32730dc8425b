//! The pool MIP: the best combination of known routes, beside the search and inside its time limit.
//!
//! Nothing that HiGHS says is taken on trust: its choice is rebuilt route by route, visits served twice are removed
//! where that saves most, and the result is costed in integers before it is compared with the incumbent. Its
//! bound is never reported.

use std::time::Duration;

use journeyman_domain::Score;
use journeyman_route::{Route, RouteModel};

use crate::ColumnPool;
use crate::combination::{Combination, Schedule, Solver};
use crate::deadline::Deadline;
use crate::score::{NoPlan, score};
use crate::selection::{begun_without_route, by_promise};
use crate::solve::{SolverTrouble, by_tiers};
use crate::worker::Worker;

/// How the pool MIP is run.
#[derive(Clone, Copy, Debug)]
pub struct MasterParams {
    /// Most columns of the pool that take part, the incumbent's not counted. Up to about 2,000 a whole-pool MIP finds
    /// something within seconds.
    pub columns_max: usize,
    /// So many are tried first, for at most a quarter of the time, so that a short time limit finds something too and
    /// a longer one starts better. 0: no such try. Of 100, 200, 300, 450, and 150 then 400, on 27 pools of the engine
    /// (9 reference days, searched for 1, 3 and 6 s), 200 improved most plans: 14 against 9 with 100 within 0.3 s,
    /// 18 against 13 within 1 s. Ranking by the reduced costs of the pool's linear program improved 10 and 14.
    pub columns_first: usize,
    /// Most looks at a visit of a column while columns are chosen, some 500 of which take a microsecond; with short
    /// time limits a fifth of the time.
    pub pricing_work_max: usize,
    /// HiGHS is told to stop this much before the deadline (at most a quarter of the time limit), because it
    /// overshoots by 3 to 100 ms on models of this size and a late answer is lost.
    pub reserve: Duration,
}

impl Default for MasterParams {
    fn default() -> Self {
        Self {
            columns_max: 2_000,
            columns_first: 200,
            pricing_work_max: 8_000_000,
            reserve: Duration::from_millis(60),
        }
    }
}

/// A plan that beats the incumbent.
#[derive(Clone, Debug)]
pub struct Recombined {
    /// Its routes, by shift; a shift without one does nothing.
    pub routes: Vec<Route>,
    /// Its score, counted in integers.
    pub score: Score,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub enum PoolOutcome {
    /// Better than the incumbent, and HiGHS found nothing better among the columns that took part, within its
    /// tolerances. No proof of anything.
    Optimal(Recombined),
    /// Better than the incumbent; the time limit came first.
    Feasible(Recombined),
    /// The incumbent stands.
    NoImprovement {
        /// Whether HiGHS was done; else the time limit came first.
        closed: bool,
    },
    /// There is no answer; the incumbent stands.
    Failed(PoolFailure),
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PoolFailure {
    /// The time limit leaves nothing to solve in.
    #[error("no time was left")]
    NoTime,
    /// The solver did not stop by the deadline; its answer is thrown away.
    #[error("the solver was late and was left behind")]
    Late,
    /// The solver left behind by an earlier call is still running.
    #[error("the solver of an earlier call is still running")]
    Busy,
    /// The solver's thread panicked.
    #[error("the solver panicked")]
    Panicked,
    /// The operating system gave no thread.
    #[error("no thread could be started")]
    NoThread,
    /// The incumbent is no plan.
    #[error("the incumbent is no plan: {0}")]
    BadIncumbent(NoPlan),
    /// A column is no longer feasible: the pool belongs to another problem.
    #[error("a column of the pool is not feasible in this problem")]
    StaleColumn,
    /// The solver failed or contradicted itself.
    #[error("{0}")]
    Solver(SolverTrouble),
}

/// Runs pool MIPs, one at a time, each on a thread of its own.
#[derive(Debug, Default)]
pub struct Master {
    params: MasterParams,
    worker: Worker,
}

impl Master {
    /// With these parameters.
    pub fn new(params: MasterParams) -> Self {
        Self { params, worker: Worker::default() }
    }

    /// Looks for a better plan among the columns of `pool` and the routes of `incumbent`.
    ///
    /// `incumbent` holds at most one route a shift; `mandatory_bound` is a proved lower bound on the number of
    /// mandatory visits that any plan leaves unserved. Returns within `time_limit` but for some milliseconds,
    /// whatever HiGHS does. Deterministic where HiGHS is done before the limit.
    pub fn recombine(
        &mut self,
        model: &RouteModel<'_>,
        pool: &ColumnPool,
        incumbent: &[Route],
        mandatory_bound: u32,
        time_limit: Duration,
    ) -> PoolOutcome {
        self.recombine_with(model, pool, (incumbent, mandatory_bound), time_limit, by_tiers)
    }

    /// The same with any solver; tests put slow, failing and lying ones here.
    fn recombine_with(
        &mut self,
        model: &RouteModel<'_>,
        pool: &ColumnPool,
        (incumbent, mandatory_bound): (&[Route], u32),
        time_limit: Duration,
        solver: impl Solver,
    ) -> PoolOutcome {
        let deadline = Deadline::after(time_limit);
        let mut standing = with_begun_shifts(model, incumbent);
        let mut to_beat = match score(model, &standing) {
            Ok(score) => Some(score),
            Err(no_plan) => return PoolOutcome::Failed(PoolFailure::BadIncumbent(no_plan)),
        };
        let ranked = by_promise(model, pool, &standing, self.pricing_work(time_limit));
        let (mut closed, mut improved, mut failure) = (true, None, None);
        for (size, schedule) in self.tries(ranked.len(), time_limit, deadline) {
            let combination = Combination::new(model, pool, (&standing, &ranked[..size]), mandatory_bound);
            if combination.lacks_begun_shift() {
                // The incumbent lacks what a shift has done already; any plan that has it is better.
                to_beat = None;
            }
            match combination.solve(&mut self.worker, schedule, solver.clone()) {
                Err(trouble) => {
                    failure = Some(trouble);
                    break;
                }
                Ok(found) => {
                    closed = found.closed;
                    if let Some(best) =
                        found.best.filter(|best| to_beat.is_none_or(|score| best.score < score))
                    {
                        standing.clone_from(&best.routes);
                        to_beat = Some(best.score);
                        improved = Some(best);
                    }
                }
            }
        }
        match (improved, failure) {
            (Some(found), None) if closed => PoolOutcome::Optimal(found),
            (Some(found), _) => PoolOutcome::Feasible(found),
            (None, Some(failure)) => PoolOutcome::Failed(failure),
            (None, None) => PoolOutcome::NoImprovement { closed },
        }
    }

    /// How many of `count` columns are tried, and until when.
    fn tries(&self, count: usize, time_limit: Duration, deadline: Deadline) -> Vec<(usize, Schedule)> {
        let (first, all) = (self.params.columns_first, count.min(self.params.columns_max));
        let reserve = self.params.reserve.min(time_limit / 4);
        let mut tries = Vec::new();
        if 0 < first && first < all {
            tries.push((first, Schedule { stop_at: deadline.earlier_by(time_limit / 4 * 3), deadline }));
        }
        if 0 < all {
            tries.push((all, Schedule { stop_at: deadline.earlier_by(reserve), deadline }));
        }
        tries
    }

    /// A fifth of the time limit, at some 500 looks a microsecond.
    fn pricing_work(&self, time_limit: Duration) -> usize {
        let looks = time_limit.as_micros() / 5 * 500;
        usize::try_from(looks).unwrap_or(usize::MAX).min(self.params.pricing_work_max)
    }
}

/// Adds the frozen prefix of shifts that have begun and are not named.
fn with_begun_shifts(model: &RouteModel<'_>, incumbent: &[Route]) -> Vec<Route> {
    let missing =
        begun_without_route(model.problem(), incumbent).filter_map(|shift| Route::empty(model, shift));
    incumbent.iter().cloned().chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use journeyman_domain::{Problem, ShiftId, Stop, VisitId};
    use journeyman_testkit::ProblemBuilder;
    use journeyman_travel::Travel;

    use super::*;
    use crate::PoolParams;
    use crate::set_partition::SetPartition;
    use crate::solve::Choice;
    use crate::worker::StopFlag;

    /// Far more than any of these takes.
    const AMPLE: Duration = Duration::from_secs(600);

    /// Two technicians at both ends of a street with four visits; c is near the second, and mandatory when asked.
    fn street(c_is_mandatory: bool) -> Problem {
        let mut day = ProblemBuilder::new();
        for (name, home) in [("ana", -30), ("ben", 30)] {
            day.technician(name);
            day.shift(name, 0, 200).from((home, 0)).to((home, 0)).rates(1_000, 0, 0);
        }
        for (label, at) in [("a", -20), ("b", -10), ("c", 10), ("d", 20)] {
            let visit = day.visit(label, (at, 0)).penalty(1);
            if c_is_mandatory && label == "c" {
                visit.mandatory();
            }
        }
        day.build()
    }

    fn travel(problem: &Problem) -> Travel {
        Travel::build(problem).expect("the street is valid")
    }

    fn route(model: &RouteModel<'_>, shift: usize, visits: &[usize]) -> Route {
        let stops = visits.iter().map(|&visit| Stop::Visit(VisitId::new(visit))).collect();
        Route::of(model, ShiftId::new(shift), stops).expect("the street leaves time for everything")
    }

    fn pool(model: &RouteModel<'_>, routes: &[(usize, &[usize])]) -> ColumnPool {
        let mut pool = ColumnPool::new(model.problem(), PoolParams::default());
        for (shift, visits) in routes {
            pool.offer(&route(model, *shift, visits));
        }
        pool
    }

    fn served(routes: &[Route]) -> Vec<(usize, Vec<usize>)> {
        routes.iter().map(|r| (r.shift().index(), r.visits().map(VisitId::index).collect())).collect()
    }

    #[test]
    fn known_routes_are_combined_better_than_in_the_incumbent() {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let incumbent = [route(&model, 0, &[0, 2]), route(&model, 1, &[1, 3])];
        let pool = pool(&model, &[(0, &[1, 0]), (1, &[3, 2]), (0, &[3])]);
        let outcome = Master::default().recombine(&model, &pool, &incumbent, 0, AMPLE);
        let PoolOutcome::Optimal(found) = outcome else { panic!("{outcome:?}") };
        assert_eq!(served(&found.routes), [(0, vec![1, 0]), (1, vec![3, 2])]);
        assert_eq!(found.score.cost, journeyman_domain::Cost::from_micros(80_000));
    }

    #[test]
    fn a_visit_in_two_chosen_routes_is_removed_where_that_saves_most() {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        // b lies on the way for ana and at the end of the way for ben.
        let pool = pool(&model, &[(0, &[0, 1]), (1, &[3, 2, 1])]);
        let outcome = Master::default().recombine(&model, &pool, &[], 0, AMPLE);
        let PoolOutcome::Optimal(found) = outcome else { panic!("{outcome:?}") };
        assert_eq!(served(&found.routes), [(0, vec![0, 1]), (1, vec![3, 2])]);
    }

    #[test]
    fn mandatory_visits_come_before_money() {
        let problem = street(true);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        // Serving a, b and d is worth three dollars in penalties; c alone stands above all of them.
        let incumbent = [route(&model, 0, &[0, 1, 3])];
        let pool = pool(&model, &[(0, &[2])]);
        let outcome = Master::default().recombine(&model, &pool, &incumbent, 0, AMPLE);
        let PoolOutcome::Optimal(found) = outcome else { panic!("{outcome:?}") };
        assert_eq!((served(&found.routes), found.score.mandatory_unserved), (vec![(0, vec![2])], 0));
    }

    #[test]
    fn the_incumbent_stands_where_nothing_beats_it() {
        let problem = street(true);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let incumbent = [route(&model, 0, &[0, 1]), route(&model, 1, &[3, 2])];
        let mut master = Master::default();
        let nothing = ColumnPool::new(&problem, PoolParams::default());
        for pool in [nothing, pool(&model, &[(0, &[1]), (1, &[0, 3]), (0, &[0, 1])])] {
            let outcome = master.recombine(&model, &pool, &incumbent, 0, AMPLE);
            assert!(matches!(outcome, PoolOutcome::NoImprovement { closed: true }), "{outcome:?}");
        }
    }

    #[test]
    fn a_small_try_comes_first_and_is_improved_upon() {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let pool = pool(&model, &[(0, &[0]), (0, &[1]), (1, &[2]), (1, &[3]), (0, &[1, 0]), (1, &[3, 2])]);
        for columns_first in 0..=6 {
            let mut master = Master::new(MasterParams { columns_first, ..MasterParams::default() });
            let outcome = master.recombine(&model, &pool, &[], 0, AMPLE);
            let PoolOutcome::Optimal(found) = outcome else { panic!("{outcome:?}") };
            assert_eq!(served(&found.routes), [(0, vec![1, 0]), (1, vec![3, 2])], "first {columns_first}");
        }
    }

    /// What comes of a call with this solver, a poor incumbent and a better column.
    fn with_solver(master: &mut Master, time_limit: Duration, solver: impl Solver) -> PoolOutcome {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let incumbent = [route(&model, 1, &[0])];
        let pool = pool(&model, &[(0, &[1, 0]), (0, &[2])]);
        master.recombine_with(&model, &pool, (&incumbent, 0), time_limit, solver)
    }

    #[test]
    fn a_failing_solver_is_an_answer_with_its_reason() {
        let failing = |_: &SetPartition, _, _, _: &StopFlag| Err(SolverTrouble::OutOfMemory);
        let outcome = with_solver(&mut Master::default(), AMPLE, failing);
        assert!(
            matches!(outcome, PoolOutcome::Failed(PoolFailure::Solver(SolverTrouble::OutOfMemory))),
            "{outcome:?}"
        );
        let panicking =
            |_: &SetPartition, _, _, _: &StopFlag| -> Result<Choice, SolverTrouble> { panic!("as asked") };
        let outcome = with_solver(&mut Master::default(), AMPLE, panicking);
        assert!(matches!(outcome, PoolOutcome::Failed(PoolFailure::Panicked)), "{outcome:?}");
    }

    #[test]
    fn a_solver_that_breaks_rows_is_not_believed() {
        // All columns at once: two routes of one shift.
        let lying = |set: &SetPartition, _, _, _: &StopFlag| {
            Ok(Choice { chosen: (0..set.columns.len()).collect(), closed: true })
        };
        let outcome = with_solver(&mut Master::default(), AMPLE, lying);
        assert!(
            matches!(outcome, PoolOutcome::Failed(PoolFailure::Solver(SolverTrouble::RowBroken))),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_choice_of_a_solver_that_was_stopped_is_feasible_not_optimal() {
        let stopped = |set: &SetPartition, form, deadline, stop: &StopFlag| {
            Ok(Choice { closed: false, ..by_tiers(set, form, deadline, stop)? })
        };
        let outcome = with_solver(&mut Master::default(), AMPLE, stopped);
        assert!(matches!(outcome, PoolOutcome::Feasible(_)), "{outcome:?}");
        let idle = |set: &SetPartition, _, _, _: &StopFlag| {
            Ok(Choice { chosen: set.start.clone().expect("an incumbent"), closed: false })
        };
        let outcome = with_solver(&mut Master::default(), AMPLE, idle);
        assert!(matches!(outcome, PoolOutcome::NoImprovement { closed: false }), "{outcome:?}");
    }

    #[test]
    fn a_late_solver_is_left_behind_and_blocks_the_next_call_until_it_ends() {
        let mut master = Master::default();
        let gate = Arc::new(Barrier::new(2));
        let told = Arc::clone(&gate);
        let slow = move |set: &SetPartition, form, deadline, stop: &StopFlag| {
            told.wait();
            by_tiers(set, form, deadline, stop)
        };
        let outcome = with_solver(&mut master, Duration::from_millis(1), slow);
        assert!(matches!(outcome, PoolOutcome::Failed(PoolFailure::Late)), "{outcome:?}");
        let outcome = with_solver(&mut master, AMPLE, by_tiers);
        assert!(matches!(outcome, PoolOutcome::Failed(PoolFailure::Busy)), "{outcome:?}");
        gate.wait();
    }

    #[test]
    fn without_time_nothing_is_solved() {
        let outcome = with_solver(&mut Master::default(), Duration::ZERO, by_tiers);
        assert!(matches!(outcome, PoolOutcome::Failed(PoolFailure::NoTime)), "{outcome:?}");
    }

    #[test]
    fn an_incumbent_that_is_no_plan_is_refused() {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let incumbent = [route(&model, 0, &[0, 1]), route(&model, 1, &[1])];
        let pool = pool(&model, &[(0, &[0])]);
        let outcome = Master::default().recombine(&model, &pool, &incumbent, 0, AMPLE);
        let twice = NoPlan::VisitTwice(VisitId::new(1));
        assert!(
            matches!(outcome, PoolOutcome::Failed(PoolFailure::BadIncumbent(no)) if no == twice),
            "{outcome:?}"
        );
    }

    #[test]
    fn a_column_of_another_day_is_noticed() {
        let (before, mut after) = (street(false), street(false));
        let before_travel = travel(&before);
        let before_model = RouteModel::build(&before, &before_travel, &[]);
        let pool = pool(&before_model, &[(0, &[0, 1, 2, 3])]);
        after.visits[0].duration = journeyman_domain::Duration::from_ticks(190);
        let travel = travel(&after);
        let model = RouteModel::build(&after, &travel, &[]);
        let outcome = Master::default().recombine(&model, &pool, &[], 0, AMPLE);
        assert!(matches!(outcome, PoolOutcome::Failed(PoolFailure::StaleColumn)), "{outcome:?}");
    }
}
