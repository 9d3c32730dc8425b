//! Areas and neighbours: R-trees against looking at everything.

mod day;

use day::{day, places, plain_estimate, point};
use journeyman_domain::{
    EstimateSpec, GeoPoint, Jurisdiction, JurisdictionId, PlaceId, Ring, TravelSpec, Zone,
};
use journeyman_testkit::cases;
use journeyman_travel::{PlaceIndex, Territories, Travel, visit_jurisdictions};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, proptest};

/// A rectangle of half degrees, so that every test on its border is exact.
#[derive(Clone, Copy, Debug)]
struct Rectangle {
    south: i32,
    west: i32,
    north: i32,
    east: i32,
}

fn half_degrees(latitude: i32, longitude: i32) -> GeoPoint {
    point(f64::from(latitude) / 2.0, f64::from(longitude) / 2.0)
}

impl Rectangle {
    fn ring(self) -> Ring {
        vec![
            half_degrees(self.south, self.west),
            half_degrees(self.south, self.east),
            half_degrees(self.north, self.east),
            half_degrees(self.north, self.west),
        ]
    }

    fn holds(self, latitude: i32, longitude: i32) -> bool {
        (self.south..=self.north).contains(&latitude) && (self.west..=self.east).contains(&longitude)
    }
}

fn any_rectangle() -> impl Strategy<Value = Rectangle> {
    (-10..10, -10..10, 1..8, 1..8).prop_map(|(south, west, height, width)| Rectangle {
        south,
        west,
        north: south + height,
        east: west + width,
    })
}

/// Jurisdictions whose parents come earlier in the list.
fn any_jurisdictions() -> impl Strategy<Value = Vec<(Option<usize>, Vec<Rectangle>)>> {
    let one =
        (any::<proptest::sample::Index>(), any::<bool>(), proptest::collection::vec(any_rectangle(), 0..3));
    proptest::collection::vec(one, 1..8).prop_map(|drawn| {
        let parented = |(at, (parent, has, rings)): (usize, (proptest::sample::Index, bool, _))| {
            ((has && at > 0).then(|| parent.index(at.max(1))), rings)
        };
        drawn.into_iter().enumerate().map(parented).collect()
    })
}

/// A chain of ancestors holds the point; nobody else's chain of parents runs through the answer.
fn is_ancestor(drawn: &[(Option<usize>, Vec<Rectangle>)], outer: usize, inner: usize) -> bool {
    let mut at = drawn[inner].0;
    while let Some(parent) = at {
        if parent == outer {
            return true;
        }
        at = drawn[parent].0;
    }
    false
}

/// Property tests run so many cases each.
fn case_count() -> u32 {
    u32::try_from(cases(64)).expect("a number of cases that ends")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(case_count()) })]

    #[test]
    fn the_jurisdiction_is_the_deepest_of_those_that_hold_the_point(
        drawn in any_jurisdictions(),
        points in proptest::collection::vec((-12..12, -12..12), 1..20),
    ) {
        let on_map = points.iter().map(|&(latitude, longitude)| half_degrees(latitude, longitude)).collect::<Vec<_>>();
        let mut problem = day(places(&on_map), TravelSpec::Estimate(plain_estimate()));
        problem.jurisdictions = drawn
            .iter()
            .enumerate()
            .map(|(at, (parent, rectangles))| Jurisdiction {
                label: format!("j{at}"),
                parent: parent.map(JurisdictionId::new),
                territory: rectangles.iter().map(|r| r.ring()).collect(),
            })
            .collect();
        let answers = visit_jurisdictions(&problem);
        for (&(latitude, longitude), answer) in points.iter().zip(answers) {
            let holding: Vec<usize> = (0..drawn.len())
                .filter(|&at| drawn[at].1.iter().any(|r| r.holds(latitude, longitude)))
                .collect();
            match answer {
                None => prop_assert!(holding.is_empty()),
                Some(id) => {
                    prop_assert!(holding.contains(&id.index()));
                    prop_assert!(!holding.iter().any(|&other| is_ancestor(&drawn, id.index(), other)));
                }
            }
        }
    }

    #[test]
    fn a_leg_between_places_of_one_zone_is_that_of_a_world_at_its_speed(
        rectangles in proptest::collection::vec(any_rectangle(), 0..6),
        points in proptest::collection::vec((-12..12, -12..12), 2..20),
    ) {
        let on_map: Vec<GeoPoint> = points.iter().map(|&(a, b)| half_degrees(a, b)).collect();
        let speed = |zone: usize| 20_000 + 7_000 * u32::try_from(zone).expect("few zones");
        let zones = rectangles
            .iter()
            .enumerate()
            .map(|(at, r)| Zone { label: format!("z{at}"), ring: r.ring(), speed_meters_per_hour: speed(at) })
            .collect();
        let build = |spec| Travel::build(&day(places(&on_map), TravelSpec::Estimate(spec))).expect("valid");
        let zoned = build(EstimateSpec { zones, ..plain_estimate() });
        let zone_of = |&(a, b): &(i32, i32)| rectangles.iter().position(|r| r.holds(a, b));
        for zone in (0..rectangles.len()).map(Some).chain([None]) {
            let speed_meters_per_hour = zone.map_or(plain_estimate().speed_meters_per_hour, speed);
            let uniform = build(EstimateSpec { speed_meters_per_hour, ..plain_estimate() });
            let inside: Vec<PlaceId> =
                (0..points.len()).filter(|&at| zone_of(&points[at]) == zone).map(PlaceId::new).collect();
            for &a in &inside {
                for &b in &inside {
                    prop_assert_eq!(zoned.leg(a, b), uniform.leg(a, b));
                }
            }
        }
    }

    #[test]
    fn neighbours_as_the_crow_flies_are_those_of_a_full_scan(
        points in proptest::collection::vec((-90.0..=90.0_f64, -180.0..=180.0_f64), 1..40),
        center in (-90.0..=90.0_f64, -180.0..=180.0_f64),
        count in 0_usize..12,
        radius in 0_u32..20_100_000,
    ) {
        let mut on_map: Vec<GeoPoint> = points.iter().map(|&(a, b)| point(a, b)).collect();
        // Equal points, so that ties are tried.
        on_map.extend_from_within(..points.len().min(3));
        let places = places(&on_map);
        let index = PlaceIndex::build(&places);
        let center = point(center.0, center.1);
        let mut all: Vec<(f64, usize)> =
            on_map.iter().enumerate().map(|(at, &p)| (arc_meters(center, p), at)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let nearest: Vec<usize> = index.nearest(center, count).into_iter().map(PlaceId::index).collect();
        let expected: Vec<usize> = all.iter().take(count).map(|&(_, at)| at).collect();
        prop_assert_eq!(nearest, expected);
        let within: Vec<usize> = index.within(center, radius).into_iter().map(PlaceId::index).collect();
        let expected: Vec<usize> = all.iter().filter(|&&(arc, _)| arc <= f64::from(radius)).map(|&(_, at)| at).collect();
        prop_assert_eq!(within, expected);
    }

    #[test]
    fn nearest_places_by_driving_are_those_of_a_full_sort(
        points in proptest::collection::vec((0..20, 0..20), 1..30),
        count in 0_usize..35,
    ) {
        let on_map: Vec<GeoPoint> = points.iter().map(|&(a, b)| half_degrees(a, b)).collect();
        let problem = day(places(&on_map), TravelSpec::Estimate(plain_estimate()));
        let travel = Travel::build(&problem).expect("valid");
        let mut others: Vec<PlaceId> = (1..on_map.len()).map(PlaceId::new).collect();
        others.sort_by_key(|&other| {
            let leg = travel.leg(PlaceId::new(0), other);
            (leg.duration, leg.distance, other)
        });
        others.truncate(count);
        prop_assert_eq!(travel.nearest(PlaceId::new(0), count), others);
    }
}

/// Great circle by the angle between vectors: another formula than the one under test.
fn arc_meters(a: GeoPoint, b: GeoPoint) -> f64 {
    let vector = |p: GeoPoint| {
        let (latitude, longitude) = (p.latitude().to_radians(), p.longitude().to_radians());
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
    };
    let (a, b) = (vector(a), vector(b));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let sine = cross.iter().map(|c| c * c).sum::<f64>().sqrt();
    let cosine: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    sine.atan2(cosine) * 6_371_008.8
}

fn jurisdiction(label: &str, parent: Option<usize>, rectangles: &[Rectangle]) -> Jurisdiction {
    Jurisdiction {
        label: label.to_owned(),
        parent: parent.map(JurisdictionId::new),
        territory: rectangles.iter().map(|r| r.ring()).collect(),
    }
}

#[test]
fn between_chains_the_smaller_area_holds_and_then_the_first_in_the_list() {
    let rectangle = |size: i32| Rectangle { south: 0, west: 0, north: size, east: size };
    let mut problem =
        day(places(&[half_degrees(1, 1), half_degrees(6, 6)]), TravelSpec::Estimate(plain_estimate()));
    problem.jurisdictions = vec![
        jurisdiction("state", None, &[rectangle(8)]),
        jurisdiction("county", Some(0), &[rectangle(6)]),
        jurisdiction("big", None, &[rectangle(7)]),
        jurisdiction("twin", None, &[rectangle(6)]),
    ];
    let territories = Territories::build(&problem);
    assert_eq!(territories.jurisdiction_at(half_degrees(1, 1)), Some(JurisdictionId::new(1)));
    assert_eq!(territories.jurisdiction_at(half_degrees(7, 7)), Some(JurisdictionId::new(2)));
    assert_eq!(territories.jurisdiction_at(half_degrees(8, 8)), Some(JurisdictionId::new(0)));
    assert_eq!(territories.jurisdiction_at(half_degrees(9, 8)), None);
}

#[test]
fn a_visit_that_names_its_jurisdiction_keeps_it() {
    let everywhere = Rectangle { south: -10, west: -10, north: 10, east: 10 };
    let mut problem =
        day(places(&[half_degrees(1, 1), half_degrees(30, 1)]), TravelSpec::Estimate(plain_estimate()));
    problem.jurisdictions = vec![jurisdiction("here", None, &[everywhere]), jurisdiction("named", None, &[])];
    assert_eq!(visit_jurisdictions(&problem), [Some(JurisdictionId::new(0)), None]);
    problem.visits[0].jurisdiction = Some(JurisdictionId::new(1));
    problem.places[1].point = None;
    assert_eq!(visit_jurisdictions(&problem), [Some(JurisdictionId::new(1)), None]);
}
