//! Quotes on a board of ten days: how long a caller waits for his windows over loopback, alone and with others.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a client sees")]

use std::error::Error;
use std::time::{Duration, Instant};

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_api::{wire, write_day};
use journeyman_benches::Server;
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use tonic::transport::Channel;

const TECHNICIANS: usize = 50;
const VISITS_A_DAY: usize = 150;
const DAYS: i64 = 10;
const DAY_SECONDS: i64 = 86_400;
/// How long the board is improved before the first question.
const IMPROVED: Duration = Duration::from_secs(20);
/// Questions of each caller.
const QUESTIONS: usize = 500;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let server = Server::start(None).map_err(|error| error.to_string())?;
    let problem = ten_days()?;
    let planned = board(&server, &problem).await?;
    println!("board of {TECHNICIANS} technicians x {DAYS} days, {planned} visits planned");
    println!("callers  questions  quotes  first ms  p50 ms  p99 ms  most ms  server MiB");
    for callers in [1, 4] {
        let mut waiting = tokio::task::JoinSet::new();
        for caller in 0..callers {
            let (address, problem) = (server.address.clone(), problem.clone());
            waiting.spawn(async move { ask(address, &problem, caller).await });
        }
        let (mut waits, mut quotes, mut first) = (Vec::new(), 0, Duration::ZERO);
        for answered in waiting.join_all().await {
            let (took, found) = answered?;
            // The first one after a change works out what all others use.
            first = first.max(took[0]);
            waits.extend_from_slice(&took[1..]);
            quotes += found;
        }
        tell(callers, waits, (first, quotes), &server);
    }
    Ok(())
}

/// Ten reference days one after another, with the people of the first.
fn ten_days() -> Result<wire::Problem, Failure> {
    let mut board: Option<wire::Problem> = None;
    for day in 0..DAYS {
        let seed = u64::try_from(day)? + 1;
        let mut next = write_day(&reference_day(TECHNICIANS, VISITS_A_DAY, seed, Town::StGeorge)?.problem)?;
        if day == 0 {
            next.end_time = next.end_time.map(|end| later(end, DAYS - 1));
            for technician in &mut next.technicians {
                let first = technician.shifts.clone();
                technician.shifts = (0..DAYS).flat_map(|day| first.iter().map(move |s| on(s, day))).collect();
            }
            board = Some(next);
            continue;
        }
        let board = board.as_mut().ok_or("the first day comes first")?;
        let homes: Vec<String> = next.technicians.iter().map(|person| person.home_place_id.clone()).collect();
        next.places.retain(|place| !homes.contains(&place.id));
        board.places.extend(next.places.into_iter().map(|place| renamed(place, day)));
        board.work_orders.extend(next.work_orders.into_iter().map(|order| moved(order, day)));
    }
    board.ok_or_else(|| "there are days".into())
}

fn later(time: wire::Timestamp, days: i64) -> wire::Timestamp {
    wire::Timestamp::from_seconds(time.seconds + days * DAY_SECONDS)
}

fn on(shift: &wire::Shift, day: i64) -> wire::Shift {
    let at = |time: Option<wire::Timestamp>| time.map(|time| later(time, day));
    let mut shift = shift.clone();
    shift.id = format!("{}/{day}", shift.id);
    (shift.start_time, shift.end_time) = (at(shift.start_time), at(shift.end_time));
    shift.soft_end_time = at(shift.soft_end_time);
    for pause in &mut shift.breaks {
        pause.earliest_start_time = at(pause.earliest_start_time);
        pause.latest_start_time = at(pause.latest_start_time);
    }
    shift
}

fn renamed(place: wire::Place, day: i64) -> wire::Place {
    wire::Place { id: format!("{}/{day}", place.id), ..place }
}

fn moved(mut order: wire::WorkOrder, day: i64) -> wire::WorkOrder {
    order.id = format!("{}/{day}", order.id);
    for visit in &mut order.visits {
        visit.id = format!("{}/{day}", visit.id);
        visit.place_id = format!("{}/{day}", visit.place_id);
        for window in &mut visit.time_windows {
            window.start_time = window.start_time.map(|time| later(time, day));
            window.end_time = window.end_time.map(|time| later(time, day));
        }
    }
    order
}

/// Makes the board and lets it get better; how many visits it plans then.
async fn board(server: &Server, problem: &wire::Problem) -> Result<i32, Failure> {
    let mut boards = BoardsClient::connect(server.address.clone()).await?.max_decoding_message_size(64 << 20);
    let request = wire::CreateBoardRequest {
        board: Some(wire::Board { id: "bench".to_owned(), ..Default::default() }),
        problem: Some(problem.clone()),
        options: Some(wire::SolveOptions {
            time_limit: Some(IMPROVED.into()),
            threads: Some(2),
            ..Default::default()
        }),
        ..Default::default()
    };
    boards.create_board(request).await?;
    tokio::time::sleep(IMPROVED * 2).await;
    let request = wire::GetBoardRequest { board_id: "bench".to_owned(), view: wire::BoardView::Plan.into() };
    let plan = boards.get_board(request).await?.into_inner().plan.ok_or("a board has a plan")?;
    Ok(plan.metrics.map_or(0, |metrics| metrics.visits_planned))
}

/// Asks one question after another: how long each took, and how many quotes came.
async fn ask(
    address: String,
    problem: &wire::Problem,
    caller: usize,
) -> Result<(Vec<Duration>, usize), Failure> {
    let mut scheduler: SchedulerClient<Channel> = SchedulerClient::connect(address).await?;
    let (mut waits, mut quotes) = (Vec::new(), 0);
    for number in 0..QUESTIONS {
        let request = question(problem, caller * QUESTIONS + number);
        let begin = Instant::now();
        let answer = scheduler.quote_arrival_windows(request).await?.into_inner();
        waits.push(begin.elapsed());
        quotes += answer.quotes.len();
    }
    Ok((waits, quotes))
}

/// Work like that of some visit, at a place between two others, any time of the ten days.
fn question(problem: &wire::Problem, number: usize) -> wire::QuoteArrivalWindowsRequest {
    let orders = &problem.work_orders;
    let like = &orders[number * 7 % orders.len()].visits[0];
    let at = |number: usize| problem.places[number % problem.places.len()].coordinates.unwrap_or_default();
    let (one, other) = (at(number * 11), at(number * 13 + 5));
    let coordinates = wire::Coordinates {
        latitude: f64::midpoint(one.latitude, other.latitude),
        longitude: f64::midpoint(one.longitude, other.longitude),
    };
    let place = wire::Place { id: "caller".to_owned(), coordinates: Some(coordinates) };
    let visit = wire::Visit {
        id: String::new(),
        place_id: place.id.clone(),
        time_windows: Vec::new(),
        ..like.clone()
    };
    let board = wire::BoardRevision { board_id: "bench".to_owned(), revision: None };
    wire::QuoteArrivalWindowsRequest {
        basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Board(board)) }),
        work_order: Some(wire::WorkOrder { visits: vec![visit], ..Default::default() }),
        places: vec![place],
        ..Default::default()
    }
}

fn tell(callers: usize, mut waits: Vec<Duration>, (first, quotes): (Duration, usize), server: &Server) {
    waits.sort_unstable();
    let ms = |wait: Duration| wait.as_secs_f64() * 1e3;
    let at = |share: usize| ms(waits[(waits.len() * share / 100).min(waits.len() - 1)]);
    println!(
        "{callers:>7} {:>10} {quotes:>7} {:>9.1} {:>7.2} {:>7.2} {:>8.2} {:>11}",
        waits.len(),
        ms(first),
        at(50),
        at(99),
        at(100),
        server.resident_mib().map_or_else(|| "?".to_owned(), |mib| mib.to_string())
    );
}
