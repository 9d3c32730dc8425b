//! What column generation hears of the whole day while it works on a scope, and what it says of it.

use journeyman_domain::{Bound, Cost, Proof, Score};
use journeyman_route::{Route, RouteModel};

use crate::generation::{Listener, Scope};
use crate::pricing::Prices;
use crate::prove::{Exchange, Sequence};

/// Cuts need not wait for what convergence can still add where that is less than one so-manieth of the gap.
const NEAR: i64 = 20;

/// What column generation hears and says.
pub(super) struct Ear<'e, 'm> {
    pub(super) planning: &'e RouteModel<'m>,
    pub(super) scope: &'e Scope<'m>,
    pub(super) exchange: &'e dyn Exchange,
    pub(super) best: Bound,
    pub(super) told: Option<Score>,
    /// Whether cuts may follow before convergence.
    pub(super) hasty: bool,
    /// The bound that is known of the part at work, and that of all other parts: the bound of the whole lies between.
    pub(super) range: (i64, i64),
}

impl Listener for Ear<'_, '_> {
    fn bound(&mut self, bound: i64) {
        let (known, others) = self.range;
        let mut cost = self.scope.money_from(bound.max(known).min(others));
        let incumbent = self.exchange.incumbent();
        if incumbent.mandatory_unserved == self.best.mandatory_unserved {
            // Parts with nothing better than the incumbent are not looked at any more.
            cost = cost.min(incumbent.cost);
        }
        if cost > self.best.cost {
            self.best.cost = cost;
            self.exchange.bound(self.best);
        }
    }

    fn prices(&mut self, bound: i64, prices: &Prices) {
        let scope = self.scope;
        if self.best.mandatory_unserved > 0 {
            return;
        }
        // A part of a micro-dollar of worth is a whole one: it may be taken off the bound later.
        let worth = scope.model.problem().visits.iter().zip(&prices.visit);
        let mut worth: Vec<Cost> =
            worth.map(|(_, &fine)| Cost::from_micros(prices.fine.ceil(fine))).collect();
        // What nobody may serve costs its penalty in every plan.
        for visit in scope.out_of_reach() {
            worth[visit.index()] = scope.model.problem().visit(visit).penalty();
        }
        let cost = Cost::from_micros(scope.fine.ceil(bound)) + scope.constant;
        self.exchange.worth(Bound { mandatory_unserved: 0, cost, proof: Proof::Bounded }, worth);
    }

    fn is_met(&self, bound: i64) -> bool {
        let incumbent = self.exchange.incumbent();
        incumbent.mandatory_unserved == self.best.mandatory_unserved
            && self.scope.money_from(bound) >= incumbent.cost
    }

    fn is_near(&self, bound: i64, relaxation: i64) -> bool {
        let incumbent = self.exchange.incumbent();
        let incumbent = self.scope.fine.of((incumbent.cost - self.scope.constant).micros());
        self.hasty && relaxation - bound < (incumbent - relaxation) / NEAR
    }

    fn found(&mut self) -> Vec<Sequence> {
        self.exchange.found()
    }

    fn better_routes(&mut self) -> Option<Vec<Route>> {
        let score = self.exchange.incumbent();
        if self.told.is_some_and(|told| told <= score) {
            return None;
        }
        self.told = Some(score);
        let of_bounding = |route: &Route| Route::of(self.scope.model, route.shift(), route.stops().to_vec());
        let routes = self.exchange.routes();
        Some(if std::ptr::eq(self.planning, self.scope.model) {
            routes
        } else {
            routes.iter().filter_map(of_bounding).collect()
        })
    }
}
