//! Answers given, by request id: the same request gets the same answer, another one under its id is refused.

use sqlx::AnyConnection;
use sqlx::Row as _;

use crate::append::Request;
use crate::error::StoreError;
use crate::store::Store;
use crate::unix_micros::UnixMicros;

impl Store {
    /// The answer that was given to a request, if it is kept. Ask before working on a request; `append` asks again.
    ///
    /// # Errors
    /// `RequestReused` where the id belongs to a request with another digest.
    pub async fn answer(
        &self,
        board: &str,
        request_id: &str,
        digest: &[u8; 32],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut connection = self.database().reading().acquire().await?;
        find(&mut connection, board, request_id, digest).await
    }

    /// Replaces the answer of a request that is kept, before anybody has seen it: what was durable at once became better
    /// while its caller waited. Nothing happens where the request is not kept any more.
    ///
    /// # Errors
    /// A limit, or a failure.
    pub async fn amend_answer(&self, board: &str, request: &Request) -> Result<(), StoreError> {
        self.limits().check_body("an answer", &request.answer)?;
        let mut transaction = self.database().write().await?;
        sqlx::query("UPDATE requests SET answer = $1 WHERE board = $2 AND request_id = $3 AND digest = $4")
            .bind(request.answer.as_slice())
            .bind(board)
            .bind(request.id.as_str())
            .bind(request.digest.as_slice())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets the requests that were answered before a time; returns how many. Such a request counts as new again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn prune_requests(&self, before: UnixMicros) -> Result<u64, StoreError> {
        let mut transaction = self.database().write().await?;
        let pruned = sqlx::query("DELETE FROM requests WHERE time_us < $1")
            .bind(before.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(pruned.rows_affected())
    }
}

/// Whether the request was new, and is now kept.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    board: &str,
    request: &Request,
    time: UnixMicros,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO requests (board, request_id, digest, answer, time_us) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (board, request_id) DO NOTHING";
    let inserted = sqlx::query(sql)
        .bind(board)
        .bind(request.id.as_str())
        .bind(request.digest.as_slice())
        .bind(request.answer.as_slice())
        .bind(time.0)
        .execute(connection)
        .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The kept answer, or `RequestReused`.
pub(crate) async fn find(
    connection: &mut AnyConnection,
    board: &str,
    request_id: &str,
    digest: &[u8; 32],
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query("SELECT digest, answer FROM requests WHERE board = $1 AND request_id = $2")
        .bind(board)
        .bind(request_id)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    if row.try_get::<Vec<u8>, _>(0)? != digest {
        return Err(StoreError::RequestReused { board: board.to_owned(), request_id: request_id.to_owned() });
    }
    Ok(Some(row.try_get(1)?))
}
