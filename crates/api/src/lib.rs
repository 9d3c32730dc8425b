//! The contract: generated messages and services, their JSON form, and the bridge to the domain.

pub mod json;
pub mod wire;

pub use json::JsonError;
