//! Writes the journal that `tests/fixtures` keeps of each version: `cargo run --example fixture -- FOLDER`.

use std::path::PathBuf;
use std::time::Duration;

use journeyman_store::{
    Append, Claim, Effect, Failure, Fence, LeaseRequest, Limits, Location, NewBoard, Record, Request, Store,
    StoreError, Stored, UnixMicros,
};

fn main() -> Result<(), StoreError> {
    let folder = std::env::args().nth(1).map(PathBuf::from).expect("say in which folder");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(write(folder))
}

async fn write(folder: PathBuf) -> Result<(), StoreError> {
    let store = Store::open(&Location::Folder(folder), Limits::default()).await?;
    let wish = |board: &str| LeaseRequest {
        board: board.into(),
        owner: "server-1".into(),
        ttl: Duration::from_secs(30),
        now: at(0),
    };
    let NewBoard::Created(lease) = store.create_board(wish("st-george"), step(0, 0)).await? else {
        panic!("the folder is empty, so the board is new");
    };
    for revision in 1..6 {
        store.append(Append { fence: lease.fence, ..step(revision, 0) }).await?;
    }
    let snapshot = Stored { revision: 6, record: record("snapshot", "state at 6", 6) };
    store.put_snapshot("st-george", lease.fence, &snapshot).await?;
    let claim = Claim { leader: None, now: at(60), timeout: Duration::from_secs(10), effects_max: 2 };
    let claimed = store.claim(&claim).await?;
    store.acknowledge(&claimed[..1], at(61)).await?;
    let failure = Failure { next_attempt: at(120), error: "503".into(), now: at(61) };
    store.fail(&claimed[1], &failure).await?;
    store.append(Append { fence: lease.fence, cancel: vec!["effect-5".into()], ..step(6, 86_400) }).await?;
    store.create_board(wish("cedar-city"), step(0, 0)).await?;
    let NewBoard::Created(lease) = store.create_board(wish("zion"), step(0, 0)).await? else {
        panic!("the folder is empty, so the board is new");
    };
    store.close_board(&lease, at(2)).await?;
    store.close().await;
    Ok(())
}

fn at(seconds: i64) -> UnixMicros {
    UnixMicros(1_795_800_000_000_000 + seconds * 1_000_000)
}

fn record(kind: &str, body: &str, revision: i64) -> Record {
    Record { kind: kind.into(), format: 1, time: at(revision), body: body.into() }
}

/// One record after `revision`, with its effect and request.
fn step(revision: i64, due: i64) -> Append {
    let next = revision + 1;
    Append {
        board: "st-george".into(),
        fence: Fence(0),
        expected_revision: revision,
        time: at(next),
        records: vec![record("event", &format!("fact {next}"), next)],
        effects: vec![Effect {
            key: format!("effect-{next}"),
            work_order: format!("WO-{}", next % 3),
            kind: "message".into(),
            body: format!("message {next}").into(),
            due: at(due),
        }],
        cancel: Vec::new(),
        request: Some(Request {
            id: format!("request-{next}"),
            digest: [7; 32],
            answer: format!("answer {next}").into(),
        }),
    }
}
