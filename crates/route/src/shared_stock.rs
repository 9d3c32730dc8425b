//! Stocks that several routes draw from: limited shelves, and the van of a technician with several shifts.

use std::collections::BTreeMap;

use journeyman_domain::{PickupId, Problem, ShiftId, SkuId, StockQuantity, Time};

use crate::{Draw, Route, RouteModel};

/// What one route takes of one stock.
#[derive(Clone, Copy, Debug)]
struct Taken {
    /// When its shift must be stocked ([`journeyman_domain::Shift::stocked_at`]): early ones find less on a shelf.
    start: Time,
    shift: ShiftId,
    quantity: u32,
}

/// How much of every shared stock the routes of a solution take.
///
/// A shelf lasts when, at the start of every shift, the shifts that start by then take no more than has arrived by then:
/// which routes are taken first makes no difference.
#[derive(Clone, Debug, Default)]
pub struct SharedStock {
    taken: BTreeMap<Draw, Vec<Taken>>,
    /// Whether any stock is shared at all; else nothing is counted.
    counts: bool,
}

impl SharedStock {
    /// Nothing taken yet.
    pub fn new(problem: &Problem) -> Self {
        let limited =
            |entry: &journeyman_domain::StockEntry| matches!(entry.quantity, StockQuantity::Limited(_));
        let shelves = problem.pickups.iter().any(|pickup| pickup.stock.iter().any(limited));
        let mut shifts = vec![0_u32; problem.technicians.len()];
        for shift in &problem.shifts {
            shifts[shift.technician.index()] += 1;
        }
        let vans = problem
            .technicians
            .iter()
            .zip(shifts)
            .any(|(technician, shifts)| shifts > 1 && !technician.van.stock.is_empty());
        Self { taken: BTreeMap::new(), counts: shelves || vans }
    }

    /// Whether nothing is shared, so that every change fits.
    #[inline]
    pub fn is_trivial(&self) -> bool {
        !self.counts
    }

    /// Takes what a route draws.
    pub fn take(&mut self, model: &RouteModel<'_>, route: &Route) {
        if self.counts {
            let (start, shift) = (start_of(model, route), route.shift());
            for (draw, quantity) in route.draws(model) {
                self.taken.entry(draw).or_default().push(Taken { start, shift, quantity });
            }
        }
    }

    /// Gives back what a route draws.
    pub fn give_back(&mut self, model: &RouteModel<'_>, route: &Route) {
        if self.counts {
            for (draw, _) in route.draws(model) {
                if let Some(taken) = self.taken.get_mut(&draw) {
                    taken.retain(|taken| taken.shift != route.shift());
                }
            }
        }
    }

    /// Whether the stocks last for a route on top of what is taken. O(p n log n) for p parts drawn by n routes each.
    pub fn lasts_for(&self, model: &RouteModel<'_>, route: &Route) -> bool {
        if !self.counts {
            return true;
        }
        let problem = model.problem();
        let start = start_of(model, route);
        route.draws(model).all(|(draw, quantity)| {
            let taken = self.taken.get(&draw).map_or(&[][..], Vec::as_slice);
            match draw {
                Draw::Van(technician, sku) => {
                    let total = quantity + taken.iter().map(|taken| taken.quantity).sum::<u32>();
                    total <= problem.technician(technician).van.stock_of(sku)
                }
                Draw::Shelf(pickup, sku) => {
                    let own = Taken { start, shift: route.shift(), quantity };
                    shelf_lasts(problem, (pickup, sku), taken, own)
                }
            }
        })
    }

    /// Whether no stock is overdrawn by a whole set of routes.
    pub fn lasts_for_all<'r>(model: &RouteModel<'_>, mut routes: impl Iterator<Item = &'r Route>) -> bool {
        let mut stock = Self::new(model.problem());
        routes.all(|route| {
            let lasts = stock.lasts_for(model, route);
            stock.take(model, route);
            lasts
        })
    }
}

fn start_of(model: &RouteModel<'_>, route: &Route) -> Time {
    model.problem().shift(route.shift()).stocked_at()
}

/// Whether a shelf has enough whenever a shift starts that starts with or after `own`; what is taken earlier is not its
/// doing.
fn shelf_lasts(problem: &Problem, (pickup, sku): (PickupId, SkuId), taken: &[Taken], own: Taken) -> bool {
    let mut by_start: Vec<_> =
        taken.iter().chain([&own]).map(|taken| (taken.start, taken.quantity)).collect();
    by_start.sort_unstable();
    let mut total = 0;
    let mut draws = by_start.iter().peekable();
    while let Some(&(start, quantity)) = draws.next() {
        total += quantity;
        let is_last_of_start = draws.peek().is_none_or(|next| next.0 > start);
        if start < own.start || !is_last_of_start {
            continue;
        }
        let lasts = match problem.pickup(pickup).available(sku, start) {
            Some(StockQuantity::Unlimited) => true,
            Some(StockQuantity::Limited(most)) => total <= most,
            None => false,
        };
        if !lasts {
            return false;
        }
    }
    true
}
