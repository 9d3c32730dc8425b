//! Timing and cost of a sequence of stops: the one arithmetic that columns and moves share.
//!
//! A route's cost is a function of time: [`Curve`] says what the rest of a route costs when it is entered at a
//! given moment, exactly, with windows, breaks, lateness, overtime, promises, speed profiles and both pay
//! policies. [`RouteModel`] compiles a problem for it, [`Route`] is a sequence that search edits, [`Schedule`]
//! the times that reach the cost. Eligibility is not known here; callers only offer allowed visits.

mod curve;
mod service;

mod model;
mod propagate;

mod inventory;

mod flank;
mod gap;
mod insertion;
mod pickup_insertion;
mod route;
mod shared_stock;

mod schedule;
mod timing;

pub use curve::{Curve, join};
pub use insertion::Insertion;
pub use inventory::{Draw, Inventory};
pub use model::{RouteModel, RouteTables, StartLimit};
pub use propagate::{Backward, Forward};
pub use route::Route;
pub use schedule::{Schedule, ScheduledStop};
pub use service::{OpenPiece, ServiceProfile};
pub use shared_stock::SharedStock;
pub use timing::Timing;
