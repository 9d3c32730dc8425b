//! What can go wrong in a recipe. Infeasible is not among it: that is an answer.

use journeyman_checker::Violation;
use journeyman_travel::TravelError;

use crate::OptionsError;

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
    #[error("shift {shift}: its frozen stops fit neither its times nor its stock")]
    FrozenStopsDoNotFit {
        /// Label of the shift.
        shift: String,
    },
    /// A plan failed the independent check: a defect of ours, never of the input.
    #[error("a plan failed the independent check: {}", .0.first().map(ToString::to_string).unwrap_or_default())]
    CheckFailed(Vec<Violation>),
    /// Nobody wants the answer any more.
    #[error("cancelled")]
    Cancelled,
}
