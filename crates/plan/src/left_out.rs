//! Why a visit is left out, shift by shift, and how sure that is.

use journeyman_domain::{
    Certainty, Cost, Ineligibility, OutbidBasis, Problem, Refusal, ShiftId, Stop, Unassigned, VisitId,
};
use journeyman_eligibility::{Eligibility, Verdict};
use journeyman_route::{Route, RouteModel, SharedStock};

use crate::infeasibility::Prover;
use crate::words::is_longer;

/// Prices that one plan asks for, each of one visit in one shift. On a large board with little time nearly every
/// visit is left out, and asking all shifts about all of them would take longer than the search.
pub(crate) const QUESTIONS_MAX: usize = 100_000;

/// Asks the routes of one plan why they do not serve a visit.
pub struct Inquiry<'a> {
    model: &'a RouteModel<'a>,
    eligibility: &'a Eligibility,
    /// By shift, empty ones too; none where the frozen stops themselves are infeasible.
    routes: Vec<Option<Route>>,
    /// By shift, with nothing but what is frozen.
    bare: Vec<Option<Route>>,
    stock: SharedStock,
    prover: Prover<'a>,
    questions_left: usize,
}

impl<'a> Inquiry<'a> {
    /// `routes` are those of the plan; shifts that they do not name are empty.
    pub fn new(model: &'a RouteModel<'a>, eligibility: &'a Eligibility, routes: &[Route]) -> Self {
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
        Self { model, eligibility, routes: by_shift, bare, stock, prover, questions_left: QUESTIONS_MAX }
    }

    /// What each shift says, and what follows, for a visit that none of the routes serves. O(shifts × stops).
    ///
    /// Once the questions are used up, only what rules say is told: O(shifts).
    pub fn ask(&mut self, visit: VisitId) -> Unassigned {
        let may = self.eligibility.shifts_of(visit).len();
        let shifts = self.model.problem().shift_ids();
        if may > self.questions_left {
            self.questions_left = 0;
            let refusals = shifts.filter_map(|shift| self.ruled_out(shift, visit)).collect();
            return Unassigned { visit, certainty: Certainty::NotFoundInTime, refusals };
        }
        self.questions_left -= may;
        let refusals: Vec<Refusal> = shifts.map(|shift| self.refusal(shift, visit)).collect();
        Unassigned { visit, certainty: self.certainty(visit, &refusals), refusals }
    }

    fn ruled_out(&self, shift: ShiftId, visit: VisitId) -> Option<Refusal> {
        ruled_out(self.model.problem(), self.eligibility, shift, visit)
    }

    fn refusal(&mut self, shift: ShiftId, visit: VisitId) -> Refusal {
        if let Some(refusal) = self.ruled_out(shift, visit) {
            return refusal;
        }
        if let Some(price) = self.price(shift, visit) {
            return Refusal::Priced(shift, price);
        }
        if self.fits_alone(shift, visit) { Refusal::Full(shift) } else { Refusal::NoTime(shift) }
    }

    fn fits_alone(&self, shift: ShiftId, visit: VisitId) -> bool {
        fits_alone(self.model, self.bare[shift.index()].as_ref(), (shift, visit))
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
            let basis = OutbidBasis::Insertion;
            return if outbid { Certainty::Outbid { price, basis } } else { Certainty::NotFoundInTime };
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

/// What a shift says to a visit that its route has no room for. O(rules), and O(frozen stops) where no rule forbids it.
pub fn refusal_without_room(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    shift: ShiftId,
    visit: VisitId,
) -> Refusal {
    if let Some(refusal) = ruled_out(model.problem(), eligibility, shift, visit) {
        return refusal;
    }
    let bare = Route::empty(model, shift);
    let alone = fits_alone(model, bare.as_ref(), (shift, visit));
    if alone { Refusal::Full(shift) } else { Refusal::NoTime(shift) }
}

/// What needs no route to be said.
fn ruled_out(
    problem: &Problem,
    eligibility: &Eligibility,
    shift: ShiftId,
    visit: VisitId,
) -> Option<Refusal> {
    if eligibility.allows(shift, visit) {
        return None;
    }
    let Verdict::Ineligible(reason) = eligibility.verdict(problem, shift, visit) else {
        return None;
    };
    // No window is at fault where the service alone is too long.
    let too_long = reason == Ineligibility::NoWindowInShift && is_longer(problem, shift, visit);
    Some(if too_long { Refusal::NoTime(shift) } else { Refusal::Ineligible(shift, reason) })
}

/// Whether a shift with nothing but its frozen stops, which are those of `bare`, has time for the visit.
fn fits_alone(model: &RouteModel<'_>, bare: Option<&Route>, (shift, visit): (ShiftId, VisitId)) -> bool {
    match bare {
        Some(bare) => bare.best_insertion(model, visit, Cost::MAX, |_| false).is_some(),
        // On a matrix with shortcuts frozen stops may fit with the visit where they do not fit without.
        None => {
            let frozen = model.problem().shift(shift).frozen.as_ref();
            let mut stops = frozen.map_or_else(Vec::new, |frozen| frozen.stops.clone());
            stops.push(Stop::Visit(visit));
            Route::of(model, shift, stops).is_some()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journeyman_testkit::ProblemBuilder;
    use journeyman_travel::{Travel, visit_jurisdictions};

    #[test]
    fn visits_after_the_last_question_get_only_what_rules_say() {
        let mut day = ProblemBuilder::new();
        for name in ["ana", "ben", "eve"] {
            day.technician(name);
            day.shift(name, 0, 200);
        }
        for name in ["a", "b", "c"] {
            day.visit(name, (10, 0)).excludes("eve");
        }
        day.visit("nobody", (10, 0)).skill("panel", 1);
        let problem = day.build();
        let travel = Travel::build(&problem).expect("a valid problem has travel");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut inquiry = Inquiry::new(&model, &eligibility, &[]);
        // Enough for the two shifts of `a`, and one too few for those of `b`.
        inquiry.questions_left = 3;
        let told: Vec<Unassigned> = problem.visit_ids().map(|visit| inquiry.ask(visit)).collect();
        let rules = |at: usize| {
            told[at].refusals.iter().filter(|refusal| matches!(refusal, Refusal::Ineligible(..))).count()
        };
        let shape: Vec<(usize, usize)> = (0..4).map(|at| (told[at].refusals.len(), rules(at))).collect();
        assert_eq!(shape, [(3, 1), (1, 1), (1, 1), (3, 3)]);
        assert!(matches!(told[0].refusals[0], Refusal::Priced(..)));
        assert_eq!(told[1].certainty, Certainty::NotFoundInTime);
        assert_eq!(told[2].certainty, Certainty::NotFoundInTime);
        assert_eq!(told[3].certainty, Certainty::ProvedIneligible);
    }
}
