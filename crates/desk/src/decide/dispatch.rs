//! The last gate before work: a planned visit is given to its technician only if law and parts allow it now.

use super::draft::{Draft, illegal_visit};
use crate::effect::TechnicianNews;
use crate::event::EventKind;
use crate::refusal::Refusal;
use crate::state::WorkOrderState as S;
use crate::task::TaskKind;
use crate::work_order::{Placement, Visit, WorkOrder};

impl Draft {
    pub(super) fn dispatch(&mut self, id: &str, technician: &str) -> Result<(), Refusal> {
        let order = self.order_of(id)?;
        let visit = order.open_visit().filter(|visit| visit.work.id == id);
        let placed = visit.filter(|_| order.state == S::Scheduled).and_then(|visit| {
            let placement = visit.placement.as_ref()?;
            Some((visit, placement))
        });
        let Some((visit, placement)) = placed else {
            return Err(illegal_visit(&order, id, vec!["state SCHEDULED".to_owned()]));
        };
        let mut missing = Vec::new();
        if placement.technician != technician {
            missing.push(format!("a plan with `{technician}`, it has `{}`", placement.technician));
        }
        missing.extend(self.missing_to_dispatch(&order, visit, placement));
        if !missing.is_empty() {
            return Err(illegal_visit(&order, id, missing));
        }
        self.emit(EventKind::VisitDispatched { visit: id.to_owned(), technician: technician.to_owned() });
        self.finish_tasks(|task| task.subject == id && task.kind == TaskKind::Dispatch);
        self.tell_technician(&order, id, technician, TechnicianNews::Dispatched(placement.clone()));
        Ok(())
    }

    /// All that is missing before the visit may be dispatched where it is planned.
    pub(super) fn missing_to_dispatch(
        &self,
        order: &WorkOrder,
        visit: &Visit,
        placement: &Placement,
    ) -> Vec<String> {
        let mut missing = Vec::new();
        for id in &visit.work.permit_ids {
            if !self.desk.permit(id).is_some_and(|permit| permit.allows(placement.start)) {
                missing.push(format!("permit `{id}` ISSUED and valid at {}", placement.start));
            }
        }
        let day = self.local_day(placement.start);
        match self.desk.technician(&placement.technician) {
            None => missing.push(format!("technician `{}` with licenses", placement.technician)),
            Some(known) if !known.is_licensed_for(&visit.work, &order.jurisdiction, day, &self.desk.book) => {
                let mut license = format!("a {} license", visit.work.license.name());
                for endorsement in &visit.work.endorsements {
                    license = format!("{license} endorsed `{endorsement}`");
                }
                let who = &known.id;
                missing.push(format!("{license} of `{who}` for `{}` on {day}", order.jurisdiction));
            }
            Some(_) => {}
        }
        for other in self.desk.work_orders() {
            let busy = other.state == S::Dispatched || other.state.is_under_way();
            let Some(at) = other.open_visit().filter(|at| busy && at.log.done.is_none()) else { continue };
            let overlaps = at.placement.as_ref().is_some_and(|place| {
                place.technician == placement.technician
                    && place.start < placement.end
                    && placement.start < place.end
            });
            if overlaps && at.work.id != visit.work.id {
                missing.push(format!("`{}` free of visit `{}`", placement.technician, at.work.id));
            }
        }
        for part in &visit.work.parts {
            let set_aside = visit.reservations.iter().filter(|reservation| reservation.sku == part.sku);
            let there = |reservation: &&crate::stock::Reservation| {
                let line = self.desk.stock.line(&reservation.location, &part.sku);
                line.reserved <= line.quantity
            };
            let pieces: i64 = set_aside.filter(there).map(|reservation| reservation.quantity).sum();
            if pieces < i64::from(part.quantity) {
                missing.push(format!("part `{}`: {pieces} of {} set aside", part.sku, part.quantity));
            }
        }
        missing
    }
}
