//! Travel on roads: legs of a problem, tables that grow, periods of the day.

mod day;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use day::{day, places, plain_estimate, point};
use journeyman_domain::{
    GeoPoint, Place, PlaceId, Problem, RoadLeg, RoadSource, RoadSpec, RoadStep, RoadTrouble, Roads, Time,
    TravelSource, TravelSpec,
};
use journeyman_testkit::cases;
use journeyman_travel::{RoadBuilder, RoadClass, RoadNetwork, RoadPeriod, Travel, TravelError};
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

/// Nine by nine crossings, 1.1 km apart; every third street is quick and jammed from 7:00 to 9:00.
fn town() -> Arc<RoadNetwork> {
    static TOWN: OnceLock<Arc<RoadNetwork>> = OnceLock::new();
    let build = || {
        let mut builder = RoadBuilder::new();
        for vertex in 0..81_u32 {
            builder.add_vertex(point(f64::from(vertex / 9) / 100.0, f64::from(vertex % 9) / 100.0));
        }
        for vertex in 0..81 {
            let (north, east) = (vertex / 9, vertex % 9);
            for (exists, head, street) in [(east < 8, vertex + 1, north), (north < 8, vertex + 9, east)] {
                let quick = street % 3 == 0;
                let (class, speed) =
                    if quick { (RoadClass::Primary, 70_000) } else { (RoadClass::Residential, 30_000) };
                if exists {
                    builder.add_road(class, (vertex, head), [speed, speed]);
                }
            }
        }
        let mut jam = RoadPeriod { start_minute: 420, permille: RoadPeriod::FREE };
        jam.permille[RoadClass::Primary.index()] = 4_000;
        let free = |start_minute| RoadPeriod { start_minute, permille: RoadPeriod::FREE };
        builder.set_periods(&[free(0), jam, free(540)]).expect("in order");
        Arc::new(builder.finish().expect("roads").0)
    };
    TOWN.get_or_init(build).clone()
}

fn step(from: i64, period: usize, factor_permille: u32) -> RoadStep {
    RoadStep { from: Time::from_ticks(from), period, factor_permille }
}

/// Free, jammed from second 1,000, free again from second 4,600.
fn rush_hour() -> Vec<RoadStep> {
    vec![step(0, 0, 1_000), step(1_000, 1, 1_000), step(4_600, 2, 1_000)]
}

fn on_roads(points: &[GeoPoint], steps: Vec<RoadStep>) -> Problem {
    let spec = RoadSpec { roads: Roads::shared(town()), steps };
    day(places(points), TravelSpec::Roads(spec))
}

fn legs(travel: &Travel) -> Vec<(i64, i64, i64)> {
    let ids = || (0..travel.place_count()).map(PlaceId::new);
    let both = ids().flat_map(|from| ids().map(move |to| (from, to)));
    let of = |(from, to)| {
        let leg = travel.leg(from, to);
        let jammed = travel.duration_at(from, to, Time::from_ticks(2_000));
        (leg.duration.ticks(), leg.distance.ticks(), jammed.ticks())
    };
    both.map(of).collect()
}

#[test]
fn legs_are_those_of_the_roads_rounded_up_and_say_so() {
    let (a, b) = (point(0.001, 0.0), point(0.03, 0.034));
    let travel = Travel::build(&on_roads(&[a, b], Vec::new())).expect("near roads");
    let leg = town().legs(0, &[a], &[b]).expect("a way")[0];
    let found = travel.leg(PlaceId::new(0), PlaceId::new(1));
    assert_eq!(found.duration.ticks(), i64::try_from(leg.milliseconds.div_ceil(1_000)).expect("small"));
    assert_eq!(found.distance.ticks(), i64::try_from(leg.centimeters.div_ceil(100)).expect("small"));
    assert_eq!(travel.source(), TravelSource::Roads);
    assert!(travel.is_static());
    let estimated =
        Travel::build(&day(places(&[a, b]), TravelSpec::Estimate(plain_estimate()))).expect("valid");
    assert_eq!(estimated.source(), TravelSource::Estimate);
}

#[test]
fn a_period_may_change_the_way() {
    // Along a quick street in the free hours; in the jam the quiet streets beside it are quicker.
    let (a, b) = (PlaceId::new(0), PlaceId::new(1));
    let travel = Travel::build(&on_roads(&[point(0.0, 0.0), point(0.0, 0.08)], rush_hour())).expect("roads");
    let at = |second| travel.duration_at(a, b, Time::from_ticks(second)).ticks();
    // 8,895.6 m at 70 km/h.
    assert_eq!(at(0), 458);
    assert!(at(1_000) > 2 * at(0) && at(1_000) < 4 * at(0), "{} for {}", at(1_000), at(0));
    assert_eq!((at(999), at(4_600)), (at(0), at(0)));
    assert!(!travel.is_static());
    assert_eq!(travel.duration_min(a, b).ticks(), at(0));
}

#[test]
fn a_factor_of_the_day_scales_the_time_of_the_roads() {
    let points = [point(0.0, 0.0), point(0.0, 0.08)];
    let (a, b) = (PlaceId::new(0), PlaceId::new(1));
    let plain = Travel::build(&on_roads(&points, Vec::new())).expect("roads");
    let slow = Travel::build(&on_roads(&points, vec![step(0, 0, 1_500)])).expect("roads");
    let milliseconds = town().legs(0, &points[..1], &points[1..]).expect("a way")[0].milliseconds;
    let expected = i64::try_from((milliseconds * 1_500).div_ceil(1_000_000)).expect("small");
    assert_eq!(slow.leg(a, b).duration.ticks(), expected);
    assert!(slow.is_static() && slow.leg(a, b).distance == plain.leg(a, b).distance);
}

#[test]
fn places_off_the_roads_are_refused_by_name_and_change_nothing() {
    let far = point(1.0, 1.0);
    let refused = Travel::build(&on_roads(&[point(0.0, 0.0), far], Vec::new())).expect_err("far away");
    let TravelError::OffRoads { place, meters: Some(_), limit: 1_000 } = &refused else {
        panic!("{refused}")
    };
    assert_eq!(place, "p1");
    let mut travel =
        Travel::build(&on_roads(&[point(0.0, 0.0), point(0.0, 0.01)], Vec::new())).expect("roads");
    let before = legs(&travel);
    let island = Place { label: "island".to_owned(), point: Some(far) };
    for refused in [travel.push_place(&island).map(drop), travel.move_place(PlaceId::new(0), &island)] {
        let error = refused.expect_err("far away").to_string();
        assert!(
            error.starts_with("place \"island\" lies 1") && error.ends_with("the limit is 1000 m"),
            "{error}"
        );
    }
    assert_eq!(legs(&travel), before);
}

#[test]
fn unknown_periods_are_refused() {
    let refused =
        Travel::build(&on_roads(&[point(0.0, 0.0)], vec![step(0, 3, 1_000)])).expect_err("three periods");
    assert_eq!(refused, TravelError::PeriodUnknown { step: 0, period: 3, count: 3 });
}

fn case_count() -> u32 {
    u32::try_from(cases(48)).unwrap_or(u32::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(case_count()) })]

    #[test]
    fn growing_and_moving_equal_building_anew(
        offsets in proptest::collection::vec((0..80_000_i32, 0..80_000_i32), 3..9),
        grown in 0..4_usize,
        moved in 0..2_usize,
    ) {
        let at = |&(north, east): &(i32, i32)| GeoPoint::from_e7(north * 10, east * 10).expect("in range");
        let points: Vec<GeoPoint> = offsets.iter().map(at).collect();
        let known = points.len() - grown.min(points.len() - 2);
        let mut early = points[..known].to_vec();
        early[moved] = point(0.041, 0.012);
        let mut travel = Travel::build(&on_roads(&early, rush_hour())).expect("near roads");
        for place in &places(&points)[known..] {
            travel.push_place(place).expect("near roads");
        }
        travel.move_place(PlaceId::new(moved), &places(&points)[moved]).expect("near roads");
        let anew = Travel::build(&on_roads(&points, rush_hour())).expect("near roads");
        prop_assert_eq!(legs(&travel), legs(&anew));
        prop_assert_eq!(travel.triangle_report(), anew.triangle_report());
    }

    #[test]
    fn who_leaves_later_never_arrives_earlier_and_bounds_hold(
        (a, b) in ((0..80_000_i32, 0..80_000_i32), (0..80_000_i32, 0..80_000_i32)),
        ready in -100..8_000_i64,
    ) {
        let at = |(north, east): (i32, i32)| GeoPoint::from_e7(north * 10, east * 10).expect("in range");
        let travel = Travel::build(&on_roads(&[at(a), at(b)], rush_hour())).expect("near roads");
        let (a, b) = (PlaceId::new(0), PlaceId::new(1));
        let now = travel.earliest_arrival(a, b, Time::from_ticks(ready));
        let later = travel.earliest_arrival(a, b, Time::from_ticks(ready + 1));
        prop_assert!(now.arrival <= later.arrival);
        prop_assert_eq!(now.departure + travel.duration_at(a, b, now.departure), now.arrival);
        let latest = travel.latest_departure(a, b, now.arrival);
        prop_assert!(latest >= now.departure && latest + travel.duration_at(a, b, latest) <= now.arrival);
        let least = travel.duration_min(a, b);
        prop_assert!(least <= travel.duration_at(a, b, Time::from_ticks(ready)));
        prop_assert!(travel.any_way_min(a, b) <= least);
    }
}

/// Counts what it is asked.
#[derive(Debug)]
struct Counted(Arc<RoadNetwork>, Arc<AtomicUsize>);

impl RoadSource for Counted {
    fn identity(&self) -> &str {
        self.0.identity()
    }

    fn period_starts(&self) -> &[u16] {
        &[0]
    }

    fn period_permille(&self, _: usize) -> u32 {
        1_000
    }

    fn speed_max(&self) -> u32 {
        RoadSource::speed_max(&*self.0)
    }

    fn legs(&self, period: usize, from: &[GeoPoint], to: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble> {
        self.1.fetch_add(from.len() * to.len(), Ordering::Relaxed);
        self.0.legs(period, from, to)
    }
}

#[test]
fn a_new_place_and_a_moved_one_ask_for_their_row_and_column_only() {
    let asked = Arc::new(AtomicUsize::new(0));
    let spec = RoadSpec { roads: Roads::new(Counted(town(), asked.clone())), steps: Vec::new() };
    let points: Vec<GeoPoint> = (0..20).map(|at| point(0.0, f64::from(at) / 300.0)).collect();
    let mut travel = Travel::build(&day(places(&points), TravelSpec::Roads(spec))).expect("near roads");
    assert_eq!(asked.swap(0, Ordering::Relaxed), 400);
    let caller = Place { label: "caller".to_owned(), point: Some(point(0.03, 0.03)) };
    let id = travel.push_place(&caller).expect("near roads");
    assert_eq!(asked.swap(0, Ordering::Relaxed), 40);
    travel.move_place(id, &Place { point: Some(point(0.02, 0.03)), ..caller }).expect("near roads");
    assert_eq!(asked.swap(0, Ordering::Relaxed), 40);
    drop(travel.clone());
    assert_eq!(asked.load(Ordering::Relaxed), 0, "a copy asks nothing");
}
