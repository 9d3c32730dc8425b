//! What may be taken for granted of travel between the stops of a scope: whether a visit left out of a route never
//! hurts, and what a detour to it costs at least.

use std::collections::BTreeMap;

use journeyman_domain::{PlaceId, ShiftId, Stop, VisitId};
use journeyman_route::{RouteModel, Timing};

/// Triples (before, visit, after) up to which least detours are computed; beyond, only their sign is.
const DETOURS_MAX: usize = 200_000_000;
/// Triples up to which anything is computed at all; beyond, nothing is taken for granted.
const TRIPLES_MAX: usize = 8_000_000_000;

/// Nearest visits to which legs are looked for where not all are.
const NEAR_MAX: usize = 64;

/// Prices per tick of driving and of distance.
type Rates = (i64, i64);

/// Facts about travel among the stops of a scope.
#[derive(Clone, Debug)]
pub(crate) struct Terrain {
    /// Whether leaving a visit out of a feasible route leaves a feasible one that is nowhere later, whatever comes
    /// before and after: the triangle inequality of time, time on site included.
    pub(super) skips: bool,
    /// The longest leg, in ticks.
    longest: i64,
    /// By rates and visit (dense over the problem): the least detour price in micro-dollars; may be negative by what
    /// rounding breaks of the triangle inequality.
    detours: BTreeMap<Rates, Vec<i64>>,
    /// By visit (dense over the problem): the nearest others, where there are more than that.
    near: Vec<Vec<VisitId>>,
    /// By rates: the least price of going over a pickup instead of directly.
    pickup_detours: BTreeMap<Rates, i64>,
}

impl Terrain {
    /// O(stops × places²) up to a limit.
    pub(crate) fn of(model: &RouteModel<'_>, shifts: &[ShiftId], visits: &[VisitId]) -> Self {
        let mut terrain = Self {
            skips: false,
            longest: i64::MAX,
            detours: BTreeMap::new(),
            pickup_detours: BTreeMap::new(),
            near: near(model, visits),
        };
        if !model.travel().is_static() {
            return terrain;
        }
        let via: Vec<Stop> =
            visits.iter().copied().map(Stop::Visit).chain(model.pickups().map(Stop::Pickup)).collect();
        let mut users: BTreeMap<PlaceId, u32> = BTreeMap::new();
        for &stop in &via {
            *users.entry(model.place_of(stop)).or_default() += 1;
        }
        for timing in shifts.iter().map(|&shift| model.timing(shift)) {
            *users.entry(timing.start_place()).or_default() += 1;
            *users.entry(timing.end_place()).or_default() += 1;
        }
        // Labels of a shift that has begun start at its last frozen stop.
        let begun = shifts.iter().filter_map(|&shift| model.problem().shift(shift).frozen.as_ref());
        for &stop in begun.filter_map(|frozen| frozen.stops.last()) {
            *users.entry(model.place_of(stop)).or_default() += 1;
        }
        let places: Vec<PlaceId> = users.keys().copied().collect();
        let triples = via.len() * places.len() * places.len();
        if triples > TRIPLES_MAX {
            return terrain;
        }
        let table = Table::of(model, &places);
        terrain.skips = via.iter().all(|&stop| {
            let at = table.at(model.place_of(stop));
            table.is_on_no_shortcut(at, model.duration_of(stop).ticks())
        });
        if !terrain.skips {
            return terrain;
        }
        terrain.longest = table.times.iter().flatten().copied().max().map_or(0, i64::from);
        let detour = |stop: Stop, rates: Rates| {
            let place = model.place_of(stop);
            if triples <= DETOURS_MAX {
                table.least_detour(table.at(place), users[&place] == 1, rates)
            } else {
                table.detour_at_least(table.at(place), rates)
            }
        };
        for timing in shifts.iter().map(|&shift| model.timing(shift)) {
            let rates = (timing.driving(), timing.distance());
            if terrain.detours.contains_key(&rates) {
                continue;
            }
            let mut least = vec![0; model.problem().visits.len()];
            for &visit in visits {
                least[visit.index()] = detour(Stop::Visit(visit), rates);
            }
            let pickups = model.pickups().map(|pickup| detour(Stop::Pickup(pickup), rates));
            terrain.pickup_detours.insert(rates, pickups.min().unwrap_or(0));
            terrain.detours.insert(rates, least);
        }
        terrain
    }

    /// Whether a visit can be left out of any route of a shift and nothing gets later or, but for its detour, dearer.
    ///
    /// A stop is also a place to take a break. Where it is left out between a and b, the break goes to a when a is done
    /// after the break's earliest start; else to b, which is reached in time when no leg outlasts the break's window.
    pub(super) fn may_skip(&self, timing: Timing<'_>) -> bool {
        self.skips && timing.breaks().iter().all(|&(earliest, latest, _)| self.longest <= latest - earliest)
    }

    /// The nearest others of a visit; none where all are near.
    pub(super) fn near(&self, visit: VisitId) -> Option<&[VisitId]> {
        self.near.get(visit.index()).map(Vec::as_slice)
    }

    /// Whether a route of a shift never gains by stopping at a pickup that it does not need.
    pub(super) fn pickups_never_shorten(&self, timing: Timing<'_>) -> bool {
        let rates = (timing.driving(), timing.distance());
        self.may_skip(timing) && self.pickup_detours.get(&rates).is_some_and(|&least| least >= 0)
    }

    /// The least price of a detour to a visit, in micro-dollars.
    pub(super) fn detour(&self, rates: Rates, visit: VisitId) -> i64 {
        self.detours.get(&rates).map_or(0, |least| least[visit.index()])
    }
}

/// O(visits²), or nothing where the visits are few.
fn near(model: &RouteModel<'_>, visits: &[VisitId]) -> Vec<Vec<VisitId>> {
    if visits.len() <= 2 * NEAR_MAX {
        return Vec::new();
    }
    let mut near = vec![Vec::new(); model.problem().visits.len()];
    let place = |visit: VisitId| model.place_of(Stop::Visit(visit));
    for &from in visits {
        let key = |&to: &VisitId| (model.travel().leg(place(from), place(to)).duration, to);
        let mut others: Vec<VisitId> = visits.iter().copied().filter(|&to| to != from).collect();
        others.select_nth_unstable_by_key(NEAR_MAX, key);
        others.truncate(NEAR_MAX);
        near[from.index()] = others;
    }
    near
}

/// Times and distances among the places, dense.
struct Table {
    places: Vec<PlaceId>,
    times: Vec<Vec<i32>>,
    distances: Vec<Vec<i32>>,
}

impl Table {
    fn of(model: &RouteModel<'_>, places: &[PlaceId]) -> Self {
        // Legs are limited far below 2^30; were one not, it would only look longer than it is allowed to be.
        let narrow = |ticks: i64| i32::try_from(ticks).unwrap_or(i32::MAX / 4);
        let row = |from: PlaceId| places.iter().map(move |&to| model.travel().leg(from, to));
        Self {
            places: places.to_vec(),
            times: places
                .iter()
                .map(|&from| row(from).map(|leg| narrow(leg.duration.ticks())).collect())
                .collect(),
            distances: places
                .iter()
                .map(|&from| row(from).map(|leg| narrow(leg.distance.ticks())).collect())
                .collect(),
        }
    }

    fn at(&self, place: PlaceId) -> usize {
        self.places.binary_search(&place).expect("the place of a stop is listed")
    }

    /// Whether no way over this place, with this time on site, is quicker than the direct one.
    fn is_on_no_shortcut(&self, via: usize, duration: i64) -> bool {
        let duration = i32::try_from(duration).unwrap_or(i32::MAX / 4);
        let onward = &self.times[via];
        self.times.iter().all(|row| {
            let there = row[via] + duration;
            // Without a branch inside, so that it becomes vector code.
            row.iter().zip(onward).fold(true, |holds, (direct, rest)| holds & (*direct <= there + rest))
        })
    }

    /// A quick lower bound on [`Self::least_detour`], never above zero.
    fn detour_at_least(&self, via: usize, (driving, distance): Rates) -> i64 {
        let shortcut = |table: &[Vec<i32>]| {
            let onward = &table[via];
            let most = table.iter().map(|row| {
                let there = row[via];
                row.iter().zip(onward).fold(0, |most, (direct, rest)| most.max(direct - there - rest))
            });
            i64::from(most.max().unwrap_or(0))
        };
        -(driving * shortcut(&self.times) + distance * shortcut(&self.distances))
    }

    /// The least price of going over this place instead of directly. `alone`: nothing else is there, so it comes
    /// neither before nor after itself.
    fn least_detour(&self, via: usize, alone: bool, (driving, distance): Rates) -> i64 {
        let price = |from: usize, to: usize| {
            driving * i64::from(self.times[from][to]) + distance * i64::from(self.distances[from][to])
        };
        let out: Vec<i64> = (0..self.places.len()).map(|to| price(via, to)).collect();
        let mut least = i64::MAX;
        for from in (0..self.places.len()).filter(|&from| !alone || from != via) {
            let into = price(from, via);
            for (to, out) in out.iter().enumerate().filter(|&(to, _)| !alone || to != via) {
                least = least.min(into + out - price(from, to));
            }
        }
        if least == i64::MAX { 0 } else { least }
    }
}
