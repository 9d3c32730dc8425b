//! How legs to more places are found, where they are: estimated, or driven on roads. A matrix has no such way.

use std::ops::Range;

use journeyman_domain::{
    EstimateSpec, GeoPoint, Place, RoadLeg, RoadSpec, RoadTrouble, Roads, SpeedStep, TickScale,
};

use crate::error::TravelError;
use crate::estimate::{Estimator, Located, float, understated};
use crate::leg_table::{LEG_TICKS_MAX, LegTable, PackedLeg};
use crate::profile::Profile;
use crate::sphere::{great_circle_meters, planar};

/// Legs of one question to whoever knows the roads: 64 MB of them.
const LEGS_AT_ONCE_MAX: usize = 4 << 20;

/// Estimates or roads, with the places that they know.
#[derive(Clone, Debug)]
pub(crate) enum Ways {
    Estimate(Estimate),
    Roads(RoadWays),
}

/// What an estimate needs to take in more places.
#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    estimator: Estimator,
    labels: Vec<String>,
    located: Vec<Option<Located>>,
}

/// What roads need to take in more places.
#[derive(Clone, Debug)]
pub(crate) struct RoadWays {
    roads: Roads,
    /// By table.
    periods: Vec<usize>,
    /// Of a profile that never changes.
    factor_permille: u32,
    ticks: TickScale,
    labels: Vec<String>,
    points: Vec<Option<GeoPoint>>,
}

/// The legs between a place and others, there and back, by table.
pub(crate) struct NewLegs {
    others: Vec<usize>,
    /// By table, then by other place.
    tables: Vec<Vec<(PackedLeg, PackedLeg)>>,
}

impl Ways {
    /// The legs between a place, at `point`, and those of `others` that have coordinates.
    pub(crate) fn legs_of(
        &self,
        label: &str,
        point: GeoPoint,
        others: impl Iterator<Item = usize>,
    ) -> Result<NewLegs, TravelError> {
        match self {
            Self::Estimate(estimate) => estimate.legs_of(label, &estimate.estimator.locate(point), others),
            Self::Roads(roads) => roads.legs_of(label, point, others),
        }
    }

    /// Takes in a place, as the last one or in place of another; gives back where that was.
    pub(crate) fn put(&mut self, at: usize, label: &str, point: GeoPoint) -> Option<GeoPoint> {
        match self {
            Self::Estimate(Estimate { estimator, labels, located }) => {
                let before = put(located, at, Some(estimator.locate(point))).flatten();
                put(labels, at, label.to_owned());
                before.map(|before| before.point())
            }
            Self::Roads(RoadWays { labels, points, .. }) => {
                put(labels, at, label.to_owned());
                put(points, at, Some(point)).flatten()
            }
        }
    }

    /// No sequence of legs from `a` to `b` takes less than this at factor 1.
    pub(crate) fn any_way_min(&self, a: usize, b: usize) -> Option<i64> {
        match self {
            Self::Estimate(Estimate { estimator, located, .. }) => {
                Some(estimator.any_way_min(located[a].as_ref()?, located[b].as_ref()?))
            }
            Self::Roads(roads) => roads.any_way_min(a, b),
        }
    }
}

impl Estimate {
    /// With all legs between places, and what the hour does to them.
    pub(crate) fn build(
        spec: &EstimateSpec,
        ticks: TickScale,
        places: &[Place],
    ) -> Result<(Self, LegTable, Profile), TravelError> {
        let (profile, factor_permille) = Profile::build(&spec.profile)?;
        let estimator = Estimator::build(spec, ticks, factor_permille)?;
        let located = places.iter().map(|place| place.point.map(|point| estimator.locate(point))).collect();
        let labels = places.iter().map(|place| place.label.clone()).collect();
        let estimate = Self { estimator, labels, located };
        let mut legs = LegTable::unknown(places.len());
        for place in 0..places.len() {
            estimate.fill(&mut legs, place, 0..place)?;
        }
        Ok((estimate, legs, profile))
    }

    /// Computes the legs between `place` and `others`, both ways, straight into the table.
    fn fill(&self, legs: &mut LegTable, place: usize, others: Range<usize>) -> Result<(), TravelError> {
        let Some(located) = &self.located[place] else { return Ok(()) };
        self.legs_of(&self.labels[place], located, others)?.write(std::iter::once(legs), place);
        Ok(())
    }

    fn legs_of(
        &self,
        label: &str,
        located: &Located,
        others: impl Iterator<Item = usize>,
    ) -> Result<NewLegs, TravelError> {
        let mut new = NewLegs { others: Vec::new(), tables: vec![Vec::new()] };
        for (other, there) in others.filter_map(|other| Some((other, self.located[other].as_ref()?))) {
            let leg = self.estimator.leg(located, there).ok_or_else(|| TravelError::LegOutOfRange {
                from: label.to_owned(),
                to: self.labels[other].clone(),
                limit: LEG_TICKS_MAX,
            })?;
            new.others.push(other);
            new.tables[0].push((leg, leg));
        }
        Ok(new)
    }
}

impl RoadWays {
    /// With all legs between places, a table for each period in use, and what the hour does to them.
    pub(crate) fn build(
        spec: &RoadSpec,
        ticks: TickScale,
        places: &[Place],
    ) -> Result<(Self, Vec<LegTable>, Profile), TravelError> {
        let count = spec.roads.source().period_starts().len();
        let unknown = spec.steps.iter().position(|step| step.period >= count);
        if let Some(step) = unknown {
            return Err(TravelError::PeriodUnknown { step, period: spec.steps[step].period, count });
        }
        let step = |step: &journeyman_domain::RoadStep| {
            (SpeedStep { from: step.from, factor_permille: step.factor_permille }, step.period)
        };
        let (mut profile, factor_permille) = Profile::with_tables(spec.steps.iter().map(step))?;
        let periods = profile.number_tables();
        let ways = Self {
            roads: spec.roads.clone(),
            periods,
            factor_permille,
            ticks,
            labels: places.iter().map(|place| place.label.clone()).collect(),
            points: places.iter().map(|place| place.point).collect(),
        };
        let tables: Result<Vec<LegTable>, TravelError> =
            ways.periods.iter().map(|&period| ways.table(period)).collect();
        Ok((ways, tables?, profile))
    }

    fn table(&self, period: usize) -> Result<LegTable, TravelError> {
        let mut legs = LegTable::unknown(self.points.len());
        let (places, points): (Vec<usize>, Vec<GeoPoint>) =
            self.points.iter().enumerate().filter_map(|(at, point)| Some((at, (*point)?))).unzip();
        let rows = (LEGS_AT_ONCE_MAX / points.len().max(1)).max(1);
        for (places_from, from) in places.chunks(rows).zip(points.chunks(rows)) {
            let found = self.ask(period, (from, &points), None)?;
            for (&from, row) in places_from.iter().zip(found.chunks(points.len())) {
                for (&to, &leg) in places.iter().zip(row) {
                    let packed = self.packed(leg).ok_or_else(|| self.out_of_range(from, to))?;
                    legs.set(from, to, packed);
                }
            }
        }
        Ok(legs)
    }

    fn legs_of(
        &self,
        label: &str,
        point: GeoPoint,
        others: impl Iterator<Item = usize>,
    ) -> Result<NewLegs, TravelError> {
        let (others, points): (Vec<usize>, Vec<GeoPoint>) =
            others.filter_map(|other| Some((other, self.points[other]?))).unzip();
        let table = |&period: &usize| -> Result<Vec<(PackedLeg, PackedLeg)>, TravelError> {
            let out = self.ask(period, (&[point], &points), Some(label))?;
            let back = self.ask(period, (&points, &[point]), Some(label))?;
            let legs = out.into_iter().zip(back).zip(&others);
            legs.map(|((out, back), &other)| self.packed(out).zip(self.packed(back)).ok_or(other))
                .collect::<Result<_, usize>>()
                .map_err(|other| TravelError::LegOutOfRange {
                    from: label.to_owned(),
                    to: self.labels[other].clone(),
                    limit: LEG_TICKS_MAX,
                })
        };
        let tables: Result<Vec<_>, TravelError> = self.periods.iter().map(table).collect();
        Ok(NewLegs { tables: tables?, others })
    }

    /// Asks for legs; `new` is the label of a place that is not known yet.
    fn ask(
        &self,
        period: usize,
        (from, to): (&[GeoPoint], &[GeoPoint]),
        new: Option<&str>,
    ) -> Result<Vec<RoadLeg>, TravelError> {
        let label = |point: GeoPoint| {
            let known = self.points.iter().position(|known| *known == Some(point));
            known.map_or_else(|| new.unwrap_or_default().to_owned(), |at| self.labels[at].clone())
        };
        self.roads.source().legs(period, from, to).map_err(|trouble| match trouble {
            RoadTrouble::OffRoads { point, meters, limit } => {
                TravelError::OffRoads { place: label(point), meters, limit }
            }
            RoadTrouble::NoWay { from, to } => TravelError::NoWay { from: label(from), to: label(to) },
            RoadTrouble::Service(text) => TravelError::RoadService(text),
        })
    }

    /// In ticks, rounded up.
    fn packed(&self, leg: RoadLeg) -> Option<PackedLeg> {
        let scaled = |amount: u64, ticks_per_unit: i64, per_unit: u128| -> Option<u32> {
            let ticks = u128::from(amount) * u128::try_from(ticks_per_unit).ok()?;
            u32::try_from(ticks.div_ceil(per_unit)).ok().filter(|&ticks| ticks <= LEG_TICKS_MAX)
        };
        let milliseconds = leg.milliseconds.checked_mul(u64::from(self.factor_permille))?;
        Some(PackedLeg {
            duration: scaled(milliseconds, self.ticks.time_ticks_per_unit, 1_000_000)?,
            distance: scaled(leg.centimeters, self.ticks.distance_ticks_per_unit, 100)?,
        })
    }

    fn out_of_range(&self, from: usize, to: usize) -> TravelError {
        let label = |at: usize| self.labels[at].clone();
        TravelError::LegOutOfRange { from: label(from), to: label(to), limit: LEG_TICKS_MAX }
    }

    /// As the crow flies at the highest speed of any road.
    fn any_way_min(&self, a: usize, b: usize) -> Option<i64> {
        /// Lengths of roads, and places on them, are whole centimeters.
        const ROUNDING_METERS: f64 = 1.0;
        let (a, b) = (self.points[a]?, self.points[b]?);
        let meters = great_circle_meters(planar(a), planar(b)) - ROUNDING_METERS;
        let seconds = meters.max(0.0) * 3_600.0 / f64::from(self.roads.source().speed_max().max(1));
        let ticks_per_second =
            float(self.ticks.time_ticks_per_unit) * f64::from(self.factor_permille) / 1_000.0;
        Some(understated(seconds * ticks_per_second))
    }
}

impl NewLegs {
    /// Into tables that know the place already.
    pub(crate) fn write<'t>(&self, tables: impl Iterator<Item = &'t mut LegTable>, place: usize) {
        for (table, legs) in tables.zip(&self.tables) {
            table.set(place, place, PackedLeg::NONE);
            for (&other, &(out, back)) in self.others.iter().zip(legs) {
                table.set(place, other, out);
                table.set(other, place, back);
            }
        }
    }
}

/// Replaces an entry and gives it back, or adds one more.
fn put<T>(list: &mut Vec<T>, at: usize, entry: T) -> Option<T> {
    match list.get_mut(at) {
        Some(before) => Some(std::mem::replace(before, entry)),
        None => {
            list.push(entry);
            None
        }
    }
}
