//! The cheapest legs into and out of each visit, sorted, so that most shifts find theirs at once.

use journeyman_domain::{Cost, PlaceId, ShiftRates, VisitId};
use journeyman_route::RouteModel;
use journeyman_travel::Travel;

/// Neighbours kept per visit and direction. Beyond them the last one's cost bounds all others from below.
const NEIGHBORS_MAX: usize = 32;

/// Other visits by the cost of the leg, cheapest first.
pub(crate) struct Ranked {
    nearest: Vec<(Cost, VisitId)>,
    /// Whether all others are listed.
    complete: bool,
}

impl Ranked {
    fn of(mut costs: Vec<(Cost, VisitId)>) -> Self {
        let complete = costs.len() <= NEIGHBORS_MAX;
        if !complete {
            costs.select_nth_unstable(NEIGHBORS_MAX);
            costs.truncate(NEIGHBORS_MAX);
        }
        costs.sort_unstable();
        Self { nearest: costs, complete }
    }

    /// The cost of the cheapest leg from or to a visit that `fits`, or less; none when no other visit does.
    pub(crate) fn least(&self, fits: impl Fn(VisitId) -> bool) -> Option<Cost> {
        let found = self.nearest.iter().find(|&&(_, other)| fits(other));
        let beyond = if self.complete { None } else { self.nearest.last() };
        found.or(beyond).map(|&(cost, _)| cost)
    }
}

/// Legs into and out of one visit, at one pair of rates.
pub(crate) struct Neighbors {
    pub(crate) into: Ranked,
    pub(crate) out: Ranked,
}

/// Of each of `visits`, by visit; none for the others. O(visits²).
pub(crate) fn neighbors(
    model: &RouteModel<'_>,
    rates: &ShiftRates,
    visits: &[VisitId],
) -> Vec<Option<Neighbors>> {
    let problem = model.problem();
    let place = |visit: VisitId| problem.visit(visit).place;
    let travel = model.travel();
    let mut by_visit: Vec<Option<Neighbors>> = problem.visits.iter().map(|_| None).collect();
    for &visit in visits {
        let others = || visits.iter().copied().filter(|&other| other != visit);
        let into = others().map(|other| (leg_cost(travel, rates, place(other), place(visit)), other));
        let out = others().map(|other| (leg_cost(travel, rates, place(visit), place(other)), other));
        by_visit[visit.index()] =
            Some(Neighbors { into: Ranked::of(into.collect()), out: Ranked::of(out.collect()) });
    }
    by_visit
}

/// The least that a leg costs at any hour, under either pay policy: its time is paid as driving or as presence.
pub(crate) fn leg_cost(travel: &Travel, rates: &ShiftRates, from: PlaceId, to: PlaceId) -> Cost {
    rates.time * travel.duration_min(from, to) + rates.distance * travel.distance_min(from, to)
}
