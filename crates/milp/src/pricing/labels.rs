//! Labels of partial routes, and which of them can be thrown away.

use rustc_hash::FxHashMap;

use super::CutSet;
use super::bits::Bits;
use super::cargo::{Used, no_more};
use super::clock::{Clock, NEVER};
use super::local::Local;

/// Which labels another one makes needless.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dominance {
    /// Later and dearer, whatever was visited: quick, and not exact.
    Quick,
    /// Only what can provably not lead to a better route.
    Exact,
    /// The same without leaving visits out of what follows: every leg that a route may need stays in use.
    Plain,
    /// Only other orders of the same visits: for listing routes.
    SameVisits,
}

impl Dominance {
    /// Whether visits stay that are not worth their detour: all are listed, and one can be left out of a route only where
    /// the leg around it is left.
    pub(super) fn keeps_visits(self) -> bool {
        matches!(self, Self::SameVisits | Self::Plain)
    }
}

/// A partial route.
#[derive(Clone, Debug)]
pub(super) struct Label<C, const W: usize> {
    pub(super) clock: C,
    /// Fine money besides the clock's: cuts less prizes.
    pub(super) spent: i64,
    /// The least fine money whenever it is done.
    pub(super) value: i64,
    /// Visits that could be repeated.
    pub(super) memory: Bits<W>,
    /// Cuts of which the route has an odd number of rows.
    pub(super) parity: CutSet,
    pub(super) used: Used,
    pub(super) pickup: u16,
    pub(super) node: u16,
    /// The label before; its own number at the start.
    pub(super) parent: u32,
    pub(super) alive: bool,
}

impl<C: Clock, const W: usize> Label<C, W> {
    /// The earliest moment of any number of breaks.
    pub(super) fn ready(&self, breaks: usize) -> i64 {
        (0..=breaks).map(|taken| self.clock.earliest(taken)).min().unwrap_or(NEVER)
    }
}

/// What is compared first, in the order of value: side by side in memory, while labels lie far apart.
#[derive(Clone, Copy, Debug)]
struct Key<const W: usize> {
    value: i64,
    ready: i64,
    id: u32,
    memory: Bits<W>,
}

impl<const W: usize> Key<W> {
    /// Whether its label may make the other's needless, as far as keys tell.
    #[inline]
    fn may_dominate(&self, other: &Self, local: &Local<'_>, dominance: Dominance) -> bool {
        if self.ready > other.ready {
            return false;
        }
        let mut surplus = self.memory.without(&other.memory);
        match dominance {
            Dominance::Quick | Dominance::SameVisits => true,
            Dominance::Plain => surplus.next().is_none(),
            // At no moment is the one dearer than the other by less than its least cost is.
            Dominance::Exact => {
                let mut balance = self.value - other.value;
                surplus.all(|visit| {
                    balance = balance.saturating_add(local.skip_loss[visit]);
                    balance <= 0
                })
            }
        }
    }
}

/// All labels, by node.
pub(super) struct Labels<C, const W: usize> {
    all: Vec<Label<C, W>>,
    by_node: Vec<Vec<Key<W>>>,
    /// By node and visits, where only those are compared.
    by_set: FxHashMap<(u16, Bits<W>), Vec<u32>>,
    dominance: Dominance,
    breaks: usize,
}

impl<C: Clock, const W: usize> Labels<C, W> {
    pub(super) fn new(local: &Local<'_>, dominance: Dominance) -> Self {
        Self {
            all: Vec::new(),
            by_node: vec![Vec::new(); local.nodes.len() + 1],
            by_set: FxHashMap::default(),
            dominance,
            breaks: local.setting.timing.breaks().len(),
        }
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> &Label<C, W> {
        &self.all[id as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Keeps a label unless another one makes it needless; its number and its earliest moment.
    pub(super) fn offer(&mut self, local: &Local<'_>, label: Label<C, W>) -> Option<(u32, i64)> {
        let ready = label.ready(self.breaks);
        if self.dominance == Dominance::SameVisits {
            return self.offer_among_same(local, label).map(|id| (id, ready));
        }
        let node = usize::from(label.node);
        let keys = &self.by_node[node];
        let place = keys.partition_point(|key| key.value <= label.value);
        let id = u32::try_from(self.all.len()).expect("labels are limited far below 2^32");
        let own = Key { value: label.value, ready, id, memory: label.memory };
        for key in &keys[..place] {
            if key.may_dominate(&own, local, self.dominance)
                && self.dominates(local, &self.all[key.id as usize], &label)
            {
                return None;
            }
        }
        let (all, dominance) = (&mut self.all, self.dominance);
        let keys = &mut self.by_node[node];
        let mut kept = place;
        for at in place..keys.len() {
            let key = keys[at];
            let other = &mut all[key.id as usize];
            if own.may_dominate(&key, local, dominance) && dominates(local, dominance, &label, other) {
                other.alive = false;
            } else {
                keys[kept] = key;
                kept += 1;
            }
        }
        keys.truncate(kept);
        keys.insert(place, own);
        self.all.push(label);
        Some((id, ready))
    }

    /// The same where labels of other visits are none of its business. O(labels of these visits at this node).
    fn offer_among_same(&mut self, local: &Local<'_>, label: Label<C, W>) -> Option<u32> {
        let id = u32::try_from(self.all.len()).expect("labels are limited far below 2^32");
        let (all, dominance) = (&mut self.all, self.dominance);
        let same = self.by_set.entry((label.node, label.memory)).or_default();
        if same.iter().any(|&other| dominates(local, dominance, &all[other as usize], &label)) {
            return None;
        }
        same.retain(|&other| {
            let needless = dominates(local, dominance, &label, &all[other as usize]);
            all[other as usize].alive &= !needless;
            !needless
        });
        same.push(id);
        all.push(label);
        Some(id)
    }

    #[inline]
    fn dominates(&self, local: &Local<'_>, one: &Label<C, W>, other: &Label<C, W>) -> bool {
        dominates(local, self.dominance, one, other)
    }
}

/// Whether whatever completes `other` completes `one` too, perhaps with some visits left out, for no more.
#[inline]
fn dominates<C: Clock, const W: usize>(
    local: &Local<'_>,
    dominance: Dominance,
    one: &Label<C, W>,
    other: &Label<C, W>,
) -> bool {
    if one.pickup != other.pickup || !no_more(&one.used, &other.used) {
        return false;
    }
    if dominance == Dominance::SameVisits && one.memory != other.memory {
        return false;
    }
    let Some(excess) = one.clock.excess_over(&local.setting, &other.clock) else { return false };
    let mut balance = local.fine.of(excess) + one.spent - other.spent;
    if balance > 0 {
        return false;
    }
    if !matches!(dominance, Dominance::Exact | Dominance::Plain) {
        return true;
    }
    if dominance == Dominance::Plain && one.memory.without(&other.memory).next().is_some() {
        return false;
    }
    for visit in one.memory.without(&other.memory) {
        balance = balance.saturating_add(local.skip_loss[visit]);
        if balance > 0 {
            return false;
        }
    }
    balance += one.parity.without(&other.parity).map(|cut| local.cut_price[cut]).sum::<i64>();
    balance <= 0
}
