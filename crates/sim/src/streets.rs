//! Days placed on real streets: places that are off the roads are drawn along them.

use journeyman_domain::{Problem, TravelSpec};
use journeyman_travel::{RoadNetwork, visit_jurisdictions};
use rand::Rng as _;

use crate::draw::generator;

/// Puts every place that is too far from a road somewhere beside one, and gives back how many. The law where a visit is
/// done stays that of where it was. A matrix stays as it is, and so do its places.
pub fn put_on_streets(problem: &mut Problem, roads: &RoadNetwork, seed: u64) -> usize {
    if matches!(problem.travel, TravelSpec::Matrix(_)) {
        return 0;
    }
    for (visit, jurisdiction) in visit_jurisdictions(problem).into_iter().enumerate() {
        problem.visits[visit].jurisdiction = jurisdiction;
    }
    let mut rng = generator(seed);
    let mut moved = 0;
    for place in &mut problem.places {
        // Drawn for every place, so that one more or less on the roads does not move all that follow.
        let along = rng.random_range(0..roads.centimeters());
        if place.point.is_some_and(|point| roads.snap(point).is_err()) {
            place.point = Some(roads.point_at(along));
            moved += 1;
        }
    }
    moved
}
