//! Why a command is refused. Nothing has changed then.

use std::fmt;

/// Something that a command speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubjectKind {
    /// A work order.
    WorkOrder,
    /// A visit.
    Visit,
    /// A visit, by the link sent to the customer.
    RescheduleToken,
    /// A permit.
    Permit,
    /// An inspection.
    Inspection,
    /// A task.
    Task,
}

impl fmt::Display for SubjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WorkOrder => "work order",
            Self::Visit => "visit",
            Self::RescheduleToken => "reschedule token",
            Self::Permit => "permit",
            Self::Inspection => "inspection",
            Self::Task => "task",
        })
    }
}

/// Why a command is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refusal {
    /// Nothing of this id is on the desk.
    #[error("no {kind} `{id}`")]
    Unknown {
        /// What it would be.
        kind: SubjectKind,
        /// The id.
        id: String,
    },
    /// The id is taken.
    #[error("{kind} `{id}` exists already")]
    Exists {
        /// What it is.
        kind: SubjectKind,
        /// The id.
        id: String,
    },
    /// It changed meanwhile.
    #[error("{kind} `{id}` has etag {current}, not {given}")]
    StaleEtag {
        /// What it is.
        kind: SubjectKind,
        /// The id.
        id: String,
        /// The etag that came.
        given: String,
        /// The etag that it has.
        current: String,
    },
    /// The step is not legal where the subject stands.
    #[error("{kind} `{id}` is {state}; missing: {}", .missing.join("; "))]
    IllegalStep {
        /// What it is.
        kind: SubjectKind,
        /// The id.
        id: String,
        /// Where it stands, in the contract's word.
        state: &'static str,
        /// All that is missing, by name; never empty.
        missing: Vec<String>,
    },
    /// A value that cannot be.
    #[error("{path}: {problem}")]
    InvalidField {
        /// Path of the field in the command, in the contract's words.
        path: String,
        /// What is wrong, with the value and the limit.
        problem: String,
    },
}

impl Refusal {
    pub(crate) fn invalid(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::InvalidField { path: path.into(), problem: problem.into() }
    }
}
