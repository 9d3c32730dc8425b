//! A road network that answers: the public face of `roads`.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use journeyman_domain::{GeoPoint, RoadLeg, RoadTrouble};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::builder::{BuildReport, RoadBuilder};
use super::class::RoadClass;
use super::contract::contract;
use super::dijkstra::Seed;
use super::error::RoadError;
use super::file;
use super::graph::{Dart, Road, RoadGraph, RoadPeriod, Weight, weight};
use super::hierarchy::Hierarchy;
use super::snap::{Snap, SnapIndex, point_along};
use super::states::StateGraph;

/// How a place is joined to the roads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapRules {
    /// A place that is farther from every road is refused. Default 1,000.
    pub meters_max: u32,
    /// The way between a place and its road is driven as straight as the crow flies at this speed, in meters an hour.
    /// Default 10,000.
    pub speed: u32,
}

impl Default for SnapRules {
    fn default() -> Self {
        Self { meters_max: 1_000, speed: 10_000 }
    }
}

impl SnapRules {
    /// The way between a place and a road that is so far away.
    pub fn access(&self, centimeters: u64) -> RoadLeg {
        RoadLeg { milliseconds: (centimeters * 36_000).div_ceil(u64::from(self.speed.max(1))), centimeters }
    }
}

/// From so many states on a network is prepared with a hierarchy.
pub const HIERARCHY_FROM_STATES: usize = 1_000;

/// Snapped points that are remembered: some boards' places.
const REMEMBERED_MAX: usize = 200_000;

/// A directed road graph with turn restrictions, made ready to be asked for legs from door to door.
///
/// Legs come from a contraction hierarchy where there is one, else from Dijkstra's method; both answer the same to the
/// millisecond and the centimeter.
#[derive(Debug)]
pub struct RoadNetwork {
    pub(crate) graph: RoadGraph,
    pub(crate) states: StateGraph,
    /// By period; none where the graph is small.
    pub(crate) hierarchies: Vec<Hierarchy>,
    identity: String,
    starts: Vec<u16>,
    averages: Vec<u32>,
    speed_max: u32,
    rules: SnapRules,
    index: OnceLock<SnapIndex>,
    snapped: Mutex<FxHashMap<GeoPoint, Snap>>,
}

/// Most places have one for each way that their road is driven.
type Seeds = SmallVec<[Seed; 2]>;

/// Where a place meets the graph: what it takes to get to states from it, or from states to it.
pub(crate) struct Joined {
    pub(crate) snap: Snap,
    pub(crate) access: Weight,
    pub(crate) leaving: Seeds,
    pub(crate) arriving: Seeds,
    /// By arriving seed, the dart that is driven last.
    pub(crate) arriving_on: SmallVec<[Dart; 2]>,
}

/// A road as it is driven, for those who check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoadView {
    /// Vertex at the start of its shape.
    pub tail: usize,
    /// Vertex at its end.
    pub head: usize,
    /// Class.
    pub class: RoadClass,
    /// Length.
    pub centimeters: u32,
    /// Meters an hour along and against its shape; 0 where it is not driven.
    pub speeds: [u32; 2],
}

impl RoadNetwork {
    /// Reads an extract (`.osm.pbf` or `.osm`). `periods` say what the hour does to speeds; none: nothing.
    ///
    /// # Errors
    /// No extract, no roads, periods out of order.
    pub fn build(extract: &Path, periods: &[RoadPeriod]) -> Result<(Self, BuildReport), RoadError> {
        let mut builder = RoadBuilder::of_extract(extract)?;
        builder.set_periods(periods)?;
        builder.finish()
    }

    /// Loads a road file.
    ///
    /// # Errors
    /// A file that cannot be read, is none, is of another version or is damaged.
    pub fn load(path: &Path) -> Result<Self, RoadError> {
        let (graph, hierarchies) = file::load(path)?;
        let states = StateGraph::build(&graph);
        let fits = |hierarchy: &Hierarchy| hierarchy.rank.len() == states.states();
        if !hierarchies.iter().all(fits) {
            return Err(RoadError::Damaged { reason: "its hierarchy is of another graph".to_owned() });
        }
        Ok(Self::of(graph, states, hierarchies))
    }

    /// Writes a road file: whole, or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub fn save(&self, path: &Path) -> Result<(), RoadError> {
        file::save(path, &self.graph, &self.hierarchies)
    }

    /// Prepares a graph, with a hierarchy where it is large.
    pub(crate) fn prepare(graph: RoadGraph) -> Self {
        let network = Self::of_graph(graph);
        if network.states.states() >= HIERARCHY_FROM_STATES { network.with_hierarchy() } else { network }
    }

    fn of_graph(graph: RoadGraph) -> Self {
        let states = StateGraph::build(&graph);
        Self::of(graph, states, Vec::new())
    }

    fn of(graph: RoadGraph, states: StateGraph, hierarchies: Vec<Hierarchy>) -> Self {
        Self {
            identity: format!("roads {:08x}, {} vertices", file::fingerprint(&graph), graph.vertices),
            starts: graph.periods.iter().map(|period| period.start_minute).collect(),
            averages: graph.periods.iter().map(|period| average_permille(&graph, period)).collect(),
            speed_max: graph.speed_max(),
            graph,
            states,
            hierarchies,
            rules: SnapRules::default(),
            index: OnceLock::new(),
            snapped: Mutex::default(),
        }
    }

    /// The same, prepared with a hierarchy whatever its size.
    #[must_use]
    pub fn with_hierarchy(mut self) -> Self {
        if self.hierarchies.is_empty() {
            let periods = 0..self.graph.periods.len();
            self.hierarchies = periods.map(|period| contract(&self.states, period)).collect();
        }
        self
    }

    /// The same without a hierarchy.
    #[must_use]
    pub fn without_hierarchy(mut self) -> Self {
        self.hierarchies.clear();
        self
    }

    /// The same with other rules of snapping.
    #[must_use]
    pub fn with_rules(mut self, rules: SnapRules) -> Self {
        let SnapRules { meters_max, speed } = rules;
        // Other rules give other answers.
        let plain = self.identity.split(", places").next().unwrap_or_default();
        self.identity = format!("{plain}, places within {meters_max} m at {speed} m/h");
        self.rules = rules;
        self
    }

    /// How places are joined to the roads.
    pub fn rules(&self) -> SnapRules {
        self.rules
    }

    /// Which roads these are, in a line.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    pub(crate) fn starts(&self) -> &[u16] {
        &self.starts
    }

    /// How much longer a period takes than empty roads, per thousand, on the average of all roads by length.
    pub(crate) fn average_permille(&self, period: usize) -> u32 {
        self.averages[period]
    }

    /// The highest speed of any road, in meters an hour.
    pub fn speed_max(&self) -> u32 {
        self.speed_max.max(self.rules.speed)
    }

    /// How many vertices it has.
    pub fn vertex_count(&self) -> usize {
        self.graph.vertices
    }

    /// How many states are searched.
    pub fn state_count(&self) -> usize {
        self.states.states()
    }

    /// How many arcs are searched, short cuts not counted.
    pub fn arc_count(&self) -> usize {
        self.states.arc_count()
    }

    /// Whether legs come from a hierarchy.
    pub fn has_hierarchy(&self) -> bool {
        !self.hierarchies.is_empty()
    }

    /// Every road, in the order of their numbers.
    pub fn roads(&self) -> impl ExactSizeIterator<Item = RoadView> + '_ {
        self.graph.roads.iter().map(|road| RoadView {
            tail: road.tail as usize,
            head: road.head as usize,
            class: road.class,
            centimeters: road.centimeters,
            speeds: road.speeds,
        })
    }

    /// Every forbidden turn: from a road (against its shape, if so) onto a road.
    pub fn banned_turns(&self) -> impl Iterator<Item = ((usize, bool), (usize, bool))> + '_ {
        let view = |dart: Dart| (dart.road(), dart.is_against());
        self.graph.bans.iter().map(move |ban| (view(ban.0), view(ban.1)))
    }

    /// The periods of the day, at least one.
    pub fn periods(&self) -> &[RoadPeriod] {
        &self.graph.periods
    }

    /// Length of all roads.
    pub fn centimeters(&self) -> u64 {
        self.graph.roads.iter().map(|road| u64::from(road.centimeters)).sum()
    }

    /// The point so many centimeters along all roads, one after another, and over again.
    pub fn point_at(&self, centimeters: u64) -> GeoPoint {
        let mut left = centimeters % self.centimeters();
        let mut road = 0;
        while left >= u64::from(self.graph.roads[road].centimeters) {
            left -= u64::from(self.graph.roads[road].centimeters);
            road += 1;
        }
        point_along(&self.graph, road, u32::try_from(left).expect("less than the length of a road"))
    }

    /// The nearest point on a road: its number, the centimeters along its shape, and the centimeters to it.
    ///
    /// # Errors
    /// A place that is too far away.
    pub fn snap(&self, point: GeoPoint) -> Result<(usize, u32, u32), RoadTrouble> {
        let snap = self.snapped(point)?;
        Ok((snap.road as usize, snap.centimeters, snap.access_centimeters))
    }

    /// The point so many centimeters along the shape of a road.
    pub fn point_on(&self, road: usize, centimeters: u32) -> GeoPoint {
        point_along(&self.graph, road, centimeters)
    }

    fn snapped(&self, point: GeoPoint) -> Result<Snap, RoadTrouble> {
        let index = self.index.get_or_init(|| SnapIndex::build(&self.graph));
        let limit = self.rules.meters_max;
        let snap = index.snap(&self.graph, point);
        let near = |snap: &Snap| u64::from(snap.access_centimeters) <= u64::from(limit) * 100;
        snap.filter(near).ok_or(RoadTrouble::OffRoads {
            point,
            meters: snap.map(|snap| u64::from(snap.access_centimeters).div_ceil(100)),
            limit,
        })
    }

    /// The same for many points, remembered from one question to the next.
    pub(crate) fn join(&self, period: usize, points: &[GeoPoint]) -> Result<Vec<Joined>, RoadTrouble> {
        let snaps: Result<Vec<Snap>, RoadTrouble> = {
            let mut known = self.snapped.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() + points.len() > REMEMBERED_MAX {
                known.clear();
            }
            let snap = |&point: &GeoPoint| match known.get(&point) {
                Some(&snap) => Ok(snap),
                None => self.snapped(point).inspect(|&snap| {
                    known.insert(point, snap);
                }),
            };
            points.iter().map(snap).collect()
        };
        Ok(snaps?.into_iter().map(|snap| self.joined(period, snap)).collect())
    }

    fn joined(&self, period: usize, snap: Snap) -> Joined {
        let mut joined = Joined {
            snap,
            access: self.access(snap),
            leaving: Seeds::new(),
            arriving: Seeds::new(),
            arriving_on: SmallVec::new(),
        };
        for dart in self.open_darts(snap) {
            let (before, after) = self.parts(dart, snap);
            joined.leaving.push((self.states.reached(dart), self.graph.partial(dart, after, period)));
            let last = self.graph.partial(dart, before, period);
            for dart in std::iter::once(dart).chain(self.graph.copies(dart)) {
                joined.arriving.extend(self.states.starts(&self.graph, dart).map(|state| (state, last)));
                joined.arriving_on.resize(joined.arriving.len(), dart);
            }
        }
        joined
    }

    /// The way between a place and its road.
    fn access(&self, snap: Snap) -> Weight {
        let RoadLeg { milliseconds, centimeters } = self.rules.access(u64::from(snap.access_centimeters));
        weight(milliseconds, centimeters)
    }

    /// Which ways the road at a place is driven.
    pub(crate) fn open_darts(&self, snap: Snap) -> impl Iterator<Item = Dart> + '_ {
        let road = snap.road as usize;
        [Dart::along(road), Dart::against(road)].into_iter().filter(|dart| self.graph.is_open(*dart))
    }

    /// Centimeters of a dart that lie before a place and behind it.
    pub(crate) fn parts(&self, dart: Dart, snap: Snap) -> (u32, u32) {
        let rest = self.graph.roads[dart.road()].centimeters - snap.centimeters;
        if dart.is_against() { (rest, snap.centimeters) } else { (snap.centimeters, rest) }
    }
}

/// The factor of a period on the average of all roads, by length.
fn average_permille(graph: &RoadGraph, period: &RoadPeriod) -> u32 {
    let weighed = |road: &Road| u64::from(road.centimeters) * u64::from(period.permille[road.class.index()]);
    let length: u64 = graph.roads.iter().map(|road| u64::from(road.centimeters)).sum();
    let average = graph.roads.iter().map(weighed).sum::<u64>() / length.max(1);
    u32::try_from(average).unwrap_or(u32::MAX)
}
