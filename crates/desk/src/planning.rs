//! What of the desk's events the planner must hear. The planner answers with a plan.

use jiff::Timestamp;

use crate::call::Window;
use crate::event::{CheckInKind, DeskEvent, EventKind, FollowUp};
use crate::permit::{Permit, PermitState};
use crate::stock::Location;
use crate::work_order::VisitWork;

/// Something that may change the plan. Site, priority and permits of the work order are the desk's to ask for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Planning<'e> {
    /// Work of a work order that the planner does not know yet.
    NewWork {
        /// The work order.
        work_order: &'e str,
        /// Its visit.
        visit: &'e VisitWork,
    },
    /// Another visit of a work order that it knows.
    NewVisit(&'e VisitWork),
    /// A visit is done by this one for now; it comes back as a new visit later.
    Replaced {
        /// The visit to drop.
        visit: &'e str,
        /// The visit in its place.
        by: &'e VisitWork,
    },
    /// A visit is no longer wanted.
    Cancelled(&'e str),
    /// A visit is to be at another time; nothing is promised any more.
    Rescheduled {
        /// The visit.
        visit: &'e str,
        /// When; never empty.
        windows: &'e [Window],
    },
    /// A report from the field.
    CheckedIn {
        /// The visit.
        visit: &'e str,
        /// Who.
        technician: &'e str,
        /// What.
        kind: CheckInKind,
        /// When.
        time: Timestamp,
    },
    /// A permit is needed and not there.
    PermitRequired(&'e Permit),
    /// A permit stands elsewhere.
    PermitChanged {
        /// The permit.
        permit: &'e str,
        /// Where it stands.
        state: PermitState,
        /// ISSUED: work may start from then; FILED: when it is expected.
        from: Option<Timestamp>,
        /// ISSUED: work starts before then.
        expire: Option<Timestamp>,
    },
    /// Parts came.
    PartArrived {
        /// Where.
        location: &'e Location,
        /// What.
        sku: &'e str,
        /// How many.
        quantity: i64,
    },
    /// So many parts are there.
    PartCounted {
        /// Where.
        location: &'e Location,
        /// What.
        sku: &'e str,
        /// How many.
        quantity: i64,
    },
    /// So many parts come then.
    PartExpected {
        /// Where.
        warehouse: &'e str,
        /// What.
        sku: &'e str,
        /// How many.
        quantity: i64,
        /// When; none: nobody knows.
        expected: Option<Timestamp>,
    },
}

impl DeskEvent {
    /// What the planner must hear of it, if anything.
    pub fn planning(&self) -> Option<Planning<'_>> {
        use EventKind as E;
        Some(match &self.kind {
            E::WorkOrderQualified { work_order, work: Some(work), .. } => {
                Planning::NewWork { work_order, visit: &work.visit }
            }
            E::FollowUpNeeded { follow_up: FollowUp::Visit(visit), .. } => Planning::NewVisit(visit),
            E::AssessmentNeeded { visit, assessment } => Planning::Replaced { visit, by: assessment },
            E::Cancelled { visit: Some(visit), .. } => Planning::Cancelled(visit),
            E::Rescheduled { visit, windows } => Planning::Rescheduled { visit, windows },
            E::CheckedIn { visit, technician, kind, time } => {
                Planning::CheckedIn { visit, technician, kind: *kind, time: *time }
            }
            E::PermitRequired(permit) => Planning::PermitRequired(permit),
            E::PartArrived { location, sku, quantity } => {
                Planning::PartArrived { location, sku, quantity: *quantity }
            }
            E::StockCounted { location, sku, quantity } => {
                Planning::PartCounted { location, sku, quantity: *quantity }
            }
            E::PartsExpected { warehouse, sku, quantity, expected } => {
                Planning::PartExpected { warehouse, sku, quantity: *quantity, expected: *expected }
            }
            other => return permit_change(other),
        })
    }
}

fn permit_change(kind: &EventKind) -> Option<Planning<'_>> {
    use EventKind as E;
    let (permit, state, from, expire) = match kind {
        E::PermitFiled { permit, expected, .. } | E::PermitDelayed { permit, expected } => {
            (permit, PermitState::Filed, *expected, None)
        }
        E::PermitIssued { permit, issued, expire, .. } => {
            (permit, PermitState::Issued, Some(*issued), *expire)
        }
        E::PermitRejected { permit, .. } => (permit, PermitState::Rejected, None, None),
        E::PermitExpired { permit } => (permit, PermitState::Expired, None, None),
        // No work is left under a permit that is finaled.
        _ => return None,
    };
    Some(Planning::PermitChanged { permit, state, from, expire })
}
