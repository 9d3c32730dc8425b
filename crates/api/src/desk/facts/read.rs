//! A fact read again. What is missing or not known is an error with the field's path; nothing is guessed.

mod field;
mod fields;
mod office;
mod permits;
mod plan;
mod stock;
mod values;

use journeyman_desk::{DeskEvent, EventKind};

use super::books::Books;
use super::error::{FactError, FactFault};
use crate::wire;
use fields::{Read, required, within};

/// The event of a fact. `books` has every rule book that was in force before it; a book that the fact itself loads is
/// the caller's to add.
pub(crate) fn read_fact(fact: &wire::DeskFact, books: &Books) -> Result<DeskEvent, FactError> {
    let time = required("time", fact.time.as_ref(), values::instant)?;
    let kind = fact.kind.as_ref().ok_or_else(|| FactError::new("kind", FactFault::Missing))?;
    Ok(DeskEvent { time, kind: read_kind(kind, books)? })
}

fn read_kind(kind: &wire::desk_fact::Kind, books: &Books) -> Read<EventKind> {
    use wire::desk_fact::Kind as K;
    match kind {
        K::CallTaken(it) => within("call_taken", it, office::call_taken),
        K::WorkOrderQualified(it) => {
            within("work_order_qualified", it, |fact| office::qualified(fact, books))
        }
        K::PermitRequired(it) => within("permit_required", it, permits::required),
        K::PermitFiled(it) => within("permit_filed", it, permits::filed),
        K::PermitIssued(it) => within("permit_issued", it, permits::issued),
        K::PermitDelayed(it) => within("permit_delayed", it, permits::delayed),
        K::PermitNumbered(it) => Ok(permits::numbered(it)),
        K::PermitRejected(it) => Ok(permits::rejected(it)),
        K::PermitExpired(it) => Ok(EventKind::PermitExpired { permit: it.permit_id.clone() }),
        K::PermitFinaled(it) => Ok(EventKind::PermitFinaled { permit: it.permit_id.clone() }),
        K::InspectionRequested(it) => Ok(permits::inspection_requested(it)),
        K::InspectionBooked(it) => within("inspection_booked", it, permits::inspection_booked),
        K::InspectionDecided(it) => Ok(permits::inspection_decided(it)),
        K::PartArrived(it) => within("part_arrived", it, stock::arrived),
        K::StockCounted(it) => within("stock_counted", it, stock::counted),
        K::PartsExpected(it) => within("parts_expected", it, stock::expected),
        K::PartsReserved(it) => within("parts_reserved", it, stock::reserved),
        K::PartsReleased(it) => Ok(EventKind::PartsReleased { visit: it.visit_id.clone() }),
        K::PartsAwaited(it) => within("parts_awaited", it, stock::awaited),
        K::PermitAwaited(it) => Ok(EventKind::PermitAwaited { visit: it.visit_id.clone() }),
        K::VisitReleased(it) => Ok(EventKind::VisitReleased { visit: it.visit_id.clone() }),
        K::AssessmentNeeded(it) => within("assessment_needed", it, plan::assessment),
        K::TechniciansKnown(it) => within("technicians_known", it, field::technicians),
        K::PlanPublished(it) => Ok(EventKind::PlanPublished { revision: it.plan_revision }),
        K::VisitScheduled(it) => within("visit_scheduled", it, plan::scheduled),
        K::VisitUnscheduled(it) => Ok(EventKind::VisitUnscheduled { visit: it.visit_id.clone() }),
        K::PromiseAnnounced(it) => within("promise_announced", it, plan::promised),
        K::RescheduleLinkMade(it) => Ok(plan::link_made(it)),
        K::Rescheduled(it) => within("rescheduled", it, plan::rescheduled),
        K::Cancelled(it) => Ok(office::cancelled(it)),
        K::VisitDispatched(it) => Ok(field::dispatched(it)),
        K::CheckedIn(it) => within("checked_in", it, field::checked_in),
        K::VisitCompleted(it) => within("visit_completed", it, field::completed),
        K::FollowUpNeeded(it) => within("follow_up_needed", it, field::follow_up),
        K::WorkOrderClosed(it) => within("work_order_closed", it, office::closed),
        K::InvoiceRequested(it) => Ok(office::invoice_requested(it)),
        K::InvoiceAcknowledged(it) => Ok(office::invoice_acknowledged(it)),
        K::MessageQueued(it) => within("message_queued", it, office::message_queued),
        K::MessageWithdrawn(it) => Ok(office::message_withdrawn(it)),
        K::PullListMade(it) => within("pull_list_made", it, stock::pull_list),
        K::TaskOpened(it) => within("task_opened", it, office::task_opened),
        K::TaskFinished(it) => Ok(EventKind::TaskFinished { task: it.task_id.clone() }),
        K::RuleBookLoaded(it) => within("rule_book_loaded", it, office::rule_book),
    }
}
