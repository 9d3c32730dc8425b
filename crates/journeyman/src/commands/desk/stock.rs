//! Parts: `stock`.

use std::io::{self, Write};

use journeyman_api::wire;
use journeyman_api::wire::adjust_stock_request::Change;
use journeyman_api::wire::stock_location::Location;

use super::{Desk, PAGE, all_pages, answer, or_dash};
use crate::args::{StockAdjustArgs, StockVerb};
use crate::failure::{Failure, Outcome};
use crate::table::{plain_table, right_align, write_table};

impl Desk {
    pub(super) async fn stock(&self, verb: &StockVerb) -> Result<Outcome, Failure> {
        match verb {
            StockVerb::List { location, skus } => {
                let lines = self.stock_lines(location.location(), skus).await?;
                let listed = wire::ListStockResponse { lines, ..Default::default() };
                self.tell(&listed, |out| self.write_lines(out, &listed.lines))
            }
            StockVerb::Adjust(arguments) => self.adjust(arguments).await,
            StockVerb::Expect { part, warehouse, at } => {
                let request = wire::ExpectPartsRequest {
                    board_id: self.board.clone(),
                    warehouse_id: warehouse.clone(),
                    part: Some(part.clone()),
                    expected_time: *at,
                    request_id: self.request_id(),
                };
                let expected = answer(self.stock_service().expect_parts(request).await)?;
                self.tell(&expected, |out| self.write_lines(out, expected.line.as_slice()))
            }
            StockVerb::PullList { shift } => {
                let request =
                    wire::GetPullListRequest { board_id: self.board.clone(), shift_id: shift.clone() };
                let list = answer(self.stock_service().get_pull_list(request).await)?;
                self.tell(&list, |out| write_pull_list(out, &list.lines))
            }
        }
    }

    async fn adjust(&self, arguments: &StockAdjustArgs) -> Result<Outcome, Failure> {
        let counted = arguments.counted.map(Change::CountedQuantity);
        let request = wire::AdjustStockRequest {
            board_id: self.board.clone(),
            location: arguments.location.location(),
            sku: arguments.sku.clone(),
            change: counted.or(arguments.added.map(Change::AddedQuantity)),
            request_id: self.request_id(),
            ..wire::AdjustStockRequest::default()
        };
        let adjusted = answer(self.stock_service().adjust_stock(request).await)?;
        self.tell(&adjusted, |out| self.write_lines(out, adjusted.line.as_slice()))
    }

    async fn stock_lines(
        &self,
        location: Option<wire::StockLocation>,
        skus: &[String],
    ) -> Result<Vec<wire::StockLine>, Failure> {
        all_pages(async |page_token| {
            let request = wire::ListStockRequest {
                board_id: self.board.clone(),
                location: location.clone(),
                skus: skus.to_vec(),
                page_size: PAGE,
                page_token,
            };
            let page = answer(self.stock_service().list_stock(request).await)?;
            Ok((page.lines, page.next_page_token))
        })
        .await
    }

    fn write_lines(&self, out: &mut dyn Write, lines: &[wire::StockLine]) -> io::Result<()> {
        let mut table = plain_table();
        table.set_header(["where", "part", "there", "reserved", "expected", "when"]);
        for line in lines {
            table.add_row([
                place(line.location.as_ref()),
                line.sku.clone(),
                line.quantity.to_string(),
                line.reserved_quantity.to_string(),
                line.expected_quantity.to_string(),
                self.instant(line.expected_time),
            ]);
        }
        right_align(&mut table, &[2, 3, 4]);
        write_table(out, &table)
    }
}

fn place(location: Option<&wire::StockLocation>) -> String {
    match location.and_then(|location| location.location.as_ref()) {
        Some(Location::WarehouseId(id)) => format!("warehouse {id}"),
        Some(Location::TechnicianId(id)) => format!("van of {id}"),
        None => "-".to_owned(),
    }
}

fn write_pull_list(out: &mut dyn Write, lines: &[wire::PullLine]) -> io::Result<()> {
    if lines.is_empty() {
        return writeln!(out, "nothing to load");
    }
    let mut table = plain_table();
    table.set_header(["from", "part", "pieces", "for"]);
    for line in lines {
        let part = line.part.clone().unwrap_or_default();
        let from = or_dash(&line.warehouse_id).to_owned();
        table.add_row([from, part.sku, part.quantity.to_string(), line.visit_id.clone()]);
    }
    right_align(&mut table, &[2]);
    write_table(out, &table)
}
