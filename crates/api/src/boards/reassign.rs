//! `Reassign` and its stream on a board: the events are the board's, and its improver does the rest.

use std::sync::Arc;

use journeyman_store::Request;
use tokio::sync::mpsc;
use tonic::Status;

use super::answer::{Answered, Asked, Batch, BoardRefused};
use super::registry::Registry;
use super::requests::{Asking, Undone};
use crate::scheduler::{SchedulerConfig, on_own_thread_alone};
use crate::violation::{Report, ViolationCode};
use crate::wire;

/// The board that a request is about, if it is about one.
pub(crate) fn board_of(request: &wire::ReassignRequest) -> Option<&wire::BoardRevision> {
    match request.basis.as_ref()?.basis.as_ref()? {
        wire::plan_basis::Basis::Board(board) => Some(board),
        wire::plan_basis::Basis::Day(_) => None,
    }
}

/// What tells a request about a board from others, if it has an id.
pub(crate) fn asking_of(request: &wire::ReassignRequest) -> Option<Asking> {
    let bare = wire::ReassignRequest { request_id: String::new(), ..request.clone() };
    Asking::of("Reassign", &request.request_id, &bare)
}

/// Applies the events of a request to its board, and waits for something better as long as it says. The first answer is
/// kept for its id, so that the last one can take its place.
pub(crate) async fn reassign_board(
    request: &wire::ReassignRequest,
    registry: &Registry,
    config: &Arc<SchedulerConfig>,
) -> Result<(Arc<Batch>, Answered, Answered), Undone> {
    let (batch, first) = apply(request, registry, config).await?;
    let last = if batch.improve_for.is_zero() { first.clone() } else { batch.wait(first.clone()).await };
    Ok((batch, first, last))
}

/// What a stream of a board's answers has come to: what was asked, what was sent first and last, and in how many messages.
pub(crate) type Followed = (Arc<Batch>, (Answered, Answered), i64);

/// The same, sending what stands and every better plan and bound until the time is over or something else happens. The last
/// message is still to be sent.
pub(crate) async fn follow_board(
    request: wire::ReassignRequest,
    registry: &Registry,
    config: &Arc<SchedulerConfig>,
    sender: &mpsc::Sender<Result<wire::ReassignStreamResponse, Status>>,
) -> Result<Followed, Undone> {
    let (batch, first) = apply(&request, registry, config).await?;
    let mut last = first.clone();
    let mut pulse = batch.kept.board.pulse();
    let (mut sequence, mut told) = (0, batch.kept.board.since(last.revision).sequence);
    let follow = async {
        loop {
            sequence += 1;
            if sender.send(Ok(message(sequence, &last))).await.is_err() {
                return;
            }
            let since = loop {
                let since = batch.kept.board.since(last.revision);
                if since.revision != last.revision
                    || (since.improved || since.closed) && since.sequence == told
                {
                    return;
                }
                if since.sequence != told {
                    break since;
                }
                if pulse.changed().await.is_err() {
                    return;
                }
            };
            told = since.sequence;
            last.reply = since.reply;
        }
    };
    // Out of time: what was sent last is the answer.
    let _ = tokio::time::timeout(batch.improve_for, follow).await;
    Ok((batch, (first, last), sequence))
}

/// One message of a stream; the last one is sent again.
fn message(sequence: i64, answer: &Answered) -> wire::ReassignStreamResponse {
    wire::ReassignStreamResponse { sequence, answer: Some(answer.write()), r#final: false }
}

async fn apply(
    request: &wire::ReassignRequest,
    registry: &Registry,
    config: &Arc<SchedulerConfig>,
) -> Result<(Arc<Batch>, Answered), Undone> {
    let report = Report::new(config.limits.violations_default);
    if request.options.is_some() {
        let text = "a board is searched as was said when it was made";
        report.field("options").refuse(ViolationCode::Conflict, text);
    }
    report.finish().map_err(BoardRefused::from)?;
    let asked = Asked {
        board: board_of(request),
        events: &request.events,
        now: request.now,
        improve_for: request.improve_for,
        changes_max: request.changes_max,
        savings: request.resolve_savings.as_ref(),
        answering: asking_of(request).map(|asking| {
            let write: fn(&Answered, &Batch, &Asking) -> Request =
                |answer, _, asking| asking.answered(&answer.write());
            (asking, write)
        }),
    };
    let batch = Arc::new(Batch::read(&asked, (registry, &config.limits), "basis")?);
    let (config, work) = (Arc::clone(config), Arc::clone(&batch));
    let applied = on_own_thread_alone(move || work.apply(&config.limits)).await??;
    Ok((batch, applied))
}
