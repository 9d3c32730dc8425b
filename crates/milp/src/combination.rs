//! One MIP over some columns, from the rows to a plan that is costed in integers.

use journeyman_domain::{Score, VisitId};
use journeyman_route::{Route, RouteModel};

use crate::deadline::Deadline;
use crate::master::{PoolFailure, Recombined};
use crate::score::score;
use crate::set_partition::{Form, SetPartition};
use crate::solve::{Choice, SolverTrouble};
use crate::worker::{NoAnswer, StopFlag, Worker};
use crate::{Column, ColumnPool};

/// Anything that solves a master problem by both tiers.
pub(crate) trait Solver:
    Fn(&SetPartition, Form, Deadline, &StopFlag) -> Result<Choice, SolverTrouble> + Clone + Send + 'static
{
}

impl<F> Solver for F where
    F: Fn(&SetPartition, Form, Deadline, &StopFlag) -> Result<Choice, SolverTrouble> + Clone + Send + 'static
{
}

/// When the solver is told to stop, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    pub(crate) stop_at: Deadline,
    pub(crate) deadline: Deadline,
}

/// What one MIP gave.
#[derive(Debug)]
pub(crate) struct Combined {
    /// The best plan found, better than the incumbent or not.
    pub(crate) best: Option<Recombined>,
    /// Whether nothing better is to be found among the columns, if HiGHS is right.
    pub(crate) closed: bool,
}

/// The columns of one MIP with their rows.
pub(crate) struct Combination<'c, 'm> {
    model: &'c RouteModel<'m>,
    columns: Vec<Column>,
    set: SetPartition,
}

impl<'c, 'm> Combination<'c, 'm> {
    /// Over the routes of the incumbent and these columns.
    pub(crate) fn new(
        model: &'c RouteModel<'m>,
        pool: &ColumnPool,
        (incumbent, others): (&[Route], &[&Column]),
        mandatory_bound: u32,
    ) -> Self {
        let own = incumbent.iter().filter(|route| !route.is_empty());
        let mut columns: Vec<Column> = own.map(|route| Column::of(route, pool.draws(route))).collect();
        let start = columns.len();
        for &column in others {
            let known =
                columns[..start].iter().any(|own| own.shift == column.shift && own.stops == column.stops);
            if !known {
                columns.push(column.clone());
            }
        }
        let set = SetPartition::build(model.problem(), &columns, start, mandatory_bound);
        Self { model, columns, set }
    }

    /// Whether a shift has begun that has columns, and none in the incumbent.
    pub(crate) fn lacks_begun_shift(&self) -> bool {
        self.set.start.is_none()
    }

    /// As a cover first: it reaches routes that are no column yet. Where removing a visit made a route dearer or
    /// infeasible, the cover promised too much, and the partition follows in the time that is left.
    pub(crate) fn solve(
        &self,
        worker: &mut Worker,
        schedule: Schedule,
        solver: impl Solver,
    ) -> Result<Combined, PoolFailure> {
        let (covered, kept) = self.attempt(worker, Form::Cover, schedule, solver.clone())?;
        if kept {
            return Ok(covered);
        }
        match self.attempt(worker, Form::Partition, schedule, solver) {
            Err(_) if covered.best.is_some() => Ok(Combined { closed: false, ..covered }),
            Err(failure) => Err(failure),
            Ok((split, _)) => {
                let plans = covered.best.into_iter().chain(split.best);
                Ok(Combined { best: plans.min_by_key(|plan| plan.score), ..split })
            }
        }
    }

    /// One form; whether the plan is as good as the solver promised.
    fn attempt(
        &self,
        worker: &mut Worker,
        form: Form,
        schedule: Schedule,
        solver: impl Solver,
    ) -> Result<(Combined, bool), PoolFailure> {
        let Choice { chosen, closed } = solve_aside(worker, &self.set, form, schedule, solver)?;
        let best = without_surplus(self.model, self.rebuild(&chosen)?);
        if best.is_none() && form == Form::Partition {
            return Err(PoolFailure::Solver(SolverTrouble::RowBroken));
        }
        let kept = best.as_ref().is_some_and(|best| best.score <= self.promised(&chosen));
        Ok((Combined { best, closed }, kept))
    }

    /// The score that a choice has if nothing gets dearer: visits that no column serves are unserved.
    fn promised(&self, chosen: &[usize]) -> Score {
        let problem = self.model.problem();
        let mut covered = vec![false; problem.visits.len()];
        self.columns.iter().flat_map(|column| &column.visits).for_each(|visit| covered[visit.index()] = true);
        let mut promised =
            Score { mandatory_unserved: self.set.mandatory_unserved(chosen), cost: self.set.cost(chosen) };
        for (visit, _) in problem.visits.iter().zip(covered).filter(|(_, covered)| !covered) {
            promised.cost += visit.penalty();
            promised.mandatory_unserved += u32::from(visit.is_mandatory());
        }
        promised
    }

    /// The chosen columns as routes, by shift, their costs recomputed.
    fn rebuild(&self, chosen: &[usize]) -> Result<Vec<Route>, PoolFailure> {
        let mut routes = Vec::with_capacity(chosen.len());
        for column in chosen.iter().map(|&at| &self.columns[at]) {
            let route = Route::of(self.model, column.shift, column.stops.clone());
            let route = route.filter(|route| route.cost() == column.cost).ok_or(PoolFailure::StaleColumn)?;
            routes.push(route);
        }
        routes.sort_by_key(Route::shift);
        Ok(routes)
    }
}

pub(crate) fn solve_aside(
    worker: &mut Worker,
    set: &SetPartition,
    form: Form,
    Schedule { stop_at, deadline }: Schedule,
    solver: impl Solver,
) -> Result<Choice, PoolFailure> {
    if stop_at.has_passed() {
        return Err(PoolFailure::NoTime);
    }
    let set = set.clone();
    match worker.run(deadline, move |stop| solver(&set, form, stop_at, stop)) {
        Ok(choice) => choice.map_err(PoolFailure::Solver),
        Err(NoAnswer::Busy) => Err(PoolFailure::Busy),
        Err(NoAnswer::Late) => Err(PoolFailure::Late),
        Err(NoAnswer::Panicked) => Err(PoolFailure::Panicked),
        Err(NoAnswer::NoThread) => Err(PoolFailure::NoThread),
    }
}

/// Removes visits that are served twice where that saves most; none when no removal is feasible, or when the
/// routes make no plan for another reason.
pub(crate) fn without_surplus(model: &RouteModel<'_>, mut routes: Vec<Route>) -> Option<Recombined> {
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
