//! What each change is worth: the plan without it, found by solving again, against brute force on small days.

use journeyman_domain::{
    Cost, Duration, Event, EventKind, Pin, PinTarget, Plan, Problem, StopKind, Time, TimeWindow, VisitId,
};
use journeyman_engine::{
    ChangeKind, Control, EngineError, Resolved, Session, SolveOptions, VisitChange, Wishes,
};
use journeyman_testkit::{ProblemBuilder, RandomEvents, Shape, brute, cases, random_problem};
use journeyman_travel::Travel;

fn by_count(iterations: u64) -> SolveOptions {
    SolveOptions { time_limit: None, iterations_max: Some(iterations), ..SolveOptions::default() }
}

/// The day of an answer in which one change is undone, said once more in the words of the domain.
fn undone(problem: &Problem, change: &VisitChange) -> Option<Problem> {
    let before = change.before?;
    let mut problem = problem.clone();
    let noun = &mut problem.visits[change.visit.index()];
    let bound_elsewhere = noun.pin.is_some_and(|pin| match pin.target {
        PinTarget::Shift(shift) => shift != before.shift,
        PinTarget::Technician(technician) => technician != problem.shifts[before.shift.index()].technician,
    });
    if bound_elsewhere {
        return None;
    }
    let start = noun.pin.and_then(|pin| pin.start);
    if change.kind == ChangeKind::TimeMoved {
        let told = change.told.expect("a window was missed");
        noun.windows.retain_mut(|window| match window.intersection(&told) {
            Some(inside) => {
                *window = inside;
                true
            }
            None => false,
        });
        if noun.windows.is_empty() || start.is_some_and(|start| !told.contains(start)) {
            return None;
        }
    }
    noun.pin = Some(Pin { target: PinTarget::Shift(before.shift), start });
    Some(problem)
}

fn serves(plan: &Plan, visit: VisitId) -> bool {
    plan.routes.iter().flat_map(|route| &route.stops).any(|stop| stop.kind == StopKind::Visit(visit))
}

#[test]
fn solved_again_without_a_change_a_small_day_costs_what_brute_force_says() {
    let (mut dearer, mut needed, mut below_insertion, mut exact) = (0, 0, 0, 0);
    for seed in 0..cases(150) as u64 {
        let shape = Shape { visits: 3..=6, shifts: 2..=3, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for _ in 0..3 {
            now += events.pause(40);
            let event = events.next(&session.day(), now);
            let applied =
                session.reassign(1, |_, _| Ok::<_, EngineError>(event.clone()), now, Wishes::default());
            let Ok(_) = applied else { continue };
            session.improve(&by_count(60), &Control::default(), &mut |_| {}).expect("no trouble");
            let (reply, before) = (session.standing(), session.plan().clone());
            let changes = session.weighed(None, &by_count(150), &Control::default()).expect("no trouble");
            assert_eq!(*session.plan(), before, "seed {seed}: the session stays as it is");
            let (score, cost) = (reply.plan.score(), reply.plan.cost.total());
            for (change, plain) in changes.visits.iter().zip(&reply.changes.visits) {
                assert_eq!(VisitChange { resolved: None, ..*change }, *plain, "seed {seed}");
                assert_eq!(change.resolved.is_some(), change.is_noticed(), "seed {seed}");
                let Some(resolved) = change.resolved else { continue };
                let best = undone(&reply.problem, change).map(|day| {
                    let travel = Travel::build(&day).expect("a valid problem");
                    brute::best_plan(&day, &travel)
                });
                let best = best
                    .filter(|best| serves(best, change.visit))
                    .filter(|best| best.mandatory_unserved <= score.mandatory_unserved);
                let label = format!("seed {seed}, {event:?}: {change:?}");
                match (resolved, best) {
                    (Resolved::Needed { .. }, None) => needed += 1,
                    (Resolved::ServesMore, Some(best)) => {
                        assert!(best.mandatory_unserved < score.mandatory_unserved, "{label}");
                    }
                    (Resolved::Costs { more, at_least }, Some(best)) => {
                        assert_eq!(best.mandatory_unserved, score.mandatory_unserved, "{label}");
                        let true_saving = best.cost.total() - cost;
                        assert_eq!(more, true_saving, "{label}");
                        assert!(at_least.is_none_or(|least| least <= true_saving), "{label}");
                        exact += usize::from(at_least == Some(more));
                        dearer += usize::from(more > Cost::ZERO);
                        below_insertion += usize::from(change.saving.is_some_and(|saving| more < saving));
                        assert!(change.saving.is_none_or(|saving| more <= saving), "{label}");
                    }
                    (resolved, best) => panic!("{label}: {resolved:?}, {:?}", best.map(|b| b.score())),
                }
            }
        }
    }
    assert!(
        dearer > 20 && needed > 20 && below_insertion > 0 && exact > 20,
        "{dearer} dearer, {needed} needed, {below_insertion} below the price by insertion, {exact} proved"
    );
}

/// Two technicians with a visit each; then the first is out, and the second takes both.
fn swapped() -> Session {
    let mut day = ProblemBuilder::new();
    for name in ["ana", "bo"] {
        day.technician(name);
        day.shift(name, 0, 400);
    }
    day.visit("a", (10, 0)).duration(60).penalty(500).prefers("ana", 100);
    day.visit("b", (50, 0)).duration(20).penalty(500).excludes("ana");
    let (mut session, _) = Session::open(day.build(), Time::ZERO).expect("the day is sound");
    let options = by_count(50);
    session.improve(&options, &Control::default(), &mut |_| {}).expect("no trouble");
    let sick = Event {
        label: "sick".to_owned(),
        time: Time::ZERO,
        kind: EventKind::SickOut {
            technician: session.problem().shifts[0].technician,
            shift: None,
            from: None,
        },
    };
    session
        .reassign::<EngineError>(1, |_, _| Ok(sick.clone()), sick.time, Wishes::default())
        .expect("it can happen");
    session
}

#[test]
fn a_change_that_a_fact_forces_is_proved_to_be_needed() {
    let session = swapped();
    let changes = session.weighed(None, &by_count(20), &Control::default()).expect("no trouble");
    let [change, behind] = &changes.visits[..] else { panic!("two changes: {changes:?}") };
    assert_eq!((change.kind, change.cause), (ChangeKind::TechnicianSwapped, Some(0)));
    assert_eq!(change.resolved, Some(Resolved::Needed { proved: true }), "ana is out");
    // What is pushed behind it could have stayed, for money.
    assert_eq!((behind.kind, behind.is_missed, behind.cause), (ChangeKind::TimeMoved, true, None));
    let Some(Resolved::Costs { more, at_least }) = behind.resolved else { panic!("{behind:?}") };
    assert!(more > Cost::ZERO && at_least == Some(more), "{behind:?}");
}

#[test]
fn only_the_changes_asked_for_are_solved_without_and_none_where_there_is_no_time() {
    let session = swapped();
    let [first, second] = [0, 1].map(|at| session.standing().changes.visits[at].visit);
    let one = session.weighed(Some(&[second]), &by_count(20), &Control::default()).expect("no trouble");
    assert_eq!([0, 1].map(|at| one.visits[at].resolved.is_some()), [false, true], "{one:?}");
    let no_time = SolveOptions { time_limit: Some(std::time::Duration::ZERO), ..SolveOptions::default() };
    let changes = session.weighed(Some(&[first]), &no_time, &Control::default()).expect("no trouble");
    assert_eq!(changes.visits[0].resolved, Some(Resolved::NotReached));
}

#[test]
fn whoever_goes_away_gets_no_savings() {
    let control = Control::default();
    control.cancel();
    let refused = swapped().weighed(None, &by_count(1_000_000), &control);
    assert!(matches!(refused, Err(EngineError::Cancelled)), "{refused:?}");
}

#[test]
fn the_same_iterations_give_the_same_savings() {
    let shape = Shape { visits: 6..=9, shifts: 2..=3, ..Shape::default() };
    let mut weighed = 0;
    for seed in 0..cases(12) as u64 {
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for _ in 0..4 {
            now += events.pause(40);
            let event = events.next(&session.day(), now);
            let applied =
                session.reassign(1, |_, _| Ok::<_, EngineError>(event.clone()), now, Wishes::default());
            let Ok(_) = applied else { continue };
            let weigh = || session.weighed(None, &by_count(40), &Control::default()).expect("no trouble");
            let (first, second) = (weigh(), weigh());
            assert_eq!(first, second, "seed {seed}: {event:?}");
            weighed += first.visits.iter().filter(|change| change.resolved.is_some()).count();
        }
    }
    assert!(weighed > 5, "{weighed} changes only");
}

#[test]
fn a_window_that_was_missed_is_priced_by_keeping_it() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 600);
    day.visit("a", (10, 0)).window(10, 400).duration(30).penalty(500).promise(10, 50);
    let mut problem = day.build();
    problem.rates.promise_moved = Cost::from_micros(1_000_000);
    let (mut session, _) = Session::open(problem, Time::ZERO).expect("the day is sound");
    let urgent = session.problem().clone();
    let mut noun = urgent.visits[0].clone();
    noun.label = "urgent".to_owned();
    noun.windows = vec![TimeWindow { start: Time::from_ticks(10), end: Time::from_ticks(30) }];
    noun.duration = Duration::from_ticks(50);
    noun.promise = None;
    let call = Event {
        label: "call".to_owned(),
        time: Time::ZERO,
        kind: EventKind::CallReceived(Box::new(journeyman_domain::Call {
            visits: vec![noun],
            ..journeyman_domain::Call::default()
        })),
    };
    session
        .reassign::<EngineError>(1, |_, _| Ok(call.clone()), Time::ZERO, Wishes::default())
        .expect("it can happen");
    session.improve(&by_count(50), &Control::default(), &mut |_| {}).expect("no trouble");
    let changes = session.weighed(None, &by_count(50), &Control::default()).expect("no trouble");
    let moved = changes.visits.iter().find(|change| change.kind == ChangeKind::TimeMoved);
    let moved = moved.unwrap_or_else(|| panic!("the promise is moved: {changes:?}"));
    assert!(moved.is_missed && moved.saving.is_none(), "{moved:?}");
    // Kept, the promise leaves no room for the call, whose penalty is paid instead.
    let Some(Resolved::Costs { more, at_least }) = moved.resolved else { panic!("{moved:?}") };
    assert!(more > Cost::from_micros(400_000_000) && at_least == Some(more), "{moved:?}");
}
