//! How far times turn out from what is planned: one standard deviation of time on site and of driving.
//!
//! The window policy gives the scale. Windows are cut by these numbers, and the simulated day draws by them.

use std::borrow::Cow;

use crate::{Duration, Leg, PickupId, Problem, RoadSpec, RoadStep, SpeedStep, Time, TravelSpec, VisitId};

/// Driving that shares its luck, in seconds: legs up to half an hour are one piece of road and traffic, longer ones
/// are made of such pieces, each with its own.
const PIECE_SECONDS: i64 = 30 * 60;

/// At this factor of the hour the road is free.
const FREE_PERMILLE: u32 = 1_000;

impl Problem {
    /// Of the time on site of a visit: its own, or the policy's share.
    pub fn visit_deviation(&self, visit: VisitId) -> Duration {
        let noun = self.visit(visit);
        noun.duration_spread.unwrap_or_else(|| self.service_share(noun.duration))
    }

    /// Of the time at a pickup: the policy's share.
    pub fn pickup_deviation(&self, pickup: PickupId) -> Duration {
        self.service_share(self.pickup(pickup).duration)
    }

    /// Of the driving time of a leg: the policy's share s of a leg up to half an hour; of a longer one of length T
    /// only s · √(30 min / T), because independent pieces average out. Where the hour's factor f lies above 1, f
    /// times as much: a crowded road is also a moody one.
    pub fn leg_deviation(&self, leg: &Leg) -> Duration {
        let length = leg.duration.ticks();
        let piece = PIECE_SECONDS * self.ticks.time_ticks_per_unit;
        let alike = if length <= piece { length } else { length.saturating_mul(piece).isqrt() };
        let crowded = self.travel_factor_permille(leg.departure).max(FREE_PERMILLE);
        let share = i64::from(self.window_policy.travel_spread_permille) * i64::from(crowded) / 1_000;
        Duration::from_ticks(alike * share / 1_000)
    }

    /// The travel factor of the hour, per thousand of the base time; 1,000 where travel is a matrix. On roads it is
    /// that of the average road.
    pub fn travel_factor_permille(&self, departure: Time) -> u32 {
        let steps = self.travel_steps();
        let passed = steps.partition_point(|step| step.from <= departure);
        let step = steps.get(passed.saturating_sub(1));
        step.map_or(FREE_PERMILLE, |step| step.factor_permille)
    }

    /// The same over the horizon; empty where it is 1,000 always.
    pub fn travel_steps(&self) -> Cow<'_, [SpeedStep]> {
        match &self.travel {
            TravelSpec::Estimate(estimate) => Cow::Borrowed(&estimate.profile),
            TravelSpec::Matrix(_) => Cow::Borrowed(&[]),
            TravelSpec::Roads(spec) => {
                Cow::Owned(spec.steps.iter().map(|step| spec.average(*step)).collect())
            }
        }
    }

    fn service_share(&self, duration: Duration) -> Duration {
        let share = i64::from(self.window_policy.duration_spread_permille);
        Duration::from_ticks(duration.ticks() * share / 1_000)
    }
}

impl RoadSpec {
    fn average(&self, step: RoadStep) -> SpeedStep {
        let of_period = u64::from(self.roads.source().period_permille(step.period));
        let factor = (of_period * u64::from(step.factor_permille) / 1_000).max(1);
        SpeedStep { from: step.from, factor_permille: u32::try_from(factor).unwrap_or(u32::MAX) }
    }
}
