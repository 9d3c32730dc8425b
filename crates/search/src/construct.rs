//! A first solution: the baseline as far as it holds, the rest by regret insertion (Potvin & Rousseau 1993).

use journeyman_domain::{BaselineRoute, Cost, ShiftId, Stop, VisitId};
use journeyman_route::Insertion;

use crate::{SearchModel, Solution};

/// Routes compared by the regret of a visit.
const REGRET_DEPTH: usize = 3;

/// Nearest visits whose routes a greedy pass looks at.
const NEIGHBOURS_GREEDY: usize = 40;

/// A feasible solution that serves what pays. Deterministic while neither `hurry` nor `stop` says yes.
///
/// Regrets compare every visit with every shift again and again, O(visits² × stops of a route + shifts × visits):
/// when `hurry` says so, one greedy pass takes their place, O(visits × (neighbours + shifts)). `stop` ends that too.
///
/// # Errors
/// The first shift whose frozen stops break the problem's own rules.
pub fn construct(
    model: &SearchModel<'_>,
    hurry: impl Fn() -> bool,
    stop: impl Fn() -> bool,
) -> Result<Solution, ShiftId> {
    let mut solution = Solution::empty(model.routes())?;
    for route in &model.routes().problem().baseline {
        adopt_baseline(model, &mut solution, route);
    }
    if insert_by_regret(model, &mut solution, hurry) == Regret::Interrupted {
        insert_greedily(model, &mut solution, stop);
    }
    Ok(solution)
}

/// How a pass by regret ended.
#[derive(PartialEq, Eq)]
enum Regret {
    /// Nothing more pays.
    Done,
    /// There was no time to look.
    Interrupted,
}

/// Mandatory visits first, then those that few shifts may serve, then early ones; each where it costs least among the
/// routes of its neighbours and the empty ones.
fn insert_greedily(model: &SearchModel<'_>, solution: &mut Solution, stop: impl Fn() -> bool) {
    let problem = model.routes().problem();
    let mut open: Vec<VisitId> = solution.unserved().collect();
    open.sort_by_key(|&visit| {
        let noun = problem.visit(visit);
        (
            !noun.is_mandatory(),
            model.shifts_of(visit).len(),
            noun.windows.first().map(|window| window.end),
            visit,
        )
    });
    let mut near = vec![usize::MAX; problem.shifts.len()];
    for (turn, visit) in open.into_iter().enumerate() {
        if stop() {
            return;
        }
        for neighbour in model.near(visit).iter().take(NEIGHBOURS_GREEDY) {
            if let Some(shift) = solution.server(*neighbour) {
                near[shift.index()] = turn;
            }
        }
        let mut limit = model.absence(visit) + Cost::from_micros(1);
        let mut best = None;
        for &shift in model.shifts_of(visit) {
            let route = solution.route(shift);
            if (route.is_empty() || near[shift.index()] == turn)
                && let Some(found) = route.best_insertion(model.routes(), visit, limit, |_| false)
            {
                limit = found.delta;
                best = Some(found);
            }
        }
        if let Some(insertion) = best {
            // Where a shared stock does not last the visit waits for the search.
            solution.insert(model.routes(), &insertion);
        }
    }
}

/// The visit that loses most by waiting first.
fn insert_by_regret(model: &SearchModel<'_>, solution: &mut Solution, hurry: impl Fn() -> bool) -> Regret {
    let mut open: Vec<Open> = Vec::new();
    for visit in solution.unserved() {
        if hurry() {
            return Regret::Interrupted;
        }
        open.push(Open::new(model, solution, visit));
    }
    loop {
        if hurry() {
            return Regret::Interrupted;
        }
        let ranked =
            open.iter().enumerate().filter_map(|(at, open)| Some((open.urgency?, std::cmp::Reverse(at))));
        let Some((_, std::cmp::Reverse(at))) = ranked.max() else { return Regret::Done };
        let insertion = open[at].best().expect("an urgency comes from an insertion");
        if solution.insert(model.routes(), &insertion) {
            open.remove(at);
            for open in &mut open {
                open.refresh(model, solution, insertion.shift);
            }
        } else {
            open[at].forget(model, insertion.shift);
        }
    }
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
