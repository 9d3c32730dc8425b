//! The proof against brute force on small random days: bound ≤ optimum always, and nearly always equal.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use journeyman_domain::{Bound, Duration, Problem, Proof, Score, ShiftId, Stop, Time};
use journeyman_eligibility::Eligibility;
use journeyman_milp::{Exchange, Means, ProveParams, ProveTrouble, Sequence, bound, prove, score};
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{Shape, cases, frozen_at, random_problem};
use journeyman_travel::{Travel, visit_jurisdictions};
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Keeps the best plan and every bound that it is told of.
struct Ledger<'m, 'p> {
    model: &'m RouteModel<'p>,
    best: Mutex<(Score, Vec<Route>)>,
    bounds: Mutex<Vec<Bound>>,
    /// What the MIP solver has closed at.
    closed: Mutex<Vec<Score>>,
    remembered: Vec<Sequence>,
    /// What somebody else meets meanwhile: one at a time.
    met: Mutex<Vec<Sequence>>,
    left: Mutex<Vec<Sequence>>,
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

    fn closed_by_solver(&self, score: Score) {
        self.closed.lock().expect("no panic").push(score);
    }

    fn incumbent(&self) -> Score {
        self.best.lock().expect("no panic").0
    }

    fn routes(&self) -> Vec<Route> {
        self.best.lock().expect("no panic").1.clone()
    }

    fn found(&self) -> Vec<Sequence> {
        self.met.lock().expect("no panic").pop().into_iter().collect()
    }

    fn remembered(&self) -> Vec<Sequence> {
        self.remembered.clone()
    }

    fn remember(&self, routes: Vec<Sequence>) {
        *self.left.lock().expect("no panic") = routes;
    }
}

/// What came of a proof.
struct Outcome {
    proved: bool,
    /// How often the MIP solver closed a day whose bound did not meet its cost yet.
    closed: usize,
    /// Routes for later proofs.
    left: Vec<Sequence>,
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

/// Proves a day from idle shifts and holds every bound against the optimum; whether it was proved.
fn prove_and_compare(seed: u64, problem: &Problem, travel: &Travel, means: Means) -> bool {
    prove_with(seed, (problem, travel), means, Vec::new()).proved
}

/// The same with routes of others: on even seeds remembered, on odd ones met meanwhile.
fn prove_with(
    seed: u64,
    (problem, travel): (&Problem, &Travel),
    means: Means,
    others: Vec<Sequence>,
) -> Outcome {
    let eligibility = Eligibility::build(problem, &visit_jurisdictions(problem));
    let model = RouteModel::build(problem, travel, &limits(problem, &eligibility));
    let optimum = best_plan(problem, travel).score();
    let known = bound::trivial(&model, &eligibility);
    let start: Vec<Route> = problem.shift_ids().filter_map(|shift| Route::empty(&model, shift)).collect();
    let first = score(&model, &start).expect("idle shifts are a plan");
    let (remembered, met) = if seed.is_multiple_of(2) { (others, Vec::new()) } else { (Vec::new(), others) };
    let ledger = Ledger {
        model: &model,
        best: Mutex::new((first, start)),
        bounds: Mutex::new(Vec::new()),
        closed: Mutex::default(),
        remembered,
        met: Mutex::new(met),
        left: Mutex::default(),
    };
    let params = ProveParams { time_limit: None, threads: 1, labels_max: None, seed, means };
    let bound = prove((&model, &model), &eligibility, known, (params, &AtomicBool::new(false)), &ledger);
    if problem.shift_ids().any(|shift| Route::empty(&model, shift).is_none()) {
        // A past that the problem's own rules do not admit is refused.
        assert_eq!(bound, Err(ProveTrouble::FrozenStopsDoNotFit), "seed {seed}");
        return Outcome { proved: true, closed: 0, left: Vec::new() };
    }
    let bound = bound.expect("no trouble");
    let best = ledger.incumbent();
    for bound in ledger.bounds.into_inner().expect("no panic").iter().chain([&bound]) {
        let holds = bound.mandatory_unserved < optimum.mandatory_unserved
            || (bound.mandatory_unserved == optimum.mandatory_unserved && bound.cost <= optimum.cost);
        assert!(holds, "seed {seed}: {bound:?} is above {optimum:?}");
    }
    let closed = ledger.closed.into_inner().expect("no panic");
    assert!(closed.iter().all(|&at| at == optimum), "seed {seed}: closed at {closed:?}, not at {optimum:?}");
    let proved = bound.proof == Proof::ProvedOptimal;
    assert!(!proved || best == optimum, "seed {seed}: {best:?} was proved, {optimum:?} is optimal");
    let left = ledger.left.into_inner().expect("no panic");
    Outcome { proved, closed: closed.len(), left }
}

fn nearly_all(proved: usize, count: usize) {
    assert!(proved * 100 >= count * 95, "{proved} of {count} are proved");
}

#[test]
fn what_is_proved_is_the_optimum_of_brute_force() {
    let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let count = cases(150);
    let proved = (0..count as u64).filter(|&seed| {
        let problem = random_problem(seed, &shape);
        let travel = Travel::build(&problem).expect("random days are valid");
        prove_and_compare(seed, &problem, &travel, Means::All)
    });
    nearly_all(proved.count(), count);
}

#[test]
fn eight_visits_and_three_shifts_are_proved_too() {
    let shape = Shape { visits: 7..=8, shifts: 2..=3, ..Shape::default() };
    let count = cases(15).min(3_000);
    let proved = (0..count as u64).filter(|&seed| {
        let problem = random_problem(seed, &shape);
        let travel = Travel::build(&problem).expect("random days are valid");
        prove_and_compare(seed, &problem, &travel, Means::All)
    });
    nearly_all(proved.count(), count);
}

#[test]
fn a_day_under_way_is_proved_from_what_was_done() {
    let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let count = cases(150) / 2;
    let proved = (0..count as u64).filter(|&seed| {
        let morning = random_problem(seed, &shape);
        let travel = Travel::build(&morning).expect("random days are valid");
        let part = i64::try_from(seed % 9).expect("small");
        let at = Time::ZERO + Duration::from_ticks(morning.horizon.ticks() * part / 10);
        let later = frozen_at(&morning, &best_plan(&morning, &travel), at);
        prove_and_compare(seed, &later, &travel, Means::All)
    });
    nearly_all(proved.count(), count);
}

#[test]
fn branching_alone_proves_the_optimum_of_brute_force() {
    let small = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let plain = Shape { visits: 5..=8, shifts: 2..=3, ..Shape::plain() };
    let count = cases(150);
    let proved = (0..count as u64).filter(|&seed| {
        let problem = random_problem(seed, if seed % 10 == 0 { &plain } else { &small });
        let travel = Travel::build(&problem).expect("random days are valid");
        prove_and_compare(seed, &problem, &travel, Means::Branching)
    });
    nearly_all(proved.count(), count);
}

#[test]
fn branching_over_a_list_proves_the_optimum_of_brute_force() {
    let small = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let plain = Shape { visits: 5..=8, shifts: 2..=3, ..Shape::plain() };
    let count = cases(150);
    let mut closed = 0;
    let proved = (0..count as u64).filter(|&seed| {
        let problem = random_problem(seed, if seed % 10 == 0 { &plain } else { &small });
        let travel = Travel::build(&problem).expect("random days are valid");
        let outcome = prove_with(seed, (&problem, &travel), Means::BranchingOnAList, Vec::new());
        closed += outcome.closed;
        outcome.proved
    });
    nearly_all(proved.count(), count);
    assert!(closed > 0, "the MIP solver closed none");
}

/// Routes of nowhere: any stops, in any order, on any shift.
fn any_routes(problem: &Problem, seed: u64) -> Vec<Sequence> {
    let mut draw = Pcg64Mcg::seed_from_u64(seed);
    let shifts: Vec<ShiftId> = problem.shift_ids().collect();
    let mut stops: Vec<Stop> = problem.visit_ids().map(Stop::Visit).collect();
    stops.extend(problem.pickup_ids().map(Stop::Pickup));
    let mut any = || {
        stops.shuffle(&mut draw);
        let count = draw.random_range(0..=stops.len());
        (shifts[draw.random_range(0..shifts.len())], stops[..count].to_vec())
    };
    (0..20).map(|_| any()).collect()
}

#[test]
fn routes_of_others_change_nothing_that_is_proved() {
    let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let (count, mut left) = (cases(150), 0);
    let proved = (0..count as u64).filter(|&seed| {
        let morning = random_problem(seed, &shape);
        let travel = Travel::build(&morning).expect("random days are valid");
        let whole = prove_with(seed, (&morning, &travel), Means::All, any_routes(&morning, seed));
        left += usize::from(!whole.left.is_empty());
        let part = i64::try_from(seed % 9).expect("small");
        let at = Time::ZERO + Duration::from_ticks(morning.horizon.ticks() * part / 10);
        let later = frozen_at(&morning, &best_plan(&morning, &travel), at);
        prove_with(seed, (&later, &travel), Means::All, whole.left).proved
    });
    nearly_all(proved.count(), count);
    assert!(left * 2 > count, "{left} of {count} proofs left something");
}

#[test]
fn branching_alone_proves_a_day_under_way() {
    let shape = Shape { visits: 3..=6, shifts: 1..=3, ..Shape::default() };
    let count = cases(150) / 2;
    let proved = (0..count as u64).filter(|&seed| {
        let morning = random_problem(seed, &shape);
        let travel = Travel::build(&morning).expect("random days are valid");
        let part = i64::try_from(seed % 9).expect("small");
        let at = Time::ZERO + Duration::from_ticks(morning.horizon.ticks() * part / 10);
        let later = frozen_at(&morning, &best_plan(&morning, &travel), at);
        prove_and_compare(seed, &later, &travel, Means::Branching)
    });
    nearly_all(proved.count(), count);
}
