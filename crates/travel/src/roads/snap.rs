//! Where a place stands by the road: the nearest point on any road, by an R-tree of straight pieces of road.
//!
//! Pieces are chords between unit vectors, so nearness is right at every latitude and across the antimeridian.

use geo::Point;
use journeyman_domain::GeoPoint;
use rstar::{AABB, PointDistance, RTree, RTreeObject};

use super::graph::RoadGraph;
use crate::sphere::{great_circle_meters, planar, unit_vector};

/// A point on a road, and the way to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Snap {
    pub(crate) road: u32,
    /// From the start of its shape.
    pub(crate) centimeters: u32,
    /// Between the place and the road as the crow flies.
    pub(crate) access_centimeters: u32,
}

/// A straight piece of a road.
#[derive(Clone, Copy, Debug)]
struct Piece {
    from: [f64; 3],
    to: [f64; 3],
    road: u32,
    nth: u32,
}

impl RTreeObject for Piece {
    type Envelope = AABB<[f64; 3]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.from, self.to)
    }
}

impl PointDistance for Piece {
    fn distance_2(&self, point: &[f64; 3]) -> f64 {
        let nearest = self.at(self.share_nearest_to(point));
        difference(*point, nearest).iter().map(|d| d * d).sum()
    }
}

impl Piece {
    /// Where the chord is nearest, from 0 to 1.
    fn share_nearest_to(&self, point: &[f64; 3]) -> f64 {
        let along = difference(self.to, self.from);
        let length: f64 = dot(along, along);
        if length == 0.0 { 0.0 } else { (dot(difference(*point, self.from), along) / length).clamp(0.0, 1.0) }
    }

    fn at(&self, share: f64) -> [f64; 3] {
        // The very ends, so that pieces that meet there are equally near.
        if share >= 1.0 {
            return self.to;
        }
        std::array::from_fn(|axis| self.from[axis] + share * (self.to[axis] - self.from[axis]))
    }
}

/// All pieces of all roads by where they lie.
#[derive(Clone, Debug)]
pub(crate) struct SnapIndex {
    tree: RTree<Piece>,
}

impl SnapIndex {
    /// O(points log points).
    pub(crate) fn build(graph: &RoadGraph) -> Self {
        let mut pieces = Vec::with_capacity(graph.points.len().saturating_sub(graph.roads.len()));
        let are_streets = graph.are_streets();
        for road in (0..graph.roads.len()).filter(|&road| are_streets[road]) {
            let mut corners = graph.shape(road).iter().map(|&point| unit_vector(point));
            let Some(mut from) = corners.next() else { continue };
            for (nth, to) in corners.enumerate() {
                let number =
                    |index: usize| u32::try_from(index).expect("roads and points are numbered in 32 bits");
                pieces.push(Piece { from, to, road: number(road), nth: number(nth) });
                from = to;
            }
        }
        Self { tree: RTree::bulk_load(pieces) }
    }

    /// The nearest point on a road; of equally near ones that on the first road. O(log pieces + corners of the road).
    pub(crate) fn snap(&self, graph: &RoadGraph, point: GeoPoint) -> Option<Snap> {
        let center = unit_vector(point);
        let mut near = self.tree.nearest_neighbor_iter_with_distance_2(&center);
        let (mut nearest, distance) = near.next()?;
        for (piece, _) in near.take_while(|other| other.1 <= distance) {
            if (piece.road, piece.nth) < (nearest.road, nearest.nth) {
                nearest = piece;
            }
        }
        let share = nearest.share_nearest_to(&center);
        let beside = point_of(nearest.at(share));
        Some(Snap {
            road: nearest.road,
            centimeters: along(graph, nearest, share),
            access_centimeters: whole(great_circle_meters(planar(point), beside) * 100.0),
        })
    }
}

/// How far along its road a point of a piece lies, in centimeters of the road.
fn along(graph: &RoadGraph, piece: &Piece, share: f64) -> u32 {
    let lengths: Vec<f64> = graph
        .shape(piece.road as usize)
        .windows(2)
        .map(|pair| great_circle_meters(planar(pair[0]), planar(pair[1])))
        .collect();
    let total: f64 = lengths.iter().sum();
    let nth = piece.nth as usize;
    let before = lengths[..nth].iter().sum::<f64>() + share * lengths[nth];
    let road = graph.roads[piece.road as usize].centimeters;
    if total > 0.0 { nearest_whole(before / total * f64::from(road)).min(road) } else { 0 }
}

/// The point so many centimeters along a road.
pub(crate) fn point_along(graph: &RoadGraph, road: usize, centimeters: u32) -> GeoPoint {
    let shape = graph.shape(road);
    let lengths: Vec<f64> =
        shape.windows(2).map(|pair| great_circle_meters(planar(pair[0]), planar(pair[1]))).collect();
    let total: f64 = lengths.iter().sum();
    let mut left = f64::from(centimeters) / f64::from(graph.roads[road].centimeters) * total;
    for (pair, length) in shape.windows(2).zip(lengths) {
        if left < length {
            let piece = Piece { from: unit_vector(pair[0]), to: unit_vector(pair[1]), road: 0, nth: 0 };
            let at = point_of(piece.at(left / length));
            return GeoPoint::from_degrees(at.y(), at.x()).unwrap_or(pair[0]);
        }
        left -= length;
    }
    shape[shape.len() - 1]
}

/// The corners of a road between two distances along it, in the order of its shape.
pub(crate) fn corners_between(
    graph: &RoadGraph,
    road: usize,
    (low, high): (u32, u32),
) -> impl Iterator<Item = GeoPoint> + '_ {
    let shape = graph.shape(road);
    let mut so_far = 0.0;
    let lengths: Vec<f64> = shape
        .windows(2)
        .map(|pair| {
            so_far += great_circle_meters(planar(pair[0]), planar(pair[1]));
            so_far
        })
        .collect();
    let scale = f64::from(graph.roads[road].centimeters) / so_far.max(f64::MIN_POSITIVE);
    let corners = shape[1..].iter().zip(lengths);
    let inside = move |length: f64| f64::from(low) < length * scale && length * scale < f64::from(high);
    corners.filter(move |corner| inside(corner.1)).map(|corner| *corner.0)
}

/// The point of the sphere under a vector.
fn point_of([x, y, z]: [f64; 3]) -> Point<f64> {
    Point::new(y.atan2(x).to_degrees(), z.atan2(x.hypot(y)).to_degrees())
}

fn difference(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|axis| a[axis] - b[axis])
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Rounded up to whole centimeters. A hair less, so that a place on a road is not a centimeter beside it.
fn whole(centimeters: f64) -> u32 {
    const HAIR: f64 = 1e-3;
    clamped((centimeters - HAIR).ceil())
}

fn nearest_whole(centimeters: f64) -> u32 {
    clamped(centimeters.round())
}

fn clamped(centimeters: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped into the range")]
    let whole = centimeters.clamp(0.0, f64::from(u32::MAX)) as u32;
    whole
}
