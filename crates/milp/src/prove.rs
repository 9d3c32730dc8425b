//! The bound of a whole day, and better plans met on the way: column generation, cuts, listing, until the bound meets
//! the incumbent or the time is over.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use journeyman_domain::{Bound, Cost, Proof, Score, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};

use crate::branching::Tree;
use crate::cluster::{Clusters, Improved};
use crate::deadline::Deadline;
use crate::generation::{Generation, Limits, Scope};
use crate::linear_program::LpTrouble;
use crate::parts;
use crate::proving::{Outcome, Proving};
use crate::score::with_idle;
use crate::worker::Worker;

/// Share of the time that goes to the bound before plans are improved too: what clusters gain while the search beside is
/// still hot is lost again.
const BOUND_FIRST: f64 = 0.85;
/// Afterwards bound and plans take turns, each for such a share of the time.
const TURN: f64 = 0.1;
/// The bound's turn where column generation is still far away.
const TURN_FAR: f64 = 0.05;
/// Longest time of a MIP over the columns that were found.
const CHOICE_TIME: Duration = Duration::from_secs(1);
/// The same where labels are counted, and the MIP so small that it never takes so long: no clock decides.
const COUNTED_CHOICE_TIME: Duration = Duration::from_secs(60);

/// Whom the proof talks to while it works.
pub trait Exchange {
    /// A better bound than any before.
    fn bound(&self, bound: Bound);
    /// A bound without unserved mandatory visits, with what each visit is worth in it: it is Σ worth plus the least of
    /// what every shift costs beyond what its visits are worth, whatever the plan. Take the worth of a visit off, and the
    /// bound holds whatever becomes of that visit, as long as routes without it cost no more than with it.
    fn worth(&self, _bound: Bound, _by_visit: Vec<Cost>) {}
    /// A plan that may be better than any before.
    fn plan(&self, routes: &[Route], score: Score);
    /// The MIP solver says that no plan is better than this, within its own tolerances: no bound follows.
    fn closed_by_solver(&self, _score: Score) {}
    /// The score of the best plan known to anyone.
    fn incumbent(&self) -> Score;
    /// Its routes.
    fn routes(&self) -> Vec<Route>;
    /// Routes that whoever searches beside the proof has met since it was last asked; of the same day.
    fn found(&self) -> Vec<Sequence> {
        Vec::new()
    }
    /// Routes that earlier proofs made use of, perhaps of a day that was a little different. What no longer fits is passed
    /// over.
    fn remembered(&self) -> Vec<Sequence> {
        Vec::new()
    }
    /// Routes that this proof made use of so far, for later ones.
    fn remember(&self, _routes: Vec<Sequence>) {}
}

/// The stops of a route of a shift, frozen ones included.
pub type Sequence = (ShiftId, Vec<Stop>);

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
    /// Seed of what is drawn.
    pub seed: u64,
    /// What it makes use of.
    pub means: Means,
}

/// What a proof may make use of besides column generation.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Means {
    /// Cuts, listing and branching.
    #[default]
    All,
    /// All but cuts: shows what they are worth.
    WithoutCuts,
    /// All, but routes remember all their visits however long they are: shows what neighbourhoods are worth.
    Elementary,
    /// Branching only; listing where there is nothing to branch on. It is slower, and shows that branching is right.
    Branching,
    /// The same over a list of all better routes, made at the root, whatever the gap.
    BranchingOnAList,
    /// Clusters of shifts only: better plans, and no bound.
    Clusters,
}

impl Means {
    pub(crate) fn cuts(self) -> bool {
        matches!(self, Self::All | Self::Elementary)
    }

    pub(crate) fn lists(self) -> bool {
        matches!(self, Self::All | Self::WithoutCuts | Self::Elementary)
    }
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
        counted: params.labels_max.is_some(),
    };
    let (mut best, mut worker, mut mip) = (known, Worker::default(), Worker::default());
    let mut clusters = Clusters::new(planning, eligibility, params.seed, &mut mip);
    if params.means == Means::Clusters {
        clusters.improve_all(exchange, limits)?;
        return Ok(best);
    }
    let mut remembered = exchange.remembered();
    if parts::is_split(problem) && !limits.counted {
        let of_bounding = |route: &Route| Route::of(bounding, route.shift(), route.stops().to_vec());
        let plan = with_idle(bounding, exchange.routes().iter().filter_map(of_bounding).collect());
        remembered.extend(parts::routes_of_parts(bounding, eligibility, &plan, limits)?);
    }
    loop {
        let scope = Scope::of(bounding, eligibility, (&shifts, &visits), best.mandatory_unserved)
            .map_err(|_| ProveTrouble::FrozenStopsDoNotFit)?;
        let of_bounding = |route: &Route| Route::of(bounding, route.shift(), route.stops().to_vec());
        let routes: Vec<Route> = exchange.routes().iter().filter_map(of_bounding).collect();
        let mut generation = Generation::new(&scope, &routes)?;
        generation.elementary = params.means == Means::Elementary;
        generation.recall(&remembered)?;
        let mut proving = Proving {
            planning,
            scope: &scope,
            generation,
            exchange,
            best,
            worker: &mut worker,
            rest: &[],
            choice_time: if limits.counted { COUNTED_CHOICE_TIME } else { CHOICE_TIME },
            told: None,
            lifted: Vec::new(),
            failed_at: None,
            dives: 0,
            eliminated_at: None,
            hasty: params.means.cuts(),
            means: params.means,
        };
        let outcome = take_turns(&mut proving, &mut clusters, limits, params.time_limit)?;
        best = proving.best;
        if outcome != Outcome::TooFew {
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

/// The bound first; where clusters do not pay beside the search already, they and the bound then take turns.
fn take_turns(
    proving: &mut Proving<'_, '_>,
    clusters: &mut Clusters<'_, '_>,
    limits: Limits<'_>,
    time_limit: Option<Duration>,
) -> Result<Outcome, LpTrouble> {
    let mut tree: Option<Tree> = None;
    // Clusters are cut off by the clock.
    if limits.counted || clusters.pay(proving.exchange) {
        return bound(&mut tree, proving, limits);
    }
    let turn = |share: f64| match time_limit {
        Some(limit) => limits.until(Deadline::after(limit.mul_f64(share))),
        None => limits,
    };
    let mut outcome = bound(&mut tree, proving, turn(BOUND_FIRST))?;
    while outcome == Outcome::Paused && !limits.over() {
        let improved = clusters.improve_all(proving.exchange, turn(TURN))?;
        let far = proving.best.cost * 2 < proving.exchange.incumbent().cost;
        // With nothing left to improve, all time is the tree's.
        let until = match improved {
            Improved::Exhausted if tree.is_some() => limits,
            _ => turn(if far { TURN_FAR } else { TURN }),
        };
        outcome = bound(&mut tree, proving, until)?;
    }
    Ok(outcome)
}

/// Column generation and cuts at the root, then the tree.
fn bound(
    tree: &mut Option<Tree>,
    proving: &mut Proving<'_, '_>,
    limits: Limits<'_>,
) -> Result<Outcome, LpTrouble> {
    if tree.is_none() {
        let outcome = proving.root(limits)?;
        if outcome != Outcome::Stuck {
            return Ok(outcome);
        }
        *tree = Tree::of(proving);
    }
    tree.as_mut().map_or(Ok(Outcome::Stuck), |tree| tree.run(proving, limits))
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
