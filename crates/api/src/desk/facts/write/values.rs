//! The values that facts are made of, written down.

use jiff::Timestamp;
use journeyman_desk::{Call, Evidence, Site, VisitWork, Window};
use journeyman_rulebook::PartNeed;

use crate::desk::facts::choices::{number, number_or_none};
use crate::wire;

/// To the nanosecond; those of instants before 1970 count up too, as the wire form has it.
pub(super) fn instant(time: Timestamp) -> wire::Timestamp {
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    if nanos < 0 {
        return wire::Timestamp { seconds: seconds - 1, nanos: nanos + 1_000_000_000 };
    }
    wire::Timestamp { seconds, nanos }
}

pub(super) fn window(window: &Window) -> wire::TimeWindow {
    wire::TimeWindow { start_time: Some(instant(window.start)), end_time: Some(instant(window.end)) }
}

pub(super) fn windows(windows: &[Window]) -> Vec<wire::TimeWindow> {
    windows.iter().map(window).collect()
}

pub(super) fn part(sku: &str, quantity: i64) -> wire::PartQuantity {
    wire::PartQuantity { sku: sku.to_owned(), quantity }
}

pub(super) fn parts(parts: &[PartNeed]) -> Vec<wire::PartQuantity> {
    parts.iter().map(|need| part(&need.sku, i64::from(need.quantity))).collect()
}

pub(super) fn evidence(evidence: &[Evidence]) -> Vec<wire::Evidence> {
    let write = |item: &Evidence| wire::Evidence {
        kind: item.kind.clone(),
        uri: item.uri.clone(),
        text: item.text.clone(),
    };
    evidence.iter().map(write).collect()
}

pub(super) fn visit_work(work: &VisitWork) -> wire::VisitWork {
    let skills = work.skills.iter().map(|need| wire::SkillRequirement {
        skill: need.skill.clone(),
        level_min: Some(i32::from(need.level)),
    });
    wire::VisitWork {
        id: work.id.clone(),
        service_code: work.service_code.clone(),
        stage: work.stage.clone(),
        service_duration: Some(wire::Duration::from_seconds(work.duration_s)),
        duration_spread: Some(wire::Duration::from_seconds(work.spread_s)),
        time_windows: windows(&work.windows),
        license_class_min: number(work.license),
        endorsements: work.endorsements.clone(),
        skills: skills.collect(),
        parts: parts(&work.parts),
        permit_ids: work.permit_ids.clone(),
    }
}

pub(super) fn call(call: &Call) -> wire::KeptCall {
    let said = wire::Call {
        channel: number_or_none(call.channel),
        receive_time: call.receive_time.map(instant),
        customer_id: call.customer_id.clone(),
        contact_name: call.contact_name.clone(),
        contact_phone: call.contact_phone.clone(),
        contact_email: call.contact_email.clone(),
        place: call.site.as_ref().map(place),
        address: call.address.clone(),
        access: call.access.clone(),
        symptom: call.symptom.clone(),
        // The contract's field has no place for every size.
        panel_amperes: 0,
        urgency: number_or_none(call.urgency),
        time_windows: windows(&call.time_windows),
    };
    wire::KeptCall { call: Some(said), panel_amperes: call.panel_amperes.map(i64::from) }
}

fn place(site: &Site) -> wire::Place {
    let coordinates =
        site.point.map(|at| wire::Coordinates { latitude: at.latitude(), longitude: at.longitude() });
    wire::Place { id: site.place_id.clone(), coordinates }
}
