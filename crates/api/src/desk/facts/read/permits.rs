//! What happened to permits and inspections.

use journeyman_desk::{EventKind, Inspection, Permit};

use super::fields::{self, Read, choice, each, integer, optional};
use super::values::{self, instant};
use crate::wire;

pub(super) fn required(fact: &wire::PermitRequiredFact) -> Read<EventKind> {
    let permit = fields::required("permit", fact.permit.as_ref(), |permit| {
        Ok(Permit {
            id: permit.id.clone(),
            kind: permit.kind.clone(),
            jurisdiction: permit.jurisdiction_id.clone(),
            state: choice("state", permit.state)?,
            work_order: fact.work_order_id.clone(),
            number: fact.number.clone(),
            issued: optional("issued_time", permit.issued_time.as_ref(), instant)?,
            expected: optional("expected_time", permit.expected_time.as_ref(), instant)?,
            expire: optional("expire_time", permit.expire_time.as_ref(), instant)?,
            version: fact.version,
            filings: 0,
            inspections: Vec::new(),
        })
    })?;
    Ok(EventKind::PermitRequired(Box::new(Permit {
        filings: integer("filings", fact.filings)?,
        inspections: each("inspections", &fact.inspections, inspection)?,
        ..permit
    })))
}

fn inspection(inspection: &wire::Inspection) -> Read<Inspection> {
    Ok(Inspection {
        id: inspection.id.clone(),
        kind: inspection.kind.clone(),
        state: choice("state", inspection.state)?,
        window: optional("window", inspection.window.as_ref(), values::window)?,
        text: inspection.text.clone(),
    })
}

pub(super) fn filed(fact: &wire::PermitFiledFact) -> Read<EventKind> {
    Ok(EventKind::PermitFiled {
        permit: fact.permit_id.clone(),
        expected: optional("expected_time", fact.expected_time.as_ref(), instant)?,
        number: fact.number.clone(),
    })
}

pub(super) fn issued(fact: &wire::PermitIssuedFact) -> Read<EventKind> {
    Ok(EventKind::PermitIssued {
        permit: fact.permit_id.clone(),
        issued: fields::required("issued_time", fact.issued_time.as_ref(), instant)?,
        expire: optional("expire_time", fact.expire_time.as_ref(), instant)?,
        number: fact.number.clone(),
    })
}

pub(super) fn delayed(fact: &wire::PermitDelayed) -> Read<EventKind> {
    let expected = optional("expected_time", fact.expected_time.as_ref(), instant)?;
    Ok(EventKind::PermitDelayed { permit: fact.permit_id.clone(), expected })
}

pub(super) fn numbered(fact: &wire::PermitNumberedFact) -> EventKind {
    EventKind::PermitNumbered { permit: fact.permit_id.clone(), number: fact.number.clone() }
}

pub(super) fn rejected(fact: &wire::PermitRejected) -> EventKind {
    EventKind::PermitRejected { permit: fact.permit_id.clone(), text: fact.text.clone() }
}

pub(super) fn inspection_requested(fact: &wire::InspectionRequested) -> EventKind {
    EventKind::InspectionRequested {
        inspection: fact.inspection_id.clone(),
        permit: fact.permit_id.clone(),
        kind: fact.kind.clone(),
    }
}

pub(super) fn inspection_booked(fact: &wire::InspectionBooked) -> Read<EventKind> {
    let window = fields::required("window", fact.window.as_ref(), values::window)?;
    Ok(EventKind::InspectionBooked { inspection: fact.inspection_id.clone(), window })
}

pub(super) fn inspection_decided(fact: &wire::InspectionDecided) -> EventKind {
    EventKind::InspectionDecided {
        inspection: fact.inspection_id.clone(),
        passed: fact.passed,
        text: fact.text.clone(),
    }
}
