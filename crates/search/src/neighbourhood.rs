//! What the search looks up: who may serve whom, who lies near whom, which shifts are alike.

use journeyman_domain::{Cost, ShiftId, Visit, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::RouteModel;

/// A route model with candidate lists. Immutable, shared by all threads.
pub struct SearchModel<'a> {
    routes: &'a RouteModel<'a>,
    /// Per visit: the shifts that may serve it.
    shifts_of: Vec<Vec<ShiftId>>,
    /// Per visit and shift, a bit: whether the shift may serve it.
    allowed: Vec<u64>,
    /// Words per visit of it.
    words: usize,
    /// Per visit: other visits, nearest first.
    near: Vec<Vec<VisitId>>,
    /// Per shift: its class; shifts of one class are interchangeable while empty.
    class_of: Vec<u32>,
    /// Per visit: its price in the annealing while unserved, mandatory ones above everything.
    absence: Vec<Cost>,
}

/// Nearest visits kept per visit.
const NEAR_MAX: usize = 400;

impl<'a> SearchModel<'a> {
    /// Builds the lists. O(visits² log visits + shifts × visits).
    pub fn build(routes: &'a RouteModel<'a>, eligibility: &Eligibility) -> Self {
        let problem = routes.problem();
        let shifts_of: Vec<Vec<ShiftId>> = problem
            .visit_ids()
            .map(|visit| problem.shift_ids().filter(|&shift| eligibility.allows(shift, visit)).collect())
            .collect();
        let words = problem.shifts.len().div_ceil(64);
        let mut allowed = vec![0_u64; words * problem.visits.len()];
        for (visit, shifts) in shifts_of.iter().enumerate() {
            for shift in shifts {
                allowed[visit * words + shift.index() / 64] |= 1 << (shift.index() % 64);
            }
        }
        let near = problem.visit_ids().map(|visit| nearest(routes, visit)).collect();
        let class_of = classes(routes, eligibility);
        Self { routes, shifts_of, allowed, words, near, class_of, absence: absence_prices(routes) }
    }

    /// The arithmetic.
    pub fn routes(&self) -> &'a RouteModel<'a> {
        self.routes
    }

    /// The shifts that may serve a visit.
    pub fn shifts_of(&self, visit: VisitId) -> &[ShiftId] {
        &self.shifts_of[visit.index()]
    }

    /// Whether a shift may serve a visit.
    #[inline]
    pub fn allows(&self, shift: ShiftId, visit: VisitId) -> bool {
        self.allowed(visit)[shift.index() / 64] >> (shift.index() % 64) & 1 == 1
    }

    /// The shifts that may serve a visit: 64 to a word, a bit each.
    #[inline]
    pub(crate) fn allowed(&self, visit: VisitId) -> &[u64] {
        &self.allowed[visit.index() * self.words..][..self.words]
    }

    /// Other visits, nearest first.
    pub fn near(&self, visit: VisitId) -> &[VisitId] {
        &self.near[visit.index()]
    }

    /// The class of a shift.
    pub fn class_of(&self, shift: ShiftId) -> usize {
        self.class_of[shift.index()] as usize
    }

    /// How many shifts are of the class of this one.
    pub fn class_len(&self, shift: ShiftId) -> usize {
        self.class_of.iter().filter(|&&class| class == self.class_of[shift.index()]).count()
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.class_of.iter().max().map_or(0, |most| *most as usize + 1)
    }

    /// What an unserved visit weighs in the annealing: its penalty, or more than any route where it is mandatory.
    pub fn absence(&self, visit: VisitId) -> Cost {
        self.absence[visit.index()]
    }
}

fn nearest(routes: &RouteModel<'_>, visit: VisitId) -> Vec<VisitId> {
    let (problem, travel) = (routes.problem(), routes.travel());
    let here = problem.visit(visit).place;
    let mut others: Vec<_> = problem
        .visit_ids()
        .filter(|&other| other != visit)
        .map(|other| {
            let there = problem.visit(other).place;
            let both = travel.leg(here, there).duration + travel.leg(there, here).duration;
            (both, other)
        })
        .collect();
    if others.len() > NEAR_MAX {
        others.select_nth_unstable(NEAR_MAX);
        others.truncate(NEAR_MAX);
    }
    others.sort_unstable();
    others.into_iter().map(|(_, other)| other).collect()
}

/// Shifts that differ in nothing that an empty route can show.
fn classes(routes: &RouteModel<'_>, eligibility: &Eligibility) -> Vec<u32> {
    let problem = routes.problem();
    let mut firsts: Vec<ShiftId> = Vec::new();
    let alike = |a: ShiftId, b: ShiftId| {
        let (one, other) = (problem.shift(a), problem.shift(b));
        let (van, other_van) = (&problem.technician_of(a).van, &problem.technician_of(b).van);
        one.start_place == other.start_place
            && one.end_place == other.end_place
            && (one.window, one.soft_end, one.rates) == (other.window, other.soft_end, other.rates)
            && one.breaks == other.breaks
            && one.visits_max == other.visits_max
            && one.frozen.is_none()
            && other.frozen.is_none()
            && van == other_van
            && problem.visit_ids().all(|visit| {
                eligibility.allows(a, visit) == eligibility.allows(b, visit)
                    && routes.assignment_cost(a, visit) == routes.assignment_cost(b, visit)
                    && routes.profile(a, visit) == routes.profile(b, visit)
            })
    };
    let class = |shift| {
        let known = firsts.iter().position(|&first| alike(first, shift));
        let class = known.unwrap_or_else(|| {
            firsts.push(shift);
            firsts.len() - 1
        });
        u32::try_from(class).expect("fewer classes than shifts")
    };
    problem.shift_ids().map(class).collect()
}

/// Penalties, with mandatory visits above all penalties together and above what serving one can cost: the longest
/// shift paid to its end, and the way there and back over the longest leg.
fn absence_prices(routes: &RouteModel<'_>) -> Vec<Cost> {
    let (problem, travel) = (routes.problem(), routes.travel());
    let optional: Cost = problem.visits.iter().map(Visit::penalty).sum();
    let legs = problem.visits.iter().flat_map(|visit| {
        let there = problem.shifts.iter().map(|shift| travel.leg(shift.start_place, visit.place));
        there.chain(problem.shifts.iter().map(|shift| travel.leg(visit.place, shift.end_place)))
    });
    let longest = legs.map(|leg| leg.distance).max().unwrap_or_default();
    let service = problem.shifts.iter().map(|shift| {
        let (rates, span) = (shift.rates, shift.window.end - shift.window.start);
        rates.time * span + rates.overtime * span + rates.used + rates.distance * (longest * 2)
    });
    let mandatory = optional.max(service.max().unwrap_or_default()) + Cost::from_micros(1);
    let price = |visit: &Visit| if visit.is_mandatory() { mandatory } else { visit.penalty() };
    problem.visits.iter().map(price).collect()
}
