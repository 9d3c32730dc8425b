//! What an extract says about roads: ways that cars drive, their nodes, turns that are forbidden.
//!
//! Two passes, since nodes come before the ways that say which of them matter.

use std::path::Path;

use journeyman_domain::GeoPoint;
use rustc_hash::FxHashMap;

use super::error::RoadError;
use super::osm::{self, Element, Member, MemberKind};
use super::tags::{Driving, Tags, driving, is_passable};

/// A way that cars drive.
pub(crate) struct DrivenWay {
    pub(crate) id: i64,
    pub(crate) nodes: Vec<i64>,
    pub(crate) driving: Driving,
}

/// A turn restriction over a node.
pub(crate) struct TurnRule {
    pub(crate) from: Vec<i64>,
    pub(crate) via: i64,
    pub(crate) to: Vec<i64>,
    /// Whether everything but these turns is forbidden, and not these turns.
    pub(crate) only: bool,
}

/// A node of a way.
#[derive(Clone, Copy)]
pub(crate) struct WayNode {
    pub(crate) point: GeoPoint,
    pub(crate) passable: bool,
}

#[derive(Default)]
pub(crate) struct Extract {
    pub(crate) ways: Vec<DrivenWay>,
    pub(crate) rules: Vec<TurnRule>,
    pub(crate) nodes: FxHashMap<i64, WayNode>,
    /// Restrictions that are not obeyed: over a way, at certain hours, or incomplete.
    pub(crate) rules_left: usize,
}

impl Extract {
    pub(crate) fn read(path: &Path) -> Result<Self, RoadError> {
        let mut extract = Self::default();
        osm::read(path, &mut |element| match element {
            Element::Way { id, nodes, tags } => {
                if let Some(driving) = driving(tags).filter(|_| nodes.len() >= 2) {
                    extract.ways.push(DrivenWay { id, nodes: nodes.to_vec(), driving });
                }
            }
            Element::Relation { members, tags } => extract.learn_rule(members, tags),
            Element::Node { .. } => {}
        })?;
        let used = extract.ways.iter().flat_map(|way| way.nodes.iter().copied());
        let used: rustc_hash::FxHashSet<i64> = used.collect();
        osm::read(path, &mut |element| {
            if let Element::Node { id, point, tags } = element
                && used.contains(&id)
            {
                extract.nodes.insert(id, WayNode { point, passable: is_passable(tags) });
            }
        })?;
        // In the order of their numbers, so that the order of the file does not matter.
        extract.ways.sort_by_key(|way| way.id);
        extract.rules.sort_by(|a, b| (a.via, &a.from, &a.to).cmp(&(b.via, &b.from, &b.to)));
        Ok(extract)
    }

    fn learn_rule(&mut self, members: &[Member], tags: Tags<'_>) {
        if tags.get("type") != Some("restriction") {
            return;
        }
        let particular = ["restriction:motorcar", "restriction:motor_vehicle", "restriction"];
        let said = particular.iter().find_map(|key| tags.get(key));
        let excepted = tags.get("except").is_some_and(|list| {
            list.split(';').any(|vehicle| matches!(vehicle.trim(), "motorcar" | "motor_vehicle"))
        });
        let Some(said) = said.filter(|_| !excepted) else {
            self.rules_left += usize::from(tags.get("restriction:conditional").is_some());
            return;
        };
        let ids = |role: &str, kind: MemberKind| -> Vec<i64> {
            let of_role = members.iter().filter(|member| member.role == role);
            of_role.filter(|member| member.kind == kind).map(|member| member.id).collect()
        };
        let (from, to) = (ids("from", MemberKind::Way), ids("to", MemberKind::Way));
        match ids("via", MemberKind::Node).as_slice() {
            &[via] if !from.is_empty() && !to.is_empty() => {
                self.rules.push(TurnRule { from, via, to, only: said.starts_with("only_") });
            }
            _ => self.rules_left += 1,
        }
    }
}
