//! `journeyman load` against a server process: every request is counted once, what is acknowledged has happened, and what
//! can't be asked for is refused by name. How long anything takes is not looked at.

use std::collections::BTreeMap;

use journeyman_api::wire;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_tests::{Run, Server, run};
use serde_json::Value;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

fn load(server: &Server, out: &str, more: &[&str]) -> (Run, Value) {
    let small = ["load", "--target", server.address(), "--quiet", "--settle", "0s", "--improve", "100ms"];
    let run = run(&[&small[..], &["--out", out], more].concat());
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    let report = std::fs::read_to_string(out).expect("the report is there");
    (run, serde_json::from_str(&report).expect("JSON"))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

/// Answered and failed, by RPC and kind of event.
fn counts(requests: &Value) -> BTreeMap<(String, String), (u64, u64)> {
    let mut counts: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for row in requests.as_array().expect("rows") {
        let histogram = row["histogram_micros"].as_array().expect("buckets");
        let answered = histogram.iter().map(|bucket| number(&bucket[1])).sum::<u64>();
        let failed = row["failed"].as_object().expect("codes").values().map(number).sum::<u64>();
        assert_eq!(answered + failed, number(&row["count"]), "{row}");
        let name = |key: &str| row[key].as_str().expect("a name").to_owned();
        let sum = counts.entry((name("rpc"), name("event"))).or_default();
        *sum = (sum.0 + answered, sum.1 + failed);
    }
    counts
}

async fn boards(server: &Server) -> Vec<wire::Board> {
    let mut boards = BoardsClient::new(server.channel().await);
    boards.list_boards(wire::ListBoardsRequest::default()).await.expect("a list").into_inner().boards
}

/// Batches of events that the boards of a server have taken.
async fn steps(server: &Server) -> (usize, u64) {
    let boards = boards(server).await;
    let steps = boards.iter().map(|board| u64::try_from(board.revision - 1).expect("made at 1"));
    (boards.len(), steps.sum())
}

#[tokio::test]
async fn every_request_is_counted_once_and_what_is_acknowledged_has_happened() {
    let (journal, out) = (folder(), folder());
    let out = out.path().join("load.json");
    let kept = ["--data", text(journal.path())];
    for (server, more) in [(&[][..], &[][..]), (&kept, &["--request-ids"])] {
        let server = Server::start(server);
        let sizes = ["--boards", "3", "--technicians", "3,6", "--visits", "12,24"];
        let often = ["--rate", "40", "--minutes", "0.05", "--spacing", "even", "--seed", "3"];
        let (run, report) =
            load(&server, text(&out), &[&sizes[..], &often, more, &["--keep-boards"]].concat());

        let counts = counts(&report["run"]["requests"]);
        // One every 25 ms, within 3 s.
        assert_eq!(
            counts.values().map(|(answered, failed)| answered + failed).sum::<u64>(),
            119,
            "{counts:?}"
        );
        for ((rpc, event), &(answered, failed)) in &counts {
            assert!(answered > 0, "{rpc} {event}: {report}");
            // The day goes on beside the requests: work that was to be canceled or reported on may have begun or ended.
            let of_the_day = matches!(event.as_str(), "cancellation" | "check-in" | "overrun");
            assert!(failed == 0 || of_the_day, "{rpc} {event}: {report}");
        }
        for rpc in ["ApplyEvents", "QuoteArrivalWindows", "GetBoard", "Explain"] {
            assert!(counts.keys().any(|(name, _)| name == rpc), "{rpc} is missing: {counts:?}");
            assert!(run.stdout.lines().any(|line| line.trim().starts_with(rpc)), "{rpc}: {}", run.stdout);
        }
        let events = counts.iter().filter(|((rpc, _), _)| rpc == "ApplyEvents");
        let acknowledged = events.map(|(_, (answered, _))| answered).sum::<u64>();
        assert_eq!(steps(&server).await, (3, acknowledged), "{counts:?}");

        let calls = counts[&("ApplyEvents".to_owned(), "call".to_owned())].0;
        assert_eq!(number(&report["acknowledged"]["calls"]), calls);
        assert_eq!(report["acknowledged"]["lost"], Value::Array(Vec::new()));
        let last = run.stdout.lines().last().expect("a last line");
        assert_eq!(last, format!("{calls} calls were acknowledged, 0 of them lost"));
        for heading in ["p50", "p90", "p99", "p99.9", "max", "3 x 12", "6 x 24"] {
            assert!(run.stdout.contains(heading), "{heading}: {}", run.stdout);
        }
    }
}

#[tokio::test]
async fn the_search_for_the_saturation_goes_down_from_a_rate_that_is_too_much_and_says_why() {
    let (server, out) = (Server::start(&[]), folder());
    let out = out.path().join("load.json");
    // No server answers a call in a microsecond.
    let impatient = ["--saturate", "--rate", "40", "--step", "1s", "--p99-max", "1us"];
    let small = ["--boards", "2", "--technicians", "3", "--visits", "12"];
    let (run, report) = load(&server, text(&out), &[&impatient[..], &small].concat());
    let steps = report["saturation"]["steps"].as_array().expect("steps");
    let rates: Vec<f64> = steps.iter().map(|step| step["rate"].as_f64().expect("a rate")).collect();
    assert_eq!(rates, [40.0, 20.0]);
    for step in steps {
        let reasons = step["too_much"].as_array().expect("reasons");
        let calls = |reason: &&Value| reason.as_str().is_some_and(|reason| reason.starts_with("calls p99 "));
        assert!(reasons.iter().any(|reason| calls(&reason)), "{step}");
    }
    assert!(run.stdout.contains("it is saturated already by 20.0 requests a second"), "{}", run.stdout);
    let boards = boards(&server).await;
    assert!(boards.len() == 2 && boards.iter().all(|board| board.close_time.is_some()), "{boards:?}");
}

#[test]
fn flags_that_cannot_be_used_are_refused_by_name_and_limit() {
    let cases: [(&[&str], &[&str]); 15] = [
        (&["--boards", "0"], &["--boards", "1..=64"]),
        (&["--boards", "65"], &["--boards", "1..=64"]),
        (&["--rate", "0"], &["--rate", "from 0.1 to 10000"]),
        (&["--rate", "-3"], &["--rate", "from 0.1 to 10000"]),
        (&["--rate", "fast"], &["--rate", "a number"]),
        (&["--minutes", "241"], &["--minutes", "from 0.01 to 240"]),
        (&["--minutes", "1", "--saturate"], &["--minutes", "--saturate"]),
        (&["--technicians", "20,0"], &["--technicians", "1..=1000"]),
        (&["--visits", "10001"], &["--visits", "1..=10000"]),
        (&["--technicians", "20,5"], &["--technicians names 2 sizes, --visits 1"]),
        (&["--boards", "1", "--technicians", "3,5", "--visits", "9,9"], &["--boards 1", "2 sizes"]),
        (&["--step", "10s"], &["--saturate"]),
        (&["--saturate", "--rate", "5", "--step", "2s"], &["--rate 5", "2s", "20 requests"]),
        (&["--timeout", "0s"], &["--timeout", "more than 0"]),
        (&["--target", "https://localhost:1"], &["--target", "only http"]),
    ];
    for (flags, wanted) in cases {
        let run = run(&[&["load"], flags].concat());
        assert_eq!(run.status, Some(2), "{flags:?}: {}", run.stderr);
        for word in wanted {
            assert!(run.stderr.contains(word), "{flags:?} without {word:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_server_that_is_not_there_is_named() {
    // The discard port: nobody listens there.
    let run = run(&["load", "--target", "127.0.0.1:9", "--settle", "0s", "--quiet"]);
    assert_eq!(run.status, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("no server at http://127.0.0.1:9"), "{}", run.stderr);
}
