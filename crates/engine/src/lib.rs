//! Recipes: what the house does with a problem. The only room that knows that two methods exist.
//!
//! `solve` plans a whole horizon from scratch or from a baseline. Every plan that leaves has passed the checker.

mod clock;
mod control;
mod error;
mod options;

mod day;
mod meeting;
mod progress;
mod race;
mod sectors;

mod ledger;
mod prover;

mod course;
mod herald;

mod solve;

pub use control::{Closing, Control};
pub use error::EngineError;
pub use options::{OptionsError, SolveOptions};
pub use progress::{Answer, BoundSource, Phase, Progress, Statistics, StopReason};
pub use solve::solve;
