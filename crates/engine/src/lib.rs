//! Recipes: what the house does with a problem. The only room that knows that two methods exist.
//!
//! `solve` plans a whole horizon from scratch or from a baseline; a [`Session`] answers what happens to a day under way.
//! Every plan that leaves has passed the checker. `explain` says why a visit is where it is, or what keeps it out;
//! `evaluate` what anybody's plan breaks and costs; [`Session::quote`] the arrival windows that a caller can be offered.

mod clock;
mod control;
mod error;
mod options;

mod day;
mod finds;
mod meeting;
mod memory;
mod progress;
mod race;
mod sectors;

mod ledger;
mod prover;

mod course;
mod herald;

mod solve;

mod certificate;
mod told;
mod wishes;

mod changes;
mod repair;
mod reproof;

mod savings;
mod session;
mod standing;

mod replay;

mod quote;

mod evaluate;
mod explain;

pub use changes::{ChangeKind, Changes, VisitChange};
pub use control::{Closing, Control};
pub use error::EngineError;
pub use evaluate::{Evaluation, VisitSlack, evaluate};
pub use explain::{ExplainOptions, explain, relax};
pub use options::{OptionsError, SolveOptions};
pub use progress::{Answer, BoundSource, Phase, Progress, Statistics, StopReason};
pub use quote::{Quote, QuoteOptions, Quotes};
pub use repair::{BrokenRule, Repair};
pub use replay::Replay;
pub use savings::Resolved;
pub use session::{Change, Reply, Session};
pub use solve::solve;
pub use told::{Bent, EventError, Gone};
pub use wishes::Wishes;

/// Whose law holds at a point of a day: the deepest jurisdiction whose territory holds it.
pub fn jurisdiction_at(
    problem: &journeyman_domain::Problem,
    point: journeyman_domain::GeoPoint,
) -> Option<journeyman_domain::JurisdictionId> {
    journeyman_travel::Territories::build(problem).jurisdiction_at(point)
}
