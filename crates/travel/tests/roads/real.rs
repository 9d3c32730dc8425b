//! Real extracts against the oracle: every leg to the millisecond and the centimeter.

use std::fs;

use journeyman_domain::{GeoPoint, RoadSource as _, RoadTrouble};
use journeyman_testkit::benchmark_data;
use journeyman_travel::{RoadError, RoadNetwork};

use crate::oracle::Oracle;
use crate::town::written;
use crate::{Draw, point};

/// 100 places by 100 places: 10,000 pairs.
fn ten_thousand_pairs(file: &str, banned_turns_min: usize) {
    let Some(data) = benchmark_data() else { return };
    let (roads, report) = RoadNetwork::build(&data.join("osm_extracts").join(file), &[]).expect("an extract");
    assert!(report.vertices * 100 >= report.vertices_found * 80, "most roads are joined: {report:?}");
    assert!(report.restrictions >= banned_turns_min, "{report:?}");
    let (_folder, path) = written(b"");
    roads.save(&path).expect("a folder that can be written to");
    let roads = RoadNetwork::load(&path).expect("a road file").with_hierarchy();
    let mut draw = Draw(20_261_127);
    let mut places = || -> Vec<GeoPoint> {
        let beside = |_| {
            let on_road = roads.point_at(draw.below(roads.centimeters()));
            draw.around(on_road, 5_000)
        };
        (0..100).map(beside).collect()
    };
    let (from, to) = (places(), places());
    let oracle = Oracle::of(&roads, 0);
    let expected: Vec<_> = from.iter().flat_map(|&from| oracle.row(from, &to)).collect();
    assert_eq!(expected.len(), 10_000);
    assert!(
        roads.legs(0, &from, &to).as_ref() == Ok(&expected),
        "{file}: the hierarchy differs from the oracle"
    );
    let roads = roads.without_hierarchy();
    assert!(roads.legs(0, &from, &to).as_ref() == Ok(&expected), "{file}: Dijkstra differs from the oracle");
}

#[test]
fn columbus_equals_the_oracle() {
    ten_thousand_pairs("columbus_ohio.osm.pbf", 9);
}

#[test]
fn beatty_equals_the_oracle() {
    ten_thousand_pairs("beatty_nevada.osm", 0);
}

#[test]
fn liechtenstein_equals_the_oracle() {
    ten_thousand_pairs("liechtenstein.osm.pbf", 2);
}

#[test]
fn monaco_equals_the_oracle() {
    ten_thousand_pairs("monaco.osm.pbf", 20);
}

#[test]
fn a_place_in_another_country_is_refused() {
    let Some(data) = benchmark_data() else { return };
    let path = data.join("osm_extracts/liechtenstein.osm.pbf");
    let (roads, _) = RoadNetwork::build(&path, &[]).expect("an extract");
    let columbus = point(39.96, -83.0);
    let refused = roads.legs(0, &[columbus], &[point(47.14, 9.52)]).expect_err("an ocean between");
    let RoadTrouble::OffRoads { point, meters: Some(6_000_000..8_000_000), limit: 1_000 } = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(point, columbus);
}

#[test]
fn a_truncated_extract_is_refused() {
    let Some(data) = benchmark_data() else { return };
    let whole = fs::read(data.join("osm_extracts/columbus_ohio.osm.pbf")).expect("the data is there");
    for part in [10, 1_000, whole.len() / 2, whole.len() - 1] {
        let (_folder, path) = written(&whole[..part]);
        let error = RoadNetwork::build(&path, &[]).expect_err("cut off");
        assert!(matches!(error, RoadError::NotAnExtract { .. }), "{part}: {error}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
}
