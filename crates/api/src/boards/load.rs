//! A board loaded: its snapshot and the records after it, page by page.

use journeyman_board::BoardParams;
use journeyman_store::{Store, StoreError, Stored};
use tokio::runtime::Handle;

use super::restore::{RestoreError, Restored, Restoring};
use super::service::board_params;
use super::written::DESK;
use crate::limits::Limits;

/// Records read in one go.
pub(super) const PAGE: usize = 1_000;

/// Why a board was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store can't give it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it gives makes no board.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// The contract has no words for the board.
    #[error("{0}")]
    Inexpressible(String),
}

/// A board with how it is kept, and how many records it has: all, and those in its snapshot. Waits: not on a thread of the
/// runtime.
pub(crate) fn load(
    store: &Store,
    runtime: &Handle,
    board: &str,
    limits: &Limits,
) -> Result<(Restored, BoardParams, (i64, i64)), LoadError> {
    let snapshot = last_snapshot((store, runtime), board)?;
    let whole = snapshot.as_ref().map_or(1, |snapshot| snapshot.revision);
    let (restored, records) = restore((store, runtime), (board, snapshot), limits, &mut |_| {})?;
    let params = board_params(restored.papers.options.as_ref(), restored.papers.freeze, limits);
    Ok((restored, params, (records, whole)))
}

/// The last snapshot of a board that is as it was written.
pub(super) fn last_snapshot(
    (store, runtime): (&Store, &Handle),
    board: &str,
) -> Result<Option<Stored>, StoreError> {
    match runtime.block_on(store.snapshot(board, i64::MAX)) {
        // The one before it may be whole, and so is the journal.
        Err(StoreError::Broken { revision, .. }) => {
            Ok(runtime.block_on(store.snapshot(board, revision - 1)).unwrap_or_default())
        }
        other => other,
    }
}

/// Reads a board from a snapshot, or from its first record, and what came after it; shows each record that is read. With
/// the number of its records.
pub(super) fn restore(
    (store, runtime): (&Store, &Handle),
    (board, snapshot): (&str, Option<Stored>),
    limits: &Limits,
    show: &mut dyn FnMut(&Stored),
) -> Result<(Restored, i64), LoadError> {
    let mut last = snapshot.as_ref().map_or(0, |snapshot| snapshot.revision);
    let mut restoring = snapshot.map(|snapshot| Restoring::begin(&snapshot, limits)).transpose()?;
    if let Some(restoring) = &mut restoring {
        // A snapshot is of the day; the service cycle is folded from its beginning.
        let mut after = 0;
        loop {
            let facts = runtime.block_on(store.read_kind((board, DESK), (after, last), PAGE))?;
            let Some(newest) = facts.last() else { break };
            after = newest.revision;
            facts.iter().try_for_each(|stored| restoring.fold(stored))?;
        }
    }
    loop {
        let records = runtime.block_on(store.read(board, last, PAGE))?;
        if records.is_empty() {
            break;
        }
        for stored in &records {
            last = stored.revision;
            show(stored);
            match &mut restoring {
                Some(restoring) => restoring.step(stored)?,
                None => restoring = Some(Restoring::begin(stored, limits)?),
            }
        }
    }
    Ok((restoring.ok_or(RestoreError::Empty)?.end()?, last))
}
