//! A route of a class of shifts, as rows of the restricted master.

use journeyman_domain::{ShiftId, Stop};
use journeyman_route::{Route, RouteModel};

use super::scope::Scope;
use crate::prove::Sequence;

/// A route that any shift of a class can drive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct ClassColumn {
    pub(crate) class: usize,
    /// Frozen ones included.
    pub(crate) stops: Vec<Stop>,
    /// Rows of its visits, sorted; frozen visits have none.
    pub(crate) rows: Vec<u32>,
    /// Micro-dollars.
    pub(crate) cost: i64,
}

impl ClassColumn {
    /// Of a route; none where its shift or one of its visits is not in the scope.
    pub(crate) fn of(scope: &Scope<'_>, route: &Route) -> Option<Self> {
        let class = scope.class_of(route.shift())?;
        let frozen = scope.classes[class].frozen.len();
        let mut rows = Vec::with_capacity(route.stops().len());
        for stop in &route.stops()[frozen.min(route.stops().len())..] {
            if let Stop::Visit(visit) = *stop {
                rows.push(scope.row(visit)?);
            }
        }
        rows.sort_unstable();
        Some(Self { class, stops: route.stops().to_vec(), rows, cost: route.cost().micros() })
    }

    /// Of stops that pricing found; none where the exact arithmetic refuses them.
    pub(crate) fn priced(scope: &Scope<'_>, class: usize, stops: Vec<Stop>) -> Option<Self> {
        let route = Route::of(scope.model, scope.classes[class].shifts[0], stops)?;
        Self::of(scope, &route)
    }

    /// After what is frozen, what of a route is open and allowed; none where nothing is, or it does not fit.
    pub(crate) fn like(scope: &Scope<'_>, (shift, stops): &Sequence) -> Option<Self> {
        let number = scope.class_of(*shift)?;
        let class = &scope.classes[number];
        let open = |stop: &Stop| match stop {
            Stop::Visit(visit) => class.visits.binary_search(visit).is_ok(),
            Stop::Pickup(_) => !class.frozen.contains(stop),
        };
        let stops = class.frozen.iter().copied().chain(stops.iter().copied().filter(open)).collect();
        Self::priced(scope, number, stops).filter(|column| !column.rows.is_empty())
    }

    /// The route of one of the class's shifts.
    pub(crate) fn route(&self, model: &RouteModel<'_>, shift: ShiftId) -> Option<Route> {
        Route::of(model, shift, self.stops.clone())
    }
}
