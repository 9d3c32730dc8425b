//! What happens in the office: calls, papers, messages, tasks and rule books.

use jiff::Timestamp;
use journeyman_desk::{Call, Evidence, InvoiceLine, Origin, Qualification, Task, UnderstoodWork};
use journeyman_rulebook::{MessageKind, RuleBook};

use super::values::{self, instant};
use crate::desk::facts::choices::number;
use crate::wire;
use crate::wire::call_taken_fact::Origin as Source;
use crate::wire::desk_fact::Kind;

pub(super) fn call_taken(work_order: &str, call: &Call, jurisdiction: &str, origin: Option<&Origin>) -> Kind {
    let origin = origin.map(|origin| match origin {
        Origin::FollowUp { visit } => Source::FollowUpOfVisitId(visit.clone()),
        Origin::Rework { inspection, work_order } => Source::Rework(wire::ReworkOrigin {
            inspection_id: inspection.clone(),
            work_order_id: work_order.clone(),
        }),
    });
    Kind::CallTaken(wire::CallTakenFact {
        work_order_id: work_order.to_owned(),
        call: Some(values::call(call)),
        jurisdiction_id: jurisdiction.to_owned(),
        origin,
    })
}

pub(super) fn qualified(
    work_order: &str,
    call: Option<&Call>,
    jurisdiction: &str,
    (answer, work): (&Qualification, Option<&UnderstoodWork>),
) -> Kind {
    let work = work.map(|work| wire::UnderstoodWork {
        service_code: work.service.code.clone(),
        permit_ids: work.permit_ids.clone(),
        visit: Some(values::visit_work(&work.visit)),
    });
    Kind::WorkOrderQualified(wire::WorkOrderQualifiedFact {
        work_order_id: work_order.to_owned(),
        call: call.map(values::call),
        jurisdiction_id: jurisdiction.to_owned(),
        qualification: Some(wire::Qualification {
            service_code: answer.service_code.clone(),
            confidence: answer.confidence,
            deciding_words: answer.deciding_words.clone(),
            permit_required: answer.permit_required,
            missing: answer.missing.clone(),
            rule_book_version: answer.rule_book_version.clone(),
        }),
        work,
    })
}

pub(super) fn cancelled(work_order: &str, visit: Option<&String>, text: &str) -> Kind {
    Kind::Cancelled(wire::CancelledFact {
        work_order_id: work_order.to_owned(),
        visit_id: visit.cloned(),
        text: text.to_owned(),
    })
}

pub(super) fn closed(work_order: &str, labor_s: i64, evidence: &[Evidence], lines: &[InvoiceLine]) -> Kind {
    let line = |line: &InvoiceLine| wire::InvoiceLine {
        text: line.text.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        unit_cents: line.unit_cents,
        total_cents: line.total_cents,
    };
    Kind::WorkOrderClosed(wire::WorkOrderClosedFact {
        work_order_id: work_order.to_owned(),
        labor_duration: Some(wire::Duration::from_seconds(labor_s)),
        evidence: values::evidence(evidence),
        invoice_lines: lines.iter().map(line).collect(),
    })
}

pub(super) fn invoice_requested(work_order: &str, total_cents: i64) -> Kind {
    Kind::InvoiceRequested(wire::InvoiceRequested { work_order_id: work_order.to_owned(), total_cents })
}

pub(super) fn invoice_acknowledged(work_order: &str, invoice: &str) -> Kind {
    let (work_order_id, invoice_id) = (work_order.to_owned(), invoice.to_owned());
    Kind::InvoiceAcknowledged(wire::InvoiceAcknowledged { work_order_id, invoice_id })
}

pub(super) fn message_queued(
    (key, visit): (&str, &str),
    kind: MessageKind,
    promise: u32,
    due: Timestamp,
) -> Kind {
    Kind::MessageQueued(wire::MessageQueuedFact {
        key: key.to_owned(),
        visit_id: visit.to_owned(),
        kind: number(kind),
        promise_number: i64::from(promise),
        due_time: Some(instant(due)),
    })
}

pub(super) fn message_withdrawn(key: &str, visit: &str) -> Kind {
    Kind::MessageWithdrawn(wire::MessageWithdrawn { key: key.to_owned(), visit_id: visit.to_owned() })
}

pub(super) fn task_opened(task: &Task) -> Kind {
    let task = wire::Task {
        id: task.id.clone(),
        kind: number(task.kind),
        work_order_id: task.work_order.clone(),
        subject_id: task.subject.clone(),
        text: task.text.clone(),
        items: task.items.clone(),
        open_time: Some(instant(task.opened)),
    };
    Kind::TaskOpened(wire::TaskOpened { task: Some(task) })
}

pub(super) fn task_finished(task: &str) -> Kind {
    Kind::TaskFinished(wire::TaskFinished { task_id: task.to_owned() })
}

pub(super) fn rule_book(book: &RuleBook) -> Kind {
    Kind::RuleBookLoaded(wire::RuleBookLoadedFact {
        version: book.version().to_owned(),
        toml: book.text().to_owned(),
    })
}
