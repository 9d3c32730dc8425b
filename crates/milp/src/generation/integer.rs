//! The best plan among the columns at hand, by HiGHS: a primal method, its bound is never used.

use std::time::Duration;

use journeyman_route::{Route, RouteModel};

use super::column::ClassColumn;
use super::scope::Scope;
use crate::combination::{Schedule, solve_aside, without_surplus};
use crate::deadline::Deadline;
use crate::master::Recombined;
use crate::set_partition::{Form, SetColumn, SetPartition, ShiftRow, VisitRow};
use crate::solve::by_tiers;
use crate::worker::Worker;

/// The best plan that these columns make, or a good one when the time is short; whether HiGHS was done. `model` is the
/// one that plans are made with. None where HiGHS fails or is late.
pub(crate) fn best_choice(
    scope: &Scope<'_>,
    model: &RouteModel<'_>,
    columns: &[ClassColumn],
    worker: &mut Worker,
    time_limit: Duration,
) -> Option<(Recombined, bool)> {
    let (set, columns) = partition(scope, columns);
    let deadline = Deadline::after(time_limit);
    let schedule = Schedule { stop_at: deadline.earlier_by(time_limit / 8), deadline };
    let choice = solve_aside(worker, &set, Form::Cover, schedule, by_tiers).ok()?;
    let chosen: Vec<&ClassColumn> = choice.chosen.iter().map(|&at| &columns[at]).collect();
    let plan = without_surplus(model, routes_of(scope, model, &chosen)?)?;
    Some((plan, choice.closed))
}

/// Routes of chosen columns, each on a shift of its class.
pub(crate) fn routes_of(
    scope: &Scope<'_>,
    model: &RouteModel<'_>,
    chosen: &[&ClassColumn],
) -> Option<Vec<Route>> {
    let mut taken = vec![0; scope.classes.len()];
    let mut routes = Vec::with_capacity(chosen.len());
    for column in chosen {
        let shift = *scope.classes[column.class].shifts.get(taken[column.class])?;
        taken[column.class] += 1;
        routes.push(column.route(model, shift)?);
    }
    for (class, taken) in scope.classes.iter().zip(taken) {
        if !class.frozen.is_empty() && taken == 0 {
            routes.push(Route::empty(model, class.shifts[0])?);
        }
    }
    routes.sort_by_key(Route::shift);
    Some(routes)
}

/// The master with binary columns; those that do nothing stand where a shift has begun.
fn partition(scope: &Scope<'_>, columns: &[ClassColumn]) -> (SetPartition, Vec<ClassColumn>) {
    let idle = scope.classes.iter().enumerate().filter(|(_, class)| !class.frozen.is_empty());
    let idle = idle.map(|(at, class)| ClassColumn {
        class: at,
        stops: class.frozen.clone(),
        rows: Vec::new(),
        cost: class.idle_cost.micros(),
    });
    let columns: Vec<ClassColumn> = idle.chain(columns.iter().cloned()).collect();
    let mut visits: Vec<VisitRow> = (0..scope.visits.len())
        .map(|row| VisitRow {
            penalty: journeyman_domain::Cost::from_micros(scope.penalty(row)),
            mandatory: scope.is_mandatory(row),
            served_by: Vec::new(),
        })
        .collect();
    let mut shifts: Vec<ShiftRow> = scope
        .classes
        .iter()
        .map(|class| ShiftRow {
            columns: Vec::new(),
            most: class.shifts.len(),
            begun: !class.frozen.is_empty(),
        })
        .collect();
    let mut set_columns = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let serves: Vec<usize> = column.rows.iter().map(|&row| row as usize).collect();
        serves.iter().for_each(|&row| visits[row].served_by.push(at));
        shifts[column.class].columns.push(at);
        set_columns.push(SetColumn { cost: journeyman_domain::Cost::from_micros(column.cost), serves });
    }
    let set = SetPartition {
        columns: set_columns,
        visits,
        shifts,
        // Shared stocks are left to the rebuilt routes: what overdraws them makes no plan.
        stocks: Vec::new(),
        mandatory_floor: scope.excused,
        start: None,
    };
    (set, columns)
}
