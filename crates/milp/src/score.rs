//! What a set of routes costs as a plan, in integers, after checking that it is one.

use journeyman_domain::{Cost, Score, ShiftId, VisitId};
use journeyman_route::{Route, RouteModel, SharedStock};

/// Why routes do not make a plan together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPlan {
    /// Two routes of one shift.
    #[error("shift {0:?} has two routes")]
    ShiftTwice(ShiftId),
    /// A visit in two routes.
    #[error("visit {0:?} is served twice")]
    VisitTwice(VisitId),
    /// More taken from a stock than there is.
    #[error("a shared stock is overdrawn")]
    StockOverdrawn,
}

/// The score of the plan that these routes make. Shifts without a route do nothing.
///
/// # Errors
/// [`NoPlan`] when the routes exclude each other.
pub fn score(model: &RouteModel<'_>, routes: &[Route]) -> Result<Score, NoPlan> {
    let problem = model.problem();
    let mut used = vec![false; problem.shifts.len()];
    let mut served = vec![false; problem.visits.len()];
    let mut cost = Cost::ZERO;
    for route in routes {
        if std::mem::replace(&mut used[route.shift().index()], true) {
            return Err(NoPlan::ShiftTwice(route.shift()));
        }
        for visit in route.visits() {
            if std::mem::replace(&mut served[visit.index()], true) {
                return Err(NoPlan::VisitTwice(visit));
            }
        }
        cost += route.cost();
    }
    if !SharedStock::lasts_for_all(model, routes.iter()) {
        return Err(NoPlan::StockOverdrawn);
    }
    let mut mandatory_unserved = 0;
    for (visit, _) in problem.visits.iter().zip(served).filter(|(_, served)| !served) {
        cost += visit.penalty();
        mandatory_unserved += u32::from(visit.is_mandatory());
    }
    Ok(Score { mandatory_unserved, cost })
}

/// Routes of all shifts, empty ones too, in the order of shifts.
pub(crate) fn with_idle(model: &RouteModel<'_>, mut routes: Vec<Route>) -> Vec<Route> {
    let mut has = vec![false; model.problem().shifts.len()];
    routes.iter().for_each(|route| has[route.shift().index()] = true);
    let idle = model.problem().shift_ids().filter(|shift| !has[shift.index()]);
    routes.extend(idle.filter_map(|shift| Route::empty(model, shift)));
    routes.sort_by_key(Route::shift);
    routes
}
