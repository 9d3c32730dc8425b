//! The journal of one board: each step of it becomes durable before anybody is told.
//!
//! What a step is written as, only the border knows, which speaks the contract; here it is an entry of opaque records.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use journeyman_engine::Session;
use journeyman_store::{
    Append, Effect, Fence, Lease, Outcome, Record, Request, Store, StoreError, Stored, UnixMicros,
};
use tokio::runtime::Handle;

use crate::board::{Moved, Snapshot};
use crate::clock::unix_micros;

/// Steps after which a board is written down as a whole, once it is quiet.
const SNAPSHOT_AFTER: i64 = 128;

/// What becomes durable with one step of a board, together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The step. None: nothing has to be kept of it.
    pub records: Vec<Record>,
    /// What has to leave the house.
    pub effects: Vec<Effect>,
    /// Keys of earlier effects to take back.
    pub cancel: Vec<String>,
    /// The request that is answered, where there is one.
    pub request: Option<Request>,
}

/// Whether better plans may follow by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The search goes on.
    OnTheWay,
    /// It has ended.
    Last,
}

/// Writes down what a board does by itself.
pub trait Scribe: Send + Sync {
    /// A better plan for what is known, in force from now on instead of the one of `before`. `finding` says whether it is
    /// the last one before something happens.
    fn better_plan(&self, board: &Snapshot, after: &Session, finding: Finding) -> Entry;

    /// What was written last is in force.
    fn in_force(&self);

    /// The board as a whole; none where there are no words for it. Called by who writes, so that nothing changes meanwhile.
    fn state(&self, board: &Snapshot) -> Option<Record>;
}

/// Why a board has not taken a step.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Halt {
    /// It is elsewhere.
    #[error(transparent)]
    Moved(#[from] Moved),
    /// The request was answered before, so.
    #[error("the request was answered before")]
    Repeated(Vec<u8>),
    /// The step could not be made durable.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where the steps of a board go.
#[derive(Debug)]
pub struct Journal {
    store: Store,
    runtime: Handle,
    board: String,
    fence: Fence,
    /// Records so far.
    revision: AtomicI64,
    /// Records so far when it was last written down as a whole.
    snapshot: AtomicI64,
    lost: AtomicBool,
}

impl Journal {
    /// The journal of a board that is leased, with so many records, of which the first so many are in a snapshot. On the
    /// runtime that this is called in.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn of(store: Store, lease: &Lease, (revision, snapshot): (i64, i64)) -> Self {
        Self {
            store,
            runtime: Handle::current(),
            board: lease.board.clone(),
            fence: lease.fence,
            revision: AtomicI64::new(revision),
            snapshot: AtomicI64::new(snapshot),
            lost: AtomicBool::new(false),
        }
    }

    /// Whether somebody else writes this board now, or it is not known what was written: it has to be read again.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// It may not be written to any more.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    /// Makes an entry durable, and waits for that. By one writer at a time, on a thread that may wait.
    pub(crate) fn append(&self, entry: Entry) -> Result<(), Halt> {
        let Some(time) = entry.records.first().map(|record| record.time) else { return Ok(()) };
        if self.is_lost() {
            return Err(StoreError::Closed.into());
        }
        let revision = self.revision.load(Ordering::Relaxed);
        let append = Append {
            board: self.board.clone(),
            fence: self.fence,
            expected_revision: revision,
            time,
            records: entry.records,
            effects: entry.effects,
            cancel: entry.cancel,
            request: entry.request,
        };
        match self.runtime.block_on(self.store.append(append)) {
            Ok(Outcome::Appended(appended)) => {
                self.revision.store(appended.revision, Ordering::Relaxed);
                Ok(())
            }
            Ok(Outcome::Repeated { answer }) => Err(Halt::Repeated(answer)),
            Err(error) => {
                if !was_refused(&error) {
                    tracing::warn!(board = self.board, %error, "a board is given up here, and read again");
                    self.lose();
                }
                Err(error.into())
            }
        }
    }

    /// Whether it is time to write the board down as a whole.
    pub(crate) fn wants_snapshot(&self) -> bool {
        let since = self.revision.load(Ordering::Relaxed) - self.snapshot.load(Ordering::Relaxed);
        since >= SNAPSHOT_AFTER && !self.is_lost()
    }

    /// The revision that a snapshot of now is of.
    pub(crate) fn revision(&self) -> i64 {
        self.revision.load(Ordering::Relaxed)
    }

    /// Keeps a snapshot. Without it a start takes longer, and that is all.
    pub(crate) fn keep_snapshot(&self, revision: i64, record: Option<Record>) {
        // Tried once: where it fails now, it would fail again at once.
        self.snapshot.store(revision, Ordering::Relaxed);
        let Some(record) = record else { return };
        let stored = Stored { revision, record };
        if let Err(error) = self.runtime.block_on(self.store.put_snapshot(&self.board, self.fence, &stored)) {
            tracing::warn!(board = self.board, %error, "no snapshot was kept");
        }
    }

    /// The better answer of a request that was waited for.
    ///
    /// # Errors
    /// What the store says.
    pub async fn amend(&self, request: &Request) -> Result<(), StoreError> {
        self.store.amend_answer(&self.board, request).await
    }

    /// The time that records are written with.
    pub fn now(&self) -> UnixMicros {
        unix_micros()
    }
}

/// Whether nothing was written for certain, and the board may go on.
fn was_refused(error: &StoreError) -> bool {
    match error {
        StoreError::TooLong { .. }
        | StoreError::TooMany { .. }
        | StoreError::Empty { .. }
        | StoreError::HoldsNul { .. }
        | StoreError::RequestReused { .. }
        | StoreError::DuplicateEffect { .. }
        | StoreError::Overloaded { .. } => true,
        // The lease is somebody else's, or it is not known how the commit ended.
        _ => false,
    }
}
