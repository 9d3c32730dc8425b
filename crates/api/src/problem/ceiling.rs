//! Bounds what any plan of a day can cost, so that sums of money stay far inside 64 bits everywhere.

use journeyman_domain::{Cost, Problem, Shift, Time, TravelSpec, Unserved, Visit};

use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};

/// Refuses a day whose worst plan could cost more than the limit.
pub(super) fn check(problem: &Problem, limits: &Limits, at: &Field<'_>) {
    let end = Time::ZERO + problem.horizon;
    let routes: i128 = problem.shifts.iter().map(shift_ceiling).sum();
    let visits: i128 = problem.visits.iter().map(|visit| visit_ceiling(problem, visit, end)).sum();
    let total = routes + driving_ceiling(problem) + visits;
    if total > i128::from(limits.cost_micros) {
        let text = format_args!(
            "a plan of this day could cost up to ${}; the limit is ${}",
            total / 1_000_000,
            limits.cost_micros / 1_000_000
        );
        at.field("rate_card").refuse(ViolationCode::CostTooLarge, text);
    }
}

fn product(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

fn micros(cost: Cost) -> i128 {
    i128::from(cost.micros())
}

/// Paid time fills the shift at most, whichever hours are paid.
fn shift_ceiling(shift: &Shift) -> i128 {
    let rates = &shift.rates;
    product(rates.time.micros(), (shift.window.end - shift.window.start).ticks())
        + product(rates.overtime.micros(), (shift.window.end - shift.soft_end).ticks())
        + micros(rates.used)
}

/// Every visit once, and from and to every shift's places and a pickup, each over the longest leg there is.
fn driving_ceiling(problem: &Problem) -> i128 {
    const HALF_AROUND_THE_EARTH_METERS: i64 = 20_040_000;
    // Ways over roads are not so winding that they would be longer.
    const ROADS_METERS: i64 = 100_000_000;
    let longest = match &problem.travel {
        TravelSpec::Matrix(matrix) => matrix.distances.iter().map(|d| d.ticks()).max().unwrap_or(0),
        TravelSpec::Estimate(estimate) => {
            HALF_AROUND_THE_EARTH_METERS / 1_000 * i64::from(estimate.circuity_permille)
        }
        TravelSpec::Roads(_) => ROADS_METERS,
    };
    let dearest = problem.shifts.iter().map(|shift| shift.rates.distance.micros()).max().unwrap_or(0);
    let legs = problem.visits.len() + 3 * problem.shifts.len();
    product(longest, dearest) * i128::try_from(legs).expect("list lengths are limited far below 2^127")
}

/// Served as late as the horizon allows with every promise broken, or left out.
fn visit_ceiling(problem: &Problem, visit: &Visit, end: Time) -> i128 {
    let rates = &problem.rates;
    let after = |time: Time| (end - time).ticks().max(0);
    let late = visit.soft_end.map_or(0, |soft_end| product(visit.lateness.micros(), after(soft_end)));
    let broken = visit.promise.map_or(0, |promise| {
        product(rates.promise_late.micros(), after(promise.window.end))
            + micros(rates.promise_moved)
            + rates.promise_soon.iter().map(|soon| micros(soon.price)).max().unwrap_or(0)
            + micros(rates.technician_swapped)
            + micros(rates.announced_swap)
            + micros(rates.day_changed)
    });
    let penalty = match visit.unserved {
        Unserved::Mandatory => 0,
        Unserved::Penalty(penalty) => micros(penalty),
    };
    late + broken + micros(visit.preference_missed) + penalty
}
