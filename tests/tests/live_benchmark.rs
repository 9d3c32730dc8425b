//! The dynamic benchmark: what is driven obeys the rules, and nobody acts on what is not known yet.
//!
//! How good the days are stands in docs/benchmarks.md.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use journeyman_tests::{Checker, data_dir, run};
use serde_json::Value;

const CREW: usize = 4;
const REQUESTS: usize = 24;

/// A request of the drawn instance: place, window, service time, one skill, one tool, parts of each kind.
#[derive(Clone)]
struct Request {
    at: (usize, usize),
    window: (usize, usize),
    release: Option<usize>,
    skill: usize,
    tool: usize,
}

/// Requests scattered by small primes: every third is known before the day begins, windows open 20 to 60 after the
/// release.
fn requests() -> Vec<Request> {
    let draw = |k: usize| {
        let release = (!k.is_multiple_of(3)).then_some(5 + k * 47 % 190);
        let opens = release.unwrap_or(10) + 20 + k * 29 % 40;
        Request {
            at: (k * 37 % 71, k * 53 % 67),
            window: (opens, opens + 40),
            release,
            skill: k % 2,
            tool: k * 5 % 3,
        }
    };
    (0..REQUESTS).map(draw).collect()
}

/// Instance and release dates in Pillac's format.
fn files(folder: &Path, requests: &[Request]) -> (String, String) {
    let mut instance = "drawn\n\nINFO\nCREW COUNT SKILLS TOOLS PARTS\n4 2 3 1\n\nID X Y\n".to_owned();
    instance += "0 35 35 0 400 0 [] [] []\n";
    for k in 1..=CREW {
        let (x, y) = (k * 31 % 60, k * 17 % 60);
        writeln!(instance, "{k} {x} {y} 0 400 0 [0,1] [{}] [1]", k % 3).expect("a string takes all");
    }
    let mut dates = "ID RD\n".to_owned();
    for (number, request) in (CREW + 1..).zip(requests) {
        let Request { at: (x, y), window: (opens, closes), skill, tool, release } = request;
        let parts = usize::from(number.is_multiple_of(4));
        writeln!(instance, "{number} {x} {y} {opens} {closes} 10 [{skill}] [{tool}] [{parts}]")
            .expect("a string takes all");
        let date = release.map_or("-1".to_owned(), |date| date.to_string());
        writeln!(dates, "{number} {date}").expect("a string takes all");
    }
    (write(folder, "instance.txt", &instance), write(folder, "release.txt", &dates))
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writable");
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn drive(instance: &str, release: &str, budget: &[&str]) -> Value {
    let run = run(&[&["bench", "trsp-dynamic", instance, "--release", release][..], budget].concat());
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("one JSON object")
}

const COUNTED: [&str; 4] = ["--iterations-max", "200", "--seed", "3"];

/// Technician, stop, decision and departure of all that was decided before a moment, in order.
fn decided_before(day: &Value, moment: f64) -> Vec<(u64, String, f64, f64)> {
    let mut decided = Vec::new();
    for route in day["routes"].as_array().expect("routes") {
        for stop in route["stops"].as_array().expect("stops") {
            let number = |member: &str| stop[member].as_f64().expect("a number");
            if number("decided") < moment {
                let technician = route["technician"].as_u64().expect("a number");
                decided.push((technician, stop["stop"].to_string(), number("decided"), number("departure")));
            }
        }
    }
    decided
}

#[test]
fn what_is_released_later_changes_nothing_that_was_decided_before() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = requests();
    let (instance, release) = files(folder.path(), &before);
    let day = drive(&instance, &release, &COUNTED);
    assert_eq!(day, {
        let mut again = drive(&instance, &release, &COUNTED);
        again["seconds"] = day["seconds"].clone();
        again
    });
    let mut decided_in_all = 0;
    for moment in [60_usize, 120, 180] {
        let mut other = before.clone();
        for request in other.iter_mut().filter(|request| request.release.is_some_and(|date| date >= moment)) {
            request.at = (70 - request.at.0.min(70), request.at.1 / 2);
            request.window = (request.window.0 + 15, request.window.1 + 60);
            (request.skill, request.tool) = (1 - request.skill, (request.tool + 1) % 3);
        }
        let (instance, release) = files(folder.path(), &other);
        let tampered = drive(&instance, &release, &COUNTED);
        let moment = u32::try_from(moment).map(f64::from).expect("small");
        let (one, two) = (decided_before(&day, moment), decided_before(&tampered, moment));
        assert_eq!(one, two, "before {moment}");
        assert_ne!(day["routes"], tampered["routes"], "what was released after {moment} matters then");
        decided_in_all += one.len();
    }
    assert!(decided_in_all > 10, "{decided_in_all} decisions compared");
}

#[test]
fn days_as_driven_are_feasible_at_the_working_time_that_is_said() {
    let Some(data) = data_dir() else { return };
    // It reads instances for the checker of driven days, and says where Python is missing.
    let Some(_) = Checker::find(&data, "trsp_check.py") else { return };
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../benches/published/check_executed.py");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, percent) in [("R105", 50), ("C203", 90), ("RC201", 10)] {
        let file = |path: String| data.join("pillac_trsp").join(path).to_str().expect("UTF-8").to_owned();
        let instance = file(format!("crew25/{name}.100_25-5-5-5.txt"));
        let release = file(format!("dyn/{name}.100_25-5-5-5_rd_{percent}.txt"));
        let day = drive(&instance, &release, &["--per-event", "20ms", "--opening", "500ms"]);
        assert_eq!(day["percent_dynamic"], f64::from(percent));
        let solution = write(folder.path(), "day.json", &day.to_string());
        let verdict = Command::new("python3").arg(&script).args([&instance, &release, &solution]).output();
        let verdict = verdict.expect("the checker starts");
        let verdict: Value = serde_json::from_slice(&verdict.stdout).expect("a report");
        assert_eq!(verdict["feasible"], true, "{name}: {verdict}");
    }
}

#[test]
fn release_dates_that_do_not_fit_the_instance_are_refused_with_their_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (instance, release) = files(folder.path(), &requests());
    let dates = std::fs::read_to_string(&release).expect("readable");
    for (text, words) in [
        (dates.replace("\n7 ", "\n3 "), "line 4: a request of the instance, once expected, found \"3\""),
        (dates.replace("\n8 -1", ""), "a release date of every request expected"),
        (dates.replace("\n5 -1", "\n5 -2"), "line 2: release date -2 lies outside 0"),
        (dates.replace("\n5 -1", "\n5"), "line 2: a request and its release date expected"),
    ] {
        assert_ne!(text, dates, "{words}");
        let release = write(folder.path(), "broken.txt", &text);
        let run = run(&["bench", "trsp-dynamic", &instance, "--release", &release]);
        assert_eq!(run.status, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(words), "{} has no {words}", run.stderr);
    }
}
