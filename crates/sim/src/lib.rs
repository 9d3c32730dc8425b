//! Scenarios: days that are generated, imported, or read from public benchmarks; and how a planned day turns out.
//!
//! Every scenario ends in a [`journeyman_domain::Problem`]. The same seed gives the same problem; what a file does
//! not say is drawn from the seed and told in [`Scenario::notes`].

mod calendar;
mod crew;
mod draw;
mod scenario;

pub mod permits;
pub mod reference_day;
pub mod town;

pub mod calibration;
pub mod day_runner;

pub mod streets;

pub mod trade_year;

pub mod traffic;

mod benchmark;
pub mod plain_day;
pub mod trsp;
pub mod vrptw;

pub use benchmark::{InstanceError, InstanceErrorKind};
pub use calendar::CalendarError;
pub use scenario::Scenario;
