//! Days on roads: which travel counts when several are given, and what the hour does.

use journeyman_api::json::from_json;
use journeyman_api::{Accepted, Limits, ViolationCode, accept_problem, read_event, wire, write_day};
use journeyman_domain::{GeoPoint, RoadLeg, RoadSource, RoadStep, RoadTrouble, Roads, TravelSpec};
use serde_json::{Value, json};

/// Roads of which only the hours are asked.
#[derive(Debug)]
struct Hours(Vec<u16>);

impl RoadSource for Hours {
    fn identity(&self) -> &'static str {
        "roads of a test"
    }

    fn period_starts(&self) -> &[u16] {
        &self.0
    }

    fn period_permille(&self, _: usize) -> u32 {
        1_000
    }

    fn speed_max(&self) -> u32 {
        100_000
    }

    fn legs(&self, _: usize, _: &[GeoPoint], _: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble> {
        Err(RoadTrouble::Service("nobody drives here".to_owned()))
    }
}

fn with_roads(starts: &[u16]) -> Limits {
    Limits { roads: Some(Roads::new(Hours(starts.to_vec()))), ..Limits::default() }
}

/// A winter day in Denver.
fn day(travel: &Value, zones: &Value) -> wire::Problem {
    let problem = json!({
        "startTime": "2027-01-11T00:00:00-07:00",
        "endTime": "2027-01-12T00:00:00-07:00",
        "timeZone": "America/Denver",
        "places": [{ "id": "yard", "coordinates": { "latitude": 39.7, "longitude": -105.0 } }],
        "zones": zones,
        "travel": travel,
    });
    from_json(problem.to_string().as_bytes(), 10_000).expect("a problem")
}

fn accepted(travel: &Value, limits: &Limits) -> Accepted {
    accept_problem(&day(travel, &json!([])), limits, 64).expect("a valid day")
}

fn steps(accepted: &Accepted) -> Vec<(i64, usize, u32)> {
    let TravelSpec::Roads(spec) = &accepted.problem.travel else { panic!("{:?}", accepted.problem.travel) };
    let step = |step: &RoadStep| (step.from.ticks() / 60, step.period, step.factor_permille);
    spec.steps.iter().map(step).collect()
}

fn refusals(travel: &Value, limits: &Limits) -> Vec<(String, ViolationCode)> {
    let invalid = accept_problem(&day(travel, &json!([])), limits, 64).expect_err("refused");
    invalid.violations.into_iter().map(|violation| (violation.field, violation.code)).collect()
}

#[test]
fn roads_count_before_an_estimate_and_a_matrix_before_roads() {
    let matrix = json!({ "matrix": { "placeIds": ["yard"], "durationSeconds": [0], "distanceMeters": [0] } });
    for (travel, limits, expected) in [
        (Value::Null, Limits::default(), "estimate"),
        (json!({ "estimate": {} }), Limits::default(), "estimate"),
        (matrix.clone(), Limits::default(), "matrix"),
        (Value::Null, with_roads(&[0]), "roads"),
        (json!({ "estimate": {} }), with_roads(&[0]), "roads"),
        (json!({ "roads": {} }), with_roads(&[0]), "roads"),
        (matrix, with_roads(&[0]), "matrix"),
    ] {
        let found = match accepted(&travel, &limits).problem.travel {
            TravelSpec::Estimate(_) => "estimate",
            TravelSpec::Matrix(_) => "matrix",
            TravelSpec::Roads(_) => "roads",
        };
        assert_eq!(found, expected, "{travel}");
    }
}

#[test]
fn roads_are_refused_where_none_are_known() {
    let refused = refusals(&json!({ "roads": {} }), &Limits::default());
    assert_eq!(refused, [("problem.travel.roads".to_owned(), ViolationCode::Conflict)]);
}

#[test]
fn fields_of_an_estimate_that_roads_do_not_use_are_named_in_warnings() {
    let estimate = json!({ "estimate": { "circuityPermille": 1_200, "speedMetersPerHour": "50000" } });
    let warnings = accepted(&estimate, &with_roads(&[0])).warnings();
    let fields: Vec<&str> = warnings.iter().map(|warning| warning.field.as_str()).collect();
    let at = "problem.travel.estimate";
    assert_eq!(fields, [format!("{at}.circuity_permille"), format!("{at}.speed_meters_per_hour")]);
    assert!(warnings.iter().all(|warning| warning.code == "ROADS_INSTEAD_OF_ESTIMATE"));
    assert_eq!(accepted(&estimate, &Limits::default()).warnings(), []);
    assert_eq!(accepted(&json!({ "estimate": {} }), &with_roads(&[0])).warnings(), []);
    let ring = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
        .map(|[latitude, longitude]| json!({ "latitude": latitude, "longitude": longitude }));
    let zones = json!([{ "id": "center", "ring": { "points": ring }, "speedMetersPerHour": "20000" }]);
    let zoned = accept_problem(&day(&Value::Null, &zones), &with_roads(&[0]), 64).expect("a valid day");
    assert_eq!(zoned.unused, ["problem.zones"]);
    let explicit = accept_problem(&day(&json!({ "roads": {} }), &zones), &with_roads(&[0]), 64);
    assert_eq!(explicit.expect_err("refused").violations[0].field, "problem.zones");
}

#[test]
fn a_travel_event_with_fields_that_roads_do_not_use_is_refused() {
    let limits = with_roads(&[0]);
    let problem = accepted(&Value::Null, &limits).problem;
    let event = |travel: Value| -> wire::Event {
        let event = json!({ "id": "e", "eventTime": "2027-01-11T08:00:00-07:00", "travelChanged": { "travel": travel } });
        from_json(event.to_string().as_bytes(), 10_000).expect("an event")
    };
    let slower = json!([{ "startTimeOfDay": "00:00", "travelTimePermille": 1_500 }]);
    let scaled = event(json!({ "estimate": { "dailyProfile": slower } }));
    read_event(&scaled, (&problem, None), &limits, 0).expect("the profile scales the roads");
    let zoned = event(json!({ "estimate": { "speedMetersPerHour": "50000" } }));
    let refused = read_event(&zoned, (&problem, None), &limits, 0).expect_err("of no use");
    assert!(refused.violations[0].field.ends_with("travel.estimate.speed_meters_per_hour"), "{refused}");
}

#[test]
fn periods_of_the_roads_hold_by_the_clock_on_the_wall_and_the_profile_comes_on_top() {
    let rush = with_roads(&[6 * 60, 9 * 60]);
    // Before the first period of a day the last one of the day before still holds.
    assert_eq!(steps(&accepted(&Value::Null, &rush)), [(0, 1, 1_000), (360, 0, 1_000), (540, 1, 1_000)]);
    let snow = json!([
        { "startTimeOfDay": "00:00", "travelTimePermille": 1_000 },
        { "startTimeOfDay": "07:30", "travelTimePermille": 1_500 },
    ]);
    let on_top = accepted(&json!({ "roads": { "dailyProfile": snow } }), &rush);
    let expected = [(0, 1, 1_000), (360, 0, 1_000), (450, 0, 1_500), (540, 1, 1_500), (1_440, 1, 1_000)];
    assert_eq!(steps(&on_top), expected);
    assert_eq!(steps(&accepted(&Value::Null, &with_roads(&[0]))), [(0, 0, 1_000)]);
}

#[test]
fn a_day_on_roads_is_written_as_one() {
    let rush = with_roads(&[6 * 60, 9 * 60]);
    let snow = json!({ "roads": { "dailyProfile": [
        { "startTimeOfDay": "00:00", "travelTimePermille": 1_000 },
        { "startTimeOfDay": "07:30", "travelTimePermille": 1_500 },
    ] } });
    for travel in [json!({ "roads": {} }), snow] {
        let read = accepted(&travel, &rush);
        let written = write_day(&read.problem).expect("a day that can be written");
        let again = accept_problem(&written, &rush, 64).expect("a valid day");
        assert_eq!(again.problem.travel, read.problem.travel);
        assert_eq!(written.travel, day(&travel, &json!([])).travel);
    }
}
