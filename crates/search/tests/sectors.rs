//! A solution searched in sectors: each moves its own visits only, costs stay exact, and what is joined is valid.

use std::sync::atomic::AtomicBool;

use journeyman_domain::{Problem, ShiftId, Stop, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::{RouteModel, StartLimit};
use journeyman_search::{Budget, Joint, Search, SearchModel, SearchParams, Solution, construct};
use journeyman_testkit::{ProblemBuilder, Shape, cases, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};

type Sequences = Vec<(ShiftId, Vec<Stop>)>;

fn with_model<T>(problem: &Problem, then: impl FnOnce(&SearchModel<'_>) -> T) -> T {
    let travel = Travel::build(problem).expect("test days have travel");
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    let pairs = problem.shift_ids().flat_map(|shift| problem.visit_ids().map(move |visit| (shift, visit)));
    let limits: Vec<StartLimit> = pairs
        .filter(|&(shift, visit)| eligibility.narrows(shift, visit))
        .map(|(shift, visit)| StartLimit {
            shift,
            visit,
            windows: eligibility.start_windows(shift, visit).to_vec(),
        })
        .collect();
    let routes = RouteModel::build(problem, &travel, &limits);
    then(&SearchModel::build(&routes, &eligibility))
}

/// A random day whose shelves are unlimited.
fn day(seed: u64) -> Problem {
    let shape = Shape { visits: 6..=30, shifts: 2..=8, parts: seed.is_multiple_of(2), ..Shape::default() };
    let mut problem = random_problem(seed, &shape);
    for shelf in problem.pickups.iter_mut().flat_map(|pickup| &mut pickup.stock) {
        shelf.quantity = journeyman_domain::StockQuantity::Unlimited;
    }
    problem
}

/// Searches a day in so many sectors, one after the other, and joins them, again and again. `watch` sees each search
/// before and after its turn.
fn search(
    model: &SearchModel<'_>,
    (sectors, rounds): (usize, u32),
    seed: u64,
    watch: &mut dyn FnMut(&Joint<'_>, usize, &Solution, &Solution),
) -> Solution {
    const EACH: u64 = 64;
    let start = construct(model, || false, || false).expect("nothing is frozen");
    let never = AtomicBool::new(false);
    let budget = Budget::new(Some(EACH * u64::from(rounds)), None, &never);
    let mut joint = Joint::new(model, &start, seed);
    let mut searches: Vec<Search<'_>> = (0..sectors as u64)
        .map(|at| Search::new(model, SearchParams::default(), start.clone(), (seed, at)))
        .collect();
    for round in 1..=rounds {
        joint.cut(sectors);
        for (at, search) in searches.iter_mut().enumerate() {
            assert!(search.enter(&joint, at), "there are as many sectors as asked for");
            let before = search.best().0.clone();
            search.run_to(f64::from(round) / f64::from(rounds), &budget, &mut |_| {});
            assert_eq!(
                search.best().1,
                search.best().0.score(model.routes()),
                "the score is that of the plan"
            );
            watch(&joint, at, &before, search.best().0);
        }
        let before = joint.best().1;
        for search in &searches {
            joint.join(search);
        }
        assert_eq!(joint.settle(), joint.best().1 < before, "it says whether it became better");
        assert_eq!(joint.best().1, joint.best().0.score(model.routes()), "the score is that of the plan");
        joint.best().0.assert_consistent(model.routes());
    }
    joint.best().0.clone()
}

#[test]
fn a_sector_changes_its_own_shifts_by_its_own_visits_only() {
    for seed in 0..cases(100) as u64 {
        let problem = day(seed);
        with_model(&problem, |model| {
            let sectors = if seed.is_multiple_of(2) { 2 } else { 3 };
            search(model, (sectors, 8), seed, &mut |joint, at, before, after| {
                let sector = joint.sector(at).expect("it was searched");
                for shift in problem.shift_ids() {
                    let (old, new) = (before.route(shift), after.route(shift));
                    if sector.has(shift) {
                        let own = |visit: VisitId| sector.owns(visit);
                        assert!(new.visits().all(own), "seed {seed}: a visit of another sector");
                    } else {
                        assert_eq!(old.stops(), new.stops(), "seed {seed}: the route of another sector");
                    }
                }
            });
        });
    }
}

#[test]
fn sectors_share_out_the_day_and_leave_technicians_whole() {
    for seed in 0..cases(100) as u64 {
        let problem = day(seed);
        with_model(&problem, |model| {
            let start = construct(model, || false, || false).expect("nothing is frozen");
            let mut joint = Joint::new(model, &start, seed);
            for count in 1..=4 {
                joint.cut(count);
                let sectors: Vec<_> = (0..count).map(|at| joint.sector(at).expect("it was cut")).collect();
                let home = |shift| {
                    let homes = sectors.iter().enumerate().filter(|(_, sector)| sector.has(shift));
                    homes.map(|(at, _)| at).collect::<Vec<_>>()
                };
                for shift in problem.shift_ids() {
                    assert_eq!(home(shift).len(), 1, "seed {seed}: {shift:?}");
                    for other in problem.shift_ids() {
                        let colleagues = problem.shift(shift).technician == problem.shift(other).technician;
                        assert!(!colleagues || home(shift) == home(other), "seed {seed}: {shift:?}");
                    }
                }
                for visit in problem.visit_ids() {
                    let owners: Vec<_> =
                        (0..count).filter(|&at| sectors[at].visits().contains(&visit)).collect();
                    assert_eq!(owners.len(), 1, "seed {seed}: {visit:?}");
                    assert!(sectors[owners[0]].owns(visit));
                    if let Some(server) = start.server(visit) {
                        assert_eq!(home(server), owners, "seed {seed}: {visit:?} is where its server is");
                    }
                }
            }
        });
    }
}

#[test]
fn joined_sectors_cost_what_each_of_them_saves() {
    for seed in 0..cases(100) as u64 {
        let problem = day(seed);
        with_model(&problem, |model| {
            let start =
                construct(model, || false, || false).expect("nothing is frozen").score(model.routes());
            let (mut cost, mut unserved) = (start.cost, start.mandatory_unserved);
            let best = search(model, (2, 1), seed, &mut |_, _, before, after| {
                let (before, after) = (before.score(model.routes()), after.score(model.routes()));
                cost += after.cost - before.cost;
                unserved = unserved + after.mandatory_unserved - before.mandatory_unserved;
            });
            let found = best.score(model.routes());
            assert_eq!((found.cost, found.mandatory_unserved), (cost, unserved), "seed {seed}");
        });
    }
}

#[test]
fn one_seed_gives_one_solution_in_sectors() {
    for seed in 0..cases(25) as u64 {
        let problem = day(seed);
        with_model(&problem, |model| {
            let once = || -> Sequences { search(model, (2, 6), seed, &mut |_, _, _, _| {}).sequences() };
            assert_eq!(once(), once(), "seed {seed}");
        });
    }
}

/// Two towns far apart with a technician each, of whom only one has the skill that one visit asks for.
fn two_towns() -> Problem {
    let mut day = ProblemBuilder::new();
    day.technician("west").skill("solar", 1);
    day.technician("east");
    day.shift("west", 0, 500).from((0, 0)).to((0, 0));
    day.shift("east", 0, 500).from((100, 0)).to((100, 0));
    for at in 0..5 {
        day.visit(&format!("w{at}"), (at, 3)).duration(5).penalty(1000);
        day.visit(&format!("e{at}"), (100 + at, 3)).duration(5).penalty(1000);
    }
    day.visit("solar", (101, 3)).duration(5).penalty(1000).skill("solar", 1);
    day.build()
}

#[test]
fn a_visit_nobody_serves_goes_where_somebody_may() {
    let problem = two_towns();
    with_model(&problem, |model| {
        let nothing = Solution::empty(model.routes()).expect("nothing is frozen");
        for seed in 0..cases(50) as u64 {
            let mut joint = Joint::new(model, &nothing, seed);
            joint.cut(2);
            let solar = VisitId::new(problem.visits.len() - 1);
            let owner = (0..2).filter_map(|at| joint.sector(at)).find(|sector| sector.owns(solar));
            let west = model.shifts_of(solar)[0];
            assert!(owner.is_some_and(|owner| owner.has(west)), "seed {seed}");
        }
    });
}

#[test]
fn two_towns_are_searched_apart_and_all_are_served() {
    let problem = two_towns();
    with_model(&problem, |model| {
        let best = search(model, (2, 4), 1, &mut |joint, _, _, _| {
            for at in 0..2 {
                let sector = joint.sector(at).expect("it was cut");
                let easterners = sector.visits().iter().filter(|visit| visit.index() % 2 == 1);
                assert!([0, 5].contains(&easterners.count()), "a town is not cut");
            }
        });
        assert_eq!(best.unserved().count(), 0);
    });
}

#[test]
fn limited_shelves_are_searched_in_one_piece() {
    let mut day = ProblemBuilder::new();
    day.technician("a");
    day.shift("a", 0, 500);
    day.pickup("counter", (1, 1)).stocks("fuse", 2);
    day.visit("v", (2, 2)).part("fuse", 1);
    with_model(&day.build(), |model| assert!(!Joint::suits(model)));
    day = ProblemBuilder::new();
    day.technician("a");
    day.shift("a", 0, 500);
    day.pickup("counter", (1, 1)).stocks_unlimited("fuse");
    day.visit("v", (2, 2)).part("fuse", 1);
    with_model(&day.build(), |model| assert!(Joint::suits(model)));
}
