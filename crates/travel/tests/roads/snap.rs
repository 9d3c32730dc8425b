//! Where places stand by the road, against looking at every piece of every road.

use journeyman_domain::RoadTrouble;
use journeyman_travel::{RoadBuilder, RoadClass, RoadNetwork, SnapRules};

use crate::{Draw, point};

/// A cross of two long roads.
fn cross() -> RoadNetwork {
    let mut builder = RoadBuilder::new();
    let center = builder.add_vertex(point(50.0, 10.0));
    for (north, east) in [(50.02, 10.0), (50.0, 10.03), (49.98, 10.0), (50.0, 9.97)] {
        let end = builder.add_vertex(point(north, east));
        builder.add_road(RoadClass::Primary, (center, end), [60_000, 60_000]);
    }
    builder.finish().expect("roads").0
}

#[test]
fn a_place_stands_at_the_nearest_point_of_a_road_and_not_at_its_end() {
    let roads = cross();
    let (road, along, access) = roads.snap(point(50.005, 10.001)).expect("near a road");
    assert_eq!(road, 0);
    // 0.005 degrees of latitude are 555.97 m; 0.001 of longitude are 71.47 m there.
    assert!((55_590..=55_605).contains(&along), "{along}");
    assert!((7_140..=7_150).contains(&access), "{access}");
}

#[test]
fn at_a_crossing_the_first_road_counts() {
    assert_eq!(cross().snap(point(50.0, 10.0)), Ok((0, 0, 0)));
}

#[test]
fn a_place_that_is_too_far_away_is_refused_with_the_distance_and_the_limit() {
    let place = point(50.01, 10.02);
    let refused = cross().snap(place).expect_err("a kilometer away");
    let RoadTrouble::OffRoads { meters: Some(meters), limit, .. } = refused else { panic!("{refused:?}") };
    assert!((1_100..1_120).contains(&meters), "{meters}");
    assert_eq!(limit, 1_000);
    let wide = cross().with_rules(SnapRules { meters_max: 2_000, speed: 10_000 });
    assert!(wide.snap(place).is_ok());
}

#[test]
fn no_other_point_of_any_road_is_nearer() {
    let roads = cross();
    let mut draw = Draw(7);
    for _ in 0..500 {
        let place = draw.around(point(50.0, 10.0), 150_000);
        let Ok((_, _, access)) = roads.snap(place) else { continue };
        for _ in 0..200 {
            let other = roads.point_at(draw.below(roads.centimeters()));
            let there = roads.snap(other).expect("on a road").2;
            assert!(there <= 2, "{there} cm beside the road");
            assert!(f64::from(access) <= flat_centimeters(place, other) * 1.001 + 5.0);
        }
    }
}

/// Good enough over a few kilometers.
fn flat_centimeters(a: journeyman_domain::GeoPoint, b: journeyman_domain::GeoPoint) -> f64 {
    let degree = 11_119_508.0;
    let north = (a.latitude() - b.latitude()) * degree;
    let east = (a.longitude() - b.longitude()) * degree * a.latitude().to_radians().cos();
    north.hypot(east)
}
