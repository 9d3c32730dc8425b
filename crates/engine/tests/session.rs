//! A day under way: whatever happens, a checked plan comes back, facts stay facts, and a session that has seen all events
//! stands where one stands that is opened on what is left of the day.

use journeyman_domain::{
    Bound, Call, Cost, Duration, Event, EventKind, Names, PinTarget, Place, PlaceId, Plan, Problem, Proof,
    Score, Shift, ShiftId, StopKind, Time, Unserved, Visit, VisitId,
};
use journeyman_engine::{
    Bent, Change, Control, EngineError, EventError, QuoteOptions, Reply, Session, SolveOptions, Wishes,
};
use journeyman_testkit::{
    ProblemBuilder, RandomEvents, Shape, TravelShape, assert_valid, brute, cases, random_problem,
};
use journeyman_travel::{Travel, TravelError};

const FREE: Wishes = Wishes { keep_plan: false, changes_max: None };

fn apply(session: &mut Session, event: &Event, wishes: Wishes) -> Result<Reply, EngineError> {
    session.reassign(1, |_, _| Ok(event.clone()), event.time, wishes)
}

/// Shift, visit and start of every served visit.
fn served(plan: &Plan) -> Vec<(usize, VisitId, Time)> {
    let mut served = Vec::new();
    for route in &plan.routes {
        for stop in &route.stops {
            if let StopKind::Visit(visit) = stop.kind {
                served.push((route.shift.index(), visit, stop.start));
            }
        }
    }
    served
}

/// What has happened by `now` is in the plan.
fn assert_facts_stay(problem: &Problem, plan: &Plan, seed: u64) {
    let served = served(plan);
    for shift in problem.shift_ids() {
        for stop in problem.shift(shift).frozen.iter().flat_map(|frozen| &frozen.stops) {
            let journeyman_domain::Stop::Visit(visit) = *stop else { continue };
            let start = problem.visit(visit).pin.and_then(|pin| pin.start);
            let stands = served
                .iter()
                .any(|&(on, what, at)| on == shift.index() && what == visit && Some(at) == start);
            assert!(stands, "seed {seed}: {visit:?} has begun on {shift:?}");
        }
    }
}

fn assert_pins_hold(problem: &Problem, plan: &Plan, seed: u64) {
    for (shift, visit, start) in served(plan) {
        let Some(pin) = problem.visit(visit).pin else { continue };
        let shift = &problem.shifts[shift];
        let holds = match pin.target {
            PinTarget::Shift(pinned) => problem.shift(pinned).label == shift.label,
            PinTarget::Technician(pinned) => pinned == shift.technician,
        };
        assert!(holds && pin.start.is_none_or(|pinned| pinned == start), "seed {seed}: {visit:?}");
    }
}

#[test]
fn whatever_happens_a_checked_plan_comes_back_and_equals_one_from_scratch() {
    let (mut answered, mut refused, mut bent) = (0, 0, 0);
    for seed in 0..cases(120) as u64 {
        let shape = Shape { visits: 3..=10, shifts: 1..=4, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for _ in 0..12 {
            now += events.pause(40);
            let (before, day) = (session.plan().clone(), session.day());
            let event = events.next(&day, now);
            match apply(&mut session, &event, FREE) {
                Ok(reply) => {
                    answered += 1;
                    bent += reply.bent.len();
                    assert_valid(&reply.problem);
                    assert_facts_stay(&reply.problem, &reply.plan, seed);
                    assert_pins_hold(&reply.problem, &reply.plan, seed);
                    let (twin, _) = Session::open(session.day(), now).expect("what is left is sound");
                    assert_eq!(twin.plan().score(), session.plan().score(), "seed {seed}: {event:?}");
                    assert_eq!(served(twin.plan()), served(session.plan()), "seed {seed}: {event:?}");
                }
                Err(EngineError::Event { .. }) => {
                    refused += 1;
                    assert_eq!(*session.plan(), before, "seed {seed}: refused, and nothing changed");
                }
                Err(error) => panic!("seed {seed}, {event:?}: {error}"),
            }
        }
    }
    assert!(
        answered > 500 && refused > 20 && bent > 10,
        "{answered} answered, {refused} refused, {bent} bent"
    );
}

#[test]
fn the_bound_that_outlives_events_is_never_above_the_optimum() {
    let (mut outlived, mut tight) = (0, 0);
    for seed in 0..cases(60) as u64 {
        let shape = Shape { visits: 4..=6, shifts: 1..=3, travel: TravelShape::Estimate, ..Shape::plain() };
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let options = SolveOptions { time_limit: None, iterations_max: Some(100), ..SolveOptions::default() };
        session.improve(&options, &Control::default(), &mut |_| {}).expect("no trouble");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for _ in 0..4 {
            now += events.pause(20);
            let event = events.next(&session.day(), now);
            let Ok(reply) = apply(&mut session, &event, FREE) else { continue };
            let travel = Travel::build(&reply.problem).expect("a valid problem");
            let least = brute::best_plan(&reply.problem, &travel).score();
            let bound = reply.plan.bound;
            assert!(bound.mandatory_unserved <= least.mandatory_unserved, "seed {seed}: {event:?}");
            if bound.mandatory_unserved == least.mandatory_unserved {
                assert!(bound.cost <= least.cost, "seed {seed}: {bound:?} above {least:?} after {event:?}");
            }
            outlived += usize::from(session.proved().is_some());
            tight += usize::from(bound.proof == Proof::ProvedOptimal);
        }
    }
    assert!(outlived > 30 && tight > 10, "{outlived} bounds outlived an event, {tight} still prove the plan");
}

#[test]
fn what_is_proved_between_events_holds_whatever_is_promised_or_held() {
    let improving = SolveOptions { time_limit: None, iterations_max: Some(60), ..SolveOptions::default() };
    // Such days are closed long before.
    let proving = SolveOptions { time_limit: Some(std::time::Duration::from_secs(60)), ..Default::default() };
    let (mut proved, mut outlived, mut raised) = (0, 0, 0);
    // On day 679 the free first answer moves one visit, and a plan that moves two is cheaper.
    for seed in (0..cases(40) as u64).chain([679]) {
        let shape = Shape { visits: 4..=6, shifts: 1..=3, travel: TravelShape::Estimate, ..Shape::plain() };
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for number in 0..4 {
            now += events.pause(20);
            let event = events.next(&session.day(), now);
            let changes_max = [None, Some(0), Some(1), None][number];
            let wishes = Wishes { changes_max, ..Wishes::default() };
            let Ok(reply) = apply(&mut session, &event, wishes) else { continue };
            let travel = Travel::build(&reply.problem).expect("a valid problem");
            let least = brute::best_plan(&reply.problem, &travel).score();
            let holds = |bound: Bound, least: Score| {
                bound.mandatory_unserved < least.mandatory_unserved
                    || bound.mandatory_unserved == least.mandatory_unserved && bound.cost <= least.cost
            };
            assert!(holds(reply.plan.bound, least), "seed {seed}: {:?} {least:?}", reply.plan.bound);
            outlived += usize::from(session.proved().is_some());
            session.improve(&improving, &Control::default(), &mut |_| {}).expect("no trouble");
            let before = session.plan().bound;
            let mut heard = 0;
            session
                .reprove(&proving, &Control::default(), &mut |session| {
                    heard += usize::from(session.proved().is_some());
                })
                .expect("no trouble");
            proved += heard;
            raised += usize::from(session.plan().bound != before);
            assert!(holds(session.plan().bound, least), "seed {seed}: {:?} {least:?}", session.plan().bound);
            // The day as it is with nobody held to anything.
            let none = |_: usize, _: &Problem| -> Result<Event, EngineError> { unreachable!("no event") };
            let free = session.clone().reassign(0, none, now, FREE).expect("nothing happens");
            let free_least = brute::best_plan(&free.problem, &travel).score();
            if let Some(bound) = session.proved() {
                assert!(holds(bound, free_least), "seed {seed}: {bound:?} above {free_least:?}");
            }
        }
    }
    assert!(proved > 30 && outlived > 10, "{proved} proofs, {outlived} outlived an event, {raised} helped");
}

#[test]
fn what_was_proved_with_a_break_does_not_outlive_the_time_of_the_break() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 400).pause(90, 100, 150);
    day.visit("a", (10, 0)).window(100, 200).duration(20).penalty(500);
    let (mut session, _) = Session::open(day.build(), Time::ZERO).expect("the day is sound");
    let options = SolveOptions { time_limit: None, iterations_max: Some(10), ..SolveOptions::default() };
    session.improve(&options, &Control::default(), &mut |_| {}).expect("no trouble");
    assert!(served(session.plan()).is_empty(), "the break leaves no time for the visit");
    assert_eq!(session.proved().map(|bound| bound.cost), Some(Cost::from_micros(500_000_000)));
    let none = |_: usize, _: &Problem| -> Result<Event, EngineError> { unreachable!("no event") };
    // Nobody has left by then, and the time of the break is over.
    let reply = session.reassign(0, none, Time::from_ticks(105), FREE).expect("time passes");
    assert_eq!(served(&reply.plan).len(), 1);
    assert_eq!(session.proved(), None);
}

#[test]
fn a_day_that_is_improved_between_events_and_keeps_its_promises_stays_sound() {
    let options = SolveOptions { time_limit: None, iterations_max: Some(60), ..SolveOptions::default() };
    let (mut improved, mut counted) = (0, 0);
    // On day 1279 a visit is reported to start after the clock began the one behind it, which ends sooner than planned.
    for seed in (0..cases(60) as u64).chain([1279]) {
        let shape = Shape { visits: 5..=12, shifts: 2..=4, ..Shape::default() };
        let problem = random_problem(seed, &shape);
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let (mut events, mut now) = (RandomEvents::new(seed), Time::ZERO);
        for number in 0..10 {
            now += events.pause(40);
            let event = events.next(&session.day(), now);
            let wishes =
                Wishes { changes_max: [None, None, Some(0), Some(1)][number % 4], ..Wishes::default() };
            let applied = match apply(&mut session, &event, wishes) {
                Ok(_) => true,
                Err(EngineError::Event { .. }) => false,
                Err(error) => panic!("seed {seed}, {event:?}: {error}"),
            };
            let before = session.plan().score();
            let reply = session.improve(&options, &Control::default(), &mut |_| {});
            let reply = reply.unwrap_or_else(|error| panic!("seed {seed}, after {event:?}: {error}"));
            assert!(reply.plan.score() <= before, "seed {seed}: worse after {event:?}");
            improved += usize::from(reply.plan.score() < before);
            assert_facts_stay(&reply.problem, &reply.plan, seed);
            // Nothing that could stay is forced elsewhere by such an event.
            let gentle =
                applied && matches!(event.kind, EventKind::CallReceived(_) | EventKind::Cancelled(_));
            if let Some(most) = wishes.changes_max.filter(|_| gentle && reply.repairs.is_empty()) {
                let visits = reply.changes.visits.iter();
                let noticed = visits.filter(|change| change.is_noticed() && change.cause.is_none());
                assert!(noticed.count() <= most, "seed {seed}: {event:?}: {:?}", reply.changes);
                counted += 1;
            }
        }
    }
    assert!(improved > 20 && counted > 20, "{improved} plans were improved, {counted} budgets counted");
}

#[test]
fn a_call_brings_its_own_ways_where_travel_is_a_matrix() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.visit("a", (10, 0));
    let before = day.build();
    let mut later = ProblemBuilder::new();
    later.technician("ana");
    later.shift("ana", 0, 500);
    later.visit("a", (10, 0));
    later.visit("b", (30, 0));
    let after = later.build();
    let call = Call {
        places: after.places[before.places.len()..].to_vec(),
        travel: Some(Box::new(after.travel.clone())),
        work_order: Some(after.work_orders[1].clone()),
        visits: vec![after.visits[1].clone()],
        ..Call::default()
    };
    let (mut session, _) = Session::open(before, Time::ZERO).expect("a sound day");
    let event = |call: Call| Event {
        label: "call".to_owned(),
        time: Time::ZERO,
        kind: EventKind::CallReceived(Box::new(call)),
    };
    // Without ways nobody can get there, and nothing has changed.
    let lost = apply(&mut session, &event(Call { travel: None, ..call.clone() }), FREE);
    assert!(matches!(lost, Err(EngineError::Event { .. })), "{lost:?}");
    assert_eq!(session.problem().visits.len(), 1);
    let reply = apply(&mut session, &event(call), FREE).expect("the ways are known");
    let route = &reply.plan.routes[0];
    assert_eq!((route.stops.len(), route.return_time - route.departure), (2, Duration::from_ticks(80)));
}

#[test]
fn who_is_done_and_drives_home_is_given_work_from_where_he_was_seen() {
    let mut day = ProblemBuilder::new();
    day.horizon(30_000).estimate(36_000, 1_000);
    day.technician("ana");
    day.shift("ana", 0, 20_000).visits_max(2);
    day.visit("near", (1_000, 0)).window(100, 5_000).duration(600).penalty(500);
    day.visit("far", (9_000, 0)).window(25_000, 26_000).duration(600).penalty(1);
    let problem = day.build();
    let (open, _) = Session::open(problem.clone(), Time::ZERO).expect("the day is sound");
    let [near, far] = [0, 1].map(|visit: usize| problem.places[problem.visits[visit].place.index()].clone());
    let located = |place: &Place, at: i64| Event {
        label: format!("seen at {at}"),
        time: Time::from_ticks(at),
        kind: EventKind::TechnicianLocated {
            technician: problem.shifts[0].technician,
            point: place.point.expect("travel is estimated"),
        },
    };
    let call = |session: &Session| {
        let day = session.problem();
        let windows = vec![day.horizon_window()];
        let noun = Visit { label: "call".to_owned(), windows, ..day.visits[1].clone() };
        let penalty = Cost::from_micros(90_000_000_000);
        Call { visits: vec![Visit { unserved: Unserved::Penalty(penalty), ..noun }], ..Call::default() }
    };
    // When the work of a call that comes at 3,000 starts, and for what price it was quoted.
    let answered = |mut session: Session| {
        let (now, call) = (Time::from_ticks(3_000), call(&session));
        let options = QuoteOptions { widths: vec![Duration::from_ticks(7_200)], ..QuoteOptions::default() };
        let read = |_: &Problem| Ok::<_, EngineError>(call.clone());
        let price = session
            .quote(now, read, &options, |_, _, quotes| {
                quotes.quotes.iter().map(|quote| quote.marginal_cost).min()
            })
            .expect("an answer");
        let before =
            session.clone().reassign(0, |_, _| -> Result<_, EngineError> { unreachable!() }, now, FREE);
        let kind = EventKind::CallReceived(Box::new(call));
        let reply = apply(&mut session, &Event { label: "call".to_owned(), time: now, kind }, FREE);
        let (before, reply) = (before.expect("time passes"), reply.expect("it can happen"));
        let served = served(&reply.plan);
        let id = reply.problem.visit_ids().find(|&id| reply.problem.visit(id).label == "call").expect("it");
        let start = served.iter().find(|(_, visit, _)| *visit == id).expect("it is served").2;
        let call_cost = reply.plan.cost.total() - before.plan.cost.total();
        assert_eq!(price, Some(call_cost), "what was quoted is what it costs");
        start
    };
    // Without a word he goes on from where he was served.
    let mut unseen = open.clone();
    apply(&mut unseen, &located(&near, 2_000), FREE).expect("it can happen");
    assert_eq!(unseen.problem().visits.len(), 2, "he stands where he was served");
    let mut busy = open.clone();
    apply(&mut busy, &located(&far, 400), FREE).expect("it can happen");
    assert_eq!(busy.problem().visits.len(), 2, "by what is known he works");
    assert!(answered(unseen) > Time::from_ticks(3_700));

    let mut seen = open.clone();
    apply(&mut seen, &located(&near, 1_500), FREE).expect("it can happen");
    let reply = apply(&mut seen, &located(&far, 2_000), FREE).expect("it can happen");
    assert_facts_stay(&reply.problem, &reply.plan, 0);
    let stop = &seen.problem().visits[2];
    assert!(stop.label.starts_with("ana's position ") && stop.duration == Duration::ZERO, "{stop:?}");
    let (twin, _) = Session::open(seen.day(), Time::from_ticks(2_000)).expect("what is left is sound");
    assert_eq!(twin.plan().score(), seen.plan().score());
    assert_eq!(answered(seen.clone()), Time::from_ticks(3_000), "he is there already");
    // Seen again, he is somewhere else: the stop moves.
    apply(&mut seen, &located(&near, 2_900), FREE).expect("it can happen");
    assert_eq!(seen.problem().visits.len(), 3);
    assert!(answered(seen) > Time::from_ticks(3_700));
}

/// The horizon of 1,000 ends in the middle of the work: he is done at 1,400 and home at 1,410.
#[test]
fn work_that_goes_on_behind_the_horizon_is_believed_and_what_has_passed_stays_passed() {
    let mut day = ProblemBuilder::new();
    day.horizon(1_000);
    for name in ["ana", "ben"] {
        day.technician(name);
        day.shift(name, 0, 900);
    }
    let long = day.visit("long", (10, 0)).window(500, 600).duration(100).penalty(500).id();
    day.visit("missed", (10, 0)).window(100, 100).duration(700).penalty(1);
    let (mut session, _) = Session::open(day.build(), Time::ZERO).expect("the day is sound");
    let on = served(session.plan()).iter().find(|(_, visit, _)| *visit == long).expect("it is served").0;
    let ends = |at: i64, end: i64| {
        let kind = EventKind::VisitEnds { visit: long, end: Time::from_ticks(end) };
        Event { label: format!("end at {end}"), time: Time::from_ticks(at), kind }
    };
    let reply = apply(&mut session, &ends(610, 1_400), FREE).expect("a fact is a fact");
    assert_valid(&reply.problem);
    assert_facts_stay(&reply.problem, &reply.plan, 0);
    let route = reply.plan.routes.iter().find(|route| route.shift.index() == on).expect("he works");
    let home = Time::from_ticks(1_410);
    assert_eq!(route.return_time, home);
    // Nobody would have been given work that lasts so long.
    let shift = ShiftId::new(on);
    let gave_way = [Bent::Law(shift, long), Bent::ShiftEnd(shift, home)];
    assert_eq!(reply.bent, gave_way);
    assert_eq!(reply.problem.horizon_window().end, home, "as far as it takes");
    assert_eq!(session.problem().horizon_window().end, Time::from_ticks(1_000), "the day's own stays");
    let missed = reply.plan.unassigned.iter().map(|left| reply.problem.visit(left.visit).label.as_str());
    assert_eq!(missed.collect::<Vec<_>>(), ["missed"], "its window is not behind the longer horizon");

    // He corrects himself, and the horizon is as before.
    let reply = apply(&mut session, &ends(620, 700), FREE).expect("a fact is a fact");
    assert_eq!((reply.bent, reply.problem.horizon_window().end), (Vec::new(), Time::from_ticks(1_000)));
    let improved = session.improve(
        &SolveOptions { time_limit: None, iterations_max: Some(10), ..SolveOptions::default() },
        &Control::default(),
        &mut |_| {},
    );
    assert_valid(&improved.expect("no trouble").problem);
}

#[test]
fn a_known_place_that_travel_has_no_way_to_is_refused_by_name_and_nothing_changes() {
    for (travel, expected) in [
        (TravelShape::Estimate, TravelError::NoPoint { place: "nowhere".to_owned() }),
        (TravelShape::Matrix, TravelError::NotInMatrix { place: "nowhere".to_owned() }),
    ] {
        let mut problem = random_problem(7, &Shape { visits: 3..=5, travel, ..Shape::plain() });
        // Nothing is there yet, so it needs no coordinates.
        let nowhere = PlaceId::new(problem.places.len());
        problem.places.push(Place { label: "nowhere".to_owned(), point: None });
        let (mut session, _) = Session::open(problem.clone(), Time::ZERO).expect("the day is sound");
        let visit = Visit { label: "new".to_owned(), place: nowhere, ..problem.visits[0].clone() };
        let shift = Shift { start_place: nowhere, ..problem.shifts[0].clone() };
        let call = Call { visits: vec![visit.clone()], ..Call::default() };
        let changed = EventKind::ShiftChanged { shift: Box::new(shift), replaces: Some(ShiftId::new(0)) };
        let before = session.plan().clone();
        for kind in [EventKind::CallReceived(Box::new(call.clone())), changed] {
            let event = Event { label: "event".to_owned(), time: Time::ZERO, kind };
            let refused = apply(&mut session, &event, FREE).expect_err("nobody gets there");
            let EngineError::Event { reason, .. } = &refused else { panic!("{refused}") };
            assert_eq!(*reason, EventError::Travel(expected.clone()));
            assert_eq!(*session.plan(), before);
        }
        let noun = Box::new(Visit { label: problem.visits[0].label.clone(), ..visit });
        let change = Change::Visit { visit: VisitId::new(0), noun, names: Names::default() };
        let read = |_: usize, _: &Problem| Ok::<_, EngineError>(change.clone());
        let refused = session.branch(1, read, Time::ZERO, FREE).err().expect("nobody gets there");
        assert!(refused.to_string().contains("nowhere"), "{refused}");
        let options = QuoteOptions { widths: vec![Duration::from_ticks(60)], ..QuoteOptions::default() };
        let quoted = session.quote(Time::ZERO, |_| Ok::<_, EngineError>(call), &options, |_, _, _| ());
        assert!(matches!(quoted, Err(EngineError::Travel(error)) if error == expected));
    }
}

#[test]
fn who_drives_to_a_warehouse_does_not_leave_it_before_he_is_there() {
    let mut day = ProblemBuilder::new();
    day.technician("ana");
    day.shift("ana", 0, 500);
    day.pickup("depot", (50, 0)).lends("lift");
    day.visit("a", (10, 0));
    let before = day.build();
    let (mut session, _) = Session::open(before, Time::ZERO).expect("a sound day");
    // Done at 20; a call at 40 sends her to the warehouse, where she is at 80 and done at 85.
    let mut later = ProblemBuilder::new();
    later.technician("ana");
    later.shift("ana", 0, 500);
    later.pickup("depot", (50, 0)).lends("lift");
    later.visit("a", (10, 0));
    later.visit("b", (50, 10)).tool("lift");
    let after = later.build();
    let call = Call {
        places: after.places[3..].to_vec(),
        travel: Some(Box::new(after.travel.clone())),
        work_order: Some(after.work_orders[1].clone()),
        visits: vec![after.visits[1].clone()],
        ..Call::default()
    };
    let kind = EventKind::CallReceived(Box::new(call));
    let event = Event { label: "call".to_owned(), time: Time::from_ticks(40), kind };
    apply(&mut session, &event, FREE).expect("there is time");
    // On the way: whatever is answered now, she leaves the warehouse at 85 at the earliest.
    let nothing = |_: usize, _: &Problem| -> Result<Event, EngineError> { unreachable!("no event") };
    let reply = session.reassign(0, nothing, Time::from_ticks(45), FREE).expect("nothing happened");
    let stops = &reply.plan.routes[0].stops;
    assert_eq!(stops.len(), 3, "{stops:?}");
    assert_eq!(stops[2].leg.departure, Time::from_ticks(85));
}
