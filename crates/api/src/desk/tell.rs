//! What watchers of a board are told of its service cycle: less than the journal keeps. No call, no papers, and above
//! all no token of a customer's link.

use journeyman_desk::DeskEvent;

use super::facts::write_fact;
use crate::wire;
use crate::wire::desk_fact::Kind;
use crate::wire::event::Kind as Public;

/// The event that watchers see. Nothing where the contract has no words: parts set aside at several places,
/// numbers of applications.
pub(crate) fn tell(event: &DeskEvent, id: String) -> Option<wire::Event> {
    let fact = write_fact(event);
    let kind = fact.kind?;
    let event_time = match &kind {
        // A report tells of its own time, not of when it came in.
        Kind::CheckedIn(report) => report.check_in_time,
        _ => fact.time,
    };
    Some(wire::Event { id, event_time, kind: Some(public(kind)?) })
}

fn public(kind: Kind) -> Option<Public> {
    Some(match kind {
        Kind::CallTaken(it) => Public::CallTaken(it.into()),
        Kind::WorkOrderQualified(it) => Public::WorkOrderQualified(it.into()),
        Kind::PermitRequired(it) => Public::PermitRequired(it.into()),
        Kind::PermitFiled(it) => Public::PermitFiled(it.into()),
        Kind::PermitIssued(it) => Public::PermitIssued(it.into()),
        Kind::PermitDelayed(it) => Public::PermitDelayed(it),
        // Papers: who asks for the permit reads it.
        Kind::PermitNumbered(_) => return None,
        Kind::PermitRejected(it) => Public::PermitRejected(it),
        Kind::PermitExpired(it) => Public::PermitExpired(it),
        Kind::PermitFinaled(it) => Public::PermitFinaled(it),
        Kind::InspectionRequested(it) => Public::InspectionRequested(it),
        Kind::InspectionBooked(it) => Public::InspectionBooked(it),
        Kind::InspectionDecided(it) => Public::InspectionDecided(it),
        Kind::PartArrived(it) => Public::PartArrived(it),
        Kind::StockCounted(it) => Public::StockCounted(it),
        Kind::PartsExpected(it) => Public::PartsExpected(it),
        Kind::PartsReserved(it) => Public::PartsReserved(parts_reserved(it)?),
        Kind::PartsReleased(it) => Public::PartsReleased(it),
        Kind::PartsAwaited(it) => Public::PartsAwaited(it),
        Kind::PermitAwaited(it) => Public::PermitAwaited(it),
        Kind::VisitReleased(it) => Public::VisitReleased(it),
        Kind::AssessmentNeeded(it) => Public::AssessmentNeeded(it.into()),
        Kind::TechniciansKnown(it) => Public::TechniciansKnown(it),
        Kind::PlanPublished(it) => Public::PlanPublished(it),
        Kind::VisitScheduled(it) => Public::VisitScheduled(it),
        Kind::VisitUnscheduled(it) => Public::VisitUnscheduled(it),
        Kind::PromiseAnnounced(it) => Public::PromiseAnnounced(it.into()),
        Kind::RescheduleLinkMade(it) => Public::RescheduleLinkMade(it.into()),
        Kind::Rescheduled(it) => Public::Rescheduled(it),
        Kind::Cancelled(it) => Public::Cancelled(it.into()),
        Kind::VisitDispatched(it) => Public::VisitDispatched(it),
        Kind::CheckedIn(it) => Public::CheckedIn(it.into()),
        Kind::VisitCompleted(it) => Public::VisitCompleted(it.into()),
        Kind::FollowUpNeeded(it) => Public::FollowUpNeeded(it.into()),
        Kind::WorkOrderClosed(it) => Public::WorkOrderClosed(it.into()),
        Kind::InvoiceRequested(it) => Public::InvoiceRequested(it),
        Kind::InvoiceAcknowledged(it) => Public::InvoiceAcknowledged(it),
        Kind::MessageQueued(it) => Public::MessageQueued(it.into()),
        Kind::MessageWithdrawn(it) => Public::MessageWithdrawn(it),
        Kind::PullListMade(it) => Public::PullListMade(it),
        Kind::TaskOpened(it) => Public::TaskOpened(it),
        Kind::TaskFinished(it) => Public::TaskFinished(it),
        Kind::RuleBookLoaded(it) => Public::RuleBookLoaded(wire::RuleBookLoaded { version: it.version }),
    })
}

/// The contract names one place for all parts of an event; empty for the van.
fn parts_reserved(fact: wire::PartsReservedFact) -> Option<wire::PartsReserved> {
    use wire::parts_reservation::Location;
    let mut places = fact.reservations.iter().map(|reservation| match &reservation.location {
        Some(Location::WarehouseId(id)) => id.clone(),
        Some(Location::TechnicianId(_)) | None => String::new(),
    });
    let warehouse_id = places.next().unwrap_or_default();
    places.all(|place| place == warehouse_id).then_some(())?;
    let parts = fact.reservations.into_iter().filter_map(|reservation| reservation.part).collect();
    Some(wire::PartsReserved { visit_id: fact.visit_id, warehouse_id, parts })
}

impl From<wire::CallTakenFact> for wire::CallTaken {
    fn from(fact: wire::CallTakenFact) -> Self {
        use wire::call_taken_fact::Origin;
        let (follow_up_of_visit_id, rework_of_inspection_id) = match fact.origin {
            None => (String::new(), String::new()),
            Some(Origin::FollowUpOfVisitId(visit)) => (visit, String::new()),
            Some(Origin::Rework(rework)) => (String::new(), rework.inspection_id),
        };
        Self { work_order_id: fact.work_order_id, follow_up_of_visit_id, rework_of_inspection_id }
    }
}

impl From<wire::WorkOrderQualifiedFact> for wire::WorkOrderQualified {
    fn from(fact: wire::WorkOrderQualifiedFact) -> Self {
        let (work_order_id, jurisdiction_id) = (fact.work_order_id, fact.jurisdiction_id);
        let work_order = fact.work.map(|work| {
            let visits = work.visit.map(|visit| wire::Visit { jurisdiction_id, ..visit.into() });
            wire::WorkOrder {
                id: work_order_id.clone(),
                permit_ids: work.permit_ids,
                visits: visits.into_iter().collect(),
                ..wire::WorkOrder::default()
            }
        });
        let service_code = fact.qualification.unwrap_or_default().service_code;
        Self { work_order_id, service_code, work_order }
    }
}

/// Where it happens is in the work order's record.
impl From<wire::VisitWork> for wire::Visit {
    fn from(work: wire::VisitWork) -> Self {
        Self {
            id: work.id,
            service_duration: work.service_duration,
            duration_spread: work.duration_spread,
            time_windows: work.time_windows,
            license_class_min: work.license_class_min,
            endorsements: work.endorsements,
            skills: work.skills,
            parts: work.parts,
            permit_ids: work.permit_ids,
            ..Self::default()
        }
    }
}

impl From<wire::PermitRequiredFact> for wire::PermitRequired {
    fn from(fact: wire::PermitRequiredFact) -> Self {
        Self { permit: fact.permit, work_order_id: fact.work_order_id }
    }
}

impl From<wire::PermitFiledFact> for wire::PermitFiled {
    fn from(fact: wire::PermitFiledFact) -> Self {
        Self { permit_id: fact.permit_id, expected_time: fact.expected_time }
    }
}

impl From<wire::PermitIssuedFact> for wire::PermitIssued {
    fn from(fact: wire::PermitIssuedFact) -> Self {
        Self { permit_id: fact.permit_id, issued_time: fact.issued_time, expire_time: fact.expire_time }
    }
}

impl From<wire::AssessmentNeededFact> for wire::AssessmentNeeded {
    fn from(fact: wire::AssessmentNeededFact) -> Self {
        Self { visit_id: fact.visit_id, assessment: fact.assessment.map(Into::into) }
    }
}

/// The technician's name is not told with a promise, but by a message of its own.
impl From<wire::PromiseAnnouncedFact> for wire::PromiseAnnounced {
    fn from(fact: wire::PromiseAnnouncedFact) -> Self {
        let promise =
            wire::Promise { window: fact.window, technician_id: fact.technician_id, announced: false };
        Self { visit_id: fact.visit_id, promise: Some(promise), number: counted(fact.number) }
    }
}

impl From<wire::RescheduleLinkMadeFact> for wire::RescheduleLinkMade {
    fn from(fact: wire::RescheduleLinkMadeFact) -> Self {
        Self { visit_id: fact.visit_id }
    }
}

impl From<wire::CancelledFact> for wire::Cancelled {
    fn from(fact: wire::CancelledFact) -> Self {
        Self { subject: Some(wire::cancelled::Subject::WorkOrderId(fact.work_order_id)) }
    }
}

impl From<wire::CheckedInFact> for wire::CheckedIn {
    fn from(fact: wire::CheckedInFact) -> Self {
        Self { visit_id: fact.visit_id, technician_id: fact.technician_id, kind: fact.kind }
    }
}

impl From<wire::VisitCompletedFact> for wire::VisitCompleted {
    fn from(fact: wire::VisitCompletedFact) -> Self {
        Self { visit_id: fact.visit_id, start_time: fact.start_time, end_time: fact.end_time }
    }
}

impl From<wire::FollowUpNeededFact> for wire::FollowUpNeeded {
    fn from(fact: wire::FollowUpNeededFact) -> Self {
        use wire::follow_up_needed_fact::FollowUp;
        let (follow_up, work_order_id) = match fact.follow_up {
            None => (None, String::new()),
            Some(FollowUp::Visit(work)) => (Some(work.into()), String::new()),
            Some(FollowUp::WorkOrderId(id)) => (None, id),
        };
        Self { visit_id: fact.visit_id, follow_up, work_order_id }
    }
}

/// Every part that was used has a line, also where it is not charged.
impl From<wire::WorkOrderClosedFact> for wire::WorkOrderClosed {
    fn from(fact: wire::WorkOrderClosedFact) -> Self {
        let lines = fact.invoice_lines.into_iter().filter(|line| !line.sku.is_empty());
        let parts = lines.map(|line| wire::PartQuantity { sku: line.sku, quantity: line.quantity });
        Self {
            work_order_id: fact.work_order_id,
            labor_duration: fact.labor_duration,
            parts_used: parts.collect(),
        }
    }
}

impl From<wire::MessageQueuedFact> for wire::MessageQueued {
    fn from(fact: wire::MessageQueuedFact) -> Self {
        Self {
            key: fact.key,
            visit_id: fact.visit_id,
            kind: fact.kind,
            promise_number: counted(fact.promise_number),
            due_time: fact.due_time,
        }
    }
}

/// No visit has two billion promises.
fn counted(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use journeyman_desk::{EventKind, Location, Reservation};
    use prost::Message as _;

    use super::*;
    use crate::desk::facts::samples::{SECRET, samples};

    fn name(kind: &impl std::fmt::Debug) -> String {
        format!("{kind:?}").split('(').next().unwrap().to_owned()
    }

    #[test]
    fn watchers_are_told_the_kind_of_every_fact_and_never_a_token() {
        let mut secrets = 0;
        for event in samples() {
            let fact = write_fact(&event);
            let holds = |bytes: &[u8]| bytes.windows(SECRET.len()).any(|text| text == SECRET.as_bytes());
            secrets += usize::from(holds(&fact.encode_to_vec()));
            let Some(told) = tell(&event, "E-1".to_owned()) else {
                let untold =
                    matches!(event.kind, EventKind::PartsReserved { .. } | EventKind::PermitNumbered { .. });
                assert!(untold, "{event:?}");
                continue;
            };
            assert!(!holds(&told.encode_to_vec()), "{told:?}");
            assert_eq!((told.id.as_str(), name(&told.kind)), ("E-1", name(&fact.kind)));
        }
        assert_eq!(secrets, 1);
    }

    fn told(kind: EventKind) -> wire::Event {
        let event = DeskEvent { time: jiff::Timestamp::UNIX_EPOCH, kind };
        tell(&event, "E-1".to_owned()).unwrap()
    }

    fn sample(of: impl Fn(&EventKind) -> bool) -> EventKind {
        samples().into_iter().map(|event| event.kind).find(of).unwrap()
    }

    #[test]
    fn report_is_told_at_its_own_time() {
        let report = sample(|kind| matches!(kind, EventKind::CheckedIn { .. }));
        let time = wire::Timestamp { seconds: 77, nanos: 7 };
        assert_eq!(told(report).event_time, Some(time));
    }

    #[test]
    fn parts_of_one_place_are_told_with_it() {
        let piece = |location| Reservation { location, sku: "BRK".into(), quantity: 2 };
        let reserved = |places: Vec<Location>| EventKind::PartsReserved {
            visit: "WO-1/1".into(),
            reservations: places.into_iter().map(piece).collect(),
        };
        let (van, main) = (Location::Van("bob".into()), Location::Warehouse("main".into()));
        for (places, warehouse) in [(vec![van.clone(); 2], ""), (vec![main.clone()], "main")] {
            let quantity = 2;
            let parts = vec![wire::PartQuantity { sku: "BRK".into(), quantity }; places.len()];
            let (visit_id, warehouse_id) = ("WO-1/1".into(), warehouse.into());
            let kind = Public::PartsReserved(wire::PartsReserved { visit_id, warehouse_id, parts });
            assert_eq!(told(reserved(places)).kind, Some(kind));
        }
        let event = DeskEvent { time: jiff::Timestamp::UNIX_EPOCH, kind: reserved(vec![main, van]) };
        assert_eq!(tell(&event, "E-1".to_owned()), None);
    }

    #[test]
    fn understood_work_is_told_as_a_work_order() {
        let qualified = sample(|kind| matches!(kind, EventKind::WorkOrderQualified { work: Some(_), .. }));
        let Some(Public::WorkOrderQualified(told)) = told(qualified).kind else { panic!("another kind") };
        let order = told.work_order.unwrap();
        assert_eq!((&order.id, told.service_code.as_str()), (&told.work_order_id, "breaker-trip"));
        let visit = &order.visits[0];
        assert_eq!(visit.service_duration, Some(wire::Duration::from_seconds(i64::MAX)));
        assert_eq!((visit.time_windows.len(), visit.skills.len(), visit.parts.len()), (2, 2, 2));
    }

    #[test]
    fn closed_work_is_told_with_the_parts_on_its_invoice() {
        let closed = sample(|kind| matches!(kind, EventKind::WorkOrderClosed { .. }));
        let Some(Public::WorkOrderClosed(told)) = told(closed).kind else { panic!("another kind") };
        assert_eq!(told.parts_used, [wire::PartQuantity { sku: "BRK".into(), quantity: i64::MIN }]);
    }
}
