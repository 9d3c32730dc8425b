//! Roads from the outside: files made, asked and served; days, boards and quotes driven on them.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::{self, SolveOptions};
use journeyman_domain::{GeoPoint, RoadSource as _};
use journeyman_tests::{Run, Server, data_dir, run, small_day, streets_of};
use journeyman_travel::{RoadNetwork, SnapRules};
use serde_json::{Value, json};
use tempfile::TempDir;
use tonic::Code;

/// A day, its streets, and files of both.
struct Streets {
    folder: TempDir,
    problem: wire::Problem,
}

impl Streets {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let problem = small_day(5, 20, 3).problem.expect("a problem");
        let streets = Self { folder, problem };
        streets.write("streets.osm", &streets_of(&streets.problem));
        let request =
            wire::SolveRequest { problem: Some(streets.problem.clone()), ..wire::SolveRequest::default() };
        streets.write("day.json", &journeyman_api::json::to_json(&request).expect("JSON"));
        let mut places = "id,lat,lon\n".to_owned();
        for place in &streets.problem.places {
            let at = place.coordinates.expect("places have coordinates");
            places += &format!("{},{:.7},{:.7}\n", place.id, at.latitude, at.longitude);
        }
        streets.write("places.csv", &places);
        done(&["roads", "build", &streets.path("streets.osm"), &streets.path("streets.roads")]);
        streets
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("writable");
        self.path(name)
    }

    fn roads(&self) -> String {
        self.path("streets.roads")
    }

    fn solved(&self, day: &str, arguments: &[&str]) -> Value {
        let common = ["solve", day, "--quiet", "--iterations-max", "300", "--time-limit", "60s"];
        let run = done(&[&common[..], arguments].concat());
        serde_json::from_str(&run.stdout).expect("JSON")
    }

    fn points(&self) -> Vec<GeoPoint> {
        let point = |place: &wire::Place| {
            let at = place.coordinates.expect("places have coordinates");
            GeoPoint::from_degrees(at.latitude, at.longitude).expect("on the globe")
        };
        self.problem.places.iter().map(point).collect()
    }
}

/// A run that must succeed.
fn done(arguments: &[&str]) -> Run {
    let run = run(arguments);
    assert_eq!(run.status, Some(0), "{arguments:?}: {}", run.stderr);
    run
}

/// A run that must fail with one clear line.
fn refused(arguments: &[&str], expected: &str) {
    let run = run(arguments);
    assert!(run.status.is_some_and(|status| status > 0), "{arguments:?}: {run:?}");
    assert_eq!(run.stdout, "", "{arguments:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{arguments:?}: {}", run.stderr);
    assert!(run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
}

/// Breaks have none.
fn legs(plan: &Value) -> Vec<&Value> {
    let routes = plan["plan"]["routes"].as_array().expect("routes");
    let stops = routes.iter().flat_map(|route| route["stops"].as_array().expect("stops"));
    let legs = stops.map(|stop| &stop["leg"]).chain(routes.iter().map(|route| &route["returnLeg"]));
    legs.filter(|leg| leg.is_object()).collect()
}

#[test]
fn a_matrix_of_a_road_file_is_that_of_its_network_rounded_up() {
    let streets = Streets::new();
    let (roads, places) = (streets.roads(), streets.path("places.csv"));
    let csv = done(&["roads", "matrix", "--roads", &roads, "--places", &places]).stdout;
    let network = RoadNetwork::load(roads.as_ref()).expect("a road file");
    let points = streets.points();
    let expected = network.legs(0, &points, &points).expect("ways");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("from,to,seconds,meters"));
    let ids: Vec<&str> = streets.problem.places.iter().map(|place| place.id.as_str()).collect();
    let pairs = ids.iter().flat_map(|from| ids.iter().map(move |to| (from, to)));
    for (((from, to), leg), line) in pairs.zip(&expected).zip(&mut lines) {
        let (seconds, meters) = (leg.milliseconds.div_ceil(1_000), leg.centimeters.div_ceil(100));
        assert_eq!(line, format!("{from},{to},{seconds},{meters}"));
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_day_on_roads_says_so_keeps_its_check_and_equals_the_day_with_that_matrix() {
    let streets = Streets::new();
    let (roads, day) = (streets.roads(), streets.path("day.json"));
    let on_roads = streets.solved(&day, &["--roads", &roads, "--format", "json"]);
    assert!(legs(&on_roads).iter().all(|leg| leg["source"] == "LEG_SOURCE_ROAD"));
    let warned = on_roads["plan"]["warnings"].as_array().expect("the day brings an estimate");
    assert!(warned.iter().all(|warning| warning["code"] == "ROADS_INSTEAD_OF_ESTIMATE"), "{warned:?}");
    let plan = streets.write("plan.json", &on_roads.to_string());
    let checked = done(&["check", &day, &plan, "--roads", &roads]);
    assert!(checked.stdout.contains("no violations"), "{}", checked.stdout);
    assert_eq!(run(&["check", &day, &plan]).status, Some(1), "by estimates the legs are others");

    let places = streets.path("places.csv");
    let matrix =
        done(&["roads", "matrix", "--roads", &roads, "--places", &places, "--format", "json"]).stdout;
    let mut given: Value = serde_json::from_str(&fs::read_to_string(&day).expect("written")).expect("JSON");
    given["problem"]["travel"] = json!({ "matrix": serde_json::from_str::<Value>(&matrix).expect("JSON") });
    let given = streets.write("given.json", &given.to_string());
    let by_matrix = streets.solved(&given, &["--roads", &roads, "--format", "json"]);
    assert!(
        legs(&by_matrix).iter().all(|leg| leg["source"] == "LEG_SOURCE_MATRIX"),
        "a matrix counts before roads"
    );
    assert_eq!(by_matrix["plan"]["cost"], on_roads["plan"]["cost"]);
}

#[test]
fn routes_on_a_map_follow_the_roads() {
    let streets = Streets::new();
    let day = streets.path("day.json");
    let on_roads = streets.solved(&day, &["--roads", &streets.roads(), "--format", "geojson"]);
    let network = RoadNetwork::load(streets.roads().as_ref()).expect("a road file");
    let mut corners = 0;
    for feature in on_roads["features"].as_array().expect("features") {
        if feature["geometry"]["type"] != "LineString" {
            continue;
        }
        for corner in feature["geometry"]["coordinates"].as_array().expect("corners") {
            let degrees = |at: usize| corner[at].as_f64().expect("a number");
            let point = GeoPoint::from_degrees(degrees(1), degrees(0)).expect("on the globe");
            let beside = network.snap(point).expect("near a road").2;
            let is_place = streets.points().contains(&point);
            assert!(is_place || beside <= 200, "{beside} cm beside the road");
            corners += usize::from(!is_place);
        }
    }
    assert!(corners > 50, "only {corners} corners of roads");
}

#[test]
fn periods_slow_the_roads_down_at_their_hours() {
    let streets = Streets::new();
    let periods =
        streets.write("periods.csv", "start,class,permille\n00:00,*,1000\n07:00,*,2000\n09:00,*,1000\n");
    let slow = streets.path("slow.roads");
    done(&["roads", "build", &streets.path("streets.osm"), &slow, "--periods", &periods]);
    let places = streets.path("places.csv");
    let at = |time: &str| {
        let run = done(&["roads", "matrix", "--roads", &slow, "--places", &places, "--at", time]);
        let seconds = run.stdout.lines().skip(1).map(|line| line.split(',').nth(2).expect("seconds").parse());
        seconds.map(|seconds: Result<u64, _>| seconds.expect("a number")).sum::<u64>()
    };
    let (free, jam) = (at("06:59"), at("07:00"));
    assert_eq!(at("09:00"), free);
    assert!(
        jam * 10 > free * 18 && jam <= free * 2,
        "{jam} for {free} s: the way to the road takes as long as ever"
    );
    let day = streets.path("day.json");
    let plan = streets.solved(&day, &["--roads", &slow, "--format", "json"]);
    let plan = streets.write("plan.json", &plan.to_string());
    assert!(done(&["check", &day, &plan, "--roads", &slow]).stdout.contains("no violations"));
    for (text, expected) in [
        ("start,class\n", "line 1: the header is not `start,class,permille`"),
        ("start,class,permille\n7:00,*,1500\n", "line 2: start \"7:00\" is not HH:MM"),
        ("start,class,permille\n07:00,lane,1500\n", "line 2: class \"lane\" is no class of road"),
        ("start,class,permille\n07:00,*,900\n", "line 2: permille \"900\" is not within 1000 and 60000"),
    ] {
        let periods = streets.write("periods.csv", text);
        refused(&["roads", "build", &streets.path("streets.osm"), &slow, "--periods", &periods], expected);
    }
}

#[test]
fn broken_input_gets_one_line_and_leaves_nothing() {
    let streets = Streets::new();
    let out = streets.path("out.roads");
    let letter = streets.write("letter.osm.pbf", "dear sirs");
    let footpath = "<osm><node id='1' lat='1' lon='1'/><node id='2' lat='1' lon='2'/><way id='1'><nd ref='1'/><nd \
                    ref='2'/><tag k='highway' v='footway'/></way></osm>";
    let footpath = streets.write("footpath.osm", footpath);
    for (extract, expected) in [
        (streets.path("nowhere.osm.pbf"), "No such file"),
        (letter.clone(), "no complete OpenStreetMap extract"),
        (footpath, "no road in it that cars may drive there and back"),
    ] {
        refused(&["roads", "build", &extract, &out], expected);
        assert!(!Path::new(&out).exists());
    }
    let extract = streets.path("streets.osm");
    refused(&["roads", "build", &extract, &extract], "the road file would replace the extract");
    let day = streets.path("day.json");
    refused(&["solve", &day, "--roads", &letter], "no road file");
    refused(&["solve", &day, "--roads", &streets.path("missing")], "No such file");
    refused(&["serve", "--roads", &letter], "no road file");
    refused(&["solve", &day, "--roads", "https://router.example.org"], "only http:// services can be asked");
    for (places, expected) in [
        ("id,lat,lon\nparis,48.85,2.35\n", "place \"paris\" lies"),
        ("id,lon,lat\n", "line 1: the header is not `id,lat,lon`"),
        ("id,lat,lon\na,91,0\n", "line 2: place \"a\" lies at \"91\", \"0\""),
        ("id,lat,lon\na,1,1\na,1,1\n", "line 3: id \"a\" is empty or given twice"),
        ("id,lat,lon\n", "no place in it"),
    ] {
        let places = streets.write("broken.csv", places);
        refused(&["roads", "matrix", "--roads", &streets.roads(), "--places", &places], expected);
    }
}

#[test]
fn a_day_in_another_country_is_refused_by_the_name_of_the_place() {
    let streets = Streets::new();
    let mut problem = streets.problem.clone();
    problem.places[3].coordinates = Some(wire::Coordinates { latitude: 48.85, longitude: 2.35 });
    let name = format!("place \"{}\" lies", problem.places[3].id);
    let request = wire::SolveRequest { problem: Some(problem), ..wire::SolveRequest::default() };
    let day = streets.write("paris.json", &journeyman_api::json::to_json(&request).expect("JSON"));
    refused(&["solve", &day, "--quiet", "--roads", &streets.roads()], &name);
}

#[test]
fn a_generated_day_is_placed_on_the_streets() {
    let streets = Streets::new();
    // Drawn elsewhere: in the town of the benchmark, not on these streets' side of the world.
    let mut problem = streets.problem.clone();
    for place in &mut problem.places {
        place.coordinates.as_mut().expect("places have coordinates").longitude += 90.0;
    }
    let count = problem.places.len();
    let request = wire::SolveRequest { problem: Some(problem), ..wire::SolveRequest::default() };
    let day = streets.write("east.json", &journeyman_api::json::to_json(&request).expect("JSON"));
    let bench = done(&["bench", "day", &day, "--roads", &streets.roads(), "--time-limit", "300ms"]);
    assert!(
        bench.stderr.contains(&format!("{count} of {count} places were drawn on the streets")),
        "{}",
        bench.stderr
    );
    let report: Value = serde_json::from_str(&bench.stdout).expect("JSON");
    assert!(!report["routes"].as_array().expect("routes").is_empty());
}

/// What a plain HTTP request is answered: status and body.
fn get(address: &str, path: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("writable");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).unwrap_or_else(|_| panic!("JSON, not {body}")))
}

#[test]
fn the_table_api_is_spoken_as_osrm_speaks_it() {
    let streets = Streets::new();
    let server = Server::run(&[
        "roads",
        "serve",
        "--roads",
        &streets.roads(),
        "--listen",
        "127.0.0.1:0",
        "--table-max",
        "4",
    ]);
    let points = &streets.points()[..3];
    let coordinates: Vec<String> =
        points.iter().map(|point| format!("{},{}", point.longitude(), point.latitude())).collect();
    let coordinates = coordinates.join(";");
    let network = RoadNetwork::load(streets.roads().as_ref()).expect("a road file");
    let legs = network.legs_on_roads(0, points, points).expect("ways");

    let (status, table) = get(server.address(), &format!("/table/v1/driving/{coordinates}"));
    assert_eq!((status, &table["code"]), (200, &json!("Ok")));
    assert!(table.get("distances").is_none(), "durations only, unless asked");
    for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
        let seconds = table["durations"][row][column].as_f64().expect("seconds");
        assert!((seconds * 1e3 - legs[row * 3 + column].milliseconds as f64).abs() < 1e-6);
    }
    let access = f64::from(network.snap(points[1]).expect("near").2) / 1e2;
    assert_eq!(table["sources"][1]["distance"].as_f64(), Some(access));
    assert_eq!(table["destinations"][0]["location"].as_array().map(Vec::len), Some(2));

    let options = "sources=2&destinations=0;1&annotations=distance";
    let (_, part) = get(server.address(), &format!("/table/v1/car/{coordinates}?{options}"));
    assert_eq!(part["distances"][0][1].as_f64(), Some(legs[7].centimeters as f64 / 1e2));
    assert_eq!(part["sources"].as_array().map(Vec::len), Some(1));

    for (path, code) in [
        ("/route/v1/driving/0,0;1,1".to_owned(), "InvalidService"),
        ("/table/v1/driving/0;1".to_owned(), "InvalidUrl"),
        ("/table/v1/driving/2.35,48.85;2.36,48.86".to_owned(), "NoSegment"),
        (format!("/table/v1/driving/{coordinates};0,0;1,1"), "TooBig"),
        (format!("/table/v1/driving/{coordinates}?fallback_speed=3"), "InvalidOptions"),
    ] {
        let (status, refused) = get(server.address(), &path);
        assert_eq!((status, refused["code"].as_str()), (400, Some(code)), "{path}");
        assert!(refused["message"].is_string());
    }
}

#[test]
fn a_service_answers_as_the_file_behind_it() {
    let streets = Streets::new();
    let (roads, places) = (streets.roads(), streets.path("places.csv"));
    let mut server = Server::run(&["roads", "serve", "--roads", &roads, "--listen", "127.0.0.1:0"]);
    let url = format!("http://{}", server.address());
    let by_file = done(&["roads", "matrix", "--roads", &roads, "--places", &places]).stdout;
    let by_service = done(&["roads", "matrix", "--roads", &url, "--places", &places]).stdout;
    assert_eq!(by_service, by_file);
    let day = streets.path("day.json");
    let on_file = streets.solved(&day, &["--roads", &roads, "--format", "json"]);
    let on_service = streets.solved(&day, &["--roads", &url, "--format", "json"]);
    assert_eq!(on_service["plan"]["cost"], on_file["plan"]["cost"]);
    let far = streets.write("far.csv", "id,lat,lon\nparis,48.85,2.35\n");
    refused(&["roads", "matrix", "--roads", &url, "--places", &far], "NoSegment");
    let strict = ["roads", "matrix", "--roads", &url, "--places", &places, "--road-distance-max", "1"];
    refused(&strict, "from the nearest road; the limit is 1 m");
    server.terminate();
    assert!(server.wait().success());
    refused(&["roads", "matrix", "--roads", &url, "--places", &places], &url);
    refused(&["solve", &day, "--quiet", "--roads", &url], &url);
}

#[test]
fn more_places_than_one_request_holds_are_asked_for_in_parts() {
    let streets = Streets::new();
    let roads = streets.roads();
    let network = RoadNetwork::load(roads.as_ref()).expect("a road file").with_rules(SnapRules::default());
    let mut places = "id,lat,lon\n".to_owned();
    for at in 0..130_u64 {
        let point = network.point_at(at * 10_007_003);
        places += &format!("p{at},{:.7},{:.7}\n", point.latitude(), point.longitude());
    }
    let places = streets.write("many.csv", &places);
    // What OSRM allows unless it is told otherwise.
    let server = ["roads", "serve", "--roads", &roads, "--listen", "127.0.0.1:0", "--table-max", "100"];
    let server = Server::run(&server);
    let url = format!("http://{}", server.address());
    let by_file = done(&["roads", "matrix", "--roads", &roads, "--places", &places]).stdout;
    assert_eq!(by_file.lines().count(), 1 + 130 * 130);
    assert_eq!(done(&["roads", "matrix", "--roads", &url, "--places", &places]).stdout, by_file);
}

#[tokio::test]
async fn a_server_with_roads_drives_days_boards_and_quotes_on_them() {
    let streets = Streets::new();
    let server = Server::start(&["--roads", &streets.roads()]);
    let options = SolveOptions {
        time_limit: Some(Duration::from_secs(60).into()),
        iterations_max: Some(200),
        ..SolveOptions::default()
    };
    let on_roads = |plan: &wire::Plan| {
        let stops = plan.routes.iter().flat_map(|route| &route.stops);
        let legs = stops.map(|stop| stop.leg).chain(plan.routes.iter().map(|route| route.return_leg));
        legs.flatten().all(|leg| leg.source() == wire::LegSource::Road)
    };
    let mut problem = streets.problem.clone();
    problem.travel = None;
    let request =
        wire::SolveRequest { problem: Some(problem.clone()), options: Some(options), ..Default::default() };
    let plan = server.scheduler().await.solve(request).await.expect("an answer").into_inner().plan;
    assert!(on_roads(&plan.expect("a plan")));

    let mut boards = BoardsClient::new(server.channel().await).max_decoding_message_size(64 << 20);
    let board = wire::CreateBoardRequest {
        board: Some(wire::Board { id: "north".to_owned(), ..wire::Board::default() }),
        problem: Some(problem.clone()),
        options: Some(options),
        ..wire::CreateBoardRequest::default()
    };
    boards.create_board(board).await.expect("a board");
    let start = problem.start_time.expect("a start").seconds;
    let event = |id: &str, kind: wire::event::Kind| wire::Event {
        id: id.to_owned(),
        event_time: Some(wire::Timestamp { seconds: start + 7 * 3_600, nanos: 0 }),
        kind: Some(kind),
    };
    let call = |id: &str, coordinates: wire::Coordinates| {
        let place = wire::Place { id: format!("home of {id}"), coordinates: Some(coordinates) };
        let visit = wire::Visit {
            id: format!("visit of {id}"),
            place_id: place.id.clone(),
            service_duration: Some(wire::Duration::from_seconds(1_800)),
            ..wire::Visit::default()
        };
        let order =
            wire::WorkOrder { id: format!("order of {id}"), visits: vec![visit], ..Default::default() };
        (order, place)
    };
    let beside = problem.places[7].coordinates.expect("places have coordinates");
    let (order, place) = call("ann", wire::Coordinates { latitude: beside.latitude + 0.001, ..beside });
    let received = wire::CallReceived { work_order: Some(order), places: vec![place], ..Default::default() };
    let located = wire::TechnicianLocated {
        technician_id: problem.technicians[0].id.clone(),
        coordinates: Some(wire::Coordinates { longitude: beside.longitude + 0.002, ..beside }),
    };
    let events = vec![
        event("e1", wire::event::Kind::CallReceived(received)),
        event("e2", wire::event::Kind::TechnicianLocated(located)),
    ];
    let apply = |events: Vec<wire::Event>| wire::ApplyEventsRequest {
        board: Some(wire::BoardRevision { board_id: "north".to_owned(), revision: None }),
        events,
        ..wire::ApplyEventsRequest::default()
    };
    let answered = boards.apply_events(apply(events)).await.expect("an answer").into_inner();
    assert!(on_roads(&answered.plan.expect("a plan")));

    let paris = wire::Coordinates { latitude: 48.85, longitude: 2.35 };
    let (order, place) = call("marie", paris);
    let received = wire::CallReceived {
        work_order: Some(order.clone()),
        places: vec![place.clone()],
        ..Default::default()
    };
    let far = boards.apply_events(apply(vec![event("e3", wire::event::Kind::CallReceived(received))])).await;
    let far = far.expect_err("no road leads there");
    assert!(far.code() != Code::Internal && far.message().contains("home of marie"), "{far:?}");

    let board = wire::BoardRevision { board_id: "north".to_owned(), revision: None };
    let question = |(work_order, place): (wire::WorkOrder, wire::Place)| wire::QuoteArrivalWindowsRequest {
        basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board.clone())) }),
        work_order: Some(work_order),
        places: vec![place],
        ..wire::QuoteArrivalWindowsRequest::default()
    };
    let near = call("bob", wire::Coordinates { latitude: beside.latitude - 0.002, ..beside });
    server.scheduler().await.quote_arrival_windows(question(near)).await.expect("an answer");
    let far = server.scheduler().await.quote_arrival_windows(question((order, place))).await;
    let far = far.expect_err("no road leads there");
    assert!(far.code() != Code::Internal && far.message().contains("home of marie"), "{far:?}");
}

#[test]
fn columbus_is_built_asked_and_driven_on() {
    let Some(data) = data_dir() else { return };
    let streets = Streets::new();
    let extract = data.join("osm_extracts/columbus_ohio.osm.pbf");
    let roads = streets.path("columbus.roads");
    let built = done(&["roads", "build", extract.to_str().expect("UTF-8"), &roads]);
    assert!(built.stderr.contains("OpenStreetMap contributors"), "{}", built.stderr);
    assert!(built.stderr.contains("the largest part in which each place can be reached"), "{}", built.stderr);
    let cut = fs::read(&extract).expect("the data is there");
    let truncated = streets.folder.path().join("cut.osm.pbf");
    fs::write(&truncated, &cut[..cut.len() / 3]).expect("writable");
    let out = streets.path("cut.roads");
    refused(
        &["roads", "build", truncated.to_str().expect("UTF-8"), &out],
        "no complete OpenStreetMap extract",
    );
    assert!(!Path::new(&out).exists());
    // The day lies in Utah.
    refused(&["solve", &streets.path("day.json"), "--quiet", "--roads", &roads], "from the nearest road");
    let bench =
        done(&["bench", "day", &streets.path("day.json"), "--roads", &roads, "--time-limit", "500ms"]);
    assert!(bench.stderr.contains("places were drawn on the streets"), "{}", bench.stderr);
}
