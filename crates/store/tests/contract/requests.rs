//! Idempotency: a request is done once, and its answer is always the same.

use journeyman_store::{Append, NewBoard, Outcome, Request, StoreError};

use crate::place::{HOUR, Place, append, appended, at, board, bodies, effect, refused, wish};

fn request(id: &str, digest: u8) -> Option<Request> {
    Some(Request { id: id.into(), digest: [digest; 32], answer: format!("answer to {id}").into() })
}

pub(crate) async fn same_request_gets_the_same_answer_and_writes_nothing(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    assert_eq!(store.answer("north", "r1", &[1; 32]).await.expect("it can be asked"), None);
    let effects = vec![effect("e", "", 0)];
    let asked = Append { request: request("r1", 1), effects, ..append(&lease, 1) };
    appended(store, asked.clone()).await;
    // The answer of the second try may differ; that of the first counts. Revision and keys don't matter.
    let mut again = Append { expected_revision: 2, ..asked };
    again.request.as_mut().expect("there is one").answer = b"another".to_vec();
    let repeated = store.append(again).await.expect("it was answered");
    assert_eq!(repeated, Outcome::Repeated { answer: b"answer to r1".to_vec() });
    assert_eq!(
        store.answer("north", "r1", &[1; 32]).await.expect("it can be asked"),
        Some(b"answer to r1".to_vec())
    );
    assert_eq!(bodies(store, "north").await.len(), 2);
    // Ids belong to their board.
    let south = board(store, "south").await;
    appended(store, Append { request: request("r1", 2), ..append(&south, 1) }).await;

    let made = Append { request: request("r2", 1), ..append(&lease, 0) };
    let first = store.create_board(wish("west", "first", HOUR), made.clone()).await;
    assert!(matches!(first, Ok(NewBoard::Created(_))), "{first:?}");
    let second = store.create_board(wish("west", "second", HOUR), made).await.expect("it was answered");
    assert_eq!(second, NewBoard::Repeated { answer: b"answer to r2".to_vec() });
}

pub(crate) async fn same_id_with_another_digest_is_refused(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    appended(store, Append { request: request("r1", 1), ..append(&lease, 1) }).await;
    let error = refused(store, Append { request: request("r1", 2), ..append(&lease, 2) }).await;
    assert!(matches!(error, StoreError::RequestReused { .. }), "{error}");
    let asked = store.answer("north", "r1", &[2; 32]).await;
    assert!(matches!(asked, Err(StoreError::RequestReused { .. })), "{asked:?}");
    // A refused append leaves its id free.
    let wrong = Append { request: request("r2", 1), ..append(&lease, 9) };
    let error = refused(store, wrong.clone()).await;
    assert!(matches!(error, StoreError::WrongRevision { .. }), "{error}");
    appended(store, Append { expected_revision: 2, ..wrong }).await;
}

pub(crate) async fn repetition_is_answered_whatever_became_of_the_lease(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    let asked = Append { request: request("r1", 1), ..append(&lease, 1) };
    appended(store, asked.clone()).await;
    store.release(&lease).await.expect("it was held");
    let repeated = store.append(asked).await.expect("it was answered");
    assert!(matches!(repeated, Outcome::Repeated { .. }), "{repeated:?}");
}

pub(crate) async fn same_request_twice_at_once_is_written_once(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    let asked = Append { request: request("r1", 1), ..append(&lease, 1) };
    let (first, second) = tokio::join!(store.append(asked.clone()), store.append(asked));
    assert!(matches!(first, Ok(Outcome::Appended(_))), "{first:?}");
    assert!(matches!(second, Ok(Outcome::Repeated { .. })), "{second:?}");
    assert_eq!(bodies(store, "north").await.len(), 2);
}

pub(crate) async fn old_answers_are_pruned(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    appended(store, Append { request: request("old", 1), ..append(&lease, 1) }).await;
    appended(store, Append { request: request("new", 1), time: at(10), ..append(&lease, 2) }).await;
    assert_eq!(store.prune_requests(at(10)).await.expect("they are pruned"), 1);
    assert_eq!(store.answer("north", "old", &[1; 32]).await.expect("it can be asked"), None);
    assert!(store.answer("north", "new", &[1; 32]).await.expect("it can be asked").is_some());
}

pub(crate) async fn better_answer_replaces_the_first_one(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    appended(store, Append { request: request("r1", 1), ..append(&lease, 1) }).await;
    let better = |digest: u8| Request { id: "r1".into(), digest: [digest; 32], answer: b"better".to_vec() };
    // Another request with the id changes nothing.
    store.amend_answer("north", &better(2)).await.expect("it can be asked");
    let answer = store.answer("north", "r1", &[1; 32]).await.expect("it can be asked");
    assert_eq!(answer, Some(b"answer to r1".to_vec()));
    store.amend_answer("north", &better(1)).await.expect("it is kept");
    let answer = store.answer("north", "r1", &[1; 32]).await.expect("it can be asked");
    assert_eq!(answer, Some(b"better".to_vec()));
}
