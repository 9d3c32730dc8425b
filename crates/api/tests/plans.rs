//! Plans go out in the contract's words and come back as they were.

mod day;

use journeyman_api::json::{from_json, to_json};
use journeyman_api::{
    Limits, ViolationCode as Code, accept_problem, read_plan, wire, write_difference, write_plan,
};
use journeyman_domain::{
    Awaiting, Bound, Certainty, Cost, CostBreakdown, CostTerm, Distance, Duration, Ineligibility,
    JurisdictionId, Leg, LicenseClass, LicenseProof, OutbidBasis, PermitId, PickupId, Plan, PlannedRoute,
    PlannedStop, Problem, Proof, Recognition, Refusal, ShiftId, SkillId, SkuId, StopKind, TechnicianId, Time,
    ToolId, TravelSource, Unassigned, VisitId,
};
use journeyman_engine::{Control, SolveOptions, solve};
use journeyman_testkit::{Shape, cases, random_problem};

const HOUR: i64 = 3_600;

fn at(hour: i64) -> Time {
    Time::from_ticks(hour * HOUR)
}

fn solved(problem: &Problem, seed: u64, iterations: u64) -> Plan {
    let options = SolveOptions {
        time_limit: None,
        iterations_max: Some(iterations),
        seed,
        threads: 1,
        gap_limit: None,
    };
    solve(problem, &options, &Control::default(), false, &mut |_| {}).unwrap().plan
}

fn leg(hour: i64) -> Leg {
    Leg {
        departure: at(hour),
        duration: Duration::from_ticks(600),
        distance: Distance::from_ticks(7_000),
        source: TravelSource::Estimate,
    }
}

/// A plan by hand of the day that uses every field, with every kind of stop, certainty and refusal.
fn every_kind() -> (Problem, Plan) {
    let mut day = day::every_field().problem.unwrap();
    day.freeze_time = None;
    let problem = accept_problem(&day, &Limits::default(), 64).unwrap().problem;
    // The shifts are ana-mon, ana-sat and bo-sat.
    let (first, second) = (ShiftId::new(1), ShiftId::new(2));
    let stop = |kind, hour| PlannedStop {
        kind,
        leg: leg(hour),
        arrival: at(hour),
        start: at(hour),
        end: at(hour + 1),
        window: None,
        license: None,
        held: false,
    };
    let still = Leg {
        departure: at(11),
        duration: Duration::ZERO,
        distance: Distance::ZERO,
        source: TravelSource::Estimate,
    };
    let mut visit = stop(StopKind::Visit(VisitId::new(0)), 14);
    visit.start = at(16);
    visit.end = at(17);
    visit.held = true;
    visit.window = Some(journeyman_domain::ArrivalWindow {
        window: journeyman_domain::TimeWindow { start: at(13), end: at(17) },
        probability_permille: 912,
    });
    visit.license = Some(LicenseProof {
        required: LicenseClass::Journeyman,
        class: LicenseClass::Master,
        jurisdiction: JurisdictionId::new(0),
        number: "M-1".into(),
        valid_until: Some("2027-03-15".parse().unwrap()),
        recognition: Recognition::Reciprocity(LicenseClass::Journeyman),
    });
    let mut cost = CostBreakdown::default();
    for (position, term) in CostTerm::ALL.into_iter().enumerate() {
        cost.add(term, Cost::from_micros(1_000_000 * (1 + i64::try_from(position).unwrap())));
    }
    let rule = |rule| Refusal::Ineligible(first, rule);
    let everything = vec![
        rule(Ineligibility::NoLicenseInJurisdiction { required: LicenseClass::Master, jurisdiction: None }),
        rule(Ineligibility::NoLicenseInJurisdiction {
            required: LicenseClass::Master,
            jurisdiction: Some(JurisdictionId::new(2)),
        }),
        rule(Ineligibility::LicenseClassTooLow {
            required: LicenseClass::Master,
            held: LicenseClass::Apprentice,
        }),
        rule(Ineligibility::LicenseNotValidThen { from: Time::MIN, until: at(-24 * 365 * 30) }),
        rule(Ineligibility::MissingEndorsement(journeyman_domain::EndorsementId::new(1))),
        rule(Ineligibility::MissingSkill(SkillId::new(0))),
        rule(Ineligibility::SkillLevelTooLow { skill: SkillId::new(1), required: 5, held: 4 }),
        rule(Ineligibility::MissingTool(ToolId::new(1))),
        rule(Ineligibility::MissingFeature(journeyman_domain::FeatureId::new(1))),
        rule(Ineligibility::TechnicianOut(TechnicianId::new(0))),
        rule(Ineligibility::Excluded(TechnicianId::new(0))),
        rule(Ineligibility::NotAllowed(TechnicianId::new(0))),
        rule(Ineligibility::PinnedElsewhere),
        rule(Ineligibility::PermitNotIssued(PermitId::new(2))),
        rule(Ineligibility::PermitOutsideShift { from: at(40), until: Time::MAX }),
        rule(Ineligibility::MissingPart(SkuId::new(2))),
        rule(Ineligibility::LoadTooLarge { load: 900, capacity: 800 }),
        rule(Ineligibility::NoWindowInShift),
        Refusal::NoTime(first),
        Refusal::Priced(second, Cost::from_micros(5_000_000)),
        Refusal::Full(second),
    ];
    let left_out =
        |visit, certainty, refusals| Unassigned { visit: VisitId::new(visit), certainty, refusals };
    let plan = Plan {
        routes: vec![PlannedRoute {
            shift: first,
            departure: at(8),
            stops: vec![
                stop(StopKind::Pickup(PickupId::new(0)), 9),
                PlannedStop { leg: still, arrival: at(11), ..stop(StopKind::Break(1), 11) },
                visit,
            ],
            last_leg: leg(17),
            return_time: at(18),
            cost,
        }],
        unassigned: vec![
            left_out(1, Certainty::ProvedIneligible, everything),
            left_out(2, Certainty::Awaiting(Awaiting::Permit(PermitId::new(0))), Vec::new()),
            left_out(
                3,
                Certainty::Outbid { price: Cost::from_micros(17), basis: OutbidBasis::Insertion },
                Vec::new(),
            ),
            left_out(1, Certainty::Awaiting(Awaiting::Part(SkuId::new(0))), Vec::new()),
            left_out(2, Certainty::ProvedInfeasible, Vec::new()),
            left_out(3, Certainty::NotFoundInTime, Vec::new()),
        ],
        cost,
        mandatory_unserved: 1,
        bound: Bound { mandatory_unserved: 1, cost: Cost::from_micros(9_000_000), proof: Proof::Bounded },
    };
    (problem, plan)
}

#[test]
fn every_kind_of_stop_and_reason_comes_back() {
    let (problem, plan) = every_kind();
    let written = write_plan(&problem, &plan, &[]);
    assert_eq!(read_plan(&problem, &written, &Limits::default()).unwrap(), plan);
    let text = to_json(&written).unwrap();
    assert_eq!(from_json::<wire::Plan>(text.as_bytes(), 1 << 20).unwrap(), written);
}

#[test]
fn plan_is_said_in_the_callers_words() {
    let (problem, plan) = every_kind();
    let written = write_plan(&problem, &plan, &[]);
    let route = &written.routes[0];
    assert_eq!((route.shift_id.as_str(), route.technician_id.as_str()), ("ana-sat", "T-ana"));
    let Some(wire::stop::Kind::Pickup(pickup)) = &route.stops[0].kind else { panic!("a pickup") };
    assert_eq!(pickup.warehouse_id, "W-1");
    // V-1 needs a panel, which the warehouse stocks, and breakers, which it does not; its core drill is lent there,
    // its megger is on the van.
    assert_eq!(pickup.parts, [wire::PartQuantity { sku: "panel-200a".into(), quantity: 1 }]);
    assert_eq!(pickup.tools, ["core-drill"]);
    let Some(wire::stop::Kind::ShiftBreak(pause)) = &route.stops[1].kind else { panic!("a break") };
    assert_eq!(pause.break_id, "lunch");
    let Some(wire::stop::Kind::Visit(visit)) = &route.stops[2].kind else { panic!("a visit") };
    assert_eq!((visit.visit_id.as_str(), visit.work_order_id.as_str()), ("V-1", "WO-8842"));
    assert_eq!(visit.lateness, Some(wire::Duration::from_seconds(HOUR)));
    let proof = visit.license_proof.as_ref().unwrap();
    assert!(proof.text.contains("M-1") && proof.text.contains("2027-03-15"), "{}", proof.text);
    assert_eq!(route.stops[2].place_id, "site-1");
    assert_eq!(written.cost.unwrap().total_micros, 36_000_000);
    let bound = written.bound.unwrap();
    assert_eq!((bound.gap, bound.mandatory_unserved), (Some(0.75), 1));
    let metrics = written.metrics.unwrap();
    assert_eq!((metrics.visits_planned, metrics.visits_held, metrics.visits_awaiting), (1, 1, 2));
    let [permit, part] = [1, 3].map(|position| written.unassigned[position].awaiting.clone());
    assert_eq!(permit, Some(wire::unassigned::Awaiting::AwaitingPermitId("P-filed".into())));
    assert_eq!(part, Some(wire::unassigned::Awaiting::AwaitingSku("breaker-20a".into())));
    assert!(written.unassigned.iter().all(|left_out| !left_out.text.is_empty()));
    assert!(written.unassigned[0].reasons.iter().all(|reason| !reason.text.is_empty() && reason.code != 0));
}

#[test]
fn solved_random_days_come_back() {
    for seed in 0..cases(60) as u64 {
        let problem = random_problem(seed, &Shape::default());
        let plan = solved(&problem, seed, 50);
        let written = write_plan(&problem, &plan, &[]);
        let read = read_plan(&problem, &written, &Limits::default());
        assert_eq!(read.unwrap_or_else(|invalid| panic!("seed {seed}: {invalid}")), plan, "seed {seed}");
    }
}

#[test]
fn difference_names_what_moved() {
    let mut day = day::every_field().problem.unwrap();
    (day.freeze_time, day.baseline_plan) = (None, None);
    let problem = accept_problem(&day, &Limits::default(), 64).unwrap().problem;
    let (_, before) = every_kind();
    let mut after = before.clone();
    after.routes[0].stops[2].start = at(17);
    after.cost.add(CostTerm::Lateness, Cost::from_micros(3));
    let written = write_difference(&problem, &before, &after);
    let [change] = &written.changes[..] else { panic!("{:?}", written.changes) };
    assert_eq!((change.visit_id.as_str(), change.kind()), ("V-1", wire::ChangeKind::TimeMoved));
    let slot = change.after.as_ref().unwrap();
    assert_eq!((slot.shift_id.as_str(), slot.technician_id.as_str()), ("ana-sat", "T-ana"));
    assert_eq!(slot.arrival_window.as_ref().unwrap().on_time_permille, 912);
    let cost = written.cost_change.unwrap();
    assert_eq!((cost.total_micros, cost.lateness_micros, cost.unserved_micros), (3, 3, 0));

    after.routes.clear();
    let kinds = |before: &Plan, after: &Plan| -> Vec<_> {
        write_difference(&problem, before, after).changes.iter().map(wire::VisitChange::kind).collect()
    };
    assert_eq!(kinds(&before, &after), [wire::ChangeKind::Removed]);
    assert_eq!(kinds(&after, &before), [wire::ChangeKind::Added]);
    after.routes.clone_from(&before.routes);
    after.routes[0].shift = ShiftId::new(0);
    assert_eq!(kinds(&before, &after), [wire::ChangeKind::DayChanged]);
    after.routes[0].shift = ShiftId::new(2);
    assert_eq!(kinds(&before, &after), [wire::ChangeKind::TechnicianSwapped]);
}

#[test]
fn plan_that_names_what_the_day_lacks_is_refused_by_field() {
    type Change = fn(&mut wire::Plan);
    let (problem, plan) = every_kind();
    let written = write_plan(&problem, &plan, &[]);
    let visit = |plan: &mut wire::Plan, change: fn(&mut wire::VisitStop)| {
        let Some(wire::stop::Kind::Visit(visit)) = &mut plan.routes[0].stops[2].kind else {
            panic!("a visit")
        };
        change(visit);
    };
    // What is changed, the field that is refused, and why.
    let rows: [(Change, &str, Code); 15] = [
        (|p| p.routes[0].shift_id = "x".into(), "plan.routes[0].shift_id", Code::UnknownId),
        (|p| p.routes[0].departure_time = None, "plan.routes[0].departure_time", Code::Required),
        (|p| p.routes[0].stops[0].leg = None, "plan.routes[0].stops[0].leg", Code::Required),
        (|p| p.routes[0].stops[1].kind = None, "plan.routes[0].stops[1].visit", Code::Required),
        (
            |p| {
                let pause = wire::BreakStop { break_id: "tea".into() };
                p.routes[0].stops[1].kind = Some(wire::stop::Kind::ShiftBreak(pause));
            },
            "plan.routes[0].stops[1].shift_break.break_id",
            Code::UnknownId,
        ),
        (
            |p| p.routes[0].return_leg.as_mut().unwrap().distance_meters = i64::MAX,
            "plan.routes[0].return_leg.distance_meters",
            Code::OutOfRange,
        ),
        (|p| p.cost.as_mut().unwrap().total_micros += 1, "plan.cost.total_micros", Code::Conflict),
        (|p| p.cost.as_mut().unwrap().overtime_micros = -1, "plan.cost.overtime_micros", Code::OutOfRange),
        (|p| p.bound = None, "plan.bound", Code::Required),
        (|p| p.bound.as_mut().unwrap().optimality = 9, "plan.bound.optimality", Code::UnknownValue),
        (|p| p.unassigned[0].visit_id = String::new(), "plan.unassigned[0].visit_id", Code::Required),
        (
            |p| p.unassigned[0].reasons[5].subject = "x".into(),
            "plan.unassigned[0].reasons[5].subject",
            Code::UnknownId,
        ),
        (|p| p.unassigned[0].reasons[0].code = 0, "plan.unassigned[0].reasons[0].code", Code::Required),
        (|p| p.unassigned[2].price_micros = None, "plan.unassigned[2].price_micros", Code::Required),
        (|p| p.unassigned[1].awaiting = None, "plan.unassigned[1].awaiting_permit_id", Code::Required),
    ];
    let check = |changed: &wire::Plan, field: &str, code| {
        let invalid = read_plan(&problem, changed, &Limits::default()).unwrap_err();
        let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(found, [(field, code)]);
    };
    for (change, field, code) in rows {
        let mut changed = written.clone();
        change(&mut changed);
        check(&changed, field, code);
    }
    let mut changed = written.clone();
    visit(&mut changed, |visit| visit.arrival_window.as_mut().unwrap().on_time_permille = 1_001);
    check(&changed, "plan.routes[0].stops[2].visit.arrival_window.on_time_permille", Code::OutOfRange);
    let mut changed = written.clone();
    visit(&mut changed, |visit| visit.license_proof.as_mut().unwrap().valid_until = "soon".into());
    check(&changed, "plan.routes[0].stops[2].visit.license_proof.valid_until", Code::InvalidDate);
}
