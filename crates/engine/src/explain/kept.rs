//! Any plan made into routes: what breaks a rule is taken off and named, the order of the rest stays.

use journeyman_domain::{ShiftId, Stop, VisitId};
use journeyman_eligibility::Verdict;
use journeyman_plan::{DropReason, Dropped};
use journeyman_route::{Route, RouteModel, SharedStock};

use crate::day::Ground;

/// The routes of a plan.
pub(crate) struct Kept {
    /// By shift, empty ones too; none where the frozen stops themselves do not fit.
    pub(crate) routes: Vec<Option<Route>>,
    /// What could not stay, in the order of the plan.
    pub(crate) dropped: Vec<Dropped>,
}

impl Kept {
    /// Keeps all of a plan that keeps the rules; else each stop that still fits behind those kept before it.
    ///
    /// O(stops × pieces of a curve); where something does not fit, O(stops²) for its route.
    pub(crate) fn of(ground: &Ground, model: &RouteModel<'_>, sequences: &[(ShiftId, Vec<Stop>)]) -> Self {
        let routes = ground.problem.shift_ids().map(|shift| Route::empty(model, shift)).collect();
        let mut sieve = Sieve {
            ground,
            model,
            served: vec![false; ground.problem.visits.len()],
            stock: SharedStock::new(&ground.problem),
            kept: Self { routes, dropped: Vec::new() },
        };
        if let Some(routes) = sieve.all(sequences) {
            return Self { routes, dropped: Vec::new() };
        }
        sieve.take_frozen();
        for (shift, stops) in sequences {
            sieve.take(*shift, stops);
        }
        sieve.kept
    }
}

struct Sieve<'a> {
    ground: &'a Ground,
    model: &'a RouteModel<'a>,
    served: Vec<bool>,
    stock: SharedStock,
    kept: Kept,
}

impl Sieve<'_> {
    /// The whole plan, if nothing is wrong with it.
    fn all(&self, sequences: &[(ShiftId, Vec<Stop>)]) -> Option<Vec<Option<Route>>> {
        let mut routes = self.kept.routes.clone();
        let (mut served, mut taken) = (vec![false; self.served.len()], vec![false; routes.len()]);
        for (shift, stops) in sequences {
            let twice = std::mem::replace(&mut taken[shift.index()], true);
            let lawful = visits(stops).all(|visit| self.ground.eligibility.allows(*shift, visit));
            let again = visits(stops).any(|visit| std::mem::replace(&mut served[visit.index()], true));
            let starts_frozen = stops.starts_with(frozen(self.ground, *shift));
            if twice || !lawful || again || !starts_frozen {
                return None;
            }
            routes[shift.index()] = Some(Route::of(self.model, *shift, stops.clone())?);
        }
        // What is frozen on a shift that the plan does not name is served there as well.
        let unnamed = self.ground.problem.shift_ids().filter(|shift| !taken[shift.index()]);
        let clash = unnamed.flat_map(|shift| visits(frozen(self.ground, shift))).any(|v| served[v.index()]);
        let lasts = SharedStock::lasts_for_all(self.model, routes.iter().flatten());
        (!clash && lasts).then_some(routes)
    }

    fn take_frozen(&mut self) {
        for route in self.kept.routes.iter().flatten() {
            route.visits().for_each(|visit| self.served[visit.index()] = true);
            self.stock.take(self.model, route);
        }
    }

    fn take(&mut self, shift: ShiftId, stops: &[Stop]) {
        let held = frozen(self.ground, shift);
        let rest = stops.strip_prefix(held).unwrap_or(stops);
        for &stop in rest.iter().filter(|stop| !held.contains(stop)) {
            if let Err(why) = self.append(shift, stop) {
                self.kept.dropped.push(Dropped { shift, stop, why });
            }
        }
    }

    fn append(&mut self, shift: ShiftId, stop: Stop) -> Result<(), DropReason> {
        if let Stop::Visit(visit) = stop {
            if self.served[visit.index()] {
                return Err(DropReason::AlreadyServed);
            }
            let problem = &self.ground.problem;
            if let Verdict::Ineligible(reason) = self.ground.eligibility.verdict(problem, shift, visit) {
                return Err(DropReason::Forbidden(reason));
            }
        }
        let slot = &mut self.kept.routes[shift.index()];
        let route = slot.as_ref().ok_or(DropReason::DoesNotFit)?;
        let stops = [route.stops(), &[stop]].concat();
        let longer = Route::of(self.model, shift, stops).ok_or(DropReason::DoesNotFit)?;
        self.stock.give_back(self.model, route);
        let lasts = self.stock.lasts_for(self.model, &longer);
        let kept = if lasts { &*slot.insert(longer) } else { route };
        self.stock.take(self.model, kept);
        if !lasts {
            return Err(DropReason::DoesNotFit);
        }
        if let Stop::Visit(visit) = stop {
            self.served[visit.index()] = true;
        }
        Ok(())
    }
}

fn visits(stops: &[Stop]) -> impl Iterator<Item = VisitId> + '_ {
    stops.iter().filter_map(|stop| match *stop {
        Stop::Visit(visit) => Some(visit),
        Stop::Pickup(_) => None,
    })
}

fn frozen(ground: &Ground, shift: ShiftId) -> &[Stop] {
    ground.problem.shift(shift).frozen.as_ref().map_or(&[], |frozen| &frozen.stops)
}
