//! What happened in the office: calls, papers, messages, tasks and rule books.

use std::sync::Arc;

use journeyman_desk::{EventKind, InvoiceLine, Origin, Qualification, Task, UnderstoodWork};
use journeyman_rulebook::RuleBook;

use super::fields::{Read, choice, integer, optional, required, within};
use super::values::{self, instant};
use crate::desk::facts::books::Books;
use crate::desk::facts::error::{FactError, FactFault};
use crate::wire;

pub(super) fn call_taken(fact: &wire::CallTakenFact) -> Read<EventKind> {
    use wire::call_taken_fact::Origin as Source;
    let origin = fact.origin.as_ref().map(|origin| match origin {
        Source::FollowUpOfVisitId(visit) => Origin::FollowUp { visit: visit.clone() },
        Source::Rework(rework) => Origin::Rework {
            inspection: rework.inspection_id.clone(),
            work_order: rework.work_order_id.clone(),
        },
    });
    Ok(EventKind::CallTaken {
        work_order: fact.work_order_id.clone(),
        call: Box::new(required("call", fact.call.as_ref(), values::call)?),
        jurisdiction: fact.jurisdiction_id.clone(),
        origin,
    })
}

pub(super) fn qualified(fact: &wire::WorkOrderQualifiedFact, books: &Books) -> Read<EventKind> {
    let answer = fact.qualification.as_ref();
    let answer = answer.ok_or_else(|| FactError::new("qualification", FactFault::Missing))?;
    let version = &answer.rule_book_version;
    // A call that is not understood needs no book.
    let work = match &fact.work {
        Some(work) => {
            let unknown = || {
                let fault = FactFault::RuleBookVersion { version: version.clone() };
                FactError::new("qualification.rule_book_version", fault)
            };
            let book = books.version(version).ok_or_else(unknown)?;
            Some(within("work", work, |work| understood(work, book))?)
        }
        None => None,
    };
    Ok(EventKind::WorkOrderQualified {
        work_order: fact.work_order_id.clone(),
        call: optional("call", fact.call.as_ref(), values::call)?.map(Box::new),
        jurisdiction: fact.jurisdiction_id.clone(),
        qualification: Box::new(Qualification {
            service_code: answer.service_code.clone(),
            confidence: answer.confidence,
            deciding_words: answer.deciding_words.clone(),
            permit_required: answer.permit_required,
            missing: answer.missing.clone(),
            rule_book_version: version.clone(),
        }),
        work: work.map(Box::new),
    })
}

fn understood(work: &wire::UnderstoodWork, book: &RuleBook) -> Read<UnderstoodWork> {
    let (version, code) = (book.version().to_owned(), work.service_code.clone());
    let service = book.service(&code);
    let service =
        service.ok_or_else(|| FactError::new("service_code", FactFault::Service { version, code }))?;
    Ok(UnderstoodWork {
        service: Arc::new(service.clone()),
        permit_ids: work.permit_ids.clone(),
        visit: required("visit", work.visit.as_ref(), values::visit_work)?,
    })
}

pub(super) fn cancelled(fact: &wire::CancelledFact) -> EventKind {
    EventKind::Cancelled {
        work_order: fact.work_order_id.clone(),
        visit: fact.visit_id.clone(),
        text: fact.text.clone(),
    }
}

pub(super) fn closed(fact: &wire::WorkOrderClosedFact) -> Read<EventKind> {
    let line = |line: &wire::InvoiceLine| InvoiceLine {
        text: line.text.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        unit_cents: line.unit_cents,
        total_cents: line.total_cents,
    };
    Ok(EventKind::WorkOrderClosed {
        work_order: fact.work_order_id.clone(),
        labor_s: required("labor_duration", fact.labor_duration.as_ref(), values::seconds)?,
        evidence: values::evidence(&fact.evidence),
        lines: fact.invoice_lines.iter().map(line).collect(),
    })
}

pub(super) fn invoice_requested(fact: &wire::InvoiceRequested) -> EventKind {
    EventKind::InvoiceRequested { work_order: fact.work_order_id.clone(), total_cents: fact.total_cents }
}

pub(super) fn invoice_acknowledged(fact: &wire::InvoiceAcknowledged) -> EventKind {
    let (work_order, invoice) = (fact.work_order_id.clone(), fact.invoice_id.clone());
    EventKind::InvoiceAcknowledged { work_order, invoice }
}

pub(super) fn message_queued(fact: &wire::MessageQueuedFact) -> Read<EventKind> {
    Ok(EventKind::MessageQueued {
        key: fact.key.clone(),
        visit: fact.visit_id.clone(),
        kind: choice("kind", fact.kind)?,
        promise: integer("promise_number", fact.promise_number)?,
        due: required("due_time", fact.due_time.as_ref(), instant)?,
    })
}

pub(super) fn message_withdrawn(fact: &wire::MessageWithdrawn) -> EventKind {
    EventKind::MessageWithdrawn { key: fact.key.clone(), visit: fact.visit_id.clone() }
}

pub(super) fn task_opened(fact: &wire::TaskOpened) -> Read<EventKind> {
    let task = required("task", fact.task.as_ref(), |task| {
        Ok(Task {
            id: task.id.clone(),
            kind: choice("kind", task.kind)?,
            work_order: task.work_order_id.clone(),
            subject: task.subject_id.clone(),
            text: task.text.clone(),
            items: task.items.clone(),
            opened: required("open_time", task.open_time.as_ref(), instant)?,
        })
    })?;
    Ok(EventKind::TaskOpened(Box::new(task)))
}

pub(super) fn rule_book(fact: &wire::RuleBookLoadedFact) -> Read<EventKind> {
    let book =
        RuleBook::parse(&fact.toml).map_err(|error| FactError::new("toml", FactFault::RuleBook(error)))?;
    if book.version() != fact.version {
        return Err(FactError::unknown("version", format_args!("{:?}", fact.version)));
    }
    Ok(EventKind::RuleBookLoaded(Arc::new(book)))
}
