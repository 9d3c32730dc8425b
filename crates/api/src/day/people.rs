//! Technicians with their licenses, vans and shifts.

use journeyman_domain::{
    Break, Date, License, LicenseClass, PartDemand, PayPolicy, Shift, ShiftRates, Technician, TechnicianId,
    Van,
};

use super::{Words, span};
use crate::wire;

/// Technicians, each with the shifts that are his.
pub(super) fn technicians(say: &Words<'_>) -> Vec<wire::Technician> {
    let mut shifts: Vec<Vec<&Shift>> = vec![Vec::new(); say.problem.technicians.len()];
    for shift in &say.problem.shifts {
        shifts[shift.technician.index()].push(shift);
    }
    let people = say.problem.technicians.iter().zip(shifts);
    people.map(|(technician, shifts)| self::technician(say, technician, &shifts)).collect()
}

/// The class in the contract's words.
pub(crate) fn license_class(class: LicenseClass) -> wire::LicenseClass {
    match class {
        LicenseClass::Apprentice => wire::LicenseClass::Apprentice,
        LicenseClass::Journeyman => wire::LicenseClass::Journeyman,
        LicenseClass::Master => wire::LicenseClass::Master,
    }
}

/// Every price of a shift, an hour for a second and a kilometer for a meter.
pub(super) fn shift_rates(rates: &ShiftRates) -> wire::ShiftRates {
    let pay = match rates.pay {
        PayPolicy::Shift => wire::PayPolicy::Shift,
        PayPolicy::PortalToPortal => wire::PayPolicy::PortalToPortal,
    };
    wire::ShiftRates {
        pay_policy: pay.into(),
        hour_micros: Some(rates.time.micros() * 3_600),
        overtime_hour_micros: Some(rates.overtime.micros() * 3_600),
        kilometer_micros: Some(rates.distance.micros() * 1_000),
        shift_used_micros: Some(rates.used.micros()),
    }
}

/// Parts in the contract's words.
pub(crate) fn parts(say: &Words<'_>, parts: &[PartDemand]) -> Vec<wire::PartQuantity> {
    let part = |part: &PartDemand| wire::PartQuantity {
        sku: say.problem.sku_name(part.sku).to_owned(),
        quantity: i64::from(part.quantity),
    };
    parts.iter().map(part).collect()
}

/// Labels of technicians.
pub(super) fn labels(say: &Words<'_>, technicians: &[TechnicianId]) -> Vec<String> {
    technicians.iter().map(|id| say.problem.technician(*id).label.clone()).collect()
}

fn technician(say: &Words<'_>, technician: &Technician, shifts: &[&Shift]) -> wire::Technician {
    let home = shifts.first().map(|shift| say.place(shift.start_place)).unwrap_or_default();
    let skill = |skill: &journeyman_domain::SkillLevel| wire::Skill {
        skill: say.problem.skill_name(skill.skill).to_owned(),
        level: (skill.level != 1).then_some(i32::from(skill.level)),
    };
    wire::Technician {
        id: technician.label.clone(),
        display_name: if technician.name == technician.label {
            String::new()
        } else {
            technician.name.clone()
        },
        licenses: technician.licenses.iter().map(|license| self::license(say, license)).collect(),
        skills: technician.skills.iter().map(skill).collect(),
        van: (technician.van != Van::default()).then(|| van(say, &technician.van)),
        shifts: shifts.iter().map(|shift| self::shift(say, shift, &home)).collect(),
        home_place_id: home,
    }
}

fn license(say: &Words<'_>, license: &License) -> wire::License {
    let endorsement = |id: &journeyman_domain::EndorsementId| say.problem.endorsement_name(*id).to_owned();
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    wire::License {
        license_class: license_class(license.class).into(),
        jurisdiction_id: say.problem.jurisdiction(license.jurisdiction).label.clone(),
        endorsements: license.endorsements.iter().map(endorsement).collect(),
        number: license.number.clone(),
        valid_from: day(license.validity.first_day),
        valid_until: day(license.validity.last_day),
    }
}

fn van(say: &Words<'_>, van: &Van) -> wire::Van {
    wire::Van {
        tools: van.tools.iter().map(|tool| say.problem.tool_name(*tool).to_owned()).collect(),
        features: van.features.iter().map(|feature| say.problem.feature_name(*feature).to_owned()).collect(),
        stock: parts(say, &van.stock),
        load_capacity: van.load_capacity,
    }
}

fn shift(say: &Words<'_>, shift: &Shift, home: &str) -> wire::Shift {
    let elsewhere = |place| {
        let label = say.place(place);
        if label == home { String::new() } else { label }
    };
    let pause = |pause: &Break| wire::Break {
        id: pause.label.clone(),
        earliest_start_time: Some(say.instant(pause.start.start)),
        latest_start_time: Some(say.instant(pause.start.end)),
        duration: Some(span(pause.duration)),
    };
    wire::Shift {
        id: shift.label.clone(),
        start_place_id: elsewhere(shift.start_place),
        end_place_id: elsewhere(shift.end_place),
        start_time: Some(say.instant(shift.window.start)),
        end_time: Some(say.instant(shift.window.end)),
        soft_end_time: (shift.soft_end != shift.window.end).then(|| say.instant(shift.soft_end)),
        breaks: shift.breaks.iter().map(pause).collect(),
        visits_max: shift.visits_max.map(|max| i32::try_from(max).unwrap_or(i32::MAX)),
        rates: own_rates(say, shift),
        out: shift.out,
    }
}

/// What a shift does not take from the rate card. Where the day does not know that, the card has the first shift's rates.
fn own_rates(say: &Words<'_>, shift: &Shift) -> Option<wire::ShiftRates> {
    let all = shift_rates(&shift.rates);
    if !super::knows_its_card(say.problem) {
        return say.problem.shifts.first().is_none_or(|first| first.rates != shift.rates).then_some(all);
    }
    let card = shift.card;
    let own = wire::ShiftRates {
        pay_policy: if card.pay { 0 } else { all.pay_policy },
        hour_micros: all.hour_micros.filter(|_| !card.time),
        overtime_hour_micros: all.overtime_hour_micros.filter(|_| !card.overtime),
        kilometer_micros: all.kilometer_micros.filter(|_| !card.distance),
        shift_used_micros: all.shift_used_micros.filter(|_| !card.used),
    };
    (own != wire::ShiftRates::default()).then_some(own)
}
