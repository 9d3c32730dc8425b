//! Who may stop a solve: a deadline, a caller who gave up, a server that closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The end of many solves at once, each with the best answer it has. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Closing(Arc<AtomicBool>);

impl Closing {
    /// Every solve under it ends within milliseconds, and those that come later with their first plan.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The caller's hand on a running solve. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Control {
    deadline: Option<Instant>,
    cancelled: Arc<AtomicBool>,
    closing: Closing,
}

impl Control {
    /// Stops by itself at `deadline`, if there is one; an answer is still given then.
    pub fn until(deadline: Option<Instant>) -> Self {
        Self { deadline, ..Self::default() }
    }

    /// Ends with the best answer so far when `closing` begins.
    pub fn closed_by(self, closing: &Closing) -> Self {
        Self { closing: closing.clone(), ..self }
    }

    /// When the answer must be there.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Nobody wants the answer any more: all work stops within milliseconds.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Whether the search ends now, with an answer or without.
    pub(crate) fn must_end(&self) -> bool {
        self.is_cancelled() || self.closing.has_begun()
    }
}
