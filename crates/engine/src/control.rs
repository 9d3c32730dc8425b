//! Who may stop a solve: a deadline and a flag.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The caller's hand on a running solve. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Control {
    deadline: Option<Instant>,
    cancelled: Arc<AtomicBool>,
}

impl Control {
    /// Stops by itself at `deadline`, if there is one; an answer is still given then.
    pub fn until(deadline: Option<Instant>) -> Self {
        Self { deadline, cancelled: Arc::default() }
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
}
