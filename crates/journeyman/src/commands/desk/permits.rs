//! Permits and their inspections: `permit`, `inspection`.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{Desk, PAGE, all_pages, answer, or_dash, word};
use crate::args::{InspectionResult, InspectionVerb, PermitRecordArgs, PermitVerb};
use crate::failure::{Failure, Outcome};
use crate::table::{plain_table, write_table};

impl Desk {
    pub(super) async fn permit(&self, verb: &PermitVerb) -> Result<Outcome, Failure> {
        match verb {
            PermitVerb::File { permit } => self.file_permit(permit).await,
            PermitVerb::Record(arguments) => self.record_permit(arguments).await,
            PermitVerb::Show { permit } => {
                let request =
                    wire::GetPermitRequest { board_id: self.board.clone(), permit_id: permit.clone() };
                let found = answer(self.permits_service().get_permit(request).await)?;
                self.tell_permit(&found, found.permit.as_ref())
            }
            PermitVerb::List { states, left_open } => {
                let states = states.iter().map(|&state| state.into()).collect();
                let permits = self.permits(states, *left_open).await?;
                let listed = wire::ListPermitsResponse { permits, ..Default::default() };
                self.tell(&listed, |out| self.write_permits(out, &listed.permits))
            }
        }
    }

    async fn file_permit(&self, permit: &str) -> Result<Outcome, Failure> {
        let request = wire::FilePermitRequest {
            board_id: self.board.clone(),
            permit_id: permit.to_owned(),
            request_id: self.request_id(),
            ..wire::FilePermitRequest::default()
        };
        let filed = answer(self.permits_service().file_permit(request).await)?;
        let record = filed.permit.clone().unwrap_or_default();
        self.tell(&filed, |out| {
            self.write_permit(out, &record)?;
            match filed.documents.as_slice() {
                [] => writeln!(out, "hand in     nothing: it is filed electronically"),
                documents => writeln!(out, "hand in     {}", documents.join(", ")),
            }
        })
    }

    async fn record_permit(&self, arguments: &PermitRecordArgs) -> Result<Outcome, Failure> {
        let permit = wire::Permit {
            id: arguments.permit.clone(),
            state: arguments.state.into(),
            issued_time: arguments.issued,
            expected_time: arguments.expected,
            expire_time: arguments.expires,
            ..wire::Permit::default()
        };
        let request = wire::RecordPermitRequest {
            board_id: self.board.clone(),
            permit: Some(permit),
            number: arguments.number.clone().unwrap_or_default(),
            text: arguments.text.clone().unwrap_or_default(),
            request_id: self.request_id(),
            ..wire::RecordPermitRequest::default()
        };
        let recorded = answer(self.permits_service().record_permit(request).await)?;
        self.tell_permit(&recorded, recorded.permit.as_ref())
    }

    pub(super) async fn inspection(&self, verb: &InspectionVerb) -> Result<Outcome, Failure> {
        let board_id = self.board.clone();
        match verb {
            InspectionVerb::Request { permit, kind, id } => {
                let request = wire::RequestInspectionRequest {
                    board_id,
                    permit_id: permit.clone(),
                    inspection_id: id.clone().unwrap_or_default(),
                    kind: kind.clone(),
                    request_id: self.request_id(),
                };
                let asked = answer(self.permits_service().request_inspection(request).await)?;
                self.tell_permit(&asked, asked.permit.as_ref())
            }
            InspectionVerb::Book { inspection, window } => {
                let request = wire::BookInspectionRequest {
                    board_id,
                    inspection_id: inspection.clone(),
                    window: Some(*window),
                    request_id: self.request_id(),
                };
                let booked = answer(self.permits_service().book_inspection(request).await)?;
                self.tell_permit(&booked, booked.permit.as_ref())
            }
            InspectionVerb::Record { inspection, result, text, at } => {
                let request = wire::RecordInspectionRequest {
                    board_id,
                    inspection_id: inspection.clone(),
                    passed: *result == InspectionResult::Passed,
                    text: text.clone().unwrap_or_default(),
                    decide_time: *at,
                    request_id: self.request_id(),
                };
                let recorded = answer(self.permits_service().record_inspection(request).await)?;
                self.tell_permit(&recorded, recorded.permit.as_ref())
            }
        }
    }

    /// Permits in these states, or all, ordered by id.
    pub(super) async fn permits(
        &self,
        states: Vec<i32>,
        left_open: bool,
    ) -> Result<Vec<wire::PermitRecord>, Failure> {
        all_pages(async |page_token| {
            let (board_id, states) = (self.board.clone(), states.clone());
            let request =
                wire::ListPermitsRequest { board_id, states, page_size: PAGE, page_token, left_open };
            let page = answer(self.permits_service().list_permits(request).await)?;
            Ok((page.permits, page.next_page_token))
        })
        .await
    }

    fn tell_permit(
        &self,
        answer: &impl serde::Serialize,
        record: Option<&wire::PermitRecord>,
    ) -> Result<Outcome, Failure> {
        let record = record.cloned().unwrap_or_default();
        self.tell(answer, |out| self.write_permit(out, &record))
    }

    fn write_permit(&self, out: &mut dyn Write, record: &wire::PermitRecord) -> io::Result<()> {
        let permit = record.permit.clone().unwrap_or_default();
        writeln!(out, "{}  {}", permit.id, state(&permit))?;
        writeln!(out, "for         {}  {}", record.work_order_id, permit.kind)?;
        writeln!(out, "number      {}", or_dash(&record.number))?;
        let dates = [
            ("expected", permit.expected_time),
            ("issued", permit.issued_time),
            ("expires", permit.expire_time),
        ];
        for (name, date) in dates.into_iter().filter(|(_, date)| date.is_some()) {
            writeln!(out, "{name:<10}  {}", self.instant(date))?;
        }
        for inspection in &record.inspections {
            let state = word(inspection.state().as_str_name(), "INSPECTION_STATE_");
            let window = self.window(inspection.window.as_ref());
            let text = or_dash(&inspection.text);
            writeln!(out, "inspection  {}  {}  {state}  {window}  {text}", inspection.id, inspection.kind)?;
        }
        Ok(())
    }

    fn write_permits(&self, out: &mut dyn Write, records: &[wire::PermitRecord]) -> io::Result<()> {
        let mut table = plain_table();
        table.set_header(["permit", "state", "order", "number", "expected", "expires", "inspections"]);
        for record in records {
            let permit = record.permit.clone().unwrap_or_default();
            let inspections = record.inspections.iter().map(|inspection| {
                let state = word(inspection.state().as_str_name(), "INSPECTION_STATE_");
                format!("{} {state}", inspection.kind)
            });
            let inspections: Vec<String> = inspections.collect();
            table.add_row([
                permit.id.clone(),
                state(&permit).to_owned(),
                record.work_order_id.clone(),
                or_dash(&record.number).to_owned(),
                self.instant(permit.expected_time),
                self.instant(permit.expire_time),
                or_dash(&inspections.join(", ")).to_owned(),
            ]);
        }
        write_table(out, &table)?;
        writeln!(out, "{} permits", records.len())
    }
}

fn state(permit: &wire::Permit) -> &'static str {
    word(permit.state().as_str_name(), "PERMIT_STATE_")
}
