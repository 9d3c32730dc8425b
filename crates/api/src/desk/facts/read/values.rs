//! The values that facts are made of, read again.

use jiff::Timestamp;
use jiff::civil::Date;
use journeyman_desk::{Call, Evidence, Site, VisitWork, Window};
use journeyman_domain::GeoPoint;
use journeyman_rulebook::{PartNeed, SkillNeed};

use super::fields::{Read, choice, choice_or_none, each, integer, optional, required};
use crate::desk::facts::error::FactError;
use crate::wire;

pub(super) fn instant(time: &wire::Timestamp) -> Read<Timestamp> {
    let known = Timestamp::new(time.seconds, time.nanos).ok().filter(|_| time.nanos >= 0);
    known.ok_or_else(|| FactError::unknown("", format_args!("{} s and {} ns", time.seconds, time.nanos)))
}

/// A span of whole seconds.
pub(super) fn seconds(span: &wire::Duration) -> Read<i64> {
    if span.nanos != 0 {
        return Err(FactError::unknown("nanos", span.nanos));
    }
    Ok(span.seconds)
}

pub(super) fn window(window: &wire::TimeWindow) -> Read<Window> {
    Ok(Window {
        start: required("start_time", window.start_time.as_ref(), instant)?,
        end: required("end_time", window.end_time.as_ref(), instant)?,
    })
}

/// A day; none where the text is empty.
pub(super) fn day_or_none(field: &str, text: &str) -> Read<Option<Date>> {
    if text.is_empty() { Ok(None) } else { day(field, text).map(Some) }
}

pub(super) fn day(field: &str, text: &str) -> Read<Date> {
    text.parse().map_err(|_| FactError::unknown(field, format_args!("{text:?}")))
}

/// A part with a quantity of the desk's stock, which may be anything.
pub(super) fn part(part: &wire::PartQuantity) -> Read<(String, i64)> {
    Ok((part.sku.clone(), part.quantity))
}

/// A part that work needs.
pub(super) fn need(part: &wire::PartQuantity) -> Read<PartNeed> {
    Ok(PartNeed { sku: part.sku.clone(), quantity: integer("quantity", part.quantity)? })
}

pub(super) fn evidence(evidence: &[wire::Evidence]) -> Vec<Evidence> {
    let read = |item: &wire::Evidence| Evidence {
        kind: item.kind.clone(),
        uri: item.uri.clone(),
        text: item.text.clone(),
    };
    evidence.iter().map(read).collect()
}

pub(super) fn visit_work(work: &wire::VisitWork) -> Read<VisitWork> {
    Ok(VisitWork {
        id: work.id.clone(),
        service_code: work.service_code.clone(),
        stage: work.stage.clone(),
        duration_s: required("service_duration", work.service_duration.as_ref(), seconds)?,
        spread_s: required("duration_spread", work.duration_spread.as_ref(), seconds)?,
        windows: each("time_windows", &work.time_windows, window)?,
        license: choice("license_class_min", work.license_class_min)?,
        endorsements: work.endorsements.clone(),
        skills: each("skills", &work.skills, skill)?,
        parts: each("parts", &work.parts, need)?,
        permit_ids: work.permit_ids.clone(),
    })
}

fn skill(skill: &wire::SkillRequirement) -> Read<SkillNeed> {
    let level = required("level_min", skill.level_min.as_ref(), |level| integer("", *level))?;
    Ok(SkillNeed { skill: skill.skill.clone(), level })
}

pub(super) fn call(kept: &wire::KeptCall) -> Read<Call> {
    let panel_amperes =
        optional("panel_amperes", kept.panel_amperes.as_ref(), |amperes| integer("", *amperes))?;
    let call = required("call", kept.call.as_ref(), said)?;
    Ok(Call { panel_amperes, ..call })
}

fn said(call: &wire::Call) -> Read<Call> {
    if call.panel_amperes != 0 {
        return Err(FactError::unknown("panel_amperes", call.panel_amperes));
    }
    Ok(Call {
        channel: choice_or_none("channel", call.channel)?,
        receive_time: optional("receive_time", call.receive_time.as_ref(), instant)?,
        customer_id: call.customer_id.clone(),
        contact_name: call.contact_name.clone(),
        contact_phone: call.contact_phone.clone(),
        contact_email: call.contact_email.clone(),
        site: optional("place", call.place.as_ref(), site)?,
        address: call.address.clone(),
        access: call.access.clone(),
        symptom: call.symptom.clone(),
        // Kept beside the call.
        panel_amperes: None,
        urgency: choice_or_none("urgency", call.urgency)?,
        time_windows: each("time_windows", &call.time_windows, window)?,
    })
}

fn site(place: &wire::Place) -> Read<Site> {
    let point = optional("coordinates", place.coordinates.as_ref(), |at| {
        let refuse = || FactError::unknown("", format_args!("{}°, {}°", at.latitude, at.longitude));
        GeoPoint::from_degrees(at.latitude, at.longitude).ok_or_else(refuse)
    })?;
    Ok(Site { place_id: place.id.clone(), point })
}
