//! Points and distances on the sphere of mean earth radius.

use geo::{Distance as _, Haversine, Point};
use journeyman_domain::GeoPoint;

/// Half the way round: no two points lie further apart.
fn half_turn_meters() -> f64 {
    std::f64::consts::PI * Haversine.radius()
}

/// The point as `geo` wants it: x = longitude, y = latitude, in degrees.
pub(crate) fn planar(point: GeoPoint) -> Point<f64> {
    Point::new(point.longitude(), point.latitude())
}

/// Great-circle distance in metres; finite and not negative for every pair.
pub(crate) fn great_circle_meters(a: Point<f64>, b: Point<f64>) -> f64 {
    // At antipodes rounding can push the haversine above 1 and its arc to NaN, which `min` turns into half a turn.
    Haversine.distance(a, b).min(half_turn_meters())
}

/// The point as a unit vector. Straight-line distance between such vectors grows with the great circle, so an
/// R-tree over them is exact at the poles and at the antimeridian, where degrees are not.
pub(crate) fn unit_vector(point: GeoPoint) -> [f64; 3] {
    let (latitude, longitude) = (point.latitude().to_radians(), point.longitude().to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// The square of the chord, on the unit sphere, under an arc of so many metres.
pub(crate) fn chord_squared(meters: u32) -> f64 {
    let arc = (f64::from(meters) / Haversine.radius()).min(std::f64::consts::PI);
    let chord = 2.0 * (arc / 2.0).sin();
    chord * chord
}
