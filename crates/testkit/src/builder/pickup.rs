//! Drafts of warehouses.

use journeyman_domain::{Duration, Pickup, PickupId, StockEntry, StockQuantity, Time, TimeWindow};

use super::resources::insert_sorted;
use super::{ProblemBuilder, Spot};

/// Refines a warehouse.
pub struct PickupDraft<'a> {
    builder: &'a mut ProblemBuilder,
    id: PickupId,
    windows_given: bool,
}

pub(super) fn add<'a>(builder: &'a mut ProblemBuilder, label: &str, at: Spot) -> PickupDraft<'a> {
    let place = builder.place(at);
    let problem = &mut builder.problem;
    problem.pickups.push(Pickup {
        label: label.to_owned(),
        place,
        duration: Duration::from_ticks(5),
        windows: vec![problem.horizon_window()],
        tools: Vec::new(),
        stock: Vec::new(),
    });
    let id = PickupId::new(problem.pickups.len() - 1);
    PickupDraft { builder, id, windows_given: false }
}

impl PickupDraft<'_> {
    /// Time at the counter.
    pub fn duration(mut self, ticks: i64) -> Self {
        self.noun().duration = Duration::from_ticks(ticks);
        self
    }

    /// Open from `start` to `end`; the first call replaces the default, further ones add, in order.
    pub fn window(mut self, start: i64, end: i64) -> Self {
        if !std::mem::replace(&mut self.windows_given, true) {
            self.noun().windows.clear();
        }
        let window = TimeWindow { start: Time::from_ticks(start), end: Time::from_ticks(end) };
        self.noun().windows.push(window);
        self
    }

    /// Lends a tool.
    pub fn lends(mut self, tool: &str) -> Self {
        let id = self.builder.tool(tool);
        insert_sorted(&mut self.noun().tools, id);
        self
    }

    /// Holds a number of a part from the start.
    pub fn stocks(self, sku: &str, quantity: u32) -> Self {
        self.entry(sku, StockQuantity::Limited(quantity), Time::MIN)
    }

    /// Holds more of a part than anybody can use.
    pub fn stocks_unlimited(self, sku: &str) -> Self {
        self.entry(sku, StockQuantity::Unlimited, Time::MIN)
    }

    /// Receives a number of a part at `from`.
    pub fn delivery(self, sku: &str, quantity: u32, from: i64) -> Self {
        self.entry(sku, StockQuantity::Limited(quantity), Time::from_ticks(from))
    }

    fn entry(mut self, sku: &str, quantity: StockQuantity, available_from: Time) -> Self {
        let sku = self.builder.sku(sku);
        let stock = &mut self.noun().stock;
        stock.push(StockEntry { sku, quantity, available_from });
        stock.sort_by_key(|entry| (entry.sku, entry.available_from));
        self
    }

    fn noun(&mut self) -> &mut Pickup {
        &mut self.builder.problem.pickups[self.id.index()]
    }
}
