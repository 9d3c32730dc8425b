//! What a route carries: load, parts and tools, before and after its pickup.

use journeyman_domain::{Pickup, PickupId, ShiftId, SkuId, StockQuantity, Stop, TechnicianId, VisitId};
use smallvec::SmallVec;

use crate::RouteModel;

/// Parts used by a route, by part; few entries.
type Counts = SmallVec<[(SkuId, u32); 4]>;

/// Load, parts and pickup of one route. Feasible by construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    visits: u32,
    load: i64,
    /// Parts taken from the van.
    van: Counts,
    /// Parts drawn at the pickup.
    drawn: Counts,
    /// The pickup and its position in the sequence.
    pickup: Option<(usize, PickupId)>,
}

/// Parts that a route takes out of a stock that other routes may share.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Draw {
    /// From the van of a technician.
    Van(TechnicianId, SkuId),
    /// From the shelves of a pickup.
    Shelf(PickupId, SkuId),
}

impl Inventory {
    /// Of a whole sequence; none when it carries too much, lacks a part or tool, or stops at two pickups.
    pub fn of(model: &RouteModel<'_>, shift: ShiftId, stops: &[Stop]) -> Option<Self> {
        let mut inventory = Self::default();
        for (position, &stop) in stops.iter().enumerate() {
            match stop {
                Stop::Pickup(_) if inventory.pickup.is_some() => return None,
                Stop::Pickup(pickup) => inventory.pickup = Some((position, pickup)),
                Stop::Visit(visit) => {
                    let after_pickup = inventory.pickup.map(|(_, pickup)| pickup);
                    if !inventory.admits_at(model, shift, visit, after_pickup) {
                        return None;
                    }
                    inventory.take(model, shift, visit, after_pickup);
                }
            }
        }
        Some(inventory)
    }

    /// Visits of a sequence that need its pickup, when the van serves in order whom it can.
    pub(crate) fn beyond_van<'s>(
        model: &RouteModel<'s>,
        shift: ShiftId,
        visits: impl Iterator<Item = VisitId>,
    ) -> impl Iterator<Item = VisitId> {
        let mut van = Self::default();
        visits.filter(move |&visit| {
            let admitted = van.admits_at(model, shift, visit, None);
            if admitted {
                van.take(model, shift, visit, None);
            }
            !admitted
        })
    }

    /// One visit more at `position`, which [`Self::admits`] allows.
    pub(crate) fn insert(&mut self, model: &RouteModel<'_>, shift: ShiftId, position: usize, visit: VisitId) {
        let after = self.pickup.filter(|&(at, _)| position > at).map(|(_, pickup)| pickup);
        self.take(model, shift, visit, after);
        if let Some((at, _)) = &mut self.pickup
            && position <= *at
        {
            *at += 1;
        }
    }

    /// The pickup and its position.
    #[inline]
    pub fn pickup(&self) -> Option<(usize, PickupId)> {
        self.pickup
    }

    /// Number of visits.
    pub fn visits(&self) -> u32 {
        self.visits
    }

    /// Whether a visit can be put at `position` without another stop.
    #[inline]
    pub fn admits(&self, model: &RouteModel<'_>, shift: ShiftId, position: usize, visit: VisitId) -> bool {
        let after = self.pickup.filter(|&(at, _)| position > at).map(|(_, pickup)| pickup);
        self.admits_at(model, shift, visit, after)
    }

    fn admits_at(
        &self,
        model: &RouteModel<'_>,
        shift: ShiftId,
        visit: VisitId,
        after: Option<PickupId>,
    ) -> bool {
        let problem = model.problem();
        let (shift_noun, requirement) = (problem.shift(shift), &problem.visit(visit).requirement);
        let technician = problem.technician(shift_noun.technician);
        if shift_noun.visits_max.is_some_and(|most| self.visits >= most) {
            return false;
        }
        if technician.van.load_capacity.is_some_and(|most| self.load + requirement.load > most) {
            return false;
        }
        let pickup = after.map(|id| problem.pickup(id));
        let has_tool = |tool| {
            technician.van.tools.binary_search(tool).is_ok()
                || pickup.is_some_and(|pickup| pickup.tools.binary_search(tool).is_ok())
        };
        requirement.tools.iter().all(has_tool)
            && requirement.parts.iter().all(|demand| {
                match pickup.and_then(|p| p.available(demand.sku, shift_noun.stocked_at())) {
                    Some(StockQuantity::Unlimited) => true,
                    Some(StockQuantity::Limited(most)) => {
                        count(&self.drawn, demand.sku) + demand.quantity <= most
                    }
                    None => {
                        count(&self.van, demand.sku) + demand.quantity <= technician.van.stock_of(demand.sku)
                    }
                }
            })
    }

    fn take(&mut self, model: &RouteModel<'_>, shift: ShiftId, visit: VisitId, after: Option<PickupId>) {
        let problem = model.problem();
        let requirement = &problem.visit(visit).requirement;
        let shift_start = problem.shift(shift).stocked_at();
        let stocks = |pickup: &Pickup, sku| pickup.available(sku, shift_start).is_some();
        self.visits += 1;
        self.load += requirement.load;
        for demand in &requirement.parts {
            let drawn = after.is_some_and(|id| stocks(problem.pickup(id), demand.sku));
            let counts = if drawn { &mut self.drawn } else { &mut self.van };
            // Sorted, so that equal routes have equal inventories, however they came about.
            match counts.binary_search_by_key(&demand.sku, |&(sku, _)| sku) {
                Ok(at) => counts[at].1 += demand.quantity,
                Err(at) => counts.insert(at, (demand.sku, demand.quantity)),
            }
        }
    }

    /// What the route takes from stocks that others may share, by stock and part.
    pub fn draws(&self, technician: TechnicianId) -> impl Iterator<Item = (Draw, u32)> + '_ {
        let shelf = self.pickup.map(|(_, pickup)| pickup);
        let drawn = self
            .drawn
            .iter()
            .filter_map(move |&(sku, taken)| shelf.map(|pickup| (Draw::Shelf(pickup, sku), taken)));
        self.van.iter().map(move |&(sku, taken)| (Draw::Van(technician, sku), taken)).chain(drawn)
    }
}

fn count(counts: &Counts, sku: SkuId) -> u32 {
    counts.iter().find(|(entry, _)| *entry == sku).map_or(0, |&(_, taken)| taken)
}
