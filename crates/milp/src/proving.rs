//! Proving one scope: column generation, cuts, and going through all plans that are left when the gap is small.

use std::time::Duration;

use journeyman_domain::{Bound, Proof, Score};
use journeyman_route::{Route, RouteModel};

use crate::combination::without_surplus;
use crate::generation::{
    ClassColumn, Generation, Limits, Scope, Step, best_choice, enumerate, exhaust, routes_of,
};
use crate::linear_program::LpTrouble;
use crate::pricing::FAR;
use crate::prove::Exchange;
use crate::score::score;
use crate::worker::Worker;

/// Routes listed at most, to be gone through.
const LISTED_MAX: usize = 20_000;
/// Nodes of that.
const NODES_MAX: usize = 200_000;
/// Visits up to which listing is tried whatever the gap.
const FEW_VISITS: usize = 10;
/// Part of the cost below which the gap must lie for listing: one so-manieth.
const NEARLY: i64 = 50;
/// Rounds of cuts that must together lift the bound by one so-manieth, or no more are added.
const CUT_ROUNDS_STALLED: usize = 5;
const CUT_LIFT_MIN: i64 = 4_000;
/// Rounds of cuts between two dives.
const DIVE_EVERY: usize = 6;
/// Columns of a MIP over what column generation has found.
const CHOICE_MAX: usize = 2_500;
/// The same where labels are counted: few enough to be closed in a moment.
const COUNTED_CHOICE_MAX: usize = 300;

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
    /// Bounds before each round of cuts.
    pub(crate) lifted: Vec<i64>,
    /// The gap at which listing failed last.
    pub(crate) failed_at: Option<i64>,
    /// Dives so far.
    pub(crate) dives: usize,
}

/// What going through all better plans has shown.
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
        let (scope, exchange) = (self.scope, self.exchange);
        loop {
            let met = |bound: i64| is_met(scope, self.best, bound, exchange.incumbent());
            let mut best = self.best;
            let step = self.generation.run(limits, &met, &mut |bound| {
                let cost = scope.money_from(bound);
                if cost > best.cost {
                    best.cost = cost;
                    exchange.bound(best);
                }
            })?;
            self.best = best;
            match step {
                Step::Interrupted => return Ok(Outcome::Paused),
                Step::Met => {
                    self.close();
                    return Ok(Outcome::Closed);
                }
                Step::Converged => {}
            }
            if exchange.incumbent().mandatory_unserved > self.best.mandatory_unserved {
                self.choose(limits);
            }
            if let Some(outcome) = self.try_to_finish(limits) {
                return Ok(outcome);
            }
            if self.scope.visits.len() > FEW_VISITS && self.is_dive_due() {
                self.dive(limits)?;
            }
            if limits.over() {
                return Ok(Outcome::Paused);
            }
            if !self.cut()? {
                break;
            }
        }
        self.choose(limits);
        Ok(self.try_to_finish(limits).unwrap_or(Outcome::Stuck))
    }

    /// Listing, where the gap is small; none where that shows nothing.
    pub(crate) fn try_to_finish(&mut self, limits: Limits<'_>) -> Option<Outcome> {
        if !self.is_nearly_closed() {
            return None;
        }
        match self.finish(limits) {
            Finish::Closed => Some(Outcome::Closed),
            Finish::TooFew => Some(Outcome::TooFew),
            Finish::Open => None,
        }
    }

    /// A dive before the first cuts, and after every few rounds of them.
    fn is_dive_due(&self) -> bool {
        self.lifted.len().is_multiple_of(DIVE_EVERY)
    }

    /// Dives from the relaxation to a plan; the relaxation stands afterwards.
    pub(crate) fn dive(&mut self, limits: Limits<'_>) -> Result<(), LpTrouble> {
        let skip = self.dives;
        self.dives += 1;
        let found = self.generation.dive(limits, skip)?;
        let routes = found.and_then(|columns| {
            let columns: Vec<&ClassColumn> = columns.iter().collect();
            without_surplus(self.planning, routes_of(self.scope, self.planning, &columns)?)
        });
        if let Some((routes, score)) = routes.and_then(|found| self.whole(found.routes)) {
            self.exchange.plan(&routes, score);
        }
        // What was read after the last solve is gone.
        self.generation.restricted.solve(limits.deadline, limits.stop)?;
        Ok(())
    }

    /// Adds cuts while they lift the bound; whether it did.
    fn cut(&mut self) -> Result<bool, LpTrouble> {
        let bound = self.generation.proof.as_ref().map_or(0, |proof| proof.bound);
        let before = self.lifted.len().checked_sub(CUT_ROUNDS_STALLED).map(|at| self.lifted[at]);
        self.lifted.push(bound);
        if before.is_some_and(|before| bound - before < bound / CUT_LIFT_MIN) {
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
        let small = gap <= incumbent.cost.micros() / NEARLY
            && self.failed_at.is_none_or(|failed| 4 * gap < 3 * failed);
        if small {
            self.failed_at = Some(gap);
        }
        small
    }

    /// Lists all routes that a better plan can contain, and goes through all such plans.
    fn finish(&mut self, limits: Limits<'_>) -> Finish {
        let scope = self.scope;
        let Some(proof) = &self.generation.proof else { return Finish::Open };
        let incumbent = self.exchange.incumbent();
        let comparable = incumbent.mandatory_unserved == self.best.mandatory_unserved;
        // A better plan is cheaper by one step of the lattice at least; any plan is better than one of a higher tier.
        let gap = if comparable {
            let target = incumbent.cost.micros() - scope.constant.micros() - scope.lattice;
            scope.fine.of(target) - proof.bound + 1
        } else {
            FAR / 2
        };
        if gap <= 0 {
            self.close();
            return Finish::Closed;
        }
        let Some(listed) = enumerate(scope, proof, gap, LISTED_MAX, limits) else { return Finish::Open };
        let plan_of = |chosen: &[usize]| {
            let columns: Vec<&ClassColumn> = chosen.iter().map(|&at| &listed[at].column).collect();
            self.whole(routes_of(scope, self.planning, &columns)?)
        };
        let mut is_plan = |chosen: &[usize]| plan_of(chosen).is_some();
        let Some(exhausted) = exhaust(scope, proof, (&listed, gap), (NODES_MAX, limits), &mut is_plan) else {
            return Finish::Open;
        };
        if let Some((routes, score)) = exhausted.best.as_deref().and_then(plan_of) {
            self.exchange.plan(&routes, score);
        }
        let nothing = exhausted.slack_min >= gap;
        if nothing && !comparable {
            return Finish::TooFew;
        }
        // Where nothing was found below the gap, the incumbent is the best there is.
        let proved =
            if nothing { incumbent.cost } else { scope.money_from(proof.bound + exhausted.slack_min) };
        if proved > self.best.cost {
            self.best.cost = proved;
            self.exchange.bound(self.best);
        }
        self.close();
        if self.best.proof == Proof::ProvedOptimal { Finish::Closed } else { Finish::Open }
    }

    /// The best plan among the columns at hand.
    fn choose(&mut self, limits: Limits<'_>) {
        let restricted = &self.generation.restricted;
        let mut order: Vec<usize> = (0..restricted.columns().len()).collect();
        let reduced = restricted.route_reduced_costs();
        if reduced.len() != order.len() {
            return;
        }
        order.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]));
        order.truncate(if limits.counted { COUNTED_CHOICE_MAX } else { CHOICE_MAX });
        let columns: Vec<ClassColumn> = order.iter().map(|&at| restricted.columns()[at].clone()).collect();
        let left = limits.deadline.remaining();
        let time = if limits.counted { left } else { left / 4 }.min(self.choice_time);
        let found = best_choice(self.scope, self.planning, &columns, self.worker, time);
        if let Some((routes, score)) = found.and_then(|(found, _)| self.whole(found.routes)) {
            self.exchange.plan(&routes, score);
        }
    }

    /// With the routes outside of the scope, and what they all cost; none where they make no plan.
    fn whole(&self, routes: Vec<Route>) -> Option<(Vec<Route>, Score)> {
        let mut routes = routes;
        routes.extend(self.rest.iter().cloned());
        routes.sort_by_key(Route::shift);
        let score = score(self.planning, &routes).ok()?;
        Some((routes, score))
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

/// Whether nothing cheaper than the incumbent is left above a bound in fine money.
fn is_met(scope: &Scope<'_>, best: Bound, bound: i64, incumbent: Score) -> bool {
    incumbent.mandatory_unserved == best.mandatory_unserved && scope.money_from(bound) >= incumbent.cost
}
