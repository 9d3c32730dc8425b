//! The handlers of the `Scheduler` service.

use std::pin::Pin;
use std::sync::Arc;

use journeyman_engine::{Closing, Control};
use journeyman_store::{Store, StoreError};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status};
use tracing::Instrument;

use super::answers::Answers;
use super::call::CancelOnDrop;
use super::config::SchedulerConfig;
use super::job::Job;
use super::meters::call_ended;
use super::quotes::Quoting;
use super::reassign::{ReassignJob, refused_status};
use super::weighing::Weighing;
use super::workers::{Workers, on_own_thread};
use super::{evaluate, explain};
use crate::boards::{
    BoardsService, Registry, Undone, asking_of, board_of, follow_board, once, reassign_board,
};
use crate::cycle::CycleService;
use crate::what_if::{what_if, what_if_on_board};
use crate::wire;
use crate::wire::scheduler_server::{Scheduler, SchedulerServer};

/// Messages of one stream that may wait for a slow client before the solve waits too.
const STREAM_AHEAD: usize = 8;

/// Plans days.
#[derive(Clone, Debug)]
pub struct SchedulerService {
    config: Arc<SchedulerConfig>,
    workers: Workers,
    answers: Answers<wire::SolveResponse>,
    reassigned: Answers<wire::ReassignResponse>,
    closing: Closing,
    boards: Registry,
    quoting: Quoting,
}

impl SchedulerService {
    /// A service with these limits, and the boards of a store that nobody else leads.
    ///
    /// # Errors
    /// Where another process serves the store's folder, or the store fails.
    pub async fn open(config: SchedulerConfig, store: Store) -> Result<Self, StoreError> {
        let workers = Workers::new(config.workers, config.queue);
        let (answers, reassigned) = (Answers::new(config.answers), Answers::new(config.answers));
        let boards = Registry::open(store, &config).await?;
        let config = Arc::new(config);
        let quoting = Quoting::new(&config, &boards);
        Ok(Self { config, workers, answers, reassigned, closing: Closing::default(), boards, quoting })
    }

    /// The service as tonic wants it, with its message size.
    pub fn into_server(self) -> SchedulerServer<Self> {
        let bytes = self.config.limits.message_bytes;
        SchedulerServer::new(self).max_decoding_message_size(bytes)
    }

    /// The service of the boards that `Reassign` knows.
    pub fn boards(&self) -> BoardsService {
        BoardsService::new(Arc::clone(&self.config), self.boards.clone(), self.weighing())
    }

    fn weighing(&self) -> Weighing {
        Weighing::new(self.workers.clone(), self.closing.clone())
    }

    /// The services of the service cycle of these boards.
    pub(crate) fn cycle(&self) -> CycleService {
        CycleService::new(Arc::clone(&self.config), self.boards.clone())
    }

    /// Calls that wait for a worker now.
    pub fn waiting(&self) -> usize {
        self.workers.waiting()
    }

    /// The server stops: running solves end now with the best plan they have, and so do those that wait.
    pub fn close(&self) {
        self.boards.close();
        self.closing.begin();
    }

    /// After [`Self::close`], once nobody calls any more: gives the boards to whoever wants to lead them.
    pub async fn leave(&self) {
        self.boards.leave().await;
    }

    /// Whether no call runs or waits.
    pub fn is_idle(&self) -> bool {
        self.workers.are_idle()
    }

    /// The hand on the work of one call.
    fn control(&self, metadata: &MetadataMap) -> Control {
        self.weighing().control(metadata)
    }

    /// Makes sure that the board of a question is here, if it is about one.
    async fn ready_for(&self, basis: Option<&wire::PlanBasis>) -> Result<(), Status> {
        match basis.and_then(|basis| basis.basis.as_ref()) {
            Some(wire::plan_basis::Basis::Board(board)) => self.boards.ready(&board.board_id).await,
            Some(wire::plan_basis::Basis::Day(_)) | None => Ok(()),
        }
    }

    /// A question that takes a moment.
    async fn ask<A: Send + 'static>(
        &self,
        rpc: &'static str,
        answer: impl FnOnce(&SchedulerConfig) -> Result<A, Status> + Send + 'static,
    ) -> Result<Response<A>, Status> {
        let answered = self.on_worker(answer).instrument(tracing::info_span!("question", rpc)).await;
        call_ended(rpc, code_of(&answered));
        answered.map(Response::new)
    }

    /// Runs a job on a worker's thread once its turn has come.
    async fn on_worker<T: Send + 'static>(
        &self,
        job: impl FnOnce(&SchedulerConfig) -> Result<T, Status> + Send + 'static,
    ) -> Result<T, Status> {
        let turn = self.workers.turn().await?;
        let config = Arc::clone(&self.config);
        on_own_thread(turn, move || job(&config)).await?
    }

    async fn reassigned(
        &self,
        request: wire::ReassignRequest,
        control: Control,
    ) -> Result<wire::ReassignResponse, Status> {
        if let Some(board) = board_of(&request) {
            self.boards.ready(&board.board_id).await?;
            let asking = asking_of(&request);
            let work = async {
                let (batch, first, last) = reassign_board(&request, &self.boards, &self.config).await?;
                let last = self.weighing().weigh(&batch, last, &control).await?;
                batch.keep_answer(&first, &last).await?;
                Ok(last.write())
            };
            return once(&self.boards, (&board.board_id, asking.as_ref()), work).await;
        }
        let job = ReassignJob { request, control };
        self.on_worker(move |config| job.answer(config)).await
    }

    /// The answers of a board, and at last the one with its changes priced by solving again, if that is asked for.
    async fn follow_board(
        &self,
        request: wire::ReassignRequest,
        control: &Control,
        sender: &mpsc::Sender<Result<wire::ReassignStreamResponse, Status>>,
    ) -> Result<(), Status> {
        let (board, asking) = (board_of(&request).cloned().unwrap_or_default(), asking_of(&request));
        self.boards.ready(&board.board_id).await?;
        let mut sequence = 0;
        let work = self.followed(request, control, (sender, &mut sequence));
        let answer = once(&self.boards, (&board.board_id, asking.as_ref()), work).await?;
        let last =
            wire::ReassignStreamResponse { sequence: sequence + 1, answer: Some(answer), r#final: true };
        let _ = sender.send(Ok(last)).await;
        Ok(())
    }

    /// The last answer of a stream; those before it are sent, and counted.
    async fn followed(
        &self,
        request: wire::ReassignRequest,
        control: &Control,
        (sender, sent): (&mpsc::Sender<Result<wire::ReassignStreamResponse, Status>>, &mut i64),
    ) -> Result<wire::ReassignResponse, Undone> {
        let (batch, (first, last), sequence) =
            follow_board(request, &self.boards, &self.config, sender).await?;
        *sent = sequence;
        let weighing = self.weighing();
        let last = tokio::select! {
            last = weighing.weigh(&batch, last, control) => last?,
            () = sender.closed() => {
                control.cancel();
                return Err(Status::cancelled("nobody listens any more").into());
            }
        };
        batch.keep_answer(&first, &last).await?;
        Ok(last.write())
    }

    /// The messages that a job sends while it runs on a worker's thread. Dropping them cancels it.
    fn streamed<T: Send + 'static>(
        &self,
        rpc: &'static str,
        (control, span): (Control, tracing::Span),
        job: impl FnOnce(&SchedulerConfig, &mut dyn FnMut(T) -> bool) -> Result<(), Status> + Send + 'static,
    ) -> Messages<T> {
        let (sender, receiver) = mpsc::channel(STREAM_AHEAD);
        let (service, guard) = (self.clone(), CancelOnDrop(control));
        tokio::spawn(
            async move {
                let failed = sender.clone();
                let work = async {
                    // Whoever gives up while waiting gives his place to the next.
                    let turn = tokio::select! {
                        turn = service.workers.turn() => turn?,
                        () = sender.closed() => return Err(Status::cancelled("given up while waiting")),
                    };
                    let config = Arc::clone(&service.config);
                    let send = move || job(&config, &mut |message| sender.blocking_send(Ok(message)).is_ok());
                    on_own_thread(turn, send).await?
                };
                let worked = work.await;
                call_ended(rpc, code_of(&worked));
                if let Err(status) = worked {
                    // Whoever listened may be gone.
                    let _ = failed.send(Err(status)).await;
                }
            }
            .instrument(span),
        );
        let messages = ReceiverStream::new(receiver).map(move |message| {
            let _held = &guard;
            message
        });
        Box::pin(messages)
    }
}

fn code_of<T>(answered: &Result<T, Status>) -> Code {
    answered.as_ref().map_or_else(Status::code, |_| Code::Ok)
}

/// Messages of a stream; dropping it cancels the work.
type Messages<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Scheduler for SchedulerService {
    async fn solve(
        &self,
        request: Request<wire::SolveRequest>,
    ) -> Result<Response<wire::SolveResponse>, Status> {
        let control = self.control(request.metadata());
        let request = request.into_inner();
        let span = tracing::info_span!("solve", request_id = %request.request_id);
        let _guard = CancelOnDrop(control.clone());
        let answered = async {
            let slot = self.answers.slot(&request.request_id, &request)?;
            let job = Job { request, control };
            let answer = slot.get_or_try_init(|| self.on_worker(move |config| job.solve(config))).await?;
            Ok(Response::new(answer.clone()))
        };
        let answered = answered.instrument(span).await;
        call_ended("Solve", code_of(&answered));
        answered
    }

    type SolveStreamStream = Messages<wire::SolveStreamResponse>;

    async fn solve_stream(
        &self,
        request: Request<wire::SolveStreamRequest>,
    ) -> Result<Response<Self::SolveStreamStream>, Status> {
        let control = self.control(request.metadata());
        let request = request.into_inner().solve.unwrap_or_default();
        let span = tracing::info_span!("solve_stream", request_id = %request.request_id);
        let job = Job { request, control: control.clone() };
        let send = move |config: &SchedulerConfig, send: &mut dyn FnMut(_) -> bool| job.stream(config, send);
        Ok(Response::new(self.streamed("SolveStream", (control, span), send)))
    }

    async fn reassign(
        &self,
        request: Request<wire::ReassignRequest>,
    ) -> Result<Response<wire::ReassignResponse>, Status> {
        let control = self.control(request.metadata());
        let request = request.into_inner();
        let span = tracing::info_span!("reassign", request_id = %request.request_id);
        let _guard = CancelOnDrop(control.clone());
        let answered = async {
            let slot = self.reassigned.slot(&request.request_id, &request)?;
            let answer = slot.get_or_try_init(|| self.reassigned(request, control)).await?;
            Ok(Response::new(answer.clone()))
        };
        let answered = answered.instrument(span).await;
        call_ended("Reassign", code_of(&answered));
        answered
    }

    type ReassignStreamStream = Messages<wire::ReassignStreamResponse>;

    async fn reassign_stream(
        &self,
        request: Request<wire::ReassignStreamRequest>,
    ) -> Result<Response<Self::ReassignStreamStream>, Status> {
        let control = self.control(request.metadata());
        let request = request.into_inner().reassign.unwrap_or_default();
        let span = tracing::info_span!("reassign_stream", request_id = %request.request_id);
        if board_of(&request).is_some() {
            let (sender, receiver) = mpsc::channel(STREAM_AHEAD);
            let service = self.clone();
            tokio::spawn(async move {
                let failed = sender.clone();
                let followed = Box::pin(service.follow_board(request, &control, &sender)).await;
                call_ended("ReassignStream", code_of(&followed));
                if let Err(status) = followed {
                    // Whoever listened may be gone.
                    let _ = failed.send(Err(status)).await;
                }
            });
            return Ok(Response::new(Box::pin(ReceiverStream::new(receiver))));
        }
        let job = ReassignJob { request, control: control.clone() };
        let send = move |config: &SchedulerConfig, send: &mut dyn FnMut(_) -> bool| job.stream(config, send);
        Ok(Response::new(self.streamed("ReassignStream", (control, span), send)))
    }

    async fn quote_arrival_windows(
        &self,
        request: Request<wire::QuoteArrivalWindowsRequest>,
    ) -> Result<Response<wire::QuoteArrivalWindowsResponse>, Status> {
        let request = request.into_inner();
        if Quoting::is_on_day(&request) {
            let answer = move |config: &SchedulerConfig| Quoting::on_day(&request, config);
            return self.ask("QuoteArrivalWindows", answer).await;
        }
        let quoted = self.quoting.on_board(request).instrument(tracing::info_span!("quote")).await;
        call_ended("QuoteArrivalWindows", code_of(&quoted));
        quoted.map(Response::new)
    }

    async fn hold_quote(
        &self,
        request: Request<wire::HoldQuoteRequest>,
    ) -> Result<Response<wire::HoldQuoteResponse>, Status> {
        let held = self.quoting.hold(request.into_inner()).instrument(tracing::info_span!("hold")).await;
        call_ended("HoldQuote", code_of(&held));
        held.map(Response::new)
    }

    async fn confirm_quote(
        &self,
        request: Request<wire::ConfirmQuoteRequest>,
    ) -> Result<Response<wire::ConfirmQuoteResponse>, Status> {
        let request = request.into_inner();
        let confirmed = self.quoting.confirm(request).instrument(tracing::info_span!("confirm")).await;
        call_ended("ConfirmQuote", code_of(&confirmed));
        confirmed.map(Response::new)
    }

    async fn what_if(
        &self,
        request: Request<wire::WhatIfRequest>,
    ) -> Result<Response<wire::WhatIfResponse>, Status> {
        let control = self.control(request.metadata());
        let request = request.into_inner();
        let _guard = CancelOnDrop(control.clone());
        let boards = self.boards.clone();
        self.ready_for(request.basis.as_ref()).await?;
        let job = move |config: &SchedulerConfig| match request
            .basis
            .as_ref()
            .and_then(|basis| basis.basis.as_ref())
        {
            Some(wire::plan_basis::Basis::Board(board)) => {
                what_if_on_board(&request, (board, &boards), &config.limits, &control)
                    .map_err(|refused| refused.status())
            }
            _ => what_if(&request, &config.limits, &control).map_err(|refused| refused_status(&refused)),
        };
        let answered = self.on_worker(job).instrument(tracing::info_span!("what_if")).await;
        call_ended("WhatIf", code_of(&answered));
        answered.map(Response::new)
    }

    async fn explain(
        &self,
        request: Request<wire::ExplainRequest>,
    ) -> Result<Response<wire::ExplainResponse>, Status> {
        let (question, boards) = (request.into_inner(), self.boards.clone());
        self.ready_for(question.basis.as_ref()).await?;
        self.ask("Explain", move |config| explain::answer(&question, &boards, config)).await
    }

    async fn evaluate_plan(
        &self,
        request: Request<wire::EvaluatePlanRequest>,
    ) -> Result<Response<wire::EvaluatePlanResponse>, Status> {
        let question = request.into_inner();
        self.ask("EvaluatePlan", move |config| evaluate::answer(&question, config)).await
    }
}
