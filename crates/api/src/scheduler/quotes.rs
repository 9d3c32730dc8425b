//! `QuoteArrivalWindows`, `HoldQuote` and `ConfirmQuote`: who does the work, and that it is done once.

use std::sync::Arc;

use journeyman_board::Timers;
use tonic::Status;

use super::answers::Answers;
use super::config::SchedulerConfig;
use super::reassign::refused_status;
use super::workers::{Workers, on_own_thread, on_own_thread_alone};
use crate::boards::{Asking, Registry, once};
use crate::quotes::{confirm, hold, quote, quote_on_board};
use crate::wire;

/// Questions of callers that are worked on at once, and that may wait; one more is refused.
const AT_ONCE: usize = 4;
const WAITING_MAX: usize = 256;

/// What quotes on boards are answered with.
#[derive(Clone, Debug)]
pub(super) struct Quoting {
    config: Arc<SchedulerConfig>,
    boards: Registry,
    /// A question on a board takes milliseconds: it does not wait behind solves.
    workers: Workers,
    held: Answers<wire::HoldQuoteResponse>,
    confirmed: Answers<wire::ConfirmQuoteResponse>,
}

impl Quoting {
    pub(super) fn new(config: &Arc<SchedulerConfig>, boards: &Registry) -> Self {
        Self {
            config: Arc::clone(config),
            boards: boards.clone(),
            workers: Workers::new(AT_ONCE, WAITING_MAX),
            held: Answers::new(config.answers),
            confirmed: Answers::new(config.answers),
        }
    }

    /// Whether the question is about a day that the caller gives.
    pub(super) fn is_on_day(request: &wire::QuoteArrivalWindowsRequest) -> bool {
        let basis = request.basis.as_ref().and_then(|basis| basis.basis.as_ref());
        !matches!(basis, Some(wire::plan_basis::Basis::Board(_)))
    }

    /// Windows on such a day; runs on a worker's thread.
    pub(super) fn on_day(
        request: &wire::QuoteArrivalWindowsRequest,
        config: &SchedulerConfig,
    ) -> Result<wire::QuoteArrivalWindowsResponse, Status> {
        quote(request, &config.limits).map_err(|refused| refused_status(&refused))
    }

    /// Windows on a board.
    pub(super) async fn on_board(
        &self,
        request: wire::QuoteArrivalWindowsRequest,
    ) -> Result<wire::QuoteArrivalWindowsResponse, Status> {
        if let Some(wire::plan_basis::Basis::Board(board)) =
            request.basis.as_ref().and_then(|basis| basis.basis.as_ref())
        {
            self.boards.ready(&board.board_id).await?;
        }
        let turn = self.workers.turn().await?;
        let (config, boards) = (Arc::clone(&self.config), self.boards.clone());
        let work = move || quote_on_board(&request, &boards, &config.limits);
        on_own_thread(turn, work).await?.map_err(|refused| refused.status())
    }

    pub(super) async fn hold(
        &self,
        request: wire::HoldQuoteRequest,
    ) -> Result<wire::HoldQuoteResponse, Status> {
        self.boards.ready(&request.board_id).await?;
        let slot = self.held.slot(&request.request_id, &request)?;
        let bare = wire::HoldQuoteRequest { request_id: String::new(), ..request.clone() };
        let asking = Asking::of("HoldQuote", &request.request_id, &bare);
        let (config, boards, timers) = (Arc::clone(&self.config), self.boards.clone(), Timers::of_runtime());
        // Goes on when the caller has gone: he asks again with the same id.
        let held = tokio::spawn(async move {
            let board = request.board_id.clone();
            let (again, own) = (asking.clone(), boards.clone());
            let work = move || {
                let kept = own.get(&request.board_id)?;
                hold((&request, asking.as_ref()), &kept, &config.limits, &timers)
            };
            let work = async { Ok(on_own_thread_alone(work).await??) };
            slot.get_or_try_init(|| once(&boards, (&board, again.as_ref()), work)).await.cloned()
        });
        held.await.unwrap_or_else(|_| Err(Status::internal("a hold ended without an answer")))
    }

    pub(super) async fn confirm(
        &self,
        request: wire::ConfirmQuoteRequest,
    ) -> Result<wire::ConfirmQuoteResponse, Status> {
        self.boards.ready(&request.board_id).await?;
        let slot = self.confirmed.slot(&request.request_id, &request)?;
        let bare = wire::ConfirmQuoteRequest { request_id: String::new(), ..request.clone() };
        let asking = Asking::of("ConfirmQuote", &request.request_id, &bare);
        let (config, boards) = (Arc::clone(&self.config), self.boards.clone());
        let confirmed = tokio::spawn(async move {
            let board = request.board_id.clone();
            let (again, own) = (asking.clone(), boards.clone());
            let work = move || {
                let kept = own.get(&request.board_id)?;
                confirm((&request, asking.as_ref()), &kept, &config.limits)
            };
            let work = async { Ok(on_own_thread_alone(work).await??) };
            slot.get_or_try_init(|| once(&boards, (&board, again.as_ref()), work)).await.cloned()
        });
        confirmed.await.unwrap_or_else(|_| Err(Status::internal("a confirmation ended without an answer")))
    }
}
