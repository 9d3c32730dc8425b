//! Legs between places: estimates, matrices, the factor of the hour, and tables that grow.

mod day;

use day::{day, places, plain_estimate, point};
use journeyman_domain::{
    Distance, Duration, EstimateSpec, GeoPoint, MatrixSpec, Place, PlaceId, SpeedStep, TickScale, Time,
    TravelSource, TravelSpec, Zone,
};
use journeyman_testkit::cases;
use journeyman_travel::{Travel, TravelError};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};

fn estimated(spec: EstimateSpec, points: &[GeoPoint]) -> Travel {
    Travel::build(&day(places(points), TravelSpec::Estimate(spec))).expect("a valid estimate")
}

/// Travel of a matrix over the places in `order`, from rows of (time, distance).
fn matrix(order: &[usize], legs: &[(i64, i64)]) -> MatrixSpec {
    MatrixSpec {
        places: order.iter().map(|&at| PlaceId::new(at)).collect(),
        durations: legs.iter().map(|leg| Duration::from_ticks(leg.0)).collect(),
        distances: legs.iter().map(|leg| Distance::from_ticks(leg.1)).collect(),
        rounding_ticks: 0,
    }
}

fn refused(points: &[GeoPoint], travel: TravelSpec) -> TravelError {
    Travel::build(&day(places(points), travel)).expect_err("must be refused")
}

fn seconds(travel: &Travel, from: usize, to: usize) -> i64 {
    travel.leg(PlaceId::new(from), PlaceId::new(to)).duration.ticks()
}

fn meters(travel: &Travel, from: usize, to: usize) -> i64 {
    travel.leg(PlaceId::new(from), PlaceId::new(to)).distance.ticks()
}

fn step(from: i64, factor_permille: u32) -> SpeedStep {
    SpeedStep { from: Time::from_ticks(from), factor_permille }
}

#[test]
fn a_degree_of_the_equator_is_111_195_meters_times_circuity() {
    let spec = EstimateSpec { circuity_permille: 1_300, ..plain_estimate() };
    let travel = estimated(spec, &[point(0.0, 0.0), point(0.0, 1.0)]);
    // 6,371,008.8 m · π / 180 = 111,195.08 m; · 1.3 = 144,553.6 m, at 10 m/s 14,455.4 s.
    assert_eq!(meters(&travel, 0, 1), 144_554);
    assert_eq!(seconds(&travel, 0, 1), 14_456);
    assert_eq!(travel.source(), TravelSource::Estimate);
}

#[test]
fn ticks_scale_estimates_before_they_are_rounded() {
    let mut problem =
        day(places(&[point(0.0, 0.0), point(0.0, 1.0)]), TravelSpec::Estimate(plain_estimate()));
    problem.ticks = TickScale { time_ticks_per_unit: 10, distance_ticks_per_unit: 100 };
    let travel = Travel::build(&problem).expect("a valid estimate");
    assert_eq!(meters(&travel, 0, 1), 11_119_509);
    assert_eq!(seconds(&travel, 0, 1), 111_196);
}

#[test]
fn the_antimeridian_the_poles_and_antipodes_are_ordinary_places() {
    let points = [
        point(10.0, 179.9),
        point(10.0, -179.9),
        point(90.0, 0.0),
        point(90.0, 135.0),
        point(-90.0, 45.0),
        point(-10.0, 0.1),
        point(37.123_456_7, -112.765_432_1),
        point(-37.123_456_7, 67.234_567_9),
    ];
    let travel = estimated(plain_estimate(), &points);
    assert_eq!(meters(&travel, 0, 1), 21_902, "0.2 degrees apart at 10 degrees north, across the line");
    assert_eq!(meters(&travel, 2, 3), 1, "one pole under two longitudes");
    for (a, b) in [(2, 4), (1, 5), (6, 7)] {
        let half_turn = 20_015_115;
        assert!(
            (half_turn - 1..=half_turn).contains(&meters(&travel, a, b)),
            "{a} {b}: {}",
            meters(&travel, a, b)
        );
    }
}

#[test]
fn a_leg_takes_half_its_way_at_the_speed_of_each_end() {
    let town = Zone {
        label: "town".to_owned(),
        ring: vec![point(-0.5, -0.5), point(-0.5, 0.5), point(0.5, 0.5), point(0.5, -0.5)],
        speed_meters_per_hour: 18_000,
    };
    let spec = EstimateSpec { zones: vec![town], ..plain_estimate() };
    let travel = estimated(spec, &[point(0.0, 0.0), point(0.0, 0.1), point(0.0, 1.0), point(0.0, 1.1)]);
    // 11,119.51 m and 111,195.08 m; 5 m/s in town, 10 m/s outside.
    assert_eq!(seconds(&travel, 0, 1), 2_224);
    assert_eq!(seconds(&travel, 2, 3), 1_112);
    assert_eq!(seconds(&travel, 0, 2), 16_680);
}

#[test]
fn of_two_zones_the_first_in_the_list_holds() {
    let ring = vec![point(-1.0, -1.0), point(-1.0, 1.0), point(1.0, 1.0), point(1.0, -1.0)];
    let zone = |label: &str, speed_meters_per_hour| Zone {
        label: label.to_owned(),
        ring: ring.clone(),
        speed_meters_per_hour,
    };
    for (first, second, expected) in [(18_000, 72_000, 2_224), (72_000, 18_000, 556)] {
        let spec = EstimateSpec { zones: vec![zone("a", first), zone("b", second)], ..plain_estimate() };
        assert_eq!(seconds(&estimated(spec, &[point(0.0, 0.0), point(0.0, 0.1)]), 0, 1), expected);
    }
}

#[test]
fn a_matrix_may_be_asymmetric_list_places_in_any_order_and_leave_out_those_without_use() {
    let legs = [(0, 0), (5, 50), (7, 70), (6, 60), (0, 0), (8, 80), (9, 90), (10, 100), (0, 0)];
    let mut problem = day(
        (0..4).map(|at| Place { label: format!("p{at}"), point: None }).collect(),
        TravelSpec::Matrix(matrix(&[2, 0, 3], &legs)),
    );
    let error = Travel::build(&problem).expect_err("p1 is visited");
    assert_eq!(error, TravelError::NotInMatrix { place: "p1".to_owned() });
    problem.visits.remove(1);
    let travel = Travel::build(&problem).expect("every place in use is listed");
    assert_eq!((seconds(&travel, 2, 0), meters(&travel, 2, 0)), (5, 50));
    assert_eq!((seconds(&travel, 0, 2), meters(&travel, 0, 2)), (6, 60));
    assert_eq!(seconds(&travel, 3, 0), 10);
    assert_eq!(seconds(&travel, 3, 3), 0);
    assert_eq!(travel.nearest(PlaceId::new(0), 9), [PlaceId::new(2), PlaceId::new(3)]);
    assert_eq!(travel.source(), TravelSource::Matrix);
    assert!(travel.is_static());
}

#[test]
fn bounds_take_the_rounding_of_a_matrix_off_and_stop_at_zero() {
    let mut spec = matrix(&[0, 1], &[(0, 0), (1, 7), (20, 3), (0, 0)]);
    spec.rounding_ticks = 5;
    let travel = Travel::build(&day(places(&[point(0.0, 0.0); 2]), TravelSpec::Matrix(spec))).expect("valid");
    let (a, b) = (PlaceId::new(0), PlaceId::new(1));
    assert_eq!((travel.duration_min(a, b).ticks(), travel.distance_min(a, b).ticks()), (0, 2));
    assert_eq!((travel.duration_min(b, a).ticks(), travel.distance_min(b, a).ticks()), (15, 0));
}

#[test]
fn travel_rounded_down_is_shorter_by_the_rounding_and_knows_no_less() {
    let mut spec = matrix(&[0, 1], &[(0, 0), (1, 7), (20, 3), (0, 0)]);
    let build = |spec: &MatrixSpec| {
        let places = places(&[point(0.0, 0.0); 3]);
        let mut problem = day(places, TravelSpec::Matrix(spec.clone()));
        problem.visits.clear();
        Travel::build(&problem).expect("valid")
    };
    assert!(build(&spec).rounded_down().is_none(), "nothing was rounded");
    spec.rounding_ticks = 5;
    let travel = build(&spec).rounded_down().expect("it was rounded");
    assert_eq!((seconds(&travel, 0, 1), meters(&travel, 0, 1)), (0, 2));
    assert_eq!((seconds(&travel, 1, 0), meters(&travel, 1, 0)), (15, 0));
    let (a, b) = (PlaceId::new(1), PlaceId::new(0));
    assert_eq!(travel.duration_min(a, b), travel.leg(a, b).duration, "nothing more to take off");
    assert_eq!(travel.nearest(b, 9), [a], "what the matrix does not list stays unknown");
    assert!(travel.rounded_down().is_none());
}

#[test]
fn what_is_wrong_is_refused_by_name() {
    let two = [point(0.0, 0.0), point(0.0, 1.0)];
    let p = |at: usize| format!("p{at}");
    let given = |order: &[usize], legs: &[(i64, i64)]| TravelSpec::Matrix(matrix(order, legs));
    let zone = |speed| Zone { label: "z".to_owned(), ring: two.to_vec(), speed_meters_per_hour: speed };
    let rows = [
        (given(&[0, 1], &[(0, 0); 3]), TravelError::MatrixSize { expected: 4, durations: 3, distances: 3 }),
        (given(&[1, 1], &[(0, 0); 4]), TravelError::TwiceInMatrix { place: p(1) }),
        (given(&[1, 1], &[(0, 0), (3, 3), (3, 3), (0, 0)]), TravelError::TwiceInMatrix { place: p(1) }),
        (given(&[0], &[(0, 0)]), TravelError::NotInMatrix { place: p(1) }),
        (given(&[0, 1], &[(0, 0), (1, 1), (1, 1), (0, 1)]), TravelError::DiagonalNotZero { place: p(1) }),
        (given(&[1, 0], &[(0, 0), (-1, 1), (1, 1), (0, 0)]), leg_out_of_range(1, 0)),
        (given(&[0, 1], &[(0, 0), (1, 1), (1, i64::MAX), (0, 0)]), leg_out_of_range(1, 0)),
        (given(&[0, 1], &[(0, 0), (i64::from(u32::MAX), 1), (1, 1), (0, 0)]), leg_out_of_range(0, 1)),
        (
            TravelSpec::Estimate(EstimateSpec { speed_meters_per_hour: 0, ..plain_estimate() }),
            TravelError::SpeedZero { zone: None },
        ),
        (
            TravelSpec::Estimate(EstimateSpec { zones: vec![zone(0)], ..plain_estimate() }),
            TravelError::SpeedZero { zone: Some("z".to_owned()) },
        ),
        (
            TravelSpec::Estimate(EstimateSpec { circuity_permille: 0, ..plain_estimate() }),
            TravelError::CircuityZero,
        ),
        (
            TravelSpec::Estimate(EstimateSpec {
                circuity_permille: u32::MAX,
                speed_meters_per_hour: 1,
                ..plain_estimate()
            }),
            leg_out_of_range(1, 0),
        ),
        (profile(&[step(1, 1_000)]), TravelError::ProfileOrder { step: 0 }),
        (profile(&[step(0, 1_000), step(5, 1_500), step(5, 900)]), TravelError::ProfileOrder { step: 2 }),
        (
            profile(&[step(0, 1_000), step(5, 0)]),
            TravelError::FactorOutOfRange { step: 1, factor_permille: 0, limit: 1_000_000 },
        ),
    ];
    for (travel, expected) in rows {
        assert_eq!(refused(&two, travel), expected);
    }
    let mut problem = day(places(&two), TravelSpec::Estimate(plain_estimate()));
    problem.places[1].point = None;
    assert_eq!(Travel::build(&problem).expect_err("p1 is visited"), TravelError::NoPoint { place: p(1) });
}

fn leg_out_of_range(from: usize, to: usize) -> TravelError {
    TravelError::LegOutOfRange { from: format!("p{from}"), to: format!("p{to}"), limit: u32::MAX - 1 }
}

fn profile(steps: &[SpeedStep]) -> TravelSpec {
    TravelSpec::Estimate(EstimateSpec { profile: steps.to_vec(), ..plain_estimate() })
}

#[test]
fn a_leg_takes_the_factor_of_its_departure_rounded_up() {
    let spec = EstimateSpec {
        profile: vec![step(-5, 1_000), step(100, 1_333), step(200, 1_333), step(300, 500)],
        ..plain_estimate()
    };
    let travel = estimated(spec, &[point(0.0, 0.0), point(0.0, 0.1)]);
    let (a, b) = (PlaceId::new(0), PlaceId::new(1));
    let at = |departure| travel.duration_at(a, b, Time::from_ticks(departure)).ticks();
    assert_eq!(travel.steps(), [step(Time::MIN.ticks(), 1_000), step(100, 1_333), step(300, 500)]);
    // 1,112 · 1.333 = 1,482.3 and 1,112 · 0.5 = 556.
    assert_eq!(
        [at(-1_000_000), at(99), at(100), at(299), at(300), at(1_000_000)],
        [1_112, 1_112, 1_483, 1_483, 556, 556]
    );
    assert_eq!(travel.duration_min(a, b).ticks(), 556);
    assert!(!travel.is_static());
}

#[test]
fn a_factor_that_never_changes_is_in_the_legs() {
    let travel = estimated(
        EstimateSpec { profile: vec![step(0, 1_500), step(3_600, 1_500)], ..plain_estimate() },
        &[point(0.0, 0.0), point(0.0, 0.1)],
    );
    assert!(travel.is_static());
    assert_eq!(travel.steps(), [step(Time::MIN.ticks(), 1_000)]);
    assert_eq!((seconds(&travel, 0, 1), meters(&travel, 0, 1)), (1_668, 11_120));
}

#[test]
fn waiting_for_a_quicker_hour_is_used_where_it_arrives_earlier() {
    let spec = EstimateSpec { profile: vec![step(0, 3_000), step(1_000, 1_000)], ..plain_estimate() };
    let travel = estimated(spec, &[point(0.0, 0.0), point(0.0, 0.1)]);
    let (a, b) = (PlaceId::new(0), PlaceId::new(1));
    let trip = travel.earliest_arrival(a, b, Time::from_ticks(500));
    assert_eq!((trip.departure.ticks(), trip.arrival.ticks()), (1_000, 2_112));
    assert_eq!(travel.earliest_arrival(a, a, Time::from_ticks(500)).arrival.ticks(), 500);
}

fn any_point() -> impl Strategy<Value = GeoPoint> {
    let town =
        (-0.3..0.3, -0.3..0.3).prop_map(|(latitude, longitude)| point(37.0 + latitude, -113.0 + longitude));
    let globe = (-90.0..=90.0, -180.0..=180.0).prop_map(|(latitude, longitude)| point(latitude, longitude));
    let edge = prop_oneof![
        Just(point(90.0, 7.0)),
        Just(point(-90.0, 0.0)),
        Just(point(0.0, 180.0)),
        Just(point(0.0, -180.0))
    ];
    prop_oneof![6 => town, 3 => globe, 1 => edge]
}

fn any_zones() -> impl Strategy<Value = Vec<Zone>> {
    proptest::collection::vec((proptest::collection::vec(any_point(), 3..6), 1_000_u32..100_000), 0..5)
        .prop_map(|zones| {
            let zone = |(at, (ring, speed_meters_per_hour))| Zone {
                label: format!("z{at}"),
                ring,
                speed_meters_per_hour,
            };
            zones.into_iter().enumerate().map(zone).collect()
        })
}

fn any_profile() -> impl Strategy<Value = Vec<SpeedStep>> {
    proptest::collection::vec((1_i64..3_000, 200_u32..4_000), 0..6).prop_map(|gaps| {
        let mut from = -500;
        gaps.into_iter()
            .map(|(gap, factor_permille)| {
                let this = step(from, factor_permille);
                from += gap;
                this
            })
            .collect()
    })
}

/// Property tests run so many cases each.
fn case_count() -> u32 {
    u32::try_from(cases(64)).expect("a number of cases that ends")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(case_count()) })]

    #[test]
    fn estimates_are_symmetric_and_zero_only_between_equal_points(
        points in proptest::collection::vec(any_point(), 1..12),
        zones in any_zones(),
    ) {
        let travel = estimated(EstimateSpec { zones, ..plain_estimate() }, &points);
        for (a, from) in points.iter().enumerate() {
            for (b, to) in points.iter().enumerate() {
                prop_assert_eq!(seconds(&travel, a, b), seconds(&travel, b, a));
                prop_assert_eq!(meters(&travel, a, b), meters(&travel, b, a));
                prop_assert_eq!(seconds(&travel, a, b) == 0, from == to);
                prop_assert_eq!(meters(&travel, a, b) == 0, from == to);
                prop_assert!(meters(&travel, a, b) <= 20_015_116);
            }
        }
    }

    #[test]
    fn at_one_speed_no_detour_is_shorter_than_the_leg(points in proptest::collection::vec(any_point(), 3..12)) {
        let report = estimated(plain_estimate(), &points).triangle_report();
        prop_assert!(report.exhaustive);
        // Rounding up keeps the inequality; the sphere's own rounding may cost a tick on a straight line.
        prop_assert!(report.violation_max.ticks() <= 1, "{:?}", report);
    }

    #[test]
    fn no_detour_is_quicker_than_the_bound_on_any_way(
        points in proptest::collection::vec(any_point(), 2..8),
        zones in any_zones(),
        profile in any_profile(),
    ) {
        let travel = estimated(EstimateSpec { zones, profile, ..plain_estimate() }, &points);
        let ids: Vec<PlaceId> = (0..points.len()).map(PlaceId::new).collect();
        // Shortest ways over any number of places, at the quickest hour (Floyd and Warshall).
        let mut least: Vec<Vec<Duration>> =
            ids.iter().map(|&a| ids.iter().map(|&b| travel.duration_min(a, b)).collect()).collect();
        for via in 0..ids.len() {
            for from in 0..ids.len() {
                for to in 0..ids.len() {
                    least[from][to] = least[from][to].min(least[from][via] + least[via][to]);
                }
            }
        }
        for &a in &ids {
            for &b in &ids {
                prop_assert!(travel.any_way_min(a, b) <= least[a.index()][b.index()]);
            }
        }
    }

    #[test]
    fn at_one_speed_the_bound_on_any_way_is_the_leg_less_its_rounding(
        points in proptest::collection::vec(any_point(), 2..8),
    ) {
        let travel = estimated(plain_estimate(), &points);
        for a in (0..points.len()).map(PlaceId::new) {
            for b in (0..points.len()).map(PlaceId::new) {
                let slack = travel.leg(a, b).duration - travel.any_way_min(a, b);
                // One tick for rounding up, one where the understatement crosses a whole tick.
                prop_assert!((0..=2).contains(&slack.ticks()), "{:?}", slack);
            }
        }
    }

    #[test]
    fn the_triangle_report_is_the_worst_of_all_triples(
        size in 1_usize..6,
        legs in proptest::collection::vec((0_i64..50, 0_i64..50), 25..26),
    ) {
        let mut legs = legs[..size * size].to_vec();
        for at in 0..size {
            legs[at * size + at] = (0, 0);
        }
        let order: Vec<usize> = (0..size).collect();
        let problem = day(places(&vec![point(0.0, 0.0); size]), TravelSpec::Matrix(matrix(&order, &legs)));
        let time = |from: usize, to: usize| legs[from * size + to].0;
        let mut worst = 0;
        for a in 0..size {
            for b in 0..size {
                for c in 0..size {
                    worst = worst.max(time(a, c) - time(a, b) - time(b, c));
                }
            }
        }
        let report = Travel::build(&problem).expect("a valid matrix").triangle_report();
        prop_assert_eq!(report.violation_max, Duration::from_ticks(worst));
        prop_assert!(report.exhaustive);
    }

    #[test]
    fn arrivals_after_waiting_are_first_in_first_out_and_the_best_of_all_departures(
        profile in any_profile(),
        degrees in 0.0..0.2_f64,
        ready in -1_000_i64..9_000,
    ) {
        let travel = estimated(
            EstimateSpec { profile, ..plain_estimate() },
            &[point(0.0, 0.0), point(0.0, degrees)],
        );
        let (a, b) = (PlaceId::new(0), PlaceId::new(1));
        let arrival = |departure: i64| departure + travel.duration_at(a, b, Time::from_ticks(departure)).ticks();
        let trip = travel.earliest_arrival(a, b, Time::from_ticks(ready));
        let best = (ready..=trip.arrival.ticks()).map(arrival).min().expect("not empty");
        prop_assert_eq!(trip.arrival.ticks(), best);
        prop_assert!(trip.departure.ticks() >= ready);
        prop_assert_eq!(arrival(trip.departure.ticks()), best);
        let later = travel.earliest_arrival(a, b, Time::from_ticks(ready + 1));
        prop_assert!(later.arrival >= trip.arrival);
        prop_assert!(trip.arrival - trip.departure >= travel.duration_min(a, b));
    }

    #[test]
    fn the_latest_departure_is_the_last_that_arrives_in_time(
        profile in any_profile(),
        degrees in 0.0..0.2_f64,
        due in -1_000_i64..9_000,
    ) {
        let travel = estimated(
            EstimateSpec { profile, ..plain_estimate() },
            &[point(0.0, 0.0), point(0.0, degrees)],
        );
        let (a, b) = (PlaceId::new(0), PlaceId::new(1));
        let in_time = |departure: i64| departure + travel.duration_at(a, b, Time::from_ticks(departure)).ticks() <= due;
        let latest = travel.latest_departure(a, b, Time::from_ticks(due)).ticks();
        prop_assert!(in_time(latest));
        prop_assert!((latest + 1..=due).all(|departure| !in_time(departure)));
    }

    #[test]
    fn a_table_that_grows_and_moves_equals_one_built_anew(
        points in proptest::collection::vec(any_point(), 1..6),
        changes in proptest::collection::vec((0_usize..60, any_point()), 0..40),
        zones in any_zones(),
    ) {
        let spec = EstimateSpec { zones, ..plain_estimate() };
        let mut places = places(&points);
        let mut travel = estimated(spec.clone(), &points);
        for (target, point) in changes {
            if target < places.len() {
                places[target].point = Some(point);
                travel.move_place(PlaceId::new(target), &places[target]).expect("a valid point");
            } else {
                places.push(Place { label: format!("p{}", places.len()), point: Some(point) });
                let id = travel.push_place(&places[places.len() - 1]).expect("a valid point");
                prop_assert_eq!(id.index(), places.len() - 1);
            }
        }
        let anew = Travel::build(&day(places.clone(), TravelSpec::Estimate(spec))).expect("valid");
        prop_assert_eq!(travel.place_count(), places.len());
        for a in (0..places.len()).map(PlaceId::new) {
            for b in (0..places.len()).map(PlaceId::new) {
                prop_assert_eq!(travel.leg(a, b), anew.leg(a, b));
            }
            prop_assert_eq!(travel.nearest(a, 3), anew.nearest(a, 3));
            let at = places[a.index()].point.expect("all have one");
            prop_assert_eq!(travel.place_index().nearest(at, 4), anew.place_index().nearest(at, 4));
        }
        prop_assert_eq!(travel.triangle_report(), anew.triangle_report());
    }
}

#[test]
fn a_matrix_does_not_grow() {
    let spec = TravelSpec::Matrix(matrix(&[0], &[(0, 0)]));
    let mut travel = Travel::build(&day(places(&[point(0.0, 0.0)]), spec)).expect("valid");
    let more = Place { label: "new".to_owned(), point: Some(point(1.0, 1.0)) };
    let refused = Err(TravelError::MatrixCannotGrow { place: "new".to_owned() });
    assert_eq!(travel.push_place(&more), refused);
    assert_eq!(travel.place_count(), 1);
}
