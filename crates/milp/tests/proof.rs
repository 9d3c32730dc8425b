//! The proof against brute force on small random days: bound ≤ optimum always, and nearly always equal.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use journeyman_domain::{Bound, Problem, Proof, Score, ShiftId};
use journeyman_eligibility::Eligibility;
use journeyman_milp::{Exchange, ProveParams, bound, prove, score};
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{Shape, cases, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};

/// Keeps the best plan and every bound that it is told of.
struct Ledger<'m, 'p> {
    model: &'m RouteModel<'p>,
    best: Mutex<(Score, Vec<Route>)>,
    bounds: Mutex<Vec<Bound>>,
}

impl Exchange for Ledger<'_, '_> {
    fn bound(&self, bound: Bound) {
        self.bounds.lock().expect("no panic").push(bound);
    }

    fn plan(&self, routes: &[Route], said: Score) {
        assert_eq!(score(self.model, routes), Ok(said));
        let mut best = self.best.lock().expect("no panic");
        if said < best.0 {
            *best = (said, routes.to_vec());
        }
    }

    fn incumbent(&self) -> Score {
        self.best.lock().expect("no panic").0
    }

    fn routes(&self) -> Vec<Route> {
        self.best.lock().expect("no panic").1.clone()
    }
}

fn limits(problem: &Problem, eligibility: &Eligibility) -> Vec<StartLimit> {
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

#[test]
fn what_is_proved_is_the_optimum_of_brute_force() {
    let (count, mut proved) = (cases(150), 0);
    for seed in 0..count as u64 {
        let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let travel = Travel::build(&problem).expect("random days are valid");
        let eligibility = Eligibility::build(&problem, &visit_jurisdictions(&problem));
        let model = RouteModel::build(&problem, &travel, &limits(&problem, &eligibility));
        let optimum = best_plan(&problem, &travel).score();
        let known = bound::trivial(&model, &eligibility);
        let start: Vec<Route> = problem.shift_ids().filter_map(|shift| Route::empty(&model, shift)).collect();
        let first = score(&model, &start).expect("empty routes are a plan");
        let ledger =
            Ledger { model: &model, best: Mutex::new((first, start)), bounds: Mutex::new(Vec::new()) };
        let params = ProveParams { time_limit: None, threads: 1, labels_max: None, seed: 1 };
        let bound = prove((&model, &model), &eligibility, known, (params, &AtomicBool::new(false)), &ledger)
            .expect("no trouble");
        let best = ledger.incumbent();
        for bound in ledger.bounds.into_inner().expect("no panic").iter().chain([&bound]) {
            let holds = bound.mandatory_unserved < optimum.mandatory_unserved
                || (bound.mandatory_unserved == optimum.mandatory_unserved && bound.cost <= optimum.cost);
            assert!(holds, "seed {seed}: {bound:?} is above {optimum:?}");
        }
        if bound.proof == Proof::ProvedOptimal {
            assert_eq!(best, optimum, "seed {seed}");
            proved += 1;
        }
    }
    assert!(proved * 100 >= count * 95, "{proved} of {count} are proved");
}
