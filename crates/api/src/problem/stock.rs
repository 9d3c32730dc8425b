//! Reads warehouses.

use journeyman_domain::{
    Duration, PIECES_MAX, Pickup, PlaceId, SkuId, StockEntry, StockQuantity, Time, ToolId,
};

use super::Context;
use super::clock::duration;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Warehouses: where a route may stop for parts and tools.
pub(super) fn warehouses(cx: &Context<'_>, warehouses: &[wire::Warehouse], at: &Field<'_>) -> Vec<Pickup> {
    const DAY_SECONDS: i64 = 86_400;
    let read = |(index, warehouse): (usize, &wire::Warehouse)| {
        let entry = at.entry("warehouses", index);
        let place = cx.places.find(&entry.field("place_id"), &warehouse.place_id);
        let service_at = entry.field("service_duration");
        let tools = cx.words.tools.find_all(&entry.field("tools"), &warehouse.tools, cx.limits);
        Pickup {
            label: warehouse.id.clone(),
            place: PlaceId::new(place.unwrap_or(0)),
            duration: duration(&service_at, warehouse.service_duration, 0, DAY_SECONDS)
                .unwrap_or(Duration::ZERO),
            windows: cx.clock.windows(
                &entry.field("time_windows"),
                &warehouse.time_windows,
                cx.limits.windows,
            ),
            tools: tools.into_iter().map(ToolId::new).collect(),
            stock: shelves(cx, &warehouse.stock, &entry.field("stock")),
        }
    };
    warehouses.iter().enumerate().map(read).collect()
}

/// Shelves, sorted by part and delivery.
fn shelves(cx: &Context<'_>, stock: &[wire::WarehouseStock], at: &Field<'_>) -> Vec<StockEntry> {
    // A supply house has more than a van.
    const LINES_MAX: usize = 20_000;
    if !at.at_most(stock.len(), LINES_MAX) {
        return Vec::new();
    }
    let read = |(index, line): (usize, &wire::WarehouseStock)| {
        let entry = at.index(index);
        let sku = cx.words.skus.find(&entry.field("sku"), &line.sku, cx.limits);
        let quantity = match line.amount {
            Some(wire::warehouse_stock::Amount::Quantity(quantity)) => entry
                .field("quantity")
                .within(quantity, 0, i64::from(PIECES_MAX))
                .and_then(|quantity| u32::try_from(quantity).ok())
                .map(StockQuantity::Limited),
            Some(wire::warehouse_stock::Amount::Unlimited(true)) => Some(StockQuantity::Unlimited),
            Some(wire::warehouse_stock::Amount::Unlimited(false)) => {
                entry.field("unlimited").refuse(ViolationCode::Conflict, "is true, or a quantity is given");
                None
            }
            None => {
                entry.field("quantity").refuse(ViolationCode::Required, "needed, or `unlimited`");
                None
            }
        };
        let available_from = match line.available_time {
            None => Some(Time::MIN),
            given => cx.clock.instant(&entry.field("available_time"), given),
        };
        Some(StockEntry { sku: SkuId::new(sku?), quantity: quantity?, available_from: available_from? })
    };
    let mut read: Vec<StockEntry> = stock.iter().enumerate().filter_map(read).collect();
    read.sort_by_key(|entry| (entry.sku, entry.available_from, amount(entry.quantity)));
    read
}

/// An order of amounts, so that the order of a request does not matter.
fn amount(quantity: StockQuantity) -> (u32, bool) {
    match quantity {
        StockQuantity::Limited(pieces) => (pieces, false),
        StockQuantity::Unlimited => (u32::MAX, true),
    }
}
