//! What a route carries, as label resources: only what can bind on a shift.

use journeyman_domain::{PickupId, ShiftId, SkuId, StockQuantity, Stop, VisitId};
use journeyman_route::RouteModel;

/// Most resources of a label. More are dropped, which relaxes: bounds stay valid, and routes that break a dropped
/// one are refused when they are built.
const KINDS_MAX: usize = 8;

/// Amounts used up, by resource.
pub(super) type Used = [u32; KINDS_MAX];

/// A resource of a shift's routes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Visits of the route.
    Visits,
    /// Load of the van.
    Load,
    /// Parts from the van.
    Van(SkuId),
    /// Parts drawn at a pickup with a limited shelf.
    Shelf(PickupId, SkuId),
}

/// The resources of a shift that can bind, and what each visit takes of them.
#[derive(Clone, Debug)]
pub(super) struct Cargo {
    limits: Used,
    /// Per visit of the class and pickup state (0: none yet, p + 1: after pickup p): what it takes; none where tools or
    /// parts are missing.
    takes: Vec<Vec<Option<Used>>>,
    /// What the frozen stops have used up, and the pickup state after them.
    pub(super) start: (Used, u16),
    /// By pickup state: all ones for resources that some visit still takes then, zero for those that matter no more.
    matters: Vec<Used>,
    /// Whether nothing is limited, before a pickup or after it.
    idle: bool,
    /// Whether the van has whatever any of the visits needs.
    pub(super) self_sufficient: bool,
}

impl Cargo {
    pub(super) fn of(model: &RouteModel<'_>, shift: ShiftId, visits: &[VisitId]) -> Self {
        let pickups: Vec<PickupId> = model.pickups().collect();
        let raw = |visit: VisitId, after: Option<PickupId>| demands(model, shift, visit, after);
        let frozen = frozen_use(model, shift);
        let mut kinds: Vec<(Kind, i64, i64)> = Vec::new();
        let states = || std::iter::once(None).chain(pickups.iter().copied().map(Some));
        for &visit in visits {
            for (kind, quantity) in states().filter_map(|after| raw(visit, after)).flatten() {
                match kinds.iter_mut().find(|(known, ..)| *known == kind) {
                    Some((_, total, _)) => *total += quantity,
                    None => kinds.push((kind, quantity, limit(model, shift, kind))),
                }
            }
        }
        let used_before = |kind: Kind| frozen.0.iter().find(|(k, _)| *k == kind).map_or(0, |&(_, used)| used);
        kinds.retain(|&(kind, total, most)| {
            used_before(kind) + total > most && most <= i64::from(u32::MAX) / 2
        });
        kinds.truncate(KINDS_MAX);
        let mut limits = [u32::MAX; KINDS_MAX];
        let mut start = [0; KINDS_MAX];
        for (at, &(kind, _, most)) in kinds.iter().enumerate() {
            limits[at] = u32::try_from(most.max(0)).expect("kept when small");
            start[at] = u32::try_from(used_before(kind)).unwrap_or(u32::MAX / 2);
        }
        let pack = |demands: Vec<(Kind, i64)>| {
            let mut used = [0; KINDS_MAX];
            for (kind, quantity) in demands {
                if let Some(at) = kinds.iter().position(|(known, ..)| *known == kind) {
                    used[at] = u32::try_from(quantity).unwrap_or(u32::MAX / 2);
                }
            }
            used
        };
        let takes: Vec<Vec<Option<Used>>> =
            visits.iter().map(|&visit| states().map(|after| raw(visit, after).map(pack)).collect()).collect();
        let free = kinds.is_empty();
        let idle = free && takes.iter().flatten().all(Option::is_some);
        let self_sufficient = free && takes.iter().all(|states| states[0].is_some());
        let matters = (0..=pickups.len()).map(|state| {
            let mut mask = [0; KINDS_MAX];
            for take in takes.iter().filter_map(|states| states[state].as_ref()) {
                mask.iter_mut()
                    .zip(take)
                    .filter(|(_, take)| **take > 0)
                    .for_each(|(mask, _)| *mask = u32::MAX);
            }
            mask
        });
        let matters = matters.collect();
        Self { limits, takes, start: (start, frozen.1), matters, idle, self_sufficient }
    }

    /// What is still worth remembering of what was used up, once a pickup was made: nothing of the van where the pickup
    /// has it all.
    pub(super) fn after_pickup(&self, used: &Used, pickup: u16) -> Used {
        let mut kept = *used;
        kept.iter_mut().zip(&self.matters[usize::from(pickup)]).for_each(|(kept, mask)| *kept &= mask);
        kept
    }

    /// What is used up after a visit; none where it cannot be served in this pickup state.
    #[inline]
    pub(super) fn serve(&self, used: &Used, visit: usize, pickup: u16) -> Option<Used> {
        if self.idle {
            return Some(*used);
        }
        let takes = self.takes[visit][usize::from(pickup)].as_ref()?;
        let mut sum = *used;
        let mut fits = true;
        for ((sum, take), most) in sum.iter_mut().zip(takes).zip(&self.limits) {
            *sum = sum.saturating_add(*take);
            fits &= *sum <= *most || *take == 0;
        }
        fits.then_some(sum)
    }
}

/// Whether one label has used no more than another.
#[inline]
pub(super) fn no_more(one: &Used, other: &Used) -> bool {
    one.iter().zip(other).all(|(a, b)| a <= b)
}

fn limit(model: &RouteModel<'_>, shift: ShiftId, kind: Kind) -> i64 {
    let problem = model.problem();
    let noun = problem.shift(shift);
    let van = &problem.technician(noun.technician).van;
    match kind {
        Kind::Visits => noun.visits_max.map_or(i64::MAX, i64::from),
        Kind::Load => van.load_capacity.unwrap_or(i64::MAX),
        Kind::Van(sku) => i64::from(van.stock_of(sku)),
        Kind::Shelf(pickup, sku) => match problem.pickup(pickup).available(sku, noun.stocked_at()) {
            Some(StockQuantity::Limited(most)) => i64::from(most),
            Some(StockQuantity::Unlimited) => i64::MAX,
            None => 0,
        },
    }
}

/// What a visit takes after a pickup, or without one; none where tools are missing, or a part that neither has.
fn demands(
    model: &RouteModel<'_>,
    shift: ShiftId,
    visit: VisitId,
    after: Option<PickupId>,
) -> Option<Vec<(Kind, i64)>> {
    let problem = model.problem();
    let noun = problem.shift(shift);
    let van = &problem.technician(noun.technician).van;
    let requirement = &problem.visit(visit).requirement;
    let has_tool = |tool| {
        van.tools.binary_search(tool).is_ok()
            || after.is_some_and(|pickup| problem.pickup(pickup).tools.binary_search(tool).is_ok())
    };
    if !requirement.tools.iter().all(has_tool) {
        return None;
    }
    let mut demands = vec![(Kind::Visits, 1), (Kind::Load, requirement.load)];
    for demand in &requirement.parts {
        let shelf = after.and_then(|pickup| {
            Some((pickup, problem.pickup(pickup).available(demand.sku, noun.stocked_at())?))
        });
        let quantity = i64::from(demand.quantity);
        match shelf {
            Some((_, StockQuantity::Unlimited)) => {}
            Some((pickup, StockQuantity::Limited(most))) => {
                if quantity > i64::from(most) {
                    return None;
                }
                demands.push((Kind::Shelf(pickup, demand.sku), quantity));
            }
            None => {
                if quantity > i64::from(van.stock_of(demand.sku)) {
                    return None;
                }
                demands.push((Kind::Van(demand.sku), quantity));
            }
        }
    }
    Some(demands)
}

/// What the frozen stops use, and the pickup state after them.
fn frozen_use(model: &RouteModel<'_>, shift: ShiftId) -> (Vec<(Kind, i64)>, u16) {
    let mut used: Vec<(Kind, i64)> = Vec::new();
    let mut pickup = None;
    let frozen = model.problem().shift(shift).frozen.as_ref();
    for &stop in frozen.map_or(&[][..], |frozen| &frozen.stops) {
        match stop {
            Stop::Pickup(id) => pickup = Some(id),
            Stop::Visit(visit) => {
                for (kind, quantity) in demands(model, shift, visit, pickup).unwrap_or_default() {
                    match used.iter_mut().find(|(known, _)| *known == kind) {
                        Some((_, total)) => *total += quantity,
                        None => used.push((kind, quantity)),
                    }
                }
            }
        }
    }
    (used, pickup.map_or(0, state_of))
}

/// The pickup state after a pickup.
pub(super) fn state_of(pickup: PickupId) -> u16 {
    u16::try_from(pickup.index() + 1).expect("pickups are limited far below 2^16")
}
