//! Whether a shift could start a visit in time by any path at all.
//!
//! On a matrix that breaks the triangle inequality a detour may be faster than the direct leg, so refusals are
//! proved on shortest paths over all places where a route may stop.

use journeyman_domain::{Duration, PlaceId, ShiftId, Time, VisitId};
use journeyman_route::RouteModel;
use rustc_hash::FxHashMap;

/// Shortest paths from start places and to end places, computed when first asked for.
pub(crate) struct Reach<'c, 'm> {
    model: &'c RouteModel<'m>,
    /// Places where a route may stop.
    places: Vec<PlaceId>,
    from: FxHashMap<PlaceId, Vec<i64>>,
    to: FxHashMap<PlaceId, Vec<i64>>,
}

impl<'c, 'm> Reach<'c, 'm> {
    pub(crate) fn new(model: &'c RouteModel<'m>) -> Self {
        let problem = model.problem();
        let visits = problem.visits.iter().map(|visit| visit.place);
        let mut places: Vec<PlaceId> =
            visits.chain(problem.pickups.iter().map(|pickup| pickup.place)).collect();
        places.sort_unstable();
        places.dedup();
        Self { model, places, from: FxHashMap::default(), to: FxHashMap::default() }
    }

    /// False only when it is proved that no route of the shift serves the visit. O(places²) for a new place.
    pub(crate) fn may_serve(&mut self, shift: ShiftId, visit: VisitId) -> bool {
        let problem = self.model.problem();
        let (noun, duration) = (problem.shift(shift), problem.visit(visit).duration);
        let place = problem.visit(visit).place;
        // Alone on the direct way: most visits need no shortest path.
        let travel = self.model.travel();
        let (there, back) =
            (travel.duration_min(noun.start_place, place), travel.duration_min(place, noun.end_place));
        if self.fits(shift, visit, there, duration + back) {
            return true;
        }
        let there = self.least(noun.start_place, place, Way::From);
        let back = self.least(noun.end_place, place, Way::To);
        self.fits(shift, visit, there, duration + back)
    }

    /// Whether an open start leaves this much driving before it and this much of the shift after it.
    fn fits(&self, shift: ShiftId, visit: VisitId, before: Duration, after: Duration) -> bool {
        let noun = self.model.problem().shift(shift);
        let departure = noun.frozen.as_ref().map_or(noun.window.start, |frozen| frozen.departure);
        let (first, last) = (departure + before, noun.window.end - after);
        let pieces = self.model.profile(shift, visit).pieces();
        pieces.iter().any(|piece| first.max(piece.from) <= last.min(piece.to))
    }

    fn least(&mut self, home: PlaceId, place: PlaceId, way: Way) -> Duration {
        let (model, places) = (self.model, &self.places);
        let known = match way {
            Way::From => &mut self.from,
            Way::To => &mut self.to,
        };
        let paths = known.entry(home).or_insert_with(|| shortest_paths(model, places, home, way));
        let at = places.binary_search(&place).expect("the place of a visit is listed");
        Duration::from_ticks(paths[at])
    }
}

/// Direction of paths at a home.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    From,
    To,
}

/// Dijkstra over a dense graph of least leg times, service left out.
fn shortest_paths(model: &RouteModel<'_>, places: &[PlaceId], home: PlaceId, way: Way) -> Vec<i64> {
    let leg = |from: PlaceId, to: PlaceId| match way {
        Way::From => model.travel().duration_min(from, to).ticks(),
        Way::To => model.travel().duration_min(to, from).ticks(),
    };
    let mut least: Vec<i64> = places.iter().map(|&place| leg(home, place)).collect();
    let mut settled = vec![false; places.len()];
    while let Some(at) = (0..places.len()).filter(|&at| !settled[at]).min_by_key(|&at| least[at]) {
        settled[at] = true;
        for next in 0..places.len() {
            least[next] = least[next].min(least[at] + leg(places[at], places[next]));
        }
    }
    debug_assert!(least.iter().all(|&time| time <= Time::MAX.ticks()), "legs are limited");
    least
}
