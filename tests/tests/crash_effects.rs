//! A server killed at random moments under a service desk that tries again: every work order that was acknowledged is there
//! once, and what the server said that it would send arrives, signed, and can be told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use journeyman_api::wire::{self, WorkOrderState};
use journeyman_testkit::cases;
use journeyman_tests::{BRANCH, Receiver, Server, ServiceDesk, WEBHOOK_SECRET, run};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use tokio::sync::watch;
use tonic::transport::Endpoint;
use tonic::{Code, Status};

/// Longest time that a server lives after it listens.
const LIFE_MAX: Duration = Duration::from_millis(400);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_said_it_would_send_arrives() {
    let kills = cases(6);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("a plain name").to_owned();
    let receiver = Receiver::start(0, 0, 0);
    let url = receiver.url().to_owned();
    let start = || {
        let hooks =
            ["--webhook-url", &url, "--webhook-secret", WEBHOOK_SECRET, "--webhook-time-max", "500ms"];
        Server::start(&[["--data", &path].as_slice(), &hooks].concat())
    };
    let mut server = start();
    let mut desk = ServiceDesk::at(&server).await;
    desk.open().await.expect("a board");
    // In the morning, for some day after today: who comes today is called, not written to.
    desk.clock(0, 9, 0).await.expect("it is told");
    let window =
        wire::TimeWindow { start_time: Some(desk.time(1, 8, 0)), end_time: Some(desk.time(11, 17, 0)) };
    let (tell, known) = watch::channel((server.address().to_owned(), false));
    let caller = tokio::spawn(take_calls(known, window));
    let mut random = Pcg64::seed_from_u64(8_842);
    for _ in 0..kills {
        // A moment that has nothing to do with anything that the server does.
        tokio::time::sleep(random.random_range(Duration::ZERO..LIFE_MAX)).await;
        drop(server);
        server = start();
        tell.send_replace((server.address().to_owned(), false));
    }
    tell.send_replace((server.address().to_owned(), true));
    let scheduled = caller.await.expect("the caller has not panicked");
    assert!(!scheduled.is_empty(), "somebody was promised something");

    // Whoever has a place was promised it, and is written to.
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let told = |bodies: &BTreeMap<String, String>, order: &str| {
        bodies.keys().any(|id| id.starts_with(&format!("{BRANCH}/{order}/")))
    };
    while !scheduled.iter().all(|order| told(&bodies, order)) {
        let request = tokio::task::block_in_place(|| receiver.request());
        assert_eq!(request["signed"], true, "{request}");
        let word = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        let before = bodies.insert(word("id"), word("body"));
        assert!(before.is_none_or(|before| before == word("body")), "one id, one content: {request}");
    }
    drop(server);
    judge(&path, &scheduled, &bodies);
}

/// Takes calls, one after the other, until it is over; the work orders that have a place.
async fn take_calls(known: watch::Receiver<(String, bool)>, window: wire::TimeWindow) -> Vec<String> {
    let mut scheduled = Vec::new();
    for number in 0.. {
        if known.borrow().1 && number > 0 {
            break;
        }
        let id = format!("WO-{number}");
        let place = wire::Place {
            id: format!("house {number}"),
            coordinates: Some(wire::Coordinates { latitude: 37.11, longitude: -113.57 }),
        };
        let call = wire::Call {
            contact_name: "Dana Cole".to_owned(),
            contact_phone: "+1 435 555 0142".to_owned(),
            place: Some(place),
            symptom: "the kitchen light flickers".to_owned(),
            time_windows: vec![window],
            ..wire::Call::default()
        };
        let take = wire::TakeCallRequest {
            request_id: format!("take {number}"),
            board_id: BRANCH.to_owned(),
            work_order_id: id.clone(),
            call: Some(call),
            ..wire::TakeCallRequest::default()
        };
        let qualify = wire::QualifyWorkOrderRequest {
            request_id: format!("qualify {number}"),
            board_id: BRANCH.to_owned(),
            work_order_id: id.clone(),
            service_code: "lighting-repair".to_owned(),
            ..wire::QualifyWorkOrderRequest::default()
        };
        let order = loop {
            let address = known.borrow().0.clone();
            match ask(&address, &take, &qualify).await {
                Ok(order) => break order,
                Err(status) if is_worth_a_retry(status.code()) => tokio::task::yield_now().await,
                Err(status) => panic!("{id}: {status}"),
            }
        };
        if order.state() == WorkOrderState::Scheduled {
            scheduled.push(id);
        }
    }
    scheduled
}

async fn ask(
    address: &str,
    take: &wire::TakeCallRequest,
    qualify: &wire::QualifyWorkOrderRequest,
) -> Result<wire::WorkOrderRecord, Status> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address is a URI");
    let mut orders = wire::work_orders_client::WorkOrdersClient::new(endpoint.connect_lazy());
    orders.take_call(take.clone()).await?;
    let qualified = orders.qualify_work_order(qualify.clone()).await?.into_inner();
    Ok(qualified.work_order.unwrap_or_default())
}

fn is_worth_a_retry(code: Code) -> bool {
    // A connection that breaks in the middle of a call is UNKNOWN or CANCELLED to its client.
    matches!(code, Code::Unavailable | Code::Unknown | Code::Cancelled)
}

/// The journal is whole, has each order once, and knows every effect that arrived; none is given up.
fn judge(path: &str, scheduled: &[String], bodies: &BTreeMap<String, String>) {
    let verified = run(&["journal", "verify", "--data", path]);
    assert!(verified.succeeded(), "{}{}", verified.stdout, verified.stderr);
    let told = run(&["journal", "replay", "--data", path, "--board", BRANCH]);
    for order in scheduled {
        let lines = told.stdout.lines().filter(|line| line.starts_with(&format!("{order}  ")));
        assert_eq!(lines.count(), 1, "{order}");
    }
    let effects = |state: &str| {
        let listed = run(&["journal", "effects", "--data", path, "--board", BRANCH, "--state", state]);
        assert!(listed.succeeded(), "{}", listed.stderr);
        let keys = listed.stdout.lines().filter_map(|line| Some(line.split_once("  ")?.0.to_owned()));
        keys.collect::<BTreeSet<String>>()
    };
    assert!(effects("dead").is_empty());
    let known: BTreeSet<String> = effects("waiting").into_iter().chain(effects("delivered")).collect();
    for id in bodies.keys() {
        let key = id.strip_prefix(&format!("{BRANCH}/")).expect("ids begin with the board");
        assert!(known.contains(key), "{key} arrived, and the journal does not know it");
    }
}
