//! Travel estimated on the sphere: great circle × circuity, half of it at the speed of each end's zone.

use geo::Point;
use journeyman_domain::{EstimateSpec, GeoPoint, TickScale};

use crate::error::TravelError;
use crate::leg_table::{LEG_TICKS_MAX, PackedLeg};
use crate::outline::OutlineIndex;
use crate::sphere::{great_circle_meters, planar};

/// The largest factor of the hour: a thousand times the base time.
pub const FACTOR_PERMILLE_MAX: u32 = 1_000_000;

const SECONDS_PER_HOUR: f64 = 3_600.0;

/// A place as the estimate sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Located {
    point: GeoPoint,
    planar: Point<f64>,
    /// Ticks of time for a metre of great circle, were both ends in this place's zone.
    pace: f64,
}

impl Located {
    pub(crate) fn point(&self) -> GeoPoint {
        self.point
    }
}

/// time = great circle · (pace of one end + pace of the other) / 2, where
/// pace = circuity · 3600 / speed of the zone, in ticks a metre; distance = great circle · circuity.
#[derive(Clone, Debug)]
pub(crate) struct Estimator {
    zones: OutlineIndex,
    zone_paces: Vec<f64>,
    open_pace: f64,
    /// The least of all paces.
    pace_min: f64,
    distance_ticks_per_meter: f64,
}

impl Estimator {
    /// `factor_permille` is that of a profile that never changes.
    pub(crate) fn build(
        spec: &EstimateSpec,
        ticks: TickScale,
        factor_permille: u32,
    ) -> Result<Self, TravelError> {
        if spec.circuity_permille == 0 {
            return Err(TravelError::CircuityZero);
        }
        let circuity = f64::from(spec.circuity_permille) / 1_000.0;
        let factor = f64::from(factor_permille) / 1_000.0;
        let ticks_per_hour = SECONDS_PER_HOUR * float(ticks.time_ticks_per_unit);
        let pace = |speed_meters_per_hour: u32, zone: Option<&str>| {
            if speed_meters_per_hour == 0 {
                return Err(TravelError::SpeedZero { zone: zone.map(str::to_owned) });
            }
            Ok(circuity * factor * ticks_per_hour / f64::from(speed_meters_per_hour))
        };
        let open_pace = pace(spec.speed_meters_per_hour, None)?;
        let zone_paces = spec
            .zones
            .iter()
            .map(|zone| pace(zone.speed_meters_per_hour, Some(&zone.label)))
            .collect::<Result<Vec<f64>, _>>()?;
        Ok(Self {
            zones: OutlineIndex::build(spec.zones.iter().map(|zone| &zone.ring).enumerate()),
            pace_min: zone_paces.iter().copied().fold(open_pace, f64::min),
            zone_paces,
            open_pace,
            distance_ticks_per_meter: circuity * float(ticks.distance_ticks_per_unit),
        })
    }

    /// Finds the zone of a point: where several hold it, the first in the list.
    pub(crate) fn locate(&self, point: GeoPoint) -> Located {
        let zone = self.zones.owners_at(point).first().copied();
        let pace = zone.map_or(self.open_pace, |zone| self.zone_paces[zone]);
        Located { point, planar: planar(point), pace }
    }

    /// The leg between two places, the same both ways; nothing when it exceeds [`LEG_TICKS_MAX`].
    ///
    /// Rounded up; zero only between equal points.
    pub(crate) fn leg(&self, a: &Located, b: &Located) -> Option<PackedLeg> {
        if a.point == b.point {
            return Some(PackedLeg::NONE);
        }
        let meters = great_circle_meters(a.planar, b.planar);
        let duration = rounded_up(meters * ((a.pace + b.pace) / 2.0))?;
        let distance = rounded_up(meters * self.distance_ticks_per_meter)?;
        Some(PackedLeg { duration, distance })
    }

    /// No sequence of legs from `a` to `b` takes less than this at factor 1: the great circle is the shortest way
    /// on the sphere, and nothing is quicker than the quickest zone.
    pub(crate) fn any_way_min(&self, a: &Located, b: &Located) -> i64 {
        understated(great_circle_meters(a.planar, b.planar) * self.pace_min)
    }
}

/// Takes off more than any rounding of floats can have added.
const UNDERSTATEMENT: f64 = 1.0 - 1e-9;

/// A number of ticks for a bound from below, rounded down.
pub(crate) fn understated(ticks: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "not above a leg, which fits")]
    let whole = (ticks * UNDERSTATEMENT).floor() as i64;
    whole
}

/// A positive number of ticks, rounded up, at least 1.
fn rounded_up(ticks: f64) -> Option<u32> {
    let whole = ticks.ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the limit of a u32")]
    (whole <= f64::from(LEG_TICKS_MAX)).then_some(whole as u32)
}

#[expect(clippy::cast_precision_loss, reason = "tick scales lie far below 2^53")]
pub(crate) fn float(count: i64) -> f64 {
    count as f64
}
