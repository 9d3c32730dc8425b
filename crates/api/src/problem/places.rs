//! Reads places, areas, jurisdictions and reciprocity.

use journeyman_domain::{GeoPoint, Jurisdiction, JurisdictionId, LicenseClass, Place, Reciprocity, Ring};

use super::Context;
use super::enums::needed_license_class;
use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Places. Coordinates may be missing only where a matrix gives the travel.
pub(super) fn read(problem: &wire::Problem, at: &Field<'_>) -> Vec<Place> {
    let by_matrix =
        matches!(problem.travel, Some(wire::Travel { model: Some(wire::travel::Model::Matrix(_)) }));
    let places = problem.places.iter().enumerate();
    places.map(|(index, place)| read_place(place, by_matrix, &at.entry("places", index))).collect()
}

/// One place.
pub(super) fn read_place(place: &wire::Place, by_matrix: bool, at: &Field<'_>) -> Place {
    let coordinates_at = at.field("coordinates");
    if place.coordinates.is_none() && !by_matrix {
        coordinates_at.refuse(ViolationCode::Required, "needed to estimate travel");
    }
    let point = place.coordinates.and_then(|coordinates| point(&coordinates_at, coordinates));
    Place { label: place.id.clone(), point }
}

/// Where a place lies, whatever is wrong with it.
pub(crate) fn place_point(place: &wire::Place) -> Option<GeoPoint> {
    let coordinates = place.coordinates?;
    GeoPoint::from_degrees(coordinates.latitude, coordinates.longitude)
}

/// A point; nothing when a coordinate is not a number or out of range.
pub(super) fn point(at: &Field<'_>, coordinates: wire::Coordinates) -> Option<GeoPoint> {
    let (latitude, longitude) = (coordinates.latitude, coordinates.longitude);
    let degrees = |name, value: f64, max: f64| {
        // NaN is in no range.
        if !(-max..=max).contains(&value) {
            let text = format_args!("{value:?} is not in {} to {max} degrees", -max);
            at.field(name).refuse(ViolationCode::OutOfRange, text);
        }
    };
    degrees("latitude", latitude, 90.0);
    degrees("longitude", longitude, 180.0);
    GeoPoint::from_degrees(latitude, longitude)
}

/// A closed ring, without the repeated first point.
pub(super) fn ring(at: &Field<'_>, ring: Option<&wire::Ring>, limits: &Limits) -> Ring {
    let points_at = at.field("points");
    let given = ring.map_or(&[][..], |ring| &ring.points);
    if !points_at.at_most(given.len(), limits.ring_points) {
        return Vec::new();
    }
    let mut read = Vec::with_capacity(given.len());
    for (index, &coordinates) in given.iter().enumerate() {
        let Some(point) = point(&points_at.index(index), coordinates) else { return Vec::new() };
        if read.last() != Some(&point) {
            read.push(point);
        }
    }
    if read.len() > 1 && read.first() == read.last() {
        read.pop();
    }
    if read.len() < 3 {
        let text = format_args!("an area has at least 3 different points, not {}", read.len());
        points_at.refuse(ViolationCode::InvalidRing, text);
        return Vec::new();
    }
    let wraps = |(a, b): (&GeoPoint, &GeoPoint)| (a.longitude() - b.longitude()).abs() > 180.0;
    if read.iter().zip(read.iter().cycle().skip(1)).any(wraps) {
        points_at.refuse(ViolationCode::InvalidRing, "the area crosses the 180th meridian");
    }
    read
}

/// Jurisdictions, with their parents checked for circles.
pub(super) fn jurisdictions(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> Vec<Jurisdiction> {
    let mut read = Vec::with_capacity(problem.jurisdictions.len());
    for (index, jurisdiction) in problem.jurisdictions.iter().enumerate() {
        let entry = at.entry("jurisdictions", index);
        let territory_at = entry.field("territory");
        let rings = if territory_at.at_most(jurisdiction.territory.len(), cx.limits.list_entries) {
            &jurisdiction.territory[..]
        } else {
            &[]
        };
        let parent = if jurisdiction.parent_id.is_empty() {
            None
        } else {
            cx.jurisdictions.find(&entry.field("parent_id"), &jurisdiction.parent_id).map(JurisdictionId::new)
        };
        let ring_at = |(i, area)| ring(&territory_at.index(i), Some(area), cx.limits);
        read.push(Jurisdiction {
            label: jurisdiction.id.clone(),
            parent,
            territory: rings.iter().enumerate().map(ring_at).collect(),
        });
    }
    refuse_circles(&read, at);
    read
}

/// Follows parents from every jurisdiction; linear, because what is known to end is not followed again.
fn refuse_circles(jurisdictions: &[Jurisdiction], at: &Field<'_>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        OnPath,
        Ends,
    }
    let mut marks = vec![Mark::New; jurisdictions.len()];
    for start in 0..jurisdictions.len() {
        let mut path = Vec::new();
        let mut next = Some(start);
        while let Some(current) = next.filter(|&current| marks[current] == Mark::New) {
            marks[current] = Mark::OnPath;
            path.push(current);
            next = jurisdictions[current].parent.map(JurisdictionId::index);
        }
        if next.is_some_and(|current| marks[current] == Mark::OnPath) {
            at.entry("jurisdictions", start)
                .field("parent_id")
                .refuse(ViolationCode::Circle, "its parents lead back to it or form a circle");
        }
        for current in path {
            marks[current] = Mark::Ends;
        }
    }
}

/// The reciprocity table.
pub(super) fn reciprocity(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> Vec<Reciprocity> {
    let mut read: Vec<(Reciprocity, usize)> = Vec::with_capacity(problem.reciprocity.len());
    for (index, line) in problem.reciprocity.iter().enumerate() {
        let entry = at.entry("reciprocity", index);
        let issued_in = cx.jurisdictions.find(&entry.field("issued_in_id"), &line.issued_in_id);
        let accepted_at = entry.field("accepted_in_id");
        let accepted_in = cx.jurisdictions.find(&accepted_at, &line.accepted_in_id);
        let class_max = needed_license_class(&entry.field("license_class_max"), line.license_class_max);
        let (Some(issued_in), Some(accepted_in)) = (issued_in, accepted_in) else { continue };
        if issued_in == accepted_in {
            accepted_at.refuse(ViolationCode::Conflict, "a jurisdiction accepts its own licenses anyway");
        }
        let line = Reciprocity {
            issued_in: JurisdictionId::new(issued_in),
            accepted_in: JurisdictionId::new(accepted_in),
            class_max: class_max.unwrap_or(LicenseClass::Apprentice),
        };
        read.push((line, index));
    }
    super::labels::sorted_once(&at.field("reciprocity"), read, |line| (line.issued_in, line.accepted_in))
}
