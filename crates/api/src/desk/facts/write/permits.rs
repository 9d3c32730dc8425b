//! What happens to permits and inspections.

use jiff::Timestamp;
use journeyman_desk::{Inspection, Permit, Window};

use super::values::{self, instant};
use crate::desk::facts::choices::number;
use crate::wire;
use crate::wire::desk_fact::Kind;

pub(super) fn required(permit: &Permit) -> Kind {
    let inspection = |inspection: &Inspection| wire::Inspection {
        id: inspection.id.clone(),
        kind: inspection.kind.clone(),
        state: number(inspection.state),
        window: inspection.window.as_ref().map(values::window),
        text: inspection.text.clone(),
    };
    Kind::PermitRequired(wire::PermitRequiredFact {
        permit: Some(wire::Permit {
            id: permit.id.clone(),
            kind: permit.kind.clone(),
            jurisdiction_id: permit.jurisdiction.clone(),
            state: number(permit.state),
            issued_time: permit.issued.map(instant),
            expected_time: permit.expected.map(instant),
            expire_time: permit.expire.map(instant),
        }),
        work_order_id: permit.work_order.clone(),
        number: permit.number.clone(),
        version: permit.version,
        filings: i64::from(permit.filings),
        inspections: permit.inspections.iter().map(inspection).collect(),
    })
}

pub(super) fn filed(permit: &str, expected: Option<Timestamp>, number: &str) -> Kind {
    Kind::PermitFiled(wire::PermitFiledFact {
        permit_id: permit.to_owned(),
        expected_time: expected.map(instant),
        number: number.to_owned(),
    })
}

pub(super) fn issued(permit: &str, issued: Timestamp, expire: Option<Timestamp>, number: &str) -> Kind {
    Kind::PermitIssued(wire::PermitIssuedFact {
        permit_id: permit.to_owned(),
        issued_time: Some(instant(issued)),
        expire_time: expire.map(instant),
        number: number.to_owned(),
    })
}

pub(super) fn delayed(permit: &str, expected: Option<Timestamp>) -> Kind {
    let expected_time = expected.map(instant);
    Kind::PermitDelayed(wire::PermitDelayed { permit_id: permit.to_owned(), expected_time })
}

pub(super) fn numbered(permit: &str, number: &str) -> Kind {
    Kind::PermitNumbered(wire::PermitNumberedFact { permit_id: permit.to_owned(), number: number.to_owned() })
}

pub(super) fn rejected(permit: &str, text: &str) -> Kind {
    Kind::PermitRejected(wire::PermitRejected { permit_id: permit.to_owned(), text: text.to_owned() })
}

pub(super) fn expired(permit: &str) -> Kind {
    Kind::PermitExpired(wire::PermitExpired { permit_id: permit.to_owned() })
}

pub(super) fn finaled(permit: &str) -> Kind {
    Kind::PermitFinaled(wire::PermitFinaled { permit_id: permit.to_owned() })
}

pub(super) fn requested(inspection: &str, permit: &str, kind: &str) -> Kind {
    Kind::InspectionRequested(wire::InspectionRequested {
        inspection_id: inspection.to_owned(),
        permit_id: permit.to_owned(),
        kind: kind.to_owned(),
    })
}

pub(super) fn booked(inspection: &str, window: &Window) -> Kind {
    let (inspection_id, window) = (inspection.to_owned(), Some(values::window(window)));
    Kind::InspectionBooked(wire::InspectionBooked { inspection_id, window })
}

pub(super) fn decided(inspection: &str, passed: bool, text: &str) -> Kind {
    let (inspection_id, text) = (inspection.to_owned(), text.to_owned());
    Kind::InspectionDecided(wire::InspectionDecided { inspection_id, passed, text })
}
