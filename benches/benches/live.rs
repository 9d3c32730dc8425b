//! A board that stays alive: how long a caller waits for the first checked plan after a call (which is cancelled before the
//! next one), after more calls that stay until there is room for none, and after a sick-out, over loopback, while the board
//! is being improved; and what the server's memory is then. `-- FOLDER` keeps the board in a journal
//! there, so that each answer waits for that disk, too; `-- 20` takes the board of 20 technicians only.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a client sees")]

use std::error::Error;
use std::time::{Duration, Instant};

use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::{wire, write_day};
use journeyman_benches::{JournalFolder, Server};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use tonic::transport::Channel;

/// Technicians, visits, seconds before the first event, calls, sick-outs.
const DAYS: [(usize, usize, u64, usize, usize); 2] = [(20, 100, 20, 100, 10), (200, 1_200, 60, 40, 20)];
/// Between two events: the board is improved meanwhile.
const PAUSE: Duration = Duration::from_millis(300);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let only: Option<usize> = words.iter().find_map(|word| word.parse().ok());
    let folder = words.iter().find(|word| word.parse::<usize>().is_err());
    println!("day         event     count  p50 ms  p99 ms  most ms  served  server MiB");
    for (technicians, visits, seconds, calls, outs) in DAYS {
        if only.is_some_and(|only| only != technicians) {
            continue;
        }
        let journal = folder.map(|folder| JournalFolder::below(folder.into())).transpose()?;
        if let Some(journal) = &journal {
            println!(
                "in a journal; one write to its disk: median {:.2} ms",
                journal.write_time()?.as_secs_f64() * 1e3
            );
        }
        let server = Server::start(journal.as_ref().map(JournalFolder::path))?;
        let mut live = Live::new(&server, (technicians, visits), seconds).await?;
        let name = format!("{technicians} x {visits}");
        let mut waits = Vec::new();
        for number in 0..calls {
            waits.push(live.apply(live.call(number)).await?);
            // Unless somebody has set out for it already.
            let _ = live.apply(live.cancel(number)).await;
        }
        tell(&name, "call", waits, &live, &server);
        let mut waits = Vec::new();
        for number in calls..2 * calls {
            waits.push(live.apply(live.call(number)).await?);
        }
        tell(&name, "more", waits, &live, &server);
        let mut waits = Vec::new();
        for number in 0..outs {
            waits.push(live.apply(live.sick(number)).await?);
        }
        tell(&name, "sick-out", waits, &live, &server);
    }
    Ok(())
}

/// A board under way.
struct Live {
    boards: BoardsClient<Channel>,
    problem: wire::Problem,
    /// Seconds of the day: events come half a minute after another.
    clock: i64,
    served: i32,
    events: usize,
}

impl Live {
    async fn new(
        server: &Server,
        (people, visits): (usize, usize),
        seconds: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let day = reference_day(people, visits, 1, Town::StGeorge)?;
        let problem = write_day(&day.problem)?;
        let boards = BoardsClient::connect(server.address.clone()).await?;
        let mut boards = boards.max_decoding_message_size(64 << 20);
        let options = wire::SolveOptions {
            time_limit: Some(Duration::from_secs(3_600).into()),
            threads: Some(2),
            ..Default::default()
        };
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: "bench".to_owned(), ..Default::default() }),
            problem: Some(problem.clone()),
            options: Some(options),
            ..Default::default()
        };
        boards.create_board(request).await?;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        // Nine in the morning, an hour into the shifts.
        Ok(Self { boards, problem, clock: 9 * 3_600, served: 0, events: 0 })
    }

    /// Applies an event and says how long its answer took.
    async fn apply(&mut self, kind: wire::event::Kind) -> Result<Duration, Box<dyn Error>> {
        self.events += 1;
        self.clock += 30;
        let start = self.problem.start_time.ok_or("a day has a start")?;
        let time = wire::Timestamp { seconds: start.seconds + self.clock, nanos: 0 };
        let event =
            wire::Event { id: format!("E-{}", self.events), event_time: Some(time), kind: Some(kind) };
        let request = wire::ApplyEventsRequest {
            board: Some(wire::BoardRevision { board_id: "bench".to_owned(), revision: None }),
            events: vec![event],
            ..Default::default()
        };
        let begin = Instant::now();
        let answer = self.boards.apply_events(request).await?.into_inner();
        let took = begin.elapsed();
        self.served = answer.plan.and_then(|plan| plan.metrics).map_or(0, |metrics| metrics.visits_planned);
        tokio::time::sleep(PAUSE).await;
        Ok(took)
    }

    /// A call for work like that of some visit, any time of the day, at the same place.
    fn call(&self, number: usize) -> wire::event::Kind {
        let orders = &self.problem.work_orders;
        let like = &orders[number * 7 % orders.len()].visits[0];
        let visit = wire::Visit { id: format!("call {number}"), time_windows: Vec::new(), ..like.clone() };
        let order = wire::WorkOrder { id: visit.id.clone(), visits: vec![visit], ..Default::default() };
        wire::event::Kind::CallReceived(wire::CallReceived { work_order: Some(order), ..Default::default() })
    }

    fn cancel(&self, number: usize) -> wire::event::Kind {
        let subject = wire::cancelled::Subject::VisitId(format!("call {number}"));
        wire::event::Kind::Cancelled(wire::Cancelled { subject: Some(subject) })
    }

    fn sick(&self, number: usize) -> wire::event::Kind {
        let technician_id = self.problem.technicians[number].id.clone();
        wire::event::Kind::SickOut(wire::SickOut { technician_id, ..Default::default() })
    }
}

fn tell(day: &str, event: &str, mut waits: Vec<Duration>, live: &Live, server: &Server) {
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)].as_secs_f64() * 1e3;
    println!(
        "{day:<11} {event:<9} {:>5} {:>7.1} {:>7.1} {:>8.1} {:>7} {:>11}",
        waits.len(),
        at(50),
        at(99),
        at(100),
        live.served,
        server.resident_mib().map_or_else(|| "?".to_owned(), |mib| mib.to_string())
    );
}
