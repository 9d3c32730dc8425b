//! Which columns of a pool take part: a MIP over all of them would not close in time (METHOD §2.6).
//!
//! Without duals yet, the incumbent sets the prices: a visit is worth the share of its route's cost that it causes,
//! an unserved one its penalty. A column whose cost lies below the worth of its visits serves them cheaper than
//! the incumbent does.

use journeyman_domain::{Problem, ShiftId, Stop};
use journeyman_route::{Route, RouteModel};

use crate::{Column, ColumnPool};

/// At most `columns_max` columns by cost less worth of their visits; ties: the more recent, then the older in the
/// pool. Columns without the frozen prefix of their shift have been overtaken by events and are left out.
pub(crate) fn promising<'p>(
    model: &RouteModel<'_>,
    pool: &'p ColumnPool,
    incumbent: &[Route],
    columns_max: usize,
) -> Vec<&'p Column> {
    let problem = model.problem();
    let worth = worth_of_visits(model, incumbent);
    let mut ranked: Vec<(i64, u64, usize, &Column)> = pool
        .with_age()
        .enumerate()
        .filter(|(_, (column, _))| starts_as_frozen(problem, column))
        .map(|(at, (column, age))| {
            let worth: i64 = column.visits.iter().map(|visit| worth[visit.index()]).sum();
            (column.cost.micros() - worth, age, at, column)
        })
        .collect();
    ranked.sort_unstable_by_key(|&(reduced, age, at, _)| (reduced, age, at));
    ranked.truncate(columns_max);
    ranked.into_iter().map(|(.., column)| column).collect()
}

/// Whether a column begins with what its shift has done already.
fn starts_as_frozen(problem: &Problem, column: &Column) -> bool {
    problem.shift(column.shift).frozen.as_ref().is_none_or(|frozen| column.stops.starts_with(&frozen.stops))
}

/// Micro-dollars by visit. They only steer, so rounding does not matter.
fn worth_of_visits(model: &RouteModel<'_>, incumbent: &[Route]) -> Vec<i64> {
    let problem = model.problem();
    let mut worth: Vec<i64> = problem.visits.iter().map(|visit| visit.penalty().micros()).collect();
    let dearest_route = incumbent.iter().map(|route| route.cost().micros()).max().unwrap_or(0);
    let dearest = worth.iter().copied().max().unwrap_or(0).max(dearest_route);
    for (worth, _) in worth.iter_mut().zip(&problem.visits).filter(|(_, visit)| visit.is_mandatory()) {
        // Wanted at any price that occurs.
        *worth = dearest;
    }
    for route in incumbent {
        let saved_without = |(at, stop): (usize, &Stop)| match *stop {
            Stop::Visit(visit) => {
                let without = route.cost_without(model, at).unwrap_or(route.cost());
                Some((visit, (route.cost() - without).micros().max(0) + 1))
            }
            Stop::Pickup(_) => None,
        };
        let saved: Vec<_> = route.stops().iter().enumerate().filter_map(saved_without).collect();
        let sum: i64 = saved.iter().map(|&(_, saved)| saved).sum();
        for (visit, saved) in saved {
            let share = i128::from(route.cost().micros()) * i128::from(saved) / i128::from(sum.max(1));
            worth[visit.index()] = i64::try_from(share).expect("a share of a cost is no more than the cost");
        }
    }
    worth
}

/// The shifts whose route may not be missing although it is not in `routes`.
pub(crate) fn begun_without_route<'r>(
    problem: &'r Problem,
    routes: &'r [Route],
) -> impl Iterator<Item = ShiftId> + 'r {
    problem.shift_ids().filter(|&shift| {
        problem.shift(shift).frozen.is_some() && routes.iter().all(|route| route.shift() != shift)
    })
}
