//! The connections: what differs between SQLite and PostgreSQL is here and in `schema`, nowhere else.

use std::path::Path;
use std::str::FromStr as _;

use sqlx::any::{Any, AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{
    AnyConnection, AnyPool, ConnectOptions as _, Connection as _, Executor as _, Row as _, Transaction,
};

use crate::error::StoreError;
use crate::limits::Limits;
use crate::unix_micros::UnixMicros;

/// One file per data folder; its write-ahead log lies beside it.
const FILE_NAME: &str = "journal.sqlite";
/// SQLite has one writer, whoever asks; a second connection would only wait inside the database.
const SQLITE_WRITERS: u32 = 1;
const SQLITE_READERS: u32 = 4;
/// Of the usual 100 that a PostgreSQL server has, so that several processes fit.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Boards go to these by their name, so a board's appends stay in order.
const POSTGRES_LANES: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A database that is open.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    writing: AnyPool,
    reading: AnyPool,
}

impl Database {
    /// Opens the file in a folder, and makes both where they are missing.
    pub(crate) async fn open_sqlite(folder: &Path, limits: &Limits) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        std::fs::create_dir_all(folder)?;
        let file = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.join(FILE_NAME))
            .create_if_missing(true);
        let options = AnyConnectOptions::from_url(&file.to_url_lossy())?.disable_statement_logging();
        // The first connection makes the file a WAL file; FULL has every commit on the disk before it is answered.
        let settings = format!(
            "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
            limits.wait_max.as_millis()
        );
        let pool = |connections: u32| {
            let settings = settings.clone();
            AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(limits.wait_max)
                .idle_timeout(None)
                .max_lifetime(None)
                .after_connect(move |connection, _| {
                    let settings = settings.clone();
                    Box::pin(async move { connection.execute(settings.as_str()).await.map(|_| ()) })
                })
                .connect_lazy_with(options.clone())
        };
        Ok(Self { dialect: Dialect::Sqlite, writing: pool(SQLITE_WRITERS), reading: pool(SQLITE_READERS) })
    }

    /// A database that lives in this process alone. It has one connection, which is the database.
    pub(crate) fn open_memory(limits: &Limits) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let options = AnyConnectOptions::from_str("sqlite::memory:")?.disable_statement_logging();
        let pool = AnyPoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .acquire_timeout(limits.wait_max)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options);
        Ok(Self { dialect: Dialect::Sqlite, writing: pool.clone(), reading: pool })
    }

    /// Connects to a PostgreSQL database, which must exist.
    pub(crate) async fn open_postgres(url: &str, limits: &Limits) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let options = AnyConnectOptions::from_str(url)?.disable_statement_logging();
        // A pool tries until its time is up and then tells that only; the first connection tells why there is none.
        options.connect().await?.close().await?;
        let pool = AnyPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(limits.wait_max)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // A server that answers before its disk has it would make our promise a lie.
                    let settings = "SELECT set_config('synchronous_commit', 'on', false)
                        WHERE current_setting('synchronous_commit') = 'off'";
                    connection.execute(settings).await.map(|_| ())
                })
            })
            .connect_lazy_with(options);
        Ok(Self { dialect: Dialect::Postgres, writing: pool.clone(), reading: pool })
    }

    /// A transaction that writes. In SQLite it holds the only write lock from its start, so that it can't find out in
    /// its middle that it may not write.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.writing.begin_with(self.begin()).await?)
    }

    /// A connection for whoever keeps the transaction apart from it.
    pub(crate) async fn writer(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.writing.acquire().await?)
    }

    /// How a transaction that writes begins.
    pub(crate) fn begin(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        }
    }

    /// Connections that only read: each statement sees what was committed when it began.
    pub(crate) fn reading(&self) -> &AnyPool {
        &self.reading
    }

    /// The time that leases and claims are judged by. Processes that share a PostgreSQL need not agree on the time, so
    /// there it is the database's; a SQLite file has one machine, whose time the caller knows.
    pub(crate) async fn clock(
        &self,
        connection: &mut AnyConnection,
        now: UnixMicros,
    ) -> Result<UnixMicros, StoreError> {
        match self.dialect {
            Dialect::Sqlite => Ok(now),
            Dialect::Postgres => {
                let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
                let row = sqlx::query(sql).fetch_one(connection).await?;
                Ok(UnixMicros(row.try_get(0)?))
            }
        }
    }

    /// How many tasks commit appends at once.
    pub(crate) fn lanes(&self) -> usize {
        match self.dialect {
            Dialect::Sqlite => 1,
            Dialect::Postgres => POSTGRES_LANES,
        }
    }

    pub(crate) async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
    }
}
