//! What arrival windows and outlooks of a route cost, on routes of the reference day with six visits.

use criterion::{Criterion, criterion_group, criterion_main};
use journeyman_domain::{Bound, Cost, Plan, PlannedRoute, Proof, StopKind};
use journeyman_eligibility::Eligibility;
use journeyman_plan::{WindowCutter, assemble};
use journeyman_route::RouteModel;
use journeyman_search::{SearchModel, construct};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_travel::{Travel, visit_jurisdictions};

const VISITS: usize = 6;

fn visits(route: &PlannedRoute) -> usize {
    route.stops.iter().filter(|stop| matches!(stop.kind, StopKind::Visit(_))).count()
}

fn windows(criterion: &mut Criterion) {
    let problem = reference_day(20, 120, 1, Town::StGeorge).expect("within the limits").problem;
    let travel = Travel::build(&problem).expect("the reference day has all places");
    let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
    let model = RouteModel::build(&problem, &travel, &[]);
    let search = SearchModel::build(&model, &eligibility);
    let solution = construct(&search, || false, || false).expect("nothing is frozen");
    let bound = Bound { mandatory_unserved: 0, cost: Cost::ZERO, proof: Proof::Bounded };
    let plan: Plan = assemble(&model, &eligibility, solution.routes(), bound);
    let routes: Vec<&PlannedRoute> = plan.routes.iter().filter(|route| visits(route) == VISITS).collect();
    let cutter = WindowCutter::new(&problem, &eligibility);
    let mut turn = (0..routes.len()).cycle();
    let mut next = || routes[turn.next().expect("some route has six visits")];
    criterion.bench_function("arrival windows of six visits", |bench| bench.iter(|| cutter.windows(next())));
    criterion.bench_function("outlooks of six visits", |bench| bench.iter(|| cutter.outlooks(next())));
}

criterion_group!(benches, windows);
criterion_main!(benches);
