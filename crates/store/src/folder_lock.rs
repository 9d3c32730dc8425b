//! Who serves a folder, does so alone: the lease of a process that died need not lapse before the next one goes on.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use crate::error::StoreError;
use crate::store::Store;

/// Empty; what counts is who has it locked. The system unlocks it when its process ends, in whatever way.
const FILE_NAME: &str = "journal.lock";

/// The right to be the only process that writes to a folder, until it is dropped. In memory and on PostgreSQL there is
/// nothing to lock.
#[derive(Clone, Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "held for its drop")] Option<Arc<File>>);

impl Store {
    /// Takes the folder for this process, and ends every lease in it: whoever held one is no more. Where processes share
    /// a database nothing happens, leases are what keeps them apart.
    ///
    /// # Errors
    /// `FolderInUse` where another process has it; `File`, or a failure.
    pub async fn take_folder(&self) -> Result<FolderLock, StoreError> {
        let Some(folder) = self.folder() else { return Ok(FolderLock(None)) };
        let lock = lock(folder)?;
        let mut transaction = self.database().write().await?;
        let sql = "UPDATE boards SET lease_owner = '', lease_until_us = 0, fence = fence + 1
            WHERE lease_owner <> ''";
        sqlx::query(sql).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(FolderLock(Some(Arc::new(lock))))
    }
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(FILE_NAME))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::FolderInUse { folder: folder.display().to_string() })
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
