//! The factor of the hour: how much longer a leg takes when it is departed for at a given time.
//!
//! A leg takes the factor of its departure all the way, so leaving later may arrive earlier. Waiting before
//! driving is always allowed; [`Profile::earliest_arrival`] uses it and is therefore first in, first out.

use journeyman_domain::{Duration, SpeedStep, Time};

use crate::error::TravelError;
use crate::estimate::FACTOR_PERMILLE_MAX;

/// The factor at which a leg takes its base time.
const PLAIN_PERMILLE: u32 = 1_000;

/// A drive: when it starts, after waiting where that pays, and when it arrives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trip {
    /// When driving starts.
    pub departure: Time,
    /// When it ends.
    pub arrival: Time,
}

/// Steps of the factor: never empty, the first from [`Time::MIN`], neighbours different.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    steps: Vec<SpeedStep>,
    factor_min: u32,
}

impl Profile {
    /// The profile of a matrix, and of an estimate whose factor never changes.
    pub(crate) fn flat() -> Self {
        let steps = vec![SpeedStep { from: Time::MIN, factor_permille: PLAIN_PERMILLE }];
        Self { steps, factor_min: PLAIN_PERMILLE }
    }

    /// Normalises `given`. A factor that never changes is handed back for the base times, and the profile is flat.
    pub(crate) fn build(given: &[SpeedStep]) -> Result<(Self, u32), TravelError> {
        let mut steps: Vec<SpeedStep> = Vec::with_capacity(given.len());
        for (at, &step) in given.iter().enumerate() {
            let ordered = if at == 0 { step.from <= Time::ZERO } else { given[at - 1].from < step.from };
            if !ordered {
                return Err(TravelError::ProfileOrder { step: at });
            }
            let factor_permille = step.factor_permille;
            if factor_permille == 0 || factor_permille > FACTOR_PERMILLE_MAX {
                return Err(TravelError::FactorOutOfRange {
                    step: at,
                    factor_permille,
                    limit: FACTOR_PERMILLE_MAX,
                });
            }
            if steps.last().is_none_or(|last| last.factor_permille != factor_permille) {
                steps.push(step);
            }
        }
        let Some(first) = steps.first_mut() else { return Ok((Self::flat(), PLAIN_PERMILLE)) };
        first.from = Time::MIN;
        let factor_min = steps.iter().map(|s| s.factor_permille).fold(FACTOR_PERMILLE_MAX, u32::min);
        if steps.len() == 1 {
            Ok((Self::flat(), factor_min))
        } else {
            Ok((Self { steps, factor_min }, PLAIN_PERMILLE))
        }
    }

    #[inline]
    pub(crate) fn is_flat(&self) -> bool {
        self.steps.len() == 1
    }

    pub(crate) fn steps(&self) -> &[SpeedStep] {
        &self.steps
    }

    /// Time of a leg departed for at `departure`. O(log steps).
    #[inline]
    pub(crate) fn duration_at(&self, base: Duration, departure: Time) -> Duration {
        if self.is_flat() { base } else { scaled(base, self.steps[self.step_at(departure)].factor_permille) }
    }

    /// The least time of a leg at any hour.
    #[inline]
    pub(crate) fn duration_min(&self, base: Duration) -> Duration {
        if self.is_flat() { base } else { scaled(base, self.factor_min) }
    }

    /// `base` at the quickest hour, rounded down.
    pub(crate) fn understated(&self, base: Duration) -> Duration {
        Duration::from_ticks(base.ticks() * i64::from(self.factor_min) / 1_000)
    }

    /// The earliest arrival of whoever may leave from `ready` on; of equal arrivals, the one that drives least.
    pub(crate) fn earliest_arrival(&self, base: Duration, ready: Time) -> Trip {
        if self.is_flat() {
            return Trip { departure: ready, arrival: ready + base };
        }
        let now = self.step_at(ready);
        let mut best =
            Trip { departure: ready, arrival: ready + scaled(base, self.steps[now].factor_permille) };
        for step in &self.steps[now + 1..] {
            if step.from > best.arrival {
                break;
            }
            let arrival = step.from + scaled(base, step.factor_permille);
            if arrival <= best.arrival {
                best = Trip { departure: step.from, arrival };
            }
        }
        best
    }

    /// The latest departure that arrives by `due`.
    pub(crate) fn latest_departure(&self, base: Duration, due: Time) -> Time {
        if self.is_flat() {
            return due - base;
        }
        let mut last = due;
        for step in self.steps[..=self.step_at(due)].iter().rev() {
            let departure = last.min(due - scaled(base, step.factor_permille));
            if departure >= step.from {
                return departure;
            }
            last = step.from - Duration::from_ticks(1);
        }
        last
    }

    fn step_at(&self, time: Time) -> usize {
        self.steps.partition_point(|step| step.from <= time).saturating_sub(1)
    }
}

/// Rounded up, so that a plan never promises more than the factor allows. Limits keep the product inside 64 bits.
#[inline]
fn scaled(base: Duration, factor_permille: u32) -> Duration {
    let thousandths = base.ticks() * i64::from(factor_permille);
    Duration::from_ticks((thousandths + 999) / 1_000)
}
