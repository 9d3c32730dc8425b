//! Located points and the polygons they may lie in.

/// A point on the sphere in ten-millionths of a degree (about a centimetre), so that it compares and hashes
/// exactly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GeoPoint {
    latitude_e7: i32,
    longitude_e7: i32,
}

impl GeoPoint {
    /// From degrees, rounded to 1e-7; nothing when a coordinate is not finite or out of range
    /// (latitude −90…90, longitude −180…180).
    pub fn from_degrees(latitude: f64, longitude: f64) -> Option<Self> {
        let inside = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        // NaN compares false, so it is refused here too.
        inside.then(|| Self { latitude_e7: to_e7(latitude), longitude_e7: to_e7(longitude) })
    }

    /// From ten-millionths of a degree; nothing when one is out of range.
    pub fn from_e7(latitude_e7: i32, longitude_e7: i32) -> Option<Self> {
        let inside =
            latitude_e7.unsigned_abs() <= 900_000_000 && longitude_e7.unsigned_abs() <= 1_800_000_000;
        inside.then_some(Self { latitude_e7, longitude_e7 })
    }

    /// Ten-millionths of a degree: north, east.
    pub fn e7(self) -> (i32, i32) {
        (self.latitude_e7, self.longitude_e7)
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude_e7) / 1e7
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude_e7) / 1e7
    }
}

#[expect(clippy::cast_possible_truncation, reason = "|degrees| <= 180, so the product fits an i32")]
fn to_e7(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

/// Any located point: a home, a site, a warehouse.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The caller's id.
    pub label: String,
    /// Where it lies; absent only where a matrix gives the travel.
    pub point: Option<GeoPoint>,
}

/// A closed ring of at least three distinct points; the last is joined to the first.
pub type Ring = Vec<GeoPoint>;

/// An area with its own driving speed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// The caller's id.
    pub label: String,
    /// The outline.
    pub ring: Ring,
    /// Speed inside, in metres of road an hour, before the profile of the hour.
    pub speed_meters_per_hour: u32,
}
