//! What events do to permits and inspections.

use std::sync::Arc;

use crate::desk::Desk;
use crate::event::{DeskEvent, EventKind};
use crate::permit::{Inspection, InspectionState, Permit, PermitState};

pub(super) fn apply(desk: &mut Desk, event: &DeskEvent) {
    use EventKind as E;
    match &event.kind {
        E::PermitRequired(permit) => {
            Arc::make_mut(&mut desk.permits).insert(permit.id.clone(), Arc::new((**permit).clone()));
            if let Some(order) = Arc::make_mut(&mut desk.work_orders).get_mut(&permit.work_order) {
                let order = Arc::make_mut(order);
                order.permit_ids.push(permit.id.clone());
                if let Some(visit) = order.open_visit_mut() {
                    visit.work.permit_ids.push(permit.id.clone());
                }
                order.version += 1;
            }
        }
        E::PermitFiled { permit, expected, number } => change(desk, permit, PermitState::Filed, |permit| {
            (permit.expected, permit.issued, permit.expire) = (*expected, None, None);
            permit.filings += 1;
            renumber(permit, number);
        }),
        E::PermitIssued { permit, issued, expire, number } => {
            change(desk, permit, PermitState::Issued, |permit| {
                (permit.issued, permit.expire, permit.expected) = (Some(*issued), *expire, None);
                renumber(permit, number);
            });
        }
        E::PermitDelayed { permit, expected } => {
            change(desk, permit, PermitState::Filed, |permit| permit.expected = *expected);
        }
        E::PermitNumbered { permit, number } => {
            change(desk, permit, PermitState::Filed, |permit| renumber(permit, number));
        }
        E::PermitRejected { permit, .. } => {
            change(desk, permit, PermitState::Rejected, |permit| permit.expected = None);
        }
        E::PermitExpired { permit } => {
            change(desk, permit, PermitState::Expired, |permit| permit.expected = None);
        }
        E::PermitFinaled { permit } => change(desk, permit, PermitState::Finaled, |_| {}),
        E::InspectionRequested { inspection, permit, kind } => {
            Arc::make_mut(&mut desk.inspections).insert(inspection.clone(), permit.clone());
            let made = Inspection {
                id: inspection.clone(),
                kind: kind.clone(),
                state: InspectionState::Requested,
                window: None,
                text: String::new(),
            };
            with_permit(desk, permit, |permit| permit.inspections.push(made));
        }
        E::InspectionBooked { inspection, window } => with_inspection(desk, inspection, |inspection| {
            (inspection.state, inspection.window) = (InspectionState::Booked, Some(*window));
        }),
        E::InspectionDecided { inspection, passed, text } => {
            with_inspection(desk, inspection, |inspection| {
                let state = if *passed { InspectionState::Passed } else { InspectionState::Failed };
                (inspection.state, inspection.text) = (state, text.clone());
            });
        }
        _ => {}
    }
}

fn renumber(permit: &mut Permit, number: &str) {
    if !number.is_empty() {
        number.clone_into(&mut permit.number);
    }
}

fn change(desk: &mut Desk, id: &str, state: PermitState, edit: impl FnOnce(&mut Permit)) {
    with_permit(desk, id, |permit| {
        debug_assert!(permit.state == state || permit.state.may_become(state), "{permit:?} to {state:?}");
        permit.state = state;
        edit(permit);
    });
}

fn with_permit(desk: &mut Desk, id: &str, edit: impl FnOnce(&mut Permit)) {
    if let Some(permit) = Arc::make_mut(&mut desk.permits).get_mut(id) {
        let permit = Arc::make_mut(permit);
        edit(permit);
        permit.version += 1;
    }
}

fn with_inspection(desk: &mut Desk, id: &str, edit: impl FnOnce(&mut Inspection)) {
    let Some(permit) = desk.inspections.get(id).cloned() else { return };
    with_permit(desk, &permit, |permit| {
        if let Some(inspection) = permit.inspections.iter_mut().find(|inspection| inspection.id == id) {
            edit(inspection);
        }
    });
}
