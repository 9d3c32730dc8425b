//! The platform that asks: its boards on the server, a connection each, and one request sent and timed.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use journeyman_api::wire;
use journeyman_api::wire::boards_client::BoardsClient;
use journeyman_api::wire::scheduler_client::SchedulerClient;
use journeyman_sim::traffic::Arrival;
use tokio::time::Instant;
use tonic::transport::{Channel, Uri};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::branch::{Asked, Branch, Heard, Told};
use super::tally::{Kind, Tally};
use crate::commands::desk::refused;
use crate::failure::Failure;

/// How long a server may take to be there.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
/// Bytes of an answer: as many as a server sends by default.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// When the run begins, on the boards' day: everybody is at work.
const BEGIN_S: i64 = 9 * 3_600;

/// Who asks.
pub(super) struct Platform {
    lines: Vec<Line>,
    timeout: Duration,
    /// When it is nine on the boards' day.
    begin: Instant,
    tally: Mutex<Tally>,
}

/// A board and the connection over which it is fed.
pub(super) struct Line {
    branch: Mutex<Branch>,
    channel: Channel,
    /// The start of its day, in seconds of the epoch.
    midnight: i64,
}

impl Line {
    /// Connects and makes the board.
    pub(super) async fn open(
        target: &Uri,
        branch: Branch,
        options: Option<wire::SolveOptions>,
    ) -> Result<Self, Failure> {
        let channel = Channel::builder(target.clone()).connect_timeout(CONNECT_TIME_MAX).connect().await;
        let channel = channel.map_err(|error| {
            Failure::Internal(anyhow::Error::new(error).context(format!("no server at {target}")))
        })?;
        let midnight = branch.problem().start_time.map_or(0, |start| start.seconds);
        let request = wire::CreateBoardRequest {
            board: Some(wire::Board { id: branch.id.clone(), ..wire::Board::default() }),
            problem: Some(branch.problem().clone()),
            options,
            ..wire::CreateBoardRequest::default()
        };
        let made = boards(&channel).create_board(request).await;
        made.map_err(|status| refused(&status).context(format!("the board {}", branch.id)))?;
        Ok(Self { branch: Mutex::new(branch), channel, midnight })
    }

    fn branch(&self) -> MutexGuard<'_, Branch> {
        self.branch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the plan in force, with what the board got better by since it was made.
    async fn look(&self) -> Result<(), Status> {
        let request =
            wire::GetBoardRequest { board_id: self.branch().id.clone(), view: wire::BoardView::Plan.into() };
        let answer = boards(&self.channel).get_board(request).await?.into_inner();
        self.branch().learn(&answer.plan.unwrap_or_default());
        Ok(())
    }

    async fn close(&self) -> Result<(), Status> {
        let board = Some(wire::BoardRevision { board_id: self.branch().id.clone(), revision: None });
        boards(&self.channel).close_board(wire::CloseBoardRequest { board }).await.map(drop)
    }

    /// What was acknowledged and is not so on the board.
    async fn lost(&self) -> Result<Vec<String>, Status> {
        let request =
            wire::GetBoardRequest { board_id: self.branch().id.clone(), view: wire::BoardView::Full.into() };
        let answer = boards(&self.channel).get_board(request).await?.into_inner();
        let problem = answer.problem.unwrap_or_default();
        Ok(self.branch().lost(&problem).into_iter().map(str::to_owned).collect())
    }

    async fn send(&self, asked: Asked, timeout: Duration) -> Result<(), Status> {
        // Boxed: generated clients make futures of tens of KiB.
        let Asked::Apply(request, told) = asked else {
            return within(timeout, Box::pin(self.question(asked))).await;
        };
        let mut boards = boards(&self.channel);
        let answer = within(timeout, Box::pin(boards.apply_events(request))).await;
        let answer = answer.map(tonic::Response::into_inner);
        self.hear(told, &answer);
        answer.map(drop)
    }

    async fn question(&self, asked: Asked) -> Result<(), Status> {
        match asked {
            // Sent where its answer is heard.
            Asked::Apply(..) => Ok(()),
            Asked::Quote(request) => scheduler(&self.channel).quote_arrival_windows(request).await.map(drop),
            Asked::Explanation(request) => scheduler(&self.channel).explain(request).await.map(drop),
            Asked::Look(request) => {
                let answer = boards(&self.channel).get_board(request).await?.into_inner();
                self.branch().learn(&answer.plan.unwrap_or_default());
                Ok(())
            }
        }
    }

    fn hear(&self, told: Told, answer: &Result<wire::ApplyEventsResponse, Status>) {
        let none = wire::Plan::default();
        let heard = match answer {
            Ok(answer) => Heard::Applied(answer.plan.as_ref().unwrap_or(&none)),
            Err(status) if changes_nothing(status.code()) => Heard::Refused,
            Err(_) => Heard::Unanswered,
        };
        self.branch().hear(told, &heard);
    }
}

impl Platform {
    /// It is nine now.
    pub(super) async fn begin(lines: Vec<Line>, timeout: Duration) -> Result<Self, Failure> {
        for line in &lines {
            line.look().await.map_err(|status| refused(&status))?;
        }
        Ok(Self { lines, timeout, begin: Instant::now(), tally: Mutex::default() })
    }

    /// How many boards there are.
    pub(super) fn boards(&self) -> usize {
        self.lines.len()
    }

    /// Sends one request and waits for its answer; it counts from when it was due.
    pub(super) async fn serve(&self, arrival: Arrival, due: Instant) {
        let line = &self.lines[arrival.board];
        let now = line.midnight + BEGIN_S + whole_seconds(due.saturating_duration_since(self.begin));
        let (asked, size) = {
            let mut branch = line.branch();
            (branch.next(arrival.ask, arrival.draw, now), branch.size)
        };
        let kind = asked.kind();
        let answer = line.send(asked, self.timeout).await;
        let went = answer.map(|()| due.elapsed()).map_err(|status| why(&status));
        self.note((kind, size), went);
    }

    /// What was measured since the last time.
    pub(super) fn take_tally(&self) -> Tally {
        std::mem::take(&mut *self.tally())
    }

    /// A look at what was measured until now: the calls' 99th percentile.
    pub(super) fn calls_p99_ms(&self) -> Option<f64> {
        self.tally().together(|kind, _| kind == Kind::Call).quantile_ms(0.99)
    }

    /// Acknowledged calls, and what was acknowledged and is not so on its board.
    pub(super) async fn verify(&self) -> Result<(usize, Vec<String>), Failure> {
        let (mut acknowledged, mut lost) = (0, Vec::new());
        for line in &self.lines {
            acknowledged += line.branch().acknowledged();
            lost.extend(line.lost().await.map_err(|status| refused(&status))?);
        }
        Ok((acknowledged, lost))
    }

    /// Closes the boards.
    pub(super) async fn close(&self) -> Result<(), Failure> {
        for line in &self.lines {
            line.close().await.map_err(|status| refused(&status))?;
        }
        Ok(())
    }

    fn note(&self, what: (Kind, usize), went: Result<Duration, String>) {
        self.tally().note(what, went);
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn boards(channel: &Channel) -> BoardsClient<Channel> {
    BoardsClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
}

fn scheduler(channel: &Channel) -> SchedulerClient<Channel> {
    SchedulerClient::new(channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX)
}

async fn within<T>(timeout: Duration, answer: impl Future<Output = Result<T, Status>>) -> Result<T, Status> {
    let late = |_| Err(Status::deadline_exceeded("no answer in the time that the caller had"));
    tokio::time::timeout(timeout, answer).await.unwrap_or_else(late)
}

/// Whether the server says that nothing has happened.
fn changes_nothing(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition | Code::Aborted)
}

/// The code, and the reason where the server gives one.
fn why(status: &Status) -> String {
    let code = format!("{:?}", status.code());
    match status.get_error_details().error_info() {
        Some(info) => format!("{code} {}", info.reason),
        None => code,
    }
}

fn whole_seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}
