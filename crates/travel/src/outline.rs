//! Rings on the globe in an R-tree: which of them hold a point.
//!
//! An edge is straight in degrees and takes the shorter way around the globe, so rings may cross the antimeridian.
//! A ring that runs around the axis encloses the pole of its own hemisphere. The border belongs to the inside.

use geo::{
    ChamberlainDuquetteArea, Coord, LineString, Polygon,
    coordinate_position::{CoordPos, coord_pos_relative_to_ring},
};
use journeyman_domain::{GeoPoint, Ring};
use rstar::{AABB, RTree, RTreeObject};

use crate::sphere::planar;

/// A ring, unrolled, and whose it is.
#[derive(Clone, Debug)]
struct Outline {
    line: LineString<f64>,
    envelope: AABB<[f64; 2]>,
    owner: usize,
}

impl RTreeObject for Outline {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        self.envelope
    }
}

/// Rings by where they lie. Built in O(n log n).
#[derive(Clone, Debug)]
pub(crate) struct OutlineIndex {
    tree: RTree<Outline>,
}

impl OutlineIndex {
    /// An index of rings, each with the number of its owner. Rings without three points hold nothing.
    pub(crate) fn build<'a>(rings: impl Iterator<Item = (usize, &'a Ring)>) -> Self {
        let outlines = rings
            .filter(|(_, ring)| ring.len() >= 3)
            .map(|(owner, ring)| {
                let line = unrolled(ring);
                let corners: Vec<[f64; 2]> = line.coords().map(|c| [c.x, c.y]).collect();
                Outline { envelope: AABB::from_points(&corners), line, owner }
            })
            .collect();
        Self { tree: RTree::bulk_load(outlines) }
    }

    /// Owners of the rings that hold the point, rising, each once. O(log n + candidates × corners).
    pub(crate) fn owners_at(&self, point: GeoPoint) -> Vec<usize> {
        let mut owners = Vec::new();
        for turn in [-360.0, 0.0, 360.0] {
            let at = Coord { x: point.longitude() + turn, y: point.latitude() };
            for outline in self.tree.locate_in_envelope_intersecting(&AABB::from_point([at.x, at.y])) {
                if coord_pos_relative_to_ring(at, &outline.line) != CoordPos::Outside {
                    owners.push(outline.owner);
                }
            }
        }
        owners.sort_unstable();
        owners.dedup();
        owners
    }
}

/// Area of a ring on the sphere, in square metres.
pub(crate) fn area_square_meters(ring: &Ring) -> f64 {
    Polygon::new(unrolled(ring), Vec::new()).chamberlain_duquette_unsigned_area()
}

/// The closed ring with longitudes that run on past ±180° instead of jumping.
fn unrolled(ring: &Ring) -> LineString<f64> {
    let mut coords: Vec<Coord<f64>> = Vec::with_capacity(ring.len() + 4);
    let mut turn = 0.0;
    for (at, &corner) in ring.iter().enumerate() {
        if at > 0 {
            turn += step_of_turn(ring[at - 1], corner);
        }
        let mut coord = planar(corner).0;
        coord.x += turn;
        coords.push(coord);
    }
    let (Some(&first), Some(&last_corner)) = (coords.first(), ring.last()) else {
        return LineString::new(coords);
    };
    turn += step_of_turn(last_corner, ring[0]);
    if turn != 0.0 {
        // Once around the axis: go on along the pole and back, so that the cap is a plain polygon.
        let north = coords.iter().map(|c| c.y).sum::<f64>() >= 0.0;
        let pole = if north { 90.0 } else { -90.0 };
        coords.push(Coord { x: first.x + turn, y: first.y });
        coords.push(Coord { x: first.x + turn, y: pole });
        coords.push(Coord { x: first.x, y: pole });
    }
    coords.push(first);
    LineString::new(coords)
}

/// What the longitude of `to` must be turned by, relative to `from`, so that the edge is the shorter way.
fn step_of_turn(from: GeoPoint, to: GeoPoint) -> f64 {
    let jump = to.longitude() - from.longitude();
    if jump > 180.0 {
        -360.0
    } else if jump < -180.0 {
        360.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> GeoPoint {
        GeoPoint::from_degrees(latitude, longitude).expect("tests use valid degrees")
    }

    fn holds(ring: &Ring, latitude: f64, longitude: f64) -> bool {
        OutlineIndex::build([(7, ring)].into_iter()).owners_at(point(latitude, longitude)) == [7]
    }

    #[test]
    fn a_ring_across_the_antimeridian_holds_both_sides_and_not_the_rest_of_the_globe() {
        let fiji = vec![point(-20.0, 176.0), point(-20.0, -178.0), point(-15.0, -178.0), point(-15.0, 176.0)];
        for (longitude, inside) in [
            (177.0, true),
            (180.0, true),
            (-180.0, true),
            (-179.0, true),
            (-177.0, false),
            (0.0, false),
            (175.0, false),
        ] {
            assert_eq!(holds(&fiji, -17.0, longitude), inside, "{longitude}");
        }
        assert!(area_square_meters(&fiji) < 1e12, "a globe-wide band would be larger");
    }

    #[test]
    fn a_ring_around_the_axis_holds_the_pole_of_its_hemisphere() {
        let arctic = vec![point(70.0, 0.0), point(70.0, 120.0), point(70.0, -120.0)];
        for longitude in [0.0, 90.0, 180.0, -180.0, -60.0] {
            assert!(holds(&arctic, 80.0, longitude), "{longitude}");
            assert!(holds(&arctic, 90.0, longitude), "{longitude}");
            assert!(!holds(&arctic, 60.0, longitude), "{longitude}");
            assert!(!holds(&arctic, -80.0, longitude), "{longitude}");
        }
    }

    #[test]
    fn the_border_belongs_to_the_inside() {
        let square = vec![point(0.0, 0.0), point(0.0, 1.0), point(1.0, 1.0), point(1.0, 0.0)];
        for (latitude, longitude) in [(0.0, 0.0), (0.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.5, 0.0)] {
            assert!(holds(&square, latitude, longitude), "{latitude} {longitude}");
        }
        assert!(!holds(&square, 0.5, 1.000_000_1));
    }
}
