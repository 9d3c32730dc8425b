//! The network of one class at one set of prices: nodes worth visiting, legs between them, what labels look up.

use journeyman_domain::{PlaceId, Stop, VisitId};
use journeyman_route::RouteModel;

use super::clock::{Leg, NEVER, Node, Setting};
use super::fine::{FAR, Fine};
use super::labelling::{Allowed, Effort};
use super::labels::Dominance;
use super::terrain::Terrain;
use super::{CutSet, Kept, Prices, ShiftClass};

/// A way on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub(super) to: u16,
    pub(super) leg: Leg,
}

/// Nodes `0..visits` are visits, then come pickups; the last number is the start.
pub(super) struct Local<'m> {
    pub(super) setting: Setting<'m>,
    pub(super) class: &'m ShiftClass,
    pub(super) fine: Fine,
    pub(super) nodes: Vec<Node<'m>>,
    /// How many of the nodes are visits.
    pub(super) visits: usize,
    /// Position of each visit node in the class.
    pub(super) position: Vec<usize>,
    /// Fine money for serving a node.
    pub(super) prize: Vec<i64>,
    /// Where the route stands before the first free stop.
    pub(super) start_place: PlaceId,
    /// From every node home; takes [`NEVER`] where it must go elsewhere.
    pub(super) home: Vec<Leg>,
    /// From every node and the start: where to go, the most promising first where not all are there.
    pub(super) arcs: Vec<Vec<Arc>>,
    /// By visit: the last moment of arrival.
    last: Vec<i64>,
    /// From every node and the start: the last moment of leaving.
    leaves: Vec<i64>,
    /// Fine money for a tick of the shift, where not all legs are wanted.
    worth_of_time: i64,
    /// From every node to every visit the time of the quickest way, where that may not be the leg.
    quickest: Option<Vec<i64>>,
    least_step: i64,
    /// Fine money that leaving a visit out of a route loses at most.
    pub(super) skip_loss: Vec<i64>,
    /// Per node: the cuts that contain it.
    pub(super) cut_bits: Vec<CutSet>,
    /// Cuts that contain the class.
    pub(super) class_bits: CutSet,
    /// Per cut: fine money for every second row of it.
    pub(super) cut_price: Vec<i64>,
}

impl<'m> Local<'m> {
    /// With so many legs from each stop at most; when listing, with those visits too that are not worth going to.
    /// O(nodes²).
    pub(super) fn of(
        model: &'m RouteModel<'m>,
        class: &'m ShiftClass,
        terrain: &Terrain,
        prices: &Prices,
        (effort, allowed): (Effort, Allowed<'_>),
    ) -> Self {
        let Allowed { rules, legs } = allowed;
        let every_visit = effort.dominance.keeps_visits();
        let shift = class.shifts[0];
        let setting = Setting { model, shift, timing: model.timing(shift) };
        let rates = (setting.timing.driving(), setting.timing.distance());
        let free_skips = terrain.may_skip(setting.timing);
        let own_price = |visit| model.assignment_cost(shift, visit).micros();
        let loss = |visit: VisitId| {
            prices.visit[visit.index()] - prices.fine.of(terrain.detour(rates, visit) + own_price(visit))
        };
        let knock_on = rules.knock_on(class, &|visit| loss(visit).max(0));
        let most_loss = |visit: VisitId| loss(visit).saturating_add(rules.most_knocked_on(&knock_on, visit));
        // What costs more than it is worth wherever it is put is in no route worth having.
        let worth = |&(_, visit): &(usize, VisitId)| {
            every_visit || !free_skips || rules.is_joined(visit) || most_loss(visit) > 0
        };
        let may = |&(position, visit): &(usize, VisitId)| {
            !rules.bans(class.number, visit) && legs.is_none_or(|legs| legs.reaches(position))
        };
        let served = class.visits.iter().copied().enumerate().filter(may);
        let kept: Vec<(usize, VisitId)> = served.filter(worth).collect();
        let stops = || {
            let has_pickup = class.frozen.iter().any(|stop| matches!(stop, Stop::Pickup(_)));
            // Off the triangle inequality even a pickup that nobody needs may shorten the way.
            let useful = !has_pickup
                && (!class.cargo.self_sufficient || !terrain.pickups_never_shorten(setting.timing));
            let pickups = model.pickups().filter(move |_| useful);
            kept.iter().map(|&(_, visit)| Stop::Visit(visit)).chain(pickups.map(Stop::Pickup))
        };
        let nodes: Vec<Node<'m>> = stops().map(|stop| node(model, class, stop)).collect();
        let start_place =
            class.frozen.last().map_or(setting.timing.start_place(), |&stop| model.place_of(stop));
        let prize = stops().map(|stop| match stop {
            Stop::Visit(visit) => prices.visit[visit.index()],
            Stop::Pickup(_) => 0,
        });
        let skip_loss = kept.iter().map(|&(_, visit)| if free_skips { most_loss(visit).max(0) } else { FAR });
        let mut local = Self {
            class,
            fine: prices.fine,
            visits: kept.len(),
            position: kept.iter().map(|&(position, _)| position).collect(),
            prize: prize.collect(),
            start_place,
            home: Vec::new(),
            arcs: Vec::new(),
            last: Vec::new(),
            leaves: Vec::new(),
            worth_of_time: 0,
            quickest: None,
            least_step: 0,
            skip_loss: skip_loss.collect(),
            cut_bits: stops().map(|stop| cuts_with(prices, stop)).collect(),
            class_bits: prices.cuts_of_class(class.number),
            cut_price: prices.cuts.iter().map(|cut| cut.price).collect(),
            nodes,
            setting,
        };
        local.fill(terrain, (effort, allowed));
        local
    }

    fn fill(&mut self, terrain: &Terrain, (effort, allowed): (Effort, Allowed<'_>)) {
        let rules = allowed.rules;
        let travel = self.setting.model.travel();
        let places: Vec<PlaceId> = self.nodes.iter().map(|node| node.place).collect();
        self.home =
            places.iter().map(|&from| self.leg_between(from, self.setting.timing.end_place())).collect();
        for (node, home) in self.nodes.iter().zip(&mut self.home) {
            if !rules.allow_leg(Some(node.stop), None) {
                home.time = NEVER;
            }
        }
        let last = |node: &Node<'_>| node.profile.last().map_or(i64::MIN / 4, journeyman_domain::Time::ticks);
        self.last = self.nodes.iter().map(last).collect();
        if effort.arcs_max < self.nodes.len() {
            let leaves = self.nodes.iter().zip(&self.last).map(|(node, last)| last + node.duration);
            self.leaves = leaves.chain([self.setting.timing.departures().1]).collect();
            self.worth_of_time = self.worth_of_time();
        }
        if !terrain.skips && matches!(effort.dominance, Dominance::Exact | Dominance::Plain) {
            let ways =
                places.iter().flat_map(|&from| places[..self.visits].iter().map(move |&to| (from, to)));
            self.quickest = Some(ways.map(|(from, to)| travel.any_way_min(from, to).ticks()).collect());
        }
        let mut node_of = vec![u16::MAX; self.setting.model.problem().visits.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            if let Stop::Visit(visit) = node.stop {
                node_of[visit.index()] = u16::try_from(at).expect("nodes are limited far below 2^16");
            }
        }
        let most = (effort.arcs_max, allowed);
        let arcs = (0..=places.len()).map(|from| {
            let near = self.nodes.get(from).filter(|_| effort.arcs_max < self.nodes.len());
            let near = near.and_then(|node| match node.stop {
                Stop::Visit(visit) => terrain.near(visit),
                Stop::Pickup(_) => None,
            });
            let Some(near) = near else { return self.arcs_from(from, 0..self.nodes.len(), most) };
            let visits = near.iter().map(|visit| usize::from(node_of[visit.index()]));
            let targets = visits.filter(|&at| at < self.visits).chain(self.visits..self.nodes.len());
            self.arcs_from(from, targets, most)
        });
        self.arcs = arcs.collect();
        let steps = self.arcs[..places.len()].iter().flatten();
        let steps = steps.map(|arc| arc.leg.time + self.nodes[usize::from(arc.to)].duration);
        self.least_step = steps.min().unwrap_or(i64::MAX / 4);
    }

    fn leg_between(&self, from: PlaceId, to: PlaceId) -> Leg {
        let travel = self.setting.model.travel();
        let (driving, distance) = (self.setting.timing.driving(), self.setting.timing.distance());
        let leg = travel.leg(from, to);
        let duration = if travel.is_static() { leg.duration } else { travel.duration_min(from, to) };
        let time = duration.ticks();
        Leg { time, price: driving * time + distance * leg.distance.ticks() }
    }

    /// The most promising legs to some nodes, the best first where not all are wanted.
    fn arcs_from(
        &self,
        from: usize,
        targets: impl Iterator<Item = usize>,
        (most, allowed): (usize, Allowed<'_>),
    ) -> Vec<Arc> {
        let ready = match self.nodes.get(from) {
            Some(node) => {
                let first = node.profile.first().map_or(0, journeyman_domain::Time::ticks);
                first.max(self.setting.timing.start()) + node.duration
            }
            None => self.setting.timing.start(),
        };
        let here = self.place(from);
        let arc = |to: usize| Arc {
            to: u16::try_from(to).expect("nodes are limited far below 2^16"),
            leg: self.leg_between(here, self.nodes[to].place),
        };
        let stop = self.nodes.get(from).map(|node| node.stop);
        let is_left = |to: usize| {
            allowed.legs.is_none_or(|legs| legs.has(self.number(legs, from), self.number(legs, to)))
        };
        let is_allowed = |&to: &usize| {
            to != from && allowed.rules.allow_leg(stop, Some(self.nodes[to].stop)) && is_left(to)
        };
        let targets = targets.filter(is_allowed).map(arc);
        let mut arcs: Vec<Arc> =
            targets.filter(|arc| ready + arc.leg.time <= self.last[usize::from(arc.to)]).collect();
        if most < arcs.len() {
            let key = |arc: &Arc| (self.dearness(from, arc), arc.to);
            arcs.select_nth_unstable_by_key(most, key);
            arcs.truncate(most);
            arcs.sort_unstable_by_key(key);
        }
        arcs
    }

    /// What a leg and its visit cost beyond what they bring, the time that they take priced too, the least wait between the
    /// two included. By cost and prize alone every leg would go to the same dear visits, whenever those are.
    fn dearness(&self, from: usize, arc: &Arc) -> i64 {
        let to = usize::from(arc.to);
        let node = &self.nodes[to];
        let opens = node.profile.first().map_or(0, journeyman_domain::Time::ticks);
        let waits = (opens - self.leaves[from].saturating_add(arc.leg.time)).max(0);
        let time = arc.leg.time + waits + node.duration;
        let cost = self.fine.of(arc.leg.price + node.price) - self.prize[to];
        cost.saturating_add(time.saturating_mul(self.worth_of_time))
    }

    /// Fine money that a tick of the shift is worth: what the last of those visits brings for its time that fill the
    /// shift and bring most (the dual of a knapsack).
    fn worth_of_time(&self) -> i64 {
        let timing = self.setting.timing;
        let end = timing.terminal().iter().filter_map(journeyman_route::Curve::end).max();
        let mut left = end.map_or(0, |end| end - timing.start());
        let time = |visit: usize| self.nodes[visit].duration.max(1);
        let mut rates: Vec<(i64, i64)> =
            (0..self.visits).map(|visit| (self.prize[visit] / time(visit), time(visit))).collect();
        rates.sort_unstable_by(|one, two| two.cmp(one));
        let last = rates.into_iter().find(|&(_, time)| {
            left -= time;
            left <= 0
        });
        last.map_or(0, |(rate, _)| rate)
    }

    /// The number of a node among the stops of its class.
    fn number(&self, legs: &Kept, node: usize) -> usize {
        match self.nodes.get(node) {
            Some(at) => {
                Kept::number(self.class, self.position.get(node).copied().unwrap_or_default(), at.stop)
            }
            None => legs.start(),
        }
    }

    /// To note legs in.
    pub(super) fn no_legs(&self) -> Kept {
        Kept::none(self.setting.model, self.class)
    }

    /// Notes a leg between two nodes.
    #[inline]
    pub(super) fn keep(&self, legs: &mut Kept, from: usize, to: usize) {
        let (from, to) = (self.number(legs, from), self.number(legs, to));
        legs.keep(from, to);
    }

    /// The least time from being done at a node to being done at the next.
    pub(super) fn least_step(&self) -> i64 {
        self.least_step
    }

    /// The number of the start.
    pub(super) fn start(&self) -> usize {
        self.nodes.len()
    }

    #[inline]
    pub(super) fn place(&self, from: usize) -> PlaceId {
        self.nodes.get(from).map_or(self.start_place, |node| node.place)
    }

    /// Whether a visit can still be reached by any way after being done at a node at a moment.
    #[inline]
    pub(super) fn can_reach(&self, from: usize, done: i64, visit: usize) -> bool {
        let way = match &self.quickest {
            Some(quickest) => quickest[from * self.visits + visit],
            None => self.leg_between(self.nodes[from].place, self.nodes[visit].place).time,
        };
        done + way <= self.last[visit]
    }
}

fn cuts_with(prices: &Prices, stop: Stop) -> CutSet {
    match stop {
        Stop::Visit(visit) => prices.cuts_with(visit),
        Stop::Pickup(_) => CutSet::EMPTY,
    }
}

fn node<'m>(model: &'m RouteModel<'m>, class: &ShiftClass, stop: Stop) -> Node<'m> {
    let shift = class.shifts[0];
    let price = match stop {
        Stop::Visit(visit) => model.assignment_cost(shift, visit).micros(),
        Stop::Pickup(_) => 0,
    };
    Node {
        stop,
        place: model.place_of(stop),
        duration: model.duration_of(stop).ticks(),
        profile: model.stop_profile(shift, stop),
        price,
    }
}
