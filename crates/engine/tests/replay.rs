//! A day told again from its record stands where the one stands that was lived: no solver is asked, and nothing is lost.

use journeyman_domain::{Plan, Problem, StopKind, Time, VisitId};
use journeyman_engine::{Control, EngineError, Replay, Session, SolveOptions, Wishes};
use journeyman_testkit::{RandomEvents, Shape, cases, random_problem};

/// Shift, visit and start of every served visit.
fn served(plan: &Plan) -> Vec<(usize, VisitId, Time)> {
    let stops = plan.routes.iter().flat_map(|route| route.stops.iter().map(move |stop| (route.shift, stop)));
    let visit = |(shift, stop): (journeyman_domain::ShiftId, &journeyman_domain::PlannedStop)| match stop.kind
    {
        StopKind::Visit(visit) => Some((shift.index(), visit, stop.start)),
        StopKind::Pickup(_) | StopKind::Break(_) => None,
    };
    stops.filter_map(visit).collect()
}

fn assert_same(told: &Session, lived: &Session, what: &str) {
    let unproved = |plan: &Plan| Plan { bound: lived.plan().bound, ..plan.clone() };
    assert_eq!(served(told.plan()), served(lived.plan()), "{what}");
    assert_eq!(unproved(told.plan()).routes, lived.plan().routes, "{what}");
    assert_eq!(told.plan().score(), lived.plan().score(), "{what}");
    assert_eq!(told.paused(), lived.paused(), "{what}");
    assert_eq!(told.problem(), lived.problem(), "{what}");
    assert_eq!((told.now(), told.wishes()), (lived.now(), lived.wishes()), "{what}");
    let (again, before) = (told.standing(), lived.standing());
    if lived.wishes().changes_max.is_none() {
        // With a budget, what stands may have visits held.
        assert_eq!(again.problem, before.problem, "{what}");
    }
    assert_eq!(again.changes.visits.len(), before.changes.visits.len(), "{what}");
}

#[test]
fn a_day_told_again_stands_where_the_lived_one_stands() {
    let improving = SolveOptions { time_limit: None, iterations_max: Some(40), ..SolveOptions::default() };
    let (mut told, mut held) = (0, 0);
    for seed in 0..cases(120) as u64 {
        let shape = Shape { visits: 3..=10, shifts: 1..=4, ..Shape::default() };
        let (mut session, _) = Session::open(random_problem(seed, &shape), Time::ZERO).expect("sound");
        let begin = |session: &Session| {
            let (problem, paused) = (session.problem().clone(), session.paused().to_vec());
            Replay::begin(problem, paused, session.now(), session.wishes()).expect("it was sound")
        };
        let mut replay = begin(&session);
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for number in 0..12 {
            now += events.pause(40);
            let event = events.next(&session.day(), now);
            let changes_max = [None, None, Some(1)][number % 3];
            let before = session.plan().routes.clone();
            let wishes = Wishes { changes_max, ..Wishes::default() };
            let read = |_: usize, _: &Problem| -> Result<_, EngineError> { Ok(event.clone()) };
            if session.reassign(1, read, now, wishes).is_err() {
                continue;
            }
            replay.tell(&before, 1, read, now, wishes).expect("what was answered has happened");
            if number % 4 == 0 {
                session.improve(&improving, &Control::default(), &mut |_| {}).expect("no trouble");
            }
            // Written down as a whole it is the same, also for what comes later.
            if number == 7 {
                replay = begin(&session);
            }
            let again = replay.clone().end(session.plan().routes.clone()).expect("it was sound");
            assert_same(&again, &session, &format!("seed {seed}, step {number}: {event:?}"));
            told += 1;
            held += usize::from(changes_max.is_some());
        }
    }
    assert!(told > 500 && held > 150, "{told} told, {held} of them with a budget of changes");
}
