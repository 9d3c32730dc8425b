//! The proof on an OS thread of its own, beside the search or between two parts of it.
//!
//! The thread owns all it needs, so that an answer that is due never waits for the C++ solver: the thread is told to
//! stop and left behind. What it has found by then is in the ledger.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle, park_timeout};
use std::time::{Duration, Instant};

use journeyman_domain::{Bound, Cost, Problem, Score};
use journeyman_milp::{Exchange, ProveParams, Sequence, prove};
use journeyman_route::{Route, RouteModel};

use crate::SolveOptions;
use crate::clock::now;
use crate::day::Ground;
use crate::herald::is_enough;
use crate::ledger::Ledger;
use crate::race::Sequences;

/// How often whoever waits for a proof looks around.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A proof under way. Dropped, it is told to stop.
pub(crate) struct Prover {
    thread: Option<JoinHandle<Option<String>>>,
    stop: Arc<AtomicBool>,
}

impl Prover {
    /// Begins to prove what the ledger holds. It ends by itself when that is enough for the options.
    pub(crate) fn start(
        ground: &Ground,
        ledger: &Arc<Ledger>,
        (params, options): (ProveParams, SolveOptions),
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (ground, ledger, told) = (ground.clone(), Arc::clone(ledger), Arc::clone(&stop));
        let waiting = std::thread::current();
        let work = move || {
            let trouble = run(&ground, &ledger, &options, (params, &told));
            waiting.unpark();
            trouble
        };
        // Without a thread there is no proof; the search goes on.
        let thread = Builder::new().name("prove".to_owned()).spawn(work).ok();
        Self { thread, stop }
    }

    /// Whether nothing more will come.
    pub(crate) fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until it is finished, `until` has come, or `enough` (asked every few milliseconds) says so.
    pub(crate) fn wait(&self, until: Option<Instant>, enough: &mut dyn FnMut() -> bool) {
        while !self.is_finished() && !enough() && until.is_none_or(|until| now() < until) {
            park_timeout(LOOK_EVERY);
        }
    }

    /// Asks it to stop soon.
    pub(crate) fn tell_to_stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Ends it now, waiting for the thread until `until` and no longer; why it proved less than it could, if known.
    pub(crate) fn end(mut self, until: Option<Instant>) -> Option<String> {
        self.tell_to_stop();
        self.wait(until, &mut || false);
        let finished = self.is_finished();
        let thread = self.thread.take().filter(|_| finished)?;
        // A panic fails this solve; whoever runs it decides what else it fails.
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

impl Drop for Prover {
    fn drop(&mut self) {
        self.tell_to_stop();
    }
}

/// The proof itself; its trouble, if any.
fn run(
    ground: &Ground,
    ledger: &Ledger,
    options: &SolveOptions,
    (params, stop): (ProveParams, &AtomicBool),
) -> Option<String> {
    let planning = ground.model();
    let travel = ground.travel.rounded_down();
    let rounded_down = travel.as_ref().map(|travel| ground.model_with(travel));
    let bounding = rounded_down.as_ref().unwrap_or(&planning);
    let window = Window { model: &planning, ledger, options, stop, day: &ground.problem };
    let (_, known) = ledger.standing();
    match prove((&planning, bounding), &ground.eligibility, known, (params, stop), &window) {
        Ok(bound) => {
            ledger.raise(bound);
            None
        }
        Err(trouble) => Some(trouble.to_string()),
    }
}

/// The ledger as the proof sees it: with routes instead of sequences.
struct Window<'w, 'm> {
    model: &'w RouteModel<'m>,
    ledger: &'w Ledger,
    options: &'w SolveOptions,
    stop: &'w AtomicBool,
    day: &'w Arc<Problem>,
}

impl Window<'_, '_> {
    /// Asked here and not by whoever waits, so that where it stops depends on no clock.
    fn stop_if_enough(&self) {
        let (score, bound) = self.ledger.standing();
        if is_enough(self.options, bound, score) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Exchange for Window<'_, '_> {
    fn bound(&self, bound: Bound) {
        self.ledger.raise(bound);
        self.stop_if_enough();
    }

    fn worth(&self, bound: Bound, by_visit: Vec<Cost>) {
        self.ledger.note_worth(bound, by_visit);
    }

    fn plan(&self, routes: &[Route], score: Score) {
        self.ledger.offer(score, || used(routes));
        self.stop_if_enough();
    }

    fn closed_by_solver(&self, score: Score) {
        self.ledger.note_closed(score);
    }

    fn incumbent(&self) -> Score {
        self.ledger.standing().0
    }

    fn routes(&self) -> Vec<Route> {
        let best = self.ledger.plan();
        best.into_iter().filter_map(|(shift, stops)| Route::of(self.model, shift, stops)).collect()
    }

    fn found(&self) -> Vec<Sequence> {
        self.ledger.finds.take()
    }

    fn remembered(&self) -> Vec<Sequence> {
        self.ledger.memory.of(self.day)
    }

    fn remember(&self, routes: Vec<Sequence>) {
        self.ledger.memory.keep(self.day, routes);
    }
}

/// Stops of every used shift.
pub(crate) fn used(routes: &[Route]) -> Sequences {
    let used = routes.iter().filter(|route| !route.is_empty());
    used.map(|route| (route.shift(), route.stops().to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use journeyman_domain::Proof;
    use journeyman_milp::{Means, score};
    use journeyman_testkit::{Shape, cases, random_problem};

    use super::*;

    /// The window, and what stood in the ledger each time the MIP solver had closed.
    struct Watched<'w, 'm>(Window<'w, 'm>, RefCell<Vec<(Score, Bound, Sequences)>>);

    impl Exchange for Watched<'_, '_> {
        fn bound(&self, bound: Bound) {
            self.0.bound(bound);
        }

        fn plan(&self, routes: &[Route], score: Score) {
            self.0.plan(routes, score);
        }

        fn closed_by_solver(&self, score: Score) {
            self.0.closed_by_solver(score);
            let (score, bound) = self.0.ledger.standing();
            self.1.borrow_mut().push((score, bound, self.0.ledger.plan()));
        }

        fn incumbent(&self) -> Score {
            self.0.incumbent()
        }

        fn routes(&self) -> Vec<Route> {
            self.0.routes()
        }
    }

    #[test]
    fn a_day_that_only_the_solver_has_closed_is_not_said_to_be_proved() {
        let shape = Shape { visits: 5..=8, shifts: 2..=3, ..Shape::plain() };
        let mut by_solver_alone = 0;
        for seed in 0..cases(40) as u64 {
            let ground = Ground::of(&random_problem(seed, &shape)).expect("random days are sound");
            let model = ground.model();
            let first = score(&model, &[]).expect("idle shifts are a plan");
            let ledger = Ledger::new((first, Vec::new()), ground.trivial_bound(&model));
            let (options, stop) = (SolveOptions::default(), AtomicBool::new(false));
            let day = &ground.problem;
            let window = Window { model: &model, ledger: &ledger, options: &options, stop: &stop, day };
            let watched = Watched(window, RefCell::default());
            // Cuts and listing would prove such days before the solver is asked.
            let means = Means::BranchingOnAList;
            let params = ProveParams { time_limit: None, threads: 1, labels_max: None, seed, means };
            let known = ledger.standing().1;
            prove((&model, &model), &ground.eligibility, known, (params, &stop), &watched)
                .expect("no trouble");
            let (least, proved) = ledger.standing();
            for (score, bound, sequences) in watched.1.into_inner() {
                assert_eq!(score, least, "seed {seed}: the solver closed at what is optimal");
                let open = bound.cost < score.cost;
                let said = if open { Proof::OptimalToSolverTolerance } else { Proof::ProvedOptimal };
                assert_eq!(bound.proof, said, "seed {seed}");
                assert_eq!(
                    bound.gap_to(score).map(|gap| gap > 0.0),
                    Some(open),
                    "the gap is that of the bound"
                );
                let plan = ground.plan(&model, &sequences, bound).expect("the checker lets it be said");
                assert_eq!(plan.bound, bound);
                by_solver_alone += usize::from(open);
            }
            assert_eq!(proved.proof, Proof::ProvedOptimal, "seed {seed}: branching goes on to the proof");
        }
        assert!(by_solver_alone > 0, "it happens");
    }
}
