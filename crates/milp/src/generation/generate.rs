//! Column generation: price, add, solve again, until no route is missing or the time is over. At every moment the best
//! Lagrangian bound so far holds.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use journeyman_route::Route;
use tracing::{debug, trace};

use super::center::{Center, guess, mixture};
use super::certificate::lagrangian;
use super::column::ClassColumn;
use super::cuts::{HalfCut, separate};
use super::listed::Listed;
use super::orders::{Duty, Orders};
use super::restricted::{Duals, Restricted};
use super::scope::Scope;
use super::tariff::Tariff;
use crate::deadline::Deadline;
use crate::linear_program::{LpEffort, LpTrouble};
use crate::pricing::{
    Allowed, Dominance, Effort, Kept, Neighbourhoods, Priced, Prices, price, price_exactly,
};
use crate::prove::Sequence;

/// Columns taken from one class in one round.
const ROUTES_MAX: usize = 6;
/// Labels of one class in one exact pass: at first, and at most. More are allowed when fewer find nothing new: far from
/// the bound prices are so high that most labels would be in vain.
const LABELS_FIRST: usize = 2_500;
/// At first, where routes of an earlier proof are known.
const LABELS_RECALLED: usize = 10_000;
const LABELS_MAX: usize = 640_000;
const LABELS_GROW: usize = 4;
/// Heuristic rounds in a row before an exact pass is due: the first exact pass gives most of the bound. But not while
/// the relaxation still falls by this part in so many rounds: prices are too high then, and labels too many.
const QUICK_ROUNDS_MAX: usize = 8;
const STILL_FALLING: f64 = 0.01;
/// Nor while what quick pricing takes for a bound is below the relaxation by this part of it.
const UNPROMISING: f64 = 0.1;
/// One class in so many with something new in the last level's round is too few for a further one.
const FEW: usize = 10;
/// An exact pass with more than so many times the labels of a quick round is worth quick rounds before it.
const EXACT_IS_DEAR: usize = 4;
/// Cuts added at once, or a third of the visits' number where that is more.
const CUTS_A_ROUND: usize = 32;
/// Share of the best known prices in those that are priced at (Wentges 1997), and how far from the relaxation, as a part
/// of it, their bound may be: prices that are much worse than the present ones only mislead.
const SMOOTHING: f64 = 0.4;
const FAR_OFF: f64 = 0.08;

/// What a linear program takes in labels, for each solve and each step of it; and how many listed routes are looked at, or
/// tried in a plan, in the time of one.
const LABELS_PER_SOLVE: u64 = 500;
const LABELS_PER_PIVOT: u64 = 50;
pub(crate) const LOOKS_PER_LABEL: u64 = 16;

/// Legs from each stop and what is thrown away, level by level; then comes the exact pass. Throwing all away that is later
/// and dearer misses routes however many legs there are: on 50 × 300 the relaxation stayed 3 % too high.
pub(super) const LADDER: [(usize, Dominance); 3] =
    [(6, Dominance::Quick), (10, Dominance::Exact), (24, Dominance::Exact)];

/// Why a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// No route is missing: the bound is that of the relaxation, with the cuts that stand.
    Converged,
    /// Routes are missing still, but they will not lift the bound by much.
    Nearly,
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

/// Whom column generation talks to. Bounds are fine money without the scope's constant.
pub(crate) trait Listener {
    /// A better bound.
    fn bound(&mut self, bound: i64);
    /// Prices that prove a better bound of every plan, by no help of decisions, eliminations or lists.
    fn prices(&mut self, bound: i64, prices: &Prices);
    /// Whether a bound leaves nothing to look for.
    fn is_met(&self, bound: i64) -> bool;
    /// Whether a bound lies so near to the value of the relaxation that cuts will lift it more than convergence.
    fn is_near(&self, bound: i64, relaxation: i64) -> bool;
    /// The routes of a plan that is better than the last one told of.
    fn better_routes(&mut self) -> Option<Vec<Route>>;
    /// Routes that others have met since the last time.
    fn found(&mut self) -> Vec<Sequence>;
}

/// Column generation under way.
pub(crate) struct Generation<'s, 'm> {
    pub(crate) scope: &'s Scope<'m>,
    pub(crate) restricted: Restricted<'s, 'm>,
    /// The best so far.
    pub(crate) proof: Option<Proof>,
    /// Those of the proof, or guessed ones before there is one that is worth it.
    center: Center,
    /// By row: whether routes were known for it before there were any prices.
    known: Option<Vec<bool>>,
    /// Whether the proof's bound was near the relaxation when its prices became the center.
    is_near: bool,
    /// The ladder's level.
    level: usize,
    /// Classes whose shifts all have their routes: not priced.
    pub(super) full: Vec<bool>,
    /// By class: what labels remember, once remembering everything was too much.
    neighbourhoods: Vec<Mutex<Option<Neighbourhoods>>>,
    /// Most labels of one class in an exact pass now.
    labels_max: usize,
    /// The relaxation before the last quick rounds.
    value_before: f64,
    /// What the last quick round took for a bound, fine money: it is none, and most often too high.
    estimate: i64,
    /// Labels of the last quick round.
    labels_quick: usize,
    quick_rounds: usize,
    pub(super) rounds: usize,
    /// Labels made so far.
    labels: u64,
    /// Other work besides linear programs, as the labels that take as long.
    aside: Cell<u64>,
    /// Rounds in a row that nothing but the shelf had something for.
    pub(super) shelf_rounds: usize,
    /// Columns that are not in the program, taken out of it or met by others: priced first of all.
    pub(super) shelf: Vec<ClassColumn>,
    /// All routes that a better plan may contain, once they are few enough to be listed: then they are looked through
    /// instead of labelled.
    pub(super) listed: Option<Listed>,
    /// By class: the legs that are left of it; none: all.
    pub(super) kept: Vec<Option<Kept>>,
    /// Whether routes remember all their visits however many labels that makes.
    pub(crate) elementary: bool,
}

impl<'s, 'm> Generation<'s, 'm> {
    /// From the routes of a plan and others that are known.
    pub(crate) fn new(scope: &'s Scope<'m>, routes: &[Route]) -> Result<Self, LpTrouble> {
        let columns: Vec<ClassColumn> =
            routes.iter().filter_map(|route| ClassColumn::of(scope, route)).collect();
        let dearest = columns.iter().map(|column| column.cost.abs()).max().unwrap_or(1_000_000);
        let center = guess(scope, &columns);
        let mut restricted = Restricted::new(scope, dearest)?;
        restricted.add(columns)?;
        Ok(Self {
            scope,
            restricted,
            proof: None,
            center,
            known: None,
            is_near: false,
            level: 0,
            full: vec![false; scope.classes.len()],
            neighbourhoods: scope.classes.iter().map(|_| Mutex::default()).collect(),
            labels_max: LABELS_FIRST,
            value_before: f64::INFINITY,
            estimate: i64::MIN / 4,
            labels_quick: 0,
            quick_rounds: 0,
            rounds: 0,
            labels: 0,
            aside: Cell::new(0),
            shelf_rounds: 0,
            shelf: Vec::new(),
            listed: None,
            kept: vec![None; scope.classes.len()],
            elementary: false,
        })
    }

    /// Adds what the scope allows of some routes, which may be those of another day.
    pub(crate) fn recall(&mut self, routes: &[Sequence]) -> Result<(), LpTrouble> {
        let scope = self.scope;
        let column = |route: &Sequence| ClassColumn::like(scope, route);
        let columns: Vec<ClassColumn> = routes.iter().filter_map(column).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let mut known = vec![false; scope.visits.len()];
        columns.iter().flat_map(|column| &column.rows).for_each(|&row| known[row as usize] = true);
        self.restricted.add(columns)?;
        self.known = Some(known);
        self.labels_max = LABELS_RECALLED;
        Ok(())
    }

    /// The routes in the program, each of one shift of its class.
    pub(crate) fn routes(&self) -> Vec<Sequence> {
        let columns = self.restricted.columns().iter();
        columns.map(|column| (self.scope.classes[column.class].shifts[0], column.stops.clone())).collect()
    }

    /// The same, so many at most, those that cost least beyond what their visits are worth; the others leave the program.
    pub(crate) fn best_routes(
        &mut self,
        most: usize,
        limits: Limits<'_>,
    ) -> Result<Vec<Sequence>, LpTrouble> {
        self.restricted.solve(limits.deadline, limits.stop)?;
        self.restricted.purge_dearest(most)?;
        Ok(self.routes())
    }

    /// Goes on until converged, out of time, or the listener says that nothing is left to look for.
    pub(crate) fn run(&mut self, limits: Limits<'_>, listener: &mut dyn Listener) -> Result<Step, LpTrouble> {
        let mut near = false;
        loop {
            if let Some(routes) = listener.better_routes() {
                let columns = routes.iter().filter_map(|route| ClassColumn::of(self.scope, route)).collect();
                self.restricted.add(columns)?;
            }
            self.shelve(&listener.found());
            let Some(value) = self.restricted.solve(limits.deadline, limits.stop)? else {
                return Ok(Step::Interrupted);
            };
            if std::mem::take(&mut near) {
                return Ok(Step::Nearly);
            }
            let duals = self.restricted.duals();
            if let Some(known) = self.known.take() {
                self.recenter_on(&duals, &known);
            }
            self.rounds += 1;
            if self.is_spent(&limits) {
                return Ok(Step::Interrupted);
            }
            if self.purge()? {
                continue;
            }
            let back = self.take_from_shelf(&duals)?;
            if self.climb(&duals, value, limits)? {
                self.shelf_rounds = 0;
                continue;
            }
            if back {
                self.shelf_rounds += 1;
                continue;
            }
            self.shelf_rounds = 0;
            if limits.over() {
                return Ok(Step::Interrupted);
            }
            self.quick_rounds = 0;
            let (added, labels) = self.exact(&duals, value, limits, listener)?;
            if self.proof.as_ref().is_some_and(|proof| listener.is_met(proof.bound)) {
                return Ok(Step::Met);
            }
            if limits.over() {
                return Ok(Step::Interrupted);
            }
            let bound = self.proof.as_ref().map_or(i64::MIN / 4, |proof| proof.bound);
            let closed = self.scope.fine.to_micros(bound) >= value - value.abs() * 1e-9 - 0.01;
            match added {
                // Quick rounds of the last level come before the next exact pass, where they cost much less than it does.
                Added::Some if !closed => {
                    near = listener.is_near(bound, self.scope.fine.of_micros(value));
                    let quick = !self.is_near || labels > EXACT_IS_DEAR * self.labels_quick;
                    self.level = self.level.min(LADDER.len() - usize::from(quick));
                }
                Added::Cut if self.labels_max < LABELS_MAX => self.labels_max *= LABELS_GROW,
                Added::Cut => return Ok(Step::Interrupted),
                Added::Some | Added::None => return Ok(Step::Converged),
            }
        }
    }

    /// Whether the count of labels is used up. Where nothing but a count ends the work, all of it counts, as the labels that
    /// take as long: a tree over listed routes makes hardly any, and would go on for ever.
    pub(crate) fn is_spent(&self, limits: &Limits<'_>) -> bool {
        self.spent(limits) > limits.labels_max
    }

    /// Labels that are left; where a clock ends the work, any number.
    pub(crate) fn left(&self, limits: &Limits<'_>) -> u64 {
        if limits.counted { limits.labels_max.saturating_sub(self.spent(limits)) } else { u64::MAX }
    }

    /// What one class may have of them.
    pub(super) fn share_left(&self, limits: &Limits<'_>) -> usize {
        let share = self.left(limits) / self.scope.classes.len().max(1) as u64;
        usize::try_from(share).unwrap_or(usize::MAX)
    }

    fn spent(&self, limits: &Limits<'_>) -> u64 {
        if !limits.counted {
            return self.labels;
        }
        let LpEffort { solves, pivots } = self.restricted.effort();
        self.labels + self.aside.get() + solves * LABELS_PER_SOLVE + pivots * LABELS_PER_PIVOT
    }

    /// Counts work as labels.
    pub(crate) fn count_aside(&self, labels: u64) {
        self.aside.set(self.aside.get().saturating_add(labels));
    }

    /// Quick pricing, level by level; whether the relaxation is to be solved again before the exact pass.
    fn climb(&mut self, duals: &Duals, value: f64, limits: Limits<'_>) -> Result<bool, LpTrouble> {
        let falls = value < self.value_before * (1.0 - STILL_FALLING);
        if self.quick_rounds == QUICK_ROUNDS_MAX && (falls || !self.is_promising(value)) {
            self.quick_rounds = 0;
        }
        if self.quick_rounds == 0 {
            self.value_before = value;
        }
        if self.level >= LADDER.len() || self.quick_rounds >= QUICK_ROUNDS_MAX {
            return Ok(false);
        }
        self.quick_rounds += 1;
        let share = self.smoothing(value);
        let (mut added, mut with) = (0, 0);
        for share in [share, 0.0] {
            let point = mixture(&self.center, duals, share);
            (added, with) = self.quick(&point, duals, self.level, limits)?;
            if added > 0 {
                break;
            }
        }
        let last = self.level + 1 == LADDER.len();
        let enough = 4 * with >= self.scope.classes.len() || last;
        if last && FEW * with < self.scope.classes.len() {
            // An exact pass finds more than the rounds that would still find some.
            self.quick_rounds = QUICK_ROUNDS_MAX;
        }
        if added > 0 && enough {
            return Ok(true);
        }
        if limits.over() {
            return Ok(false);
        }
        self.level += 1;
        if !self.is_near {
            // More legs, lower estimates: those of before would stand for ever.
            self.center.value = i64::MIN / 4;
        }
        Ok(self.level < LADDER.len())
    }

    /// The center's share in the prices, when the relaxation has this value in micro-dollars.
    fn smoothing(&self, value: f64) -> f64 {
        if !self.is_near || self.is_close(self.center.value, value) { SMOOTHING } else { 0.0 }
    }

    /// Whether a bound in fine money is not far off the relaxation in micro-dollars.
    fn is_close(&self, bound: i64, value: f64) -> bool {
        value - self.scope.fine.to_micros(bound) < FAR_OFF * value.abs().max(1.0)
    }

    /// One heuristic round at a level of the ladder and a point near the duals: how many columns it added, and for how
    /// many classes.
    pub(super) fn quick(
        &mut self,
        point: &Duals,
        duals: &Duals,
        level: usize,
        limits: Limits<'_>,
    ) -> Result<(usize, usize), LpTrouble> {
        let (arcs_max, dominance) = LADDER[level];
        let effort = Effort { arcs_max, dominance, labels_max: 20_000, routes_max: ROUTES_MAX };
        let priced = self.price_all(point, effort, limits);
        self.labels += priced.iter().map(|priced| priced.labels as u64).sum::<u64>();
        let with = priced.iter().filter(|priced| !priced.routes.is_empty()).count();
        let labels = priced.iter().map(|priced| priced.labels).sum::<usize>();
        self.labels_quick = labels;
        self.estimate(point, &priced);
        let added = self.take(priced, duals)?;
        trace!(
            level,
            labels,
            added,
            estimate = self.scope.fine.to_micros(self.estimate) / 1e6,
            shelf = self.shelf.len(),
            columns = self.restricted.columns().len(),
            "quick round"
        );
        Ok((added, with))
    }

    /// Where much is known, its prices are a better guess than those from the routes of one plan; but not those of a visit
    /// that is new.
    fn recenter_on(&mut self, duals: &Duals, known: &[bool]) {
        for (_, visit) in self.scope.visits.iter().enumerate().filter(|&(row, _)| known[row]) {
            self.center.prices.visit[visit.index()] = duals.prices.visit[visit.index()];
        }
        self.center.ceilings.clone_from(&duals.ceilings);
    }

    /// Whether an exact pass may prove something, by what quick pricing takes for a bound.
    fn is_promising(&self, value: f64) -> bool {
        value - self.scope.fine.to_micros(self.estimate) < UNPROMISING * value.abs()
    }

    /// Takes note of what quick pricing takes for a bound; before there is one that is near, the center follows it.
    fn estimate(&mut self, point: &Duals, priced: &[Priced]) {
        if self.full.contains(&true) {
            return;
        }
        let least = priced.iter().zip(&point.ceilings);
        let least: Vec<i64> = least
            .map(|(priced, &ceiling)| priced.routes.first().map_or(ceiling, |&(value, _)| value.min(ceiling)))
            .collect();
        let value = lagrangian(self.scope, self.restricted.orders(), &point.prices, &least);
        self.estimate = value;
        if !self.is_near && value > self.center.value {
            self.center = Center { prices: point.prices.clone(), ceilings: least, value };
        }
    }

    /// One exact pass, at prices between the best known and the present ones; at the latter alone where the mixture
    /// finds nothing new. Also how many labels it took.
    fn exact(
        &mut self,
        duals: &Duals,
        value: f64,
        limits: Limits<'_>,
        listener: &mut dyn Listener,
    ) -> Result<(Added, usize), LpTrouble> {
        let effort = Effort {
            arcs_max: usize::MAX,
            dominance: Dominance::Exact,
            // A counted proof is not to be overdrawn by its last pass, but for what a pass takes at least.
            labels_max: self.labels_max.min(self.share_left(&limits).max(LABELS_FIRST)),
            routes_max: ROUTES_MAX,
        };
        let most = self.smoothing(value);
        let shares = if most > 0.0 { vec![most, 0.0] } else { vec![0.0] };
        let mut labels = 0;
        for share in shares {
            let point = mixture(&self.center, duals, share);
            let priced = self.price_all(&point, effort, limits);
            labels = priced.iter().map(|priced| priced.labels).sum::<usize>();
            self.labels += labels as u64;
            let least: Vec<i64> = priced.iter().map(|priced| priced.least).collect();
            let bound = lagrangian(self.scope, self.restricted.orders(), &point.prices, &least);
            if self.proof.as_ref().is_none_or(|proof| bound > proof.bound) {
                listener.bound(bound);
                if self.is_free() {
                    listener.prices(bound, &point.prices);
                }
                // Prices of a bound far off mislead more than guessed ones do.
                if self.is_close(bound, value) {
                    let prices = point.prices.clone();
                    self.center = Center { prices, ceilings: least.clone(), value: bound };
                    self.is_near = true;
                }
                self.proof = Some(Proof { bound, prices: point.prices, least });
            }
            let complete = priced.iter().all(|priced| priced.complete);
            let added = self.take(priced, duals)?;
            debug!(
                bound = self.scope.fine.to_micros(bound) / 1e6,
                relaxation = value / 1e6,
                share,
                complete,
                labels,
                added,
                columns = self.restricted.columns().len(),
                cuts = duals.prices.cuts.len(),
                rounds = self.rounds,
                "exact pass"
            );
            if added > 0 {
                // Near the bound labels are no longer in vain.
                if !complete && self.is_near && self.labels_max < LABELS_MAX && !limits.over() {
                    self.labels_max *= LABELS_GROW;
                }
                return Ok((Added::Some, labels));
            }
            if limits.over() || (share == 0.0 && !complete) {
                return Ok((Added::Cut, labels));
            }
        }
        Ok((Added::None, labels))
    }

    /// Whether prices speak of all plans, and not only of those that decisions or a plan at hand leave.
    fn is_free(&self) -> bool {
        let nothing_kept = self.listed.is_none() && self.kept.iter().all(Option::is_none);
        nothing_kept && !self.full.contains(&true) && self.restricted.orders().are_none()
    }

    /// Every class but the full ones.
    fn price_all(&self, point: &Duals, effort: Effort, limits: Limits<'_>) -> Vec<Priced> {
        let (scope, orders, full, kept) = (self.scope, self.restricted.orders(), &self.full, &self.kept);
        let (rules, neighbourhoods, elementary) = (&orders.rules, &self.neighbourhoods, self.elementary);
        let over = || limits.over();
        let tariff = Tariff::of(scope, &point.prices);
        let listed = self.listed.as_ref().filter(|_| rules.are_of_classes_only());
        self.count_aside(listed.map_or(0, |listed| listed.len() as u64 / LOOKS_PER_LABEL));
        let one = |class: usize| {
            if full[class] {
                return Priced::NOTHING;
            }
            if let Some(listed) = listed {
                return listed.price((scope, orders), &tariff, (class, point.ceilings[class]));
            }
            let priced_at = (&point.prices, point.ceilings[class]);
            let allowed = Allowed { rules, legs: kept[class].as_ref() };
            let (model, terrain, effort) =
                (scope.model, &scope.terrain, effort.for_class(&scope.classes[class]));
            if effort.dominance != Dominance::Exact || effort.arcs_max < usize::MAX || elementary {
                return price(model, &scope.classes[class], terrain, priced_at, allowed, (effort, &over));
            }
            // Nobody else prices this class now.
            let mut near = neighbourhoods[class].lock().unwrap_or_else(PoisonError::into_inner);
            let class = (&scope.classes[class], &mut *near);
            price_exactly(model, class, terrain, priced_at, allowed, (effort, &over))
        };
        by_class(scope.classes.len(), limits.threads, &one)
    }

    /// Adds what has a negative reduced cost at the present prices; how many.
    fn take(&mut self, priced: Vec<Priced>, duals: &Duals) -> Result<usize, LpTrouble> {
        let tariff = Tariff::of(self.scope, &duals.prices);
        let mut columns = Vec::new();
        for (class, priced) in priced.into_iter().enumerate() {
            for (_, stops) in priced.routes {
                let column = ClassColumn::priced(self.scope, class, stops);
                columns.extend(column.filter(|column| tariff.reduced(column) < duals.ceilings[class]));
            }
        }
        self.restricted.add(columns)
    }

    /// Goes on under other orders, from no bound. The prices that were good before are still worth a mixture, as far as
    /// they are in the range that the orders leave them.
    pub(crate) fn restrict(&mut self, orders: &Orders) -> Result<(), LpTrouble> {
        self.restricted.set_orders(orders)?;
        for (row, visit) in self.scope.visits.iter().enumerate() {
            let worth = &mut self.center.prices.visit[visit.index()];
            match orders.duty(row) {
                Duty::Unserved => *worth = 0,
                Duty::Open if !self.scope.is_mandatory(row) => {
                    *worth = (*worth).min(self.scope.fine.of(self.scope.penalty(row)));
                }
                Duty::Open | Duty::Served => {}
            }
        }
        self.center.value = i64::MIN / 4;
        self.proof = None;
        self.is_near = false;
        self.level = 0;
        self.quick_rounds = 0;
        self.value_before = f64::INFINITY;
        Ok(())
    }

    /// Adds violated cuts after convergence; how many.
    pub(crate) fn cut(&mut self) -> Result<usize, LpTrouble> {
        let found = {
            let cuts = self.restricted.cuts();
            let known = |cut: &HalfCut| cuts.contains(cut);
            let most = CUTS_A_ROUND.max(self.scope.visits.len() / 3);
            separate(self.scope, self.restricted.columns(), self.restricted.primal(), &known, most)
        };
        if found.is_empty() {
            return Ok(0);
        }
        self.restricted.drop_slack_cuts()?;
        self.level = 0;
        self.restricted.add_cuts(found)
    }
}

/// Something for every class, on so many threads; the answer does not depend on how many.
pub(super) fn by_class<T: Send>(count: usize, threads: usize, one: &(dyn Fn(usize) -> T + Sync)) -> Vec<T> {
    if threads <= 1 || count <= 1 {
        return (0..count).map(one).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let class = next.fetch_add(1, Ordering::Relaxed);
                    if class >= count {
                        break;
                    }
                    let made = one(class);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((class, made));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|&(class, _)| class);
    done.into_iter().map(|(_, made)| made).collect()
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
