//! How long one durable append takes, and how many fit into a second over eight boards, on both databases.
//!
//! `cargo bench -p journeyman-store` prints numbers and judges none of them: they are the disk's. Each append is one
//! record of 300 bytes, one effect, and an answer under a request id.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use journeyman_store::{
    Append, Effect, Fence, Lease, LeaseRequest, Limits, Location, NewBoard, Outcome, Record, Request, Store,
    UnixMicros,
};
use journeyman_testkit::Postgres;

const BOARDS: usize = 8;
const APPENDS: i64 = 1_000;
/// Appends that one writer has under way at once, in the second throughput number.
const UNDER_WAY: usize = 8;
const NOW: UnixMicros = UnixMicros(1_800_000_000_000_000);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        // Below the build folder, because a temporary folder may lie in memory, where nothing has to be durable.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        sync_alone(folder.path());
        measure("SQLite", &Location::Folder(folder.path().join("data"))).await;
        let postgres = Postgres::start();
        measure("PostgreSQL", &Location::Postgres(postgres.new_database())).await;
    });
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn clock() -> Instant {
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "a measurement says what it found")]
fn say(line: &str) {
    println!("{line}");
}

/// What the disk takes for 4 KiB at the end of a file: the least that any append can take.
fn sync_alone(folder: &Path) {
    let mut file = std::fs::File::create(folder.join("probe")).expect("a file");
    let mut taken: Vec<Duration> = (0..500)
        .map(|_| {
            let start = clock();
            file.write_all(&[7; 4096]).expect("the disk has room");
            file.sync_data().expect("the disk keeps it");
            start.elapsed()
        })
        .collect();
    say(&format!("disk alone: 4 KiB written and synced, {}", spread(&mut taken)));
}

async fn measure(database: &str, location: &Location) {
    let store = Store::open(location, Limits::default()).await.expect("it opens");
    let lease = board(&store, "alone").await;
    let mut taken = Vec::new();
    for revision in 1..=APPENDS {
        let start = clock();
        commit(&store, &lease, revision).await;
        taken.push(start.elapsed());
    }
    say(&format!("{database}: one append alone, {}", spread(&mut taken)));
    for under_way in [1, UNDER_WAY] {
        let mut leases = Vec::new();
        for number in 0..BOARDS {
            leases.push(board(&store, &format!("board {under_way} {number}")).await);
        }
        let start = clock();
        let writers: Vec<_> =
            leases.into_iter().map(|lease| tokio::spawn(write(store.clone(), lease, under_way))).collect();
        let mut taken = Vec::new();
        for writer in writers {
            taken.extend(writer.await.expect("no writer panics"));
        }
        let rate = taken.len() as f64 / start.elapsed().as_secs_f64();
        say(&format!(
            "{database}: {rate:.0} durable appends/s over {BOARDS} boards, {under_way} under way on each, {}",
            spread(&mut taken)
        ));
    }
    store.close().await;
}

/// Appends in order, up to `under_way` of them not answered yet.
async fn write(store: Store, lease: Lease, under_way: usize) -> Vec<Duration> {
    let (mut taken, mut waiting) = (Vec::new(), std::collections::VecDeque::new());
    for revision in 1..=APPENDS {
        let (store, lease) = (store.clone(), lease.clone());
        // A task of its own starts at once; those of one board start in order, because this one waits for its start.
        let (started, start) = tokio::sync::oneshot::channel();
        waiting.push_back(tokio::spawn(async move {
            let begin = clock();
            let mut append = Box::pin(store.append(append(&lease, revision)));
            let first = std::future::poll_fn(|context| std::task::Poll::Ready(append.as_mut().poll(context)));
            let first = first.await;
            let _ = started.send(());
            let outcome = match first {
                std::task::Poll::Ready(outcome) => outcome,
                std::task::Poll::Pending => append.await,
            };
            check(outcome.expect("it is appended"), revision);
            begin.elapsed()
        }));
        start.await.expect("it starts");
        if waiting.len() == under_way {
            let first = waiting.pop_front().expect("there is at least one");
            taken.push(first.await.expect("no append panics"));
        }
    }
    for rest in waiting {
        taken.push(rest.await.expect("no append panics"));
    }
    taken
}

async fn commit(store: &Store, lease: &Lease, revision: i64) {
    check(store.append(append(lease, revision)).await.expect("it is appended"), revision);
}

fn check(outcome: Outcome, revision: i64) {
    let Outcome::Appended(appended) = outcome else { panic!("the request is new") };
    assert_eq!(appended.revision, revision + 1);
}

async fn board(store: &Store, name: &str) -> Lease {
    let wish =
        LeaseRequest { board: name.into(), owner: "bench".into(), ttl: Duration::from_secs(3_600), now: NOW };
    let none = Lease { board: name.into(), owner: String::new(), fence: Fence(0), until: NOW };
    match store.create_board(wish, append(&none, 0)).await {
        Ok(NewBoard::Created(lease)) => lease,
        other => panic!("the board is new: {other:?}"),
    }
}

fn append(lease: &Lease, revision: i64) -> Append {
    Append {
        board: lease.board.clone(),
        fence: lease.fence,
        expected_revision: revision,
        time: NOW,
        records: vec![Record { kind: "event".into(), format: 1, time: NOW, body: vec![7; 300] }],
        effects: vec![Effect {
            key: format!("effect {revision}"),
            work_order: format!("WO-{}", revision % 100),
            kind: "message".into(),
            body: vec![7; 200],
            due: NOW,
        }],
        cancel: Vec::new(),
        request: Some(Request { id: format!("request {revision}"), digest: [7; 32], answer: vec![7; 200] }),
    }
}

fn spread(taken: &mut [Duration]) -> String {
    taken.sort_unstable();
    let at = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    format!("median {:.2?}, 99th percentile {:.2?}", at(50), at(99))
}
