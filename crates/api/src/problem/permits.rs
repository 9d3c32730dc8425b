//! Reads permits.

use journeyman_domain::{JurisdictionId, Permit, PermitState, Time};

use super::Context;
use super::enums::value;
use crate::violation::{Field, ViolationCode};
use crate::wire;

/// Permits. A date that the state excludes is refused, not ignored.
pub(super) fn read(cx: &Context<'_>, problem: &wire::Problem, at: &Field<'_>) -> Vec<Permit> {
    let permits = problem.permits.iter().enumerate();
    permits.map(|(index, permit)| read_permit(cx, permit, &at.entry("permits", index))).collect()
}

/// One permit.
pub(super) fn read_permit(cx: &Context<'_>, permit: &wire::Permit, at: &Field<'_>) -> Permit {
    at.field("kind").short_enough(&permit.kind, cx.limits.text_bytes);
    let jurisdiction = if permit.jurisdiction_id.is_empty() {
        None
    } else {
        cx.jurisdictions.find(&at.field("jurisdiction_id"), &permit.jurisdiction_id)
    };
    Permit {
        label: permit.id.clone(),
        kind: permit.kind.clone(),
        jurisdiction: jurisdiction.map(JurisdictionId::new),
        state: state(cx, permit, at).unwrap_or(PermitState::Required),
    }
}

fn state(cx: &Context<'_>, permit: &wire::Permit, at: &Field<'_>) -> Option<PermitState> {
    let state_at = at.field("state");
    let state = value(&state_at, permit.state)?;
    let only_in = |name, given: Option<wire::Timestamp>, right: wire::PermitState| {
        if given.is_some() && state != right {
            let text = format_args!("only a permit in state {} has it", right.as_str_name());
            at.field(name).refuse(ViolationCode::Conflict, text);
        }
    };
    only_in("issued_time", permit.issued_time, wire::PermitState::Issued);
    only_in("expected_time", permit.expected_time, wire::PermitState::Filed);
    only_in("expire_time", permit.expire_time, wire::PermitState::Issued);
    match state {
        wire::PermitState::Unspecified => {
            state_at.refuse(ViolationCode::Required, "needed");
            None
        }
        wire::PermitState::Finaled => {
            state_at.refuse(ViolationCode::Conflict, "a finaled permit has no work left to plan");
            None
        }
        wire::PermitState::Required => Some(PermitState::Required),
        wire::PermitState::Rejected => Some(PermitState::Rejected),
        wire::PermitState::Expired => Some(PermitState::Expired),
        wire::PermitState::Filed => {
            let expected = cx.clock.instant(&at.field("expected_time"), permit.expected_time);
            Some(PermitState::Filed { expected })
        }
        wire::PermitState::Issued => {
            let from = cx.clock.needed(&at.field("issued_time"), permit.issued_time)?;
            let expire_at = at.field("expire_time");
            let until = cx.clock.instant(&expire_at, permit.expire_time).unwrap_or(Time::MAX);
            if until <= from {
                expire_at.refuse(ViolationCode::EndBeforeStart, "the permit expires before it is issued");
            }
            Some(PermitState::Issued { from, until })
        }
    }
}
