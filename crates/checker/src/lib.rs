//! The second opinion: reads a plan against its problem and lists every rule that it breaks.
//!
//! Knows nothing of how plans are made: times, law, stock and money are derived here a second time from the
//! problem. No plan leaves the service unchecked, and anybody's plan can be checked.
//!
//! What a checked plan looks like: routes stand in the order of their shifts, their stops in the order of their
//! starts; a leg starts when the technician is free or later; a break stands before the visit at which it is taken
//! after arriving, and after the visit after whose service it is taken; breaks not listed are taken before the
//! departure or after the return.

mod breach;
mod breaks;
mod cost;
mod coverage;
mod frozen;
mod law;
mod stock;
mod timeline;
mod visits;

mod check;

pub use breach::{Breach, Violation};
pub use check::check;
