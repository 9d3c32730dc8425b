//! `evaluate`: anybody's plan judged: what it breaks, what it costs, how much each visit may slip.
//!
//! The checker is the judge. Here only what a plan does not say is filled in: times, proofs of licenses, who is left
//! out. What it does say is judged as it stands.

mod slack;
mod timed;

use journeyman_checker::{Breach, Violation, check};
use journeyman_domain::{
    Bound, Certainty, Cost, CostBreakdown, CostTerm, Plan, PlannedRoute, Problem, Proof, ShiftId, StopKind,
    Unassigned,
};
use journeyman_plan::{GivenPlan, GivenRoute, GivenStop, Metrics, cost_by_term, metrics};
use journeyman_route::RouteModel;

use crate::EngineError;
use crate::day::Ground;

pub use slack::VisitSlack;

/// What was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    /// Every rule that the plan breaks.
    pub violations: Vec<Violation>,
    /// Shifts whose route has no times and can have none that keep all windows, the breaks and the shift; what that
    /// breaks when each stop comes as early as it can is among the violations.
    pub no_schedule: Vec<ShiftId>,
    /// The plan with all its times.
    pub plan: Plan,
    /// Money by term, computed from the schedule, whatever the plan says. Routes with times outside the horizon are
    /// not in it, nor in the metrics.
    pub cost: CostBreakdown,
    /// Mandatory visits not served.
    pub mandatory_unserved: u32,
    /// The plan in numbers.
    pub metrics: Metrics,
    /// By visit, in the order of the problem; empty where something is violated.
    pub slacks: Vec<VisitSlack>,
}

/// Judges a plan. No plan makes it panic: ids that the problem does not have are violations too.
///
/// Times that are given are judged as given, what lacks between them is filled in as early as it can be; a route
/// without any time gets its schedule of least cost with the earliest starts, its breaks placed anew. Of routes the
/// order does not matter, and those without a visit or pickup are passed over.
///
/// O(places²) for the travel, O(shifts × visits) for the law, O(stops · rules) for the plan.
///
/// # Errors
/// Travel that cannot be built, features not solved yet, and a past that the problem forbids: what is wrong with the
/// problem. What is wrong with the plan is an answer.
pub fn evaluate(problem: &Problem, given: &GivenPlan) -> Result<Evaluation, EngineError> {
    let ground = Ground::of(problem)?;
    let model = ground.model();
    let mut violations = Vec::new();
    let mut known = only_known(problem, given, &mut violations);
    known.routes.sort_by_key(|route| route.shift);
    let (mut routes, mut no_schedule) = (Vec::with_capacity(known.routes.len()), Vec::new());
    for route in &known.routes {
        let timed = timed::timed(&ground, &model, route);
        no_schedule.extend((!timed.has_schedule).then_some(route.shift));
        routes.push(timed.route);
    }
    let priced = priced(&ground, &model, &mut routes);
    let (plan, counted) = stated(problem, &known, routes, priced);
    violations.extend(check(problem, &ground.travel, &plan));
    let is_right = violations.is_empty() && no_schedule.is_empty();
    let slacks = if is_right { slack::slacks(&ground, &model, &plan) } else { Vec::new() };
    let metrics = metrics(problem, &counted);
    let Plan { cost, mandatory_unserved, .. } = counted;
    Ok(Evaluation { violations, no_schedule, plan, cost, mandatory_unserved, metrics, slacks })
}

/// The plan without ids that the problem does not have.
fn only_known(problem: &Problem, given: &GivenPlan, violations: &mut Vec<Violation>) -> GivenPlan {
    let mut is_known = |noun: &'static str, index: usize, count: usize| {
        if index >= count {
            let breach = Breach::UnknownId { noun, index, count };
            violations.push(Violation { shift: None, visit: None, breach });
        }
        index < count
    };
    let mut known = given.clone();
    known.routes.retain(|route| is_known("shift", route.shift.index(), problem.shifts.len()));
    for route in &mut known.routes {
        route.stops.retain(|stop| match stop.kind {
            StopKind::Visit(id) => is_known("visit", id.index(), problem.visits.len()),
            StopKind::Pickup(id) => is_known("pickup", id.index(), problem.pickups.len()),
            StopKind::Break(index) => {
                is_known("break of its shift", index, problem.shift(route.shift).breaks.len())
            }
        });
    }
    known.unassigned.retain(|visit| is_known("visit", visit.index(), problem.visits.len()));
    let works = |route: &GivenRoute| route.stops.iter().any(|stop: &GivenStop| stop.what().is_some());
    known.routes.retain(works);
    known
}

/// Routes that can be added up, with the legs that travel says and the cost of that.
///
/// The routes themselves get their cost where the plan gave none.
fn priced(ground: &Ground, model: &RouteModel<'_>, routes: &mut [timed::Priced]) -> Vec<PlannedRoute> {
    let horizon = ground.problem.horizon_window();
    let mut counted = Vec::with_capacity(routes.len());
    for timed::Priced { route, cost } in routes {
        let stops = route.stops.iter().flat_map(|s| [s.leg.departure, s.arrival, s.start, s.end]);
        let ends = [route.departure, route.last_leg.departure, route.return_time];
        if !ends.into_iter().chain(stops).all(|time| horizon.contains(time)) {
            continue;
        }
        let mut true_legs = timed::with_true_legs(ground, model, route);
        true_legs.cost = cost_by_term(model, &true_legs);
        route.cost = cost.unwrap_or(true_legs.cost);
        counted.push(true_legs);
    }
    counted
}

/// The plan as the checker reads it, with what it says of itself; and as it is counted.
fn stated(
    problem: &Problem,
    known: &GivenPlan,
    routes: Vec<timed::Priced>,
    counted: Vec<PlannedRoute>,
) -> (Plan, Plan) {
    let mut served = vec![false; problem.visits.len()];
    let kinds = known.routes.iter().flat_map(|route| &route.stops).map(|stop| stop.kind);
    for kind in kinds {
        if let StopKind::Visit(visit) = kind {
            served[visit.index()] = true;
        }
    }
    let mut left = known.unassigned.clone();
    let mut listed = served.clone();
    left.iter().for_each(|visit| listed[visit.index()] = true);
    left.extend(problem.visit_ids().filter(|visit| !listed[visit.index()]));
    left.sort_unstable();
    let unserved =
        || problem.visits.iter().zip(&served).filter(|(_, served)| !**served).map(|(noun, _)| noun);
    let mut cost = counted.iter().fold(CostBreakdown::default(), |sum, route| sum + route.cost);
    unserved().for_each(|noun| cost.add(CostTerm::Unserved, noun.penalty()));
    let mandatory = unserved().filter(|noun| noun.is_mandatory()).count();
    let mandatory_unserved = u32::try_from(mandatory).expect("visits are limited far below 2^32");
    let nothing = Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded };
    let unknown = |visit| Unassigned { visit, certainty: Certainty::NotFoundInTime, refusals: Vec::new() };
    let unassigned: Vec<Unassigned> = left.into_iter().map(unknown).collect();
    let (said, bound) = known.bound.unwrap_or((mandatory_unserved, nothing));
    let plan = Plan {
        routes: routes.into_iter().map(|priced| priced.route).collect(),
        unassigned: unassigned.clone(),
        cost: known.cost.unwrap_or(cost),
        mandatory_unserved: said,
        bound,
    };
    (plan, Plan { routes: counted, unassigned, cost, mandatory_unserved, bound: nothing })
}
