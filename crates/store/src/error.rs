//! Everything that the store refuses or fails at, with the offending value and the limit.

use std::sync::Arc;

use crate::unix_micros::UnixMicros;
use crate::verify::Fault;

/// Why the store did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A text or body is longer than its limit.
    #[error("{what} has {bytes} bytes, at most {bytes_max} are kept")]
    TooLong {
        /// Which one.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// A list is longer than its limit.
    #[error("{count} {what} in one append, at most {count_max} fit")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many were given.
        count: usize,
        /// The limit.
        count_max: usize,
    },
    /// Something that must be there is empty.
    #[error("{what} must not be empty")]
    Empty {
        /// Which one.
        what: &'static str,
    },
    /// A text holds the character NUL, which PostgreSQL can't keep.
    #[error("{what} {text:?} holds the character NUL")]
    HoldsNul {
        /// Which one.
        what: &'static str,
        /// As given.
        text: String,
    },
    /// The board is there already.
    #[error("board {board} exists already")]
    BoardExists {
        /// Its id.
        board: String,
    },
    /// There is no such board.
    #[error("there is no board {board}")]
    BoardNotFound {
        /// The id that was asked for.
        board: String,
    },
    /// The board was closed.
    #[error("board {board} is closed")]
    BoardClosed {
        /// Its id.
        board: String,
    },
    /// Another owner holds the lease.
    #[error("board {board} is leased to {owner} until {} µs since 1970", until.0)]
    LeaseHeld {
        /// The board.
        board: String,
        /// Who holds it.
        owner: String,
        /// When it lapses unless renewed.
        until: UnixMicros,
    },
    /// The writer's lease went to somebody else or was given back: it must stop writing.
    #[error("the lease on board {board} with fence {given} is over, the board is at fence {current}")]
    StaleFence {
        /// The board.
        board: String,
        /// The token that was shown.
        given: i64,
        /// The token that counts.
        current: i64,
    },
    /// The board is at another revision than the writer believed.
    #[error("board {board} is at revision {current}, not {expected}")]
    WrongRevision {
        /// The board.
        board: String,
        /// What the writer believed.
        expected: i64,
        /// What is.
        current: i64,
    },
    /// The request id was used for another request.
    #[error("request id {request_id} was used on board {board} for another request")]
    RequestReused {
        /// The board.
        board: String,
        /// The id.
        request_id: String,
    },
    /// The key was used for another effect.
    #[error("board {board} has an effect with key {key} already")]
    DuplicateEffect {
        /// The board.
        board: String,
        /// The key.
        key: String,
    },
    /// There is no dead letter with this key.
    #[error("board {board} has no dead letter with key {key}")]
    NotADeadLetter {
        /// The board.
        board: String,
        /// The key.
        key: String,
    },
    /// What is stored is not what was written.
    #[error("board {board}, revision {revision}: {fault}")]
    Broken {
        /// The board.
        board: String,
        /// Of the first record that is broken.
        revision: i64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Too many appends wait for the disk.
    #[error("{queued_max} appends wait already, no more are taken")]
    Overloaded {
        /// The limit.
        queued_max: usize,
    },
    /// Another process serves the folder.
    #[error("another process serves the boards in {folder}")]
    FolderInUse {
        /// The folder.
        folder: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// A newer version of the program wrote this database.
    #[error("the database has schema version {found}, this program knows versions up to {known}")]
    NewerSchema {
        /// What the database says.
        found: i64,
        /// The last version known here.
        known: i64,
    },
    /// The schema could not be brought up to date.
    #[error("the schema could not be brought up to date: {0}")]
    Migration(Arc<sqlx::migrate::MigrateError>),
    /// An exported journal can't be read.
    #[error("line {line} of the exported journal: {problem}")]
    Import {
        /// Counted from 1.
        line: usize,
        /// What is wrong, for people.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("{0}")]
    File(Arc<std::io::Error>),
    /// The database failed. After a failed commit it is not known whether an append became durable: read the board
    /// again, or send the same request id once more.
    #[error("the database failed: {0}")]
    Database(Arc<sqlx::Error>),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self::Closed,
            other => Self::Database(Arc::new(other)),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::File(Arc::new(error))
    }
}
