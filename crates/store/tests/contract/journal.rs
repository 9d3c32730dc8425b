//! Boards, records, snapshots: what was acknowledged is there, once, in order, as it was written.

use journeyman_store::{Append, Fault, Limits, NewBoard, Record, Store, StoreError, Stored, UnixMicros};

use crate::place::{HOUR, NOW, Place, append, appended, at, board, bodies, effect, record, refused, wish};

pub(crate) async fn records_come_back_in_order_and_page_by_page(place: Place) {
    let lease = board(&place.store, "north").await;
    let odd = Record { kind: "plan".into(), format: u16::MAX, time: UnixMicros(-1), body: vec![0, 255, 10] };
    let records = vec![record("two"), odd.clone(), record("")];
    let revision = appended(&place.store, Append { records, ..append(&lease, 1) }).await;
    assert_eq!(revision, 4);
    let page = place.store.read("north", 1, 2).await.expect("it can be read");
    assert_eq!(page.iter().map(|stored| stored.revision).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(page[1].record, odd);
    let rest = place.store.read("north", 3, 2).await.expect("it can be read");
    assert_eq!(rest, [Stored { revision: 4, record: record("") }]);
    assert_eq!(place.store.read("north", 4, 2).await.expect("it can be read"), []);
    assert_eq!(place.store.read("south", 0, 2).await.expect("it can be read"), []);
}

pub(crate) async fn large_bodies_end_a_page(place: Place) {
    let lease = board(&place.store, "north").await;
    let large = Record { body: vec![7; 5 << 20], ..record("") };
    let records = vec![large.clone(), large.clone(), large];
    appended(&place.store, Append { records, ..append(&lease, 1) }).await;
    let page = place.store.read("north", 1, 10).await.expect("it can be read");
    assert_eq!(page.len(), 2);
    let rest = place.store.read("north", 3, 10).await.expect("it can be read");
    assert_eq!(rest.len(), 1);
}

pub(crate) async fn board_is_made_once_with_its_first_records(place: Place) {
    let lease = board(&place.store, "north").await;
    assert_eq!((lease.owner.as_str(), lease.fence.0), ("first", 1));
    let entry = place.store.board("north").await.expect("it is there");
    assert_eq!((entry.revision, entry.create_time, entry.lease), (1, NOW, Some(lease.clone())));
    let again = place.store.create_board(wish("north", "second", HOUR), append(&lease, 0)).await;
    assert!(matches!(again, Err(StoreError::BoardExists { .. })), "{again:?}");
    // A board whose first append is refused is not there at all.
    let effects = vec![effect("twice", "", 0), effect("twice", "", 0)];
    let half = Append { effects, ..append(&lease, 0) };
    let made = place.store.create_board(wish("south", "first", HOUR), half).await;
    assert!(matches!(made, Err(StoreError::DuplicateEffect { .. })), "{made:?}");
    let missing = place.store.board("south").await;
    assert!(matches!(missing, Err(StoreError::BoardNotFound { .. })), "{missing:?}");
    let made = place.store.create_board(wish("south", "first", HOUR), append(&lease, 0)).await;
    assert!(matches!(made, Ok(NewBoard::Created(_))), "{made:?}");
}

pub(crate) async fn boards_are_listed_by_id_in_pages(place: Place) {
    for name in ["b", "a", "C", "ä", "a-1"] {
        board(&place.store, name).await;
    }
    let names = |entries: Vec<journeyman_store::BoardEntry>| {
        entries.into_iter().map(|entry| entry.board).collect::<Vec<_>>()
    };
    // By bytes, on both databases.
    assert_eq!(names(place.store.boards("", 3).await.expect("a page")), ["C", "a", "a-1"]);
    assert_eq!(names(place.store.boards("a-1", 3).await.expect("a page")), ["b", "ä"]);
}

pub(crate) async fn wrong_revision_is_refused_and_nothing_is_written(place: Place) {
    let lease = board(&place.store, "north").await;
    let wrong = Append { effects: vec![effect("e", "", 0)], ..append(&lease, 7) };
    let error = refused(&place.store, wrong).await;
    let StoreError::WrongRevision { expected, current, .. } = error else { panic!("{error}") };
    assert_eq!((expected, current), (7, 1));
    assert_eq!(bodies(&place.store, "north").await, ["north 1"]);
    // The key is still free.
    appended(&place.store, Append { effects: vec![effect("e", "", 0)], ..append(&lease, 1) }).await;
    let error = refused(&place.store, Append { board: "west".into(), ..append(&lease, 0) }).await;
    assert!(matches!(error, StoreError::BoardNotFound { .. }), "{error}");
}

pub(crate) async fn concurrent_appends_are_gapless_and_in_the_order_of_the_calls(place: Place) {
    let mut writers = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let (store, lease) = (place.store.clone(), board(&place.store, name).await);
        writers.push(tokio::spawn(async move {
            // Ten at a time, none waiting for the one before: the first poll takes the place in the order.
            for base in (1..100).step_by(10) {
                let mut waiting = Vec::new();
                for revision in base..base + 10 {
                    let mut one = Box::pin(store.append(append(&lease, revision)));
                    std::future::poll_fn(|context| {
                        assert!(one.as_mut().poll(context).is_pending());
                        std::task::Poll::Ready(())
                    })
                    .await;
                    waiting.push(one);
                }
                for one in waiting {
                    one.await.expect("in order");
                }
            }
        }));
    }
    for writer in writers {
        writer.await.expect("no writer panics");
    }
    for name in ["a", "b", "c", "d", "e"] {
        let expected: Vec<String> = (1..=101).map(|revision| format!("{name} {revision}")).collect();
        assert_eq!(bodies(&place.store, name).await, expected);
    }
}

pub(crate) async fn refused_append_does_not_fail_its_neighbors(place: Place) {
    let (a, b) = (board(&place.store, "a").await, board(&place.store, "b").await);
    let twice = Append { effects: vec![effect("k", "", 0), effect("k", "", 0)], ..append(&a, 1) };
    let stale = Append { fence: journeyman_store::Fence(99), ..append(&b, 1) };
    let store: &Store = &place.store;
    let (twice, good_a, stale, good_b, wrong) = tokio::join!(
        store.append(twice),
        store.append(append(&a, 1)),
        store.append(stale),
        store.append(append(&b, 1)),
        store.append(append(&b, 1)),
    );
    assert!(matches!(twice, Err(StoreError::DuplicateEffect { .. })), "{twice:?}");
    assert!(matches!(stale, Err(StoreError::StaleFence { .. })), "{stale:?}");
    assert!(matches!(wrong, Err(StoreError::WrongRevision { .. })), "{wrong:?}");
    good_a.expect("it is right");
    good_b.expect("it is right");
    assert_eq!(bodies(store, "a").await, ["a 1", "a 2"]);
    assert_eq!(bodies(store, "b").await, ["b 1", "b 2"]);
}

pub(crate) async fn everything_is_still_there_when_it_is_opened_again(place: Place) {
    let lease = board(&place.store, "north").await;
    appended(&place.store, append(&lease, 1)).await;
    place.store.close().await;
    let again = place.again(Limits::default()).await;
    assert_eq!(bodies(&again, "north").await, ["north 1", "north 2"]);
    assert_eq!(again.board("north").await.expect("it is there").lease, Some(lease.clone()));
    appended(&again, append(&lease, 2)).await;
}

pub(crate) async fn limits_are_named_with_what_broke_them(place: Place) {
    let lease = board(&place.store, "north").await;
    let limits =
        Limits { body_bytes_max: 10, id_bytes_max: 8, records_max: 2, effects_max: 1, ..Limits::default() };
    let tight = place.again(limits).await;
    let one = append(&lease, 1);
    let long = Append { records: vec![record("eleven byte")], ..one.clone() };
    let many = Append { records: vec![record(""), record(""), record("")], ..one.clone() };
    let none = Append { records: Vec::new(), ..one.clone() };
    let crowd = Append { effects: vec![effect("a", "", 0), effect("b", "", 0)], ..one.clone() };
    let nameless = Append { effects: vec![effect("", "", 0)], ..one.clone() };
    let verbose = Append { effects: vec![effect("a", "WO-123456", 0)], ..one.clone() };
    let nul = Append { effects: vec![effect("a\0", "", 0)], ..one };
    let expected = [
        (long, "a record's body has 11 bytes, at most 10 are kept"),
        (many, "3 records in one append, at most 2 fit"),
        (none, "the records of an append must not be empty"),
        (crowd, "2 effects in one append, at most 1 fit"),
        (nameless, "an effect's key must not be empty"),
        (verbose, "an effect's work order has 9 bytes, at most 8 are kept"),
        (nul, "an effect's key \"a\\0\" holds the character NUL"),
    ];
    for (append, text) in expected {
        assert_eq!(refused(&tight, append).await.to_string(), text);
    }
    assert_eq!(place.store.board("north").await.expect("it is there").revision, 1);
}

pub(crate) async fn snapshots_are_found_by_revision_and_two_are_kept(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    for revision in 1..5 {
        appended(store, append(&lease, revision)).await;
        let snapshot = Stored { revision: revision + 1, record: record(&format!("state {revision}")) };
        store.put_snapshot("north", lease.fence, &snapshot).await.expect("it is kept");
    }
    let at_most = |revision| async move { store.snapshot("north", revision).await.expect("it can be read") };
    let expected = |revision: i64| Stored { revision, record: record(&format!("state {}", revision - 1)) };
    assert_eq!(at_most(i64::MAX).await, Some(expected(5)));
    assert_eq!(at_most(4).await, Some(expected(4)));
    assert_eq!(at_most(3).await, None);
    let replaced = Stored { revision: 5, record: record("other") };
    store.put_snapshot("north", lease.fence, &replaced).await.expect("it is replaced");
    assert_eq!(at_most(5).await, Some(replaced.clone()));
    let ahead = Stored { revision: 6, ..replaced.clone() };
    let refused = store.put_snapshot("north", lease.fence, &ahead).await;
    assert!(matches!(refused, Err(StoreError::WrongRevision { current: 5, .. })), "{refused:?}");
    let refused = store.put_snapshot("north", journeyman_store::Fence(7), &replaced).await;
    assert!(matches!(refused, Err(StoreError::StaleFence { .. })), "{refused:?}");
}

pub(crate) async fn damage_is_found_where_it_is(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    for revision in 1..5 {
        appended(store, append(&lease, revision)).await;
    }
    let snapshot = Stored { revision: 5, record: record("state") };
    store.put_snapshot("north", lease.fence, &snapshot).await.expect("it is kept");
    let sound = store.verify("north").await.expect("it can be walked");
    assert_eq!((sound.records, sound.broken, sound.broken_snapshots), (5, None, Vec::new()));

    place.damage("UPDATE snapshots SET time_us = time_us + 1 WHERE revision = 5").await;
    let broken = store.verify("north").await.expect("it can be walked");
    assert_eq!((broken.records, broken.broken), (5, None));
    assert!(matches!(broken.broken_snapshots[..], [(5, Fault::Checksum { .. })]), "{broken:?}");

    place.damage("DELETE FROM records WHERE revision = 5").await;
    let broken = store.verify("north").await.expect("it can be walked");
    assert_eq!((broken.records, broken.broken), (4, Some((5, Fault::Missing))));

    place.damage("UPDATE records SET kind = 'evens' WHERE revision = 4").await;
    let broken = store.verify("north").await.expect("it can be walked");
    assert!(matches!(broken.broken, Some((4, Fault::Checksum { .. }))), "{broken:?}");

    place.damage("DELETE FROM records WHERE revision = 2").await;
    let broken = store.verify("north").await.expect("it can be walked");
    assert_eq!((broken.records, broken.broken), (1, Some((2, Fault::Missing))));
    let read = store.read("north", 0, 10).await;
    assert!(matches!(read, Err(StoreError::Broken { revision: 2, .. })), "{read:?}");
    assert!(store.export("north", &mut Vec::new()).await.is_err());
}

pub(crate) async fn newer_schema_is_refused(place: Place) {
    place.store.close().await;
    place.damage("UPDATE _sqlx_migrations SET version = 999 WHERE version = 2").await;
    let opened = Store::open(&place.location, Limits::default()).await;
    let Err(StoreError::NewerSchema { found, known }) = opened else { panic!("{opened:?}") };
    assert_eq!((found, known), (999, 2));
}

pub(crate) async fn closed_store_says_so(place: Place) {
    let lease = board(&place.store, "north").await;
    place.store.close().await;
    let error = refused(&place.store, append(&lease, 1)).await;
    assert!(matches!(error, StoreError::Closed), "{error}");
    let read = place.store.prune_effects(at(0)).await;
    assert!(matches!(read, Err(StoreError::Closed)), "{read:?}");
}
