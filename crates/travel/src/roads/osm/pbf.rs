//! Elements of `.osm.pbf`, by the crate `osmpbf`.

use std::fs::File;
use std::io::BufReader;

use journeyman_domain::GeoPoint;
use osmpbf::{Element as Packed, ElementReader, RelMemberType};

use super::{Element, Member, MemberKind};
use crate::roads::error::RoadError;
use crate::roads::tags::Tags;

pub(super) fn read(file: File, show: &mut dyn FnMut(Element<'_>)) -> Result<(), RoadError> {
    let mut any = false;
    let mut damaged = None;
    let each = |packed: Packed<'_>| {
        any = true;
        match packed {
            Packed::Node(node) => {
                let tags: Vec<(&str, &str)> = node.tags().collect();
                show_node(node.id(), (node.decimicro_lat(), node.decimicro_lon()), &tags, show);
            }
            Packed::DenseNode(node) => {
                let tags: Vec<(&str, &str)> = node.tags().collect();
                show_node(node.id(), (node.decimicro_lat(), node.decimicro_lon()), &tags, show);
            }
            Packed::Way(way) => {
                let tags: Vec<(&str, &str)> = way.tags().collect();
                let nodes: Vec<i64> = way.refs().collect();
                show(Element::Way { id: way.id(), nodes: &nodes, tags: Tags(&tags) });
            }
            Packed::Relation(relation) => {
                let tags: Vec<(&str, &str)> = relation.tags().collect();
                let members: Result<Vec<Member>, osmpbf::Error> =
                    relation.members().map(|member| Ok(unpacked(&member, member.role()?))).collect();
                match members {
                    Ok(members) => show(Element::Relation { members: &members, tags: Tags(&tags) }),
                    Err(error) => damaged = Some(error),
                }
            }
        }
    };
    let read = ElementReader::new(BufReader::new(file)).for_each(each);
    if let Some(error) = read.err().or(damaged) {
        return Err(RoadError::NotAnExtract { reason: in_a_line(&error.to_string()) });
    }
    if any { Ok(()) } else { Err(RoadError::NotAnExtract { reason: "no element in it".to_owned() }) }
}

fn show_node(id: i64, e7: (i32, i32), tags: &[(&str, &str)], show: &mut dyn FnMut(Element<'_>)) {
    // A node that lies nowhere is as good as missing.
    if let Some(point) = GeoPoint::from_e7(e7.0, e7.1) {
        show(Element::Node { id, point, tags: Tags(tags) });
    }
}

fn unpacked(member: &osmpbf::elements::RelMember<'_>, role: &str) -> Member {
    let kind = match member.member_type {
        RelMemberType::Node => MemberKind::Node,
        RelMemberType::Way => MemberKind::Way,
        RelMemberType::Relation => MemberKind::Relation,
    };
    Member { kind, id: member.member_id, role: role.to_owned() }
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}
