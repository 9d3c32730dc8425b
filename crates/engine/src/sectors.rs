//! Large days on several threads: each anneals a sector of one solution at the common temperature; at fixed shares of
//! the budget the sectors are joined and cut elsewhere.
//!
//! All wait for the last; on the clock they come within a few iterations of each other. Where only iterations count,
//! the course depends on seed and threads alone.

use std::time::{Duration, Instant};

use journeyman_domain::Score;
use journeyman_search::{Budget, Joint, Progress, Search, SearchModel, Solution};

use crate::SolveOptions;
use crate::clock::now;
use crate::finds::{Finds, Gatherer};
use crate::meeting::{Agenda, Seat};
use crate::race::{Finish, Inbox, News, solution_of};

/// Rounds of a search: the more often cuts move, the better, as long as a round is long beside a joint's cost of less
/// than a millisecond and beside the iterations after which a thread first notices that its round is over.
const ROUNDS: std::ops::RangeInclusive<u64> = 64..=2048;
/// Least length of a round, where the rounds allow.
const ROUND_TIME: Duration = Duration::from_millis(20);
const ROUND_ITERATIONS: u64 = 128;

/// Visits per thread from which on sectors are used.
const VISITS_LEAST: usize = 150;

/// Whether a day is searched in sectors by so many threads.
pub(crate) fn in_sectors(model: &SearchModel<'_>, threads: usize) -> bool {
    let visits = model.routes().problem().visits.len();
    threads > 1 && visits >= VISITS_LEAST * threads && Joint::suits(model)
}

/// How often sectors are joined and cut anew, where iterations are limited or else until `end`.
fn rounds(options: &SolveOptions, end: Option<Instant>) -> u32 {
    let by_clock = || {
        let left = end.map_or(Duration::ZERO, |end| end.saturating_duration_since(now()));
        u64::try_from(left.as_millis() / ROUND_TIME.as_millis()).unwrap_or(u64::MAX)
    };
    let wanted = options.iterations_max.map_or_else(by_clock, |most| most / ROUND_ITERATIONS);
    u32::try_from(wanted.clamp(*ROUNDS.start(), *ROUNDS.end())).expect("rounds are few")
}

/// What lies on the table when sectors are joined.
pub(crate) struct Table<'r> {
    model: &'r SearchModel<'r>,
    joint: Joint<'r>,
    /// Rounds begun, and how many there will be.
    round: u32,
    rounds: u32,
    /// Whether a thread has said that this round is the last; and whether the last one is over, which is known when
    /// all have come.
    ends: bool,
    over: bool,
    news: &'r News,
    /// Plans of others, where the clock limits the race.
    inbox: Option<&'r Inbox>,
}

impl<'r> Table<'r> {
    pub(crate) fn new(
        model: &'r SearchModel<'r>,
        start: &Solution,
        (options, by_clock): (&SolveOptions, Option<Instant>),
        (news, inbox): (&'r News, &'r Inbox),
    ) -> Self {
        Self {
            model,
            joint: Joint::new(model, start, options.seed),
            round: 0,
            rounds: rounds(options, by_clock),
            ends: false,
            over: false,
            news,
            inbox: by_clock.map(|_| inbox),
        }
    }

    /// Gives a thread its sector and says until which share of the budget it is searched, and what is best so far.
    fn hand_out(&self, thread: usize, search: &mut Search<'_>) -> Option<(f64, Score)> {
        let share = f64::from(self.round) / f64::from(self.rounds);
        (!self.over && search.enter(&self.joint, thread)).then(|| (share, self.joint.best().1))
    }
}

impl Agenda for Table<'_> {
    fn conclude(&mut self, members: usize) {
        if self.joint.settle() {
            let (best, score) = self.joint.best();
            self.news.post(score, || best.sequences());
        }
        let (_, score) = self.joint.best();
        if let Some(better) = self.inbox.and_then(|inbox| inbox.better_than(score)) {
            self.joint.adopt(&solution_of(self.model, &better));
        }
        self.round += 1;
        self.over = self.ends;
        if !self.over {
            self.joint.cut(members);
        }
    }
}

/// One thread, until all are through. What it finds best is on the table.
pub(crate) fn run(
    mut search: Search<'_>,
    (thread, seat): (usize, Seat<'_, Table<'_>>),
    budget: &Budget<'_>,
    (news, finds): (&News, Option<&Finds>),
) -> Finish {
    let mut gatherer = Gatherer::new(search.model().routes().problem(), finds);
    seat.meet(|_| {});
    while let Some((share, best)) = seat.look(|table| table.hand_out(thread, &mut search)) {
        search.run_to(share, budget, &mut |progress| match progress {
            // What is best since the cut need not be the best of all.
            Progress::Improved(solution, score) if score < best => {
                gatherer.note(solution);
                news.post(score, || solution.sequences());
            }
            Progress::Improved(..) => {}
            Progress::Visited(solution) => gatherer.note(solution),
        });
        let ends = share >= 1.0 || budget.is_over(search.iterations());
        seat.meet(|table| {
            table.joint.join(&search);
            table.ends |= ends;
        });
    }
    let (best, score) = seat.look(|table| {
        let (best, score) = table.joint.best();
        (best.clone(), score)
    });
    Finish { best, score, iterations: search.iterations(), pool: gatherer.pool }
}

#[cfg(test)]
mod tests {
    use journeyman_search::{SearchModel, SearchParams, Solution, construct};
    use journeyman_testkit::{Shape, cases, random_problem};

    use super::{VISITS_LEAST, in_sectors};
    use crate::clock::now;
    use crate::day::Ground;
    use crate::race::{Finish, Inbox, Verdict, race};
    use crate::{Control, SolveOptions};

    /// Large enough for sectors on two threads.
    fn day(seed: u64) -> journeyman_domain::Problem {
        let visits = 2 * VISITS_LEAST;
        let shape = Shape { visits: visits..=visits, shifts: 12..=20, parts: false, ..Shape::default() };
        random_problem(seed, &shape)
    }

    fn counted(model: &SearchModel<'_>, start: &Solution, threads: usize) -> Finish {
        let options =
            SolveOptions { time_limit: None, iterations_max: Some(300), threads, ..Default::default() };
        let (control, inbox) = (Control::default(), Inbox::default());
        race(
            model,
            start,
            (&options, &SearchParams::default()),
            (None, &control),
            (&inbox, None),
            &mut |_| Verdict::GoOn,
        )
    }

    #[test]
    fn sectors_give_the_same_better_plan_each_time() {
        for seed in 0..cases(3) as u64 {
            let problem = day(seed);
            let ground = Ground::of(&problem).expect("random days are sound");
            let routes = ground.model();
            let model = SearchModel::build(&routes, &ground.eligibility);
            assert!(in_sectors(&model, 2) && !in_sectors(&model, 1) && !in_sectors(&model, 3));
            let start = construct(&model, || true, || false).expect("nothing is frozen");
            let (one, two) = (counted(&model, &start, 2), counted(&model, &start, 2));
            one.best.assert_consistent(&routes);
            assert_eq!(one.best.sequences(), two.best.sequences(), "seed {seed}");
            assert_eq!((one.score, one.iterations), (two.score, two.iterations), "seed {seed}");
            assert_eq!(one.pool.len(), two.pool.len(), "seed {seed}");
            assert!(one.score < start.score(&routes), "seed {seed}: a hasty plan can be bettered");
        }
    }

    #[test]
    fn one_more_thread_is_given_a_sector_and_a_plan_handed_over_is_taken() {
        let problem = day(0);
        let ground = Ground::of(&problem).expect("random days are sound");
        let routes = ground.model();
        let model = SearchModel::build(&routes, &ground.eligibility);
        let nothing = Solution::empty(&routes).expect("nothing is frozen");
        let better = construct(&model, || true, || false).expect("nothing is frozen");
        let inbox = Inbox::default();
        inbox.post(better.score(&routes), || better.sequences());
        let (options, control) = (SolveOptions::default(), Control::default());
        let (mut asked, mut heard) = (0, false);
        let end = now().checked_add(std::time::Duration::from_secs(60));
        let finish = race(
            &model,
            &nothing,
            (&options, &SearchParams::default()),
            (end, &control),
            (&inbox, None),
            &mut |news| {
                asked += 1;
                heard |= news.is_some();
                match asked {
                    1 => Verdict::OneMore(better.sequences()),
                    _ if heard => Verdict::Enough,
                    _ => Verdict::GoOn,
                }
            },
        );
        finish.best.assert_consistent(&routes);
        assert!(finish.score <= better.score(&routes));
    }
}
