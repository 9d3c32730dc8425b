//! Boards outlive their server: what was answered is there when the next process starts, and counts once.

use std::time::Duration;

use journeyman_api::wire;
use journeyman_tests::{Office, Run, Server, run};
use tonic::Code;

/// Long enough for a small day to be improved and proved, which is waited for only as long as it takes.
const SETTLED: Duration = Duration::from_secs(30);

/// The stops of a plan: who starts what when, and what the customer was told.
fn promises(plan: &wire::Plan) -> Vec<(String, String, Option<wire::Timestamp>, Option<wire::TimeWindow>)> {
    let mut promises = Vec::new();
    for route in &plan.routes {
        for stop in &route.stops {
            if let Some(wire::stop::Kind::Visit(visit)) = &stop.kind {
                let told = visit.arrival_window.as_ref().and_then(|told| told.window);
                promises.push((route.shift_id.clone(), visit.visit_id.clone(), stop.start_time, told));
            }
        }
    }
    promises
}

/// A state as `journal replay` tells it.
fn replayed(data: &str, board: &str) -> wire::BoardState {
    let told = run(&["journal", "replay", "--data", data, "--board", board, "--json"]);
    assert!(told.succeeded(), "{}", told.stderr);
    serde_json::from_str(&told.stdout).expect("a state in JSON")
}

fn verified(data: &str) -> Run {
    let verified = run(&["journal", "verify", "--data", data]);
    assert!(verified.succeeded(), "{}{}", verified.stdout, verified.stderr);
    verified
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &str {
        self.0.path().to_str().expect("temporary folders have plain names")
    }

    /// A server on it; dropping it kills the process.
    fn serve(&self) -> Server {
        Server::start(&["--data", self.path()])
    }
}

#[tokio::test]
async fn a_killed_server_goes_on_where_it_stopped() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut office = Office::at(&server, "north").await;
    office.open("").await.expect("a board");
    let events = vec![office.called("c-1", "Ann", 5), office.sick("s-1", 0, 5)];
    office.apply("", events, Duration::ZERO).await.expect("an answer");
    let events = vec![office.called("c-2", "Ben", 6), office.cancelled("x-1", "Ann", 6)];
    let answer = office.apply("", events.clone(), SETTLED).await.expect("an answer");
    let (board, day, plan) = office.read().await.expect("a board");
    assert_eq!((board.revision, answer.board.expect("it").revision), (3, 3));
    drop(server);

    let state = replayed(folder.path(), "north");
    assert_eq!(state.board.expect("the board"), board);
    assert_eq!(state.problem.expect("its day"), day);
    assert_eq!(state.routes, plan.routes);

    let server = folder.serve();
    let mut office = office.moved_to(&server).await;
    let (again, day_again, _) = office.read().await.expect("it is there");
    assert_eq!((again, day_again), (board, day));
    // Told once more, it has happened already.
    let known = office.apply("", events, Duration::ZERO).await.expect("an answer");
    assert_eq!(known.board.expect("it").revision, 3);
    let more = vec![office.called("c-3", "Cleo", 10)];
    let next = office.apply("", more, Duration::ZERO).await.expect("the day goes on");
    assert_eq!(next.board.expect("it").revision, 4);
    drop(server);
    assert!(verified(folder.path()).stdout.contains("1 boards, 0 broken"));
    // What is frozen lies as far ahead as before: the start has not moved the board's time.
    let state = replayed(folder.path(), "north");
    let seconds = |time: Option<wire::Timestamp>| time.expect("something has happened").seconds;
    assert_eq!(seconds(state.answer_time), seconds(state.now) + 600);
}

#[tokio::test]
async fn a_request_gets_the_same_answer_from_the_next_process_and_is_done_once() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut office = Office::at(&server, "north").await;
    let made = office.open("r-0").await.expect("a board");
    let events = vec![office.called("c-1", "Ann", 7)];
    let first = office.apply("r-1", events.clone(), Duration::ZERO).await.expect("an answer");
    let better = vec![office.called("c-2", "Ben", 8)];
    let settled = office.apply("r-2", better.clone(), SETTLED).await.expect("an answer");
    let quote = office.quote("Cleo").await.expect("windows").remove(0);
    let hold = office.hold("r-3", &quote.id, 3_600).await.expect("it is free");
    let confirmed = office.confirm("r-4", &hold.id).await.expect("it is held");
    drop(server);

    let server = folder.serve();
    let mut office = office.moved_to(&server).await;
    assert_eq!(office.open("r-0").await.expect("made before"), made);
    let again = office.apply("r-1", events.clone(), Duration::ZERO).await.expect("answered before");
    assert_eq!(again, first);
    assert_eq!(office.apply("r-2", better, SETTLED).await.expect("answered before"), settled);
    assert_eq!(office.hold("r-3", &quote.id, 3_600).await.expect("held before"), hold);
    assert_eq!(office.confirm("r-4", &hold.id).await.expect("confirmed before"), confirmed);
    let (board, ..) = office.read().await.expect("a board");
    assert_eq!(board.revision, confirmed.revision, "nothing was done twice");
    let other = vec![office.called("c-9", "Zoe", 9)];
    let reused = office.apply("r-1", other, Duration::ZERO).await.expect_err("the id was used");
    assert_eq!(reused.code(), Code::InvalidArgument);
    let exists = office.open("r-9").await.expect_err("it exists");
    assert_eq!(exists.code(), Code::AlreadyExists);
}

#[tokio::test]
async fn a_hold_survives_its_server_and_still_ends() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut office = Office::at(&server, "north").await;
    office.open("").await.expect("a board");
    let quotes = office.quote("Ann").await.expect("windows");
    let kept = office.hold("", &quotes[0].id, 3_600).await.expect("it is free");
    let quotes = office.quote("Ben").await.expect("windows");
    let short = office.hold("", &quotes[0].id, 1).await.expect("it is free");
    drop(server);
    let holds = replayed(folder.path(), "north").holds;
    let is_held = |id: &str| holds.iter().any(|hold| hold.id == id && hold.state() == wire::HoldState::Held);
    assert!(is_held(&kept.id) && is_held(&short.id), "{holds:?}");

    let server = folder.serve();
    let mut office = office.moved_to(&server).await;
    let window = kept.quote.and_then(|quote| quote.arrival_window).and_then(|told| told.window);
    let confirmed = office.confirm("", &kept.id).await.expect("it is kept");
    assert_eq!(confirmed.promise.expect("a promise").window, window);
    // The other one's time is over soon, also here; then its visit leaves the board.
    let mut board = BoardFollower::of(&server).await;
    board.until_gone("visit of Ben").await;
    let late = office.confirm("", &short.id).await.expect_err("its time is over");
    assert_eq!(late.code(), Code::FailedPrecondition);
}

/// Follows a board until something is so.
struct BoardFollower(tonic::Streaming<wire::WatchBoardResponse>);

impl BoardFollower {
    async fn of(server: &Server) -> Self {
        let client = wire::boards_client::BoardsClient::new(server.channel().await);
        let mut client = client.max_decoding_message_size(64 << 20);
        let request = wire::WatchBoardRequest { board_id: "north".to_owned(), from_revision: None };
        Self(client.watch_board(request).await.expect("it is followed").into_inner())
    }

    async fn until_gone(&mut self, visit: &str) {
        loop {
            let step = self.0.message().await.expect("the stream lives").expect("a board does not end");
            let plan = step.plan.expect("a plan");
            if promises(&plan).iter().all(|(_, planned, ..)| planned != visit)
                && plan.unassigned.iter().all(|left| left.visit_id != visit)
            {
                return;
            }
        }
    }
}

#[tokio::test]
async fn a_folder_has_one_server_and_a_stopped_one_leaves_it() {
    let folder = Folder::new();
    // Whoever is connected and asks nothing is not waited for longer than that.
    let mut server = Server::start(&["--data", folder.path(), "--stop-time-max", "1s"]);
    let mut office = Office::at(&server, "north").await;
    office.open("").await.expect("a board");
    let second = run(&["serve", "--listen", "127.0.0.1:0", "--data", folder.path()]);
    assert!(!second.succeeded());
    assert!(second.stderr.contains("another process serves the boards in"), "{}", second.stderr);
    server.terminate();
    assert!(server.wait().success());
    let server = folder.serve();
    let mut office = office.moved_to(&server).await;
    assert_eq!(office.list().await.expect("boards").len(), 1);
    assert_eq!(office.read().await.expect("it is there").0.revision, 1);
}

#[tokio::test]
async fn a_journal_is_told_to_people_exported_and_imported() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut office = Office::at(&server, "north").await;
    office.open("").await.expect("a board");
    let events = vec![office.called("c-1", "Ann", 7)];
    office.apply("", events, SETTLED).await.expect("an answer");
    // Also while it is served.
    let told = run(&["journal", "replay", "--data", folder.path(), "--board", "north"]);
    assert!(told.succeeded(), "{}", told.stderr);
    assert!(told.stdout.contains("the board is made, with 20 visits"), "{}", told.stdout);
    assert!(told.stdout.contains("callReceived (c-1)"), "{}", told.stdout);
    drop(server);
    let exported = run(&["journal", "export", "--data", folder.path(), "--board", "north"]);
    assert!(exported.succeeded(), "{}", exported.stderr);
    let other = Folder::new();
    let imported =
        journeyman_tests::run_with_input(&["journal", "import", "--data", other.path()], &exported.stdout);
    assert!(imported.succeeded(), "{}", imported.stderr);
    assert_eq!(replayed(other.path(), "north"), replayed(folder.path(), "north"));
    let unknown = run(&["journal", "replay", "--data", folder.path(), "--board", "south"]);
    assert!(unknown.stderr.contains("there is no board south"), "{}", unknown.stderr);
    let nowhere = run(&["journal", "verify"]);
    assert!(nowhere.stderr.contains("--data FOLDER or --database-url URL"), "{}", nowhere.stderr);
}

#[tokio::test]
async fn a_closed_board_stays_closed_and_its_journal_stays() {
    let folder = Folder::new();
    let server = folder.serve();
    let mut office = Office::at(&server, "north").await;
    office.open("r-0").await.expect("a board");
    let events = vec![office.called("c-1", "Ann", 7)];
    office.apply("r-1", events.clone(), Duration::ZERO).await.expect("an answer");
    let closed = office.close(Some(2)).await.expect("it is at 2");
    assert!(closed.close_time.is_some() && closed.revision == 2, "{closed:?}");
    drop(server);

    let server = folder.serve();
    let mut office = office.moved_to(&server).await;
    let refused = office.read().await.expect_err("it is closed");
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    for (request, events) in [("r-1", events), ("r-2", vec![office.called("c-2", "Ben", 8)])] {
        let refused = office.apply(request, events, Duration::ZERO).await.expect_err("it is closed");
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    }
    let refused = office.open("").await.expect_err("its id is not used again");
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    assert_eq!(office.close(None).await.expect("as it was").close_time, closed.close_time);
    let mut other = Office::at(&server, "south").await;
    other.open("").await.expect("another board");
    drop(server);
    assert!(verified(folder.path()).stdout.contains("2 boards, 0 broken"));
    let state = replayed(folder.path(), "north");
    assert_eq!(state.board.expect("the board").revision, 2);
}
