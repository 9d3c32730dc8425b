//! Leases: one writer per board, decided by data.

use std::time::Duration;

use journeyman_store::{Append, Claim, LeaseRequest, Limits, Location, StoreError};

use crate::place::{
    HOUR, NOW, Place, append, appended, at, board, board_with, bodies, effect, refused, wish,
};

pub(crate) async fn fence_grows_with_each_holder_and_stale_ones_are_refused(place: Place) {
    let store = &place.store;
    let first = board(store, "north").await;
    store.release(&first).await.expect("it was held");
    // Given back is over, also while nobody has it.
    let error = refused(store, append(&first, 1)).await;
    assert!(matches!(error, StoreError::StaleFence { .. }), "{error}");
    let second = store.acquire(wish("north", "second", HOUR)).await.expect("it is free");
    assert!(second.fence > first.fence);
    appended(store, append(&second, 1)).await;
    // The stale writer even knows the right revision.
    let error = refused(store, append(&first, 2)).await;
    let StoreError::StaleFence { given, current, .. } = error else { panic!("{error}") };
    assert_eq!((given, current), (first.fence.0, second.fence.0));
    let again = store.acquire(wish("north", "second", HOUR)).await.expect("its own lease");
    assert!(again.fence > second.fence);
    let error = refused(store, append(&second, 2)).await;
    assert!(matches!(error, StoreError::StaleFence { .. }), "{error}");
    let late = store.release(&first).await;
    assert!(matches!(late, Err(StoreError::StaleFence { .. })), "{late:?}");
    appended(store, append(&again, 2)).await;
    assert_eq!(bodies(store, "north").await.len(), 3);
}

pub(crate) async fn live_lease_is_held_against_others_and_lapsed_one_is_taken(place: Place) {
    let store = &place.store;
    let first = board(store, "north").await;
    let error = store.acquire(wish("north", "second", HOUR)).await.expect_err("it is held");
    let StoreError::LeaseHeld { owner, until, .. } = error else { panic!("{error}") };
    assert_eq!((owner.as_str(), until), ("first", first.until));
    // A lease for no time has lapsed when the next one asks.
    let short = store.acquire(wish("north", "first", Duration::ZERO)).await.expect("its own lease");
    // Nobody else came: the writer may go on.
    appended(store, append(&short, 1)).await;
    let second = store.acquire(wish("north", "second", HOUR)).await.expect("it has lapsed");
    let error = refused(store, append(&short, 2)).await;
    assert!(matches!(error, StoreError::StaleFence { .. }), "{error}");
    appended(store, append(&second, 2)).await;
    // SQLite goes by the caller's time, PostgreSQL by its own.
    let later = LeaseRequest { now: at(3_601), ..wish("north", "third", HOUR) };
    let third = store.acquire(later).await;
    match place.location {
        Location::Memory | Location::Folder(_) => {
            assert_eq!(third.expect("it has lapsed").fence.0, second.fence.0 + 1);
        }
        Location::Postgres(_) => assert!(matches!(third, Err(StoreError::LeaseHeld { .. })), "{third:?}"),
    }
    let error = store.acquire(wish("south", "third", HOUR)).await.expect_err("there is none");
    assert!(matches!(error, StoreError::BoardNotFound { .. }), "{error}");
}

pub(crate) async fn lapsed_boards_are_listed_and_released_ones_too(place: Place) {
    let store = &place.store;
    for name in ["a", "b", "c", "d"] {
        board(store, name).await;
    }
    let released = store.acquire(wish("b", "first", HOUR)).await.expect("its own lease");
    store.release(&released).await.expect("it is held");
    for name in ["d", "c"] {
        store.acquire(wish(name, "first", Duration::ZERO)).await.expect("its own lease");
    }
    assert_eq!(store.lapsed(NOW, "", 10).await.expect("a list"), ["b", "c", "d"]);
    assert_eq!(store.lapsed(NOW, "b", 1).await.expect("a list"), ["c"]);
}

pub(crate) async fn renewal_tells_which_leases_were_lost(place: Place) {
    let store = &place.store;
    let mut leases = vec![board(store, "b").await, board(store, "a").await, board(store, "c").await];
    store.acquire(wish("b", "first", Duration::ZERO)).await.expect("its own lease");
    let taken = store.acquire(wish("b", "second", HOUR)).await.expect("it has lapsed");
    leases[2] = store.acquire(wish("c", "first", Duration::ZERO)).await.expect("its own lease");
    let lost = store.renew(&mut leases, HOUR, NOW).await.expect("they are asked for");
    assert_eq!(lost.iter().map(|lease| lease.board.as_str()).collect::<Vec<_>>(), ["b"]);
    // What had lapsed, and nobody took, is renewed.
    assert_eq!(store.lapsed(NOW, "", 10).await.expect("a list"), Vec::<String>::new());
    appended(store, append(&taken, 1)).await;
    let kept = leases.iter().find(|lease| lease.board == "c").expect("it was asked for");
    assert_eq!(store.board("c").await.expect("it is there").lease.as_ref(), Some(kept));
    appended(store, append(kept, 1)).await;
}

pub(crate) async fn two_that_want_a_lapsed_lease_never_both_get_it(place: Place) {
    board(&place.store, "north").await;
    for round in 0..20 {
        let held = place.store.board("north").await.expect("it is there").lease.expect("it is held");
        place
            .store
            .acquire(LeaseRequest { owner: held.owner, ..wish("north", "", Duration::ZERO) })
            .await
            .expect("its own lease");
        let mut rivals = Vec::new();
        for rival in 0..4 {
            let store = place.store.clone();
            let wish = wish("north", &format!("{round}.{rival}"), HOUR);
            rivals.push(tokio::spawn(async move { store.acquire(wish).await.is_ok() }));
        }
        let mut winners = 0;
        for rival in rivals {
            winners += usize::from(rival.await.expect("no rival panics"));
        }
        assert_eq!(winners, 1, "round {round}");
    }
}

pub(crate) async fn folder_is_taken_by_one_and_its_leases_end(place: Place) {
    let store = &place.store;
    let dead = board(store, "north").await;
    let taken = store.take_folder().await.expect("nobody has it");
    let again = place.again(Limits::default()).await;
    match place.location {
        Location::Memory | Location::Folder(_) => {
            let error = again.take_folder().await.expect_err("it is taken");
            assert!(matches!(error, StoreError::FolderInUse { .. }), "{error}");
            let error = refused(store, append(&dead, 1)).await;
            assert!(matches!(error, StoreError::StaleFence { .. }), "{error}");
            drop(taken);
            again.take_folder().await.expect("it was given back");
        }
        Location::Postgres(_) => {
            again.take_folder().await.expect("processes share a database");
            appended(store, append(&dead, 1)).await;
        }
    }
}

pub(crate) async fn closed_board_is_led_by_nobody_and_stays_as_it_was(place: Place) {
    let store = &place.store;
    let lease = board_with(store, "north", vec![effect("now", "", 0), effect("later", "", 60)]).await;
    let other = board(store, "south").await;
    store.close_board(&lease, at(5)).await.expect("it is held");
    let entry = store.board("north").await.expect("it is there");
    assert_eq!((entry.revision, entry.close_time, entry.lease), (1, Some(at(5)), None));
    assert_eq!(store.board("south").await.expect("it is there").close_time, None);
    let again = store.close_board(&lease, at(6)).await;
    assert!(matches!(again, Err(StoreError::StaleFence { .. })), "{again:?}");

    let error = refused(store, append(&lease, 1)).await;
    assert!(matches!(error, StoreError::StaleFence { .. }), "{error}");
    for owner in ["first", "second"] {
        let error = store.acquire(wish("north", owner, HOUR)).await.expect_err("it is closed");
        assert!(matches!(&error, StoreError::BoardClosed { board } if board == "north"), "{error}");
    }
    store.release(&other).await.expect("it is held");
    assert_eq!(store.lapsed(NOW, "", 10).await.expect("a list"), ["south"]);
    let first = Append { expected_revision: 0, ..append(&lease, 0) };
    let made = store.create_board(wish("north", "first", HOUR), first).await;
    assert!(matches!(made, Err(StoreError::BoardExists { .. })), "{made:?}");

    // What it has to send leaves when it is due, by whoever comes.
    let claim =
        |seconds| Claim { leader: Some("third".into()), now: at(seconds), timeout: HOUR, effects_max: 9 };
    for (seconds, key) in [(0, "now"), (60, "later")] {
        let claimed = store.claim(&claim(seconds)).await.expect("effects can be claimed");
        assert_eq!(claimed.iter().map(|claimed| claimed.effect.key.as_str()).collect::<Vec<_>>(), [key]);
        store.acknowledge(&claimed, at(seconds)).await.expect("it is delivered");
    }
    let mut lines = Vec::new();
    store.export("north", &mut lines).await.expect("it is exported");
    let copy = Place::sqlite().await;
    copy.store.import(&mut lines.as_slice()).await.expect("an empty store");
    assert_eq!(copy.store.board("north").await.expect("it is there").close_time, Some(at(5)));
    assert_eq!(bodies(&copy.store, "north").await, ["north 1"]);
}
