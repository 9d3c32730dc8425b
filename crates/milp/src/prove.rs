//! The bound of a whole day, and better plans met on the way: column generation, cuts, listing, until the bound meets
//! the incumbent or the time is over.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use journeyman_domain::{Bound, Cost, Proof, Score, ShiftId, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};

use crate::deadline::Deadline;
use crate::generation::{
    ClassColumn, Generation, Limits, Scope, Step, best_choice, enumerate, exhaust, routes_of,
};
use crate::linear_program::LpTrouble;
use crate::pricing::FAR;
use crate::score::score;
use crate::worker::Worker;

/// Routes listed at most, to be gone through.
const LISTED_MAX: usize = 20_000;
/// Nodes of that.
const NODES_MAX: usize = 2_000_000;
/// Columns of a MIP over what column generation has found.
const CHOICE_MAX: usize = 2_500;

/// Whom the proof talks to while it works.
pub trait Exchange {
    /// A better bound than any before.
    fn bound(&self, bound: Bound);
    /// A plan that may be better than any before.
    fn plan(&self, routes: &[Route], score: Score);
    /// The score of the best plan known to anyone.
    fn incumbent(&self) -> Score;
    /// Routes of the best plan, and others that are good.
    fn routes(&self) -> Vec<Route>;
}

/// How long and how hard to prove.
#[derive(Clone, Copy, Debug)]
pub struct ProveParams {
    /// Time from now; none: until it is proved.
    pub time_limit: Option<Duration>,
    /// Threads that price shifts.
    pub threads: usize,
    /// Labels after which no further round begins: with it and without a time limit the outcome depends on nothing else.
    /// A label is a partial route; a core makes some millions a second.
    pub labels_max: Option<u64>,
}

/// Proves what it can of the day in `bounding`, whose costs are nowhere above those of `planning`, with which plans are
/// made (most often they are one and the same). Returns the best bound, at least `known`.
///
/// # Errors
/// Trouble of the solver; what was told before it still holds.
pub fn prove(
    (planning, bounding): (&RouteModel<'_>, &RouteModel<'_>),
    eligibility: &Eligibility,
    known: Bound,
    (params, stop): (ProveParams, &AtomicBool),
    exchange: &dyn Exchange,
) -> Result<Bound, ProveTrouble> {
    let problem = bounding.problem();
    let shifts: Vec<ShiftId> = problem.shift_ids().collect();
    let visits: Vec<VisitId> = problem.visit_ids().collect();
    let limits = Limits {
        deadline: params.time_limit.map_or_else(Deadline::never, Deadline::after),
        stop,
        threads: params.threads,
        labels_max: params.labels_max.unwrap_or(u64::MAX),
    };
    let (mut best, mut worker) = (known, Worker::default());
    loop {
        let scope = Scope::of(bounding, eligibility, (&shifts, &visits), best.mandatory_unserved)
            .map_err(|_| ProveTrouble::FrozenStopsDoNotFit)?;
        let proving = Proving { planning, scope: &scope, limits, exchange, best, worker: &mut worker };
        let (proved, outcome) = proving.root()?;
        best = proved;
        if outcome == Outcome::Ended {
            return Ok(best);
        }
        // No plan serves so many mandatory visits; of those that serve one fewer no money is known yet.
        best = Bound {
            mandatory_unserved: best.mandatory_unserved + 1,
            cost: Cost::ZERO,
            proof: Proof::Bounded,
        };
        exchange.bound(best);
    }
}

/// Why a proof ended early.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProveTrouble {
    /// Frozen stops break the problem's own rules.
    #[error("frozen stops do not fit the problem")]
    FrozenStopsDoNotFit,
    /// The solver of linear programs.
    #[error("{0}")]
    Solver(String),
}

impl From<LpTrouble> for ProveTrouble {
    fn from(trouble: LpTrouble) -> Self {
        Self::Solver(trouble.to_string())
    }
}

struct Proving<'p, 'm> {
    planning: &'p RouteModel<'m>,
    scope: &'p Scope<'m>,
    limits: Limits<'p>,
    exchange: &'p dyn Exchange,
    best: Bound,
    worker: &'p mut Worker,
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
enum Outcome {
    /// Proved, or out of means.
    Ended,
    /// No plan leaves so few mandatory visits unserved.
    TooFew,
}

impl Proving<'_, '_> {
    /// Column generation at the root, then cuts; between them, listing where the gap is small.
    fn root(mut self) -> Result<(Bound, Outcome), ProveTrouble> {
        let (scope, limits, exchange) = (self.scope, self.limits, self.exchange);
        let known = exchange.routes();
        let routes: Vec<Route> = known
            .iter()
            .filter_map(|route| Route::of(scope.model, route.shift(), route.stops().to_vec()))
            .collect();
        let mut generation = Generation::new(scope, &routes)?;
        loop {
            let met = |bound: i64| is_met(scope, self.best, bound, exchange.incumbent());
            let mut best = self.best;
            let step = generation.run(limits, &met, &mut |bound| {
                let cost = scope.money_from(bound);
                if cost > best.cost {
                    best.cost = cost;
                    exchange.bound(best);
                }
            })?;
            self.best = best;
            match step {
                Step::Interrupted => return Ok((self.best, Outcome::Ended)),
                Step::Met => {
                    self.close();
                    return Ok((self.best, Outcome::Ended));
                }
                Step::Converged => {}
            }
            if exchange.incumbent().mandatory_unserved > self.best.mandatory_unserved {
                self.choose(&generation);
            }
            match self.finish(&generation) {
                Finish::Closed => return Ok((self.best, Outcome::Ended)),
                Finish::TooFew => return Ok((self.best, Outcome::TooFew)),
                Finish::Open => {}
            }
            self.choose(&generation);
            if limits.over() || generation.cut()? == 0 {
                return Ok((self.best, Outcome::Ended));
            }
        }
    }

    /// Lists all routes that a better plan can contain, and goes through all such plans.
    fn finish(&mut self, generation: &Generation<'_, '_>) -> Finish {
        let (scope, planning) = (self.scope, self.planning);
        let Some(proof) = &generation.proof else { return Finish::Open };
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
        let Some(listed) = enumerate(scope, proof, gap, LISTED_MAX, self.limits) else { return Finish::Open };
        let plan_of = |chosen: &[usize]| {
            let columns: Vec<&ClassColumn> = chosen.iter().map(|&at| &listed[at].column).collect();
            let routes = routes_of(scope, planning, &columns)?;
            let score = score(planning, &routes).ok()?;
            Some((routes, score))
        };
        let mut is_plan = |chosen: &[usize]| plan_of(chosen).is_some();
        let Some(exhausted) = exhaust(scope, proof, (&listed, gap), NODES_MAX, &mut is_plan) else {
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
    fn choose(&mut self, generation: &Generation<'_, '_>) {
        let restricted = &generation.restricted;
        let mut order: Vec<usize> = (0..restricted.columns().len()).collect();
        let reduced = restricted.route_reduced_costs();
        if reduced.len() != order.len() {
            return;
        }
        order.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]));
        order.truncate(CHOICE_MAX);
        let columns: Vec<ClassColumn> = order.iter().map(|&at| restricted.columns()[at].clone()).collect();
        let left = self.limits.deadline.remaining() / 4;
        let time = left.min(Duration::from_secs(4));
        if let Some((found, _)) = best_choice(self.scope, self.planning, &columns, self.worker, time) {
            self.exchange.plan(&found.routes, found.score);
        }
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
