//! Places by where they lie: crow-fly neighbours of any point.
//!
//! A generator of candidates: driving times come from [`Travel`](crate::Travel).

use journeyman_domain::{GeoPoint, Place, PlaceId};
use rstar::{RTree, primitives::GeomWithData};

use crate::sphere::{chord_squared, unit_vector};

type Entry = GeomWithData<[f64; 3], PlaceId>;

/// An R-tree of the places that have coordinates, exact on the whole globe.
#[derive(Clone, Debug)]
pub struct PlaceIndex {
    tree: RTree<Entry>,
    /// Whether the tree was loaded at once. rstar 0.12 then leaves leaves on different levels, and a later insertion may
    /// panic (georust/rstar#239), so nothing is inserted into such a tree.
    loaded: bool,
}

impl PlaceIndex {
    /// Indexes `places`, whose ids are their positions. O(n log n).
    pub fn build(places: &[Place]) -> Self {
        let entries = places
            .iter()
            .enumerate()
            .filter_map(|(at, place)| Some(entry(PlaceId::new(at), place.point?)))
            .collect();
        Self { tree: RTree::bulk_load(entries), loaded: true }
    }

    /// How many places it holds.
    pub fn len(&self) -> usize {
        self.tree.size()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.tree.size() == 0
    }

    /// The `count` places nearest to `point` as the crow flies, nearest first, ties by id. O(count · log n).
    pub fn nearest(&self, point: GeoPoint, count: usize) -> Vec<PlaceId> {
        let mut found: Vec<(f64, PlaceId)> = Vec::with_capacity(count);
        for (entry, chord) in self.tree.nearest_neighbor_iter_with_distance_2(&unit_vector(point)) {
            // The tree breaks ties as it likes, so all that tie with the last are taken before the cut.
            if found.len() >= count && found.last().is_none_or(|&(last, _)| chord > last) {
                break;
            }
            found.push((chord, entry.data));
        }
        let mut ids = sorted(found);
        ids.truncate(count);
        ids
    }

    /// The places within `radius_meters` of `point` as the crow flies, nearest first, ties by id.
    pub fn within(&self, point: GeoPoint, radius_meters: u32) -> Vec<PlaceId> {
        let center = unit_vector(point);
        let found = self
            .tree
            .locate_within_distance(center, chord_squared(radius_meters))
            .map(|entry| (chord_between(center, *entry.geom()), entry.data))
            .collect();
        sorted(found)
    }

    /// Adds a place. O(log n), the first time O(n log n).
    pub(crate) fn insert(&mut self, id: PlaceId, point: GeoPoint) {
        if std::mem::take(&mut self.loaded) {
            let entries = std::mem::take(&mut self.tree);
            entries.into_iter().for_each(|entry| self.tree.insert(entry));
        }
        self.tree.insert(entry(id, point));
    }

    /// Takes a place out.
    pub(crate) fn remove(&mut self, id: PlaceId, point: GeoPoint) {
        let removed = self.tree.remove(&entry(id, point));
        debug_assert!(removed.is_some(), "{id:?} was not in the index at {point:?}");
    }
}

fn entry(id: PlaceId, point: GeoPoint) -> Entry {
    GeomWithData::new(unit_vector(point), id)
}

fn chord_between(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum()
}

fn sorted(mut found: Vec<(f64, PlaceId)>) -> Vec<PlaceId> {
    found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn point() -> impl Strategy<Value = GeoPoint> {
        (37.0..37.3, -113.6..-113.2)
            .prop_map(|(lat, lon)| GeoPoint::from_degrees(lat, lon).expect("in range"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

        /// Counts at which rstar's own bulk loading leaves a tree that panics when it grows are among these.
        #[test]
        fn an_index_of_any_size_grows(
            first in vec(point(), 0..160), more in vec(point(), 40), anywhere in point(),
        ) {
            let place = |&point: &GeoPoint| Place { label: String::new(), point: Some(point) };
            let mut index = PlaceIndex::build(&first.iter().map(place).collect::<Vec<Place>>());
            for (at, point) in more.into_iter().enumerate() {
                index.insert(PlaceId::new(first.len() + at), point);
            }
            let all = first.len() + 40;
            prop_assert_eq!((index.len(), index.nearest(anywhere, all).len()), (all, all));
        }
    }
}
