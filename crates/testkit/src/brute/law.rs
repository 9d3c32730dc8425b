//! Who may do what at one moment: the rules of eligibility, asked naively.

use journeyman_domain::{
    JurisdictionId, License, LicenseClass, LicenseProof, PermitState, PinTarget, Problem, Recognition,
    ShiftId, Stop, TechnicianId, Time, VisitId,
};
use journeyman_travel::visit_jurisdictions;

/// Whose law holds at each visit, as `travel` finds it; for tests of rooms that may not know of travel.
pub fn jurisdictions(problem: &Problem) -> Vec<Option<JurisdictionId>> {
    visit_jurisdictions(problem)
}

/// Whether service of `visit` may start at `at` on `shift`: windows, a pinned start, permits and licenses.
///
/// `jurisdictions` holds one entry a visit, as `travel` finds them.
pub fn may_start(
    problem: &Problem,
    jurisdictions: &[Option<JurisdictionId>],
    shift: ShiftId,
    visit: VisitId,
    at: Time,
) -> bool {
    let noun = problem.visit(visit);
    let on_time = match noun.pin.and_then(|pin| pin.start) {
        Some(start) => at == start,
        None => noun.windows.iter().any(|window| window.contains(at)),
    };
    let permitted = noun.permits.iter().all(|&permit| match problem.permit(permit).state {
        PermitState::Issued { from, until } => from <= at && at < until,
        PermitState::Filed { expected: Some(expected) } => problem.plan_expected_permits && expected <= at,
        _ => false,
    });
    let technician = problem.shift(shift).technician;
    let licensed = noun.requirement.license.is_none()
        || license_at(problem, jurisdictions, technician, visit, at).is_some();
    on_time && permitted && licensed
}

/// The license that lets a technician start a visit at `at`, the first that does in the caller's order; none also
/// where the visit asks for none.
pub fn license_at(
    problem: &Problem,
    jurisdictions: &[Option<JurisdictionId>],
    technician: TechnicianId,
    visit: VisitId,
    at: Time,
) -> Option<LicenseProof> {
    let requirement = &problem.visit(visit).requirement;
    let required = requirement.license?;
    let place = jurisdictions[visit.index()];
    problem.technician(technician).licenses.iter().find_map(|license| {
        let endorsed = requirement.endorsements.iter().all(|e| license.endorsements.contains(e));
        if !license.validity.covers(at) || !endorsed {
            return None;
        }
        let (recognition, class) = recognized(problem, license, place)?;
        (class >= required).then(|| LicenseProof {
            required,
            class: license.class,
            jurisdiction: license.jurisdiction,
            number: license.number.clone(),
            valid_until: license.validity.last_day,
            recognition,
        })
    })
}

/// Whether a rule that does not depend on the hour forbids the visit: skills, vehicle, who is out, exclusion, pin.
pub fn forbidden(problem: &Problem, shift: ShiftId, visit: VisitId) -> bool {
    let (noun, technician_id) = (problem.visit(visit), problem.shift(shift).technician);
    let technician = problem.technician(technician_id);
    let skilled = noun.requirement.skills.iter().all(|asked| technician.level(asked.skill) >= asked.level);
    let equipped = noun.requirement.features.iter().all(|f| technician.van.features.contains(f));
    let welcome = !noun.excluded.contains(&technician_id)
        && (noun.allowed.is_empty() || noun.allowed.contains(&technician_id));
    let pinned_elsewhere = match noun.pin.map(|pin| pin.target) {
        None => false,
        Some(PinTarget::Technician(pinned)) => pinned != technician_id,
        Some(PinTarget::Shift(pinned)) => pinned != shift,
    };
    let noun = problem.shift(shift);
    let happened = noun.frozen.as_ref().is_some_and(|frozen| frozen.stops.contains(&Stop::Visit(visit)));
    !skilled || !equipped || !welcome || pinned_elsewhere || noun.out && !happened
}

/// How a license holds at a place and which class it counts as there.
fn recognized(
    problem: &Problem,
    license: &License,
    place: Option<JurisdictionId>,
) -> Option<(Recognition, LicenseClass)> {
    let Some(place) = place else { return Some((Recognition::Anywhere, license.class)) };
    // The place itself and all that contain it, innermost first.
    let containing: Vec<JurisdictionId> =
        std::iter::successors(Some(place), |&id| problem.jurisdiction(id).parent).collect();
    if license.jurisdiction == place {
        return Some((Recognition::Issued, license.class));
    }
    if containing.contains(&license.jurisdiction) {
        return Some((Recognition::Containing, license.class));
    }
    let accepted = problem
        .reciprocity
        .iter()
        .filter(|row| row.issued_in == license.jurisdiction && containing.contains(&row.accepted_in))
        .map(|row| row.class_max)
        .max()?;
    Some((Recognition::Reciprocity(accepted), license.class.min(accepted)))
}
