//! A store of one test, and short ways to say what is written to it.

use std::sync::OnceLock;
use std::time::Duration;

use journeyman_store::{
    Append, Effect, Lease, LeaseRequest, Limits, Location, NewBoard, Outcome, Record, Store, StoreError,
    UnixMicros,
};
use journeyman_testkit::Postgres;
use tempfile::TempDir;

/// A store with where it lies.
pub(crate) struct Place {
    pub(crate) store: Store,
    pub(crate) location: Location,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::Folder(folder.path().to_owned());
        Self { store: open(&location).await, location, _folder: Some(folder) }
    }

    pub(crate) async fn memory() -> Self {
        let location = Location::Memory;
        Self { store: open(&location).await, location, _folder: None }
    }

    pub(crate) async fn postgres() -> Self {
        static CLUSTER: OnceLock<Postgres> = OnceLock::new();
        let url = CLUSTER.get_or_init(Postgres::start).new_database();
        let location = Location::Postgres(url);
        Self { store: open(&location).await, location, _folder: None }
    }

    /// The same database as another process would see it.
    pub(crate) async fn again(&self, limits: Limits) -> Store {
        Store::open(&self.location, limits).await.expect("it opens")
    }

    /// Does to the database what the store never would.
    pub(crate) async fn damage(&self, sql: &str) {
        let url = match &self.location {
            Location::Memory => panic!("nobody else reaches this memory"),
            Location::Folder(folder) => format!("sqlite://{}", folder.join("journal.sqlite").display()),
            Location::Postgres(url) => url.clone(),
        };
        let pool = sqlx::any::AnyPoolOptions::new().connect(&url).await.expect("it connects");
        let done = sqlx::query(sql).execute(&pool).await.expect("the statement is right");
        assert_eq!(done.rows_affected(), 1, "{sql}");
        pool.close().await;
    }
}

async fn open(location: &Location) -> Store {
    Store::open(location, Limits::default()).await.expect("an empty database opens")
}

pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) const NOW: UnixMicros = UnixMicros(1_800_000_000_000_000);

/// Seconds after `NOW`.
pub(crate) fn at(seconds: i64) -> UnixMicros {
    UnixMicros(NOW.0 + seconds * 1_000_000)
}

pub(crate) fn record(body: &str) -> Record {
    Record { kind: "event".into(), format: 1, time: NOW, body: body.into() }
}

/// An effect of work order `work_order`, due `due` seconds after `NOW`.
pub(crate) fn effect(key: &str, work_order: &str, due: i64) -> Effect {
    Effect {
        key: key.into(),
        work_order: work_order.into(),
        kind: "message".into(),
        body: key.into(),
        due: at(due),
    }
}

pub(crate) fn wish(board: &str, owner: &str, ttl: Duration) -> LeaseRequest {
    LeaseRequest { board: board.into(), owner: owner.into(), ttl, now: NOW }
}

/// One record after `revision`.
pub(crate) fn append(lease: &Lease, revision: i64) -> Append {
    Append {
        board: lease.board.clone(),
        fence: lease.fence,
        expected_revision: revision,
        time: NOW,
        records: vec![record(&format!("{} {}", lease.board, revision + 1))],
        effects: Vec::new(),
        cancel: Vec::new(),
        request: None,
    }
}

/// A new board at revision 1, leased to "first".
pub(crate) async fn board(store: &Store, name: &str) -> Lease {
    board_with(store, name, Vec::new()).await
}

/// The same with effects.
pub(crate) async fn board_with(store: &Store, name: &str, effects: Vec<Effect>) -> Lease {
    let none = Lease {
        board: name.into(),
        owner: String::new(),
        fence: journeyman_store::Fence(0),
        until: UnixMicros(0),
    };
    let first = Append { effects, ..append(&none, 0) };
    match store.create_board(wish(name, "first", HOUR), first).await {
        Ok(NewBoard::Created(lease)) => lease,
        other => panic!("{name} is new: {other:?}"),
    }
}

/// The revision after an append that must succeed.
pub(crate) async fn appended(store: &Store, append: Append) -> i64 {
    match store.append(append).await {
        Ok(Outcome::Appended(appended)) => appended.revision,
        other => panic!("it is appended: {other:?}"),
    }
}

/// The refusal of an append that must fail.
pub(crate) async fn refused(store: &Store, append: Append) -> StoreError {
    match store.append(append).await {
        Err(error) => error,
        Ok(outcome) => panic!("it is refused: {outcome:?}"),
    }
}

/// The bodies of all records.
pub(crate) async fn bodies(store: &Store, board: &str) -> Vec<String> {
    let stored = store.read(board, 0, usize::MAX).await.expect("the board can be read");
    stored.into_iter().map(|stored| String::from_utf8(stored.record.body).expect("text")).collect()
}
