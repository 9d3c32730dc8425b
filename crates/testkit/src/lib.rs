//! What tests share: small problems by label, random days by seed, and brute force to compare with.
//!
//! A dev-dependency only. It shares no arithmetic with the rooms it judges: its answers are slow,
//! short and obvious.

mod cases;
mod data;
mod postgres;

mod builder;
mod freeze;
mod validity;

mod random;

pub mod brute;

pub use builder::{
    JurisdictionDraft, PickupDraft, ProblemBuilder, ShiftDraft, Spot, TechnicianDraft, VisitDraft,
};
pub use cases::cases;
pub use data::{benchmark_data, skipped};
pub use freeze::frozen_at;
pub use postgres::Postgres;
pub use random::{PayShape, RandomEvents, Shape, TravelShape, random_problem};
pub use validity::assert_valid;
