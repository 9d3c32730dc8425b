//! Listing every route that a plan better than the incumbent can contain.
//!
//! With prices of bound L, a plan of cost C < incumbent satisfies C − L = Σ slack ≥ 0 over its routes, unserved visits
//! and cuts, each slack not negative; so each of its routes has a slack below incumbent − L. Once all those are listed,
//! pricing is a look through the list (Baldacci et al. 2008).

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tracing::debug;

use super::column::ClassColumn;
use super::generate::{Generation, Limits, Proof, by_class};
use super::orders::Orders;
use super::scope::Scope;
use super::tariff::Tariff;
use crate::deadline::Deadline;
use crate::pricing::{Allowed, Dominance, Effort, Priced, price};

/// Labels of one class while listing.
const LABELS_MAX: usize = 400_000;
/// Share of the time left that listing may take: one so-manieth.
const PATIENCE: u32 = 10;
/// Columns taken from one class in one look through the list.
const ROUTES_MAX: usize = 10;

/// Routes by class, of each set of visits the cheapest order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    by_class: Vec<Vec<ClassColumn>>,
}

/// A route with its slack.
#[derive(Clone, Debug)]
pub(crate) struct Slack<'l> {
    pub(crate) column: &'l ClassColumn,
    /// Fine money by which it lies above the least of its class.
    pub(crate) slack: i64,
}

impl Generation<'_, '_> {
    /// Lists all routes with a slack below `gap`, if they are no more than `most`; from then on pricing looks through
    /// them. Whether they are listed. No orders may be in force.
    pub(crate) fn keep_list(&mut self, gap: i64, most: usize, limits: Limits<'_>) -> bool {
        if self.listed.is_none() {
            self.listed = self.list(gap, most, limits);
        }
        self.listed.is_some()
    }

    /// Of the list that is kept, what has a slack below `gap` by the proof at hand, if it is no more than `most`.
    pub(crate) fn listed_below(&self, gap: i64, most: usize) -> Option<Vec<ClassColumn>> {
        let (listed, proof) = (self.listed.as_ref()?, self.proof.as_ref()?);
        let left = listed.below((self.scope, self.restricted.orders()), proof, gap, most)?;
        Some(left.by_class.into_iter().flatten().collect())
    }

    /// All routes that obey the orders at hand, with a slack below `gap` by the proof at hand; none when there are more
    /// than `most`, or time is over.
    pub(crate) fn list(&self, gap: i64, most: usize, limits: Limits<'_>) -> Option<Listed> {
        let orders = self.restricted.orders();
        let (scope, proof, kept) = (self.scope, self.proof.as_ref()?, &self.kept);
        if let Some(listed) = self.listed.as_ref().filter(|_| orders.rules.are_of_classes_only()) {
            return listed.below((scope, orders), proof, gap, most);
        }
        // A list that takes longer is not worth what else the time is good for.
        let patience = limits.deadline.remaining() / PATIENCE;
        let limits = if limits.counted { limits } else { limits.until(Deadline::after(patience)) };
        let failed = AtomicBool::new(false);
        let over = || limits.over() || failed.load(Ordering::Relaxed);
        let effort = Effort {
            arcs_max: usize::MAX,
            dominance: Dominance::SameVisits,
            labels_max: self.share_left(&limits).min(LABELS_MAX),
            routes_max: most + 1,
        };
        let made = AtomicUsize::new(0);
        let one = |class: usize| {
            let priced_at = (&proof.prices, proof.least[class].saturating_add(gap));
            let allowed = Allowed { rules: &orders.rules, legs: kept[class].as_ref() };
            let means = (effort, &over as &dyn Fn() -> bool);
            let priced = price(scope.model, &scope.classes[class], &scope.terrain, priced_at, allowed, means);
            made.fetch_add(priced.labels, Ordering::Relaxed);
            if !priced.complete || priced.routes.len() > most {
                failed.store(true, Ordering::Relaxed);
                return None;
            }
            let columns = priced.routes.into_iter();
            let columns = columns.filter_map(|(_, stops)| ClassColumn::priced(scope, class, stops));
            Some(columns.collect::<Vec<ClassColumn>>())
        };
        let by_class: Option<Vec<_>> =
            by_class(scope.classes.len(), limits.threads, &one).into_iter().collect();
        // How far the others were when one has failed depends on the threads: then, what one may take.
        let labels = if by_class.is_some() { made.into_inner() } else { effort.labels_max };
        self.count_aside(labels as u64);
        let listed = by_class.map(|by_class| Listed { by_class }).filter(|listed| listed.len() <= most);
        let routes = listed.as_ref().map(Listed::len);
        debug!(gap = scope.fine.to_micros(gap) / 1e6, routes, visits = scope.visits.len(), "listing");
        listed
    }
}

impl Listed {
    /// How many routes.
    pub(crate) fn len(&self) -> usize {
        self.by_class.iter().map(Vec::len).sum()
    }

    /// Those that obey, with a slack below `gap`; none when there are more than `most`.
    fn below(
        &self,
        (scope, orders): (&Scope<'_>, &Orders),
        proof: &Proof,
        gap: i64,
        most: usize,
    ) -> Option<Self> {
        let tariff = Tariff::of(scope, &proof.prices);
        let left = |column: &&ClassColumn| {
            tariff.reduced(column) - proof.least[column.class] < gap && orders.allow(scope, column)
        };
        let by_class = self.by_class.iter().map(|routes| routes.iter().filter(left).cloned().collect());
        Some(Self { by_class: by_class.collect() }).filter(|listed| listed.len() <= most)
    }

    /// All with their slacks by a proof.
    pub(crate) fn slacks(&self, scope: &Scope<'_>, proof: &Proof) -> Vec<Slack<'_>> {
        let tariff = Tariff::of(scope, &proof.prices);
        let slack = |column| {
            let slack = tariff.reduced(column) - proof.least[column.class];
            debug_assert!(slack >= 0, "nothing lies below the least of its class");
            Slack { column, slack }
        };
        // Of routes with the same visits only the cheapest matters, but where stocks are shared: those all stay.
        self.by_class.iter().flatten().map(slack).collect()
    }

    /// What pricing of a class would find below a ceiling. O(routes of the class).
    pub(super) fn price(
        &self,
        (scope, orders): (&Scope<'_>, &Orders),
        tariff: &Tariff,
        (class, ceiling): (usize, i64),
    ) -> Priced {
        let obeys = |column: &&ClassColumn| orders.allow(scope, column);
        let mut found: Vec<(i64, &ClassColumn)> = self.by_class[class]
            .iter()
            .map(|column| (tariff.reduced(column), column))
            .filter(|(reduced, column)| *reduced < ceiling && obeys(column))
            .collect();
        found.sort_by_key(|&(reduced, _)| reduced);
        let least = found.first().map_or(ceiling, |&(reduced, _)| reduced);
        let routes = found.iter().take(ROUTES_MAX).map(|(reduced, column)| (*reduced, column.stops.clone()));
        Priced { least, complete: true, routes: routes.collect(), labels: found.len(), ..Priced::NOTHING }
    }
}
