//! The boards of the server, with what their requests are read with.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journeyman_board::{Board, BoardParams, Boards, Moved, Permits, QuoteBook, Snapshot};
use journeyman_engine::Session;
use rustc_hash::FxHashSet;

use super::answer::BoardRefused;
use crate::quotes::Offered;
use crate::violation::{Report, ViolationCode};
use crate::wire;

/// A batch of events as it was sent.
pub(crate) type Record = Vec<wire::Event>;

/// A board and what is kept beside it.
pub(crate) struct Kept {
    pub(crate) board: Arc<Board<Record>>,
    pub(crate) display_name: String,
    pub(crate) freeze: Option<wire::Duration>,
    /// The prices that the day was read with.
    pub(crate) rate_card: Option<wire::RateCard>,
    pub(crate) create_time: wire::Timestamp,
    /// What was offered to callers, and what is kept for them.
    pub(crate) quotes: QuoteBook<Offered>,
    /// Ids of the events that were applied, and when the last of them happened.
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    events: FxHashSet<String>,
    latest: Option<wire::Timestamp>,
}

/// All boards. Clones share them.
#[derive(Clone)]
pub(crate) struct Registry {
    boards: Arc<Boards<Kept>>,
    permits: Arc<Permits>,
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

impl Registry {
    /// At most so many boards, of which so many are improved at once.
    pub(crate) fn new(boards_max: usize, improved_at_once: usize) -> Self {
        Self { boards: Arc::new(Boards::new(boards_max)), permits: Arc::new(Permits::new(improved_at_once)) }
    }

    pub(crate) fn may_add(&self, id: &str) -> Result<(), BoardRefused> {
        Ok(self.boards.may_add(id)?)
    }

    pub(crate) fn add(
        &self,
        asked: &wire::Board,
        (session, params): (Session, BoardParams),
        rate_card: Option<wire::RateCard>,
        create_time: wire::Timestamp,
    ) -> Result<Arc<Kept>, BoardRefused> {
        let kept = Arc::new(Kept {
            board: Board::open(session, params, &self.permits),
            display_name: if asked.display_name.is_empty() {
                asked.id.clone()
            } else {
                asked.display_name.clone()
            },
            freeze: asked.freeze_duration,
            rate_card,
            create_time,
            quotes: QuoteBook::default(),
            seen: Mutex::default(),
        });
        if let Err(error) = self.boards.add(&asked.id, Arc::clone(&kept)) {
            kept.board.close();
            return Err(error.into());
        }
        Ok(kept)
    }

    /// A board by its id.
    pub(crate) fn get(&self, id: &str) -> Result<Arc<Kept>, BoardRefused> {
        self.boards.get(id).ok_or_else(|| BoardRefused::Unknown(id.to_owned()))
    }

    /// The board that a question is about.
    pub(crate) fn asked(&self, board: &wire::BoardRevision) -> Result<Arc<Kept>, BoardRefused> {
        let report = Report::new(1);
        if board.board_id.is_empty() {
            let basis_at = report.field("basis");
            let board_at = basis_at.field("board");
            board_at.field("board_id").refuse(ViolationCode::Required, "needed, the id of a board");
        }
        report.finish()?;
        self.get(&board.board_id)
    }

    /// The same with what is in force, if the board is where the caller thinks.
    pub(crate) fn at(&self, board: &wire::BoardRevision) -> Result<(Arc<Kept>, Snapshot), BoardRefused> {
        let kept = self.asked(board)?;
        let snapshot = kept.board.snapshot();
        still_at(board, &snapshot)?;
        Ok((kept, snapshot))
    }

    pub(crate) fn after(&self, id: &str, most: usize) -> Vec<(String, Arc<Kept>)> {
        self.boards.after(id, most)
    }

    /// Ends every improvement.
    pub(crate) fn close(&self) {
        for (_, kept) in self.boards.after("", usize::MAX) {
            kept.board.close();
        }
    }
}

/// Whether the board is where the caller thinks, if he says so.
pub(crate) fn still_at(board: &wire::BoardRevision, snapshot: &Snapshot) -> Result<(), Moved> {
    let revision = snapshot.revision;
    if board.revision.is_some_and(|expected| expected != revision) { Err(Moved { revision }) } else { Ok(()) }
}

impl Kept {
    /// The events of a batch that were not applied before.
    pub(crate) fn fresh(&self, events: &[wire::Event]) -> Vec<wire::Event> {
        let seen = self.seen();
        events
            .iter()
            .filter(|event| event.id.is_empty() || !seen.events.contains(&event.id))
            .cloned()
            .collect()
    }

    /// Takes note of events that were applied.
    pub(crate) fn note(&self, events: &[wire::Event]) {
        let mut seen = self.seen();
        seen.events.extend(events.iter().map(|event| event.id.clone()));
        let latest = events.iter().filter_map(|event| event.event_time);
        seen.latest = latest.chain(seen.latest).max_by_key(|time| (time.seconds, time.nanos));
    }

    /// The board in the contract's words.
    pub(crate) fn write(&self, id: &str, revision: i64) -> wire::Board {
        wire::Board {
            id: id.to_owned(),
            display_name: self.display_name.clone(),
            revision,
            etag: revision.to_string(),
            create_time: Some(self.create_time),
            update_time: Some(self.seen().latest.unwrap_or(self.create_time)),
            freeze_duration: self.freeze,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
