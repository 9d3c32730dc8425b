//! Towns that days are generated in: center, clusters of demand, and whose law holds where.

use journeyman_domain::{GeoPoint, Jurisdiction, JurisdictionId, Ring};

/// A town that [`crate::reference_day`] knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Town {
    /// St. George, Utah.
    StGeorge,
}

impl Town {
    /// Every town.
    pub const ALL: [Self; 1] = [Self::StGeorge];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StGeorge => "st-george",
        }
    }

    pub(crate) fn map(self) -> TownMap {
        match self {
            Self::StGeorge => TownMap {
                title: "St. George, Utah",
                time_zone: "America/Denver",
                center: point(37.0965, -113.5684),
                clusters: vec![
                    ("downtown St. George", point(37.0965, -113.5684)),
                    ("Washington City", point(37.1305, -113.5083)),
                    ("Santa Clara and Ivins", point(37.1550, -113.6650)),
                ],
                state: "utah",
                license_prefix: "UT",
                // Simplified: the real city limits interlock; a meridian between the two towns keeps the day's law
                // readable and gives every place exactly one answer.
                west: ("st-george", rectangle((36.90, -113.90), (37.30, -113.535))),
                east: ("washington-city", rectangle((36.90, -113.535), (37.30, -113.25))),
            },
        }
    }
}

impl std::str::FromStr for Town {
    type Err = UnknownTown;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|town| town.name() == name)
            .ok_or_else(|| UnknownTown { name: name.to_owned() })
    }
}

/// No town of this name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no place named {name:?}; known: st-george")]
pub struct UnknownTown {
    /// What was asked for.
    pub name: String,
}

pub(crate) struct TownMap {
    pub(crate) title: &'static str,
    pub(crate) time_zone: &'static str,
    pub(crate) center: GeoPoint,
    pub(crate) clusters: Vec<(&'static str, GeoPoint)>,
    /// The jurisdiction that contains both towns; its licenses hold in either.
    pub(crate) state: &'static str,
    pub(crate) license_prefix: &'static str,
    pub(crate) west: (&'static str, Ring),
    pub(crate) east: (&'static str, Ring),
}

impl TownMap {
    /// The state, then its two towns.
    pub(crate) fn jurisdictions(&self) -> Vec<Jurisdiction> {
        let town = |(label, ring): &(&str, Ring)| Jurisdiction {
            label: (*label).to_owned(),
            parent: Some(state()),
            territory: vec![ring.clone()],
        };
        let state = Jurisdiction { label: self.state.to_owned(), parent: None, territory: Vec::new() };
        vec![state, town(&self.west), town(&self.east)]
    }
}

/// The containing state, first in [`TownMap::jurisdictions`].
pub(crate) fn state() -> JurisdictionId {
    JurisdictionId::new(0)
}

pub(crate) fn point(latitude: f64, longitude: f64) -> GeoPoint {
    GeoPoint::from_degrees(latitude, longitude).expect("the towns' own coordinates are in range")
}

pub(crate) fn rectangle(south_west: (f64, f64), north_east: (f64, f64)) -> Ring {
    let ((south, west), (north, east)) = (south_west, north_east);
    vec![point(south, west), point(south, east), point(north, east), point(north, west)]
}
