//! The leases of a process: which boards it writes, and that others see that it lives.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use journeyman_store::{FolderLock, Lease, LeaseRequest, Store, StoreError};

use crate::clock::unix_micros;

/// Boards looked at in one go.
const PAGE: usize = 256;

/// The leases of a process.
#[derive(Debug)]
pub struct Keeper {
    store: Store,
    owner: String,
    ttl: Duration,
    leases: Mutex<BTreeMap<String, Lease>>,
    _folder: FolderLock,
}

impl Keeper {
    /// Nothing is leased yet. A lease holds for `ttl` unless it is renewed.
    ///
    /// # Errors
    /// Where another process serves the folder, or the database fails.
    pub async fn open(store: Store, ttl: Duration) -> Result<Self, StoreError> {
        let folder = store.take_folder().await?;
        // No other process has it, and this one does not have it again after a restart.
        let owner = format!("{}-{:016x}", std::process::id(), RandomState::new().hash_one(unix_micros()));
        Ok(Self { store, owner, ttl, leases: Mutex::default(), _folder: folder })
    }

    /// Who this process is to the store.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// How often leases must be renewed, so that two renewals may fail.
    pub fn period(&self) -> Duration {
        self.ttl / 3
    }

    /// The wish for a board.
    pub fn wish(&self, board: &str) -> LeaseRequest {
        LeaseRequest { board: board.to_owned(), owner: self.owner.clone(), ttl: self.ttl, now: unix_micros() }
    }

    /// Takes a board that nobody has.
    ///
    /// # Errors
    /// `LeaseHeld` where somebody has it, or a failure.
    pub async fn take(&self, board: &str) -> Result<Lease, StoreError> {
        let lease = self.store.acquire(self.wish(board)).await?;
        self.keep(lease.clone());
        Ok(lease)
    }

    /// Takes note of a lease that came with a new board.
    pub fn keep(&self, lease: Lease) {
        self.leases().insert(lease.board.clone(), lease);
    }

    /// Gives a board back.
    pub async fn give_back(&self, board: &str) {
        let lease = self.leases().remove(board);
        if let Some(lease) = lease {
            // Whoever wants it waits until it lapses, then.
            let _ = self.store.release(&lease).await;
        }
    }

    /// Ends a board that this process leads, for good; nothing where it does not.
    ///
    /// # Errors
    /// What the store says. The lease is not renewed any more then.
    pub async fn close(&self, board: &str) -> Result<(), StoreError> {
        let lease = self.leases().remove(board);
        match lease {
            Some(lease) => self.store.close_board(&lease, unix_micros()).await,
            None => Ok(()),
        }
    }

    /// Gives every board back, so that nobody has to wait for the leases to lapse.
    pub async fn give_all_back(&self) {
        let boards: Vec<String> = self.leases().keys().cloned().collect();
        for board in boards {
            self.give_back(&board).await;
        }
    }

    /// Renews every lease. Returns the boards that others have taken.
    ///
    /// # Errors
    /// Where the database fails; nothing is renewed then.
    pub async fn renew(&self) -> Result<Vec<String>, StoreError> {
        let mut leases: Vec<Lease> = self.leases().values().cloned().collect();
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let lost = self.store.renew(&mut leases, self.ttl, unix_micros()).await?;
        let mut kept = self.leases();
        // A board that was given back or taken again meanwhile is not touched.
        let is_same = |lease: &Lease, kept: &BTreeMap<String, Lease>| {
            kept.get(&lease.board).is_some_and(|known| known.fence == lease.fence)
        };
        let lost: Vec<String> =
            lost.into_iter().filter(|lease| is_same(lease, &kept)).map(|lease| lease.board).collect();
        for board in &lost {
            kept.remove(board);
        }
        Ok(lost)
    }

    /// Boards that nobody has, in the order of their ids.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn free(&self) -> Result<Vec<String>, StoreError> {
        let mut all: Vec<String> = Vec::new();
        loop {
            let after = all.last().cloned().unwrap_or_default();
            let page = self.store.lapsed(unix_micros(), &after, PAGE).await?;
            let is_last = page.len() < PAGE;
            all.extend(page);
            if is_last {
                return Ok(all);
            }
        }
    }

    fn leases(&self) -> MutexGuard<'_, BTreeMap<String, Lease>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
