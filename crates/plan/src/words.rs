//! Why a visit is left out, in sentences for people, with the caller's labels.

use journeyman_domain::{
    Awaiting, Certainty, Duration, Ineligibility, LicenseProof, OutbidBasis, Problem, Refusal, ShiftId, Stop,
    Unassigned, VisitId,
};
use journeyman_eligibility::{explain, permit_line, proof_line};

use crate::{DropReason, Dropped, Relaxation, Relaxed};

/// One sentence, without its full stop: what a shift says to a visit.
pub fn refusal_line(problem: &Problem, visit: VisitId, refusal: &Refusal) -> String {
    let noun = problem.visit(visit);
    let shift = problem.shift(refusal.shift());
    let who = format!("{} ({})", problem.technician(shift.technician).name, shift.label);
    match refusal {
        Refusal::Ineligible(_, reason) => format!("{who}: {}", explain(problem, visit, reason)),
        Refusal::NoTime(shift) if is_longer(problem, *shift, visit) => {
            format!("{who}: the visit takes longer than the shift")
        }
        Refusal::NoTime(_) => format!("{who}: there is no time in the shift at which it could be served"),
        Refusal::Priced(_, price) => format!("{who}: serving it would add ${price} to this plan"),
        // The refusal does not say which it was; without parts it can only have been the shift's own route.
        Refusal::Full(_) if noun.requirement.parts.is_empty() => {
            format!("{who}: could serve it alone, but what its route holds leaves no room")
        }
        Refusal::Full(_) => format!(
            "{who}: could serve it alone, but what its route holds leaves no room, or other shifts take the parts"
        ),
    }
}

/// Whether the service alone takes longer than the shift.
pub(crate) fn is_longer(problem: &Problem, shift: ShiftId, visit: VisitId) -> bool {
    let window = problem.shift(shift).window;
    problem.visit(visit).duration > window.end - window.start
}

/// One sentence, without its full stop: why the technician of a stop may do it by law.
pub fn license_line(problem: &Problem, proof: &LicenseProof) -> String {
    proof_line(problem, proof)
}

/// One sentence, without its full stop: why a visit is not served, and how sure that is.
pub fn unassigned_line(problem: &Problem, unassigned: &Unassigned) -> String {
    match unassigned.certainty {
        Certainty::Awaiting(Awaiting::Permit(id)) => permit_line(problem, id),
        Certainty::Awaiting(Awaiting::Part(sku)) => format!("waits for part {}", problem.sku_name(sku)),
        Certainty::ProvedIneligible if unassigned.refusals.is_empty() => "there is no shift".to_owned(),
        Certainty::ProvedIneligible => {
            let shifts = unassigned.refusals.len();
            match commonest(&unassigned.refusals) {
                Some((reason, count)) => format!(
                    "no technician may do it; {count} of {shifts} shifts: {}",
                    explain(problem, unassigned.visit, &reason)
                ),
                None => "no technician may do it".to_owned(),
            }
        }
        Certainty::ProvedInfeasible => {
            "nobody who may do it can be there in time, serve it and be back in the shift".to_owned()
        }
        Certainty::Outbid { price, basis: OutbidBasis::Insertion } => {
            format!("serving it would cost ${price} more than leaving it out")
        }
        Certainty::Outbid { price, basis: OutbidBasis::ProvedPlan } => format!(
            "serving it in these routes would cost ${price} more than leaving it out, and no plan with it is cheaper"
        ),
        Certainty::NotFoundInTime if problem.visit(unassigned.visit).is_mandatory() => {
            "mandatory, and no room was found for it in time".to_owned()
        }
        Certainty::NotFoundInTime => "no room was found for it in time".to_owned(),
    }
}

/// A few words for the rule that is let go: "window + 30 min", "class master → journeyman".
pub fn relaxation_line(problem: &Problem, relaxation: &Relaxation) -> String {
    let shift = problem.shift(relaxation.slot.shift);
    let name = &problem.technician(shift.technician).name;
    let minutes = |span: Duration| {
        let per_minute = problem.ticks.time_ticks_per_unit * 60;
        match span.ticks() % per_minute {
            0 => format!("{} min", span.ticks() / per_minute),
            _ => format!("{} s", span.ticks() / problem.ticks.time_ticks_per_unit),
        }
    };
    let jurisdiction = |id| &problem.jurisdiction(id).label;
    match relaxation.rule {
        Relaxed::Window(by) => format!("window + {}", minutes(by)),
        Relaxed::Overtime(by) => format!("overtime of {name} ({}) + {}", shift.label, minutes(by)),
        Relaxed::LicenseClass { from, to: Some(to) } => format!("class {} → {}", from.name(), to.name()),
        Relaxed::LicenseClass { from, to: None } => format!("class {} → no license", from.name()),
        Relaxed::Recognition { issued_in, accepted_in } => {
            format!("licenses of {} recognized in {}", jurisdiction(issued_in), jurisdiction(accepted_in))
        }
        Relaxed::Validity => format!("license of {name} valid on that day"),
        Relaxed::Endorsement(id) => format!("without the endorsement {}", problem.endorsement_name(id)),
        Relaxed::Skill { skill, to: 0, .. } => format!("without the skill {}", problem.skill_name(skill)),
        Relaxed::Skill { skill, from, to } => {
            format!("skill {} at level {from} → {to}", problem.skill_name(skill))
        }
        Relaxed::Tool(id) => format!("without the tool {}", problem.tool_name(id)),
        Relaxed::Feature(id) => format!("without the vehicle feature {}", problem.feature_name(id)),
        Relaxed::Exclusion => format!("the customer lets {name} come"),
        Relaxed::AllowedList => "the customer lets anybody come".to_owned(),
        Relaxed::Pin => "pin lifted".to_owned(),
        Relaxed::Permit(id) => format!("permit {} issued", problem.permit(id).label),
        Relaxed::Part(sku) => format!("part {} on the van of {name}", problem.sku_name(sku)),
        Relaxed::LoadCapacity => format!("a larger van for {name}"),
        Relaxed::VisitsMax => match shift.visits_max {
            Some(most) => format!("visits of {name} ({}): {most} → {}", shift.label, most + 1),
            None => format!("one visit more for {name} ({})", shift.label),
        },
        Relaxed::OneMoreTechnician => format!("one more technician like {name} ({})", shift.label),
    }
}

/// One sentence, without its full stop: why a stop of a given plan could not stay.
pub fn dropped_line(problem: &Problem, dropped: &Dropped) -> String {
    let shift = &problem.shift(dropped.shift).label;
    let stop = match dropped.stop {
        Stop::Visit(visit) => format!("visit {}", problem.visit(visit).label),
        Stop::Pickup(pickup) => format!("pickup {}", problem.pickup(pickup).label),
    };
    match (dropped.why, dropped.stop) {
        (DropReason::AlreadyServed, _) => format!("{stop} is taken off {shift}: the plan serves it before"),
        (DropReason::Forbidden(reason), Stop::Visit(visit)) => {
            format!("{stop} is taken off {shift}: {}", explain(problem, visit, &reason))
        }
        (DropReason::Forbidden(_) | DropReason::DoesNotFit, _) => {
            format!("{stop} is taken off {shift}: behind what comes before it there is no time or no room")
        }
    }
}

/// The reason that most shifts give, of equals the first in the order of the rules.
fn commonest(refusals: &[Refusal]) -> Option<(Ineligibility, usize)> {
    let mut reasons: Vec<Ineligibility> = refusals
        .iter()
        .filter_map(|refusal| match refusal {
            Refusal::Ineligible(_, reason) => Some(*reason),
            _ => None,
        })
        .collect();
    reasons.sort_unstable();
    let groups = reasons.chunk_by(|a, b| a == b).map(|group| (group[0], group.len()));
    groups.reduce(|best, next| if next.1 > best.1 { next } else { best })
}
