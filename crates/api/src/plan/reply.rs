//! The answer to events: the plan, every change with what it pays for, and what of the old plan could not stay.

use journeyman_domain::{Cost, CostTerm, Plan, Problem, StopKind, Time, TimeWindow, VisitId};
use journeyman_engine::{Bent, BrokenRule, ChangeKind, Changes, Gone, Repair, Reply, Resolved, VisitChange};
use journeyman_plan::{Slot, refusal_line};

use super::reason::write_reason;
use super::write::{cost_by_term, write_plan, write_window};
use crate::day::Words;
use crate::problem::Dropped;
use crate::wire;

/// A reply in the contract's words, without its statistics. `events` are the ids of the batch.
pub fn write_reply(reply: &Reply, events: &[String], dropped: &[Dropped]) -> wire::ReassignResponse {
    let problem = &*reply.problem;
    let say = Words { problem };
    let bent = reply.bent.iter().map(|bent| write_bent(&say, bent)).collect::<Vec<_>>();
    let lost = dropped.iter().map(write_dropped);
    wire::ReassignResponse {
        revision: 0,
        plan: Some(write_plan(problem, &reply.plan, &bent)),
        difference: Some(write_changes(problem, &reply.plan, &reply.changes, events)),
        repairs: lost.chain(reply.repairs.iter().map(|repair| write_repair(&say, repair))).collect(),
        statistics: None,
    }
}

/// Every change, with what it pays for.
pub fn write_changes(
    problem: &Problem,
    plan: &Plan,
    changes: &Changes,
    events: &[String],
) -> wire::PlanDifference {
    let say = Words { problem };
    let event = |cause: Option<usize>| cause.and_then(|at| events.get(at)).cloned().unwrap_or_default();
    let visits = changes.visits.iter().map(|change| {
        let event_id = event(change.cause);
        let text = sentence(&say, change, &event_id);
        let (saving, at_least, basis) = saving(change);
        wire::VisitChange {
            visit_id: problem.visit(change.visit).label.clone(),
            kind: write_kind(change.kind).into(),
            before: change.before.map(|slot| write_slot(&say, slot, change.told)),
            after: change.after.map(|slot| {
                let mut written = write_slot(&say, slot, None);
                written.arrival_window = window_of(plan, change.visit).map(|told| write_window(&say, &told));
                written
            }),
            promise_moved: change.is_missed,
            event_id,
            saving_micros: saving.map(Cost::micros),
            saving_basis: basis.into(),
            text,
            saving_bound_micros: at_least.map(Cost::micros),
            proved_needed: change.resolved == Some(Resolved::Needed { proved: true }),
        }
    });
    let gone = changes.gone.iter().map(|gone| write_gone(&say, gone, event(Some(gone.cause))));
    wire::PlanDifference {
        from_revision: 0,
        to_revision: 0,
        changes: visits.chain(gone).collect(),
        cost_change: Some(cost_by_term(|term: CostTerm| changes.cost.get(term))),
    }
}

/// What the plan without a change costs more, what any such plan does at least, and how that is known.
fn saving(change: &VisitChange) -> (Option<Cost>, Option<Cost>, wire::PriceBasis) {
    match change.resolved {
        Some(Resolved::Costs { more, at_least }) => (Some(more), at_least, wire::PriceBasis::Resolved),
        Some(Resolved::ServesMore | Resolved::Needed { .. }) => (None, None, wire::PriceBasis::Resolved),
        Some(Resolved::NotReached) | None if change.saving.is_some() => {
            (change.saving, None, wire::PriceBasis::Insertion)
        }
        Some(Resolved::NotReached) | None => (None, None, wire::PriceBasis::Unspecified),
    }
}

fn write_kind(kind: ChangeKind) -> wire::ChangeKind {
    match kind {
        ChangeKind::Added => wire::ChangeKind::Added,
        ChangeKind::Removed => wire::ChangeKind::Removed,
        ChangeKind::TimeMoved => wire::ChangeKind::TimeMoved,
        ChangeKind::DayChanged => wire::ChangeKind::DayChanged,
        ChangeKind::TechnicianSwapped => wire::ChangeKind::TechnicianSwapped,
    }
}

fn write_gone(say: &Words<'_>, gone: &Gone, event_id: String) -> wire::VisitChange {
    let text = format!("{} is no longer wanted", gone.visit);
    wire::VisitChange {
        visit_id: gone.visit.clone(),
        kind: wire::ChangeKind::Removed.into(),
        before: Some(write_slot(say, gone.before, gone.told)),
        event_id,
        text,
        ..wire::VisitChange::default()
    }
}

/// Where a visit stands or stood; of a window that was told before, its probability is not known any more.
fn write_slot(say: &Words<'_>, slot: Slot, told: Option<TimeWindow>) -> wire::VisitSlot {
    wire::VisitSlot {
        shift_id: say.problem.shift(slot.shift).label.clone(),
        technician_id: say.problem.technician_of(slot.shift).label.clone(),
        start_time: Some(say.instant(slot.start)),
        arrival_window: told
            .map(|told| wire::ArrivalWindow { window: Some(say.window(told)), on_time_permille: 0 }),
    }
}

fn window_of(plan: &Plan, visit: VisitId) -> Option<journeyman_domain::ArrivalWindow> {
    let mut stops = plan.routes.iter().flat_map(|route| &route.stops);
    stops.find(|stop| stop.kind == StopKind::Visit(visit)).and_then(|stop| stop.window)
}

/// What happened to a visit, and why, for a person.
fn sentence(say: &Words<'_>, change: &VisitChange, event: &str) -> String {
    let problem = say.problem;
    let visit = &problem.visit(change.visit).label;
    let who = |slot: Slot| problem.technician_of(slot.shift).name.as_str();
    let what = match (change.kind, change.before, change.after) {
        (ChangeKind::Added, _, Some(after)) => format!("{visit} goes to {}", who(after)),
        (ChangeKind::Removed, Some(before), _) => format!("{visit}, which {} had, is left out", who(before)),
        (ChangeKind::TechnicianSwapped, Some(before), Some(after)) => {
            format!("{visit} goes from {} to {}", who(before), who(after))
        }
        (ChangeKind::DayChanged, Some(_), Some(after)) => {
            format!("{visit} stays with {}, on another shift", who(after))
        }
        (_, Some(before), Some(after)) => {
            let minutes = minutes_between(before.start, after.start, problem.ticks.time_ticks_per_unit);
            let (count, way) = (minutes.abs(), if minutes < 0 { "earlier" } else { "later" });
            format!("{visit} starts {count} min {way}")
        }
        _ => visit.clone(),
    };
    let missed = if change.is_missed { ", outside of what the customer was told" } else { "" };
    let because = if event.is_empty() { String::new() } else { format!("; because of {event}") };
    format!("{what}{missed}{because}{}", worth(change, event))
}

/// What a change is worth, as far as that is known. By insertion only where it was not made for an event: elsewhere
/// nobody has asked.
fn worth(change: &VisitChange, event: &str) -> String {
    let inserted = match (event, change.saving) {
        ("", Some(saving)) if saving > Cost::ZERO => {
            format!("; where it was the plan would cost ${saving} more")
        }
        ("", Some(_)) => "; where it was the plan would cost no more by itself".to_owned(),
        ("", None) if change.kind != ChangeKind::TimeMoved && change.kind != ChangeKind::Added => {
            "; where it was there is no room any more".to_owned()
        }
        _ => String::new(),
    };
    match change.resolved {
        None => inserted,
        Some(Resolved::NotReached) => format!("{inserted}; its turn to be solved without did not come"),
        Some(Resolved::Costs { more, at_least }) => {
            let found = if more < Cost::ZERO {
                format!("; solved again without this, the plan costs ${} less", Cost::ZERO - more)
            } else {
                format!("; solved again without this, the plan costs ${more} more")
            };
            match at_least.filter(|least| *least > Cost::ZERO) {
                Some(least) if least == more => format!("{found}, and no plan less"),
                Some(least) => format!("{found}, and any plan ${least} at least"),
                None => found,
            }
        }
        Some(Resolved::ServesMore) => "; solved again without this, more that must be served is".to_owned(),
        Some(Resolved::Needed { proved: true }) => "; without this no plan serves what it serves".to_owned(),
        Some(Resolved::Needed { proved: false }) => {
            "; solved again without this, no plan was found that serves what it serves".to_owned()
        }
    }
}

fn minutes_between(before: Time, after: Time, ticks_per_second: i64) -> i64 {
    (after - before).ticks() / (60 * ticks_per_second.max(1))
}

fn write_repair(say: &Words<'_>, repair: &Repair) -> wire::Repair {
    let problem = say.problem;
    let (reason, text) = match &repair.rule {
        BrokenRule::Refused(refusal) => {
            (Some(write_reason(say, repair.visit, refusal)), refusal_line(problem, repair.visit, refusal))
        }
        BrokenRule::ServedTwice => (None, "another route serves it too".to_owned()),
    };
    wire::Repair {
        visit_id: problem.visit(repair.visit).label.clone(),
        shift_id: problem.shift(repair.shift).label.clone(),
        reason,
        text,
    }
}

fn write_dropped(dropped: &Dropped) -> wire::Repair {
    wire::Repair {
        visit_id: dropped.visit.clone(),
        shift_id: dropped.shift.clone(),
        reason: None,
        text: dropped.text.clone(),
    }
}

/// A rule that gave way to a fact, as a warning.
fn write_bent(say: &Words<'_>, bent: &Bent) -> wire::Warning {
    let problem = say.problem;
    let visit = |visit: VisitId| &problem.visit(visit).label;
    let shift = |shift| &problem.shift(shift).label;
    let text = match *bent {
        Bent::Start(id) => format!("{} was started outside of its windows", visit(id)),
        Bent::Law(on, id) => {
            format!("{} has begun on {}, which could not serve it by what is known now", visit(id), shift(on))
        }
        Bent::ShiftEnd(on, _) => {
            format!("{} ends later than planned: what has begun takes so long", shift(on))
        }
        Bent::Break(on) => format!("a break of {} is taken later than it should be", shift(on)),
        Bent::Starts(on) => {
            format!(
                "the starts told of {} are closer together than the way takes; later ones are used",
                shift(on)
            )
        }
        Bent::Supply(on) => {
            format!(
                "what has begun on {} took tools, parts or load that are accounted for nowhere",
                shift(on)
            )
        }
        Bent::VisitsMax(on) => format!("more visits have begun on {} than it may have", shift(on)),
    };
    wire::Warning { code: "RULE_GAVE_WAY".to_owned(), field: String::new(), text }
}
