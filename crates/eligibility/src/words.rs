//! Reasons and proofs in words for people: the rule, what it asks, what was found, with the caller's labels.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_domain::{
    Ineligibility, JurisdictionId, LicenseProof, PermitId, PermitState, Problem, Recognition, Time, VisitId,
};

/// One sentence, without its full stop, that names the rule, what it asks of whom serves the visit, and what was found.
pub fn explain(problem: &Problem, visit: VisitId, reason: &Ineligibility) -> String {
    match *reason {
        Ineligibility::NoLicenseInJurisdiction { required, jurisdiction } => format!(
            "needs a license of class {} {}, and holds none that is recognized there",
            required.name(),
            place(problem, jurisdiction)
        ),
        Ineligibility::LicenseClassTooLow { required, held } => {
            format!(
                "needs a license of class {}, and the highest that counts there is {}",
                required.name(),
                held.name()
            )
        }
        Ineligibility::LicenseNotValidThen { from, until } => {
            format!("the license {}, which meets no possible start", holds(problem, from, until))
        }
        Ineligibility::MissingEndorsement(id) => {
            format!("the license lacks the endorsement {}", problem.endorsement_name(id))
        }
        Ineligibility::MissingSkill(skill) => format!("lacks the skill {}", problem.skill_name(skill)),
        Ineligibility::SkillLevelTooLow { skill, required, held } => {
            format!("needs the skill {} at level {required}, and has level {held}", problem.skill_name(skill))
        }
        Ineligibility::MissingTool(tool) => {
            format!(
                "needs the tool {}: not on the van, and no pickup on the way lends it",
                problem.tool_name(tool)
            )
        }
        Ineligibility::MissingFeature(feature) => {
            format!("needs a vehicle with {}", problem.feature_name(feature))
        }
        Ineligibility::TechnicianOut(technician) => {
            format!("{} is out", problem.technician(technician).name)
        }
        Ineligibility::Excluded(technician) => {
            format!("the customer excludes {}", problem.technician(technician).name)
        }
        Ineligibility::NotAllowed(technician) => {
            format!("{} is not among those whom the customer allows", problem.technician(technician).name)
        }
        Ineligibility::PinnedElsewhere => "a pin binds the visit to someone else".to_owned(),
        Ineligibility::PermitNotIssued(permit) => permit_line(problem, permit),
        Ineligibility::PermitOutsideShift { from, until } => {
            format!("the permit {}, which meets no possible start in this shift", holds(problem, from, until))
        }
        Ineligibility::MissingPart(sku) => format!(
            "needs the part {}: neither the van nor a pickup has enough of it for this shift",
            problem.sku_name(sku)
        ),
        Ineligibility::LoadTooLarge { load, capacity } => {
            format!("takes load {load}, and the van carries {capacity}")
        }
        Ineligibility::NoWindowInShift => match problem.visit(visit).pin.and_then(|pin| pin.start) {
            Some(start) => {
                format!("a pin sets its start to {}, when the shift cannot serve it", moment(problem, start))
            }
            None => "no window of the visit meets the shift".to_owned(),
        },
    }
}

/// One sentence, without its full stop: where a permit stands.
pub fn permit_line(problem: &Problem, permit: PermitId) -> String {
    let permit = problem.permit(permit);
    let label = &permit.label;
    match permit.state {
        PermitState::Required => format!("permit {label} is required, and not applied for"),
        PermitState::Filed { expected: None } => format!("permit {label} is filed, and not issued"),
        PermitState::Filed { expected: Some(expected) } => {
            let moment = moment(problem, expected);
            // Most dates are given by the day.
            format!("permit {label} is filed, expected {}", moment.strip_suffix(" 00:00").unwrap_or(&moment))
        }
        PermitState::Issued { from, until } => {
            format!("permit {label} is issued and {}", holds(problem, from, until))
        }
        PermitState::Rejected => format!("permit {label} is rejected"),
        PermitState::Expired => format!("permit {label} is expired"),
    }
}

/// The proof line of an assignment: which license, of which class, issued where, valid until when, recognized how.
pub fn proof_line(problem: &Problem, proof: &LicenseProof) -> String {
    let issuer = &problem.jurisdiction(proof.jurisdiction).label;
    let number = if proof.number.is_empty() { String::new() } else { format!(" {}", proof.number) };
    let until = proof.valid_until.map_or("without expiry".to_owned(), |day| format!("valid until {day}"));
    let how = match proof.recognition {
        Recognition::Issued => String::new(),
        Recognition::Containing => ", which contains the site".to_owned(),
        Recognition::Reciprocity(class_max) => format!(", by reciprocity up to {}", class_max.name()),
        Recognition::Anywhere => ", no jurisdiction at the site".to_owned(),
    };
    let (class, required) = (proof.class.name(), proof.required.name());
    format!("{class} license{number} of {issuer}{how}, {until} ({required} required)")
}

fn place(problem: &Problem, jurisdiction: Option<JurisdictionId>) -> String {
    let label = jurisdiction.map(|id| &problem.jurisdiction(id).label);
    label.map_or("of any jurisdiction".to_owned(), |label| format!("that holds in {label}"))
}

fn holds(problem: &Problem, from: Time, until: Time) -> String {
    match (from > Time::MIN, until < Time::MAX) {
        (true, true) => format!("holds from {} until {}", moment(problem, from), moment(problem, until)),
        (true, false) => format!("holds from {}", moment(problem, from)),
        (false, true) => format!("holds until {}", moment(problem, until)),
        (false, false) => "holds always".to_owned(),
    }
}

/// Local date and time; the count of ticks where the calendar does not reach.
fn moment(problem: &Problem, time: Time) -> String {
    let second = problem.epoch_seconds + time.ticks().div_euclid(problem.ticks.time_ticks_per_unit);
    let zone = TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC);
    match Timestamp::from_second(second) {
        Ok(timestamp) => timestamp.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => format!("tick {}", time.ticks()),
    }
}
