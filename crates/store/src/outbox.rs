//! The outbox: effects written with their events, taken by carriers in order per work order, delivered at least once.
//!
//! An effect is taken when it is due, nobody has it, and none of its work order that comes before it still waits. One
//! that is not due yet holds nobody up, because effects are ordered by when they are due.

use sqlx::AnyConnection;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::database::Dialect;
use crate::effect::{Claim, ClaimedEffect, Effect, EffectState, EffectStatus, Failure};
use crate::error::StoreError;
use crate::journal::row_count;
use crate::store::Store;
use crate::unix_micros::UnixMicros;

/// The effects to take. `picked` is computed once, because of its lock; SKIP LOCKED lets several carriers take
/// different effects without waiting for each other.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH picked AS MATERIALIZED (
                SELECT o.board, o.effect_key FROM outbox AS o
                WHERE o.state = 'waiting' AND o.due_us <= $1 AND o.next_attempt_us <= $1
                AND o.claimed_until_us <= $2
                AND NOT EXISTS (SELECT 1 FROM outbox AS p
                    WHERE p.board = o.board AND p.work_order = o.work_order AND p.state = 'waiting'
                    AND (p.due_us, p.revision, p.position) < (o.due_us, o.revision, o.position))
                AND ($3 = '' OR EXISTS (SELECT 1 FROM boards AS b
                    WHERE b.board = o.board
                    AND (b.close_us > 0 OR b.lease_owner = $3 AND b.lease_until_us > $2)))
                ORDER BY o.due_us, o.revision, o.position LIMIT $4 ",
            $lock,
            ") UPDATE outbox SET attempts = attempts + 1, claimed_until_us = $5
            WHERE (board, effect_key) IN (SELECT board, effect_key FROM picked)
            RETURNING board, effect_key, work_order, kind, body, due_us, attempts, revision, position"
        )
    };
}

/// The columns of an effect, in the order that `read_effect` expects.
macro_rules! status_columns {
    () => {
        "board, effect_key, work_order, kind, body, due_us, attempts, revision, state, last_error"
    };
}

impl Store {
    /// Takes the next effects that are due, at most one of each work order, earliest first. They are the carrier's until
    /// `timeout` has passed by the clock that leases go by. An effect that was taken as often as the limit allows, and
    /// whose last carrier never answered, is made a dead letter instead.
    ///
    /// # Errors
    /// Where the database fails; nothing is taken then.
    pub async fn claim(&self, claim: &Claim) -> Result<Vec<ClaimedEffect>, StoreError> {
        let sql = match self.database().dialect {
            Dialect::Sqlite => claim!(""),
            Dialect::Postgres => claim!("FOR UPDATE OF o SKIP LOCKED"),
        };
        let mut transaction = self.database().write().await?;
        // A carrier that dies of an effect must not get it for ever.
        let clock = self.database().clock(&mut transaction, claim.now).await?;
        self.bury(&mut transaction, claim.now, clock).await?;
        let rows = sqlx::query(sql)
            .bind(claim.now.0)
            .bind(clock.0)
            .bind(claim.leader.as_deref().unwrap_or_default())
            .bind(row_count(claim.effects_max))
            .bind(clock.after(claim.timeout).0)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in &rows {
            let order: (i64, i64, i64) = (row.try_get(5)?, row.try_get(7)?, row.try_get(8)?);
            let attempt = read_attempts(row)?;
            claimed
                .push((order, ClaimedEffect { board: row.try_get(0)?, effect: read_effect(row)?, attempt }));
        }
        // The database returns them in any order.
        claimed.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.board.cmp(&y.board)));
        Ok(claimed.into_iter().map(|(_, claimed)| claimed).collect())
    }

    async fn bury(
        &self,
        connection: &mut AnyConnection,
        now: UnixMicros,
        clock: UnixMicros,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET state = 'dead', end_us = $1, last_error = 'no answer from its carrier'
            WHERE state = 'waiting' AND due_us <= $1 AND attempts >= $2 AND claimed_until_us <= $3";
        sqlx::query(sql)
            .bind(now.0)
            .bind(i64::from(self.limits().attempts_max))
            .bind(clock.0)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// Says that effects were delivered, at `now`. A carrier that comes too late is believed all the same, because what
    /// it delivered is delivered.
    ///
    /// # Errors
    /// Where the database fails; none of them counts as delivered then.
    pub async fn acknowledge(&self, delivered: &[ClaimedEffect], now: UnixMicros) -> Result<(), StoreError> {
        let mut transaction = self.database().write().await?;
        // In one order for all, so that two carriers with the same effects don't wait for each other in a circle.
        let mut delivered: Vec<&ClaimedEffect> = delivered.iter().collect();
        delivered.sort_by_key(|claimed| (&claimed.board, &claimed.effect.key));
        for claimed in delivered {
            let sql = "UPDATE outbox SET state = 'delivered', end_us = $1, claimed_until_us = 0
                WHERE board = $2 AND effect_key = $3 AND state IN ('waiting', 'dead')";
            sqlx::query(sql)
                .bind(now.0)
                .bind(claimed.board.as_str())
                .bind(claimed.effect.key.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Says that an attempt failed. The effect waits until `next_attempt`, with its work order's later ones behind it, or
    /// is a dead letter after the limit. `None`: the claim had timed out, and the effect is no longer this carrier's.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn fail(
        &self,
        claimed: &ClaimedEffect,
        failure: &Failure,
    ) -> Result<Option<EffectState>, StoreError> {
        let state = if claimed.attempt >= self.limits().attempts_max {
            EffectState::Dead
        } else {
            EffectState::Waiting
        };
        let end = if state == EffectState::Dead { failure.now } else { UnixMicros(0) };
        let characters_max = self.limits().id_bytes_max;
        let error: String = failure.error.chars().filter(|&c| c != '\0').take(characters_max).collect();
        let mut transaction = self.database().write().await?;
        let sql = "UPDATE outbox SET state = $1, end_us = $2, next_attempt_us = $3, last_error = $4, claimed_until_us = 0
            WHERE board = $5 AND effect_key = $6 AND state = 'waiting' AND attempts = $7 AND claimed_until_us > 0";
        let failed = sqlx::query(sql)
            .bind(state.text())
            .bind(end.0)
            .bind(failure.next_attempt.0)
            .bind(error.as_str())
            .bind(claimed.board.as_str())
            .bind(claimed.effect.key.as_str())
            .bind(i64::from(claimed.attempt))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok((failed.rows_affected() == 1).then_some(state))
    }

    /// Effects of a board in one state, in the order in which they leave. `skip` of them are left out, for the next page.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn effects(
        &self,
        board: &str,
        state: EffectState,
        skip: usize,
        effects_max: usize,
    ) -> Result<Vec<EffectStatus>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            status_columns!(),
            " FROM outbox WHERE board = $1 AND state = $2
            ORDER BY due_us, revision, position LIMIT $3 OFFSET $4"
        );
        let rows = sqlx::query(SQL)
            .bind(board)
            .bind(state.text())
            .bind(row_count(effects_max))
            .bind(row_count(skip))
            .fetch_all(self.database().reading())
            .await?;
        rows.iter().map(read_status).collect()
    }

    /// Queues a dead letter again, by hand, with all its attempts before it.
    ///
    /// # Errors
    /// `NotADeadLetter`, or a failure.
    pub async fn requeue(&self, board: &str, key: &str) -> Result<(), StoreError> {
        let mut transaction = self.database().write().await?;
        let sql = "UPDATE outbox SET state = 'waiting', end_us = 0, attempts = 0, next_attempt_us = 0,
            claimed_until_us = 0 WHERE board = $1 AND effect_key = $2 AND state = 'dead'";
        let queued = sqlx::query(sql).bind(board).bind(key).execute(&mut *transaction).await?;
        if queued.rows_affected() == 0 {
            return Err(StoreError::NotADeadLetter { board: board.to_owned(), key: key.to_owned() });
        }
        Ok(transaction.commit().await?)
    }

    /// Forgets what was delivered or canceled before a time; returns how many. Their keys can be used again, so keep them
    /// for longer than anybody repeats himself.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn prune_effects(&self, before: UnixMicros) -> Result<u64, StoreError> {
        let mut transaction = self.database().write().await?;
        let sql = "DELETE FROM outbox WHERE state <> 'waiting' AND state IN ('delivered', 'cancelled')
            AND end_us < $1";
        let pruned = sqlx::query(sql).bind(before.0).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(pruned.rows_affected())
    }
}

/// Queues an effect; its key must be new.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    board: &str,
    (revision, position): (i64, i64),
    effect: &Effect,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO outbox (board, effect_key, work_order, kind, body, due_us, revision, position, state,
        attempts, next_attempt_us, claimed_until_us, end_us, last_error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, 0, 0, 0, '')
        ON CONFLICT (board, effect_key) DO NOTHING";
    let inserted = sqlx::query(sql)
        .bind(board)
        .bind(effect.key.as_str())
        .bind(effect.work_order.as_str())
        .bind(effect.kind.as_str())
        .bind(effect.body.as_slice())
        .bind(effect.due.0)
        .bind(revision)
        .bind(position)
        .execute(connection)
        .await?;
    if inserted.rows_affected() == 0 {
        return Err(StoreError::DuplicateEffect { board: board.to_owned(), key: effect.key.clone() });
    }
    Ok(())
}

/// Takes back what no carrier has or may have delivered: an effect whose carrier never answered is left alone.
pub(crate) async fn cancel(
    connection: &mut AnyConnection,
    board: &str,
    keys: &[String],
    time: UnixMicros,
) -> Result<Vec<String>, StoreError> {
    let mut cancelled = Vec::new();
    for key in keys {
        let sql = "UPDATE outbox SET state = 'cancelled', end_us = $1
            WHERE board = $2 AND effect_key = $3 AND state = 'waiting' AND claimed_until_us = 0";
        let query = sqlx::query(sql).bind(time.0).bind(board).bind(key.as_str());
        if query.execute(&mut *connection).await?.rows_affected() == 1 {
            cancelled.push(key.clone());
        }
    }
    Ok(cancelled)
}

fn read_status(row: &AnyRow) -> Result<EffectStatus, StoreError> {
    let state: String = row.try_get(8)?;
    Ok(EffectStatus {
        effect: read_effect(row)?,
        revision: row.try_get(7)?,
        state: EffectState::parse(&state).ok_or_else(|| unreadable(format!("effect state {state:?}")))?,
        attempts: read_attempts(row)?,
        last_error: row.try_get(9)?,
    })
}

fn read_effect(row: &AnyRow) -> Result<Effect, StoreError> {
    Ok(Effect {
        key: row.try_get(1)?,
        work_order: row.try_get(2)?,
        kind: row.try_get(3)?,
        body: row.try_get(4)?,
        due: UnixMicros(row.try_get(5)?),
    })
}

fn read_attempts(row: &AnyRow) -> Result<u32, StoreError> {
    let attempts: i64 = row.try_get(6)?;
    u32::try_from(attempts).map_err(|_| unreadable(format!("{attempts} attempts")))
}

/// A value that no version of this program writes.
fn unreadable(what: String) -> StoreError {
    sqlx::Error::Decode(what.into()).into()
}
