//! The labelling itself: labels in the order of time, each extended to wherever it can still go.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use journeyman_domain::Stop;
use journeyman_route::RouteModel;

use super::bits::Bits;
use super::cargo::state_of;
use super::class::Kind;
use super::clock::{Clock, Curves, NEVER, Ramp, Steps};
use super::completion::{BUCKETS_MAX, BUCKETS_QUICK, Completion};
use super::fine::FAR;
use super::labels::{Dominance, Label, Labels};
use super::local::{Arc, Local};
use super::relaxation::repeats;
use super::{Kept, Neighbourhoods, Prices, Rules, ShiftClass, Terrain};

/// How hard to look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// Most legs tried from each stop.
    pub(crate) arcs_max: usize,
    /// What is thrown away.
    pub(crate) dominance: Dominance,
    /// Most labels.
    pub(crate) labels_max: usize,
    /// Most routes returned.
    pub(crate) routes_max: usize,
}

impl Effort {
    /// Among some of the legs only, [`Dominance::Exact`] where labels are cheap: it makes several times as many.
    pub(crate) fn for_class(self, class: &ShiftClass) -> Self {
        let quick = self.arcs_max < usize::MAX && class.kind == Kind::Curves;
        Self { dominance: if quick { Dominance::Quick } else { self.dominance }, ..self }
    }

    /// Of [`Dominance::Exact`] where legs are gone: a visit may be left out only where the leg around it is left.
    pub(super) fn for_legs(self, allowed: Allowed<'_>) -> Self {
        let plain = allowed.legs.is_some() && self.dominance == Dominance::Exact;
        Self { dominance: if plain { Dominance::Plain } else { self.dominance }, ..self }
    }
}

/// What was found for one class.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    /// No route with at least one free stop has a lower reduced cost than this, in fine money; never above the ceiling.
    /// [`FAR`] below zero where nothing was proved.
    pub(crate) least: i64,
    /// Whether every route below the ceiling was considered.
    pub(crate) complete: bool,
    /// Reduced costs and stops of routes below the ceiling, the least first.
    pub(crate) routes: Vec<(i64, Vec<Stop>)>,
    /// Labels made.
    pub(crate) labels: usize,
    /// Where complete: the legs that routes below the ceiling take. Of [`Dominance::Plain`] only.
    pub(crate) legs: Option<Kept>,
}

impl Priced {
    /// Of a class that was not looked at.
    pub(crate) const NOTHING: Self =
        Self { least: -FAR, complete: false, routes: Vec::new(), labels: 0, legs: None };
}

/// What routes may do.
#[derive(Clone, Copy)]
pub(crate) struct Allowed<'a> {
    pub(crate) rules: &'a Rules,
    /// None: all legs are left.
    pub(crate) legs: Option<&'a Kept>,
}

/// Looks for routes of a class with a reduced cost (cost of the route, less what its visits are worth, plus its
/// cuts) below `ceiling`, among those that are allowed, until `stop` says enough. The ceiling is at most that of doing
/// nothing, but for listing.
pub(crate) fn price(
    model: &RouteModel<'_>,
    class: &ShiftClass,
    terrain: &Terrain,
    (prices, ceiling): (&Prices, i64),
    allowed: Allowed<'_>,
    (effort, stop): (Effort, &dyn Fn() -> bool),
) -> Priced {
    let effort = effort.for_legs(allowed);
    let local = Local::of(model, class, terrain, prices, (effort, allowed));
    Run { local: &local, ceiling, effort, stop, legs: false }.price(None)
}

/// The legs that routes with a reduced cost below `ceiling` may take; none where there are too many labels.
pub(crate) fn legs_below(
    model: &RouteModel<'_>,
    class: &ShiftClass,
    terrain: &Terrain,
    (prices, ceiling): (&Prices, i64),
    allowed: Allowed<'_>,
    (labels_max, stop): (usize, &dyn Fn() -> bool),
) -> Option<Kept> {
    let effort = Effort { arcs_max: usize::MAX, dominance: Dominance::Plain, labels_max, routes_max: 0 };
    let local = Local::of(model, class, terrain, prices, (effort, allowed));
    Run { local: &local, ceiling, effort, stop, legs: true }.price(None).legs
}

/// Labellings of one network.
#[derive(Clone, Copy)]
pub(super) struct Run<'r, 'm> {
    pub(super) local: &'r Local<'m>,
    pub(super) ceiling: i64,
    pub(super) effort: Effort,
    pub(super) stop: &'r dyn Fn() -> bool,
    /// Whether to note legs.
    pub(super) legs: bool,
}

/// A labelling that has ended.
pub(super) struct Labelled<C, const W: usize> {
    pub(super) labels: Labels<C, W>,
    /// Reduced costs of the routes below the ceiling, the least first, and their last labels.
    pub(super) found: Vec<(i64, u32)>,
    /// Of no route is it less.
    pub(super) least: i64,
    /// Whether no label was left to go on from.
    pub(super) complete: bool,
    /// Where that is so and legs are noted: those that routes below the ceiling take.
    pub(super) legs: Option<Kept>,
}

/// Where labels remember little: neighbourhoods, and the rules that they must go with.
pub(super) type Little<'n> = Option<(&'n mut Neighbourhoods, &'n Rules)>;

/// What of a table is filled in the time of a label, in looks at arcs.
const WORK_OF_LABEL: usize = 500;
/// Labels gone on from between two looks at the clock; each may take some microseconds.
const STOP_EVERY: usize = 64;

impl Run<'_, '_> {
    pub(super) fn price(&self, little: Little<'_>) -> Priced {
        match self.local.class.kind {
            Kind::Steps(1) => self.sized::<Steps<1>>(little),
            Kind::Steps(2) => self.sized::<Steps<2>>(little),
            Kind::Steps(3) => self.sized::<Steps<3>>(little),
            Kind::Ramp => self.sized::<Ramp>(little),
            Kind::Steps(_) | Kind::Curves => self.sized::<Curves>(little),
        }
    }

    fn sized<C: Clock>(&self, little: Little<'_>) -> Priced {
        match self.local.visits {
            0..=64 => self.priced::<C, 1>(little),
            65..=128 => self.priced::<C, 2>(little),
            129..=256 => self.priced::<C, 4>(little),
            257..=512 => self.priced::<C, 8>(little),
            513..=1024 => self.priced::<C, 16>(little),
            1025..=2048 => self.priced::<C, 32>(little),
            _ => Priced::NOTHING,
        }
    }

    fn priced<C: Clock, const W: usize>(&self, little: Little<'_>) -> Priced {
        let quick = self.effort.dominance == Dominance::Quick;
        if quick && C::IS_CHEAP {
            // So few and quick labels that a table to prune them by would take longer.
            return self.told(self.labelled::<C, W>(None, None));
        }
        let completion = Completion::of(self.local, if quick { BUCKETS_QUICK } else { BUCKETS_MAX });
        let mut run = *self;
        if self.effort.dominance == Dominance::Exact {
            // What is cut short proves next to nothing, and the table was in vain.
            run.effort.labels_max = self.effort.labels_max.max(completion.work() / WORK_OF_LABEL);
        }
        match little {
            Some(little) => run.relaxed::<C, W>(&completion, little),
            None => run.told(run.labelled::<C, W>(Some(&completion), None)),
        }
    }

    /// What a labelling that remembers everything has shown.
    fn told<C: Clock, const W: usize>(&self, labelled: Labelled<C, W>) -> Priced {
        let (mut least, mut complete) = (labelled.least, labelled.complete);
        if self.effort.dominance == Dominance::Quick || self.effort.arcs_max < self.local.nodes.len() {
            (least, complete) = (-FAR, false);
        }
        let routes = self.chosen(&labelled);
        Priced { least, complete, routes, labels: labelled.labels.len(), legs: labelled.legs }
    }

    /// Labels that remember all, or by node what is given.
    pub(super) fn labelled<C: Clock, const W: usize>(
        &self,
        completion: Option<&Completion>,
        remembered: Option<&[Bits<W>]>,
    ) -> Labelled<C, W> {
        let local = self.local;
        let mut labels: Labels<C, W> = Labels::new(local, self.effort.dominance);
        let mut heap: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
        let (used, pickup) = local.class.cargo.start;
        let clock = C::start(&local.setting, &local.class.ready);
        let start = Label {
            value: local.fine.of(clock.least()),
            clock,
            spent: 0,
            memory: Bits::EMPTY,
            parity: local.class_bits,
            used,
            pickup,
            node: u16::try_from(local.start()).expect("nodes are limited far below 2^16"),
            parent: 0,
            alive: true,
        };
        heap.extend(labels.offer(local, start).map(|(id, ready)| Reverse((ready, id))));
        let mut found: Vec<(i64, u32)> = Vec::new();
        let (mut complete, mut done) = (true, 0);
        let mut legs = self.legs.then(|| local.no_legs());
        while let Some(&Reverse((_, id))) = heap.peek() {
            done += 1;
            if labels.len() > self.effort.labels_max || (done % STOP_EVERY == 0 && (self.stop)()) {
                complete = false;
                break;
            }
            heap.pop();
            let label = labels.get(id);
            if !label.alive {
                continue;
            }
            if let Some(reduced) = self.home(label).filter(|&reduced| reduced < self.ceiling) {
                found.push((reduced, id));
            }
            let label = label.clone();
            for arc in &local.arcs[usize::from(label.node)] {
                if self.bound_of_leg(completion, &label, arc) >= self.ceiling {
                    continue;
                }
                let Some(mut next) = self.extended((&label, id), arc, remembered) else { continue };
                if self.bound(completion, &next) >= self.ceiling {
                    continue;
                }
                // Quick labels are not compared by what they remember, listed ones must remember all.
                if matches!(self.effort.dominance, Dominance::Exact | Dominance::Plain) {
                    self.forget(&mut next);
                }
                if let Some(legs) = &mut legs {
                    local.keep(legs, usize::from(label.node), usize::from(arc.to));
                }
                heap.extend(labels.offer(local, next).map(|(id, ready)| Reverse((ready, id))));
            }
        }
        let mut least = found.iter().map(|&(reduced, _)| reduced).fold(self.ceiling, i64::min);
        for Reverse((_, id)) in heap {
            // Nothing is known of what a label leads to that was not extended, but the bound.
            least = least.min(self.bound(completion, labels.get(id)));
        }
        found.sort_unstable();
        let legs = legs.filter(|_| complete);
        Labelled { labels, found, least, complete, legs }
    }

    /// The reduced cost of going home from a label; none from the start or when too late.
    fn home<C: Clock, const W: usize>(&self, label: &Label<C, W>) -> Option<i64> {
        let node = usize::from(label.node);
        let leg = *self.local.home.get(node).filter(|leg| leg.time < NEVER)?;
        let cost = label.clock.home(&self.local.setting, self.local.place(node), leg)?;
        Some(self.local.fine.of(cost) + label.spent)
    }

    /// A label one stop farther; none where that is not allowed or not in time.
    #[inline]
    fn extended<C: Clock, const W: usize>(
        &self,
        (label, id): (&Label<C, W>, u32),
        arc: &Arc,
        remembered: Option<&[Bits<W>]>,
    ) -> Option<Label<C, W>> {
        let (local, to) = (self.local, usize::from(arc.to));
        let is_visit = to < local.visits;
        if is_visit && label.memory.has(to) || !is_visit && label.pickup > 0 {
            return None;
        }
        let node = &local.nodes[to];
        let (used, pickup) = match node.stop {
            Stop::Visit(_) => {
                (local.class.cargo.serve(&label.used, local.position[to], label.pickup)?, label.pickup)
            }
            Stop::Pickup(pickup) => {
                let state = state_of(pickup);
                (local.class.cargo.after_pickup(&label.used, state), state)
            }
        };
        let from = usize::from(label.node);
        let clock = label.clock.serve(&local.setting, local.place(from), arc.leg, node)?;
        let seconds = label.parity.common(&local.cut_bits[to]);
        let spent = label.spent - local.prize[to] + seconds.map(|cut| local.cut_price[cut]).sum::<i64>();
        let mut next = Label {
            value: local.fine.of(clock.least()) + spent,
            clock,
            spent,
            memory: label.memory,
            parity: label.parity,
            used,
            pickup,
            node: u16::try_from(to).expect("nodes are limited far below 2^16"),
            parent: id,
            alive: true,
        };
        next.parity.flip(&local.cut_bits[to]);
        if let Some(remembered) = remembered {
            next.memory.keep(&remembered[to]);
        }
        if is_visit {
            next.memory.set(to);
        }
        Some(next)
    }

    /// Drops visits from the memory that can never be reached again.
    #[inline]
    fn forget<C: Clock, const W: usize>(&self, label: &mut Label<C, W>) {
        let at = usize::from(label.node);
        let done = label.ready(self.local.setting.timing.breaks().len());
        for visit in label.memory.without(&Bits::EMPTY) {
            if !self.local.can_reach(at, done, visit) {
                label.memory.clear(visit);
            }
        }
    }

    #[inline]
    fn bound<C: Clock, const W: usize>(&self, completion: Option<&Completion>, label: &Label<C, W>) -> i64 {
        let node = usize::from(label.node);
        let Some(completion) = completion.filter(|_| node < self.local.nodes.len()) else { return -FAR };
        let seen = |visit: usize| visit < self.local.visits && label.memory.has(visit);
        completion.bound(&self.local.setting, (&label.clock, label.spent), self.local.fine, node, seen)
    }

    /// The same before a leg is taken, less tight and quicker: most legs lead nowhere.
    #[inline]
    fn bound_of_leg<C: Clock, const W: usize>(
        &self,
        completion: Option<&Completion>,
        label: &Label<C, W>,
        arc: &Arc,
    ) -> i64 {
        let Some(completion) = completion else { return -FAR };
        let after = completion.after_leg(&self.local.setting, &label.clock, (label.node, arc));
        after.saturating_add(label.value + self.local.fine.of(arc.leg.price))
    }

    /// The best routes without repetitions, the least first, no visit in more than a few of them.
    pub(super) fn chosen<C: Clock, const W: usize>(
        &self,
        labelled: &Labelled<C, W>,
    ) -> Vec<(i64, Vec<Stop>)> {
        let mut times = vec![0_usize; self.local.nodes.len()];
        // When all are asked for, none is passed over.
        let all = self.effort.dominance == Dominance::SameVisits;
        let often = if all { usize::MAX } else { self.effort.routes_max.div_ceil(2).max(2) };
        let mut routes = Vec::new();
        for &(reduced, id) in &labelled.found {
            if routes.len() == self.effort.routes_max {
                break;
            }
            let nodes = self.nodes_of(&labelled.labels, id);
            if repeats(&nodes) {
                continue;
            }
            if nodes.iter().any(|&node| node < self.local.visits && times[node] >= often) {
                continue;
            }
            nodes.iter().for_each(|&node| times[node] += 1);
            let free = nodes.iter().map(|&node| self.local.nodes[node].stop);
            routes.push((reduced, self.local.class.frozen.iter().copied().chain(free).collect()));
        }
        routes
    }

    pub(super) fn nodes_of<C: Clock, const W: usize>(
        &self,
        labels: &Labels<C, W>,
        mut id: u32,
    ) -> Vec<usize> {
        let mut nodes = Vec::new();
        while usize::from(labels.get(id).node) != self.local.start() {
            nodes.push(usize::from(labels.get(id).node));
            id = labels.get(id).parent;
        }
        nodes.reverse();
        nodes
    }
}
