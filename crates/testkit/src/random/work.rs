//! Visits and permits of a random day.

use journeyman_domain::{LicenseClass, PermitState, Time};

use super::surroundings::radius;
use super::{Draw, ENDORSEMENTS, FEATURES, JURISDICTIONS, SKILLS, SKUS, Shape, TOOLS};
use crate::builder::{ProblemBuilder, VisitDraft};

pub(super) fn add(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder) {
    let mut permits = Vec::new();
    if shape.permits {
        for number in 0..draw.count(0..=3) {
            let label = format!("permit {}", number + 1);
            let state = permit_state(draw, shape.horizon);
            day.permit(&label, state);
            permits.push(label);
        }
    }
    let problem = day.problem_mut();
    let technicians = problem.technicians.iter().map(|t| t.label.clone()).collect();
    let shifts = problem.shifts.iter().map(|s| s.label.clone()).collect();
    let known = Known { permits, technicians, shifts };
    // How much a day asks for, so that some days are loose and some tight.
    let demand = draw.quantity(10..=50);
    for number in 0..draw.count(shape.visits.clone()) {
        let radius = radius(day);
        let spot = draw.spot(radius);
        let mut visit = day.visit(&format!("visit {}", number + 1), spot);
        visit = timing(draw, shape, visit);
        visit = requirement(draw, shape, visit, demand);
        visit = people(draw, shape, visit, &known);
        promise(draw, shape, visit, &known);
    }
}

/// Labels of what visits refer to.
struct Known {
    permits: Vec<String>,
    technicians: Vec<String>,
    shifts: Vec<String>,
}

impl Known {
    fn technician(&self, draw: &mut Draw) -> &str {
        &self.technicians[draw.count(0..=self.technicians.len() - 1)]
    }

    fn shift(&self, draw: &mut Draw) -> &str {
        &self.shifts[draw.count(0..=self.shifts.len() - 1)]
    }
}

fn permit_state(draw: &mut Draw, horizon: i64) -> PermitState {
    let moment = Time::from_ticks(draw.between(-50..=horizon * 2 / 3));
    let later = Time::from_ticks(moment.ticks() + draw.between(50..=horizon));
    match draw.count(0..=9) {
        0 => PermitState::Required,
        1 => PermitState::Filed { expected: None },
        2 | 3 => PermitState::Filed { expected: Some(moment) },
        4 => PermitState::Rejected,
        5 => PermitState::Expired,
        6 | 7 => PermitState::Issued { from: moment, until: Time::MAX },
        _ => PermitState::Issued { from: moment, until: later },
    }
}

fn timing<'a>(draw: &mut Draw, shape: &Shape, mut visit: VisitDraft<'a>) -> VisitDraft<'a> {
    visit = visit.duration(draw.between(0..=50));
    let mut opens = draw.between(0..=shape.horizon * 2 / 3);
    if draw.chance(70) {
        let wide = draw.pick(&[0, 60, 150, 150]);
        visit = visit.window(opens, opens + draw.between(0..=wide));
        for _ in 0..draw.count(0..=2) {
            // Windows of at most 150 ticks: 160 later is past the last one.
            opens += 160;
            if draw.when(shape.windows_several, 70) && opens <= shape.horizon {
                visit = visit.window(opens, opens + draw.between(0..=80));
            }
        }
    }
    if draw.when(shape.lateness, 40) {
        visit = visit.soft_end(draw.between(0..=shape.horizon), draw.between(0..=20) * 1_000);
    }
    if draw.when(shape.mandatory, 15) { visit.mandatory() } else { visit.penalty(draw.between(0..=12)) }
}

fn requirement<'a>(draw: &mut Draw, shape: &Shape, mut visit: VisitDraft<'a>, demand: u32) -> VisitDraft<'a> {
    if shape.licenses {
        if draw.chance(50) {
            visit = visit.in_jurisdiction(draw.pick(&JURISDICTIONS));
        }
        if draw.chance(demand) {
            visit = visit.needs(draw.pick(&[
                LicenseClass::Apprentice,
                LicenseClass::Journeyman,
                LicenseClass::Journeyman,
                LicenseClass::Master,
            ]));
            if draw.chance(30) {
                visit = visit.endorsement(draw.pick(&ENDORSEMENTS));
            }
        }
    }
    if draw.when(shape.skills, demand) {
        visit = visit.skill(draw.pick(&SKILLS), u8::try_from(draw.quantity(1..=3)).expect("a small level"));
    }
    if draw.when(shape.skills, demand / 2) {
        visit = visit.feature(draw.pick(&FEATURES));
    }
    if draw.when(shape.tools, demand) {
        visit = visit.tool(draw.pick(&TOOLS));
    }
    for sku in SKUS {
        if draw.when(shape.parts, demand) {
            visit = visit.part(sku, draw.quantity(1..=2));
        }
    }
    if draw.when(shape.load, 60) { visit.load(draw.between(0..=5)) } else { visit }
}

fn people<'a>(draw: &mut Draw, shape: &Shape, mut visit: VisitDraft<'a>, known: &Known) -> VisitDraft<'a> {
    for permit in &known.permits {
        if draw.chance(15) {
            visit = visit.permit(permit);
        }
    }
    if draw.when(shape.preferences, 30) {
        visit = visit.prefers(known.technician(draw), draw.between(0..=2));
    }
    if draw.when(shape.preferences, 10) {
        visit = visit.excludes(known.technician(draw));
    }
    if draw.when(shape.preferences, 10) {
        visit = visit.allows_only(known.technician(draw));
    }
    if draw.when(shape.pins, 12) {
        visit = if draw.chance(50) {
            visit.pin_technician(known.technician(draw))
        } else {
            visit.pin_shift(known.shift(draw))
        };
        if draw.chance(50) {
            visit = visit.pin_start(draw.between(0..=shape.horizon));
        }
    }
    visit
}

fn promise(draw: &mut Draw, shape: &Shape, mut visit: VisitDraft<'_>, known: &Known) {
    if draw.when(shape.promises, 40) {
        let from = draw.between(0..=shape.horizon * 2 / 3);
        visit = visit.promise(from, from + draw.between(0..=120));
        if draw.chance(50) {
            visit = visit.promise_technician(known.technician(draw));
            if draw.chance(50) {
                visit.announced();
            }
        }
    }
}
