//! A first solution: the baseline as far as it holds, the rest by regret insertion (Potvin & Rousseau 1993).

use journeyman_domain::{BaselineRoute, Cost, ShiftId, Stop, VisitId};
use journeyman_route::Insertion;

use crate::{SearchModel, Solution};

/// Routes compared by the regret of a visit.
const REGRET_DEPTH: usize = 3;

/// A feasible solution that serves what pays. Deterministic. O(visits² × stops of a route + shifts × visits).
///
/// `stop` is asked between insertions and ends the construction early with what is there.
///
/// # Errors
/// The first shift whose frozen stops break the problem's own rules.
pub fn construct(model: &SearchModel<'_>, stop: impl Fn() -> bool) -> Result<Solution, ShiftId> {
    let mut solution = Solution::empty(model.routes())?;
    for route in &model.routes().problem().baseline {
        adopt_baseline(model, &mut solution, route);
    }
    let mut open: Vec<Open> = solution.unserved().map(|visit| Open::new(model, &solution, visit)).collect();
    while !stop() {
        let ranked =
            open.iter().enumerate().filter_map(|(at, open)| Some((open.urgency?, std::cmp::Reverse(at))));
        let Some((_, std::cmp::Reverse(at))) = ranked.max() else { break };
        let insertion = open[at].best().expect("an urgency comes from an insertion");
        if solution.insert(model.routes(), &insertion) {
            open.remove(at);
            for open in &mut open {
                open.refresh(model, &solution, insertion.shift);
            }
        } else {
            open[at].forget(model, insertion.shift);
        }
    }
    Ok(solution)
}

/// Keeps the stops of an earlier route that still fit, in their order.
fn adopt_baseline(model: &SearchModel<'_>, solution: &mut Solution, baseline: &BaselineRoute) {
    let allowed = |visit: VisitId| model.shifts_of(visit).contains(&baseline.shift);
    let frozen = model.routes().frozen_len(baseline.shift);
    let free = |(at, stop): &(usize, Stop)| {
        *at < frozen
            || match *stop {
                Stop::Visit(visit) => allowed(visit) && solution.server(visit).is_none(),
                Stop::Pickup(_) => true,
            }
    };
    let stops: Vec<Stop> =
        baseline.stops.iter().map(|stop| stop.stop).enumerate().filter(free).map(|(_, s)| s).collect();
    if solution.adopt(model.routes(), &[(baseline.shift, stops.clone())]) {
        return;
    }
    // The route as a whole no longer holds: visits one by one, each where it fits best in the same shift.
    for stop in stops {
        let Stop::Visit(visit) = stop else { continue };
        if solution.server(visit).is_some() {
            continue;
        }
        let limit = model.absence(visit) + Cost::from_micros(1);
        let best = solution.route(baseline.shift).best_insertion(model.routes(), visit, limit, |_| false);
        if let Some(insertion) = best {
            solution.insert(model.routes(), &insertion);
        }
    }
}

/// What is lost by waiting, mandatory visits first.
type Urgency = (bool, Cost);

/// A visit not yet served, with its best insertion into every shift that may serve it.
struct Open {
    visit: VisitId,
    /// By shift, in order.
    offers: Vec<(ShiftId, Option<Insertion>)>,
    /// Cheapest offers, as many as the regret compares.
    cheapest: Vec<(Cost, ShiftId)>,
    /// None where nothing fits.
    urgency: Option<Urgency>,
}

impl Open {
    fn new(model: &SearchModel<'_>, solution: &Solution, visit: VisitId) -> Self {
        let mut spoken = vec![false; model.classes()];
        let offers = model.shifts_of(visit).iter().map(|&shift| {
            // Alike empty shifts make the same offer; one of them speaks for all.
            let silent = solution.route(shift).is_empty()
                && std::mem::replace(&mut spoken[model.class_of(shift)], true);
            (shift, if silent { None } else { offer(model, solution, visit, shift) })
        });
        let mut open = Self { visit, offers: offers.collect(), cheapest: Vec::new(), urgency: None };
        open.rank(model);
        open
    }

    fn best(&self) -> Option<Insertion> {
        let &(_, shift) = self.cheapest.first()?;
        self.offers[self.position(shift)?].1
    }

    fn position(&self, shift: ShiftId) -> Option<usize> {
        self.offers.binary_search_by_key(&shift, |offer| offer.0).ok()
    }

    /// The regret: the sum of how much dearer the next best shifts are; a missing one counts as being left out.
    fn rank(&mut self, model: &SearchModel<'_>) {
        self.cheapest.clear();
        for (shift, insertion) in &self.offers {
            let Some(insertion) = insertion else { continue };
            let key = (insertion.delta, *shift);
            let at = self.cheapest.partition_point(|&kept| kept < key);
            if at < REGRET_DEPTH {
                self.cheapest.truncate(REGRET_DEPTH - 1);
                self.cheapest.insert(at, key);
            }
        }
        self.urgency = self.cheapest.first().map(|&(least, _)| {
            let left_out = model.absence(self.visit);
            let rivals = (1..REGRET_DEPTH).map(|at| self.cheapest.get(at).map_or(left_out, |rival| rival.0));
            let regret = rivals.map(|rival| rival - least).sum();
            (model.routes().problem().visit(self.visit).is_mandatory(), regret)
        });
    }

    /// A route changed: its offer is stale, and an alike empty shift may have to speak up.
    fn refresh(&mut self, model: &SearchModel<'_>, solution: &Solution, changed: ShiftId) {
        let Some(at) = self.position(changed) else { return };
        let before = self.offers[at].1;
        let after = offer(model, solution, self.visit, changed);
        self.offers[at].1 = after;
        let mut stale = self.cheapest.iter().any(|&(_, shift)| shift == changed);
        let last = self.cheapest.get(REGRET_DEPTH - 1);
        stale |= after.is_some_and(|offer| last.is_none_or(|&last| (offer.delta, changed) < last));
        let spoke = before.is_some() && solution.route(changed).inventory().visits() == 1;
        if spoke && model.class_len(changed) > 1 {
            let class = model.class_of(changed);
            let silent = self.offers.iter().position(|&(shift, _)| {
                shift != changed && model.class_of(shift) == class && solution.route(shift).is_empty()
            });
            if let Some(silent) = silent
                && self.offers[silent].1.is_none()
            {
                self.offers[silent].1 = offer(model, solution, self.visit, self.offers[silent].0);
                stale = true;
            }
        }
        if stale {
            self.rank(model);
        }
    }

    /// A shared stock does not last there.
    fn forget(&mut self, model: &SearchModel<'_>, shift: ShiftId) {
        if let Some(at) = self.position(shift) {
            self.offers[at].1 = None;
        }
        self.rank(model);
    }
}

fn offer(model: &SearchModel<'_>, solution: &Solution, visit: VisitId, shift: ShiftId) -> Option<Insertion> {
    let limit = model.absence(visit) + Cost::from_micros(1);
    solution.route(shift).best_insertion(model.routes(), visit, limit, |_| false)
}
