//! The way itself, corner by corner: for maps.

use journeyman_domain::{GeoPoint, RoadTrouble};

use super::dijkstra::way;
use super::graph::{Dart, FAR};
use super::network::{Joined, RoadNetwork};
use super::snap::{corners_between, point_along};

impl RoadNetwork {
    /// The corners of the quickest way in a period, from door to door. O((states + arcs) log states).
    ///
    /// # Errors
    /// A place that is too far away, or a way that does not exist.
    pub fn path(&self, period: usize, from: GeoPoint, to: GeoPoint) -> Result<Vec<GeoPoint>, RoadTrouble> {
        let joined = self.join(period, &[from, to])?;
        let (start, end) = (&joined[0], &joined[1]);
        let over = way(&self.states, period, (&start.leaving, &end.arriving));
        let around = over.as_ref().map_or(FAR, |way| way.weight);
        let mut corners = vec![from];
        match self.along_one_road(period, start, end).filter(|stay| stay.0 <= around) {
            Some((_, dart)) => corners.extend(self.part(dart, start.snap.centimeters, end.snap.centimeters)),
            None => {
                let over = over.ok_or(RoadTrouble::NoWay { from, to })?;
                corners.extend(self.corners(&over.darts, (start, over.start), (end, over.end)));
            }
        }
        corners.push(to);
        corners.dedup();
        Ok(corners)
    }

    /// Corners of a way that leaves a road, drives others, and arrives on one.
    fn corners(
        &self,
        darts: &[Dart],
        (start, left): (&Joined, usize),
        (end, arrived): (&Joined, usize),
    ) -> Vec<GeoPoint> {
        let length = |dart: Dart| self.graph.roads[dart.road()].centimeters;
        let goal = |dart: Dart| if dart.is_against() { 0 } else { length(dart) };
        let origin = |dart: Dart| length(dart) - goal(dart);
        let mut corners = Vec::new();
        if let Some(left) = self.open_darts(start.snap).nth(left) {
            corners.extend(self.part(left, start.snap.centimeters, goal(left)));
        }
        for &dart in darts {
            corners.extend(self.part(dart, origin(dart), goal(dart)));
        }
        let last = end.arriving_on[arrived];
        corners.extend(self.part(last, origin(last), end.snap.centimeters));
        corners
    }

    /// Corners of a road from one point of it to another, both included, in the order of driving.
    fn part(&self, dart: Dart, from: u32, to: u32) -> Vec<GeoPoint> {
        let road = dart.road();
        let (low, high) = (from.min(to), from.max(to));
        let mut corners = vec![point_along(&self.graph, road, low)];
        corners.extend(corners_between(&self.graph, road, (low, high)));
        corners.push(point_along(&self.graph, road, high));
        if dart.is_against() {
            corners.reverse();
        }
        corners
    }
}
