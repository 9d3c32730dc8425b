//! Each rule shown to fire: one good plan, one thing made wrong at a time, exactly that rule broken.

use std::collections::BTreeSet;

use journeyman_checker::{Violation, check};
use journeyman_domain::{
    ArrivalWindow, Awaiting, Bound, Certainty, Cost, CostTerm, Distance, Duration, Frozen, LicenseClass,
    OutbidBasis, PermitId, PermitState, PickupId, PinTarget, Plan, PlannedRoute, PlannedStop, Problem, Proof,
    Recognition, SkillLevel, SkuId, StockQuantity, Stop, StopKind, TechnicianId, Time, TimeWindow,
    TravelSource, Unassigned, Unserved, VisitId,
};
use journeyman_testkit::ProblemBuilder;
use journeyman_testkit::brute::{best_plan, price};
use journeyman_travel::Travel;

const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const D: usize = 3;

/// ana departs at 20 for visit `a`, which starts at 30; then she stops at the depot, takes her break and serves `b`.
/// ben serves `c` at 60, pinned. `d` awaits a permit.
fn day() -> Problem {
    let mut day = ProblemBuilder::new();
    day.plan_expected_permits();
    day.jurisdiction("city").within("state");
    day.issued_permit("issued", 30);
    day.permit("expected", PermitState::Filed { expected: Some(Time::from_ticks(50)) });
    day.permit("required", PermitState::Required);
    day.technician("ana")
        .license(LicenseClass::Master, "state")
        .endorsement("solar")
        .skill("panel", 2)
        .feature("bucket")
        .stock("wire", 1)
        .load_capacity(5);
    day.technician("ben");
    day.shift("ana", 0, 300).pause(100, 110, 30).visits_max(2).used(3).soft_end(150);
    day.shift("ben", 0, 300);
    day.pickup("depot", (15, 0)).lends("lift").stocks("breaker", 2).window(0, 90);
    day.visit("a", (10, 0))
        .in_jurisdiction("city")
        .needs(LicenseClass::Journeyman)
        .endorsement("solar")
        .skill("panel", 2)
        .feature("bucket")
        .part("wire", 1)
        .load(3)
        .duration(20)
        .window(30, 30)
        .permit("issued");
    day.visit("b", (20, 0)).tool("lift").part("breaker", 2).load(2).window(125, 131).permit("expected");
    day.visit("c", (0, 10)).pin_shift("ben/1").pin_start(60);
    day.visit("d", (0, 20)).permit("required");
    day.build()
}

fn good_plan(problem: &Problem, travel: &Travel) -> Plan {
    let mut plan = best_plan(problem, travel);
    for stop in plan.routes.iter_mut().flat_map(|route| &mut route.stops) {
        if let StopKind::Visit(_) = stop.kind {
            let window = TimeWindow {
                start: stop.start - Duration::from_ticks(9),
                end: stop.start + Duration::from_ticks(9),
            };
            stop.window = Some(ArrivalWindow { window, probability_permille: 900 });
        }
    }
    reprice(problem, &mut plan);
    plan
}

/// Puts money right again after times were moved, so that only the rule about times is broken. Nothing is said to be
/// proved.
fn reprice(problem: &Problem, plan: &mut Plan) {
    let penalties = plan.cost.get(CostTerm::Unserved);
    plan.cost = Default::default();
    for route in &mut plan.routes {
        route.cost = price(problem, route);
        plan.cost += route.cost;
    }
    plan.cost.add(CostTerm::Unserved, penalties);
    plan.bound =
        Bound { mandatory_unserved: plan.mandatory_unserved, cost: plan.cost.total(), proof: Proof::Bounded };
}

fn ana(plan: &mut Plan) -> &mut PlannedRoute {
    &mut plan.routes[0]
}

fn visit(plan: &mut Plan, index: usize) -> &mut PlannedStop {
    let kind = StopKind::Visit(VisitId::new(index));
    plan.routes.iter_mut().flat_map(|r| &mut r.stops).find(|stop| stop.kind == kind).expect("it is served")
}

fn pause(plan: &mut Plan) -> &mut PlannedStop {
    ana(plan).stops.iter_mut().find(|stop| matches!(stop.kind, StopKind::Break(_))).expect("it is listed")
}

fn depot(plan: &mut Plan) -> &mut PlannedStop {
    ana(plan).stops.iter_mut().find(|stop| matches!(stop.kind, StopKind::Pickup(_))).expect("it is made")
}

fn proof(plan: &mut Plan) -> &mut journeyman_domain::LicenseProof {
    visit(plan, A).license.as_mut().expect("a license is asked for")
}

fn ticks(count: i64) -> Duration {
    Duration::from_ticks(count)
}

fn time(count: i64) -> Time {
    Time::from_ticks(count)
}

fn frozen(departure: i64, stops: &[Stop], until: i64) -> Option<Frozen> {
    Some(Frozen { departure: time(departure), stops: stops.to_vec(), until: time(until) })
}

fn stop_a() -> Stop {
    Stop::Visit(VisitId::new(A))
}

/// What is made wrong, and the codes of the rules that this breaks, sorted.
type Case = (&'static [&'static str], fn(&mut Problem, &mut Plan));

#[rustfmt::skip]
const PLAN: &[Case] = &[
    (&["UNKNOWN_ID"], |_, plan| visit(plan, A).kind = StopKind::Visit(VisitId::new(9))),
    (&["UNKNOWN_ID"], |_, plan| depot(plan).kind = StopKind::Pickup(PickupId::new(9))),
    (&["UNKNOWN_ID"], |_, plan| plan.unassigned[0].certainty = Certainty::Awaiting(Awaiting::Permit(PermitId::new(9)))),
    (&["ROUTE_ORDER"], |_, plan| plan.routes.reverse()),
    (&["EMPTY_ROUTE"], |problem, plan| {
        let mut empty = plan.routes[1].clone();
        empty.stops.clear();
        empty.last_leg.duration = ticks(0);
        empty.last_leg.distance = Distance::from_ticks(0);
        (empty.departure, empty.return_time) = (time(60), time(60));
        empty.last_leg.departure = time(60);
        problem.shifts.push(problem.shifts[1].clone());
        empty.shift = journeyman_domain::ShiftId::new(2);
        plan.routes.push(empty);
        reprice(problem, plan);
    }),
    (&["PICKUP_STOCK", "SECOND_ROUTE", "SERVED_TWICE", "SERVED_TWICE", "VAN_STOCK"], |problem, plan| {
        plan.routes.insert(0, plan.routes[0].clone());
        reprice(problem, plan);
    }),
    (&["SERVED_AND_UNASSIGNED"], |_, plan| {
        let visit = VisitId::new(A);
        plan.unassigned.insert(0, Unassigned { visit, certainty: Certainty::NotFoundInTime, refusals: vec![] });
    }),
    (&["UNASSIGNED_TWICE"], |_, plan| plan.unassigned.push(plan.unassigned[0].clone())),
    (&["NOT_ACCOUNTED"], |_, plan| plan.unassigned.clear()),
    (&["UNASSIGNED_ORDER"], |problem, plan| {
        problem.visits.push(problem.visits[D].clone());
        problem.visits[4].unserved = Unserved::Penalty(Cost::ZERO);
        plan.unassigned.insert(0, Unassigned { visit: VisitId::new(4), ..plan.unassigned[0].clone() });
    }),
    (&["FALSE_AWAITING"], |_, plan| plan.unassigned[0].certainty = Certainty::Awaiting(Awaiting::Permit(PermitId::new(0)))),
    (&["FALSE_AWAITING"], |_, plan| plan.unassigned[0].certainty = Certainty::Awaiting(Awaiting::Part(SkuId::new(0)))),
    (&["MANDATORY_COUNT"], |problem, plan| {
        plan.mandatory_unserved = 1;
        reprice(problem, plan);
    }),
    (&["BOUND_TIER"], |_, plan| plan.bound.mandatory_unserved = 1),
    (&["BOUND_ABOVE_COST"], |_, plan| plan.bound.cost += Cost::from_micros(1)),
    (&["PROOF_OVERSTATED"], |_, plan| {
        plan.bound.cost = Cost::ZERO;
        plan.bound.proof = Proof::ProvedOptimal;
    }),
    (&["PRICE_OVERSTATED"], |_, plan| {
        let (price, basis) = (Cost::ZERO, OutbidBasis::ProvedPlan);
        plan.unassigned[0].certainty = Certainty::Outbid { price, basis };
        plan.bound.proof = Proof::Bounded;
    }),
    (&["MANDATORY_COUNT", "PROOF_OVERSTATED"], |problem, plan| {
        plan.mandatory_unserved = 1;
        reprice(problem, plan);
        plan.bound.mandatory_unserved = 0;
        plan.bound.proof = Proof::OptimalToSolverTolerance;
    }),
    (&["ROUTE_COST"], |_, plan| {
        ana(plan).cost.add(CostTerm::PaidTime, Cost::from_micros(1));
    }),
    (&["PLAN_COST"], |_, plan| plan.cost.add(CostTerm::Unserved, Cost::from_micros(1))),
];

#[rustfmt::skip]
const TIMES: &[Case] = &[
    (&["TIME_OUTSIDE_HORIZON"], |_, plan| ana(plan).return_time = time(i64::MAX)),
    (&["DEPARTURE_OUTSIDE_SHIFT"], |problem, _| {
        problem.shifts[0].window.start = time(21);
    }),
    (&["DEPARTURE_NOT_FIRST_LEG"], |_, plan| ana(plan).departure = time(19)),
    (&["LEG_BEFORE_FREE"], |problem, plan| {
        // Service of `a` lasts a tick longer than the plan lets it.
        let leg = depot(plan).leg.departure;
        problem.visits[A].duration = leg + ticks(1) - visit(plan, A).start;
        visit(plan, A).end = leg + ticks(1);
    }),
    (&["ARRIVAL", "LEG_DURATION"], |_, plan| {
        visit(plan, B).leg.duration += ticks(1);
        visit(plan, B).arrival += ticks(1);
    }),
    (&["LEG_DISTANCE"], |_, plan| visit(plan, B).leg.distance = Distance::from_ticks(1)),
    (&["LEG_SOURCE"], |_, plan| ana(plan).last_leg.source = TravelSource::Roads),
    (&["ARRIVAL"], |_, plan| visit(plan, C).arrival += ticks(-1)),
    (&["START_BEFORE_FREE"], |problem, plan| {
        // `b` would start during the break.
        problem.shifts[0].breaks[0].duration = ticks(35);
        pause(plan).end = pause(plan).start + ticks(35);
    }),
    (&["END"], |_, plan| visit(plan, C).end += ticks(-1)),
    (&["RETURN"], |problem, plan| {
        plan.routes[1].return_time += ticks(1);
        reprice(problem, plan);
    }),
    (&["RETURN_TOO_LATE"], |problem, plan| problem.shifts[1].window.end = plan.routes[1].return_time - ticks(1)),
    (&["UNKNOWN_BREAK"], |_, plan| pause(plan).kind = StopKind::Break(7)),
    (&["BREAK_ORDER"], |problem, plan| {
        let mut second = problem.shifts[0].breaks[0].clone();
        second.label = "second".to_owned();
        problem.shifts[0].breaks.insert(0, second.clone());
        problem.shifts[0].breaks.push(second);
        // Listed: the first and the third. What is unlisted in between can be nowhere.
        let mut listed = pause(plan).clone();
        listed.kind = StopKind::Break(2);
        let at = ana(plan).stops.iter().position(|s| s.kind == StopKind::Break(0)).expect("listed");
        for pause in &mut problem.shifts[0].breaks {
            pause.start = TimeWindow { start: time(0), end: time(300) };
            pause.duration = ticks(10);
        }
        let start = pause(plan).start;
        pause(plan).end = start + ticks(10);
        (listed.arrival, listed.start, listed.end) = (start + ticks(10), start + ticks(10), start + ticks(20));
        ana(plan).stops.insert(at + 1, listed);
    }),
    (&["BREAK_OUTSIDE_WINDOW"], |problem, plan| problem.shifts[0].breaks[0].start.start = pause(plan).start + ticks(1)),
    (&["BREAK_WHILE_DRIVING"], |_, plan| {
        // The drive to `b` would end during the break.
        let (leaves, pause_start) = (visit(plan, B).leg.departure, pause(plan).start);
        let late = pause_start - leaves - ticks(1);
        visit(plan, B).leg.departure += late;
        visit(plan, B).arrival += late;
    }),
    (&["BREAK_MOVES"], |_, plan| pause(plan).leg.distance = Distance::from_ticks(1)),
    (&["BREAK_NOT_TAKEN"], |_, plan| {
        ana(plan).stops.retain(|stop| !matches!(stop.kind, StopKind::Break(_)));
    }),
];

#[rustfmt::skip]
const VISITS: &[Case] = &[
    (&["OUTSIDE_WINDOWS"], |problem, plan| problem.visits[A].windows[0].start = visit(plan, A).start + ticks(1)),
    (&["PINNED_START"], |problem, _| problem.visits[C].pin.as_mut().expect("pinned").start = Some(time(61))),
    (&["PINNED_ELSEWHERE"], |problem, _| {
        problem.visits[C].pin.as_mut().expect("pinned").target = PinTarget::Technician(TechnicianId::new(0));
    }),
    (&["PERMIT_NOT_ISSUED"], |problem, _| problem.permits[0].state = PermitState::Rejected),
    (&["HELD_MARK", "PERMIT_NOT_ISSUED"], |problem, _| problem.plan_expected_permits = false),
    (&["PERMIT_DATE"], |problem, plan| {
        problem.permits[0].state = PermitState::Issued { from: visit(plan, A).start + ticks(1), until: Time::MAX };
    }),
    (&["PERMIT_DATE"], |problem, plan| {
        problem.permits[0].state = PermitState::Issued { from: time(0), until: visit(plan, A).start };
    }),
    (&["HELD_MARK"], |_, plan| visit(plan, B).held = false),
    (&["HELD_MARK"], |_, plan| visit(plan, A).held = true),
    (&["NO_LICENSE"], |problem, _| problem.technicians[0].licenses.clear()),
    (&["NO_LICENSE"], |problem, _| problem.jurisdictions[0].parent = None),
    (&["CLASS_TOO_LOW"], |problem, _| problem.technicians[0].licenses[0].class = LicenseClass::Apprentice),
    (&["LICENSE_NOT_VALID"], |problem, plan| problem.technicians[0].licenses[0].validity.until = visit(plan, A).start),
    (&["LICENSE_NOT_VALID"], |problem, plan| {
        problem.technicians[0].licenses[0].validity.from = visit(plan, A).start + ticks(1);
    }),
    (&["MISSING_ENDORSEMENT"], |problem, _| problem.technicians[0].licenses[0].endorsements.clear()),
    (&["NO_PROOF"], |_, plan| visit(plan, A).license = None),
    (&["FALSE_PROOF"], |_, plan| proof(plan).number = "forged".to_owned()),
    (&["FALSE_PROOF"], |_, plan| proof(plan).recognition = Recognition::Issued),
    (&["FALSE_PROOF"], |_, plan| proof(plan).class = LicenseClass::Journeyman),
    (&["FALSE_PROOF"], |_, plan| proof(plan).required = LicenseClass::Master),
    (&["FALSE_PROOF"], |problem, plan| proof(plan).valid_until = Some(problem.local_day(Time::ZERO))),
    (&["FALSE_PROOF"], |_, plan| proof(plan).jurisdiction = journeyman_domain::JurisdictionId::new(0)),
    (&["NEEDLESS_PROOF"], |_, plan| visit(plan, B).license = visit(plan, A).license.clone()),
    (&["NEEDLESS_PROOF"], |_, plan| depot(plan).license = visit(plan, A).license.clone()),
    (&["MISSING_SKILL"], |problem, _| problem.technicians[0].skills[0].level = 1),
    (&["MISSING_SKILL"], |problem, _| {
        let skill = problem.technicians[0].skills[0].skill;
        problem.visits[C].requirement.skills.push(SkillLevel { skill, level: 1 });
    }),
    (&["MISSING_TOOL"], |problem, _| problem.pickups[0].tools.clear()),
    (&["MISSING_TOOL"], |problem, _| {
        // Lent only after `a`.
        problem.visits[A].requirement.tools = problem.pickups[0].tools.clone();
    }),
    (&["MISSING_FEATURE"], |problem, _| problem.technicians[0].van.features.clear()),
    (&["TECHNICIAN_OUT", "TECHNICIAN_OUT"], |problem, _| problem.shifts[0].out = true),
    (&["EXCLUDED"], |problem, _| problem.visits[B].excluded.push(TechnicianId::new(0))),
    (&["NOT_ALLOWED"], |problem, _| problem.visits[B].allowed.push(TechnicianId::new(1))),
    (&["WINDOW_OF_NO_VISIT"], |_, plan| depot(plan).window = visit(plan, A).window),
    (&["WINDOW_INVERTED"], |_, plan| {
        visit(plan, A).window.as_mut().expect("told").window.end = time(0);
    }),
    (&["WINDOW_MISSES_VISIT"], |_, plan| {
        let start = visit(plan, A).start;
        visit(plan, A).window.as_mut().expect("told").window =
            TimeWindow { start: start + ticks(1), end: start + ticks(9) };
    }),
    (&["WINDOW_MISSES_VISIT"], |_, plan| {
        let arrival = visit(plan, A).arrival;
        visit(plan, A).window.as_mut().expect("told").window =
            TimeWindow { start: arrival - ticks(9), end: arrival - ticks(1) };
    }),
    (&["PROBABILITY"], |_, plan| visit(plan, A).window.as_mut().expect("told").probability_permille = 1_001),
    (&["HELD_NO_VISIT"], |_, plan| depot(plan).held = true),
];

#[rustfmt::skip]
const RESOURCES: &[Case] = &[
    (&["SECOND_PICKUP"], |problem, plan| {
        // Twice at the same moment, which takes no time.
        problem.pickups[0].duration = ticks(0);
        let start = depot(plan).start;
        depot(plan).end = start;
        let mut again = depot(plan).clone();
        (again.leg.departure, again.arrival) = (start, start);
        (again.leg.duration, again.leg.distance) = (ticks(0), Distance::from_ticks(0));
        let at = ana(plan).stops.iter().position(|s| matches!(s.kind, StopKind::Pickup(_))).expect("made");
        ana(plan).stops.insert(at + 1, again);
    }),
    (&["PICKUP_CLOSED"], |problem, plan| problem.pickups[0].windows[0].end = depot(plan).start - ticks(1)),
    (&["TOO_MANY_VISITS"], |problem, _| problem.shifts[0].visits_max = Some(1)),
    (&["OVERLOAD"], |problem, _| problem.technicians[0].van.load_capacity = Some(4)),
    (&["VAN_STOCK"], |problem, _| problem.technicians[0].van.stock.clear()),
    (&["VAN_STOCK"], |problem, _| {
        // Behind the pickup a part comes from there even if the van has more, unless the pickup does not stock it.
        problem.pickups[0].stock.clear();
    }),
    (&["PICKUP_STOCK"], |problem, _| problem.pickups[0].stock[0].quantity = StockQuantity::Limited(1)),
    (&["VAN_STOCK"], |problem, _| problem.pickups[0].stock[0].available_from = time(1)),
    (&["FROZEN_STOPS"], |problem, _| problem.shifts[0].frozen = frozen(20, &[Stop::Visit(VisitId::new(B))], 0)),
    (&["FROZEN_DEPARTURE"], |problem, _| problem.shifts[0].frozen = frozen(19, &[stop_a()], 0)),
    (&["FROZEN_LEAVE"], |problem, plan| {
        let leaves = depot(plan).leg.departure;
        problem.shifts[0].frozen = frozen(20, &[stop_a()], leaves.ticks() + 1);
    }),
    (&["FROZEN_DROPPED"], |problem, plan| {
        let stop = Stop::Visit(VisitId::new(C));
        problem.shifts[1].frozen = frozen(50, &[stop], 80);
        drop_ben(problem, plan);
    }),
    // What cannot be kept may be dropped: nobody gets from home to `c` in 9 ticks.
    (&[], |problem, plan| {
        problem.shifts[1].frozen = frozen(51, &[Stop::Visit(VisitId::new(C))], 80);
        drop_ben(problem, plan);
    }),
];

fn drop_ben(problem: &Problem, plan: &mut Plan) {
    plan.routes.pop();
    plan.mandatory_unserved = 1;
    let left = Unassigned { visit: VisitId::new(C), certainty: Certainty::NotFoundInTime, refusals: vec![] };
    plan.unassigned.insert(0, left);
    reprice(problem, plan);
}

fn codes(violations: &[Violation]) -> Vec<String> {
    let mut codes: Vec<String> = violations.iter().map(|violation| violation.breach.code()).collect();
    codes.sort();
    codes
}

#[test]
fn the_day_has_the_plan_that_the_cases_are_about() {
    let problem = day();
    let travel = Travel::build(&problem).expect("valid");
    let mut plan = good_plan(&problem, &travel);
    assert_eq!(check(&problem, &travel, &plan), []);
    let kinds: Vec<StopKind> = plan.routes[0].stops.iter().map(|stop| stop.kind).collect();
    let visit_of = |index| StopKind::Visit(VisitId::new(index));
    assert_eq!(kinds, [visit_of(A), StopKind::Pickup(PickupId::new(0)), StopKind::Break(0), visit_of(B)]);
    assert_eq!((plan.routes.len(), plan.unassigned.len(), ana(&mut plan).departure), (2, 1, time(20)));
}

#[test]
fn each_thing_made_wrong_breaks_exactly_its_rule() {
    for (table, cases) in [("plan", PLAN), ("times", TIMES), ("visits", VISITS), ("resources", RESOURCES)] {
        for (number, (expected, make_wrong)) in cases.iter().enumerate() {
            let mut problem = day();
            let travel = Travel::build(&problem).expect("valid");
            let mut plan = good_plan(&problem, &travel);
            make_wrong(&mut problem, &mut plan);
            let violations = check(&problem, &travel, &plan);
            assert_eq!(codes(&violations), *expected, "{table} {number}: {violations:?}");
            assert!(violations.iter().all(|violation| !violation.to_string().is_empty()));
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let source = include_str!("../src/breach.rs");
    let variants =
        source.split("pub enum Breach {").nth(1).expect("the enum").split("\n}\n").next().expect("its end");
    let rules: BTreeSet<String> = variants
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| line.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default())
        .map(upper_snake)
        .collect();
    let shown: BTreeSet<String> = [PLAN, TIMES, VISITS, RESOURCES]
        .iter()
        .flat_map(|cases| cases.iter())
        .flat_map(|(codes, _)| codes.iter().map(|code| (*code).to_owned()))
        .collect();
    assert_eq!(rules.difference(&shown).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(rules.len() > 50, "{} rules read from the source", rules.len());
}

fn upper_snake(name: &str) -> String {
    let mut code = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !code.is_empty() {
            code.push('_');
        }
        code.push(letter.to_ascii_uppercase());
    }
    code
}

#[test]
fn each_term_of_the_cost_is_recomputed() {
    for term in CostTerm::ALL {
        let problem = day();
        let travel = Travel::build(&problem).expect("valid");
        let mut plan = good_plan(&problem, &travel);
        ana(&mut plan).cost.add(term, Cost::from_micros(1));
        plan.cost.add(term, Cost::from_micros(-1));
        plan.bound.proof = Proof::Bounded;
        plan.bound.cost = Cost::ZERO;
        assert_eq!(codes(&check(&problem, &travel, &plan)), ["PLAN_COST", "ROUTE_COST"], "{term:?}");
    }
}

#[test]
fn a_violation_names_shift_and_visit_by_label() {
    let problem = day();
    let travel = Travel::build(&problem).expect("valid");
    let mut plan = good_plan(&problem, &travel);
    visit(&mut plan, C).end += ticks(-1);
    let said: Vec<String> = check(&problem, &travel, &plan).iter().map(ToString::to_string).collect();
    assert_eq!(said, ["shift ben/1: visit c: end at 69, and start and duration give 70"]);
}
