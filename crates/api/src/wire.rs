//! The messages and services of `proto/journeyman/v1`, generated at build time.
//!
//! Timestamps and durations are our own types with the well-known wire form: their text form is read by `jiff`,
//! whatever it says, without a panic.

mod instant;
mod span;

pub use generated::*;
pub use instant::Timestamp;
pub use span::Duration;

/// The compiled contract, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/journeyman.v1.bin"));

#[allow(
    missing_docs,
    unused_qualifications,
    unreachable_pub,
    clippy::all,
    clippy::allow_attributes_without_reason,
    clippy::large_futures,
    clippy::wildcard_imports,
    clippy::semicolon_if_nothing_returned,
    clippy::redundant_closure_for_method_calls,
    clippy::cast_possible_truncation,
    reason = "generated code"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/journeyman.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/journeyman.v1.serde.rs"));
}
