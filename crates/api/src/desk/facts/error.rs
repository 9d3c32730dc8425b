//! Why a fact of a journal does not read.

use journeyman_rulebook::RuleBookError;

/// A field of a fact that does not read.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[error("{path} {fault}")]
pub(crate) struct FactError {
    /// Which field, from the fact down ("permit_issued.issued_time").
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) fault: FactFault,
}

/// What can be wrong with a field.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub(crate) enum FactFault {
    /// It must be given.
    #[error("is missing")]
    Missing,
    /// It has a value that this version does not know.
    #[error("is {value}, which this version does not know")]
    Unknown {
        /// The value.
        value: String,
    },
    /// It names a rule book that was never loaded.
    #[error("names rule book {version:?}, which was never loaded")]
    RuleBookVersion {
        /// The version.
        version: String,
    },
    /// It names a service that is not in the rule book.
    #[error("names service {code:?}, which rule book {version:?} does not have")]
    Service {
        /// The version of the book.
        version: String,
        /// The code of the service.
        code: String,
    },
    /// It holds a text that is no rule book.
    #[error("is no rule book: {0}")]
    RuleBook(RuleBookError),
}

impl FactError {
    pub(super) fn new(path: &str, fault: FactFault) -> Self {
        Self { path: path.to_owned(), fault }
    }

    /// That a field has a value which is not known.
    pub(super) fn unknown(path: &str, value: impl std::fmt::Display) -> Self {
        Self::new(path, FactFault::Unknown { value: value.to_string() })
    }

    /// The same error, seen from the message that has the field.
    pub(super) fn inside(self, field: &str) -> Self {
        let path = if self.path.is_empty() { field.to_owned() } else { format!("{field}.{}", self.path) };
        Self { path, ..self }
    }
}
