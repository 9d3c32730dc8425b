//! `journeyman desk` against a running server: work from the call to the invoice by commands only, and refusals.

use journeyman_api::wire;
use journeyman_tests::{BRANCH, Run, Server, ServiceDesk, run};
use serde_json::Value;

/// A server with the branch's board, whose clock is told.
struct Branch {
    _server: Server,
    target: String,
}

impl Branch {
    /// On the first Monday at nine.
    async fn open() -> Self {
        let server = Server::start(&[]);
        ServiceDesk::at(&server).await.open().await.expect("a board");
        let target = format!("http://{}", server.address());
        let branch = Self { _server: server, target };
        branch.done(&["clock", "2026-03-02T09:00:00-07:00"]);
        branch
    }

    fn run(&self, verb: &[&str]) -> Run {
        run(&[&["desk"], verb, &["--target", &self.target, "--board", BRANCH]].concat())
    }

    /// What a verb that must succeed says.
    fn done(&self, verb: &[&str]) -> String {
        let run = self.run(verb);
        assert_eq!(run.status, Some(0), "{verb:?}: {}{}", run.stdout, run.stderr);
        run.stdout
    }

    fn json(&self, verb: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[verb, &["--json"]].concat())).expect("JSON and nothing else")
    }

    /// What a verb that the server refuses says.
    fn refused(&self, verb: &[&str]) -> String {
        let run = self.run(verb);
        assert_eq!(run.status, Some(2), "{verb:?}: {}{}", run.stdout, run.stderr);
        assert!(run.stdout.is_empty(), "{verb:?}: {}", run.stdout);
        run.stderr
    }

    fn call(&self, id: &str, more: &[&str]) -> String {
        let customer = ["call", "--id", id, "--name", "Dana Cole", "--phone", "+1 435 555 0142"];
        let house = ["--address", "245 N 600 E, St. George", "--access", "side gate", "--lat", "37.1101"];
        let panel = ["--lon", "-113.5722", "--panel-amperes", "100", "--urgency", "soon"];
        self.done(&[&customer[..], &house[..], &panel[..], more].concat())
    }

    /// Who was promised for the first visit of an order, and from when on.
    fn promised(&self, order: &str) -> (String, wire::Timestamp) {
        let shown = self.json(&["show", order]);
        let promise = &shown["workOrder"]["workOrder"]["visits"][0]["promise"];
        let start = serde_json::from_value(promise["window"]["startTime"].clone()).expect("an instant");
        (promise["technicianId"].as_str().expect("a technician").to_owned(), start)
    }

    fn clock(&self, time: wire::Timestamp) {
        let time = serde_json::to_value(time).expect("an instant");
        self.done(&["clock", time.as_str().expect("RFC 3339")]);
    }

    fn checks_in(&self, visit: &str, technician: &str) {
        for (kind, state) in [("en-route", "EN_ROUTE"), ("on-site", "ON_SITE"), ("started", "ON_SITE")] {
            let told = self.done(&["check-in", visit, "--technician", technician, kind]);
            assert!(told.contains(state), "{kind}: {told}");
        }
    }
}

fn later(time: wire::Timestamp, minutes: i64) -> wire::Timestamp {
    wire::Timestamp { seconds: time.seconds + 60 * minutes, ..time }
}

#[tokio::test]
async fn a_breaker_trip_goes_from_the_call_to_the_invoice_by_commands() {
    let branch = Branch::open().await;
    let home = "2026-03-02T11:00:00-07:00/2026-03-02T15:00:00-07:00";
    let zone = ["--time-zone", "America/Denver", "--window", home];
    let told = branch.call("WO-8842", &[&zone[..], &["Recurring", "breaker trip,", "100 A panel"]].concat());
    for words in ["WO-8842  SCHEDULED", "service     breaker-trip, confidence ", "permit      not needed"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(told.contains("visit       WO-8842/1  2026-03-02T1") && told.contains("-07:00 by "), "{told}");
    let shown = branch.done(&["show", "WO-8842"]);
    assert!(shown.contains("Recurring breaker trip, 100 A panel"), "{shown}");

    let (technician, start) = branch.promised("WO-8842");
    branch.clock(start);
    let listed = branch.done(&["list", "--state", "dispatched"]);
    assert!(listed.contains("WO-8842") && listed.contains("1 work orders"), "{listed}");
    branch.checks_in("WO-8842/1", &technician);
    branch.clock(later(start, 65));
    let papers = ["--evidence", "panel-before=photos/1.jpg", "--note", "cause=a worn breaker"];
    let work = ["--note", "work-done=replaced it", "--part", "BRK-20-1P=1"];
    let told = branch.done(&[&["complete", "WO-8842/1"], &papers[..], &work[..]].concat());
    assert!(told.contains("WO-8842  COMPLETED"), "{told}");

    let told = branch.refused(&["close", "WO-8842"]);
    assert!(told.lines().any(|line| line == "  WO-8842: photo `panel-after`"), "{told}");
    let told = branch.done(&["metrics"]);
    assert!(told.contains("completed and not invoiced: 1"), "{told}");
    let told = branch.done(&["close", "WO-8842", "--evidence", "panel-after=photos/2.jpg"]);
    assert!(told.contains("WO-8842  CLOSED") && told.contains("BRK-20-1P"), "{told}");
    let closed = branch.json(&["show", "WO-8842"]);
    let lines = closed["workOrder"]["invoiceLines"].as_array().expect("lines");
    let cents = |line: &Value| line["totalCents"].as_str().and_then(|cents| cents.parse::<i64>().ok());
    let cents: i64 = lines.iter().filter_map(cents).sum();
    let total = format!("${}.{:02}", cents / 100, cents % 100);
    assert!(
        told.lines().any(|line| line.trim_start().starts_with("total") && line.ends_with(&total)),
        "{total}: {told}"
    );
    let told = branch.done(&["invoice", "WO-8842", "--invoice", "INV-7"]);
    assert!(told.contains("WO-8842  INVOICED") && told.contains("INV-7"), "{told}");
    let metrics = branch.json(&["metrics"]);
    assert_eq!(metrics["workOrders"]["INVOICED"], 1);
    assert_eq!(metrics["notInvoiced"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_permit_is_filed_issued_inspected_and_finaled_by_commands() {
    let branch = Branch::open().await;
    let told = branch.call("WO-8843", &["replace panel, 200 A service"]);
    assert!(told.contains("WO-8843  AWAITING_PERMIT") && told.contains("permit      needed"), "{told}");
    let permit = "WO-8843/permit";
    let told = branch.done(&["permit", "file", permit]);
    assert!(told.contains("FILED") && told.contains("filed electronically"), "{told}");
    branch.done(&["clock", "2026-03-03T10:00:00-07:00"]);
    let told = branch.done(&["permit", "record", permit, "issued", "--number", "E-26-0417"]);
    assert!(told.contains("ISSUED") && told.contains("E-26-0417"), "{told}");
    let (technician, start) = branch.promised("WO-8843");
    assert_eq!(technician, "ann", "the only master");
    branch.clock(start);
    branch.checks_in("WO-8843/1", "ann");
    branch.clock(later(start, 420));
    let photos = ["panel-before", "panel-after", "grounding", "labels"];
    let photos: Vec<String> = photos.iter().map(|kind| format!("{kind}=photos/{kind}.jpg")).collect();
    let notes: Vec<String> = ["load-calculation", "utility-disconnect", "work-done"]
        .iter()
        .map(|kind| format!("{kind}=as it should be"))
        .collect();
    let mut verb = vec!["complete", "WO-8843/1", "--part", "PANEL-200=1", "--part", "GROUND-KIT=1"];
    verb.extend(photos.iter().flat_map(|photo| ["--evidence", photo.as_str()]));
    verb.extend(notes.iter().flat_map(|note| ["--note", note.as_str()]));
    branch.done(&verb);
    branch.done(&["close", "WO-8843"]);
    let told = branch.done(&["metrics"]);
    assert!(told.contains("permits left open: 1") && told.contains(permit), "{told}");

    let shown = branch.json(&["permit", "show", permit]);
    let inspection = shown["permit"]["inspections"][0]["id"].as_str().expect("an inspection").to_owned();
    let window = "2026-03-12T09:00:00-06:00/2026-03-12T12:00:00-06:00";
    let told = branch.done(&["inspection", "book", &inspection, "--window", window]);
    assert!(told.contains("BOOKED  2026-03-12T15:00:00Z to 2026-03-12T18:00:00Z"), "{told}");
    let told = branch.done(&["inspection", "record", &inspection, "passed", "--text", "neat work"]);
    assert!(told.contains("FINALED") && told.contains("neat work"), "{told}");
    let left = branch.done(&["permit", "list", "--left-open"]);
    assert!(left.contains("0 permits"), "{left}");
    let asked = branch.refused(&["inspection", "request", permit, "final"]);
    assert!(asked.contains("FINALED"), "{asked}");
}

#[tokio::test]
async fn unclear_work_goes_to_a_person_is_moved_and_called_off() {
    let branch = Branch::open().await;
    let told = branch.call("WO-1", &["something is odd"]);
    assert!(told.contains("WO-1  RECEIVED"), "{told}");
    let tasks = branch.json(&["tasks", "--kind", "qualify"]);
    assert_eq!(tasks["tasks"][0]["workOrderId"], "WO-1");
    assert!(branch.done(&["tasks"]).contains("QUALIFY"));
    let told = branch.done(&["qualify", "WO-1", "--service", "breaker-trip"]);
    assert!(told.contains("WO-1  SCHEDULED"), "{told}");
    assert!(branch.done(&["tasks", "--kind", "qualify"]).contains("0 tasks"));
    let window = "2026-03-04T09:00:00-07:00/2026-03-04T13:00:00-07:00";
    let told = branch.done(&["reschedule", "WO-1/1", "--window", window]);
    assert!(told.contains("WO-1/1  2026-03-04T"), "{told}");
    let told = branch.done(&["cancel", "WO-1", "--why", "it has stopped"]);
    assert!(told.contains("WO-1  CANCELLED"), "{told}");
    let stranger = branch.refused(&["reschedule", "--token", "guessed", "--window", window]);
    assert!(stranger.contains("_UNKNOWN)"), "{stranger}");
}

#[tokio::test]
async fn parts_are_listed_counted_ordered_and_pulled() {
    let branch = Branch::open().await;
    let listed = branch.json(&["stock", "list", "BRK-20-1P"]);
    let pieces = |line: &Value| line["quantity"].as_str().and_then(|pieces| pieces.parse::<i64>().ok());
    let pieces: i64 = listed["lines"].as_array().expect("lines").iter().filter_map(pieces).sum();
    assert_eq!(pieces, 4 + 6 + 2 + 20);
    let told = branch.done(&["stock", "adjust", "BRK-20-1P", "--van", "ann", "--added", "-3"]);
    assert!(
        told.lines().any(|line| line.trim_start().starts_with("van of ann  BRK-20-1P      1 ")),
        "{told}"
    );
    let listed = branch.json(&["stock", "list", "--van", "ann", "BRK-20-1P"]);
    assert_eq!(listed["lines"][0]["quantity"], "1");
    let order = [
        "stock",
        "expect",
        "PANEL-200=2",
        "--warehouse",
        "supply-house",
        "--at",
        "2026-03-05T08:00:00-07:00",
    ];
    let told = branch.done(&order);
    assert!(told.contains("2026-03-05T15:00:00Z"), "{told}");
    branch.done(&["stock", "pull-list", "ann-2026-03-02"]);
    let both =
        branch.run(&["stock", "adjust", "A", "--van", "ann", "--warehouse", "supply-house", "--added", "1"]);
    assert_eq!(both.status, Some(2), "a part lies at one place");
}

#[tokio::test]
async fn a_command_with_a_request_id_does_its_work_once() {
    let branch = Branch::open().await;
    let took = ["stock", "adjust", "BRK-20-1P", "--van", "ann", "--added", "-1"];
    let told = branch.done(&[&took[..], &["--request-id", "took-one"]].concat());
    assert_eq!(branch.done(&[&took[..], &["--request-id", "took-one"]].concat()), told, "the same answer");
    let listed = branch.json(&["stock", "list", "--van", "ann", "BRK-20-1P"]);
    assert_eq!(listed["lines"][0]["quantity"], "3", "one of four is gone");
    let other = ["stock", "adjust", "BRK-20-1P", "--van", "ann", "--added", "-2", "--request-id", "took-one"];
    assert!(branch.refused(&other).contains("request_id"));
    let endless = "r".repeat(1_025);
    let told = branch.refused(&[&took[..], &["--request-id", &endless]].concat());
    assert!(told.contains("request_id") && told.contains("1024"), "{told}");
    let told = branch.refused(&["stock", "adjust", "BRK-20-1P", "--van", "ann", "--added", "2000000000"]);
    assert!(told.contains("added_quantity: 3 pieces and 2000000000"), "{told}");
    // Two calls of the server make one command.
    let intake = branch.call("WO-1", &["Recurring breaker trip, 100 A panel", "--request-id", "rang-once"]);
    let again = branch.call("WO-1", &["Recurring breaker trip, 100 A panel", "--request-id", "rang-once"]);
    assert_eq!(again, intake);
    assert!(branch.refused(&["list", "--request-id", "r"]).contains("--request-id"), "it changes nothing");
}

#[tokio::test]
async fn rule_books_are_shown_checked_and_loaded() {
    let branch = Branch::open().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("book.toml");
    let path = file.to_str().expect("a plain name");
    let book = branch.done(&["rules", "show"]);
    let write = |text: String| std::fs::write(&file, text).expect("writable");

    write(book.replacen("median_minutes = 75", "median_minutes = -75", 1));
    let told = branch.refused(&["rules", "load", path]);
    assert!(told.contains(path) && told.contains("service[breaker-trip].median_minutes"), "{told}");
    write(book.replacen("utah-washington-1", "utah-washington-2", 1));
    assert!(branch.done(&["rules", "load", path, "--check"]).contains("can be loaded"));
    assert!(!branch.done(&["rules", "list"]).contains("utah-washington-2"), "it was only checked");
    branch.done(&["rules", "load", path]);
    let versions = branch.json(&["rules", "list"]);
    assert_eq!(versions["ruleBooks"][0]["version"], "utah-washington-2");
    assert_eq!(branch.done(&["rules", "show", "utah-washington-1"]), book, "as it was loaded");
}

#[tokio::test]
async fn what_is_refused_is_said_line_by_line_and_by_exit_status() {
    let branch = Branch::open().await;
    assert!(branch.refused(&["show", "WO-9"]).contains("(WORK_ORDER_UNKNOWN)"));
    branch.call("WO-1", &["Recurring breaker trip, 100 A panel"]);
    let twice = branch.refused(&["call", "--id", "WO-1", "--name", "D", "no power"]);
    assert!(twice.contains("(WORK_ORDER_EXISTS)"), "{twice}");
    let early = branch.refused(&["check-in", "WO-1/1", "--technician", "bob", "started"]);
    assert!(early.lines().count() > 1 && early.contains("(ILLEGAL_STEP)"), "{early}");
    let bare = branch.refused(&["close", "WO-1", "--evidence", "panel-after"]);
    assert!(bare.contains("evidence[0]"), "{bare}");
    for wrong in [
        &["reschedule", "WO-1/1", "--window", "tomorrow"][..],
        &["check-in", "WO-1/1", "--technician", "bob", "asleep"],
        &["complete", "WO-1/1", "--part", "BRK-20-1P"],
        &["clock", "2026-03-02T09:00:00"],
        &["call", "--lat", "37.1", "no power"],
    ] {
        assert!(branch.refused(wrong).contains("error"), "{wrong:?}");
    }
    let elsewhere = run(&["desk", "list", "--target", &branch.target, "--board", "nowhere"]);
    assert_eq!(elsewhere.status, Some(2));
    assert!(elsewhere.stderr.contains("(BOARD_UNKNOWN)"), "{}", elsewhere.stderr);
    let unsaid = run(&["desk", "list", "--target", &branch.target]);
    assert_eq!(unsaid.status, Some(2));
    assert!(unsaid.stderr.contains("--board"), "{}", unsaid.stderr);
    // Nobody listens on the port that is reserved for nobody.
    let nobody = run(&["desk", "list", "--target", "http://127.0.0.1:1", "--board", BRANCH]);
    assert_eq!(nobody.status, Some(3));
    assert!(nobody.stderr.contains("no server at http://127.0.0.1:1"), "{}", nobody.stderr);
}
