//! What happened in the field: who works, who drives, what was done.

use journeyman_desk::{EventKind, FollowUp, License, Technician};

use super::fields::{Read, choice, each, required, within};
use super::values::{self, instant};
use crate::desk::facts::error::{FactError, FactFault};
use crate::wire;

pub(super) fn technicians(fact: &wire::TechniciansKnown) -> Read<EventKind> {
    let technicians = each("technicians", &fact.technicians, technician)?;
    Ok(EventKind::TechniciansKnown { technicians })
}

fn technician(technician: &wire::Technician) -> Read<Technician> {
    let wire::Technician { id, display_name, licenses, skills, van, home_place_id, shifts } = technician;
    // The desk knows nothing else of people, and what it can't keep is not ignored.
    if !skills.is_empty() || van.is_some() || !home_place_id.is_empty() || !shifts.is_empty() {
        return Err(FactError::unknown("", "more than a name and licenses"));
    }
    let licenses = each("licenses", licenses, license)?;
    Ok(Technician { id: id.clone(), name: display_name.clone(), licenses })
}

fn license(license: &wire::License) -> Read<License> {
    Ok(License {
        class: choice("license_class", license.license_class)?,
        jurisdiction: license.jurisdiction_id.clone(),
        endorsements: license.endorsements.clone(),
        number: license.number.clone(),
        valid_from: values::day_or_none("valid_from", &license.valid_from)?,
        valid_until: values::day_or_none("valid_until", &license.valid_until)?,
    })
}

pub(super) fn dispatched(fact: &wire::VisitDispatched) -> EventKind {
    EventKind::VisitDispatched { visit: fact.visit_id.clone(), technician: fact.technician_id.clone() }
}

pub(super) fn checked_in(fact: &wire::CheckedInFact) -> Read<EventKind> {
    Ok(EventKind::CheckedIn {
        visit: fact.visit_id.clone(),
        technician: fact.technician_id.clone(),
        kind: choice("kind", fact.kind)?,
        time: required("check_in_time", fact.check_in_time.as_ref(), instant)?,
    })
}

pub(super) fn completed(fact: &wire::VisitCompletedFact) -> Read<EventKind> {
    Ok(EventKind::VisitCompleted {
        visit: fact.visit_id.clone(),
        outcome: choice("outcome", fact.outcome)?,
        start: required("start_time", fact.start_time.as_ref(), instant)?,
        end: required("end_time", fact.end_time.as_ref(), instant)?,
        evidence: values::evidence(&fact.evidence),
        parts_used: each("parts_used", &fact.parts_used, values::need)?,
    })
}

pub(super) fn follow_up(fact: &wire::FollowUpNeededFact) -> Read<EventKind> {
    use wire::follow_up_needed_fact::FollowUp as Next;
    let follow_up = match fact.follow_up.as_ref() {
        None => return Err(FactError::new("follow_up", FactFault::Missing)),
        Some(Next::Visit(work)) => FollowUp::Visit(Box::new(within("visit", work, values::visit_work)?)),
        Some(Next::WorkOrderId(id)) => FollowUp::WorkOrder(id.clone()),
    };
    Ok(EventKind::FollowUpNeeded { visit: fact.visit_id.clone(), follow_up })
}
