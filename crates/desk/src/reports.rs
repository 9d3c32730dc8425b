//! What people ask the desk in the evening: work not invoiced, permits left open, parts to load.

use jiff::civil::Date;

use crate::desk::Desk;
use crate::permit::{Permit, PermitState};
use crate::state::WorkOrderState as S;
use crate::stock::{Location, PullLine};
use crate::work_order::{Visit, WorkOrder};

impl Desk {
    /// Work that is completed and whose invoice the accounting system does not have, by work order.
    pub fn not_invoiced(&self) -> Vec<&WorkOrder> {
        let done = |order: &&WorkOrder| matches!(order.state, S::Completed | S::FollowUp | S::Closed);
        self.work_orders().filter(done).collect()
    }

    /// Permits that are applied for or granted and not FINALED, though no work is left to do under them.
    pub fn permits_left_open(&self) -> Vec<&Permit> {
        let open = |permit: &&Permit| {
            let alive =
                matches!(permit.state, PermitState::Filed | PermitState::Issued | PermitState::Expired);
            let covers = |order: &WorkOrder| order.permit_ids.contains(&permit.id);
            alive && self.work_orders().filter(|order| covers(order)).all(|order| order.state.is_over())
        };
        self.permits().filter(open).collect()
    }

    /// What a technician has to load on the morning of a day, ordered by warehouse and part.
    pub fn pull_list(&self, technician: &str, day: Date) -> Vec<PullLine> {
        self.lines_to_pull(technician, day, |_| true)
    }

    pub(crate) fn lines_to_pull(
        &self,
        technician: &str,
        day: Date,
        wanted: impl Fn(&Visit) -> bool,
    ) -> Vec<PullLine> {
        let mut lines = Vec::new();
        for order in self.work_orders().filter(|order| order.state.is_planned()) {
            let Some(visit) = order.open_visit().filter(|visit| wanted(visit)) else { continue };
            let his_that_day = visit.placement.as_ref().is_some_and(|placement| {
                placement.technician == technician
                    && placement.start.to_zoned(self.zone.clone()).date() == day
            });
            if !his_that_day {
                continue;
            }
            lines.extend(visit.reservations.iter().filter_map(|reservation| {
                let Location::Warehouse(warehouse) = &reservation.location else { return None };
                Some(PullLine {
                    warehouse: warehouse.clone(),
                    sku: reservation.sku.clone(),
                    visit: visit.work.id.clone(),
                    quantity: reservation.quantity,
                })
            }));
        }
        lines.sort();
        lines
    }
}
