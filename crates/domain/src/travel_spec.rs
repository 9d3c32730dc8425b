//! What a problem says about travel; `travel` turns it into seconds and metres.

use crate::{Distance, Duration, PlaceId, Roads, Time, Zone};

/// Where travel times and distances come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TravelSpec {
    /// Estimated on the sphere.
    Estimate(EstimateSpec),
    /// Given by the caller.
    Matrix(MatrixSpec),
    /// Driven on roads.
    Roads(RoadSpec),
}

/// Great-circle distance times circuity, at the speed of the zones and of the hour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EstimateSpec {
    /// Road distance per thousand of crow-fly distance (1,300 = 30 % longer).
    pub circuity_permille: u32,
    /// Speed outside every zone, in metres of road an hour.
    pub speed_meters_per_hour: u32,
    /// Areas with their own speed; where two overlap, the first in the list holds.
    pub zones: Vec<Zone>,
    /// Travel-time factor over the horizon: sorted by `from`, the first at or before time 0. Empty: 1 always.
    pub profile: Vec<SpeedStep>,
}

/// From this moment on, travel takes `factor_permille` thousandths of the base time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpeedStep {
    /// First moment at which the factor holds, for departures.
    pub from: Time,
    /// Thousandths of the base travel time (1,500 = half as long again).
    pub factor_permille: u32,
}

/// Times and distances between listed places, possibly asymmetric.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MatrixSpec {
    /// Row and column order.
    pub places: Vec<PlaceId>,
    /// Row-major travel times, `places.len()²` of them.
    pub durations: Vec<Duration>,
    /// Row-major distances, as many.
    pub distances: Vec<Distance>,
    /// How far a given entry may lie above the true value, in ticks: 0 where entries are exact, 1 where real
    /// numbers were rounded up. Bounds subtract it, plans do not.
    pub rounding_ticks: i64,
}

/// Roads, and what the hour does to driving on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoadSpec {
    /// Who knows the roads.
    pub roads: Roads,
    /// Over the horizon: sorted by `from`, the first at or before time 0. Empty: period 0 at factor 1 always.
    pub steps: Vec<RoadStep>,
}

/// From this moment on, a period of the roads holds, and a factor on top of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RoadStep {
    /// First moment at which it holds, for departures.
    pub from: Time,
    /// Period of the roads.
    pub period: usize,
    /// Thousandths of the time that a leg takes in the period.
    pub factor_permille: u32,
}
