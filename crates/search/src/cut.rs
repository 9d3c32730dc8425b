//! Cuts a solution into parts by geography: across the way between two visits drawn anew each time, so that seams move.
//!
//! Technicians are not cut: their shifts draw from one van. Skill comes in with the visits that nobody serves, which
//! go to a part that may serve them.

use journeyman_domain::{PlaceId, ShiftId, TechnicianId, VisitId};
use rand::Rng;
use rand_pcg::Pcg64Mcg;

use crate::sector::Sector;
use crate::{SearchModel, Solution};

/// Visits drawn of which the farthest from the first pivot becomes the second: close pivots cut at random.
const PIVOTS_DRAWN: usize = 8;

/// A technician's routes, which stay together.
struct Unit {
    technician: TechnicianId,
    shifts: Vec<ShiftId>,
    visits: Vec<VisitId>,
    /// How much nearer the second pivot lies than the first.
    lean: i64,
}

/// Cuts into so many disjoint parts, which together are the whole, of about as many visits each.
/// O(visits × log parts + shifts × log shifts).
pub(crate) fn cut(
    model: &SearchModel<'_>,
    solution: &Solution,
    parts: usize,
    rng: &mut Pcg64Mcg,
) -> Vec<Sector> {
    assert!(parts > 0, "a cut into no parts");
    let problem = model.routes().problem();
    let mut part_of = vec![0; problem.shifts.len()];
    let mut units = units(model, solution);
    bisect(model, &mut units, 0..parts, &mut part_of, rng);
    let mut visits: Vec<Vec<VisitId>> = vec![Vec::new(); parts];
    for visit in problem.visit_ids() {
        let shift = solution.server(visit).or_else(|| likely_server(model, solution, visit, rng));
        visits[shift.map_or(0, |shift| part_of[shift.index()])].push(visit);
    }
    let part = |(at, visits): (usize, Vec<VisitId>)| {
        let shifts = problem.shift_ids().filter(|shift| part_of[shift.index()] == at);
        Sector::of(model, shifts, visits)
    };
    visits.into_iter().enumerate().map(part).collect()
}

/// By technician, in order.
fn units(model: &SearchModel<'_>, solution: &Solution) -> Vec<Unit> {
    let problem = model.routes().problem();
    let mut units: Vec<Unit> = Vec::new();
    let mut shifts: Vec<ShiftId> = problem.shift_ids().collect();
    shifts.sort_by_key(|&shift| problem.shift(shift).technician);
    for shift in shifts {
        let technician = problem.shift(shift).technician;
        if units.last().is_none_or(|unit| unit.technician != technician) {
            units.push(Unit { technician, shifts: Vec::new(), visits: Vec::new(), lean: 0 });
        }
        let unit = units.last_mut().expect("one was pushed");
        unit.shifts.push(shift);
        unit.visits.extend(solution.route(shift).visits());
    }
    units
}

/// Deals units out to a range of parts, half of the range to either side of a cut.
fn bisect(
    model: &SearchModel<'_>,
    units: &mut [Unit],
    parts: std::ops::Range<usize>,
    part_of: &mut [usize],
    rng: &mut Pcg64Mcg,
) {
    if parts.len() == 1 || units.is_empty() {
        for shift in units.iter().flat_map(|unit| &unit.shifts) {
            part_of[shift.index()] = parts.start;
        }
        return;
    }
    line_up(model, units, rng);
    let left = parts.len() / 2;
    // Idle units weigh nothing, so they are dealt out by their number: at one depot all lean alike.
    let idle = units.iter().filter(|unit| unit.visits.is_empty()).count();
    let visits: usize = units.iter().map(|unit| unit.visits.len()).sum();
    let (mut visits_left, mut idle_left) = (visits * left / parts.len(), idle * left / parts.len());
    let goes_left = |unit: &Unit| {
        if unit.visits.is_empty() {
            let goes = idle_left > 0;
            idle_left = idle_left.saturating_sub(1);
            goes
        } else {
            // The unit at the cut goes where more of it belongs.
            let goes = 2 * visits_left > unit.visits.len();
            visits_left = visits_left.saturating_sub(unit.visits.len());
            goes
        }
    };
    let sides: Vec<bool> = units.iter().map(goes_left).collect();
    for (unit, goes) in units.iter_mut().zip(sides) {
        unit.lean = i64::from(!goes);
    }
    units.sort_by_key(|unit| unit.lean);
    let middle = units.partition_point(|unit| unit.lean == 0);
    let (ones, others) = units.split_at_mut(middle);
    bisect(model, ones, parts.start..parts.start + left, part_of, rng);
    bisect(model, others, parts.start + left..parts.end, part_of, rng);
}

/// Sorts units along the way between two of their visits; alike ones fall differently each time.
fn line_up(model: &SearchModel<'_>, units: &mut [Unit], rng: &mut Pcg64Mcg) {
    for at in (1..units.len()).rev() {
        units.swap(at, rng.random_range(0..=at));
    }
    let (problem, travel) = (model.routes().problem(), model.routes().travel());
    let way = |from: PlaceId, to: PlaceId| travel.leg(from, to).duration.ticks();
    let places: Vec<PlaceId> =
        units.iter().flat_map(|unit| &unit.visits).map(|&visit| problem.visit(visit).place).collect();
    if places.is_empty() {
        return;
    }
    let mut draw = || places[rng.random_range(0..places.len())];
    let first = draw();
    let drawn = (0..PIVOTS_DRAWN).map(|_| draw());
    let second = drawn.max_by_key(|&place| way(first, place)).unwrap_or(first);
    for unit in units.iter_mut() {
        let lean = |place: PlaceId| way(place, first) - way(place, second);
        let count = i64::try_from(unit.visits.len()).expect("visits are counted");
        unit.lean = if count == 0 {
            lean(problem.shift(unit.shifts[0]).start_place)
        } else {
            unit.visits.iter().map(|&visit| lean(problem.visit(visit).place)).sum::<i64>() / count
        };
    }
    units.sort_by_key(|unit| unit.lean);
}

/// A shift that might serve an unserved visit: one near it, or any that may.
fn likely_server(
    model: &SearchModel<'_>,
    solution: &Solution,
    visit: VisitId,
    rng: &mut Pcg64Mcg,
) -> Option<ShiftId> {
    let may = model.shifts_of(visit);
    if may.is_empty() {
        return None;
    }
    let any = may[rng.random_range(0..may.len())];
    if rng.random::<bool>() {
        return Some(any);
    }
    let servers = model.near(visit).iter().filter_map(|&near| solution.server(near));
    servers.into_iter().find(|&shift| model.allows(shift, visit)).or(Some(any))
}
