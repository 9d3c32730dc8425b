//! Towns drawn by hand, written as OpenStreetMap XML.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use journeyman_travel::{BuildReport, RoadError, RoadNetwork, RoadPeriod};
use tempfile::TempDir;

use crate::point;

/// Nodes lie on a lattice of a thousandth of a degree near the equator, about 111 meters apart: node 12 lies one to
/// the east of the origin and two to the north.
#[derive(Default)]
pub(crate) struct Town {
    node_tags: Vec<(i64, String)>,
    ways: String,
    relations: String,
    way_count: i64,
}

/// Where a node of a town lies.
pub(crate) fn at(node: i64) -> journeyman_domain::GeoPoint {
    let (east, north) = (node / 10, node % 10);
    point(
        f64::from(i32::try_from(north).expect("small")) / 1e3,
        f64::from(i32::try_from(east).expect("small")) / 1e3,
    )
}

fn tags(list: &str) -> String {
    list.split_whitespace().fold(String::new(), |mut text, pair| {
        let (key, value) = pair.split_once('=').expect("key=value");
        let _ = write!(text, r#"<tag k="{key}" v="{}"/>"#, value.replace('_', " "));
        text
    })
}

impl Town {
    /// A way over nodes; its number is its position, from 1 on. A `_` in a value stands for a space.
    pub(crate) fn way(mut self, nodes: &[i64], list: &str) -> Self {
        self.way_count += 1;
        let nodes = nodes.iter().fold(String::new(), |mut text, node| {
            let _ = write!(text, r#"<nd ref="{node}"/>"#);
            text
        });
        let _ = writeln!(self.ways, r#"<way id="{}">{nodes}{}</way>"#, self.way_count, tags(list));
        self
    }

    pub(crate) fn node(mut self, id: i64, list: &str) -> Self {
        self.node_tags.push((id, tags(list)));
        self
    }

    /// A turn restriction from a way over a node onto a way.
    pub(crate) fn rule(mut self, (from, via, to): (i64, i64, i64), restriction: &str) -> Self {
        let _ = writeln!(
            self.relations,
            r#"<relation id="1"><member type="way" ref="{from}" role="from"/><member type="node" ref="{via}" role="via"/><member type="way" ref="{to}" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="{restriction}"/></relation>"#
        );
        self
    }

    /// A turn restriction from a way over other ways onto a way.
    pub(crate) fn rule_over(mut self, (from, via, to): (i64, &[i64], i64), restriction: &str) -> Self {
        let via = via.iter().fold(String::new(), |mut text, way| {
            let _ = write!(text, r#"<member type="way" ref="{way}" role="via"/>"#);
            text
        });
        let _ = writeln!(
            self.relations,
            r#"<relation id="1"><member type="way" ref="{from}" role="from"/>{via}<member type="way" ref="{to}" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="{restriction}"/></relation>"#
        );
        self
    }

    pub(crate) fn xml(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\"?>\n<osm version=\"0.6\">\n");
        for id in 0..100 {
            let (latitude, longitude) = (at(id).latitude(), at(id).longitude());
            let tags = self.node_tags.iter().find(|node| node.0 == id).map_or("", |node| &node.1);
            let _ = writeln!(text, r#"<node id="{id}" lat="{latitude}" lon="{longitude}">{tags}</node>"#);
        }
        text + &self.ways + &self.relations + "</osm>\n"
    }

    pub(crate) fn try_build(&self, periods: &[RoadPeriod]) -> Result<(RoadNetwork, BuildReport), RoadError> {
        let (_folder, path) = written(self.xml().as_bytes());
        RoadNetwork::build(&path, periods)
    }

    pub(crate) fn build(&self) -> RoadNetwork {
        self.try_build(&[]).expect("a town with roads").0
    }
}

/// A file with such bytes, as long as its folder is kept.
pub(crate) fn written(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let path = folder.path().join("town");
    fs::write(&path, bytes).expect("a folder that can be written to");
    (folder, path)
}
