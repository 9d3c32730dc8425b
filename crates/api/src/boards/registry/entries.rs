//! Boards as the store has them: listed, and closed.

use std::sync::Arc;

use journeyman_store::{BoardEntry, UnixMicros};

use super::{BoardRefused, Registry};
use crate::boards::requests::Undone;
use crate::scheduler::on_own_thread_alone;
use crate::wire;

impl Registry {
    /// Boards of the store in the order of their ids, after one; of those that others lead or that are closed, the outside
    /// only.
    pub(crate) async fn after(&self, id: &str, most: usize) -> Result<Vec<wire::Board>, BoardRefused> {
        let entries = self.rooms.store.boards(id, most).await?;
        let board = |entry: BoardEntry| match self.rooms.boards.get(&entry.board) {
            Some(kept) => kept.write(kept.board.since(i64::MAX).revision),
            None => outside(entry),
        };
        Ok(entries.into_iter().map(board).collect())
    }

    /// Closes a board, if it is where the caller thinks: its journal stays. One that is closed is as it was.
    pub(crate) async fn end(&self, id: &str, expected: Option<i64>) -> Result<wire::Board, Undone> {
        let rooms = &*self.rooms;
        let ended = loop {
            match self.reach(id).await {
                Err(BoardRefused::Closed(_)) => break None,
                reached => reached?,
            }
            self.get(id)?;
            let _taking = rooms.taking.lock().await;
            // Where somebody was faster, it is closed or elsewhere by now.
            let Some(kept) = rooms.boards.get(id) else { continue };
            let board = Arc::clone(&kept.board);
            on_own_thread_alone(move || board.end(expected)).await?.map_err(BoardRefused::from)?;
            rooms.boards.remove(id);
            rooms.keeper.close(id).await.map_err(BoardRefused::from)?;
            tracing::info!(board = id, "a board is closed");
            break Some(kept);
        };
        let entry = rooms.store.board(id).await.map_err(BoardRefused::from)?;
        Ok(match ended {
            Some(kept) => wire::Board {
                close_time: entry.close_time.map(time),
                ..kept.write(kept.board.since(i64::MAX).revision)
            },
            None => outside(entry),
        })
    }
}

/// What the store knows of a board.
fn outside(entry: BoardEntry) -> wire::Board {
    wire::Board {
        id: entry.board,
        create_time: Some(time(entry.create_time)),
        update_time: Some(time(entry.update_time)),
        close_time: entry.close_time.map(time),
        ..wire::Board::default()
    }
}

fn time(of: UnixMicros) -> wire::Timestamp {
    wire::Timestamp {
        seconds: of.0.div_euclid(1_000_000),
        nanos: i32::try_from(of.0.rem_euclid(1_000_000) * 1_000).unwrap_or(0),
    }
}
