//! A solution that events have torn is mended at once: open visits go where they cost least, by regret (Potvin &
//! Rousseau 1993); one that finds no room may push another visit elsewhere (ejection).
//!
//! It needs none of the search's lists, which take longer to build than all of this.

use std::cmp::Reverse;

use journeyman_domain::{Cost, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Insertion, Route, RouteModel};

use crate::Solution;

/// Routes compared by the regret of a visit.
const REGRET_DEPTH: usize = 3;
/// Ejections that are followed up, cheapest first: each asks all shifts of the visit that has to go.
const EJECTIONS_MAX: usize = 40;

/// Inserts what pays of `open`, mandatory visits whatever they cost. Deterministic while `stop` says no; it is asked
/// between two insertions.
///
/// Only those of which `pushes` is true push others: who found no room before need not be tried that hard again.
///
/// O(open² + open × shifts × stops of a route) a round; for each visit without room that pushes also shifts × stops
/// removals. Rounds go on while something moves; two are usual.
pub fn mend(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    solution: &mut Solution,
    open: &[VisitId],
    pushes: impl Fn(VisitId) -> bool,
    stop: impl Fn() -> bool,
) {
    let mender = Mender { model, eligibility };
    let mut left = open.to_vec();
    let mut pushing: Vec<VisitId> = open.iter().copied().filter(|&visit| pushes(visit)).collect();
    // What one visit finds may make room for another; every change makes the solution better, so this ends.
    loop {
        mender.insert_by_regret(solution, &left, &stop);
        left.retain(|&visit| solution.server(visit).is_none());
        pushing.retain(|&visit| solution.server(visit).is_none());
        pushing.sort_by_key(|&visit| (Reverse(mender.limit(visit)), visit));
        let mut ejected = Vec::new();
        for &visit in &pushing {
            if stop() {
                return;
            }
            ejected.extend(mender.insert_by_ejection(solution, visit));
        }
        if ejected.is_empty() {
            return;
        }
        for visit in ejected.into_iter().flatten() {
            // One that found room in this round and lost it again is still there.
            for list in [&mut left, &mut pushing] {
                if !list.contains(&visit) {
                    list.push(visit);
                }
            }
        }
        left.retain(|&visit| solution.server(visit).is_none());
    }
}

struct Mender<'m> {
    model: &'m RouteModel<'m>,
    eligibility: &'m Eligibility,
}

/// An open visit with its cheapest insertion into each shift.
struct Open {
    visit: VisitId,
    offers: Vec<(ShiftId, Option<Insertion>)>,
}

/// A visit put where another one was.
struct Ejection {
    /// What that adds, the other one's new place not counted.
    delta: Cost,
    shift: ShiftId,
    ejected: VisitId,
    /// The route with the visit and without the other.
    route: Route,
}

impl Mender<'_> {
    /// What serving a visit may cost.
    fn limit(&self, visit: VisitId) -> Cost {
        let noun = self.model.problem().visit(visit);
        if noun.is_mandatory() { Cost::MAX } else { noun.penalty() }
    }

    fn offer(&self, solution: &Solution, visit: VisitId, shift: ShiftId) -> Option<Insertion> {
        solution.route(shift).best_insertion(self.model, visit, self.limit(visit), |_| false)
    }

    fn insert_by_regret(&self, solution: &mut Solution, open: &[VisitId], stop: &impl Fn() -> bool) {
        let offers = |visit: VisitId| {
            let shifts = self.eligibility.shifts_of(visit).iter();
            shifts.map(|&shift| (shift, self.offer(solution, visit, shift))).collect()
        };
        let mut open: Vec<Open> = open.iter().map(|&visit| Open { visit, offers: offers(visit) }).collect();
        while !stop() {
            let ranked = open.iter().enumerate().filter_map(|(at, open)| {
                let (urgency, best) = self.urgency(open)?;
                Some((urgency, Reverse(at), best))
            });
            let Some((_, Reverse(at), best)) = ranked.max_by_key(|&(urgency, at, _)| (urgency, at)) else {
                return;
            };
            if solution.insert(self.model, &best) {
                open.remove(at);
                for open in &mut open {
                    let changed = open.offers.binary_search_by_key(&best.shift, |offer| offer.0);
                    if let Ok(changed) = changed {
                        open.offers[changed].1 = self.offer(solution, open.visit, best.shift);
                    }
                }
            } else if let Ok(dry) = open[at].offers.binary_search_by_key(&best.shift, |offer| offer.0) {
                // A shared stock does not last there.
                open[at].offers[dry].1 = None;
            }
        }
    }

    /// What is lost by waiting, mandatory visits first, and the best insertion; none where nothing fits.
    fn urgency(&self, open: &Open) -> Option<((bool, Cost), Insertion)> {
        let mut cheapest: Vec<&Insertion> =
            open.offers.iter().filter_map(|(_, offer)| offer.as_ref()).collect();
        let depth = REGRET_DEPTH.min(cheapest.len());
        if depth == 0 {
            return None;
        }
        if cheapest.len() > depth {
            cheapest.select_nth_unstable_by_key(depth, |offer| (offer.delta, offer.shift));
            cheapest.truncate(depth);
        }
        cheapest.sort_by_key(|offer| (offer.delta, offer.shift));
        let noun = self.model.problem().visit(open.visit);
        // A shift too few counts as being left out; that of a mandatory visit has no price, and a large one will do.
        let left_out =
            if noun.is_mandatory() { cheapest[0].delta + Cost::from_micros(1 << 40) } else { noun.penalty() };
        let rivals = (1..REGRET_DEPTH).map(|at| cheapest.get(at).map_or(left_out, |rival| rival.delta));
        let regret = rivals.map(|rival| rival - cheapest[0].delta).sum();
        Some(((noun.is_mandatory(), regret), *cheapest[0]))
    }

    /// Puts a visit in the place of another that goes elsewhere, or is left out where its penalty allows. None where
    /// nothing was done; else the other, if it is left out.
    fn insert_by_ejection(&self, solution: &mut Solution, visit: VisitId) -> Option<Option<VisitId>> {
        let mut ejections = self.ejections(solution, visit);
        ejections.sort_by_key(|ejection| (ejection.delta, ejection.shift, ejection.ejected));
        let mut best: Option<(Cost, usize, Option<Insertion>)> = None;
        let mut limit = self.limit(visit);
        for (at, ejection) in ejections.iter().take(EJECTIONS_MAX).enumerate() {
            let (cost, place) = self.elsewhere(solution, ejection);
            if let Some(cost) = cost
                && ejection.delta + cost < limit
            {
                limit = ejection.delta + cost;
                best = Some((limit, at, place));
            }
        }
        let (_, at, place) = best?;
        let Ejection { ejected, route, shift, .. } = ejections.swap_remove(at);
        let elsewhere = place.filter(|place| place.shift != shift);
        let kept = elsewhere.map(|place| solution.route(place.shift).clone());
        let before = solution.restore(self.model, route);
        let placed = match place {
            None => true,
            Some(_) if self.model.problem().pickups.is_empty() => {
                place.is_some_and(|place| solution.insert(self.model, &place))
            }
            Some(place) => {
                // Stocks are shared: the place was found before the exchange.
                let again = self.offer(solution, ejected, place.shift);
                again.is_some_and(|place| solution.insert(self.model, &place))
            }
        };
        if !placed || !solution.stock_lasts(self.model) {
            if let Some(kept) = kept {
                solution.restore(self.model, kept);
            }
            solution.restore(self.model, before);
            return None;
        }
        Some(place.is_none().then_some(ejected))
    }

    /// Every way to put the visit where another one is taken out. Pinned and frozen visits stay.
    fn ejections(&self, solution: &Solution, visit: VisitId) -> Vec<Ejection> {
        let mut found = Vec::new();
        for &shift in self.eligibility.shifts_of(visit) {
            let route = solution.route(shift);
            let free = route.stops().iter().skip(self.model.frozen_len(shift));
            for stop in free {
                let Stop::Visit(other) = *stop else { continue };
                if self.model.problem().visit(other).pin.is_some() {
                    continue;
                }
                let mut without = route.clone();
                if !without.remove(self.model, |visit| visit == other) {
                    continue;
                }
                let Some(insertion) = without.best_insertion(self.model, visit, Cost::MAX, |_| false) else {
                    continue;
                };
                without.insert(self.model, &insertion);
                let delta = without.cost() - route.cost();
                found.push(Ejection { delta, shift, ejected: other, route: without });
            }
        }
        found
    }

    /// What it costs to serve the ejected visit elsewhere, or to leave it out; none where it must be served and
    /// nobody can.
    fn elsewhere(&self, solution: &Solution, ejection: &Ejection) -> (Option<Cost>, Option<Insertion>) {
        let visit = ejection.ejected;
        let noun = self.model.problem().visit(visit);
        let mut limit = self.limit(visit);
        let mut best = None;
        for &shift in self.eligibility.shifts_of(visit) {
            let route = if shift == ejection.shift { &ejection.route } else { solution.route(shift) };
            if let Some(found) = route.best_insertion(self.model, visit, limit, |_| false) {
                limit = found.delta;
                best = Some(found);
            }
        }
        match best {
            Some(insertion) => (Some(insertion.delta), Some(insertion)),
            None if noun.is_mandatory() => (None, None),
            None => (Some(noun.penalty()), None),
        }
    }
}
