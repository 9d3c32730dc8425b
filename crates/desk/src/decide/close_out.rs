//! Close-out: papers checked, the invoice computed and asked for, and acknowledged.

use journeyman_rulebook::{PartNeed, Service};

use super::draft::{Draft, check_etag, check_label, illegal_order};
use super::field::check_evidence;
use crate::effect::EffectBody;
use crate::event::EventKind;
use crate::refusal::{Refusal, SubjectKind};
use crate::state::WorkOrderState as S;
use crate::work_order::{Evidence, InvoiceLine, Origin, WorkOrder};

/// Most paid time of one work order in seconds: a year.
const LABOR_MAX_S: i64 = 366 * 86_400;

impl Draft {
    pub(super) fn close_out(
        &mut self,
        id: &str,
        etag: &str,
        labor_s: Option<i64>,
        evidence: &[Evidence],
    ) -> Result<(), Refusal> {
        let order = self.order(id)?;
        check_etag(SubjectKind::WorkOrder, id, etag, order.version)?;
        check_evidence(evidence)?;
        let labor_s = labor_s.unwrap_or_else(|| order.worked_s());
        if !(0..=LABOR_MAX_S).contains(&labor_s) {
            let problem = format!("is {labor_s} s, 0 to {LABOR_MAX_S} are allowed");
            return Err(Refusal::invalid("labor_duration", problem));
        }
        let (S::Completed | S::FollowUp, Some(service)) = (order.state, order.service.clone()) else {
            return Err(illegal_order(&order, vec!["state COMPLETED or FOLLOW_UP".to_owned()]));
        };
        // Of work that was cut short nobody has photos of the end.
        if !order.cut_short {
            let missing = missing_papers(&order, &service, evidence);
            if !missing.is_empty() {
                return Err(illegal_order(&order, missing));
            }
        }
        let lines = self.invoice_lines(&order, &service, labor_s)?;
        let total = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.total_cents));
        let total_cents = total.ok_or_else(|| too_much("labor_duration"))?;
        let work_order = id.to_owned();
        self.emit(EventKind::WorkOrderClosed {
            work_order: work_order.clone(),
            labor_s,
            evidence: evidence.to_vec(),
            lines: lines.clone(),
        });
        self.emit(EventKind::InvoiceRequested { work_order, total_cents });
        let body = EffectBody::InvoiceRequested { lines, total_cents };
        self.effect(format!("{id}:invoice"), id, self.now, body);
        Ok(())
    }

    pub(super) fn acknowledge_invoice(&mut self, id: &str, invoice: &str) -> Result<(), Refusal> {
        let order = self.order(id)?;
        check_label("invoice_id", invoice)?;
        if order.state != S::Closed {
            return Err(illegal_order(&order, vec!["state CLOSED".to_owned()]));
        }
        self.emit(EventKind::InvoiceAcknowledged { work_order: id.to_owned(), invoice: invoice.to_owned() });
        Ok(())
    }

    /// Labor by the rate of the service as it was sold, parts by the prices in force now. Rework after a failed
    /// inspection is listed and not charged.
    fn invoice_lines(
        &self,
        order: &WorkOrder,
        service: &Service,
        labor_s: i64,
    ) -> Result<Vec<InvoiceLine>, Refusal> {
        let charged = !matches!(order.origin, Some(Origin::Rework { .. }));
        let rate = &service.labor_rate;
        let hundredths = rate.billed_hundredths(labor_s);
        let labor = rate.price(hundredths).ok_or_else(|| too_much("labor_duration"))?;
        let mut lines = vec![InvoiceLine {
            text: format!("Labor: {}", service.name),
            sku: String::new(),
            quantity: hundredths,
            unit_cents: if charged { rate.per_hour.count() } else { 0 },
            total_cents: if charged { labor.count() } else { 0 },
        }];
        for part in parts_used(order) {
            let price = self.desk.book.part(&part.sku).ok_or_else(|| {
                let price =
                    format!("a price of part `{}` in rule book `{}`", part.sku, self.desk.book.version());
                illegal_order(order, vec![price])
            })?;
            let (each, quantity) = (if charged { price.each.count() } else { 0 }, i64::from(part.quantity));
            lines.push(InvoiceLine {
                text: price.name.clone(),
                sku: part.sku,
                quantity,
                unit_cents: each,
                total_cents: each.checked_mul(quantity).ok_or_else(|| too_much("parts_used"))?,
            });
        }
        Ok(lines)
    }
}

fn missing_papers(order: &WorkOrder, service: &Service, evidence: &[Evidence]) -> Vec<String> {
    let all = order.evidence.iter().chain(evidence);
    let with = |has: fn(&Evidence) -> bool| -> Vec<&str> {
        all.clone().filter(|item| has(item)).map(|item| item.kind.as_str()).collect()
    };
    // A photo is a file, a note is words.
    let photos = with(|item| !item.uri.trim().is_empty());
    let notes = with(|item| !item.text.trim().is_empty());
    let asked = &service.close_out;
    let photos = asked.photos.iter().filter(|kind| !photos.contains(&kind.as_str()));
    let notes = asked.notes.iter().filter(|kind| !notes.contains(&kind.as_str()));
    let photos = photos.map(|kind| format!("photo `{kind}`"));
    photos.chain(notes.map(|kind| format!("note `{kind}`"))).collect()
}

/// Parts of all visits, each once, in the order of first use.
fn parts_used(order: &WorkOrder) -> Vec<PartNeed> {
    let mut sum: Vec<PartNeed> = Vec::new();
    for part in order.visits.iter().flat_map(|visit| &visit.parts_used) {
        match sum.iter_mut().find(|known| known.sku == part.sku) {
            Some(known) => known.quantity = known.quantity.saturating_add(part.quantity),
            None => sum.push(part.clone()),
        }
    }
    sum
}

fn too_much(path: &str) -> Refusal {
    Refusal::invalid(path, "makes an invoice of more cents than can be counted")
}
