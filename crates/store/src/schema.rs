//! Versions of the tables. A version that was released is never edited: the next one changes what it made.

use std::borrow::Cow;
use std::sync::Arc;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};

use crate::database::{Database, Dialect};
use crate::error::StoreError;

/// Every version by number, title and text, oldest first.
const VERSIONS: [(i64, &str, &str); 2] = [
    (1, "journal", include_str!("../schema/0001_journal.sql")),
    (2, "closed boards", include_str!("../schema/0002_closed_boards.sql")),
];

/// Brings the tables up to date, or refuses a database that a newer program wrote.
pub(crate) async fn migrate(database: &Database) -> Result<(), StoreError> {
    let migrator = Migrator { migrations: migrations(database.dialect).into(), ..Migrator::DEFAULT };
    // One transaction around all versions: a process that is killed here leaves the tables as they were.
    let mut transaction = database.write().await?;
    match migrator.run_direct(&mut *transaction).await {
        Ok(()) => Ok(transaction.commit().await?),
        Err(MigrateError::VersionMissing(found)) => Err(StoreError::NewerSchema { found, known: known() }),
        Err(other) => Err(StoreError::Migration(Arc::new(other))),
    }
}

fn known() -> i64 {
    VERSIONS.iter().map(|&(version, ..)| version).max().expect("there is a first version")
}

fn migrations(dialect: Dialect) -> Vec<Migration> {
    let (text, bytes) = match dialect {
        Dialect::Sqlite => ("TEXT", "BLOB"),
        Dialect::Postgres => ("TEXT COLLATE \"C\"", "BYTEA"),
    };
    let migration = |&(version, title, sql): &(i64, &'static str, &'static str)| {
        let sql = sql.replace("@text", text).replace("@bytes", bytes);
        Migration::new(version, Cow::Borrowed(title), MigrationType::Simple, Cow::Owned(sql), false)
    };
    VERSIONS.iter().map(migration).collect()
}
