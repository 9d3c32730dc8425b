//! One append: what a board's writer makes durable together or not at all.

use sqlx::AnyConnection;
use sqlx::Row as _;

use crate::effect::Effect;
use crate::error::StoreError;
use crate::leases::Fence;
use crate::limits::{Limits, check_count};
use crate::outbox;
use crate::record::Record;
use crate::requests;
use crate::unix_micros::UnixMicros;

/// Records with all that follows from them. They get the revisions after `expected_revision`, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// The board.
    pub board: String,
    /// The writer's lease.
    pub fence: Fence,
    /// Revision that the writer believes the board to be at; 0 for a new board.
    pub expected_revision: i64,
    /// When this is written: the board's update time.
    pub time: UnixMicros,
    /// At least one.
    pub records: Vec<Record>,
    /// What has to leave the house.
    pub effects: Vec<Effect>,
    /// Keys of earlier effects to take back, as far as no carrier had them yet.
    pub cancel: Vec<String>,
    /// The request that is answered, where there is one.
    pub request: Option<Request>,
}

/// A request and its answer, so that the same request gets the same answer again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Chosen by the client, unique on the board until it is pruned.
    pub id: String,
    /// Digest of the request without its id; tells a repetition from another request.
    pub digest: [u8; 32],
    /// The encoded answer.
    pub answer: Vec<u8>,
}

/// What became durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Of the last record.
    pub revision: i64,
    /// Which of the keys to cancel were taken back. The others left, are leaving, or never were.
    pub cancelled: Vec<String>,
}

/// How an append ended that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Appended(Appended),
    /// The request was answered before; nothing was written now.
    Repeated {
        /// The answer of then.
        answer: Vec<u8>,
    },
}

impl Append {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), StoreError> {
        limits.check_id("a board's id", &self.board)?;
        if self.records.is_empty() {
            return Err(StoreError::Empty { what: "the records of an append" });
        }
        check_count("records", self.records.len(), limits.records_max)?;
        check_count("effects", self.effects.len(), limits.effects_max)?;
        check_count("cancellations", self.cancel.len(), limits.effects_max)?;
        self.records.iter().try_for_each(|record| record.check(limits))?;
        self.effects.iter().try_for_each(|effect| effect.check(limits))?;
        if let Some(request) = &self.request {
            limits.check_id("a request id", &request.id)?;
            limits.check_body("an answer", &request.answer)?;
        }
        Ok(())
    }
}

/// Writes into the caller's transaction. Unless the outcome is `Appended`, the caller must roll back what this did.
pub(crate) async fn write(connection: &mut AnyConnection, append: &Append) -> Result<Outcome, StoreError> {
    // The request comes first: a repetition is answered whatever became of lease and revision since.
    if let Some(request) = &append.request {
        while !requests::insert(connection, &append.board, request, append.time).await? {
            let answer = requests::find(connection, &append.board, &request.id, &request.digest).await?;
            if let Some(answer) = answer {
                return Ok(Outcome::Repeated { answer });
            }
            // PostgreSQL: it was pruned between the two statements, so it counts as new.
        }
    }
    let revision = advance(connection, append).await?;
    for (record, revision) in append.records.iter().zip(append.expected_revision + 1..) {
        insert_record(connection, &append.board, revision, record).await?;
    }
    let cancelled = outbox::cancel(connection, &append.board, &append.cancel, append.time).await?;
    for (effect, position) in append.effects.iter().zip(0..) {
        outbox::insert(connection, &append.board, (revision, position), effect).await?;
    }
    Ok(Outcome::Appended(Appended { revision, cancelled }))
}

/// Moves the board to its next revision if lease and revision are as the writer believes. One statement both compares
/// and takes the row's lock, so no other writer comes between.
async fn advance(connection: &mut AnyConnection, append: &Append) -> Result<i64, StoreError> {
    let records = i64::try_from(append.records.len()).expect("a list in memory is shorter than i64::MAX");
    let sql = "UPDATE boards SET revision = revision + $1, update_us = $2
        WHERE board = $3 AND fence = $4 AND revision = $5";
    let moved = sqlx::query(sql)
        .bind(records)
        .bind(append.time.0)
        .bind(append.board.as_str())
        .bind(append.fence.0)
        .bind(append.expected_revision)
        .execute(&mut *connection)
        .await?;
    if moved.rows_affected() == 1 {
        return Ok(append.expected_revision + records);
    }
    let (current, fence) = revision_and_fence(connection, &append.board).await?;
    check_fence(&append.board, append.fence, fence)?;
    Err(StoreError::WrongRevision {
        board: append.board.clone(),
        expected: append.expected_revision,
        current,
    })
}

/// Where a board stands and which fence counts.
pub(crate) async fn revision_and_fence(
    connection: &mut AnyConnection,
    board: &str,
) -> Result<(i64, Fence), StoreError> {
    let row = sqlx::query("SELECT revision, fence FROM boards WHERE board = $1")
        .bind(board)
        .fetch_optional(connection)
        .await?
        .ok_or_else(|| StoreError::BoardNotFound { board: board.to_owned() })?;
    Ok((row.try_get(0)?, Fence(row.try_get(1)?)))
}

pub(crate) fn check_fence(board: &str, given: Fence, current: Fence) -> Result<(), StoreError> {
    if given == current {
        return Ok(());
    }
    Err(StoreError::StaleFence { board: board.to_owned(), given: given.0, current: current.0 })
}

pub(crate) async fn insert_record(
    connection: &mut AnyConnection,
    board: &str,
    revision: i64,
    record: &Record,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO records (board, revision, kind, format, time_us, body, checksum)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(sql)
        .bind(board)
        .bind(revision)
        .bind(record.kind.as_str())
        .bind(i64::from(record.format))
        .bind(record.time.0)
        .bind(record.body.as_slice())
        .bind(i64::from(record.checksum(board, revision)))
        .execute(connection)
        .await?;
    Ok(())
}
