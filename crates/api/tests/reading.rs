//! What a well-formed day becomes, and that it survives the way out and in again.

mod day;

use journeyman_api::json::{from_json, to_json};
use journeyman_api::{InexpressibleDay, Limits, accept_problem, wire, write_day};
use journeyman_domain::{
    Cost, CostPerDistance, CostPerTime, Distance, Duration, JurisdictionId, LicenseClass, PayPolicy,
    PermitState, PinTarget, Problem, Shift, SpeedStep, StockQuantity, Stop, Time, TravelSpec, Unserved,
};
use journeyman_testkit::{Shape, assert_valid, cases, random_problem};

fn accept(problem: &wire::Problem) -> Problem {
    accept_problem(problem, &Limits::default(), 64)
        .unwrap_or_else(|invalid| panic!("{:#?}", invalid.violations))
        .problem
}

/// The day before anything is frozen.
fn unfrozen() -> Problem {
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    problem.freeze_time = None;
    accept(problem)
}

const HOUR: i64 = 3_600;

fn at_hour(hour: i64) -> Time {
    Time::from_ticks(hour * HOUR)
}

#[test]
fn every_field_of_a_shift_arrives() {
    let problem = unfrozen();
    assert_valid(&problem);
    let [monday, saturday, other] = &problem.shifts[..] else { panic!("three shifts") };
    assert_eq!(
        (saturday.window.start, saturday.soft_end, saturday.window.end),
        (at_hour(8), at_hour(17), at_hour(19))
    );
    assert_eq!(saturday.day.to_string(), "2027-03-13");
    assert_eq!(saturday.visits_max, Some(6));
    assert_eq!(problem.place(saturday.start_place).label, "home-ana");
    assert_eq!(problem.place(monday.start_place).label, "yard");
    assert_eq!(saturday.breaks[1].label, "lunch");
    assert_eq!(saturday.breaks[1].start.end, at_hour(14));
    assert_eq!(saturday.breaks[1].duration, Duration::from_ticks(1_800));
    assert_eq!(saturday.rates.pay, PayPolicy::PortalToPortal);
    assert_eq!(saturday.rates.time, CostPerTime::from_micros(14_000));
    assert_eq!(saturday.rates.overtime, CostPerTime::from_micros(21_000));
    assert_eq!(saturday.rates.distance, CostPerDistance::from_micros(500));
    assert_eq!(saturday.rates.used, Cost::from_micros(1_000_000));
    assert_eq!(monday.rates.pay, PayPolicy::Shift);
    assert_eq!(monday.rates.time, CostPerTime::from_micros(12_500));
    assert_eq!(monday.day.to_string(), "2027-03-15");
    assert_eq!(problem.technician(other.technician).label, "T-bo");
}

#[test]
fn every_field_of_a_technician_arrives() {
    let problem = unfrozen();
    let ana = &problem.technicians[0];
    assert_eq!((ana.label.as_str(), ana.name.as_str()), ("T-ana", "Ana"));
    assert_eq!(problem.technicians[1].name, "T-bo");
    // In the order of their jurisdictions.
    let [journeyman, master] = &ana.licenses[..] else { panic!("two licenses") };
    assert_eq!((master.class, master.number.as_str()), (LicenseClass::Master, "M-1"));
    assert_eq!(problem.jurisdiction(master.jurisdiction).label, "UT");
    // The last day is inclusive and a day of 24 hours; the horizon has a day of 23 before it.
    assert_eq!(master.validity.until, at_hour(24 + 23 + 24));
    assert_eq!(journeyman.validity.until, Time::MAX);
    let panel = problem.names.skills.iter().position(|name| name == "panel").unwrap();
    assert!(ana.skills.iter().any(|skill| skill.skill.index() == panel && skill.level == 4));
    assert_eq!(ana.van.load_capacity, Some(800));
    assert_eq!(ana.van.stock[0].quantity, 12);
    assert_eq!(ana.van.tools.len() + ana.van.features.len(), 4);
}

#[test]
fn every_field_of_a_visit_arrives() {
    let problem = unfrozen();
    let visit = &problem.visits[0];
    assert_eq!(problem.work_order(visit.work_order), "WO-8842");
    assert_eq!(problem.place(visit.place).label, "site-1");
    assert_eq!(problem.jurisdiction(visit.jurisdiction.unwrap()).label, "Washington County");
    assert_eq!(visit.duration, Duration::from_ticks(5_700));
    assert_eq!(visit.duration_spread, Some(Duration::from_ticks(1_200)));
    let windows: Vec<_> = visit.windows.iter().map(|window| (window.start, window.end)).collect();
    assert_eq!(windows, [(at_hour(8), at_hour(10)), (at_hour(13), at_hour(16))]);
    assert_eq!((visit.soft_end, visit.lateness), (Some(at_hour(15)), CostPerTime::from_micros(20_000)));
    assert_eq!(visit.requirement.license, Some(LicenseClass::Journeyman));
    assert_eq!(visit.requirement.endorsements.len(), 1);
    assert_eq!(visit.requirement.skills.len(), 2);
    assert_eq!((visit.requirement.tools.len(), visit.requirement.features.len()), (2, 1));
    assert_eq!((visit.requirement.parts.len(), visit.requirement.load), (2, 120));
    assert_eq!(problem.permit(visit.permits[0]).label, "P-issued");
    assert_eq!(visit.unserved, Unserved::Penalty(Cost::from_micros(900_000_000)));
    assert_eq!((visit.preferred.len(), visit.excluded.len(), visit.allowed.len()), (1, 1, 1));
    assert_eq!(visit.preference_missed, Cost::from_micros(7_000_000));
    let promise = visit.promise.unwrap();
    assert_eq!((promise.window.start, promise.window.end), (at_hour(13), at_hour(15)));
    assert!(promise.announced && promise.technician.is_some());

    let [_, second, third, fourth] = &problem.visits[..] else { panic!("four visits") };
    assert_eq!(second.unserved, Unserved::Penalty(Cost::from_micros(800_000_000)), "by priority");
    assert_eq!(second.permits, visit.permits, "of the work order");
    assert_eq!(second.pin.unwrap().start, Some(at_hour(11)));
    assert_eq!(second.windows, [problem.horizon_window()]);
    assert_eq!(third.unserved, Unserved::Mandatory);
    assert_eq!(problem.permit(third.permits[0]).label, "P-filed");
    assert_eq!(fourth.unserved, Unserved::Penalty(Cost::from_micros(250_000_000)));
    assert!(matches!(fourth.pin.unwrap().target, PinTarget::Technician(_)));
}

#[test]
fn everything_around_the_work_arrives() {
    let problem = unfrozen();
    assert_eq!(
        (problem.time_zone.as_str(), problem.horizon),
        ("America/Denver", Duration::from_ticks(71 * HOUR))
    );
    assert_eq!(problem.epoch_seconds, 1_804_921_200);
    assert_eq!(problem.jurisdictions[2].parent.map(JurisdictionId::index), Some(1));
    assert_eq!(problem.jurisdictions[2].territory[0].len(), 4);
    assert_eq!(problem.reciprocity[0].class_max, LicenseClass::Journeyman);
    let pickup = &problem.pickups[0];
    assert_eq!(
        (pickup.duration, pickup.windows.len(), pickup.tools.len()),
        (Duration::from_ticks(600), 2, 1)
    );
    let panel = pickup.stock[0].sku;
    assert_eq!(pickup.available(panel, at_hour(8)), Some(StockQuantity::Limited(3)));
    assert_eq!(pickup.available(panel, at_hour(60)), Some(StockQuantity::Limited(8)));
    assert_eq!(pickup.stock[2].quantity, StockQuantity::Unlimited);
    assert_eq!(problem.permits[0].state, PermitState::Filed { expected: Some(at_hour(56)) });
    assert!(matches!(problem.permits[1].state, PermitState::Issued { from, .. } if from == at_hour(-12)));
    assert_eq!(problem.rates.promise_late, CostPerTime::from_micros(10_000));
    assert_eq!(problem.rates.announced_swap, Cost::from_micros(20_000_000));
    let soon: Vec<(i64, i64)> =
        problem.rates.promise_soon.iter().map(|s| (s.within.ticks() / HOUR, s.price.micros())).collect();
    assert_eq!(soon, [(1, 60_000_000), (4, 20_000_000)]);
    assert_eq!(
        (problem.window_policy.on_time_permille, problem.window_policy.travel_spread_permille),
        (950, 200)
    );
    assert!(problem.plan_expected_permits);
    let TravelSpec::Estimate(estimate) = &problem.travel else { panic!("an estimate") };
    assert_eq!((estimate.circuity_permille, estimate.speed_meters_per_hour), (1_250, 45_000));
    assert_eq!((estimate.zones[0].ring.len(), estimate.zones[0].speed_meters_per_hour), (3, 25_000));
}

#[test]
fn what_a_baseline_has_and_the_day_lacks_is_dropped_with_a_warning() {
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    problem.freeze_time = None;
    let accepted = accept_problem(problem, &Limits::default(), 64).unwrap();
    let dropped: Vec<_> = accepted.dropped.iter().map(|dropped| dropped.field.as_str()).collect();
    let stops = "problem.baseline_plan.routes[0].stops[3].visit.visit_id";
    assert_eq!(dropped, [stops, "problem.baseline_plan.routes[1].shift_id"]);
    let baseline = &accepted.problem.baseline[..];
    assert_eq!((baseline.len(), baseline[0].stops.len()), (1, 2));
    assert!(matches!(baseline[0].stops[0].stop, Stop::Pickup(_)));
    assert_eq!(
        (baseline[0].stops[0].leave_for, baseline[0].stops[1].start),
        (Some(at_hour(8)), Some(at_hour(13)))
    );
}

#[test]
fn what_lies_before_the_freeze_is_locked() {
    let problem = accept(&day::every_field().problem.unwrap());
    assert_valid(&problem);
    let frozen = problem.shifts[1].frozen.as_ref().unwrap();
    assert_eq!((frozen.departure, frozen.stops.len(), frozen.until), (at_hour(8), 1, at_hour(9)));
    assert_eq!(problem.shifts[2].window.start, at_hour(9));
}

#[test]
fn travel_times_follow_the_wall_clock_when_it_is_put_forward() {
    let TravelSpec::Estimate(estimate) = unfrozen().travel else { panic!("an estimate") };
    let step = |hour: i64, minute: i64, factor_permille| SpeedStep {
        from: Time::from_ticks(hour * HOUR + minute * 60),
        factor_permille,
    };
    let expected = [
        step(0, 0, 900),
        step(7, 0, 1_400),
        step(9, 30, 1_000),
        step(24, 0, 900),
        // Sunday has no hour from two to three.
        step(24 + 6, 0, 1_400),
        step(24 + 8, 30, 1_000),
        step(47, 0, 900),
        step(47 + 7, 0, 1_400),
        step(47 + 9, 30, 1_000),
        step(71, 0, 900),
    ];
    assert_eq!(estimate.profile, expected);
}

/// The profile of a day in Denver, in hours after midnight.
fn profile_of(start: &str, end: &str, steps: &[(&str, i32)]) -> Vec<(f64, u32)> {
    let mut problem = wire::Problem {
        start_time: serde_json::from_value(start.into()).unwrap(),
        end_time: serde_json::from_value(end.into()).unwrap(),
        time_zone: "America/Denver".to_owned(),
        ..wire::Problem::default()
    };
    let daily_profile = steps
        .iter()
        .map(|&(time, factor)| wire::TravelTimeStep {
            start_time_of_day: time.to_owned(),
            travel_time_permille: factor,
        })
        .collect();
    let estimate = wire::TravelEstimate { daily_profile, ..wire::TravelEstimate::default() };
    problem.travel = Some(wire::Travel { model: Some(wire::travel::Model::Estimate(estimate)) });
    let TravelSpec::Estimate(estimate) = accept(&problem).travel else { panic!("an estimate") };
    #[expect(clippy::cast_precision_loss, reason = "hours of a day")]
    let hours = |step: &SpeedStep| (step.from.ticks() as f64 / 3_600.0, step.factor_permille);
    estimate.profile.iter().map(hours).collect()
}

#[test]
fn step_in_the_hour_that_does_not_exist_yields_to_the_one_after_it() {
    let steps = [("02:15", 2_000), ("02:30", 1_500), ("03:00", 1_000)];
    let profile = profile_of("2027-03-14T00:00:00-07:00", "2027-03-15T00:00:00-06:00", &steps);
    assert_eq!(profile, [(0.0, 1_000)]);
    let steps = [("00:00", 1_000), ("02:30", 1_500)];
    let profile = profile_of("2027-03-14T00:00:00-07:00", "2027-03-14T23:00:00-06:00", &steps);
    assert_eq!(profile, [(0.0, 1_000), (2.0, 1_500)]);
}

#[test]
fn step_in_the_hour_that_comes_twice_starts_twice() {
    let steps = [("00:00", 1_000), ("01:30", 1_500)];
    let profile = profile_of("2027-11-07T00:00:00-06:00", "2027-11-07T23:00:00-07:00", &steps);
    assert_eq!(profile, [(0.0, 1_000), (1.5, 1_500), (2.0, 1_000), (2.5, 1_500)]);
}

#[test]
fn profile_that_starts_late_holds_over_midnight() {
    let steps = [("06:00", 1_200), ("20:00", 800)];
    let profile = profile_of("2027-06-01T00:00:00-06:00", "2027-06-02T00:00:00-06:00", &steps);
    assert_eq!(profile, [(0.0, 800), (6.0, 1_200), (20.0, 800)]);
}

#[test]
fn day_of_25_hours_has_them() {
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    *problem = wire::Problem {
        start_time: serde_json::from_value("2027-11-07T00:00:00-06:00".into()).unwrap(),
        end_time: serde_json::from_value("2027-11-08T00:00:00-07:00".into()).unwrap(),
        time_zone: "America/Denver".to_owned(),
        ..wire::Problem::default()
    };
    assert_eq!(accept(problem).horizon, Duration::from_ticks(25 * HOUR));
}

#[test]
fn empty_day_and_day_without_technicians_are_days() {
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    let empty = wire::Problem {
        start_time: problem.start_time,
        end_time: problem.end_time,
        time_zone: problem.time_zone.clone(),
        ..wire::Problem::default()
    };
    let accepted = accept(&empty);
    assert_valid(&accepted);
    assert!(accepted.visits.is_empty() && accepted.shifts.is_empty());

    let alone = wire::Problem {
        places: problem.places.clone(),
        work_orders: vec![wire::WorkOrder {
            id: "WO".to_owned(),
            visits: vec![wire::Visit { id: "V".into(), place_id: "yard".into(), ..wire::Visit::default() }],
            ..wire::WorkOrder::default()
        }],
        ..empty
    };
    let accepted = accept(&alone);
    assert_valid(&accepted);
    assert_eq!((accepted.visits.len(), accepted.technicians.len()), (1, 0));
}

#[test]
fn defaults_are_those_of_the_contract() {
    let day = day::every_field().problem.unwrap();
    let mut bare = wire::Problem {
        start_time: day.start_time,
        end_time: day.end_time,
        time_zone: day.time_zone.clone(),
        places: day.places[..1].to_vec(),
        ..wire::Problem::default()
    };
    bare.technicians = vec![wire::Technician {
        id: "T".into(),
        home_place_id: "yard".into(),
        shifts: vec![wire::Shift {
            id: "S".into(),
            start_time: day.start_time,
            end_time: day.end_time,
            ..wire::Shift::default()
        }],
        ..wire::Technician::default()
    }];
    let problem = accept(&bare);
    let rates = problem.shifts[0].rates;
    assert_eq!((rates.pay, rates.used), (PayPolicy::Shift, Cost::ZERO));
    assert_eq!((rates.time * Duration::from_ticks(HOUR)).to_string(), "45.00");
    assert_eq!((rates.overtime * Duration::from_ticks(HOUR)).to_string(), "67.50");
    assert_eq!((rates.distance * Distance::from_ticks(1_000)).to_string(), "0.40");
    assert_eq!(problem.rates.promise_moved.to_string(), "30.00");
    assert_eq!(problem.rates.technician_swapped.to_string(), "15.00");
    assert_eq!(problem.rates.announced_swap.to_string(), "15.00");
    assert_eq!(problem.rates.day_changed.to_string(), "60.00");
    assert_eq!((problem.rates.promise_late * Duration::from_ticks(60)).to_string(), "1.00");
    let policy = problem.window_policy;
    assert_eq!(
        (policy.snap.ticks(), policy.width_min.ticks(), policy.width_max.ticks()),
        (900, HOUR, 4 * HOUR)
    );
    let permille = (policy.on_time_permille, policy.duration_spread_permille, policy.travel_spread_permille);
    assert_eq!(permille, (900, 300, 250));
    assert_eq!(problem.shifts[0].soft_end, problem.shifts[0].window.end);
    let TravelSpec::Estimate(estimate) = problem.travel else { panic!("an estimate") };
    assert_eq!((estimate.circuity_permille, estimate.speed_meters_per_hour), (1_300, 40_000));
}

#[test]
fn order_of_a_request_does_not_matter() {
    let forward = unfrozen();
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    problem.freeze_time = None;
    problem.places.reverse();
    problem.technicians.reverse();
    problem.jurisdictions.reverse();
    problem.warehouses.reverse();
    problem.permits.reverse();
    problem.work_orders.reverse();
    problem.work_orders.iter_mut().for_each(|order| order.visits.reverse());
    problem.pins.reverse();
    for technician in &mut problem.technicians {
        technician.shifts.reverse();
        technician.licenses.reverse();
        technician.skills.reverse();
        if let Some(van) = &mut technician.van {
            van.tools.reverse();
            van.features.reverse();
        }
        technician.licenses.iter_mut().for_each(|license| license.endorsements.reverse());
    }
    for visit in problem.work_orders.iter_mut().flat_map(|order| &mut order.visits) {
        visit.skills.reverse();
        visit.tools.reverse();
        visit.parts.reverse();
        visit.time_windows.reverse();
    }
    for warehouse in &mut problem.warehouses {
        warehouse.stock.reverse();
        warehouse.time_windows.reverse();
    }
    assert_eq!(accept(problem), forward);
}

#[test]
fn json_and_binary_carry_the_same_day() {
    use prost::Message as _;
    let request = day::every_field();
    let text = to_json(&request).unwrap();
    assert_eq!(from_json::<wire::SolveRequest>(text.as_bytes(), 1 << 20).unwrap(), request);
    assert_eq!(wire::SolveRequest::decode(&request.encode_to_vec()[..]).unwrap(), request);
}

#[test]
fn every_field_survives_the_way_out_and_in() {
    let problem = unfrozen();
    let written = write_day(&problem).unwrap();
    assert_eq!(accept(&written), problem);
}

#[test]
fn random_days_survive_the_way_out_and_in() {
    let (mut written_days, mut odd_profiles, mut breaks) = (0, 0, 0);
    for seed in 0..cases(300) as u64 {
        let mut original = random_problem(seed, &Shape::default());
        // Random days last minutes, and so do their windows.
        original.window_policy = unfrozen().window_policy;
        for shift in &mut original.shifts {
            keep_breaks_of_the_contract(shift);
            breaks += shift.breaks.len();
        }
        let written = match write_day(&original) {
            Ok(written) => written,
            // Random factors of travel need not repeat from day to day.
            Err(InexpressibleDay::TravelProfile) => {
                odd_profiles += 1;
                continue;
            }
            Err(other) => panic!("seed {seed}: {other}"),
        };
        let first = accept(&written);
        assert_valid(&first);
        assert_eq!(first.visits.len(), original.visits.len(), "seed {seed}");
        let second = accept(&write_day(&first).unwrap());
        assert_eq!(second, first, "seed {seed}");
        written_days += 1;
    }
    assert!(written_days > odd_profiles, "{written_days} days written, {odd_profiles} left out");
    assert!(breaks > 0);
}

/// Random breaks come in any order and may run over the end of their shift; the contract refuses such.
fn keep_breaks_of_the_contract(shift: &mut Shift) {
    shift.breaks.sort_by_key(|pause| (pause.start.start, pause.start.end));
    let (mut latest, end) = (shift.window.start, shift.window.end);
    shift.breaks.retain(|pause| {
        let fits = latest <= pause.start.end && pause.start.end + pause.duration <= end;
        latest = if fits { pause.start.end } else { latest };
        fits
    });
}

#[test]
fn what_the_contract_has_no_words_for_is_said() {
    let mut problem = unfrozen();
    problem.ticks.time_ticks_per_unit = 10;
    assert_eq!(write_day(&problem).unwrap_err(), InexpressibleDay::Ticks(problem.ticks));
    let mut problem = unfrozen();
    if let TravelSpec::Estimate(estimate) = &mut problem.travel {
        estimate.profile.remove(4);
    }
    assert_eq!(write_day(&problem).unwrap_err(), InexpressibleDay::TravelProfile);
}
