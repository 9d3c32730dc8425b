//! Walks a board's journal and says where it is first not what was written.

use std::fmt::{Display, Formatter};

use crate::error::StoreError;
use crate::store::Store;

/// Records per page of a walk.
const PAGE_RECORDS: usize = 1_000;

/// What is wrong with a stored record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// Its format is no version.
    Format {
        /// What is stored.
        found: i64,
    },
    /// Its content is not what was written.
    Checksum {
        /// What was written with it.
        expected: i64,
        /// Of what is there.
        found: u32,
    },
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => write!(f, "the record is missing"),
            Self::Format { found } => write!(f, "{found} is no version of a format"),
            Self::Checksum { expected, found } => {
                write!(f, "the checksum of what is stored is {found:08x}, {expected:08x} was written with it")
            }
        }
    }
}

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Records that are as they were written, from the first on.
    pub records: i64,
    /// The first that is not, by its revision.
    pub broken: Option<(i64, Fault)>,
    /// Snapshots that are not as they were written, by their revisions. The journal can do without them.
    pub broken_snapshots: Vec<(i64, Fault)>,
}

impl Store {
    /// Reads every record up to the board's revision, and its snapshots. Takes as long as reading the board does.
    ///
    /// # Errors
    /// `BoardNotFound`, or a failure. A broken record is no error here but the answer.
    pub async fn verify(&self, board: &str) -> Result<Verified, StoreError> {
        let last = self.board(board).await?.revision;
        let mut records = 0;
        let mut broken = None;
        while records < last && broken.is_none() {
            match self.read(board, records, PAGE_RECORDS).await {
                Ok(page) if page.is_empty() => broken = Some((records + 1, Fault::Missing)),
                Ok(page) => records += page.len() as i64,
                Err(StoreError::Broken { revision, fault, .. }) => {
                    records = revision - 1;
                    broken = Some((revision, fault));
                }
                Err(other) => return Err(other),
            }
        }
        Ok(Verified { records, broken, broken_snapshots: self.broken_snapshots(board).await? })
    }

    async fn broken_snapshots(&self, board: &str) -> Result<Vec<(i64, Fault)>, StoreError> {
        let (mut at_most, mut broken) = (i64::MAX, Vec::new());
        loop {
            match self.snapshot(board, at_most).await {
                Ok(None) => return Ok(broken),
                Ok(Some(sound)) => at_most = sound.revision - 1,
                Err(StoreError::Broken { revision, fault, .. }) => {
                    broken.push((revision, fault));
                    at_most = revision - 1;
                }
                Err(other) => return Err(other),
            }
        }
    }
}
