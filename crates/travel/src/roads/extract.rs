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

/// A turn restriction between ways.
pub(crate) struct TurnRule {
    pub(crate) from: Vec<i64>,
    pub(crate) via: Via,
    pub(crate) to: Vec<i64>,
    /// Whether everything but these turns is forbidden, and not these turns.
    pub(crate) only: bool,
}

/// What lies between the ways of a turn restriction.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Via {
    Node(i64),
    Ways(Vec<i64>),
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
    /// Restrictions that are not obeyed: at certain hours, or incomplete.
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
        extract.rules.sort_by(|a, b| (&a.via, &a.from, &a.to).cmp(&(&b.via, &b.from, &b.to)));
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
        let via = match (ids("via", MemberKind::Node).as_slice(), ids("via", MemberKind::Way)) {
            (&[node], ways) if ways.is_empty() => Some(Via::Node(node)),
            ([], ways) if !ways.is_empty() => Some(Via::Ways(ways)),
            _ => None,
        };
        match via.filter(|_| !from.is_empty() && !to.is_empty()) {
            Some(via) => self.rules.push(TurnRule { from, via, to, only: said.starts_with("only_") }),
            None => self.rules_left += 1,
        }
    }
}
