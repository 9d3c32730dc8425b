//! The fold: what each event does to the desk. It never fails and decides nothing.

mod permit;
mod work_order;

use std::sync::Arc;

use crate::desk::Desk;
use crate::event::{DeskEvent, EventKind};

/// The desk after an event.
pub(crate) fn apply(desk: &mut Desk, event: &DeskEvent) {
    use EventKind as E;
    match &event.kind {
        E::PartArrived { location, sku, quantity } => {
            let line = desk.stock.line_mut(location, sku);
            line.quantity += quantity;
            line.expected_quantity = (line.expected_quantity - quantity).max(0);
            if line.expected_quantity == 0 {
                line.expected = None;
            }
        }
        E::StockCounted { location, sku, quantity } => {
            desk.stock.line_mut(location, sku).quantity = *quantity;
        }
        E::PartsExpected { warehouse, sku, quantity, expected } => {
            let location = crate::stock::Location::Warehouse(warehouse.clone());
            let line = desk.stock.line_mut(&location, sku);
            (line.expected_quantity, line.expected) = (*quantity, *expected);
        }
        E::TechniciansKnown { technicians } => {
            let by_id = technicians.iter().map(|who| (who.id.clone(), Arc::new(who.clone())));
            desk.technicians = Arc::new(by_id.collect());
        }
        E::PlanPublished { revision } => desk.revision = *revision,
        E::PullListMade { .. } => {
            desk.pull_lists_made += 1;
            work_order::apply(desk, event);
        }
        E::TaskOpened(task) => {
            desk.tasks_opened += 1;
            Arc::make_mut(&mut desk.tasks).insert(task.id.clone(), Arc::new((**task).clone()));
        }
        E::TaskFinished { task } => {
            Arc::make_mut(&mut desk.tasks).remove(task);
        }
        E::RuleBookLoaded(book) => desk.book = Arc::clone(book),
        E::PermitRequired(_)
        | E::PermitFiled { .. }
        | E::PermitIssued { .. }
        | E::PermitDelayed { .. }
        | E::PermitNumbered { .. }
        | E::PermitRejected { .. }
        | E::PermitExpired { .. }
        | E::PermitFinaled { .. }
        | E::InspectionRequested { .. }
        | E::InspectionBooked { .. }
        | E::InspectionDecided { .. } => permit::apply(desk, event),
        _ => work_order::apply(desk, event),
    }
}
