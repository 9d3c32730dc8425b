//! What is known while a solve runs: the best plan and the best bound. Search and proof write it, both read it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use journeyman_domain::{Bound, Cost, Proof, Score};

use crate::BoundSource;
use crate::clock::now;
use crate::finds::Finds;
use crate::memory::Memory;
use crate::race::Sequences;

/// The best plan and the best bound so far.
#[derive(Debug)]
pub(crate) struct Ledger {
    known: Mutex<Known>,
    /// What proofs of this solve begin with and leave to later ones.
    pub(crate) memory: Arc<Memory>,
    /// What the search has met.
    pub(crate) finds: Finds,
}

#[derive(Debug)]
struct Known {
    score: Score,
    sequences: Sequences,
    bound: Bound,
    /// The bound that needs no solver.
    trivial: Bound,
    /// The best bound of which it is known what each visit is worth in it, in plans without mandatory visits unserved.
    worth: Option<(Bound, Vec<Cost>)>,
    /// The score that the MIP solver has closed at, within its tolerances.
    closed_at: Option<Score>,
    /// Whether a bound was above a plan: nothing of that proof is believed any more.
    contradicted: bool,
    /// Whether the answer is being made.
    closed: bool,
    /// When the oldest of what is not told yet was found: who is overtaken by something better waits no less.
    untold_since: Option<Instant>,
}

/// What is better than was told.
pub(crate) struct News {
    pub(crate) score: Score,
    pub(crate) bound: Bound,
    /// Where it is new.
    pub(crate) plan: Option<Sequences>,
    /// When the oldest of it was found.
    pub(crate) found: Instant,
}

impl Ledger {
    pub(crate) fn new((score, sequences): (Score, Sequences), trivial: Bound) -> Self {
        let known = Known {
            score,
            sequences,
            bound: trivial,
            trivial,
            worth: None,
            closed_at: None,
            contradicted: false,
            closed: false,
            untold_since: None,
        };
        Self { known: Mutex::new(known), memory: Arc::default(), finds: Finds::default() }
    }

    /// The same for a solve that is not the first of its day.
    pub(crate) fn with_memory(self, memory: &Arc<Memory>) -> Self {
        Self { memory: Arc::clone(memory), ..self }
    }

    /// Takes note of a plan that was found just now, where it is better; whether it is.
    pub(crate) fn offer(&self, score: Score, sequences: impl FnOnce() -> Sequences) -> bool {
        self.offer_found(score, now(), sequences)
    }

    /// The same of one that was found at this time.
    pub(crate) fn offer_found(
        &self,
        score: Score,
        found: Instant,
        sequences: impl FnOnce() -> Sequences,
    ) -> bool {
        let mut known = self.open();
        let better = !known.closed && score < known.score;
        if better {
            (known.score, known.sequences) = (score, sequences());
            known.waits_from(found);
            known.doubt();
        }
        better
    }

    /// Takes note of a bound where it is better.
    pub(crate) fn raise(&self, bound: Bound) {
        let mut known = self.open();
        if !known.contradicted && !known.closed && height(bound) > height(known.bound) {
            known.bound = Bound { proof: Proof::Bounded, ..bound };
            known.waits_from(now());
            known.doubt();
        }
    }

    /// Takes note of what visits are worth in a bound, where it is better.
    pub(crate) fn note_worth(&self, bound: Bound, worth: Vec<Cost>) {
        let mut known = self.open();
        if !known.contradicted && known.worth.as_ref().is_none_or(|(before, _)| before.cost < bound.cost) {
            known.worth = Some((bound, worth));
        }
    }

    /// The best bound of which it is known what each visit is worth in it.
    pub(crate) fn worth(&self) -> Option<(Bound, Vec<Cost>)> {
        self.open().worth.clone()
    }

    /// Takes note that the MIP solver has closed at a score.
    pub(crate) fn note_closed(&self, score: Score) {
        let mut known = self.open();
        if !known.contradicted && !known.closed {
            let before = known.shown();
            known.closed_at = known.closed_at.filter(|&at| at < score).or(Some(score));
            if known.shown() != before {
                known.waits_from(now());
            }
        }
    }

    /// The score of the best plan, and the best bound, with its proof where they meet.
    pub(crate) fn standing(&self) -> (Score, Bound) {
        let known = self.open();
        (known.score, known.shown())
    }

    /// What is better than was told, if anything.
    pub(crate) fn news_since(&self, told: (Score, Bound)) -> Option<News> {
        let mut known = self.open();
        let (score, bound) = (known.score, known.shown());
        let plan = (score < told.0).then(|| known.sequences.clone());
        let found = known.untold_since.take().unwrap_or_else(now);
        (plan.is_some() || bound != told.1).then_some(News { score, bound, plan, found })
    }

    /// Puts a plan in the place of one that is as good.
    pub(crate) fn settle(&self, score: Score, sequences: Sequences) {
        let mut known = self.open();
        if score == known.score {
            known.sequences = sequences;
        }
    }

    /// Takes nothing more in; what the answer is made of.
    pub(crate) fn close(&self) -> (Score, Bound, Sequences) {
        let mut known = self.open();
        known.closed = true;
        (known.score, known.shown(), known.sequences.clone())
    }

    /// The best plan.
    pub(crate) fn plan(&self) -> Sequences {
        self.open().sequences.clone()
    }

    /// Whether a bound had to be taken back because a plan beat it: a defect of ours.
    pub(crate) fn is_contradicted(&self) -> bool {
        self.open().contradicted
    }

    /// What proved the best bound.
    pub(crate) fn bound_source(&self) -> BoundSource {
        let known = self.open();
        let by_columns = height(known.bound) > height(known.trivial);
        if by_columns { BoundSource::Columns } else { BoundSource::Trivial }
    }

    fn open(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// The bound with what it proves; the one place where that is decided.
    ///
    /// Where it stays below the cost but the MIP solver found nothing better among all routes that could be better, that
    /// is said, and no more: its tolerances are no proof, so the bound stays that of integers. It is said of the very
    /// score that was closed at: a better plan shows that the solver was wrong. And only while the tier is proved too.
    fn shown(&self) -> Bound {
        let bound = proved(self.bound, self.score);
        let comparable = bound.mandatory_unserved == self.score.mandatory_unserved;
        if bound.proof == Proof::Bounded && comparable && self.closed_at == Some(self.score) {
            return Bound { proof: Proof::OptimalToSolverTolerance, ..bound };
        }
        bound
    }

    /// Something that was found at this time is to be told.
    fn waits_from(&mut self, found: Instant) {
        self.untold_since = Some(self.untold_since.map_or(found, |since| since.min(found)));
    }

    /// A bound above a plan is none.
    fn doubt(&mut self) {
        let contradicted = height(self.bound) > (self.score.mandatory_unserved, self.score.cost);
        debug_assert!(!contradicted, "the bound {:?} is above a plan of {:?}", self.bound, self.score);
        if contradicted {
            self.bound = self.trivial;
            self.contradicted = true;
            // The solver chose among routes that the same proof had left.
            self.closed_at = None;
            self.worth = None;
        }
    }
}

fn height(bound: Bound) -> (u32, Cost) {
    (bound.mandatory_unserved, bound.cost)
}

/// The bound, with its proof of optimality where it meets the score in integers.
pub(crate) fn proved(bound: Bound, score: Score) -> Bound {
    let met = bound.mandatory_unserved == score.mandatory_unserved && bound.cost == score.cost;
    Bound { proof: if met { Proof::ProvedOptimal } else { Proof::Bounded }, ..bound }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(mandatory_unserved: u32, cost: i64) -> Score {
        Score { mandatory_unserved, cost: Cost::from_micros(cost) }
    }

    fn bound(mandatory_unserved: u32, cost: i64) -> Bound {
        Bound { mandatory_unserved, cost: Cost::from_micros(cost), proof: Proof::Bounded }
    }

    #[test]
    fn the_mandatory_tier_comes_before_money_on_both_sides() {
        let ledger = Ledger::new((score(2, 10), Vec::new()), bound(0, 9));
        assert!(ledger.offer(score(1, 50), Vec::new));
        assert!(!ledger.offer(score(2, 5), Vec::new));
        ledger.raise(bound(1, 0));
        ledger.raise(bound(0, 40));
        assert_eq!(ledger.standing(), (score(1, 50), bound(1, 0)));
        ledger.raise(bound(1, 50));
        assert_eq!(ledger.standing().1.proof, Proof::ProvedOptimal);
        assert_eq!(ledger.bound_source(), BoundSource::Columns);
    }

    #[test]
    fn what_the_solver_closed_is_optimal_to_its_tolerance_until_a_bound_or_a_plan_says_more() {
        let ledger = Ledger::new((score(0, 50), Vec::new()), bound(0, 9));
        ledger.note_closed(score(0, 49));
        assert_eq!(ledger.standing().1.proof, Proof::Bounded, "a worse plan is not what was closed at");
        assert!(ledger.offer(score(0, 49), Vec::new));
        let (_, shown) = ledger.standing();
        assert_eq!((shown.cost, shown.proof), (Cost::from_micros(9), Proof::OptimalToSolverTolerance));
        assert!(ledger.news_since((score(0, 49), shown)).is_none());
        ledger.raise(bound(0, 49));
        assert_eq!(ledger.standing().1.proof, Proof::ProvedOptimal);
        let ledger = Ledger::new((score(0, 50), Vec::new()), bound(0, 9));
        ledger.note_closed(score(0, 50));
        assert!(ledger.offer(score(0, 48), Vec::new), "what tolerances hid");
        assert_eq!(ledger.standing().1.proof, Proof::Bounded);
        let ledger = Ledger::new((score(1, 50), Vec::new()), bound(0, 9));
        ledger.note_closed(score(1, 50));
        assert_eq!(ledger.standing().1.proof, Proof::Bounded, "fewer may be left out");
    }

    #[test]
    fn news_are_as_old_as_the_oldest_that_was_not_told() {
        let ledger = Ledger::new((score(0, 50), Vec::new()), bound(0, 9));
        let told = ledger.standing();
        assert!(ledger.news_since(told).is_none());
        let first = now();
        assert!(ledger.offer_found(score(0, 40), first, Vec::new));
        assert!(ledger.offer(score(0, 30), Vec::new), "it overtakes the first");
        ledger.raise(bound(0, 20));
        assert_eq!(ledger.news_since(told).map(|news| news.found), Some(first));
        let told = ledger.standing();
        let second = now();
        assert!(ledger.offer_found(score(0, 25), second, Vec::new));
        assert_eq!(
            ledger.news_since(told).map(|news| news.found),
            Some(second),
            "what was told waits no more"
        );
    }

    #[test]
    fn a_bound_above_a_plan_is_taken_back_for_good() {
        let ledger = Ledger::new((score(0, 50), Vec::new()), bound(0, 9));
        ledger.raise(bound(0, 40));
        // Debug builds stop here, which is what a defect deserves.
        let doubted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ledger.raise(bound(0, 60))));
        assert_eq!(doubted.is_err(), cfg!(debug_assertions));
        if doubted.is_ok() {
            ledger.raise(bound(0, 45));
            ledger.note_closed(score(0, 50));
            assert_eq!(ledger.standing(), (score(0, 50), bound(0, 9)));
            assert!(ledger.is_contradicted());
        }
    }
}
