//! Events of parts: they are there, they are not, they come later.

use journeyman_domain::{EventKind, PIECES_MAX, PartDemand, PickupId, Shelf, SkuId, TechnicianId};

use super::{News, Reader};
use crate::problem::labels::Labels;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Where parts lie, as an event says it.
enum NamedShelf<'e> {
    Warehouse(&'e str),
    Van(&'e str),
}

impl<'a> Reader<'a> {
    pub(super) fn part_arrived(&self, arrived: &'a wire::PartArrived, at: &Field<'_>) -> Option<EventKind> {
        use wire::part_arrived::Location as L;
        let shelf = match &arrived.location {
            Some(L::WarehouseId(id)) => Some(NamedShelf::Warehouse(id)),
            Some(L::TechnicianId(id)) => Some(NamedShelf::Van(id)),
            None => None,
        };
        let (at, part) = self.parts_at(shelf, arrived.part.as_ref(), at)?;
        Some(EventKind::PartArrived { at, part })
    }

    pub(super) fn part_missing(&self, missing: &'a wire::PartMissing, at: &Field<'_>) -> Option<EventKind> {
        use wire::part_missing::Location as L;
        let shelf = match &missing.location {
            Some(L::WarehouseId(id)) => Some(NamedShelf::Warehouse(id)),
            Some(L::TechnicianId(id)) => Some(NamedShelf::Van(id)),
            None => None,
        };
        let (at, part) = self.parts_at(shelf, missing.part.as_ref(), at)?;
        Some(EventKind::PartMissing { at, part })
    }

    fn parts_at(
        &self,
        shelf: Option<NamedShelf<'_>>,
        part: Option<&wire::PartQuantity>,
        at: &Field<'_>,
    ) -> Option<(Shelf, PartDemand)> {
        let cx = self.context(&News::default(), at);
        let shelf = match shelf {
            Some(NamedShelf::Warehouse(id)) => {
                cx.warehouses.find(&at.field("warehouse_id"), id).map(|id| Shelf::Pickup(PickupId::new(id)))
            }
            Some(NamedShelf::Van(id)) => cx
                .technicians
                .find(&at.field("technician_id"), id)
                .map(|id| Shelf::Van(TechnicianId::new(id))),
            None => {
                at.field("warehouse_id").refuse(ViolationCode::Required, "needed, or `technician_id`");
                None
            }
        };
        let part_at = at.field("part");
        let Some(part) = part else {
            part_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        let sku = self.sku(&part.sku, &part_at);
        let quantity = part_at.field("quantity").within(part.quantity, 1, i64::from(PIECES_MAX));
        let quantity = quantity.and_then(|quantity| u32::try_from(quantity).ok());
        Some((shelf?, PartDemand { sku: sku?, quantity: quantity? }))
    }

    pub(super) fn part_delayed(&self, late: &'a wire::PartDelayed, at: &Field<'_>) -> Option<EventKind> {
        let cx = self.context(&News::default(), at);
        let pickup = cx.warehouses.find(&at.field("warehouse_id"), &late.warehouse_id);
        let sku = self.sku(&late.sku, at);
        let available_from = cx.clock.instant(&at.field("available_time"), late.available_time);
        Some(EventKind::PartDelayed { pickup: PickupId::new(pickup?), sku: sku?, available_from })
    }

    /// A part that something in the day has or asks for: nobody waits for another.
    fn sku(&self, sku: &str, at: &Field<'_>) -> Option<SkuId> {
        let known = Labels::known("part", &self.problem.names.skus);
        known.find(&at.field("sku"), sku).map(SkuId::new)
    }
}
