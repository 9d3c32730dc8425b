//! The search on random small days: always consistent, deterministic, and mostly optimal.

use std::sync::atomic::AtomicBool;

use journeyman_domain::{Problem, Score, ShiftId, Stop};
use journeyman_eligibility::Eligibility;
use journeyman_route::{RouteModel, StartLimit};
use journeyman_search::{Budget, Search, SearchModel, SearchParams, construct};
use journeyman_testkit::{Shape, brute, cases, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};

struct Found {
    first: Score,
    best: Score,
    sequences: Vec<(ShiftId, Vec<Stop>)>,
}

fn search(problem: &Problem, iterations: u64, seed: u64) -> Found {
    let travel = Travel::build(problem).expect("random days have travel");
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
    let model = SearchModel::build(&routes, &eligibility);
    let start = construct(&model, || false, || false).expect("nothing is frozen");
    start.assert_consistent(&routes);
    let greedy = construct(&model, || true, || false).expect("nothing is frozen");
    greedy.assert_consistent(&routes);
    let first = start.score(&routes);
    let never = AtomicBool::new(false);
    let mut search = Search::new(&model, SearchParams::default(), start, (seed, 0));
    search.run(&Budget::new(Some(iterations), None, &never), &mut |_| {});
    let (best, score) = search.best();
    best.assert_consistent(&routes);
    assert_eq!(best.score(&routes), score);
    for (shift, stops) in best.sequences() {
        for stop in stops {
            if let Stop::Visit(visit) = stop {
                assert!(eligibility.allows(shift, visit), "{shift:?} may serve {visit:?}");
            }
        }
    }
    Found { first, best: score, sequences: best.sequences() }
}

#[test]
fn small_days_are_never_better_than_brute_force_and_nearly_always_as_good() {
    let count = cases(300);
    let mut optimal = 0;
    for seed in 0..count {
        let problem = random_problem(seed as u64, &Shape { visits: 1..=6, ..Shape::default() });
        let travel = Travel::build(&problem).expect("random days have travel");
        let least = brute::best_plan(&problem, &travel).score();
        let found = search(&problem, 300, 1);
        assert!(found.best <= found.first, "seed {seed}");
        assert!(found.best >= least, "seed {seed}: {:?} beats brute force {least:?}", found.best);
        optimal += usize::from(found.best == least);
    }
    assert!(optimal * 100 >= count * 95, "{optimal} of {count} optimal");
}

#[test]
fn one_seed_gives_one_solution() {
    for seed in 0..cases(50) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let (one, two) = (search(&problem, 200, seed), search(&problem, 200, seed));
        assert_eq!(one.sequences, two.sequences, "seed {seed}");
    }
}
