//! What happens to parts.

use jiff::Timestamp;
use jiff::civil::Date;
use journeyman_desk::{Location, Reservation};
use journeyman_rulebook::PartNeed;

use super::values::{self, instant, part};
use crate::wire;
use crate::wire::desk_fact::Kind;

pub(super) fn arrived(location: &Location, sku: &str, quantity: i64) -> Kind {
    let (location, part) = (Some(location.into()), Some(part(sku, quantity)));
    Kind::PartArrived(wire::PartArrived { location, part })
}

pub(super) fn counted(location: &Location, sku: &str, quantity: i64) -> Kind {
    let (location, sku) = (Some(location.into()), sku.to_owned());
    Kind::StockCounted(wire::StockCounted { location, sku, quantity })
}

pub(super) fn expected(warehouse: &str, sku: &str, quantity: i64, expected: Option<Timestamp>) -> Kind {
    Kind::PartsExpected(wire::PartsExpected {
        warehouse_id: warehouse.to_owned(),
        part: Some(part(sku, quantity)),
        expected_time: expected.map(instant),
    })
}

pub(super) fn reserved(visit: &str, reservations: &[Reservation]) -> Kind {
    let reservations = reservations.iter().map(|reservation| wire::PartsReservation {
        location: Some((&reservation.location).into()),
        part: Some(part(&reservation.sku, reservation.quantity)),
    });
    let (visit_id, reservations) = (visit.to_owned(), reservations.collect());
    Kind::PartsReserved(wire::PartsReservedFact { visit_id, reservations })
}

pub(super) fn released(visit: &str) -> Kind {
    Kind::PartsReleased(wire::PartsReleased { visit_id: visit.to_owned() })
}

pub(super) fn awaited(visit: &str, parts: &[PartNeed]) -> Kind {
    Kind::PartsAwaited(wire::PartsAwaited { visit_id: visit.to_owned(), parts: values::parts(parts) })
}

pub(super) fn pull_list(technician: &str, day: Date, visits: &[String]) -> Kind {
    Kind::PullListMade(wire::PullListMade {
        technician_id: technician.to_owned(),
        day: day.to_string(),
        visit_ids: visits.to_vec(),
    })
}
