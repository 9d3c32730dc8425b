//! The bound and the pool MIP on reference days: how long, how strong, and whether the time limit is kept.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use journeyman_domain::{Cost, Problem, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_milp::{ColumnPool, Master, MasterParams, PoolParams, bound};
use journeyman_route::{Route, RouteModel};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_travel::{Travel, visit_jurisdictions};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

const SIZES: [(usize, usize); 3] = [(20, 100), (50, 300), (200, 1_200)];

fn day(technicians: usize, visits: usize) -> Problem {
    reference_day(technicians, visits, 1, Town::StGeorge)
        .expect("within the limits of the reference day")
        .problem
}

/// With a problem's travel, model and eligibility.
fn compiled<T>(problem: &Problem, measure: impl FnOnce(&RouteModel<'_>, &Eligibility) -> T) -> T {
    let travel = Travel::build(problem).expect("the reference day has all places");
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    // Licenses of the reference day do not expire within it, so no starts are narrowed.
    measure(&RouteModel::build(problem, &travel, &[]), &eligibility)
}

/// Ruin and recreate: visits near a random one leave, then all unserved ones return by cheapest insertion in random
/// order, a hundredth of the positions passed over. Worse plans are taken back. All routes on the way are offered.
fn search(
    model: &RouteModel<'_>,
    eligibility: &Eligibility,
    rounds: u64,
    pool: &mut ColumnPool,
) -> Vec<Route> {
    let problem = model.problem();
    let mut draw = Pcg64Mcg::seed_from_u64(1);
    let mut best: Vec<Route> =
        problem.shift_ids().map(|shift| Route::empty(model, shift).expect("nothing is frozen")).collect();
    let mut best_score = journeyman_milp::score(model, &best).expect("empty routes make a plan");
    for _ in 0..rounds {
        let mut routes = best.clone();
        let around = problem.visit(VisitId::new(draw.random_range(0..problem.visits.len()))).place;
        let count = draw.random_range(4..20);
        let mut near: Vec<VisitId> = problem.visit_ids().collect();
        near.sort_by_key(|&visit| model.travel().leg(around, problem.visit(visit).place).duration);
        near.truncate(count);
        for route in routes.iter_mut().filter(|route| route.visits().any(|visit| near.contains(&visit))) {
            route.remove(model, |visit| near.contains(&visit));
        }
        let mut served = vec![false; problem.visits.len()];
        routes.iter().flat_map(Route::visits).for_each(|visit| served[visit.index()] = true);
        let mut unserved: Vec<VisitId> = problem.visit_ids().filter(|visit| !served[visit.index()]).collect();
        unserved.shuffle(&mut draw);
        for visit in unserved {
            let best = eligibility
                .shifts_of(visit)
                .iter()
                .filter_map(|shift| {
                    let route = &routes[shift.index()];
                    route.best_insertion(model, visit, Cost::MAX, |_| draw.random_ratio(1, 100))
                })
                .min_by_key(|insertion| insertion.delta);
            if let Some(insertion) = best {
                routes[insertion.shift.index()].insert(model, &insertion);
            }
        }
        routes.iter().for_each(|route| {
            pool.offer(route);
        });
        let score = journeyman_milp::score(model, &routes).expect("the search makes plans");
        if score <= best_score {
            (best, best_score) = (routes, score);
        }
    }
    best
}

fn trivial_bound(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trivial bound");
    group.sample_size(10);
    for (technicians, visits) in SIZES {
        let problem = day(technicians, visits);
        compiled(&problem, |model, eligibility| {
            let name = BenchmarkId::from_parameter(format!("{technicians}x{visits}"));
            group.bench_function(name, |bencher| bencher.iter(|| bound::trivial(model, eligibility)));
        });
    }
    group.finish();
}

/// Whether the call returns by its time limit, whatever HiGHS does: compare the time with the limit in the name.
fn pool_mip(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pool MIP");
    group.sample_size(10);
    for (technicians, visits, rounds) in [(20, 100, 20_000), (50, 300, 3_000)] {
        let problem = day(technicians, visits);
        compiled(&problem, |model, eligibility| {
            let mut pool = ColumnPool::new(&problem, PoolParams::default());
            let incumbent = search(model, eligibility, rounds, &mut pool);
            let bound = bound::trivial(model, eligibility);
            for limit in [50, 300, 1_000].map(Duration::from_millis) {
                let name = format!("{technicians}x{visits}, {} columns, limit {limit:?}", pool.len());
                group.bench_function(name, |bencher| {
                    bencher.iter(|| {
                        // A fresh one each time: one that left a solver behind would refuse the next call.
                        let mut master = Master::new(MasterParams::default());
                        master.recombine(model, &pool, &incumbent, bound.mandatory_unserved, limit)
                    });
                });
            }
        });
    }
    group.finish();
}

criterion_group!(milp, trivial_bound, pool_mip);
criterion_main!(milp);
