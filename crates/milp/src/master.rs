//! The pool MIP: the best combination of known routes, beside the search and inside its time limit.
//!
//! Nothing that HiGHS says is taken on trust: its choice is rebuilt route by route, visits served twice are removed
//! where that saves most, and the result is costed in integers before it is compared with the incumbent. Its
//! bound is never reported.

use std::time::Duration;

use journeyman_domain::{Score, VisitId};
use journeyman_route::{Route, RouteModel};

use crate::deadline::Deadline;
use crate::score::{NoPlan, score};
use crate::selection::{begun_without_route, promising};
use crate::set_partition::{Form, SetPartition};
use crate::solve::{Choice, SolverTrouble, by_tiers};
use crate::worker::{NoAnswer, StopFlag, Worker};
use crate::{Column, ColumnPool};

/// How the pool MIP is run.
#[derive(Clone, Copy, Debug)]
pub struct MasterParams {
    /// Most columns of the pool that take part, the incumbent's not counted. 2,000 is where the whole-pool MIP
    /// stops to close within seconds (METHOD §2.6, point 5).
    pub columns_max: usize,
    /// HiGHS is told to stop this much before the deadline (at most a quarter of the time limit), because it
    /// overshoots by 3 to 100 ms on models of this size (METHOD §5.4) and a late answer is lost.
    pub reserve: Duration,
}

impl Default for MasterParams {
    fn default() -> Self {
        Self { columns_max: 2_000, reserve: Duration::from_millis(60) }
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
        let deadline = Deadline::after(time_limit);
        self.recombine_with(model, pool, (incumbent, mandatory_bound), deadline, by_tiers)
    }

    /// The same with any solver; tests put slow, failing and lying ones here.
    fn recombine_with(
        &mut self,
        model: &RouteModel<'_>,
        pool: &ColumnPool,
        (incumbent, mandatory_bound): (&[Route], u32),
        deadline: Deadline,
        solver: impl Solver,
    ) -> PoolOutcome {
        let incumbent = with_begun_shifts(model, incumbent);
        let to_beat = match score(model, &incumbent) {
            Ok(score) => score,
            Err(no_plan) => return PoolOutcome::Failed(PoolFailure::BadIncumbent(no_plan)),
        };
        let own = incumbent.iter().filter(|route| !route.is_empty());
        let mut columns: Vec<Column> = own.map(|route| Column::of(route, pool.draws(route))).collect();
        let start = columns.len();
        let known = |column: &&Column| {
            columns.iter().any(|own| own.stops == column.stops && own.shift == column.shift)
        };
        let others: Vec<Column> = promising(model, pool, &incumbent, self.params.columns_max)
            .into_iter()
            .filter(|column| !known(column))
            .cloned()
            .collect();
        if others.is_empty() {
            return PoolOutcome::NoImprovement { closed: true };
        }
        columns.extend(others);
        let set = SetPartition::build(model.problem(), &columns, start, mandatory_bound);
        // An incumbent that lacks what a shift has done already is no plan; any that has it is better.
        let to_beat = set.start.is_some().then_some(to_beat);
        let mut search = Combination { model, columns: &columns, set, best: None, closed: false };
        match search.run(&mut self.worker, deadline, self.params.reserve, solver) {
            Err(failure) if search.best.is_none() => PoolOutcome::Failed(failure),
            _ => search.outcome(to_beat),
        }
    }
}

/// Anything that solves a master problem by both tiers.
trait Solver:
    Fn(&SetPartition, Form, Deadline, &StopFlag) -> Result<Choice, SolverTrouble> + Clone + Send + 'static
{
}

impl<F> Solver for F where
    F: Fn(&SetPartition, Form, Deadline, &StopFlag) -> Result<Choice, SolverTrouble> + Clone + Send + 'static
{
}

/// One call on its way.
struct Combination<'c, 'm> {
    model: &'c RouteModel<'m>,
    columns: &'c [Column],
    set: SetPartition,
    best: Option<Recombined>,
    closed: bool,
}

impl Combination<'_, '_> {
    /// As a cover first: it reaches routes that are no column yet. Where removing a visit made a route dearer or
    /// infeasible, the cover promised too much, and the partition follows in the time that is left.
    fn run(
        &mut self,
        worker: &mut Worker,
        deadline: Deadline,
        reserve: Duration,
        solver: impl Solver,
    ) -> Result<(), PoolFailure> {
        for form in [Form::Cover, Form::Partition] {
            let choice = solve_aside(worker, &self.set, form, (deadline, reserve), solver.clone())?;
            let promised = Score {
                mandatory_unserved: self.set.mandatory_unserved(&choice.chosen),
                cost: self.set.cost(&choice.chosen),
            };
            let routes = self.rebuild(&choice.chosen)?;
            let found = without_surplus(self.model, routes);
            if found.is_none() && form == Form::Partition {
                return Err(PoolFailure::Solver(SolverTrouble::RowBroken));
            }
            let kept = found.as_ref().is_some_and(|found| self.keeps(found, promised));
            if let Some(found) = found
                && self.best.as_ref().is_none_or(|best| found.score < best.score)
            {
                self.best = Some(found);
            }
            self.closed = choice.closed && kept;
            if kept {
                break;
            }
        }
        Ok(())
    }

    /// Whether a plan is as good as the master problem said. Visits that no column serves are unserved in both.
    fn keeps(&self, found: &Recombined, promised: Score) -> bool {
        let problem = self.model.problem();
        let mut covered = vec![false; problem.visits.len()];
        self.columns.iter().flat_map(|column| &column.visits).for_each(|visit| covered[visit.index()] = true);
        let mut whole = promised;
        for (visit, _) in problem.visits.iter().zip(covered).filter(|(_, covered)| !covered) {
            whole.cost += visit.penalty();
            whole.mandatory_unserved += u32::from(visit.is_mandatory());
        }
        found.score <= whole
    }

    /// The chosen columns as routes, their costs recomputed.
    fn rebuild(&self, chosen: &[usize]) -> Result<Vec<Route>, PoolFailure> {
        let mut routes = Vec::with_capacity(chosen.len());
        for column in chosen.iter().map(|&at| &self.columns[at]) {
            let route = Route::of(self.model, column.shift, column.stops.clone());
            match route.filter(|route| route.cost() == column.cost) {
                Some(route) => routes.push(route),
                None => return Err(PoolFailure::StaleColumn),
            }
        }
        routes.sort_by_key(Route::shift);
        Ok(routes)
    }

    fn outcome(self, to_beat: Option<Score>) -> PoolOutcome {
        let better = self.best.filter(|found| to_beat.is_none_or(|score| found.score < score));
        match better {
            Some(found) if self.closed => PoolOutcome::Optimal(found),
            Some(found) => PoolOutcome::Feasible(found),
            None => PoolOutcome::NoImprovement { closed: self.closed },
        }
    }
}

fn solve_aside(
    worker: &mut Worker,
    set: &SetPartition,
    form: Form,
    (deadline, reserve): (Deadline, Duration),
    solver: impl Solver,
) -> Result<Choice, PoolFailure> {
    let left = deadline.remaining();
    if left.is_zero() {
        return Err(PoolFailure::NoTime);
    }
    let stop_at = deadline.earlier_by(reserve.min(left / 4));
    let set = set.clone();
    match worker.run(deadline, move |stop| solver(&set, form, stop_at, stop)) {
        Ok(choice) => choice.map_err(PoolFailure::Solver),
        Err(NoAnswer::Busy) => Err(PoolFailure::Busy),
        Err(NoAnswer::Late) => Err(PoolFailure::Late),
        Err(NoAnswer::Panicked) => Err(PoolFailure::Panicked),
        Err(NoAnswer::NoThread) => Err(PoolFailure::NoThread),
    }
}

/// Adds the frozen prefix of shifts that have begun and are not named.
fn with_begun_shifts(model: &RouteModel<'_>, incumbent: &[Route]) -> Vec<Route> {
    let missing =
        begun_without_route(model.problem(), incumbent).filter_map(|shift| Route::empty(model, shift));
    let mut routes = incumbent.to_vec();
    routes.extend(missing.collect::<Vec<_>>());
    routes
}

/// Removes visits that are served twice where that saves most; none when no removal is feasible, or when the
/// routes make no plan for another reason.
fn without_surplus(model: &RouteModel<'_>, mut routes: Vec<Route>) -> Option<Recombined> {
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); model.problem().visits.len()];
    for (at, route) in routes.iter().enumerate() {
        route.visits().for_each(|visit| places[visit.index()].push(at));
    }
    for (visit, serving) in model.problem().visit_ids().zip(&mut places) {
        while serving.len() > 1 {
            let (shorter, at) = cheapest_removal(model, &routes, visit, serving)?;
            routes[at] = shorter;
            serving.retain(|&other| other != at);
        }
    }
    routes.retain(|route| !route.is_empty());
    let score = score(model, &routes).ok()?;
    Some(Recombined { routes, score })
}

/// The removal of a visit that saves most; ties: the first route.
fn cheapest_removal(
    model: &RouteModel<'_>,
    routes: &[Route],
    visit: VisitId,
    serving: &[usize],
) -> Option<(Route, usize)> {
    let removals = serving.iter().filter_map(|&at| {
        let mut shorter = routes[at].clone();
        let removed =
            shorter.remove(model, |gone| gone == visit) && shorter.visits().all(|left| left != visit);
        removed.then_some((shorter, at))
    });
    removals.max_by_key(|(shorter, at)| (routes[*at].cost() - shorter.cost(), std::cmp::Reverse(*at)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use journeyman_domain::{Problem, ShiftId, Stop};
    use journeyman_testkit::ProblemBuilder;
    use journeyman_travel::Travel;

    use super::*;
    use crate::PoolParams;

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

    /// What comes of a call with this solver, a poor incumbent and a better column.
    fn with_solver(master: &mut Master, time_limit: Duration, solver: impl Solver) -> PoolOutcome {
        let problem = street(false);
        let travel = travel(&problem);
        let model = RouteModel::build(&problem, &travel, &[]);
        let incumbent = [route(&model, 1, &[0])];
        let pool = pool(&model, &[(0, &[1, 0]), (0, &[2])]);
        master.recombine_with(&model, &pool, (&incumbent, 0), Deadline::after(time_limit), solver)
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
