//! Large days begin with their parts: neighbouring shifts of the plan at hand with what they serve, each so small that column
//! generation soon comes near its end. With what it has found in them that of the whole day begins. A sum of bounds of parts
//! is no bound of the whole, so none is told.

use journeyman_domain::{PlaceId, Problem, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel};
use tracing::debug;

use crate::deadline::Deadline;
use crate::generation::{Generation, Limits, Listener, Scope};
use crate::linear_program::LpTrouble;
use crate::pricing::Prices;
use crate::prove::Sequence;

/// Visits up to which a day is not split, and of a part.
const WHOLE_MAX: usize = 400;
const PART_MAX: usize = 250;
/// Share of the time that all parts may take.
const SHARE: f64 = 0.25;
/// Columns of a part that the whole begins with, for each of its visits.
const COLUMNS_PER_VISIT: usize = 6;
/// A part is left when its bound lies below its relaxation by one so-manieth: the whole moves the prices farther.
const NEAR: i64 = 50;

/// Shifts with the visits that are planned on them.
struct Part {
    shifts: Vec<ShiftId>,
    visits: Vec<VisitId>,
}

/// Whether a day is split.
pub(crate) fn is_split(problem: &Problem) -> bool {
    problem.visits.len() > WHOLE_MAX
}

/// Routes worth beginning with: those of the relaxations of all parts of a plan (idle shifts included).
pub(crate) fn routes_of_parts(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    plan: &[Route],
    limits: Limits<'_>,
) -> Result<Vec<Sequence>, LpTrouble> {
    let parts = split(model, plan, PART_MAX);
    let all = Deadline::after(limits.deadline.remaining().mul_f64(SHARE));
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let left = u32::try_from(parts.len() - at).expect("parts are few");
        let own_limits = limits.until(Deadline::after(all.remaining() / left));
        let whose = (part.shifts.as_slice(), part.visits.as_slice());
        // Frozen stops that do not fit are told of by the whole.
        let Ok(scope) = Scope::of(model, eligibility, whose, 0) else { continue };
        let own = |route: &&Route| part.shifts.binary_search(&route.shift()).is_ok();
        let own: Vec<Route> = plan.iter().filter(own).cloned().collect();
        let mut generation = Generation::new(&scope, &own)?;
        let step = generation.run(own_limits, &mut Deaf)?;
        let columns = generation.best_routes(COLUMNS_PER_VISIT * part.visits.len(), limits)?;
        debug!(
            ?step,
            shifts = part.shifts.len(),
            visits = part.visits.len(),
            columns = columns.len(),
            "part"
        );
        found.extend(columns);
        if limits.over() {
            break;
        }
    }
    Ok(found)
}

/// Parts of a plan, of so many visits at most where single routes allow it; what is unserved belongs to all of them.
fn split(model: &RouteModel<'_>, plan: &[Route], most: usize) -> Vec<Part> {
    let problem = model.problem();
    let mut served = vec![false; problem.visits.len()];
    plan.iter().flat_map(Route::visits).for_each(|visit| served[visit.index()] = true);
    let unserved: Vec<VisitId> = problem.visit_ids().filter(|visit| !served[visit.index()]).collect();
    let mut groups = Vec::new();
    halve(model, plan.iter().collect(), most, &mut groups);
    let part = |routes: Vec<&Route>| {
        let mut shifts: Vec<ShiftId> = routes.iter().map(|route| route.shift()).collect();
        let mut visits: Vec<VisitId> = routes.iter().flat_map(|route| route.visits()).collect();
        visits.extend(&unserved);
        shifts.sort_unstable();
        visits.sort_unstable();
        Part { shifts, visits }
    };
    groups.into_iter().map(part).collect()
}

/// Halves routes by which of two that lie far apart is nearer, until there are few enough visits. O(routes · log routes).
fn halve<'r>(
    model: &RouteModel<'_>,
    mut routes: Vec<&'r Route>,
    most: usize,
    groups: &mut Vec<Vec<&'r Route>>,
) {
    let visits: usize = routes.iter().map(|route| route.visits().count()).sum();
    if visits <= most || routes.len() < 2 {
        groups.push(routes);
        return;
    }
    let middle = |route: &Route| middle_of(model, route);
    let apart = |one: PlaceId, other: PlaceId| {
        let travel = model.travel();
        (travel.leg(one, other).duration + travel.leg(other, one).duration).ticks()
    };
    let farthest = |from: PlaceId| {
        let farthest =
            routes.iter().map(|route| middle(route)).max_by_key(|&place| (apart(from, place), place));
        farthest.expect("there are routes")
    };
    let one = farthest(middle(routes[0]));
    let other = farthest(one);
    routes.sort_by_key(|route| {
        let place = middle(route);
        (apart(one, place) - apart(other, place), route.shift())
    });
    let mut before = 0;
    let half = routes.iter().take_while(|route| {
        before += route.visits().count();
        2 * before <= visits
    });
    let half = half.count().clamp(1, routes.len() - 1);
    let second = routes.split_off(half);
    halve(model, routes, most, groups);
    halve(model, second, most, groups);
}

/// Where a route is in the middle of its stops; where its shift begins, if it has none.
fn middle_of(model: &RouteModel<'_>, route: &Route) -> PlaceId {
    let visits: Vec<VisitId> = route.visits().collect();
    match visits.get(visits.len() / 2) {
        Some(&visit) => model.place_of(Stop::Visit(visit)),
        None => model.timing(route.shift()).start_place(),
    }
}

/// Hears nothing of what is found in a part, and says when that is enough.
struct Deaf;

impl Listener for Deaf {
    fn bound(&mut self, _: i64) {}

    fn prices(&mut self, _: i64, _: &Prices) {}

    fn is_met(&self, _: i64) -> bool {
        false
    }

    fn is_near(&self, bound: i64, relaxation: i64) -> bool {
        relaxation - bound < relaxation / NEAR
    }

    fn better_routes(&mut self) -> Option<Vec<Route>> {
        None
    }

    fn found(&mut self) -> Vec<Sequence> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use journeyman_domain::StopKind;
    use journeyman_testkit::brute::best_plan;
    use journeyman_testkit::{Shape, cases, random_problem};
    use journeyman_travel::{Travel, visit_jurisdictions};

    use super::*;
    use crate::score::with_idle;

    #[test]
    fn each_shift_is_in_one_part_with_what_it_serves_and_what_is_unserved_in_all() {
        let shape = Shape { visits: 4..=6, shifts: 2..=3, ..Shape::default() };
        let mut split_days = 0;
        for seed in 0..cases(200) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("random days are valid");
            let model = RouteModel::build(&problem, &travel, &[]);
            let served = best_plan(&problem, &travel);
            let stop = |kind: &StopKind| match *kind {
                StopKind::Visit(visit) => Some(Stop::Visit(visit)),
                StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
                StopKind::Break(_) => None,
            };
            let routes = served.routes.iter().filter_map(|route| {
                let stops = route.stops.iter().filter_map(|planned| stop(&planned.kind)).collect();
                Route::of(&model, route.shift, stops)
            });
            let plan = with_idle(&model, routes.collect());
            let unserved = |visit: VisitId| !plan.iter().flat_map(Route::visits).any(|other| other == visit);
            let parts = split(&model, &plan, 2);
            split_days += usize::from(parts.len() > 1);
            for route in &plan {
                let with: Vec<&Part> =
                    parts.iter().filter(|part| part.shifts.binary_search(&route.shift()).is_ok()).collect();
                assert_eq!(with.len(), 1, "seed {seed}");
                assert!(
                    route.visits().all(|visit| with[0].visits.binary_search(&visit).is_ok()),
                    "seed {seed}"
                );
            }
            for part in &parts {
                let own = part.visits.iter().filter(|&&visit| !unserved(visit)).count();
                assert!(own <= 2 || part.shifts.len() == 1, "seed {seed}: {own} visits");
                let all = problem.visit_ids().filter(|&visit| unserved(visit));
                assert_eq!(part.visits.len() - own, all.count(), "seed {seed}");
            }
        }
        assert!(split_days > 0, "it happens");
    }

    #[test]
    fn routes_of_parts_are_routes_of_the_whole() {
        let shape = Shape { visits: 4..=6, shifts: 2..=3, ..Shape::plain() };
        let (never, mut count) = (AtomicBool::new(false), 0);
        for seed in 0..cases(100) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("random days are valid");
            let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
            let model = RouteModel::build(&problem, &travel, &[]);
            let plan = with_idle(&model, Vec::new());
            let limits = Limits {
                deadline: Deadline::never(),
                stop: &never,
                threads: 1,
                labels_max: u64::MAX,
                counted: false,
            };
            let routes = routes_of_parts(&model, &eligibility, &plan, limits).expect("the solver works");
            for (shift, stops) in routes {
                assert!(Route::of(&model, shift, stops).is_some(), "seed {seed}");
                count += 1;
            }
        }
        assert!(count > 0, "it happens");
    }
}
