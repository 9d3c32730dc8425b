//! What is on the desk is moved by the desk: an event that goes past it would leave the two of different minds.

use journeyman_desk::Desk;

use crate::wire;
use crate::wire::event::Kind;

/// What of the desk an event would change past it, if anything: the subject, and the call that is meant.
pub(crate) fn past_the_desk(desk: &Desk, event: &wire::Event) -> Option<(String, &'static str)> {
    let visit = |id: &str| desk.visit(id).map(|_| id.to_owned());
    let permit = |id: &str| desk.permit(id).map(|_| id.to_owned());
    // The desk counts all parts of its board.
    let sku = |part: Option<&wire::PartQuantity>| part.map(|part| part.sku.clone());
    let record = "Permits.RecordPermit";
    let (subject, instead) = match event.kind.as_ref()? {
        Kind::CheckedIn(report) => (visit(&report.visit_id), "WorkOrders.CheckIn"),
        Kind::VisitFinishedEarly(early) => (visit(&early.visit_id), "WorkOrders.CompleteVisit"),
        Kind::Rescheduled(moved) => (visit(&moved.visit_id), "WorkOrders.RescheduleVisit"),
        Kind::Cancelled(cancelled) => {
            let subject = match cancelled.subject.as_ref()? {
                wire::cancelled::Subject::VisitId(id) => visit(id),
                wire::cancelled::Subject::WorkOrderId(id) => desk.work_order(id).map(|_| id.clone()),
            };
            (subject, "WorkOrders.CancelWorkOrder")
        }
        Kind::CallReceived(call) => {
            let order = call.work_order.as_ref()?;
            (desk.work_order(&order.id).map(|_| order.id.clone()), "WorkOrders.TakeCall")
        }
        Kind::PermitFiled(filed) => (permit(&filed.permit_id), record),
        Kind::PermitIssued(issued) => (permit(&issued.permit_id), record),
        Kind::PermitDelayed(delayed) => (permit(&delayed.permit_id), record),
        Kind::PermitRejected(rejected) => (permit(&rejected.permit_id), record),
        Kind::PermitExpired(expired) => (permit(&expired.permit_id), record),
        Kind::PermitFinaled(finaled) => (permit(&finaled.permit_id), record),
        Kind::PartArrived(arrived) => (sku(arrived.part.as_ref()), "Stock.AdjustStock"),
        Kind::PartMissing(missing) => (sku(missing.part.as_ref()), "Stock.AdjustStock"),
        Kind::PartDelayed(late) => (Some(late.sku.clone()), "Stock.ExpectParts"),
        _ => return None,
    };
    Some((subject?, instead))
}
