//! Cluster re-optimisation: a few neighbouring shifts with their visits, solved as a day of their own, most often to
//! the proved optimum, while all other routes stay.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use journeyman_domain::{Bound, Cost, PayPolicy, Problem, Proof, Score, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rustc_hash::{FxHashSet, FxHasher};
use tracing::debug;

use crate::deadline::Deadline;
use crate::generation::{Generation, Limits, Scope};
use crate::linear_program::LpTrouble;
use crate::met::Met;
use crate::prove::{Exchange, Means};
use crate::proving::{Outcome, Proving};
use crate::score::{score, with_idle};
use crate::worker::Worker;

/// Visits of a cluster at first, at least and at most.
const VISITS_FIRST: usize = 45;
const VISITS_LEAST: usize = 8;
const VISITS_MOST: usize = 90;
/// Unserved visits that join a cluster.
const ABSENT_MOST: usize = 8;
/// Time of one cluster; one that takes longer was too large.
const TIME_MOST: Duration = Duration::from_millis(800);
/// One that takes less may be larger.
const TIME_SHORT: Duration = Duration::from_millis(200);
/// Labels of one cluster.
const LABELS_MOST: u64 = 3_000_000;
/// Clusters in a row that were solved before, after which all are taken to be.
const KNOWN_MOST: usize = 400;

/// Visits of a used route, on average, up to which clusters pay.
const SHORT_ROUTE: usize = 8;

/// Whether clusters of shifts bring more than further annealing: where routes are short, clusters of many of them are
/// soon solved; not where whole spans are paid, which labels have to tell apart too.
pub fn clusters_pay(problem: &Problem, used_routes: usize, visits_served: usize) -> bool {
    let of_spans = problem.shifts.iter().any(|shift| shift.rates.pay == PayPolicy::PortalToPortal);
    !of_spans && visits_served <= SHORT_ROUTE * used_routes
}

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
    met: Met,
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
        let (optimal, met) = (FxHashSet::default(), Met::default());
        Self { model, eligibility, worker, draw, visits: VISITS_FIRST, optimal, met }
    }

    /// Whether they pay for the plan at hand.
    pub(crate) fn pay(&self, exchange: &dyn Exchange) -> bool {
        let routes = exchange.routes();
        let counts = routes.iter().map(|route| route.visits().count()).filter(|&count| count > 0);
        let (used, served) = counts.fold((0, 0), |(used, served), count| (used + 1, served + count));
        clusters_pay(self.model.problem(), used, served)
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
        let (mut known, mut routes, mut standing) = (0, Vec::new(), None);
        if self.model.problem().visits.is_empty() {
            return Ok(Improved::Exhausted);
        }
        while !limits.over() {
            // Others improve the plan meanwhile.
            let incumbent = exchange.incumbent();
            if standing != Some(incumbent) {
                standing = Some(incumbent);
                routes = with_idle(self.model, exchange.routes());
            }
            if routes.len() < 2 {
                return Ok(Improved::Exhausted);
            }
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
            if let Some(better) = self.solve(&cluster, identity, &routes, limits)? {
                let (routes, score) = self.joined(&cluster, better, exchange);
                debug!(cost = score.cost.micros(), visits = cluster.visits.len(), "cluster");
                exchange.plan(&routes, score);
                return Ok(Improved::Better);
            }
        }
        Ok(Improved::Nothing)
    }

    /// A better plan, with what others have made better outside of the cluster meanwhile, where that goes together.
    fn joined(
        &self,
        cluster: &Cluster,
        (routes, score_of_routes): (Vec<Route>, Score),
        exchange: &dyn Exchange,
    ) -> (Vec<Route>, Score) {
        let is_own = |route: &Route| cluster.shifts.binary_search(&route.shift()).is_ok();
        let mut joint = with_idle(self.model, exchange.routes());
        joint.retain(|route| !is_own(route));
        joint.extend(routes.iter().filter(|route| is_own(route)).cloned());
        joint.sort_by_key(Route::shift);
        match score(self.model, &joint) {
            Ok(score) if score < score_of_routes => (joint, score),
            _ => (routes, score_of_routes),
        }
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
        proving.generation.recall(&self.met.inside((&cluster.shifts, &cluster.visits)))?;
        let outcome = proving.root(inner)?;
        self.met.note(proving.generation.routes());
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use journeyman_domain::StopKind;
    use journeyman_testkit::brute::best_plan;
    use journeyman_testkit::{Shape, cases, random_problem};
    use journeyman_travel::{Travel, visit_jurisdictions};

    use super::*;
    use crate::pricing::tests::limits;

    fn ledger(model: &RouteModel<'_>, routes: Vec<Route>) -> Ledger {
        let score = score(model, &routes).expect("it is a plan");
        Ledger(RefCell::new((score, Some(routes))))
    }

    fn routes_of(model: &RouteModel<'_>, problem: &Problem, travel: &Travel) -> Vec<Route> {
        let stop = |kind: &StopKind| match *kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        };
        let best = best_plan(problem, travel);
        let routes = best.routes.iter().filter_map(|route| {
            let stops = route.stops.iter().filter_map(|planned| stop(&planned.kind)).collect();
            Route::of(model, route.shift, stops)
        });
        with_idle(model, routes.collect())
    }

    /// Calls `check` with the day, its model, its best plan and who may serve what.
    fn on_days(seeds: usize, mut check: impl FnMut(u64, &RouteModel<'_>, Vec<Route>, &Eligibility)) {
        let shape = Shape { visits: 4..=6, shifts: 2..=3, ..Shape::default() };
        for seed in 0..cases(seeds) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("random days are valid");
            let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
            let model = RouteModel::build(&problem, &travel, &limits(&problem, &eligibility));
            check(seed, &model, routes_of(&model, &problem, &travel), &eligibility);
        }
    }

    #[test]
    fn clusters_pay_for_short_routes_that_are_not_paid_by_their_span() {
        let mut problem = random_problem(1, &Shape::plain());
        problem.shifts.iter_mut().for_each(|shift| shift.rates.pay = PayPolicy::Shift);
        assert!(clusters_pay(&problem, 2, 2 * SHORT_ROUTE));
        assert!(!clusters_pay(&problem, 2, 2 * SHORT_ROUTE + 1));
        problem.shifts[0].rates.pay = PayPolicy::PortalToPortal;
        assert!(!clusters_pay(&problem, 2, 2));
    }

    #[test]
    fn clusters_of_a_small_day_end_at_its_optimum() {
        let (mut alike, mut days) = (0, 0);
        on_days(100, |seed, model, best, eligibility| {
            let exchange = ledger(model, with_idle(model, Vec::new()));
            let (never, mut worker) = (AtomicBool::new(false), Worker::default());
            let limits = Limits {
                deadline: Deadline::never(),
                stop: &never,
                threads: 1,
                labels_max: u64::MAX,
                counted: false,
            };
            let mut clusters = Clusters::new(model, eligibility, seed, &mut worker);
            let improved = clusters.improve_all(&exchange, limits).expect("the solver works");
            assert_eq!(improved, Improved::Exhausted, "seed {seed}");
            // Serving one more mandatory visit is the search's business.
            let (end, least) = (exchange.incumbent(), score(model, &best).expect("it is a plan"));
            assert!(end >= least, "seed {seed}");
            let is_alike = end.mandatory_unserved == least.mandatory_unserved;
            assert_eq!(is_alike, end == least, "seed {seed}");
            alike += usize::from(is_alike);
            days += 1;
        });
        assert!(alike * 2 > days, "{alike} of {days}");
    }

    #[test]
    fn what_others_made_better_outside_of_a_cluster_stays() {
        let mut both = 0;
        on_days(100, |seed, model, best, eligibility| {
            let idle = with_idle(model, Vec::new());
            let with = |at: &[usize]| {
                let mut routes = idle.clone();
                at.iter().for_each(|&at| routes[at] = best[at].clone());
                routes
            };
            let used: Vec<usize> = (0..best.len()).filter(|&at| best[at].visits().count() > 0).collect();
            let &[one, other, ..] = used.as_slice() else { return };
            let mut worker = Worker::default();
            let clusters = Clusters::new(model, eligibility, seed, &mut worker);
            let cluster = Cluster { shifts: vec![best[one].shift()], visits: best[one].visits().collect() };
            // Parts of a plan may need what another part has taken from a stock.
            let (Ok(mine), Ok(all)) = (score(model, &with(&[one])), score(model, &with(&[one, other])))
            else {
                return;
            };
            let (routes, joint) =
                clusters.joined(&cluster, (with(&[one]), mine), &ledger(model, with(&[other])));
            assert_eq!(joint, all.min(mine), "seed {seed}");
            assert_eq!(score(model, &routes), Ok(joint), "seed {seed}");
            both += usize::from(all < mine);
            // Where somebody else serves a visit by now, the better plan stays as it was.
            let (_, alone) = clusters.joined(
                &Cluster { shifts: vec![best[other].shift()], visits: Vec::new() },
                (with(&[one]), mine),
                &ledger(model, with(&[one])),
            );
            assert_eq!(alone, mine, "seed {seed}");
        });
        assert!(both > 0, "it happens");
    }
}
