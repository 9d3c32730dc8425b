//! The whole plan from the routes of a solution.

use journeyman_domain::{
    Bound, Certainty, CostBreakdown, CostTerm, OutbidBasis, Plan, PlannedRoute, Proof, Unassigned,
};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};

use crate::arrival_window::WindowCutter;
use crate::left_out::Inquiry;
use crate::planned_route::planned_route;

/// Times, windows, licenses and costs of the routes, and why everything else is left out.
///
/// `routes` has at most one entry a shift, in any order; empty ones are left out of the plan. The routes serve no
/// visit twice and keep shared stocks; both hold for every solution of the search. O(stops + unserved × shifts)
/// and at most 100,000 insertions into routes.
///
/// # Panics
/// When a route names a visit that another one serves, or when costs do not add up: broken machinery.
pub fn assemble(model: &RouteModel<'_>, eligibility: &Eligibility, routes: &[Route], bound: Bound) -> Plan {
    let problem = model.problem();
    let cutter = WindowCutter::new(problem, eligibility);
    let mut planned: Vec<PlannedRoute> =
        routes.iter().filter_map(|route| planned_route(model, eligibility, &cutter, route)).collect();
    planned.sort_by_key(|route| route.shift);
    let mut served = vec![false; problem.visits.len()];
    for visit in routes.iter().flat_map(Route::visits) {
        let twice = std::mem::replace(&mut served[visit.index()], true);
        assert!(!twice, "{visit:?} is served twice");
    }
    let mut inquiry = Inquiry::new(model, eligibility, routes);
    let mut unassigned: Vec<Unassigned> =
        problem.visit_ids().filter(|visit| !served[visit.index()]).map(|visit| inquiry.ask(visit)).collect();
    let mut cost = planned.iter().fold(CostBreakdown::default(), |sum, route| sum + route.cost);
    let mut mandatory_unserved = 0;
    for left_out in &unassigned {
        let noun = problem.visit(left_out.visit);
        cost.add(CostTerm::Unserved, noun.penalty());
        mandatory_unserved += u32::from(noun.is_mandatory());
    }
    if bound.proof == Proof::ProvedOptimal {
        unassigned.iter_mut().for_each(|left_out| rest_on_proof(&mut left_out.certainty));
    }
    Plan { routes: planned, unassigned, cost, mandatory_unserved, bound }
}

/// No plan at all is cheaper, so none that serves the visit is.
fn rest_on_proof(certainty: &mut Certainty) {
    if let Certainty::Outbid { basis, .. } = certainty {
        *basis = OutbidBasis::ProvedPlan;
    }
}
