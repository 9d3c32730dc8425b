//! Rounds of pricing: quick ones over some of the legs, and exact passes, which prove a bound.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tracing::{debug, trace};

use super::super::center::{Center, mixture};
use super::super::certificate::lagrangian;
use super::super::column::ClassColumn;
use super::super::restricted::Duals;
use super::super::tariff::Tariff;
use super::{Generation, LABELS_FIRST, LABELS_GROW, LABELS_MAX, LOOKS_PER_LABEL, Limits, Listener, Proof};
use crate::linear_program::LpTrouble;
use crate::pricing::{Allowed, Dominance, Effort, Priced, price, price_exactly};

/// Columns taken from one class in one round.
const ROUTES_MAX: usize = 6;
/// Heuristic rounds in a row before an exact pass is due: the first exact pass gives most of the bound. But not while
/// the relaxation still falls by this part in so many rounds: prices are too high then, and labels too many.
const QUICK_ROUNDS_MAX: usize = 8;
const STILL_FALLING: f64 = 0.01;
/// Nor while what quick pricing takes for a bound is below the relaxation by this part of it.
const UNPROMISING: f64 = 0.1;
/// One class in so many with something new in the last level's round is too few for a further one.
const FEW: usize = 10;
/// Share of the best known prices in those that are priced at (Wentges 1997), and how far from the relaxation, as a part
/// of it, their bound may be: prices that are much worse than the present ones only mislead.
const SMOOTHING: f64 = 0.4;
const FAR_OFF: f64 = 0.08;

/// Legs from each stop and what is thrown away, level by level; then comes the exact pass. Throwing all away that is later
/// and dearer misses routes however many legs there are: on 50 × 300 the relaxation stayed 3 % too high.
pub(super) const LADDER: [(usize, Dominance); 3] =
    [(6, Dominance::Quick), (10, Dominance::Exact), (24, Dominance::Exact)];

/// What an exact pass brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Added {
    /// Columns.
    Some,
    /// Nothing, and nothing is missing.
    None,
    /// Nothing, but it was cut short.
    Cut,
}

impl Generation<'_, '_> {
    /// Quick pricing, level by level; whether the relaxation is to be solved again before the exact pass.
    pub(super) fn climb(&mut self, duals: &Duals, value: f64, limits: Limits<'_>) -> Result<bool, LpTrouble> {
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
    pub(in crate::generation) fn quick(
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
    pub(super) fn recenter_on(&mut self, duals: &Duals, known: &[bool]) {
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
    pub(super) fn exact(
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
}

/// Something for every class, on so many threads; the answer does not depend on how many.
pub(in crate::generation) fn by_class<T: Send>(
    count: usize,
    threads: usize,
    one: &(dyn Fn(usize) -> T + Sync),
) -> Vec<T> {
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
