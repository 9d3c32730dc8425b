//! What events do to work orders and their visits.

use std::sync::Arc;

use jiff::Timestamp;

use crate::call::Call;
use crate::desk::Desk;
use crate::event::{CheckInKind, DeskEvent, EventKind, FollowUp};
use crate::state::WorkOrderState;
use crate::work_order::{MessageNote, Origin, Placement, Visit, VisitOutcome, WorkOrder, work_order_of};

pub(super) fn apply(desk: &mut Desk, event: &DeskEvent) {
    use EventKind as E;
    match &event.kind {
        E::CallTaken { work_order, call, jurisdiction, origin } => {
            let order = received(work_order, call, jurisdiction, origin.as_ref(), event.time);
            Arc::make_mut(&mut desk.work_orders).insert(work_order.clone(), Arc::new(order));
        }
        E::WorkOrderQualified { work_order, .. }
        | E::Cancelled { work_order, .. }
        | E::WorkOrderClosed { work_order, .. }
        | E::InvoiceRequested { work_order, .. }
        | E::InvoiceAcknowledged { work_order, .. } => {
            with_order(desk, work_order, event.time, |order| commercial(order, &event.kind));
        }
        E::PartsReserved { visit, reservations } => {
            desk.stock.reserve(reservations);
            with_visit(desk, visit, event.time, |visit| visit.reservations.extend_from_slice(reservations));
        }
        E::PartsReleased { visit } => {
            let set_aside = desk.visit(visit).map(|(_, visit)| visit.reservations.clone());
            desk.stock.release(&set_aside.unwrap_or_default());
            with_visit(desk, visit, event.time, |visit| {
                visit.reservations.clear();
                visit.on_pull_list = false;
            });
        }
        E::VisitCompleted { visit, parts_used, .. } => {
            if let Some((_, open)) = desk.visit(visit) {
                let technician = open.placement.as_ref().map_or("", |placement| &placement.technician);
                let (technician, set_aside) = (technician.to_owned(), open.reservations.clone());
                desk.stock.consume(&technician, &set_aside, parts_used);
            }
            with_order(desk, work_order_of(visit), event.time, |order| completed(order, visit, &event.kind));
        }
        E::RescheduleLinkMade { visit, token } => {
            Arc::make_mut(&mut desk.tokens).insert(token.clone(), visit.clone());
            with_visit(desk, visit, event.time, |visit| visit.reschedule_token.clone_from(token));
        }
        E::FollowUpNeeded { visit, follow_up } => {
            with_order(desk, work_order_of(visit), event.time, |order| followed_up(order, follow_up));
        }
        E::AssessmentNeeded { visit, assessment } => {
            with_order(desk, work_order_of(visit), event.time, |order| {
                order.visits.push(Visit::new((**assessment).clone(), true));
            });
        }
        E::PullListMade { visits, .. } => {
            for visit in visits {
                with_visit(desk, visit, event.time, |visit| visit.on_pull_list = true);
            }
        }
        kind => visit_step(desk, kind, event.time),
    }
}

/// Steps of one visit.
fn visit_step(desk: &mut Desk, kind: &EventKind, time: Timestamp) {
    use EventKind as E;
    use WorkOrderState as S;
    match kind {
        E::PermitAwaited { visit } => lose_place(desk, visit, time, |_| S::AwaitingPermit),
        E::PartsAwaited { visit, .. } => lose_place(desk, visit, time, |_| S::AwaitingParts),
        E::VisitReleased { visit } | E::VisitUnscheduled { visit } => {
            lose_place(desk, visit, time, WorkOrder::ready_state);
        }
        E::VisitScheduled { visit, placement } => {
            with_order(desk, work_order_of(visit), time, |order| scheduled(order, placement));
        }
        E::PromiseAnnounced { visit, promise } => with_visit(desk, visit, time, |visit| {
            visit.promises_made = promise.number;
            visit.promise = Some(promise.clone());
        }),
        E::Rescheduled { visit, windows } => {
            with_order(desk, work_order_of(visit), time, |order| {
                if order.state.is_planned() {
                    step(order, order.ready_state());
                }
                if let Some(visit) = order.open_visit_mut() {
                    visit.work.windows.clone_from(windows);
                    (visit.placement, visit.promise) = (None, None);
                }
            });
        }
        E::VisitDispatched { visit, .. } => {
            with_order(desk, work_order_of(visit), time, |order| step(order, S::Dispatched));
        }
        E::CheckedIn { visit, kind, time: at, .. } => {
            with_order(desk, work_order_of(visit), time, |order| checked_in(order, *kind, *at));
        }
        E::MessageQueued { key, visit, kind, promise, due } => {
            let (kind, promise, due) = (*kind, *promise, *due);
            let note = MessageNote { key: key.clone(), kind, promise, due, withdrawn: false };
            with_visit(desk, visit, time, |visit| visit.messages.push(note));
        }
        E::MessageWithdrawn { key, visit } => with_visit(desk, visit, time, |visit| {
            for note in visit.messages.iter_mut().filter(|note| note.key == *key) {
                note.withdrawn = true;
            }
        }),
        _ => {}
    }
}

fn received(
    id: &str,
    call: &Call,
    jurisdiction: &str,
    origin: Option<&Origin>,
    time: Timestamp,
) -> WorkOrder {
    WorkOrder {
        id: id.to_owned(),
        state: WorkOrderState::Received,
        version: 1,
        priority: call.priority(),
        call: call.clone(),
        jurisdiction: jurisdiction.to_owned(),
        qualification: None,
        service: None,
        permit_ids: Vec::new(),
        visits: Vec::new(),
        stages_done: 0,
        evidence: Vec::new(),
        invoice_lines: Vec::new(),
        invoice_id: String::new(),
        origin: origin.cloned(),
        cut_short: false,
        created: time,
        updated: time,
    }
}

/// Steps of a work order as a whole.
fn commercial(order: &mut WorkOrder, kind: &EventKind) {
    use EventKind as E;
    use WorkOrderState as S;
    match kind {
        E::WorkOrderQualified { call, jurisdiction, qualification, work, .. } => {
            if let Some(call) = call {
                order.priority = call.priority();
                order.call = (**call).clone();
            }
            order.jurisdiction.clone_from(jurisdiction);
            order.qualification = Some((**qualification).clone());
            if let Some(work) = work {
                order.service = Some(Arc::clone(&work.service));
                order.permit_ids.clone_from(&work.permit_ids);
                order.visits.push(Visit::new(work.visit.clone(), false));
                step(order, S::Qualified);
            }
        }
        E::Cancelled { .. } => {
            if let Some(visit) = order.open_visit_mut() {
                visit.placement = None;
            }
            order.cut_short = order.has_work_done();
            step(order, if order.cut_short { S::Completed } else { S::Cancelled });
        }
        E::WorkOrderClosed { evidence, lines, .. } => {
            order.evidence.extend_from_slice(evidence);
            order.invoice_lines.clone_from(lines);
            step(order, S::Closed);
        }
        E::InvoiceAcknowledged { invoice, .. } => {
            order.invoice_id.clone_from(invoice);
            step(order, S::Invoiced);
        }
        _ => {}
    }
}

fn scheduled(order: &mut WorkOrder, placement: &Placement) {
    let state = order.state;
    let Some(visit) = order.open_visit_mut() else { return };
    let same = visit.placement.as_ref().is_some_and(|old| old.technician == placement.technician);
    visit.placement = Some(placement.clone());
    let stays = state.is_under_way() || (state == WorkOrderState::Dispatched && same);
    if !stays && state != WorkOrderState::Scheduled {
        step(order, WorkOrderState::Scheduled);
    }
}

fn checked_in(order: &mut WorkOrder, kind: CheckInKind, at: Timestamp) {
    use WorkOrderState as S;
    let Some(visit) = order.open_visit_mut() else { return };
    let log = &mut visit.log;
    log.last = Some(at);
    let next = match kind {
        CheckInKind::EnRoute => {
            log.en_route = Some(at);
            S::EnRoute
        }
        CheckInKind::OnSite => {
            log.on_site = Some(at);
            S::OnSite
        }
        CheckInKind::Started => {
            log.started = Some(at);
            return;
        }
        CheckInKind::Paused => {
            log.paused = Some(at);
            S::Paused
        }
        CheckInKind::Resumed => {
            let since = log.paused.take().unwrap_or(at);
            log.paused_s += at.as_second() - since.as_second();
            S::OnSite
        }
        CheckInKind::Done => {
            log.done = Some(at);
            return;
        }
    };
    step(order, next);
}

fn completed(order: &mut WorkOrder, id: &str, kind: &EventKind) {
    use WorkOrderState as S;
    let EventKind::VisitCompleted { outcome, start, end, evidence, parts_used, .. } = kind else { return };
    let current_stage = order.stages().get(order.stages_done).map(|stage| stage.name.clone());
    let Some(visit) = order.visits.iter_mut().find(|visit| visit.work.id == id) else { return };
    visit.outcome = Some(*outcome);
    visit.log.done = Some(*end);
    visit.worked_s = (end.as_second() - start.as_second() - visit.log.paused_s).max(0);
    visit.parts_used.clone_from(parts_used);
    visit.reservations.clear();
    let (assessment, stage) = (visit.assessment, visit.work.stage.clone());
    order.evidence.extend_from_slice(evidence);
    if *outcome == VisitOutcome::Done && !assessment && current_stage == Some(stage) {
        order.stages_done += 1;
    }
    let next = match outcome {
        VisitOutcome::ReturnNeeded => S::ReturnNeeded,
        VisitOutcome::FollowUp => S::FollowUp,
        VisitOutcome::Done if assessment || order.stages_done < order.stages().len() => S::ReturnNeeded,
        VisitOutcome::Done => S::Completed,
    };
    step(order, next);
}

fn followed_up(order: &mut WorkOrder, follow_up: &FollowUp) {
    match follow_up {
        FollowUp::Visit(work) => {
            let last = order.visits.last();
            let looks_again = last
                .is_some_and(|visit| visit.assessment && visit.outcome == Some(VisitOutcome::ReturnNeeded));
            order.visits.push(Visit::new((**work).clone(), looks_again));
        }
        FollowUp::WorkOrder(_) if order.state == WorkOrderState::Completed => {
            step(order, WorkOrderState::FollowUp);
        }
        // Found on the last visit, or after the books were closed.
        FollowUp::WorkOrder(_) => {}
    }
}

fn lose_place(desk: &mut Desk, visit: &str, time: Timestamp, next: impl Fn(&WorkOrder) -> WorkOrderState) {
    with_order(desk, work_order_of(visit), time, |order| {
        if let Some(visit) = order.open_visit_mut() {
            visit.placement = None;
        }
        step(order, next(order));
    });
}

fn step(order: &mut WorkOrder, next: WorkOrderState) {
    debug_assert!(order.state.may_become(next), "{}: {:?} to {next:?}", order.id, order.state);
    order.state = next;
}

fn with_visit(desk: &mut Desk, id: &str, time: Timestamp, edit: impl FnOnce(&mut Visit)) {
    with_order(desk, work_order_of(id), time, |order| {
        if let Some(visit) = order.visits.iter_mut().find(|visit| visit.work.id == id) {
            edit(visit);
        }
    });
}

fn with_order(desk: &mut Desk, id: &str, time: Timestamp, edit: impl FnOnce(&mut WorkOrder)) {
    if let Some(order) = Arc::make_mut(&mut desk.work_orders).get_mut(id) {
        let order = Arc::make_mut(order);
        edit(order);
        order.version += 1;
        order.updated = time;
    }
}
