//! Stocks that several routes draw from: limited shelves, and the van of a technician with several shifts.

use std::collections::BTreeMap;

use journeyman_domain::{Problem, StockQuantity};

use crate::{Draw, Route, RouteModel};

/// How much of every shared stock the routes of a solution take.
#[derive(Clone, Debug, Default)]
pub struct SharedStock {
    taken: BTreeMap<Draw, u32>,
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
            for (draw, quantity) in route.draws(model) {
                *self.taken.entry(draw).or_default() += quantity;
            }
        }
    }

    /// Gives back what a route draws.
    pub fn give_back(&mut self, model: &RouteModel<'_>, route: &Route) {
        if self.counts {
            for (draw, quantity) in route.draws(model) {
                if let Some(taken) = self.taken.get_mut(&draw) {
                    *taken -= quantity;
                }
            }
        }
    }

    /// Whether the stocks last for a route on top of what is taken.
    pub fn lasts_for(&self, model: &RouteModel<'_>, route: &Route) -> bool {
        if !self.counts {
            return true;
        }
        let problem = model.problem();
        let start = problem.shift(route.shift()).window.start;
        route.draws(model).all(|(draw, quantity)| {
            let total = self.taken.get(&draw).copied().unwrap_or(0) + quantity;
            match draw {
                Draw::Van(technician, sku) => total <= problem.technician(technician).van.stock_of(sku),
                Draw::Shelf(pickup, sku) => match problem.pickup(pickup).available(sku, start) {
                    Some(StockQuantity::Unlimited) => true,
                    Some(StockQuantity::Limited(most)) => total <= most,
                    None => false,
                },
            }
        })
    }

    /// Whether no stock is overdrawn by a whole set of routes.
    pub fn lasts_for_all<'r>(model: &RouteModel<'_>, routes: impl Iterator<Item = &'r Route>) -> bool {
        let mut stock = Self::new(model.problem());
        let mut routes: Vec<_> = routes.collect();
        // Deliveries arrive in time: a late shift finds more, so earlier shifts draw first.
        routes.sort_by_key(|route| (model.problem().shift(route.shift()).window.start, route.shift()));
        routes.into_iter().all(|route| {
            let lasts = stock.lasts_for(model, route);
            stock.take(model, route);
            lasts
        })
    }
}
