//! What gates the work: permits and parts.

use journeyman_domain::{
    PartDemand, PermitId, PermitState, PickupId, Shelf, SkuId, StockEntry, StockQuantity, Time, VisitId,
};

use super::Told;

impl Told {
    pub(super) fn change_permit(
        &mut self,
        permit: PermitId,
        state: PermitState,
        (now, number): (Time, usize),
    ) {
        self.problem.permits[permit.index()].state = state;
        let waiting: Vec<VisitId> =
            self.open_visits(now, |told, visit| told.problem.visit(visit).permits.contains(&permit));
        for visit in waiting {
            self.loosen(visit);
            self.concern(visit, number);
        }
    }

    pub(super) fn part_arrives(&mut self, at: Shelf, part: PartDemand, (now, number): (Time, usize)) {
        match at {
            Shelf::Van(technician) => {
                let stock = &mut self.problem.technicians[technician.index()].van.stock;
                match stock.binary_search_by_key(&part.sku, |held| held.sku) {
                    Ok(held) => stock[held].quantity = stock[held].quantity.saturating_add(part.quantity),
                    Err(place) => stock.insert(place, part),
                }
            }
            // On the shelf from the start of time, so that shifts under way find it too.
            Shelf::Pickup(pickup) => self.stock_up(pickup, part, Time::MIN),
        }
        self.supply_changed(part.sku, (now, number));
    }

    /// A delivery that was still to come at `now` comes at another time, or never.
    pub(super) fn part_is_late(
        &mut self,
        pickup: PickupId,
        sku: SkuId,
        available_from: Option<Time>,
        (now, number): (Time, usize),
    ) {
        let stock = &mut self.problem.pickups[pickup.index()].stock;
        let mut late = Vec::new();
        stock.retain(|entry| {
            let is_late = entry.sku == sku && entry.available_from > now;
            late.extend(is_late.then_some(*entry));
            !is_late
        });
        if let Some(available_from) = available_from {
            stock.extend(late.into_iter().map(|entry| StockEntry { available_from, ..entry }));
            stock.sort_by_key(|entry| (entry.sku, entry.available_from));
        }
        self.supply_changed(sku, (now, number));
    }

    fn stock_up(&mut self, pickup: PickupId, part: PartDemand, available_from: Time) {
        let stock = &mut self.problem.pickups[pickup.index()].stock;
        let quantity = StockQuantity::Limited(part.quantity);
        stock.push(StockEntry { sku: part.sku, quantity, available_from });
        stock.sort_by_key(|entry| (entry.sku, entry.available_from));
    }

    fn supply_changed(&mut self, sku: SkuId, (now, number): (Time, usize)) {
        let asking = self.open_visits(now, |told, visit| {
            told.problem.visit(visit).requirement.parts.iter().any(|part| part.sku == sku)
        });
        for visit in asking {
            self.loosen(visit);
            self.concern(visit, number);
        }
    }

    /// Visits not begun by `now` that something is true of.
    fn open_visits(&self, now: Time, holds: impl Fn(&Self, VisitId) -> bool) -> Vec<VisitId> {
        let visits = self.problem.visit_ids();
        visits.filter(|&visit| holds(self, visit) && !self.has_begun(visit, now)).collect()
    }
}
