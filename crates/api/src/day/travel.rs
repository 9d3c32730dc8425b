//! How travel is found, and the zones, which stand at the day in the contract.

use std::collections::BTreeMap;

use jiff::civil;
use jiff::tz::TimeZone;
use journeyman_domain::{EstimateSpec, MatrixSpec, RoadStep, SpeedStep, TravelSpec, Zone};

use super::{InexpressibleDay, Words, ring};
use crate::problem::clock::Clock;
use crate::problem::travel::spread_profile;
use crate::wire;

/// The travel model and the zones.
pub(super) fn travel(say: &Words<'_>) -> Result<(wire::Travel, Vec<wire::Zone>), InexpressibleDay> {
    let (model, zones) = match &say.problem.travel {
        TravelSpec::Estimate(estimate) => {
            let zones = estimate.zones.iter().map(zone).collect();
            (wire::travel::Model::Estimate(self::estimate(say, estimate)?), zones)
        }
        TravelSpec::Matrix(MatrixSpec { rounding_ticks: 1.., .. }) => {
            return Err(InexpressibleDay::RoundedMatrix);
        }
        TravelSpec::Matrix(matrix) => {
            let model = wire::travel::Model::Matrix(wire::TravelMatrix {
                place_ids: matrix.places.iter().map(|place| say.place(*place)).collect(),
                duration_seconds: matrix.durations.iter().map(|duration| duration.ticks()).collect(),
                distance_meters: matrix.distances.iter().map(|distance| distance.ticks()).collect(),
            });
            (model, Vec::new())
        }
        TravelSpec::Roads(spec) => {
            let mut factors: Vec<SpeedStep> = spec
                .steps
                .iter()
                .map(|step| SpeedStep { from: step.from, factor_permille: step.factor_permille })
                .collect();
            factors.dedup_by_key(|step| step.factor_permille);
            if spec.steps.iter().all(is_plain) {
                factors.clear();
            }
            let daily_profile = daily_profile(say, &factors)?;
            (wire::travel::Model::Roads(wire::TravelRoads { daily_profile }), Vec::new())
        }
    };
    Ok((wire::Travel { model: Some(model) }, zones))
}

/// Whether nothing comes on top of what the roads know.
fn is_plain(step: &RoadStep) -> bool {
    step.factor_permille == 1_000
}

fn zone(zone: &Zone) -> wire::Zone {
    wire::Zone {
        id: zone.label.clone(),
        ring: Some(ring(&zone.ring)),
        speed_meters_per_hour: i64::from(zone.speed_meters_per_hour),
    }
}

fn estimate(say: &Words<'_>, estimate: &EstimateSpec) -> Result<wire::TravelEstimate, InexpressibleDay> {
    Ok(wire::TravelEstimate {
        circuity_permille: Some(i32::try_from(estimate.circuity_permille).unwrap_or(i32::MAX)),
        speed_meters_per_hour: Some(i64::from(estimate.speed_meters_per_hour)),
        daily_profile: daily_profile(say, &estimate.profile)?,
    })
}

/// The profile of one day that spreads into these steps, if there is one: each step starts at some time of day.
fn daily_profile(
    say: &Words<'_>,
    steps: &[SpeedStep],
) -> Result<Vec<wire::TravelTimeStep>, InexpressibleDay> {
    if steps.is_empty() {
        return Ok(Vec::new());
    }
    let name = &say.problem.time_zone;
    let zone = TimeZone::get(name).map_err(|_| InexpressibleDay::TimeZone(name.clone()))?;
    let clock = Clock::of(say.problem, zone);
    let mut factors: BTreeMap<civil::Time, u32> = BTreeMap::new();
    for step in steps {
        factors.entry(clock.local(step.from).time()).or_insert(step.factor_permille);
    }
    let profile: Vec<(civil::Time, u32)> = factors.into_iter().collect();
    let on_the_minute = profile.iter().all(|(start, _)| start.second() == 0);
    if !on_the_minute || spread_profile(&clock, &profile) != steps {
        return Err(InexpressibleDay::TravelProfile);
    }
    let step = |(start, factor): (civil::Time, u32)| wire::TravelTimeStep {
        start_time_of_day: format!("{:02}:{:02}", start.hour(), start.minute()),
        travel_time_permille: i32::try_from(factor).unwrap_or(i32::MAX),
    };
    Ok(profile.into_iter().map(step).collect())
}
