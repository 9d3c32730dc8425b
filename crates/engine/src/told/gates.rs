//! What gates the work: permits and parts.

use journeyman_domain::{
    BaselineStop, PIECES_MAX, PartDemand, PermitId, PermitState, PickupId, Shelf, SkuId, StockEntry,
    StockQuantity, Stop, Time, VisitId,
};

use super::{Told, begun};

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
                    Ok(held) => {
                        let more = stock[held].quantity.saturating_add(part.quantity);
                        stock[held].quantity = more.min(PIECES_MAX);
                    }
                    Err(place) => stock.insert(place, part),
                }
            }
            // On the shelf from the start of time, so that shifts under way find it too.
            Shelf::Pickup(pickup) => self.stock_up(pickup, part, Time::MIN),
        }
        self.supply_changed(part.sku, (now, number));
    }

    /// Fewer are there than was thought. What has begun by `now` had its parts, whatever was counted.
    pub(super) fn part_is_missing(&mut self, at: Shelf, part: PartDemand, (now, number): (Time, usize)) {
        let taken = self.taken_from(at, part.sku, now);
        match at {
            Shelf::Van(technician) => {
                let stock = &mut self.problem.technicians[technician.index()].van.stock;
                if let Ok(held) = stock.binary_search_by_key(&part.sku, |held| held.sku) {
                    let least = taken.min(stock[held].quantity);
                    stock[held].quantity = stock[held].quantity.saturating_sub(part.quantity).max(least);
                }
                stock.retain(|held| held.quantity > 0);
            }
            Shelf::Pickup(pickup) => self.unstock(pickup, (part, taken), now),
        }
        self.supply_changed(part.sku, (now, number));
    }

    /// Pieces that work begun by `now` may have taken from a shelf: at least what it did.
    fn taken_from(&self, at: Shelf, sku: SkuId, now: Time) -> u32 {
        let mut taken = 0_u32;
        for route in &self.problem.baseline {
            let is_loaded = |stop: &BaselineStop| {
                matches!((stop.stop, at), (Stop::Pickup(of), Shelf::Pickup(at)) if of == at)
                    && begun(stop, now)
            };
            let stops = match at {
                Shelf::Van(of) if self.problem.shift(route.shift).technician == of => {
                    let underway = route.stops.iter().take_while(|stop| begun(stop, now)).count();
                    &route.stops[..underway]
                }
                // Who has been there has loaded for all that follows.
                Shelf::Pickup(_) => match route.stops.iter().position(is_loaded) {
                    Some(loaded) => &route.stops[loaded..],
                    None => continue,
                },
                Shelf::Van(_) => continue,
            };
            for stop in stops {
                let Stop::Visit(visit) = stop.stop else { continue };
                let parts = &self.problem.visit(visit).requirement.parts;
                let asked = parts.iter().filter(|part| part.sku == sku).map(|part| part.quantity);
                taken = asked.fold(taken, u32::saturating_add);
            }
        }
        taken
    }

    /// Takes pieces off a warehouse's shelf, those that came first before later ones, down to `least` of them.
    fn unstock(&mut self, pickup: PickupId, (part, least): (PartDemand, u32), now: Time) {
        let stock = &mut self.problem.pickups[pickup.index()].stock;
        let mut there = 0_u32;
        for entry in stock.iter().filter(|entry| entry.sku == part.sku && entry.available_from <= now) {
            match entry.quantity {
                StockQuantity::Unlimited => return,
                StockQuantity::Limited(pieces) => there = there.saturating_add(pieces),
            }
        }
        let mut missing = part.quantity.min(there.saturating_sub(least));
        stock.retain_mut(|entry| {
            let StockQuantity::Limited(pieces) = &mut entry.quantity else { return true };
            if entry.sku == part.sku && entry.available_from <= now {
                let gone = missing.min(*pieces);
                (*pieces, missing) = (*pieces - gone, missing - gone);
                return *pieces > 0 || gone == 0;
            }
            true
        });
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
        let is_same =
            |entry: &&mut StockEntry| entry.sku == part.sku && entry.available_from == available_from;
        if let Some(there) = stock.iter_mut().find(is_same) {
            if let StockQuantity::Limited(pieces) = &mut there.quantity {
                *pieces = pieces.saturating_add(part.quantity).min(PIECES_MAX);
            }
            return;
        }
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
