//! The outbox: at least once, in order per work order, nothing lost, nothing twice at the same time.

use std::collections::BTreeSet;
use std::time::Duration;

use journeyman_store::{
    Append, Claim, ClaimedEffect, EffectState, Failure, Limits, Outcome, Store, StoreError,
};

use crate::place::{HOUR, Place, append, appended, at, board, board_with, effect, refused, wish};

/// A claim `seconds` after `NOW`; with no time to answer it times out at once.
fn claim(seconds: i64, timeout: Duration) -> Claim {
    Claim { leader: None, now: at(seconds), timeout, effects_max: 100 }
}

async fn claimed(store: &Store, claim: &Claim) -> Vec<ClaimedEffect> {
    store.claim(claim).await.expect("effects can be claimed")
}

fn keys(claimed: &[ClaimedEffect]) -> Vec<&str> {
    claimed.iter().map(|claimed| claimed.effect.key.as_str()).collect()
}

fn failure(next: i64) -> Failure {
    Failure { next_attempt: at(next), error: "503".into(), now: at(0) }
}

async fn count(store: &Store, board: &str, state: EffectState) -> usize {
    store.effects(board, state, 0, 1_000).await.expect("a list").len()
}

pub(crate) async fn effects_leave_in_order_within_a_work_order_and_side_by_side_across(place: Place) {
    let store = &place.store;
    let effects = vec![effect("a1", "A", 0), effect("a2", "A", 0), effect("b1", "B", 0), effect("n", "", 0)];
    let lease = board_with(store, "north", effects).await;
    let more = vec![effect("a3", "A", 0), effect("b0", "B", -5)];
    appended(store, Append { effects: more, ..append(&lease, 1) }).await;
    let mut left = Vec::new();
    for _ in 0..3 {
        let round = claimed(store, &claim(0, HOUR)).await;
        left.push(keys(&round).join(" "));
        assert!(claimed(store, &claim(0, HOUR)).await.is_empty(), "all heads are taken");
        assert!(round.iter().all(|claimed| claimed.attempt == 1 && claimed.board == "north"));
        store.acknowledge(&round, at(0)).await.expect("they are delivered");
    }
    assert_eq!(left, ["b0 a1 n", "a2 b1", "a3"]);
    assert!(claimed(store, &claim(9, HOUR)).await.is_empty());
    assert_eq!(count(store, "north", EffectState::Delivered).await, 6);
}

pub(crate) async fn effect_that_is_not_due_waits_and_holds_nobody_up(place: Place) {
    let store = &place.store;
    let lease = board_with(store, "north", vec![effect("later", "A", 600)]).await;
    appended(store, Append { effects: vec![effect("now", "A", 0)], ..append(&lease, 1) }).await;
    let first = claimed(store, &claim(0, HOUR)).await;
    assert_eq!(keys(&first), ["now"]);
    assert!(claimed(store, &claim(599, HOUR)).await.is_empty());
    // When its time has come it waits for what comes before it.
    assert!(claimed(store, &claim(600, HOUR)).await.is_empty());
    store.acknowledge(&first, at(600)).await.expect("it is delivered");
    assert!(claimed(store, &claim(599, HOUR)).await.is_empty());
    assert_eq!(keys(&claimed(store, &claim(600, HOUR)).await), ["later"]);
}

pub(crate) async fn failed_effect_holds_up_its_work_order_until_its_next_attempt(place: Place) {
    let store = &place.store;
    let effects = vec![effect("a1", "A", 0), effect("a2", "A", 0), effect("b1", "B", 0)];
    board_with(store, "north", effects).await;
    let round = claimed(store, &claim(0, HOUR)).await;
    assert_eq!(keys(&round), ["a1", "b1"]);
    let state = store.fail(&round[0], &failure(60)).await.expect("it is told");
    assert_eq!(state, Some(EffectState::Waiting));
    assert!(claimed(store, &claim(59, HOUR)).await.is_empty(), "a2 waits for a1, a1 for its time");
    let waiting = store.effects("north", EffectState::Waiting, 0, 1).await.expect("a list");
    assert_eq!((waiting[0].last_error.as_str(), waiting[0].attempts), ("503", 1));
    let again = claimed(store, &claim(60, HOUR)).await;
    assert_eq!((keys(&again), again[0].attempt), (vec!["a1"], 2));
    store.acknowledge(&again, at(60)).await.expect("it is delivered");
    assert_eq!(keys(&claimed(store, &claim(60, HOUR)).await), ["a2"]);
}

pub(crate) async fn effect_of_a_dead_carrier_comes_back_and_late_failure_is_ignored(place: Place) {
    let store = &place.store;
    board_with(store, "north", vec![effect("a", "A", 0), effect("b", "B", 0)]).await;
    let slow = claimed(store, &claim(0, Duration::ZERO)).await;
    let second = claimed(store, &claim(0, HOUR)).await;
    assert_eq!((keys(&second), second[0].attempt), (vec!["a", "b"], 2));
    // The slow one is no longer asked, but what it delivered is delivered.
    assert_eq!(store.fail(&slow[0], &failure(0)).await.expect("it is told"), None);
    assert!(claimed(store, &claim(0, HOUR)).await.is_empty());
    store.acknowledge(&slow[1..], at(0)).await.expect("it is delivered");
    assert_eq!(store.fail(&second[1], &failure(0)).await.expect("it is told"), None);
    assert_eq!(count(store, "north", EffectState::Delivered).await, 1);
    store.acknowledge(&second, at(0)).await.expect("they are delivered");
    assert_eq!(count(store, "north", EffectState::Delivered).await, 2);
}

pub(crate) async fn dead_letter_is_listed_lets_others_pass_and_is_queued_again_by_hand(place: Place) {
    let store = place.again(Limits { attempts_max: 2, ..Limits::default() }).await;
    board_with(&store, "north", vec![effect("a1", "A", 0), effect("a2", "A", 0)]).await;
    for (attempt, expected) in [(1, EffectState::Waiting), (2, EffectState::Dead)] {
        let round = claimed(&store, &claim(attempt, HOUR)).await;
        assert_eq!(keys(&round), ["a1"]);
        assert_eq!(store.fail(&round[0], &failure(0)).await.expect("it is told"), Some(expected));
    }
    let dead = store.effects("north", EffectState::Dead, 0, 10).await.expect("a list");
    assert_eq!((dead.len(), dead[0].effect.key.as_str(), dead[0].attempts), (1, "a1", 2));
    assert_eq!(dead[0].last_error, "503");
    assert_eq!(keys(&claimed(&store, &claim(3, Duration::ZERO)).await), ["a2"]);
    let error = store.requeue("north", "a2").await.expect_err("it lives");
    assert!(matches!(error, StoreError::NotADeadLetter { .. }), "{error}");
    store.requeue("north", "a1").await.expect("it is dead");
    let round = claimed(&store, &claim(4, HOUR)).await;
    assert_eq!((keys(&round), round[0].attempt), (vec!["a1"], 1), "first again, with all its attempts");
}

pub(crate) async fn effect_that_kills_its_carriers_is_buried(place: Place) {
    let store = place.again(Limits { attempts_max: 3, ..Limits::default() }).await;
    board_with(&store, "north", vec![effect("poison", "A", 0)]).await;
    for _ in 0..3 {
        assert_eq!(claimed(&store, &claim(0, Duration::ZERO)).await.len(), 1);
    }
    assert!(claimed(&store, &claim(0, HOUR)).await.is_empty());
    let dead = store.effects("north", EffectState::Dead, 0, 10).await.expect("a list");
    assert_eq!(dead[0].last_error, "no answer from its carrier");
}

pub(crate) async fn unclaimed_effect_is_cancelled_and_claimed_one_is_not(place: Place) {
    let store = &place.store;
    let effects = vec![effect("tomorrow", "A", 86_400), effect("taken", "B", 0), effect("failed", "C", 1)];
    let lease = board_with(store, "north", effects).await;
    claimed(store, &claim(0, Duration::ZERO)).await;
    let failed = claimed(store, &claim(1, HOUR)).await;
    let failed = failed.iter().find(|claimed| claimed.effect.key == "failed").expect("it is due");
    store.fail(failed, &failure(100)).await.expect("it is told");
    let cancel: Vec<String> = ["taken", "tomorrow", "unknown", "failed"].map(String::from).to_vec();
    // A refused append cancels nothing.
    refused(store, Append { cancel: cancel.clone(), ..append(&lease, 9) }).await;
    let outcome = store.append(Append { cancel, ..append(&lease, 1) }).await.expect("it is appended");
    let Outcome::Appended(done) = outcome else { panic!("{outcome:?}") };
    assert_eq!(done.cancelled, ["tomorrow", "failed"]);
    assert_eq!(count(store, "north", EffectState::Cancelled).await, 2);
    assert!(claimed(store, &claim(90_000, HOUR)).await.iter().all(|claimed| claimed.effect.key == "taken"));
}

pub(crate) async fn key_is_unique_until_it_is_pruned(place: Place) {
    let store = &place.store;
    let lease = board_with(store, "north", vec![effect("k", "", 0)]).await;
    let again = Append { effects: vec![effect("fresh", "", 0), effect("k", "", 0)], ..append(&lease, 1) };
    let error = refused(store, again.clone()).await;
    let StoreError::DuplicateEffect { key, .. } = error else { panic!("{error}") };
    assert_eq!(key, "k");
    let round = claimed(store, &claim(0, HOUR)).await;
    store.acknowledge(&round, at(5)).await.expect("it is delivered");
    assert_eq!(store.prune_effects(at(5)).await.expect("they are pruned"), 0);
    refused(store, again.clone()).await;
    assert_eq!(store.prune_effects(at(6)).await.expect("they are pruned"), 1);
    appended(store, again).await;
    // What waits is never pruned.
    assert_eq!(store.prune_effects(at(i64::MAX / 2_000_000)).await.expect("they are pruned"), 0);
}

pub(crate) async fn carrier_gets_effects_of_boards_that_it_leads(place: Place) {
    let store = &place.store;
    board_with(store, "a", vec![effect("a", "", 0)]).await;
    let other = board_with(store, "b", vec![effect("b", "", 0)]).await;
    store.release(&other).await.expect("it was held");
    store.acquire(wish("b", "second", HOUR)).await.expect("it is free");
    let of = |leader: &str| Claim { leader: Some(leader.into()), ..claim(0, HOUR) };
    assert_eq!(keys(&claimed(store, &of("second")).await), ["b"]);
    assert_eq!(keys(&claimed(store, &of("third")).await), [""; 0]);
    assert_eq!(keys(&claimed(store, &of("first")).await), ["a"]);
}

pub(crate) async fn concurrent_carriers_never_share_an_effect(place: Place) {
    let store = &place.store;
    let lease = board(store, "north").await;
    let effects = (0..120).map(|number| effect(&format!("{number}"), &format!("WO-{}", number % 40), 0));
    appended(store, Append { effects: effects.collect(), ..append(&lease, 1) }).await;
    let mut carriers = Vec::new();
    for _ in 0..4 {
        let store = store.clone();
        carriers.push(tokio::spawn(async move {
            let mut delivered = Vec::new();
            // Another carrier may hold every head for a moment; the last effect ends the work of all.
            while count(&store, "north", EffectState::Waiting).await > 0 {
                let round = claimed(&store, &Claim { effects_max: 7, ..claim(0, HOUR) }).await;
                delivered.extend(round.iter().map(|claimed| claimed.effect.key.clone()));
                store.acknowledge(&round, at(0)).await.expect("they are delivered");
            }
            delivered
        }));
    }
    let (mut all, mut total) = (BTreeSet::new(), 0);
    for carrier in carriers {
        let delivered = carrier.await.expect("no carrier panics");
        total += delivered.len();
        all.extend(delivered);
    }
    assert_eq!((all.len(), total), (120, 120));
}
