//! The handlers of the `Boards` service.

use std::pin::Pin;
use std::sync::Arc;

use journeyman_board::BoardParams;
use journeyman_domain::Time;
use journeyman_engine::{Session, SolveOptions};
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::answer::{Asked, Batch, BoardRefused};
use super::registry::Registry;
use super::watch::follow;
use crate::problem::clock::duration;
use crate::problem::read_under_way;
use crate::request::read_options;
use crate::scheduler::{SchedulerConfig, on_own_thread_alone, wall_clock};
use crate::violation::{Report, ViolationCode};
use crate::wire::boards_server::{Boards, BoardsServer};
use crate::{wire, write_day, write_plan};

/// Messages of one watcher that may wait.
const WATCH_AHEAD: usize = 8;
/// Boards of a page where the request does not say, and at most.
const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: i64 = 1_000;
/// Longest time that a board may keep before now.
const FREEZE_MAX_SECONDS: i64 = 31 * 86_400;

/// Keeps boards.
#[derive(Clone, Debug)]
pub struct BoardsService {
    config: Arc<SchedulerConfig>,
    registry: Registry,
}

impl BoardsService {
    pub(crate) fn new(config: Arc<SchedulerConfig>, registry: Registry) -> Self {
        Self { config, registry }
    }

    /// The service as tonic wants it, with its message size.
    pub(crate) fn into_server(self) -> BoardsServer<Self> {
        let bytes = self.config.limits.message_bytes;
        BoardsServer::new(self).max_decoding_message_size(bytes)
    }

    fn create(&self, request: &wire::CreateBoardRequest) -> Result<wire::CreateBoardResponse, BoardRefused> {
        let limits = &self.config.limits;
        let report = Report::new(limits.violations_default);
        let unset = wire::SolveOptions::default();
        let options =
            read_options(request.options.as_ref().unwrap_or(&unset), limits, &report.field("options"));
        let board_at = report.field("board");
        let asked = request.board.clone().unwrap_or_default();
        if asked.id.is_empty() {
            board_at.field("id").refuse(ViolationCode::Required, "needed");
        }
        board_at.field("id").short_enough(&asked.id, limits.text_bytes);
        board_at.field("display_name").short_enough(&asked.display_name, limits.text_bytes);
        let freeze =
            duration(&board_at.field("freeze_duration"), asked.freeze_duration, 0, FREEZE_MAX_SECONDS);
        let problem_at = report.field("problem");
        let accepted = match &request.problem {
            Some(problem) => read_under_way(problem, limits, &report, &problem_at),
            None => {
                problem_at.refuse(ViolationCode::Required, "needed");
                None
            }
        };
        report.finish()?;
        let problem = accepted.expect("a day that is not read has a violation").problem;
        self.registry.may_add(&asked.id)?;
        // Without a freeze time nothing has happened yet.
        let now = problem.freeze_time.unwrap_or(Time::MIN);
        let (session, _) = Session::open(problem, now)?;
        let options = SolveOptions {
            time_limit: Some(options.time_limit),
            iterations_max: options.iterations_max,
            seed: options.seed,
            threads: options.threads,
            gap_limit: (options.gap_limit > 0.0).then_some(options.gap_limit),
        };
        let freeze = freeze.unwrap_or(journeyman_domain::Duration::ZERO);
        let card = request.problem.as_ref().and_then(|problem| problem.rate_card.clone());
        let params = BoardParams { options, freeze };
        let kept = self.registry.add(&asked, (session, params), card, wall_clock())?;
        let revision = kept.board.since(i64::MAX).revision;
        Ok(wire::CreateBoardResponse { board: Some(kept.write(&asked.id, revision)) })
    }

    fn get(&self, request: &wire::GetBoardRequest) -> Result<wire::GetBoardResponse, BoardRefused> {
        let kept = self.registry.get(&request.board_id)?;
        let since = kept.board.since(i64::MAX);
        let view = request.view();
        let with_plan = matches!(view, wire::BoardView::Plan | wire::BoardView::Full);
        let plan = with_plan.then(|| {
            let mut plan = write_plan(&since.reply.problem, &since.reply.plan, &[]);
            plan.revision = since.revision;
            plan
        });
        let problem = (view == wire::BoardView::Full).then(|| {
            // The contract had words for all that the day was made from.
            write_day(kept.board.snapshot().session.problem()).unwrap_or_default()
        });
        let board = Some(kept.write(&request.board_id, since.revision));
        Ok(wire::GetBoardResponse { board, plan, problem })
    }

    fn list(&self, request: &wire::ListBoardsRequest) -> Result<wire::ListBoardsResponse, BoardRefused> {
        let report = Report::new(self.config.limits.violations_default);
        let size = report.field("page_size").within(i64::from(request.page_size), 0, PAGE_MAX);
        report.finish()?;
        let size = size.and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0);
        let size = size.unwrap_or(PAGE_DEFAULT);
        let mut page = self.registry.after(&request.page_token, size + 1);
        let more = page.len() > size;
        page.truncate(size);
        let next = page.last().filter(|_| more).map(|(id, _)| id.clone()).unwrap_or_default();
        let boards = page.iter().map(|(id, kept)| kept.write(id, kept.board.since(i64::MAX).revision));
        Ok(wire::ListBoardsResponse { boards: boards.collect(), next_page_token: next })
    }
}

/// Messages of a stream.
type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn answered<T>(result: Result<T, BoardRefused>) -> Result<Response<T>, Status> {
    result.map(Response::new).map_err(|refused| refused.status())
}

#[tonic::async_trait]
impl Boards for BoardsService {
    async fn create_board(
        &self,
        request: Request<wire::CreateBoardRequest>,
    ) -> Result<Response<wire::CreateBoardResponse>, Status> {
        let (service, request) = (self.clone(), request.into_inner());
        on_own_thread_alone(move || answered(service.create(&request))).await?
    }

    async fn get_board(
        &self,
        request: Request<wire::GetBoardRequest>,
    ) -> Result<Response<wire::GetBoardResponse>, Status> {
        answered(self.get(&request.into_inner()))
    }

    async fn list_boards(
        &self,
        request: Request<wire::ListBoardsRequest>,
    ) -> Result<Response<wire::ListBoardsResponse>, Status> {
        answered(self.list(&request.into_inner()))
    }

    async fn apply_events(
        &self,
        request: Request<wire::ApplyEventsRequest>,
    ) -> Result<Response<wire::ApplyEventsResponse>, Status> {
        let request = request.into_inner();
        let asked = Asked {
            board: request.board.as_ref(),
            events: &request.events,
            now: None,
            improve_for: request.improve_for,
            changes_max: request.changes_max,
            savings: None,
        };
        let limits = &self.config.limits;
        let batch =
            Batch::read(&asked, (&self.registry, limits), "board").map_err(|refused| refused.status())?;
        let batch = Arc::new(batch);
        let (config, work) = (Arc::clone(&self.config), Arc::clone(&batch));
        let applied = on_own_thread_alone(move || work.apply(&config.limits)).await?;
        let first = applied.map_err(|refused| refused.status())?;
        let last = if batch.improve_for.is_zero() { first } else { batch.wait(first).await };
        let written = last.write();
        let id = request.board.map(|board| board.board_id).unwrap_or_default();
        Ok(Response::new(wire::ApplyEventsResponse {
            board: Some(batch.kept.write(&id, last.revision)),
            plan: written.plan,
            difference: written.difference,
        }))
    }

    type WatchBoardStream = Messages<wire::WatchBoardResponse>;

    async fn watch_board(
        &self,
        request: Request<wire::WatchBoardRequest>,
    ) -> Result<Response<Self::WatchBoardStream>, Status> {
        let request = request.into_inner();
        let kept = self.registry.get(&request.board_id).map_err(|refused| refused.status())?;
        let from = request.from_revision.unwrap_or_else(|| kept.board.since(i64::MAX).revision);
        let (sender, receiver) = mpsc::channel(WATCH_AHEAD);
        tokio::spawn(follow(kept, from, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}
