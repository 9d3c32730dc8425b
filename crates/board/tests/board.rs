//! A board's own clock and its journal: the clock goes forward with the answers, and nothing is in force that is not durable.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration as Span;

use journeyman_board::{
    Board, BoardParams, Entry, Finding, Halt, Journal, Keeper, Moved, Opening, Permits, Scribe, Snapshot,
    Step,
};
use journeyman_domain::{Duration, Event, Problem, Time};
use journeyman_engine::{EngineError, Session, SolveOptions, Wishes};
use journeyman_store::{
    Append, Fence, Limits, Location, NewBoard, Record, Request, Store, StoreError, UnixMicros,
};
use journeyman_testkit::ProblemBuilder;
use tokio::runtime::Runtime;

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Halt(#[from] Halt),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Better plans are not worth a record here.
struct Silent;

impl Scribe for Silent {
    fn better_plan(&self, _: &Snapshot, _: &Session, _: Finding) -> Entry {
        Entry::default()
    }

    fn in_force(&self) {}

    fn state(&self, _: &Snapshot) -> Option<Record> {
        None
    }
}

fn record(text: &str) -> Record {
    Record { kind: "note".to_owned(), format: 1, time: UnixMicros(1), body: text.as_bytes().to_vec() }
}

/// A board in a store in memory.
struct Scene {
    runtime: Runtime,
    store: Store,
    keeper: Keeper,
    board: Arc<Board<&'static str>>,
}

impl Scene {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (store, keeper, journal) = runtime.block_on(async {
            let store = Store::open(&Location::Memory, Limits::default()).await.expect("it opens");
            let keeper = Keeper::open(store.clone(), Span::from_secs(60)).await.expect("nobody else is here");
            let first = Append {
                board: "north".to_owned(),
                fence: Fence(0),
                expected_revision: 0,
                time: UnixMicros(1),
                records: vec![record("made")],
                effects: Vec::new(),
                cancel: Vec::new(),
                request: None,
            };
            let made = store.create_board(keeper.wish("north"), first).await.expect("it is new");
            let NewBoard::Created(lease) = made else { panic!("nobody asked for it before") };
            keeper.keep(lease.clone());
            let journal = Journal::of(store.clone(), &lease, (1, 1));
            (store, keeper, journal)
        });
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 400);
        day.visit("a", (10, 0)).window(300, 390);
        let (session, _) = Session::open(day.build(), Time::MIN).expect("the day is sound");
        let options = SolveOptions { iterations_max: Some(1), ..SolveOptions::default() };
        let params = BoardParams { options, freeze: Duration::from_ticks(100) };
        let opening = Opening { session, now: Time::MIN, revision: 1, log: Vec::new() };
        let board = Board::open(opening, params, &Arc::new(Permits::new(1)), (journal, Box::new(Silent)));
        Self { runtime, store, keeper, board }
    }

    /// Nothing happens, at a time.
    fn nothing_until(&self, now: i64, entry: Entry) -> Result<i64, Refused> {
        let noted = Cell::new(false);
        let make = |before: &Snapshot| -> Result<_, Refused> {
            let mut session = (*before.session).clone();
            let none = |_: usize, _: &Problem| -> Result<Event, Refused> { unreachable!("no event") };
            let reply = session.reassign(0, none, before.answer_time, Wishes::default())?;
            Ok(Step { session, reply, record: "nothing", entry })
        };
        let applied = self.board.write(None, Some(Time::from_ticks(now)), make, |_| noted.set(true));
        assert_eq!(noted.get(), applied.is_ok(), "what is not durable is not noted");
        applied.map(|applied| applied.revision)
    }

    fn bodies(&self) -> Vec<String> {
        let read = self.runtime.block_on(self.store.read("north", 0, 100)).expect("it can be read");
        read.into_iter().map(|stored| String::from_utf8(stored.record.body).expect("text")).collect()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.board.close();
    }
}

fn entry(text: &str) -> Entry {
    Entry { records: vec![record(text)], ..Entry::default() }
}

#[test]
fn what_is_frozen_does_not_run_ahead_of_the_clock() {
    let scene = Scene::new();
    assert_eq!(scene.board.snapshot().answer_time, Time::MIN, "nothing has happened yet");
    // An answer at a time that has passed counts as one now, and the freeze is not added twice.
    for (now, frozen) in [(10, 110), (11, 111), (5, 111)] {
        scene.nothing_until(now, Entry::default()).expect("it may");
        assert_eq!(scene.board.snapshot().answer_time, Time::from_ticks(frozen));
        assert_eq!(scene.board.snapshot().session.now(), Time::from_ticks(frozen));
    }
}

#[test]
fn what_is_refused_while_writing_leaves_the_board_as_it_is() {
    let scene = Scene::new();
    let make = |before: &Snapshot| {
        assert_eq!((before.revision, before.now), (1, Time::from_ticks(50)));
        Err(EngineError::Cancelled.into())
    };
    let refused = scene.board.write::<Refused>(Some(1), Some(Time::from_ticks(50)), make, |_| ());
    assert!(matches!(refused, Err(Refused::Engine(EngineError::Cancelled))));
    let snapshot = scene.board.snapshot();
    assert_eq!((snapshot.revision, snapshot.now), (1, Time::MIN));
    let moved = scene.board.write::<Refused>(Some(2), None, |_| unreachable!("it is at 1"), |_| ());
    assert!(matches!(moved, Err(Refused::Halt(Halt::Moved(Moved { revision: 1 })))));
}

#[test]
fn a_step_is_durable_when_it_is_answered_and_a_request_is_answered_once() {
    let scene = Scene::new();
    assert_eq!(scene.nothing_until(10, entry("first")).expect("it may"), 2);
    let request = Request { id: "r".to_owned(), digest: [1; 32], answer: b"so".to_vec() };
    let asked = Entry { request: Some(request.clone()), ..entry("second") };
    assert_eq!(scene.nothing_until(20, asked.clone()).expect("it may"), 3);
    let again = scene.nothing_until(30, asked).expect_err("it was answered");
    assert!(matches!(&again, Refused::Halt(Halt::Repeated(answer)) if answer == b"so"), "{again}");
    // Another request under the same id is refused, and the board goes on.
    let other = Entry { request: Some(Request { digest: [2; 32], ..request }), ..entry("third") };
    let reused = scene.nothing_until(30, other).expect_err("the id was used");
    assert!(matches!(reused, Refused::Halt(Halt::Store(StoreError::RequestReused { .. }))), "{reused}");
    assert!(!scene.board.journal().is_lost());
    assert_eq!(scene.nothing_until(40, entry("fourth")).expect("it may"), 4);
    assert_eq!(scene.bodies(), ["made", "first", "second", "fourth"]);
}

#[test]
fn a_writer_whose_board_is_led_by_another_writes_nothing_and_knows_it() {
    let scene = Scene::new();
    scene.runtime.block_on(async {
        scene.keeper.give_back("north").await;
        let other =
            Keeper::open(scene.store.clone(), Span::from_secs(60)).await.expect("memory is not locked");
        other.take("north").await.expect("it was given back");
    });
    let before = scene.board.snapshot();
    let refused = scene.nothing_until(10, entry("stale")).expect_err("it is led by another");
    assert!(matches!(refused, Refused::Halt(Halt::Store(StoreError::StaleFence { .. }))), "{refused}");
    assert!(scene.board.journal().is_lost());
    let after = scene.board.snapshot();
    // Not the sequence: it also counts what the board itself finds meanwhile.
    let moment = |state: &Snapshot| (state.revision, state.now, state.answer_time);
    assert_eq!(moment(&after), moment(&before));
    assert_eq!(scene.bodies(), ["made"]);
}
