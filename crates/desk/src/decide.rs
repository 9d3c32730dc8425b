//! What commands do: each is worked out on a copy of the desk, event by event, so that later events of one
//! command see what the earlier ones did. Nothing here changes the desk itself.

mod close_out;
mod dispatch;
mod draft;
mod field;
mod gate;
mod inspection;
mod intake;
mod messages;
mod permits;
mod plan;
mod reschedule;
mod stock;
mod tick;

use jiff::Timestamp;

use crate::command::Command;
use crate::desk::Desk;
use crate::effect::Effect;
use crate::event::{DeskEvent, EventKind};
use crate::refusal::{Refusal, SubjectKind};
use draft::Draft;
pub(crate) use tick::next_due;

/// What a command does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decision {
    /// What happened, in order; to be folded and kept.
    pub events: Vec<DeskEvent>,
    /// What is to be done outside.
    pub effects: Vec<Effect>,
    /// Keys of effects to take back where they have not gone yet.
    pub cancel: Vec<String>,
}

/// Works a command out.
pub(crate) fn decide(desk: &Desk, command: &Command, now: Timestamp) -> Result<Decision, Refusal> {
    let mut draft = Draft::new(desk, now);
    match command {
        Command::TakeCall { work_order, call, jurisdiction } => {
            draft.take_call(work_order, call, jurisdiction)?;
        }
        Command::Qualify { work_order, etag, service_code, call, jurisdiction } => {
            let wish = intake::Wish { service_code, call: call.as_deref(), jurisdiction };
            draft.qualify(work_order, etag, &wish)?;
        }
        Command::FilePermit { permit, etag } => draft.file_permit(permit, etag)?,
        Command::RecordPermit { permit, etag, .. } => draft.record_permit(permit, etag, command)?,
        Command::RequestInspection { permit, inspection, kind } => {
            draft.request_inspection(permit, inspection, kind)?;
        }
        Command::BookInspection { inspection, window } => draft.book_inspection(inspection, *window)?,
        Command::RecordInspection { inspection, passed, text } => {
            draft.record_inspection(inspection, *passed, text)?;
        }
        Command::AdjustStock { location, sku, change } => draft.adjust_stock(location, sku, *change)?,
        Command::ExpectParts { warehouse, part, expected } => {
            draft.expect_parts(warehouse, part, *expected)?;
        }
        Command::TechniciansKnown { technicians } => draft.technicians_known(technicians)?,
        Command::PlanPublished { revision, assignments } => draft.plan_published(*revision, assignments)?,
        Command::Dispatch { visit, technician } => draft.dispatch(visit, technician)?,
        Command::CheckIn { visit, technician, kind, time, eta } => {
            let report = field::Report { technician, kind: *kind, time: time.unwrap_or(now), eta: *eta };
            draft.check_in(visit, &report)?;
        }
        Command::CompleteVisit { visit, .. } => draft.complete_visit(visit, command)?,
        Command::CloseOut { work_order, etag, labor_s, evidence } => {
            draft.close_out(work_order, etag, *labor_s, evidence)?;
        }
        Command::AcknowledgeInvoice { work_order, invoice } => {
            draft.acknowledge_invoice(work_order, invoice)?;
        }
        Command::Reschedule { visit, windows } => draft.reschedule(visit, windows)?,
        Command::Cancel { work_order, etag, text } => draft.cancel(work_order, etag, text)?,
        Command::FinishTask { task } => {
            let unknown = || Refusal::Unknown { kind: SubjectKind::Task, id: task.clone() };
            desk.tasks.get(task).ok_or_else(unknown)?;
            draft.emit(EventKind::TaskFinished { task: task.clone() });
        }
        Command::LoadRuleBook(book) => draft.emit(EventKind::RuleBookLoaded(book.clone())),
        Command::Tick => draft.tick(),
    }
    Ok(draft.decision)
}
