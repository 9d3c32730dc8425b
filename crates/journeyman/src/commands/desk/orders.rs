//! Work orders in the office: `show`, `list`, `close`, `invoice`, `cancel`, and the board's `clock`.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{Desk, PAGE, all_pages, answer, or_dash, word};
use crate::args::ListArgs;
use crate::failure::{Failure, Outcome};
use crate::table::{dollars, plain_table, right_align, write_table};

/// A cent in the micro-dollars of [`dollars`].
const CENT_MICROS: i64 = 10_000;

impl Desk {
    pub(super) async fn close(&self, order: &str, evidence: Vec<wire::Evidence>) -> Result<Outcome, Failure> {
        let request = wire::CloseOutWorkOrderRequest {
            board_id: self.board.clone(),
            work_order_id: order.to_owned(),
            evidence,
            request_id: self.request_id(),
            ..wire::CloseOutWorkOrderRequest::default()
        };
        let closed = answer(self.orders_service().close_out_work_order(request).await)?;
        let record = closed.work_order.clone().unwrap_or_default();
        self.tell(&closed, |out| {
            self.write_state(out, &record)?;
            write_invoice(out, &record)
        })
    }

    pub(super) async fn invoice(&self, order: &str, invoice: &str) -> Result<Outcome, Failure> {
        let request = wire::AcknowledgeInvoiceRequest {
            board_id: self.board.clone(),
            work_order_id: order.to_owned(),
            invoice_id: invoice.to_owned(),
            request_id: self.request_id(),
        };
        let invoiced = answer(self.orders_service().acknowledge_invoice(request).await)?;
        let record = invoiced.work_order.clone().unwrap_or_default();
        self.tell(&invoiced, |out| {
            self.write_state(out, &record)?;
            writeln!(out, "invoice     {}", or_dash(&record.invoice_id))
        })
    }

    pub(super) async fn cancel(&self, order: &str, why: Option<&str>) -> Result<Outcome, Failure> {
        let request = wire::CancelWorkOrderRequest {
            board_id: self.board.clone(),
            work_order_id: order.to_owned(),
            text: why.unwrap_or_default().to_owned(),
            request_id: self.request_id(),
            ..wire::CancelWorkOrderRequest::default()
        };
        let cancelled = answer(self.orders_service().cancel_work_order(request).await)?;
        let record = cancelled.work_order.clone().unwrap_or_default();
        self.tell(&cancelled, |out| self.write_state(out, &record))
    }

    pub(super) async fn show(&self, order: &str) -> Result<Outcome, Failure> {
        let request =
            wire::GetWorkOrderRequest { board_id: self.board.clone(), work_order_id: order.to_owned() };
        let found = answer(self.orders_service().get_work_order(request).await)?;
        let record = found.work_order.clone().unwrap_or_default();
        self.tell(&found, |out| self.write_all(out, &record))
    }

    pub(super) async fn list(&self, arguments: &ListArgs) -> Result<Outcome, Failure> {
        let states = arguments.states.iter().map(|&state| state.into()).collect();
        let work_orders = self.work_orders(states).await?;
        let listed = wire::ListWorkOrdersResponse { work_orders, ..Default::default() };
        self.tell(&listed, |out| self.write_orders(out, &listed.work_orders))
    }

    pub(super) async fn clock(&self, now: wire::Timestamp) -> Result<Outcome, Failure> {
        let request = wire::AdvanceClockRequest {
            board_id: self.board.clone(),
            now: Some(now),
            request_id: self.request_id(),
        };
        let moved = answer(self.boards_service().advance_clock(request).await)?;
        let revision = moved.board.as_ref().map_or(0, |board| board.revision);
        self.tell(&moved, |out| {
            writeln!(out, "{}  {}  revision {revision}", self.board, self.instant(Some(now)))
        })
    }

    /// Work orders in these states, or all, ordered by id.
    pub(super) async fn work_orders(&self, states: Vec<i32>) -> Result<Vec<wire::WorkOrderRecord>, Failure> {
        all_pages(async |page_token| {
            let (board_id, states) = (self.board.clone(), states.clone());
            let request = wire::ListWorkOrdersRequest { board_id, states, page_size: PAGE, page_token };
            let page = answer(self.orders_service().list_work_orders(request).await)?;
            Ok((page.work_orders, page.next_page_token))
        })
        .await
    }

    /// The id and where it stands.
    pub(super) fn write_state(&self, out: &mut dyn Write, record: &wire::WorkOrderRecord) -> io::Result<()> {
        writeln!(out, "{}  {}", id(record), state(record))
    }

    /// Each visit with what its customer was told.
    pub(super) fn write_promises(
        &self,
        out: &mut dyn Write,
        record: &wire::WorkOrderRecord,
    ) -> io::Result<()> {
        let visits = record.work_order.iter().flat_map(|order| &order.visits);
        for visit in visits {
            let promise = match &visit.promise {
                Some(told) => {
                    format!("{} by {}", self.window(told.window.as_ref()), or_dash(&told.technician_id))
                }
                None => "nothing is promised".to_owned(),
            };
            writeln!(out, "visit       {}  {promise}", visit.id)?;
        }
        Ok(())
    }

    fn write_all(&self, out: &mut dyn Write, record: &wire::WorkOrderRecord) -> io::Result<()> {
        self.write_understood(out, record)?;
        if let Some(call) = &record.call {
            writeln!(out, "call        {}  {}", self.instant(record.create_time), call.symptom)?;
            let contact =
                [&call.contact_name, &call.contact_phone, &call.contact_email, &call.address, &call.access];
            let contact: Vec<&str> =
                contact.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
            writeln!(out, "customer    {}", or_dash(&contact.join(", ")))?;
        }
        for permit in record.work_order.iter().flat_map(|order| &order.permit_ids) {
            writeln!(out, "permit      {permit}")?;
        }
        for evidence in &record.evidence {
            writeln!(out, "evidence    {}  {}{}", evidence.kind, evidence.uri, evidence.text)?;
        }
        write_invoice(out, record)?;
        if !record.invoice_id.is_empty() {
            writeln!(out, "invoice     {}", record.invoice_id)?;
        }
        writeln!(out, "changed     {}", self.instant(record.update_time))
    }

    fn write_orders(&self, out: &mut dyn Write, records: &[wire::WorkOrderRecord]) -> io::Result<()> {
        let mut table = plain_table();
        table.set_header(["order", "state", "service", "promised", "customer", "changed"]);
        for record in records {
            let visits = record.work_order.iter().flat_map(|order| &order.visits);
            // Earlier visits are done; the last one is what the customer waits for.
            let promise = visits.filter_map(|visit| visit.promise.as_ref()).next_back();
            let service = record.qualification.as_ref().map(|known| known.service_code.as_str());
            let customer = record.call.as_ref().map(|call| call.contact_name.as_str());
            table.add_row([
                id(record).to_owned(),
                state(record).to_owned(),
                or_dash(service.unwrap_or_default()).to_owned(),
                self.window(promise.and_then(|promise| promise.window.as_ref())),
                or_dash(customer.unwrap_or_default()).to_owned(),
                self.instant(record.update_time),
            ]);
        }
        write_table(out, &table)?;
        writeln!(out, "{} work orders", records.len())
    }
}

/// The id of a work order.
pub(super) fn id(record: &wire::WorkOrderRecord) -> &str {
    record.work_order.as_ref().map(|order| order.id.as_str()).unwrap_or_default()
}

/// The state of a work order, as in `ON_SITE`.
pub(super) fn state(record: &wire::WorkOrderRecord) -> &'static str {
    word(record.state().as_str_name(), "WORK_ORDER_STATE_")
}

fn write_invoice(out: &mut dyn Write, record: &wire::WorkOrderRecord) -> io::Result<()> {
    if record.invoice_lines.is_empty() {
        return Ok(());
    }
    let mut table = plain_table();
    table.set_header(["invoice", "part", "quantity", "each", "total"]);
    let cents = |cents: i64| dollars(cents.saturating_mul(CENT_MICROS));
    for line in &record.invoice_lines {
        // Labor and fees are counted in hundredths of an hour.
        let quantity = match line.sku.is_empty() {
            true => format!("{}.{:02} h", line.quantity / 100, line.quantity % 100),
            false => line.quantity.to_string(),
        };
        let part = or_dash(&line.sku).to_owned();
        table.add_row([line.text.clone(), part, quantity, cents(line.unit_cents), cents(line.total_cents)]);
    }
    let total = record.invoice_lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.total_cents));
    table.add_row(["total".to_owned(), String::new(), String::new(), String::new(), cents(total)]);
    right_align(&mut table, &[2, 3, 4]);
    write_table(out, &table)
}
