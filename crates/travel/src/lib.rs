//! Where places lie, and the seconds and metres between them.
//!
//! Built once a problem, then read by everyone: legs from one flat table, the profile of the hour on top, and
//! R-trees that find zones, jurisdictions and neighbours. Knows nothing of routes. Floats stay in here.

mod error;
mod sphere;

mod outline;
mod place_index;
mod territories;

mod estimate;
mod given;
mod leg_table;
mod profile;
mod triangle;

mod roads;

mod travel;
mod ways;

pub use error::TravelError;
pub use estimate::FACTOR_PERMILLE_MAX;
pub use leg_table::{LEG_TICKS_MAX, LegCost};
pub use place_index::PlaceIndex;
pub use profile::Trip;
pub use roads::{
    BuildReport, HIERARCHY_FROM_STATES, RoadBuilder, RoadClass, RoadError, RoadId, RoadNetwork, RoadPeriod,
    RoadView, SnapRules,
};
pub use territories::{Territories, visit_jurisdictions};
pub use travel::{PLACES_MAX, Travel};
pub use triangle::TriangleReport;
