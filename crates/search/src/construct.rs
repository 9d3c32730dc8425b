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
        let Some((at, _)) = open
            .iter()
            .enumerate()
            .filter_map(|(at, open)| open.urgency(model).map(|urgency| (at, urgency)))
            .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))
        else {
            break;
        };
        let insertion = open[at].best().expect("an urgency comes from an insertion");
        if solution.insert(model.routes(), &insertion) {
            open.swap_remove(at);
            open.sort_unstable_by_key(|open| open.visit);
            for open in &mut open {
                open.refresh(model, &solution, insertion.shift);
            }
        } else {
            open[at].forget(insertion.shift);
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

/// A visit not yet served, with its best insertion into every shift that may serve it.
struct Open {
    visit: VisitId,
    offers: Vec<(ShiftId, Option<Insertion>)>,
}

impl Open {
    fn new(model: &SearchModel<'_>, solution: &Solution, visit: VisitId) -> Self {
        let mut seen_empty = vec![false; model.classes()];
        let offers = model.shifts_of(visit).iter().map(|&shift| {
            // Alike empty shifts make the same offer; one of them speaks for all.
            let spoken = solution.route(shift).is_empty()
                && std::mem::replace(&mut seen_empty[model.class_of(shift)], true);
            (shift, if spoken { None } else { offer(model, solution, visit, shift) })
        });
        Self { visit, offers: offers.collect() }
    }

    fn best(&self) -> Option<Insertion> {
        self.offers.iter().filter_map(|(_, insertion)| *insertion).min_by_key(|insertion| insertion.delta)
    }

    /// What is lost by waiting: the sum of how much dearer the next best shifts are; a missing one counts as being
    /// left out. Mandatory visits first. None where nothing fits.
    fn urgency(&self, model: &SearchModel<'_>) -> Option<(bool, Cost)> {
        let mut deltas: Vec<Cost> =
            self.offers.iter().filter_map(|(_, insertion)| insertion.map(|i| i.delta)).collect();
        let least = *deltas.iter().min()?;
        deltas.sort_unstable();
        deltas.resize(REGRET_DEPTH.max(deltas.len()), model.absence(self.visit));
        let regret = deltas[1..REGRET_DEPTH].iter().map(|&delta| delta - least).sum();
        Some((model.routes().problem().visit(self.visit).is_mandatory(), regret))
    }

    /// A route changed: its offer is stale, and an alike empty shift may have to speak up.
    fn refresh(&mut self, model: &SearchModel<'_>, solution: &Solution, changed: ShiftId) {
        let class = model.class_of(changed);
        let visit = self.visit;
        let mut spoken = false;
        for (shift, insertion) in &mut self.offers {
            let empty = solution.route(*shift).is_empty();
            if *shift == changed {
                *insertion = offer(model, solution, visit, *shift);
            } else if empty && model.class_of(*shift) == class {
                if insertion.is_none() && !spoken {
                    *insertion = offer(model, solution, visit, *shift);
                }
                spoken |= insertion.is_some();
            }
        }
    }

    /// A shared stock does not last there.
    fn forget(&mut self, shift: ShiftId) {
        for (other, insertion) in &mut self.offers {
            if *other == shift {
                *insertion = None;
            }
        }
    }
}

fn offer(model: &SearchModel<'_>, solution: &Solution, visit: VisitId, shift: ShiftId) -> Option<Insertion> {
    let limit = model.absence(visit) + Cost::from_micros(1);
    solution.route(shift).best_insertion(model.routes(), visit, limit, |_| false)
}
