//! The best plan among the columns at hand, by HiGHS: a primal method, its bound is never used.

use std::time::Duration;

use journeyman_domain::Cost;
use journeyman_route::{Route, RouteModel};

use super::column::ClassColumn;
use super::scope::Scope;
use crate::combination::{Schedule, solve_aside, without_surplus};
use crate::deadline::Deadline;
use crate::master::Recombined;
use crate::set_partition::{Form, SetColumn, SetPartition, ShiftRow, VisitRow};
use crate::solve::by_tiers;
use crate::worker::Worker;

/// What HiGHS has chosen among some columns.
pub(crate) struct Chosen {
    pub(crate) plan: Recombined,
    /// Whether the columns make no better plan, as far as HiGHS is right: it was done, and its choice is a plan at the
    /// cost that it was chosen for.
    pub(crate) closed: bool,
}

/// The best plan that these columns make, or a good one when the time is short; `start`: those of a plan that is known, if
/// any. `model` is the one that plans are made with. None where HiGHS fails or is late.
///
/// As a cover first, which finds routes that are no column. Where removing a visit makes a route dearer or infeasible, the
/// cover promises what no plan keeps, and says nothing of the plans that there are; then as a partition.
pub(crate) fn best_choice(
    scope: &Scope<'_>,
    model: &RouteModel<'_>,
    (columns, start): (&[ClassColumn], &[ClassColumn]),
    worker: &mut Worker,
    time_limit: Duration,
) -> Option<Chosen> {
    let (set, columns) = partition(scope, columns, start);
    let deadline = Deadline::after(time_limit);
    let schedule = Schedule { stop_at: deadline.earlier_by(time_limit / 8), deadline };
    let mut attempt = |form: Form| {
        let choice = solve_aside(worker, &set, form, schedule, by_tiers).ok()?;
        let chosen: Vec<&ClassColumn> = choice.chosen.iter().map(|&at| &columns[at]).collect();
        let routes = routes_of(scope, model, &chosen)?;
        let promised = cost_of(&routes);
        let plan = without_surplus(model, routes);
        // The same visits are served, so that routes alone decide.
        let kept = plan.as_ref().is_some_and(|plan| cost_of(&plan.routes) <= promised);
        Some((plan, kept, choice.closed))
    };
    let (covered, kept, closed) = attempt(Form::Cover)?;
    if kept {
        return covered.map(|plan| Chosen { plan, closed });
    }
    let (split, kept, closed) = attempt(Form::Partition).unwrap_or((None, false, false));
    let plan = covered.into_iter().chain(split).min_by_key(|plan| plan.score)?;
    Some(Chosen { plan, closed: closed && kept })
}

fn cost_of(routes: &[Route]) -> Cost {
    routes.iter().map(Route::cost).sum()
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
fn partition(
    scope: &Scope<'_>,
    columns: &[ClassColumn],
    start: &[ClassColumn],
) -> (SetPartition, Vec<ClassColumn>) {
    let idle = scope.classes.iter().enumerate().filter(|(_, class)| !class.frozen.is_empty());
    let idle = idle.map(|(at, class)| ClassColumn {
        class: at,
        stops: class.frozen.clone(),
        rows: Vec::new(),
        cost: class.idle_cost.micros(),
    });
    let columns: Vec<ClassColumn> =
        start.iter().cloned().chain(idle).chain(columns.iter().cloned()).collect();
    let mut visits: Vec<VisitRow> = (0..scope.visits.len())
        .map(|row| VisitRow {
            penalty: Cost::from_micros(scope.penalty(row)),
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
        set_columns.push(SetColumn { cost: Cost::from_micros(column.cost), serves });
    }
    let mut set = SetPartition {
        columns: set_columns,
        visits,
        shifts,
        // Shared stocks are left to the rebuilt routes: what overdraws them makes no plan.
        stocks: Vec::new(),
        mandatory_floor: scope.excused,
        start: None,
    };
    set.start_from(start.len());
    (set, columns)
}

#[cfg(test)]
mod tests {
    use journeyman_domain::{ShiftId, Stop, VisitId};
    use journeyman_eligibility::Eligibility;
    use journeyman_testkit::ProblemBuilder;
    use journeyman_travel::{Travel, visit_jurisdictions};

    use super::*;

    /// Both routes go over b, and without it neither of them is short: the cover of $120 is no plan.
    #[test]
    fn what_only_a_cover_promises_is_not_taken_for_the_best_plan() {
        let mut day = ProblemBuilder::new();
        for (name, home) in [("ana", -30), ("ben", 30)] {
            day.technician(name);
            day.shift(name, 0, 200).from((home, 0)).to((home, 0)).rates(1_000_000, 0, 0);
        }
        for (label, at) in [("a", -20), ("b", 0), ("c", 20)] {
            day.visit(label, (at, 0)).penalty(90);
        }
        day.leg((-20, 0), (-30, 0), 150, 150).leg((30, 0), (20, 0), 150, 150);
        let problem = day.build();
        let travel = Travel::build(&problem).expect("the street is valid");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        let model = RouteModel::build(&problem, &travel, &[]);
        let (shifts, visits): (Vec<_>, Vec<_>) =
            (problem.shift_ids().collect(), problem.visit_ids().collect());
        let scope = Scope::of(&model, &eligibility, (&shifts, &visits), 0).expect("nothing is frozen");
        let column = |shift: usize, visits: [usize; 2]| {
            let stops = visits.iter().map(|&visit| Stop::Visit(VisitId::new(visit))).collect();
            let route = Route::of(&model, ShiftId::new(shift), stops).expect("it fits");
            ClassColumn::of(&scope, &route).expect("it is in the scope")
        };
        let columns = [column(0, [0, 1]), column(1, [1, 2])];
        let time = Duration::from_secs(600);
        let chosen =
            best_choice(&scope, &model, (&columns, &[]), &mut Worker::default(), time).expect("a choice");
        assert_eq!(chosen.plan.score.cost, Cost::from_micros(150_000_000), "one route, one visit left out");
        assert!(chosen.closed);
        // The start counts among the columns, and is what there is where no others are.
        let chosen = best_choice(&scope, &model, (&[], &columns[..1]), &mut Worker::default(), time);
        let plan = chosen.expect("a choice").plan;
        assert_eq!(plan.routes.len(), 1);
        assert!(plan.routes[0].visits().eq([0, 1].map(VisitId::new)));
    }
}
