//! What happens in the field: who works, who drives, what was done.

use jiff::Timestamp;
use journeyman_desk::{CheckInKind, Evidence, FollowUp, License, Technician, VisitOutcome};
use journeyman_rulebook::PartNeed;

use super::values::{self, instant};
use crate::desk::facts::choices::number;
use crate::wire;
use crate::wire::desk_fact::Kind;

pub(super) fn technicians(technicians: &[Technician]) -> Kind {
    let technicians = technicians.iter().map(|technician| wire::Technician {
        id: technician.id.clone(),
        display_name: technician.name.clone(),
        licenses: technician.licenses.iter().map(license).collect(),
        ..wire::Technician::default()
    });
    Kind::TechniciansKnown(wire::TechniciansKnown { technicians: technicians.collect() })
}

fn license(license: &License) -> wire::License {
    wire::License {
        license_class: number(license.class),
        jurisdiction_id: license.jurisdiction.clone(),
        endorsements: license.endorsements.clone(),
        number: license.number.clone(),
        valid_from: license.valid_from.map_or_else(String::new, |day| day.to_string()),
        valid_until: license.valid_until.map_or_else(String::new, |day| day.to_string()),
    }
}

pub(super) fn dispatched(visit: &str, technician: &str) -> Kind {
    let (visit_id, technician_id) = (visit.to_owned(), technician.to_owned());
    Kind::VisitDispatched(wire::VisitDispatched { visit_id, technician_id })
}

pub(super) fn checked_in(visit: &str, technician: &str, kind: CheckInKind, time: Timestamp) -> Kind {
    Kind::CheckedIn(wire::CheckedInFact {
        visit_id: visit.to_owned(),
        technician_id: technician.to_owned(),
        kind: number(kind),
        check_in_time: Some(instant(time)),
    })
}

pub(super) fn completed(
    visit: &str,
    outcome: VisitOutcome,
    (start, end): (Timestamp, Timestamp),
    (evidence, parts_used): (&[Evidence], &[PartNeed]),
) -> Kind {
    Kind::VisitCompleted(wire::VisitCompletedFact {
        visit_id: visit.to_owned(),
        outcome: number(outcome),
        start_time: Some(instant(start)),
        end_time: Some(instant(end)),
        evidence: values::evidence(evidence),
        parts_used: values::parts(parts_used),
    })
}

pub(super) fn follow_up(visit: &str, follow_up: &FollowUp) -> Kind {
    use wire::follow_up_needed_fact::FollowUp as Next;
    let follow_up = match follow_up {
        FollowUp::Visit(work) => Next::Visit(values::visit_work(work)),
        FollowUp::WorkOrder(id) => Next::WorkOrderId(id.clone()),
    };
    let visit_id = visit.to_owned();
    Kind::FollowUpNeeded(wire::FollowUpNeededFact { visit_id, follow_up: Some(follow_up) })
}
