//! Bad input, row by row: each wrong value is refused with the path of its field and the code of the rule.

mod day;

use journeyman_api::json::from_json;
use journeyman_api::{InvalidRequest, Limits, ViolationCode as Code, accept_problem, accept_solve, wire};
use journeyman_domain::Problem;
use serde_json::{Value, json};

/// A change to the day that uses every field, the field that is refused for it, and why.
struct Row {
    pointer: &'static str,
    value: Value,
    field: String,
    code: Code,
}

/// The changed field is the one that is refused.
fn row(pointer: &'static str, value: Value, code: Code) -> Row {
    Row { pointer, value, field: contract_path(pointer), code }
}

/// Another field is refused.
fn row_at(pointer: &'static str, value: Value, field: &str, code: Code) -> Row {
    Row { pointer, value, field: field.to_owned(), code }
}

/// `/problem/pins/0/visitId` as `problem.pins[0].visit_id`.
fn contract_path(pointer: &str) -> String {
    let mut path = String::new();
    for step in pointer.split('/').skip(1) {
        if step.parse::<usize>().is_ok() {
            path.push_str(&format!("[{step}]"));
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        for letter in step.chars() {
            if letter.is_ascii_uppercase() {
                path.push('_');
            }
            path.push(letter.to_ascii_lowercase());
        }
    }
    path
}

/// Puts `value` at a JSON pointer; null takes the field away, `-` is the end of a list.
fn patch(tree: &mut Value, pointer: &str, value: Value) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let place = tree.pointer_mut(parent).unwrap_or_else(|| panic!("{parent} is not in the day"));
    match place {
        Value::Object(fields) if value.is_null() => {
            fields.remove(key).unwrap_or_else(|| panic!("{pointer} is not in the day"));
        }
        Value::Object(fields) => {
            fields.insert(key.to_owned(), value);
        }
        Value::Array(entries) if key == "-" => entries.push(value),
        Value::Array(entries) => entries[key.parse::<usize>().expect("an index")] = value,
        other => panic!("{parent} is {other}"),
    }
}

fn refusal_of(tree: &Value) -> InvalidRequest {
    let request: wire::SolveRequest =
        from_json(tree.to_string().as_bytes(), usize::MAX).unwrap_or_else(|error| panic!("{error}"));
    accept_solve(&request, &Limits::default()).expect_err("the day is wrong")
}

fn accepted(tree: &Value) -> Problem {
    let request: wire::SolveRequest =
        from_json(tree.to_string().as_bytes(), usize::MAX).unwrap_or_else(|error| panic!("{error}"));
    accept_solve(&request, &Limits::default()).unwrap_or_else(|invalid| panic!("{invalid}")).problem
}

/// Each row breaks one rule and is answered by one violation.
fn check(rows: Vec<Row>) {
    for Row { pointer, value, field, code } in rows {
        let shown = format!("{pointer} = {}", value.to_string().chars().take(80).collect::<String>());
        let mut tree = day::every_field_json();
        patch(&mut tree, pointer, value);
        let invalid = refusal_of(&tree);
        let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(found, [(field.as_str(), code)], "{shown}: {:?}", invalid.violations);
        assert_eq!(invalid.more, 0, "{shown}");
        let text = &invalid.violations[0].text;
        assert!(!text.is_empty() && text.len() < 300, "{shown}: {text}");
    }
}

#[test]
fn the_day_itself_is_accepted() {
    accept_solve(&day::every_field(), &Limits::default()).unwrap();
}

#[test]
fn unknown_ids() {
    let pointers = [
        "/problem/technicians/0/homePlaceId",
        "/problem/technicians/0/shifts/1/startPlaceId",
        "/problem/technicians/0/shifts/1/endPlaceId",
        "/problem/technicians/0/licenses/0/jurisdictionId",
        "/problem/jurisdictions/2/parentId",
        "/problem/reciprocity/0/issuedInId",
        "/problem/reciprocity/0/acceptedInId",
        "/problem/warehouses/0/placeId",
        "/problem/permits/0/jurisdictionId",
        "/problem/workOrders/0/permitIds/0",
        "/problem/workOrders/1/visits/0/permitIds/0",
        "/problem/workOrders/0/visits/0/placeId",
        "/problem/workOrders/0/visits/0/jurisdictionId",
        "/problem/workOrders/0/visits/0/preferredTechnicianIds/0",
        "/problem/workOrders/0/visits/0/excludedTechnicianIds/0",
        "/problem/workOrders/0/visits/0/allowedTechnicianIds/0",
        "/problem/workOrders/0/visits/0/promise/technicianId",
        "/problem/pins/0/visitId",
        "/problem/pins/0/shiftId",
        "/problem/pins/1/technicianId",
    ];
    check(pointers.map(|pointer| row(pointer, json!("X-9"), Code::UnknownId)).into());
}

#[test]
fn duplicate_ids() {
    let triangle = json!({"points": [{"latitude": 1}, {"latitude": 2}, {"longitude": 1}]});
    let copies = [
        ("/problem/places/-", json!({"id": "yard", "coordinates": {}}), "problem.places[5].id"),
        ("/problem/technicians/-", json!({"id": "T-ana"}), "problem.technicians[2].id"),
        ("/problem/jurisdictions/-", json!({"id": "UT"}), "problem.jurisdictions[3].id"),
        ("/problem/warehouses/-", json!({"id": "W-1", "placeId": "supply"}), "problem.warehouses[1].id"),
        (
            "/problem/permits/-",
            json!({"id": "P-filed", "state": "PERMIT_STATE_FILED"}),
            "problem.permits[3].id",
        ),
        (
            "/problem/zones/-",
            json!({"id": "old town", "speedMetersPerHour": 9000, "ring": triangle}),
            "problem.zones[1].id",
        ),
        (
            "/problem/workOrders/1/visits/-",
            json!({"id": "V-1", "placeId": "yard"}),
            "problem.work_orders[1].visits[2].id",
        ),
        (
            "/problem/technicians/0/van/stock/-",
            json!({"sku": "breaker-20a", "quantity": 1}),
            "problem.technicians[0].van.stock[1]",
        ),
        (
            "/problem/reciprocity/-",
            json!({"issuedInId": "AZ", "acceptedInId": "UT", "licenseClassMax": "LICENSE_CLASS_MASTER"}),
            "problem.reciprocity[1]",
        ),
        ("/problem/pins/-", json!({"visitId": "V-2", "technicianId": "T-bo"}), "problem.pins[2]"),
        (
            "/problem/rateCard/defaultPenalties/-",
            json!({"priority": "PRIORITY_EMERGENCY"}),
            "problem.rate_card.default_penalties[1].priority",
        ),
        (
            "/problem/workOrders/0/visits/0/allowedTechnicianIds/-",
            json!("T-ana"),
            "problem.work_orders[0].visits[0].allowed_technician_ids[1]",
        ),
        ("/problem/technicians/0/skills/-", json!({"skill": "panel"}), "problem.technicians[0].skills[2]"),
        (
            "/problem/workOrders/0/visits/0/parts/-",
            json!({"sku": "breaker-20a", "quantity": 1}),
            "problem.work_orders[0].visits[0].parts[2]",
        ),
    ];
    let mut rows: Vec<Row> = copies
        .into_iter()
        .map(|(pointer, value, field)| row_at(pointer, value, field, Code::Duplicate))
        .collect();
    let in_place = [
        ("/problem/workOrders/1/id", "WO-8842"),
        ("/problem/technicians/1/shifts/0/id", "ana-mon"),
        ("/problem/technicians/0/shifts/0/breaks/1/id", "coffee"),
        ("/problem/technicians/0/van/tools/1", "megger"),
        ("/problem/technicians/0/van/features/1", "4x4"),
        ("/problem/technicians/0/licenses/0/endorsements/1", "solar"),
        ("/problem/workOrders/0/visits/0/tools/1", "megger"),
    ];
    rows.extend(in_place.map(|(pointer, id)| row(pointer, json!(id), Code::Duplicate)));
    check(rows);
}

#[test]
fn what_ends_before_it_starts() {
    let early = || json!("2027-03-13T06:00:00-07:00");
    check(vec![
        row("/problem/workOrders/0/visits/0/timeWindows/0/endTime", early(), Code::EndBeforeStart),
        row("/problem/warehouses/0/timeWindows/0/endTime", early(), Code::EndBeforeStart),
        row("/problem/workOrders/0/visits/0/promise/window/endTime", early(), Code::EndBeforeStart),
        row_at(
            "/problem/technicians/0/shifts/1/endTime",
            early(),
            "problem.technicians[0].shifts[1].end_time",
            Code::EndBeforeStart,
        ),
        row("/problem/technicians/0/shifts/0/breaks/1/latestStartTime", early(), Code::EndBeforeStart),
        row("/problem/technicians/0/licenses/0/validUntil", json!("2023-12-31"), Code::EndBeforeStart),
        row("/problem/permits/0/expireTime", json!("2027-03-12T12:00:00-07:00"), Code::EndBeforeStart),
        row("/problem/endTime", json!("2027-03-13T00:00:00-07:00"), Code::EndBeforeStart),
        row("/problem/arrivalWindowPolicy/widthMax", json!("3600s"), Code::EndBeforeStart),
        row("/problem/technicians/0/shifts/0/softEndTime", early(), Code::OutsideShift),
    ]);
}

#[test]
fn windows_that_overlap() {
    check(vec![
        row(
            "/problem/workOrders/0/visits/0/timeWindows/0/startTime",
            json!("2027-03-13T09:00:00-07:00"),
            Code::Overlap,
        )
        .refused_at("problem.work_orders[0].visits[0].time_windows[0]"),
        row_at(
            "/problem/technicians/0/shifts/1/startTime",
            json!("2027-03-13T18:00:00-07:00"),
            "problem.technicians[0].shifts[1].start_time",
            Code::Overlap,
        ),
    ]);
}

impl Row {
    fn refused_at(mut self, field: &str) -> Self {
        field.clone_into(&mut self.field);
        self
    }
}

#[test]
fn coordinates_that_are_no_place() {
    let latitude = "/problem/places/0/coordinates/latitude";
    let longitude = "/problem/places/0/coordinates/longitude";
    let mut rows = Vec::new();
    for bad in
        [json!("NaN"), json!("Infinity"), json!("-Infinity"), json!(90.000_001), json!(-91), json!(1e300)]
    {
        rows.push(row(latitude, bad, Code::OutOfRange));
    }
    for bad in [json!("NaN"), json!("Infinity"), json!(180.5), json!(-1e9)] {
        rows.push(row(longitude, bad, Code::OutOfRange));
    }
    rows.push(row("/problem/places/0/coordinates", Value::Null, Code::Required));
    let ring = "/problem/jurisdictions/2/territory/0/points";
    let points = [json!([]), json!([{"latitude": 1}, {"latitude": 2}, {"latitude": 1}])];
    rows.extend(points.map(|points| row(ring, points, Code::InvalidRing)));
    let across = json!([{"longitude": 179}, {"longitude": -179}, {"latitude": 1, "longitude": 179}]);
    rows.push(row(ring, across, Code::InvalidRing));
    let zone = "/problem/zones/0/ring";
    rows.push(row(zone, Value::Null, Code::InvalidRing).refused_at("problem.zones[0].ring.points"));
    rows.push(row("/problem/zones/0/ring/points/0/latitude", json!("NaN"), Code::OutOfRange));
    check(rows);
}

#[test]
fn negative_and_endless_durations() {
    let pointers = [
        "/problem/workOrders/0/visits/0/setupDuration",
        "/problem/workOrders/0/visits/0/serviceDuration",
        "/problem/workOrders/0/visits/0/durationSpread",
        "/problem/warehouses/0/serviceDuration",
        "/problem/technicians/0/shifts/0/breaks/0/duration",
        "/problem/arrivalWindowPolicy/snapDuration",
        "/problem/arrivalWindowPolicy/widthMin",
        "/problem/arrivalWindowPolicy/widthMax",
        "/options/timeLimit",
    ];
    for duration in ["-1s", "9223372036854775807s", "-9223372036854775808s"] {
        check(pointers.map(|pointer| row(pointer, json!(duration), Code::OutOfRange)).into());
    }
    check(vec![
        row("/problem/technicians/0/shifts/0/breaks/0/duration", json!("0s"), Code::OutOfRange),
        row("/problem/workOrders/0/visits/0/serviceDuration", json!("2678400s"), Code::OutOfRange),
        row("/options/timeLimit", json!("0s"), Code::OutOfRange),
        row("/options/timeLimit", json!("3601s"), Code::OutOfRange),
    ]);
}

#[test]
fn breaks_outside_their_shift_or_out_of_order() {
    let at = |time: &str| json!(format!("2027-03-13T{time}:00-07:00"));
    check(vec![
        row("/problem/technicians/0/shifts/0/breaks/0/earliestStartTime", at("07:59"), Code::OutsideShift),
        row("/problem/technicians/0/shifts/0/breaks/1/latestStartTime", at("18:31"), Code::OutsideShift),
        row("/problem/technicians/0/shifts/0/breaks/1/earliestStartTime", at("09:29"), Code::Unordered),
        row_at(
            "/problem/technicians/0/shifts/0/breaks/0/latestStartTime",
            at("14:01"),
            "problem.technicians[0].shifts[0].breaks[1].latest_start_time",
            Code::Unordered,
        ),
    ]);
    let mut tree = day::every_field_json();
    patch(&mut tree, "/problem/technicians/0/shifts/0/breaks/0/earliestStartTime", at("08:00"));
    patch(&mut tree, "/problem/technicians/0/shifts/0/breaks/1/latestStartTime", at("18:30"));
    accepted(&tree);
}

#[test]
fn window_policies_without_a_width() {
    let with = |snap: Value, least: Value, most: Value| {
        let mut tree = day::every_field_json();
        let spans = [("snapDuration", snap), ("widthMin", least), ("widthMax", most)];
        for (name, span) in spans {
            patch(&mut tree, &format!("/problem/arrivalWindowPolicy/{name}"), span);
        }
        tree
    };
    let refused = [
        (json!("3600s"), Value::Null, json!("3599s"), Code::OutOfRange),
        (Value::Null, Value::Null, json!("600s"), Code::OutOfRange),
        (json!("1800s"), json!("1860s"), json!("3540s"), Code::Conflict),
        (json!("3600s"), json!("3660s"), json!("7140s"), Code::Conflict),
    ];
    for (snap, least, most, code) in refused {
        let invalid = refusal_of(&with(snap, least, most));
        let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(found, [("problem.arrival_window_policy.width_max", code)]);
    }
    let allowed = [
        (json!("1800s"), json!("1860s"), json!("3600s"), (1_860, 3_600)),
        // A default gives way, down or up to a whole number of steps.
        (json!("1800s"), Value::Null, json!("3000s"), (1_800, 3_000)),
        (json!("14400s"), json!("14460s"), Value::Null, (14_460, 28_800)),
    ];
    for (snap, least, most, widths) in allowed {
        let policy = accepted(&with(snap, least, most)).window_policy;
        assert_eq!((policy.width_min.ticks(), policy.width_max.ticks()), widths);
    }
}

#[test]
fn pins_against_the_freeze() {
    let frozen_at_two = |pin: Value| {
        let mut tree = day::every_field_json();
        patch(&mut tree, "/problem/freezeTime", json!("2027-03-13T14:00:00-07:00"));
        patch(&mut tree, "/problem/pins/-", pin);
        tree
    };
    let (noon, one) = ("2027-03-13T12:00:00-07:00", "2027-03-13T13:00:00-07:00");
    let refused = [
        (json!({"visitId": "V-1", "shiftId": "ana-mon"}), &["shift_id"][..]),
        (json!({"visitId": "V-1", "technicianId": "T-bo"}), &["technician_id"]),
        (json!({"visitId": "V-1", "shiftId": "ana-sat", "startTime": noon}), &["start_time"]),
        (json!({"visitId": "V-1", "shiftId": "bo-sat", "startTime": noon}), &["shift_id", "start_time"]),
    ];
    for (pin, fields) in refused {
        let invalid = refusal_of(&frozen_at_two(pin));
        let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.clone(), v.code)).collect();
        let expected: Vec<_> =
            fields.iter().map(|field| (format!("problem.pins[2].{field}"), Code::Conflict)).collect();
        assert_eq!(found, expected, "{invalid}");
    }
    let said_twice = [
        json!({"visitId": "V-1", "shiftId": "ana-sat", "startTime": one}),
        json!({"visitId": "V-1", "technicianId": "T-ana"}),
    ];
    for pin in said_twice {
        accepted(&frozen_at_two(pin));
    }
}

#[test]
fn baseline_starts_that_decrease() {
    let earlier = || json!("2027-03-13T08:09:00-07:00");
    let pointer = "/problem/baselinePlan/routes/0/stops/2/startTime";
    check(vec![row(pointer, earlier(), Code::Unordered)]);
    // Without a freeze the times are only a hint.
    let mut tree = day::every_field_json();
    patch(&mut tree, pointer, earlier());
    patch(&mut tree, "/problem/freezeTime", Value::Null);
    accepted(&tree);
}

#[test]
fn texts_name_the_value_and_the_limit() {
    let rows = [
        (
            "/problem/pins/-",
            json!({"visitId": "V-2", "technicianId": "T-bo"}),
            "problem.pins[2]: the visit \"V-2\" has another pin",
        ),
        ("/options/timeLimit", json!("3601s"), "options.time_limit: 3601 s is not in (0, 3600] s"),
        (
            "/options/timeLimit",
            json!("-1.5s"),
            "options.time_limit: -1 s and -500000000 ns is not in (0, 3600] s",
        ),
    ];
    for (pointer, value, text) in rows {
        let mut tree = day::every_field_json();
        patch(&mut tree, pointer, value);
        assert_eq!(refusal_of(&tree).to_string(), text);
    }
}

#[test]
fn fractions_of_a_second() {
    let instant = || json!("2027-03-13T08:00:00.5-07:00");
    let instants = [
        "/problem/technicians/0/shifts/0/startTime",
        "/problem/workOrders/0/visits/0/timeWindows/1/startTime",
        "/problem/workOrders/0/visits/0/softEndTime",
        "/problem/permits/0/issuedTime",
        "/problem/pins/0/startTime",
        "/problem/freezeTime",
        "/problem/startTime",
        "/problem/baselinePlan/routes/0/stops/0/startTime",
        "/problem/baselinePlan/routes/0/departureTime",
    ];
    check(instants.map(|pointer| row(pointer, instant(), Code::FractionOfSecond)).into());
    let durations = [
        "/problem/workOrders/0/visits/0/serviceDuration",
        "/problem/technicians/0/shifts/0/breaks/0/duration",
        "/problem/arrivalWindowPolicy/widthMin",
    ];
    check(durations.map(|pointer| row(pointer, json!("1800.5s"), Code::FractionOfSecond)).into());
}

#[test]
fn shifts_and_instants_outside_the_horizon() {
    check(vec![
        row(
            "/problem/technicians/0/shifts/0/startTime",
            json!("2027-03-12T23:59:59-07:00"),
            Code::OutsideHorizon,
        ),
        row(
            "/problem/technicians/0/shifts/1/endTime",
            json!("2027-03-16T00:00:01-06:00"),
            Code::OutsideHorizon,
        ),
        row(
            "/problem/workOrders/0/visits/0/timeWindows/1/startTime",
            json!("2026-03-11T00:00:00-07:00"),
            Code::OutsideHorizon,
        ),
        row(
            "/problem/workOrders/0/visits/0/softEndTime",
            json!("9998-12-31T00:00:00Z"),
            Code::OutsideHorizon,
        ),
        row("/problem/endTime", json!("2027-05-15T00:00:00-06:00"), Code::OutOfRange),
        row("/problem/startTime", json!("0001-01-01T00:00:00Z"), Code::OutOfRange)
            .refused_at("problem.end_time"),
    ]);
}

#[test]
fn shift_longer_than_the_horizon_is_refused_with_all_that_lies_outside() {
    let mut tree = day::every_field_json();
    patch(&mut tree, "/problem/endTime", json!("2027-03-13T18:00:00-07:00"));
    let invalid = refusal_of(&tree);
    let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
    let outside = [
        ("problem.technicians[0].shifts[0].end_time", Code::OutsideHorizon),
        ("problem.technicians[0].shifts[1].end_time", Code::OutsideHorizon),
    ];
    assert_eq!(found, outside);
}

#[test]
fn dates_times_of_day_and_zones_that_do_not_exist() {
    let until = "/problem/technicians/0/licenses/0/validUntil";
    let mut rows: Vec<Row> =
        ["31.03.2027", "2027-02-29", "2027-3-1", "2027-03-15T00:00:00", "soon", "٢٠٢٧-٠٣"]
            .map(|date| row(until, json!(date), Code::InvalidDate))
            .into();
    rows.push(row("/problem/technicians/0/licenses/0/validFrom", json!("2024-13-01"), Code::InvalidDate));
    let time = "/problem/travel/estimate/dailyProfile/1/startTimeOfDay";
    rows.extend(
        ["", "7:00", "24:00", "07:60", "07:00:00", "noon"]
            .map(|t| row(time, json!(t), Code::InvalidTimeOfDay)),
    );
    rows.push(row("/problem/travel/estimate/dailyProfile/2/startTimeOfDay", json!("07:00"), Code::Unordered));
    rows.push(row("/problem/travel/estimate/dailyProfile/2/startTimeOfDay", json!("06:30"), Code::Unordered));
    let zones = ["Mars/Olympus", "America", "MST7MDT,M3.2.0", "../etc/passwd", "America/Denver\u{0}", " UTC"];
    rows.extend(zones.map(|zone| row("/problem/timeZone", json!(zone), Code::UnknownTimeZone)));
    rows.push(row("/problem/timeZone", json!(""), Code::Required));
    check(rows);
}

#[test]
fn numbers_at_the_limits_of_integers() {
    let money = [
        "/problem/workOrders/0/visits/0/penaltyMicros",
        "/problem/workOrders/0/visits/0/lateMinuteMicros",
        "/problem/workOrders/0/visits/0/preferenceMissMicros",
        "/problem/technicians/0/shifts/0/rates/hourMicros",
        "/problem/technicians/0/shifts/0/rates/overtimeHourMicros",
        "/problem/technicians/0/shifts/0/rates/kilometerMicros",
        "/problem/technicians/0/shifts/0/rates/shiftUsedMicros",
        "/problem/rateCard/hourMicros",
        "/problem/rateCard/overtimeHourMicros",
        "/problem/rateCard/kilometerMicros",
        "/problem/rateCard/shiftUsedMicros",
        "/problem/rateCard/lateMinuteMicros",
        "/problem/rateCard/promiseMovedMicros",
        "/problem/rateCard/promiseLateMinuteMicros",
        "/problem/rateCard/technicianSwappedMicros",
        "/problem/rateCard/announcedSwapMicros",
        "/problem/rateCard/dayChangedMicros",
        "/problem/rateCard/preferenceMissMicros",
        "/problem/rateCard/defaultPenaltyMicros",
        "/problem/rateCard/defaultPenalties/0/penaltyMicros",
        "/problem/rateCard/promiseSoonSurcharges/0/surchargeMicros",
    ];
    let numbers = [
        "/problem/technicians/0/van/stock/0/quantity",
        "/problem/technicians/0/van/loadCapacity",
        "/problem/warehouses/0/stock/0/quantity",
        "/problem/workOrders/0/visits/0/parts/0/quantity",
        "/problem/workOrders/0/visits/0/load",
        "/problem/zones/0/speedMetersPerHour",
        "/problem/travel/estimate/speedMetersPerHour",
    ];
    for number in [i64::MAX, i64::MIN, -1, 1_000_000_000_001] {
        for pointers in [&money[..], &numbers[..]] {
            check(pointers.iter().map(|pointer| row(pointer, json!(number), Code::OutOfRange)).collect());
        }
    }
    let small = [
        "/problem/technicians/0/skills/0/level",
        "/problem/workOrders/0/visits/0/skills/0/levelMin",
        "/problem/workOrders/0/visits/0/crewSize",
        "/problem/technicians/0/shifts/0/visitsMax",
        "/problem/travel/estimate/circuityPermille",
        "/problem/travel/estimate/dailyProfile/0/travelTimePermille",
        "/problem/arrivalWindowPolicy/onTimePermille",
        "/problem/arrivalWindowPolicy/durationSpreadPermille",
        "/problem/arrivalWindowPolicy/travelSpreadPermille",
        "/options/threads",
        "/options/validationErrorsMax",
    ];
    for number in [i32::MAX, i32::MIN, -1] {
        check(small.map(|pointer| row(pointer, json!(number), Code::OutOfRange)).into());
    }
    check(vec![
        row("/options/iterationsMax", json!(0), Code::OutOfRange),
        row("/options/iterationsMax", json!(i64::MIN), Code::OutOfRange),
        row("/options/gapLimit", json!("NaN"), Code::OutOfRange),
        row("/options/gapLimit", json!(-0.1), Code::OutOfRange),
        row("/options/gapLimit", json!(1.5), Code::OutOfRange),
        row("/problem/workOrders/0/visits/0/parts/0/quantity", json!(0), Code::OutOfRange),
    ]);
}

#[test]
fn instants_at_the_limits_of_integers() {
    let far = [i64::MIN, i64::MAX, -62_135_596_801, 253_402_300_800];
    for seconds in far {
        let mut request = day::every_field();
        let problem = request.problem.as_mut().unwrap();
        let instant = Some(wire::Timestamp::from_seconds(seconds));
        problem.start_time = instant;
        problem.freeze_time = instant;
        let invalid = accept_solve(&request, &Limits::default()).unwrap_err();
        assert_eq!(
            (invalid.violations[0].field.as_str(), invalid.violations[0].code),
            ("problem.start_time", Code::OutOfRange)
        );

        let mut request = day::every_field();
        let problem = request.problem.as_mut().unwrap();
        problem.freeze_time = instant;
        problem.technicians[0].shifts[0].end_time = instant;
        problem.work_orders[0].visits[0].time_windows[0].start_time = instant;
        let invalid = accept_solve(&request, &Limits::default()).unwrap_err();
        assert!(invalid.violations.iter().all(|v| v.code == Code::OutOfRange), "{invalid}");
        assert_eq!(invalid.violations.len(), 3);
    }
    let mut request = day::every_field();
    let nanos = wire::Timestamp { seconds: 0, nanos: i32::MIN };
    request.problem.as_mut().unwrap().end_time = Some(nanos);
    let invalid = accept_solve(&request, &Limits::default()).unwrap_err();
    assert_eq!(invalid.violations[0].code, Code::FractionOfSecond);
}

#[test]
fn prices_that_add_up_to_more_than_money_can_be() {
    let mut request = day::every_field();
    let problem = request.problem.as_mut().unwrap();
    let rates = problem.technicians[0].shifts[0].rates.as_mut().unwrap();
    rates.kilometer_micros = Some(1_000_000_000);
    accept_solve(&request, &Limits::default()).unwrap();

    // A million dollars for a thousand kilometers is not too much for one visit, but for five thousand.
    let problem = request.problem.as_mut().unwrap();
    let visit = problem.work_orders[0].visits[1].clone();
    let more = (0..5_000).map(|number| wire::Visit { id: format!("more-{number}"), ..visit.clone() });
    problem.work_orders[0].visits.extend(more);
    let invalid = accept_solve(&request, &Limits::default()).unwrap_err();
    assert_eq!(
        (invalid.violations[0].field.as_str(), invalid.violations[0].code),
        ("problem.rate_card", Code::CostTooLarge)
    );
    assert!(invalid.violations[0].text.ends_with("the limit is $100000000000"), "{invalid}");
}

#[test]
fn what_is_needed_and_not_given() {
    let needed = [
        "/problem/startTime",
        "/problem/endTime",
        "/problem/timeZone",
        "/problem/technicians/0/shifts/0/startTime",
        "/problem/technicians/0/shifts/0/endTime",
        "/problem/technicians/0/shifts/0/breaks/0/id",
        "/problem/technicians/0/shifts/0/breaks/0/earliestStartTime",
        "/problem/technicians/0/shifts/0/breaks/0/latestStartTime",
        "/problem/technicians/0/shifts/0/breaks/0/duration",
        "/problem/technicians/0/licenses/0/licenseClass",
        "/problem/technicians/0/licenses/0/jurisdictionId",
        "/problem/technicians/0/skills/0/skill",
        "/problem/technicians/0/van/stock/0/sku",
        "/problem/reciprocity/0/licenseClassMax",
        "/problem/reciprocity/0/issuedInId",
        "/problem/zones/0/id",
        "/problem/permits/2/id",
        "/problem/permits/2/state",
        "/problem/permits/0/issuedTime",
        "/problem/workOrders/1/id",
        "/problem/workOrders/0/visits/0/placeId",
        "/problem/workOrders/0/visits/0/promise/window",
        "/problem/pins/0/visitId",
        "/problem/pins/0/shiftId",
        "/problem/rateCard/defaultPenalties/0/priority",
        "/problem/baselinePlan/routes/0/stops/0/startTime",
        "/problem",
    ];
    check(needed.map(|pointer| row(pointer, Value::Null, Code::Required)).into());
    check(vec![
        row("/problem/warehouses/0/stock/0/quantity", Value::Null, Code::Required),
        row("/problem/warehouses/0/tools/0", json!(""), Code::Required),
        row("/problem/technicians/1/shifts/0/startPlaceId", Value::Null, Code::Required),
        row("/problem/baselinePlan/routes/0/stops/0/pickup", Value::Null, Code::Required)
            .refused_at("problem.baseline_plan.routes[0].stops[0].visit"),
        row_at(
            "/problem/workOrders/-",
            json!({"id": "WO-1", "visits": [{"placeId": "yard"}]}),
            "problem.work_orders[2].visits[0].id",
            Code::Required,
        ),
        row_at(
            "/problem/workOrders/-",
            json!({"id": "WO-1"}),
            "problem.work_orders[2].visits",
            Code::Required,
        ),
    ]);
}

#[test]
fn fields_that_exclude_each_other() {
    let morning = || json!("2027-03-14T08:00:00-06:00");
    check(vec![
        row("/problem/workOrders/1/visits/0/penaltyMicros", json!(5), Code::Conflict),
        row("/problem/workOrders/0/visits/1/preferenceMissMicros", json!(5), Code::Conflict),
        row("/problem/workOrders/0/visits/1/endorsements", json!(["solar"]), Code::Conflict),
        row("/problem/workOrders/0/visits/0/promise/technicianId", Value::Null, Code::Conflict)
            .refused_at("problem.work_orders[0].visits[0].promise.announced"),
        row("/problem/permits/1/issuedTime", morning(), Code::Conflict),
        row("/problem/permits/0/expectedTime", morning(), Code::Conflict),
        row("/problem/permits/2/expectedTime", morning(), Code::Conflict),
        row("/problem/permits/2/expireTime", morning(), Code::Conflict),
        row("/problem/permits/2/state", json!("PERMIT_STATE_FINALED"), Code::Conflict),
        row("/problem/warehouses/0/stock/2/unlimited", json!(false), Code::Conflict),
        row("/problem/reciprocity/0/acceptedInId", json!("AZ"), Code::Conflict),
        row("/problem/jurisdictions/0/parentId", json!("Washington County"), Code::Circle),
        row("/problem/jurisdictions/1/parentId", json!("AZ"), Code::Circle),
    ]);
}

#[test]
fn what_is_not_built_yet_is_refused_by_name() {
    check(vec![
        row("/problem/workOrders/0/visits/0/crewSize", json!(2), Code::Unimplemented),
        row("/problem/workOrders/0/visits/0/supervision", json!({}), Code::Unimplemented),
        row(
            "/problem/workOrders/0/visits/0/dependencies",
            json!([{"predecessorVisitId": "V-2"}]),
            Code::Unimplemented,
        ),
    ]);
}

#[test]
fn enum_values_that_the_contract_does_not_have() {
    // JSON refuses them while reading; binary carries them to the door.
    type Change = fn(&mut wire::Problem);
    let changes: [(&str, Change); 8] = [
        ("problem.technicians[0].licenses[0].license_class", |p| {
            p.technicians[0].licenses[0].license_class = 9;
        }),
        ("problem.work_orders[0].visits[0].license_class_min", |p| {
            p.work_orders[0].visits[0].license_class_min = -1;
        }),
        ("problem.work_orders[0].priority", |p| p.work_orders[0].priority = i32::MAX),
        ("problem.permits[0].state", |p| p.permits[0].state = 77),
        ("problem.rate_card.pay_policy", |p| p.rate_card.as_mut().unwrap().pay_policy = 3),
        ("problem.technicians[0].shifts[0].rates.pay_policy", |p| {
            p.technicians[0].shifts[0].rates.as_mut().unwrap().pay_policy = 3;
        }),
        ("problem.reciprocity[0].license_class_max", |p| p.reciprocity[0].license_class_max = i32::MIN),
        ("problem.rate_card.default_penalties[0].priority", |p| {
            p.rate_card.as_mut().unwrap().default_penalties[0].priority = 5;
        }),
    ];
    for (field, change) in changes {
        let mut request = day::every_field();
        change(request.problem.as_mut().unwrap());
        let invalid = accept_solve(&request, &Limits::default()).unwrap_err();
        let found: Vec<_> = invalid.violations.iter().map(|v| (v.field.as_str(), v.code)).collect();
        assert_eq!(found, [(field, Code::UnknownValue)]);
    }
}

#[test]
fn a_soon_promise_that_is_cheaper_to_move_than_a_later_one() {
    let within = |index: usize| format!("problem.rate_card.promise_soon_surcharges[{index}].within_duration");
    let second = "/problem/rateCard/promiseSoonSurcharges/1";
    let third = "/problem/rateCard/promiseSoonSurcharges/-";
    let list = "/problem/rateCard/promiseSoonSurcharges";
    let entry = |hours: i64| json!({"withinDuration": format!("{}s", hours * 3600), "surchargeMicros": "1"});
    let nine: Vec<Value> = (1..10).map(entry).collect();
    check(vec![
        row_at(second, json!({"withinDuration": "3600s"}), &within(1), Code::Conflict),
        row_at(third, json!({"surchargeMicros": "1"}), &within(2), Code::Required),
        row_at(third, json!({"withinDuration": "0s"}), &within(2), Code::OutOfRange),
        row_at(third, json!({"withinDuration": "5356801s"}), &within(2), Code::OutOfRange),
        row_at(third, json!({"withinDuration": "14400.5s"}), &within(2), Code::FractionOfSecond),
        row_at(
            third,
            json!({"withinDuration": "14401s", "surchargeMicros": "20000001"}),
            "problem.rate_card.promise_soon_surcharges[2].surcharge_micros",
            Code::Conflict,
        ),
        row(list, json!(nine), Code::TooMany),
    ]);
}

#[test]
fn texts_of_a_mebibyte() {
    let long = "x".repeat(1 << 20);
    let pointers = [
        "/requestId",
        "/problem/timeZone",
        "/problem/technicians/0/displayName",
        "/problem/technicians/0/licenses/0/number",
        "/problem/permits/0/kind",
        "/problem/technicians/0/van/tools/1",
        "/problem/technicians/0/van/features/0",
        "/problem/workOrders/1/id",
        "/problem/zones/0/id",
        "/problem/technicians/0/shifts/0/breaks/0/id",
        "/problem/technicians/0/licenses/0/endorsements/1",
    ];
    check(pointers.map(|pointer| row(pointer, json!(long), Code::TooLong)).into());
    // Where others refer to the text, they are refused too; the answer stays short.
    let answer = {
        let mut tree = day::every_field_json();
        patch(&mut tree, "/problem/places/0/id", json!(long));
        patch(&mut tree, "/problem/workOrders/0/visits/0/placeId", json!(long));
        refusal_of(&tree)
    };
    assert!(answer.violations.iter().all(|v| v.text.len() < 300), "{:?}", answer.violations);
    assert!(answer.violations.iter().any(|v| v.field == "problem.places[0].id" && v.code == Code::TooLong));
}

#[test]
fn more_of_everything_than_the_limit() {
    let many = |entry: Value, count: usize| Value::Array(vec![entry; count]);
    let window = json!({"startTime": "2027-03-13T08:00:00-07:00"});
    check(vec![
        row("/problem/workOrders/0/visits/0/timeWindows", many(window.clone(), 17), Code::TooMany),
        row("/problem/warehouses/0/timeWindows", many(window, 17), Code::TooMany),
        row("/problem/technicians/0/shifts/0/breaks", many(json!({}), 5), Code::TooMany),
        row("/problem/technicians/0/licenses", many(json!({}), 257), Code::TooMany),
        row("/problem/technicians/0/skills", many(json!({}), 257), Code::TooMany),
        row("/problem/technicians/0/van/tools", many(json!("x"), 257), Code::TooMany),
        row("/problem/workOrders/0/visits/0/parts", many(json!({}), 257), Code::TooMany),
        row("/problem/workOrders/0/visits/0/skills", many(json!({}), 257), Code::TooMany),
        row("/problem/workOrders/0/visits/0/allowedTechnicianIds", many(json!("x"), 257), Code::TooMany),
        row("/problem/travel/estimate/dailyProfile", many(json!({}), 97), Code::TooMany),
        row("/problem/jurisdictions/2/territory/0/points", many(json!({}), 10_001), Code::TooMany),
        row("/problem/jurisdictions", many(json!({}), 5_001), Code::TooMany),
        row("/problem/zones", many(json!({}), 1_001), Code::TooMany),
        row("/problem/warehouses", many(json!({}), 501), Code::TooMany),
        row("/problem/pins", many(json!({}), 20_001), Code::TooMany),
        row("/problem/technicians/1/shifts", many(json!({}), 5_001), Code::TooMany)
            .refused_at("problem.technicians.shifts"),
    ]);
    let problem = wire::Problem { places: vec![wire::Place::default(); 10_001], ..wire::Problem::default() };
    let invalid = accept_problem(&problem, &Limits::default(), 64).unwrap_err();
    assert_eq!(invalid.to_string(), "problem.places: 10001 entries; the limit is 10000");
}

#[test]
fn a_million_visits_are_refused_at_the_door() {
    let visits = vec![wire::Visit::default(); 1_000_000];
    let order = wire::WorkOrder { visits, ..wire::WorkOrder::default() };
    let problem = wire::Problem { work_orders: vec![order], ..wire::Problem::default() };
    let invalid = accept_problem(&problem, &Limits::default(), 64).unwrap_err();
    assert_eq!(invalid.to_string(), "problem.work_orders.visits: 1000000 entries; the limit is 20000");
}

#[test]
fn matrices_that_do_not_fit_their_places() {
    let ids = json!(["yard", "home-ana", "site-1", "site-2", "supply"]);
    let numbers: Vec<i64> = (0..25).map(|index| if index % 6 == 0 { 0 } else { 60 }).collect();
    let matrix_day = |matrix: Value| {
        let mut tree = day::every_field_json();
        patch(&mut tree, "/problem/zones", Value::Null);
        patch(&mut tree, "/problem/travel", json!({"matrix": matrix}));
        tree
    };
    let good = json!({"placeIds": ids, "durationSeconds": numbers, "distanceMeters": numbers});
    let request: wire::SolveRequest =
        from_json(matrix_day(good.clone()).to_string().as_bytes(), usize::MAX).unwrap();
    accept_solve(&request, &Limits::default()).unwrap();

    let with = |key: &str, value: Value| {
        let mut matrix = good.clone();
        patch(&mut matrix, &format!("/{key}"), value);
        matrix_day(matrix)
    };
    let changed = |index: usize, number: i64| {
        let mut changed = numbers.clone();
        changed[index] = number;
        json!(changed)
    };
    let rows = [
        (with("durationSeconds", json!(vec![60; 24])), "duration_seconds", Code::OutOfRange),
        (with("distanceMeters", json!([])), "distance_meters", Code::OutOfRange),
        (with("durationSeconds", changed(7, -1)), "duration_seconds[7]", Code::OutOfRange),
        (with("durationSeconds", changed(12, 1)), "duration_seconds[12]", Code::OutOfRange),
        (with("distanceMeters", changed(24, 1)), "distance_meters[24]", Code::OutOfRange),
        (with("placeIds/4", json!("yard")), "place_ids[4]", Code::Duplicate),
        (with("placeIds/4", json!("nowhere")), "place_ids[4]", Code::UnknownId),
        (with("placeIds", json!([])), "place_ids", Code::Required),
    ];
    for (tree, field, code) in rows {
        let first = &refusal_of(&tree).violations[0];
        assert_eq!(
            (first.field.as_str(), first.code),
            (format!("problem.travel.matrix.{field}").as_str(), code)
        );
    }
    let mut tree = day::every_field_json();
    patch(&mut tree, "/problem/travel", json!({"matrix": good}));
    let invalid = refusal_of(&tree);
    assert_eq!(
        (invalid.violations[0].field.as_str(), invalid.violations[0].code),
        ("problem.zones", Code::Conflict)
    );
}

#[test]
fn every_violation_is_reported_up_to_the_number_asked_for() {
    let mut tree = day::every_field_json();
    for pointer in
        ["/problem/pins/0/shiftId", "/problem/pins/1/technicianId", "/problem/workOrders/0/visits/0/placeId"]
    {
        patch(&mut tree, pointer, json!("X"));
    }
    assert_eq!(refusal_of(&tree).violations.len(), 3);
    patch(&mut tree, "/options/validationErrorsMax", json!(2));
    let invalid = refusal_of(&tree);
    assert_eq!((invalid.violations.len(), invalid.more), (2, 1));
}
