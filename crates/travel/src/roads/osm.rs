//! The elements of an OpenStreetMap file, one after another: `.osm.pbf` and `.osm` (XML), told apart by their content.

mod pbf;
mod xml;

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use journeyman_domain::GeoPoint;

use super::error::RoadError;
use super::tags::Tags;

/// One element. Metadata (versions, authors) is not read.
pub(crate) enum Element<'a> {
    Node { id: i64, point: GeoPoint, tags: Tags<'a> },
    Way { nodes: &'a [i64], id: i64, tags: Tags<'a> },
    Relation { members: &'a [Member], tags: Tags<'a> },
}

/// A member of a relation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    pub(crate) kind: MemberKind,
    pub(crate) id: i64,
    pub(crate) role: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MemberKind {
    Node,
    Way,
    Relation,
}

/// Shows every element of a file, in the order of the file.
pub(crate) fn read(path: &Path, show: &mut dyn FnMut(Element<'_>)) -> Result<(), RoadError> {
    let open = || File::open(path).map_err(RoadError::read);
    if is_xml(open()?)? { xml::read(BufReader::new(open()?), show) } else { pbf::read(open()?, show) }
}

/// XML begins with `<`, behind a byte order mark and white space at most.
fn is_xml(mut file: File) -> Result<bool, RoadError> {
    let mut head = [0; 64];
    let length = file.read(&mut head).map_err(RoadError::read)?;
    let head = head[..length].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head[..length]);
    Ok(head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<'))
}
