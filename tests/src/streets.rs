//! A lattice of streets under a day, as an OpenStreetMap extract.

use std::fmt::Write as _;

use journeyman_api::wire;

/// Streets north and east, some 400 m apart, that reach beyond all places of a day. Every fifth is quick, every seventh
/// a one-way street, and there is a left turn that is forbidden.
///
/// # Panics
/// When a place has no coordinates.
pub fn streets_of(problem: &wire::Problem) -> String {
    const STEP: f64 = 0.004;
    let points = problem.places.iter().map(|place| place.coordinates.expect("places have coordinates"));
    let (mut south, mut north, mut west, mut east) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
    for point in points {
        (south, north) = (south.min(point.latitude), north.max(point.latitude));
        (west, east) = (west.min(point.longitude), east.max(point.longitude));
    }
    let steps =
        |from: f64, to: f64| (1..).find(|&count| from + STEP * f64::from(count) > to).unwrap_or(1) + 2;
    let (rows, columns): (i32, i32) = (steps(south, north), steps(west, east));
    let mut xml = "<osm version=\"0.6\">\n".to_owned();
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let latitude = south + STEP * (f64::from(row) - 0.6);
        let longitude = west + STEP * (f64::from(column) - 0.6);
        let _ = writeln!(
            xml,
            r#"<node id="{}" lat="{latitude:.7}" lon="{longitude:.7}"/>"#,
            row * columns + column
        );
    }
    let mut way = |id: i32, street: i32, nodes: &mut dyn Iterator<Item = i32>| {
        let class = if street % 5 == 2 { "primary" } else { "residential" };
        let oneway = if street % 7 == 3 { "yes" } else { "no" };
        let _ = write!(xml, r#"<way id="{id}"><tag k="highway" v="{class}"/><tag k="oneway" v="{oneway}"/>"#);
        for node in nodes {
            let _ = write!(xml, r#"<nd ref="{node}"/>"#);
        }
        xml.push_str("</way>\n");
    };
    for row in 0..rows {
        way(row + 1, row, &mut (0..columns).map(|column| row * columns + column));
    }
    for column in 0..columns {
        way(rows + column + 1, column, &mut (0..rows).map(|row| row * columns + column));
    }
    xml + "</osm>\n"
}
