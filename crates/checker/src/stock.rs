//! Tools, parts, load and numbers: what routes use, and what vans and warehouses hold.

use std::collections::BTreeMap;

use journeyman_domain::{
    PickupId, PlannedRoute, Problem, ShiftId, SkuId, StockQuantity, StopKind, TechnicianId, Time, VisitId,
};

use crate::breach::Breach;
use crate::check::Ground;

/// What one route must carry by itself: at most one pickup, tools before they are used, load, number of visits.
pub(crate) fn check_route(ground: &mut Ground<'_>, route: &PlannedRoute) {
    let (problem, shift) = (ground.problem, ground.problem.shift(route.shift));
    let van = &problem.technician(shift.technician).van;
    let mut pickup: Option<PickupId> = None;
    let (mut visits, mut load) = (0, 0i64);
    for stop in &route.stops {
        match stop.kind {
            StopKind::Break(_) => {}
            StopKind::Pickup(id) => {
                if pickup.replace(id).is_some() {
                    ground.route(route.shift, Breach::SecondPickup);
                }
            }
            StopKind::Visit(id) => {
                visits += 1;
                load = load.saturating_add(problem.visit(id).requirement.load);
                for breach in missing_tools(problem, route.shift, id, pickup) {
                    ground.visit(Some(route.shift), id, breach);
                }
            }
        }
    }
    if let Some(limit) = shift.visits_max.filter(|&limit| visits > limit as usize) {
        ground.route(route.shift, Breach::TooManyVisits { count: visits, limit });
    }
    if let Some(capacity) = van.load_capacity.filter(|&capacity| load > capacity) {
        ground.route(route.shift, Breach::Overload { load, capacity });
    }
}

/// Tools that are neither on the van nor lent by the pickup that came before.
pub(crate) fn missing_tools(
    problem: &Problem,
    shift: ShiftId,
    visit: VisitId,
    pickup: Option<PickupId>,
) -> Vec<Breach> {
    let van = &problem.technician(problem.shift(shift).technician).van;
    let lent: &[_] = pickup.map_or(&[], |id| &problem.pickup(id).tools);
    let asked = problem.visit(visit).requirement.tools.iter();
    let missing = asked.filter(|tool| !van.tools.contains(tool) && !lent.contains(tool));
    missing.map(|&tool| Breach::MissingTool { tool: problem.tool_name(tool).to_owned() }).collect()
}

/// What all routes take: a van's stock is one for all shifts of its technician; a warehouse must have received, by
/// the start of a shift, what that shift and all that start no later draw there.
pub(crate) fn check_shared(ground: &mut Ground<'_>, routes: &[PlannedRoute]) {
    let problem = ground.problem;
    let mut vans: BTreeMap<(TechnicianId, SkuId), u64> = BTreeMap::new();
    // By warehouse and part: how much shifts that start at a time draw.
    let mut shelves: BTreeMap<(PickupId, SkuId), BTreeMap<Time, u64>> = BTreeMap::new();
    for route in routes {
        let shift = problem.shift(route.shift);
        let mut behind = None;
        for stop in &route.stops {
            match stop.kind {
                StopKind::Break(_) => {}
                StopKind::Pickup(id) => behind = Some(id),
                StopKind::Visit(id) => {
                    for part in &problem.visit(id).requirement.parts {
                        let stocked =
                            |&id: &PickupId| held(problem, id, part.sku, shift.stocked_at()).is_some();
                        let count = match behind.filter(stocked) {
                            Some(id) => shelves
                                .entry((id, part.sku))
                                .or_default()
                                .entry(shift.stocked_at())
                                .or_default(),
                            None => vans.entry((shift.technician, part.sku)).or_default(),
                        };
                        *count += u64::from(part.quantity);
                    }
                }
            }
        }
    }
    for ((id, sku), used) in vans {
        let technician = problem.technician(id);
        let held: u64 =
            technician.van.stock.iter().filter(|p| p.sku == sku).map(|p| u64::from(p.quantity)).sum();
        if used > held {
            let (technician, sku) = (technician.label.clone(), problem.sku_name(sku).to_owned());
            ground.plan(Breach::VanStock { technician, sku, used, held });
        }
    }
    for ((id, sku), draws) in shelves {
        let mut used = 0;
        for (start, drawn) in draws {
            used += drawn;
            if let Some(Some(held)) =
                held(problem, id, sku, start).filter(|held| held.is_some_and(|h| used > h))
            {
                let (pickup, sku) = (problem.pickup(id).label.clone(), problem.sku_name(sku).to_owned());
                ground.plan(Breach::PickupStock { pickup, sku, used, held });
            }
        }
    }
}

/// What a warehouse has received of a part by `start`: nothing ever, a number, or (inner none) no limit.
fn held(problem: &Problem, pickup: PickupId, sku: SkuId, start: Time) -> Option<Option<u64>> {
    let entries = problem.pickup(pickup).stock.iter();
    let received = entries.filter(|entry| entry.sku == sku && entry.available_from <= start);
    received.map(|entry| entry.quantity).fold(None, |total: Option<Option<u64>>, quantity| match quantity {
        StockQuantity::Unlimited => Some(None),
        StockQuantity::Limited(count) => Some(total.unwrap_or(Some(0)).map(|sum| sum + u64::from(count))),
    })
}
