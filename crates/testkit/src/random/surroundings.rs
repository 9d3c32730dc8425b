//! Calendar, travel, jurisdictions and warehouses of a random day.

use journeyman_domain::{LicenseClass, TravelSpec};

use super::{Draw, JURISDICTIONS, SKUS, Shape, TOOLS, TravelShape};
use crate::builder::ProblemBuilder;

/// 2026-06-10 06:00:00 UTC: midnight in Denver.
const MIDNIGHT_IN_DENVER: i64 = 1_781_071_200;

/// Farthest coordinate of a spot, in units of the test plane: metres where travel is estimated, else ticks.
pub(super) fn radius(day: &mut ProblemBuilder) -> i64 {
    match day.problem_mut().travel {
        TravelSpec::Matrix(_) => 24,
        TravelSpec::Estimate(_) | TravelSpec::Roads(_) => 240,
    }
}

pub(super) fn add(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder) {
    day.horizon(shape.horizon);
    if draw.when(shape.days, 60) {
        day.calendar(MIDNIGHT_IN_DENVER - draw.between(0..=shape.horizon), "America/Denver");
    }
    let estimated = match shape.travel {
        TravelShape::Matrix => false,
        TravelShape::Estimate => true,
        TravelShape::Either => draw.chance(50),
    };
    if estimated {
        estimate(draw, shape, day);
    }
    if shape.licenses {
        jurisdictions(draw, day);
    }
    for number in 0..draw.count(0..=shape.pickups_max) {
        pickup(draw, shape, day, &format!("depot {}", number + 1));
    }
    if draw.when(shape.permits, 50) {
        day.plan_expected_permits();
    }
}

fn estimate(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder) {
    day.estimate(draw.quantity(24..=60) * 1_000, draw.quantity(1_000..=1_400));
    if draw.chance(50) {
        day.zone((0, -400), (400, 400), draw.quantity(12..=30) * 1_000);
    }
    if draw.when(shape.profile, 60) {
        day.speed_step(0, draw.quantity(500..=1_500));
        let mut from = 0;
        for _ in 0..draw.count(1..=3) {
            from += draw.between(20..=shape.horizon / 3);
            // Steep falls are wanted: leaving later then arrives earlier, and waiting before driving pays.
            day.speed_step(from, draw.quantity(300..=2_500));
        }
    }
}

fn jurisdictions(draw: &mut Draw, day: &mut ProblemBuilder) {
    let [state, city, elsewhere] = JURISDICTIONS;
    let radius = radius(day);
    for label in JURISDICTIONS {
        day.jurisdiction(label);
    }
    day.jurisdiction(city).within(state);
    if draw.chance(70) {
        day.jurisdiction(city)
            .territory((-radius / 2 - 1, -radius / 2 - 1), (radius / 2 + 1, radius / 2 + 1));
    }
    if draw.chance(50) {
        day.jurisdiction(state).territory((-radius * 2, -radius * 2), (radius * 2, radius / 2));
    }
    if draw.chance(50) {
        let accepted_in = draw.pick(&[state, city]);
        let class_max =
            draw.pick(&[LicenseClass::Apprentice, LicenseClass::Journeyman, LicenseClass::Master]);
        day.reciprocity(elsewhere, accepted_in, class_max);
    }
}

fn pickup(draw: &mut Draw, shape: &Shape, day: &mut ProblemBuilder, label: &str) {
    let radius = radius(day);
    let mut depot = day.pickup(label, draw.spot(radius)).duration(draw.between(0..=15));
    if draw.chance(50) {
        let opens = draw.between(0..=shape.horizon / 3);
        let closes = opens + draw.between(30..=shape.horizon / 3);
        depot = depot.window(opens, closes);
        if draw.when(shape.windows_several, 50) {
            depot = depot.window(closes + 20, closes + 20 + draw.between(20..=100));
        }
    }
    for tool in TOOLS {
        if draw.when(shape.tools, 60) {
            depot = depot.lends(tool);
        }
    }
    for sku in SKUS {
        if draw.when(shape.parts, 70) {
            depot = match draw.count(0..=3) {
                0 => depot.stocks_unlimited(sku),
                1 => depot.stocks(sku, draw.quantity(0..=2)).delivery(
                    sku,
                    draw.quantity(1..=3),
                    draw.between(0..=shape.horizon / 2),
                ),
                _ => depot.stocks(sku, draw.quantity(0..=4)),
            };
        }
    }
}
