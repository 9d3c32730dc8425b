//! Proving one scope: column generation, cuts, and going through all plans that are left when the gap is small.

mod ear;
mod plans;

use std::time::Duration;

use ear::Ear;
use journeyman_domain::{Bound, Cost, Proof, Score};
use journeyman_route::{Route, RouteModel};

use crate::generation::{ClassColumn, Generation, LOOKS_PER_LABEL, Limits, Scope, Step, exhaust, routes_of};
use crate::linear_program::LpTrouble;
use crate::pricing::FAR;
use crate::prove::{Exchange, Means};
use crate::worker::Worker;

/// Routes listed at most, to be priced by looking through them.
const LISTED_ALL_MAX: usize = 150_000;
/// Routes listed at most, to be gone through.
const LISTED_MAX: usize = 20_000;
/// Nodes of that, and routes looked at.
const NODES_MAX: usize = 200_000;
const LOOKS_MAX: usize = 50_000_000;
/// Visits up to which listing is tried whatever the gap.
const FEW_VISITS: usize = 10;
/// Part of the cost below which the gap must lie for listing: one so-manieth.
const NEARLY: i64 = 50;
/// Rounds of cuts that must together lift the bound by one so-manieth, or no more are added.
const CUT_ROUNDS_STALLED: usize = 5;
const CUT_LIFT_MIN: i64 = 4_000;
/// The same, as a part of the gap to the incumbent.
const CUT_GAP_MIN: i64 = 20;
/// Legs and routes are eliminated when the gap is below one so-manieth of the cost, and has lost one so-manieth since
/// the last time.
const ELIMINATED_BELOW: i64 = 40;
const ELIMINATED_AGAIN: i64 = 3;

/// A scope on its way to a proof. Costs and counts are those of the whole plan: what lies outside of the scope is in
/// its constant.
pub(crate) struct Proving<'p, 'm> {
    /// With which plans are made.
    pub(crate) planning: &'p RouteModel<'m>,
    pub(crate) scope: &'p Scope<'m>,
    pub(crate) generation: Generation<'p, 'm>,
    pub(crate) exchange: &'p dyn Exchange,
    pub(crate) best: Bound,
    pub(crate) worker: &'p mut Worker,
    /// Routes of shifts outside of the scope, which stay.
    pub(crate) rest: &'p [Route],
    /// Longest time of a MIP.
    pub(crate) choice_time: Duration,
    /// The score of the last plan whose routes column generation was told of.
    pub(crate) told: Option<Score>,
    /// Bounds before each round of cuts.
    pub(crate) lifted: Vec<i64>,
    /// The gap at which listing failed last.
    pub(crate) failed_at: Option<i64>,
    /// Dives so far.
    pub(crate) dives: usize,
    /// The gap at which legs and routes were last eliminated.
    pub(crate) eliminated_at: Option<i64>,
    pub(crate) means: Means,
    /// Whether cuts may follow before convergence.
    pub(crate) hasty: bool,
}

/// What going through all better plans has shown of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Through {
    /// There are none.
    Nothing,
    /// None is below this, in fine money.
    From(i64),
}

/// What that means for the scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Finish {
    /// The bound meets the incumbent.
    Closed,
    /// No plan leaves so few mandatory visits unserved.
    TooFew,
    /// Nothing.
    Open,
}

/// How the work on one number of unserved mandatory visits ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// The bound meets the incumbent.
    Closed,
    /// No plan leaves so few mandatory visits unserved.
    TooFew,
    /// Out of time; more of it helps.
    Paused,
    /// Out of means.
    Stuck,
}

impl Proving<'_, '_> {
    /// Column generation at the root, then cuts; between them, listing where the gap is small. May be called again after
    /// [`Outcome::Paused`], and goes on then.
    pub(crate) fn root(&mut self, limits: Limits<'_>) -> Result<Outcome, LpTrouble> {
        let exchange = self.exchange;
        loop {
            let step = self.generate((i64::MIN / 4, FAR), limits)?;
            exchange.remember(self.generation.routes());
            match step {
                Step::Interrupted => return Ok(Outcome::Paused),
                Step::Met => {
                    self.close();
                    return Ok(Outcome::Closed);
                }
                Step::Converged | Step::Nearly => {}
            }
            if exchange.incumbent().mandatory_unserved > self.best.mandatory_unserved {
                self.choose(limits);
            }
            self.eliminate(limits)?;
            if self.means == Means::BranchingOnAList
                && let Some(proof) = self.generation.proof.as_ref().filter(|_| self.is_comparable())
            {
                self.generation.keep_list(self.gap(proof.bound), LISTED_ALL_MAX, limits);
            }
            if let Some(outcome) = self.try_to_finish(limits) {
                return Ok(outcome);
            }
            if !self.means.cuts() {
                break;
            }
            if self.scope.visits.len() > FEW_VISITS && self.is_dive_due(limits) {
                self.dive(limits)?;
            }
            if limits.over() {
                return Ok(Outcome::Paused);
            }
            if !self.cut()? && !std::mem::take(&mut self.hasty) {
                break;
            }
        }
        if !self.choose_among_all(limits) {
            self.choose(limits);
        }
        Ok(self.try_to_finish(limits).unwrap_or(Outcome::Stuck))
    }

    /// Takes legs and routes out that no better plan contains, where the gap is small and smaller than the last time.
    /// Branching must not have begun: what is found holds for the whole scope.
    fn eliminate(&mut self, limits: Limits<'_>) -> Result<(), LpTrouble> {
        let Some(proof) = self.generation.proof.as_ref().filter(|_| self.is_comparable()) else {
            return Ok(());
        };
        let gap = self.gap(proof.bound);
        let small = gap < self.scope.fine.of(self.exchange.incumbent().cost.micros() / ELIMINATED_BELOW);
        let smaller = self.eliminated_at.is_none_or(|before| gap < before - before / ELIMINATED_AGAIN);
        if gap > 0 && small && smaller {
            self.eliminated_at = Some(gap);
            self.generation.eliminate(gap, limits)?;
        }
        Ok(())
    }

    /// Column generation for a part of the scope of which a bound is known; `others`: the least bound of other parts.
    pub(crate) fn generate(
        &mut self,
        (known, others): (i64, i64),
        limits: Limits<'_>,
    ) -> Result<Step, LpTrouble> {
        let mut ear = Ear {
            planning: self.planning,
            scope: self.scope,
            exchange: self.exchange,
            best: self.best,
            told: self.told,
            hasty: self.hasty,
            range: (known, others),
        };
        let step = self.generation.run(limits, &mut ear)?;
        (self.best, self.told) = (ear.best, ear.told);
        Ok(step)
    }

    /// Listing, where the gap is small; none where that shows nothing.
    pub(crate) fn try_to_finish(&mut self, limits: Limits<'_>) -> Option<Outcome> {
        if !self.means.lists() || !self.is_nearly_closed() {
            return None;
        }
        match self.finish(limits) {
            Finish::Closed => Some(Outcome::Closed),
            Finish::TooFew => Some(Outcome::TooFew),
            Finish::Open => None,
        }
    }

    /// Adds cuts while they lift the bound; whether it did.
    fn cut(&mut self) -> Result<bool, LpTrouble> {
        let bound = self.generation.proof.as_ref().map_or(0, |proof| proof.bound);
        let before = self.lifted.len().checked_sub(CUT_ROUNDS_STALLED).map(|at| self.lifted[at]);
        self.lifted.push(bound);
        let gap = self.scope.fine.of((self.exchange.incumbent().cost - self.scope.constant).micros()) - bound;
        let enough = (bound / CUT_LIFT_MIN).max(gap / CUT_GAP_MIN);
        if before.is_some_and(|before| bound - before < enough) {
            return Ok(false);
        }
        Ok(self.generation.cut()? > 0)
    }

    /// Whether listing all routes of better plans may be tried: the gap is small, and smaller than when it failed.
    fn is_nearly_closed(&mut self) -> bool {
        if self.scope.visits.len() <= FEW_VISITS {
            return true;
        }
        let incumbent = self.exchange.incumbent();
        if self.generation.proof.is_none() || incumbent.mandatory_unserved != self.best.mandatory_unserved {
            return false;
        }
        let gap = (incumbent.cost - self.best.cost).micros();
        let small = self.is_small(self.scope.fine.of(gap))
            && self.failed_at.is_none_or(|failed| 4 * gap < 3 * failed);
        if small {
            self.failed_at = Some(gap);
        }
        small
    }

    /// Whether listing may be tried at a gap in fine money.
    pub(crate) fn is_small(&self, gap: i64) -> bool {
        let cost = self.exchange.incumbent().cost.micros();
        self.scope.visits.len() <= FEW_VISITS
            || self.is_comparable() && gap <= self.scope.fine.of(cost / NEARLY)
    }

    /// Goes through all better plans of the scope, by the proof at hand.
    fn finish(&mut self, limits: Limits<'_>) -> Finish {
        let comparable = self.is_comparable();
        if let Some(proof) = self.generation.proof.as_ref().filter(|_| comparable) {
            let gap = self.gap(proof.bound);
            if !self.generation.keep_list(gap, LISTED_ALL_MAX, limits) {
                return Finish::Open;
            }
        }
        match self.go_through(LISTED_MAX, limits) {
            None => return Finish::Open,
            Some(Through::Nothing) if comparable => {
                self.best.cost = self.best.cost.max(self.exchange.incumbent().cost);
            }
            Some(Through::Nothing) => return Finish::TooFew,
            Some(Through::From(bound)) => self.raise(bound),
        }
        self.close();
        if self.best.proof == Proof::ProvedOptimal { Finish::Closed } else { Finish::Open }
    }

    /// Lists all routes that a better plan under the orders at hand can contain, at most so many, and goes through all such
    /// plans; none where those are too many.
    pub(crate) fn go_through(&mut self, listed_max: usize, limits: Limits<'_>) -> Option<Through> {
        let scope = self.scope;
        let proof = self.generation.proof.as_ref()?;
        let gap = self.gap(proof.bound);
        if gap <= 0 {
            return Some(Through::Nothing);
        }
        let listed = self.generation.list(gap, listed_max.min(LISTED_MAX), limits)?;
        let slacks = listed.slacks(scope, proof);
        let plan_of = |chosen: &[usize]| {
            let columns: Vec<&ClassColumn> = chosen.iter().map(|&at| slacks[at].column).collect();
            self.whole(routes_of(scope, self.planning, &columns)?)
        };
        let mut is_plan = |chosen: &[usize]| plan_of(chosen).is_some();
        let shown = (proof, self.generation.restricted.orders());
        // Each node looks at all.
        let looks = listed.len() as u64 + 1;
        let nodes_max = (LOOKS_MAX / (listed.len() + 1)).min(NODES_MAX);
        let affordable = self.generation.left(&limits).saturating_mul(LOOKS_PER_LABEL) / looks;
        let nodes_max = nodes_max.min(usize::try_from(affordable).unwrap_or(usize::MAX));
        let (exhausted, nodes) = exhaust(scope, shown, (&slacks, gap), (nodes_max, limits), &mut is_plan);
        self.generation.count_aside(nodes as u64 * looks / LOOKS_PER_LABEL);
        let exhausted = exhausted?;
        if let Some((routes, score)) = exhausted.best.as_deref().and_then(plan_of) {
            self.exchange.plan(&routes, score);
        }
        let nothing = exhausted.slack_min >= gap;
        Some(if nothing { Through::Nothing } else { Through::From(proof.bound + exhausted.slack_min) })
    }

    /// Fine money above a bound below which a plan is better than the incumbent: a cheaper one is so by one step of the
    /// lattice at least; any plan is better than one of a higher tier.
    pub(crate) fn gap(&self, bound: i64) -> i64 {
        if !self.is_comparable() {
            return FAR / 2;
        }
        let incumbent = self.exchange.incumbent();
        let target = incumbent.cost.micros() - self.scope.constant.micros() - self.scope.lattice;
        self.scope.fine.of(target) - bound + 1
    }

    /// Whether the incumbent leaves as many mandatory visits unserved as plans do of which the bound speaks.
    fn is_comparable(&self) -> bool {
        self.exchange.incumbent().mandatory_unserved == self.best.mandatory_unserved
    }

    /// Whether no plan from a bound on is better than the incumbent.
    pub(crate) fn is_met(&self, bound: i64) -> bool {
        self.is_comparable() && self.scope.money_from(bound) >= self.exchange.incumbent().cost
    }

    /// Tells of a bound for the whole scope, where it is better.
    pub(crate) fn raise(&mut self, bound: i64) {
        let cost = if bound < FAR { self.scope.money_from(bound) } else { self.best.cost };
        let cost = self.at_most_incumbent(cost);
        if cost > self.best.cost {
            self.best.cost = cost;
            self.exchange.bound(self.best);
        }
    }

    /// Parts of the scope with nothing better than the incumbent are not looked at any more, and hold plans from its cost
    /// on.
    fn at_most_incumbent(&self, cost: Cost) -> Cost {
        if self.is_comparable() { cost.min(self.exchange.incumbent().cost) } else { cost }
    }

    /// When no plan is better than the incumbent: it is optimal, or of a higher tier, and then no plan is left in this one.
    pub(crate) fn close_at_incumbent(&mut self) -> Outcome {
        if !self.is_comparable() {
            return Outcome::TooFew;
        }
        self.best.cost = self.best.cost.max(self.exchange.incumbent().cost);
        self.close();
        Outcome::Closed
    }

    /// Whether the bound has met the incumbent; it is optimal then.
    fn close(&mut self) {
        let score = self.exchange.incumbent();
        if score.mandatory_unserved == self.best.mandatory_unserved && self.best.cost >= score.cost {
            self.best.cost = score.cost;
            self.best.proof = Proof::ProvedOptimal;
            self.exchange.bound(self.best);
        }
    }
}
