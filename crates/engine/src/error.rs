//! What can go wrong in a recipe. Infeasible is not among it: that is an answer.

use journeyman_checker::Violation;
use journeyman_travel::TravelError;

use crate::{EventError, OptionsError};

/// Broken input or broken machinery.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// Options that make no sense.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The travel of the problem cannot be built.
    #[error(transparent)]
    Travel(#[from] TravelError),
    /// The problem asks for something that is not solved yet.
    #[error("{field}: not solved yet")]
    Unsupported {
        /// The field, by the labels of what it belongs to.
        field: String,
    },
    /// What is frozen breaks the problem's own rules, so no plan can contain it.
    #[error(
        "shift {shift}: what is frozen of its route cannot be kept under its times, breaks, stock and limits"
    )]
    FrozenStopsDoNotFit {
        /// Label of the shift.
        shift: String,
    },
    /// What is frozen breaks a rule of who may serve whom: what the problem says today contradicts what happened.
    #[error("visit {visit} is frozen on shift {shift}, which may not serve it: {rule}")]
    FrozenVisitForbidden {
        /// Label of the shift.
        shift: String,
        /// Label of the visit.
        visit: String,
        /// The rule, in words.
        rule: String,
    },
    /// An event that cannot have happened to the day.
    #[error("event {event}: {reason}")]
    Event {
        /// Label of the event.
        event: String,
        /// Why not.
        reason: EventError,
    },
    /// A plan failed the independent check: a defect of ours, never of the input.
    #[error("a plan failed the independent check: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    CheckFailed(Vec<Violation>),
    /// Nobody wants the answer any more.
    #[error("cancelled")]
    Cancelled,
}
