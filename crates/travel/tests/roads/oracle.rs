//! Legs by the plainest means: Dijkstra's method over the darts of the road graph, edge-expanded in full, on pairs of
//! numbers. Shares nothing with what it judges but the roads, and where places are joined to them.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use journeyman_domain::{GeoPoint, RoadLeg};
use journeyman_travel::RoadNetwork;

/// Milliseconds, then centimeters.
pub(crate) type Pair = (u64, u64);

pub(crate) struct Oracle<'r> {
    roads: &'r RoadNetwork,
    period: usize,
    /// By twice the road, one more against its shape: where it starts and ends, and what it takes.
    pub(crate) darts: Vec<Option<(usize, usize, Pair)>>,
    pub(crate) leaving: Vec<Vec<usize>>,
    pub(crate) banned: BTreeSet<(usize, usize)>,
}

impl<'r> Oracle<'r> {
    pub(crate) fn of(roads: &'r RoadNetwork, period: usize) -> Self {
        let permille = roads.periods()[period].permille;
        let mut darts = Vec::new();
        let mut leaving = vec![Vec::new(); roads.vertex_count()];
        for road in roads.roads() {
            for (tail, head, speed) in
                [(road.tail, road.head, road.speeds[0]), (road.head, road.tail, road.speeds[1])]
            {
                if speed > 0 {
                    leaving[tail].push(darts.len());
                }
                let time = |speed: u64| {
                    let scaled = u64::from(road.centimeters) * 36 * u64::from(permille[road.class.index()]);
                    scaled / speed + u64::from(!scaled.is_multiple_of(speed))
                };
                let takes = |speed: u32| (time(u64::from(speed)), u64::from(road.centimeters));
                darts.push((speed > 0).then(|| (tail, head, takes(speed))));
            }
        }
        let number = |(road, against): (usize, bool)| 2 * road + usize::from(against);
        let banned = roads.banned_turns().map(|(from, onto)| (number(from), number(onto))).collect();
        Self { roads, period, darts, leaving, banned }
    }

    /// The legs from a place to others.
    pub(crate) fn row(&self, from: GeoPoint, to: &[GeoPoint]) -> Vec<RoadLeg> {
        let ends: Vec<Vec<(usize, Pair)>> = to.iter().map(|&to| self.sides(to, false)).collect();
        let starts = self.sides(from, true);
        let driven = self.driven(&starts);
        let of = |(&to, ends): (&GeoPoint, &Vec<(usize, Pair)>)| {
            if from == to {
                return RoadLeg { milliseconds: 0, centimeters: 0 };
            }
            let onto = ends.iter().filter_map(|&(dart, part)| Some(plus(self.before(&driven, dart)?, part)));
            let at_once = ends.iter().filter_map(|&(dart, _)| self.along(dart, from, to));
            let way = onto.chain(at_once).min().expect("all roads are joined");
            let (milliseconds, centimeters) = plus(plus(way, self.access(from)), self.access(to));
            RoadLeg { milliseconds, centimeters }
        };
        to.iter().zip(&ends).map(of).collect()
    }

    /// The least to have driven each dart to its end.
    fn driven(&self, starts: &[(usize, Pair)]) -> Vec<Option<Pair>> {
        let mut least: Vec<Option<Pair>> = vec![None; self.darts.len()];
        let mut queue: BinaryHeap<Reverse<(Pair, usize)>> =
            starts.iter().map(|&(dart, part)| Reverse((part, dart))).collect();
        while let Some(Reverse((so_far, dart))) = queue.pop() {
            if least[dart].is_some() {
                continue;
            }
            least[dart] = Some(so_far);
            let (_, head, _) = self.darts[dart].expect("only open darts are driven");
            for &next in self.leaving[head].iter().filter(|&&next| !self.banned.contains(&(dart, next))) {
                let (.., takes) = self.darts[next].expect("only open darts leave");
                queue.push(Reverse((plus(so_far, takes), next)));
            }
        }
        least
    }

    /// The least to stand before a dart that may be taken.
    fn before(&self, driven: &[Option<Pair>], dart: usize) -> Option<Pair> {
        let (tail, ..) = self.darts[dart]?;
        let arrive = |&(came, _): &(usize, &Option<Pair>)| {
            self.darts[came].is_some_and(|(_, head, _)| head == tail) && !self.banned.contains(&(came, dart))
        };
        driven.iter().enumerate().filter(arrive).filter_map(|(_, so_far)| *so_far).min()
    }

    /// The darts of the road at a place, with what is left of them behind it, or lies of them before it.
    pub(crate) fn sides(&self, place: GeoPoint, behind: bool) -> Vec<(usize, Pair)> {
        let (road, at, _) = self.roads.snap(place).expect("places are near roads");
        let darts = [2 * road, 2 * road + 1].into_iter();
        let open = darts.filter_map(|dart| Some((dart, self.darts[dart]?.2.1)));
        let part = |(dart, length): (usize, u64)| {
            let before = if dart.is_multiple_of(2) { u64::from(at) } else { length - u64::from(at) };
            (dart, self.share(dart, if behind { length - before } else { before }))
        };
        open.map(part).collect()
    }

    pub(crate) fn along(&self, dart: usize, from: GeoPoint, to: GeoPoint) -> Option<Pair> {
        let ((road, start, _), (other, end, _)) = (self.roads.snap(from).ok()?, self.roads.snap(to).ok()?);
        let (first, last) = if dart.is_multiple_of(2) { (start, end) } else { (end, start) };
        (road == other)
            .then(|| last.checked_sub(first))
            .flatten()
            .map(|part| self.share(dart, u64::from(part)))
    }

    fn share(&self, dart: usize, part: u64) -> Pair {
        let (.., (whole, length)) = self.darts[dart].expect("an open dart");
        let time = whole * part;
        (time / length + u64::from(!time.is_multiple_of(length)), part)
    }

    pub(crate) fn access(&self, place: GeoPoint) -> Pair {
        let (.., centimeters) = self.roads.snap(place).expect("places are near roads");
        let scaled = u64::from(centimeters) * 36_000;
        let speed = u64::from(self.roads.rules().speed);
        (scaled / speed + u64::from(!scaled.is_multiple_of(speed)), u64::from(centimeters))
    }

    pub(crate) fn period(&self) -> usize {
        self.period
    }
}

pub(crate) fn plus(a: Pair, b: Pair) -> Pair {
    (a.0 + b.0, a.1 + b.1)
}
