//! The order of the checks, and what they share.

use journeyman_domain::{JurisdictionId, Plan, PlannedRoute, Problem, ShiftId, VisitId};
use journeyman_travel::{Travel, visit_jurisdictions};

use crate::breach::{Breach, Violation};
use crate::{breaks, cost, coverage, frozen, stock, timeline, visits};

/// Every rule that a plan breaks; empty for a plan that keeps all of them.
///
/// Ids that the problem does not have end the check at once; times outside the horizon end the check of their
/// route. Otherwise every rule is checked whatever else is broken. O(stops · rules).
pub fn check(problem: &Problem, travel: &Travel, plan: &Plan) -> Vec<Violation> {
    let mut ground =
        Ground { problem, travel, jurisdictions: visit_jurisdictions(problem), found: Vec::new() };
    if !coverage::ids_exist(&mut ground, plan) {
        return ground.found;
    }
    coverage::check(&mut ground, plan);
    let (sane, broken): (Vec<_>, Vec<_>) = plan.routes.iter().partition(|route| ground.times_are_sane(route));
    for route in &sane {
        timeline::check(&mut ground, route);
        breaks::check(&mut ground, route);
        visits::check(&mut ground, route);
        stock::check_route(&mut ground, route);
        frozen::check_route(&mut ground, route);
        cost::check_route(&mut ground, route);
    }
    stock::check_shared(&mut ground, &plan.routes);
    frozen::check_dropped(&mut ground, &plan.routes);
    // The sum of routes with impossible times is not worth computing, and may not fit.
    if broken.is_empty() {
        cost::check_plan(&mut ground, plan);
    }
    coverage::check_bound(&mut ground, plan);
    ground.found
}

/// What all checks read, and what they found so far.
pub(crate) struct Ground<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) travel: &'a Travel,
    /// Whose law holds at each visit.
    pub(crate) jurisdictions: Vec<Option<JurisdictionId>>,
    pub(crate) found: Vec<Violation>,
}

impl Ground<'_> {
    /// A broken rule of the plan.
    pub(crate) fn plan(&mut self, breach: Breach) {
        self.found.push(Violation { shift: None, visit: None, breach });
    }

    /// A broken rule of a route.
    pub(crate) fn route(&mut self, shift: ShiftId, breach: Breach) {
        let shift = Some(self.problem.shift(shift).label.clone());
        self.found.push(Violation { shift, visit: None, breach });
    }

    /// A broken rule of a visit, on a route where one is given.
    pub(crate) fn visit(&mut self, shift: Option<ShiftId>, visit: VisitId, breach: Breach) {
        let shift = shift.map(|shift| self.problem.shift(shift).label.clone());
        let visit = Some(self.problem.visit(visit).label.clone());
        self.found.push(Violation { shift, visit, breach });
    }

    /// Whether every time of a route lies inside the horizon; what lies far outside could not be added up.
    fn times_are_sane(&mut self, route: &PlannedRoute) -> bool {
        let horizon = self.problem.horizon_window();
        let stops =
            route.stops.iter().flat_map(|stop| [stop.leg.departure, stop.arrival, stop.start, stop.end]);
        let ends = [route.departure, route.last_leg.departure, route.return_time];
        let outside = ends.into_iter().chain(stops).find(|&time| !horizon.contains(time));
        if let Some(time) = outside {
            self.route(route.shift, Breach::TimeOutsideHorizon { time });
        }
        outside.is_none()
    }
}
