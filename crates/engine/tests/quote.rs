//! Quotes are honest: whoever takes one is served in its window for no more than what was said, and where no window is
//! quoted none could be.

use std::collections::BTreeMap;

use journeyman_domain::{
    Call, Cost, Duration, Event, EventKind, PlaceId, Plan, Problem, Promise, Refusal, ShiftId, Stop,
    StopKind, Time, TimeWindow, Unserved, Visit, VisitId, WorkOrderId,
};
use journeyman_engine::{
    Control, EngineError, Quote, QuoteOptions, Quotes, Reply, Session, SolveOptions, Wishes,
};
use journeyman_plan::offered_windows;
use journeyman_testkit::{Shape, TravelShape, brute, cases, random_problem};
use journeyman_travel::Travel;

/// Everything but stocks that routes share: of those only the cheapest place in a route is asked.
fn shape() -> Shape {
    Shape { visits: 3..=7, shifts: 1..=4, pickups_max: 0, parts: false, pins: false, ..Shape::default() }
}

/// A day under way without one of its visits, and the call that brings it.
struct Day {
    seed: u64,
    session: Session,
    call: Call,
    now: Time,
}

impl Day {
    fn random(seed: u64, shape: &Shape) -> Self {
        let mut problem = random_problem(seed, shape);
        let visit = VisitId::new(usize::try_from(seed).expect("a small seed") % problem.visits.len());
        let mut noun = problem.visit(visit).clone();
        problem.remove_visit(visit);
        (noun.label, noun.promise, noun.pin) = ("the call".to_owned(), None, None);
        noun.work_order = WorkOrderId::new(problem.work_orders.len());
        let mut places = Vec::new();
        if seed.is_multiple_of(3) && problem.place(noun.place).point.is_some() {
            // A place that the day does not know.
            let mut place = problem.place(noun.place).clone();
            place.label = "somewhere else".to_owned();
            if matches!(problem.travel, journeyman_domain::TravelSpec::Estimate(_)) {
                noun.place = PlaceId::new(problem.places.len());
                places.push(place);
            }
        }
        let call = Call { places, work_order: Some("WO".to_owned()), visits: vec![noun], ..Call::default() };
        let (mut session, _) = Session::open(problem, Time::ZERO).expect("random days are sound");
        let options = SolveOptions { time_limit: None, iterations_max: Some(50), ..SolveOptions::default() };
        session.improve(&options, &Control::default(), &mut |_| {}).expect("no trouble");
        let now = Time::from_ticks(if seed.is_multiple_of(2) { 0 } else { 150 });
        Self { seed, session, call, now }
    }

    fn quote(&self, options: &QuoteOptions) -> Quotes {
        let read = |_: &Problem| Ok::<_, EngineError>(self.call.clone());
        self.session.quote(self.now, read, options, |_, _, quotes| quotes.clone()).expect("quoted")
    }

    /// The answer to nothing at all: what quotes compare with.
    fn as_it_is(&self) -> Reply {
        let none = |_: usize, _: &Problem| -> Result<Event, EngineError> { unreachable!("no event") };
        self.session
            .clone()
            .reassign(0, none, self.now, Wishes::default())
            .unwrap_or_else(|error| panic!("seed {}: {error}", self.seed))
    }

    /// The answer to the call with its visit promised in a window.
    fn in_window(&self, window: TimeWindow) -> Reply {
        let mut call = self.call.clone();
        let noun = &mut call.visits[0];
        noun.windows = noun.windows.iter().filter_map(|own| own.intersection(&window)).collect();
        noun.promise = Some(Promise { window, technician: None, announced: false });
        noun.unserved = Unserved::Mandatory;
        let kind = EventKind::CallReceived(Box::new(call));
        let event = Event { label: "the call".to_owned(), time: self.now, kind };
        let read = |_: usize, _: &Problem| Ok::<_, EngineError>(event.clone());
        self.session.clone().reassign(1, read, self.now, Wishes::default()).expect("a call may come")
    }

    fn noun(&self) -> &Visit {
        &self.call.visits[0]
    }
}

fn sequences(plan: &Plan) -> BTreeMap<ShiftId, Vec<Stop>> {
    let stops = |route: &journeyman_domain::PlannedRoute| {
        let stop = |stop: &journeyman_domain::PlannedStop| match stop.kind {
            StopKind::Visit(visit) => Some(Stop::Visit(visit)),
            StopKind::Pickup(pickup) => Some(Stop::Pickup(pickup)),
            StopKind::Break(_) => None,
        };
        route.stops.iter().filter_map(stop).collect()
    };
    plan.routes.iter().map(|route| (route.shift, stops(route))).collect()
}

/// What brute force says a sequence costs; none when it breaks a rule.
fn cost(problem: &Problem, travel: &Travel, shift: ShiftId, stops: &[Stop]) -> Option<Cost> {
    if stops.is_empty() {
        return Some(Cost::ZERO);
    }
    let lawful = |stop: &Stop| !matches!(stop, Stop::Visit(id) if brute::forbidden(problem, shift, *id));
    let alone = stops.iter().all(lawful) && brute::fits_van(problem, shift, stops);
    alone.then(|| brute::best_schedule(problem, travel, shift, stops))?.map(|route| route.total())
}

/// The least that putting the last visit of a day into one of these routes adds, by trying every position.
fn cheapest(problem: &Problem, routes: &BTreeMap<ShiftId, Vec<Stop>>) -> BTreeMap<ShiftId, Cost> {
    let travel = Travel::build(problem).expect("random days have travel");
    let visit = VisitId::new(problem.visits.len() - 1);
    let mut cheapest = BTreeMap::new();
    for shift in problem.shift_ids() {
        let stops = routes.get(&shift).cloned().unwrap_or_default();
        let Some(before) = cost(problem, &travel, shift, &stops) else { continue };
        let frozen = problem.shift(shift).frozen.as_ref().map_or(0, |frozen| frozen.stops.len());
        let costs = (frozen..=stops.len()).filter_map(|at| {
            let mut with = stops.clone();
            with.insert(at, Stop::Visit(visit));
            cost(problem, &travel, shift, &with)
        });
        cheapest.extend(costs.min().map(|cost| (shift, cost - before)));
    }
    cheapest
}

fn options() -> QuoteOptions {
    QuoteOptions {
        widths: vec![Duration::from_ticks(60), Duration::from_ticks(100)],
        quotes_max: 10_000,
        ..QuoteOptions::default()
    }
}

/// Every window that could be quoted.
fn windows(day: &Day, options: &QuoteOptions) -> Vec<TimeWindow> {
    let reply = day.in_window(day.session.problem().horizon_window());
    let problem = &reply.problem;
    let ahead = TimeWindow { start: day.now.max(Time::ZERO), end: problem.horizon_window().end };
    let open = problem.start_windows(VisitId::new(problem.visits.len() - 1));
    let open: Vec<TimeWindow> = open.iter().filter_map(|window| window.intersection(&ahead)).collect();
    offered_windows(problem, &open, &options.widths)
}

#[test]
fn a_window_is_quoted_at_the_price_of_its_cheapest_insertion_and_only_where_there_is_one() {
    let (mut quoted, mut impossible, mut frozen) = (0, 0, 0);
    for seed in 0..cases(150) as u64 {
        let day = Day::random(seed, &shape());
        let as_it_is = day.as_it_is();
        if !as_it_is.repairs.is_empty() || !as_it_is.bent.is_empty() {
            continue;
        }
        let routes = sequences(day.session.plan());
        let Quotes { quotes, refusals } = day.quote(&options());
        let mut can_come = vec![false; as_it_is.problem.technicians.len()];
        for window in windows(&day, &options()) {
            let problem = day.in_window(window).problem;
            let by_shift = cheapest(&problem, &routes);
            let least = by_shift.values().min();
            let quote = quotes.iter().find(|quote| quote.window == window);
            let told = quote.map(|quote| quote.marginal_cost);
            assert_eq!(told, least.copied(), "seed {seed}: {window:?} {quote:?} {by_shift:?}");
            if let Some(quote) = quote {
                assert_eq!(by_shift.get(&quote.shift), least, "seed {seed}: {quote:?}");
                assert!(window.contains(quote.start), "seed {seed}: {quote:?}");
                quoted += 1;
            } else {
                impossible += 1;
            }
            by_shift.keys().for_each(|shift| can_come[problem.shift(*shift).technician.index()] = true);
        }
        for (at, can_come) in can_come.into_iter().enumerate() {
            let technician =
                |refusal: &&Refusal| as_it_is.problem.shift(refusal.shift()).technician.index() == at;
            let works = as_it_is.problem.shifts.iter().any(|shift| shift.technician.index() == at);
            let reasons = refusals.iter().filter(technician).count();
            assert_eq!(reasons == 0, can_come || !works, "seed {seed}: technician {at}: {refusals:?}");
        }
        frozen += usize::from(as_it_is.problem.shifts.iter().any(|shift| shift.frozen.is_some()));
    }
    assert!(quoted > 500 && impossible > 500 && frozen > 20, "{quoted} {impossible} {frozen}");
}

#[test]
fn whoever_takes_a_quote_is_served_in_its_window_for_no_more_than_what_was_said() {
    let mut taken = 0;
    for seed in 1_000..1_000 + cases(100) as u64 {
        let day = Day::random(seed, &Shape { pins: true, pickups_max: 2, parts: true, ..shape() });
        let as_it_is = day.as_it_is();
        if sequences(&as_it_is.plan) != sequences(day.session.plan()) {
            // The time that has passed makes the next answer another one anyway.
            continue;
        }
        let before = as_it_is.plan.score();
        let unserved =
            |plan: &Plan| plan.unassigned.iter().map(|left_out| left_out.visit).collect::<Vec<_>>();
        for quote in day.quote(&options()).quotes.iter().step_by(3) {
            let reply = day.in_window(quote.window);
            let visit = VisitId::new(reply.problem.visits.len() - 1);
            let stops = reply.plan.routes.iter().flat_map(|route| &route.stops);
            let mut stops = stops.filter(|stop| stop.kind == StopKind::Visit(visit));
            let stop = stops.next().unwrap_or_else(|| panic!("seed {seed}: {quote:?} is not kept"));
            assert!(quote.window.contains(stop.start), "seed {seed}: {quote:?} {stop:?}");
            assert!(unserved(&reply.plan).len() <= unserved(&as_it_is.plan).len(), "seed {seed}: {quote:?}");
            let after = reply.plan.score();
            assert!(after.mandatory_unserved <= before.mandatory_unserved, "seed {seed}: {quote:?}");
            assert!(
                after.cost <= before.cost + quote.marginal_cost,
                "seed {seed}: {quote:?} {after:?} {before:?}"
            );
            taken += 1;
        }
    }
    assert!(taken > 300, "{taken}");
}

#[test]
fn quotes_are_ranked_cut_and_kept_apart_by_what_is_asked() {
    let mut compared = 0;
    for seed in 2_000..2_000 + cases(60) as u64 {
        let shape = Shape { travel: TravelShape::Estimate, ..shape() };
        let day = Day::random(seed, &shape);
        let all = day.quote(&options()).quotes;
        let shift = |quote: &Quote| day.session.problem().shift(quote.shift).window;
        let rank = |quote: &Quote| {
            let width = quote.window.end - quote.window.start;
            let worked = quote.window.intersection(&shift(quote)).expect("he comes");
            let idle = width - (worked.end - worked.start);
            (quote.marginal_cost, std::cmp::Reverse(quote.probability_permille), idle, width)
        };
        assert!(all.is_sorted_by_key(rank), "seed {seed}: {all:?}");
        let few = day.quote(&QuoteOptions { quotes_max: 3, ..options() }).quotes;
        assert_eq!(few, all[..all.len().min(3)], "seed {seed}: the first ones");
        let sure = day.quote(&QuoteOptions { on_time_permille_min: 950, ..options() }).quotes;
        assert!(sure.iter().all(|quote| quote.probability_permille >= 950), "seed {seed}: {sure:?}");
        let kept = all.iter().filter(|quote| quote.probability_permille >= 950);
        assert!(kept.clone().all(|quote| sure.contains(quote)), "seed {seed}: {sure:?}");
        let within = TimeWindow { start: Time::from_ticks(200), end: Time::from_ticks(400) };
        let inside = day.quote(&QuoteOptions { within: Some(within), ..options() }).quotes;
        let is_inside = |quote: &Quote| {
            quote.window.intersection(&within) == Some(quote.window)
                && day.noun().windows.iter().any(|own| own.intersection(&quote.window) == Some(quote.window))
        };
        assert!(inside.iter().all(is_inside), "seed {seed}: {inside:?}");
        compared += few.len() + sure.len() + inside.len();
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn asking_changes_nothing_and_is_answered_the_same_again() {
    for seed in 3_000..3_000 + cases(20) as u64 {
        let shape = Shape { travel: TravelShape::Estimate, ..shape() };
        let (day, other) = (Day::random(seed, &shape), Day::random(seed + 1, &shape));
        let before = day.session.plan().clone();
        let first = day.quote(&options());
        // Another call takes its place in between, under other words.
        let mut stranger = other.call.clone();
        let noun = &mut stranger.visits[0];
        noun.place = PlaceId::new(day.session.problem().places.len());
        noun.permits.clear();
        noun.requirement = journeyman_domain::Requirement::default();
        noun.excluded.clear();
        noun.allowed.clear();
        noun.preferred.clear();
        noun.jurisdiction = None;
        let point = other.session.problem().places[0].point;
        stranger.places = vec![journeyman_domain::Place { label: "far".to_owned(), point }];
        let read = |_: &Problem| Ok::<_, EngineError>(stranger);
        day.session.quote(day.now, read, &options(), |_, _, _| ()).expect("quoted");
        assert_eq!(day.quote(&options()), first, "seed {}", day.seed);
        assert_eq!(*day.session.plan(), before, "seed {}", day.seed);
    }
}
