//! Reports from the field, and the end of a visit.

use jiff::Timestamp;
use journeyman_rulebook::{MessageKind, PartNeed};

use super::draft::{Draft, check_label, check_text, check_windows, illegal_visit};
use super::inspection::stage_inspection;
use crate::command::{Command, NextVisit};
use crate::event::{CheckInKind, EventKind, FollowUp};
use crate::refusal::Refusal;
use crate::state::WorkOrderState as S;
use crate::work_order::{Evidence, Origin, Visit, VisitOutcome, VisitWork, WorkOrder};

/// Most photos, notes or parts of one command.
const LIST_MAX: usize = 100;
/// Longest return visit in seconds: 31 days, as the contract says.
const DURATION_MAX_S: i64 = 31 * 86_400;

/// What a technician reports.
pub(super) struct Report<'a> {
    pub(super) technician: &'a str,
    pub(super) kind: CheckInKind,
    pub(super) time: Timestamp,
    pub(super) eta: Option<Timestamp>,
}

impl Draft {
    pub(super) fn check_in(&mut self, id: &str, report: &Report<'_>) -> Result<(), Refusal> {
        let order = self.order_of(id)?;
        let Some((visit, placement)) =
            order.open_visit().filter(|visit| visit.work.id == id).and_then(|visit| {
                let placement = visit.placement.as_ref()?;
                Some((visit, placement))
            })
        else {
            return Err(illegal_visit(&order, id, vec!["an open visit with a place in the plan".to_owned()]));
        };
        self.check_time("check_in_time", report.time, visit.log.last)?;
        if placement.technician != report.technician {
            let problem = format!("is `{}`, the visit is `{}`'s", report.technician, placement.technician);
            return Err(Refusal::invalid("technician_id", problem));
        }
        let missing = self.missing_to_check_in(&order, visit, report);
        if !missing.is_empty() {
            return Err(illegal_visit(&order, id, missing));
        }
        self.emit(EventKind::CheckedIn {
            visit: id.to_owned(),
            technician: report.technician.to_owned(),
            kind: report.kind,
            time: report.time,
        });
        if report.kind == CheckInKind::EnRoute {
            self.withdraw_messages(id);
            let eta = report.eta.unwrap_or(placement.start).max(self.now);
            self.tell_customer(id, MessageKind::OnTheWay, Some(eta));
        }
        Ok(())
    }

    fn missing_to_check_in(&self, order: &WorkOrder, visit: &Visit, report: &Report<'_>) -> Vec<String> {
        use CheckInKind as K;
        let log = &visit.log;
        let (state, right_moment, moment) = match report.kind {
            K::EnRoute => (S::Dispatched, true, ""),
            K::OnSite => (S::EnRoute, true, ""),
            K::Started => (S::OnSite, log.started.is_none(), "work not started yet"),
            K::Paused => {
                (S::OnSite, log.started.is_some() && log.done.is_none(), "work started and not done")
            }
            K::Resumed => (S::Paused, true, ""),
            K::Done => (S::OnSite, log.started.is_some() && log.done.is_none(), "work started and not done"),
        };
        let mut missing = Vec::new();
        if order.state != state {
            missing.push(format!("state {}", state.name()));
        } else if !right_moment {
            missing.push(moment.to_owned());
        }
        if matches!(report.kind, K::EnRoute | K::Started) {
            let forbidden =
                |id: &&String| !self.desk.permit(id).is_some_and(|permit| permit.allows(report.time));
            let permits = visit.work.permit_ids.iter().filter(forbidden);
            missing.extend(permits.map(|id| format!("permit `{id}` ISSUED and valid at {}", report.time)));
        }
        // A pause sets free for other work; to come back from it, that must be done.
        if matches!(report.kind, K::EnRoute | K::Resumed)
            && let Some(other) = self.occupied(report.technician, &visit.work.id)
        {
            missing.push(format!("visit `{other}` done by `{}`", report.technician));
        }
        missing
    }

    /// The visit that a technician is driving to or at, besides this one.
    fn occupied(&self, technician: &str, besides: &str) -> Option<&str> {
        self.desk.work_orders().filter(|order| matches!(order.state, S::EnRoute | S::OnSite)).find_map(
            |order| {
                let visit = order.open_visit().filter(|visit| visit.log.done.is_none())?;
                let his =
                    visit.placement.as_ref().is_some_and(|placement| placement.technician == technician);
                (his && visit.work.id != besides).then_some(visit.work.id.as_str())
            },
        )
    }

    /// Nobody reports from the future, and reports of a visit come in their order.
    fn check_time(&self, path: &str, time: Timestamp, last: Option<Timestamp>) -> Result<(), Refusal> {
        if time > self.now {
            return Err(Refusal::invalid(path, format!("is {time}, after now, {}", self.now)));
        }
        match last.filter(|last| time < *last) {
            Some(last) => Err(Refusal::invalid(path, format!("is {time}, before the last report, {last}"))),
            None => Ok(()),
        }
    }

    pub(super) fn complete_visit(&mut self, id: &str, command: &Command) -> Result<(), Refusal> {
        let Command::CompleteVisit { outcome, end, evidence, parts_used, next, .. } = command else {
            return Ok(());
        };
        let order = self.order_of(id)?;
        let at_work = order.open_visit().filter(|visit| visit.work.id == id && order.state == S::OnSite);
        let Some(visit) = at_work else {
            return Err(illegal_visit(&order, id, vec!["state ON_SITE".to_owned()]));
        };
        let end = end.or(visit.log.done).unwrap_or(self.now);
        let start = visit.log.started.or(visit.log.on_site).unwrap_or(end);
        let before = visit.log.last.filter(|_| visit.log.done.is_none()).unwrap_or(start);
        self.check_time("end_time", end, Some(before))?;
        check_evidence(evidence)?;
        self.check_parts("parts_used", parts_used)?;
        let unlicensed = self.unissued_at_start(visit, start);
        if !unlicensed.is_empty() {
            return Err(illegal_visit(&order, id, unlicensed));
        }
        let next = next.as_deref().cloned().unwrap_or_default();
        self.check_next(&order, visit, *outcome, &next)?;
        self.withdraw_messages(id);
        self.emit(EventKind::VisitCompleted {
            visit: id.to_owned(),
            outcome: *outcome,
            start,
            end,
            evidence: evidence.clone(),
            parts_used: parts_used.clone(),
        });
        self.after_visit(id, visit, *outcome, &next)?;
        // What was set aside and not used may do for others.
        self.recheck_parts();
        Ok(())
    }

    /// Work that began without saying so needed its permits as well.
    fn unissued_at_start(&self, visit: &Visit, start: Timestamp) -> Vec<String> {
        if visit.log.started.is_some() {
            return Vec::new();
        }
        let allows = |id: &&String| self.desk.permit(id).is_some_and(|permit| permit.allows(start));
        let forbidden = visit.work.permit_ids.iter().filter(|id| !allows(id));
        forbidden.map(|id| format!("permit `{id}` ISSUED and valid at {start}")).collect()
    }

    fn check_next(
        &self,
        order: &WorkOrder,
        visit: &Visit,
        outcome: VisitOutcome,
        next: &NextVisit,
    ) -> Result<(), Refusal> {
        check_windows("follow_up.time_windows", &next.windows)?;
        check_text("follow_up.text", &next.text)?;
        if let Some(duration) = next.duration_s.filter(|duration| !(1..=DURATION_MAX_S).contains(duration)) {
            let problem = format!("is {duration} s, 1 to {DURATION_MAX_S} are allowed");
            return Err(Refusal::invalid("follow_up.service_duration", problem));
        }
        self.check_parts("follow_up.parts", &next.parts)?;
        if outcome != VisitOutcome::FollowUp {
            return Ok(());
        }
        if visit.assessment || order.stages_done + 1 < order.stages().len() {
            let missing = vec!["the work that was ordered done before other work follows it".to_owned()];
            return Err(illegal_visit(order, &visit.work.id, missing));
        }
        if next.text.trim().is_empty() {
            return Err(Refusal::invalid("follow_up.text", "is empty; what was found?"));
        }
        if !next.service_code.is_empty() && self.desk.book.service(&next.service_code).is_none() {
            let problem = format!("`{}` is no service of the rule book", next.service_code);
            return Err(Refusal::invalid("follow_up.service_code", problem));
        }
        Ok(())
    }

    fn check_parts(&self, path: &str, parts: &[PartNeed]) -> Result<(), Refusal> {
        if parts.len() > LIST_MAX {
            return Err(Refusal::invalid(path, format!("has {} entries, at most {LIST_MAX}", parts.len())));
        }
        for (index, part) in parts.iter().enumerate() {
            if self.desk.book.part(&part.sku).is_none() {
                let problem =
                    format!("`{}` is no part of the rule book, so nobody knows its price", part.sku);
                return Err(Refusal::invalid(format!("{path}[{index}].sku"), problem));
            }
            if !(1..=100_000).contains(&part.quantity) {
                let problem = format!("{} is not within 1 to 100,000", part.quantity);
                return Err(Refusal::invalid(format!("{path}[{index}].quantity"), problem));
            }
            if parts[..index].iter().any(|other| other.sku == part.sku) {
                return Err(Refusal::invalid(
                    format!("{path}[{index}].sku"),
                    format!("`{}` is there twice", part.sku),
                ));
            }
        }
        Ok(())
    }

    /// The visit or work order that follows, inspections, and what the customer is told.
    fn after_visit(
        &mut self,
        id: &str,
        visit: &Visit,
        outcome: VisitOutcome,
        next: &NextVisit,
    ) -> Result<(), Refusal> {
        let order = self.order_of(id)?;
        match order.state {
            S::ReturnNeeded if outcome == VisitOutcome::ReturnNeeded => {
                let like = self.another_visit(&order, &visit.work);
                let windows =
                    if next.windows.is_empty() { like.windows.clone() } else { next.windows.clone() };
                let duration_s = next.duration_s.unwrap_or(like.duration_s);
                let work = VisitWork { windows, duration_s, parts: next.parts.clone(), ..like };
                self.follow_up_visit(&order, work);
            }
            S::ReturnNeeded if visit.assessment => {
                let put_off =
                    order.visits.iter().rev().find(|visit| !visit.assessment && visit.outcome.is_none());
                let Some(put_off) = put_off.map(|visit| visit.work.clone()) else { return Ok(()) };
                let parts = put_off.parts.clone();
                let work = VisitWork { parts, ..self.another_visit(&order, &put_off) };
                self.follow_up_visit(&order, work);
            }
            S::ReturnNeeded => match stage_inspection(&order).map(str::to_owned) {
                Some(kind) => self.ask_for_stage_inspection(&order, &kind),
                None => self.open_next_stage(&order),
            },
            _ => {
                if outcome == VisitOutcome::FollowUp {
                    self.follow_up_order(&order, id, next);
                }
                self.tell_customer(id, MessageKind::Done, None);
                self.ask_for_final_inspections(&order);
            }
        }
        Ok(())
    }

    /// Other work is a work order of its own: it may need a permit, another license, another price.
    fn follow_up_order(&mut self, order: &WorkOrder, visit: &str, next: &NextVisit) {
        let id = self.free_work_order_id(&order.id, 'F');
        let follow_up = FollowUp::WorkOrder(id.clone());
        self.emit(EventKind::FollowUpNeeded { visit: visit.to_owned(), follow_up });
        let mut call = order.call.clone();
        call.symptom.clone_from(&next.text);
        call.time_windows.clone_from(&next.windows);
        call.receive_time = Some(self.now);
        let origin = Origin::FollowUp { visit: visit.to_owned() };
        self.receive(&id, &call, &order.jurisdiction, Some(origin));
        let wish = super::intake::Wish { service_code: &next.service_code, call: None, jurisdiction: "" };
        // A service that can't be taken on as it is leaves the work order RECEIVED, with its tasks.
        if self.qualify(&id, "", &wish).is_err() {
            let by_book = super::intake::Wish { service_code: "", ..wish };
            let _left_received = self.qualify(&id, "", &by_book);
        }
    }
}

pub(super) fn check_evidence(evidence: &[Evidence]) -> Result<(), Refusal> {
    if evidence.len() > LIST_MAX {
        return Err(Refusal::invalid(
            "evidence",
            format!("has {} entries, at most {LIST_MAX}", evidence.len()),
        ));
    }
    for (index, item) in evidence.iter().enumerate() {
        check_label(&format!("evidence[{index}].kind"), &item.kind)?;
        check_text(&format!("evidence[{index}].text"), &item.text)?;
        if item.uri.trim().is_empty() && item.text.trim().is_empty() {
            return Err(Refusal::invalid(format!("evidence[{index}]"), "has neither a file nor a note"));
        }
    }
    Ok(())
}
