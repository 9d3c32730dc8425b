//! A bounded queue in front of a few workers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tonic::Status;

use super::meters::Present;
use super::status::{internal, queue_full};

/// Lets a few calls work at once and a few more wait.
#[derive(Clone, Debug)]
pub(crate) struct Workers {
    free: Arc<Semaphore>,
    workers: usize,
    waiting: Arc<AtomicUsize>,
    queue: usize,
}

/// The right to work, until dropped.
#[expect(dead_code, reason = "both are held for their drop")]
pub(crate) struct Turn(OwnedSemaphorePermit, Present);

/// One place in the queue, given back when dropped.
struct Place<'w>(&'w AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Workers {
    pub(crate) fn new(workers: usize, queue: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(workers)), workers, waiting: Arc::default(), queue }
    }

    /// Waits for a worker; refuses at once where the queue is full.
    pub(crate) async fn turn(&self) -> Result<Turn, Status> {
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(Turn(permit, Present::running()));
        }
        let place = Place(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= self.queue {
            return Err(queue_full(self.queue));
        }
        let waits = Present::waiting();
        let permit = Arc::clone(&self.free).acquire_owned().await;
        drop((place, waits));
        permit
            .map(|permit| Turn(permit, Present::running()))
            .map_err(|_| Status::unavailable("the server is shutting down"))
    }

    /// Whether nobody works or waits.
    pub(crate) fn are_idle(&self) -> bool {
        self.waiting() == 0 && self.free.available_permits() == self.workers
    }

    /// Calls that wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }
}

/// Runs `work` on a thread of its own. A panic there fails this call and nothing else.
pub(crate) async fn on_own_thread<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Status> {
    let held = move || {
        let done = catch_unwind(AssertUnwindSafe(work));
        // Whoever has the answer finds the worker free.
        drop(turn);
        done
    };
    spawned(held).await
}

/// The same without waiting for a turn: for what takes milliseconds.
pub(crate) async fn on_own_thread_alone<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Status> {
    spawned(move || catch_unwind(AssertUnwindSafe(work))).await
}

async fn spawned<T: Send + 'static>(
    work: impl FnOnce() -> std::thread::Result<T> + Send + 'static,
) -> Result<T, Status> {
    let (sender, receiver) = oneshot::channel();
    let span = tracing::Span::current();
    let body = move || {
        let done = span.in_scope(work);
        // Whoever waited may be gone.
        let _ = sender.send(done);
    };
    std::thread::Builder::new().name("solve".to_owned()).spawn(body).map_err(|error| {
        tracing::error!(%error, "no thread for a solve");
        Status::unavailable("no thread could be started for this solve")
    })?;
    match receiver.await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(_panic)) => Err(internal("a solve panicked; see the log")),
        Err(_) => Err(internal("a solve ended without an answer")),
    }
}
