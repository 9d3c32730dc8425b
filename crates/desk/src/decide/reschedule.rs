//! Visits moved by customers, and work orders that are no longer wanted.

use super::draft::{Draft, check_etag, check_text, check_windows, illegal_order, illegal_visit};
use crate::call::Window;
use crate::command::VisitKey;
use crate::event::EventKind;
use crate::permit::PermitState;
use crate::refusal::{Refusal, SubjectKind};
use crate::state::WorkOrderState as S;
use crate::task::TaskKind;

impl Draft {
    pub(super) fn reschedule(&mut self, key: &VisitKey, windows: &[Window]) -> Result<(), Refusal> {
        let id = match key {
            VisitKey::Id(id) => id.clone(),
            VisitKey::Token(token) => {
                let unknown = || Refusal::Unknown { kind: SubjectKind::RescheduleToken, id: token.clone() };
                self.desk.tokens.get(token).cloned().ok_or_else(unknown)?
            }
        };
        let order = self.order_of(&id)?;
        if windows.is_empty() {
            return Err(Refusal::invalid("time_windows", "is empty; at least one is required"));
        }
        check_windows("time_windows", windows)?;
        if let Some(past) = windows.iter().position(|window| window.end <= self.now) {
            let problem = format!("ends at {}, not after now, {}", windows[past].end, self.now);
            return Err(Refusal::invalid(format!("time_windows[{past}]"), problem));
        }
        let open = order.open_visit().filter(|visit| visit.work.id == id && order.state.is_plannable());
        let Some(visit) = open else {
            return Err(illegal_visit(
                &order,
                &id,
                vec!["an open visit that nobody has set out for".to_owned()],
            ));
        };
        self.take_from_plan(&order, visit);
        // The customer asked for it: nobody needs to keep the old promise.
        self.finish_tasks(|task| task.subject == id && task.kind == TaskKind::KeepPromise);
        self.emit(EventKind::Rescheduled { visit: id, windows: windows.to_vec() });
        self.gate(&order.id);
        self.recheck_parts();
        Ok(())
    }

    /// What was done before stays, to be closed and invoiced.
    pub(super) fn cancel(&mut self, id: &str, etag: &str, text: &str) -> Result<(), Refusal> {
        let order = self.order(id)?;
        check_etag(SubjectKind::WorkOrder, id, etag, order.version)?;
        check_text("text", text)?;
        let next = if order.has_work_done() { S::Completed } else { S::Cancelled };
        if order.state.is_over() || !order.state.may_become(next) {
            let before =
                S::ALL.iter().filter(|state| state.may_become(S::Cancelled)).map(|state| state.name());
            let states = before.collect::<Vec<_>>().join(" or ");
            return Err(illegal_order(&order, vec![format!("state {states}")]));
        }
        if let Some(visit) = order.open_visit() {
            self.take_from_plan(&order, visit);
        }
        for visit in order.visits.iter().filter(|visit| visit.outcome.is_none()) {
            self.withdraw_all_messages(&visit.work.id);
        }
        let visit = order.open_visit().map(|visit| visit.work.id.clone());
        self.emit(EventKind::Cancelled { work_order: id.to_owned(), visit, text: text.to_owned() });
        self.finish_tasks(|task| task.work_order == id);
        self.take_back_filings(id);
        if next == S::Completed {
            let order = self.order(id)?;
            self.ask_for_final_inspections(&order);
        }
        self.recheck_parts();
        Ok(())
    }

    /// An application that has not left yet is taken back.
    fn take_back_filings(&mut self, order: &str) {
        let waiting = |permit: &&crate::permit::Permit| {
            permit.work_order == order && permit.state == PermitState::Filed
        };
        let keys: Vec<String> =
            self.desk.permits().filter(waiting).map(|permit| permit.filing_key(permit.filings)).collect();
        self.decision.cancel.extend(keys);
    }
}
