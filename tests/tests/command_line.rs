//! The program's verbs on files: a day is generated, solved, checked; what cannot be used gets one clear line.

use journeyman_tests::{Run, day_file, run, run_with_input};
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().expect("a path in UTF-8").to_owned()
}

fn write(folder: &TempDir, name: &str, text: &str) -> String {
    let path = path(folder, name);
    std::fs::write(&path, text).expect("writable");
    path
}

/// A run that must succeed.
fn done(arguments: &[&str]) -> Run {
    let run = run(arguments);
    assert_eq!(run.status, Some(0), "{arguments:?}: {}", run.stderr);
    run
}

fn generated(folder: &TempDir, technicians: &str, visits: &str) -> String {
    let day = done(&["generate", "day", "--technicians", technicians, "--visits", visits, "--seed", "5"]);
    write(folder, "day.json", &day.stdout)
}

#[test]
fn a_generated_day_is_solved_and_its_plan_passes_the_check() {
    let folder = folder();
    let day = generated(&folder, "4", "18");
    let solved = done(&["solve", &day, "--format", "json", "--iterations-max", "200", "--time-limit", "60s"]);
    let answer: Value = serde_json::from_str(&solved.stdout).expect("stdout holds the plan and nothing else");
    assert!(!answer["plan"]["routes"].as_array().expect("routes").is_empty());
    let plan = write(&folder, "plan.json", &solved.stdout);
    let checked = done(&["check", &day, &plan]);
    assert!(checked.stdout.contains("no violations"), "{}", checked.stdout);
}

#[test]
fn a_plan_that_breaks_a_rule_fails_the_check_with_exit_status_1() {
    let folder = folder();
    let day = generated(&folder, "4", "18");
    let solved = done(&["solve", &day, "--format", "json", "--iterations-max", "50", "--time-limit", "60s"]);
    let mut answer: Value = serde_json::from_str(&solved.stdout).expect("a plan");
    // The first visit is served twice.
    let route = &mut answer["plan"]["routes"][0];
    let first = route["stops"][0].clone();
    route["stops"].as_array_mut().expect("stops").push(first);
    let plan = write(&folder, "plan.json", &answer.to_string());
    let checked = run(&["check", &day, &plan]);
    assert_eq!(checked.status, Some(1), "{}{}", checked.stdout, checked.stderr);
    assert!(!checked.stdout.is_empty());
}

#[test]
fn a_day_can_come_from_stdin() {
    let day = done(&["generate", "day", "--technicians", "2", "--visits", "6"]).stdout;
    let run = run_with_input(&["solve", "-", "--format", "json", "--time-limit", "500ms"], &day);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    serde_json::from_str::<Value>(&run.stdout).expect("a plan");
}

#[test]
fn the_table_and_the_map_show_every_visit_once() {
    let folder = folder();
    let day = generated(&folder, "3", "12");
    let limits = ["--iterations-max", "50", "--time-limit", "60s"];
    let table = done(&[&["solve", &day][..], &limits[..]].concat()).stdout;
    let map = done(&[&["solve", &day, "--format", "geojson"][..], &limits[..]].concat()).stdout;
    let map: Value = serde_json::from_str(&map).expect("GeoJSON");
    assert_eq!(map["type"], "FeatureCollection");
    let features = map["features"].as_array().expect("features");
    for number in 1001..1013 {
        let visit = format!("V-{number}");
        let rows = table.lines().filter(|line| line.split_whitespace().any(|word| word == visit)).count();
        assert_eq!(rows, 1, "{visit} in\n{table}");
        let points = features.iter().filter(|feature| feature["properties"]["id"] == visit.as_str()).count();
        assert_eq!(points, 1, "{visit}");
    }
    assert!(table.contains("bound "), "{table}");
}

#[test]
fn the_same_iterations_and_seed_give_the_same_plan() {
    let folder = folder();
    let day = generated(&folder, "4", "18");
    let plan = |seed: &str| {
        let run = done(&[
            "solve",
            &day,
            "--format",
            "json",
            "--iterations-max",
            "300",
            "--time-limit",
            "60s",
            "--seed",
            seed,
        ]);
        let answer: Value = serde_json::from_str(&run.stdout).expect("a plan");
        answer["plan"].clone()
    };
    assert_eq!(plan("7"), plan("7"));
}

#[test]
fn the_shipped_day_is_the_generators() {
    let shipped = std::fs::read_to_string(day_file("st-george-20x100.json")).expect("the day is shipped");
    let arguments =
        ["generate", "day", "--technicians", "20", "--visits", "100", "--seed", "2", "--place", "st-george"];
    assert_eq!(done(&arguments).stdout, shipped);
}

#[test]
fn what_cannot_be_used_gets_one_clear_line_and_exit_status_2() {
    let folder = folder();
    let missing = path(&folder, "missing.json");
    let text = write(&folder, "text.json", "no json\n");
    let unknown = write(&folder, "unknown.json", "{\"problem\": {\"technicans\": []}}\n");
    let csv = write(&folder, "permits.csv", "permit_number\n1\n");
    let permits = ["import", "permits", "--date", "2015-06-10", "--technicians", "2", "--csv"];
    for (arguments, words) in [
        (vec!["solve", &missing], "missing.json"),
        (vec!["solve", &text], "text.json"),
        (vec!["solve", &unknown], "technicans"),
        (vec!["check", &unknown, &text], "technicans"),
        (vec!["bench", "vrptw", &text], "text.json: line 1: NUMBER CAPACITY expected"),
        (vec!["bench", "trsp", &missing], "missing.json"),
        (vec!["bench", "day", &unknown], "technicans"),
        ([&permits[..], &[csv.as_str()][..]].concat(), "permits.csv: line 2: missing field"),
        (vec!["generate", "day", "--technicians", "10001"], "at most 10000"),
    ] {
        let run = run(&arguments);
        assert_eq!(run.status, Some(2), "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("journeyman: ") && run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn a_day_that_breaks_the_contract_names_every_field() {
    let folder = folder();
    let day = generated(&folder, "2", "4");
    let mut request: Value =
        serde_json::from_str(&std::fs::read_to_string(&day).expect("readable")).expect("a day");
    request["problem"]["workOrders"][0]["visits"][0]["placeId"] = "nowhere".into();
    request["problem"]["technicians"][1]["shifts"][0]["endTime"] = "2026-03-02T08:00:00Z".into();
    let broken = write(&folder, "broken.json", &request.to_string());
    let run = run(&["solve", &broken]);
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("problem.work_orders[0].visits[0].place_id"), "{}", run.stderr);
    assert!(run.stderr.contains("problem.technicians[1].shifts[0].end_time"), "{}", run.stderr);
}

#[test]
fn the_real_permit_day_is_planned_within_the_law() {
    let Some(data) = journeyman_tests::data_dir() else { return };
    let csv = data.join("austin_electrical_permits/austin_electrical_permits_2014_2016.csv.gz");
    let folder = folder();
    let csv = csv.to_str().expect("a path in UTF-8");
    let import = done(&[
        "import",
        "permits",
        "--csv",
        csv,
        "--date",
        "2015-06-10",
        "--technicians",
        "12",
        "--seed",
        "1",
    ]);
    assert!(import.stderr.contains("AWAITING"), "{}", import.stderr);
    let day = write(&folder, "austin.json", &import.stdout);
    let solved = done(&["solve", &day, "--format", "json", "--time-limit", "2s", "--threads", "2"]);
    let plan = write(&folder, "plan.json", &solved.stdout);
    done(&["check", &day, &plan]);
    assert_awaiting_and_proofs(&import.stdout, &solved.stdout);
}

/// Every visit with a permit that is not issued waits, and every served visit has its license proof.
fn assert_awaiting_and_proofs(day: &str, answer: &str) {
    let day: Value = serde_json::from_str(day).expect("a day");
    let answer: Value = serde_json::from_str(answer).expect("a plan");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let filed: Vec<Value> = list(&day["problem"]["permits"])
        .into_iter()
        .filter(|permit| permit["state"] == "PERMIT_STATE_FILED")
        .map(|permit| permit["id"].clone())
        .collect();
    let visits: Vec<Value> =
        list(&day["problem"]["workOrders"]).iter().flat_map(|order| list(&order["visits"])).collect();
    let waits = |visit: &Value| list(&visit["permitIds"]).iter().any(|permit| filed.contains(permit));
    let unassigned = list(&answer["plan"]["unassigned"]);
    for visit in visits.iter().filter(|visit| waits(visit)) {
        let left = unassigned.iter().find(|left| left["visitId"] == visit["id"]).expect("it waits");
        assert_eq!(left["certainty"], "CERTAINTY_AWAITING", "{left}");
    }
    let stops: Vec<Value> =
        list(&answer["plan"]["routes"]).iter().flat_map(|route| list(&route["stops"])).collect();
    let served: Vec<&Value> = stops.iter().filter(|stop| stop["visit"].is_object()).collect();
    assert!(!served.is_empty());
    for stop in served {
        let proof = stop["visit"]["licenseProof"]["text"].as_str().unwrap_or_default();
        assert!(!proof.is_empty(), "{stop}");
    }
}

#[test]
fn a_plan_is_explained_and_evaluated_in_dollars() {
    let folder = folder();
    // Two people for far more than they can do: much is left out.
    let day = generated(&folder, "2", "30");
    let solved = done(&["solve", &day, "--format", "json", "--iterations-max", "100", "--time-limit", "60s"]);
    let plan = write(&folder, "plan.json", &solved.stdout);
    let answer: Value = serde_json::from_str(&solved.stdout).expect("a plan");
    let served = answer["plan"]["routes"][0]["stops"]
        .as_array()
        .expect("stops")
        .iter()
        .find_map(|stop| stop["visit"]["visitId"].as_str())
        .expect("a visit is served");
    let story = done(&["explain", &day, &plan, served]).stdout;
    assert!(story.starts_with(&format!("{served} is served by ")), "{story}");
    assert!(story.contains("that route would cost $"), "{story}");
    let left_out = answer["plan"]["unassigned"][0]["visitId"].as_str().expect("a visit is left out");
    let story = done(&["explain", &day, &plan, left_out]).stdout;
    assert!(story.starts_with(&format!("{left_out} is left out: ")), "{story}");
    let json = done(&["explain", &day, &plan, left_out, "--format", "json"]).stdout;
    let told: Value = serde_json::from_str(&json).expect("an answer");
    assert_eq!(told["unassigned"]["visitId"], left_out);
    let nobody = run(&["explain", &day, &plan, "V-none"]);
    assert_eq!(nobody.status, Some(2));
    assert!(nobody.stderr.contains("VISIT: the day has no visit with this id"), "{}", nobody.stderr);

    let judged = done(&["evaluate", &day, &plan]).stdout;
    assert!(
        judged.starts_with("the plan keeps every rule") && judged.contains("tightest visits"),
        "{judged}"
    );
    let cost = answer["plan"]["cost"]["totalMicros"].as_str().expect("the cost");
    let json = done(&["evaluate", &day, &plan, "--format", "json"]).stdout;
    let found: Value = serde_json::from_str(&json).expect("an answer");
    assert_eq!(
        (found["feasible"].as_bool(), found["cost"]["totalMicros"].as_str()),
        (Some(true), Some(cost))
    );
    // Served twice, and once by nobody that the day knows.
    let mut broken = answer.clone();
    let routes = broken["plan"]["routes"].as_array_mut().expect("routes");
    let mut copy = routes[0].clone();
    copy["shiftId"] = "nobody".into();
    let first = routes[0]["stops"][0].clone();
    routes[0]["stops"].as_array_mut().expect("stops").push(first);
    routes.push(copy);
    let plan = write(&folder, "broken.json", &broken.to_string());
    let judged = run(&["evaluate", &day, &plan]);
    assert_eq!(judged.status, Some(1), "{}", judged.stderr);
    for code in ["UNKNOWN_ID: shift nobody", "SERVED_TWICE"] {
        assert!(judged.stdout.contains(code), "{code} in\n{}", judged.stdout);
    }
}

#[test]
fn a_caller_is_quoted_windows_in_dollars() {
    let folder = folder();
    let day = generated(&folder, "4", "12");
    let solved = done(&["solve", &day, "--format", "json", "--iterations-max", "100", "--time-limit", "60s"]);
    let plan = write(&folder, "plan.json", &solved.stdout);
    let problem: Value = serde_json::from_str(&std::fs::read_to_string(&day).expect("a day")).expect("a day");
    let mut visit = problem["problem"]["workOrders"][0]["visits"][0].clone();
    let fields = visit.as_object_mut().expect("a visit");
    fields.retain(|name, _| name == "placeId" || name == "serviceDuration");
    fields.insert("serviceDuration".to_owned(), "1200s".into());
    let call = serde_json::json!({ "workOrder": { "visits": [visit] } });
    let call = write(&folder, "call.json", &call.to_string());
    let told = done(&["quote", &day, &plan, &call, "--width", "2h", "--quotes-max", "3"]).stdout;
    assert!(told.trim_start().starts_with("window") && told.contains(" to ") && told.contains('$'), "{told}");
    let json = done(&["quote", &day, &plan, &call, "--format", "json"]).stdout;
    let answer: Value = serde_json::from_str(&json).expect("an answer");
    assert_eq!(answer["quotes"].as_array().expect("quotes").len(), 10);
    let nonsense = write(&folder, "nonsense.json", r#"{"workOrder": {"visits": [{"placeId": "nowhere"}]}}"#);
    let refused = run(&["quote", &day, &plan, &nonsense]);
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.contains("work_order.visits[0].place_id"), "{}", refused.stderr);
}

/// A planned day in files, and the event that its busiest technician is out an hour before he leaves.
fn sick_morning(folder: &TempDir) -> (String, String, String, Value) {
    let day = generated(folder, "4", "12");
    let solved = done(&["solve", &day, "--format", "json", "--iterations-max", "100", "--time-limit", "60s"]);
    let answer: Value = serde_json::from_str(&solved.stdout).expect("a plan");
    let routes = answer["plan"]["routes"].as_array().expect("routes");
    let stops = |route: &&Value| route["stops"].as_array().map_or(0, Vec::len);
    let busiest = routes.iter().max_by_key(stops).expect("a route");
    let out = busiest["technicianId"].as_str().expect("a technician").to_owned();
    let event = serde_json::json!({
        "id": "E1",
        "eventTime": busiest["departureTime"],
        "sickOut": { "technicianId": out },
    });
    (day, write(folder, "plan.json", &solved.stdout), out, event)
}

#[test]
fn a_sick_out_is_answered_and_weighed_in_dollars() {
    let folder = folder();
    let (day, plan, out, event) = sick_morning(&folder);
    let events = write(&folder, "events.json", &serde_json::json!({ "events": [event] }).to_string());
    let json = done(&["reassign", &day, &plan, &events, "--format", "json"]).stdout;
    let answer: Value = serde_json::from_str(&json).expect("an answer");
    let changes = answer["difference"]["changes"].as_array().expect("changes");
    assert!(changes.iter().any(|change| change["before"]["technicianId"] == *out), "{changes:?}");
    let routes = answer["plan"]["routes"].as_array().expect("routes");
    assert!(routes.iter().all(|route| route["technicianId"] != *out), "{routes:?}");
    let table = done(&["reassign", &day, &plan, &events]).stdout;
    let moved = changes[0]["visitId"].as_str().expect("a visit");
    assert!(table.contains(moved) && table.contains('$'), "{table}");

    let changes = serde_json::json!({ "changes": [{ "event": event }] });
    let changes = write(&folder, "changes.json", &changes.to_string());
    let asked = ["what-if", &day, &plan, &changes, "--time-limit", "2s", "--format", "json"];
    let told: Value = serde_json::from_str(&done(&asked).stdout).expect("an answer");
    let cost = |side: &str| -> i64 {
        let micros = told[side]["plan"]["cost"]["totalMicros"].as_str();
        micros.and_then(|micros| micros.parse().ok()).expect("a cost")
    };
    assert!(cost("after") > cost("before"), "one pair of hands less costs nothing");
}

#[test]
fn what_is_refused_says_which_file_or_flag_it_is_from() {
    let folder = folder();
    let (day, plan, _, event) = sick_morning(&folder);
    let events = write(&folder, "events.json", &serde_json::json!({ "events": [event] }).to_string());
    let nothing = write(&folder, "nothing.json", "{}");
    let text = std::fs::read_to_string(&day).expect("a day");
    let mut far: Value = serde_json::from_str(&text).expect("a day");
    far["problem"]["places"][0]["coordinates"]["latitude"] = 95.5.into();
    let far = write(&folder, "far.json", &far.to_string());
    for (arguments, said) in [
        (vec!["solve", &day, "--threads", "0"], "journeyman: --threads: 0 is not in 1 to "),
        (vec!["reassign", &day, &plan, &events, "--resolve-savings", "0s"], ": --resolve-savings: 0 s "),
        (vec!["reassign", &day, &plan, &events, "--changes-max=-1"], ": --changes-max: -1 is not in "),
        (vec!["reassign", &day, &plan, &nothing], "nothing.json: events: at least one event is needed"),
        (vec!["reassign", &far, &plan, &events], "far.json: problem.places[0].coordinates.latitude: 95.5 "),
        (vec!["evaluate", &far, &plan], "far.json: problem.places[0].coordinates.latitude: 95.5 "),
        (vec!["what-if", &day, &plan, &nothing, "--time-limit", "0s"], "--time-limit: 0 s is not in "),
    ] {
        let refused = run(&arguments);
        assert_eq!(refused.status, Some(2), "{arguments:?}: {}", refused.stdout);
        assert!(refused.stderr.contains(said), "{arguments:?}: {}", refused.stderr);
    }
}

#[test]
fn help_names_every_verb() {
    let help = done(&["--help"]).stdout;
    for verb in "serve solve reassign quote what-if check explain evaluate roads import generate bench demo"
        .split(' ')
    {
        assert!(help.lines().any(|line| line.trim_start().starts_with(verb)), "{verb} in\n{help}");
    }
}
