//! Calls, cancellations, new times, travel.

use journeyman_domain::{Call, EventKind, Place, TravelSpec, VisitId, WorkOrderId};

use journeyman_engine::Change;

use super::{News, Reader};
use crate::problem::labels::Labels;
use crate::problem::{permits, places, travel, work};
use crate::violation::{Field, ViolationCode};
use crate::wire;

impl<'a> Reader<'a> {
    pub(super) fn call_received(&self, call: &'a wire::CallReceived, at: &Field<'_>) -> Option<EventKind> {
        Some(EventKind::CallReceived(Box::new(self.call(call, at)?)))
    }

    pub(super) fn call(&self, call: &'a wire::CallReceived, at: &Field<'_>) -> Option<Call> {
        let order_at = at.field("work_order");
        let Some(order) = &call.work_order else {
            order_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        let sizes = at.field("places").at_most(call.places.len(), self.limits.list_entries)
            & at.field("permits").at_most(call.permits.len(), self.limits.list_entries)
            & order_at.field("visits").at_most(order.visits.len(), self.limits.list_entries);
        sizes.then_some(())?;
        let all = self.problem.visits.len() + order.visits.len();
        order_at.field("visits").at_most(all, self.limits.visits).then_some(())?;
        let news =
            News { places: &call.places, permits: &call.permits, visits: &order.visits, ..News::default() };
        let cx = self.context(&news, at);
        let known = self.problem.work_orders.iter().position(|label| *label == order.id);
        if order.id.is_empty() {
            order_at.field("id").refuse(ViolationCode::Required, "needed");
        }
        order_at.field("id").short_enough(&order.id, self.limits.text_bytes);
        let id = WorkOrderId::new(known.unwrap_or(self.problem.work_orders.len()));
        let visits = work::read_order(&cx, order, id, &order_at);
        let permits = call.permits.iter().enumerate();
        let permits =
            permits.map(|(i, permit)| permits::read_permit(&cx, permit, &at.entry("permits", i))).collect();
        let places = self.new_places(&call.places, at);
        let work_order = known.is_none().then(|| order.id.clone());
        let names = self.new_names(cx);
        Some(Call { places, travel: None, permits, work_order, names, visits })
    }

    pub(super) fn new_places(&self, places: &[wire::Place], at: &Field<'_>) -> Vec<Place> {
        let by_matrix = matches!(self.problem.travel, TravelSpec::Matrix(_));
        if by_matrix && !places.is_empty() {
            let text = "travel is a matrix, which has no way to a new place";
            at.field("places").refuse(ViolationCode::Conflict, text);
        }
        let places = places.iter().enumerate();
        places.map(|(i, place)| places::read_place(place, by_matrix, &at.entry("places", i))).collect()
    }

    /// A visit as it would be, in the place of the one with the same id.
    pub(super) fn visit_changed(&self, visit: &wire::Visit, at: &Field<'_>) -> Option<Change> {
        let known = Labels::known("visit", self.problem.visits.iter().map(|visit| &visit.label));
        let id = VisitId::new(known.find(&at.field("id"), &visit.id)?);
        let before = self.problem.visit(id);
        // Read under another id, since its own is taken.
        let renamed = wire::Visit { id: format!("{} as it would be", visit.id), ..visit.clone() };
        let order = wire::WorkOrder { visits: vec![renamed], ..wire::WorkOrder::default() };
        let news = News { visits: &order.visits, ..News::default() };
        let cx = self.context(&news, at);
        let mut visits = work::read_order(&cx, &order, before.work_order, at);
        let mut noun = visits.pop()?;
        noun.label.clone_from(&before.label);
        let names = self.new_names(cx);
        Some(Change::Visit { visit: id, noun: Box::new(noun), names })
    }

    pub(super) fn cancelled(&self, cancelled: &wire::Cancelled, at: &Field<'_>) -> Option<EventKind> {
        use wire::cancelled::Subject;
        match &cancelled.subject {
            Some(Subject::VisitId(visit)) => Some(EventKind::Cancelled(vec![self.visit(visit, at)?])),
            Some(Subject::WorkOrderId(order)) => {
                let id_at = at.field("work_order_id");
                let labels = self.problem.work_orders.iter();
                let known = Labels::known("work order", labels);
                let order = WorkOrderId::new(known.find(&id_at, order)?);
                let of_order = |visit: &VisitId| self.problem.visit(*visit).work_order == order;
                let visits: Vec<VisitId> = self.problem.visit_ids().filter(of_order).collect();
                if visits.is_empty() {
                    id_at.refuse(ViolationCode::Conflict, "has no visits any more");
                }
                Some(EventKind::Cancelled(visits))
            }
            None => {
                at.field("visit_id").refuse(ViolationCode::Required, "needed, or `work_order_id`");
                None
            }
        }
    }

    pub(super) fn rescheduled(&self, moved: &'a wire::Rescheduled, at: &Field<'_>) -> Option<EventKind> {
        let cx = self.context(&News::default(), at);
        let visit = self.visit(&moved.visit_id, at);
        let windows = cx.clock.windows(&at.field("time_windows"), &moved.time_windows, self.limits.windows);
        let promise_at = at.field("promise");
        let promise =
            moved.promise.as_ref().and_then(|promise| work::read_promise(&cx, promise, &promise_at));
        Some(EventKind::Rescheduled { visit: visit?, windows, promise })
    }

    pub(super) fn travel_changed(
        &self,
        changed: &'a wire::TravelChanged,
        at: &Field<'_>,
    ) -> Option<EventKind> {
        let travel_at = at.field("travel");
        let Some(model) = &changed.travel else {
            travel_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        at.field("zones").at_most(changed.zones.len(), self.limits.zones).then_some(())?;
        let cx = self.context(&News::default(), at);
        let places = self.problem.places.len();
        let is_matrix = matches!(&model.model, Some(wire::travel::Model::Matrix(_)));
        if !is_matrix && self.limits.roads.is_some() {
            travel::unused_on_roads((Some(model), &changed.zones), at, |field| {
                let text = "travel is on roads, which have no use for it; `daily_profile` scales their times";
                field.refuse(ViolationCode::Conflict, text);
            });
        }
        let mut spec = travel::read_spec(&cx, (Some(model), &changed.zones), places, at);
        if let (TravelSpec::Estimate(new), TravelSpec::Estimate(before)) = (&mut spec, &self.problem.travel) {
            // Zones that the event does not name stay.
            let named = |label: &String| changed.zones.iter().any(|zone| zone.id == *label);
            let kept = before.zones.iter().filter(|zone| !named(&zone.label)).cloned();
            new.zones = kept.chain(std::mem::take(&mut new.zones)).collect();
        }
        Some(EventKind::TravelChanged(Box::new(spec)))
    }
}
