//! The cheapest schedule of a given sequence of stops.

use journeyman_domain::{PlannedRoute, Problem, Release, ShiftId, Stop, StopKind, Time, VisitId};
use journeyman_travel::{Travel, visit_jurisdictions};

use super::clock::{Clock, by_law};
use super::law::license_at;
use super::price::price;

/// The exact optimum of a sequence over departure, waiting, windows and breaks, as a route with its times and its
/// cost by term; none when no schedule keeps all times, or when the sequence does not start with what is frozen.
///
/// Only time and money: whether the shift may serve the visits at all (skills, pins, parts …) is not asked. The
/// starts are those that windows, pinned starts, permits and licenses leave open.
///
/// O(stops · breaks · ticks): for horizons of some hundreds of ticks.
pub fn best_schedule(
    problem: &Problem,
    travel: &Travel,
    shift: ShiftId,
    stops: &[Stop],
) -> Option<PlannedRoute> {
    let jurisdictions = visit_jurisdictions(problem);
    best_schedule_where(problem, travel, shift, stops, &by_law(problem, &jurisdictions, shift))
}

/// As [`best_schedule`], with the caller's rule of when a visit may start.
pub fn best_schedule_where(
    problem: &Problem,
    travel: &Travel,
    shift: ShiftId,
    stops: &[Stop],
    may_start: &dyn Fn(VisitId, Time) -> bool,
) -> Option<PlannedRoute> {
    let frozen = problem.shift(shift).frozen.as_ref();
    if stops.is_empty() || frozen.is_some_and(|frozen| !stops.starts_with(&frozen.stops)) {
        return None;
    }
    let clock = Clock::new(problem, travel, shift, may_start);
    let mut now = clock.at_start();
    let mut here = clock.shift().start_place;
    for (done, &stop) in stops.iter().enumerate() {
        let there = clock.place(stop);
        let mut arrived = clock.empty();
        clock.drive(&now, (here, there), &|at| clock.may_leave(done, at), &mut arrived);
        clock.dwell(&mut arrived, true);
        now = clock.serve(&arrived, stop);
        clock.dwell(&mut now, true);
        here = there;
    }
    let mut returned = clock.empty();
    let home = clock.shift().end_place;
    clock.drive(&now, (here, home), &|_| true, &mut returned);
    let (cost, _, past) = clock.best_return(&returned)?;
    let mut route = past.replay(problem, travel, shift);
    sign(problem, &mut route);
    route.cost = price(problem, &route);
    assert_eq!(route.cost.total(), cost, "the cost of the schedule differs from the cost of the way to it");
    Some(route)
}

/// Adds license proofs and HELD marks.
fn sign(problem: &Problem, route: &mut PlannedRoute) {
    let jurisdictions = visit_jurisdictions(problem);
    let technician = problem.shift(route.shift).technician;
    for stop in &mut route.stops {
        if let StopKind::Visit(visit) = stop.kind {
            stop.license = license_at(problem, &jurisdictions, technician, visit, stop.start);
            stop.held = matches!(problem.release(visit), Release::Held { .. });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProblemBuilder;
    use journeyman_domain::{CostTerm, Frozen, Time};

    fn visit(problem: &Problem, label: &str) -> Stop {
        let at = problem.visits.iter().position(|v| v.label == label).expect("the label exists");
        Stop::Visit(VisitId::new(at))
    }

    /// The best route of the only shift, by labels, with its cost in dollars.
    fn solve(problem: &Problem, labels: &[&str]) -> Option<(PlannedRoute, String)> {
        let travel = Travel::build(problem).expect("a valid problem");
        let stops: Vec<Stop> = labels.iter().map(|label| visit(problem, label)).collect();
        let route = best_schedule(problem, &travel, ShiftId::new(0), &stops)?;
        let cost = route.total().to_string();
        Some((route, cost))
    }

    fn ticks(time: Time) -> i64 {
        time.ticks()
    }

    #[test]
    fn driving_alone_is_paid_in_a_paid_shift() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300);
        day.visit("a", (10, 0)).window(100, 120);
        let (_, cost) = solve(&day.build(), &["a"]).expect("it fits");
        assert_eq!(cost, "20.00");
    }

    #[test]
    fn leaving_late_saves_time_that_is_paid_from_departure_to_return() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300).portal_to_portal();
        day.visit("a", (10, 0)).window(0, 100);
        day.visit("b", (10, 5)).window(120, 130);
        let (route, cost) = solve(&day.build(), &["a", "b"]).expect("it fits");
        // Start a at 100, the latest; 110 … 120 is driving and waiting for b.
        assert_eq!(ticks(route.departure), 90);
        assert_eq!(cost, "55.00");
    }

    #[test]
    fn a_break_before_departure_or_after_return_is_not_on_the_clock() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300).portal_to_portal().pause(0, 50, 30);
        day.visit("a", (10, 0)).window(60, 100);
        let (route, cost) = solve(&day.build(), &["a"]).expect("it fits");
        assert_eq!((cost.as_str(), route.stops.len()), ("30.00", 1));
    }

    #[test]
    fn a_break_between_arrival_and_service_stands_before_its_visit() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300).pause(20, 20, 30);
        day.visit("a", (20, 0)).window(50, 50);
        let (route, _) = solve(&day.build(), &["a"]).expect("only so does it fit");
        let starts: Vec<i64> = route.stops.iter().map(|stop| ticks(stop.start)).collect();
        assert_eq!(starts, [20, 50]);
        assert_eq!(ticks(route.stops[1].arrival), 20);
    }

    #[test]
    fn a_break_that_fits_nowhere_makes_the_route_infeasible() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300).pause(15, 15, 30);
        day.visit("a", (10, 0)).duration(20).window(10, 10);
        assert!(solve(&day.build(), &["a"]).is_none());
    }

    #[test]
    fn waiting_before_driving_pays_when_the_roads_clear() {
        let mut day = ProblemBuilder::new();
        day.estimate(36_000, 1_000).speed_step(0, 4_000).speed_step(50, 1_000);
        day.technician("ana");
        day.shift("ana", 0, 400);
        day.visit("a", (99, 0)).window(0, 70);
        // 99 metres at 10 metres a second: 10 ticks, 40 before the step.
        let (route, cost) = solve(&day.build(), &["a"]).expect("it fits");
        assert_eq!((ticks(route.departure), cost.as_str()), (50, "20.00"));
    }

    #[test]
    fn each_price_lands_in_its_term() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.technician("ben");
        day.shift("ana", 0, 300).used(7).rates(1_000_000, 500_000, 3_000_000).soft_end(100);
        day.visit("a", (10, 0))
            .window(90, 95)
            .soft_end(80, 2_000_000)
            .promise(50, 60)
            .promise_technician("ben")
            .announced()
            .prefers("ben", 4);
        let (route, _) = solve(&day.build(), &["a"]).expect("it fits");
        let term = |term| route.cost.get(term).to_string();
        assert_eq!(term(CostTerm::PaidTime), "20.00");
        assert_eq!(term(CostTerm::Distance), "10.00");
        assert_eq!(term(CostTerm::Overtime), "30.00"); // back at 110
        assert_eq!(term(CostTerm::ShiftUsed), "7.00");
        assert_eq!(term(CostTerm::Lateness), "20.00"); // 10 ticks
        assert_eq!(term(CostTerm::Disruption), "65.00"); // moved 20, 30 ticks late, swapped 10, announced 5
        assert_eq!(term(CostTerm::Preference), "4.00");
    }

    #[test]
    fn a_frozen_start_is_kept_and_nothing_leaves_before_the_freeze() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 300);
        day.visit("a", (10, 0)).pin_shift("ana/1").pin_start(30);
        day.visit("b", (20, 0));
        let mut problem = day.build();
        problem.shifts[0].frozen = Some(Frozen {
            departure: Time::from_ticks(5),
            stops: vec![visit(&problem, "a")],
            until: Time::from_ticks(70),
        });
        let (route, _) = solve(&problem, &["a", "b"]).expect("it fits");
        let legs: Vec<i64> = route.stops.iter().map(|stop| ticks(stop.leg.departure)).collect();
        assert_eq!((ticks(route.departure), legs), (5, vec![5, 70]));
        assert!(solve(&problem, &["b", "a"]).is_none());
    }

    #[test]
    fn a_license_is_asked_at_the_start_of_service() {
        let mut day = ProblemBuilder::new();
        day.technician("ana").license(journeyman_domain::LicenseClass::Master, "state").valid(60, 100);
        day.shift("ana", 0, 300);
        day.visit("a", (10, 0)).needs(journeyman_domain::LicenseClass::Journeyman);
        day.visit("b", (10, 0)).needs(journeyman_domain::LicenseClass::Journeyman).window(100, 200);
        let problem = day.build();
        let (route, _) = solve(&problem, &["a"]).expect("it fits");
        assert!((60..100).contains(&ticks(route.stops[0].start)));
        assert!(solve(&problem, &["b"]).is_none());
    }
}
