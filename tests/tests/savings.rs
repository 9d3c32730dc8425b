//! Changes priced by solving again, over real sockets: on a day, on a board, in a stream.

use std::time::Duration;

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::{self, SolveOptions};
use journeyman_tests::PlannedDay;
use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt;

/// A small day, the plan of it, and a technician who is out before it begins.
struct Morning {
    planned: PlannedDay,
    /// Who is out.
    out: String,
    sick: wire::Event,
}

impl Morning {
    async fn new() -> Self {
        let planned = PlannedDay::new().await;
        let busiest = planned.plan.routes.iter().max_by_key(|route| route.stops.len()).expect("a route");
        let out = busiest.technician_id.clone();
        let departure = busiest.departure_time.expect("a departure");
        let sick = wire::Event {
            id: "E-sick".to_owned(),
            event_time: Some(wire::Timestamp { seconds: departure.seconds - 3_600, nanos: 0 }),
            kind: Some(wire::event::Kind::SickOut(wire::SickOut {
                technician_id: out.clone(),
                ..wire::SickOut::default()
            })),
        };
        Self { planned, out, sick }
    }

    /// The sick-out on the day, improved by a count of iterations.
    fn on_day(&self, savings: Option<wire::ResolveSavings>) -> wire::ReassignRequest {
        wire::ReassignRequest {
            improve_for: Some(Duration::from_secs(60).into()),
            options: Some(SolveOptions { iterations_max: Some(200), ..SolveOptions::default() }),
            resolve_savings: savings,
            ..self.planned.request(vec![self.sick.clone()])
        }
    }

    /// A board of the day, and the sick-out on it.
    async fn on_board(&self, savings: Option<wire::ResolveSavings>) -> wire::ReassignRequest {
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: "north".to_owned(), ..wire::Board::default() }),
            problem: Some(wire::Problem {
                baseline_plan: Some(self.planned.plan.clone()),
                ..self.planned.problem.clone()
            }),
            options: Some(SolveOptions {
                time_limit: Some(Duration::from_secs(60).into()),
                iterations_max: Some(100),
                ..SolveOptions::default()
            }),
            ..wire::CreateBoardRequest::default()
        };
        self.boards().await.create_board(request).await.expect("a board");
        let board = wire::BoardRevision { board_id: "north".to_owned(), revision: None };
        wire::ReassignRequest {
            basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) }),
            events: vec![self.sick.clone()],
            improve_for: Some(Duration::from_secs(120).into()),
            resolve_savings: savings,
            ..wire::ReassignRequest::default()
        }
    }

    async fn boards(&self) -> BoardsClient<Channel> {
        BoardsClient::new(self.planned.server.channel().await).max_decoding_message_size(64 << 20)
    }

    async fn reassign(&self, request: wire::ReassignRequest) -> wire::ReassignResponse {
        self.planned.server.scheduler().await.reassign(request).await.expect("an answer").into_inner()
    }
}

/// So many iterations for each change, and no visits by name.
fn by_count(iterations: i64) -> Option<wire::ResolveSavings> {
    Some(wire::ResolveSavings {
        time_limit: Some(Duration::from_secs(600).into()),
        iterations_max: Some(iterations),
        visit_ids: Vec::new(),
    })
}

/// Changes that somebody would notice.
fn noticed(answer: &wire::ReassignResponse) -> Vec<wire::VisitChange> {
    let changes = answer.difference.clone().expect("a difference").changes;
    let is_noticed = |change: &wire::VisitChange| match change.kind() {
        wire::ChangeKind::Added => false,
        wire::ChangeKind::TimeMoved => change.promise_moved,
        _ => true,
    };
    changes.into_iter().filter(is_noticed).collect()
}

fn cost(answer: &wire::ReassignResponse) -> (i32, i64) {
    let bound = answer.plan.as_ref().expect("a plan").bound.as_ref().expect("a bound");
    (bound.mandatory_unserved, bound.cost_micros)
}

#[tokio::test]
async fn every_change_that_somebody_notices_says_what_the_plan_without_it_costs() {
    let day = Morning::new().await;
    let plain = day.reassign(day.on_day(None)).await;
    assert!(noticed(&plain).iter().all(|change| change.saving_basis() != wire::PriceBasis::Resolved));
    let answer = day.reassign(day.on_day(by_count(100))).await;
    assert_eq!(answer.plan, plain.plan, "the same plan, told with other prices");
    let changes = noticed(&answer);
    assert!(changes.len() >= 2, "{changes:?}");
    for change in &changes {
        assert_eq!(change.saving_basis(), wire::PriceBasis::Resolved, "{change:?}");
        assert!(change.saving_bound_micros <= change.saving_micros, "{change:?}");
        let was_out = change.before.as_ref().expect("it was served").technician_id == day.out;
        assert!(!was_out || change.proved_needed && change.saving_micros.is_none(), "{change:?}");
    }
    // The same visit kept where it was by a pin: no plan of that day costs less than is said.
    let mut tried = 0;
    for change in changes.iter().filter(|change| change.saving_bound_micros.is_some()) {
        let (at_least, before) = (change.saving_bound_micros.unwrap(), change.before.as_ref().unwrap());
        if change.kind() == wire::ChangeKind::TimeMoved {
            continue;
        }
        let pin = wire::Pin {
            visit_id: change.visit_id.clone(),
            holder: Some(wire::pin::Holder::ShiftId(before.shift_id.clone())),
            start_time: None,
        };
        let pinned = wire::Event {
            id: "E-pin".to_owned(),
            event_time: day.sick.event_time,
            kind: Some(wire::event::Kind::Pinned(wire::Pinned { pin: Some(pin) })),
        };
        let mut request = day.on_day(None);
        request.events.push(pinned);
        let without = day.reassign(request).await;
        let ((unserved, with), (still_unserved, held)) = (cost(&answer), cost(&without));
        assert!(still_unserved > unserved || held - with >= at_least, "{change:?}: {held} against {with}");
        tried += 1;
    }
    assert!(tried > 0, "{changes:?}");
}

#[tokio::test]
async fn savings_are_of_the_visits_asked_for_and_say_where_their_turn_did_not_come() {
    let day = Morning::new().await;
    let all = noticed(&day.reassign(day.on_day(by_count(30))).await);
    let one = wire::ResolveSavings { visit_ids: vec![all[0].visit_id.clone()], ..by_count(30).unwrap() };
    let some = noticed(&day.reassign(day.on_day(Some(one))).await);
    assert_eq!(some[0], all[0], "the same iterations, the same saving");
    assert!(some[1..].iter().all(|change| change.saving_basis() != wire::PriceBasis::Resolved));

    let no_time =
        wire::ResolveSavings { time_limit: Some(Duration::from_nanos(1).into()), ..Default::default() };
    for change in noticed(&day.reassign(day.on_day(Some(no_time))).await) {
        assert_ne!(change.saving_basis(), wire::PriceBasis::Resolved, "{change:?}");
        assert!(change.text.contains("turn"), "{}", change.text);
    }
}

#[tokio::test]
async fn a_board_tells_savings_and_stays_as_it_is() {
    let day = Morning::new().await;
    let mut request = day.on_board(by_count(50)).await;
    let unknown = wire::ResolveSavings { visit_ids: vec!["nobody".to_owned()], ..by_count(50).unwrap() };
    let wrong = wire::ReassignRequest { resolve_savings: Some(unknown), ..request.clone() };
    let refused = day.planned.server.scheduler().await.reassign(wrong).await.expect_err("no such visit");
    assert_eq!(refused.code(), Code::InvalidArgument);
    let fields = refused.get_details_bad_request().expect("the field").field_violations;
    assert_eq!(fields[0].field, "resolve_savings.visit_ids[0]");

    let answer = day.reassign(request.clone()).await;
    assert_eq!(answer.revision, 2, "what was refused has not happened");
    let changes = noticed(&answer);
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change.saving_basis() == wire::PriceBasis::Resolved), "{changes:?}");
    let read = wire::GetBoardRequest { board_id: "north".to_owned(), view: wire::BoardView::Plan.into() };
    let board = day.boards().await.get_board(read).await.expect("a board").into_inner();
    assert_eq!((board.board.expect("it").revision, board.plan), (2, answer.plan));

    let another =
        day.planned.plan.routes.iter().find(|route| route.technician_id != day.out).expect("another");
    request.events[0].id = "E-again".to_owned();
    request.events[0].kind = Some(wire::event::Kind::SickOut(wire::SickOut {
        technician_id: another.technician_id.clone(),
        ..wire::SickOut::default()
    }));
    let call = wire::ReassignStreamRequest { reassign: Some(request) };
    let mut stream =
        day.planned.server.scheduler().await.reassign_stream(call).await.expect("a stream").into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await.expect("answers") {
        messages.push(message);
    }
    let last = messages.pop().expect("at least one");
    assert!(last.r#final && last.sequence == i64::try_from(messages.len()).expect("few") + 1);
    let changes = noticed(&last.answer.expect("an answer"));
    assert!(changes.iter().all(|change| change.saving_basis() == wire::PriceBasis::Resolved), "{changes:?}");
    for message in messages {
        let early = noticed(&message.answer.expect("an answer"));
        assert!(early.iter().all(|change| change.saving_basis() != wire::PriceBasis::Resolved));
    }
}

#[tokio::test]
async fn applied_events_tell_savings_too() {
    let day = Morning::new().await;
    let reassign = day.on_board(by_count(50)).await;
    let apply = wire::ApplyEventsRequest {
        request_id: "sick".to_owned(),
        board: Some(wire::BoardRevision { board_id: "north".to_owned(), revision: Some(1) }),
        events: reassign.events,
        improve_for: reassign.improve_for,
        resolve_savings: reassign.resolve_savings,
        ..wire::ApplyEventsRequest::default()
    };
    let mut boards = day.boards().await;
    let unknown = wire::ResolveSavings { visit_ids: vec!["nobody".to_owned()], ..by_count(50).unwrap() };
    let wrong = wire::ApplyEventsRequest {
        request_id: String::new(),
        resolve_savings: Some(unknown),
        ..apply.clone()
    };
    let refused = boards.apply_events(wrong).await.expect_err("no such visit");
    let fields = refused.get_details_bad_request().expect("the field").field_violations;
    assert_eq!(fields[0].field, "resolve_savings.visit_ids[0]");

    let answer = boards.apply_events(apply.clone()).await.expect("an answer").into_inner();
    assert_eq!(answer.board.as_ref().expect("it").revision, 2, "what was refused has not happened");
    let changes = noticed(&wire::ReassignResponse {
        difference: answer.difference.clone(),
        ..wire::ReassignResponse::default()
    });
    assert!(!changes.is_empty());
    assert!(changes.iter().all(|change| change.saving_basis() == wire::PriceBasis::Resolved), "{changes:?}");
    let again = boards.apply_events(apply).await.expect("the same").into_inner();
    assert_eq!(again, answer, "the answer that was given is kept");
}

#[tokio::test]
async fn a_senseless_wish_is_refused_by_field() {
    let day = Morning::new().await;
    for (wish, field) in [
        (wire::ResolveSavings { iterations_max: Some(0), ..Default::default() }, "iterations_max"),
        (
            wire::ResolveSavings { time_limit: Some(Duration::ZERO.into()), ..Default::default() },
            "time_limit",
        ),
        (wire::ResolveSavings { visit_ids: vec!["x".to_owned()], ..Default::default() }, "visit_ids[0]"),
        (wire::ResolveSavings { visit_ids: vec!["x".to_owned(); 257], ..Default::default() }, "visit_ids"),
    ] {
        let refused = day.planned.server.scheduler().await.reassign(day.on_day(Some(wish))).await;
        let refused = refused.expect_err("it is refused");
        let fields = refused.get_details_bad_request().expect("the field").field_violations;
        assert_eq!(fields[0].field, format!("resolve_savings.{field}"));
    }
}
