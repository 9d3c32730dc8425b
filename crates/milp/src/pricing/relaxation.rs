//! Pricing in the relaxation of neighbourhoods: labels that remember little are few, and bound all routes from below;
//! where the best route repeats a visit, it is remembered on the way that led back to it, and labelling begins anew
//! (decremental state space relaxation, Righini & Salani 2008; with neighbourhoods, Martinelli et al. 2014).
//!
//! Dominance compensates here too, because only routes without repetitions must be bounded. Let P complete a label to a
//! route so that P repeats nothing and has nothing that the label remembers. Whatever dominates the label goes on to P
//! without the visits that it remembers itself: what is left repeats nothing either, and has nothing that it remembers,
//! now or later, for a label only comes to remember what it visits. Each such visit is left out once, for its loss at
//! most. So, by induction, each route without repetitions has a counterpart among the labels kept that costs no more.
//! Completion bounds hold for such a P as well, and cuts charge a route that repeats nothing as they always do.

use journeyman_route::RouteModel;

use super::clock::Clock;
use super::completion::Completion;
use super::labelling::{Allowed, Effort, Labelled, Priced, Run, price};
use super::labels::Dominance;
use super::local::Local;
use super::neighbourhood::{NEAREST, Neighbourhoods};
use super::{Prices, Rules, ShiftClass, Terrain};

/// Labels of all labellings together, as a multiple of the most of one: from then on none is begun.
const LABELS_TOTAL: usize = 8;
/// Routes with repetitions that are learnt from after one labelling. Few of them make for many labellings: with 20,
/// Solomon R211 with 50 customers was far from a bound when with 400 it had the best one.
const CYCLIC_MAX: usize = 400;

/// As [`price`] in full, remembering everything until that was too much once, and from then on what the neighbourhoods
/// do: those of the class, for all its pricing.
pub(crate) fn price_exactly(
    model: &RouteModel<'_>,
    (class, neighbourhoods): (&ShiftClass, &mut Option<Neighbourhoods>),
    terrain: &Terrain,
    (prices, ceiling): (&Prices, i64),
    allowed: Allowed<'_>,
    (effort, stop): (Effort, &dyn Fn() -> bool),
) -> Priced {
    let mut cut = Priced::NOTHING;
    if neighbourhoods.is_none() {
        cut = price(model, class, terrain, (prices, ceiling), allowed, (effort, stop));
        if cut.complete || stop() {
            return cut;
        }
    }
    let neighbourhoods = neighbourhoods.get_or_insert_with(|| Neighbourhoods::nearest(model, class, NEAREST));
    let effort = effort.for_legs(allowed);
    let local = Local::of(model, class, terrain, prices, (effort, allowed));
    let run = Run { local: &local, ceiling, effort, stop, legs: false };
    let priced = run.price(Some((neighbourhoods, allowed.rules)));
    Priced { labels: priced.labels + cut.labels, least: priced.least.max(cut.least), ..priced }
}

impl Run<'_, '_> {
    /// The neighbourhoods are left as they were in the last labelling that was not cut short.
    pub(super) fn relaxed<C: Clock, const W: usize>(
        &self,
        completion: &Completion,
        (neighbourhoods, rules): (&mut Neighbourhoods, &Rules),
    ) -> Priced {
        debug_assert!(
            matches!(self.effort.dominance, Dominance::Exact | Dominance::Plain),
            "others remember nothing, or all"
        );
        let mut priced = Priced::NOTHING;
        let mut run = *self;
        let mut grown = neighbourhoods.clone();
        loop {
            let labelled = run.labelled::<C, W>(Some(completion), Some(&grown.masks(self.local, rules)));
            priced.labels += labelled.labels.len();
            priced.least = priced.least.max(labelled.least);
            let routes = run.chosen(&labelled);
            // A route that was found is the best, or only better ones are still looked for.
            run.ceiling = routes.first().map_or(run.ceiling, |&(reduced, _)| reduced.min(run.ceiling));
            priced.routes.extend(routes);
            if !labelled.complete {
                break;
            }
            neighbourhoods.clone_from(&grown);
            let cyclic = run.cyclic(&labelled);
            if cyclic.is_empty() {
                priced.complete = true;
                break;
            }
            if priced.labels > self.effort.labels_max.saturating_mul(LABELS_TOTAL) || (self.stop)() {
                break;
            }
            cyclic.iter().for_each(|nodes| grown.grow_along(self.local, nodes));
        }
        priced.routes.sort_unstable();
        priced.routes.dedup();
        priced.routes.truncate(self.effort.routes_max);
        priced
    }

    /// The best routes with repetitions, as nodes, of those below the ceiling.
    fn cyclic<C: Clock, const W: usize>(&self, labelled: &Labelled<C, W>) -> Vec<Vec<usize>> {
        let better = labelled.found.iter().take_while(|&&(reduced, _)| reduced < self.ceiling);
        let routes = better.map(|&(_, id)| self.nodes_of(&labelled.labels, id));
        routes.filter(|nodes| repeats(nodes)).take(CYCLIC_MAX).collect()
    }
}

/// Whether a route is at a node more than once. O(nodes²): routes are short.
pub(super) fn repeats(nodes: &[usize]) -> bool {
    (1..nodes.len()).any(|at| nodes[..at].contains(&nodes[at]))
}
