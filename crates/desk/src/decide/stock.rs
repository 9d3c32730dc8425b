//! Parts counted, received and expected; and who works here.

use jiff::Timestamp;
use journeyman_rulebook::PartNeed;

use super::draft::{Draft, check_label};
use crate::command::StockChange;
use crate::event::EventKind;
use crate::refusal::Refusal;
use crate::stock::Location;
use crate::technician::Technician;

/// Most pieces of one part at one place.
const PIECES_MAX: i64 = journeyman_domain::PIECES_MAX as i64;

impl Draft {
    pub(super) fn adjust_stock(
        &mut self,
        location: &Location,
        sku: &str,
        change: StockChange,
    ) -> Result<(), Refusal> {
        let (Location::Van(holder) | Location::Warehouse(holder)) = location;
        check_label("location", holder)?;
        check_label("sku", sku)?;
        let there = self.desk.stock.line(location, sku).quantity;
        let (path, after) = match change {
            StockChange::Counted(quantity) => ("counted_quantity", Some(quantity)),
            StockChange::Added(quantity) => ("added_quantity", there.checked_add(quantity)),
        };
        let Some(quantity) = after.filter(|after| (0..=PIECES_MAX).contains(after)) else {
            let problem = match change {
                StockChange::Counted(quantity) => format!("{quantity} is not within 0 to {PIECES_MAX}"),
                StockChange::Added(quantity) => {
                    format!("{there} pieces and {quantity} are not within 0 to {PIECES_MAX} together")
                }
            };
            return Err(Refusal::invalid(path, problem));
        };
        let (location, sku) = (location.clone(), sku.to_owned());
        match change {
            StockChange::Added(added) if added > 0 => {
                self.emit(EventKind::PartArrived { location, sku, quantity: added });
            }
            _ => self.emit(EventKind::StockCounted { location, sku, quantity }),
        }
        self.recheck_parts();
        Ok(())
    }

    pub(super) fn expect_parts(
        &mut self,
        warehouse: &str,
        part: &PartNeed,
        expected: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        check_label("warehouse_id", warehouse)?;
        check_label("part.sku", &part.sku)?;
        let quantity = i64::from(part.quantity);
        if !(1..=PIECES_MAX).contains(&quantity) {
            return Err(Refusal::invalid(
                "part.quantity",
                format!("{quantity} is not within 1 to {PIECES_MAX}"),
            ));
        }
        let (warehouse, sku) = (warehouse.to_owned(), part.sku.clone());
        self.emit(EventKind::PartsExpected { warehouse, sku, quantity, expected });
        Ok(())
    }

    pub(super) fn technicians_known(&mut self, technicians: &[Technician]) -> Result<(), Refusal> {
        for (index, technician) in technicians.iter().enumerate() {
            let path = format!("technicians[{index}].id");
            check_label(&path, &technician.id)?;
            if technicians[..index].iter().any(|other| other.id == technician.id) {
                return Err(Refusal::invalid(path, format!("`{}` is there twice", technician.id)));
            }
        }
        self.emit(EventKind::TechniciansKnown { technicians: technicians.to_vec() });
        Ok(())
    }
}
