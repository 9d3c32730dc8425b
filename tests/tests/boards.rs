//! Boards over real sockets: made, read, changed by events at a revision, followed, and improved meanwhile.

use std::time::Duration;

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::{self, SolveOptions};
use journeyman_tests::{Server, small_day};
use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt;

struct Branch {
    server: Server,
    boards: BoardsClient<Channel>,
    problem: wire::Problem,
}

impl Branch {
    /// A board of a small day, improved by a count of iterations after each event.
    async fn new() -> Self {
        let server = Server::start(&[]);
        let mut boards = BoardsClient::new(server.channel().await).max_decoding_message_size(64 << 20);
        let problem = small_day(5, 20, 3).problem.expect("a problem");
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: "north".to_owned(), ..wire::Board::default() }),
            problem: Some(problem.clone()),
            options: Some(SolveOptions {
                time_limit: Some(Duration::from_secs(60).into()),
                iterations_max: Some(300),
                ..SolveOptions::default()
            }),
            ..wire::CreateBoardRequest::default()
        };
        let board = boards.create_board(request).await.expect("a board").into_inner().board.expect("it");
        assert_eq!((board.id.as_str(), board.revision), ("north", 1));
        Self { server, boards, problem }
    }

    async fn plan(&mut self) -> (wire::Board, wire::Plan) {
        let request =
            wire::GetBoardRequest { board_id: "north".to_owned(), view: wire::BoardView::Plan.into() };
        let answer = self.boards.get_board(request).await.expect("a board").into_inner();
        (answer.board.expect("it"), answer.plan.expect("its plan"))
    }

    fn at(&self, hour: i64) -> wire::Timestamp {
        let start = self.problem.start_time.expect("a start");
        wire::Timestamp { seconds: start.seconds + 3_600 * hour, nanos: 0 }
    }

    fn sick(&self, id: &str, technician: usize, hour: i64) -> wire::Event {
        let technician_id = self.problem.technicians[technician].id.clone();
        let kind = wire::event::Kind::SickOut(wire::SickOut { technician_id, ..wire::SickOut::default() });
        wire::Event { id: id.to_owned(), event_time: Some(self.at(hour)), kind: Some(kind) }
    }

    fn revision(revision: Option<i64>) -> Option<wire::BoardRevision> {
        Some(wire::BoardRevision { board_id: "north".to_owned(), revision })
    }

    async fn apply(
        &mut self,
        revision: Option<i64>,
        events: Vec<wire::Event>,
    ) -> Result<wire::ApplyEventsResponse, tonic::Status> {
        let request = wire::ApplyEventsRequest {
            board: Self::revision(revision),
            events,
            ..wire::ApplyEventsRequest::default()
        };
        self.boards.apply_events(request).await.map(tonic::Response::into_inner)
    }
}

fn cost(plan: &wire::Plan) -> (i32, i64) {
    let bound = plan.bound.as_ref().expect("a bound");
    assert!(bound.bound_micros <= bound.cost_micros, "{bound:?}");
    (bound.mandatory_unserved, bound.cost_micros)
}

#[tokio::test]
async fn a_board_is_read_listed_and_not_made_twice() {
    let mut branch = Branch::new().await;
    let (board, plan) = branch.plan().await;
    assert_eq!((board.display_name.as_str(), plan.revision), ("north", 1));
    assert!(!plan.routes.is_empty());
    let full = wire::GetBoardRequest { board_id: "north".to_owned(), view: wire::BoardView::Full.into() };
    let problem = branch.boards.get_board(full).await.expect("a board").into_inner().problem;
    assert_eq!(problem.expect("its day").work_orders.len(), branch.problem.work_orders.len());
    let again = wire::CreateBoardRequest {
        board: Some(wire::Board { id: "north".to_owned(), ..wire::Board::default() }),
        problem: Some(branch.problem.clone()),
        ..wire::CreateBoardRequest::default()
    };
    assert_eq!(branch.boards.create_board(again).await.expect_err("it exists").code(), Code::AlreadyExists);
    let list =
        branch.boards.list_boards(wire::ListBoardsRequest::default()).await.expect("a page").into_inner();
    assert_eq!((list.boards.len(), list.next_page_token.as_str()), (1, ""));
    let unknown = wire::GetBoardRequest { board_id: "south".to_owned(), ..wire::GetBoardRequest::default() };
    assert_eq!(branch.boards.get_board(unknown).await.expect_err("no such board").code(), Code::NotFound);
}

#[tokio::test]
async fn events_count_at_the_revision_that_the_caller_knows_and_only_once() {
    let mut branch = Branch::new().await;
    let sick = branch.sick("E-1", 0, 7);
    let moved = branch.apply(Some(9), vec![sick.clone()]).await.expect_err("it is at 1");
    assert_eq!(moved.code(), Code::Aborted);
    let details = moved.get_error_details();
    let info = details.error_info().expect("ErrorInfo");
    assert_eq!((info.reason.as_str(), info.metadata["revision"].as_str()), ("BOARD_MOVED", "1"));

    let answer = branch.apply(Some(1), vec![sick.clone()]).await.expect("an answer");
    assert_eq!(answer.board.expect("the board").revision, 2);
    let out = &branch.problem.technicians[0].shifts[0].id;
    assert!(answer.plan.expect("a plan").routes.iter().all(|route| route.shift_id != *out));

    let again = branch.apply(None, vec![sick]).await.expect("it is known already");
    assert_eq!(again.board.expect("the board").revision, 2, "nothing happened twice");
}

#[tokio::test]
async fn a_board_is_followed_from_a_revision_and_gets_better_by_itself() {
    let mut branch = Branch::new().await;
    let sick = branch.sick("E-1", 1, 7);
    let first = branch.apply(Some(1), vec![sick]).await.expect("an answer");
    let first = cost(&first.plan.expect("a plan"));
    let request = wire::WatchBoardRequest { board_id: "north".to_owned(), from_revision: Some(1) };
    let mut stream = branch.boards.watch_board(request).await.expect("a stream").into_inner();
    let step = stream.message().await.expect("a step").expect("one at once");
    assert_eq!((step.revision, step.events.len()), (2, 1));
    let last = cost(&step.plan.expect("a plan"));
    assert!(last <= first, "{last:?} after {first:?}");

    let other = branch.sick("E-2", 2, 8);
    branch.apply(Some(2), vec![other]).await.expect("an answer");
    let told = loop {
        let step = stream.message().await.expect("a step").expect("the event is told");
        if step.revision == 3 {
            break step;
        }
    };
    assert!(told.events.iter().any(|event| event.id == "E-2"), "{:?}", told.events);
}

#[tokio::test]
async fn reassign_on_a_board_waits_for_what_is_better() {
    let mut branch = Branch::new().await;
    let request = wire::ReassignRequest {
        basis: Some(wire::PlanBasis {
            basis: Some(wire::plan_basis::Basis::Board(Branch::revision(Some(1)).expect("a revision"))),
        }),
        events: vec![branch.sick("E-1", 0, 7)],
        improve_for: Some(Duration::from_secs(120).into()),
        ..wire::ReassignRequest::default()
    };
    let mut scheduler = branch.server.scheduler().await;
    let answer = scheduler.reassign(request.clone()).await.expect("an answer").into_inner();
    assert_eq!(answer.revision, 2);
    let best = cost(&answer.plan.expect("a plan"));
    let (_, plan) = branch.plan().await;
    assert_eq!(cost(&plan), best, "nothing more is found by a count of iterations");

    let again = scheduler.reassign(request).await.expect("a repeated call").into_inner();
    assert_eq!(again.revision, 2, "the event has an id, and is not applied twice");

    let request = wire::ReassignRequest {
        basis: Some(wire::PlanBasis {
            basis: Some(wire::plan_basis::Basis::Board(Branch::revision(Some(2)).expect("a revision"))),
        }),
        events: vec![branch.sick("E-2", 1, 8)],
        improve_for: Some(Duration::from_secs(120).into()),
        ..wire::ReassignRequest::default()
    };
    let call = wire::ReassignStreamRequest { reassign: Some(request) };
    let mut stream = scheduler.reassign_stream(call).await.expect("a stream").into_inner();
    let (mut costs, mut last) = (Vec::new(), false);
    while let Some(message) = stream.message().await.expect("answers") {
        costs.push(cost(&message.answer.expect("an answer").plan.expect("a plan")));
        last = message.r#final;
    }
    assert!(last && costs.is_sorted_by(|before, after| before >= after), "{costs:?}");
}

#[tokio::test]
async fn questions_about_a_board_are_answered_of_its_plan_and_leave_it_alone() {
    let mut branch = Branch::new().await;
    branch.apply(None, vec![branch.sick("S-1", 0, 9)]).await.expect("somebody else goes");
    let (board, plan) = branch.plan().await;
    let basis = |revision| {
        let board = Branch::revision(revision).expect("it");
        Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) })
    };
    let mut scheduler = branch.server.scheduler().await;
    let visits: Vec<&wire::VisitStop> = plan
        .routes
        .iter()
        .flat_map(|route| &route.stops)
        .filter_map(|stop| match stop.kind.as_ref()? {
            wire::stop::Kind::Visit(visit) => Some(visit),
            _ => None,
        })
        .collect();
    let visit_id = visits.last().expect("a visit is planned").visit_id.clone();
    let explain = |revision| wire::ExplainRequest {
        basis: basis(revision),
        visit_id: visit_id.clone(),
        ..wire::ExplainRequest::default()
    };
    let told = scheduler.explain(explain(Some(board.revision))).await.expect("an answer").into_inner();
    let sick = branch.problem.technicians[0].id.clone();
    assert!(told.subject.is_some());
    assert!(
        told.alternatives.iter().all(|other| other.technician_id != sick),
        "who is out is no alternative"
    );
    let moved = scheduler.explain(explain(Some(board.revision + 1))).await.expect_err("it is not there");
    assert_eq!(moved.code(), Code::Aborted);
    let unknown = wire::ExplainRequest { visit_id: "nobody".to_owned(), ..explain(None) };
    let refused = scheduler.explain(unknown).await.expect_err("no such visit");
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");

    let what_if = |changes| wire::WhatIfRequest {
        basis: basis(None),
        changes,
        options: Some(SolveOptions { iterations_max: Some(100), ..SolveOptions::default() }),
    };
    let change = |change| wire::Change { change: Some(change) };
    let another_sick = vec![change(wire::change::Change::Event(branch.sick("S-2", 1, 9)))];
    let answer = scheduler.what_if(what_if(another_sick)).await.expect("both plans").into_inner();
    let [before, after] = [answer.before, answer.after].map(|solved| solved.and_then(|one| one.plan));
    let (before, after) = (before.expect("a plan"), after.expect("a plan"));
    assert!(cost(&before) <= cost(&after), "one technician less does not help");
    let difference = answer.difference.expect("what changes");
    assert!(!difference.changes.is_empty());

    // Driving and being late for twice the money: the plan as it is costs more at once, and a better one is found.
    let old = branch.problem.rate_card.clone().unwrap_or_default();
    let twice = |micros: Option<i64>| micros.map(|micros| 2 * micros);
    let dear = wire::RateCard { hour_micros: twice(old.hour_micros), ..old.clone() };
    let ask = |card: &wire::RateCard| what_if(vec![change(wire::change::Change::RateCard(card.clone()))]);
    let same = scheduler.what_if(ask(&old)).await.expect("both plans").into_inner();
    let total = |cost: Option<wire::Cost>| cost.expect("a cost").total_micros;
    let money = |plan: &wire::Plan| plan.cost.as_ref().expect("a cost").total_micros;
    let plan_of = |solved: Option<wire::SolveResponse>| solved.and_then(|one| one.plan).expect("a plan");
    assert_eq!(total(same.repriced_cost), money(&plan_of(same.before)), "the same prices");
    let dearer = scheduler.what_if(ask(&dear)).await.expect("both plans").into_inner();
    let (before, after) = (plan_of(dearer.before), plan_of(dearer.after));
    let repriced = dearer.repriced_cost.expect("other prices");
    let hours = |cost: &Option<wire::Cost>| cost.as_ref().expect("a cost").paid_time_micros;
    assert_eq!(repriced.paid_time_micros, 2 * hours(&before.cost), "the same hours for twice the money");
    assert_eq!(repriced.distance_micros, before.cost.as_ref().expect("a cost").distance_micros);
    assert!(money(&before) < money(&after) && money(&after) <= repriced.total_micros);
    for plan in [&before, &after] {
        let bound = plan.bound.as_ref().expect("a bound");
        assert!(bound.bound_micros > 0 && bound.bound_micros <= bound.cost_micros, "{bound:?}");
    }
    let wrong = wire::RateCard { hour_micros: Some(-1), ..old };
    let refused = scheduler.what_if(ask(&wrong)).await.expect_err("no such price");
    let fields = refused.get_details_bad_request().expect("the field").field_violations;
    assert_eq!(fields[0].field, "changes[0].rate_card.hour_micros");
    assert_eq!(branch.plan().await.0.revision, board.revision, "nothing happened to the board");
}

#[tokio::test]
async fn a_board_is_closed_where_the_caller_thinks_it_is_and_whoever_follows_it_is_told() {
    let mut branch = Branch::new().await;
    let request = wire::WatchBoardRequest { board_id: "north".to_owned(), from_revision: None };
    let mut stream = branch.boards.watch_board(request).await.expect("a stream").into_inner();
    branch.apply(Some(1), vec![branch.sick("E-1", 0, 7)]).await.expect("an answer");

    let close = |board| wire::CloseBoardRequest { board };
    let nothing = branch.boards.close_board(close(None)).await.expect_err("which one?");
    assert_eq!(nothing.code(), Code::InvalidArgument);
    assert!(nothing.message().contains("board.board_id"), "{nothing}");
    let moved = branch.boards.close_board(close(Branch::revision(Some(1)))).await.expect_err("it is at 2");
    assert_eq!(moved.code(), Code::Aborted);
    let unknown = wire::BoardRevision { board_id: "south".to_owned(), revision: None };
    let unknown = branch.boards.close_board(close(Some(unknown))).await.expect_err("there is none");
    assert_eq!(unknown.code(), Code::NotFound);
    branch.apply(Some(2), vec![branch.sick("E-2", 1, 8)]).await.expect("it goes on");

    let closed = branch.boards.close_board(close(Branch::revision(Some(3)))).await.expect("it is at 3");
    let closed = closed.into_inner().board.expect("it");
    assert!(closed.revision == 3 && closed.close_time.is_some(), "{closed:?}");
    let left = loop {
        match stream.message().await {
            Ok(step) => assert!(step.is_some(), "it does not just end"),
            Err(status) => break status,
        }
    };
    assert_eq!(left.code(), Code::Unavailable);
    let refused = branch.apply(None, vec![branch.sick("E-3", 2, 9)]).await.expect_err("it is closed");
    let details = refused.get_error_details();
    let reason = &details.error_info().expect("ErrorInfo").reason;
    assert_eq!((refused.code(), reason.as_str()), (Code::FailedPrecondition, "BOARD_CLOSED"));
    let again = branch.boards.close_board(close(Branch::revision(None))).await.expect("as it was");
    assert_eq!(again.into_inner().board.expect("it").close_time, closed.close_time);
    let page = branch.boards.list_boards(wire::ListBoardsRequest::default()).await.expect("a page");
    let listed: Vec<_> = page.into_inner().boards;
    assert_eq!(listed.iter().map(|board| board.close_time).collect::<Vec<_>>(), [closed.close_time]);
}

#[tokio::test]
async fn a_full_server_has_room_again_once_a_board_is_closed() {
    let server = Server::start(&[]);
    let mut boards = BoardsClient::new(server.channel().await);
    let problem = small_day(1, 1, 3).problem;
    let make = |number: usize| wire::CreateBoardRequest {
        board: Some(wire::Board { id: format!("branch-{number}"), ..wire::Board::default() }),
        problem: problem.clone(),
        ..wire::CreateBoardRequest::default()
    };
    for number in 0..64 {
        boards.create_board(make(number)).await.expect("there is room");
    }
    let full = boards.create_board(make(64)).await.expect_err("there are as many as there may be");
    assert_eq!(full.code(), Code::ResourceExhausted, "{full}");
    let board = Some(wire::BoardRevision { board_id: "branch-7".to_owned(), revision: None });
    boards.close_board(wire::CloseBoardRequest { board }).await.expect("it is there");
    boards.create_board(make(64)).await.expect("there is room again");
}
