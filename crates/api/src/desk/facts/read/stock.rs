//! What happened to parts.

use journeyman_desk::{EventKind, Reservation};

use super::fields::{Read, each, optional, required};
use super::values::{self, instant};
use crate::wire;

pub(super) fn arrived(fact: &wire::PartArrived) -> Read<EventKind> {
    let location = required("location", fact.location.as_ref(), |location| Ok(location.into()))?;
    let (sku, quantity) = required("part", fact.part.as_ref(), values::part)?;
    Ok(EventKind::PartArrived { location, sku, quantity })
}

pub(super) fn counted(fact: &wire::StockCounted) -> Read<EventKind> {
    let location = required("location", fact.location.as_ref(), |location| Ok(location.into()))?;
    Ok(EventKind::StockCounted { location, sku: fact.sku.clone(), quantity: fact.quantity })
}

pub(super) fn expected(fact: &wire::PartsExpected) -> Read<EventKind> {
    let (sku, quantity) = required("part", fact.part.as_ref(), values::part)?;
    let expected = optional("expected_time", fact.expected_time.as_ref(), instant)?;
    Ok(EventKind::PartsExpected { warehouse: fact.warehouse_id.clone(), sku, quantity, expected })
}

pub(super) fn reserved(fact: &wire::PartsReservedFact) -> Read<EventKind> {
    let reservations = each("reservations", &fact.reservations, |reservation| {
        let location = required("location", reservation.location.as_ref(), |location| Ok(location.into()))?;
        let (sku, quantity) = required("part", reservation.part.as_ref(), values::part)?;
        Ok(Reservation { location, sku, quantity })
    })?;
    Ok(EventKind::PartsReserved { visit: fact.visit_id.clone(), reservations })
}

pub(super) fn awaited(fact: &wire::PartsAwaited) -> Read<EventKind> {
    let parts = each("parts", &fact.parts, values::need)?;
    Ok(EventKind::PartsAwaited { visit: fact.visit_id.clone(), parts })
}

pub(super) fn pull_list(fact: &wire::PullListMade) -> Read<EventKind> {
    Ok(EventKind::PullListMade {
        technician: fact.technician_id.clone(),
        day: values::day("day", &fact.day)?,
        visits: fact.visit_ids.clone(),
    })
}
