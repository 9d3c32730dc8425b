//! Pricing against every feasible route of small random days.

use std::collections::BTreeMap;

use journeyman_domain::{Duration, Problem, ShiftId, Stop, Time, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{Shape, cases, frozen_at, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;

/// A random day with everything that pricing needs, handed to `judge` with its random numbers.
fn for_days(count: usize, mut judge: impl FnMut(u64, &RouteModel<'_>, &Eligibility, &mut Pcg64Mcg)) {
    let everything = Shape { visits: 3..=5, shifts: 1..=3, ..Shape::default() };
    let plain = Shape { visits: 4..=6, shifts: 1..=3, ..Shape::plain() };
    for seed in 0..count as u64 {
        let shape = if seed % 3 == 0 { &plain } else { &everything };
        let mut problem = random_problem(seed, shape);
        if seed % 4 == 1 {
            let travel = Travel::build(&problem).expect("random days are valid");
            let at = Time::ZERO + Duration::from_ticks(problem.horizon.ticks() * (seed as i64 / 4 % 9) / 10);
            problem = frozen_at(&problem, &best_plan(&problem, &travel), at);
        }
        let travel = Travel::build(&problem).expect("random days are valid");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        let model = RouteModel::build(&problem, &travel, &limits(&problem, &eligibility));
        judge(seed, &model, &eligibility, &mut Pcg64Mcg::seed_from_u64(seed));
    }
}

/// What eligibility leaves of start times.
pub(crate) fn limits(problem: &Problem, eligibility: &Eligibility) -> Vec<StartLimit> {
    let narrowed = |shift: ShiftId| {
        let visits = eligibility.visits_of(shift).iter().copied();
        visits.filter(move |&visit| eligibility.narrows(shift, visit)).map(move |visit| StartLimit {
            shift,
            visit,
            windows: eligibility.start_windows(shift, visit).to_vec(),
        })
    };
    problem.shift_ids().flat_map(narrowed).collect()
}

/// Some visits kept away from classes, some legs forbidden and some required; often nothing.
fn random_rules(model: &RouteModel<'_>, classes: &[ShiftClass], rng: &mut Pcg64Mcg) -> Plain {
    let mut plain = Plain::default();
    let mut free: Vec<VisitId> = classes.iter().flat_map(|class| class.visits.clone()).collect();
    free.sort_unstable();
    free.dedup();
    if rng.random_bool(0.3) || free.len() < 2 || model.problem().visits.is_empty() {
        return plain;
    }
    let pair = |rng: &mut Pcg64Mcg| {
        let (from, to) = (rng.random_range(0..free.len()), rng.random_range(0..free.len()));
        (from != to).then(|| (free[from], free[to]))
    };
    plain.forbidden = (0..rng.random_range(0..7)).filter_map(|_| pair(rng)).collect();
    plain.joined = (0..rng.random_range(0..3_usize).saturating_sub(1)).filter_map(|_| pair(rng)).collect();
    plain.joined.dedup_by(|one, other| one.0 == other.0 || one.1 == other.1);
    for _ in 0..rng.random_range(0..2) {
        plain.banned.push((rng.random_range(0..classes.len()), free[rng.random_range(0..free.len())]));
    }
    plain
}

/// Rules as they are said, held against routes stop by stop.
#[derive(Clone, Default, Debug)]
struct Plain {
    banned: Vec<(usize, VisitId)>,
    forbidden: Vec<(VisitId, VisitId)>,
    joined: Vec<(VisitId, VisitId)>,
}

impl Plain {
    fn rules(&self) -> Rules {
        let mut rules = Rules::default();
        self.banned.iter().for_each(|&(class, visit)| rules.ban(class, visit));
        self.forbidden.iter().for_each(|&(from, to)| rules.forbid(from, to));
        self.joined.iter().for_each(|&(from, to)| rules.join(from, to));
        rules
    }

    fn allow(&self, class: &ShiftClass, route: &Route) -> bool {
        let free = &route.stops()[class.frozen.len()..];
        let has = |visit: VisitId| free.contains(&Stop::Visit(visit));
        let follows = |&(from, to): &(VisitId, VisitId)| {
            free.windows(2).any(|pair| pair == [Stop::Visit(from), Stop::Visit(to)])
        };
        let banned = self.banned.iter().any(|&(number, visit)| number == class.number && has(visit));
        !banned
            && !self.forbidden.iter().any(follows)
            && self.joined.iter().all(|leg| !has(leg.0) && !has(leg.1) || follows(leg))
    }
}

/// Routes that pricing looks for under rules: where a pickup is never of use, it is in no route, though it might get
/// around a forbidden leg.
fn allowed_routes(
    model: &RouteModel<'_>,
    class: &ShiftClass,
    terrain: &Terrain,
    plain: &Plain,
) -> Vec<Route> {
    let timing = model.timing(class.shifts[0]);
    let useless = class.cargo.self_sufficient && terrain.pickups_never_shorten(timing);
    let mut routes = all_routes(model, class);
    routes.retain(|route| {
        let free = &route.stops()[class.frozen.len()..];
        let has_pickup = free.iter().any(|stop| matches!(stop, Stop::Pickup(_)));
        plain.allow(class, route) && !(useless && has_pickup)
    });
    routes
}

/// Every feasible route of a shift with at least one visit, at most one pickup among its stops.
fn all_routes(model: &RouteModel<'_>, class: &ShiftClass) -> Vec<Route> {
    let stops: Vec<Stop> = class
        .visits
        .iter()
        .map(|&visit| Stop::Visit(visit))
        .chain(model.pickups().map(Stop::Pickup))
        .collect();
    let mut sequences: Vec<Vec<Stop>> = vec![class.frozen.clone()];
    let mut routes = Vec::new();
    while let Some(sequence) = sequences.pop() {
        let has_pickup = sequence.iter().any(|stop| matches!(stop, Stop::Pickup(_)));
        for &stop in &stops {
            let again = sequence.contains(&stop) || has_pickup && matches!(stop, Stop::Pickup(_));
            if !again {
                sequences.push([sequence.as_slice(), &[stop]].concat());
            }
        }
        let route = Route::of(model, class.shifts[0], sequence);
        routes.extend(route.filter(|route| route.stops().len() > class.frozen.len()));
    }
    routes
}

fn random_prices(model: &RouteModel<'_>, routes: &[Route], rng: &mut Pcg64Mcg) -> Prices {
    let problem = model.problem();
    let dearest = routes.iter().map(|route| route.cost().micros().abs()).max().unwrap_or(1).max(1);
    let fine = Fine::for_sums_of(100 * dearest);
    let mut visits: Vec<VisitId> = problem.visit_ids().collect();
    let visit = visits
        .iter()
        .map(|_| if rng.random_bool(0.2) { 0 } else { rng.random_range(0..fine.of(dearest) + 1) })
        .collect();
    let mut visit: Vec<i64> = visit;
    for stop in problem.shifts.iter().filter_map(|shift| shift.frozen.as_ref()).flat_map(|f| &f.stops) {
        // Such a visit has no row.
        if let Stop::Visit(frozen) = *stop {
            visit[frozen.index()] = 0;
            visits.retain(|&visit| visit != frozen);
        }
    }
    let mut cuts = Vec::new();
    if visits.len() >= 3 && rng.random_bool(0.6) {
        for _ in 0..rng.random_range(1..4) {
            for at in (1..visits.len()).rev() {
                visits.swap(at, rng.random_range(0..=at));
            }
            // Three or five rows, one of them that of a class or not.
            let rows = if visits.len() >= 5 && rng.random_bool(0.3) { 5 } else { 3 };
            let class = rng.random_bool(0.4).then(|| rng.random_range(0..2));
            let mut chosen = visits[..rows - usize::from(class.is_some())].to_vec();
            chosen.sort_unstable();
            cuts.push(Cut { visits: chosen, class, price: rng.random_range(0..fine.of(dearest)) });
        }
    }
    Prices { fine, visit, cuts }
}

fn reduced(prices: &Prices, class: &ShiftClass, route: &Route) -> i64 {
    let worth: i64 = route.visits().map(|visit| prices.visit[visit.index()]).sum();
    let cut = |cut: &Cut| {
        let served = route.visits().filter(|visit| cut.visits.contains(visit)).count();
        let pairs = (served + usize::from(cut.class == Some(class.number))) / 2;
        cut.price * i64::try_from(pairs).expect("few")
    };
    prices.fine.of(route.cost().micros()) - worth + prices.cuts.iter().map(cut).sum::<i64>()
}

fn classes(model: &RouteModel<'_>, eligibility: &Eligibility) -> (Vec<ShiftClass>, Terrain) {
    let shifts: Vec<ShiftId> = model.problem().shift_ids().collect();
    let frozen: Vec<Stop> = model
        .problem()
        .shifts
        .iter()
        .filter_map(|shift| shift.frozen.as_ref())
        .flat_map(|frozen| frozen.stops.clone())
        .collect();
    let visits: Vec<VisitId> =
        model.problem().visit_ids().filter(|&visit| !frozen.contains(&Stop::Visit(visit))).collect();
    let classes = ShiftClass::all(model, eligibility, (&shifts, &visits)).expect("what was done fits");
    (classes, Terrain::of(model, &shifts, &visits))
}

fn all(rules: &Rules) -> Allowed<'_> {
    Allowed { rules, legs: None }
}

const WHOLE: Effort =
    Effort { arcs_max: usize::MAX, dominance: Dominance::Exact, labels_max: usize::MAX, routes_max: 10 };

#[test]
fn the_least_reduced_cost_is_that_of_all_routes() {
    let (mut skipping, mut found) = (0, 0);
    for_days(cases(1_500), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        let plain = random_rules(model, &classes, rng);
        let rules = plain.rules();
        for class in &classes {
            let routes = allowed_routes(model, class, &terrain, &plain);
            let prices = random_prices(model, &routes, rng);
            let least = routes.iter().map(|route| reduced(&prices, class, route)).min();
            // Never above doing nothing: what is not worth going to is left out.
            let below =
                if rng.random_bool(0.5) { 0 } else { rng.random_range(0..=prices.fine.of(1_000_000)) };
            let ceiling = prices.fine.of(class.idle_cost.micros()) - below;
            let priced = price(model, class, &terrain, (&prices, ceiling), all(&rules), (WHOLE, &|| false));
            assert!(priced.complete);
            let expected = least.unwrap_or(ceiling).min(ceiling);
            assert_eq!(
                priced.least, expected,
                "seed {seed}, {:?}, {:?}, {plain:?}",
                class.shifts, class.kind
            );
            for (value, stops) in &priced.routes {
                let route = Route::of(model, class.shifts[0], stops.clone())
                    .unwrap_or_else(|| panic!("seed {seed}: {stops:?} is feasible for {:?}", class.kind));
                assert!(reduced(&prices, class, &route) <= *value, "seed {seed}");
                assert!(plain.allow(class, &route), "seed {seed}: {stops:?} breaks {plain:?}");
                assert!(rules.allow(class.number, &stops[class.frozen.len()..]), "seed {seed}");
                found += 1;
            }
            skipping += usize::from(terrain.skips);
        }
    });
    assert!(skipping > 0 && found > 0, "{skipping} {found}");
}

#[test]
fn a_labelling_that_was_cut_short_still_bounds() {
    for_days(cases(600), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        let plain = random_rules(model, &classes, rng);
        let rules = plain.rules();
        for class in &classes {
            let routes = allowed_routes(model, class, &terrain, &plain);
            let prices = random_prices(model, &routes, rng);
            let least = routes.iter().map(|route| reduced(&prices, class, route)).min();
            let effort = Effort { labels_max: rng.random_range(0..12), ..WHOLE };
            let idle = prices.fine.of(class.idle_cost.micros());
            let priced = price(model, class, &terrain, (&prices, idle), all(&rules), (effort, &|| false));
            assert!(priced.least <= least.unwrap_or(idle).min(idle), "seed {seed}");
        }
    });
}

/// Routes are those that they are said to be, and repeat nothing.
fn judge_routes(
    (seed, model): (u64, &RouteModel<'_>),
    class: &ShiftClass,
    (prices, plain): (&Prices, &Plain),
    priced: &Priced,
) {
    for (value, stops) in &priced.routes {
        let repeats = (1..stops.len()).any(|at| stops[..at].contains(&stops[at]));
        assert!(!repeats, "seed {seed}: {stops:?}");
        let route = Route::of(model, class.shifts[0], stops.clone())
            .unwrap_or_else(|| panic!("seed {seed}: {stops:?} is feasible for {:?}", class.kind));
        assert!(reduced(prices, class, &route) <= *value && priced.least <= *value, "seed {seed}");
        assert!(plain.allow(class, &route), "seed {seed}: {stops:?} breaks {plain:?}");
    }
}

#[test]
fn the_relaxation_ends_with_the_least_of_all_routes() {
    let (mut grown, mut joined, mut found) = (0, 0, 0);
    for_days(cases(1_500), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        let plain = random_rules(model, &classes, rng);
        let rules = plain.rules();
        for class in &classes {
            let routes = allowed_routes(model, class, &terrain, &plain);
            let few = rng.random_range(0..=2);
            let mut near = rng.random_bool(0.9).then(|| Neighbourhoods::nearest(model, class, few));
            // At other prices the grown neighbourhoods must do, too.
            for _ in 0..3 {
                let prices = random_prices(model, &routes, rng);
                let least = routes.iter().map(|route| reduced(&prices, class, route)).min();
                let idle = prices.fine.of(class.idle_cost.micros());
                let before = near.clone();
                let mut relaxed = |effort: Effort| {
                    let near = (class, &mut near);
                    price_exactly(model, near, &terrain, (&prices, idle), all(&rules), (effort, &|| false))
                };
                let cut = relaxed(Effort { labels_max: rng.random_range(0..12), ..WHOLE });
                let expected = least.unwrap_or(idle).min(idle);
                assert!(cut.least <= expected && (!cut.complete || cut.least == expected), "seed {seed}");
                judge_routes((seed, model), class, (&prices, &plain), &cut);
                let priced = relaxed(WHOLE);
                assert!(priced.complete);
                assert_eq!(priced.least, expected, "seed {seed}, {:?}, {plain:?}", class.kind);
                assert!(priced.least == idle || priced.routes.first().is_some_and(|r| r.0 == priced.least));
                judge_routes((seed, model), class, (&prices, &plain), &priced);
                let has_grown = before.is_some() && near != before;
                grown += usize::from(has_grown);
                joined += usize::from(has_grown && !plain.joined.is_empty());
                found += priced.routes.len();
            }
        }
    });
    assert!(grown > 0 && joined > 0 && found > 0, "{grown} {joined} {found}");
}

#[test]
fn every_set_of_visits_below_the_ceiling_is_listed_at_its_least_cost() {
    for_days(cases(600), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        let plain = random_rules(model, &classes, rng);
        let rules = plain.rules();
        for class in &classes {
            let routes = allowed_routes(model, class, &terrain, &plain);
            let prices = random_prices(model, &routes, rng);
            let most = prices.fine.of(routes.iter().map(|r| r.cost().micros().abs()).max().unwrap_or(0));
            let ceiling = rng.random_range(-most..=most);
            let mut expected: BTreeMap<Vec<VisitId>, i64> = BTreeMap::new();
            for route in routes.iter().filter(|route| {
                reduced(&prices, class, route) < ceiling && route.visits().count() > class.frozen.len()
            }) {
                let mut set: Vec<VisitId> = route.visits().collect();
                set.sort_unstable();
                let value = reduced(&prices, class, route);
                expected.entry(set).and_modify(|least| *least = value.min(*least)).or_insert(value);
            }
            let effort = Effort { dominance: Dominance::SameVisits, routes_max: usize::MAX, ..WHOLE };
            let priced = price(model, class, &terrain, (&prices, ceiling), all(&rules), (effort, &|| false));
            assert!(priced.complete);
            let mut listed: BTreeMap<Vec<VisitId>, i64> = BTreeMap::new();
            for (value, stops) in &priced.routes {
                let visits = stops.iter().filter_map(|stop| match stop {
                    Stop::Visit(visit) => Some(*visit),
                    Stop::Pickup(_) => None,
                });
                let mut set: Vec<VisitId> = visits.collect();
                set.sort_unstable();
                if set.len() > class.frozen.len() {
                    listed.entry(set).and_modify(|least| *least = (*value).min(*least)).or_insert(*value);
                }
            }
            assert_eq!(listed, expected, "seed {seed}, {:?}", class.kind);
        }
    });
}

#[test]
fn legs_are_left_that_routes_below_the_ceiling_take_and_pricing_keeps_to_them() {
    let (mut eliminated, mut dearer) = (0, 0);
    for_days(cases(600), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        let plain = random_rules(model, &classes, rng);
        let rules = plain.rules();
        for class in &classes {
            let routes = allowed_routes(model, class, &terrain, &plain);
            let prices = random_prices(model, &routes, rng);
            let idle = prices.fine.of(class.idle_cost.micros());
            let least = routes.iter().map(|route| reduced(&prices, class, route)).min();
            let ceiling = least.unwrap_or(idle).min(idle) + rng.random_range(0..=prices.fine.of(20_000_000));
            let means = (usize::MAX, &(|| false) as &dyn Fn() -> bool);
            let legs = legs_below(model, class, &terrain, (&prices, ceiling), all(&rules), means);
            let legs = legs.expect("no limit");
            let is_left = |route: &&Route| {
                let number = |stop: Stop| {
                    let at = |visit| class.visits.binary_search(&visit).expect("it serves it");
                    Kept::number(class, if let Stop::Visit(visit) = stop { at(visit) } else { 0 }, stop)
                };
                let free = route.stops()[class.frozen.len()..].iter().map(|&stop| number(stop));
                let from = std::iter::once(legs.start()).chain(free.clone());
                from.zip(free).all(|(from, to)| legs.has(from, to))
            };
            for route in routes.iter().filter(|route| reduced(&prices, class, route) < ceiling) {
                assert!(is_left(&route), "seed {seed}: {:?} lost a leg, {:?}", route.stops(), class.kind);
            }
            eliminated += usize::from(!routes.iter().all(|route| is_left(&route)));
            let other = random_prices(model, &routes, rng);
            let left = routes.iter().filter(is_left).map(|route| reduced(&other, class, route)).min();
            let expected = left.unwrap_or(idle).min(other.fine.of(class.idle_cost.micros()));
            let allowed = Allowed { rules: &rules, legs: Some(&legs) };
            let ceiling = other.fine.of(class.idle_cost.micros());
            let priced = price(model, class, &terrain, (&other, ceiling), allowed, (WHOLE, &|| false));
            assert_eq!(priced.least, expected, "seed {seed}, {:?}, {:?}", class.shifts, class.kind);
            let of_all = routes.iter().map(|route| reduced(&other, class, route)).min();
            dearer += usize::from(of_all.is_some_and(|least| least < expected));
        }
    });
    assert!(eliminated > 0 && dearer > 0, "{eliminated} {dearer}");
}

#[test]
fn quick_labelling_finds_true_routes() {
    for_days(cases(300), |seed, model, eligibility, rng| {
        let (classes, terrain) = classes(model, eligibility);
        for class in &classes {
            let routes = all_routes(model, class);
            let prices = random_prices(model, &routes, rng);
            let effort =
                Effort { arcs_max: 2, dominance: Dominance::Quick, labels_max: 1_000, routes_max: 3 };
            let priced =
                price(model, class, &terrain, (&prices, 0), all(&Rules::default()), (effort, &|| false));
            assert!(!priced.complete);
            for (value, stops) in priced.routes {
                let route = Route::of(model, class.shifts[0], stops.clone())
                    .unwrap_or_else(|| panic!("seed {seed}: {stops:?} is feasible for {:?}", class.kind));
                assert!(reduced(&prices, class, &route) <= value && value < 0, "seed {seed}");
            }
        }
    });
}
#[test]
fn two_breaks_one_after_the_other_may_be_taken_on_arrival() {
    // Found by 100,000 days: the completion bounds knew of one break on arrival only.
    let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let problem = random_problem(80_885, &shape);
    let travel = Travel::build(&problem).expect("random days are valid");
    let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
    let model = RouteModel::build(&problem, &travel, &limits(&problem, &eligibility));
    let (classes, terrain) = classes(&model, &eligibility);
    for class in &classes {
        let routes = all_routes(&model, class);
        for seed in 0..200 {
            let prices = random_prices(&model, &routes, &mut Pcg64Mcg::seed_from_u64(seed));
            let least = routes.iter().map(|route| reduced(&prices, class, route)).min();
            let priced =
                price(&model, class, &terrain, (&prices, 0), all(&Rules::default()), (WHOLE, &|| false));
            assert_eq!(priced.least, least.unwrap_or(0).min(0), "{:?}, prices {seed}", class.shifts);
        }
    }
}
