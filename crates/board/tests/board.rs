//! A board's own clock: it goes forward with the answers, and what is frozen lies a fixed time after it.

use std::sync::Arc;

use journeyman_board::{Board, BoardParams, Moved, Permits};
use journeyman_domain::{Duration, Event, Problem, Time};
use journeyman_engine::{EngineError, Session, SolveOptions, Wishes};
use journeyman_testkit::ProblemBuilder;

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Moved(#[from] Moved),
    #[error(transparent)]
    Engine(#[from] EngineError),
}

fn board() -> Arc<Board<&'static str>> {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 400);
    day.visit("a", (10, 0)).window(300, 390);
    let (session, _) = Session::open(day.build(), Time::MIN).expect("the day is sound");
    let options = SolveOptions { iterations_max: Some(1), ..SolveOptions::default() };
    let params = BoardParams { options, freeze: Duration::from_ticks(100) };
    Board::open(session, params, &Arc::new(Permits::new(1)))
}

fn nothing_until(board: &Board<&'static str>, now: i64) {
    let none = |_: usize, _: &Problem| -> Result<Event, Refused> { unreachable!("no event") };
    board.apply(None, (0, none), (Time::from_ticks(now), Wishes::default()), "nothing").expect("it may");
}

#[test]
fn what_is_frozen_does_not_run_ahead_of_the_clock() {
    let board = board();
    assert_eq!(board.snapshot().answer_time, Time::MIN, "nothing has happened yet");
    // An answer at a time that has passed counts as one now, and the freeze is not added twice.
    for (now, frozen) in [(10, 110), (11, 111), (5, 111)] {
        nothing_until(&board, now);
        assert_eq!(board.snapshot().answer_time, Time::from_ticks(frozen));
        assert_eq!(board.snapshot().session.now(), Time::from_ticks(frozen));
    }
    board.close();
}

#[test]
fn what_is_refused_while_writing_leaves_the_board_as_it_is() {
    let board = board();
    let refused = board.write::<Refused>(Some(1), Some(Time::from_ticks(50)), |before| {
        assert_eq!((before.revision, before.now), (1, Time::from_ticks(50)));
        Err(EngineError::Cancelled.into())
    });
    assert!(matches!(refused, Err(Refused::Engine(EngineError::Cancelled))));
    let snapshot = board.snapshot();
    assert_eq!((snapshot.revision, snapshot.now), (1, Time::MIN));
    let moved = board.write::<Refused>(Some(2), None, |_| unreachable!("it is at 1"));
    assert!(matches!(moved, Err(Refused::Moved(Moved { revision: 1 }))));
    board.close();
}

#[test]
fn questions_are_asked_of_one_plan_for_a_while_but_not_after_something_has_happened() {
    let board = board();
    #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
    let begin = std::time::Instant::now();
    let second = std::time::Duration::from_secs(1);
    let first = board.snapshot_to_ask(begin);
    let soon = board.snapshot_to_ask(begin + 4 * second);
    assert!(Arc::ptr_eq(&first.session, &soon.session), "whatever has become better");
    nothing_until(&board, 10);
    let after = board.snapshot_to_ask(begin + 4 * second);
    assert_eq!(after.revision, 2);
    assert!(!Arc::ptr_eq(&first.session, &after.session));
    board.close();
}
