//! Offices of jurisdictions answer how filed permits stand, to a real server over real sockets: their answers count as if
//! somebody had recorded them, whatever offices do.

use std::time::Duration;

use journeyman_api::wire::{self, PermitState, WorkOrderState};
use journeyman_testkit::Postgres;
use journeyman_tests::{BRANCH, PermitAnswer, PermitOffice, Server, ServiceDesk, run};
use tonic::Status;

/// Who issues the permits of the house that calls.
const CITY: &str = "us-ut-st-george";
/// Who issues those of houses beyond the city's limits.
const COUNTY: &str = "us-ut-washington";
/// The permit of a house in the city.
const PERMIT: &str = "WO-8843/permit";
/// The path of a question about it.
const QUESTION: &str = "/status/WO-8843%2Fpermit";
/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server that asks an office of a jurisdiction ever so often.
fn server_that_asks(jurisdiction: &str, office: &PermitOffice, more: &[&str]) -> Server {
    server_that_waits("300ms", jurisdiction, office, more)
}

/// The same, waiting so long for each answer.
fn server_that_waits(most: &str, jurisdiction: &str, office: &PermitOffice, more: &[&str]) -> Server {
    let status = format!("{jurisdiction}={}", office.url());
    let asks = ["--permit-status", &status, "--permit-poll-every", "20ms", "--permit-time-max", most];
    Server::start(&[&asks, more].concat())
}

/// A panel upgrade whose permit is filed, on a board whose clock is the wall's.
async fn filed(server: &Server) -> ServiceDesk {
    let mut desk = ServiceDesk::at(server).await;
    desk.open_today().await.expect("a board");
    file(&mut desk).await;
    desk
}

async fn file(desk: &mut ServiceDesk) {
    let order = desk.call("WO-8843", "replace panel, 200 A service", &[]).await.expect("it is understood");
    assert_eq!(order.state(), WorkOrderState::AwaitingPermit);
    let request = wire::FilePermitRequest {
        board_id: BRANCH.to_owned(),
        permit_id: PERMIT.to_owned(),
        ..wire::FilePermitRequest::default()
    };
    desk.permits.file_permit(request).await.expect("it is filed");
    assert_eq!(
        desk.planned("WO-8843/1").await.expect("a plan"),
        None,
        "nothing is planned before its permit"
    );
}

async fn record(desk: &mut ServiceDesk, permit: &str) -> Result<wire::PermitRecord, Status> {
    let request = wire::GetPermitRequest { board_id: BRANCH.to_owned(), permit_id: permit.to_owned() };
    Ok(desk.permits.get_permit(request).await?.into_inner().permit.unwrap_or_default())
}

/// The permit once it is issued.
async fn issued(desk: &mut ServiceDesk, permit: &str) -> wire::PermitRecord {
    let wait = async {
        loop {
            let record = record(desk, permit).await.expect("it is there");
            if record.permit.as_ref().is_some_and(|permit| permit.state() == PermitState::Issued) {
                return record;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("the office issues it")
}

async fn revision(desk: &mut ServiceDesk) -> i64 {
    let request = wire::GetBoardRequest { board_id: BRANCH.to_owned(), ..wire::GetBoardRequest::default() };
    let board = desk.boards.get_board(request).await.expect("it is there").into_inner();
    board.board.expect("a board").revision
}

fn says(state: &str) -> PermitAnswer {
    PermitAnswer::Says(format!(r#"{{"permit": {{"state": "{state}"}}, "number": "E-26-0417"}}"#))
}

/// Waits for so many questions, each about the permit.
fn wait_for_questions(office: &PermitOffice, count: usize) {
    tokio::task::block_in_place(|| (0..count).for_each(|_| assert_eq!(office.asked(), QUESTION)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_permit_that_its_office_issues_gives_the_visit_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("temporary folders have plain names");
    let office = PermitOffice::start(vec![says("PERMIT_STATE_FILED")]);
    let server = server_that_asks(CITY, &office, &["--data", path]);
    let mut desk = filed(&server).await;
    wait_for_questions(&office, 2);
    office.say(says("PERMIT_STATE_ISSUED"));
    let record = issued(&mut desk, PERMIT).await;
    assert_eq!(record.number, "E-26-0417");
    let permit = record.permit.expect("the permit");
    assert!(
        permit.issued_time.is_some() && permit.expire_time.is_some(),
        "as the rule book says: {permit:?}"
    );
    assert_eq!(desk.order("WO-8843").await.expect("it is there").state(), WorkOrderState::Scheduled);
    let (technician, _) = desk.planned("WO-8843/1").await.expect("a plan").expect("it is planned");
    assert_eq!(technician, "ann", "the only master");

    // What was asked and answered is a step like others: it is told again from the journal.
    drop(server);
    let verified = run(&["journal", "verify", "--data", path]);
    assert!(verified.succeeded(), "{}{}", verified.stdout, verified.stderr);
    let told = run(&["journal", "replay", "--data", path, "--board", BRANCH]);
    assert!(told.stdout.contains("WO-8843  SCHEDULED"), "{}{}", told.stdout, told.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_that_behaves_badly_is_survived() {
    let garbage = |text: &str| PermitAnswer::Says(text.to_owned());
    let office = PermitOffice::start(vec![
        PermitAnswer::Fails(500),
        PermitAnswer::Hangs,
        garbage("<html>maintenance</html>"),
        garbage(&" ".repeat(1 << 20)),
        // What nobody may say of a permit that is filed.
        says("PERMIT_STATE_FINALED"),
        says("PERMIT_STATE_ISSUED"),
    ]);
    let server = server_that_asks(CITY, &office, &[]);
    let mut desk = filed(&server).await;
    issued(&mut desk, PERMIT).await;
    assert_eq!(desk.order("WO-8843").await.expect("it is there").state(), WorkOrderState::Scheduled);
    assert_eq!(office.unseen(), [QUESTION; 6], "what is issued is not asked about any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_news_writes_nothing() {
    let office = PermitOffice::start(vec![says("PERMIT_STATE_FILED")]);
    let server = server_that_asks(CITY, &office, &[]);
    let mut desk = filed(&server).await;
    // The planner may still have been at it.
    let mut before = revision(&mut desk).await;
    loop {
        wait_for_questions(&office, 5);
        let now = revision(&mut desk).await;
        if now == before {
            break;
        }
        assert!(now < 100, "revision {now}: something is written over and over");
        before = now;
    }
    let known = record(&mut desk, PERMIT).await.expect("it is there");
    assert_eq!(known.number, "E-26-0417", "the number of the application is kept before it is granted");
    wait_for_questions(&office, 20);
    assert_eq!(revision(&mut desk).await, before);
    assert_eq!(record(&mut desk, PERMIT).await.expect("it is there"), known);

    // Another date is news, once.
    let expected = known.permit.and_then(|permit| permit.expected_time).expect("as the rule book says");
    let later = wire::Timestamp { seconds: expected.seconds + 86_400, nanos: 0 };
    let permit = wire::Permit {
        state: PermitState::Filed.into(),
        expected_time: Some(later),
        ..wire::Permit::default()
    };
    let delayed = wire::RecordPermitRequest { permit: Some(permit), ..wire::RecordPermitRequest::default() };
    office.say(PermitAnswer::Says(serde_json::to_string(&delayed).expect("it has a JSON form")));
    office.unseen();
    wait_for_questions(&office, 20);
    let now = record(&mut desk, PERMIT).await.expect("it is there");
    let etag: u64 = known.etag.parse().expect("a count of steps");
    assert_eq!(now.etag, (etag + 1).to_string());
    assert_eq!(now.permit.and_then(|permit| permit.expected_time), Some(later));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_is_asked_about_its_own_permits_on_boards_of_the_wall() {
    let city = PermitOffice::start(vec![says("PERMIT_STATE_FILED")]);
    let county = PermitOffice::start(vec![says("PERMIT_STATE_ISSUED")]);
    let status = format!("{COUNTY}={}", county.url());
    let server = server_that_asks(CITY, &city, &["--permit-status", &status]);
    filed(&server).await;
    wait_for_questions(&city, 10);
    assert_eq!(county.unseen(), [""; 0]);

    // The same permit on a board whose clock is told, beside an office that would know.
    let server = server_that_asks(CITY, &county, &[]);
    let mut told = ServiceDesk::at(&server).await;
    told.open().await.expect("a board");
    told.clock(0, 8, 0).await.expect("Monday morning");
    file(&mut told).await;
    let before = revision(&mut told).await;
    // The city's office, asked as often by the other server, is the clock of this wait.
    city.unseen();
    wait_for_questions(&city, 20);
    assert_eq!(county.unseen(), [""; 0]);
    assert_eq!(revision(&mut told).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_office_that_hangs_keeps_no_other_from_being_asked() {
    let (city, county) = (
        PermitOffice::start(vec![PermitAnswer::Hangs]),
        PermitOffice::start(vec![says("PERMIT_STATE_ISSUED")]),
    );
    let status = format!("{COUNTY}={}", county.url());
    let server = server_that_waits("10m", CITY, &city, &["--permit-status", &status]);
    let mut desk = filed(&server).await;
    wait_for_questions(&city, 1);
    // The city hangs for longer than this test lives. A house beyond its limits is the county's.
    let house = wire::Coordinates { latitude: 37.1753, longitude: -113.2899 };
    let order = ("WO-8850", "replace panel, 200 A service");
    desk.call_from(house, order, &[]).await.expect("it is understood");
    let permit = wire::Permit {
        id: "WO-8850/permit".to_owned(),
        state: PermitState::Filed.into(),
        ..wire::Permit::default()
    };
    let by_hand = wire::RecordPermitRequest {
        board_id: BRANCH.to_owned(),
        permit: Some(permit),
        ..wire::RecordPermitRequest::default()
    };
    desk.permits.record_permit(by_hand).await.expect("somebody brought the papers there");
    issued(&mut desk, "WO-8850/permit").await;
    assert_eq!(desk.order("WO-8850").await.expect("it is there").state(), WorkOrderState::Scheduled);
    assert_eq!(county.unseen(), ["/status/WO-8850%2Fpermit"]);
    let waiting = record(&mut desk, PERMIT).await.expect("it is there").permit.unwrap_or_default();
    assert_eq!((waiting.state(), city.unseen()), (PermitState::Filed, Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_office_is_asked_by_whoever_leads_the_board() {
    let postgres = Postgres::start();
    let database = postgres.new_database();
    let place = ["--database-url", database.as_str(), "--lease-time", "1s"];
    // What each process asks is told apart by whom it asks.
    let asked = [(); 2].map(|()| PermitOffice::start(vec![says("PERMIT_STATE_FILED")]));
    let leader = server_that_asks(CITY, &asked[0], &place);
    filed(&leader).await;
    let follower = server_that_asks(CITY, &asked[1], &place);
    wait_for_questions(&asked[0], 20);
    assert_eq!(asked[1].unseen(), [""; 0], "another process leads the board");

    drop(leader);
    asked[1].say(says("PERMIT_STATE_ISSUED"));
    let mut desk = ServiceDesk::at(&follower).await;
    let taken_over = async {
        while let Err(status) = record(&mut desk, PERMIT).await {
            assert_eq!(status.code(), tonic::Code::Unavailable, "{status}");
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, taken_over).await.expect("the lease lapses");
    issued(&mut desk, PERMIT).await;
    assert_eq!(desk.order("WO-8843").await.expect("it is there").state(), WorkOrderState::Scheduled);
    assert_eq!(asked[1].unseen(), [QUESTION]);
}

#[test]
fn offices_that_cannot_be_asked_are_refused_by_their_flag() {
    for (word, problem) in [
        ("http://localhost/", "JURISDICTION=URL"),
        ("us-ut=ftp://localhost/", "http://"),
        ("us-ut=http://localhost/?permit=", "ends with its path"),
    ] {
        let refused = run(&["serve", "--listen", "127.0.0.1:0", "--permit-status", word]);
        assert!(!refused.succeeded(), "{word}");
        let said = &refused.stderr;
        assert!(said.contains("--permit-status") && said.contains(problem), "{said}");
    }
    let twice =
        ["--permit-status", "us-ut=http://localhost/a", "--permit-status", "us-ut=http://localhost/b"];
    let refused = run(&[&["serve", "--listen", "127.0.0.1:0"], &twice[..]].concat());
    assert!(!refused.succeeded() && refused.stderr.contains("is given twice"), "{}", refused.stderr);
}
