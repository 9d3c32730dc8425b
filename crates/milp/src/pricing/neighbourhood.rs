//! Neighbourhoods of visits: what labels remember that come to them (ng-routes, Baldacci et al. 2011). A label that
//! has come from one visit to another and forgotten it on the way may go back.

use journeyman_domain::{Stop, VisitId};
use journeyman_route::RouteModel;

use super::bits::Bits;
use super::local::Local;
use super::{Rules, ShiftClass};

/// Others around a visit at first. With 8 or fewer, labels of Solomon R211 with 50 customers repeated so much that
/// pricing rarely came to an end; beyond 12 nothing was gained.
pub(super) const NEAREST: usize = 12;

/// By visit of a class: the visits that labels remember there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Neighbourhoods {
    /// By position in the class: positions, sorted.
    remembered: Vec<Vec<u16>>,
}

impl Neighbourhoods {
    /// Of each visit so many others from which it is the shortest way there and back. O(visits²).
    pub(crate) fn nearest(model: &RouteModel<'_>, class: &ShiftClass, count: usize) -> Self {
        let shift = class.shifts[0];
        let span = |visit: VisitId| {
            let stop = Stop::Visit(visit);
            let profile = model.stop_profile(shift, stop);
            let ends = profile.first().zip(profile.last());
            ends.map(|(first, last)| (first.ticks() + model.duration_of(stop).ticks(), last.ticks()))
        };
        let spans: Vec<Option<(i64, i64)>> = class.visits.iter().map(|&visit| span(visit)).collect();
        let time = |from: usize, to: usize| {
            let place = |at: usize| model.place_of(Stop::Visit(class.visits[at]));
            model.travel().leg(place(from), place(to)).duration.ticks()
        };
        // Only whoever can go from one to the other and back may repeat one.
        let follows = |from: usize, to: usize| {
            let spans = spans[from].zip(spans[to]);
            spans.is_some_and(|((done, _), (_, last))| done + time(from, to) <= last)
        };
        let around = |at: usize| {
            let others = (0..spans.len()).filter(|&other| other != at);
            let both_ways = others.filter(|&other| follows(at, other) && follows(other, at));
            let mut near: Vec<(i64, usize)> =
                both_ways.map(|other| (time(at, other) + time(other, at), other)).collect();
            near.sort_unstable();
            near.truncate(count);
            let mut near: Vec<u16> = near.into_iter().map(|(_, other)| narrow(other)).collect();
            near.sort_unstable();
            near
        };
        Self { remembered: (0..spans.len()).map(around).collect() }
    }

    /// Lets what a route repeats be remembered from one time to the next.
    pub(super) fn grow_along(&mut self, local: &Local<'_>, nodes: &[usize]) {
        for (first, &node) in nodes.iter().enumerate() {
            let rest = &nodes[first + 1..];
            let Some(again) = rest.iter().position(|&other| other == node) else { continue };
            let kept = narrow(local.position[node]);
            // At a pickup everything is remembered anyway.
            for &between in rest[..again].iter().filter(|&&between| between < local.visits) {
                let remembered = &mut self.remembered[local.position[between]];
                if let Err(place) = remembered.binary_search(&kept) {
                    remembered.insert(place, kept);
                }
            }
        }
    }

    /// By node: what is remembered there; everything at a pickup.
    ///
    /// Visits that must follow each other are remembered together, so that whoever cannot repeat one of them cannot
    /// repeat any: dominance leaves them out of a route together or not at all.
    pub(super) fn masks<const W: usize>(&self, local: &Local<'_>, rules: &Rules) -> Vec<Bits<W>> {
        let visits = &local.class.visits;
        let mut node_of = vec![None; visits.len()];
        for (node, &position) in local.position.iter().enumerate() {
            node_of[position] = Some(node);
        }
        let node_of = |visit: VisitId| visits.binary_search(&visit).ok().and_then(|at| node_of[at]);
        let mask = |node: usize| {
            let mut mask = Bits::EMPTY;
            let Some(&position) = local.position.get(node) else {
                (0..local.visits).for_each(|visit| mask.set(visit));
                return mask;
            };
            let near = self.remembered[position].iter().map(|&at| visits[usize::from(at)]);
            for visit in near.chain([visits[position]]) {
                rules.mates(visit).filter_map(node_of).for_each(|node| mask.set(node));
            }
            mask
        };
        (0..local.nodes.len()).map(mask).collect()
    }
}

fn narrow(position: usize) -> u16 {
    u16::try_from(position).expect("visits of a class are limited far below 2^16")
}
