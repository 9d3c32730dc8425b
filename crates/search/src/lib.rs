//! Good plans fast: construction by regret, then ruin and recreate under simulated annealing.
//!
//! Works on [`journeyman_route::Route`]s only; builds and tests without the C++ solver. Deterministic for a seed
//! and an iteration budget. Bounds are not known here.

mod budget;
mod params;

mod neighbourhood;
mod sector;
mod solution;

mod draft;

mod absence;
mod construct;
mod exchange;
mod memo;
mod mend;
mod recreate;
mod ruin;

mod anneal;

mod cut;
mod joint;

pub use anneal::{Progress, ROUNDS, Search};
pub use budget::Budget;
pub use construct::construct;
pub use joint::Joint;
pub use mend::mend;
pub use neighbourhood::SearchModel;
pub use params::SearchParams;
pub use sector::Sector;
pub use solution::Solution;
