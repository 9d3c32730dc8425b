//! Leases: who may write to a board. The fence is what the store checks; the time only says when others may try.

use std::time::Duration;

use sqlx::AnyConnection;
use sqlx::Row as _;

use crate::append::{check_fence, revision_and_fence};
use crate::database::Database;
use crate::error::StoreError;
use crate::journal::row_count;
use crate::limits::Limits;
use crate::store::Store;
use crate::unix_micros::UnixMicros;

/// Grows on its board with every grant and every release, so an older holder's is never the current one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fence(pub i64);

impl Fence {
    pub(crate) const FIRST: Self = Self(1);
}

/// A lease that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The board.
    pub board: String,
    /// Who holds it.
    pub owner: String,
    /// Goes with every append.
    pub fence: Fence,
    /// When others may take it, unless it is renewed: by the database's clock in PostgreSQL, by `now` in SQLite.
    pub until: UnixMicros,
}

/// The wish for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The board.
    pub board: String,
    /// A name that no other process has, and that a restarted one does not have again.
    pub owner: String,
    /// How long it holds without renewal.
    pub ttl: Duration,
    /// The process's time. Only SQLite looks at it; PostgreSQL has its own.
    pub now: UnixMicros,
}

impl LeaseRequest {
    pub(crate) fn check(&self, limits: &Limits) -> Result<(), StoreError> {
        limits.check_id("a board's id", &self.board)?;
        limits.check_id("a lease's owner", &self.owner)
    }
}

impl Store {
    /// Takes a lease that is free, lapsed, or the owner's already. The fence is new in every case: with the same owner
    /// twice, the first fence is stale from then on.
    ///
    /// # Errors
    /// `LeaseHeld`, `BoardClosed`, `BoardNotFound`, a limit, or a failure.
    pub async fn acquire(&self, request: LeaseRequest) -> Result<Lease, StoreError> {
        request.check(self.limits())?;
        let mut transaction = self.database().write().await?;
        let now = self.database().clock(&mut transaction, request.now).await?;
        let until = now.after(request.ttl);
        let sql = "UPDATE boards SET lease_owner = $1, lease_until_us = $2, fence = fence + 1
            WHERE board = $3 AND close_us = 0
            AND (lease_owner = '' OR lease_owner = $1 OR lease_until_us <= $4)";
        let taken = sqlx::query(sql)
            .bind(request.owner.as_str())
            .bind(until.0)
            .bind(request.board.as_str())
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        if taken.rows_affected() == 0 {
            return Err(refusal(&mut transaction, request.board).await);
        }
        let (_, fence) = revision_and_fence(&mut transaction, &request.board).await?;
        transaction.commit().await?;
        Ok(Lease { board: request.board, owner: request.owner, fence, until })
    }

    /// Renews the leases of a process, all in one transaction. Returns those that were lost to others: their boards must
    /// not be written to any more. A lease that lapsed, but that nobody took, is renewed.
    ///
    /// # Errors
    /// Where the database fails; no lease is renewed then.
    pub async fn renew(
        &self,
        leases: &mut [Lease],
        ttl: Duration,
        now: UnixMicros,
    ) -> Result<Vec<Lease>, StoreError> {
        let mut transaction = self.database().write().await?;
        let until = self.database().clock(&mut transaction, now).await?.after(ttl);
        // In the order in which appends lock boards too.
        leases.sort_by(|a, b| a.board.cmp(&b.board));
        let mut lost = Vec::new();
        for lease in leases.iter() {
            let sql = "UPDATE boards SET lease_until_us = $1 WHERE board = $2 AND fence = $3";
            let renewed = sqlx::query(sql)
                .bind(until.0)
                .bind(lease.board.as_str())
                .bind(lease.fence.0)
                .execute(&mut *transaction)
                .await?;
            if renewed.rows_affected() == 0 {
                lost.push(lease.clone());
            }
        }
        transaction.commit().await?;
        for lease in leases.iter_mut().filter(|lease| !lost.contains(lease)) {
            lease.until = until;
        }
        Ok(lost)
    }

    /// Gives a lease back, so that nobody has to wait for it to lapse. Its fence is stale from then on.
    ///
    /// # Errors
    /// `StaleFence` where it was lost before, or a failure.
    pub async fn release(&self, lease: &Lease) -> Result<(), StoreError> {
        self.end_lease(lease, UnixMicros(0)).await
    }

    /// Ends a board for good: its fence is stale, and nobody gets a lease on it again. Its records stay, and its effects
    /// leave by whichever carrier comes.
    ///
    /// # Errors
    /// `StaleFence` where the lease was lost before, or a failure.
    pub async fn close_board(&self, lease: &Lease, now: UnixMicros) -> Result<(), StoreError> {
        self.end_lease(lease, now).await
    }

    /// At 0 the board stays open.
    async fn end_lease(&self, lease: &Lease, closed: UnixMicros) -> Result<(), StoreError> {
        let mut transaction = self.database().write().await?;
        let sql = "UPDATE boards SET close_us = $1, lease_owner = '', lease_until_us = 0, fence = fence + 1
            WHERE board = $2 AND fence = $3";
        let ended = sqlx::query(sql)
            .bind(closed.0)
            .bind(lease.board.as_str())
            .bind(lease.fence.0)
            .execute(&mut *transaction)
            .await?;
        if ended.rows_affected() == 0 {
            let (_, current) = revision_and_fence(&mut transaction, &lease.board).await?;
            check_fence(&lease.board, lease.fence, current)?;
        }
        Ok(transaction.commit().await?)
    }

    /// Boards that nobody holds and that are not closed: free or lapsed, in the order of their ids, beginning after `after`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lapsed(
        &self,
        now: UnixMicros,
        after: &str,
        boards_max: usize,
    ) -> Result<Vec<String>, StoreError> {
        let database: &Database = self.database();
        let mut connection = database.reading().acquire().await?;
        let now = database.clock(&mut connection, now).await?;
        let sql = "SELECT board FROM boards WHERE board > $1 AND close_us = 0
            AND (lease_owner = '' OR lease_until_us <= $2) ORDER BY board LIMIT $3";
        let rows = sqlx::query(sql)
            .bind(after)
            .bind(now.0)
            .bind(row_count(boards_max))
            .fetch_all(&mut *connection)
            .await?;
        Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
    }
}

/// Why a lease was not granted.
async fn refusal(connection: &mut AnyConnection, board: String) -> StoreError {
    let sql = "SELECT lease_owner, lease_until_us, close_us FROM boards WHERE board = $1";
    let read = async {
        let row = sqlx::query(sql).bind(board.as_str()).fetch_optional(connection).await?;
        row.map(|row| {
            Ok::<(String, i64, i64), sqlx::Error>((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        })
        .transpose()
    };
    match read.await {
        Ok(Some((_, _, closed))) if closed > 0 => StoreError::BoardClosed { board },
        Ok(Some((owner, until, _))) => StoreError::LeaseHeld { board, owner, until: UnixMicros(until) },
        Ok(None) => StoreError::BoardNotFound { board },
        Err(error) => sqlx::Error::into(error),
    }
}
