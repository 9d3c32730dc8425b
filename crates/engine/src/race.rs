//! Threads of search side by side: they share what they find, and their columns are gathered.
//!
//! Where only iterations count, threads meet at fixed shares of the budget and go on from the best of all, so that
//! the outcome depends on seed and threads alone. On the clock nobody waits: each looks into the [`Inbox`] now and
//! then.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use journeyman_domain::{Score, ShiftId, Stop};
use journeyman_milp::ColumnPool;
use journeyman_search::{
    Budget, Progress as SearchProgress, ROUNDS, Search, SearchModel, SearchParams, Solution,
};

use crate::clock::now;
use crate::finds::{Finds, Gatherer, new_pool};
use crate::meeting::{Agenda, Meeting, Seat};
use crate::sectors::{self, Table, in_sectors};
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
    /// When it was found, or one that nobody has heard of before it was overtaken.
    pub(crate) found: Instant,
}

/// How often the race looks whether it was cancelled or is over.
const WATCH_EVERY: Duration = Duration::from_millis(5);

/// The best plan not yet told of. A slot, not a queue: a slow listener misses what was overtaken meanwhile.
#[derive(Default)]
pub(crate) struct News {
    slot: Mutex<Option<Better>>,
    posted: Condvar,
}

impl News {
    pub(crate) fn post(&self, score: Score, sequences: impl FnOnce() -> Sequences) {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|waiting| score < waiting.score) {
            let found = slot.as_ref().map_or_else(now, |waiting| waiting.found);
            *slot = Some(Better { score, sequences: sequences(), found });
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

/// The best plan of anyone, for whoever looks: threads of the race, and others who hand plans over while it runs.
#[derive(Default)]
pub(crate) struct Inbox(Mutex<Option<(Score, Sequences)>>);

impl Inbox {
    /// Leaves a plan, if it is better than the one there.
    pub(crate) fn post(&self, score: Score, sequences: impl FnOnce() -> Sequences) {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_none_or(|waiting| score < waiting.0) {
            *slot = Some((score, sequences()));
        }
    }

    /// A plan better than `score`.
    pub(crate) fn better_than(&self, score: Score) -> Option<Sequences> {
        let slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().filter(|waiting| waiting.0 < score).map(|waiting| waiting.1.clone())
    }

    /// Leaves the best plan of a thread, or says what is better.
    fn exchange(&self, search: &Search<'_>) -> Option<Sequences> {
        let (best, score) = search.best();
        self.post(score, || best.sequences());
        self.better_than(score)
    }
}

/// What threads tell each other that search the whole: the best plan of all; ties go to the first thread.
#[derive(Default)]
struct BestOfAll {
    /// The best plan of those who have come, and its thread.
    brought: Option<(Score, usize, Sequences)>,
    /// The best plan of the last meeting.
    outcome: Option<(Score, Sequences)>,
}

impl BestOfAll {
    fn bring(&mut self, thread: usize, search: &Search<'_>) {
        let (best, score) = search.best();
        if self.brought.as_ref().is_none_or(|brought| (score, thread) < (brought.0, brought.1)) {
            self.brought = Some((score, thread, best.sequences()));
        }
    }

    fn better_than(&self, score: Score) -> Option<Sequences> {
        self.outcome.as_ref().filter(|outcome| outcome.0 < score).map(|outcome| outcome.1.clone())
    }
}

impl Agenda for BestOfAll {
    fn conclude(&mut self, _members: usize) {
        self.outcome = self.brought.take().map(|(score, _, plan)| (score, plan));
    }
}

/// What a race does next.
pub(crate) enum Verdict {
    /// It goes on.
    GoOn,
    /// It ends now.
    Enough,
    /// A core has become free: one more thread searches, from this plan. Only where the clock limits the race.
    OneMore(Sequences),
}

/// Searches on all threads from one start until the budget ends, is cancelled, or `observer` says enough, which is
/// asked every few milliseconds, with what is better than all before, if anything. Plans of others may be put into
/// `inbox` meanwhile; they are looked at where the clock limits the race.
///
/// `finds`: for a proof beside it. Where iterations are limited the course depends on them alone; the clock then only
/// ends it.
pub(crate) fn race(
    model: &SearchModel<'_>,
    start: &Solution,
    (options, params): (&SolveOptions, &SearchParams),
    (end, control): (Option<Instant>, &Control),
    (inbox, finds): (&Inbox, Option<&Finds>),
    observer: &mut dyn FnMut(Option<Better>) -> Verdict,
) -> Finish {
    let stop = AtomicBool::new(control.must_end());
    let news = News::default();
    let mut best_seen = start.score(model.routes());
    let by_clock = end.filter(|_| options.iterations_max.is_none());
    let team = Team { model, options, params, by_clock, stop: &stop, news: &news, inbox, finds };
    let ways = team.ways(start);
    let mut finishes: Vec<Finish> = std::thread::scope(|scope| {
        let launch = |thread: usize, start: Solution| {
            let (team, ways) = (&team, &ways);
            scope.spawn(move || team.run(ways, thread, start))
        };
        let mut threads: Vec<_> = (0..options.threads).map(|thread| launch(thread, start.clone())).collect();
        while !threads.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            let better = news.wait().filter(|better| better.score < best_seen);
            best_seen = better.as_ref().map_or(best_seen, |better| better.score);
            match observer(better) {
                Verdict::GoOn => {}
                Verdict::Enough => stop.store(true, Ordering::Relaxed),
                Verdict::OneMore(from) => threads.push(launch(threads.len(), solution_of(model, &from))),
            }
            if control.must_end() || end.is_some_and(|end| now() >= end) {
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
        observer(Some(better));
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

/// What the threads of a race have in common.
struct Team<'r> {
    model: &'r SearchModel<'r>,
    options: &'r SolveOptions,
    params: &'r SearchParams,
    /// When the clock ends the race; none where iterations do.
    by_clock: Option<Instant>,
    stop: &'r AtomicBool,
    news: &'r News,
    inbox: &'r Inbox,
    finds: Option<&'r Finds>,
}

/// How threads work together.
enum Ways<'r> {
    /// Each searches the whole day and hears of better plans.
    Apart(Meeting<BestOfAll>),
    /// Each searches a sector, under one budget.
    Sectors(Box<Meeting<Table<'r>>>, Budget<'r>),
}

impl<'r> Team<'r> {
    fn ways(&self, start: &Solution) -> Ways<'r> {
        let threads = self.options.threads;
        if in_sectors(self.model, threads) {
            let limits = (self.options, self.by_clock);
            let table = Table::new(self.model, start, limits, (self.news, self.inbox));
            return Ways::Sectors(Box::new(Meeting::of(threads, table)), self.budget());
        }
        Ways::Apart(Meeting::of(threads, BestOfAll::default()))
    }

    fn budget(&self) -> Budget<'r> {
        Budget::new(self.options.iterations_max, self.by_clock, self.stop)
    }

    fn run(&self, ways: &Ways<'_>, thread: usize, start: Solution) -> Finish {
        let search =
            || Search::new(self.model, self.params.clone(), start, (self.options.seed, thread as u64));
        match ways {
            Ways::Apart(meeting) => {
                let seat = self.by_clock.is_none().then(|| meeting.sit());
                self.run_apart(search(), thread, seat)
            }
            Ways::Sectors(meeting, budget) => {
                let seat = if thread < self.options.threads { meeting.sit() } else { meeting.add_seat() };
                sectors::run(search(), (thread, seat), budget, (self.news, self.finds))
            }
        }
    }

    /// Searches the whole; without a seat, which is on the clock, nobody waits.
    fn run_apart(&self, mut search: Search<'_>, thread: usize, seat: Option<Seat<'_, BestOfAll>>) -> Finish {
        let budget = self.budget();
        let mut gatherer = Gatherer::new(self.model.routes().problem(), self.finds);
        let mut told = |progress: SearchProgress<'_>| match progress {
            SearchProgress::Improved(solution, score) => {
                gatherer.note(solution);
                self.news.post(score, || solution.sequences());
            }
            SearchProgress::Visited(solution) => gatherer.note(solution),
        };
        for round in 1..=ROUNDS {
            search.run_to(f64::from(round) / f64::from(ROUNDS), &budget, &mut told);
            if round == ROUNDS {
                break;
            }
            let found = match &seat {
                None => self.inbox.exchange(&search),
                Some(seat) => {
                    seat.meet(|all| all.bring(thread, &search));
                    seat.look(|all| all.better_than(search.best().1))
                }
            };
            if let Some(sequences) = found {
                search.adopt(&solution_of(self.model, &sequences));
            }
        }
        let (best, score) = search.best();
        Finish { best: best.clone(), score, iterations: search.iterations(), pool: gatherer.pool }
    }
}

/// The solution of a plan that was found for this problem.
pub(crate) fn solution_of(model: &SearchModel<'_>, sequences: &Sequences) -> Solution {
    let empty = Solution::empty(model.routes());
    let mut solution = empty.expect("the frozen stops fitted when the first solution was built");
    let all = solution.adopt(model.routes(), sequences);
    debug_assert!(all, "routes of one plan fit together");
    solution
}

#[cfg(test)]
mod tests {
    use journeyman_search::{SearchModel, SearchParams, Solution, construct};
    use journeyman_testkit::{Shape, cases, random_problem};

    use super::{Inbox, Verdict, race};
    use crate::clock::now;
    use crate::day::Ground;
    use crate::{Control, SolveOptions};

    fn day(seed: u64) -> journeyman_domain::Problem {
        random_problem(seed, &Shape { visits: 12..=18, ..Shape::default() })
    }

    #[test]
    fn threads_that_meet_find_the_same_plan_each_time() {
        for seed in 0..cases(8) as u64 {
            let problem = day(seed);
            let ground = Ground::of(&problem).expect("random days are sound");
            let routes = ground.model();
            let model = SearchModel::build(&routes, &ground.eligibility);
            let start = construct(&model, || false, || false).expect("nothing is frozen");
            for threads in [1, 2, 3] {
                let options = SolveOptions {
                    time_limit: None,
                    iterations_max: Some(1500),
                    threads,
                    ..Default::default()
                };
                let once = || {
                    let control = Control::default();
                    let inbox = Inbox::default();
                    race(
                        &model,
                        &start,
                        (&options, &SearchParams::default()),
                        (None, &control),
                        (&inbox, None),
                        &mut |_| Verdict::GoOn,
                    )
                };
                let (one, two) = (once(), once());
                assert_eq!(one.best.sequences(), two.best.sequences(), "seed {seed}, {threads} threads");
                assert_eq!((one.score, one.iterations), (two.score, two.iterations), "seed {seed}");
                assert_eq!(one.pool.len(), two.pool.len(), "seed {seed}, {threads} threads");
            }
        }
    }

    #[test]
    fn a_plan_handed_over_is_taken() {
        for seed in 0..cases(8) as u64 {
            let problem = day(seed);
            let ground = Ground::of(&problem).expect("random days are sound");
            let routes = ground.model();
            let model = SearchModel::build(&routes, &ground.eligibility);
            let nothing = Solution::empty(&routes).expect("nothing is frozen");
            let better = construct(&model, || false, || false).expect("nothing is frozen");
            let score = better.score(&routes);
            let inbox = Inbox::default();
            inbox.post(score, || better.sequences());
            // Its time is over before it begins, so that all it can find is in the inbox.
            let (options, control) = (SolveOptions::default(), Control::default());
            let finish = race(
                &model,
                &nothing,
                (&options, &SearchParams::default()),
                (Some(now()), &control),
                (&inbox, None),
                &mut |_| Verdict::GoOn,
            );
            assert_eq!(finish.score, score.min(nothing.score(&routes)), "seed {seed}");
        }
    }
}
