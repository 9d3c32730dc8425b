//! What the tags of OpenStreetMap say about driving: class, directions, speed, access, barriers.
//!
//! The rules follow the wiki's pages on `access`, `oneway`, `maxspeed` and `barrier` for a car.

use super::class::RoadClass;

/// The tags of one element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tags<'a>(pub(crate) &'a [(&'a str, &'a str)]);

impl<'a> Tags<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, value)| *value)
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.get(key) == Some(value)
    }
}

/// Which way a road is driven, and how fast, in meters an hour; 0 where it may not be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Driving {
    pub(crate) class: RoadClass,
    pub(crate) forward: u32,
    pub(crate) backward: u32,
}

/// Thousandths of a signed limit that are driven on the average of a leg.
const OF_LIMIT_PERMILLE: u32 = 800;
const METERS_PER_MILE: u32 = 1_609;
/// Signed limits outside are misread or mistyped, and the class decides.
const LIMITS: std::ops::RangeInclusive<u32> = 3_000..=200_000;
/// What is driven where there is no limit, in meters an hour before [`OF_LIMIT_PERMILLE`].
const UNLIMITED: u32 = 150_000;
const WALKING: u32 = 6_000;

/// How a way is driven; none where it is not.
pub(crate) fn driving(tags: Tags<'_>) -> Option<Driving> {
    let class = RoadClass::of_tag(tags.get("highway")?)?;
    if tags.is("area", "yes") || tags.is("service", "emergency_access") || admitted(tags) == Some(false) {
        return None;
    }
    let (forward, backward) = directions(tags, class)?;
    let speed = |key: &str| {
        let limit = tags.get(key).and_then(limit).or_else(|| tags.get("maxspeed").and_then(limit));
        limit.map_or(class.default_speed(), |limit| limit / 1_000 * OF_LIMIT_PERMILLE)
    };
    Some(Driving {
        class,
        forward: if forward { speed("maxspeed:forward") } else { 0 },
        backward: if backward { speed("maxspeed:backward") } else { 0 },
    })
}

/// Whether a node lets cars through.
pub(crate) fn is_passable(tags: Tags<'_>) -> bool {
    const OPEN: [&str; 11] = [
        "border_control",
        "cattle_grid",
        "entrance",
        "gate",
        "height_restrictor",
        "kerb",
        "lift_gate",
        "no",
        "sally_port",
        "swing_gate",
        "toll_booth",
    ];
    match (admitted(tags), tags.get("barrier")) {
        (Some(admitted), _) => admitted,
        (None, Some(barrier)) => OPEN.contains(&barrier),
        (None, None) => true,
    }
}

/// What the most particular access tag says; nothing where there is none.
fn admitted(tags: Tags<'_>) -> Option<bool> {
    const CLOSED: [&str; 11] = [
        "agricultural",
        "bus",
        "emergency",
        "forestry",
        "military",
        "no",
        "permit",
        "private",
        "psv",
        "restricted",
        "use_sidepath",
    ];
    let particular = ["motorcar", "motor_vehicle", "vehicle", "access"];
    let said = particular.iter().find_map(|key| tags.get(key))?;
    Some(!CLOSED.contains(&said))
}

/// Whether a way is driven along and against its nodes; none where the direction changes with the hour.
fn directions(tags: Tags<'_>, class: RoadClass) -> Option<(bool, bool)> {
    let round = tags.is("junction", "roundabout") || tags.is("junction", "circular");
    match tags.get("oneway") {
        Some("yes" | "true" | "1") => Some((true, false)),
        Some("-1" | "reverse") => Some((false, true)),
        Some("reversible" | "alternating") => None,
        Some("no" | "false" | "0") => Some((true, true)),
        _ if round || class == RoadClass::Motorway => Some((true, false)),
        _ => Some((true, true)),
    }
}

/// A signed limit in meters an hour: `50`, `30 mph`, `none`, `walk`, `DE:urban`, `FR:zone30`. Nothing where it changes
/// or says nothing that can be read.
fn limit(text: &str) -> Option<u32> {
    let text = text.split([';', '|']).next()?.trim();
    match text {
        "none" => return Some(UNLIMITED),
        "walk" => return Some(WALKING),
        _ => {}
    }
    if let Some((_, zone)) = text.split_once(':') {
        return match zone {
            "urban" => Some(50_000),
            "living_street" | "walk" => Some(WALKING),
            _ => limit(zone.strip_prefix("zone").unwrap_or(zone).trim_start_matches(':')),
        };
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u32 = text[..digits].parse().ok()?;
    let meters_per_unit = match text[digits..].trim() {
        "" | "km/h" | "kmh" | "kph" => 1_000,
        "mph" => METERS_PER_MILE,
        _ => return None,
    };
    number.checked_mul(meters_per_unit).filter(|limit| LIMITS.contains(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tags: &[(&str, &str)]) -> Option<(u32, u32)> {
        driving(Tags(tags)).map(|driving| (driving.forward, driving.backward))
    }

    #[test]
    fn limits_are_read_in_both_units_and_by_zone() {
        for (text, expected) in [
            ("50", Some(50_000)),
            ("50 km/h", Some(50_000)),
            ("30 mph", Some(48_270)),
            ("30mph", Some(48_270)),
            ("none", Some(150_000)),
            ("walk", Some(6_000)),
            ("DE:urban", Some(50_000)),
            ("DE:zone:30", Some(30_000)),
            ("FR:zone30", Some(30_000)),
            ("60;80", Some(60_000)),
            ("5 knots", None),
            ("signals", None),
            ("DE:rural", None),
            ("900", None),
            ("4294967295 mph", None),
            ("", None),
        ] {
            assert_eq!(limit(text), expected, "{text}");
        }
    }

    #[test]
    fn four_fifths_of_a_limit_are_driven_and_the_class_decides_without_one() {
        assert_eq!(of(&[("highway", "residential"), ("maxspeed", "50")]), Some((40_000, 40_000)));
        assert_eq!(of(&[("highway", "residential")]), Some((25_000, 25_000)));
        assert_eq!(of(&[("highway", "primary"), ("maxspeed", "signals")]), Some((65_000, 65_000)));
        let each_way = [("highway", "primary"), ("maxspeed", "50"), ("maxspeed:backward", "100")];
        assert_eq!(of(&each_way), Some((40_000, 80_000)));
    }

    #[test]
    fn directions_are_those_of_the_tag_of_the_motorway_and_of_the_roundabout() {
        for (tags, expected) in [
            (&[("highway", "road"), ("oneway", "yes")][..], Some((25_000, 0))),
            (&[("highway", "road"), ("oneway", "-1")], Some((0, 25_000))),
            (&[("highway", "road"), ("oneway", "reversible")], None),
            (&[("highway", "motorway")], Some((90_000, 0))),
            (&[("highway", "motorway"), ("oneway", "no")], Some((90_000, 90_000))),
            (&[("highway", "road"), ("junction", "roundabout")], Some((25_000, 0))),
        ] {
            assert_eq!(of(tags), expected, "{tags:?}");
        }
    }

    #[test]
    fn the_most_particular_access_tag_decides() {
        for (tags, drivable) in [
            (&[("highway", "service"), ("access", "private")][..], false),
            (&[("highway", "service"), ("access", "private"), ("motor_vehicle", "yes")], true),
            (&[("highway", "service"), ("access", "yes"), ("motorcar", "no")], false),
            (&[("highway", "service"), ("access", "destination")], true),
            (&[("highway", "footway")], false),
            (&[("highway", "pedestrian"), ("area", "yes")], false),
            (&[("building", "yes")], false),
        ] {
            assert_eq!(of(tags).is_some(), drivable, "{tags:?}");
        }
    }

    #[test]
    fn bollards_stop_cars_and_gates_do_not_unless_they_are_private() {
        for (tags, passable) in [
            (&[("barrier", "bollard")][..], false),
            (&[("barrier", "bollard"), ("motor_vehicle", "yes")], true),
            (&[("barrier", "gate")], true),
            (&[("barrier", "gate"), ("access", "private")], false),
            (&[("highway", "crossing")], true),
        ] {
            assert_eq!(is_passable(Tags(tags)), passable, "{tags:?}");
        }
    }
}
