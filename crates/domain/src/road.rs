//! Roads as a problem refers to them: who knows them answers for legs. What they are is `travel`'s, or a service's.

use std::fmt;
use std::sync::Arc;

use crate::GeoPoint;

/// Somebody who knows roads: a road graph in memory, or a service.
pub trait RoadSource: fmt::Debug + Send + Sync {
    /// Says which roads. Two sources that say the same answer the same.
    fn identity(&self) -> &str;

    /// When each period of the day starts, in minutes after midnight on the spot, rising; the last lasts over midnight
    /// up to the first. Never empty.
    fn period_starts(&self) -> &[u16];

    /// How much longer than at the freest hour driving takes in a period, per thousand, on the average of all roads.
    fn period_permille(&self, period: usize) -> u32;

    /// Nothing drives faster at any hour, in meters an hour.
    fn speed_max(&self) -> u32;

    /// The quickest way from each of some points to each of others in a period, row by row; of equally quick ways the
    /// shortest. Nothing from a point to itself.
    ///
    /// # Errors
    /// A point that is too far from every road, a way that does not exist, and what the service says.
    fn legs(&self, period: usize, from: &[GeoPoint], to: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble>;
}

/// A way over roads, from door to door.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct RoadLeg {
    /// Its time.
    pub milliseconds: u64,
    /// Its length.
    pub centimeters: u64,
}

/// Why there is no answer for some points.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoadTrouble {
    /// No road is near.
    OffRoads {
        /// The point.
        point: GeoPoint,
        /// How far the nearest road is, where one is known.
        meters: Option<u64>,
        /// The limit.
        limit: u32,
    },
    /// Roads do not lead there.
    NoWay {
        /// From here.
        from: GeoPoint,
        /// To here.
        to: GeoPoint,
    },
    /// A service that did not answer, or not as it should.
    Service(String),
}

/// Roads that are shared by all who ask. Equal where they are the same roads.
#[derive(Clone, Debug)]
pub struct Roads(Arc<dyn RoadSource>);

impl Roads {
    /// From whoever knows them.
    pub fn new(source: impl RoadSource + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// From whoever knows them and is asked elsewhere too.
    pub fn shared(source: Arc<dyn RoadSource>) -> Self {
        Self(source)
    }

    /// Who knows them.
    pub fn source(&self) -> &dyn RoadSource {
        &*self.0
    }
}

impl PartialEq for Roads {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.identity() == other.0.identity()
    }
}

impl Eq for Roads {}
