//! Cluster re-optimisation: a few neighbouring shifts with their visits, solved as a day of their own, most often to
//! the proved optimum, while all other routes stay.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use journeyman_domain::{Bound, Cost, Proof, Score, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rustc_hash::{FxHashSet, FxHasher};
use tracing::debug;

use crate::deadline::Deadline;
use crate::generation::{Generation, Limits, Scope};
use crate::linear_program::LpTrouble;
use crate::prove::{Exchange, Means};
use crate::proving::{Outcome, Proving};
use crate::score::{score, with_idle};
use crate::worker::Worker;

/// Visits of a cluster at first, at least and at most.
const VISITS_FIRST: usize = 24;
const VISITS_LEAST: usize = 8;
const VISITS_MOST: usize = 90;
/// Unserved visits that join a cluster.
const ABSENT_MOST: usize = 8;
/// Time of one cluster; one that takes longer was too large.
const TIME_MOST: Duration = Duration::from_millis(600);
/// One that takes less may be larger.
const TIME_SHORT: Duration = Duration::from_millis(150);
/// Labels of one cluster.
const LABELS_MOST: u64 = 3_000_000;
/// Clusters in a row that were solved before, after which all are taken to be.
const KNOWN_MOST: usize = 400;

/// What a turn brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Improved {
    /// A better plan.
    Better,
    /// Nothing yet.
    Nothing,
    /// Every cluster that was drawn is known to be optimal.
    Exhausted,
}

/// Draws clusters and solves them.
pub(crate) struct Clusters<'c, 'm> {
    model: &'c RouteModel<'m>,
    eligibility: &'c Eligibility,
    worker: &'c mut Worker,
    draw: Pcg64Mcg,
    visits: usize,
    /// Identities of clusters with nothing to gain.
    optimal: FxHashSet<u64>,
}

/// Shifts with their routes, and the visits to be planned on them.
struct Cluster {
    shifts: Vec<ShiftId>,
    visits: Vec<VisitId>,
}

impl<'c, 'm> Clusters<'c, 'm> {
    pub(crate) fn new(
        model: &'c RouteModel<'m>,
        eligibility: &'c Eligibility,
        seed: u64,
        worker: &'c mut Worker,
    ) -> Self {
        let draw = Pcg64Mcg::seed_from_u64(seed);
        Self { model, eligibility, worker, draw, visits: VISITS_FIRST, optimal: FxHashSet::default() }
    }

    /// Improves the plan cluster by cluster until the limits, or until every cluster is known to be optimal.
    pub(crate) fn improve_all(
        &mut self,
        exchange: &dyn Exchange,
        limits: Limits<'_>,
    ) -> Result<Improved, LpTrouble> {
        loop {
            let improved = self.improve(exchange, limits)?;
            if improved != Improved::Better || limits.over() {
                return Ok(improved);
            }
        }
    }

    /// The same until a better plan was found.
    fn improve(&mut self, exchange: &dyn Exchange, limits: Limits<'_>) -> Result<Improved, LpTrouble> {
        let mut known = 0;
        let routes = with_idle(self.model, exchange.routes());
        if self.model.problem().visits.is_empty() || routes.len() < 2 {
            return Ok(Improved::Exhausted);
        }
        while !limits.over() {
            let cluster = self.draw(&routes);
            let identity = identity(&cluster, &routes);
            if self.optimal.contains(&identity) {
                known += 1;
                if known == KNOWN_MOST {
                    if self.visits >= VISITS_MOST || cluster.shifts.len() == routes.len() {
                        return Ok(Improved::Exhausted);
                    }
                    self.visits += 8;
                    known = 0;
                }
                continue;
            }
            known = 0;
            if let Some((routes, score)) = self.solve(&cluster, identity, &routes, limits)? {
                debug!(cost = score.cost.micros(), visits = cluster.visits.len(), "cluster");
                exchange.plan(&routes, score);
                return Ok(Improved::Better);
            }
        }
        Ok(Improved::Nothing)
    }

    /// The shifts nearest to a drawn visit, up to so many visits, and unserved visits nearby.
    fn draw(&mut self, routes: &[Route]) -> Cluster {
        let (problem, travel) = (self.model.problem(), self.model.travel());
        let seed = VisitId::new(self.draw.random_range(0..problem.visits.len()));
        let here = problem.visit(seed).place;
        let distance = |place| (travel.leg(here, place).duration + travel.leg(place, here).duration).ticks();
        let mut near: Vec<(i64, usize)> = Vec::with_capacity(routes.len());
        let mut served = vec![false; problem.visits.len()];
        for (at, route) in routes.iter().enumerate() {
            route.visits().for_each(|visit| served[visit.index()] = true);
            let visits = route.visits().map(|visit| distance(problem.visit(visit).place));
            let home = distance(problem.shift(route.shift()).start_place);
            let nearest = visits.min().unwrap_or(home);
            // Neighbours of equal nearness are drawn anew each time.
            near.push((nearest + self.draw.random_range(0..=nearest / 4 + 1), at));
        }
        near.sort_unstable();
        let mut cluster = Cluster { shifts: Vec::new(), visits: Vec::new() };
        for (_, at) in near {
            let route = &routes[at];
            let count = route.visits().count();
            if cluster.shifts.len() >= 2 && cluster.visits.len() + count > self.visits {
                break;
            }
            cluster.shifts.push(route.shift());
            cluster.visits.extend(route.visits());
        }
        let mut absent: Vec<(i64, VisitId)> = problem
            .visit_ids()
            .filter(|visit| !served[visit.index()])
            .filter(|&visit| cluster.shifts.iter().any(|&shift| self.eligibility.allows(shift, visit)))
            .map(|visit| (distance(problem.visit(visit).place), visit))
            .collect();
        absent.sort_unstable();
        cluster.visits.extend(absent.into_iter().take(ABSENT_MOST).map(|(_, visit)| visit));
        cluster.shifts.sort_unstable();
        cluster.visits.sort_unstable();
        cluster
    }

    /// The whole plan with a better cluster, if there is one.
    fn solve(
        &mut self,
        cluster: &Cluster,
        identity: u64,
        routes: &[Route],
        limits: Limits<'_>,
    ) -> Result<Option<(Vec<Route>, Score)>, LpTrouble> {
        let Ok(before) = score(self.model, routes) else { return Ok(None) };
        let (own, rest): (Vec<Route>, Vec<Route>) =
            routes.iter().cloned().partition(|route| cluster.shifts.binary_search(&route.shift()).is_ok());
        let problem = self.model.problem();
        let served: Vec<VisitId> = own.iter().flat_map(Route::visits).collect();
        let absent =
            cluster.visits.iter().filter(|visit| !served.contains(visit)).map(|&visit| problem.visit(visit));
        let (mut penalties, mut mandatory) = (Cost::ZERO, 0);
        for visit in absent {
            penalties += visit.penalty();
            mandatory += u32::from(visit.is_mandatory());
        }
        let inside: Cost = own.iter().map(Route::cost).sum::<Cost>() + penalties;
        let part = (cluster.shifts.as_slice(), cluster.visits.as_slice());
        let Ok(mut scope) = Scope::of(self.model, self.eligibility, part, mandatory) else { return Ok(None) };
        scope.constant += before.cost - inside;
        let ledger = Ledger(RefCell::new((before, None)));
        let begin = Deadline::after(TIME_MOST);
        let inner = Limits { labels_max: LABELS_MOST, threads: 1, ..limits.until(begin) };
        let mut proving = Proving {
            planning: self.model,
            scope: &scope,
            generation: Generation::new(&scope, &own)?,
            exchange: &ledger,
            best: Bound {
                mandatory_unserved: before.mandatory_unserved,
                cost: Cost::ZERO,
                proof: Proof::Bounded,
            },
            worker: self.worker,
            rest: &rest,
            choice_time: TIME_MOST / 4,
            told: None,
            lifted: Vec::new(),
            failed_at: None,
            dives: 0,
            eliminated_at: None,
            hasty: true,
            means: Means::All,
        };
        let outcome = proving.root(inner)?;
        let better = ledger.0.into_inner().1;
        if outcome == Outcome::Closed && begin.remaining() > TIME_MOST.saturating_sub(TIME_SHORT) {
            self.visits = (self.visits + 1).min(VISITS_MOST);
        } else if outcome != Outcome::Closed && !limits.over() {
            self.visits = (self.visits - self.visits / 8).max(VISITS_LEAST);
        }
        if better.is_none() && !limits.over() {
            self.optimal.insert(identity);
        }
        Ok(better.map(|routes| {
            let score = score(self.model, &routes).expect("it was a plan when it was found");
            (routes, score)
        }))
    }
}

/// The same for the same shifts with the same routes and the same absent visits.
fn identity(cluster: &Cluster, routes: &[Route]) -> u64 {
    let mut hasher = FxHasher::default();
    cluster.visits.hash(&mut hasher);
    for route in routes.iter().filter(|route| cluster.shifts.binary_search(&route.shift()).is_ok()) {
        route.shift().hash(&mut hasher);
        let stops: &[Stop] = route.stops();
        stops.hash(&mut hasher);
    }
    hasher.finish()
}

/// Keeps the best plan of one cluster; bounds of clusters are nobody's business.
struct Ledger(RefCell<(Score, Option<Vec<Route>>)>);

impl Exchange for Ledger {
    fn bound(&self, _: Bound) {}

    fn plan(&self, routes: &[Route], score: Score) {
        let mut best = self.0.borrow_mut();
        if score < best.0 {
            *best = (score, Some(routes.to_vec()));
        }
    }

    fn incumbent(&self) -> Score {
        self.0.borrow().0
    }

    fn routes(&self) -> Vec<Route> {
        self.0.borrow().1.clone().unwrap_or_default()
    }
}
