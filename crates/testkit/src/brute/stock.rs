//! Parts, tools, load and numbers: what a sequence of stops asks of van and warehouses.

use std::collections::BTreeMap;

use journeyman_domain::{PickupId, Problem, ShiftId, SkuId, StockQuantity, Stop, TechnicianId};

/// One route as far as resources matter: whose shift, and the stops in order.
pub type Load<'a> = (ShiftId, &'a [Stop]);

/// Where parts come from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Source {
    Van(TechnicianId),
    Pickup(PickupId),
}

/// What one route takes.
pub(super) type Draws = BTreeMap<(Source, SkuId), u32>;

/// Whether the stops of one route fit the van, whatever other routes take: tools, load, number of visits, pickups.
pub fn fits_van(problem: &Problem, shift: ShiftId, stops: &[Stop]) -> bool {
    let van = &problem.technician_of(shift).van;
    let mut tools = van.tools.clone();
    let (mut visits, mut pickups, mut load) = (0, 0, 0);
    for stop in stops {
        match *stop {
            Stop::Pickup(id) => {
                pickups += 1;
                tools.extend(&problem.pickup(id).tools);
            }
            Stop::Visit(id) => {
                let requirement = &problem.visit(id).requirement;
                visits += 1;
                load += requirement.load;
                if !requirement.tools.iter().all(|tool| tools.contains(tool)) {
                    return false;
                }
            }
        }
    }
    pickups <= 1
        && problem.shift(shift).visits_max.is_none_or(|most| visits <= most)
        && van.load_capacity.is_none_or(|capacity| load <= capacity)
}

/// What a route draws: before the pickup everything from the van, after it what the pickup stocks from there.
pub(super) fn draws(problem: &Problem, (shift, stops): Load<'_>) -> Draws {
    let mut taken = Draws::new();
    let mut behind = None;
    for stop in stops {
        match *stop {
            Stop::Pickup(id) => behind = Some(id),
            Stop::Visit(id) => {
                for part in &problem.visit(id).requirement.parts {
                    *taken.entry((source(problem, shift, behind, part.sku), part.sku)).or_default() +=
                        part.quantity;
                }
            }
        }
    }
    taken
}

fn source(problem: &Problem, shift: ShiftId, behind: Option<PickupId>, sku: SkuId) -> Source {
    let shift = problem.shift(shift);
    behind
        .filter(|&id| problem.pickup(id).available(sku, shift.stocked_at()).is_some())
        .map_or(Source::Van(shift.technician), Source::Pickup)
}

/// Whether vans and warehouses hold what all routes of a plan draw together.
///
/// A van's stock is shared by its technician's shifts. A warehouse's stock arrives over time: what routes draw
/// that start at or before any moment must have arrived by then.
pub fn stock_suffices(problem: &Problem, routes: &[Load<'_>]) -> bool {
    let taken: Vec<(ShiftId, Draws)> = routes.iter().map(|&load| (load.0, draws(problem, load))).collect();
    draws_suffice(problem, &taken)
}

pub(super) fn draws_suffice(problem: &Problem, taken: &[(ShiftId, Draws)]) -> bool {
    taken.iter().all(|(shift, draws)| {
        let start = problem.shift(*shift).stocked_at();
        draws.keys().all(|&(source, sku)| {
            let total = |counts: &dyn Fn(ShiftId) -> bool| -> u32 {
                let earlier = taken.iter().filter(|(other, _)| counts(*other));
                earlier.filter_map(|(_, draws)| draws.get(&(source, sku))).sum()
            };
            match source {
                Source::Van(technician) => {
                    total(&|_| true) <= problem.technician(technician).van.stock_of(sku)
                }
                Source::Pickup(id) => match problem.pickup(id).available(sku, start) {
                    Some(StockQuantity::Unlimited) => true,
                    Some(StockQuantity::Limited(held)) => {
                        total(&|other| problem.shift(other).stocked_at() <= start) <= held
                    }
                    None => false,
                },
            }
        })
    })
}
