//! Column generation: price, add, solve again, until no route is missing or the time is over. At every moment the best
//! Lagrangian bound so far holds.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use journeyman_route::Route;

use super::certificate::lagrangian;
use super::column::ClassColumn;
use super::cuts::separate;
use super::restricted::{Duals, Restricted};
use super::scope::Scope;
use crate::deadline::Deadline;
use crate::linear_program::LpTrouble;
use crate::pricing::{Dominance, Effort, Priced, Prices, price};

/// Columns taken from one class in one round.
const ROUTES_MAX: usize = 6;
/// Labels of one class in one exact pass.
const LABELS_MAX: usize = 500_000;
/// Heuristic rounds in a row before an exact pass is due: the first exact pass gives most of the bound.
const QUICK_ROUNDS_MAX: usize = 8;
/// Cuts added at once.
const CUTS_A_ROUND: usize = 16;
/// Share of the best known prices in those of the exact pass (Wentges 1997).
const SMOOTHING: f64 = 0.4;

/// Rounds between two looks for columns to take out.
const PURGE_EVERY: usize = 10;
/// Columns kept outside of the program.
const SHELF_MAX: usize = 50_000;

/// Legs from each stop, level by level; then comes the exact pass.
pub(super) const LADDER: [usize; 3] = [6, 16, usize::MAX];

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// No route is missing: the bound is that of the relaxation, with the cuts that stand.
    Converged,
    /// Nothing cheaper than the incumbent is left.
    Met,
    /// Out of time.
    Interrupted,
}

/// When to stop.
#[derive(Clone, Copy)]
pub(crate) struct Limits<'l> {
    pub(crate) deadline: Deadline,
    pub(crate) stop: &'l AtomicBool,
    /// Threads that price classes.
    pub(crate) threads: usize,
    /// Labels after which no further round begins, so that a count and not the clock ends the work.
    pub(crate) labels_max: u64,
    /// Whether labels and not the clock end the work as a whole.
    pub(crate) counted: bool,
}

impl Limits<'_> {
    /// The same, or earlier.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline: self.deadline.earliest(deadline), ..self }
    }

    pub(crate) fn over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.deadline.has_passed()
    }
}

/// Prices with what they prove.
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    /// Fine money, without the scope's constant.
    pub(crate) bound: i64,
    pub(crate) prices: Prices,
    /// By class.
    pub(crate) least: Vec<i64>,
}

/// Column generation under way.
pub(crate) struct Generation<'s, 'm> {
    pub(crate) scope: &'s Scope<'m>,
    pub(crate) restricted: Restricted<'s, 'm>,
    /// The best so far.
    pub(crate) proof: Option<Proof>,
    /// The ladder's level.
    level: usize,
    quick_rounds: usize,
    rounds: usize,
    /// Labels made so far.
    pub(crate) labels: u64,
    /// Columns taken out of the program: priced first of all.
    shelf: Vec<ClassColumn>,
}

impl<'s, 'm> Generation<'s, 'm> {
    /// From the routes of a plan and others that are known.
    pub(crate) fn new(scope: &'s Scope<'m>, routes: &[Route]) -> Result<Self, LpTrouble> {
        let columns: Vec<ClassColumn> =
            routes.iter().filter_map(|route| ClassColumn::of(scope, route)).collect();
        let dearest = columns.iter().map(|column| column.cost.abs()).max().unwrap_or(1_000_000);
        let mut restricted = Restricted::new(scope, dearest)?;
        restricted.add(columns)?;
        Ok(Self {
            scope,
            restricted,
            proof: None,
            level: 0,
            quick_rounds: 0,
            rounds: 0,
            labels: 0,
            shelf: Vec::new(),
        })
    }

    /// Goes on until converged, out of time, or `met` says that a bound (fine money, without constant) leaves nothing to
    /// look for. `heard` is told of better bounds.
    pub(crate) fn run(
        &mut self,
        limits: Limits<'_>,
        met: &dyn Fn(i64) -> bool,
        heard: &mut dyn FnMut(i64),
    ) -> Result<Step, LpTrouble> {
        loop {
            let Some(value) = self.restricted.solve(limits.deadline, limits.stop)? else {
                return Ok(Step::Interrupted);
            };
            let duals = self.restricted.duals();
            self.rounds += 1;
            if self.labels > limits.labels_max {
                return Ok(Step::Interrupted);
            }
            if self.take_from_shelf(&duals)? {
                continue;
            }
            if self.level < LADDER.len() && self.quick_rounds < QUICK_ROUNDS_MAX {
                self.quick_rounds += 1;
                let (added, with) = self.quick(&duals, self.level, limits)?;
                let enough = 4 * with >= self.scope.classes.len() || self.level + 1 == LADDER.len();
                if added > 0 && enough {
                    continue;
                }
                if limits.over() {
                    return Ok(Step::Interrupted);
                }
                self.level += 1;
                if self.level < LADDER.len() {
                    continue;
                }
            }
            self.quick_rounds = 0;
            let added = self.exact(&duals, limits, heard)?;
            if self.proof.as_ref().is_some_and(|proof| met(proof.bound)) {
                return Ok(Step::Met);
            }
            if limits.over() {
                return Ok(Step::Interrupted);
            }
            let bound = self.proof.as_ref().map_or(i64::MIN / 4, |proof| proof.bound);
            let closed = self.scope.fine.to_micros(bound) >= value - value.abs() * 1e-9 - 0.01;
            match added {
                // Quick rounds of the last level come before the next exact pass.
                Added::Some if !closed => self.level = self.level.min(LADDER.len() - 1),
                Added::Cut => return Ok(Step::Interrupted),
                Added::Some | Added::None => return Ok(Step::Converged),
            }
        }
    }

    /// Puts columns back that have become worth it, and takes those out that no longer are; whether any came back.
    fn take_from_shelf(&mut self, duals: &Duals) -> Result<bool, LpTrouble> {
        if self.rounds.is_multiple_of(PURGE_EVERY) && self.restricted.columns().len() > self.columns_max() {
            let purged = self.restricted.purge_dearest(self.columns_max() / 2)?;
            self.shelf.extend(purged);
            let extra = self.shelf.len().saturating_sub(SHELF_MAX);
            self.shelf.drain(..extra);
            // The solution went with them.
            return Ok(true);
        }
        let wanted =
            |column: &ClassColumn| reduced(self.scope, column, &duals.prices) < duals.ceilings[column.class];
        let (back, stay): (Vec<ClassColumn>, Vec<ClassColumn>) =
            std::mem::take(&mut self.shelf).into_iter().partition(wanted);
        self.shelf = stay;
        Ok(self.restricted.add(back)? > 0)
    }

    /// Columns from which on some are taken out.
    fn columns_max(&self) -> usize {
        1_500 + 12 * self.scope.visits.len()
    }

    /// One heuristic round at a level of the ladder: how many columns it added, and for how many classes.
    pub(super) fn quick(
        &mut self,
        duals: &Duals,
        level: usize,
        limits: Limits<'_>,
    ) -> Result<(usize, usize), LpTrouble> {
        let effort = Effort {
            arcs_max: LADDER[level],
            dominance: Dominance::Quick,
            labels_max: 20_000,
            routes_max: ROUTES_MAX,
        };
        let priced = price_all(self.scope, &duals.prices, &duals.ceilings, effort, limits);
        self.labels += priced.iter().map(|priced| priced.labels as u64).sum::<u64>();
        let with = priced.iter().filter(|priced| !priced.routes.is_empty()).count();
        let added = self.take(priced, duals)?;
        Ok((added, with))
    }

    /// One exact pass, at prices between the best known and the present ones; at the latter alone where the mixture
    /// finds nothing new.
    fn exact(
        &mut self,
        duals: &Duals,
        limits: Limits<'_>,
        heard: &mut dyn FnMut(i64),
    ) -> Result<Added, LpTrouble> {
        let effort = Effort {
            arcs_max: usize::MAX,
            dominance: Dominance::Exact,
            labels_max: LABELS_MAX,
            routes_max: ROUTES_MAX,
        };
        for mixed in [true, false] {
            let point = match &self.proof {
                Some(best) if mixed && same_cuts(&best.prices, &duals.prices) => mixture(best, duals),
                _ if mixed => continue,
                _ => Duals { prices: duals.prices.clone(), ceilings: duals.ceilings.clone() },
            };
            let priced = price_all(self.scope, &point.prices, &point.ceilings, effort, limits);
            self.labels += priced.iter().map(|priced| priced.labels as u64).sum::<u64>();
            let least: Vec<i64> = priced.iter().map(|priced| priced.least).collect();
            let bound = lagrangian(self.scope, &point.prices, &least);
            if self.proof.as_ref().is_none_or(|proof| bound > proof.bound) {
                heard(bound);
                self.proof = Some(Proof { bound, prices: point.prices, least });
            }
            let complete = priced.iter().all(|priced| priced.complete);
            if self.take(priced, duals)? > 0 {
                return Ok(Added::Some);
            }
            if limits.over() || (!mixed && !complete) {
                return Ok(Added::Cut);
            }
        }
        Ok(Added::None)
    }

    /// Adds what has a negative reduced cost at the present prices; how many.
    fn take(&mut self, priced: Vec<Priced>, duals: &Duals) -> Result<usize, LpTrouble> {
        let mut columns = Vec::new();
        for (class, priced) in priced.into_iter().enumerate() {
            for (_, stops) in priced.routes {
                let column = ClassColumn::priced(self.scope, class, stops);
                columns.extend(
                    column
                        .filter(|column| reduced(self.scope, column, &duals.prices) < duals.ceilings[class]),
                );
            }
        }
        self.restricted.add(columns)
    }

    /// Adds violated cuts after convergence; how many.
    pub(crate) fn cut(&mut self) -> Result<usize, LpTrouble> {
        let found = {
            let cuts = self.restricted.cuts();
            let known = |triple: &[u32; 3]| cuts.contains(triple);
            let primal = self.restricted.primal();
            separate(self.restricted.columns(), primal, self.scope.visits.len(), &known, CUTS_A_ROUND)
        };
        if found.is_empty() {
            return Ok(0);
        }
        self.restricted.drop_slack_cuts()?;
        self.level = 0;
        self.restricted.add_cuts(&found)
    }
}

/// What an exact pass brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Added {
    /// Columns.
    Some,
    /// Nothing, and nothing is missing.
    None,
    /// Nothing, but it was cut short.
    Cut,
}

/// The reduced cost of a column but for its class, in fine money.
pub(crate) fn reduced(scope: &Scope<'_>, column: &ClassColumn, prices: &Prices) -> i64 {
    let worth: i64 = column.rows.iter().map(|&row| prices.visit[scope.visits[row as usize].index()]).sum();
    let charged = prices.cuts.iter().filter(|cut| {
        let served = cut
            .visits
            .iter()
            .filter(|visit| scope.row(**visit).is_some_and(|row| column.rows.binary_search(&row).is_ok()));
        served.count() >= 2
    });
    scope.fine.of(column.cost) - worth + charged.map(|cut| cut.price).sum::<i64>()
}

/// Every class, on so many threads; the answer does not depend on how many.
pub(crate) fn price_all(
    scope: &Scope<'_>,
    prices: &Prices,
    ceilings: &[i64],
    effort: Effort,
    limits: Limits<'_>,
) -> Vec<Priced> {
    let over = || limits.over();
    let one = |class: usize| {
        let of = &scope.classes[class];
        price(scope.model, of, &scope.terrain, (prices, ceilings[class]), (effort, &over))
    };
    let count = scope.classes.len();
    if limits.threads <= 1 || count <= 1 {
        return (0..count).map(one).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    std::thread::scope(|threads| {
        for _ in 0..limits.threads.min(count) {
            threads.spawn(|| {
                loop {
                    let class = next.fetch_add(1, Ordering::Relaxed);
                    if class >= count {
                        break;
                    }
                    let priced = one(class);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((class, priced));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|&(class, _)| class);
    done.into_iter().map(|(_, priced)| priced).collect()
}

fn same_cuts(one: &Prices, other: &Prices) -> bool {
    one.cuts.iter().map(|cut| cut.visits).eq(other.cuts.iter().map(|cut| cut.visits))
}

/// Prices between the best known and the present ones; all of them stay in their ranges.
fn mixture(best: &Proof, duals: &Duals) -> Duals {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "any prices will do")]
    let mix = |best: i64, now: i64| now + ((best - now) as f64 * SMOOTHING) as i64;
    let mut prices = duals.prices.clone();
    for (now, &best) in prices.visit.iter_mut().zip(&best.prices.visit) {
        *now = mix(best, *now);
    }
    for (now, best) in prices.cuts.iter_mut().zip(&best.prices.cuts) {
        now.price = mix(best.price, now.price);
    }
    let ceilings = duals.ceilings.iter().zip(&best.least).map(|(&now, &best)| mix(best, now));
    Duals { prices, ceilings: ceilings.collect() }
}
