//! Explanations are honest: what is called impossible is, what is said to help does, and for that price.

use journeyman_domain::{
    Certainty, Cost, LicenseClass, Plan, Problem, Refusal, ShiftId, Stop, StopKind, Time, VisitId,
};
use journeyman_engine::{Control, ExplainOptions, SolveOptions, explain, relax, solve};
use journeyman_plan::{DropReason, Explanation, Relaxation, Relaxed, Standing, relaxation_line};
use journeyman_testkit::{ProblemBuilder, Shape, assert_valid, brute, cases, frozen_at, random_problem};
use journeyman_travel::Travel;

type Sequences = Vec<(ShiftId, Vec<Stop>)>;

fn plan_of(problem: &Problem) -> Plan {
    let options =
        SolveOptions { time_limit: None, iterations_max: Some(20), threads: 1, ..SolveOptions::default() };
    solve(problem, &options, &Control::default(), false, &mut |_| {}).expect("random days are solved").plan
}

fn sequences(plan: &Plan) -> Sequences {
    let stops = |route: &journeyman_domain::PlannedRoute| {
        let stop = |stop: &journeyman_domain::PlannedStop| match stop.kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        };
        route.stops.iter().filter_map(stop).collect()
    };
    plan.routes.iter().map(|route| (route.shift, stops(route))).collect()
}

/// Steps that make sense on days of some hundred seconds.
fn options() -> ExplainOptions {
    ExplainOptions { alternatives_max: 100, window_steps: vec![20, 60, 150], overtime_steps: vec![15, 50] }
}

/// A random day with a plan, brute force at hand.
struct Day {
    seed: u64,
    problem: Problem,
    travel: Travel,
    sequences: Sequences,
}

impl Day {
    fn of(seed: u64, problem: Problem, sequences: Sequences) -> Self {
        let travel = Travel::build(&problem).expect("random days have travel");
        Self { seed, problem, travel, sequences }
    }

    fn explain(&self, visit: VisitId) -> Explanation {
        let told = explain(&self.problem, &self.sequences, visit, &options()).expect("explained");
        assert_eq!(told.dropped, [], "seed {}: the plan is right", self.seed);
        told
    }

    fn stops(&self, shift: ShiftId) -> &[Stop] {
        let found = self.sequences.iter().find(|(known, _)| *known == shift);
        found.map_or(&[], |(_, stops)| stops)
    }
}

/// What brute force says a sequence costs; none when it breaks a rule by itself.
fn cost(problem: &Problem, travel: &Travel, shift: ShiftId, stops: &[Stop]) -> Option<Cost> {
    let lawful = |stop: &Stop| !matches!(stop, Stop::Visit(id) if brute::forbidden(problem, shift, *id));
    if stops.is_empty() {
        return Some(Cost::ZERO);
    }
    let alone = stops.iter().all(lawful)
        && brute::fits_van(problem, shift, stops)
        && brute::stock_suffices(problem, &[(shift, stops)]);
    alone.then(|| brute::best_schedule(problem, travel, shift, stops))?.map(|route| route.total())
}

/// What brute force says a whole plan costs, without penalties.
fn cost_of_all(problem: &Problem, travel: &Travel, sequences: &Sequences) -> Option<Cost> {
    let loads: Vec<brute::Load<'_>> =
        sequences.iter().map(|(shift, stops)| (*shift, stops.as_slice())).collect();
    let costs = sequences.iter().map(|(shift, stops)| cost(problem, travel, *shift, stops));
    brute::stock_suffices(problem, &loads).then(|| costs.sum::<Option<Cost>>())?
}

/// The relaxation applied: the same plan with the visit on the route that it names keeps every rule, for its price.
fn serves_the_visit(day: &Day, visit: VisitId, relaxation: &Relaxation) {
    let Day { seed, problem, travel, sequences } = day;
    let shift = relaxation.slot.shift;
    let relaxed = relax(problem, visit, relaxation.rule, Some(shift)).expect("the rule can be let go");
    assert_valid(&relaxed);
    let is_new = relaxation.rule == Relaxed::OneMoreTechnician;
    let server = if is_new { ShiftId::new(problem.shifts.len()) } else { shift };
    let mut with = sequences.clone();
    with.retain(|(known, _)| *known != server);
    with.push((server, relaxation.route.clone()));
    assert!(relaxation.route.contains(&Stop::Visit(visit)), "seed {seed}: {relaxation:?}");
    let others: Vec<Stop> =
        relaxation.route.iter().copied().filter(|stop| *stop != Stop::Visit(visit)).collect();
    let visits = |stops: &[Stop]| -> Vec<Stop> {
        stops.iter().copied().filter(|stop| matches!(stop, Stop::Visit(_))).collect()
    };
    assert_eq!(visits(&others), visits(if is_new { &[] } else { day.stops(shift) }), "seed {seed}");
    let before = cost_of_all(problem, travel, sequences).expect("the plan keeps every rule");
    let after = cost_of_all(&relaxed, travel, &with);
    let line = relaxation_line(problem, relaxation);
    let penalty = problem.visit(visit).penalty();
    assert_eq!(after, Some(before + relaxation.extra_cost + penalty), "seed {seed}: {line}: {relaxation:?}");
    let jurisdictions = brute::jurisdictions(&relaxed);
    let start = relaxation.slot.start;
    assert!(brute::may_start(&relaxed, &jurisdictions, server, visit, start), "seed {seed}: {line}");
    assert!(relaxation.refusal.shift() == shift && !line.is_empty());
}

/// What was seen over many days.
#[derive(Default, Debug)]
struct Tally {
    left_out: usize,
    impossible: usize,
    proved: usize,
    awaiting: usize,
    relaxations: usize,
    with_relaxation: usize,
    kinds: std::collections::BTreeMap<String, usize>,
    alternatives: usize,
}

fn judge(day: &Day, tally: &mut Tally) {
    let possible = brute::servable(&day.problem, &day.travel);
    for visit in day.problem.visit_ids() {
        let told = day.explain(visit);
        let Standing::LeftOut(left_out) = &told.standing else {
            assert_eq!(told.relaxations, [], "a visit that is served needs none");
            tally.alternatives += told.alternatives.len();
            continue;
        };
        let (seed, is_possible) = (day.seed, possible[visit.index()]);
        tally.left_out += 1;
        match left_out.certainty {
            Certainty::ProvedIneligible | Certainty::ProvedInfeasible => {
                assert!(!is_possible, "seed {seed}: {left_out:?} is proved, and brute force serves it");
                tally.proved += 1;
                tally.impossible += 1;
            }
            Certainty::Awaiting(_) => {
                assert!(!is_possible, "seed {seed}: {left_out:?} waits, and brute force serves it");
                tally.awaiting += 1;
            }
            Certainty::Outbid { price, .. } => {
                assert!(is_possible, "seed {seed}: {left_out:?}");
                assert_eq!(told.alternatives.first().map(|best| best.extra_cost), Some(price), "seed {seed}");
            }
            Certainty::NotFoundInTime => tally.impossible += usize::from(!is_possible),
        }
        tally.with_relaxation += usize::from(!told.relaxations.is_empty());
        assert!(told.relaxations.is_sorted_by_key(|relaxation| relaxation.extra_cost), "seed {seed}");
        for relaxation in &told.relaxations {
            serves_the_visit(day, visit, relaxation);
            let kind = format!("{:?}", relaxation.rule);
            let kind = kind.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_owned();
            *tally.kinds.entry(kind).or_default() += 1;
            tally.relaxations += 1;
        }
    }
}

#[test]
fn what_is_called_impossible_is_and_what_is_said_to_help_does() {
    let (count, mut tally) = (cases(150), Tally::default());
    for seed in 0..count as u64 {
        let shape = Shape { visits: 1..=6, shifts: 1..=3, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let plan = plan_of(&problem);
        judge(&Day::of(seed, problem, sequences(&plan)), &mut tally);
    }
    let Tally { impossible, proved, .. } = tally;
    assert!(
        proved * 100 >= impossible * 95,
        "{proved} of {impossible} impossible visits are proved: {tally:?}"
    );
    assert!(tally.with_relaxation * 4 > tally.left_out, "{tally:?}");
    for kind in ["Window", "Overtime", "LicenseClass", "Pin", "Permit", "OneMoreTechnician"] {
        assert!(tally.kinds.contains_key(kind), "no {kind} in {count} days: {tally:?}");
    }
    assert!(proved > 0 && tally.awaiting > 0 && tally.alternatives > 0, "{tally:?}");
}

#[test]
fn explanations_of_a_day_under_way_keep_what_has_happened() {
    let (count, mut tally) = (cases(30), Tally::default());
    for seed in 0..count as u64 {
        let shape = Shape { visits: 2..=6, shifts: 1..=3, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let noon = Time::from_ticks(problem.horizon.ticks() * 2 / 5);
        let later = frozen_at(&problem, &plan_of(&problem), noon);
        let plan = plan_of(&later);
        judge(&Day::of(seed, later, sequences(&plan)), &mut tally);
    }
    assert!(tally.relaxations > 0 && tally.alternatives > 0, "{tally:?}");
}

/// Every way to put a visit into a sequence.
fn with_visit(stops: &[Stop], visit: VisitId) -> Vec<Vec<Stop>> {
    let at = |position| [&stops[..position], &[Stop::Visit(visit)], &stops[position..]].concat();
    (0..=stops.len()).map(at).collect()
}

#[test]
fn another_technician_costs_what_brute_force_finds() {
    let mut priced = 0;
    // Shared stocks and pickups are a matter of more than one insertion; the plan's own tests have them.
    let shape = Shape { parts: false, pickups_max: 0, visits: 2..=5, shifts: 2..=3, ..Shape::default() };
    for seed in 0..cases(60) as u64 {
        let problem = random_problem(seed, &shape);
        let plan = plan_of(&problem);
        let day = Day::of(seed, problem, sequences(&plan));
        let cost = |shift, stops: &[Stop]| cost(&day.problem, &day.travel, shift, stops);
        for (home, stops) in &day.sequences {
            for &stop in stops {
                let Stop::Visit(visit) = stop else { continue };
                let told = day.explain(visit);
                let without: Vec<Stop> = stops.iter().copied().filter(|&other| other != stop).collect();
                let saved = cost(*home, &without).map(|less| cost(*home, stops).expect("planned") - less);
                let Standing::Served { saving, .. } = told.standing else { panic!("it is served") };
                assert_eq!(saving, saved, "seed {seed}, {visit:?}");
                let Some(saved) = saved else { continue };
                for shift in day.problem.shift_ids().filter(|shift| shift != home) {
                    let here = day.stops(shift);
                    let ways = with_visit(here, visit);
                    let least = ways.iter().filter_map(|stops| cost(shift, stops)).min();
                    let extra = least.map(|least| least - cost(shift, here).expect("planned") - saved);
                    let found = told.alternatives.iter().find(|other| other.slot.shift == shift);
                    assert_eq!(
                        found.map(|other| other.extra_cost),
                        extra,
                        "seed {seed}, {shift:?}, {visit:?}"
                    );
                    let refused = told.refusals.iter().any(|refusal| refusal.shift() == shift);
                    assert_eq!(refused, extra.is_none(), "seed {seed}");
                    priced += usize::from(extra.is_some());
                }
            }
        }
    }
    assert!(priced > 0);
}

/// Ana, a journeyman, and Ben, an apprentice, at home beside each other.
fn two_people() -> ProblemBuilder {
    let mut day = ProblemBuilder::new();
    day.technician("ana").license(LicenseClass::Journeyman, "state");
    day.technician("ben").license(LicenseClass::Apprentice, "state");
    day.shift("ana", 0, 200);
    day.shift("ben", 0, 200);
    day
}

fn told(day: ProblemBuilder, sequences: &[(usize, &[usize])], visit: usize) -> (Problem, Explanation) {
    let problem = day.build();
    let stops = |visits: &[usize]| visits.iter().map(|&id| Stop::Visit(VisitId::new(id))).collect();
    let sequences: Sequences =
        sequences.iter().map(|(shift, visits)| (ShiftId::new(*shift), stops(visits))).collect();
    let told = explain(&problem, &sequences, VisitId::new(visit), &options()).expect("explained");
    (problem, told)
}

fn lines(problem: &Problem, told: &Explanation) -> Vec<String> {
    let line = |relaxation: &Relaxation| {
        format!("{}: ${}", relaxation_line(problem, relaxation), relaxation.extra_cost)
    };
    told.relaxations.iter().map(line).collect()
}

#[test]
fn a_class_too_high_for_everybody_is_the_rule_that_stands_in_the_way() {
    let mut day = two_people();
    day.visit("panel", (10, 0)).in_jurisdiction("state").needs(LicenseClass::Master).penalty(50);
    let (problem, told) = told(day, &[], 0);
    let Standing::LeftOut(left_out) = &told.standing else { panic!("{told:?}") };
    assert_eq!(left_out.certainty, Certainty::ProvedIneligible);
    assert!(told.alternatives.is_empty() && told.refusals.len() == 2);
    // Twenty there and back, less the penalty of fifty.
    assert_eq!(lines(&problem, &told), ["class master → journeyman: $-30.00"]);
    assert_eq!(told.relaxations[0].slot.shift, ShiftId::new(0));
}

#[test]
fn a_window_is_widened_by_the_least_step_that_serves() {
    let mut day = two_people();
    day.visit("far", (60, 0)).window(0, 30).penalty(200);
    let (problem, told) = told(day, &[], 0);
    let Standing::LeftOut(left_out) = &told.standing else { panic!("{told:?}") };
    assert_eq!(left_out.certainty, Certainty::ProvedInfeasible);
    assert_eq!(lines(&problem, &told), ["window + 1 min: $-80.00"]);
}

#[test]
fn a_full_day_asks_for_one_visit_more_or_one_technician_more() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 200).visits_max(1);
    day.visit("near", (10, 0));
    day.visit("next", (20, 0));
    let (problem, told) = told(day, &[(0, &[0])], 1);
    assert_eq!(
        lines(&problem, &told),
        ["visits of ana (ana/1): 1 → 2: $-980.00", "one more technician like ana (ana/1): $-960.00"]
    );
    assert!(matches!(told.refusals[..], [Refusal::Full(_)]));
}

#[test]
fn a_plan_that_breaks_rules_is_explained_without_what_breaks_them() {
    let mut day = two_people();
    day.visit("master", (10, 0)).in_jurisdiction("state").needs(LicenseClass::Master);
    day.visit("plain", (10, 0));
    day.visit("other", (90, 0)).duration(15);
    // Nobody is a master, `plain` stands twice, and `other` does not fit behind `plain`.
    let (_, told) = told(day, &[(0, &[0, 1, 2]), (1, &[1, 2])], 1);
    let why: Vec<(usize, DropReason)> =
        told.dropped.iter().map(|dropped| (dropped.shift.index(), dropped.why)).collect();
    assert!(matches!(
        why[..],
        [(0, DropReason::Forbidden(_)), (0, DropReason::DoesNotFit), (1, DropReason::AlreadyServed)]
    ));
    assert!(matches!(told.standing, Standing::Served { .. }));
}
