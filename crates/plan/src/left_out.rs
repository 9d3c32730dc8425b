//! Why a visit is left out, shift by shift, and how sure that is.

use journeyman_domain::{Certainty, Cost, Refusal, ShiftId, Stop, Unassigned, VisitId};
use journeyman_eligibility::{Eligibility, Verdict};
use journeyman_route::{Route, RouteModel, SharedStock};

use crate::infeasibility::Prover;

/// Asks the routes of one plan why they do not serve a visit.
pub(crate) struct Inquiry<'a> {
    model: &'a RouteModel<'a>,
    eligibility: &'a Eligibility,
    /// By shift, empty ones too; none where the frozen stops themselves are infeasible.
    routes: Vec<Option<Route>>,
    /// By shift, with nothing but what is frozen.
    bare: Vec<Option<Route>>,
    stock: SharedStock,
    prover: Prover<'a>,
}

impl<'a> Inquiry<'a> {
    /// `routes` are those of the plan; shifts that they do not name are empty.
    pub(crate) fn new(model: &'a RouteModel<'a>, eligibility: &'a Eligibility, routes: &[Route]) -> Self {
        let bare: Vec<Option<Route>> =
            model.problem().shift_ids().map(|shift| Route::empty(model, shift)).collect();
        let mut by_shift = bare.clone();
        for route in routes {
            by_shift[route.shift().index()] = Some(route.clone());
        }
        let mut stock = SharedStock::new(model.problem());
        for route in by_shift.iter().flatten() {
            stock.take(model, route);
        }
        let prover = Prover::new(model, eligibility);
        Self { model, eligibility, routes: by_shift, bare, stock, prover }
    }

    /// What each shift says, and what follows. O(shifts × stops).
    pub(crate) fn ask(&mut self, visit: VisitId) -> Unassigned {
        let refusals: Vec<Refusal> =
            self.model.problem().shift_ids().map(|shift| self.refusal(shift, visit)).collect();
        Unassigned { visit, certainty: self.certainty(visit, &refusals), refusals }
    }

    fn refusal(&mut self, shift: ShiftId, visit: VisitId) -> Refusal {
        if let Verdict::Ineligible(reason) = self.eligibility.verdict(self.model.problem(), shift, visit) {
            return Refusal::Ineligible(shift, reason);
        }
        if let Some(price) = self.price(shift, visit) {
            return Refusal::Priced(shift, price);
        }
        if self.fits_alone(shift, visit) { Refusal::Full(shift) } else { Refusal::NoTime(shift) }
    }

    fn fits_alone(&self, shift: ShiftId, visit: VisitId) -> bool {
        match &self.bare[shift.index()] {
            Some(bare) => bare.best_insertion(self.model, visit, Cost::MAX, |_| false).is_some(),
            // On a matrix with shortcuts frozen stops may fit with the visit where they do not fit without.
            None => {
                let frozen = self.model.problem().shift(shift).frozen.as_ref();
                let mut stops = frozen.map_or_else(Vec::new, |frozen| frozen.stops.clone());
                stops.push(Stop::Visit(visit));
                Route::of(self.model, shift, stops).is_some()
            }
        }
    }

    /// What the cheapest insertion adds to the plan's route, as long as shared stocks last.
    fn price(&mut self, shift: ShiftId, visit: VisitId) -> Option<Cost> {
        let route = self.routes[shift.index()].as_ref()?;
        let insertion = route.best_insertion(self.model, visit, Cost::MAX, |_| false)?;
        if self.stock.is_trivial() {
            return Some(insertion.delta);
        }
        let mut with = route.clone();
        with.insert(self.model, &insertion);
        self.stock.give_back(self.model, route);
        let lasts = self.stock.lasts_for(self.model, &with);
        self.stock.take(self.model, route);
        lasts.then_some(insertion.delta)
    }

    fn certainty(&mut self, visit: VisitId, refusals: &[Refusal]) -> Certainty {
        if let Some(awaited) = self.eligibility.awaiting(visit) {
            return Certainty::Awaiting(awaited);
        }
        let allowed = || refusals.iter().filter(|refusal| !matches!(refusal, Refusal::Ineligible(..)));
        if allowed().next().is_none() {
            return Certainty::ProvedIneligible;
        }
        let cheapest = allowed().filter_map(|refusal| match *refusal {
            Refusal::Priced(_, price) => Some(price),
            _ => None,
        });
        if let Some(cheapest) = cheapest.min() {
            let noun = self.model.problem().visit(visit);
            let price = cheapest - noun.penalty();
            // No money leaves a mandatory visit out, and nothing that pays for itself is outbid.
            let outbid = !noun.is_mandatory() && price >= Cost::ZERO;
            return if outbid { Certainty::Outbid(price) } else { Certainty::NotFoundInTime };
        }
        let shifts: Vec<ShiftId> = allowed().map(Refusal::shift).collect();
        let alone_nowhere = allowed().all(|refusal| matches!(refusal, Refusal::NoTime(_)));
        if alone_nowhere && self.prover.proves(visit, &shifts) {
            Certainty::ProvedInfeasible
        } else {
            Certainty::NotFoundInTime
        }
    }
}
