//! Export and import: what comes back is what went out, or nothing.

use journeyman_store::{Append, EffectState, Imported, StoreError};

use crate::place::{HOUR, NOW, Place, append, appended, at, board_with, bodies, effect, wish};

async fn exported(place: &Place) -> String {
    let lease = board_with(&place.store, "north", vec![effect("a1", "A", 0), effect("b1", "B", 0)]).await;
    let more = Append { effects: vec![effect("a2", "A", 0)], ..append(&lease, 1) };
    appended(&place.store, more).await;
    let claim = journeyman_store::Claim { leader: None, now: NOW, timeout: HOUR, effects_max: 1 };
    let claimed = place.store.claim(&claim).await.expect("effects can be claimed");
    place.store.acknowledge(&claimed, at(1)).await.expect("it is delivered");
    let mut lines = Vec::new();
    place.store.export("north", &mut lines).await.expect("it is exported");
    String::from_utf8(lines).expect("JSON is text")
}

pub(crate) async fn exported_board_comes_back_as_it_was(place: Place) {
    let text = exported(&place).await;
    assert_eq!(text.lines().count(), 7, "{text}");
    let again = place.store.import(&mut text.as_bytes()).await.expect_err("it is there");
    assert!(matches!(again, StoreError::BoardExists { .. }), "{again}");

    let copy = Place::sqlite().await;
    let imported = copy.store.import(&mut text.as_bytes()).await.expect("an empty store");
    assert_eq!(imported, Imported { board: "north".into(), records: 2, effects: 3 });
    assert_eq!(bodies(&copy.store, "north").await, bodies(&place.store, "north").await);
    for state in [EffectState::Waiting, EffectState::Delivered, EffectState::Dead] {
        let effects = |place: &Place| {
            let store = place.store.clone();
            async move { store.effects("north", state, 0, 9).await.expect("a list") }
        };
        assert_eq!(effects(&copy).await, effects(&place).await);
    }
    let mut lines = Vec::new();
    copy.store.export("north", &mut lines).await.expect("it is exported");
    assert_eq!(String::from_utf8(lines).expect("JSON is text"), text);
    let lease = copy.store.acquire(wish("north", "new", HOUR)).await.expect("nobody has it");
    appended(&copy.store, append(&lease, 2)).await;
    assert_eq!(copy.store.verify("north").await.expect("it can be walked").records, 3);
}

pub(crate) async fn half_a_file_and_changed_lines_are_refused(place: Place) {
    let text = exported(&place).await;
    let copy = Place::sqlite().await;
    let lines: Vec<&str> = text.lines().collect();
    let without = |left_out: usize| {
        let kept = lines.iter().enumerate().filter(|&(number, _)| number != left_out);
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let half = lines[..3].join("\n");
    let changed = text.replacen("\"kind\":\"event\"", "\"kind\":\"evens\"", 1);
    let files = [(half, 4), (without(0), 1), (without(1), 2), (without(2), 6), (without(4), 6), (changed, 2)];
    for (file, expected) in files {
        let error = copy.store.import(&mut file.as_bytes()).await.expect_err("it is not whole");
        let StoreError::Import { line, .. } = &error else { panic!("{error}") };
        assert_eq!(*line, expected, "{error}");
        // Nothing of it is left.
        assert_eq!(copy.store.boards("", 9).await.expect("a list"), []);
    }
}
