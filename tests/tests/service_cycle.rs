//! The service cycle over real sockets: from the call to the invoice, with planner, permits, parts, messages and restarts.

use journeyman_api::wire::{self, CheckInKind, WorkOrderState};
use journeyman_tests::{BRANCH, Server, ServiceDesk, Shelf, run};
use tonic::Code;
use tonic_types::StatusExt;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("temporary folders have plain names")
    }

    fn serve(&self) -> Server {
        Server::start(&["--data", self.path()])
    }

    /// Effects in a state: what has to leave the house.
    /// The journal, told again without a solver, says the same day and plan as the server.
    async fn assert_told_again_as(&self, desk: &mut ServiceDesk) {
        let (day, routes) = desk.read().await.expect("a board");
        let lived = (day, routes.into_iter().map(unpinned).collect::<Vec<_>>());
        let state = run(&["journal", "replay", "--data", self.path(), "--board", BRANCH, "--json"]);
        let state: wire::BoardState = serde_json::from_str(&state.stdout).expect("a state in JSON");
        let routes = state.routes.into_iter().map(unpinned).collect();
        assert_eq!((state.problem.unwrap_or_default(), routes), lived);
    }

    fn effects(&self, state: &str) -> String {
        let arguments = ["journal", "effects", "--data", self.path(), "--board", BRANCH, "--state", state];
        let listed = run(&arguments);
        assert!(listed.succeeded(), "{}", listed.stderr);
        listed.stdout
    }
}

#[tokio::test]
async fn a_breaker_trip_goes_from_the_call_to_the_invoice_over_two_processes() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 9, 0).await.expect("Monday morning");
    let home =
        [wire::TimeWindow { start_time: Some(desk.time(0, 11, 0)), end_time: Some(desk.time(0, 15, 0)) }];
    let order =
        desk.call("WO-8842", "Recurring breaker trip, 100 A panel", &home).await.expect("it is understood");
    let qualification = order.qualification.clone().expect("an answer");
    assert_eq!(qualification.service_code, "breaker-trip");
    assert!(!qualification.permit_required && !qualification.deciding_words.is_empty());
    // The planner answers in the same step.
    assert_eq!(order.state(), WorkOrderState::Scheduled);
    let visit = order.work_order.expect("work").visits.remove(0);
    let window = visit.promise.expect("a promise").window.expect("a window");
    let (technician, start) = desk.planned("WO-8842/1").await.expect("a plan").expect("it is planned");
    assert!(
        window.start_time.expect("from").seconds <= start && start <= window.end_time.expect("to").seconds
    );
    assert!(folder.effects("waiting").contains("customer.message  WO-8842"), "{}", folder.effects("waiting"));

    // The server dies; the next one goes on.
    drop(server);
    let server = folder.serve();
    let mut desk = ServiceDesk::at(&server).await;
    assert_eq!(desk.order("WO-8842").await.expect("it is there").state(), WorkOrderState::Scheduled);
    let again = desk.planned("WO-8842/1").await.expect("a plan").expect("it is planned");
    assert_eq!(again, (technician.clone(), start));

    let minute = (start - desk.time(0, 0, 0).seconds) / 60;
    desk.clock(0, 0, minute - 20).await.expect("soon");
    let dispatched = desk.order("WO-8842").await.expect("it is there");
    assert_eq!(dispatched.state(), WorkOrderState::Dispatched, "two hours before, by itself");
    desk.check_in("WO-8842/1", &technician, CheckInKind::EnRoute).await.expect("he drives");
    desk.clock(0, 0, minute).await.expect("there");
    desk.check_in("WO-8842/1", &technician, CheckInKind::OnSite).await.expect("he is there");
    desk.check_in("WO-8842/1", &technician, CheckInKind::Started).await.expect("he works");
    desk.clock(0, 0, minute + 65).await.expect("an hour later");
    let parts = [("BRK-20-1P", 1)];
    let completed = desk
        .complete("WO-8842/1", &["panel-before", "cause", "work-done"], &parts)
        .await
        .expect("it is done");
    assert_eq!(completed.state(), WorkOrderState::Completed);

    let refused = desk.close("WO-8842", &[]).await.expect_err("a photo is missing");
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let missing = refused.get_error_details();
    let missing = missing.precondition_failure().expect("what is missing").violations.clone();
    assert!(missing.iter().any(|violation| violation.description.contains("panel-after")), "{missing:?}");
    let closed = desk.close("WO-8842", &["panel-after"]).await.expect("the papers are complete");
    let total: i64 = closed.invoice_lines.iter().map(|line| line.total_cents).sum();
    assert_eq!((closed.state(), closed.invoice_lines.len()), (WorkOrderState::Closed, 2));
    assert!(total > 14_500, "{:?}", closed.invoice_lines);
    assert!(folder.effects("waiting").contains("invoice.requested  WO-8842"));
    folder.assert_told_again_as(&mut desk).await;
    let invoiced = desk.acknowledge("WO-8842", "INV-7").await.expect("the books have it");
    assert_eq!((invoiced.state(), invoiced.invoice_id.as_str()), (WorkOrderState::Invoiced, "INV-7"));

    drop(server);
    let verified = run(&["journal", "verify", "--data", folder.path()]);
    assert!(verified.succeeded(), "{}{}", verified.stdout, verified.stderr);
    let told = run(&["journal", "replay", "--data", folder.path(), "--board", BRANCH]);
    assert!(told.stdout.contains("WO-8842  INVOICED"), "{}{}", told.stdout, told.stderr);
}

#[tokio::test]
async fn a_panel_upgrade_waits_for_its_permit_and_goes_to_a_master() {
    let server = Server::start(&[]);
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    let order = desk.call("WO-8843", "replace panel, 200 A service", &[]).await.expect("it is understood");
    assert_eq!(order.state(), WorkOrderState::AwaitingPermit);
    assert!(order.qualification.expect("an answer").permit_required);
    assert_eq!(
        desk.planned("WO-8843/1").await.expect("a plan"),
        None,
        "nothing is planned without its permit"
    );
    let permit_id = "WO-8843/permit".to_owned();
    let file = wire::FilePermitRequest {
        board_id: BRANCH.to_owned(),
        permit_id: permit_id.clone(),
        ..wire::FilePermitRequest::default()
    };
    let filed = desk.permits.file_permit(file).await.expect("it is filed").into_inner();
    assert!(filed.documents.is_empty(), "the city takes applications online");
    let filed = filed.permit.and_then(|record| record.permit).expect("the permit");
    assert_eq!(filed.state(), wire::PermitState::Filed);

    desk.clock(1, 10, 0).await.expect("Tuesday");
    let issued = wire::Permit {
        id: permit_id.clone(),
        state: wire::PermitState::Issued.into(),
        ..wire::Permit::default()
    };
    let record = wire::RecordPermitRequest {
        board_id: BRANCH.to_owned(),
        permit: Some(issued),
        number: "E-26-0417".to_owned(),
        ..wire::RecordPermitRequest::default()
    };
    desk.permits.record_permit(record).await.expect("the city says so");
    let order = desk.order("WO-8843").await.expect("it is there");
    assert_eq!(
        order.state(),
        WorkOrderState::Scheduled,
        "the permit releases it, and the planner has a place"
    );
    let (technician, start) = desk.planned("WO-8843/1").await.expect("a plan").expect("it is planned");
    assert_eq!(technician, "ann", "the only master");

    let minute = (start - desk.time(0, 0, 0).seconds) / 60;
    desk.clock(0, 0, minute).await.expect("the morning of the work");
    for kind in [CheckInKind::EnRoute, CheckInKind::OnSite, CheckInKind::Started] {
        desk.check_in("WO-8843/1", "ann", kind).await.expect("she works");
    }
    desk.clock(0, 0, minute + 420).await.expect("the evening");
    let papers = [
        "panel-before",
        "panel-after",
        "grounding",
        "labels",
        "load-calculation",
        "utility-disconnect",
        "work-done",
    ];
    desk.complete("WO-8843/1", &papers, &[("PANEL-200", 1), ("GROUND-KIT", 1)]).await.expect("it is done");
    let closed = desk.close("WO-8843", &[]).await.expect("the papers are complete");
    let totals: Vec<i64> = closed.invoice_lines.iter().map(|line| line.total_cents).collect();
    assert_eq!(totals, [80_500, 64_500, 11_200], "seven hours at $115, a panel, grounding");

    let left_open = wire::ListPermitsRequest {
        board_id: BRANCH.to_owned(),
        left_open: true,
        ..wire::ListPermitsRequest::default()
    };
    let open = desk.permits.list_permits(left_open.clone()).await.expect("a page").into_inner().permits;
    let inspection = open[0].inspections[0].clone();
    assert_eq!((open.len(), inspection.state()), (1, wire::InspectionState::Requested));
    let passed = wire::RecordInspectionRequest {
        board_id: BRANCH.to_owned(),
        inspection_id: inspection.id,
        passed: true,
        ..wire::RecordInspectionRequest::default()
    };
    let finaled = desk.permits.record_inspection(passed).await.expect("it passed").into_inner();
    let finaled = finaled.permit.and_then(|record| record.permit).expect("the permit");
    assert_eq!(finaled.state(), wire::PermitState::Finaled);
    let open = desk.permits.list_permits(left_open).await.expect("a page").into_inner().permits;
    assert!(open.is_empty());
    desk.acknowledge("WO-8843", "INV-8").await.expect("the books have it");
}

#[tokio::test]
async fn steps_that_are_not_legal_are_refused_by_name_and_change_nothing() {
    let server = Server::start(&[]);
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    let order =
        desk.call("WO-1", "Recurring breaker trip, 100 A panel", &[]).await.expect("it is understood");
    let before = order.etag;
    let early = desk.check_in("WO-1/1", "bob", CheckInKind::Started).await.expect_err("he is not there");
    assert_eq!(early.code(), Code::FailedPrecondition);
    assert!(early.message().contains("WO-1/1"), "{}", early.message());
    let nowhere = wire::TakeCallRequest {
        board_id: BRANCH.to_owned(),
        call: Some(wire::Call {
            place: Some(wire::Place { id: "nowhere".to_owned(), coordinates: None }),
            symptom: "breaker trips".to_owned(),
            ..wire::Call::default()
        }),
        ..wire::TakeCallRequest::default()
    };
    let nowhere = desk.orders.take_call(nowhere).await.expect_err("nobody knows where that is");
    assert!(nowhere.message().contains("call.place.coordinates"), "{}", nowhere.message());
    let unknown = desk.order("WO-9").await.expect_err("nobody called");
    let details = unknown.get_error_details();
    assert_eq!(details.error_info().expect("ErrorInfo").reason, "WORK_ORDER_UNKNOWN");
    let twice = desk.call("WO-1", "no power in the kitchen", &[]).await.expect_err("the id is taken");
    assert_eq!(twice.code(), Code::AlreadyExists);
    let cancel = wire::CancelWorkOrderRequest {
        board_id: BRANCH.to_owned(),
        work_order_id: "WO-1".to_owned(),
        etag: "0".to_owned(),
        ..wire::CancelWorkOrderRequest::default()
    };
    let stale = desk.orders.cancel_work_order(cancel.clone()).await.expect_err("it has moved on");
    assert_eq!(stale.code(), Code::Aborted);
    // Nor may an event go past the desk.
    let subject = Some(wire::cancelled::Subject::VisitId("WO-1/1".to_owned()));
    let past = wire::Event {
        id: "past".to_owned(),
        event_time: Some(desk.time(0, 8, 30)),
        kind: Some(wire::event::Kind::Cancelled(wire::Cancelled { subject })),
    };
    let apply = wire::ApplyEventsRequest {
        board: Some(wire::BoardRevision { board_id: BRANCH.to_owned(), revision: None }),
        events: vec![past],
        ..wire::ApplyEventsRequest::default()
    };
    let past = desk.boards.apply_events(apply).await.expect_err("it is the desk's");
    assert!(past.message().contains("use WorkOrders.CancelWorkOrder"), "{}", past.message());
    assert_eq!(desk.order("WO-1").await.expect("it is there").etag, before, "nothing has changed");
    let cancelled = desk.orders.cancel_work_order(wire::CancelWorkOrderRequest { etag: before, ..cancel });
    let cancelled = cancelled.await.expect("it is called off").into_inner().work_order.expect("it");
    assert_eq!(cancelled.state(), WorkOrderState::Cancelled);
    assert_eq!(desk.planned("WO-1/1").await.expect("a plan"), None);
}

#[tokio::test]
async fn a_rule_book_is_loaded_read_and_refused_key_by_key() {
    let server = Server::start(&[]);
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    let get = wire::GetRuleBookRequest { board_id: BRANCH.to_owned(), ..Default::default() };
    let book = desk.books.get_rule_book(get.clone()).await.expect("the shipped one").into_inner();
    let book = book.rule_book.expect("a book");
    assert_eq!(book.version, "utah-washington-1");
    let load = |toml: String| wire::LoadRuleBookRequest {
        board_id: BRANCH.to_owned(),
        toml,
        ..wire::LoadRuleBookRequest::default()
    };
    let broken = book.toml.replacen("median_minutes = 75", "median_minutes = -75", 1);
    let refused = desk.books.load_rule_book(load(broken)).await.expect_err("time goes forward");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("service[breaker-trip].median_minutes"), "{}", refused.message());
    let next = book.toml.replacen("utah-washington-1", "utah-washington-2", 1);
    desk.books.load_rule_book(load(next)).await.expect("it is in force");
    let now = desk.books.get_rule_book(get).await.expect("a book").into_inner().rule_book.expect("a book");
    assert_eq!(now.version, "utah-washington-2");
    let list = wire::ListRuleBooksRequest { board_id: BRANCH.to_owned(), ..Default::default() };
    let versions = desk.books.list_rule_books(list).await.expect("versions").into_inner().rule_books;
    let versions: Vec<&str> = versions.iter().map(|book| book.version.as_str()).collect();
    assert_eq!(versions, ["utah-washington-2", "utah-washington-1"]);
}

#[tokio::test]
async fn unclear_words_go_to_a_person_and_parts_are_counted() {
    let server = Server::start(&[]);
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    let order = desk.call("WO-1", "something is odd", &[]).await.expect("it is taken");
    assert_eq!(order.state(), WorkOrderState::Received);
    let list = wire::ListTasksRequest { board_id: BRANCH.to_owned(), ..Default::default() };
    let tasks = desk.tasks.list_tasks(list.clone()).await.expect("a page").into_inner().tasks;
    assert!(tasks.iter().any(|task| task.kind() == wire::TaskKind::Qualify), "{tasks:?}");
    let order = desk.qualify("WO-1", "breaker-trip").await.expect("a person knows");
    assert_eq!(order.state(), WorkOrderState::Scheduled);
    let tasks = desk.tasks.list_tasks(list).await.expect("a page").into_inner().tasks;
    assert!(tasks.iter().all(|task| task.kind() != wire::TaskKind::Qualify), "{tasks:?}");
    let list = wire::ListStockRequest {
        board_id: BRANCH.to_owned(),
        skus: vec!["BRK-20-1P".to_owned()],
        ..wire::ListStockRequest::default()
    };
    let lines = desk.stock.list_stock(list).await.expect("lines").into_inner().lines;
    let (there, reserved) =
        lines.iter().fold((0, 0), |sum, line| (sum.0 + line.quantity, sum.1 + line.reserved_quantity));
    assert_eq!((there, reserved), (4 + 6 + 2 + 20, 1));
}

#[tokio::test]
async fn a_count_that_finds_nothing_takes_the_visit_away_and_a_delivery_brings_it_back() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    let order = desk.qualified("WO-1", "breaker-trip").await.expect("a person knows");
    assert_eq!(order.state(), WorkOrderState::Scheduled);
    let (first, _) = desk.planned("WO-1/1").await.expect("a plan").expect("it has a place");
    desk.count(Shelf::Van(&first), "BRK-20-1P", 0).await.expect("somebody looked");
    let (second, _) = desk.planned("WO-1/1").await.expect("a plan").expect("others have one");
    folder.assert_told_again_as(&mut desk).await;
    for shelf in ["ann", "bob", "cal"].map(Shelf::Van).into_iter().chain([Shelf::Warehouse("supply-house")]) {
        desk.count(shelf, "BRK-20-1P", 0).await.expect("somebody looked");
        folder.assert_told_again_as(&mut desk).await;
    }
    assert_eq!(desk.planned("WO-1/1").await.expect("a plan"), None, "{first}, then {second}, then nobody");
    let order = desk.order("WO-1").await.expect("it is there");
    assert_eq!(order.state(), WorkOrderState::AwaitingParts);
    desk.count(Shelf::Warehouse("supply-house"), "BRK-20-1P", 1).await.expect("a delivery");
    let order = desk.order("WO-1").await.expect("it is there");
    assert_eq!(order.state(), WorkOrderState::Scheduled);
    folder.assert_told_again_as(&mut desk).await;
}

#[tokio::test]
async fn parts_that_nothing_asked_for_yet_serve_the_call_that_does() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    desk.clock(0, 8, 0).await.expect("Monday morning");
    desk.count(Shelf::Warehouse("supply-house"), "BOX-FAN", 3).await.expect("they came");
    desk.count(Shelf::Warehouse("supply-house"), "BOX-FAN", 1).await.expect("and went");
    let order = desk.qualified("WO-1", "fan-install").await.expect("a person knows");
    assert_eq!(order.state(), WorkOrderState::Scheduled);
    let order = desk.qualified("WO-2", "fan-install").await.expect("a person knows");
    assert_eq!(order.state(), WorkOrderState::AwaitingParts, "there was one");
    folder.assert_told_again_as(&mut desk).await;
    let refused = desk.count(Shelf::Van("nobody"), "BOX-FAN", 1).await.expect_err("who is that");
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("location.technician_id"), "{}", refused.message());
}

/// A route without what a plan says of the freeze: that follows from the time of the last answer.
fn unpinned(mut route: wire::Route) -> wire::Route {
    for stop in &mut route.stops {
        if let Some(wire::stop::Kind::Visit(visit)) = &mut stop.kind {
            visit.pinned = false;
        }
    }
    route
}
