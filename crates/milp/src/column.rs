//! A column: the route of one shift as the master problem sees it, detached from the problem.

use journeyman_domain::{Cost, ShiftId, Stop, VisitId};
use journeyman_route::{Draw, Route};

/// A feasible route of one shift. Owns its data, so that it outlives the search that found it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// The shift.
    pub shift: ShiftId,
    /// The stops in order, pickup and frozen ones included; never empty.
    pub stops: Vec<Stop>,
    /// The visits among them, sorted.
    pub visits: Vec<VisitId>,
    /// What it takes from contended stocks, sorted; most often nothing.
    pub draws: Vec<(Draw, u32)>,
    /// The route's cost, without penalties.
    pub cost: Cost,
}

impl Column {
    /// The column of a route that draws `draws` from contended stocks.
    pub(crate) fn of(route: &Route, draws: Vec<(Draw, u32)>) -> Self {
        let mut visits: Vec<VisitId> = route.visits().collect();
        visits.sort_unstable();
        Self { shift: route.shift(), stops: route.stops().to_vec(), visits, draws, cost: route.cost() }
    }
}
