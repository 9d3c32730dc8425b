//! The rule books of a board, by version: a fact names the book that a call was understood by.

use std::collections::BTreeMap;
use std::sync::Arc;

use journeyman_rulebook::RuleBook;

/// Every rule book that a board has worked by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    by_version: BTreeMap<String, Arc<RuleBook>>,
}

/// Another text goes by this version already.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("rule book version {version:?} is taken by another text")]
pub(crate) struct VersionTaken {
    /// The version of both.
    pub(crate) version: String,
}

impl Books {
    /// Adds a book; to be asked before a book is loaded into a desk, since a fact that names a version must find its
    /// one text. The same text again changes nothing.
    pub(crate) fn add(&mut self, book: Arc<RuleBook>) -> Result<(), VersionTaken> {
        let known = self.by_version.entry(book.version().to_owned()).or_insert_with(|| Arc::clone(&book));
        if known.text() == book.text() {
            return Ok(());
        }
        Err(VersionTaken { version: book.version().to_owned() })
    }

    /// The book of a version.
    pub(crate) fn version(&self, version: &str) -> Option<&Arc<RuleBook>> {
        self.by_version.get(version)
    }
}
