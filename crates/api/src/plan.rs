//! Plans in the contract's words, and back.

pub(crate) mod difference;
pub(crate) mod read;
pub(crate) mod reason;
mod reply;
pub(crate) mod write;

pub use difference::write_difference;
pub use read::read_plan;
pub use reply::{write_changes, write_reply};
pub use write::{write_bound, write_plan};
