//! Quoted probabilities come true: windows are taken at random, promised, and the day is let turn out by the day runner,
//! which shares no code with what states them.

use journeyman_domain::{
    Call, Duration, Event, EventKind, Problem, Promise, StopKind, Time, TimeWindow, Unserved, VisitId,
    WorkOrderId,
};
use journeyman_engine::{EngineError, Quote, QuoteOptions, Reply, Session, Wishes};
use journeyman_sim::calibration::Reliability;
use journeyman_sim::day_runner::{Truth, run_day};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use journeyman_testkit::cases;

const HOUR: i64 = 3_600;
/// How often each plan is let turn out.
const DRAWS: u64 = 40;

/// A day with some room, and a call for work like that of its first visit, at any time.
fn day(seed: u64) -> (Session, Call) {
    let problem = reference_day(5, 16, seed, Town::StGeorge).expect("within the limits").problem;
    let mut visit = problem.visits[0].clone();
    (visit.label, visit.work_order) = ("the call".to_owned(), WorkOrderId::new(problem.work_orders.len()));
    (visit.windows, visit.duration) = (vec![problem.horizon_window()], Duration::from_ticks(HOUR));
    let call = Call { work_order: Some("WO".to_owned()), visits: vec![visit], ..Call::default() };
    (Session::open(problem, Time::ZERO).expect("the day is sound").0, call)
}

/// The day with the window promised: nobody comes before it, and who is late comes late.
fn promised(session: &Session, call: &Call, window: TimeWindow) -> Reply {
    let mut call = call.clone();
    let visit = &mut call.visits[0];
    visit.windows = vec![TimeWindow { start: window.start, ..visit.windows[0] }];
    visit.promise = Some(Promise { window, technician: None, announced: false });
    visit.unserved = Unserved::Mandatory;
    let kind = EventKind::CallReceived(Box::new(call));
    let event = Event { label: "the call".to_owned(), time: Time::ZERO, kind };
    let read = |_: usize, _: &Problem| Ok::<_, EngineError>(event.clone());
    session.clone().reassign(1, read, Time::ZERO, Wishes::default()).expect("a call may come")
}

/// Adds how often the promise was kept, where the plan is the one that was quoted.
fn let_turn_out(reply: &Reply, quote: &Quote, seed: u64, reliability: &mut Reliability) -> bool {
    let visit = VisitId::new(reply.problem.visits.len() - 1);
    let is_it = |(route, at): &(usize, usize)| {
        let stop = &reply.plan.routes[*route].stops[*at];
        stop.kind == StopKind::Visit(visit)
    };
    let routes = reply.plan.routes.iter().enumerate();
    let all = routes.flat_map(|(number, route)| (0..route.stops.len()).map(move |at| (number, at)));
    let Some((route, at)) = all.into_iter().find(is_it) else { return false };
    let planned = &reply.plan.routes[route];
    if planned.shift != quote.shift || planned.stops[at].start != quote.start {
        return false;
    }
    let width = quote.window.end - quote.window.start;
    for draw in 0..DRAWS {
        let runs = run_day(&reply.problem, &reply.plan, Truth::AS_PLANNED, seed * DRAWS + draw);
        let began = runs[route][at].start;
        assert!(began >= quote.window.start, "nobody comes before the window: {quote:?} {began:?}");
        reliability.add(quote.probability_permille, width, began <= quote.window.end);
    }
    true
}

#[test]
fn a_quoted_window_is_kept_as_often_as_it_says() {
    let (mut reliability, mut taken) = (Reliability::default(), 0);
    for seed in 0..cases(60) as u64 {
        let (session, call) = day(seed);
        let options = QuoteOptions {
            widths: vec![Duration::from_ticks(HOUR / 2), Duration::from_ticks(2 * HOUR)],
            quotes_max: 1_000,
            ..QuoteOptions::default()
        };
        let read = |_: &Problem| Ok::<_, EngineError>(call.clone());
        let quotes =
            session.quote(Time::ZERO, read, &options, |_, _, quotes| quotes.quotes.clone()).expect("quoted");
        for quote in quotes.iter().skip(usize::try_from(seed % 7).expect("small")).step_by(7) {
            let reply = promised(&session, &call, quote.window);
            taken += usize::from(let_turn_out(&reply, quote, seed, &mut reliability));
        }
    }
    assert!(taken > 200, "{taken} quotes taken");
    let mut unsure = 0;
    for coverage in reliability.deciles.iter().filter(|coverage| coverage.count >= 400) {
        // Draws of one plan share nothing, but few plans make a bucket.
        let error = (coverage.stated() - coverage.observed()).abs();
        assert!(error < 0.05, "stated {}, kept {}: {coverage:?}", coverage.stated(), coverage.observed());
        unsure += u64::from(coverage.stated() < 0.9);
    }
    assert!(unsure >= 2, "windows that are not sure are told apart: {reliability:?}");
    assert!(reliability.error() < 0.02, "{reliability:?}");
}
