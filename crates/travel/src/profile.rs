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

/// Steps of the factor and of the table of base times: never empty, the first from [`Time::MIN`], neighbours different.
///
/// Base times are asked for by table: all but roads that know periods of the day have one only, table 0.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    steps: Vec<SpeedStep>,
    /// By step.
    tables: Vec<usize>,
    /// Whether every step has table 0.
    is_of_one_table: bool,
    factor_min: u32,
}

impl Profile {
    /// The profile of a matrix, and of an estimate whose factor never changes.
    pub(crate) fn flat() -> Self {
        let steps = vec![SpeedStep { from: Time::MIN, factor_permille: PLAIN_PERMILLE }];
        Self { steps, tables: vec![0], is_of_one_table: true, factor_min: PLAIN_PERMILLE }
    }

    /// Normalises `given`. A factor that never changes is handed back for the base times, and the profile is flat.
    pub(crate) fn build(given: &[SpeedStep]) -> Result<(Self, u32), TravelError> {
        Self::with_tables(given.iter().map(|&step| (step, 0)))
    }

    /// The same with a table for each step.
    pub(crate) fn with_tables(
        given: impl Iterator<Item = (SpeedStep, usize)>,
    ) -> Result<(Self, u32), TravelError> {
        let mut built = Self { steps: Vec::new(), tables: Vec::new(), ..Self::flat() };
        let mut before: Option<Time> = None;
        for (at, (step, table)) in given.enumerate() {
            let ordered = before.map_or(step.from <= Time::ZERO, |before| before < step.from);
            if !ordered {
                return Err(TravelError::ProfileOrder { step: at });
            }
            before = Some(step.from);
            let factor_permille = step.factor_permille;
            if factor_permille == 0 || factor_permille > FACTOR_PERMILLE_MAX {
                return Err(TravelError::FactorOutOfRange {
                    step: at,
                    factor_permille,
                    limit: FACTOR_PERMILLE_MAX,
                });
            }
            let last = built.steps.last().map(|last| last.factor_permille).zip(built.tables.last().copied());
            if last != Some((factor_permille, table)) {
                built.steps.push(step);
                built.tables.push(table);
            }
        }
        let Some(first) = built.steps.first_mut() else { return Ok((Self::flat(), PLAIN_PERMILLE)) };
        first.from = Time::MIN;
        let factor_min = built.steps.iter().map(|s| s.factor_permille).fold(FACTOR_PERMILLE_MAX, u32::min);
        if built.steps.len() == 1 {
            return Ok((Self { tables: built.tables, ..Self::flat() }, factor_min));
        }
        let is_of_one_table = built.tables.iter().all(|&table| table == 0);
        Ok((Self { factor_min, is_of_one_table, ..built }, PLAIN_PERMILLE))
    }

    #[inline]
    pub(crate) fn is_flat(&self) -> bool {
        self.steps.len() == 1
    }

    pub(crate) fn steps(&self) -> &[SpeedStep] {
        &self.steps
    }

    /// Numbers the tables in the order of their first steps, and gives back what each was before.
    pub(crate) fn number_tables(&mut self) -> Vec<usize> {
        let mut numbered: Vec<usize> = Vec::new();
        for table in &mut self.tables {
            let known = numbered.iter().position(|before| before == table);
            *table = known.unwrap_or_else(|| {
                numbered.push(*table);
                numbered.len() - 1
            });
        }
        self.is_of_one_table = numbered.len() == 1;
        numbered
    }

    /// Time of a leg departed for at `departure`. O(log steps).
    #[inline]
    pub(crate) fn duration_at(&self, base: impl Fn(usize) -> Duration, departure: Time) -> Duration {
        if self.is_flat() { base(0) } else { self.of_step(self.step_at(departure), &base) }
    }

    /// The least time of a leg at any hour.
    #[inline]
    pub(crate) fn duration_min(&self, base: impl Fn(usize) -> Duration) -> Duration {
        if self.is_flat() {
            return base(0);
        }
        if self.is_of_one_table {
            return scaled(base(0), self.factor_min);
        }
        let by_step = (0..self.steps.len()).map(|step| self.of_step(step, &base));
        by_step.min().expect("a profile has a step")
    }

    /// `base` at the quickest hour, rounded down.
    pub(crate) fn understated(&self, base: Duration) -> Duration {
        Duration::from_ticks(base.ticks() * i64::from(self.factor_min) / 1_000)
    }

    /// The earliest arrival of whoever may leave from `ready` on; of equal arrivals, the one that drives least.
    pub(crate) fn earliest_arrival(&self, base: impl Fn(usize) -> Duration, ready: Time) -> Trip {
        if self.is_flat() {
            return Trip { departure: ready, arrival: ready + base(0) };
        }
        let now = self.step_at(ready);
        let mut best = Trip { departure: ready, arrival: ready + self.of_step(now, &base) };
        for (at, step) in self.steps.iter().enumerate().skip(now + 1) {
            if step.from > best.arrival {
                break;
            }
            let arrival = step.from + self.of_step(at, &base);
            if arrival <= best.arrival {
                best = Trip { departure: step.from, arrival };
            }
        }
        best
    }

    /// The latest departure that arrives by `due`.
    pub(crate) fn latest_departure(&self, base: impl Fn(usize) -> Duration, due: Time) -> Time {
        if self.is_flat() {
            return due - base(0);
        }
        let mut last = due;
        for at in (0..=self.step_at(due)).rev() {
            let departure = last.min(due - self.of_step(at, &base));
            if departure >= self.steps[at].from {
                return departure;
            }
            last = self.steps[at].from - Duration::from_ticks(1);
        }
        last
    }

    #[inline]
    fn of_step(&self, step: usize, base: &impl Fn(usize) -> Duration) -> Duration {
        scaled(base(self.tables[step]), self.steps[step].factor_permille)
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
