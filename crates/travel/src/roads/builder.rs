//! Roads put together: from an extract, or piece by piece.

use std::path::Path;

use journeyman_domain::GeoPoint;
use rustc_hash::FxHashMap;

use super::class::RoadClass;
use super::component::keep_largest_component;
use super::error::RoadError;
use super::extract::{DrivenWay, Extract};
use super::graph::{Dart, Road, RoadGraph, RoadPeriod};
use super::network::RoadNetwork;
use super::restrictions::RoadsOfWays;
use super::signs::{Sign, obey};
use crate::sphere::{great_circle_meters, planar};

/// Darts are numbered in 32 bits, and so are the points of shapes.
const ROADS_MAX: usize = 1 << 30;
const POINTS_MAX: usize = u32::MAX as usize;

/// Roads piece by piece; [`RoadNetwork::build`] does it from an extract.
#[derive(Clone, Debug, Default)]
pub struct RoadBuilder {
    vertices: Vec<GeoPoint>,
    pub(super) roads: Vec<Road>,
    points: Vec<GeoPoint>,
    pub(super) bans: Vec<(Dart, Dart)>,
    pub(super) signs: Vec<Sign>,
    periods: Vec<RoadPeriod>,
    pub(super) rules_obeyed: usize,
    pub(super) rules_left: usize,
}

/// What became of an extract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BuildReport {
    /// Vertices kept: those of the largest part in which each can be reached from each.
    pub vertices: usize,
    /// Vertices of roads that cars may drive.
    pub vertices_found: usize,
    /// Roads kept, from vertex to vertex, whether driven one way or both.
    pub roads: usize,
    /// Their length.
    pub meters: u64,
    /// Length of all roads that cars may drive.
    pub meters_found: u64,
    /// Turn restrictions that are obeyed.
    pub restrictions: usize,
    /// Turn restrictions that are not: at certain hours only, or of roads that are not here.
    pub restrictions_left: usize,
    /// Vertices of the graph that is searched: some stand once for each road that leads to them.
    pub states: usize,
}

/// A road added to a builder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoadId(usize);

impl RoadBuilder {
    /// Starts with no road.
    pub fn new() -> Self {
        Self::default()
    }

    /// A crossing, a fork or an end.
    pub fn add_vertex(&mut self, point: GeoPoint) -> usize {
        self.vertices.push(point);
        self.vertices.len() - 1
    }

    /// A straight road between two vertices, with its speeds each way in meters an hour; 0 where it is not driven.
    pub fn add_road(&mut self, class: RoadClass, (tail, head): (usize, usize), speeds: [u32; 2]) -> RoadId {
        let shape = [self.vertices[tail], self.vertices[head]];
        RoadId(self.push(class, (tail, head), speeds, &shape))
    }

    /// Forbids to turn from one road onto another, where the first, driven along its shape or against it, ends.
    pub fn ban_turn(&mut self, from: (RoadId, bool), to: (RoadId, bool)) {
        self.bans.push((dart(from), dart(to)));
    }

    /// Forbids whoever came by one road and then drove others, each from where the one before ended, to go on by a third.
    /// With `only` everything else is forbidden. Without roads in between it says nothing.
    pub fn ban_way(&mut self, from: (RoadId, bool), via: &[(RoadId, bool)], to: (RoadId, bool), only: bool) {
        let via: Vec<Dart> = via.iter().copied().map(dart).collect();
        if !via.is_empty() {
            self.signs.push(Sign { from: dart(from), via, to: dart(to), only });
        }
    }

    /// What the hour does to speeds; nothing where this is not called.
    ///
    /// # Errors
    /// Periods that are not in rising order from midnight on, or factors out of range.
    pub fn set_periods(&mut self, periods: &[RoadPeriod]) -> Result<(), RoadError> {
        let refuse =
            |period: usize, reason: &str| Err(RoadError::Period { period, reason: reason.to_owned() });
        for (at, period) in periods.iter().enumerate() {
            let after = |before: &RoadPeriod| before.start_minute >= period.start_minute;
            if period.start_minute >= 24 * 60 {
                return refuse(at, "it starts at 24:00 or later");
            }
            if at.checked_sub(1).is_some_and(|before| after(&periods[before])) {
                return refuse(at, "it does not start after the one before");
            }
            if period.permille.iter().any(|permille| !(1_000..=60_000).contains(permille)) {
                return refuse(at, "a factor is not within 1,000 and 60,000 permille");
            }
        }
        if periods.len() > PERIODS_MAX {
            return Err(RoadError::TooLarge { what: "periods", count: periods.len(), limit: PERIODS_MAX });
        }
        self.periods = periods.to_vec();
        Ok(())
    }

    /// Keeps the largest part in which each place can be reached from each, and makes it ready to be asked.
    ///
    /// # Errors
    /// No such part, or more of something than fits.
    pub fn finish(self) -> Result<(RoadNetwork, BuildReport), RoadError> {
        for (what, count, limit) in
            [("roads", self.roads.len(), ROADS_MAX), ("points of shapes", self.points.len(), POINTS_MAX)]
        {
            if count > limit {
                return Err(RoadError::TooLarge { what, count, limit });
            }
        }
        let mut bans = self.bans;
        bans.sort_unstable();
        bans.dedup();
        let periods = match self.periods {
            none if none.is_empty() => vec![RoadPeriod { start_minute: 0, permille: RoadPeriod::FREE }],
            some => some,
        };
        let (vertices, roads, points) = (self.vertices.len(), self.roads, self.points);
        let mut found = RoadGraph { vertices, roads, points, bans, again: Vec::new(), periods };
        let (vertices_found, meters_found) = (found.vertices, meters(&found));
        obey(&mut found, self.signs);
        let graph = keep_largest_component(&found);
        drop(found);
        if graph.vertices < 2 {
            return Err(RoadError::NoRoads);
        }
        let streets = graph.are_streets().into_iter().filter(|&is_street| is_street).count();
        let (vertices, roads, meters) = (graph.vertices, streets, meters(&graph));
        let network = RoadNetwork::prepare(graph);
        let report = BuildReport {
            vertices,
            vertices_found,
            roads,
            meters,
            meters_found,
            restrictions: self.rules_obeyed,
            restrictions_left: self.rules_left,
            states: network.state_count(),
        };
        Ok((network, report))
    }

    /// Reads an extract into pieces.
    pub(crate) fn of_extract(path: &Path) -> Result<Self, RoadError> {
        let extract = Extract::read(path)?;
        let mut builder = Self { rules_left: extract.rules_left, ..Self::default() };
        let mut junctions = Junctions::of(&extract);
        let mut roads_of = RoadsOfWays::named_by(&extract.rules);
        for way in &extract.ways {
            let first = builder.roads.len();
            builder.lay(way, &extract, &mut junctions);
            roads_of.add(way.id, first..builder.roads.len());
        }
        builder.obey(&extract.rules, &junctions.vertex_of, &roads_of);
        Ok(builder)
    }

    /// Cuts a way into roads: where others meet it, at barriers, and where its nodes are missing.
    fn lay(&mut self, way: &DrivenWay, extract: &Extract, junctions: &mut Junctions) {
        let mut open: Option<(usize, Vec<GeoPoint>)> = None;
        for (at, id) in way.nodes.iter().enumerate() {
            let Some(node) = extract.nodes.get(id) else {
                open = None;
                continue;
            };
            if at > 0 && way.nodes[at - 1] == *id {
                continue;
            }
            if let Some((_, shape)) = &mut open {
                shape.push(node.point);
            }
            let ends = at + 1 == way.nodes.len() || !extract.nodes.contains_key(&way.nodes[at + 1]);
            if open.is_some() && node.passable && !junctions.is_junction(*id) && !ends {
                continue;
            }
            if let Some((tail, shape)) = open.take() {
                let head = junctions.vertex(*id, *node, self);
                self.push(
                    way.driving.class,
                    (tail, head),
                    [way.driving.forward, way.driving.backward],
                    &shape,
                );
            }
            open = Some((junctions.vertex(*id, *node, self), vec![node.point]));
        }
    }

    fn push(
        &mut self,
        class: RoadClass,
        (tail, head): (usize, usize),
        speeds: [u32; 2],
        shape: &[GeoPoint],
    ) -> usize {
        let length: f64 =
            shape.windows(2).map(|pair| great_circle_meters(planar(pair[0]), planar(pair[1]))).sum();
        let start = self.points.len();
        self.points.extend_from_slice(shape);
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        self.roads.push(Road {
            tail: number(tail),
            head: number(head),
            centimeters: rounded_up(length * 100.0),
            speeds,
            class,
            shape: number(start),
        });
        self.roads.len() - 1
    }

    pub(super) fn darts(&self, road: usize) -> impl Iterator<Item = Dart> + use<> {
        let speeds = self.roads[road].speeds;
        [Dart::along(road), Dart::against(road)]
            .into_iter()
            .zip(speeds)
            .filter(|dart| dart.1 > 0)
            .map(|dart| dart.0)
    }

    pub(super) fn start(&self, dart: Dart) -> usize {
        let road = &self.roads[dart.road()];
        (if dart.is_against() { road.head } else { road.tail }) as usize
    }

    pub(super) fn end(&self, dart: Dart) -> usize {
        let road = &self.roads[dart.road()];
        (if dart.is_against() { road.tail } else { road.head }) as usize
    }
}

fn dart((road, against): (RoadId, bool)) -> Dart {
    Dart(Dart::along(road.0).0 + u32::from(against))
}

/// The most periods of a day.
const PERIODS_MAX: usize = 96;

/// Which nodes are vertices.
struct Junctions {
    /// How often ways touch a node; its ends count twice.
    touched: FxHashMap<i64, u32>,
    vertex_of: FxHashMap<i64, usize>,
}

impl Junctions {
    fn of(extract: &Extract) -> Self {
        let mut touched: FxHashMap<i64, u32> = FxHashMap::default();
        for way in &extract.ways {
            for node in &way.nodes {
                *touched.entry(*node).or_default() += 1;
            }
        }
        Self { touched, vertex_of: FxHashMap::default() }
    }

    fn is_junction(&self, id: i64) -> bool {
        self.touched.get(&id).is_some_and(|&touched| touched > 1)
    }

    /// The vertex of a node: one of its own on each side of a barrier.
    fn vertex(&mut self, id: i64, node: super::extract::WayNode, builder: &mut RoadBuilder) -> usize {
        if !node.passable {
            return builder.add_vertex(node.point);
        }
        *self.vertex_of.entry(id).or_insert_with(|| builder.add_vertex(node.point))
    }
}

fn meters(graph: &RoadGraph) -> u64 {
    let streets = graph.roads.iter().zip(graph.are_streets()).filter(|(_, is_street)| *is_street);
    streets.map(|(road, _)| u64::from(road.centimeters)).sum::<u64>() / 100
}

/// A length in centimeters, at least 1.
fn rounded_up(centimeters: f64) -> u32 {
    let whole = centimeters.ceil().clamp(1.0, f64::from(u32::MAX / 2));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped into the range")]
    let whole = whole as u32;
    whole
}
