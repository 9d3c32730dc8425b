//! What changed from one plan to the next, visit by visit.

use journeyman_domain::{Plan, ShiftId, StopKind, Time, VisitId};

/// Where a visit stands in a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// The shift that serves it.
    pub shift: ShiftId,
    /// When service starts.
    pub start: Time,
}

/// A visit that stands elsewhere than before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// The visit.
    pub visit: VisitId,
    /// Where it stood; none: it was not served.
    pub before: Option<Slot>,
    /// Where it stands; none: it is not served.
    pub after: Option<Slot>,
}

/// The visits whose shift or start differs, in the order of the problem. Both plans are of the same problem.
/// O(visits log visits).
pub fn difference(before: &Plan, after: &Plan) -> Vec<Change> {
    let (before, after) = (slots(before), slots(after));
    let mut visits: Vec<VisitId> = before.iter().chain(&after).map(|&(visit, _)| visit).collect();
    visits.sort_unstable();
    visits.dedup();
    let find = |slots: &[(VisitId, Slot)], visit| {
        slots.binary_search_by_key(&visit, |&(known, _)| known).ok().map(|at| slots[at].1)
    };
    visits
        .into_iter()
        .map(|visit| Change { visit, before: find(&before, visit), after: find(&after, visit) })
        .filter(|change| change.before != change.after)
        .collect()
}

/// Where every served visit stands, sorted by visit.
fn slots(plan: &Plan) -> Vec<(VisitId, Slot)> {
    let mut slots = Vec::new();
    for route in &plan.routes {
        for stop in &route.stops {
            if let StopKind::Visit(visit) = stop.kind {
                slots.push((visit, Slot { shift: route.shift, start: stop.start }));
            }
        }
    }
    slots.sort_unstable_by_key(|&(visit, _)| visit);
    slots
}
