//! The desk's effects as webhooks carry them: JSON with a type, a time and what it is about.

use jiff::Timestamp;
use journeyman_desk::{Effect, EffectBody, InvoiceLine, Location, Placement, PullLine, TechnicianNews};
use journeyman_store::UnixMicros;
use serde_json::{Value, json};

/// An effect for the outbox.
pub(crate) fn write_effect(effect: &Effect, now: Timestamp, wall: UnixMicros) -> journeyman_store::Effect {
    let (kind, data) = body(&effect.body);
    let message = json!({
        "type": kind,
        "timestamp": now.to_string(),
        "data": with_order(data, &effect.work_order),
    });
    // What is due now leaves now, whatever the board's clock says; what waits, waits as long.
    let wait = effect.due.as_microsecond().saturating_sub(now.as_microsecond()).max(0);
    journeyman_store::Effect {
        key: effect.key.clone(),
        work_order: effect.work_order.clone(),
        kind: kind.to_owned(),
        body: message.to_string().into_bytes(),
        due: UnixMicros(wall.0.saturating_add(wait)),
    }
}

fn with_order(mut data: Value, work_order: &str) -> Value {
    if let Some(fields) = data.as_object_mut()
        && !work_order.is_empty()
    {
        fields.insert("work_order_id".to_owned(), json!(work_order));
    }
    data
}

fn body(body: &EffectBody) -> (&'static str, Value) {
    match body {
        EffectBody::PermitFiling { permit, kind, jurisdiction, adapter } => (
            "permit.filing",
            json!({ "permit_id": permit, "kind": kind, "jurisdiction_id": jurisdiction, "adapter": adapter }),
        ),
        EffectBody::CustomerMessage { visit, kind, promise, recipient, text } => (
            "customer.message",
            json!({
                "visit_id": visit,
                "message": kind.name(),
                "promise": promise,
                "recipient": { "name": recipient.name, "phone": recipient.phone, "email": recipient.email },
                "text": text,
            }),
        ),
        EffectBody::TechnicianMessage { technician, visit, address, news } => (
            "technician.message",
            json!({ "technician_id": technician, "visit_id": visit, "address": address, "news": self::news(news) }),
        ),
        EffectBody::PullList { technician, day, lines } => (
            "technician.pull_list",
            json!({
                "technician_id": technician,
                "day": day.to_string(),
                "lines": lines.iter().map(pull_line).collect::<Vec<_>>(),
            }),
        ),
        EffectBody::InvoiceRequested { lines, total_cents } => (
            "invoice.requested",
            json!({ "lines": lines.iter().map(invoice_line).collect::<Vec<_>>(), "total_cents": total_cents }),
        ),
        EffectBody::InspectionRequest { inspection, permit, kind } => {
            ("inspection.request", json!({ "inspection_id": inspection, "permit_id": permit, "kind": kind }))
        }
    }
}

fn news(news: &TechnicianNews) -> Value {
    let placed = |what: &str, placement: &Placement| json!({ "what": what, "start": placement.start.to_string(), "end": placement.end.to_string() });
    match news {
        TechnicianNews::Dispatched(placement) => placed("dispatched", placement),
        TechnicianNews::Moved(placement) => placed("moved", placement),
        TechnicianNews::TakenBack => json!({ "what": "taken back" }),
    }
}

fn pull_line(line: &PullLine) -> Value {
    json!({ "warehouse_id": line.warehouse, "sku": line.sku, "visit_id": line.visit, "quantity": line.quantity })
}

fn invoice_line(line: &InvoiceLine) -> Value {
    json!({
        "text": line.text,
        "sku": line.sku,
        "quantity": line.quantity,
        "unit_cents": line.unit_cents,
        "total_cents": line.total_cents,
    })
}

/// A place of stock in the contract's words.
pub(super) fn write_location(location: &Location) -> crate::wire::StockLocation {
    let location = match location {
        Location::Van(technician) => crate::wire::stock_location::Location::TechnicianId(technician.clone()),
        Location::Warehouse(warehouse) => {
            crate::wire::stock_location::Location::WarehouseId(warehouse.clone())
        }
    };
    crate::wire::StockLocation { location: Some(location) }
}
