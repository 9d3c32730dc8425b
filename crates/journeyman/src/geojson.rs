//! A plan on a map: a line for each route, a point for each stop and each visit left out. Where a leg was driven on roads
//! that are known here, the line follows them; elsewhere it is straight.
//!
//! Places without coordinates give features without geometry, which GeoJSON allows.

use std::collections::BTreeMap;

use geojson::{Feature, FeatureCollection, Geometry, JsonObject, JsonValue};
use journeyman_api::wire::{self, stop};
use journeyman_domain::GeoPoint;
use journeyman_travel::RoadNetwork;
use serde_json::json;

use crate::table::LocalTime;

/// The features of a plan, routes first.
pub(crate) fn features(
    day: &wire::Problem,
    plan: &wire::Plan,
    roads: Option<&RoadNetwork>,
) -> FeatureCollection {
    let map = Map { roads, ..Map::of(day) };
    let local = LocalTime::of(day);
    let mut features: Vec<Feature> = plan.routes.iter().map(|route| map.route(route, &local)).collect();
    for route in &plan.routes {
        for (index, stop) in route.stops.iter().enumerate() {
            if !matches!(stop.kind, Some(stop::Kind::ShiftBreak(_)) | None) {
                features.push(map.stop(route, index, stop, &local));
            }
        }
    }
    features.extend(plan.unassigned.iter().map(|left| map.left_out(left)));
    FeatureCollection::new(features)
}

/// Where things are, by id.
struct Map<'a> {
    points: BTreeMap<&'a str, wire::Coordinates>,
    shifts: BTreeMap<&'a str, (&'a wire::Technician, &'a wire::Shift)>,
    visit_places: BTreeMap<&'a str, &'a str>,
    roads: Option<&'a RoadNetwork>,
}

impl<'a> Map<'a> {
    fn of(day: &'a wire::Problem) -> Self {
        let located = day.places.iter().filter_map(|place| Some((place.id.as_str(), place.coordinates?)));
        let shifts = day.technicians.iter().flat_map(|technician| {
            technician.shifts.iter().map(move |shift| (shift.id.as_str(), (technician, shift)))
        });
        let visits = day.work_orders.iter().flat_map(|order| &order.visits);
        Self {
            points: located.collect(),
            shifts: shifts.collect(),
            visit_places: visits.map(|visit| (visit.id.as_str(), visit.place_id.as_str())).collect(),
            roads: None,
        }
    }

    fn position(&self, place: &str) -> Option<[f64; 2]> {
        self.points.get(place).map(|point| [point.longitude, point.latitude])
    }

    fn route(&self, route: &wire::Route, local: &LocalTime) -> Feature {
        let (start, end) =
            self.shifts.get(route.shift_id.as_str()).map_or(("", ""), |(technician, shift)| {
                let home = technician.home_place_id.as_str();
                let or_home = |place: &'a str| if place.is_empty() { home } else { place };
                (or_home(&shift.start_place_id), or_home(&shift.end_place_id))
            });
        let legs = route.stops.iter().map(|stop| (stop.place_id.as_str(), stop.leg));
        let mut positions: Vec<[f64; 2]> = self.position(start).into_iter().collect();
        let mut here = start;
        for (there, leg) in legs.chain([(end, route.return_leg)]) {
            if let Some(corners) = self.on_roads((here, there), leg.unwrap_or_default(), local) {
                positions.extend(corners);
            }
            positions.extend(self.position(there));
            here = if there.is_empty() { here } else { there };
        }
        positions.dedup();
        // A line needs two positions.
        let geometry = (positions.len() >= 2).then(|| Geometry::new_line_string(positions));
        feature(
            geometry,
            [
                ("kind", json!("route")),
                ("technician", json!(route.technician_id)),
                ("shift", json!(route.shift_id)),
                ("departure", json!(local.clock(route.departure_time))),
                ("return", json!(local.clock(route.return_time))),
                ("cost_micros", json!(route.cost.unwrap_or_default().total_micros)),
            ],
        )
    }

    /// The corners of a leg that was driven on roads.
    fn on_roads(&self, (from, to): (&str, &str), leg: wire::Leg, local: &LocalTime) -> Option<Vec<[f64; 2]>> {
        let roads = self.roads.filter(|_| leg.source() == wire::LegSource::Road)?;
        let point = |place: &str| {
            let at = self.points.get(place)?;
            GeoPoint::from_degrees(at.latitude, at.longitude)
        };
        let minute = local.minute_of_day(leg.departure_time).unwrap_or(0);
        let starts = roads.periods();
        let period = starts.partition_point(|period| period.start_minute <= minute);
        let period = period.checked_sub(1).unwrap_or(starts.len() - 1);
        let corners = roads.path(period, point(from)?, point(to)?).ok()?;
        Some(corners.into_iter().map(|corner| [corner.longitude(), corner.latitude()]).collect())
    }

    fn stop(&self, route: &wire::Route, index: usize, stop: &wire::Stop, local: &LocalTime) -> Feature {
        let (kind, id) = match &stop.kind {
            Some(stop::Kind::Visit(visit)) => ("visit", visit.visit_id.as_str()),
            Some(stop::Kind::Pickup(pickup)) => ("pickup", pickup.warehouse_id.as_str()),
            Some(stop::Kind::ShiftBreak(_)) | None => ("stop", ""),
        };
        feature(
            self.position(&stop.place_id).map(Geometry::new_point),
            [
                ("kind", json!(kind)),
                ("id", json!(id)),
                ("technician", json!(route.technician_id)),
                ("position", json!(index + 1)),
                ("start", json!(local.clock(stop.start_time))),
                ("end", json!(local.clock(stop.end_time))),
            ],
        )
    }

    fn left_out(&self, left: &wire::Unassigned) -> Feature {
        let place = self.visit_places.get(left.visit_id.as_str()).copied().unwrap_or_default();
        feature(
            self.position(place).map(Geometry::new_point),
            [
                ("kind", json!("unassigned")),
                ("id", json!(left.visit_id)),
                ("certainty", json!(left.certainty().as_str_name().trim_start_matches("CERTAINTY_"))),
                ("text", json!(left.text)),
            ],
        )
    }
}

fn feature<const N: usize>(geometry: Option<Geometry>, properties: [(&str, JsonValue); N]) -> Feature {
    let properties: JsonObject =
        properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Feature { geometry, properties: Some(properties), ..Feature::default() }
}
