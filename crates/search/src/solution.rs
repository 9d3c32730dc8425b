//! A set of routes that search edits.

use journeyman_domain::{Cost, Score, ShiftId, Stop, VisitId};
use journeyman_route::{Insertion, Route, RouteModel, SharedStock};

use crate::sector::Sector;

/// Routes of all shifts, and who serves whom. Feasible at all times, its cost exact.
#[derive(Clone, Debug)]
pub struct Solution {
    routes: Vec<Route>,
    server: Vec<Option<ShiftId>>,
    stock: SharedStock,
    /// Per shift: a hash of its stops.
    content: Vec<u64>,
    /// Per shift, a bit: whether its route is empty.
    empty: Vec<u64>,
}

impl Solution {
    /// Nothing served but what is frozen; the shift whose frozen stops do not fit, if any.
    ///
    /// # Errors
    /// The first shift whose frozen stops break the problem's own rules.
    pub fn empty(model: &RouteModel<'_>) -> Result<Self, ShiftId> {
        let problem = model.problem();
        let routes: Result<Vec<Route>, ShiftId> =
            problem.shift_ids().map(|shift| Route::empty(model, shift).ok_or(shift)).collect();
        let mut solution = Self {
            routes: routes?,
            server: vec![None; problem.visits.len()],
            stock: SharedStock::new(problem),
            content: vec![0; problem.shifts.len()],
            empty: vec![0; problem.shifts.len().div_ceil(64)],
        };
        for shift in problem.shift_ids() {
            solution.claim(model, shift);
        }
        Ok(solution)
    }

    /// The route of a shift.
    #[inline]
    pub fn route(&self, shift: ShiftId) -> &Route {
        &self.routes[shift.index()]
    }

    /// All routes, in the order of the shifts, empty ones too.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// A hash of a shift and its stops: equal while they are, and as good as never otherwise.
    #[inline]
    pub(crate) fn content(&self, shift: ShiftId) -> u64 {
        self.content[shift.index()]
    }

    /// Which shifts are empty: 64 to a word, a bit each.
    #[inline]
    pub(crate) fn idle(&self) -> &[u64] {
        &self.empty
    }

    /// Who serves a visit.
    #[inline]
    pub fn server(&self, visit: VisitId) -> Option<ShiftId> {
        self.server[visit.index()]
    }

    /// Visits that nobody serves, in order.
    pub fn unserved(&self) -> impl Iterator<Item = VisitId> + '_ {
        self.server.iter().enumerate().filter(|(_, server)| server.is_none()).map(|(at, _)| VisitId::new(at))
    }

    /// Mandatory visits unserved, and the money. O(visits + shifts).
    pub fn score(&self, model: &RouteModel<'_>) -> Score {
        let problem = model.problem();
        let mut score = Score { mandatory_unserved: 0, cost: self.routes.iter().map(Route::cost).sum() };
        for visit in self.unserved().map(|visit| problem.visit(visit)) {
            score.mandatory_unserved += u32::from(visit.is_mandatory());
            score.cost += visit.penalty();
        }
        score
    }

    /// The stops of every used shift.
    pub fn sequences(&self) -> Vec<(ShiftId, Vec<Stop>)> {
        let used = self.routes.iter().filter(|route| !route.is_empty());
        used.map(|route| (route.shift(), route.stops().to_vec())).collect()
    }

    /// Puts a visit where it was evaluated; false, and nothing changed, when a shared stock does not last.
    pub(crate) fn insert(&mut self, model: &RouteModel<'_>, insertion: &Insertion) -> bool {
        let route = &mut self.routes[insertion.shift.index()];
        if self.stock.is_trivial() {
            route.insert(model, insertion);
        } else {
            let before = route.clone();
            self.stock.give_back(model, &before);
            route.insert(model, insertion);
            if !self.stock.lasts_for(model, route) {
                *route = before;
                self.stock.take(model, route);
                return false;
            }
            self.stock.take(model, route);
        }
        self.server[insertion.visit.index()] = Some(insertion.shift);
        self.note(insertion.shift);
        true
    }

    /// Takes visits out of one route; false, and nothing changed, when that is infeasible (non-metric travel).
    pub(crate) fn remove(&mut self, model: &RouteModel<'_>, shift: ShiftId, gone: &[VisitId]) -> bool {
        let route = &mut self.routes[shift.index()];
        self.stock.give_back(model, route);
        let removed = route.remove(model, |visit| gone.contains(&visit));
        self.stock.take(model, route);
        if removed {
            for &visit in gone {
                self.server[visit.index()] = None;
            }
            // Frozen visits stay where they are.
            for visit in self.routes[shift.index()].visits() {
                self.server[visit.index()] = Some(shift);
            }
            self.note(shift);
        }
        removed
    }

    /// Puts a saved route back; returns the one that was there.
    pub(crate) fn restore(&mut self, model: &RouteModel<'_>, saved: Route) -> Route {
        let shift = saved.shift();
        self.release(model, shift);
        let replaced = std::mem::replace(&mut self.routes[shift.index()], saved);
        self.claim(model, shift);
        replaced
    }

    /// Gives two shifts other stops; visits in neither are unserved then. False, and nothing changed, where a route
    /// is infeasible or a shared stock does not last.
    pub(crate) fn exchange(
        &mut self,
        model: &RouteModel<'_>,
        one: (ShiftId, Vec<Stop>),
        other: (ShiftId, Vec<Stop>),
    ) -> bool {
        let route = |(shift, stops)| {
            let mut route = Route::of(model, shift, stops)?;
            // Drops a pickup that nothing needs any more.
            route.remove(model, |_| false).then_some(route)
        };
        let (Some(one), Some(other)) = (route(one), route(other)) else { return false };
        let (shift, shift_other) = (one.shift(), other.shift());
        self.release(model, shift);
        self.release(model, shift_other);
        let one = std::mem::replace(&mut self.routes[shift.index()], one);
        let other = std::mem::replace(&mut self.routes[shift_other.index()], other);
        let lasts = |solution: &mut Self, shift: ShiftId| {
            let lasts = solution.stock.lasts_for(model, &solution.routes[shift.index()]);
            solution.claim(model, shift);
            lasts
        };
        if lasts(self, shift) & lasts(self, shift_other) {
            return true;
        }
        self.release(model, shift);
        self.release(model, shift_other);
        self.routes[shift.index()] = one;
        self.routes[shift_other.index()] = other;
        self.claim(model, shift);
        self.claim(model, shift_other);
        false
    }

    /// Forgets who is served by a shift, before its route is overwritten.
    fn release(&mut self, model: &RouteModel<'_>, shift: ShiftId) {
        let route = &self.routes[shift.index()];
        self.stock.give_back(model, route);
        for visit in route.visits() {
            if self.server[visit.index()] == Some(shift) {
                self.server[visit.index()] = None;
            }
        }
    }

    /// Whether no shared stock is overdrawn. O(shifts) where there is any.
    pub(crate) fn stock_lasts(&self, model: &RouteModel<'_>) -> bool {
        self.stock.is_trivial() || SharedStock::lasts_for_all(model, self.routes.iter())
    }

    fn claim(&mut self, model: &RouteModel<'_>, shift: ShiftId) {
        let route = &self.routes[shift.index()];
        self.stock.take(model, route);
        for visit in route.visits() {
            self.server[visit.index()] = Some(shift);
        }
        self.note(shift);
    }

    /// Keeps in mind what the stops of a shift are now.
    fn note(&mut self, shift: ShiftId) {
        let (at, route) = (shift.index(), &self.routes[shift.index()]);
        self.content[at] = content_of(route);
        let bit = 1 << (at % 64);
        if route.is_empty() {
            self.empty[at / 64] |= bit;
        } else {
            self.empty[at / 64] &= !bit;
        }
    }

    /// Replaces the routes of a solution by given sequences, as far as they fit: sequences that break a rule of the
    /// route, serve a visit twice or overdraw a shared stock are left out. Returns whether all fitted.
    pub fn adopt(&mut self, model: &RouteModel<'_>, sequences: &[(ShiftId, Vec<Stop>)]) -> bool {
        let mut all = true;
        for (shift, stops) in sequences {
            let fresh = stops.iter().all(|stop| match stop {
                Stop::Visit(visit) => self.server(*visit).is_none_or(|server| server == *shift),
                Stop::Pickup(_) => true,
            });
            let route = if fresh { Route::of(model, *shift, stops.clone()) } else { None };
            all &= route.is_some_and(|route| self.adopt_route(model, route));
        }
        all
    }

    /// Puts a route in the place of its shift's, where nobody else serves its visits and shared stocks last; whether it
    /// did.
    pub fn take_route(&mut self, model: &RouteModel<'_>, route: Route) -> bool {
        let shift = route.shift();
        let fresh = route.visits().all(|visit| self.server(visit).is_none_or(|server| server == shift));
        fresh && self.adopt_route(model, route)
    }

    fn adopt_route(&mut self, model: &RouteModel<'_>, route: Route) -> bool {
        let shift = route.shift();
        self.release(model, shift);
        if self.stock.lasts_for(model, &route) {
            self.routes[shift.index()] = route;
            self.claim(model, shift);
            return true;
        }
        self.claim(model, shift);
        false
    }

    /// Becomes a copy of another solution of the same problem, its memory reused. O(visits + changed routes).
    pub(crate) fn become_like(&mut self, other: &Self) {
        for (at, route) in other.routes.iter().enumerate() {
            if self.content[at] != other.content[at] {
                self.routes[at].clone_from(route);
            }
        }
        self.server.clone_from(&other.server);
        self.content.clone_from(&other.content);
        self.empty.clone_from(&other.empty);
        self.stock.clone_from(&other.stock);
    }

    /// Becomes like another solution in a sector; outside of it nothing changes. Both must give the sector's visits to
    /// its shifts or to nobody. O(visits of the sector + changed routes).
    pub(crate) fn take_over(&mut self, model: &RouteModel<'_>, other: &Self, sector: &Sector) {
        for at in (0..self.routes.len()).filter(|&at| sector.has(ShiftId::new(at))) {
            if self.content[at] != other.content[at] {
                self.stock.give_back(model, &self.routes[at]);
                self.routes[at].clone_from(&other.routes[at]);
                self.stock.take(model, &self.routes[at]);
                self.note(ShiftId::new(at));
            }
        }
        for &visit in sector.visits() {
            self.server[visit.index()] = other.server[visit.index()];
        }
    }

    /// The from-scratch twin: every route rebuilt, every visit served at most once, shared stocks last.
    pub fn assert_consistent(&self, model: &RouteModel<'_>) {
        let mut server = vec![None; self.server.len()];
        for route in &self.routes {
            let twin = Route::of(model, route.shift(), route.stops().to_vec());
            assert_eq!(twin.map(|twin| twin.cost()), Some(route.cost()), "a route costs what its stops cost");
            assert_eq!(self.content(route.shift()), content_of(route), "the hash is that of the stops");
            for visit in route.visits() {
                let before = server[visit.index()].replace(route.shift());
                assert_eq!(before, None, "{visit:?} is served once");
            }
        }
        assert_eq!(server, self.server);
        assert!(SharedStock::lasts_for_all(model, self.routes.iter()), "shared stocks last");
    }
}

fn content_of(route: &Route) -> u64 {
    let spread = |hash: u64, word: usize| {
        (hash.rotate_left(5) ^ (word as u64 + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    };
    let word = |stop: &Stop| match *stop {
        Stop::Visit(visit) => 2 * visit.index(),
        Stop::Pickup(pickup) => 2 * pickup.index() + 1,
    };
    let hash = route.stops().iter().map(word).fold(spread(0, route.shift().index()), spread);
    hash ^ (hash >> 29)
}

/// The annealing's cost: routes plus the weight of what is absent.
pub(crate) fn annealing_cost(solution: &Solution, absence: impl Fn(VisitId) -> Cost) -> Cost {
    let routes: Cost = solution.routes.iter().map(Route::cost).sum();
    routes + solution.unserved().map(absence).sum()
}
