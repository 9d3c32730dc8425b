//! Boards and their records: made, listed and read.

use sqlx::Row as _;
use sqlx::any::AnyRow;
use tokio_stream::StreamExt as _;

use crate::append::{self, Append, Outcome};
use crate::error::StoreError;
use crate::leases::{Fence, Lease, LeaseRequest};
use crate::record::{Stored, read_row, record_columns};
use crate::store::Store;
use crate::unix_micros::UnixMicros;
use crate::verify::Fault;

/// Bytes of bodies after which a page of records ends.
const PAGE_BYTES_MAX: usize = 8 << 20;

/// A board as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardEntry {
    /// Its id.
    pub board: String,
    /// Of its last record.
    pub revision: i64,
    /// When it was made.
    pub create_time: UnixMicros,
    /// When its last record was written.
    pub update_time: UnixMicros,
    /// Its last lease, lapsed or not; `None` where it was given back.
    pub lease: Option<Lease>,
    /// When it was closed, if it was.
    pub close_time: Option<UnixMicros>,
}

/// What became of the wish for a new board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewBoard {
    /// It is durable with its first records, and leased.
    Created(Lease),
    /// The request was answered before; nothing was written now.
    Repeated {
        /// The answer of then.
        answer: Vec<u8>,
    },
}

impl Store {
    /// Makes a board with its first records, effects and answer, leased to its maker, in one transaction. Fence and
    /// revision of `first` are not looked at.
    ///
    /// # Errors
    /// `BoardExists`, `RequestReused`, a limit, or a failure; nothing was written then.
    pub async fn create_board(&self, lease: LeaseRequest, mut first: Append) -> Result<NewBoard, StoreError> {
        lease.check(self.limits())?;
        first.board.clone_from(&lease.board);
        first.expected_revision = 0;
        first.fence = Fence::FIRST;
        first.check(self.limits())?;
        let mut transaction = self.database().write().await?;
        let until = self.database().clock(&mut transaction, lease.now).await?.after(lease.ttl);
        let sql =
            "INSERT INTO boards (board, revision, create_us, update_us, lease_owner, lease_until_us, fence)
            VALUES ($1, 0, $2, $2, $3, $4, $5) ON CONFLICT (board) DO NOTHING";
        let made = sqlx::query(sql)
            .bind(lease.board.as_str())
            .bind(first.time.0)
            .bind(lease.owner.as_str())
            .bind(until.0)
            .bind(Fence::FIRST.0)
            .execute(&mut *transaction)
            .await?;
        if made.rows_affected() == 0 {
            // Rolled back when it is dropped, as after every error.
            drop(transaction);
            return self.created_before(&first).await;
        }
        match append::write(&mut transaction, &first).await? {
            Outcome::Appended(_) => {
                transaction.commit().await?;
                Ok(NewBoard::Created(Lease {
                    board: lease.board,
                    owner: lease.owner,
                    fence: Fence::FIRST,
                    until,
                }))
            }
            Outcome::Repeated { answer } => Ok(NewBoard::Repeated { answer }),
        }
    }

    async fn created_before(&self, first: &Append) -> Result<NewBoard, StoreError> {
        let answer = match &first.request {
            Some(request) => self.answer(&first.board, &request.id, &request.digest).await?,
            None => None,
        };
        match answer {
            Some(answer) => Ok(NewBoard::Repeated { answer }),
            None => Err(StoreError::BoardExists { board: first.board.clone() }),
        }
    }

    /// One board.
    ///
    /// # Errors
    /// `BoardNotFound`, or a failure.
    pub async fn board(&self, board: &str) -> Result<BoardEntry, StoreError> {
        let sql =
            "SELECT board, revision, create_us, update_us, lease_owner, lease_until_us, fence, close_us FROM boards
            WHERE board = $1";
        let row = sqlx::query(sql).bind(board).fetch_optional(self.database().reading()).await?;
        read_board(&row.ok_or_else(|| StoreError::BoardNotFound { board: board.to_owned() })?)
    }

    /// Boards in the order of their ids, beginning after `after` (empty: with the first). Fewer than `boards_max`: these
    /// were the last.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn boards(&self, after: &str, boards_max: usize) -> Result<Vec<BoardEntry>, StoreError> {
        let sql =
            "SELECT board, revision, create_us, update_us, lease_owner, lease_until_us, fence, close_us FROM boards
            WHERE board > $1 ORDER BY board LIMIT $2";
        let rows = sqlx::query(sql)
            .bind(after)
            .bind(row_count(boards_max))
            .fetch_all(self.database().reading())
            .await?;
        rows.iter().map(read_board).collect()
    }

    /// The next records of a board after a revision (0: from the first), checksums verified. A page ends at
    /// `records_max` records or after 8 MiB of bodies, but holds at least one record; an empty page is the end. A board
    /// that does not exist has no records.
    ///
    /// # Errors
    /// `Broken` with the first record that is missing or not what was written, or a failure.
    pub async fn read(&self, board: &str, after: i64, records_max: usize) -> Result<Vec<Stored>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            record_columns!(),
            " FROM records WHERE board = $1 AND revision > $2 ORDER BY revision LIMIT $3"
        );
        let query = sqlx::query(SQL).bind(board).bind(after).bind(row_count(records_max.max(1)));
        let mut rows = query.fetch(self.database().reading());
        let mut page: Vec<Stored> = Vec::new();
        let (mut bytes, mut next) = (0, after.max(0) + 1);
        while bytes < PAGE_BYTES_MAX
            && let Some(row) = rows.next().await
        {
            let stored = read_row(board, &row?)?;
            if stored.revision != next {
                return Err(StoreError::Broken {
                    board: board.to_owned(),
                    revision: next,
                    fault: Fault::Missing,
                });
            }
            bytes += stored.record.body.len();
            next += 1;
            page.push(stored);
        }
        Ok(page)
    }
}

impl Store {
    /// The next records of one kind after a revision and up to another, as [`Self::read`] has them; gaps are records of
    /// other kinds.
    ///
    /// # Errors
    /// `Broken` with a record that is not what was written, or a failure.
    pub async fn read_kind(
        &self,
        (board, kind): (&str, &str),
        (after, until): (i64, i64),
        records_max: usize,
    ) -> Result<Vec<Stored>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            record_columns!(),
            " FROM records WHERE board = $1 AND kind = $2 AND revision > $3 AND revision <= $4
            ORDER BY revision LIMIT $5"
        );
        let query = sqlx::query(SQL).bind(board).bind(kind).bind(after).bind(until);
        let rows = query.bind(row_count(records_max.max(1))).fetch_all(self.database().reading()).await?;
        rows.iter().map(|row| read_row(board, row)).collect()
    }
}

/// A limit as the database takes it.
pub(crate) fn row_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn read_board(row: &AnyRow) -> Result<BoardEntry, StoreError> {
    let board: String = row.try_get(0)?;
    let owner: String = row.try_get(4)?;
    let lease = if owner.is_empty() {
        None
    } else {
        let (until, fence) = (UnixMicros(row.try_get(5)?), Fence(row.try_get(6)?));
        Some(Lease { board: board.clone(), owner, fence, until })
    };
    let closed: i64 = row.try_get(7)?;
    Ok(BoardEntry {
        board,
        revision: row.try_get(1)?,
        create_time: UnixMicros(row.try_get(2)?),
        update_time: UnixMicros(row.try_get(3)?),
        lease,
        close_time: (closed > 0).then_some(UnixMicros(closed)),
    })
}
