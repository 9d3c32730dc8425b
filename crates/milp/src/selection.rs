//! Which columns of a pool take part: a MIP over all of them would not close in time.

use journeyman_domain::{Problem, ShiftId, Stop};
use journeyman_route::{Route, RouteModel};

use crate::prices::{Prices, micros};
use crate::{Column, ColumnPool};

/// Price of an unserved mandatory visit while columns are chosen, against the dearest penalty or route.
const MANDATORY_WORTH: f64 = 4.0;

/// The columns of the pool by reduced cost; ties: the more recent, then the older in the pool.
///
/// Columns without the frozen prefix of their shift have been overtaken by events and are left out. `work_max` as
/// in [`Prices::reduced_costs`].
pub(crate) fn by_promise<'p>(
    model: &RouteModel<'_>,
    pool: &'p ColumnPool,
    incumbent: &[Route],
    work_max: usize,
) -> Vec<&'p Column> {
    let problem = model.problem();
    let alive = |(column, _): &(&Column, u64)| starts_as_frozen(problem, column);
    let (columns, ages): (Vec<&Column>, Vec<u64>) = pool.with_age().filter(alive).unzip();
    let reduced = prices(model, incumbent).reduced_costs(&columns, work_max);
    let mut order: Vec<usize> = (0..columns.len()).collect();
    // A stable sort: equal ones stay in the order of the pool.
    order.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]).then(ages[a].cmp(&ages[b])));
    order.into_iter().map(|at| columns[at]).collect()
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

/// Whether a column begins with what its shift has done already.
fn starts_as_frozen(problem: &Problem, column: &Column) -> bool {
    problem.shift(column.shift).frozen.as_ref().is_none_or(|frozen| column.stops.starts_with(&frozen.stops))
}

/// First prices: of a served visit the share of its route's cost that it causes, of an unserved one its penalty.
fn prices(model: &RouteModel<'_>, incumbent: &[Route]) -> Prices {
    let problem = model.problem();
    let penalties = problem.visits.iter().map(|visit| micros(visit.penalty()));
    let dearest = incumbent.iter().map(|route| micros(route.cost())).chain(penalties).fold(0.0, f64::max);
    let worth_max: Vec<f64> = problem
        .visits
        .iter()
        .map(|visit| if visit.is_mandatory() { MANDATORY_WORTH * dearest } else { micros(visit.penalty()) })
        .collect();
    let mut worth = worth_max.clone();
    let mut unserved: f64 = worth_max.iter().sum();
    for route in incumbent {
        let saved = saved_without_each(model, route);
        let sum: f64 = saved.iter().map(|(_, saved)| saved).sum();
        for (at, saved) in saved {
            unserved -= worth_max[at];
            worth[at] = (micros(route.cost()) * saved / sum).min(worth_max[at]);
        }
    }
    let incumbent = incumbent.iter().map(|route| micros(route.cost())).sum::<f64>() + unserved;
    Prices { worth, worth_max, incumbent, shifts: problem.shifts.len() }
}

/// By position of the visit in the problem: what the route would save without it, a little at least.
fn saved_without_each(model: &RouteModel<'_>, route: &Route) -> Vec<(usize, f64)> {
    let visits = route.stops().iter().enumerate().filter_map(|(at, stop)| match *stop {
        Stop::Visit(visit) => Some((at, visit)),
        Stop::Pickup(_) => None,
    });
    let saved = |at: usize| {
        let without = route.cost_without(model, at).unwrap_or(route.cost());
        micros(route.cost() - without).max(1.0)
    };
    visits.map(|(at, visit)| (visit.index(), saved(at))).collect()
}
