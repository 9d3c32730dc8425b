//! Routes that clusters of shifts have met.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use journeyman_domain::{ShiftId, Stop, VisitId};
use rustc_hash::{FxHashSet, FxHasher};

use crate::prove::Sequence;

/// Routes that are kept.
const MET_MAX: usize = 20_000;

/// Routes that clusters have met, for later ones that contain their visits. The oldest make room.
#[derive(Default)]
pub(crate) struct Met {
    routes: VecDeque<Sequence>,
    identities: FxHashSet<u64>,
}

impl Met {
    /// Takes note of those that are new.
    pub(crate) fn note(&mut self, routes: Vec<Sequence>) {
        for route in routes {
            if self.identities.insert(hash_of(&route)) {
                self.routes.push_back(route);
            }
        }
        for route in self.routes.drain(..self.routes.len().saturating_sub(MET_MAX)) {
            self.identities.remove(&hash_of(&route));
        }
    }

    /// Those of some shifts with nothing but some visits (both sorted). O(stops of all).
    pub(crate) fn inside(&self, (shifts, visits): (&[ShiftId], &[VisitId])) -> Vec<Sequence> {
        let is_inside = |stop: &Stop| match stop {
            Stop::Visit(visit) => visits.binary_search(visit).is_ok(),
            Stop::Pickup(_) => true,
        };
        let fits =
            |route: &&Sequence| shifts.binary_search(&route.0).is_ok() && route.1.iter().all(is_inside);
        self.routes.iter().filter(fits).cloned().collect()
    }
}

fn hash_of(route: &Sequence) -> u64 {
    let mut hasher = FxHasher::default();
    route.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn met_routes_come_back_to_clusters_that_hold_them() {
        let route = |shift: usize, visits: &[usize]| {
            let stops = visits.iter().map(|&visit| Stop::Visit(VisitId::new(visit))).collect();
            (ShiftId::new(shift), stops)
        };
        let mut met = Met::default();
        met.note(vec![route(0, &[1, 2]), route(0, &[2]), route(1, &[2]), route(0, &[1, 2])]);
        let (shifts, visits) = ([ShiftId::new(0)], [VisitId::new(1), VisitId::new(2)]);
        assert_eq!(met.inside((&shifts, &visits)), [route(0, &[1, 2]), route(0, &[2])]);
        let narrow = (&shifts[..], &visits[1..]);
        assert_eq!(met.inside(narrow), [route(0, &[2])]);
        met.note((0..MET_MAX).map(|visit| route(2, &[visit])).collect());
        assert_eq!((met.routes.len(), met.identities.len()), (MET_MAX, MET_MAX));
        assert_eq!(met.inside(narrow), [], "the oldest make room");
        met.note(vec![route(0, &[2])]);
        assert_eq!(met.inside(narrow), [route(0, &[2])], "and may come again");
    }
}
