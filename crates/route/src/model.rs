//! A problem compiled for route arithmetic: rates, profiles and curves looked up instead of derived.

use journeyman_domain::{
    Cost, Date, Duration, PayPolicy, PickupId, PlaceId, Problem, Shift, ShiftId, Stop, Time, TimeWindow,
    Visit, VisitId,
};
use journeyman_travel::Travel;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::{Curve, ServiceProfile};

/// Starts of a visit by a shift that law or permits narrow further than the visit itself does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartLimit {
    /// The shift.
    pub shift: ShiftId,
    /// The visit.
    pub visit: VisitId,
    /// Open starts, sorted and disjoint; intersected with the visit's own.
    pub windows: Vec<TimeWindow>,
}

/// What the arithmetic needs of a problem. Cheap to read, immutable, shared by all threads.
pub struct RouteModel<'a> {
    problem: &'a Problem,
    travel: &'a Travel,
    tables: RouteTables,
}

/// What a model has looked up of its problem. It borrows nothing, so that it can be kept while the problem changes in
/// one visit, and be lent to a model again.
#[derive(Clone, Debug)]
pub struct RouteTables {
    shifts: Vec<ShiftModel>,
    visits: Vec<StopModel>,
    pickups: Vec<StopModel>,
    /// Per shift and visit: prices that depend on who serves, not when.
    assignment: Vec<Cost>,
    limited: FxHashMap<(ShiftId, VisitId), ServiceProfile>,
}

/// A visit or pickup as the arithmetic sees it.
#[derive(Clone, Debug)]
pub(crate) struct StopModel {
    pub(crate) place: PlaceId,
    pub(crate) duration: i64,
    pub(crate) profile: ServiceProfile,
}

/// A shift as the arithmetic sees it.
#[derive(Clone, Debug)]
pub(crate) struct ShiftModel {
    pub(crate) start_place: PlaceId,
    pub(crate) end_place: PlaceId,
    /// First moment of the shift.
    pub(crate) start: i64,
    /// Allowed departures.
    pub(crate) departures: (i64, i64),
    /// Price of a tick of driving; 0 under PORTAL_TO_PORTAL.
    pub(crate) driving: i64,
    /// Price of a tick between departure and return; 0 under SHIFT.
    pub(crate) presence: i64,
    /// Price of a distance tick.
    pub(crate) distance: i64,
    /// (earliest start, latest start, duration) of each break.
    pub(crate) breaks: SmallVec<[(i64, i64, i64); 1]>,
    /// Per number of breaks already taken: what returning at a moment costs, presence included.
    pub(crate) terminal: SmallVec<[Curve; 2]>,
    /// How many stops are frozen, and the first moment at which a leg from them to another stop may start.
    pub(crate) frozen: (usize, i64),
}

impl<'a> RouteModel<'a> {
    /// Compiles a problem. `limits` holds only the pairs whose starts are narrower than the visit's own.
    /// O(shifts × visits).
    pub fn build(problem: &'a Problem, travel: &'a Travel, limits: &[StartLimit]) -> Self {
        Self::lent(problem, travel, RouteTables::build(problem, limits))
    }

    /// With tables that were built for the problem. O(1).
    pub fn lent(problem: &'a Problem, travel: &'a Travel, tables: RouteTables) -> Self {
        debug_assert_eq!(tables.visits.len(), problem.visits.len(), "tables of the problem");
        Self { problem, travel, tables }
    }

    /// Gives its tables back.
    pub fn into_tables(self) -> RouteTables {
        self.tables
    }

    /// Narrows the starts of a visit by a shift from now on; what was said of the pair before no longer counts.
    pub fn limit(&mut self, limit: &StartLimit) {
        self.tables.limit(self.problem, limit);
    }

    /// The problem.
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The travel under it.
    pub fn travel(&self) -> &'a Travel {
        self.travel
    }

    /// What it costs that this shift, and not the one hoped for, serves the visit, whenever it does: preference
    /// missed, technician swapped, day changed.
    #[inline]
    pub fn assignment_cost(&self, shift: ShiftId, visit: VisitId) -> Cost {
        self.tables.assignment[shift.index() * self.tables.visits.len() + visit.index()]
    }

    /// The open starts of a visit by a shift, with their prices.
    #[inline]
    pub fn profile(&self, shift: ShiftId, visit: VisitId) -> &ServiceProfile {
        if !self.tables.limited.is_empty()
            && let Some(profile) = self.tables.limited.get(&(shift, visit))
        {
            return profile;
        }
        &self.tables.visits[visit.index()].profile
    }

    /// Whether two shifts without frozen stops cost the same whatever they do with these visits.
    pub fn are_alike(&self, a: ShiftId, b: ShiftId, visits: &[VisitId]) -> bool {
        let (one, other) = (self.problem.shift(a), self.problem.shift(b));
        let (van, other_van) = (&self.problem.technician_of(a).van, &self.problem.technician_of(b).van);
        one.start_place == other.start_place
            && one.end_place == other.end_place
            && (one.window, one.soft_end, one.rates) == (other.window, other.soft_end, other.rates)
            && one
                .breaks
                .iter()
                .map(|b| (b.start, b.duration))
                .eq(other.breaks.iter().map(|b| (b.start, b.duration)))
            && one.visits_max == other.visits_max
            && one.frozen.is_none()
            && other.frozen.is_none()
            && van == other_van
            && visits.iter().all(|&visit| {
                self.assignment_cost(a, visit) == self.assignment_cost(b, visit)
                    && self.profile(a, visit) == self.profile(b, visit)
            })
    }

    /// How many stops at the start of this shift's route may not change.
    #[inline]
    pub fn frozen_len(&self, shift: ShiftId) -> usize {
        self.tables.shifts[shift.index()].frozen.0
    }

    /// Where a stop is.
    #[inline]
    pub fn place_of(&self, stop: Stop) -> PlaceId {
        match stop {
            Stop::Visit(visit) => self.tables.visits[visit.index()].place,
            Stop::Pickup(pickup) => self.tables.pickups[pickup.index()].place,
        }
    }

    /// Time spent at a stop.
    #[inline]
    pub fn duration_of(&self, stop: Stop) -> Duration {
        Duration::from_ticks(self.stop(stop).duration)
    }

    /// The open starts of a stop, with their prices.
    #[inline]
    pub fn stop_profile(&self, shift: ShiftId, stop: Stop) -> &ServiceProfile {
        match stop {
            Stop::Visit(visit) => self.profile(shift, visit),
            Stop::Pickup(pickup) => &self.tables.pickups[pickup.index()].profile,
        }
    }

    /// The price of a stop for who serves it.
    #[inline]
    pub(crate) fn stop_price(&self, shift: ShiftId, stop: Stop) -> i64 {
        match stop {
            Stop::Visit(visit) => self.assignment_cost(shift, visit).micros(),
            Stop::Pickup(_) => 0,
        }
    }

    #[inline]
    pub(crate) fn shift(&self, shift: ShiftId) -> &ShiftModel {
        &self.tables.shifts[shift.index()]
    }

    #[inline]
    pub(crate) fn stop(&self, stop: Stop) -> &StopModel {
        match stop {
            Stop::Visit(visit) => &self.tables.visits[visit.index()],
            Stop::Pickup(pickup) => &self.tables.pickups[pickup.index()],
        }
    }

    /// Every pickup.
    pub fn pickups(&self) -> impl Iterator<Item = PickupId> + use<> {
        self.problem.pickup_ids()
    }
}

impl RouteTables {
    fn build(problem: &Problem, limits: &[StartLimit]) -> Self {
        let visits: Vec<_> = problem.visit_ids().map(|visit| visit_model(problem, visit)).collect();
        // The calendar is asked once a visit, not once a pair.
        let promised_days: Vec<Option<Date>> =
            problem.visits.iter().map(|visit| promised_day(problem, visit)).collect();
        let assignment = problem
            .shifts
            .iter()
            .flat_map(|shift| problem.visits.iter().zip(&promised_days).map(move |pair| (shift, pair)))
            .map(|(shift, (visit, &day))| assignment_price(problem, shift, (visit, day)))
            .collect();
        let mut tables = Self {
            shifts: problem.shift_ids().map(|shift| shift_model(problem, shift)).collect(),
            visits,
            pickups: problem.pickups.iter().map(pickup_model).collect(),
            assignment,
            limited: FxHashMap::default(),
        };
        limits.iter().for_each(|limit| tables.limit(problem, limit));
        tables
    }

    /// Looks up one visit anew, with the limits of its starts. Equal to building anew where the problem differs in
    /// nothing else. O(shifts + limits).
    pub fn exchange(&mut self, problem: &Problem, visit: VisitId, limits: &[StartLimit]) {
        self.visits[visit.index()] = visit_model(problem, visit);
        let (noun, day) = (problem.visit(visit), promised_day(problem, problem.visit(visit)));
        for (at, shift) in problem.shifts.iter().enumerate() {
            self.assignment[at * self.visits.len() + visit.index()] =
                assignment_price(problem, shift, (noun, day));
        }
        self.limited.retain(|&(_, limited), _| limited != visit);
        limits.iter().for_each(|limit| self.limit(problem, limit));
    }

    fn limit(&mut self, problem: &Problem, limit: &StartLimit) {
        let windows: Vec<_> = problem
            .start_windows(limit.visit)
            .iter()
            .flat_map(|own| limit.windows.iter().filter_map(|narrow| own.intersection(narrow)))
            .collect();
        let profile = ServiceProfile::of_visit(problem, limit.visit, &windows);
        self.limited.insert((limit.shift, limit.visit), profile);
    }
}

fn promised_day(problem: &Problem, visit: &Visit) -> Option<Date> {
    Some(problem.local_day(visit.promise?.window.start))
}

fn visit_model(problem: &Problem, visit: VisitId) -> StopModel {
    let noun = problem.visit(visit);
    StopModel {
        place: noun.place,
        duration: noun.duration.ticks(),
        profile: ServiceProfile::of_visit(problem, visit, &problem.start_windows(visit)),
    }
}

fn pickup_model(pickup: &journeyman_domain::Pickup) -> StopModel {
    StopModel {
        place: pickup.place,
        duration: pickup.duration.ticks(),
        profile: ServiceProfile::free(&pickup.windows),
    }
}

fn shift_model(problem: &Problem, shift: ShiftId) -> ShiftModel {
    let noun = problem.shift(shift);
    let (start, end) = (noun.window.start.ticks(), noun.window.end.ticks());
    let rate = noun.rates.time.micros();
    let (driving, presence) = match noun.rates.pay {
        PayPolicy::Shift => (rate, 0),
        PayPolicy::PortalToPortal => (0, rate),
    };
    let breaks: SmallVec<[(i64, i64, i64); 1]> = noun
        .breaks
        .iter()
        .map(|b| (b.start.start.ticks(), b.start.end.ticks(), b.duration.ticks()))
        .collect();
    let departures =
        noun.frozen.as_ref().map_or((start, end), |f| (f.departure.ticks(), f.departure.ticks()));
    let terminal = (0..=breaks.len()).map(|taken| {
        let returns_max = end.min(latest_return(&breaks[taken..]));
        terminal_curve(noun, presence, returns_max)
    });
    ShiftModel {
        start_place: noun.start_place,
        end_place: noun.end_place,
        start,
        departures,
        driving,
        presence,
        distance: noun.rates.distance.micros(),
        terminal: terminal.collect(),
        breaks,
        frozen: noun.frozen.as_ref().map_or((0, i64::MIN), |f| (f.stops.len(), f.until.ticks())),
    }
}

/// The last return after which the remaining breaks still fit one after another.
fn latest_return(breaks: &[(i64, i64, i64)]) -> i64 {
    breaks.iter().rev().fold(Time::MAX.ticks(), |latest, &(earliest_start, latest_start, duration)| {
        let start = latest_start.min(latest - duration);
        if start < earliest_start { Time::MIN.ticks() } else { start }
    })
}

/// What returning at a moment costs: presence, overtime, the use of the shift.
fn terminal_curve(shift: &Shift, presence: i64, returns_max: i64) -> Curve {
    let start = shift.window.start.ticks();
    if returns_max < start {
        return Curve::infeasible();
    }
    let used = shift.rates.used.micros();
    let overtime = shift.rates.overtime.micros();
    let soft_end = shift.soft_end.ticks();
    // A freeze can move the start past the regular end.
    let late_start = overtime * (start - soft_end).max(0);
    Curve::flat(start, used + presence * start + late_start)
        .then_rising(soft_end.min(returns_max), presence)
        .then_rising(returns_max, presence + overtime)
}

/// Preference missed, technician swapped, day changed.
fn assignment_price(problem: &Problem, shift: &Shift, (visit, promised_day): (&Visit, Option<Date>)) -> Cost {
    let mut price = Cost::ZERO;
    if !visit.preferred.is_empty() && visit.preferred.binary_search(&shift.technician).is_err() {
        price += visit.preference_missed;
    }
    if let Some(promise) = visit.promise {
        if promise.technician.is_some_and(|named| named != shift.technician) {
            price += problem.rates.technician_swapped;
            if promise.announced {
                price += problem.rates.announced_swap;
            }
        }
        if promised_day.is_some_and(|day| day != shift.day) {
            price += problem.rates.day_changed;
        }
    }
    price
}
