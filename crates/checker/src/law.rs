//! License law, derived from the text of the rules: one license, one place, one need, one moment.

use journeyman_domain::{
    JurisdictionId, License, LicenseClass, LicenseProof, Problem, Recognition, TechnicianId, Time, VisitId,
};

use crate::breach::Breach;
use crate::check::Ground;

/// What keeps the technician from starting the visit at `start`, or what is wrong with the proof of his license.
pub(crate) fn breach(
    ground: &Ground<'_>,
    (technician, visit): (TechnicianId, VisitId),
    start: Time,
    proof: Option<&LicenseProof>,
) -> Option<Breach> {
    let Some(required) = ground.problem.visit(visit).requirement.license else {
        return proof.map(|_| Breach::NeedlessProof);
    };
    let case = Case { ground, technician, visit, start, required };
    let licenses = &ground.problem.technician(technician).licenses;
    let judged: Vec<(&License, Result<Recognition, Flaw>)> =
        licenses.iter().map(|license| (license, case.judge(license))).collect();
    if !judged.iter().any(|(_, judgment)| judgment.is_ok()) {
        // The license that comes nearest is the one to speak of.
        let nearest = judged.into_iter().filter_map(|(_, judgment)| judgment.err()).max();
        return Some(case.tell(nearest.unwrap_or(Flaw::NotRecognized)));
    }
    let Some(proof) = proof else { return Some(Breach::NoProof) };
    let truthful = judged.iter().any(|(license, judgment)| {
        *judgment == Ok(proof.recognition)
            && proof.required == required
            && (proof.class, proof.jurisdiction) == (license.class, license.jurisdiction)
            && (proof.number.as_str(), proof.valid_until)
                == (license.number.as_str(), license.validity.last_day)
    });
    (!truthful).then_some(Breach::FalseProof)
}

/// One technician about to start one visit.
struct Case<'a> {
    ground: &'a Ground<'a>,
    technician: TechnicianId,
    visit: VisitId,
    start: Time,
    required: LicenseClass,
}

/// What a license falls short of, farthest from sufficient first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    NotRecognized,
    ClassTooLow(LicenseClass),
    NotValid,
    /// By position in the visit's list.
    LacksEndorsement(usize),
}

impl Case<'_> {
    fn judge(&self, license: &License) -> Result<Recognition, Flaw> {
        let problem = self.ground.problem;
        let place = self.ground.jurisdictions[self.visit.index()];
        let recognition = recognition(problem, license.jurisdiction, place).ok_or(Flaw::NotRecognized)?;
        let counts_as = match recognition {
            Recognition::Reciprocity(class_max) if class_max < license.class => class_max,
            _ => license.class,
        };
        if counts_as < self.required {
            return Err(Flaw::ClassTooLow(counts_as));
        }
        if self.start < license.validity.from || self.start >= license.validity.until {
            return Err(Flaw::NotValid);
        }
        let asked = &problem.visit(self.visit).requirement.endorsements;
        match asked.iter().position(|endorsement| !license.endorsements.contains(endorsement)) {
            Some(missing) => Err(Flaw::LacksEndorsement(missing)),
            None => Ok(recognition),
        }
    }

    fn tell(&self, flaw: Flaw) -> Breach {
        let problem = self.ground.problem;
        let technician = problem.technician(self.technician).label.clone();
        let (required, start) = (self.required, self.start);
        match flaw {
            Flaw::NotRecognized => Breach::NoLicense { technician, required },
            Flaw::ClassTooLow(held) => Breach::ClassTooLow { technician, held, required },
            Flaw::NotValid => Breach::LicenseNotValid { technician, start },
            Flaw::LacksEndorsement(at) => {
                let id = problem.visit(self.visit).requirement.endorsements[at];
                let endorsement = problem.endorsement_name(id).to_owned();
                Breach::MissingEndorsement { technician, endorsement }
            }
        }
    }
}

/// How a license of `issuer` holds at `place`: it climbs from the place to all that contain it.
fn recognition(
    problem: &Problem,
    issuer: JurisdictionId,
    place: Option<JurisdictionId>,
) -> Option<Recognition> {
    let Some(place) = place else { return Some(Recognition::Anywhere) };
    if issuer == place {
        return Some(Recognition::Issued);
    }
    let mut accepted: Option<LicenseClass> = None;
    let mut level = Some(place);
    // A chain of containers is no longer than the list; the limit keeps a broken problem from hanging.
    for _ in 0..problem.jurisdictions.len() {
        let Some(here) = level else { break };
        if here == issuer {
            return Some(Recognition::Containing);
        }
        for row in &problem.reciprocity {
            if row.issued_in == issuer
                && row.accepted_in == here
                && accepted.is_none_or(|c| c < row.class_max)
            {
                accepted = Some(row.class_max);
            }
        }
        level = problem.jurisdiction(here).parent;
    }
    accepted.map(Recognition::Reciprocity)
}
