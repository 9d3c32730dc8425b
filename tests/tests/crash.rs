//! Servers killed at random moments under callers who try again: what was acknowledged is there once, and a board that is
//! told again from its journal is the one that was served.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use journeyman_api::wire;
use journeyman_testkit::{Postgres, cases};
use journeyman_tests::{Office, Server, run};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use tokio::sync::watch;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

const BOARDS: [&str; 3] = ["north", "south", "west"];
/// Longest time that a server lives after it listens.
const LIFE_MAX: Duration = Duration::from_millis(400);

/// What callers know while servers come and go: where to ask, and whether to go on.
#[derive(Clone)]
struct Known {
    addresses: Vec<String>,
    over: bool,
}

/// What was acknowledged, by board: the event, and the revision that the board had with it.
type Acknowledged = Arc<Mutex<BTreeMap<&'static str, Vec<(String, i64)>>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_acknowledged_is_there_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = ["--data", folder.path().to_str().expect("a plain name")].map(str::to_owned);
    survives(&place, 1, cases(6)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_leader_acknowledged_is_there_once_while_another_goes_on() {
    let postgres = Postgres::start();
    let place = ["--database-url".to_owned(), postgres.new_database()];
    survives(&place, 2, cases(4)).await;
}

/// Kills servers so many times, one after the other.
async fn survives(place: &[String], servers: usize, kills: usize) {
    let seed = 20_261_127;
    let mut random = Pcg64::seed_from_u64(seed);
    let start = || {
        let own = ["--lease-time".to_owned(), "1s".to_owned()];
        let arguments: Vec<&str> = place.iter().chain(&own).map(String::as_str).collect();
        Server::start(&arguments)
    };
    let mut running: Vec<Server> = (0..servers).map(|_| start()).collect();
    let addresses = |running: &[Server]| running.iter().map(|server| server.address().to_owned()).collect();
    let (tell, known) = watch::channel(Known { addresses: addresses(&running), over: false });
    let acknowledged = Acknowledged::default();
    let callers: Vec<_> = BOARDS
        .iter()
        .map(|&board| tokio::spawn(call(board, known.clone(), Arc::clone(&acknowledged))))
        .collect();
    for kill in 0..kills {
        // A moment that has nothing to do with anything that the server does.
        tokio::time::sleep(random.random_range(Duration::ZERO..LIFE_MAX)).await;
        let victim = kill % servers;
        // Dropping it kills it.
        drop(running.remove(victim));
        running.insert(victim, start());
        tell.send_replace(Known { addresses: addresses(&running), over: false });
    }
    tell.send_replace(Known { addresses: addresses(&running), over: true });
    for caller in callers {
        caller.await.expect("no caller has panicked");
    }
    let acknowledged = acknowledged.lock().expect("nobody panicked").clone();
    assert_eq!(acknowledged.len(), BOARDS.len(), "every board was written to: {acknowledged:?}");
    for (board, events) in &acknowledged {
        judge(place, (board, events), &running).await;
    }
    drop(running);
    let verified = run(&[&["journal".to_owned(), "verify".to_owned()], place].concat());
    assert!(verified.stdout.contains("3 boards, 0 broken"), "{}{}", verified.stdout, verified.stderr);
    let events: usize = acknowledged.values().map(Vec::len).sum();
    show(&format!("{kills} kills of {servers} server(s): {events} acknowledged events, each there once"));
}

#[expect(clippy::print_stderr, reason = "the number is what a full run is for")]
fn show(text: &str) {
    eprintln!("{text}");
}

/// Calls and cancels on one board until it is over, trying again whatever is not answered.
async fn call(board: &'static str, known: watch::Receiver<Known>, acknowledged: Acknowledged) {
    let mut lines = Lines { known, channels: BTreeMap::new(), turn: 0 };
    let open =
        |mut office: Office| -> Asked<()> { Box::pin(async move { office.open("made").await.map(|_| ()) }) };
    lines.until_answered(board, open).await;
    for number in 0.. {
        if lines.known.borrow().over && number > 0 {
            return;
        }
        let id = format!("e-{number}");
        let tell = move |mut office: Office| -> Asked<i64> {
            let (id, name) = (format!("e-{number}"), format!("caller {}", number / 2));
            let event = match number % 2 {
                0 => office.called(&id, &name, 7),
                _ => office.cancelled(&id, &name, 7),
            };
            Box::pin(async move {
                let answer = office.apply(&format!("r-{number}"), vec![event], Duration::ZERO).await?;
                Ok(answer.board.unwrap_or_default().revision)
            })
        };
        let revision = lines.until_answered(board, tell).await;
        let mut acknowledged = acknowledged.lock().expect("nobody panicked");
        acknowledged.entry(board).or_default().push((id, revision));
    }
}

/// An answer to come.
type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Status>> + Send>>;

/// Connections to servers that come and go.
struct Lines {
    known: watch::Receiver<Known>,
    channels: BTreeMap<String, Channel>,
    turn: usize,
}

impl Lines {
    /// Asks one server after another until one answers.
    async fn until_answered<T>(&mut self, board: &str, ask: impl AsyncFn(Office) -> Result<T, Status>) -> T {
        loop {
            let addresses = self.known.borrow().addresses.clone();
            self.turn += 1;
            let address = addresses[self.turn % addresses.len()].clone();
            self.channels.retain(|known, _| addresses.contains(known));
            let channel = self.channels.entry(address).or_insert_with_key(|address| {
                Endpoint::from_shared(format!("http://{address}"))
                    .expect("an address is a URI")
                    .connect_lazy()
            });
            match ask(Office::on(channel.clone(), board)).await {
                Ok(answer) => return answer,
                // The server is gone, or the board is led by another, or nobody leads it yet.
                Err(status) if is_worth_a_retry(status.code()) => tokio::task::yield_now().await,
                Err(status) => panic!("{board}: {status}"),
            }
        }
    }
}

fn is_worth_a_retry(code: Code) -> bool {
    // A connection that breaks in the middle of a call is UNKNOWN or CANCELLED to its client.
    matches!(code, Code::Unavailable | Code::Unknown | Code::Cancelled)
}

/// The board as it is served is the one that its journal tells, and has every acknowledged event once.
async fn judge(place: &[String], (board, events): (&str, &[(String, i64)]), running: &[Server]) {
    let (_, known) = watch::channel(Known {
        addresses: running.iter().map(|server| server.address().to_owned()).collect(),
        over: true,
    });
    let mut lines = Lines { known, channels: BTreeMap::new(), turn: 0 };
    type Read = (wire::Board, wire::Problem, wire::Plan);
    let read = |mut office: Office| -> Asked<Read> { Box::pin(async move { office.read().await }) };
    let served = lines.until_answered(board, read).await;
    let words = |json: &[&str]| {
        let verb = ["journal", "replay", "--board", board].map(str::to_owned);
        let json: Vec<String> = json.iter().map(|word| (*word).to_owned()).collect();
        [verb.as_slice(), place, json.as_slice()].concat()
    };
    let told = run(&words(&[]));
    assert!(told.succeeded(), "{board}: {}", told.stderr);
    let mut last = 1;
    for (event, revision) in events {
        assert_eq!(told.stdout.matches(&format!("({event})")).count(), 1, "{board}: {event}");
        assert!(*revision > last, "{board}: {event} at {revision} after {last}");
        last = *revision;
    }
    let state = run(&words(&["--json"]));
    let state: wire::BoardState = serde_json::from_str(&state.stdout).expect("a state in JSON");
    assert_eq!(state.board, Some(served.0), "{board}");
    assert_eq!(state.problem.map(by_id), Some(by_id(served.1)), "{board}");
}

/// The day with its lists in the order of their ids: a board that was read from a snapshot has them so.
fn by_id(mut day: wire::Problem) -> wire::Problem {
    day.places.sort_by(|a, b| a.id.cmp(&b.id));
    day.work_orders.sort_by(|a, b| a.id.cmp(&b.id));
    day
}
