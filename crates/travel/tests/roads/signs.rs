//! Turn restrictions over roads, in towns drawn by hand and in random ones against a search that remembers how it came.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use journeyman_domain::{GeoPoint, RoadLeg, RoadSource as _};
use journeyman_testkit::cases;
use journeyman_travel::{RoadId, RoadNetwork};

use crate::legs::{Laid, places, random_builder};
use crate::oracle::{Oracle, Pair, plus};
use crate::town::{Town, at};
use crate::{Draw, point};

/// A street with two carriageways, 0 – 30 to the east and 31 – 1 to the west, joined at 10 – 11 and 20 – 21, with a
/// turning place at each end.
fn two_carriageways() -> Town {
    Town::default()
        .way(&[0, 10], "highway=primary oneway=yes")
        .way(&[10, 20], "highway=primary oneway=yes")
        .way(&[20, 30], "highway=primary oneway=yes")
        .way(&[31, 21], "highway=primary oneway=yes")
        .way(&[21, 11], "highway=primary oneway=yes")
        .way(&[11, 1], "highway=primary oneway=yes")
        .way(&[10, 11], "highway=primary")
        .way(&[20, 21], "highway=primary")
        .way(&[30, 31], "highway=primary")
        .way(&[0, 1], "highway=primary")
}

/// A lattice step of 111.195 meters, in centimeters, less some roundings.
const STEP: u64 = 11_110;

#[test]
fn a_turn_back_over_a_link_is_forbidden_to_those_who_came_by_the_road_of_the_sign() {
    let open = two_carriageways().build();
    let town = two_carriageways().rule_over((1, &[7], 6), "no_u_turn");
    let (roads, report) = town.try_build(&[]).expect("roads");
    assert_eq!((report.restrictions, report.restrictions_left), (1, 0));
    assert_eq!(report.roads, 10, "a road that stands again is no other road");
    // Middles of the first road to the east, of the link, of the last road to the west, and of the second to the east.
    let (by_sign, link, west) = (point(0.0, 0.5e-3), point(0.5e-3, 1e-3), point(1e-3, 0.5e-3));
    let elsewhere = point(0.0, 1.5e-3);
    let steps =
        |roads: &RoadNetwork, from, to| roads.legs(0, &[from], &[to]).expect("a way")[0].centimeters / STEP;
    assert_eq!((steps(&open, by_sign, west), steps(&roads, by_sign, west)), (2, 4));
    assert_eq!(roads.path(0, by_sign, west).expect("a way").len(), 6, "over 10, 20, 21 and 11");
    // The link may be driven all the same, and left by those who start there.
    assert_eq!((steps(&open, by_sign, link), steps(&roads, by_sign, link)), (1, 1));
    assert_eq!((steps(&open, link, west), steps(&roads, link, west)), (1, 1));
    assert_eq!((steps(&open, elsewhere, west), steps(&roads, elsewhere, west)), (3, 3));
}

#[test]
fn who_must_go_on_by_one_road_may_take_no_other() {
    let town = two_carriageways().way(&[11, 12], "highway=primary");
    let middle = point(1e-3, 0.5e-3);
    let open = town.build().legs(0, &[at(0)], &[middle]).expect("a way")[0];
    let town = two_carriageways().way(&[11, 12], "highway=primary");
    let (roads, report) = town.rule_over((1, &[7], 11), "only_straight_on").try_build(&[]).expect("roads");
    assert_eq!((report.restrictions, report.restrictions_left), (1, 0));
    let there = roads.legs(0, &[at(0)], &[at(12)]).expect("a way")[0];
    assert_eq!(there.centimeters / STEP, 3);
    assert!(roads.legs(0, &[at(0)], &[middle]).expect("a way")[0].centimeters > open.centimeters);
}

#[test]
fn rules_over_roads_that_can_be_read_in_more_than_one_way_are_counted_and_left() {
    for (rule, why) in [
        ((1, &[8][..], 6), "the link does not begin where the road ends"),
        ((1, &[7, 8][..], 6), "two links that do not meet"),
        ((1, &[99][..], 6), "a way that is not there"),
        ((10, &[1, 2][..], 3), ""),
    ] {
        let (_, report) = two_carriageways().rule_over(rule, "no_u_turn").try_build(&[]).expect("roads");
        let expected = if why.is_empty() { (1, 0) } else { (0, 1) };
        assert_eq!((report.restrictions, report.restrictions_left), expected, "{why}");
    }
}

#[test]
fn a_file_keeps_the_rules_over_roads() {
    let roads = two_carriageways().rule_over((1, &[7], 6), "no_u_turn").build();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("town.roads");
    roads.save(&path).expect("saved");
    let read = RoadNetwork::load(&path).expect("read");
    let all: Vec<GeoPoint> = [0, 1, 10, 11, 20, 21, 30, 31].into_iter().map(at).collect();
    assert_eq!(read.legs(0, &all, &all), roads.legs(0, &all, &all));
    assert_eq!(read.identity(), roads.identity());
}

/// A rule over roads: darts, twice the road and one more against its shape; the last one may not follow, or must.
#[derive(Clone, Debug)]
struct Rule {
    darts: Vec<usize>,
    only: bool,
}

impl Rule {
    fn forbids(&self, came: &[usize], next: usize) -> bool {
        let (last, before) = self.darts.split_last().expect("three darts at least");
        came.ends_with(before) && (next == *last) != self.only
    }
}

/// Rules along random walks; some share how they begin, or begin inside of another.
fn random_rules(roads: &[Laid], draw: &mut Draw) -> Vec<Rule> {
    let ends = |dart: usize| {
        let (_, tail, head) = roads[dart / 2];
        if dart.is_multiple_of(2) { (tail, head) } else { (head, tail) }
    };
    let mut rules: Vec<Rule> = Vec::new();
    for _ in 0..2 + draw.below(6) {
        let below = |draw: &mut Draw, limit: usize| usize::try_from(draw.below(limit as u64)).expect("small");
        let mut darts = vec![below(draw, 2 * roads.len())];
        if !rules.is_empty() && draw.below(3) > 0 {
            let other = &rules[below(draw, rules.len())].darts;
            let start = below(draw, other.len() - 1);
            let end = start + 1 + below(draw, other.len() - 1 - start);
            darts = other[start..end].to_vec();
        }
        let length = darts.len().max(2) + 1 + below(draw, 2);
        while darts.len() < length.min(5) {
            let (_, at) = ends(darts[darts.len() - 1]);
            let next: Vec<usize> = (0..2 * roads.len()).filter(|&dart| ends(dart).0 == at).collect();
            if next.is_empty() {
                break;
            }
            darts.push(next[below(draw, next.len())]);
        }
        if darts.len() >= 3 {
            rules.push(Rule { darts, only: draw.below(4) == 0 });
        }
    }
    rules
}

/// Legs from a place by a search whose states are the last four darts.
fn row_by_history(
    plain: &Oracle<'_>,
    rules: &[Rule],
    from: GeoPoint,
    to: &[GeoPoint],
) -> Vec<Option<RoadLeg>> {
    const REMEMBERED: usize = 4;
    let may_follow = |came: &[usize], next: usize| {
        let last = came[came.len() - 1];
        !plain.banned.contains(&(last, next)) && !rules.iter().any(|rule| rule.forbids(came, next))
    };
    let mut least: BTreeMap<Vec<usize>, Pair> = BTreeMap::new();
    let mut queue: BinaryHeap<Reverse<(Pair, Vec<usize>)>> =
        plain.sides(from, true).into_iter().map(|(dart, part)| Reverse((part, vec![dart]))).collect();
    while let Some(Reverse((so_far, came))) = queue.pop() {
        if least.contains_key(&came) {
            continue;
        }
        let (_, head, _) = plain.darts[came[came.len() - 1]].expect("only open darts are driven");
        for &next in plain.leaving[head].iter().filter(|&&next| may_follow(&came, next)) {
            let (.., takes) = plain.darts[next].expect("only open darts leave");
            let mut then = came[came.len().saturating_sub(REMEMBERED - 1)..].to_vec();
            then.push(next);
            queue.push(Reverse((plus(so_far, takes), then)));
        }
        least.insert(came, so_far);
    }
    let leg = |&to: &GeoPoint| {
        if from == to {
            return Some(RoadLeg { milliseconds: 0, centimeters: 0 });
        }
        let sides = plain.sides(to, false);
        let onto = sides.iter().flat_map(|&(dart, part)| {
            let tail = plain.darts[dart].map(|(tail, ..)| tail);
            let arrives = least.iter().filter(move |(came, _)| {
                plain.darts[came[came.len() - 1]].map(|(_, head, _)| head) == tail && may_follow(came, dart)
            });
            arrives.map(move |(_, &so_far)| plus(so_far, part))
        });
        let at_once = sides.iter().filter_map(|&(dart, _)| plain.along(dart, from, to));
        let way = onto.chain(at_once).min()?;
        let (milliseconds, centimeters) = plus(plus(way, plain.access(from)), plain.access(to));
        Some(RoadLeg { milliseconds, centimeters })
    };
    to.iter().map(leg).collect()
}

#[test]
fn legs_under_rules_over_roads_are_those_of_a_search_that_remembers() {
    let (mut compared, mut longer) = (0, 0);
    for seed in 0..cases(400) {
        let mut draw = Draw(7_000 + seed as u64);
        let side = 2 + draw.below(3);
        let (builder, laid) = random_builder(side, &mut draw).expect("periods in order");
        let Ok((plain, _)) = builder.clone().finish() else { continue };
        let rules = random_rules(&laid, &mut draw);
        let mut ruled = builder;
        for rule in &rules {
            let dart = |dart: usize| -> (RoadId, bool) { (laid[dart / 2].0, dart % 2 == 1) };
            let (first, last) = (rule.darts[0], rule.darts[rule.darts.len() - 1]);
            let via: Vec<_> = rule.darts[1..rule.darts.len() - 1].iter().map(|&via| dart(via)).collect();
            ruled.ban_way(dart(first), &via, dart(last), rule.only);
        }
        let Ok((ruled, _)) = ruled.finish() else { continue };
        // Where rules or gaps cut something off, roads have other numbers, and legs may not exist.
        let whole = plain.roads().len() == laid.len() && plain.roads().eq(ruled.roads().take(laid.len()));
        if !whole {
            continue;
        }
        let from = places(&plain, 3, &mut draw);
        let to = places(&plain, 6, &mut draw);
        let by_history = |period: usize| -> Option<Vec<RoadLeg>> {
            let oracle = Oracle::of(&plain, period);
            let rows = from.iter().flat_map(|&from| row_by_history(&oracle, &rules, from, &to));
            rows.collect()
        };
        let (Some(first), Some(second)) = (by_history(0), by_history(1)) else { continue };
        let free = plain.legs(0, &from, &to).expect("legs");
        longer += free.iter().zip(&first).filter(|(free, ruled)| free < ruled).count();
        compared += first.len() + second.len();
        let text = format!("seed {seed}: {rules:?}");
        let both = |roads: &RoadNetwork| [0, 1].map(|period| roads.legs(period, &from, &to));
        let expected = [Ok(first), Ok(second)];
        assert_eq!(both(&ruled), expected, "{text}");
        assert_eq!(both(&ruled.with_hierarchy()), expected, "{text}, hierarchy");
    }
    assert!(
        compared > 2_000 && longer > 50,
        "{compared} legs were compared, {longer} of them longer by rules"
    );
}
