//! A fact written down, each kind as its message of `desk.proto` or, where that carries all, of `event.proto`.

mod field;
mod office;
mod permits;
mod plan;
mod stock;
mod values;

use journeyman_desk::{DeskEvent, EventKind};

use crate::wire;

/// The written form of an event.
pub(crate) fn write_fact(event: &DeskEvent) -> wire::DeskFact {
    wire::DeskFact { time: Some(values::instant(event.time)), kind: Some(write_kind(&event.kind)) }
}

fn write_kind(kind: &EventKind) -> wire::desk_fact::Kind {
    use EventKind as E;
    match kind {
        E::CallTaken { work_order, call, jurisdiction, origin } => {
            office::call_taken(work_order, call, jurisdiction, origin.as_ref())
        }
        E::WorkOrderQualified { work_order, call, jurisdiction, qualification, work } => {
            office::qualified(work_order, call.as_deref(), jurisdiction, (qualification, work.as_deref()))
        }
        E::PermitRequired(permit) => permits::required(permit),
        E::PermitFiled { permit, expected, number } => permits::filed(permit, *expected, number),
        E::PermitIssued { permit, issued, expire, number } => {
            permits::issued(permit, *issued, *expire, number)
        }
        E::PermitDelayed { permit, expected } => permits::delayed(permit, *expected),
        E::PermitNumbered { permit, number } => permits::numbered(permit, number),
        E::PermitRejected { permit, text } => permits::rejected(permit, text),
        E::PermitExpired { permit } => permits::expired(permit),
        E::PermitFinaled { permit } => permits::finaled(permit),
        E::InspectionRequested { inspection, permit, kind } => permits::requested(inspection, permit, kind),
        E::InspectionBooked { inspection, window } => permits::booked(inspection, window),
        E::InspectionDecided { inspection, passed, text } => permits::decided(inspection, *passed, text),
        E::PartArrived { location, sku, quantity } => stock::arrived(location, sku, *quantity),
        E::StockCounted { location, sku, quantity } => stock::counted(location, sku, *quantity),
        E::PartsExpected { warehouse, sku, quantity, expected } => {
            stock::expected(warehouse, sku, *quantity, *expected)
        }
        E::PartsReserved { visit, reservations } => stock::reserved(visit, reservations),
        E::PartsReleased { visit } => stock::released(visit),
        E::PartsAwaited { visit, parts } => stock::awaited(visit, parts),
        E::PermitAwaited { visit } => plan::permit_awaited(visit),
        E::VisitReleased { visit } => plan::released(visit),
        E::AssessmentNeeded { visit, assessment } => plan::assessment(visit, assessment),
        E::TechniciansKnown { technicians } => field::technicians(technicians),
        E::PlanPublished { revision } => plan::published(*revision),
        E::VisitScheduled { visit, placement } => plan::scheduled(visit, placement),
        E::VisitUnscheduled { visit } => plan::unscheduled(visit),
        E::PromiseAnnounced { visit, promise } => plan::promised(visit, promise),
        E::RescheduleLinkMade { visit, token } => plan::link_made(visit, token),
        E::Rescheduled { visit, windows } => plan::rescheduled(visit, windows),
        E::Cancelled { work_order, visit, text } => office::cancelled(work_order, visit.as_ref(), text),
        E::VisitDispatched { visit, technician } => field::dispatched(visit, technician),
        E::CheckedIn { visit, technician, kind, time } => field::checked_in(visit, technician, *kind, *time),
        E::VisitCompleted { visit, outcome, start, end, evidence, parts_used } => {
            field::completed(visit, *outcome, (*start, *end), (evidence, parts_used))
        }
        E::FollowUpNeeded { visit, follow_up } => field::follow_up(visit, follow_up),
        E::WorkOrderClosed { work_order, labor_s, evidence, lines } => {
            office::closed(work_order, *labor_s, evidence, lines)
        }
        E::InvoiceRequested { work_order, total_cents } => {
            office::invoice_requested(work_order, *total_cents)
        }
        E::InvoiceAcknowledged { work_order, invoice } => office::invoice_acknowledged(work_order, invoice),
        E::MessageQueued { key, visit, kind, promise, due } => {
            office::message_queued((key, visit), *kind, *promise, *due)
        }
        E::MessageWithdrawn { key, visit } => office::message_withdrawn(key, visit),
        E::PullListMade { technician, day, visits } => stock::pull_list(technician, *day, visits),
        E::TaskOpened(task) => office::task_opened(task),
        E::TaskFinished { task } => office::task_finished(task),
        E::RuleBookLoaded(book) => office::rule_book(book),
    }
}
