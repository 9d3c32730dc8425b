//! Work on an OS thread of its own that can be left behind.
//!
//! HiGHS overshoots its time limit, so its caller waits until the deadline and no longer. A thread
//! left behind is told to stop, and its answer is thrown away. HiGHS fixes its number of threads per OS thread at
//! the first run there, which is one more reason for a fresh thread each time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};

use crate::deadline::Deadline;

/// Told to a thread whose answer nobody waits for any more.
#[derive(Clone, Debug, Default)]
pub(crate) struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The flag itself, for a callback in C.
    pub(crate) fn shared(&self) -> &Arc<AtomicBool> {
        &self.0
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NoAnswer {
    /// An earlier piece of work was left behind and is still running.
    Busy,
    /// Not done by the deadline.
    Late,
    /// The thread panicked.
    Panicked,
    /// The operating system gave no thread.
    NoThread,
}

/// Runs one piece of work at a time.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    left_behind: Option<JoinHandle<()>>,
}

impl Worker {
    /// Runs `work` on a new thread and waits for its answer until the deadline.
    pub(crate) fn run<Answer: Send + 'static>(
        &mut self,
        deadline: Deadline,
        work: impl FnOnce(&StopFlag) -> Answer + Send + 'static,
    ) -> Result<Answer, NoAnswer> {
        if self.left_behind.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return Err(NoAnswer::Busy);
        }
        self.left_behind = None;
        let stop = StopFlag::default();
        let told = stop.clone();
        // Room for the answer, so that a thread left behind never waits to hand it over.
        let (hand_over, answer) = sync_channel(1);
        let thread = Builder::new().name("milp".to_owned()).spawn(move || {
            // The receiver is gone when nobody waits any more; the answer goes with it.
            let _ = hand_over.send(work(&told));
        });
        let Ok(thread) = thread else { return Err(NoAnswer::NoThread) };
        match answer.recv_timeout(deadline.remaining()) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Disconnected) => Err(NoAnswer::Panicked),
            Err(RecvTimeoutError::Timeout) => {
                stop.raise();
                self.left_behind = Some(thread);
                Err(NoAnswer::Late)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::time::Duration;

    use super::*;

    #[test]
    fn work_left_behind_is_told_to_stop_and_makes_room_when_it_ends() {
        let mut worker = Worker::default();
        let (gate, raised) = (Arc::new(Barrier::new(2)), Arc::new(AtomicBool::new(false)));
        let (told, seen) = (Arc::clone(&gate), Arc::clone(&raised));
        let late = worker.run(Deadline::after(Duration::from_millis(1)), move |stop| {
            told.wait();
            seen.store(stop.shared().load(Ordering::Relaxed), Ordering::Relaxed);
        });
        assert_eq!(late, Err(NoAnswer::Late));
        let ample = Deadline::after(Duration::from_secs(600));
        assert_eq!(worker.run(ample, |_| 1), Err(NoAnswer::Busy));
        gate.wait();
        worker.left_behind.take().expect("it was left behind").join().expect("it ends well");
        assert!(raised.load(Ordering::Relaxed), "the flag was raised before the gate opened");
        assert_eq!(worker.run(ample, |_| 1), Ok(1));
    }

    #[test]
    fn an_answer_by_the_deadline_is_handed_over_and_a_panic_is_not_mistaken_for_one() {
        let mut worker = Worker::default();
        let ample = Deadline::after(Duration::from_secs(600));
        assert_eq!(worker.run(ample, |_| "done"), Ok("done"));
        assert_eq!(worker.run::<()>(ample, |_| panic!("as asked")), Err(NoAnswer::Panicked));
        assert_eq!(worker.run(ample, |_| "again"), Ok("again"));
    }
}
