//! Why a visit is left out, in sentences for people, with the caller's labels.

use journeyman_domain::{
    Awaiting, Certainty, Ineligibility, LicenseProof, Problem, Refusal, ShiftId, Unassigned, VisitId,
};
use journeyman_eligibility::{explain, permit_line, proof_line};

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
        Certainty::Outbid(price) => {
            format!("serving it would cost ${price} more than leaving it out")
        }
        Certainty::NotFoundInTime if problem.visit(unassigned.visit).is_mandatory() => {
            "mandatory, and no room was found for it in time".to_owned()
        }
        Certainty::NotFoundInTime => "no room was found for it in time".to_owned(),
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
