//! Tells the observer what is new in the ledger, on the calling thread.

use std::time::Instant;

use journeyman_domain::{Bound, Plan, Proof, Score};
use journeyman_route::RouteModel;

use crate::day::Ground;
use crate::ledger::{Ledger, News};
use crate::race::Sequences;
use crate::{Progress, SolveOptions};

/// What plans are told with.
#[derive(Clone, Copy)]
pub(crate) struct Voice<'r> {
    pub(crate) ground: &'r Ground,
    pub(crate) model: &'r RouteModel<'r>,
    pub(crate) options: &'r SolveOptions,
    pub(crate) begin: Instant,
    pub(crate) with_plans: bool,
}

/// Knows what has been told.
pub(crate) struct Herald<'h> {
    voice: Voice<'h>,
    ledger: &'h Ledger,
    told: (Score, Bound),
    observer: &'h mut dyn FnMut(Progress),
}

impl<'h> Herald<'h> {
    /// Tells of the first plan, which was found at this time.
    pub(crate) fn new(
        voice: Voice<'h>,
        ledger: &'h Ledger,
        (first, found): (Plan, Instant),
        observer: &'h mut dyn FnMut(Progress),
    ) -> Self {
        let told = ledger.standing();
        let mut herald = Self { voice, ledger, told, observer };
        herald.tell(Some(first), found);
        herald
    }

    /// Tells of a better plan or bound, if there is one; whether that is enough to stop.
    pub(crate) fn news(&mut self) -> bool {
        if let Some(News { score, bound, plan, found }) = self.ledger.news_since(self.told) {
            let with_plans = self.voice.with_plans;
            let plan = plan.filter(|_| with_plans).and_then(|plan| self.plan(&plan, bound));
            self.told = (score, bound);
            self.tell(plan, found);
        }
        is_enough(self.voice.options, self.told.1, self.told.0)
    }

    fn plan(&self, sequences: &Sequences, bound: Bound) -> Option<Plan> {
        // One that fails its check is not told of; the last plan's check reports the defect.
        self.voice.ground.plan(self.voice.model, sequences, bound).ok()
    }

    fn tell(&mut self, plan: Option<Plan>, found: Instant) {
        let (score, bound) = self.told;
        let plan = plan.filter(|_| self.voice.with_plans);
        (self.observer)(Progress { elapsed: found - self.voice.begin, score, bound, plan });
    }
}

/// Whether to stop before the budget ends.
pub(crate) fn is_enough(options: &SolveOptions, bound: Bound, score: Score) -> bool {
    bound.proof == Proof::ProvedOptimal
        || options.gap_limit.is_some_and(|limit| bound.gap_to(score).is_some_and(|gap| gap <= limit))
}
