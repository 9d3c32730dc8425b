//! Technicians and shifts of a random day.

use journeyman_domain::{Cost, CostPerTime, Duration, LicenseClass, RateCard, SoonPrice};

use super::surroundings::radius;
use super::{Draw, ENDORSEMENTS, FEATURES, JURISDICTIONS, PayShape, SKILLS, SKUS, Shape, TOOLS};
use crate::builder::ProblemBuilder;

pub(super) fn add(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder) {
    // Small prices against penalties of a few dollars, so that breaking a promise is sometimes right.
    let promise_moved = Cost::from_micros(draw.between(0..=100) * 10_000);
    let rates = RateCard {
        promise_moved,
        promise_soon: promise_soon(shape, promise_moved),
        promise_late: CostPerTime::from_micros(draw.between(0..=20) * 1_000),
        technician_swapped: Cost::from_micros(draw.between(0..=100) * 10_000),
        announced_swap: Cost::from_micros(draw.between(0..=50) * 10_000),
        day_changed: Cost::from_micros(draw.between(0..=100) * 10_000),
    };
    day.problem_mut().rates = rates;
    let shifts = draw.count(shape.shifts.clone());
    let (mut added, mut people) = (0, 0);
    while added < shifts {
        people += 1;
        let label = format!("tech {people}");
        technician(draw, shape, day, &label);
        let wanted = draw.count(1..=shape.shifts_per_technician_max.max(1)).min(shifts - added);
        // Shifts of one person follow one another.
        let slot = shape.horizon / i64::try_from(wanted).expect("a handful of shifts");
        for number in 0..wanted {
            let from = slot * i64::try_from(number).expect("a handful of shifts");
            shift(draw, shape, day, &label, (from, from + slot));
            added += 1;
        }
    }
}

/// None, one or two steps, by what a moved promise costs, so that nothing else of the day is drawn otherwise for them.
fn promise_soon(shape: &Shape, moved: Cost) -> Vec<SoonPrice> {
    let step = |share: i64, price: i64| SoonPrice {
        within: Duration::from_ticks(shape.horizon / share),
        price: Cost::from_micros(price * 10_000),
    };
    match moved.micros() / 10_000 % 3 {
        0 => Vec::new(),
        1 => vec![step(4, 70)],
        _ => vec![step(8, 90), step(3, 30)],
    }
}

fn technician(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder, label: &str) {
    let mut person = day.technician(label);
    if shape.licenses {
        for _ in 0..draw.pick(&[0, 1, 1, 2]) {
            let class = draw.pick(&[
                LicenseClass::Apprentice,
                LicenseClass::Journeyman,
                LicenseClass::Journeyman,
                LicenseClass::Master,
            ]);
            person = person.license(class, draw.pick(&JURISDICTIONS));
            if draw.when(shape.validity, 30) {
                let from = draw.between(-100..=shape.horizon * 2 / 3);
                person = person.valid(from, from + draw.between(50..=shape.horizon));
            }
            for endorsement in ENDORSEMENTS {
                if draw.chance(50) {
                    person = person.endorsement(endorsement);
                }
            }
        }
    }
    for skill in SKILLS {
        if draw.when(shape.skills, 85) {
            person = person.skill(skill, u8::try_from(draw.quantity(1..=3)).expect("a small level"));
        }
    }
    for feature in FEATURES {
        if draw.when(shape.skills, 80) {
            person = person.feature(feature);
        }
    }
    for tool in TOOLS {
        if draw.when(shape.tools, 60) {
            person = person.tool(tool);
        }
    }
    for sku in SKUS {
        if draw.when(shape.parts, 80) {
            person = person.stock(sku, draw.quantity(1..=4));
        }
    }
    if draw.when(shape.load, 50) {
        person.load_capacity(draw.between(2..=15));
    }
}

fn shift(
    draw: &mut Draw,
    shape: &Shape,
    day: &mut ProblemBuilder,
    technician: &str,
    (low, high): (i64, i64),
) {
    let radius = radius(day);
    let span = high - low;
    let start = low + draw.between(0..=span / 4);
    let end = high - draw.between(0..=span / 4);
    let home = draw.spot(radius);
    let away = if draw.chance(25) { draw.spot(radius) } else { home };
    let mut shift = day.shift(technician, start, end).from(home).to(away);
    let pay_by_duration = match shape.pay {
        PayShape::Shift => false,
        PayShape::PortalToPortal => true,
        PayShape::Mixed => draw.chance(50),
    };
    if pay_by_duration {
        shift = shift.portal_to_portal();
    }
    shift = shift.rates(draw.between(0..=20) * 1_000, draw.between(0..=300), draw.between(0..=30) * 1_000);
    if draw.when(shape.overtime, 60) {
        shift = shift.soft_end(start + (end - start) * draw.between(40..=100) / 100);
    }
    if draw.when(shape.used, 30) {
        shift = shift.used(draw.between(0..=2));
    }
    for _ in 0..draw.count(0..=shape.breaks_max) {
        // Not sorted on purpose: breaks are taken in the order of the list, whatever their windows say.
        let earliest = start + draw.between(0..=(end - start) * 3 / 4);
        shift = shift.pause(earliest, earliest + draw.between(0..=span / 3), draw.between(5..=30));
    }
    if draw.when(shape.visits_max, 30) {
        shift.visits_max(draw.quantity(1..=4));
    }
}
