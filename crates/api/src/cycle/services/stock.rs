//! `Stock`: parts on vans and in warehouses.

use jiff::tz::TimeZone;
use journeyman_desk::{Command, Location, PullLine, StockLine};
use tonic::{Request, Response, Status};

use super::super::act::Done;
use super::super::planning::timestamp;
use super::super::records::write_stock_line;
use super::{Asked, CycleService, page};
use crate::boards::{BoardRefused, Kept};
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;
use crate::wire::stock_server::Stock;

fn line(done: &Done<'_>, location: &Location, sku: &str) -> wire::StockLine {
    write_stock_line(location, sku, &done.desk.stock().line(location, sku))
}

fn write_pull_line(line: &PullLine) -> wire::PullLine {
    wire::PullLine {
        part: Some(wire::PartQuantity { sku: line.sku.clone(), quantity: line.quantity }),
        warehouse_id: line.warehouse.clone(),
        visit_id: line.visit.clone(),
    }
}

/// What orders lines of stock, as a page's token has it.
fn place(location: &Location, sku: &str) -> String {
    match location {
        Location::Van(technician) => format!("0/{technician}/{sku}"),
        Location::Warehouse(warehouse) => format!("1/{warehouse}/{sku}"),
    }
}

/// Parts lie where the board's people find them.
fn shelf_of_the_board(kept: &Kept, command: &Command) -> Result<(), InvalidRequest> {
    let session = kept.board.snapshot().session;
    let problem = session.problem();
    let report = Report::new(1);
    let check = |at: Field<'_>, noun: &str, label: &str, is_known: bool| {
        if !is_known {
            at.refuse(ViolationCode::UnknownId, format_args!("the board has no {noun} {label:?}"));
        }
    };
    let warehouse = |label: &str| problem.pickups.iter().any(|known| known.label == label);
    let technician = |label: &str| problem.technicians.iter().any(|known| known.label == label);
    match command {
        Command::AdjustStock { location: Location::Warehouse(label), .. } => {
            check(report.field("location").field("warehouse_id"), "warehouse", label, warehouse(label));
        }
        Command::AdjustStock { location: Location::Van(label), .. } => {
            check(report.field("location").field("technician_id"), "technician", label, technician(label));
        }
        Command::ExpectParts { warehouse: label, .. } => {
            check(report.field("warehouse_id"), "warehouse", label, warehouse(label));
        }
        _ => {}
    }
    report.finish()
}

#[tonic::async_trait]
impl Stock for CycleService {
    async fn list_stock(
        &self,
        request: Request<wire::ListStockRequest>,
    ) -> Result<Response<wire::ListStockResponse>, Status> {
        use wire::stock_location::Location as At;
        let request = request.into_inner();
        let size = self.page_size(request.page_size)?;
        let (_, desk) = self.desk(&request.board_id).await?;
        let Some(desk) = desk else { return Ok(Response::new(Default::default())) };
        let wanted = |(location, sku, _): &(&Location, &str, &StockLine)| {
            let place = request.location.as_ref().and_then(|place| place.location.as_ref());
            let is_there = match (place, location) {
                (None, _) => true,
                (Some(At::TechnicianId(id)), Location::Van(van)) => id == van,
                (Some(At::WarehouseId(id)), Location::Warehouse(warehouse)) => id == warehouse,
                _ => false,
            };
            is_there && (request.skus.is_empty() || request.skus.iter().any(|wanted| wanted == sku))
        };
        let mut lines: Vec<(&Location, &str, &StockLine)> = desk.stock().lines().filter(wanted).collect();
        lines.sort_by_key(|(location, sku, _)| place(location, sku));
        let (lines, next_page_token) = page(
            lines.into_iter(),
            (&request.page_token, size),
            |(location, sku, _)| place(location, sku),
            |(location, sku, line)| write_stock_line(location, sku, line),
        );
        Ok(Response::new(wire::ListStockResponse { lines, next_page_token }))
    }

    async fn adjust_stock(
        &self,
        request: Request<wire::AdjustStockRequest>,
    ) -> Result<Response<wire::AdjustStockResponse>, Status> {
        use wire::stock_location::Location as At;
        let request = request.into_inner();
        let bare = wire::AdjustStockRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("AdjustStock", (&request.board_id, &request.request_id), &bare);
        let location = match request.location.as_ref().and_then(|place| place.location.clone()) {
            Some(At::TechnicianId(id)) => Location::Van(id),
            Some(At::WarehouseId(id)) => Location::Warehouse(id),
            // Refused when it is read.
            None => Location::Warehouse(String::new()),
        };
        let sku = request.sku.clone();
        self.step(
            asked,
            move |kept, reader| {
                let command = reader.adjust_stock(&request);
                let command = reader.done(command)?;
                shelf_of_the_board(kept, &command)?;
                Ok(command)
            },
            move |done| wire::AdjustStockResponse {
                line: Some(line(done, &location, &sku)),
                revision: done.revision,
            },
        )
        .await
    }

    async fn expect_parts(
        &self,
        request: Request<wire::ExpectPartsRequest>,
    ) -> Result<Response<wire::ExpectPartsResponse>, Status> {
        let request = request.into_inner();
        let bare = wire::ExpectPartsRequest { request_id: String::new(), ..request.clone() };
        let asked = Asked::of("ExpectParts", (&request.board_id, &request.request_id), &bare);
        let location = Location::Warehouse(request.warehouse_id.clone());
        let sku = request.part.as_ref().map(|part| part.sku.clone()).unwrap_or_default();
        self.step(
            asked,
            move |kept, reader| {
                let command = reader.expect_parts(&request);
                let command = reader.done(command)?;
                shelf_of_the_board(kept, &command)?;
                Ok(command)
            },
            move |done| wire::ExpectPartsResponse {
                line: Some(line(done, &location, &sku)),
                revision: done.revision,
            },
        )
        .await
    }

    async fn get_pull_list(
        &self,
        request: Request<wire::GetPullListRequest>,
    ) -> Result<Response<wire::GetPullListResponse>, Status> {
        let request = request.into_inner();
        let (kept, desk) = self.desk(&request.board_id).await?;
        let session = kept.board.snapshot().session;
        let problem = session.problem();
        let report = Report::new(1);
        let shift = problem.shift_ids().find(|&shift| problem.shift(shift).label == request.shift_id);
        if shift.is_none() {
            let text = format_args!("there is no shift with the id {:?}", request.shift_id);
            report.field("shift_id").refuse(ViolationCode::UnknownId, text);
        }
        report.finish().map_err(|invalid| BoardRefused::from(invalid).status())?;
        let shift = shift.expect("one that is not found has a violation");
        let zone = TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC);
        let day = timestamp(problem, problem.shift(shift).window.start).to_zoned(zone).date();
        let technician = &problem.technician_of(shift).label;
        let lines = desk.map(|desk| desk.pull_list(technician, day)).unwrap_or_default();
        let lines = lines.iter().map(write_pull_line).collect();
        Ok(Response::new(wire::GetPullListResponse { lines }))
    }
}
