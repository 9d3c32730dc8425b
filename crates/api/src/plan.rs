//! Plans in the contract's words, and back.

mod difference;
mod read;
mod reason;
mod reply;
mod write;

pub use difference::write_difference;
pub use read::read_plan;
pub use reply::{write_changes, write_reply};
pub use write::{write_bound, write_plan};
