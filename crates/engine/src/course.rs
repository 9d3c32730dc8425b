//! How search and proof share the time: side by side on two threads and more, in turns on one, one after the other
//! where iterations are counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use journeyman_domain::Stop;
use journeyman_milp::{ColumnPool, Master, MasterParams, Means, PoolOutcome, ProveParams, clusters_pay};
use journeyman_search::{SearchModel, SearchParams, Solution};

use crate::clock::now;
use crate::day::Ground;
use crate::finds::new_pool;
use crate::herald::Herald;
use crate::ledger::Ledger;
use crate::prover::{Prover, used};
use crate::race::{Better, Finish, Inbox, Verdict, race, solution_of};
use crate::sectors::in_sectors;
use crate::solve::Phases;
use crate::{Control, Phase, SolveOptions};

/// Share of the time that the MIP over the found columns may take, and its most.
const MIP_SHARE: f64 = 0.1;
const MIP_MOST: Duration = Duration::from_secs(5);
/// Share of the time, at its end, for clusters of shifts; and where there is so much time for each visit that annealing
/// needs less of it.
const POLISH_SHARE: f64 = 0.1;
const POLISH_SHARE_LONG: f64 = 0.25;
const LONG_PER_VISIT: Duration = Duration::from_millis(200);
/// Where clusters pay, annealing ends after this share of the time, or this long for the visits' square, whichever is
/// more. (50 × 300, 60 s, 2 threads: after 15 s of annealing plans are dearer than after 54 s, after 30 s cheaper.)
const ANNEALING_SHARE: f64 = 0.25;
const ANNEALING_PER_SQUARE: Duration = Duration::from_micros(330);
/// On one thread: share of the time for a first search and for the first proof, which closes small days.
const FIRST_SEARCH_SHARE: f64 = 0.03;
const FIRST_PROOF_SHARE: f64 = 0.05;
/// Visits up to which one thread proves early; on larger days so short a proof brings nothing.
const EARLY_PROOF_VISITS: usize = 60;
/// A proof is hopeless where the visits' square is more than this for each second: column generation took 11 to 60 s
/// on 50 × 300, and its time grows faster than the square. On 200 × 1,200 the first exact pass had ended after 480 s of a
/// quick machine, and its bound was below the first one.
const PROOF_VISITS_SQUARED: u64 = 2_000;
/// Share of the time that all threads search then.
const SEARCH_FIRST_SHARE: f64 = 0.9;
/// Labels of a proof for each counted iteration of the search, and at least: an iteration takes as long as some tens
/// of labels, so the proof takes about as long as the search.
const LABELS_PER_ITERATION: u64 = 40;
const LABELS_LEAST: u64 = 200_000;
/// How long a proof that was told to stop is waited for.
const PROOF_ENDS_IN: Duration = Duration::from_millis(20);

/// What the work needs.
pub(crate) struct Course<'c> {
    pub(crate) ground: &'c Ground,
    pub(crate) search: &'c SearchModel<'c>,
    pub(crate) options: &'c SolveOptions,
    pub(crate) params: &'c SearchParams,
    pub(crate) control: &'c Control,
    pub(crate) ledger: &'c Arc<Ledger>,
    /// Begin of the solve, and the end of the work: what the last plan needs is taken off.
    pub(crate) begin: Instant,
    pub(crate) end: Option<Instant>,
}

/// What the work leaves besides the ledger.
pub(crate) struct Yield {
    pub(crate) iterations: u64,
    pub(crate) pool: ColumnPool,
    pub(crate) recombined: bool,
    pub(crate) mip_trouble: Option<String>,
    pub(crate) proof_trouble: Option<String>,
}

impl Course<'_> {
    /// Works until the budget ends or it is enough.
    pub(crate) fn run(&self, herald: &mut Herald<'_>, clock: &mut Phases) -> Yield {
        let mut done = Yield {
            iterations: 0,
            pool: new_pool(&self.ground.problem),
            recombined: false,
            mip_trouble: None,
            proof_trouble: None,
        };
        if self.is_over() || herald.news() {
            clock.ends(Phase::Search);
        } else if self.options.iterations_max.is_some() {
            self.by_count(&mut done, herald, clock);
        } else if self.options.threads >= 2 {
            self.side_by_side(&mut done, herald, clock);
        } else {
            self.in_turns(&mut done, herald, clock);
        }
        herald.news();
        done
    }

    /// All threads search, then they prove: what comes out depends on counts alone, unless the clock ends it.
    fn by_count(&self, done: &mut Yield, herald: &mut Herald<'_>, clock: &mut Phases) {
        let found = self.hunt((self.options.threads, self.end), herald, None);
        // Which of two equal plans was heard of first depends on the clock; the race itself does not.
        self.ledger.settle(found.score, found.best.sequences());
        gather(done, found);
        clock.ends(Phase::Search);
        if !self.is_over() && !herald.news() {
            let labels = done.iterations.saturating_mul(LABELS_PER_ITERATION).max(LABELS_LEAST);
            let prover = self.prove(self.options.threads, self.end, Some(labels));
            self.wait(prover, self.end, done, herald);
        }
        clock.ends(Phase::Prove);
    }

    /// The proof has a thread of its own, or a third of many; where it is hopeless, only at the end.
    fn side_by_side(&self, done: &mut Yield, herald: &mut Herald<'_>, clock: &mut Phases) {
        let threads = self.options.threads;
        if self.is_proof_hopeless() && in_sectors(self.search, threads) {
            return self.search_first(done, herald, clock);
        }
        let proving = if threads >= 4 { threads / 3 } else { 1 };
        let prover = self.prove(proving, self.end, None);
        let search_end = self.annealing_end(self.share_beside_proof());
        let found = self.hunt((threads - proving, search_end), herald, Some(&prover));
        gather(done, found);
        clock.ends(Phase::Search);
        self.polish(threads - proving, done, herald);
        clock.ends(Phase::Milp);
        // No cluster may be left to improve long before the end.
        prover.wait(self.end, &mut || herald.news() || self.control.must_end());
        self.leave(prover, done);
    }

    /// When annealing ends and clusters begin; `share`: of the time that annealing has where clusters do not pay.
    fn annealing_end(&self, share: f64) -> Option<Instant> {
        let whole = self.end? - self.begin;
        let visits = u32::try_from(self.ground.problem.visits.len()).unwrap_or(u32::MAX);
        let most = whole.mul_f64(share);
        if !self.do_clusters_pay() {
            return Some(self.begin + most);
        }
        let enough = ANNEALING_PER_SQUARE.saturating_mul(visits.saturating_mul(visits));
        Some(self.begin + most.min(enough.max(whole.mul_f64(ANNEALING_SHARE))))
    }

    /// The share of annealing beside a proof.
    fn share_beside_proof(&self) -> f64 {
        let visits = u32::try_from(self.ground.problem.visits.len()).unwrap_or(u32::MAX);
        let is_long = self.end.is_some_and(|end| end - self.begin >= LONG_PER_VISIT.saturating_mul(visits));
        1.0 - if is_long { POLISH_SHARE_LONG } else { POLISH_SHARE }
    }

    /// Whether clusters of shifts bring more than further annealing.
    fn do_clusters_pay(&self) -> bool {
        let plan = self.ledger.plan();
        let stops = plan.iter().flat_map(|(_, stops)| stops);
        clusters_pay(
            &self.ground.problem,
            plan.len(),
            stops.filter(|stop| matches!(stop, Stop::Visit(_))).count(),
        )
    }

    /// Clusters of shifts are solved for themselves, on so many cores that have searched.
    fn polish(&self, threads: usize, done: &mut Yield, herald: &mut Herald<'_>) {
        if self.is_over() || herald.news() {
            return;
        }
        let time_limit = self.end.map(|end| end.saturating_duration_since(now()));
        let start = |at: usize| {
            // Other clusters than those of the proof.
            let seed = self.options.seed.wrapping_add(1 + at as u64);
            let params =
                ProveParams { time_limit, threads: 1, labels_max: None, seed, means: Means::Clusters };
            Prover::start(self.ground, self.ledger, (params, self.options.clone()))
        };
        let polish: Vec<Prover> = (0..threads).map(start).collect();
        for one in &polish {
            one.wait(self.end, &mut || herald.news() || self.control.must_end());
        }
        // All at once, so that they end in the time of one.
        polish.iter().for_each(Prover::tell_to_stop);
        polish.into_iter().for_each(|one| self.leave(one, done));
    }

    /// All threads search in sectors, then they solve clusters of shifts; where those do not pay, all but one prove what
    /// they can at the end.
    fn search_first(&self, done: &mut Yield, herald: &mut Herald<'_>, clock: &mut Phases) {
        let threads = self.options.threads;
        let until = self.annealing_end(SEARCH_FIRST_SHARE);
        gather(done, self.hunt((threads, until), herald, None));
        clock.ends(Phase::Search);
        if self.is_over() || herald.news() {
            return;
        }
        if self.do_clusters_pay() {
            self.polish(threads, done, herald);
            return clock.ends(Phase::Milp);
        }
        let met = done.pool.iter().map(|column| (column.shift, column.stops.clone()));
        self.ledger.finds.leave(met);
        let prover = self.prove(threads - 1, self.end, None);
        self.polish(1, done, herald);
        self.leave(prover, done);
        clock.ends(Phase::Prove);
    }

    /// Whether the day is too large for column generation to converge in the time.
    fn is_proof_hopeless(&self) -> bool {
        let visits = self.ground.problem.visits.len() as u64;
        self.end.is_some_and(|end| visits * visits > PROOF_VISITS_SQUARED * (end - self.begin).as_secs())
    }

    /// Waits for a proof that ends with everything else, a moment at most.
    fn leave(&self, prover: Prover, done: &mut Yield) {
        let patience = now().checked_add(PROOF_ENDS_IN);
        let trouble = prover.end(patience.into_iter().chain(self.end).min());
        done.proof_trouble = done.proof_trouble.take().or(trouble);
    }

    /// On small days a short search and a short proof, which often closes them; then the search; at the end the MIP: a second proof
    /// in its place gave dearer plans on 3 of 4 days (100 visits, 5 s) and no better bound.
    fn in_turns(&self, done: &mut Yield, herald: &mut Herald<'_>, clock: &mut Phases) {
        let share = |share: f64| self.end.map(|end| now() + (end - self.begin).mul_f64(share));
        if self.ground.problem.visits.len() <= EARLY_PROOF_VISITS {
            gather(done, self.hunt((1, share(FIRST_SEARCH_SHARE)), herald, None));
            clock.ends(Phase::Search);
            let until = share(FIRST_PROOF_SHARE);
            if !self.is_over() && !herald.news() {
                let prover = self.prove(1, until, None);
                self.wait(prover, until, done, herald);
            }
            clock.ends(Phase::Prove);
        }
        let end = self.end.map(|end| end.checked_sub(self.mip_time()).unwrap_or(end));
        let end_of_annealing = self.annealing_end(1.0).min(end);
        if !self.is_over() && !herald.news() {
            gather(done, self.hunt((1, end_of_annealing), herald, None));
        }
        clock.ends(Phase::Search);
        if end_of_annealing < end {
            self.polish(1, done, herald);
        } else {
            self.recombine(done, herald);
        }
        clock.ends(Phase::Milp);
    }

    /// Searches on so many threads until `end`, from the best plan so far.
    fn hunt(
        &self,
        (threads, end): (usize, Option<Instant>),
        herald: &mut Herald<'_>,
        prover: Option<&Prover>,
    ) -> Finish {
        let options = SolveOptions { threads, ..self.options.clone() };
        let start = solution_of(self.search, &self.ledger.plan());
        let counted = options.iterations_max.is_some();
        let (mut relieved, inbox) = (false, Inbox::default());
        let finds = prover.is_some().then_some(&self.ledger.finds);
        let mut observer = |better: Option<Better>| {
            if let Some(better) = better {
                self.ledger.offer_found(better.score, better.found, || better.sequences);
            }
            // What the proof has found goes on in the search.
            inbox.post(self.ledger.standing().0, || self.ledger.plan());
            // A count is used up: when something is heard of depends on the clock.
            if herald.news() && !counted {
                return Verdict::Enough;
            }
            // No core idles when the proof is out of means.
            if !relieved && prover.is_some_and(Prover::is_finished) {
                relieved = true;
                return Verdict::OneMore(self.ledger.plan());
            }
            Verdict::GoOn
        };
        let (params, limits) = ((&options, self.params), (end, self.control));
        let finish = race(self.search, &start, params, limits, (&inbox, finds), &mut observer);
        self.ledger.offer(finish.score, || finish.best.sequences());
        finish
    }

    fn prove(&self, threads: usize, until: Option<Instant>, labels_max: Option<u64>) -> Prover {
        let time_limit = until.map(|until| until.saturating_duration_since(now()));
        let params =
            ProveParams { time_limit, threads, labels_max, seed: self.options.seed, means: Means::All };
        Prover::start(self.ground, self.ledger, (params, self.options.clone()))
    }

    /// Waits for a proof, telling what it finds.
    fn wait(&self, prover: Prover, until: Option<Instant>, done: &mut Yield, herald: &mut Herald<'_>) {
        prover.wait(until, &mut || {
            herald.news();
            self.control.must_end()
        });
        done.proof_trouble = prover.end(now().checked_add(PROOF_ENDS_IN));
        herald.news();
    }

    /// The best combination of all routes found, where the time allows and something could be gained.
    fn recombine(&self, done: &mut Yield, herald: &mut Herald<'_>) {
        let time = self.mip_time();
        if time.is_zero() || self.control.must_end() || herald.news() {
            return;
        }
        let incumbent: Solution = solution_of(self.search, &self.ledger.plan());
        let (_, bound) = self.ledger.standing();
        let mut master = Master::new(MasterParams::default());
        let model = self.search.routes();
        match master.recombine(model, &done.pool, incumbent.routes(), bound.mandatory_unserved, time) {
            PoolOutcome::Optimal(better) | PoolOutcome::Feasible(better) => {
                done.recombined = self.ledger.offer(better.score, || used(&better.routes));
            }
            PoolOutcome::NoImprovement { .. } => {}
            PoolOutcome::Failed(failure) => done.mip_trouble = Some(failure.to_string()),
        }
    }

    /// How long the MIP may run: a share of what is left.
    fn mip_time(&self) -> Duration {
        let Some(end) = self.end else { return Duration::ZERO };
        let whole = end.saturating_duration_since(self.begin);
        whole.mul_f64(MIP_SHARE).min(MIP_MOST).min(end.saturating_duration_since(now()))
    }

    fn is_over(&self) -> bool {
        self.control.must_end() || self.end.is_some_and(|end| now() >= end)
    }
}

fn gather(done: &mut Yield, found: Finish) {
    done.iterations += found.iterations;
    done.pool.absorb(&found.pool);
}
