//! Quotes over real sockets: offered, held, confirmed, expired, raced for. What is kept for one caller nobody else gets.

use std::time::Duration;

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::wire::{self, SolveOptions};
use journeyman_tests::{Server, small_day};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const HOUR: i64 = 3_600;

#[derive(Clone)]
struct Branch {
    boards: BoardsClient<Channel>,
    scheduler: SchedulerClient<Channel>,
    problem: wire::Problem,
}

impl Branch {
    /// A board of a small day, improved by a count of iterations after each event.
    async fn new(server: &Server) -> Self {
        let boards = BoardsClient::new(server.channel().await).max_decoding_message_size(64 << 20);
        let problem = small_day(5, 20, 3).problem.expect("a problem");
        let mut branch = Self { boards, scheduler: server.scheduler().await, problem };
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: "north".to_owned(), ..wire::Board::default() }),
            problem: Some(branch.problem.clone()),
            options: Some(SolveOptions {
                time_limit: Some(Duration::from_secs(60).into()),
                iterations_max: Some(300),
                ..SolveOptions::default()
            }),
            ..wire::CreateBoardRequest::default()
        };
        branch.boards.create_board(request).await.expect("a board");
        branch
    }

    fn at(&self, hour: i64) -> wire::Timestamp {
        let start = self.problem.start_time.expect("a start");
        wire::Timestamp { seconds: start.seconds + HOUR * hour, nanos: 0 }
    }

    /// A call from a place that the day does not know, beside one that it knows.
    fn call(&self, name: &str) -> (wire::WorkOrder, wire::Place) {
        let beside = self.problem.places[7].coordinates.expect("places have coordinates");
        let coordinates = Some(wire::Coordinates { latitude: beside.latitude + 0.001, ..beside });
        let place = wire::Place { id: format!("home of {name}"), coordinates };
        let visit = wire::Visit {
            id: format!("visit of {name}"),
            place_id: place.id.clone(),
            service_duration: Some(wire::Duration::from_seconds(HOUR)),
            ..wire::Visit::default()
        };
        let order = wire::WorkOrder {
            id: format!("order of {name}"),
            visits: vec![visit],
            ..wire::WorkOrder::default()
        };
        (order, place)
    }

    fn question(&self, name: &str) -> wire::QuoteArrivalWindowsRequest {
        let (order, place) = self.call(name);
        let board = wire::BoardRevision { board_id: "north".to_owned(), revision: None };
        wire::QuoteArrivalWindowsRequest {
            basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) }),
            work_order: Some(order),
            places: vec![place],
            ..wire::QuoteArrivalWindowsRequest::default()
        }
    }

    async fn quote(
        &mut self,
        request: wire::QuoteArrivalWindowsRequest,
    ) -> Result<wire::QuoteArrivalWindowsResponse, Status> {
        self.scheduler.quote_arrival_windows(request).await.map(tonic::Response::into_inner)
    }

    async fn hold(&mut self, quote_id: &str, seconds: i64) -> Result<wire::HoldQuoteResponse, Status> {
        let request = wire::HoldQuoteRequest {
            board_id: "north".to_owned(),
            quote_id: quote_id.to_owned(),
            ttl: Some(wire::Duration::from_seconds(seconds)),
            ..wire::HoldQuoteRequest::default()
        };
        self.scheduler.hold_quote(request).await.map(tonic::Response::into_inner)
    }

    async fn confirm(
        &mut self,
        hold_id: &str,
        work_order: Option<wire::WorkOrder>,
    ) -> Result<wire::ConfirmQuoteResponse, Status> {
        let request = wire::ConfirmQuoteRequest {
            board_id: "north".to_owned(),
            hold_id: hold_id.to_owned(),
            work_order,
            ..wire::ConfirmQuoteRequest::default()
        };
        self.scheduler.confirm_quote(request).await.map(tonic::Response::into_inner)
    }

    async fn plan(&mut self) -> (i64, wire::Plan) {
        let request =
            wire::GetBoardRequest { board_id: "north".to_owned(), view: wire::BoardView::Plan.into() };
        let answer = self.boards.get_board(request).await.expect("a board").into_inner();
        (answer.board.expect("it").revision, answer.plan.expect("its plan"))
    }

    async fn watch(&mut self, from: i64) -> tonic::Streaming<wire::WatchBoardResponse> {
        let request = wire::WatchBoardRequest { board_id: "north".to_owned(), from_revision: Some(from) };
        self.boards.watch_board(request).await.expect("a stream").into_inner()
    }
}

/// When a plan starts a visit.
fn start_of(plan: &wire::Plan, visit: &str) -> Option<i64> {
    let stops = plan.routes.iter().flat_map(|route| &route.stops);
    let mut starts = stops.filter_map(|stop| match &stop.kind {
        Some(wire::stop::Kind::Visit(served)) if served.visit_id == visit => stop.start_time,
        _ => None,
    });
    starts.next().map(|start| start.seconds)
}

fn window_of(quote: &wire::Quote) -> (i64, i64) {
    let window = quote.arrival_window.as_ref().and_then(|told| told.window).expect("a window");
    (window.start_time.expect("a start").seconds, window.end_time.expect("an end").seconds)
}

fn is_inside(start: Option<i64>, (from, until): (i64, i64)) -> bool {
    start.is_some_and(|start| (from..=until).contains(&start))
}

fn reason_of(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

fn kinds(step: &wire::WatchBoardResponse) -> Vec<&'static str> {
    let kind = |event: &wire::Event| match event.kind.as_ref().expect("a kind") {
        wire::event::Kind::CallReceived(_) => "call",
        wire::event::Kind::QuoteHeld(_) => "held",
        wire::event::Kind::Rescheduled(_) => "promised",
        wire::event::Kind::QuoteConfirmed(_) => "confirmed",
        wire::event::Kind::HoldExpired(_) => "expired",
        wire::event::Kind::Cancelled(_) => "cancelled",
        _ => "other",
    };
    step.events.iter().map(kind).collect()
}

#[tokio::test]
async fn a_quote_is_held_and_confirmed_and_watchers_are_told() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let answer = branch.quote(branch.question("ana")).await.expect("quotes");
    assert_eq!((answer.revision, answer.quotes.len()), (1, 10));
    assert!(answer.quotes.is_sorted_by_key(|quote| quote.marginal_cost_micros), "{answer:?}");
    let quote = answer.quotes.last().expect("ten").clone();
    assert!(quote.expire_time.is_some() && !quote.technician_id.is_empty() && !quote.shift_id.is_empty());

    let held = branch.hold(&quote.id, 600).await.expect("a hold");
    let hold = held.hold.expect("it");
    let kept = hold.quote.expect("what is kept");
    assert_eq!((held.revision, window_of(&kept)), (2, window_of(&quote)));
    assert!(is_inside(start_of(&branch.plan().await.1, "visit of ana"), window_of(&quote)));

    let confirmed = branch.confirm(&hold.id, None).await.expect("a promise");
    assert_eq!(confirmed.revision, 3);
    let promised = confirmed.promise.expect("it").window.expect("its window");
    let seconds = |time: Option<wire::Timestamp>| time.expect("both ends").seconds;
    assert_eq!((seconds(promised.start_time), seconds(promised.end_time)), window_of(&quote));
    assert!(is_inside(start_of(&confirmed.plan.expect("a plan"), "visit of ana"), window_of(&quote)));
    assert!(confirmed.difference.is_some());

    let mut stream = branch.watch(1).await;
    let step = stream.message().await.expect("a step").expect("one at once");
    assert_eq!((step.revision, kinds(&step)), (3, vec!["call", "held", "promised", "confirmed"]));
}

#[tokio::test]
async fn a_hold_that_expires_frees_its_capacity() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let first = branch.quote(branch.question("ana")).await.expect("quotes");
    let quote = first.quotes[0].clone();
    let mut stream = branch.watch(1).await;
    let hold = branch.hold(&quote.id, 1).await.expect("a hold").hold.expect("it");
    let told = loop {
        let step = stream.message().await.expect("a step").expect("the board goes on");
        if step.revision == 3 {
            break step;
        }
    };
    assert!(kinds(&told).ends_with(&["expired", "cancelled"]), "{:?}", kinds(&told));
    assert_eq!(start_of(&branch.plan().await.1, "visit of ana"), None);
    let late = branch.confirm(&hold.id, None).await.expect_err("too late");
    assert_eq!((late.code(), reason_of(&late).as_str()), (Code::FailedPrecondition, "HOLD_EXPIRED"));
    // The same quote can be taken again, and so can the place, by anybody.
    branch.hold(&quote.id, 600).await.expect("it is free again");
}

#[tokio::test]
async fn a_hold_confirmed_again_gets_the_same_promise_and_changes_nothing() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let quote = branch.quote(branch.question("ana")).await.expect("quotes").quotes.remove(0);
    let hold = branch.hold(&quote.id, 600).await.expect("a hold").hold.expect("it");
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut caller, id) = (branch.clone(), hold.id.clone());
        callers.spawn(async move { caller.confirm(&id, None).await });
    }
    let answers: Vec<_> = callers.join_all().await.into_iter().map(|answer| answer.expect("told")).collect();
    for answer in &answers {
        assert_eq!((answer.revision, &answer.promise), (3, &answers[0].promise));
    }
    assert_eq!(branch.plan().await.0, 3, "confirmed once");
    let (other, _) = branch.call("ben");
    let otherwise = branch.confirm(&hold.id, Some(other)).await.expect_err("another work order");
    assert_eq!(reason_of(&otherwise), "HOLD_CONFIRMED");
}

#[tokio::test]
async fn of_callers_who_race_for_one_quote_one_gets_it() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let quote = branch.quote(branch.question("ana")).await.expect("quotes").quotes.remove(0);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut caller, id) = (branch.clone(), quote.id.clone());
        callers.spawn(async move { caller.hold(&id, 600).await });
    }
    let answers = callers.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!((refused.code(), reason_of(refused).as_str()), (Code::FailedPrecondition, "QUOTE_HELD"));
    }
    assert_eq!(branch.plan().await.0, 2, "held once");
}

#[tokio::test]
async fn two_callers_never_get_the_same_minute() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    // One technician, one window, and more work than he has time for.
    let window = wire::TimeWindow { start_time: Some(branch.at(8)), end_time: Some(branch.at(16)) };
    let question = |name: &str, technicians: &[String]| {
        let mut question = branch.question(name);
        let visit = &mut question.work_order.as_mut().expect("one").visits[0];
        visit.allowed_technician_ids = technicians.to_vec();
        visit.time_windows = vec![window];
        question.widths = vec![wire::Duration::from_seconds(8 * HOUR)];
        question
    };
    let (anybody, names) = (question("anybody", &[]), (0..8).map(|number| format!("caller {number}")));
    let asked = branch.clone().quote(anybody).await.expect("an answer");
    let only = [asked.quotes.first().expect("somebody has an hour").technician_id.clone()];
    let mut quotes = Vec::new();
    for name in names {
        let answer = branch.clone().quote(question(&name, &only)).await.expect("an answer");
        quotes.push((name, answer.quotes.first().expect("he has an hour, once").id.clone()));
    }
    let mut callers = tokio::task::JoinSet::new();
    for (name, id) in quotes {
        let mut caller = branch.clone();
        callers.spawn(async move { (name, caller.hold(&id, 600).await) });
    }
    let (mut winners, mut losers) = (Vec::new(), 0);
    for (name, answer) in callers.join_all().await {
        match answer {
            Ok(held) => winners.push((name, held.hold.expect("it").id)),
            Err(refused) => {
                let told = (refused.code(), reason_of(&refused));
                assert_eq!(told, (Code::FailedPrecondition, "QUOTE_NO_LONGER_FITS".to_owned()));
                losers += 1;
            }
        }
    }
    assert!(!winners.is_empty() && losers > 0, "{winners:?}, {losers} refused");
    // All who hold confirm at once, and the plan, which has passed its check, serves them all.
    let mut confirming = tokio::task::JoinSet::new();
    for (_, id) in winners.clone() {
        let mut caller = branch.clone();
        confirming.spawn(async move { caller.confirm(&id, None).await });
    }
    assert!(confirming.join_all().await.iter().all(Result::is_ok));
    let (revision, plan) = branch.plan().await;
    assert_eq!(revision, 1 + 2 * i64::try_from(winners.len()).expect("few"));
    for (name, _) in &winners {
        let told = (branch.at(8).seconds, branch.at(16).seconds);
        assert!(is_inside(start_of(&plan, &format!("visit of {name}")), told), "{name}");
    }
}

#[tokio::test]
async fn a_work_order_may_be_another_one_when_it_is_confirmed_as_long_as_it_fits() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let mut question = branch.question("ana");
    // A call that is no work order yet has no ids.
    let order = question.work_order.as_mut().expect("one");
    order.id.clear();
    order.visits[0].id.clear();
    let quote = branch.quote(question).await.expect("quotes").quotes.remove(0);
    let hold = branch.hold(&quote.id, 600).await.expect("a hold").hold.expect("it");
    assert!(start_of(&branch.plan().await.1, &hold.id).is_some(), "the hold's id stands for the visit's");
    let (mut known, _) = branch.call("ana");
    known.visits[0].service_duration = Some(wire::Duration::from_seconds(30 * HOUR));
    let too_long = branch.confirm(&hold.id, Some(known.clone())).await.expect_err("nobody works so long");
    assert_eq!(reason_of(&too_long), "WORK_ORDER_DOES_NOT_FIT");
    known.visits[0].service_duration = Some(wire::Duration::from_seconds(HOUR / 2));
    let elsewhere = wire::WorkOrder {
        visits: vec![wire::Visit { place_id: "nowhere".to_owned(), ..known.visits[0].clone() }],
        ..known.clone()
    };
    let unknown = branch.confirm(&hold.id, Some(elsewhere)).await.expect_err("no such place");
    let fields = unknown.get_error_details();
    let fields = fields.bad_request().expect("BadRequest");
    assert_eq!(fields.field_violations[0].field, "work_order.visits[0].place_id");
    let confirmed = branch.confirm(&hold.id, Some(known)).await.expect("a promise");
    let plan = confirmed.plan.expect("a plan");
    assert!(is_inside(start_of(&plan, "visit of ana"), window_of(&quote)));
    assert_eq!(start_of(&plan, &hold.id), None, "the visit that was held has gone");
}

#[tokio::test]
async fn a_day_that_the_caller_gives_is_quoted_like_a_board_but_nothing_is_kept() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let (_, plan) = branch.plan().await;
    let day = wire::PlannedDay { problem: Some(branch.problem.clone()), plan: Some(plan) };
    let mut question = branch.question("ana");
    question.basis = Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(day)) });
    question.on_time_permille_min = 900;
    question.quotes_max = Some(3);
    let answer = branch.quote(question).await.expect("quotes");
    assert_eq!((answer.revision, answer.quotes.len()), (0, 3));
    for quote in &answer.quotes {
        assert!(quote.id.is_empty() && quote.expire_time.is_none());
        assert!(quote.arrival_window.as_ref().expect("told").on_time_permille >= 900);
    }
}

#[tokio::test]
async fn who_cannot_come_is_told_with_the_rule() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let mut question = branch.question("ana");
    question.work_order.as_mut().expect("one").visits[0].skills =
        vec![wire::SkillRequirement { skill: "harpsichords".to_owned(), level_min: Some(1) }];
    let answer = branch.quote(question).await.expect("an answer");
    assert!(answer.quotes.is_empty());
    assert_eq!(answer.reasons.len(), branch.problem.technicians.len(), "one a technician");
    for reason in &answer.reasons {
        assert_eq!(
            (reason.code(), reason.subject.as_str()),
            (wire::ReasonCode::SkillMissing, "harpsichords")
        );
    }
}

#[tokio::test]
async fn who_asks_later_is_offered_what_is_left_of_the_day() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let earliest = |answer: &wire::QuoteArrivalWindowsResponse| {
        answer.quotes.iter().map(|quote| window_of(quote).0).min().expect("quotes")
    };
    let all = |branch: &Branch| wire::QuoteArrivalWindowsRequest {
        quotes_max: Some(100),
        ..branch.question("ana")
    };
    // Nothing has happened on the board, so without a time the whole day is open.
    let whole = branch.quote(all(&branch)).await.expect("quotes");
    let asked = wire::Timestamp::from_seconds(earliest(&whole) + 2 * HOUR);
    let later = wire::QuoteArrivalWindowsRequest { now: Some(asked), ..all(&branch) };
    let rest = branch.quote(later.clone()).await.expect("quotes");
    assert!(earliest(&rest) > asked.seconds && rest.quotes.len() < whole.quotes.len());
    let day = wire::PlannedDay { problem: Some(branch.problem.clone()), plan: Some(branch.plan().await.1) };
    let basis = Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(day)) });
    let of_a_day = branch.quote(wire::QuoteArrivalWindowsRequest { basis, ..later }).await.expect("quotes");
    assert!(earliest(&of_a_day) > asked.seconds);
    // Held where nobody has told the board of the time yet: it is the window that was offered.
    let quote = rest.quotes.first().expect("one").clone();
    let held = branch.hold(&quote.id, 600).await.expect("a hold").hold.expect("it");
    assert_eq!(held.quote.as_ref().map(window_of), Some(window_of(&quote)));
    assert!(is_inside(start_of(&branch.plan().await.1, "visit of ana"), window_of(&quote)));
}

#[tokio::test]
async fn what_is_wrong_is_refused_by_the_name_of_its_field() {
    let server = Server::start(&[]);
    let mut branch = Branch::new(&server).await;
    let question = branch.question("ana");
    type Spoil = fn(&mut wire::QuoteArrivalWindowsRequest);
    let cases: [(&str, Spoil); 10] = [
        ("basis.day", |q| q.basis = None),
        ("now", |q| q.now = Some(wire::Timestamp { seconds: 0, nanos: 1 })),
        ("work_order", |q| q.work_order = None),
        ("work_order.visits", |q| q.work_order.as_mut().expect("one").visits.clear()),
        ("work_order.visits[0].promise", |q| {
            q.work_order.as_mut().expect("one").visits[0].promise = Some(wire::Promise::default());
        }),
        ("work_order.visits[0].place_id", |q| q.places.clear()),
        ("widths[0]", |q| q.widths = vec![wire::Duration::from_seconds(1)]),
        ("search_window.", |q| {
            q.search_window = Some(wire::TimeWindow {
                start_time: Some(wire::Timestamp::from_seconds(1_900_000_000)),
                end_time: Some(wire::Timestamp::from_seconds(1_800_000_000)),
            });
        }),
        ("quotes_max", |q| q.quotes_max = Some(0)),
        ("on_time_permille_min", |q| q.on_time_permille_min = 1_001),
    ];
    for (field, spoil) in cases {
        let mut spoiled = question.clone();
        spoil(&mut spoiled);
        let status = branch.quote(spoiled).await.expect_err(field);
        assert_eq!(status.code(), Code::InvalidArgument, "{field}: {status}");
        let details = status.get_error_details();
        let violations = &details.bad_request().expect("BadRequest").field_violations;
        assert!(
            violations.iter().any(|violation| violation.field.starts_with(field)),
            "{field}: {violations:?}"
        );
    }
    let unknown = branch.hold("q-0-0", 600).await.expect_err("no such quote");
    assert_eq!((unknown.code(), reason_of(&unknown).as_str()), (Code::NotFound, "QUOTE_UNKNOWN"));
    let unknown = branch.confirm("h-0-0", None).await.expect_err("no such hold");
    assert_eq!((unknown.code(), reason_of(&unknown).as_str()), (Code::NotFound, "HOLD_UNKNOWN"));
    let quote = branch.quote(question).await.expect("quotes").quotes.remove(0);
    let too_long = branch.hold(&quote.id, 25 * HOUR).await.expect_err("more than a day");
    assert_eq!(too_long.get_error_details().bad_request().expect("it").field_violations[0].field, "ttl");
}
