//! Real roads: OpenStreetMap extracts become a directed road graph, and the graph answers for legs from door to door.
//!
//! extract → [`RoadBuilder`] → road file → [`RoadNetwork`] → rows. Knows nothing of problems: `Travel` asks through
//! [`RoadSource`](journeyman_domain::RoadSource), as it asks services.

mod error;

mod class;
mod extract;
mod osm;
mod tags;

mod builder;
mod component;
mod graph;
mod restrictions;
mod signs;
mod states;

mod file;

mod snap;

mod contract;
mod dijkstra;
mod hierarchy;
mod legs;
mod path;

mod network;

pub use builder::{BuildReport, RoadBuilder, RoadId};
pub use class::RoadClass;
pub use error::RoadError;
pub use graph::RoadPeriod;
pub use network::{HIERARCHY_FROM_STATES, RoadNetwork, RoadView, SnapRules};
