//! Elements of `.osm` files, by the crate `quick-xml`.

use std::io::BufRead;

use journeyman_domain::GeoPoint;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::{Element, Member, MemberKind};
use crate::roads::error::RoadError;
use crate::roads::tags::Tags;

/// The element that is being read.
#[derive(Default)]
struct Open {
    id: i64,
    point: Option<GeoPoint>,
    nodes: Vec<i64>,
    members: Vec<Member>,
    tags: Vec<(String, String)>,
}

pub(super) fn read(source: impl BufRead, show: &mut dyn FnMut(Element<'_>)) -> Result<(), RoadError> {
    let mut reader = Reader::from_reader(source);
    let mut buffer = Vec::new();
    let (mut open, mut is_osm, mut depth) = (Open::default(), false, 0_usize);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| broken(&error, &reader))?;
        match event {
            Event::Start(start) => {
                depth += 1;
                is_osm |= start.name().as_ref() == "osm";
                open.begin(&start).map_err(|reason| at(reason, &reader))?;
            }
            Event::Empty(start) => {
                open.begin(&start).map_err(|reason| at(reason, &reader))?;
                open.end(start.name().as_ref(), show);
            }
            Event::End(end) => {
                depth -= 1;
                open.end(end.name().as_ref(), show);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !is_osm {
        return Err(RoadError::NotAnExtract { reason: "XML without an `osm` element".to_owned() });
    }
    if depth > 0 {
        return Err(RoadError::NotAnExtract { reason: "the XML ends too early".to_owned() });
    }
    Ok(())
}

impl Open {
    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        match start.name().as_ref() {
            "node" => {
                *self = Self { id: number(start, "id")?, ..Self::default() };
                let (latitude, longitude) = (degrees(start, "lat")?, degrees(start, "lon")?);
                self.point = GeoPoint::from_degrees(latitude, longitude);
            }
            "way" | "relation" => *self = Self { id: number(start, "id")?, ..Self::default() },
            "nd" => self.nodes.push(number(start, "ref")?),
            "tag" => self.tags.push((text(start, "k")?, text(start, "v")?)),
            "member" => {
                let kind = match text(start, "type")?.as_str() {
                    "node" => MemberKind::Node,
                    "way" => MemberKind::Way,
                    _ => MemberKind::Relation,
                };
                self.members.push(Member { kind, id: number(start, "ref")?, role: text(start, "role")? });
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, show: &mut dyn FnMut(Element<'_>)) {
        let tags: Vec<(&str, &str)> = self.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let tags = Tags(&tags);
        match name {
            "node" => {
                if let Some(point) = self.point {
                    show(Element::Node { id: self.id, point, tags });
                }
            }
            "way" => show(Element::Way { id: self.id, nodes: &self.nodes, tags }),
            "relation" => show(Element::Relation { members: &self.members, tags }),
            _ => {}
        }
    }
}

fn text(start: &BytesStart<'_>, name: &str) -> Result<String, String> {
    let missing = || format!("an element `{}` without `{name}`", start.name().as_ref());
    let found = start.try_get_attribute(name).map_err(|error| error.to_string())?.ok_or_else(missing)?;
    Ok(found.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?.into_owned())
}

fn number(start: &BytesStart<'_>, name: &str) -> Result<i64, String> {
    let text = text(start, name)?;
    text.parse().map_err(|_| format!("`{name}` is {text:?} and no whole number"))
}

fn degrees(start: &BytesStart<'_>, name: &str) -> Result<f64, String> {
    let text = text(start, name)?;
    text.parse().map_err(|_| format!("`{name}` is {text:?} and no number"))
}

fn broken<R>(error: &quick_xml::Error, reader: &Reader<R>) -> RoadError {
    at(error.to_string(), reader)
}

fn at<R>(reason: String, reader: &Reader<R>) -> RoadError {
    RoadError::NotAnExtract { reason: format!("byte {}: {reason}", reader.buffer_position()) }
}
