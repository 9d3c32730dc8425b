//! Column generation: price, add, solve again, until no route is missing or the time is over. At every moment the best
//! Lagrangian bound so far holds.

mod rounds;

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use journeyman_route::Route;

pub(super) use rounds::by_class;
use rounds::{Added, LADDER};

use super::center::{Center, guess};
use super::column::ClassColumn;
use super::cuts::{HalfCut, separate};
use super::listed::Listed;
use super::orders::{Duty, Orders};
use super::restricted::Restricted;
use super::scope::Scope;
use crate::deadline::Deadline;
use crate::linear_program::{LpEffort, LpTrouble};
use crate::pricing::{Kept, Neighbourhoods, Prices};
use crate::prove::Sequence;

/// Labels of one class in one exact pass: at first, and at most. More are allowed when fewer find nothing new: far from
/// the bound prices are so high that most labels would be in vain.
const LABELS_FIRST: usize = 2_500;
/// At first, where routes of an earlier proof are known.
const LABELS_RECALLED: usize = 10_000;
const LABELS_MAX: usize = 640_000;
const LABELS_GROW: usize = 4;
/// An exact pass with more than so many times the labels of a quick round is worth quick rounds before it.
const EXACT_IS_DEAR: usize = 4;
/// Cuts added at once, or a third of the visits' number where that is more.
const CUTS_A_ROUND: usize = 32;

/// What a linear program takes in labels, for each solve and each step of it; and how many listed routes are looked at, or
/// tried in a plan, in the time of one.
const LABELS_PER_SOLVE: u64 = 500;
const LABELS_PER_PIVOT: u64 = 50;
pub(crate) const LOOKS_PER_LABEL: u64 = 16;

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
