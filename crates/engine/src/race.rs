//! Threads of search side by side, the best of them all, and their columns.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use journeyman_domain::{Problem, Score, ShiftId, Stop};
use journeyman_milp::{ColumnPool, PoolParams};
use journeyman_search::{Budget, Progress as SearchProgress, Search, SearchModel, SearchParams, Solution};

use crate::{Control, SolveOptions};

/// Stops of every used shift.
pub(crate) type Sequences = Vec<(ShiftId, Vec<Stop>)>;

/// What came of a race.
pub(crate) struct Finish {
    pub(crate) best: Solution,
    pub(crate) score: Score,
    pub(crate) pool: ColumnPool,
    pub(crate) iterations: u64,
}

/// A better plan than any before, by one of the threads.
pub(crate) struct Better {
    pub(crate) score: Score,
    pub(crate) sequences: Sequences,
}

/// How often the race looks whether it was cancelled or is over.
const WATCH_EVERY: Duration = Duration::from_millis(5);

/// The best plan not yet told of. A slot, not a queue: a slow listener misses what was overtaken meanwhile.
#[derive(Default)]
struct News {
    slot: Mutex<Option<Better>>,
    posted: Condvar,
}

impl News {
    fn post(&self, score: Score, sequences: impl FnOnce() -> Sequences) {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|waiting| score < waiting.score) {
            *slot = Some(Better { score, sequences: sequences() });
            self.posted.notify_one();
        }
    }

    /// Waits a little for news.
    fn wait(&self) -> Option<Better> {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.posted.wait_timeout_while(slot, WATCH_EVERY, |slot| slot.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).0.take()
    }

    fn take(&self) -> Option<Better> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Searches on all threads from one start until the budget ends, is cancelled, or `observer` says enough.
pub(crate) fn race(
    model: &SearchModel<'_>,
    start: &Solution,
    options: &SolveOptions,
    (end, control): (Option<Instant>, &Control),
    observer: &mut dyn FnMut(Better) -> bool,
) -> Finish {
    let stop = AtomicBool::new(control.must_end());
    let news = News::default();
    let mut best_seen = start.score(model.routes());
    let mut finishes: Vec<Finish> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads)
            .map(|thread| {
                let (news, stop) = (&news, &stop);
                scope.spawn(move || run(model, start, options, (thread, end), stop, news))
            })
            .collect();
        while !threads.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            if let Some(better) = news.wait().filter(|better| better.score < best_seen) {
                best_seen = better.score;
                if observer(better) {
                    stop.store(true, Ordering::Relaxed);
                }
            }
            if control.must_end() {
                stop.store(true, Ordering::Relaxed);
            }
        }
        // A panic fails this solve; whoever runs it decides what else it fails.
        let join = |thread: std::thread::ScopedJoinHandle<'_, Finish>| {
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    });
    if let Some(better) = news.take().filter(|better| better.score < best_seen) {
        observer(better);
    }
    let iterations = finishes.iter().map(|finish| finish.iterations).sum();
    let mut pool = new_pool(model.routes().problem());
    for finish in &finishes {
        pool.absorb(&finish.pool);
    }
    // Ties go to the first thread, so that the outcome does not depend on who was faster.
    let winner = finishes.iter().enumerate().min_by_key(|(at, finish)| (finish.score, *at)).map(|(at, _)| at);
    match winner {
        Some(at) => Finish { pool, iterations, ..finishes.swap_remove(at) },
        None => Finish { best: start.clone(), score: start.score(model.routes()), pool, iterations },
    }
}

fn run(
    model: &SearchModel<'_>,
    start: &Solution,
    options: &SolveOptions,
    (thread, end): (usize, Option<Instant>),
    stop: &AtomicBool,
    news: &News,
) -> Finish {
    let mut pool = new_pool(model.routes().problem());
    let budget = Budget::new(options.iterations_max, end, stop);
    let mut search =
        Search::new(model, SearchParams::default(), start.clone(), (options.seed, thread as u64));
    search.run(&budget, &mut |progress| match progress {
        SearchProgress::Improved(solution, score) => {
            offer_all(&mut pool, solution);
            news.post(score, || solution.sequences());
        }
        SearchProgress::Visited(solution) => offer_all(&mut pool, solution),
    });
    let (best, score) = search.best();
    Finish { best: best.clone(), score, iterations: search.iterations(), pool }
}

fn offer_all(pool: &mut ColumnPool, solution: &Solution) {
    for route in solution.routes().iter().filter(|route| !route.is_empty()) {
        pool.offer(route);
    }
}

fn new_pool(problem: &Problem) -> ColumnPool {
    ColumnPool::new(problem, PoolParams::default())
}
