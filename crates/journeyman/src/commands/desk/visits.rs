//! Work in the field: `check-in`, `complete`, `reschedule`.

use journeyman_api::wire;
use journeyman_api::wire::reschedule_visit_request::Visit;

use super::{Desk, answer};
use crate::args::{CheckInArgs, CompleteArgs, RescheduleArgs, VisitOutcome};
use crate::failure::{Failure, Outcome};

impl Desk {
    pub(super) async fn check_in(&self, arguments: &CheckInArgs) -> Result<Outcome, Failure> {
        let request = wire::CheckInRequest {
            board_id: self.board.clone(),
            visit_id: arguments.visit.clone(),
            technician_id: arguments.technician.clone(),
            kind: arguments.kind.into(),
            check_in_time: arguments.at,
            arrival_time: arguments.eta,
            request_id: self.request_id(),
            ..wire::CheckInRequest::default()
        };
        let checked = answer(self.orders_service().check_in(request).await)?;
        let record = checked.work_order.clone().unwrap_or_default();
        self.tell(&checked, |out| self.write_state(out, &record))
    }

    pub(super) async fn complete(&self, arguments: &CompleteArgs) -> Result<Outcome, Failure> {
        let by_default = match arguments.follow_up {
            Some(_) => VisitOutcome::FollowUp,
            None => VisitOutcome::Done,
        };
        let request = wire::CompleteVisitRequest {
            board_id: self.board.clone(),
            visit_id: arguments.visit.clone(),
            outcome: arguments.outcome.unwrap_or(by_default).into(),
            end_time: arguments.at,
            evidence: arguments.evidence.all(),
            parts_used: arguments.parts.clone(),
            follow_up_text: arguments.follow_up.clone().unwrap_or_default(),
            request_id: self.request_id(),
            ..wire::CompleteVisitRequest::default()
        };
        let completed = answer(self.orders_service().complete_visit(request).await)?;
        let record = completed.work_order.clone().unwrap_or_default();
        self.tell(&completed, |out| {
            self.write_state(out, &record)?;
            self.write_promises(out, &record)
        })
    }

    pub(super) async fn reschedule(&self, arguments: &RescheduleArgs) -> Result<Outcome, Failure> {
        let by_token = arguments.token.clone().map(Visit::RescheduleToken);
        let request = wire::RescheduleVisitRequest {
            board_id: self.board.clone(),
            visit: by_token.or_else(|| arguments.visit.clone().map(Visit::VisitId)),
            time_windows: arguments.windows.clone(),
            request_id: self.request_id(),
        };
        let moved = answer(self.orders_service().reschedule_visit(request).await)?;
        let record = moved.work_order.clone().unwrap_or_default();
        self.tell(&moved, |out| {
            self.write_state(out, &record)?;
            self.write_promises(out, &record)
        })
    }
}
