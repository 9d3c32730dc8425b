//! Answers of boards with their changes priced by solving again: on a worker's thread, after the answer stands.

use std::sync::Arc;

use journeyman_engine::{Closing, Control};
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use super::call::{CancelOnDrop, answer_by};
use super::status::engine_status;
use super::workers::{Workers, on_own_thread};
use crate::boards::{Answered, Batch};

/// Prices the changes of answers, for whoever answers events of boards.
#[derive(Clone, Debug)]
pub(crate) struct Weighing {
    workers: Workers,
    closing: Closing,
}

impl Weighing {
    /// By these workers, until the server stops.
    pub(crate) fn new(workers: Workers, closing: Closing) -> Self {
        Self { workers, closing }
    }

    /// The hand on the work of one call.
    pub(crate) fn control(&self, metadata: &MetadataMap) -> Control {
        Control::until(answer_by(metadata)).closed_by(&self.closing)
    }

    /// An answer of a board with its changes priced by solving again, if that is asked for. Dropped, it ends the work.
    pub(crate) async fn weigh(
        &self,
        batch: &Arc<Batch>,
        answered: Answered,
        control: &Control,
    ) -> Result<Answered, Status> {
        if batch.savings.is_none() {
            return Ok(answered);
        }
        let turn = match self.workers.turn().await {
            // The events are on the board already: an answer with the prices that there are is better than none.
            Err(status) if status.code() == Code::ResourceExhausted => return Ok(batch.pass_over(answered)),
            turn => turn?,
        };
        let (batch, own) = (Arc::clone(batch), control.clone());
        let _guard = CancelOnDrop(control.clone());
        on_own_thread(turn, move || batch.weigh(answered, &own).map_err(|error| engine_status(&error)))
            .await?
    }
}
