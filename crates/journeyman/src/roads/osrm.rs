//! A service that speaks OSRM's `table` API (version 1), as a source of roads.
//!
//! The service tells times and distances from road to road, and how far each place is from its road; the way in between
//! is added here, as a road file adds it.

use std::collections::BTreeMap;
use std::time::Duration;

use journeyman_domain::{GeoPoint, RoadLeg, RoadSource, RoadTrouble};
use journeyman_travel::SnapRules;
use serde::Deserialize;

/// Coordinates of one request: what a service allows unless it is told otherwise.
const COORDINATES_MAX: usize = 100;
const TIME_MAX: Duration = Duration::from_secs(30);
/// An answer to that many coordinates has a tenth of this.
const ANSWER_BYTES_MAX: u64 = 16 << 20;
/// Services do not say how fast their roads are; no road is driven faster.
const SPEED_MAX: u32 = 250_000;

/// A running service.
#[derive(Debug)]
pub(crate) struct OsrmService {
    url: String,
    agent: ureq::Agent,
    rules: SnapRules,
}

/// The answer to `table`.
#[derive(Deserialize)]
struct Answer {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    durations: Vec<Vec<Option<f64>>>,
    #[serde(default)]
    distances: Vec<Vec<Option<f64>>>,
    #[serde(default)]
    sources: Vec<Waypoint>,
    #[serde(default)]
    destinations: Vec<Waypoint>,
}

/// Where a place was joined to the roads.
#[derive(Deserialize)]
struct Waypoint {
    /// Meters to the road.
    #[serde(default)]
    distance: f64,
}

impl OsrmService {
    /// At an address such as `http://127.0.0.1:5000`. Nothing is asked yet.
    pub(crate) fn at(url: &str, rules: SnapRules) -> Result<Self, String> {
        if !url.starts_with("http://") {
            return Err(format!(
                "--roads {url}: only http:// services can be asked; put a proxy before others"
            ));
        }
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIME_MAX))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { url: url.trim_end_matches('/').to_owned(), agent, rules })
    }

    /// One request. The points are different from each other where there are several.
    fn table(&self, from: &[GeoPoint], to: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble> {
        let mut points: Vec<GeoPoint> = Vec::new();
        let mut number: BTreeMap<(i32, i32), usize> = BTreeMap::new();
        let mut list = |side: &[GeoPoint]| -> String {
            let numbers = side.iter().map(|&point| {
                let at = *number.entry(point.e7()).or_insert_with(|| {
                    points.push(point);
                    points.len() - 1
                });
                at.to_string()
            });
            numbers.collect::<Vec<String>>().join(";")
        };
        let (sources, destinations) = (list(from), list(to));
        let coordinates: Vec<String> =
            points.iter().map(|point| format!("{:.7},{:.7}", point.longitude(), point.latitude())).collect();
        let url = format!(
            "{}/table/v1/driving/{}?sources={sources}&destinations={destinations}&annotations=duration,distance",
            self.url,
            coordinates.join(";")
        );
        let answer = self.ask(&url)?;
        self.check(&answer, from, to)?;
        let mut legs = Vec::with_capacity(from.len() * to.len());
        for (row, &start) in from.iter().enumerate() {
            for (column, &end) in to.iter().enumerate() {
                let cells = (answer.durations[row][column], answer.distances[row][column]);
                let (Some(seconds), Some(meters)) = cells else {
                    return Err(RoadTrouble::NoWay { from: start, to: end });
                };
                let access =
                    |waypoint: &Waypoint| self.rules.access(whole(waypoint.distance, 100.0).unwrap_or(0));
                let (first, last) = (access(&answer.sources[row]), access(&answer.destinations[column]));
                let way = whole(seconds, 1_000.0).zip(whole(meters, 100.0));
                let (milliseconds, centimeters) =
                    way.ok_or_else(|| self.trouble("a negative time or distance"))?;
                legs.push(if start == end {
                    RoadLeg { milliseconds: 0, centimeters: 0 }
                } else {
                    RoadLeg {
                        milliseconds: first.milliseconds + milliseconds + last.milliseconds,
                        centimeters: first.centimeters + centimeters + last.centimeters,
                    }
                });
            }
        }
        Ok(legs)
    }

    fn ask(&self, url: &str) -> Result<Answer, RoadTrouble> {
        let mut response = self.agent.get(url).call().map_err(|error| self.trouble(error))?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
        let body = body.map_err(|error| self.trouble(error))?;
        serde_json::from_slice(&body).map_err(|error| {
            self.trouble(format_args!(
                "status {}, and no answer of a table service: {error}",
                response.status()
            ))
        })
    }

    /// Whether an answer has what was asked for, and every place has a road near.
    fn check(&self, answer: &Answer, from: &[GeoPoint], to: &[GeoPoint]) -> Result<(), RoadTrouble> {
        if answer.code != "Ok" {
            return Err(self.trouble(format_args!("{}: {}", answer.code, answer.message)));
        }
        let is_table = |rows: &[Vec<Option<f64>>]| {
            rows.len() == from.len() && rows.iter().all(|row| row.len() == to.len())
        };
        let sides = [(&answer.sources, from), (&answer.destinations, to)];
        let complete = is_table(&answer.durations)
            && is_table(&answer.distances)
            && sides.iter().all(|(waypoints, points)| waypoints.len() == points.len());
        if !complete {
            return Err(self.trouble("an answer without all durations, distances, sources and destinations"));
        }
        for (waypoint, &point) in sides.iter().flat_map(|(waypoints, points)| waypoints.iter().zip(*points)) {
            let limit = self.rules.meters_max;
            if waypoint.distance > f64::from(limit) {
                return Err(RoadTrouble::OffRoads { point, meters: whole(waypoint.distance, 1.0), limit });
            }
        }
        Ok(())
    }

    fn trouble(&self, what: impl std::fmt::Display) -> RoadTrouble {
        RoadTrouble::Service(format!("{}: {what}", self.url))
    }
}

impl RoadSource for OsrmService {
    fn identity(&self) -> &str {
        &self.url
    }

    fn period_starts(&self) -> &[u16] {
        &[0]
    }

    fn period_permille(&self, _: usize) -> u32 {
        1_000
    }

    fn speed_max(&self) -> u32 {
        SPEED_MAX
    }

    fn legs(&self, _: usize, from: &[GeoPoint], to: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble> {
        const FROM_MIN: usize = COORDINATES_MAX / 2;
        let mut legs = vec![RoadLeg { milliseconds: 0, centimeters: 0 }; from.len() * to.len()];
        // The shorter side whole where it leaves room, so that a row takes few requests.
        let rows = from.len().clamp(1, FROM_MIN.max(COORDINATES_MAX.saturating_sub(to.len())));
        let columns = COORDINATES_MAX - rows;
        for (upper, sources) in from.chunks(rows).enumerate() {
            for (left, destinations) in to.chunks(columns).enumerate() {
                let block = self.table(sources, destinations)?;
                for (row, block_row) in block.chunks(destinations.len()).enumerate() {
                    let start = (upper * rows + row) * to.len() + left * columns;
                    legs[start..start + block_row.len()].copy_from_slice(block_row);
                }
            }
        }
        Ok(legs)
    }
}

/// A number of units in finer ones, rounded up. A hair less, so that what a service wrote in the finer unit stays.
fn whole(number: f64, finer_per_unit: f64) -> Option<u64> {
    const HAIR: f64 = 1e-3;
    let finer = (number * finer_per_unit - HAIR).ceil().max(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within the range"
    )]
    let whole = finer as u64;
    (number >= 0.0 && finer < 1e15).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up_and_milliseconds_stay() {
        for (number, expected) in
            [(0.0, Some(0)), (12.345, Some(12_345)), (0.1, Some(100)), (0.000_9, Some(1))]
        {
            assert_eq!(whole(number, 1_000.0), expected, "{number}");
        }
        assert_eq!(
            (whole(-1.0, 1_000.0), whole(f64::NAN, 1_000.0), whole(f64::INFINITY, 1.0)),
            (None, None, None)
        );
    }

    #[test]
    fn only_plain_http_is_spoken() {
        let refused =
            OsrmService::at("https://router.example.org", SnapRules::default()).expect_err("refused");
        assert!(refused.contains("only http:// services"), "{refused}");
    }
}
