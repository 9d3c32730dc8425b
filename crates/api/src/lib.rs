//! The contract: generated messages and services, their JSON form, and the bridge to the domain.

pub mod day;
pub mod json;
pub mod wire;

pub use day::{InexpressibleDay, write_day};
pub use json::JsonError;
