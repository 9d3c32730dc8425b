//! The handlers of the service cycle: each mutating call is one step of its board, done once for its request id.

mod permits;
mod rule_books;
mod stock;
mod tasks;
mod work_orders;

use std::sync::Arc;

use journeyman_board::Timers;
use journeyman_desk::{Command, Desk};
use journeyman_domain::Time;
use prost::Message;
use tonic::service::Routes;
use tonic::{Response, Status};

use super::act::{Done, act, act_at, desk_of, remind, tick_times};
use super::commands::Reader;
use super::planning::time_of;
use crate::boards::{Asking, BoardRefused, Kept, Registry, Undone, once};
use crate::cycle::BoardClock;
use crate::limits::Limits;
use crate::scheduler::{SchedulerConfig, on_own_thread_alone};
use crate::violation::{Report, ViolationCode};
use crate::wire;

/// Most entries of a page, and those of one that does not say.
const PAGE_MAX: i64 = 1_000;
const PAGE_DEFAULT: usize = 100;

/// `WorkOrders`, `Permits`, `Stock`, `RuleBook` and `Tasks`.
#[derive(Clone, Debug)]
pub(crate) struct CycleService {
    config: Arc<SchedulerConfig>,
    registry: Registry,
}

/// A mutating call: which RPC, on which board, and what tells it from others.
struct Asked {
    board: String,
    asking: Option<Asking>,
}

impl Asked {
    /// A call by its request id; `bare` is the request without it.
    fn of(rpc: &str, (board, id): (&str, &str), bare: &impl Message) -> Self {
        Self { board: board.to_owned(), asking: Asking::of(rpc, id, bare) }
    }
}

impl CycleService {
    pub(crate) fn new(config: Arc<SchedulerConfig>, registry: Registry) -> Self {
        Self { config, registry }
    }

    /// Adds the services to others.
    pub(crate) fn add_to(self, routes: Routes) -> Routes {
        use wire::{
            permits_server::PermitsServer, rule_book_server::RuleBookServer, stock_server::StockServer,
            tasks_server::TasksServer, work_orders_server::WorkOrdersServer,
        };
        let bytes = self.config.limits.message_bytes;
        routes
            .add_service(WorkOrdersServer::new(self.clone()).max_decoding_message_size(bytes))
            .add_service(PermitsServer::new(self.clone()).max_decoding_message_size(bytes))
            .add_service(StockServer::new(self.clone()).max_decoding_message_size(bytes))
            .add_service(RuleBookServer::new(self.clone()).max_decoding_message_size(bytes))
            .add_service(TasksServer::new(self).max_decoding_message_size(bytes))
    }

    /// One step of a board's desk.
    async fn step<M: Message + Default + Send + 'static>(
        &self,
        asked: Asked,
        command: impl FnOnce(&Kept, Reader<'_>) -> Result<Command, BoardRefused> + Send + 'static,
        answer: impl FnOnce(&Done<'_>) -> M + Send + 'static,
    ) -> Result<Response<M>, Status> {
        let Asked { board, asking } = asked;
        needed(&board)?;
        self.registry.ready(&board).await?;
        let work = async {
            let kept = self.registry.get(&board)?;
            let (config, asking, timers) = (Arc::clone(&self.config), asking.clone(), Timers::of_runtime());
            let work = move || -> Result<M, BoardRefused> {
                let limits = &config.limits;
                let command = command(&kept, Reader::new(limits))?;
                let told = act(&kept, &command, (limits, asking.as_ref()), answer)?;
                remind(&kept, limits, &timers);
                Ok(told)
            };
            Ok::<_, Undone>(on_own_thread_alone(work).await??)
        };
        Box::pin(once(&self.registry, (&board, asking.as_ref()), work)).await.map(Response::new)
    }

    /// The desk of a board, for questions.
    async fn desk(&self, board: &str) -> Result<(Arc<Kept>, Option<Desk>), Status> {
        needed(board)?;
        self.registry.ready(board).await?;
        let kept = self.registry.get(board).map_err(|refused| refused.status())?;
        let desk = desk_of(&kept.papers);
        Ok((kept, desk))
    }

    fn page_size(&self, size: i32) -> Result<usize, Status> {
        let report = Report::new(self.config.limits.violations_default);
        let size = report.field("page_size").within(i64::from(size), 0, PAGE_MAX);
        report.finish().map_err(|invalid| BoardRefused::from(invalid).status())?;
        let size = size.and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0);
        Ok(size.unwrap_or(PAGE_DEFAULT))
    }
}

/// A page of entries in the order of their ids, and the token of the next one.
fn page<T, W>(
    entries: impl Iterator<Item = T>,
    (token, size): (&str, usize),
    id: impl Fn(&T) -> String,
    write: impl Fn(&T) -> W,
) -> (Vec<W>, String) {
    let mut page: Vec<T> =
        entries.filter(|entry| token.is_empty() || *id(entry) > *token).take(size + 1).collect();
    let more = page.len() > size;
    page.truncate(size);
    let next = page.last().filter(|_| more).map(&id).unwrap_or_default();
    (page.iter().map(write).collect(), next)
}

fn needed(board: &str) -> Result<(), Status> {
    let report = Report::new(1);
    if board.is_empty() {
        report.field("board_id").refuse(ViolationCode::Required, "needed, the id of a board");
    }
    report.finish().map_err(|invalid| BoardRefused::from(invalid).status())
}

/// Moves the clock of a board, which must be told; what the desk does by itself until then is done at its time.
pub(crate) fn advance_clock(
    request: &wire::AdvanceClockRequest,
    kept: &Arc<Kept>,
    (limits, asking): (&Limits, Option<&Asking>),
) -> Result<wire::AdvanceClockResponse, BoardRefused> {
    if kept.papers.clock != BoardClock::Told {
        return Err(BoardRefused::ClockOfTheWall(kept.papers.id.clone()));
    }
    let report = Report::new(limits.violations_default);
    let snapshot = kept.board.snapshot();
    let problem = snapshot.session.problem();
    let at = report.field("now");
    let now = request.now.and_then(|now| jiff::Timestamp::new(now.seconds, now.nanos).ok());
    let now = now.map(|now| time_of(problem, now));
    match now {
        None => at.refuse(ViolationCode::Required, "needed: an instant of the years 1 to 9999"),
        Some(now) if now < snapshot.now.max(Time::ZERO) => {
            at.refuse(ViolationCode::OutOfRange, "lies before the board's time");
        }
        Some(now) if now > Time::ZERO + problem.horizon => {
            at.refuse(ViolationCode::OutOfRange, "lies after the board's horizon");
        }
        Some(_) => {}
    }
    report.finish()?;
    let now = now.expect("a time that is not read has a violation");
    for due in tick_times(kept, now) {
        act_at(kept, &Command::Tick, Some(due), (limits, None), |_| ())?;
    }
    let papers = Arc::clone(&kept.papers);
    act_at(kept, &Command::Tick, Some(now), (limits, asking), move |done| wire::AdvanceClockResponse {
        board: Some(papers.write(done.revision)),
    })
}
