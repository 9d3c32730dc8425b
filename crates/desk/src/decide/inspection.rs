//! Inspections: asked for when work is done, booked, passed or failed.

use std::sync::Arc;

use super::draft::{Draft, check_label, check_text, check_windows};
use super::permits::illegal;
use crate::call::Window;
use crate::effect::EffectBody;
use crate::event::{EventKind, FollowUp, UnderstoodWork};
use crate::permit::{Inspection, InspectionState, Permit, PermitState};
use crate::refusal::{Refusal, SubjectKind};
use crate::state::WorkOrderState;
use crate::work_order::{Origin, VisitWork, WorkOrder};

use InspectionState as I;

impl Draft {
    pub(super) fn request_inspection(
        &mut self,
        id: &str,
        inspection: &str,
        kind: &str,
    ) -> Result<(), Refusal> {
        let permit = self.permit(id)?;
        if !inspection.is_empty() {
            check_label("inspection_id", inspection)?;
            if self.desk.inspections.contains_key(inspection) {
                return Err(Refusal::Exists { kind: SubjectKind::Inspection, id: inspection.to_owned() });
            }
        }
        let kinds = self.rule(&permit).map_or_else(Vec::new, |rule| rule.inspections.clone());
        if !kinds.iter().any(|known| known == kind) {
            let problem =
                format!("`{kind}` is no inspection of `{}`; there are {}", permit.kind, kinds.join(", "));
            return Err(Refusal::invalid("kind", problem));
        }
        let mut missing = Vec::new();
        if permit.state != PermitState::Issued {
            missing.push("state ISSUED".to_owned());
        }
        if kinds.last().is_some_and(|last| last == kind) {
            missing.extend(self.open_work_under(id));
        }
        if let Some(open) = open_inspection(&permit, kind) {
            missing.push(format!("inspection `{}` decided", open.id));
        }
        if !missing.is_empty() {
            return Err(illegal(&permit, missing));
        }
        self.ask_for_inspection(&permit, inspection, kind);
        Ok(())
    }

    fn ask_for_inspection(&mut self, permit: &Permit, inspection: &str, kind: &str) {
        let mut number = permit.inspections.len() + 1;
        let mut id = inspection.to_owned();
        while id.is_empty() || self.desk.inspections.contains_key(&id) {
            id = format!("{}/{number}", permit.id);
            number += 1;
        }
        let (permit_id, kind) = (permit.id.clone(), kind.to_owned());
        self.emit(EventKind::InspectionRequested {
            inspection: id.clone(),
            permit: permit_id.clone(),
            kind: kind.clone(),
        });
        let key = format!("{id}:inspection");
        let body = EffectBody::InspectionRequest { inspection: id, permit: permit_id, kind };
        self.effect(key, &permit.work_order, self.now, body);
    }

    /// Asks for the last inspection of every permit whose work is all done.
    pub(super) fn ask_for_final_inspections(&mut self, order: &WorkOrder) {
        for id in &order.permit_ids {
            let Ok(permit) = self.permit(id) else { continue };
            let Some(kind) = self.rule(&permit).and_then(|rule| rule.inspections.last().cloned()) else {
                continue;
            };
            let ready = permit.state == PermitState::Issued && self.open_work_under(id).is_empty();
            let asked = permit.inspections.iter().any(|known| known.kind == kind && known.state != I::Failed);
            if ready && !asked {
                self.ask_for_inspection(&permit, "", &kind);
            }
        }
    }

    /// Asks for the inspection that the next stage waits for.
    pub(super) fn ask_for_stage_inspection(&mut self, order: &WorkOrder, kind: &str) {
        let Some(permit) = order.permit_ids.first().and_then(|id| self.permit(id).ok()) else { return };
        if open_inspection(&permit, kind).is_none() {
            self.ask_for_inspection(&permit, "", kind);
        }
    }

    pub(super) fn book_inspection(&mut self, id: &str, window: Window) -> Result<(), Refusal> {
        let (_, inspection) = self.undecided(id)?;
        check_windows("window", &[window])?;
        self.emit(EventKind::InspectionBooked { inspection: inspection.id, window });
        Ok(())
    }

    pub(super) fn record_inspection(&mut self, id: &str, passed: bool, text: &str) -> Result<(), Refusal> {
        let (permit, inspection) = self.undecided(id)?;
        check_text("text", text)?;
        let event = EventKind::InspectionDecided { inspection: id.to_owned(), passed, text: text.to_owned() };
        self.emit(event);
        let Ok(order) = self.order(&permit.work_order) else { return Ok(()) };
        let waits_for_it = order.state == WorkOrderState::ReturnNeeded
            && order.open_visit().is_none()
            && stage_inspection(&order) == Some(inspection.kind.as_str());
        match (passed, waits_for_it) {
            (true, true) => self.open_next_stage(&order),
            (false, true) => self.rework_stage(&order),
            (true, false) => {
                let last = self.rule(&permit).and_then(|rule| rule.inspections.last());
                let is_last = last.is_some_and(|last| *last == inspection.kind);
                let issued = permit.state == PermitState::Issued;
                if is_last && issued && self.open_work_under(&permit.id).is_empty() {
                    self.emit(EventKind::PermitFinaled { permit: permit.id.clone() });
                }
            }
            (false, false) => {
                // Work that is still open is mended before it ends.
                let done = order.state.is_over() && order.state != WorkOrderState::Cancelled;
                if done {
                    self.rework(&order, &inspection.id, text);
                }
            }
        }
        Ok(())
    }

    fn undecided(&self, id: &str) -> Result<(Permit, Inspection), Refusal> {
        let unknown = || Refusal::Unknown { kind: SubjectKind::Inspection, id: id.to_owned() };
        let (permit, inspection) = self.desk.inspection(id).ok_or_else(unknown)?;
        if matches!(inspection.state, I::Requested | I::Booked) {
            return Ok((permit.clone(), inspection.clone()));
        }
        let missing = vec!["state REQUESTED or BOOKED".to_owned()];
        let (kind, state) = (SubjectKind::Inspection, inspection.state.name());
        Err(Refusal::IllegalStep { kind, id: id.to_owned(), state, missing })
    }

    /// The visit of the stage after those that are done.
    pub(super) fn open_next_stage(&mut self, order: &WorkOrder) {
        let Some(stage) = order.stages().get(order.stages_done).cloned() else { return };
        let Some(last) = order.visits.last() else { return };
        // The service's parts came with its first stage.
        let work = VisitWork {
            stage: stage.name,
            duration_s: stage.duration.mean().ticks(),
            spread_s: stage.duration.deviation().ticks(),
            ..self.another_visit(order, &last.work)
        };
        self.follow_up_visit(order, work);
    }

    fn rework_stage(&mut self, order: &WorkOrder) {
        let Some(last) = order.visits.last() else { return };
        let stage = last.work.stage.trim_end_matches(": rework").to_owned();
        let work = VisitWork { stage: format!("{stage}: rework"), ..self.another_visit(order, &last.work) };
        self.follow_up_visit(order, work);
    }

    /// A visit that asks for the same people, with no parts, at any time that is left of the windows.
    pub(super) fn another_visit(&self, order: &WorkOrder, like: &VisitWork) -> VisitWork {
        let windows = like.windows.iter().filter(|window| window.end > self.now).copied().collect();
        let (id, permit_ids) = (order.next_visit_id(), order.permit_ids.clone());
        VisitWork { id, windows, permit_ids, parts: Vec::new(), ..like.clone() }
    }

    pub(super) fn follow_up_visit(&mut self, order: &WorkOrder, work: VisitWork) {
        let Some(last) = order.visits.last() else { return };
        let (visit, follow_up) = (last.work.id.clone(), FollowUp::Visit(Box::new(work)));
        self.emit(EventKind::FollowUpNeeded { visit, follow_up });
        self.gate(&order.id);
    }

    /// What an inspection did not pass is done again as a work order of its own, under the same permits.
    fn rework(&mut self, order: &WorkOrder, inspection: &str, text: &str) {
        let (Some(service), Some(last)) = (order.service.clone(), order.visits.last()) else { return };
        let id = self.free_work_order_id(&order.id, 'R');
        let follow_up = FollowUp::WorkOrder(id.clone());
        self.emit(EventKind::FollowUpNeeded { visit: last.work.id.clone(), follow_up });
        let mut call = order.call.clone();
        call.symptom = format!("Inspection failed: {text}");
        call.receive_time = Some(self.now);
        let origin = Origin::Rework { inspection: inspection.to_owned(), work_order: order.id.clone() };
        self.emit(EventKind::CallTaken {
            work_order: id.clone(),
            call: Box::new(call),
            jurisdiction: order.jurisdiction.clone(),
            origin: Some(origin),
        });
        let visit = VisitWork {
            id: format!("{id}/1"),
            stage: String::new(),
            ..self.another_visit(order, &last.work)
        };
        let qualification = order.qualification.clone().map(Box::new);
        let Some(qualification) = qualification else { return };
        let service = Arc::new(service.as_ref().clone());
        let work = UnderstoodWork { service, permit_ids: order.permit_ids.clone(), visit };
        self.emit(EventKind::WorkOrderQualified {
            work_order: id.clone(),
            call: None,
            jurisdiction: order.jurisdiction.clone(),
            qualification,
            work: Some(Box::new(work)),
        });
        self.gate(&id);
    }

    /// An id for a work order that follows another: its id, a letter and a number.
    pub(super) fn free_work_order_id(&self, parent: &str, letter: char) -> String {
        let mut number = 1;
        loop {
            let id = format!("{parent}-{letter}{number}");
            if !self.desk.work_orders.contains_key(&id) {
                return id;
            }
            number += 1;
        }
    }
}

fn open_inspection<'p>(permit: &'p Permit, kind: &str) -> Option<&'p Inspection> {
    let open = |known: &&Inspection| known.kind == kind && matches!(known.state, I::Requested | I::Booked);
    permit.inspections.iter().find(open)
}

/// The inspection that must pass before the stage after those that are done.
pub(super) fn stage_inspection(order: &WorkOrder) -> Option<&str> {
    let done = order.stages_done.checked_sub(1)?;
    order.stages().get(done)?.inspection_after.as_deref()
}
