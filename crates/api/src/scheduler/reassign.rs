//! `Reassign` and its stream, on a worker's thread.

use journeyman_engine::Control;
use tonic::Status;

use super::config::SchedulerConfig;
use super::status::{engine_status, invalid_status};
use crate::reassign::{Refused, reassign};
use crate::wire;

/// A request on its way.
pub(crate) struct ReassignJob {
    pub(crate) request: wire::ReassignRequest,
    pub(crate) control: Control,
}

/// A question that was not answered, as a status.
pub(crate) fn refused_status(refused: &Refused) -> Status {
    match refused {
        Refused::Engine(error) => engine_status(error),
        Refused::Invalid(invalid) => invalid_status(invalid),
    }
}

impl ReassignJob {
    /// The answer to `Reassign`.
    pub(crate) fn answer(self, config: &SchedulerConfig) -> Result<wire::ReassignResponse, Status> {
        let mut last = wire::ReassignResponse::default();
        self.run(config, &mut |answer| {
            last = answer;
            true
        })?;
        Ok(last)
    }

    /// The messages of `ReassignStream`, to `send`, which says whether anybody still listens. The last one is sent twice:
    /// when it was found, and once more as the final one.
    pub(crate) fn stream(
        self,
        config: &SchedulerConfig,
        send: &mut dyn FnMut(wire::ReassignStreamResponse) -> bool,
    ) -> Result<(), Status> {
        let (mut sequence, mut last) = (0, wire::ReassignResponse::default());
        self.run(config, &mut |answer| {
            sequence += 1;
            last.clone_from(&answer);
            send(wire::ReassignStreamResponse { sequence, answer: Some(answer), r#final: false })
        })?;
        let answer = Some(last);
        send(wire::ReassignStreamResponse { sequence: sequence + 1, answer, r#final: true });
        Ok(())
    }

    fn run(
        &self,
        config: &SchedulerConfig,
        tell: &mut dyn FnMut(wire::ReassignResponse) -> bool,
    ) -> Result<(), Status> {
        let answered = reassign(&self.request, &config.limits, &self.control, &mut |_, answer| tell(answer));
        answered.map_err(|refused| {
            tracing::info!(%refused, "events refused");
            refused_status(&refused)
        })
    }
}
