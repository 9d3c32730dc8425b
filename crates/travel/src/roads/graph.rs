//! The directed road graph: what a road file holds.

use journeyman_domain::GeoPoint;

use super::class::RoadClass;

/// One direction of a road: twice the road's number, one more against its shape.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Dart(pub(crate) u32);

impl Dart {
    pub(crate) fn along(road: usize) -> Self {
        Self(u32::try_from(road * 2).expect("roads are numbered in 31 bits"))
    }

    pub(crate) fn against(road: usize) -> Self {
        Self(Self::along(road).0 + 1)
    }

    pub(crate) fn road(self) -> usize {
        self.0 as usize / 2
    }

    pub(crate) fn is_against(self) -> bool {
        self.0 % 2 == 1
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A piece of road between two vertices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Road {
    pub(crate) tail: u32,
    pub(crate) head: u32,
    /// At least 1.
    pub(crate) centimeters: u32,
    /// Meters an hour along and against the shape; 0 where it is not driven that way.
    pub(crate) speeds: [u32; 2],
    pub(crate) class: RoadClass,
    /// Its shape is `points[shape..]` up to the shape of the next road.
    pub(crate) shape: u32,
}

/// From a time of day on, each class takes so many thousandths of its time without traffic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoadPeriod {
    /// Minutes after midnight, where the day is; rising over the periods, the last one lasts over midnight.
    pub start_minute: u16,
    /// By [`RoadClass::index`]; 1,000 to 60,000, so that no hour is quicker than an empty road.
    pub permille: [u16; RoadClass::COUNT],
}

impl RoadPeriod {
    /// Every class as on empty roads.
    pub const FREE: [u16; RoadClass::COUNT] = [1_000; RoadClass::COUNT];
}

/// Roads, their shapes, forbidden turns, and what the hour does to speeds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RoadGraph {
    pub(crate) vertices: usize,
    pub(crate) roads: Vec<Road>,
    pub(crate) points: Vec<GeoPoint>,
    /// Forbidden turns, sorted: onto the second from the first, whose head is the tail of the second.
    pub(crate) bans: Vec<(Dart, Dart)>,
    /// Roads that stand once more, for those who came by a road that a rule speaks of: the dart, and the one that is
    /// driven in its place. Sorted. Such a road has the ends, the length and the shape of the first.
    pub(crate) again: Vec<(Dart, Dart)>,
    /// At least one.
    pub(crate) periods: Vec<RoadPeriod>,
}

/// Milliseconds and centimeters of a way, compared in this order: added and compared as one number, so that of equally
/// quick ways every method finds the shortest.
pub(crate) type Weight = u64;

/// The most that one road takes: 24 days.
const MILLISECONDS_MAX: u64 = (1 << 31) - 1;

/// No way.
pub(crate) const FAR: Weight = Weight::MAX;

pub(crate) fn weight(milliseconds: u64, centimeters: u64) -> Weight {
    debug_assert!(milliseconds < 1 << 32 && centimeters < 1 << 32, "{milliseconds} ms, {centimeters} cm");
    milliseconds << 32 | centimeters
}

pub(crate) fn milliseconds(weight: Weight) -> u64 {
    weight >> 32
}

pub(crate) fn centimeters(weight: Weight) -> u64 {
    weight & 0xffff_ffff
}

impl RoadGraph {
    pub(crate) fn tail(&self, dart: Dart) -> usize {
        let road = &self.roads[dart.road()];
        (if dart.is_against() { road.head } else { road.tail }) as usize
    }

    pub(crate) fn head(&self, dart: Dart) -> usize {
        let road = &self.roads[dart.road()];
        (if dart.is_against() { road.tail } else { road.head }) as usize
    }

    pub(crate) fn is_open(&self, dart: Dart) -> bool {
        self.roads[dart.road()].speeds[usize::from(dart.is_against())] > 0
    }

    pub(crate) fn open_darts(&self) -> impl Iterator<Item = Dart> + '_ {
        let darts = (0..self.roads.len()).flat_map(|road| [Dart::along(road), Dart::against(road)]);
        darts.filter(|dart| self.is_open(*dart))
    }

    pub(crate) fn is_banned(&self, from: Dart, to: Dart) -> bool {
        self.bans.binary_search(&(from, to)).is_ok()
    }

    /// What is driven in place of a dart by some who came.
    pub(crate) fn copies(&self, dart: Dart) -> impl Iterator<Item = Dart> + '_ {
        let start = self.again.partition_point(|pair| pair.0 < dart);
        self.again[start..].iter().take_while(move |pair| pair.0 == dart).map(|pair| pair.1)
    }

    /// By road, whether it stands for the first time.
    pub(crate) fn are_streets(&self) -> Vec<bool> {
        let mut are_streets = vec![true; self.roads.len()];
        self.again.iter().for_each(|pair| are_streets[pair.1.road()] = false);
        are_streets
    }

    pub(crate) fn shape(&self, road: usize) -> &[GeoPoint] {
        let end = self.roads.get(road + 1).map_or(self.points.len(), |next| next.shape as usize);
        &self.points[self.roads[road].shape as usize..end]
    }

    /// A dart in a period: ⌈length / speed · factor⌉ milliseconds.
    pub(crate) fn weight(&self, dart: Dart, period: usize) -> Weight {
        let road = &self.roads[dart.road()];
        let permille = self.periods[period].permille[road.class.index()];
        let speed = road.speeds[usize::from(dart.is_against())];
        // Meters an hour: a centimeter takes 36,000 / speed milliseconds.
        let scaled = u64::from(road.centimeters) * 36 * u64::from(permille);
        let milliseconds = scaled.div_ceil(u64::from(speed).max(1)).min(MILLISECONDS_MAX);
        weight(milliseconds, u64::from(road.centimeters))
    }

    /// The same of `part` centimeters of it.
    pub(crate) fn partial(&self, dart: Dart, part: u32, period: usize) -> Weight {
        let road = &self.roads[dart.road()];
        let whole = milliseconds(self.weight(dart, period));
        let share = (whole * u64::from(part)).div_ceil(u64::from(road.centimeters));
        weight(share, u64::from(part))
    }

    /// The highest speed of any road at any hour, in meters an hour.
    pub(crate) fn speed_max(&self) -> u32 {
        self.roads.iter().flat_map(|road| road.speeds).max().unwrap_or(0)
    }
}
