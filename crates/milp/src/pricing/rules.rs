//! What routes may not do at a node of branch and bound: visits kept away from classes, legs between two visits
//! forbidden or required. Pricing stays exact under them.

use journeyman_domain::{Stop, VisitId};

use super::ShiftClass;

/// Rules for the free stops of routes. Without any, every route is allowed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Rules {
    /// Classes (by number) with visits that none of their routes serves, sorted.
    banned: Vec<(usize, VisitId)>,
    /// Legs that no route takes, sorted.
    forbidden: Vec<(VisitId, VisitId)>,
    /// Legs that are taken by whoever serves one of the two, sorted.
    joined: Vec<(VisitId, VisitId)>,
}

impl Rules {
    /// Keeps a visit away from a class.
    pub(crate) fn ban(&mut self, class: usize, visit: VisitId) {
        insert(&mut self.banned, (class, visit));
    }

    /// Takes a leg out.
    pub(crate) fn forbid(&mut self, from: VisitId, to: VisitId) {
        insert(&mut self.forbidden, (from, to));
    }

    /// Takes all other legs out of the one visit and into the other. At most once for each of the two.
    pub(crate) fn join(&mut self, from: VisitId, to: VisitId) {
        insert(&mut self.joined, (from, to));
    }

    /// Whether a visit is kept away from a class.
    pub(crate) fn bans(&self, class: usize, visit: VisitId) -> bool {
        self.banned.binary_search(&(class, visit)).is_ok()
    }

    /// Whether they say nothing of legs, so that the order of visits does not matter.
    pub(crate) fn are_of_classes_only(&self) -> bool {
        self.forbidden.is_empty() && self.joined.is_empty()
    }

    /// Whether a class (by its number) may drive a route with these free stops.
    pub(crate) fn allow(&self, class: usize, stops: &[Stop]) -> bool {
        if self.banned.is_empty() && self.forbidden.is_empty() && self.joined.is_empty() {
            return true;
        }
        let ends = stops.iter().copied().map(Some);
        let from = std::iter::once(None).chain(ends.clone());
        let mut legs = from.zip(ends.chain([None]));
        let mut visits = stops.iter().filter_map(|&stop| visit_of(Some(stop)));
        visits.all(|visit| !self.bans(class, visit)) && legs.all(|(from, to)| self.allow_leg(from, to))
    }

    /// Whether a leg between free stops is allowed; none stands for whatever is before them, and for the way home.
    pub(super) fn allow_leg(&self, from: Option<Stop>, to: Option<Stop>) -> bool {
        let (from, to) = (visit_of(from), visit_of(to));
        let leaves_mate = from.and_then(|from| self.next(from)).is_some_and(|next| to != Some(next));
        let meets_mate = to.and_then(|to| self.before(to)).is_some_and(|before| from != Some(before));
        let is_forbidden = from.zip(to).is_some_and(|leg| self.forbidden.binary_search(&leg).is_ok());
        !leaves_mate && !meets_mate && !is_forbidden
    }

    /// Whether a visit is bound to another one, so that it cannot be left out of a route alone.
    pub(super) fn is_joined(&self, visit: VisitId) -> bool {
        self.next(visit).is_some() || self.before(visit).is_some()
    }

    /// What leaving out other visits costs a route of a class in addition, where legs are forbidden.
    ///
    /// Compensated dominance and leaving out what is not worth its detour take visits S out of a route. That may need a
    /// forbidden leg: a, then v ∈ S, then b, and (a, b) is forbidden. Then b is left out too, and if need be what comes
    /// after it, until a leg is allowed; the way home always is. So each a is to blame for the loss of all b that it may
    /// not go on to, at most, and only where some v ∈ S that it may go on to follows it. Joined visits go together: none
    /// is left out without its mates, because whoever has one in its memory, or as a visit it cannot reach any more, has
    /// all; and the first of them may follow a only where it has no mate before it.
    ///
    /// `loss`: what leaving a visit alone out loses at most, not negative. O(forbidden legs).
    pub(super) fn knock_on(&self, class: &ShiftClass, loss: &dyn Fn(VisitId) -> i64) -> KnockOn {
        let serves =
            |visit: VisitId| class.visits.binary_search(&visit).is_ok() && !self.bans(class.number, visit);
        let with_mates = |first: VisitId| {
            let chain = std::iter::successors(Some(first), |&visit| self.next(visit));
            // Legs that are required in a circle are in no route; they must not hang here.
            chain.take(self.joined.len() + 1).map(loss).fold(0, i64::saturating_add)
        };
        let mut blamed: Vec<(VisitId, i64)> = Vec::new();
        for &(from, to) in &self.forbidden {
            let matters =
                serves(from) && serves(to) && self.next(from).is_none() && self.before(to).is_none();
            if !matters {
                continue;
            }
            match blamed.last_mut().filter(|(last, _)| *last == from) {
                Some((_, sum)) => *sum = sum.saturating_add(with_mates(to)),
                None => blamed.push((from, with_mates(to))),
            }
        }
        KnockOn(blamed)
    }

    /// The greatest knock-on loss of leaving a visit out.
    pub(super) fn most_knocked_on(&self, knock_on: &KnockOn, visit: VisitId) -> i64 {
        let before = knock_on
            .0
            .iter()
            .filter(|&&(from, _)| from != visit && self.forbidden.binary_search(&(from, visit)).is_err());
        before.map(|&(_, sum)| sum).max().unwrap_or(0)
    }

    /// A visit with all that are bound to it, in order.
    pub(super) fn mates(&self, visit: VisitId) -> impl Iterator<Item = VisitId> + '_ {
        // Legs that are required in a circle are in no route; they must not hang here.
        let most = self.joined.len() + 1;
        let first = std::iter::successors(Some(visit), |&visit| self.before(visit)).take(most).last();
        std::iter::successors(first, |&visit| self.next(visit)).take(most)
    }

    fn next(&self, visit: VisitId) -> Option<VisitId> {
        let at = self.joined.partition_point(|&(from, _)| from < visit);
        self.joined.get(at).filter(|&&(from, _)| from == visit).map(|&(_, to)| to)
    }

    fn before(&self, visit: VisitId) -> Option<VisitId> {
        self.joined.iter().find(|&&(_, to)| to == visit).map(|&(from, _)| from)
    }
}

/// By visit with forbidden legs: what not being able to go on to their ends may lose.
pub(super) struct KnockOn(Vec<(VisitId, i64)>);

fn visit_of(stop: Option<Stop>) -> Option<VisitId> {
    match stop {
        Some(Stop::Visit(visit)) => Some(visit),
        Some(Stop::Pickup(_)) | None => None,
    }
}

fn insert<T: Ord>(sorted: &mut Vec<T>, item: T) {
    if let Err(at) = sorted.binary_search(&item) {
        sorted.insert(at, item);
    }
}
