//! A board followed: what happened since a revision, then every better plan and bound, until it ends here.

use std::sync::Arc;

use tokio::sync::mpsc;
use tonic::Status;

use super::registry::Kept;
use crate::scheduler::left_status;
use crate::wire;
use crate::{write_bound, write_changes, write_plan};

/// Sends until nobody listens. Whoever listens slowly misses what was overtaken meanwhile, but no event.
pub(crate) async fn follow(
    kept: Arc<Kept>,
    from: i64,
    sender: mpsc::Sender<Result<wire::WatchBoardResponse, Status>>,
) {
    let mut pulse = kept.board.pulse();
    let (mut revision, mut told) = (from, 0);
    loop {
        let since = kept.board.since(revision);
        if since.sequence != told {
            (revision, told) = (since.revision, since.sequence);
            let events = since.records.iter().flat_map(|(_, events)| events.iter().cloned()).collect();
            let (problem, plan) = (&*since.reply.problem, &since.reply.plan);
            let ids: Vec<String> = since
                .records
                .last()
                .map(|(_, events)| events.iter().map(|event| event.id.clone()).collect())
                .unwrap_or_default();
            let mut written = write_plan(problem, plan, &[]);
            written.revision = revision;
            let message = wire::WatchBoardResponse {
                revision,
                events,
                plan: Some(written),
                bound: Some(write_bound(plan.score(), &plan.bound)),
                difference: Some(write_changes(problem, plan, &since.reply.changes, &ids)),
            };
            if sender.send(Ok(message)).await.is_err() {
                return;
            }
        }
        if since.closed {
            // Whoever asks again learns whether it goes on elsewhere or was closed; nobody listens any more where this fails.
            let _ = sender.send(Err(left_status(&kept.papers.id))).await;
            return;
        }
        tokio::select! {
            changed = pulse.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
        }
    }
}
