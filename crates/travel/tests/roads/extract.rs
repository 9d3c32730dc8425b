//! What tags mean for driving, from the file to the leg.

use journeyman_domain::{RoadLeg, RoadSource as _, RoadTrouble};
use journeyman_travel::{RoadError, RoadNetwork, SnapRules};

use crate::point;
use crate::town::{Town, at, written};

/// A lattice step of 111.195 meters, in centimeters.
const STEP: u64 = 11_120;

fn leg(roads: &RoadNetwork, from: i64, to: i64) -> RoadLeg {
    roads.legs(0, &[at(from)], &[at(to)]).expect("a way")[0]
}

fn steps(roads: &RoadNetwork, from: i64, to: i64) -> u64 {
    leg(roads, from, to).centimeters / STEP
}

/// A block: 0 – 10 – 20 along the south, 2 – 12 – 22 along the north, joined in the west, the middle and the east.
fn block() -> Town {
    Town::default()
        .way(&[0, 10], "highway=residential")
        .way(&[10, 20], "highway=residential")
        .way(&[0, 1, 2], "highway=residential")
        .way(&[10, 11, 12], "highway=residential")
        .way(&[20, 21, 22], "highway=residential")
        .way(&[2, 12, 22], "highway=residential")
}

#[test]
fn a_leg_is_its_length_at_the_speed_of_the_class() {
    // 111.195 m at 25 km/h are 16.01 s.
    let roads = block().build();
    assert_eq!(leg(&roads, 0, 10), RoadLeg { milliseconds: 16_013, centimeters: STEP });
    assert_eq!(steps(&roads, 0, 22), 4);
    assert_eq!(leg(&roads, 11, 11), RoadLeg { milliseconds: 0, centimeters: 0 });
}

#[test]
fn miles_an_hour_are_driven_at_four_fifths_of_the_sign() {
    // 30 mph are 48.27 km/h, of which 38.4 are driven (48 whole kilometers, four fifths of them): 111.2 m in 10.4 s.
    let town = Town::default().way(&[0, 10], "highway=residential maxspeed=30_mph");
    assert_eq!(leg(&town.build(), 0, 10).milliseconds, 10_425);
}

#[test]
fn one_way_streets_are_driven_one_way() {
    let roads = block().way(&[1, 11, 21], "highway=residential oneway=yes").build();
    assert_eq!(steps(&roads, 1, 21), 2);
    assert_eq!(steps(&roads, 21, 1), 4);
    let reversed = block().way(&[1, 11, 21], "highway=residential oneway=-1").build();
    assert_eq!(steps(&reversed, 1, 21), 4);
}

#[test]
fn roundabouts_are_driven_along_their_nodes() {
    let ring = Town::default()
        .way(&[0, 10, 11, 1, 0], "highway=residential junction=roundabout")
        .way(&[0, 5], "highway=residential")
        .way(&[11, 15], "highway=residential");
    let roads = ring.build();
    assert_eq!(steps(&roads, 0, 1), 3);
    assert_eq!(steps(&roads, 1, 0), 1);
}

#[test]
fn a_forbidden_left_turn_is_driven_around() {
    let open = block().build();
    assert_eq!(steps(&open, 0, 11), 2);
    // From the west onto the middle street: round the block from the north, or on to the next crossing and back.
    let roads = block().rule((1, 10, 4), "no_left_turn").build();
    assert_eq!(steps(&roads, 0, 11), 4);
    assert_eq!(steps(&roads, 20, 11), 2, "from the other side it is a right turn");
    assert_eq!(steps(&roads, 11, 0), 2, "and back it is another turn");
}

#[test]
fn only_straight_on_forbids_every_other_turn() {
    let roads = block().rule((1, 10, 2), "only_straight_on").build();
    assert_eq!(steps(&roads, 0, 20), 2);
    assert_eq!(steps(&roads, 0, 11), 4);
}

#[test]
fn rules_for_other_vehicles_and_at_other_places_do_not_hold() {
    for (rule, restriction) in
        [((1, 10, 4), "none"), ((1, 10, 99), "no_left_turn"), ((99, 10, 4), "no_left_turn")]
    {
        let (roads, report) = block().rule(rule, restriction).try_build(&[]).expect("roads");
        if restriction == "no_left_turn" {
            assert_eq!((report.restrictions, report.restrictions_left), (0, 1));
            assert_eq!(steps(&roads, 0, 11), 2);
        }
    }
}

#[test]
fn a_barrier_ends_the_road_on_both_sides() {
    let roads = block().node(11, "barrier=bollard").build();
    let (south, north) = (point(0.000_9, 0.001), point(0.001_1, 0.001));
    let round = roads.legs(0, &[south], &[north]).expect("a way")[0];
    assert_eq!(round.centimeters / STEP, 5, "down, round half the block, and up again");
    let gate = block().node(11, "barrier=gate").build();
    assert_eq!(gate.legs(0, &[south], &[north]).expect("a way")[0].centimeters / STEP, 0);
}

#[test]
fn private_roads_are_not_driven() {
    let roads = block().way(&[1, 11], "highway=service access=private").build();
    assert_eq!(steps(&roads, 1, 11), 3);
}

#[test]
fn islands_are_left_out_and_said() {
    let town = block().way(&[77, 78, 88], "highway=primary").way(&[20, 30], "highway=residential oneway=yes");
    let (roads, report) = town.try_build(&[]).expect("roads");
    assert_eq!((report.vertices, report.vertices_found), (6, 9));
    assert!(report.meters < report.meters_found);
    let roads = roads.with_rules(SnapRules { meters_max: 500, speed: 10_000 });
    let refused = roads.legs(0, &[at(0)], &[at(77)]).expect_err("far from the roads that are left");
    assert_eq!(refused, RoadTrouble::OffRoads { point: at(77), meters: Some(787), limit: 500 });
}

#[test]
fn nodes_outside_of_the_extract_end_a_road() {
    let town = block().way(&[20, 30, 1_000, 31, 21], "highway=residential");
    assert_eq!(steps(&town.build(), 20, 21), 1);
}

#[test]
fn the_order_of_elements_does_not_matter() {
    let forward = block().xml();
    let mut ways: Vec<&str> = forward.lines().filter(|line| line.starts_with("<way")).collect();
    ways.reverse();
    let rest: Vec<&str> = forward.lines().filter(|line| !line.starts_with("<way")).collect();
    let (head, tail) = rest.split_at(rest.len() - 1);
    let text = [head, &ways, tail].concat().join("\n");
    let (_folder, path) = written(text.as_bytes());
    let (turned, _) = RoadNetwork::build(&path, &[]).expect("roads");
    assert_eq!(turned.identity(), block().build().identity());
}

#[test]
fn what_is_no_extract_is_refused_in_one_line() {
    let no_roads = Town::default().way(&[0, 10], "highway=footway").xml();
    let one_way = Town::default().way(&[0, 10], "highway=primary oneway=yes").xml();
    for (bytes, expected) in [
        (&b""[..], "no complete OpenStreetMap extract"),
        (b"hello, this is a letter", "no complete OpenStreetMap extract"),
        (b"<html></html>", "XML without an `osm` element"),
        (b"<osm><way id='1'>", "the XML ends too early"),
        (b"<osm><way id='one'/></osm>", "`id` is \"one\" and no whole number"),
        (b"<osm><node id='1' lat='1'/></osm>", "an element `node` without `lon`"),
        (b"<osm></osm>", "no road in it"),
        (no_roads.as_bytes(), "no road in it"),
        (one_way.as_bytes(), "no road in it"),
    ] {
        let (_folder, path) = written(bytes);
        let error = RoadNetwork::build(&path, &[]).expect_err("no roads").to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    let missing = RoadNetwork::build("/nowhere/at all".as_ref(), &[]).expect_err("no file");
    assert!(matches!(missing, RoadError::File(_)), "{missing}");
}
