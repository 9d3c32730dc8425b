//! The laws of how far times turn out from what is planned.

use journeyman_domain::{Distance, Duration, Leg, Problem, TickScale, Time, TravelSource, VisitId};
use journeyman_testkit::ProblemBuilder;

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

fn leg(departure: i64, duration: i64) -> Leg {
    Leg {
        departure: Time::from_ticks(departure),
        duration: Duration::from_ticks(duration),
        distance: Distance::ZERO,
        source: TravelSource::Estimate,
    }
}

/// A day with a rush between 7:00 and 9:00, driving that spreads by 20 % and work that spreads by 30 %.
fn day() -> Problem {
    let mut day = ProblemBuilder::new();
    day.horizon(24 * HOUR).estimate(36_000, 1_000);
    day.speed_step(0, 800).speed_step(7 * HOUR, 1_500).speed_step(9 * HOUR, 1_000);
    day.technician("ana");
    day.shift("ana", 0, 20 * HOUR);
    day.visit("a", (0, 0)).duration(1_000);
    let mut problem = day.build();
    problem.window_policy.travel_spread_permille = 200;
    problem.window_policy.duration_spread_permille = 300;
    problem
}

fn deviation(problem: &Problem, departure: i64, duration: i64) -> i64 {
    problem.leg_deviation(&leg(departure, duration)).ticks()
}

#[test]
fn legs_up_to_half_an_hour_vary_by_the_share_of_the_policy_and_longer_ones_by_less() {
    let day = day();
    assert_eq!(deviation(&day, 12 * HOUR, 0), 0);
    assert_eq!(deviation(&day, 12 * HOUR, 10 * MINUTE), 2 * MINUTE);
    assert_eq!(deviation(&day, 12 * HOUR, 30 * MINUTE), 6 * MINUTE);
    // Four independent pieces of half an hour: twice, not four times as much as one.
    assert_eq!(deviation(&day, 12 * HOUR, 2 * HOUR), 12 * MINUTE);
}

#[test]
fn rush_hours_vary_more_and_quiet_hours_not_less() {
    let day = day();
    assert_eq!(deviation(&day, 8 * HOUR, 10 * MINUTE), 3 * MINUTE);
    assert_eq!(deviation(&day, 7 * HOUR, 10 * MINUTE), 3 * MINUTE);
    assert_eq!(deviation(&day, 9 * HOUR, 10 * MINUTE), 2 * MINUTE);
    assert_eq!(deviation(&day, 3 * HOUR, 10 * MINUTE), 2 * MINUTE);
}

#[test]
fn a_piece_is_half_an_hour_whatever_the_tick() {
    let mut day = day();
    day.ticks = TickScale { time_ticks_per_unit: 10, distance_ticks_per_unit: 1 };
    assert_eq!(deviation(&day, 120 * HOUR, 20 * HOUR), 120 * MINUTE);
}

#[test]
fn a_visit_has_its_own_deviation_or_the_policys_share() {
    let mut day = day();
    assert_eq!(day.visit_deviation(VisitId::new(0)).ticks(), 300);
    day.visits[0].duration_spread = Some(Duration::from_ticks(77));
    assert_eq!(day.visit_deviation(VisitId::new(0)).ticks(), 77);
}
