//! The handlers of the `Boards` service.

use std::pin::Pin;
use std::sync::Arc;

use journeyman_board::BoardParams;
use journeyman_domain::Time;
use journeyman_engine::{Control, Session, SolveOptions};
use journeyman_store::Request as KeptRequest;
use tokio::sync::mpsc;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::answer::{Answered, Asked, Batch, BoardRefused, needed_id};
use super::papers::Papers;
use super::registry::{NewBoardAsked, Registry};
use super::requests::{Asking, Undone, once};
use super::watch::follow;
use crate::cycle::advance_clock;
use crate::limits::Limits;
use crate::problem::clock::duration;
use crate::problem::enums;
use crate::problem::read_under_way;
use crate::request::read_options;
use crate::scheduler::{SchedulerConfig, Weighing, on_own_thread_alone, wall_clock};
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
    weighing: Weighing,
}

impl BoardsService {
    pub(crate) fn new(config: Arc<SchedulerConfig>, registry: Registry, weighing: Weighing) -> Self {
        Self { config, registry, weighing }
    }

    /// The service as tonic wants it, with its message size.
    pub(crate) fn into_server(self) -> BoardsServer<Self> {
        let bytes = self.config.limits.message_bytes;
        BoardsServer::new(self).max_decoding_message_size(bytes)
    }

    fn read_new(&self, request: &wire::CreateBoardRequest) -> Result<NewBoardAsked, BoardRefused> {
        let limits = &self.config.limits;
        let report = Report::new(limits.violations_default);
        let unset = wire::SolveOptions::default();
        enums::value::<wire::ClockSource>(
            &report.field("board").field("clock_source"),
            request.board.as_ref().map_or(0, |board| board.clock_source),
        );
        read_options(request.options.as_ref().unwrap_or(&unset), limits, &report.field("options"));
        let board_at = report.field("board");
        // When it last changed is not for the caller to say.
        let asked = wire::Board { update_time: None, ..request.board.clone().unwrap_or_default() };
        if asked.id.is_empty() {
            board_at.field("id").refuse(ViolationCode::Required, "needed");
        }
        board_at.field("id").short_enough(&asked.id, limits.text_bytes);
        board_at.field("display_name").short_enough(&asked.display_name, limits.text_bytes);
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
        // Without a freeze time nothing has happened yet.
        let now = problem.freeze_time.unwrap_or(Time::MIN);
        let (session, _) = Session::open(problem, now)?;
        let card = request.problem.as_ref().and_then(|problem| problem.rate_card.clone());
        let params = board_params(request.options.as_ref(), asked.freeze_duration, limits);
        let papers = Papers::of(&asked, card, request.options, wall_clock());
        Ok(NewBoardAsked { papers, session, params })
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
        let board = Some(kept.write(since.revision));
        Ok(wire::GetBoardResponse { board, plan, problem })
    }

    async fn apply(
        &self,
        request: &wire::ApplyEventsRequest,
        asking: Option<Asking>,
        control: &Control,
    ) -> Result<wire::ApplyEventsResponse, Undone> {
        let limits = &self.config.limits;
        let asked = Asked {
            board: request.board.as_ref(),
            events: &request.events,
            now: None,
            improve_for: request.improve_for,
            changes_max: request.changes_max,
            savings: request.resolve_savings.as_ref(),
            answering: asking.map(|asking| {
                let write: fn(&Answered, &Batch, &Asking) -> KeptRequest =
                    |answer, batch, asking| asking.answered(&write_applied(answer, batch));
                (asking, write)
            }),
        };
        let batch = Arc::new(Batch::read(&asked, (&self.registry, limits), "board")?);
        let (config, work) = (Arc::clone(&self.config), Arc::clone(&batch));
        let first = on_own_thread_alone(move || work.apply(&config.limits)).await??;
        let mut last = first.clone();
        if !batch.improve_for.is_zero() {
            last = batch.wait(last).await;
        }
        let last = self.weighing.weigh(&batch, last, control).await?;
        batch.keep_answer(&first, &last).await?;
        Ok(write_applied(&last, &batch))
    }

    async fn close(&self, request: &wire::CloseBoardRequest) -> Result<wire::CloseBoardResponse, Undone> {
        let report = Report::new(1);
        let id = needed_id(request.board.as_ref(), &report.field("board"));
        report.finish().map_err(BoardRefused::from)?;
        let expected = request.board.as_ref().and_then(|board| board.revision);
        Ok(wire::CloseBoardResponse { board: Some(self.registry.end(&id, expected).await?) })
    }

    async fn list(
        &self,
        request: &wire::ListBoardsRequest,
    ) -> Result<wire::ListBoardsResponse, BoardRefused> {
        let report = Report::new(self.config.limits.violations_default);
        let size = report.field("page_size").within(i64::from(request.page_size), 0, PAGE_MAX);
        report.finish()?;
        let size = size.and_then(|size| usize::try_from(size).ok()).filter(|&size| size > 0);
        let size = size.unwrap_or(PAGE_DEFAULT);
        let mut boards = self.registry.after(&request.page_token, size + 1).await?;
        let more = boards.len() > size;
        boards.truncate(size);
        let next_page_token =
            boards.last().filter(|_| more).map(|board| board.id.clone()).unwrap_or_default();
        Ok(wire::ListBoardsResponse { boards, next_page_token })
    }
}

fn write_applied(answer: &Answered, batch: &Batch) -> wire::ApplyEventsResponse {
    let written = answer.write();
    wire::ApplyEventsResponse {
        board: Some(batch.kept.papers.write_after(answer.revision, batch.events())),
        plan: written.plan,
        difference: written.difference,
    }
}

/// How a board is kept, by what it was made with. What was accepted once is read under whatever limits there are now.
pub(super) fn board_params(
    options: Option<&wire::SolveOptions>,
    freeze: Option<wire::Duration>,
    limits: &Limits,
) -> BoardParams {
    let report = Report::new(1);
    let unset = wire::SolveOptions::default();
    let options = read_options(options.unwrap_or(&unset), limits, &report.field("options"));
    let options = SolveOptions {
        time_limit: Some(options.time_limit),
        iterations_max: options.iterations_max,
        seed: options.seed,
        threads: options.threads,
        gap_limit: (options.gap_limit > 0.0).then_some(options.gap_limit),
    };
    let freeze = duration(&report.field("freeze_duration"), freeze, 0, FREEZE_MAX_SECONDS);
    BoardParams { options, freeze: freeze.unwrap_or(journeyman_domain::Duration::ZERO) }
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
        let request = request.into_inner();
        let board = request.board.as_ref().map(|board| board.id.clone()).unwrap_or_default();
        let bare = wire::CreateBoardRequest { request_id: String::new(), ..request.clone() };
        let asking = Asking::of("CreateBoard", &request.request_id, &bare);
        let work = async {
            self.registry.ready(&board).await?;
            let service = self.clone();
            let asked = on_own_thread_alone(move || service.read_new(&request)).await??;
            Ok(self.registry.create(asked, asking.as_ref()).await?)
        };
        Box::pin(once(&self.registry, (&board, asking.as_ref()), work)).await.map(Response::new)
    }

    async fn get_board(
        &self,
        request: Request<wire::GetBoardRequest>,
    ) -> Result<Response<wire::GetBoardResponse>, Status> {
        let request = request.into_inner();
        self.registry.ready(&request.board_id).await?;
        answered(self.get(&request))
    }

    async fn list_boards(
        &self,
        request: Request<wire::ListBoardsRequest>,
    ) -> Result<Response<wire::ListBoardsResponse>, Status> {
        answered(self.list(&request.into_inner()).await)
    }

    async fn close_board(
        &self,
        request: Request<wire::CloseBoardRequest>,
    ) -> Result<Response<wire::CloseBoardResponse>, Status> {
        Ok(Response::new(self.close(&request.into_inner()).await?))
    }

    async fn apply_events(
        &self,
        request: Request<wire::ApplyEventsRequest>,
    ) -> Result<Response<wire::ApplyEventsResponse>, Status> {
        let control = self.weighing.control(request.metadata());
        let request = request.into_inner();
        let board = request.board.as_ref().map(|board| board.board_id.clone()).unwrap_or_default();
        self.registry.ready(&board).await?;
        let bare = wire::ApplyEventsRequest { request_id: String::new(), ..request.clone() };
        let asking = Asking::of("ApplyEvents", &request.request_id, &bare);
        once(&self.registry, (&board, asking.as_ref()), self.apply(&request, asking.clone(), &control))
            .await
            .map(Response::new)
    }

    async fn advance_clock(
        &self,
        request: Request<wire::AdvanceClockRequest>,
    ) -> Result<Response<wire::AdvanceClockResponse>, Status> {
        let request = request.into_inner();
        self.registry.ready(&request.board_id).await?;
        let bare = wire::AdvanceClockRequest { request_id: String::new(), ..request.clone() };
        let asking = Asking::of("AdvanceClock", &request.request_id, &bare);
        let work = async {
            let kept = self.registry.get(&request.board_id)?;
            let (config, own) = (Arc::clone(&self.config), asking.clone());
            let work = move || advance_clock(&request, &kept, (&config.limits, own.as_ref()));
            Ok::<_, Undone>(on_own_thread_alone(work).await??)
        };
        Box::pin(once(&self.registry, (&bare.board_id, asking.as_ref()), work)).await.map(Response::new)
    }

    type WatchBoardStream = Messages<wire::WatchBoardResponse>;

    async fn watch_board(
        &self,
        request: Request<wire::WatchBoardRequest>,
    ) -> Result<Response<Self::WatchBoardStream>, Status> {
        let request = request.into_inner();
        self.registry.ready(&request.board_id).await?;
        let kept = self.registry.get(&request.board_id).map_err(|refused| refused.status())?;
        let from = request.from_revision.unwrap_or_else(|| kept.board.since(i64::MAX).revision);
        let (sender, receiver) = mpsc::channel(WATCH_AHEAD);
        tokio::spawn(follow(kept, from, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}
