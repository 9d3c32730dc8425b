//! What keeps a visit from being planned: permits first, then parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use journeyman_rulebook::{PartNeed, PartPolicy};

use super::draft::Draft;
use super::intake::visit_work;
use crate::effect::TechnicianNews;
use crate::event::EventKind;
use crate::permit::PermitState;
use crate::state::WorkOrderState as S;
use crate::task::TaskKind;
use crate::work_order::{Visit, VisitWork, WorkOrder};

impl Draft {
    /// Holds or releases the open visit of a work order, by its permits and by the parts there are.
    pub(super) fn gate(&mut self, id: &str) {
        let Some(order) = self.desk.work_orders.get(id).cloned() else { return };
        let Some(visit) = order.open_visit() else { return };
        // Who is on the way turns back; who has begun may finish.
        if !order.state.is_plannable() && order.state != S::EnRoute {
            return;
        }
        if !self.unissued(&visit.work).is_empty() {
            if order.state != S::AwaitingPermit {
                self.take_from_plan(&order, visit);
                self.ask_to_keep_promise(&order, visit);
                self.emit(EventKind::PermitAwaited { visit: visit.work.id.clone() });
            }
            return;
        }
        if order.state.is_planned() || order.state == S::EnRoute {
            return;
        }
        let missing = missing_of(&self.free(), &visit.work.parts);
        if missing.is_empty() {
            if matches!(order.state, S::AwaitingPermit | S::AwaitingParts) {
                self.emit(EventKind::VisitReleased { visit: visit.work.id.clone() });
            }
        } else if order.state != S::AwaitingParts {
            if order.state == S::AwaitingPermit {
                self.emit(EventKind::VisitReleased { visit: visit.work.id.clone() });
            }
            self.backorder(&order, visit, missing);
        }
    }

    /// Permits of a visit that are not granted.
    pub(super) fn unissued(&self, work: &VisitWork) -> Vec<String> {
        let issued =
            |id: &String| self.desk.permit(id).is_some_and(|permit| permit.state == PermitState::Issued);
        work.permit_ids.iter().filter(|id| !issued(id)).cloned().collect()
    }

    /// Parts are missing: the visit waits for them or, where the book says so, somebody looks and measures first.
    pub(super) fn backorder(&mut self, order: &WorkOrder, visit: &Visit, missing: Vec<PartNeed>) {
        let id = visit.work.id.clone();
        let book = Arc::clone(&self.desk.book);
        let assessment = match book.part_policy() {
            PartPolicy::SiteAssessment { service_code } => book.service(service_code),
            PartPolicy::HoldVisit => None,
        };
        let looked_already = order.visits.iter().any(|visit| visit.assessment);
        match assessment.filter(|_| !looked_already) {
            Some(service) => {
                let windows = visit.work.windows.clone();
                let assessment =
                    VisitWork { id: order.next_visit_id(), windows, ..visit_work(service, &order.call) };
                self.emit(EventKind::AssessmentNeeded { visit: id, assessment: Box::new(assessment) });
            }
            None => self.emit(EventKind::PartsAwaited { visit: id, parts: missing }),
        }
    }

    /// More parts are there: releases who waits for them, in the order of work orders, as far as they go.
    pub(super) fn recheck_parts(&mut self) {
        let mut free = self.free();
        let waiting: Vec<Arc<WorkOrder>> =
            self.desk.work_orders.values().filter(|order| order.state == S::AwaitingParts).cloned().collect();
        for order in waiting {
            let Some(visit) = order.open_visit() else { continue };
            if missing_of(&free, &visit.work.parts).is_empty() {
                for part in &visit.work.parts {
                    *free.entry(part.sku.clone()).or_default() -= i64::from(part.quantity);
                }
                self.emit(EventKind::VisitReleased { visit: visit.work.id.clone() });
            }
        }
    }

    /// Free pieces of every part, wherever they lie.
    pub(super) fn free(&self) -> BTreeMap<String, i64> {
        self.desk.stock.free().into_iter().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect()
    }

    /// Undoes what a place in the plan brought with it: parts, messages that have not gone, the technician's orders.
    /// The event that takes the place itself is the caller's.
    pub(super) fn take_from_plan(&mut self, order: &WorkOrder, visit: &Visit) {
        let id = &visit.work.id;
        if !visit.reservations.is_empty() {
            self.emit(EventKind::PartsReleased { visit: id.clone() });
        }
        self.withdraw_messages(id);
        if matches!(order.state, S::Dispatched | S::EnRoute)
            && let Some(placement) = &visit.placement
        {
            self.tell_technician(order, id, &placement.technician, TechnicianNews::TakenBack);
        }
    }

    /// A promised visit that nobody has a place for any more is a person's to talk about.
    pub(super) fn ask_to_keep_promise(&mut self, order: &WorkOrder, visit: &Visit) {
        let id = &visit.work.id;
        let knows = self.desk.visit(id).is_some_and(|(_, visit)| visit.customer_knows_a_window());
        if knows && let Some(promise) = &visit.promise {
            let text = format!(
                "The visit promised between {} and {} has lost its place in the plan: talk to the customer",
                promise.window.start, promise.window.end
            );
            self.open_task(TaskKind::KeepPromise, &order.id, id, (text, Vec::new()));
        }
    }
}

/// What of the needs is not there.
pub(super) fn missing_of(free: &BTreeMap<String, i64>, needs: &[PartNeed]) -> Vec<PartNeed> {
    let short = |need: &PartNeed| {
        let left = i64::from(need.quantity) - free.get(&need.sku).copied().unwrap_or(0).max(0);
        let quantity = u32::try_from(left).ok().filter(|left| *left > 0)?;
        Some(PartNeed { sku: need.sku.clone(), quantity })
    };
    needs.iter().filter_map(short).collect()
}
