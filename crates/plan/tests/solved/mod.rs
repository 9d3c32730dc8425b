//! Routes of small days, found by taking the cheapest insertion until nothing fits.

use journeyman_domain::{Bound, Cost, Plan, Problem, Proof, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_plan::assemble;
use journeyman_route::{Route, RouteModel, SharedStock, StartLimit};
use journeyman_travel::{Travel, visit_jurisdictions};

/// A problem with all that routes need.
pub(crate) struct Day {
    pub(crate) problem: Problem,
    pub(crate) travel: Travel,
    pub(crate) eligibility: Eligibility,
}

impl Day {
    pub(crate) fn of(problem: Problem) -> Self {
        let travel = Travel::build(&problem).expect("a valid problem has travel");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        Self { problem, travel, eligibility }
    }

    pub(crate) fn model(&self) -> RouteModel<'_> {
        let pairs = self.problem.shift_ids().flat_map(|s| self.problem.visit_ids().map(move |v| (s, v)));
        let limits: Vec<StartLimit> = pairs
            .filter(|&(shift, visit)| self.eligibility.narrows(shift, visit))
            .map(|(shift, visit)| StartLimit {
                shift,
                visit,
                windows: self.eligibility.start_windows(shift, visit).to_vec(),
            })
            .collect();
        RouteModel::build(&self.problem, &self.travel, &limits)
    }

    /// Routes with the visits that `takes` lets in, in order, each where it is cheapest.
    pub(crate) fn routes(
        &self,
        model: &RouteModel<'_>,
        mut takes: impl FnMut(VisitId) -> bool,
    ) -> Vec<Route> {
        // A shift whose breaks do not even fit an empty route stays out.
        let mut routes: Vec<Route> =
            self.problem.shift_ids().filter_map(|shift| Route::empty(model, shift)).collect();
        for visit in self.problem.visit_ids().filter(|&visit| takes(visit)) {
            let insertions = routes.iter().enumerate().filter_map(|(at, route)| {
                let allowed = self.eligibility.allows(route.shift(), visit);
                allowed
                    .then(|| route.best_insertion(model, visit, Cost::MAX, |_| false))
                    .flatten()
                    .map(|i| (at, i))
            });
            let Some((at, cheapest)) = insertions.min_by_key(|(at, insertion)| (insertion.delta, *at)) else {
                continue;
            };
            let before = routes[at].clone();
            routes[at].insert(model, &cheapest);
            if !SharedStock::lasts_for_all(model, routes.iter()) {
                routes[at] = before;
            }
        }
        routes
    }

    /// The plan of those routes.
    pub(crate) fn plan(&self, takes: impl FnMut(VisitId) -> bool) -> Plan {
        let model = self.model();
        assemble(&model, &self.eligibility, &self.routes(&model, takes), trivial())
    }
}

/// A bound that says nothing.
pub(crate) fn trivial() -> Bound {
    Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded }
}
