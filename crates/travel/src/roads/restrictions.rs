//! Turn restrictions of an extract, told in roads that are there.

use rustc_hash::FxHashMap;

use super::builder::RoadBuilder;
use super::extract::{TurnRule, Via};
use super::graph::Dart;
use super::signs::Sign;

/// Roads in the middle of a restriction, at most: more is a mistake on the map.
const ROADS_BETWEEN_MAX: usize = 8;

/// The roads that the ways of restrictions became.
pub(super) struct RoadsOfWays(FxHashMap<i64, Vec<usize>>);

impl RoadsOfWays {
    pub(super) fn named_by(rules: &[TurnRule]) -> Self {
        let between = |rule: &TurnRule| match &rule.via {
            Via::Node(_) => Vec::new(),
            Via::Ways(ways) => ways.clone(),
        };
        let ways = |rule: &TurnRule| [rule.from.clone(), rule.to.clone(), between(rule)].concat();
        Self(rules.iter().flat_map(ways).map(|way| (way, Vec::new())).collect())
    }

    pub(super) fn add(&mut self, way: i64, roads: std::ops::Range<usize>) {
        if let Some(known) = self.0.get_mut(&way) {
            known.extend(roads);
        }
    }

    fn of(&self, ways: &[i64]) -> Vec<usize> {
        ways.iter().filter_map(|way| self.0.get(way)).flatten().copied().collect()
    }
}

impl RoadBuilder {
    /// Forbids what rules forbid, and counts those that can't be told by the roads that are here.
    pub(super) fn obey(
        &mut self,
        rules: &[TurnRule],
        vertex_of: &FxHashMap<i64, usize>,
        roads_of: &RoadsOfWays,
    ) {
        let vertex = |via: &Via| match via {
            Via::Node(node) => vertex_of.get(node).copied(),
            Via::Ways(_) => None,
        };
        let leaving = self.darts_from(rules.iter().filter_map(|rule| vertex(&rule.via)));
        for rule in rules {
            let told = match &rule.via {
                Via::Node(_) => {
                    let via = vertex(&rule.via);
                    via.is_some_and(|via| self.obey_at(rule, (via, &leaving[&via]), roads_of))
                }
                Via::Ways(ways) => self.obey_over(rule, roads_of.of(ways), roads_of),
            };
            self.rules_obeyed += usize::from(told);
            self.rules_left += usize::from(!told);
        }
    }

    /// The same of a rule at a vertex.
    fn obey_at(&mut self, rule: &TurnRule, (via, leaving): (usize, &[Dart]), roads_of: &RoadsOfWays) -> bool {
        let mut into: Vec<Dart> = Vec::new();
        let mut out: Vec<Dart> = Vec::new();
        for road in roads_of.of(&rule.from) {
            into.extend(self.darts(road).filter(|dart| self.end(*dart) == via));
        }
        for road in roads_of.of(&rule.to) {
            out.extend(self.darts(road).filter(|dart| self.start(*dart) == via));
        }
        // A way that goes on behind the crossing would forbid more than the sign says.
        if into.len() != rule.from.len() || out.len() != rule.to.len() {
            return false;
        }
        let forbidden: Vec<Dart> = if rule.only {
            leaving.iter().copied().filter(|dart| !out.contains(dart)).collect()
        } else {
            out
        };
        for &from in &into {
            self.bans.extend(forbidden.iter().map(|&to| (from, to)));
        }
        true
    }

    /// The same of a rule over roads, each of which is driven once.
    fn obey_over(&mut self, rule: &TurnRule, between: Vec<usize>, roads_of: &RoadsOfWays) -> bool {
        if between.is_empty() || between.len() > ROADS_BETWEEN_MAX {
            return false;
        }
        let mut signs = Vec::new();
        for from in roads_of.of(&rule.from).into_iter().flat_map(|road| self.darts(road)) {
            self.chains(self.end(from), &mut Vec::new(), &between, &mut |via: &[Dart], end| {
                let to = roads_of.of(&rule.to).into_iter().flat_map(|road| self.darts(road));
                let to = to.filter(|&dart| self.start(dart) == end);
                signs.extend(to.map(|to| Sign { from, via: via.to_vec(), to, only: rule.only }));
            });
        }
        // More than one way to read it would forbid more than the sign says.
        let told = signs.len() == rule.from.len() * rule.to.len() && (signs.len() == 1 || !rule.only);
        if told {
            self.signs.extend(signs);
        }
        told
    }

    /// Shows each way to drive all of some roads once, from a vertex on, with where it ends.
    fn chains(
        &self,
        at: usize,
        so_far: &mut Vec<Dart>,
        roads: &[usize],
        show: &mut impl FnMut(&[Dart], usize),
    ) {
        if so_far.len() == roads.len() {
            show(so_far, at);
            return;
        }
        let is_new = |road: &&usize| so_far.iter().all(|dart| dart.road() != **road);
        let next = roads.iter().filter(is_new).flat_map(|&road| self.darts(road));
        let next: Vec<Dart> = next.filter(|&dart| self.start(dart) == at).collect();
        for dart in next {
            so_far.push(dart);
            self.chains(self.end(dart), so_far, roads, show);
            so_far.pop();
        }
    }

    /// The darts that leave some vertices.
    fn darts_from(&self, vertices: impl Iterator<Item = usize>) -> FxHashMap<usize, Vec<Dart>> {
        let mut leaving: FxHashMap<usize, Vec<Dart>> = vertices.map(|vertex| (vertex, Vec::new())).collect();
        for dart in (0..self.roads.len()).flat_map(|road| self.darts(road)) {
            if let Some(darts) = leaving.get_mut(&self.start(dart)) {
                darts.push(dart);
            }
        }
        leaving
    }
}
