//! Legs of random road networks, by every method, against the oracle.

use journeyman_domain::{GeoPoint, RoadSource as _};
use journeyman_testkit::cases;
use journeyman_travel::{RoadBuilder, RoadClass, RoadError, RoadId, RoadNetwork, RoadPeriod};

use crate::oracle::Oracle;
use crate::{Draw, point};

const CLASSES: [RoadClass; 4] =
    [RoadClass::Motorway, RoadClass::Secondary, RoadClass::Residential, RoadClass::Service];

/// A road, and the vertices where it starts and ends.
pub(crate) type Laid = (RoadId, u64, u64);

/// A crooked lattice with gaps, one-way streets, loops, parallel roads and forbidden turns, in two periods.
fn random_network(draw: &mut Draw) -> Result<RoadNetwork, RoadError> {
    let side = 2 + draw.below(6);
    random_builder(side, draw)?.0.finish().map(|built| built.0)
}

/// The same before it is finished, with so many vertices a side.
pub(crate) fn random_builder(side: u64, draw: &mut Draw) -> Result<(RoadBuilder, Vec<Laid>), RoadError> {
    let mut builder = RoadBuilder::new();
    for vertex in 0..side * side {
        let (east, north) = (vertex % side, vertex / side);
        let corner = point(small(north) / 1e3, small(east) / 1e3);
        builder.add_vertex(draw.around(corner, 3_000));
    }
    let mut roads: Vec<Laid> = Vec::new();
    for vertex in 0..side * side {
        let east = (vertex % side + 1 < side).then_some(vertex + 1);
        let north = (vertex / side + 1 < side).then_some(vertex + side);
        let anywhere = (draw.below(8) == 0).then(|| draw.below(side * side));
        for head in [east, north, anywhere].into_iter().flatten() {
            if draw.below(10) == 0 {
                continue;
            }
            let speed = 10_000 + u32::try_from(draw.below(4)).expect("small") * 20_000;
            let speeds = [speed, if draw.below(5) == 0 { 0 } else { speed }];
            let class = CLASSES[usize::try_from(draw.below(4)).expect("small")];
            let ends = (usize::try_from(vertex).expect("small"), usize::try_from(head).expect("small"));
            roads.push((builder.add_road(class, ends, speeds), vertex, head));
        }
    }
    for _ in 0..draw.below(side * side) {
        ban_some_turn(&mut builder, &roads, draw);
    }
    let slow = RoadPeriod { start_minute: 420, permille: [1_700; RoadClass::COUNT] };
    let mut jam = RoadPeriod { start_minute: 960, permille: RoadPeriod::FREE };
    jam.permille[RoadClass::Motorway.index()] = 9_000;
    builder.set_periods(&[slow, jam])?;
    Ok((builder, roads))
}

fn ban_some_turn(builder: &mut RoadBuilder, roads: &[Laid], draw: &mut Draw) {
    let mut some = || roads[usize::try_from(draw.below(roads.len().max(1) as u64)).expect("small")];
    if roads.is_empty() {
        return;
    }
    let (from, onto) = (some(), some());
    for (via, from_against) in [(from.2, false), (from.1, true)] {
        for (start, onto_against) in [(onto.1, false), (onto.2, true)] {
            if via == start {
                builder.ban_turn((from.0, from_against), (onto.0, onto_against));
                return;
            }
        }
    }
}

fn small(count: u64) -> f64 {
    f64::from(u32::try_from(count).expect("small"))
}

pub(crate) fn places(roads: &RoadNetwork, count: usize, draw: &mut Draw) -> Vec<GeoPoint> {
    let total = roads.centimeters();
    let place = |_| {
        let beside = roads.point_at(draw.below(total));
        draw.around(beside, 2_000)
    };
    let mut places: Vec<GeoPoint> = (0..count).map(place).collect();
    // Once more the same place, a vertex, and two places of one road.
    places.push(places[0]);
    places.push(roads.point_at(0));
    places.push(roads.point_at(100));
    places
}

#[test]
fn every_method_finds_the_legs_of_the_oracle() {
    let mut compared = 0;
    for seed in 0..cases(300) {
        let mut draw = Draw(seed as u64);
        let Ok(roads) = random_network(&mut draw) else { continue };
        let from = places(&roads, 3, &mut draw);
        let to = places(&roads, 9, &mut draw);
        for period in 0..2 {
            let oracle = Oracle::of(&roads, period);
            let expected: Vec<_> = from.iter().flat_map(|&from| oracle.row(from, &to)).collect();
            assert_eq!(roads.legs(oracle.period(), &from, &to).as_ref(), Ok(&expected), "seed {seed}");
            // More rows than columns are driven backward.
            let columns: Vec<_> =
                (0..to.len()).flat_map(|to| expected.iter().skip(to).step_by(9 + 3).copied()).collect();
            let backward: Vec<_> = (0..from.len())
                .flat_map(|from_at| roads.legs(period, &from[from_at..=from_at], &to).expect("legs"))
                .collect();
            assert_eq!(backward, expected, "seed {seed}");
            for (to_at, column) in columns.chunks(from.len()).enumerate() {
                let legs = roads.legs(period, &from, &to[to_at..=to_at]);
                assert_eq!(legs.as_deref(), Ok(column), "seed {seed}");
            }
            compared += expected.len();
        }
        let roads = roads.with_hierarchy();
        for period in 0..2 {
            let oracle = Oracle::of(&roads, period);
            let expected: Vec<_> = from.iter().flat_map(|&from| oracle.row(from, &to)).collect();
            assert_eq!(roads.legs(period, &from, &to).as_ref(), Ok(&expected), "seed {seed}, hierarchy");
            // Many rows select what they sweep.
            let all: Vec<_> = to.iter().flat_map(|&from| oracle.row(from, &to)).collect();
            assert_eq!(roads.legs(period, &to, &to).as_ref(), Ok(&all), "seed {seed}, hierarchy");
            for (to_at, &end) in to.iter().enumerate() {
                let column: Vec<_> = expected.iter().skip(to_at).step_by(to.len()).copied().collect();
                let legs = roads.legs(period, &from, &[end]);
                assert_eq!(legs.as_ref(), Ok(&column), "seed {seed}, hierarchy");
            }
        }
    }
    assert!(compared > 10_000, "only {compared} legs were compared");
}

#[test]
fn a_path_is_as_long_as_its_leg_and_goes_from_door_to_door() {
    for seed in 0..cases(100) {
        let mut draw = Draw(1_000 + seed as u64);
        let Ok(roads) = random_network(&mut draw) else { continue };
        let places = places(&roads, 5, &mut draw);
        for (&from, &to) in places.iter().zip(&places[1..]) {
            let leg = roads.legs(1, &[from], &[to]).expect("a way")[0];
            let path = roads.path(1, from, to).expect("a way");
            assert_eq!((path.first(), path.last()), (Some(&from), Some(&to)), "seed {seed}");
            let meters: f64 = path.windows(2).map(|pair| haversine(pair[0], pair[1])).sum();
            let meters_of_leg = small(leg.centimeters) / 100.0;
            // Each road and each part of one is rounded to a centimeter, each corner to another.
            let rounding = 0.05 * (2.0 + small(path.len() as u64));
            assert!(
                (meters - meters_of_leg).abs() < rounding,
                "seed {seed}: {meters} for {meters_of_leg} meters"
            );
        }
    }
}

/// Written down again, so that `geo` is judged too.
fn haversine(a: GeoPoint, b: GeoPoint) -> f64 {
    let (north_a, north_b) = (a.latitude().to_radians(), b.latitude().to_radians());
    let (north, east) = (north_b - north_a, (b.longitude() - a.longitude()).to_radians());
    let chord = (north / 2.0).sin().powi(2) + north_a.cos() * north_b.cos() * (east / 2.0).sin().powi(2);
    2.0 * 6_371_008.8 * chord.sqrt().asin()
}

#[test]
fn periods_are_refused_out_of_order_and_out_of_range() {
    let of = |start_minute, factor| RoadPeriod { start_minute, permille: [factor; RoadClass::COUNT] };
    for (periods, expected) in [
        (vec![of(0, 1_000), of(0, 1_000)], "period 1: it does not start after the one before"),
        (vec![of(1_440, 1_000)], "period 0: it starts at 24:00 or later"),
        (vec![of(0, 999)], "period 0: a factor is not within 1,000 and 60,000 permille"),
        (vec![of(0, 60_001)], "period 0: a factor is not within 1,000 and 60,000 permille"),
    ] {
        let error = RoadBuilder::new().set_periods(&periods).expect_err("refused");
        assert_eq!(error.to_string(), expected);
    }
    let many: Vec<RoadPeriod> = (0..97).map(|start| of(start, 1_000)).collect();
    let error = RoadBuilder::new().set_periods(&many).expect_err("refused");
    assert_eq!(error.to_string(), "97 periods; a road file holds at most 96");
}
