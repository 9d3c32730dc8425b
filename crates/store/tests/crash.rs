//! A process that appends is killed at random moments. Whatever it was told is durable must be there, once, in order,
//! as it was written, with its effects.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use journeyman_store::{
    Append, Claim, Effect, EffectState, Lease, LeaseRequest, Limits, Location, NewBoard, Outcome, Record,
    Request, Store, StoreError, UnixMicros,
};
use journeyman_testkit::{Postgres, cases};
use rand::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

/// Says to the appender where its store lies.
const PLACE: &str = "JOURNEYMAN_STORE_CRASH_PLACE";
const BOARDS: [&str; 3] = ["east", "north", "west"];
/// Acknowledged appends after which a killer strikes at the latest.
const ACKNOWLEDGED_MAX: usize = 200;
const NOW: UnixMicros = UnixMicros(1_800_000_000_000_000);
/// A lease has lapsed at once, and is good until the next process takes it: nobody waits for that of a killed one.
const TTL: Duration = Duration::ZERO;

#[test]
fn what_was_acknowledged_survives_kills_on_sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    survives(&Location::Folder(folder.path().to_owned()));
}

#[test]
fn what_was_acknowledged_survives_kills_on_postgres() {
    let postgres = Postgres::start();
    survives(&Location::Postgres(postgres.new_database()));
}

/// The process that is killed is this test, run by itself and told where. Run with the others, it appends a little in a
/// place of its own.
#[test]
fn appender_says_what_is_acknowledged() {
    #[expect(clippy::disallowed_methods, reason = "how the killer speaks to the appender that it started")]
    let place = std::env::var(PLACE);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let (location, rounds) = match place {
        Ok(url) if url.starts_with("postgres:") => (Location::Postgres(url), usize::MAX),
        Ok(path) => (Location::Folder(path.into()), usize::MAX),
        Err(_) => (Location::Folder(folder.path().to_owned()), 5),
    };
    runtime.block_on(async {
        let store = Store::open(&location, Limits::default()).await.expect("it opens");
        let appenders = BOARDS.map(|board| tokio::spawn(append_on(store.clone(), board, rounds)));
        for appender in appenders {
            appender.await.expect("no appender fails");
        }
        if rounds < usize::MAX {
            for board in BOARDS {
                let entry = store.board(board).await.expect("it is there");
                assert_eq!(entry.revision, 2 * (1 + i64::try_from(rounds).expect("few")));
            }
        }
    });
}

/// Two records, an effect and an answer at a time; each fourth round takes the effect of the round before back, and each
/// fifth delivers what is due. Says "<board> <revision>" when it is durable.
async fn append_on(store: Store, board: &'static str, rounds: usize) {
    let owner = format!("process {}", std::process::id());
    let (mut lease, mut revision) = take(&store, board, &owner).await;
    for round in 0..rounds {
        let outcome = store.append(step(&lease, revision)).await.expect("this is the only writer");
        let Outcome::Appended(appended) = outcome else { panic!("{board} {revision}: the request is new") };
        revision = appended.revision;
        say(board, revision);
        if round % 5 == 4 {
            deliver(&store).await;
        }
        if round % 50 == 49 {
            lease = store.acquire(wish(board, &owner)).await.expect("its own lease");
        }
    }
}

async fn take(store: &Store, board: &str, owner: &str) -> (Lease, i64) {
    let none = Lease {
        board: board.to_owned(),
        owner: owner.to_owned(),
        fence: journeyman_store::Fence(0),
        until: NOW,
    };
    match store.create_board(wish(board, owner), step(&none, 0)).await {
        Ok(NewBoard::Created(lease)) => {
            say(board, 2);
            (lease, 2)
        }
        Ok(NewBoard::Repeated { .. }) | Err(StoreError::BoardExists { .. }) => {
            let lease = store.acquire(wish(board, owner)).await.expect("the last one's has lapsed");
            (lease, store.board(board).await.expect("it exists").revision)
        }
        Err(error) => panic!("{error}"),
    }
}

fn wish(board: &str, owner: &str) -> LeaseRequest {
    LeaseRequest { board: board.to_owned(), owner: owner.to_owned(), ttl: TTL, now: NOW }
}

fn step(lease: &Lease, revision: i64) -> Append {
    let effect = |revision: i64| format!("effect {revision}");
    Append {
        board: lease.board.clone(),
        fence: lease.fence,
        expected_revision: revision,
        time: NOW,
        records: (1..3).map(|ahead| record(&lease.board, revision + ahead)).collect(),
        effects: vec![Effect {
            key: effect(revision + 2),
            work_order: format!("WO-{}", revision % 7),
            kind: "message".to_owned(),
            body: revision.to_le_bytes().to_vec(),
            due: NOW,
        }],
        cancel: if revision % 8 == 6 { vec![effect(revision)] } else { Vec::new() },
        request: Some(Request {
            id: format!("request {revision}"),
            digest: [u8::try_from(revision % 251).expect("below 251"); 32],
            answer: (revision + 2).to_string().into_bytes(),
        }),
    }
}

fn record(board: &str, revision: i64) -> Record {
    let length = usize::try_from(revision * 37 % 3_000).expect("not negative");
    let body = format!("{board} {revision} {}", "x".repeat(length));
    Record { kind: "event".to_owned(), format: 1, time: NOW, body: body.into_bytes() }
}

async fn deliver(store: &Store) {
    let claim = Claim { leader: None, now: NOW, timeout: Duration::ZERO, effects_max: 10 };
    let claimed = store.claim(&claim).await.expect("effects can be claimed");
    store.acknowledge(&claimed, NOW).await.expect("they are delivered");
}

fn say(board: &str, revision: i64) {
    // One write per line, so that a killed process leaves no half of one that reads as a whole.
    let line = format!("\nacknowledged {board} {revision}\n");
    std::io::stdout().write_all(line.as_bytes()).expect("the killer listens");
    std::io::stdout().flush().expect("the killer listens");
}

fn survives(location: &Location) {
    let seed = 0x6a6f_7572_6e61_6c00;
    let mut chance = Pcg64Mcg::seed_from_u64(seed);
    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    for kill in 0..cases(20) {
        let mut appender = start(location);
        let output = BufReader::new(appender.stdout.take().expect("it was piped"));
        let patience = chance.random_range(0..ACKNOWLEDGED_MAX);
        let spin = chance.random_range(0..20_000_u32);
        listen(output, &mut appender, (patience, spin), &mut acknowledged);
        appender.wait().expect("it was started here");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(judge(location, &acknowledged, &format!("seed {seed:#x}, kill {kill}")));
    }
    assert_eq!(acknowledged.len(), BOARDS.len(), "every board was written to: {acknowledged:?}");
}

fn start(location: &Location) -> Child {
    let place: &Path = match location {
        Location::Memory => panic!("what is in memory does not survive"),
        Location::Folder(folder) => folder,
        Location::Postgres(url) => Path::new(url),
    };
    let this = std::env::current_exe().expect("a test knows its program");
    Command::new(this)
        .args(["--exact", "--nocapture", "appender_says_what_is_acknowledged"])
        .env(PLACE, place)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this program can be started again")
}

/// Hears what is acknowledged, kills in the middle of it, and hears the rest: what was said before the end counts.
fn listen(
    output: BufReader<ChildStdout>,
    appender: &mut Child,
    (patience, spin): (usize, u32),
    acknowledged: &mut BTreeMap<String, i64>,
) {
    let mut heard = 0;
    for line in output.lines() {
        let line = line.expect("the appender says text");
        if heard == patience {
            // A little later than a line, so that no step of an append is safe from being the last.
            for _ in 0..spin {
                std::hint::spin_loop();
            }
            let _ = appender.kill();
        }
        let mut words = line.split(' ');
        if let (Some("acknowledged"), Some(board), Some(revision)) =
            (words.next(), words.next(), words.next())
        {
            heard += 1;
            acknowledged.insert(board.to_owned(), revision.parse().expect("a revision"));
        }
    }
    assert!(heard >= patience, "the appender ended by itself after {heard}");
}

async fn judge(location: &Location, acknowledged: &BTreeMap<String, i64>, when: &str) {
    let store = Store::open(location, Limits::default()).await.expect("it opens after a kill");
    for entry in store.boards("", 10).await.expect("a list") {
        let board = entry.board.as_str();
        let said = acknowledged.get(board).copied().unwrap_or(0);
        assert!(entry.revision >= said, "{when}: {board} at {}, {said} was said", entry.revision);
        assert_eq!(entry.revision % 2, 0, "{when}: {board}: half an append");
        let verified = store.verify(board).await.expect("it can be walked");
        assert_eq!((verified.records, verified.broken), (entry.revision, None), "{when}: {board}");
        let mut read = 0;
        while read < entry.revision {
            for stored in store.read(board, read, 1_000).await.expect("it can be read") {
                read += 1;
                assert_eq!(
                    (stored.revision, &stored.record),
                    (read, &record(board, read)),
                    "{when}: {board}"
                );
            }
        }
        judge_effects(&store, board, entry.revision, when).await;
        judge_answers(&store, board, entry.revision, when).await;
    }
    for board in acknowledged.keys() {
        assert!(store.board(board).await.is_ok(), "{when}: {board} is gone");
    }
    store.close().await;
}

/// One effect per append, in whatever state; only those that were asked to be may be cancelled.
async fn judge_effects(store: &Store, board: &str, revision: i64, when: &str) {
    let mut revisions = Vec::new();
    for state in [EffectState::Waiting, EffectState::Delivered, EffectState::Dead, EffectState::Cancelled] {
        for status in store.effects(board, state, 0, usize::MAX).await.expect("a list") {
            assert_eq!(status.effect.key, format!("effect {}", status.revision), "{when}: {board}");
            if state == EffectState::Cancelled {
                assert_eq!(status.revision % 8, 6, "{when}: {board}");
                assert!(status.revision < revision, "{when}: {board}");
            }
            revisions.push(status.revision);
        }
    }
    revisions.sort_unstable();
    let expected: Vec<i64> = (1..=revision / 2).map(|half| half * 2).collect();
    assert_eq!(revisions, expected, "{when}: {board}");
}

/// The last request is answered, the next one is not.
async fn judge_answers(store: &Store, board: &str, revision: i64, when: &str) {
    let answer = async |before: i64| {
        let digest = [u8::try_from(before % 251).expect("below 251"); 32];
        store.answer(board, &format!("request {before}"), &digest).await.expect("it can be asked")
    };
    assert_eq!(answer(revision - 2).await, Some(revision.to_string().into_bytes()), "{when}: {board}");
    assert_eq!(answer(revision).await, None, "{when}: {board}");
}
