//! Events that become durable: eight boards with a client each, every event answered with its checked plan and on the disk
//! before the next one is sent, one at a time and in batches. `-- FOLDER [SECONDS]` says which disk, and for how long.

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

const BOARDS: u64 = 8;
/// Technicians and visits of a board.
const DAYS: [(usize, usize); 2] = [(5, 20), (20, 100)];
/// Events in a request.
const BATCHES: [usize; 3] = [1, 4, 16];
/// Seconds of a measurement.
const SECONDS: u64 = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let folder = arguments.next().ok_or("say where: -- FOLDER [SECONDS]")?;
    let seconds = arguments.next().map(|text| text.parse()).transpose()?.unwrap_or(SECONDS);
    println!("boards  day       batch  events  events/s  p50 ms  p99 ms  one write ms");
    for day in DAYS {
        for batch in BATCHES {
            let journal = JournalFolder::below(folder.clone().into())?;
            let write = journal.write_time()?;
            let server = Server::start(Some(journal.path()))?;
            let mut clients = Vec::new();
            for board in 0..BOARDS {
                clients.push(Client::new(&server.address, board, day).await?);
            }
            let begin = Instant::now();
            let end = begin + Duration::from_secs(seconds);
            let mut running = tokio::task::JoinSet::new();
            clients.into_iter().for_each(|client| drop(running.spawn(client.run(batch, end))));
            let mut waits = Vec::new();
            while let Some(done) = running.join_next().await {
                waits.extend(done?.map_err(|status| status.to_string())?);
            }
            tell(day, (batch, write), begin.elapsed(), waits);
        }
    }
    Ok(())
}

/// Who tells one board what happens.
struct Client {
    boards: BoardsClient<Channel>,
    board: String,
    problem: wire::Problem,
    told: usize,
}

impl Client {
    async fn new(
        address: &str,
        board: u64,
        (people, visits): (usize, usize),
    ) -> Result<Self, Box<dyn Error>> {
        let problem = write_day(&reference_day(people, visits, board, Town::StGeorge)?.problem)?;
        let boards = BoardsClient::connect(address.to_owned()).await?;
        let mut boards = boards.max_decoding_message_size(64 << 20);
        let board = format!("branch {board}");
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: board.clone(), ..Default::default() }),
            problem: Some(problem.clone()),
            ..Default::default()
        };
        boards.create_board(request).await?;
        Ok(Self { boards, board, problem, told: 0 })
    }

    /// Batches of events, one after another, until `end`; how long each took.
    async fn run(mut self, batch: usize, end: Instant) -> Result<Vec<(usize, Duration)>, tonic::Status> {
        let mut waits = Vec::new();
        while Instant::now() < end {
            let events = (0..batch).map(|_| self.event()).collect();
            let request = wire::ApplyEventsRequest {
                board: Some(wire::BoardRevision { board_id: self.board.clone(), revision: None }),
                events,
                ..Default::default()
            };
            let begin = Instant::now();
            self.boards.apply_events(request).await?;
            waits.push((batch, begin.elapsed()));
        }
        Ok(waits)
    }

    /// A call, and its cancellation after it: the day stays as large as it was.
    fn event(&mut self) -> wire::Event {
        let number = self.told / 2;
        let kind = if self.told.is_multiple_of(2) { self.call(number) } else { cancel(number) };
        self.told += 1;
        let start = self.problem.start_time.map_or(0, |start| start.seconds);
        // In the night before, so that nothing of the day has happened.
        let time = wire::Timestamp { seconds: start, nanos: 0 };
        wire::Event { id: format!("E-{}", self.told), event_time: Some(time), kind: Some(kind) }
    }

    /// A call for work like that of some visit, any time of the day, at the same place.
    fn call(&self, number: usize) -> wire::event::Kind {
        let orders = &self.problem.work_orders;
        let like = &orders[number * 7 % orders.len()].visits[0];
        let visit = wire::Visit { id: format!("call {number}"), time_windows: Vec::new(), ..like.clone() };
        let order = wire::WorkOrder { id: visit.id.clone(), visits: vec![visit], ..Default::default() };
        wire::event::Kind::CallReceived(wire::CallReceived { work_order: Some(order), ..Default::default() })
    }
}

fn cancel(number: usize) -> wire::event::Kind {
    let subject = wire::cancelled::Subject::VisitId(format!("call {number}"));
    wire::event::Kind::Cancelled(wire::Cancelled { subject: Some(subject) })
}

fn tell(
    (people, visits): (usize, usize),
    (batch, write): (usize, Duration),
    took: Duration,
    mut waits: Vec<(usize, Duration)>,
) {
    waits.sort_unstable_by_key(|&(_, wait)| wait);
    let events: usize = waits.iter().map(|&(events, _)| events).sum();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)].1.as_secs_f64() * 1e3;
    println!(
        "{BOARDS:>6}  {:<8} {batch:>6} {events:>7} {:>9.0} {:>7.1} {:>7.1} {:>13.2}",
        format!("{people} x {visits}"),
        events as f64 / took.as_secs_f64(),
        at(50),
        at(99),
        write.as_secs_f64() * 1e3,
    );
}
