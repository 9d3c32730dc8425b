//! Snapshots: a board's state at a revision, so that a start does not read the journal from its first record.

use crate::append::{check_fence, revision_and_fence};
use crate::error::StoreError;
use crate::leases::Fence;
use crate::record::{Stored, read_row, record_columns};
use crate::store::Store;

/// How many snapshots a board keeps: the last, and one more in case the last is broken.
pub const SNAPSHOTS_KEPT: usize = 2;

impl Store {
    /// Keeps a snapshot and forgets those before the last two. A snapshot at the same revision is replaced.
    ///
    /// # Errors
    /// `StaleFence`, `BoardNotFound`, `WrongRevision` where it is ahead of the board, a limit, or a failure.
    pub async fn put_snapshot(&self, board: &str, fence: Fence, snapshot: &Stored) -> Result<(), StoreError> {
        let Stored { revision, record } = snapshot;
        record.check(self.limits())?;
        let mut transaction = self.database().write().await?;
        let (current, current_fence) = revision_and_fence(&mut transaction, board).await?;
        check_fence(board, fence, current_fence)?;
        if *revision > current {
            return Err(StoreError::WrongRevision { board: board.to_owned(), expected: *revision, current });
        }
        let sql = "INSERT INTO snapshots (board, revision, kind, format, time_us, body, checksum)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (board, revision) DO UPDATE SET kind = excluded.kind, format = excluded.format,
            time_us = excluded.time_us, body = excluded.body, checksum = excluded.checksum";
        sqlx::query(sql)
            .bind(board)
            .bind(*revision)
            .bind(record.kind.as_str())
            .bind(i64::from(record.format))
            .bind(record.time.0)
            .bind(record.body.as_slice())
            .bind(i64::from(record.checksum(board, *revision)))
            .execute(&mut *transaction)
            .await?;
        let sql = "DELETE FROM snapshots WHERE board = $1 AND revision NOT IN
            (SELECT revision FROM snapshots WHERE board = $1 ORDER BY revision DESC LIMIT 2)";
        sqlx::query(sql).bind(board).execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    /// The last snapshot at or before a revision (`i64::MAX`: the last). Where it is `Broken`, ask for one before its
    /// revision.
    ///
    /// # Errors
    /// `Broken`, or a failure.
    pub async fn snapshot(&self, board: &str, at_most: i64) -> Result<Option<Stored>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            record_columns!(),
            " FROM snapshots WHERE board = $1 AND revision <= $2 ORDER BY revision DESC LIMIT 1"
        );
        let query = sqlx::query(SQL).bind(board).bind(at_most);
        let row = query.fetch_optional(self.database().reading()).await?;
        row.map(|row| read_row(board, &row)).transpose()
    }
}
