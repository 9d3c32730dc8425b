//! Scenarios: days that are generated, imported, or read from public benchmarks.
//!
//! Everything here ends in a [`journeyman_domain::Problem`]. The same seed gives the same problem; what a file does
//! not say is drawn from the seed and told in [`Scenario::notes`].

mod calendar;
mod crew;
mod draw;
mod scenario;

pub mod permits;
pub mod reference_day;
pub mod town;

mod benchmark;
pub mod trsp;
pub mod vrptw;

pub use benchmark::{InstanceError, InstanceErrorKind};
pub use calendar::CalendarError;
pub use scenario::Scenario;
