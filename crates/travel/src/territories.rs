//! Whose law holds at a point.

use std::cmp::Ordering;

use journeyman_domain::{GeoPoint, JurisdictionId, Place, Problem};

use crate::outline::{OutlineIndex, area_square_meters};

/// The territories of all jurisdictions, in an R-tree.
#[derive(Clone, Debug)]
pub struct Territories {
    outlines: OutlineIndex,
    parents: Vec<Option<JurisdictionId>>,
    areas: Vec<f64>,
}

impl Territories {
    /// Indexes the territories of the problem's jurisdictions.
    pub fn build(problem: &Problem) -> Self {
        Self {
            outlines: OutlineIndex::build(
                problem
                    .jurisdictions
                    .iter()
                    .enumerate()
                    .flat_map(|(at, jurisdiction)| jurisdiction.territory.iter().map(move |ring| (at, ring))),
            ),
            parents: problem.jurisdictions.iter().map(|j| j.parent).collect(),
            areas: problem
                .jurisdictions
                .iter()
                .map(|j| j.territory.iter().map(area_square_meters).sum())
                .collect(),
        }
    }

    /// The jurisdiction at a point: of those whose territory holds it (borders belong to the inside), the deepest
    /// in a chain of parents; between chains the one of smaller area, then the first in the problem's list.
    pub fn jurisdiction_at(&self, point: GeoPoint) -> Option<JurisdictionId> {
        let holding: Vec<JurisdictionId> =
            self.outlines.owners_at(point).into_iter().map(JurisdictionId::new).collect();
        let deepest =
            |&candidate: &JurisdictionId| !holding.iter().any(|&other| self.contains(candidate, other));
        holding.iter().copied().filter(deepest).min_by(|&a, &b| self.by_area(a, b))
    }

    /// Whether `outer` is a proper ancestor of `inner`.
    fn contains(&self, outer: JurisdictionId, inner: JurisdictionId) -> bool {
        // Validation refuses circles; the limit keeps a broken problem from hanging.
        std::iter::successors(self.parents[inner.index()], |id| self.parents[id.index()])
            .take(self.parents.len())
            .any(|ancestor| ancestor == outer)
    }

    fn by_area(&self, a: JurisdictionId, b: JurisdictionId) -> Ordering {
        self.areas[a.index()].total_cmp(&self.areas[b.index()]).then(a.cmp(&b))
    }
}

/// The jurisdiction of every visit: the one it names, else the one its place lies in, else none.
pub fn visit_jurisdictions(problem: &Problem) -> Vec<Option<JurisdictionId>> {
    let territories = Territories::build(problem);
    let found = |place: &Place| place.point.and_then(|p| territories.jurisdiction_at(p));
    problem.visits.iter().map(|v| v.jurisdiction.or_else(|| found(problem.place(v.place)))).collect()
}
