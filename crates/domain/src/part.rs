//! Parts: what visits need, what vans carry, where more can be fetched.

use crate::{Duration, PlaceId, SkuId, Time, TimeWindow, ToolId};

/// Most pieces of one part on one shelf.
pub const PIECES_MAX: u32 = 1_000_000_000;

/// A number of one part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartDemand {
    /// The part.
    pub sku: SkuId,
    /// How many; positive.
    pub quantity: u32,
}

/// How much of a part a warehouse holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StockQuantity {
    /// More than the horizon can use.
    Unlimited,
    /// This many, shared by every route that stops there.
    Limited(u32),
}

/// One part on a shelf.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StockEntry {
    /// The part.
    pub sku: SkuId,
    /// How many.
    pub quantity: StockQuantity,
    /// When it arrives; a delivery counts for shifts that start at or after it.
    pub available_from: Time,
}

/// A warehouse or supply house: a route may stop at one of them, once.
///
/// From then on the technician has its tools, and draws there whatever the rest of his route needs of the parts
/// it stocks; other parts still come from the van.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pickup {
    /// The caller's id.
    pub label: String,
    /// Where it is.
    pub place: PlaceId,
    /// Time spent at the counter.
    pub duration: Duration,
    /// Opening hours: the stop starts inside one of them. Sorted, disjoint, never empty.
    pub windows: Vec<TimeWindow>,
    /// Tools it lends, sorted.
    pub tools: Vec<ToolId>,
    /// Its shelves, sorted by part (a part may have several deliveries).
    pub stock: Vec<StockEntry>,
}

impl Pickup {
    /// What a shift that starts at `shift_start` finds of `sku`: nothing, a number, or no limit.
    pub fn available(&self, sku: SkuId, shift_start: Time) -> Option<StockQuantity> {
        let mut total = None;
        for entry in self.stock.iter().filter(|e| e.sku == sku && e.available_from <= shift_start) {
            total = Some(match (total, entry.quantity) {
                (Some(StockQuantity::Unlimited), _) | (_, StockQuantity::Unlimited) => {
                    StockQuantity::Unlimited
                }
                (None, limited) => limited,
                (Some(StockQuantity::Limited(a)), StockQuantity::Limited(b)) => {
                    StockQuantity::Limited(a.saturating_add(b))
                }
            });
        }
        total
    }
}
