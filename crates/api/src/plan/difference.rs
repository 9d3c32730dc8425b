//! What changed from one plan to the next.

use journeyman_domain::{ArrivalWindow, CostBreakdown, Plan, Problem, StopKind, VisitId};
use journeyman_plan::{Change, Slot, difference};

use super::write::{cost_by_term, write_window};
use crate::day::Words;
use crate::wire;

/// The visits that stand elsewhere, and what that costs or saves. Both plans are of `problem`.
pub fn write_difference(problem: &Problem, before: &Plan, after: &Plan) -> wire::PlanDifference {
    let say = Words { problem };
    let (told_before, told_after) = (windows(before), windows(after));
    let write = |change: &Change| {
        let slot = |slot: Option<Slot>, told: &[(VisitId, ArrivalWindow)]| {
            slot.map(|slot| write_slot(&say, slot, window_of(told, change.visit)))
        };
        wire::VisitChange {
            visit_id: problem.visit(change.visit).label.clone(),
            kind: kind(problem, change).into(),
            before: slot(change.before, &told_before),
            after: slot(change.after, &told_after),
            promise_moved: breaks_promise(problem, change),
            ..wire::VisitChange::default()
        }
    };
    let cost = |plan: &Plan, term| CostBreakdown::get(&plan.cost, term);
    wire::PlanDifference {
        from_revision: 0,
        to_revision: 0,
        changes: difference(before, after).iter().map(write).collect(),
        cost_change: Some(cost_by_term(|term| cost(after, term) - cost(before, term))),
    }
}

fn kind(problem: &Problem, change: &Change) -> wire::ChangeKind {
    let (Some(before), Some(after)) = (change.before, change.after) else {
        return if change.before.is_none() { wire::ChangeKind::Added } else { wire::ChangeKind::Removed };
    };
    let technician = |slot: Slot| problem.shift(slot.shift).technician;
    if before.shift == after.shift {
        wire::ChangeKind::TimeMoved
    } else if technician(before) == technician(after) {
        wire::ChangeKind::DayChanged
    } else {
        wire::ChangeKind::TechnicianSwapped
    }
}

/// Whether the visit kept its promise before, or was new, and does not now.
fn breaks_promise(problem: &Problem, change: &Change) -> bool {
    let Some(promise) = problem.visit(change.visit).promise else { return false };
    let kept = |slot: Option<Slot>| slot.is_some_and(|slot| promise.window.contains(slot.start));
    kept(change.before) && !kept(change.after)
}

/// Where a visit stands, and what its customer is told.
pub(crate) fn write_slot(say: &Words<'_>, slot: Slot, told: Option<&ArrivalWindow>) -> wire::VisitSlot {
    wire::VisitSlot {
        shift_id: say.problem.shift(slot.shift).label.clone(),
        technician_id: say.problem.technician_of(slot.shift).label.clone(),
        start_time: Some(say.instant(slot.start)),
        arrival_window: told.map(|told| write_window(say, told)),
    }
}

/// What the customers of a plan are told, sorted by visit.
fn windows(plan: &Plan) -> Vec<(VisitId, ArrivalWindow)> {
    let stops = plan.routes.iter().flat_map(|route| &route.stops);
    let told = stops.filter_map(|stop| match stop.kind {
        StopKind::Visit(visit) => Some((visit, stop.window?)),
        StopKind::Pickup(_) | StopKind::Break(_) => None,
    });
    let mut told: Vec<_> = told.collect();
    told.sort_unstable_by_key(|(visit, _)| *visit);
    told
}

fn window_of(told: &[(VisitId, ArrivalWindow)], visit: VisitId) -> Option<&ArrivalWindow> {
    told.binary_search_by_key(&visit, |(known, _)| *known).ok().map(|at| &told[at].1)
}
