//! Drawn people: names, classes, vans, and one regular shift each.

use journeyman_domain::{
    License, LicenseClass, Place, PlaceId, Shift, SkillId, SkillLevel, Technician, TechnicianId, TimeWindow,
    Van,
};
use rand::Rng;
use rand_pcg::Pcg64;

use crate::calendar::Calendar;
use crate::draw::{dealt, subset};
use crate::scenario::{OVERTIME_END, REGULAR_END, SHIFT_CARD, SHIFT_RATES, SHIFT_START, lunch};

/// Classes of a crew, in percent.
pub(crate) const CLASS_PERCENTS: [(LicenseClass, usize); 3] =
    [(LicenseClass::Apprentice, 15), (LicenseClass::Journeyman, 60), (LicenseClass::Master, 25)];

const FIRST_NAMES: [&str; 24] = [
    "Ana", "Ben", "Carla", "Dee", "Eli", "Fay", "Gus", "Hana", "Ivan", "June", "Kai", "Lena", "Milo", "Nora",
    "Omar", "Pia", "Quinn", "Rosa", "Sam", "Tess", "Uri", "Vera", "Wes", "Yara",
];
const LAST_NAMES: [&str; 24] = [
    "Allred", "Begay", "Chen", "Diaz", "Ellis", "Fox", "Garcia", "Hale", "Ibarra", "Jensen", "Kim", "Lopez",
    "Moss", "Nez", "Ortiz", "Pratt", "Quist", "Reyes", "Snow", "Tran", "Ueda", "Vance", "Webb", "Young",
];

/// Classes for a crew of `count`.
pub(crate) fn classes(count: usize, rng: &mut Pcg64) -> Vec<LicenseClass> {
    dealt(count, &CLASS_PERCENTS, rng)
}

/// The technician at `index`, with a drawn name.
pub(crate) fn technician(
    index: usize,
    license: License,
    skills: Vec<SkillLevel>,
    rng: &mut Pcg64,
) -> Technician {
    let first = FIRST_NAMES[rng.random_range(0..FIRST_NAMES.len())];
    let last = LAST_NAMES[rng.random_range(0..LAST_NAMES.len())];
    Technician {
        label: technician_label(index),
        name: format!("{first} {last}"),
        licenses: vec![license],
        skills,
        van: Van::default(),
    }
}

/// The home of the technician at `index`.
pub(crate) fn home(index: usize, point: journeyman_domain::GeoPoint) -> Place {
    Place { label: format!("home-{}", technician_label(index)), point: Some(point) }
}

/// The regular shift of the technician at `index`, from home to home.
pub(crate) fn shift(index: usize, home: PlaceId, calendar: &Calendar) -> Shift {
    Shift {
        label: format!("{}-{}", technician_label(index), calendar.date()),
        technician: TechnicianId::new(index),
        day: calendar.date(),
        start_place: home,
        end_place: home,
        window: TimeWindow { start: calendar.at(SHIFT_START), end: calendar.at(OVERTIME_END) },
        soft_end: calendar.at(REGULAR_END),
        breaks: vec![lunch(calendar)],
        visits_max: None,
        rates: SHIFT_RATES,
        out: false,
        card: SHIFT_CARD,
        frozen: None,
    }
}

/// `amount` of `known` skills at level 1.
pub(crate) fn skills(known: usize, amount: usize, rng: &mut Pcg64) -> Vec<SkillLevel> {
    let level_one = |skill| SkillLevel { skill: SkillId::new(skill), level: 1 };
    subset(known, amount, rng).into_iter().map(level_one).collect()
}

fn technician_label(index: usize) -> String {
    format!("tech-{:02}", index + 1)
}
