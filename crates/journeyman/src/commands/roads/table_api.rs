//! OSRM's `table` service, version 1: what a request asks, and the answer to it.
//!
//! Coordinates are degrees east and north. Options that would change the answer and are not known are refused.

use journeyman_domain::{GeoPoint, RoadTrouble};
use journeyman_travel::RoadNetwork;
use serde_json::{Map, Value, json};

/// What is asked.
#[derive(Debug)]
pub(super) struct TableQuery {
    points: Vec<GeoPoint>,
    sources: Vec<usize>,
    destinations: Vec<usize>,
    durations: bool,
    distances: bool,
}

/// A request that is not answered, in OSRM's words.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

impl Refusal {
    fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    pub(super) fn broken() -> Self {
        Self { status: 500, code: "InternalError", message: "the table could not be computed".to_owned() }
    }

    pub(super) fn unknown_service() -> Self {
        let message = "only /table/v1/{profile}/{coordinates} is served".to_owned();
        Self { status: 400, code: "InvalidService", message }
    }
}

impl TableQuery {
    /// Reads the coordinates of the path and the options behind it.
    pub(super) fn read(coordinates: &str, options: &str, points_max: usize) -> Result<Self, Refusal> {
        let coordinates = coordinates.strip_suffix(".json").unwrap_or(coordinates);
        if coordinates.starts_with("polyline") {
            return Err(Refusal::bad("InvalidUrl", "coordinates are given one by one, not as a polyline"));
        }
        let points: Option<Vec<GeoPoint>> = coordinates.split(';').map(read_point).collect();
        let points = points.ok_or_else(|| {
            Refusal::bad("InvalidUrl", "coordinates are longitude,latitude in degrees, joined by `;`")
        })?;
        if points.len() > points_max {
            let message = format!("{} coordinates; the limit is {points_max}", points.len());
            return Err(Refusal::bad("TooBig", message));
        }
        let all: Vec<usize> = (0..points.len()).collect();
        let (sources, destinations) = (all.clone(), all);
        let mut query = Self { points, sources, destinations, durations: true, distances: false };
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').unwrap_or((option, ""));
            query.learn(name, value)?;
        }
        Ok(query)
    }

    fn learn(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let wrong = || Refusal::bad("InvalidOptions", format!("{name}={value} is not understood"));
        let numbers = || -> Option<Vec<usize>> {
            if value == "all" {
                return Some((0..self.points.len()).collect());
            }
            let number = |text: &str| text.parse().ok().filter(|&number: &usize| number < self.points.len());
            value.replace("%3B", ";").split(';').map(number).collect()
        };
        match name {
            "sources" => self.sources = numbers().ok_or_else(wrong)?,
            "destinations" => self.destinations = numbers().ok_or_else(wrong)?,
            "annotations" => {
                let value = value.replace("%2C", ",");
                let words: Vec<&str> = value.split(',').collect();
                if !words.iter().all(|word| matches!(*word, "duration" | "distance")) {
                    return Err(wrong());
                }
                (self.durations, self.distances) = (words.contains(&"duration"), words.contains(&"distance"));
            }
            // Says nothing about the table.
            "generate_hints" | "skip_waypoints" if matches!(value, "true" | "false") => {}
            _ => return Err(wrong()),
        }
        Ok(())
    }
}

fn read_point(text: &str) -> Option<GeoPoint> {
    let (longitude, latitude) = text.split_once(',')?;
    GeoPoint::from_degrees(latitude.parse().ok()?, longitude.parse().ok()?)
}

/// The table of a query.
pub(super) fn answer(roads: &RoadNetwork, query: &TableQuery) -> Result<Value, Refusal> {
    let side = |numbers: &[usize]| -> Vec<GeoPoint> { numbers.iter().map(|&at| query.points[at]).collect() };
    let (from, to) = (side(&query.sources), side(&query.destinations));
    let legs = roads.legs_on_roads(0, &from, &to).map_err(no_segment)?;
    let rows = |of: &dyn Fn(&journeyman_domain::RoadLeg) -> f64| -> Value {
        legs.chunks(to.len()).map(|row| row.iter().map(|leg| json!(of(leg))).collect::<Value>()).collect()
    };
    let mut answer = Map::new();
    answer.insert("code".to_owned(), json!("Ok"));
    answer.insert("sources".to_owned(), waypoints(roads, &from)?);
    answer.insert("destinations".to_owned(), waypoints(roads, &to)?);
    if query.durations {
        answer.insert("durations".to_owned(), rows(&|leg| leg.milliseconds as f64 / 1e3));
    }
    if query.distances {
        answer.insert("distances".to_owned(), rows(&|leg| leg.centimeters as f64 / 1e2));
    }
    Ok(Value::Object(answer))
}

fn waypoints(roads: &RoadNetwork, points: &[GeoPoint]) -> Result<Value, Refusal> {
    let waypoint = |&point: &GeoPoint| -> Result<Value, Refusal> {
        let (road, centimeters, access) = roads.snap(point).map_err(no_segment)?;
        let on_road = roads.point_on(road, centimeters);
        Ok(json!({
            "location": [on_road.longitude(), on_road.latitude()],
            "name": "",
            "distance": f64::from(access) / 1e2,
        }))
    };
    points.iter().map(waypoint).collect()
}

fn no_segment(trouble: RoadTrouble) -> Refusal {
    match trouble {
        RoadTrouble::OffRoads { point, meters, limit } => {
            let far = meters.map_or("too far".to_owned(), |meters| format!("{meters} m"));
            let place = format!("{},{}", point.longitude(), point.latitude());
            Refusal::bad(
                "NoSegment",
                format!("{place} lies {far} from the nearest road; the limit is {limit} m"),
            )
        }
        RoadTrouble::NoWay { .. } | RoadTrouble::Service(_) => Refusal::broken(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(coordinates: &str, options: &str) -> &'static str {
        TableQuery::read(coordinates, options, 3).expect_err("refused").code
    }

    #[test]
    fn what_is_not_understood_is_refused_and_not_ignored() {
        for (coordinates, options, expected) in [
            ("8.5", "", "InvalidUrl"),
            ("8.5,91", "", "InvalidUrl"),
            ("polyline(abc)", "", "InvalidUrl"),
            ("1,1;2,2;3,3;4,4", "", "TooBig"),
            ("1,1;2,2", "sources=2", "InvalidOptions"),
            ("1,1;2,2", "destinations=0;x", "InvalidOptions"),
            ("1,1;2,2", "annotations=speed", "InvalidOptions"),
            ("1,1;2,2", "fallback_speed=10", "InvalidOptions"),
        ] {
            assert_eq!(code(coordinates, options), expected, "{coordinates}?{options}");
        }
    }

    #[test]
    fn sources_destinations_and_annotations_are_read() {
        let query = TableQuery::read("1,1;2,2;3,3", "sources=2&destinations=0;1&annotations=distance", 3);
        let query = query.expect("a query");
        assert_eq!((query.sources, query.destinations), (vec![2], vec![0, 1]));
        assert!(query.distances && !query.durations);
        let all = TableQuery::read("1,1;2,2", "sources=all&generate_hints=false", 3).expect("a query");
        assert_eq!((all.sources, all.destinations), (vec![0, 1], vec![0, 1]));
        assert!(all.durations && !all.distances);
    }
}
