//! The store that is open: where it lies, and the door for appends. The other doors are with their concepts.

use std::path::{Path, PathBuf};

use crate::append::{Append, Outcome};
use crate::database::Database;
use crate::error::StoreError;
use crate::group_commit::Lanes;
use crate::limits::Limits;
use crate::schema;

/// Where a store lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// The memory of this process: it ends with the store.
    Memory,
    /// A folder of this machine, for one process: SQLite.
    Folder(PathBuf),
    /// A database that processes share, by its URL: PostgreSQL, or what speaks its protocol.
    Postgres(String),
}

/// Boards' journals, leases, effects and answers. Clones share connections.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    lanes: Lanes,
    limits: Limits,
    /// Where it lies, if that is a folder.
    folder: Option<PathBuf>,
}

impl Store {
    /// Opens a store, making the tables where there are none and bringing older ones up to date. Must be called on a
    /// tokio runtime.
    ///
    /// # Errors
    /// `NewerSchema` where a newer program wrote it; `File`, `Database` or `Migration` where it can't be opened.
    pub async fn open(location: &Location, limits: Limits) -> Result<Self, StoreError> {
        let database = match location {
            Location::Memory => Database::open_memory(&limits)?,
            Location::Folder(folder) => Database::open_sqlite(folder, &limits).await?,
            Location::Postgres(url) => Database::open_postgres(url, &limits).await?,
        };
        schema::migrate(&database).await?;
        let lanes = Lanes::start(&database, &limits);
        let folder = if let Location::Folder(folder) = location { Some(folder.clone()) } else { None };
        Ok(Self { database, lanes, limits, folder })
    }

    /// Makes an append durable. Returns after the commit; appends to one board are taken in the order of the calls, so a
    /// writer may ask for the next one before the last one is answered.
    ///
    /// The lease is checked by its fence, in the same transaction: a lease that has lapsed is good until somebody else
    /// takes it.
    ///
    /// # Errors
    /// `StaleFence`, `WrongRevision`, `RequestReused`, `DuplicateEffect`, `BoardNotFound`, a limit, or a failure. Nothing
    /// was written, except that after a failed commit (`Database`) this is not known.
    pub async fn append(&self, append: Append) -> Result<Outcome, StoreError> {
        append.check(&self.limits)?;
        self.lanes.commit(append).await
    }

    /// Waits for what is being written and lets go of the database. Whatever comes after is refused as `Closed`.
    pub async fn close(&self) {
        self.database.close().await;
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }
}
