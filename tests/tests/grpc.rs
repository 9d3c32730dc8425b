//! The service over real sockets, in a process of its own.

use std::time::Duration;

use journeyman_api::wire::{self, SolveOptions, SolveRequest};
use journeyman_tests::{Server, day_file, small_day};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_types::StatusExt;

/// A day with this much time, or, with iterations, as much as they take.
fn request(time_limit: Duration, iterations_max: Option<i64>) -> SolveRequest {
    let options =
        SolveOptions { time_limit: Some(time_limit.into()), iterations_max, ..SolveOptions::default() };
    SolveRequest { options: Some(options), ..small_day(4, 16, 3) }
}

/// Longer than any test waits.
const FOR_EVER: Duration = Duration::from_secs(600);

#[tokio::test]
async fn the_shipped_day_is_planned() {
    let server = Server::start(&[]);
    let text = std::fs::read(day_file("st-george-20x100.json")).expect("the day is shipped");
    let mut day: SolveRequest = journeyman_api::json::from_json(&text, text.len()).expect("a day");
    let options = SolveOptions { time_limit: Some(Duration::from_secs(2).into()), ..SolveOptions::default() };
    day.options = Some(options);
    let answer = server.scheduler().await.solve(day).await.expect("an answer").into_inner();
    let plan = answer.plan.expect("a plan");
    let metrics = plan.metrics.expect("numbers");
    assert_eq!(metrics.visits_planned + metrics.visits_unassigned, 100);
    assert!(metrics.visits_planned >= 80, "{metrics:?}");
    assert_eq!(metrics.mandatory_unserved, plan.bound.expect("a bound").mandatory_unserved);
}

#[tokio::test]
async fn bad_input_is_answered_with_every_field() {
    let server = Server::start(&[]);
    let mut request = request(Duration::from_secs(1), None);
    let problem = request.problem.as_mut().expect("a problem");
    problem.places[0].coordinates = Some(wire::Coordinates { latitude: f64::NAN, longitude: 0.0 });
    problem.work_orders[2].visits[0].place_id = "nowhere".to_owned();
    let status = server.scheduler().await.solve(request).await.expect_err("it is refused");
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let fields: Vec<&str> = details
        .bad_request()
        .expect("BadRequest")
        .field_violations
        .iter()
        .map(|v| v.field.as_str())
        .collect();
    assert!(fields.contains(&"problem.work_orders[2].visits[0].place_id"), "{fields:?}");
    assert!(fields.iter().any(|field| field.starts_with("problem.places[0].coordinates")), "{fields:?}");
}

#[tokio::test]
async fn the_deadline_of_a_call_ends_its_solve_with_a_plan() {
    let server = Server::start(&[]);
    let mut call = Request::new(request(FOR_EVER, None));
    // Long enough for the tests beside it to end, so that the answer is written at once.
    call.set_timeout(Duration::from_secs(6));
    let answer = server.scheduler().await.solve(call).await.expect("an answer in time").into_inner();
    assert!(!answer.plan.expect("a plan").routes.is_empty());
}

#[tokio::test]
async fn a_stream_tells_better_plans_and_ends_with_the_best() {
    let server = Server::start(&[]);
    let call = wire::SolveStreamRequest { solve: Some(request(FOR_EVER, Some(300))) };
    let mut stream = server.scheduler().await.solve_stream(call).await.expect("a stream").into_inner();
    let (mut costs, mut last) = (Vec::new(), None);
    while let Some(answer) = stream.message().await.expect("answers") {
        assert!(last.as_ref().is_none_or(|before: &wire::SolveStreamResponse| !before.r#final));
        assert_eq!(answer.sequence, last.as_ref().map_or(1, |before| before.sequence + 1));
        let bound = answer.bound.expect("how good it is");
        costs.push((bound.mandatory_unserved, bound.cost_micros));
        last = Some(answer);
    }
    assert!(costs.is_sorted_by(|before, after| before >= after), "{costs:?}");
    let last = last.expect("at least one answer");
    assert!(last.r#final && last.plan.is_some());
}

#[tokio::test]
async fn a_stream_tells_better_bounds_and_ends_with_the_proof_of_a_small_day() {
    let server = Server::start(&[]);
    let options = SolveOptions {
        // Far more than it takes: the proof ends it.
        time_limit: Some(Duration::from_secs(60).into()),
        threads: Some(2),
        ..SolveOptions::default()
    };
    let day = SolveRequest { options: Some(options), ..small_day(2, 7, 3) };
    let call = wire::SolveStreamRequest { solve: Some(day) };
    let mut stream = server.scheduler().await.solve_stream(call).await.expect("a stream").into_inner();
    let (mut bounds, mut alone, mut last) = (Vec::new(), 0, None);
    while let Some(answer) = stream.message().await.expect("answers") {
        let bound = answer.bound.expect("how good it is");
        bounds.push((bound.mandatory_unserved_bound, bound.bound_micros));
        alone += usize::from(answer.plan.is_none());
        assert!(answer.plan.is_some() || answer.difference.is_none(), "no plan, so nothing differs");
        last = Some(answer);
    }
    assert!(bounds.is_sorted(), "{bounds:?}");
    assert!(bounds.first() < bounds.last(), "the bound improves: {bounds:?}");
    assert!(alone > 0, "a better bound of the same plan is told of alone");
    let last = last.expect("at least one answer");
    assert!(last.r#final && last.plan.is_some());
    let bound = last.bound.expect("how good it is");
    assert_eq!(bound.optimality(), wire::Optimality::Proved, "{bound:?}");
    assert_eq!((bound.bound_micros, bound.gap), (bound.cost_micros, Some(0.0)));
    let stop = last.statistics.expect("numbers").stop_reason();
    assert_eq!(stop, wire::StopReason::Optimal);
}

#[tokio::test]
async fn a_shuffled_request_gives_the_same_plan() {
    let server = Server::start(&[]);
    let mut scheduler = server.scheduler().await;
    let straight = request(FOR_EVER, Some(200));
    let mut shuffled = straight.clone();
    let problem = shuffled.problem.as_mut().expect("a problem");
    problem.work_orders.reverse();
    problem.technicians.rotate_left(1);
    problem.places.reverse();
    let mut routes = Vec::new();
    for request in [straight, shuffled] {
        let plan = scheduler.solve(request).await.expect("an answer").into_inner().plan.expect("a plan");
        let mut stops: Vec<(String, Option<wire::Timestamp>, String)> = plan
            .routes
            .iter()
            .flat_map(|route| {
                route.stops.iter().filter_map(|stop| match &stop.kind {
                    Some(wire::stop::Kind::Visit(visit)) => {
                        Some((visit.visit_id.clone(), stop.start_time, route.shift_id.clone()))
                    }
                    _ => None,
                })
            })
            .collect();
        stops.sort_by(|a, b| a.0.cmp(&b.0));
        routes.push((stops, plan.cost));
    }
    assert_eq!(routes[0], routes[1]);
}

#[tokio::test]
async fn a_full_queue_refuses_with_its_limit_and_a_cancelled_call_frees_its_worker() {
    let server = Server::start(&["--solves-max", "1", "--queue-max", "1"]);
    let mut scheduler = server.scheduler().await;
    let call = wire::SolveStreamRequest { solve: Some(request(FOR_EVER, None)) };
    let mut running = scheduler.solve_stream(call).await.expect("a stream").into_inner();
    // Its first answer shows that it runs.
    running.message().await.expect("an answer").expect("an answer");

    // One of two more waits, the other is refused at once.
    let mut calls = JoinSet::new();
    for _ in 0..2 {
        let mut scheduler = scheduler.clone();
        calls.spawn(async move { scheduler.solve(request(FOR_EVER, Some(1))).await });
    }
    let first = calls.join_next().await.expect("two calls").expect("no panic");
    let refused = first.expect_err("there is one place in the queue");
    assert_eq!(refused.code(), Code::ResourceExhausted, "{refused:?}");
    assert!(refused.message().contains("the queue is full: 1 "), "{}", refused.message());

    drop(running);
    let second = calls.join_next().await.expect("two calls").expect("no panic");
    assert!(second.expect("the worker is free").into_inner().plan.is_some());
}

/// A small day with its plan.
async fn planned(server: &Server) -> (wire::Problem, wire::Plan) {
    let request = request(FOR_EVER, Some(50));
    let problem = request.problem.clone().expect("a problem");
    let answer = server.scheduler().await.solve(request).await.expect("an answer").into_inner();
    (problem, answer.plan.expect("a plan"))
}

fn question(problem: wire::Problem, plan: wire::Plan, visit_id: &str) -> wire::ExplainRequest {
    let day = wire::PlannedDay { problem: Some(problem), plan: Some(plan) };
    let basis = wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(day)) };
    wire::ExplainRequest { basis: Some(basis), visit_id: visit_id.to_owned(), alternatives_max: Some(5) }
}

fn fields(status: &tonic::Status) -> Vec<String> {
    let details = status.get_error_details();
    let request = details.bad_request().expect("BadRequest");
    request.field_violations.iter().map(|violation| violation.field.clone()).collect()
}

#[tokio::test]
async fn a_visit_is_explained_where_it_is_and_when_it_is_taken_off() {
    let server = Server::start(&[]);
    let (problem, mut plan) = planned(&server).await;
    let (route, at, visit) = plan
        .routes
        .iter()
        .enumerate()
        .flat_map(|(route, noun)| noun.stops.iter().enumerate().map(move |(at, stop)| (route, at, stop)))
        .find_map(|(route, at, stop)| match &stop.kind {
            Some(wire::stop::Kind::Visit(visit)) => Some((route, at, visit.visit_id.clone())),
            _ => None,
        })
        .expect("a visit is served");
    let mut scheduler = server.scheduler().await;
    let call = question(problem.clone(), plan.clone(), &visit);
    let told = scheduler.explain(call).await.expect("explained").into_inner();
    let Some(wire::explain_response::Subject::Assigned(slot)) = told.subject else { panic!("{told:?}") };
    assert_eq!(slot.shift_id, plan.routes[route].shift_id);
    assert!(slot.arrival_window.is_some() && told.saving_micros.is_some() && told.repairs.is_empty());
    assert!(told.alternatives.len() <= 5 && told.alternatives.len() + told.reasons.len() >= 3);

    plan.routes[route].stops.remove(at);
    plan.routes[route].shift_id.push_str(" of yesterday");
    let call = question(problem, plan, &visit);
    let told = scheduler.explain(call).await.expect("explained").into_inner();
    let Some(wire::explain_response::Subject::Unassigned(left)) = told.subject else { panic!("{told:?}") };
    assert_eq!(left.visit_id, visit);
    assert!(!told.alternatives.is_empty(), "the shift that had it can have it again");
    assert!(
        told.repairs.iter().any(|repair| repair.shift_id.ends_with("of yesterday")),
        "{:?}",
        told.repairs
    );
}

#[tokio::test]
async fn a_question_about_a_board_or_about_nothing_is_refused_by_field() {
    let server = Server::start(&[]);
    let (problem, plan) = planned(&server).await;
    let mut scheduler = server.scheduler().await;
    let board = wire::BoardRevision { board_id: "b".to_owned(), revision: None };
    let basis = wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) };
    let call = wire::ExplainRequest {
        basis: Some(basis),
        visit_id: "V-1001".to_owned(),
        ..wire::ExplainRequest::default()
    };
    let status = scheduler.explain(call.clone()).await.expect_err("there is no such board");
    assert_eq!(status.code(), Code::NotFound);
    let nameless = wire::plan_basis::Basis::Board(wire::BoardRevision::default());
    let basis = Some(wire::PlanBasis { basis: Some(nameless) });
    let call = wire::ExplainRequest { basis, ..call };
    let status = scheduler.explain(call).await.expect_err("a board without an id");
    assert_eq!(fields(&status), ["basis.board.board_id"]);
    let status = scheduler.explain(wire::ExplainRequest::default()).await.expect_err("nothing is asked");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(fields(&status), ["basis.day", "visit_id"]);
    let call = wire::ExplainRequest { alternatives_max: Some(0), ..question(problem, plan, "nobody") };
    let status = scheduler.explain(call).await.expect_err("nobody knows the visit");
    assert_eq!(fields(&status), ["alternatives_max", "visit_id"]);
    let call = wire::EvaluatePlanRequest::default();
    let status = scheduler.evaluate_plan(call).await.expect_err("nothing to evaluate");
    assert_eq!(fields(&status), ["problem", "plan"]);
}

#[tokio::test]
async fn a_plan_is_evaluated_with_its_times_without_them_and_broken() {
    let server = Server::start(&[]);
    let (problem, plan) = planned(&server).await;
    let mut scheduler = server.scheduler().await;
    let mut bare = wire::Plan::default();
    for route in &plan.routes {
        let stops =
            route.stops.iter().map(|stop| wire::Stop { kind: stop.kind.clone(), ..wire::Stop::default() });
        bare.routes.push(wire::Route {
            shift_id: route.shift_id.clone(),
            stops: stops.collect(),
            ..wire::Route::default()
        });
    }
    for given in [plan.clone(), bare.clone()] {
        let call = wire::EvaluatePlanRequest { problem: Some(problem.clone()), plan: Some(given) };
        let found = scheduler.evaluate_plan(call).await.expect("evaluated").into_inner();
        assert!(found.feasible && found.violations.is_empty(), "{:?}", found.violations);
        assert_eq!(found.cost, plan.cost);
        let visits = found.metrics.map_or(0, |sum| sum.visits_planned);
        assert_eq!(i32::try_from(found.slacks.len()), Ok(visits));
    }
    let twice = bare.routes[0].stops[0].clone();
    bare.routes[0].stops.push(twice);
    bare.routes[0].stops[0].kind = Some(wire::stop::Kind::Visit(wire::VisitStop {
        visit_id: "gone".to_owned(),
        ..wire::VisitStop::default()
    }));
    let call = wire::EvaluatePlanRequest { problem: Some(problem), plan: Some(bare) };
    let found = scheduler.evaluate_plan(call).await.expect("evaluated").into_inner();
    assert!(!found.feasible && found.slacks.is_empty());
    let unknown = found.violations.iter().find(|violation| violation.code == "UNKNOWN_ID").expect("named");
    assert_eq!(unknown.visit_id, "gone");
}

#[tokio::test]
async fn fields_that_are_not_built_are_refused_by_name() {
    let server = Server::start(&[]);
    let mut request = request(Duration::from_secs(1), None);
    request.problem.as_mut().expect("a problem").work_orders[0].visits[0].crew_size = Some(2);
    let status = server.scheduler().await.solve(request).await.expect_err("not built");
    assert_eq!(status.code(), Code::Unimplemented, "{status:?}");
    assert!(status.message().contains("crew_size"), "{}", status.message());
}

#[tokio::test]
async fn health_says_serving() {
    let server = Server::start(&[]);
    let mut health = HealthClient::new(server.channel().await);
    for service in ["", "journeyman.v1.Scheduler"] {
        let request = HealthCheckRequest { service: service.to_owned() };
        let answer = health.check(request).await.expect("an answer").into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
}

#[tokio::test]
async fn reflection_lists_the_services() {
    let server = Server::start(&[]);
    let mut reflection = ServerReflectionClient::new(server.channel().await);
    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers =
        reflection.server_reflection_info(tokio_stream::once(ask)).await.expect("a stream").into_inner();
    let answer = answers.message().await.expect("an answer").expect("an answer");
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("{answer:?}")
    };
    let names: Vec<&str> = list.service.iter().map(|service| service.name.as_str()).collect();
    for name in ["journeyman.v1.Scheduler", "journeyman.v1.Boards", "grpc.health.v1.Health"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_to_stop_lets_a_running_solve_answer() {
    let mut server = Server::start(&[]);
    let mut scheduler = server.scheduler().await;
    let call = wire::SolveStreamRequest { solve: Some(request(FOR_EVER, None)) };
    let mut running = scheduler.solve_stream(call).await.expect("a stream").into_inner();
    running.message().await.expect("an answer").expect("an answer");
    server.terminate();
    let mut last = None;
    while let Some(answer) = running.message().await.expect("answers") {
        last = Some(answer);
    }
    let last = last.expect("a last answer");
    assert!(last.r#final && last.plan.is_some());
    assert!(server.wait().success());
}

#[tokio::test]
async fn the_metrics_page_counts_calls() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let address = port.to_string();
    let server = Server::start(&["--metrics-listen", &address]);
    server.scheduler().await.solve(request(FOR_EVER, Some(1))).await.expect("an answer");
    let page = page(&address).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("journeyman_calls_total{rpc=\"Solve\",code=\"Ok\"} 1"), "{page}");
    for name in
        ["journeyman_solves_running 0", "journeyman_calls_waiting 0", "journeyman_solve_seconds_count 1"]
    {
        assert!(page.contains(name), "{name} in {page}");
    }
}

/// The metrics page, as a scraper gets it.
async fn page(address: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the page is served");
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut page = String::new();
    stream.read_to_string(&mut page).await.expect("a page");
    page
}
