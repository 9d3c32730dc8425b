//! The plan as a whole: known ids, every visit once, tiers and bound.

use journeyman_domain::{
    Awaiting, Certainty, CostTerm, OutbidBasis, PermitState, Plan, Proof, Refusal, StopKind, Unassigned,
    Unserved, Visit, VisitId,
};

use crate::breach::Breach;
use crate::check::Ground;

/// Whether every id of the plan exists.
pub(crate) fn ids_exist(ground: &mut Ground<'_>, plan: &Plan) -> bool {
    let problem = ground.problem;
    let mut ids = Vec::new();
    for route in &plan.routes {
        ids.push(("shift", route.shift.index(), problem.shifts.len()));
        for stop in &route.stops {
            match stop.kind {
                StopKind::Visit(id) => ids.push(("visit", id.index(), problem.visits.len())),
                StopKind::Pickup(id) => ids.push(("pickup", id.index(), problem.pickups.len())),
                // Breaks belong to their shift and are checked with it.
                StopKind::Break(_) => {}
            }
        }
    }
    for left in &plan.unassigned {
        ids.push(("visit", left.visit.index(), problem.visits.len()));
        let refusals = left.refusals.iter().map(Refusal::shift);
        ids.extend(refusals.map(|shift| ("shift", shift.index(), problem.shifts.len())));
        match left.certainty {
            Certainty::Awaiting(Awaiting::Permit(id)) => {
                ids.push(("permit", id.index(), problem.permits.len()));
            }
            Certainty::Awaiting(Awaiting::Part(id)) => {
                ids.push(("part", id.index(), problem.names.skus.len()));
            }
            _ => {}
        }
    }
    for &(noun, index, count) in ids.iter().filter(|(_, index, count)| index >= count) {
        ground.plan(Breach::UnknownId { noun, index, count });
    }
    ids.iter().all(|(_, index, count)| index < count)
}

/// Routes in order and one a shift; every visit served once or listed once.
pub(crate) fn check(ground: &mut Ground<'_>, plan: &Plan) {
    let shifts: Vec<_> = plan.routes.iter().map(|route| route.shift).collect();
    if !shifts.is_sorted() {
        ground.plan(Breach::RouteOrder);
    }
    for (at, route) in plan.routes.iter().enumerate() {
        if shifts[..at].contains(&route.shift) {
            ground.route(route.shift, Breach::SecondRoute);
        }
        if route.stops.iter().all(|stop| matches!(stop.kind, StopKind::Break(_))) {
            ground.route(route.shift, Breach::EmptyRoute);
        }
    }
    if !plan.unassigned.is_sorted_by_key(|left| left.visit) {
        ground.plan(Breach::UnassignedOrder);
    }
    let served = times_served(ground, plan);
    let mut listed = vec![0; ground.problem.visits.len()];
    for left in &plan.unassigned {
        listed[left.visit.index()] += 1;
        check_awaiting(ground, left.visit, left.certainty);
        check_price(ground, left, plan.bound.proof);
    }
    for visit in ground.problem.visit_ids() {
        let breach = match (served[visit.index()], listed[visit.index()]) {
            (0, 0) => Breach::NotAccounted,
            (0, 1) | (1, 0) => continue,
            (0, _) => Breach::UnassignedTwice,
            (times, 0) => Breach::ServedTwice { times },
            (_, _) => Breach::ServedAndUnassigned,
        };
        ground.visit(None, visit, breach);
    }
    let unserved = ground
        .problem
        .visits
        .iter()
        .zip(&served)
        .filter(|&(visit, &times)| times == 0 && is_mandatory(visit));
    let expected = u32::try_from(unserved.count()).expect("visits are limited far below 2^32");
    if plan.mandatory_unserved != expected {
        ground.plan(Breach::MandatoryCount { given: plan.mandatory_unserved, expected });
    }
}

/// How often each visit is served.
pub(crate) fn times_served(ground: &Ground<'_>, plan: &Plan) -> Vec<usize> {
    let mut served = vec![0; ground.problem.visits.len()];
    for stop in plan.routes.iter().flat_map(|route| &route.stops) {
        if let StopKind::Visit(visit) = stop.kind {
            served[visit.index()] += 1;
        }
    }
    served
}

/// Mandatory as asked for, or because a pin is a decision that may not change.
pub(crate) fn is_mandatory(visit: &Visit) -> bool {
    visit.pin.is_some() || matches!(visit.unserved, Unserved::Mandatory)
}

/// The bound against the plan's own statement of its score.
pub(crate) fn check_bound(ground: &mut Ground<'_>, plan: &Plan) {
    // Anybody's plan may state any number, so the sum is taken where it cannot overflow.
    let total: i128 = CostTerm::ALL.iter().map(|&term| i128::from(plan.cost.get(term).micros())).sum();
    let (bound, bound_micros) = (plan.bound, i128::from(plan.bound.cost.micros()));
    let same_tier = bound.mandatory_unserved == plan.mandatory_unserved;
    if bound.mandatory_unserved > plan.mandatory_unserved {
        ground.plan(Breach::BoundTier { bound: bound.mandatory_unserved, plan: plan.mandatory_unserved });
    }
    if same_tier && bound_micros > total {
        ground.plan(Breach::BoundAboveCost { bound: bound_micros, cost: total });
    }
    let overstated = match bound.proof {
        Proof::Bounded => false,
        Proof::ProvedOptimal => !(same_tier && bound_micros == total),
        // How far the bound lies below is not limited, but money says nothing while the tier is open.
        Proof::OptimalToSolverTolerance => !same_tier,
    };
    if overstated {
        ground.plan(Breach::ProofOverstated);
    }
}

/// What is said to rest on a proof of the whole plan does.
fn check_price(ground: &mut Ground<'_>, left: &Unassigned, proof: Proof) {
    let proved = matches!(left.certainty, Certainty::Outbid { basis: OutbidBasis::ProvedPlan, .. });
    if proved && proof != Proof::ProvedOptimal {
        ground.visit(None, left.visit, Breach::PriceOverstated);
    }
}

/// A visit that is said to wait for a permit or a part does.
fn check_awaiting(ground: &mut Ground<'_>, visit: VisitId, certainty: Certainty) {
    let (problem, noun) = (ground.problem, ground.problem.visit(visit));
    let Certainty::Awaiting(awaiting) = certainty else { return };
    let (subject, truth) = match awaiting {
        Awaiting::Permit(id) => {
            let permit = problem.permit(id);
            let awaited = match permit.state {
                PermitState::Issued { .. } => false,
                PermitState::Filed { expected: Some(_) } => !problem.plan_expected_permits,
                _ => true,
            };
            (format!("permit {}", permit.label), awaited && noun.permits.contains(&id))
        }
        Awaiting::Part(id) => {
            let asked = noun.requirement.parts.iter().any(|part| part.sku == id);
            (format!("part {}", problem.sku_name(id)), asked)
        }
    };
    if !truth {
        ground.visit(None, visit, Breach::FalseAwaiting { subject });
    }
}
