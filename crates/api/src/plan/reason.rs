//! Why a shift can't serve a visit: the domain's rules as the contract's codes, and back.

use journeyman_domain::{
    Cost, EndorsementId, FeatureId, Ineligibility, JurisdictionId, LicenseClass, PermitId, Refusal, ShiftId,
    SkillId, SkuId, Time, ToolId, VisitId,
};
use journeyman_plan::refusal_line;

use super::read::Known;
use crate::day::Words;
use crate::day::people::license_class;
use crate::problem::clock::moment;
use crate::problem::enums;
use crate::violation::{Field, ViolationCode};
use crate::wire;
use crate::wire::ReasonCode;

/// One refusal.
pub(crate) fn write_reason(say: &Words<'_>, visit: VisitId, refusal: &Refusal) -> wire::Reason {
    let problem = say.problem;
    let shift = problem.shift(refusal.shift());
    let mut reason = wire::Reason {
        shift_id: shift.label.clone(),
        technician_id: problem.technician(shift.technician).label.clone(),
        text: refusal_line(problem, visit, refusal),
        ..wire::Reason::default()
    };
    let code = match refusal {
        Refusal::Ineligible(_, rule) => write_rule(say, rule, &mut reason),
        Refusal::NoTime(_) => ReasonCode::NoTimeInShift,
        Refusal::Priced(_, price) => {
            reason.price_micros = Some(price.micros());
            ReasonCode::Priced
        }
        Refusal::Full(_) => ReasonCode::ShiftFull,
    };
    reason.code = code.into();
    reason
}

fn write_rule(say: &Words<'_>, rule: &Ineligibility, reason: &mut wire::Reason) -> ReasonCode {
    let problem = say.problem;
    let interval = |from: Time, until: Time| wire::TimeWindow {
        start_time: (from > Time::MIN).then(|| say.instant(from)),
        end_time: (until < Time::MAX).then(|| say.instant(until)),
    };
    match *rule {
        Ineligibility::NoLicenseInJurisdiction { required, jurisdiction } => {
            reason.license_class_required = license_class(required).into();
            reason.subject =
                jurisdiction.map(|id| problem.jurisdiction(id).label.clone()).unwrap_or_default();
            ReasonCode::NoLicenseInJurisdiction
        }
        Ineligibility::LicenseClassTooLow { required, held } => {
            reason.license_class_required = license_class(required).into();
            reason.license_class_found = license_class(held).into();
            ReasonCode::LicenseClassTooLow
        }
        Ineligibility::LicenseNotValidThen { from, until } => {
            reason.interval = Some(interval(from, until));
            ReasonCode::LicenseNotValidThen
        }
        Ineligibility::MissingEndorsement(endorsement) => {
            problem.endorsement_name(endorsement).clone_into(&mut reason.subject);
            ReasonCode::EndorsementMissing
        }
        Ineligibility::MissingSkill(skill) => {
            problem.skill_name(skill).clone_into(&mut reason.subject);
            ReasonCode::SkillMissing
        }
        Ineligibility::SkillLevelTooLow { skill, required, held } => {
            problem.skill_name(skill).clone_into(&mut reason.subject);
            (reason.required, reason.found) = (i64::from(required), i64::from(held));
            ReasonCode::SkillLevelTooLow
        }
        Ineligibility::MissingTool(tool) => {
            problem.tool_name(tool).clone_into(&mut reason.subject);
            ReasonCode::ToolMissing
        }
        Ineligibility::MissingFeature(feature) => {
            problem.feature_name(feature).clone_into(&mut reason.subject);
            ReasonCode::VehicleFeatureMissing
        }
        Ineligibility::TechnicianOut(_) => ReasonCode::TechnicianOut,
        Ineligibility::Excluded(_) => ReasonCode::TechnicianExcluded,
        Ineligibility::NotAllowed(_) => ReasonCode::TechnicianNotAllowed,
        Ineligibility::PinnedElsewhere => ReasonCode::PinnedElsewhere,
        Ineligibility::PermitNotIssued(permit) => {
            problem.permit(permit).label.clone_into(&mut reason.subject);
            ReasonCode::PermitNotIssued
        }
        Ineligibility::PermitOutsideShift { from, until } => {
            reason.interval = Some(interval(from, until));
            ReasonCode::PermitOutsideShift
        }
        Ineligibility::MissingPart(sku) => {
            problem.sku_name(sku).clone_into(&mut reason.subject);
            ReasonCode::PartMissing
        }
        Ineligibility::LoadTooLarge { load, capacity } => {
            (reason.required, reason.found) = (load, capacity);
            ReasonCode::LoadTooLarge
        }
        Ineligibility::NoWindowInShift => ReasonCode::NoWindowInShift,
    }
}

/// One reason; nothing when it is wrong, which is refused.
pub(super) fn read_reason(known: &Known<'_>, reason: &wire::Reason, at: &Field<'_>) -> Option<Refusal> {
    let code_at = at.field("code");
    let code = enums::value(&code_at, reason.code)?;
    let shift = ShiftId::new(known.shifts.find(&at.field("shift_id"), &reason.shift_id)?);
    match code {
        ReasonCode::Unspecified => {
            code_at.refuse(ViolationCode::Required, "needed");
            None
        }
        ReasonCode::NoTimeInShift => Some(Refusal::NoTime(shift)),
        ReasonCode::ShiftFull => Some(Refusal::Full(shift)),
        ReasonCode::Priced => {
            let price = known.needed(&at.field("price_micros"), reason.price_micros)?;
            Some(Refusal::Priced(shift, Cost::from_micros(price)))
        }
        rule => read_rule(known, rule, reason, shift, at).map(|rule| Refusal::Ineligible(shift, rule)),
    }
}

fn read_rule(
    known: &Known<'_>,
    code: ReasonCode,
    reason: &wire::Reason,
    shift: ShiftId,
    at: &Field<'_>,
) -> Option<Ineligibility> {
    let subject_at = at.field("subject");
    let class =
        |name, number| -> Option<LicenseClass> { enums::needed_license_class(&at.field(name), number) };
    let required = || class("license_class_required", reason.license_class_required);
    let technician = known.problem.shift(shift).technician;
    let level = |name, number| u8::try_from(at.field(name).within(number, 0, 255)?).ok();
    Some(match code {
        // These are not rules of eligibility; `read_reason` has read them.
        ReasonCode::Unspecified | ReasonCode::NoTimeInShift | ReasonCode::ShiftFull | ReasonCode::Priced => {
            return None;
        }
        ReasonCode::NoLicenseInJurisdiction => Ineligibility::NoLicenseInJurisdiction {
            required: required()?,
            jurisdiction: match reason.subject.as_str() {
                "" => None,
                label => Some(JurisdictionId::new(known.jurisdictions.find(&subject_at, label)?)),
            },
        },
        ReasonCode::LicenseClassTooLow => Ineligibility::LicenseClassTooLow {
            required: required()?,
            held: class("license_class_found", reason.license_class_found)?,
        },
        ReasonCode::LicenseNotValidThen => {
            let (from, until) = read_interval(known, reason.interval.as_ref(), &at.field("interval"));
            Ineligibility::LicenseNotValidThen { from, until }
        }
        ReasonCode::EndorsementMissing => Ineligibility::MissingEndorsement(EndorsementId::new(
            known.endorsements.find(&subject_at, &reason.subject)?,
        )),
        ReasonCode::SkillMissing => {
            Ineligibility::MissingSkill(SkillId::new(known.skills.find(&subject_at, &reason.subject)?))
        }
        ReasonCode::SkillLevelTooLow => Ineligibility::SkillLevelTooLow {
            skill: SkillId::new(known.skills.find(&subject_at, &reason.subject)?),
            required: level("required", reason.required)?,
            held: level("found", reason.found)?,
        },
        ReasonCode::ToolMissing => {
            Ineligibility::MissingTool(ToolId::new(known.tools.find(&subject_at, &reason.subject)?))
        }
        ReasonCode::VehicleFeatureMissing => {
            Ineligibility::MissingFeature(FeatureId::new(known.features.find(&subject_at, &reason.subject)?))
        }
        ReasonCode::TechnicianOut => Ineligibility::TechnicianOut(technician),
        ReasonCode::TechnicianExcluded => Ineligibility::Excluded(technician),
        ReasonCode::TechnicianNotAllowed => Ineligibility::NotAllowed(technician),
        ReasonCode::PinnedElsewhere => Ineligibility::PinnedElsewhere,
        ReasonCode::PermitNotIssued => {
            Ineligibility::PermitNotIssued(PermitId::new(known.permits.find(&subject_at, &reason.subject)?))
        }
        ReasonCode::PermitOutsideShift => {
            let (from, until) = read_interval(known, reason.interval.as_ref(), &at.field("interval"));
            Ineligibility::PermitOutsideShift { from, until }
        }
        ReasonCode::PartMissing => {
            Ineligibility::MissingPart(SkuId::new(known.skus.find(&subject_at, &reason.subject)?))
        }
        ReasonCode::LoadTooLarge => {
            Ineligibility::LoadTooLarge { load: reason.required, capacity: reason.found }
        }
        ReasonCode::NoWindowInShift => Ineligibility::NoWindowInShift,
    })
}

/// An interval whose open ends are those of time itself: a license may be valid for decades.
fn read_interval(known: &Known<'_>, interval: Option<&wire::TimeWindow>, at: &Field<'_>) -> (Time, Time) {
    let interval = interval.copied().unwrap_or_default();
    let end = |name, given| moment(&at.field(name), given, known.problem.epoch_seconds);
    (
        end("start_time", interval.start_time).unwrap_or(Time::MIN),
        end("end_time", interval.end_time).unwrap_or(Time::MAX),
    )
}
