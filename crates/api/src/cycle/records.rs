//! The desk's nouns in the contract's words.

use journeyman_desk::{
    Call, CallChannel, Desk, Evidence, Inspection, InspectionState, InvoiceLine, Location, Origin, Permit,
    Qualification, StockLine, Task, TaskKind, WorkOrder, WorkOrderState,
};
use journeyman_rulebook::Urgency;

use super::effects::write_location;
use super::planning::{instant, window, write_permit, write_visit};
use crate::wire;

/// A work order with its history.
pub(super) fn write_work_order(desk: &Desk, order: &WorkOrder) -> wire::WorkOrderRecord {
    let place = order.call.site.as_ref().map(|site| site.place_id.clone()).unwrap_or_default();
    let visits = order.visits.iter().map(|visit| {
        let promise = visit.promise.as_ref().map(|promise| wire::Promise {
            window: Some(window(&promise.window)),
            technician_id: promise.technician.clone(),
            announced: visit.log.en_route.is_some(),
        });
        wire::Visit { promise, ..write_visit(&visit.work, &place, &order.jurisdiction) }
    });
    let work_order = wire::WorkOrder {
        id: order.id.clone(),
        permit_ids: order.permit_ids.clone(),
        visits: visits.collect(),
        ..wire::WorkOrder::default()
    };
    let mut record = wire::WorkOrderRecord {
        work_order: Some(work_order),
        etag: order.version.to_string(),
        call: Some(write_call(&order.call)),
        qualification: order.qualification.as_ref().map(|known| write_qualification(desk, order, known)),
        evidence: order.evidence.iter().map(write_evidence).collect(),
        invoice_lines: order.invoice_lines.iter().map(write_invoice_line).collect(),
        create_time: Some(instant(order.created)),
        update_time: Some(instant(order.updated)),
        invoice_id: order.invoice_id.clone(),
        ..wire::WorkOrderRecord::default()
    };
    match &order.origin {
        Some(Origin::FollowUp { visit }) => record.follow_up_of_visit_id.clone_from(visit),
        Some(Origin::Rework { inspection, .. }) => record.rework_of_inspection_id.clone_from(inspection),
        None => {}
    }
    record.set_state(work_order_state(order.state));
    record
}

/// What is still missing is asked of the desk: the call may have been completed since.
fn write_qualification(desk: &Desk, order: &WorkOrder, known: &Qualification) -> wire::Qualification {
    wire::Qualification {
        service_code: known.service_code.clone(),
        confidence: known.confidence,
        deciding_words: known.deciding_words.clone(),
        permit_required: known.permit_required,
        missing: desk.missing_facts(&order.id).into_iter().map(str::to_owned).collect(),
        rule_book_version: known.rule_book_version.clone(),
    }
}

fn write_call(call: &Call) -> wire::Call {
    let channel = match call.channel {
        None => wire::CallChannel::Unspecified,
        Some(CallChannel::Phone) => wire::CallChannel::Phone,
        Some(CallChannel::WebForm) => wire::CallChannel::WebForm,
        Some(CallChannel::Text) => wire::CallChannel::Text,
        Some(CallChannel::Email) => wire::CallChannel::Email,
    };
    let urgency = match call.urgency {
        None => wire::Urgency::Unspecified,
        Some(Urgency::Danger) => wire::Urgency::Danger,
        Some(Urgency::NoPower) => wire::Urgency::NoPower,
        Some(Urgency::Soon) => wire::Urgency::Soon,
        Some(Urgency::Planned) => wire::Urgency::Planned,
    };
    let place = call.site.as_ref().map(|site| wire::Place {
        id: site.place_id.clone(),
        coordinates: site
            .point
            .map(|point| wire::Coordinates { latitude: point.latitude(), longitude: point.longitude() }),
    });
    wire::Call {
        channel: channel.into(),
        receive_time: call.receive_time.map(instant),
        customer_id: call.customer_id.clone(),
        contact_name: call.contact_name.clone(),
        contact_phone: call.contact_phone.clone(),
        contact_email: call.contact_email.clone(),
        place,
        address: call.address.clone(),
        access: call.access.clone(),
        symptom: call.symptom.clone(),
        panel_amperes: call.panel_amperes.map_or(0, |amperes| i32::try_from(amperes).unwrap_or(i32::MAX)),
        urgency: urgency.into(),
        time_windows: call.time_windows.iter().map(window).collect(),
    }
}

fn write_evidence(evidence: &Evidence) -> wire::Evidence {
    wire::Evidence { kind: evidence.kind.clone(), uri: evidence.uri.clone(), text: evidence.text.clone() }
}

fn write_invoice_line(line: &InvoiceLine) -> wire::InvoiceLine {
    wire::InvoiceLine {
        text: line.text.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        unit_cents: line.unit_cents,
        total_cents: line.total_cents,
    }
}

pub(super) fn work_order_state(state: WorkOrderState) -> wire::WorkOrderState {
    match state {
        WorkOrderState::Received => wire::WorkOrderState::Received,
        WorkOrderState::Qualified => wire::WorkOrderState::Qualified,
        WorkOrderState::AwaitingPermit => wire::WorkOrderState::AwaitingPermit,
        WorkOrderState::AwaitingParts => wire::WorkOrderState::AwaitingParts,
        WorkOrderState::Scheduled => wire::WorkOrderState::Scheduled,
        WorkOrderState::Dispatched => wire::WorkOrderState::Dispatched,
        WorkOrderState::EnRoute => wire::WorkOrderState::EnRoute,
        WorkOrderState::OnSite => wire::WorkOrderState::OnSite,
        WorkOrderState::Paused => wire::WorkOrderState::Paused,
        WorkOrderState::Completed => wire::WorkOrderState::Completed,
        WorkOrderState::Closed => wire::WorkOrderState::Closed,
        WorkOrderState::Invoiced => wire::WorkOrderState::Invoiced,
        WorkOrderState::Cancelled => wire::WorkOrderState::Cancelled,
        WorkOrderState::ReturnNeeded => wire::WorkOrderState::ReturnNeeded,
        WorkOrderState::FollowUp => wire::WorkOrderState::FollowUp,
    }
}

/// A permit with its inspections.
pub(super) fn write_permit_record(permit: &Permit) -> wire::PermitRecord {
    wire::PermitRecord {
        permit: Some(write_permit(permit)),
        work_order_id: permit.work_order.clone(),
        number: permit.number.clone(),
        etag: permit.version.to_string(),
        inspections: permit.inspections.iter().map(write_inspection).collect(),
    }
}

fn write_inspection(inspection: &Inspection) -> wire::Inspection {
    let state = match inspection.state {
        InspectionState::Requested => wire::InspectionState::Requested,
        InspectionState::Booked => wire::InspectionState::Booked,
        InspectionState::Passed => wire::InspectionState::Passed,
        InspectionState::Failed => wire::InspectionState::Failed,
    };
    wire::Inspection {
        id: inspection.id.clone(),
        kind: inspection.kind.clone(),
        state: state.into(),
        window: inspection.window.as_ref().map(window),
        text: inspection.text.clone(),
    }
}

/// A part at a place.
pub(super) fn write_stock_line(location: &Location, sku: &str, line: &StockLine) -> wire::StockLine {
    wire::StockLine {
        location: Some(write_location(location)),
        sku: sku.to_owned(),
        quantity: line.quantity,
        reserved_quantity: line.reserved,
        expected_quantity: line.expected_quantity,
        expected_time: line.expected.map(instant),
    }
}

/// Something for a person to do.
pub(super) fn write_task(task: &Task) -> wire::Task {
    wire::Task {
        id: task.id.clone(),
        kind: task_kind(task.kind).into(),
        work_order_id: task.work_order.clone(),
        subject_id: task.subject.clone(),
        text: task.text.clone(),
        items: task.items.clone(),
        open_time: Some(instant(task.opened)),
    }
}

pub(super) fn task_kind(kind: TaskKind) -> wire::TaskKind {
    match kind {
        TaskKind::CompleteCall => wire::TaskKind::CompleteCall,
        TaskKind::Qualify => wire::TaskKind::Qualify,
        TaskKind::RefuseCall => wire::TaskKind::RefuseCall,
        TaskKind::FilePermit => wire::TaskKind::FilePermit,
        TaskKind::MendPermit => wire::TaskKind::MendPermit,
        TaskKind::KeepPromise => wire::TaskKind::KeepPromise,
        TaskKind::Dispatch => wire::TaskKind::Dispatch,
        TaskKind::CallCustomer => wire::TaskKind::CallCustomer,
    }
}
