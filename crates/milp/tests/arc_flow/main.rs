//! A second oracle: the compact arc-flow program in good_lp against brute force, its routes costed in integers.

mod day;
mod program;

use journeyman_domain::{
    Duration, Frozen, PayPolicy, PlannedRoute, Problem, Score, Time, VisitDependency, VisitId,
};
use journeyman_milp::score;
use journeyman_route::{Route, RouteModel, StartLimit};
use journeyman_testkit::brute::best_plan;
use journeyman_testkit::{ProblemBuilder, Shape, cases, random_problem};
use journeyman_travel::Travel;

use day::{Day, Refusal};

/// Everything that the program can express.
fn expressible() -> Shape {
    Shape { profile: false, breaks_max: 0, pickups_max: 0, ..Shape::default() }
}

/// The score, in integers, of the plan that the program chooses.
fn by_arc_flow(problem: &Problem, travel: &Travel) -> Score {
    let day = Day::read(problem, travel).expect("only what it can express");
    let chosen = program::solve(&day);
    let mut limits = Vec::new();
    for shift in problem.shift_ids() {
        for visit in problem.visit_ids() {
            // Always given, so that a route keeps to what the program saw.
            let windows = day.starts(shift, visit).iter().map(|start| start.window).collect();
            limits.push(StartLimit { shift, visit, windows });
        }
    }
    let model = RouteModel::build(problem, travel, &limits);
    let routes = chosen.routes.iter().map(|(shift, stops)| {
        let route = Route::of(&model, *shift, stops.clone());
        route.unwrap_or_else(|| panic!("the route {stops:?} of {shift:?} is not feasible in integers"))
    });
    let score =
        score(&model, &routes.collect::<Vec<Route>>()).expect("the program keeps visits and stocks apart");
    assert_eq!(score.mandatory_unserved, chosen.mandatory_unserved);
    assert!(
        (chosen.micros - program::micros(score.cost)).abs() < 100.0,
        "{score:?} against {}",
        chosen.micros
    );
    score
}

#[test]
fn arc_flow_finds_the_best_plan() {
    let count = cases(30);
    let (mut served, mut portal, mut missed) = (0, 0, 0);
    for seed in 0..count as u64 {
        let problem = random_problem(seed, &expressible());
        let travel = Travel::build(&problem).expect("random days are valid");
        let best = best_plan(&problem, &travel);
        assert_eq!(by_arc_flow(&problem, &travel), best.score(), "seed {seed}");
        served += problem.visits.len() - best.unassigned.len();
        missed += best.mandatory_unserved;
        let by_duration =
            |route: &&PlannedRoute| problem.shift(route.shift).rates.pay == PayPolicy::PortalToPortal;
        portal += best.routes.iter().filter(by_duration).count();
    }
    assert!(served > count && portal > 0, "{served} served, {portal} routes paid from departure to return");
    assert!(missed > 0 || count < 30, "no day leaves a mandatory visit unserved");
}

#[test]
fn visits_of_no_length_at_one_place_make_no_ring_of_their_own() {
    let mut builder = ProblemBuilder::new();
    builder.technician("ana");
    builder.shift("ana", 0, 100);
    // Out of reach of the shift, but not of each other.
    for label in ["a", "b"] {
        builder.visit(label, (900, 0)).duration(0).penalty(9);
    }
    let problem = builder.build();
    let travel = Travel::build(&problem).expect("valid");
    let score = by_arc_flow(&problem, &travel);
    assert_eq!(score, best_plan(&problem, &travel).score());
    assert_eq!(score.cost.to_string(), "18.00");
}

#[test]
fn what_it_cannot_express_is_refused_by_name() {
    let built = |edit: &dyn Fn(&mut ProblemBuilder)| {
        let mut builder = ProblemBuilder::new();
        builder.technician("ana");
        builder.shift("ana", 0, 100);
        builder.visit("a", (10, 0));
        edit(&mut builder);
        builder.build()
    };
    let refusal = |problem: &Problem| {
        let travel = Travel::build(problem).expect("valid");
        Day::read(problem, &travel).err()
    };
    let mut day = built(&|_| ());
    assert_eq!(refusal(&day), None);
    day.visits[0].crew_size = 2;
    assert_eq!(refusal(&day), Some(Refusal::Crews));
    day.dependencies.push(VisitDependency {
        before: VisitId::new(0),
        after: VisitId::new(0),
        gap_min: Duration::ZERO,
        gap_max: None,
    });
    assert_eq!(refusal(&day), Some(Refusal::Dependencies));
    day.shifts[0].frozen = Some(Frozen { departure: Time::ZERO, stops: Vec::new(), until: Time::ZERO });
    assert_eq!(refusal(&day), Some(Refusal::FrozenRoutes));
    let day = built(&|day| {
        day.pickup("depot", (1, 0));
    });
    assert_eq!(refusal(&day), Some(Refusal::Pickups));
    let day = built(&|day| {
        day.technician("ben");
        day.shift("ben", 0, 100).pause(10, 20, 5);
    });
    assert_eq!(refusal(&day), Some(Refusal::Breaks));
    let day = built(&|day| {
        day.estimate(36_000, 1_000).speed_step(0, 4_000).speed_step(50, 1_000);
    });
    assert_eq!(refusal(&day), Some(Refusal::TravelProfile));
}
