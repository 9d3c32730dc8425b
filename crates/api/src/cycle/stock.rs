//! Parts on shelves as desk and planner count them. The desk's count falls when a visit has used its parts; the planner's
//! counts the parts of every visit from the day's start, done or not. So what a visit used as planned is no news.

use std::collections::BTreeMap;

use journeyman_desk::{Desk, DeskEvent, EventKind, Location, Planning};

use crate::wire;
use crate::wire::event::Kind;

/// Pieces more, or fewer, by shelf and part.
pub(super) type Differences = BTreeMap<(Location, String), i64>;

/// What changed on the shelves beyond what the plan foresaw, from one state of the desk to the next.
pub(super) fn differences(before: &Desk, after: &Desk, facts: &[DeskEvent]) -> Differences {
    let mut differences = Differences::new();
    for (sign, desk) in [(-1, before), (1, after)] {
        for (location, sku, line) in desk.stock().lines() {
            *differences.entry((location.clone(), sku.to_owned())).or_default() += sign * line.quantity;
        }
    }
    for fact in facts {
        let EventKind::VisitCompleted { visit, .. } = &fact.kind else { continue };
        let Some((_, visit)) = before.visit(visit) else { continue };
        for reserved in &visit.reservations {
            let shelf = (reserved.location.clone(), reserved.sku.clone());
            *differences.entry(shelf).or_default() += reserved.quantity;
        }
    }
    differences.retain(|_, pieces| *pieces != 0);
    differences
}

/// Parts that new work asks for.
pub(super) fn asked_for(facts: &[DeskEvent]) -> impl Iterator<Item = &str> {
    let work = facts.iter().filter_map(|fact| match fact.planning()? {
        Planning::NewWork { visit, .. } | Planning::NewVisit(visit) => Some(visit),
        Planning::Replaced { by, .. } => Some(by),
        _ => None,
    });
    work.flat_map(|visit| visit.parts.iter().map(|part| part.sku.as_str()))
}

/// So many pieces more or fewer on a shelf, as an event of the day.
pub(super) fn changed(location: &Location, pieces: wire::PartQuantity) -> Option<Kind> {
    let wire::PartQuantity { sku, quantity } = pieces;
    let part = Some(wire::PartQuantity { sku, quantity: quantity.abs() });
    Some(match (quantity.signum(), location) {
        (0, _) => return None,
        (1, Location::Van(technician)) => {
            let location = Some(wire::part_arrived::Location::TechnicianId(technician.clone()));
            Kind::PartArrived(wire::PartArrived { location, part })
        }
        (1, Location::Warehouse(warehouse)) => {
            let location = Some(wire::part_arrived::Location::WarehouseId(warehouse.clone()));
            Kind::PartArrived(wire::PartArrived { location, part })
        }
        (_, Location::Van(technician)) => {
            let location = Some(wire::part_missing::Location::TechnicianId(technician.clone()));
            Kind::PartMissing(wire::PartMissing { location, part })
        }
        (_, Location::Warehouse(warehouse)) => {
            let location = Some(wire::part_missing::Location::WarehouseId(warehouse.clone()));
            Kind::PartMissing(wire::PartMissing { location, part })
        }
    })
}
