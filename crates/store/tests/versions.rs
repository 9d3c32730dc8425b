//! Journals of earlier versions open in this one. Each version's journal is kept below `tests/fixtures`, written by
//! `examples/fixture.rs` of its time, and never written again.

use std::path::Path;

use journeyman_store::{
    Append, BoardEntry, EffectState, Fence, LeaseRequest, Limits, Location, Outcome, Record, Store,
    StoreError, UnixMicros,
};

fn at(seconds: i64) -> UnixMicros {
    UnixMicros(1_795_800_000_000_000 + seconds * 1_000_000)
}

async fn keys(store: &Store, state: EffectState) -> Vec<String> {
    let effects = store.effects("st-george", state, 0, 100).await.expect("a list");
    effects.into_iter().map(|status| status.effect.key).collect()
}

/// A copy, because opening a journal writes to it.
async fn open_copy(version: &str, folder: &Path) -> Store {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(version);
    std::fs::copy(kept.join("journal.sqlite"), folder.join("journal.sqlite")).expect("the fixture is there");
    Store::open(&Location::Folder(folder.to_owned()), Limits::default()).await.expect("it opens")
}

#[tokio::test]
async fn journal_of_version_1_opens_with_everything_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open_copy("v1", folder.path()).await;

    let boards: Vec<BoardEntry> = store.boards("", 10).await.expect("a list");
    let seen: Vec<_> = boards.iter().map(|entry| (entry.board.as_str(), entry.revision)).collect();
    assert_eq!(seen, [("cedar-city", 1), ("st-george", 7)]);
    assert!(boards.iter().all(|entry| entry.close_time.is_none()), "there was no closing: {boards:?}");
    let entry = &boards[1];
    let lease = entry.lease.as_ref().expect("it was leased");
    assert_eq!((entry.create_time, entry.update_time), (at(1), at(7)));
    assert_eq!((lease.owner.as_str(), lease.fence, lease.until), ("server-1", Fence(1), at(30)));

    let verified = store.verify("st-george").await.expect("it can be walked");
    assert_eq!((verified.records, verified.broken, verified.broken_snapshots), (7, None, Vec::new()));
    for stored in store.read("st-george", 0, 10).await.expect("it can be read") {
        let revision = stored.revision;
        let body = format!("fact {revision}").into();
        let expected = Record { kind: "event".into(), format: 1, time: at(revision), body };
        assert_eq!(stored.record, expected);
    }
    let snapshot =
        store.snapshot("st-george", i64::MAX).await.expect("it can be read").expect("there is one");
    assert_eq!((snapshot.revision, snapshot.record.body.as_slice()), (6, b"state at 6".as_slice()));

    assert_eq!(keys(&store, EffectState::Delivered).await, ["effect-1"]);
    assert_eq!(keys(&store, EffectState::Cancelled).await, ["effect-5"]);
    let waiting = keys(&store, EffectState::Waiting).await;
    assert_eq!(waiting, ["effect-2", "effect-3", "effect-4", "effect-6", "effect-7"]);
    let answer = store.answer("st-george", "request-3", &[7; 32]).await.expect("it can be asked");
    assert_eq!(answer, Some(b"answer 3".to_vec()));
}

#[tokio::test]
async fn journal_of_version_1_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open_copy("v1", folder.path()).await;
    let wish = |owner: &str, now| LeaseRequest {
        board: "st-george".into(),
        owner: owner.into(),
        ttl: std::time::Duration::from_secs(30),
        now,
    };
    assert!(store.acquire(wish("server-2", at(29))).await.is_err(), "the lease of then still holds");
    let lease = store.acquire(wish("server-2", at(30))).await.expect("it has lapsed");
    let next = Append {
        board: "st-george".into(),
        fence: lease.fence,
        expected_revision: 7,
        time: at(31),
        records: vec![Record { kind: "event".into(), format: 2, time: at(31), body: vec![8] }],
        effects: Vec::new(),
        cancel: vec!["effect-7".into()],
        request: None,
    };
    let outcome = store.append(next).await.expect("it is appended");
    let Outcome::Appended(appended) = outcome else { panic!("{outcome:?}") };
    assert_eq!((appended.revision, appended.cancelled), (8, vec!["effect-7".to_owned()]));
    assert_eq!(store.verify("st-george").await.expect("it can be walked").records, 8);
}

#[tokio::test]
async fn journal_of_version_2_opens_with_its_closed_board() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open_copy("v2", folder.path()).await;
    let boards: Vec<BoardEntry> = store.boards("", 10).await.expect("a list");
    let seen: Vec<_> =
        boards.iter().map(|entry| (entry.board.as_str(), entry.revision, entry.close_time)).collect();
    assert_eq!(seen, [("cedar-city", 1, None), ("st-george", 7, None), ("zion", 1, Some(at(2)))]);
    let wish = LeaseRequest {
        board: "zion".into(),
        owner: "server-2".into(),
        ttl: std::time::Duration::from_secs(30),
        now: at(60),
    };
    let refused = store.acquire(wish).await;
    assert!(matches!(refused, Err(StoreError::BoardClosed { .. })), "{refused:?}");
    assert_eq!(store.verify("zion").await.expect("it can be walked").records, 1);
}
