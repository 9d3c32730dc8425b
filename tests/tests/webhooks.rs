//! Effects leave as signed webhooks, to a receiver that is a process of its own and fails, hangs and answers twice: each
//! arrives, in order within its work order, and whoever tells them apart by their keys handles each once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use journeyman_board::{Courier, CourierParams, Keeper, Webhooks};
use journeyman_store::{
    Append, Effect, EffectState, Fence, Limits, Location, NewBoard, Record, Store, UnixMicros,
};
use journeyman_tests::{Receiver, WEBHOOK_SECRET};

/// A store with a board that has these effects, by key and work order, and who leads it.
async fn outbox(attempts_max: u32, effects: &[(String, &str)]) -> (Store, Keeper) {
    let limits = Limits { attempts_max, ..Limits::default() };
    let store = Store::open(&Location::Memory, limits).await.expect("it opens");
    let keeper = Keeper::open(store.clone(), Duration::from_secs(600)).await.expect("nobody else is here");
    let effect = |(key, order): &(String, &str)| Effect {
        key: key.clone(),
        work_order: (*order).to_owned(),
        kind: "message".to_owned(),
        body: format!("{{\"key\":\"{key}\"}}").into_bytes(),
        due: UnixMicros(1),
    };
    let first = Append {
        board: "north".to_owned(),
        fence: Fence(0),
        expected_revision: 0,
        time: UnixMicros(1),
        records: vec![Record { kind: "note".to_owned(), format: 1, time: UnixMicros(1), body: Vec::new() }],
        effects: effects.iter().map(effect).collect(),
        cancel: Vec::new(),
        request: None,
    };
    let made = store.create_board(keeper.wish("north"), first).await.expect("it is new");
    let NewBoard::Created(lease) = made else { panic!("nobody asked for it before") };
    keeper.keep(lease);
    (store, keeper)
}

fn courier(store: &Store, keeper: &Keeper, url: &str) -> Courier {
    let params = CourierParams {
        attempt_max: Duration::from_millis(300),
        retry_min: Duration::from_millis(1),
        retry_max: Duration::from_millis(20),
        period: Duration::from_millis(1),
        ..CourierParams::default()
    };
    let webhooks = Webhooks::to(url, WEBHOOK_SECRET, params.attempt_max).expect("an address and a secret");
    Courier::new(store.clone(), keeper.owner(), Arc::new(webhooks), params)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_effect_arrives_signed_in_order_and_can_be_told_apart() {
    const ORDERS: [&str; 3] = ["WO-1", "WO-2", "WO-3"];
    let effects: Vec<(String, &str)> =
        (0..12).map(|number| (format!("e-{number:02}"), ORDERS[number % ORDERS.len()])).collect();
    let (store, keeper) = outbox(20, &effects).await;
    let receiver = Receiver::start(3, 2, 2);
    let running = tokio::spawn(courier(&store, &keeper, receiver.url()).run());
    let mut handled: Vec<String> = Vec::new();
    let mut requests = 0;
    while handled.len() < effects.len() {
        let request = tokio::task::block_in_place(|| receiver.request());
        requests += 1;
        assert_eq!(request["signed"], true, "{request}");
        let key = request["id"].as_str().and_then(|id| id.strip_prefix("north/")).expect("board and key");
        assert_eq!(request["body"], format!("{{\"key\":\"{key}\"}}"));
        // A receiver that tells messages apart by their id handles each once.
        if request["accepted"] == true && !handled.iter().any(|known| known == key) {
            handled.push(key.to_owned());
        }
    }
    assert!(requests >= effects.len() + 5, "{requests} requests, five of them in vain");
    for order in ORDERS {
        let wanted = effects.iter().filter(|(_, of)| *of == order).map(|(key, _)| key);
        let got =
            handled.iter().filter(|key| effects.iter().any(|(known, of)| known == *key && *of == order));
        assert!(wanted.eq(got), "{order}: {handled:?}");
    }
    let delivered = settled(&store, EffectState::Delivered, effects.len()).await;
    assert_eq!(delivered, effects.iter().map(|(key, _)| key.clone()).collect());
    running.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_delivered_is_a_dead_letter_until_somebody_sends_it_again() {
    let (store, keeper) = outbox(3, &[("e-1".to_owned(), "WO-1"), ("e-2".to_owned(), "WO-1")]).await;
    let receiver = Receiver::start(3, 0, 0);
    let running = tokio::spawn(courier(&store, &keeper, receiver.url()).run());
    // The first one dies of three failures; the next one is no longer held up.
    assert_eq!(settled(&store, EffectState::Delivered, 1).await, BTreeSet::from(["e-2".to_owned()]));
    let dead = store.effects("north", EffectState::Dead, 0, 10).await.expect("it can be read");
    assert_eq!((dead.len(), dead[0].effect.key.as_str(), dead[0].attempts), (1, "e-1", 3));
    assert!(dead[0].last_error.starts_with("503 Service Unavailable: busy"), "{}", dead[0].last_error);
    store.requeue("north", "e-1").await.expect("it is dead");
    assert_eq!(settled(&store, EffectState::Delivered, 2).await.len(), 2);
    running.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_at_the_address_is_a_failure_like_others() {
    let (store, keeper) = outbox(2, &[("e-1".to_owned(), "WO-1")]).await;
    let gone = Receiver::start(0, 0, 0).url().to_owned();
    let running = tokio::spawn(courier(&store, &keeper, &gone).run());
    assert_eq!(settled(&store, EffectState::Dead, 1).await.len(), 1);
    running.abort();
}

/// The keys of effects in a state, once there are so many.
async fn settled(store: &Store, state: EffectState, count: usize) -> BTreeSet<String> {
    loop {
        let effects = store.effects("north", state, 0, 100).await.expect("it can be read");
        if effects.len() >= count {
            return effects.into_iter().map(|status| status.effect.key).collect();
        }
        tokio::task::yield_now().await;
    }
}
