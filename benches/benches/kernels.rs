//! What the product spends its time in, each by itself on a reference day, and fixed work to compare it with.
//! `make baseline` compares the quickest samples, as ratios to that work, with those that are committed (`benches/baseline.json`).

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use journeyman_api::{Limits, accept_solve, wire, write_day};
use journeyman_benches::{CALIBRATIONS, Calibration, KERNELS};
use journeyman_checker::check;
use journeyman_domain::{Bound, Cost, Problem, Score, Time, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_engine::Session;
use journeyman_milp::{Exchange, Means, ProveParams, Sequence, bound, prove, score};
use journeyman_route::{Route, RouteModel};
use journeyman_search::{Budget, Search, SearchModel, SearchParams, construct};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_travel::{Travel, visit_jurisdictions};

/// Iterations of the search that makes the plan.
const PLAN_ITERATIONS: u64 = 4_096;
/// Iterations that are timed together.
const STEP_ITERATIONS: u64 = 256;
/// A visit of so many is taken off the plan and looks for its place again.
const INSERTED_EVERY: usize = 5;
/// Labels until the relaxation of the small day has converged, and more.
const LABELS_ENOUGH: u64 = 5_000_000;

fn day(technicians: usize, visits: usize) -> Problem {
    reference_day(technicians, visits, 1, Town::StGeorge)
        .expect("within the limits of the reference day")
        .problem
}

/// A day with what the kernels need.
struct Ground<'g, 'p> {
    model: &'g RouteModel<'p>,
    eligibility: &'g Eligibility,
    search: &'g SearchModel<'g>,
}

impl<'g> Ground<'g, '_> {
    /// A search that has not begun.
    fn search(&self) -> Search<'g> {
        let start = construct(self.search, || false, || false).expect("nothing is frozen in such days");
        Search::new(self.search, SearchParams::default(), start, (1, 0))
    }

    /// Routes of a plan whose search was counted: the same each time.
    fn routes(&self) -> Vec<Route> {
        let never = AtomicBool::new(false);
        let mut search = self.search();
        search.run(&Budget::new(Some(PLAN_ITERATIONS), None, &never), &mut |_| {});
        let (best, _) = search.best();
        best.routes().iter().filter(|route| !route.is_empty()).cloned().collect()
    }
}

/// With a day's travel, model and eligibility.
fn compiled<T>(problem: &Problem, measure: impl FnOnce(&Ground<'_, '_>) -> T) -> T {
    let travel = Travel::build(problem).expect("the reference day has all places");
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    // Licenses of the reference day do not expire within it, so no starts are narrowed.
    let model = RouteModel::build(problem, &travel, &[]);
    let search = SearchModel::build(&model, &eligibility);
    measure(&Ground { model: &model, eligibility: &eligibility, search: &search })
}

fn calibration(criterion: &mut Criterion, name: &str) {
    let work = Calibration::default();
    criterion.bench_function(name, |bencher| bencher.iter(|| black_box(&work).run()));
}

fn calibration_before(criterion: &mut Criterion) {
    calibration(criterion, CALIBRATIONS[0]);
}

fn calibration_between(criterion: &mut Criterion) {
    calibration(criterion, CALIBRATIONS[1]);
}

fn calibration_after(criterion: &mut Criterion) {
    calibration(criterion, CALIBRATIONS[2]);
}

/// The two sides of each stop of a plan joined without it, curves of cost over time. On a large day: runs of a few
/// microseconds vary with where memory lies.
fn segment_merge(criterion: &mut Criterion) {
    compiled(&day(60, 300), |ground| {
        let routes = ground.routes();
        let without = |route: &Route| -> Cost {
            (0..route.stops().len()).filter_map(|at| route.cost_without(ground.model, at)).sum()
        };
        criterion.bench_function(KERNELS[0], |bencher| {
            bencher.iter(|| black_box(&routes).iter().map(without).sum::<Cost>());
        });
    });
}

/// The cheapest place of each of sixty visits in every route that may serve it; on a large day for the same reason.
fn insertion_scan(criterion: &mut Criterion) {
    let problem = day(60, 300);
    compiled(&problem, |ground| {
        let taken: Vec<VisitId> = problem.visit_ids().step_by(INSERTED_EVERY).collect();
        let mut routes: Vec<Option<Route>> =
            problem.shift_ids().map(|shift| Route::empty(ground.model, shift)).collect();
        for mut route in ground.routes() {
            let removed = route.remove(ground.model, |visit| taken.contains(&visit));
            assert!(removed, "travel obeys the triangle inequality");
            let shift = route.shift();
            routes[shift.index()] = Some(route);
        }
        let cheapest = |&visit: &VisitId| {
            let shifts = ground.eligibility.shifts_of(visit).iter();
            let routes = shifts.filter_map(|shift| routes[shift.index()].as_ref());
            let insertions =
                routes.filter_map(|route| route.best_insertion(ground.model, visit, Cost::MAX, |_| false));
            insertions.map(|insertion| insertion.delta).min()
        };
        criterion.bench_function(KERNELS[1], |bencher| {
            bencher.iter(|| black_box(&taken).iter().filter_map(cheapest).sum::<Cost>());
        });
    });
}

/// So many iterations of ruin and recreate from the first solution.
fn ruin_and_recreate(criterion: &mut Criterion) {
    let never = AtomicBool::new(false);
    compiled(&day(20, 100), |ground| {
        criterion.bench_function(KERNELS[2], |bencher| {
            bencher.iter_batched_ref(
                || ground.search(),
                |search| search.run(&Budget::new(Some(STEP_ITERATIONS), None, &never), &mut |_| {}),
                BatchSize::LargeInput,
            );
        });
    });
}

/// A plan that does not change, and the routes that a proof made use of.
struct Kept {
    plan: (Score, Vec<Route>),
    remembered: Vec<Sequence>,
    noted: Mutex<Vec<Sequence>>,
}

impl Kept {
    fn new(ground: &Ground<'_, '_>, remembered: Vec<Sequence>) -> Self {
        let routes = ground.routes();
        let score = score(ground.model, &routes).expect("the search makes plans");
        Self { plan: (score, routes), remembered, noted: Mutex::default() }
    }

    fn into_noted(self) -> Vec<Sequence> {
        self.noted.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange for Kept {
    fn bound(&self, _: Bound) {}

    fn plan(&self, _: &[Route], _: Score) {}

    fn incumbent(&self) -> Score {
        self.plan.0
    }

    fn routes(&self) -> Vec<Route> {
        self.plan.1.clone()
    }

    fn remembered(&self) -> Vec<Sequence> {
        self.remembered.clone()
    }

    fn remember(&self, routes: Vec<Sequence>) {
        *self.noted.lock().unwrap_or_else(PoisonError::into_inner) = routes;
    }
}

/// The relaxation without cuts, by one thread, until so many labels were made.
fn relax(ground: &Ground<'_, '_>, labels_max: u64, kept: &Kept) -> Bound {
    let params = ProveParams {
        time_limit: None,
        threads: 1,
        labels_max: Some(labels_max),
        seed: 1,
        means: Means::WithoutCuts,
    };
    let known = bound::trivial(ground.model, ground.eligibility);
    let never = AtomicBool::new(false);
    let models = (ground.model, ground.model);
    prove(models, ground.eligibility, known, (params, &never), kept).expect("the solver works")
}

/// The first round of pricing, over every class of shifts, with the linear program that it begins from.
fn pricing(criterion: &mut Criterion) {
    compiled(&day(20, 100), |ground| {
        let kept = Kept::new(ground, Vec::new());
        criterion.bench_function(KERNELS[3], |bencher| bencher.iter(|| relax(ground, 0, &kept)));
    });
}

/// The master solved again over all columns of a converged relaxation, and the exact pass that finds none missing.
fn master(criterion: &mut Criterion) {
    compiled(&day(10, 40), |ground| {
        let first = Kept::new(ground, Vec::new());
        relax(ground, LABELS_ENOUGH, &first);
        let kept = Kept::new(ground, first.into_noted());
        assert!(!kept.remembered.is_empty(), "a relaxation has columns");
        criterion.bench_function(KERNELS[4], |bencher| bencher.iter(|| relax(ground, 0, &kept)));
    });
}

fn trivial_bound(criterion: &mut Criterion) {
    compiled(&day(20, 100), |ground| {
        criterion.bench_function(KERNELS[5], |bencher| {
            bencher.iter(|| bound::trivial(ground.model, ground.eligibility));
        });
    });
}

/// A request of the contract becomes a problem, every field checked.
fn reading(criterion: &mut Criterion) {
    let problem = write_day(&day(20, 100)).expect("the contract has words for the reference day");
    let request = wire::SolveRequest { problem: Some(problem), ..wire::SolveRequest::default() };
    let limits = Limits::default();
    criterion.bench_function(KERNELS[6], |bencher| {
        bencher.iter(|| accept_solve(black_box(&request), &limits).expect("the reference day is accepted"));
    });
}

/// Every rule of a plan derived a second time.
fn checker(criterion: &mut Criterion) {
    let (_, reply) = Session::open(day(20, 100), Time::MIN).expect("the reference day can be planned");
    let travel = Travel::build(&reply.problem).expect("the reference day has all places");
    criterion.bench_function(KERNELS[7], |bencher| {
        bencher.iter(|| check(&reply.problem, &travel, black_box(&reply.plan)));
    });
}

criterion_group!(
    kernels,
    calibration_before,
    segment_merge,
    insertion_scan,
    ruin_and_recreate,
    calibration_between,
    pricing,
    master,
    trivial_bound,
    reading,
    checker,
    calibration_after
);
criterion_main!(kernels);
