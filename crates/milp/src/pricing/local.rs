//! The network of one class at one set of prices: nodes worth visiting, legs between them, what labels look up.

use journeyman_domain::{PlaceId, Stop, VisitId};
use journeyman_route::RouteModel;

use super::clock::{Leg, Node, Setting};
use super::fine::{FAR, Fine};
use super::terrain::Terrain;
use super::{Prices, ShiftClass};

/// Nodes `0..visits` are visits, then come pickups; the last row of legs is the start.
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
    /// From every node and the start to every node, dense.
    legs: Vec<Leg>,
    /// From every node home.
    pub(super) home: Vec<Leg>,
    /// From every node and the start: where to go, the most promising first.
    pub(super) arcs: Vec<Vec<u16>>,
    /// From every node to every visit: the last moment of being done at the first from which the second can still be
    /// reached, by any way.
    late: Vec<i64>,
    /// Fine money that leaving a visit out of a route loses at most.
    pub(super) skip_loss: Vec<i64>,
    /// Per node: the cuts that contain it.
    pub(super) cut_bits: Vec<u128>,
    /// Per cut: fine money for every second visit of it.
    pub(super) cut_price: Vec<i64>,
}

impl<'m> Local<'m> {
    /// `every_visit`: those too that are not worth going to. O(nodes²).
    pub(super) fn of(
        model: &'m RouteModel<'m>,
        class: &'m ShiftClass,
        terrain: &Terrain,
        prices: &Prices,
        every_visit: bool,
    ) -> Self {
        let shift = class.shifts[0];
        let setting = Setting { model, shift, timing: model.timing(shift) };
        let rates = (setting.timing.driving(), setting.timing.distance());
        let free_skips = terrain.may_skip(setting.timing);
        let own_price = |visit| model.assignment_cost(shift, visit).micros();
        let loss = |visit: VisitId| {
            prices.visit[visit.index()] - prices.fine.of(terrain.detour(rates, visit) + own_price(visit))
        };
        // What costs more than it is worth wherever it is put is in no route worth having.
        let worth = |&(_, visit): &(usize, VisitId)| every_visit || !free_skips || loss(visit) > 0;
        let kept: Vec<(usize, VisitId)> = class.visits.iter().copied().enumerate().filter(worth).collect();
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
        let skip_loss = kept.iter().map(|&(_, visit)| if free_skips { loss(visit).max(0) } else { FAR });
        let contains = |stop: Stop| match stop {
            Stop::Visit(visit) => prices.cuts_with(visit),
            Stop::Pickup(_) => 0,
        };
        let mut local = Self {
            class,
            fine: prices.fine,
            visits: kept.len(),
            position: kept.iter().map(|&(position, _)| position).collect(),
            prize: prize.collect(),
            start_place,
            legs: Vec::new(),
            home: Vec::new(),
            arcs: Vec::new(),
            late: Vec::new(),
            skip_loss: skip_loss.collect(),
            cut_bits: stops().map(contains).collect(),
            cut_price: prices.cuts.iter().map(|cut| cut.price).collect(),
            nodes,
            setting,
        };
        local.fill(terrain.skips);
        local
    }

    fn fill(&mut self, direct_is_quickest: bool) {
        let travel = self.setting.model.travel();
        let (driving, distance) = (self.setting.timing.driving(), self.setting.timing.distance());
        let leg = |from: PlaceId, to: PlaceId| {
            let leg = travel.leg(from, to);
            let duration = if travel.is_static() { leg.duration } else { travel.duration_min(from, to) };
            let time = duration.ticks();
            Leg { time, price: driving * time + distance * leg.distance.ticks() }
        };
        let places: Vec<PlaceId> = self.nodes.iter().map(|node| node.place).collect();
        let froms = || places.iter().copied().chain([self.start_place]);
        let quickest = |from: PlaceId, to: PlaceId, leg: Leg| {
            if direct_is_quickest { leg.time } else { travel.any_way_min(from, to).ticks() }
        };
        for from in froms() {
            self.legs.extend(places.iter().map(|&to| leg(from, to)));
        }
        self.home = places.iter().map(|&from| leg(from, self.setting.timing.end_place())).collect();
        for (from, place) in places.iter().enumerate() {
            for to in 0..self.visits {
                let last = self.nodes[to].profile.last().map_or(i64::MIN / 4, journeyman_domain::Time::ticks);
                self.late.push(last - quickest(*place, places[to], self.legs[from * places.len() + to]));
            }
        }
        self.arcs = (0..=places.len()).map(|from| self.arcs_from(from)).collect();
    }

    fn arcs_from(&self, from: usize) -> Vec<u16> {
        let ready = match self.nodes.get(from) {
            Some(node) => {
                let first = node.profile.first().map_or(0, journeyman_domain::Time::ticks);
                first.max(self.setting.timing.start()) + node.duration
            }
            None => self.setting.timing.start(),
        };
        let reachable = |&to: &usize| {
            let last = self.nodes[to].profile.last().map_or(i64::MIN, journeyman_domain::Time::ticks);
            to != from && ready + self.leg(from, to).time <= last
        };
        let mut targets: Vec<usize> = (0..self.nodes.len()).filter(reachable).collect();
        targets.sort_by_key(|&to| (self.fine.of(self.leg(from, to).price) - self.prize[to], to));
        targets.into_iter().map(|to| u16::try_from(to).expect("nodes are limited far below 2^16")).collect()
    }

    /// The row of legs from the start.
    pub(super) fn start(&self) -> usize {
        self.nodes.len()
    }

    #[inline]
    pub(super) fn leg(&self, from: usize, to: usize) -> Leg {
        self.legs[from * self.nodes.len() + to]
    }

    #[inline]
    pub(super) fn place(&self, from: usize) -> PlaceId {
        self.nodes.get(from).map_or(self.start_place, |node| node.place)
    }

    /// Whether a visit can still be reached by any way after being done at a node at a moment.
    #[inline]
    pub(super) fn can_reach(&self, from: usize, done: i64, visit: usize) -> bool {
        done <= self.late[from * self.visits + visit]
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
