//! Brute force: the definition of what routes and plans cost, as slow and obvious as it can be.
//!
//! Time is stepped tick by tick, licenses are asked tick by tick, sets of visits are enumerated. Nothing here
//! knows of segments, slack or columns, so that agreement with the fast rooms means something.

mod clock;
mod law;
mod past;
mod plan;
mod price;
mod schedule;
mod stock;

pub use law::{forbidden, jurisdictions, license_at, may_start};
pub use plan::{best_plan, servable};
pub use price::price;
pub use schedule::{best_schedule, best_schedule_where};
pub use stock::{Load, fits_van, stock_suffices};
