//! Travel between the places of one problem.

use std::sync::OnceLock;

use journeyman_domain::{
    Distance, Duration, EstimateSpec, MatrixSpec, Place, PlaceId, Problem, SpeedStep, TickScale, Time,
    TravelSource, TravelSpec,
};

use crate::error::TravelError;
use crate::estimate::{Estimator, Located};
use crate::given::table_from_matrix;
use crate::leg_table::{LEG_TICKS_MAX, LegCost, LegTable, PackedLeg};
use crate::place_index::PlaceIndex;
use crate::profile::{Profile, Trip};
use crate::triangle::{TriangleReport, extended, triangle_report};

/// The most places of a problem: their table takes 8 · places² bytes, 800 MB here.
pub const PLACES_MAX: usize = 10_000;

/// Time and distance between any two places of a problem, at any hour.
///
/// Legs may be asymmetric and need not keep the triangle inequality ([`Travel::triangle_report`]).
#[derive(Clone, Debug)]
pub struct Travel {
    legs: LegTable,
    profile: Profile,
    /// How far a duration or a distance may lie above the true value, in ticks.
    rounding_ticks: i64,
    estimate: Option<Estimate>,
    index: PlaceIndex,
    triangle: OnceLock<TriangleReport>,
}

/// What an estimate needs to take in more places.
#[derive(Clone, Debug)]
struct Estimate {
    estimator: Estimator,
    labels: Vec<String>,
    located: Vec<Option<Located>>,
}

impl Travel {
    /// Computes all legs of a problem. O(places²) time and space.
    ///
    /// # Errors
    /// A [`TravelError`] that names the place, zone or step, when a place in use cannot be reached by the travel
    /// that the problem specifies or when a number is out of range.
    pub fn build(problem: &Problem) -> Result<Self, TravelError> {
        let count = problem.places.len();
        if count > PLACES_MAX {
            return Err(TravelError::TooManyPlaces { count, limit: PLACES_MAX });
        }
        let travel = match &problem.travel {
            TravelSpec::Estimate(spec) => Self::estimated(spec, problem.ticks, &problem.places)?,
            TravelSpec::Matrix(spec) => Self::given(spec, &problem.places)?,
        };
        travel.check_places_in_use(problem)?;
        Ok(travel)
    }

    fn given(spec: &MatrixSpec, places: &[Place]) -> Result<Self, TravelError> {
        Ok(Self {
            legs: table_from_matrix(spec, places)?,
            profile: Profile::flat(),
            rounding_ticks: spec.rounding_ticks,
            estimate: None,
            index: PlaceIndex::build(places),
            triangle: OnceLock::new(),
        })
    }

    fn estimated(spec: &EstimateSpec, ticks: TickScale, places: &[Place]) -> Result<Self, TravelError> {
        let (profile, factor_permille) = Profile::build(&spec.profile)?;
        let estimator = Estimator::build(spec, ticks, factor_permille)?;
        let located = places.iter().map(|place| place.point.map(|point| estimator.locate(point))).collect();
        let labels = places.iter().map(|place| place.label.clone()).collect();
        let estimate = Estimate { estimator, labels, located };
        let mut legs = LegTable::unknown(places.len());
        for place in 0..places.len() {
            estimate.fill(&mut legs, place, 0..place)?;
        }
        Ok(Self {
            legs,
            profile,
            rounding_ticks: 0,
            estimate: Some(estimate),
            index: PlaceIndex::build(places),
            triangle: OnceLock::new(),
        })
    }

    /// Time at factor 1 and distance of a leg; zero from a place to itself.
    #[inline]
    pub fn leg(&self, from: PlaceId, to: PlaceId) -> LegCost {
        self.legs.cost(from, to)
    }

    /// Whether a leg takes the same time at every hour.
    #[inline]
    pub fn is_static(&self) -> bool {
        self.profile.is_flat()
    }

    /// The factor of the hour: never empty, the first step from [`Time::MIN`], neighbouring factors different.
    ///
    /// A factor that never changes is already in the legs: then there is one step of 1,000.
    pub fn steps(&self) -> &[SpeedStep] {
        self.profile.steps()
    }

    /// Time of a leg when driving starts at `departure`: ⌈base · factor / 1000⌉. Leaving later may arrive earlier.
    #[inline]
    pub fn duration_at(&self, from: PlaceId, to: PlaceId, departure: Time) -> Duration {
        self.profile.duration_at(self.leg(from, to).duration, departure)
    }

    /// The earliest arrival when driving may start at `ready` or later; never earlier for a later `ready`.
    #[inline]
    pub fn earliest_arrival(&self, from: PlaceId, to: PlaceId, ready: Time) -> Trip {
        self.profile.earliest_arrival(self.leg(from, to).duration, ready)
    }

    /// The latest start of driving that arrives by `due`.
    #[inline]
    pub fn latest_departure(&self, from: PlaceId, to: PlaceId, due: Time) -> Time {
        self.profile.latest_departure(self.leg(from, to).duration, due)
    }

    /// A lower bound on the true time of the leg at any hour, rounding taken off.
    #[inline]
    pub fn duration_min(&self, from: PlaceId, to: PlaceId) -> Duration {
        let least = self.profile.duration_min(self.leg(from, to).duration);
        Duration::from_ticks((least.ticks() - self.rounding_ticks).max(0))
    }

    /// A lower bound on the true distance of the leg, rounding taken off.
    #[inline]
    pub fn distance_min(&self, from: PlaceId, to: PlaceId) -> Distance {
        Distance::from_ticks((self.leg(from, to).distance.ticks() - self.rounding_ticks).max(0))
    }

    /// The same places with every leg rounded down instead of up: for bounds, where this travel is for plans. None
    /// where nothing was rounded. O(places²).
    pub fn rounded_down(&self) -> Option<Self> {
        let most = u32::try_from(self.rounding_ticks.clamp(0, i64::from(u32::MAX))).unwrap_or(u32::MAX);
        (most > 0).then(|| Self {
            legs: self.legs.shortened(most),
            rounding_ticks: 0,
            triangle: OnceLock::new(),
            ..self.clone()
        })
    }

    /// A lower bound on the time from one place to another over any detours, at any hours; weaker than
    /// [`Self::duration_min`], which speaks of the direct leg only. Zero where travel is a matrix.
    pub fn any_way_min(&self, from: PlaceId, to: PlaceId) -> Duration {
        let bound = self.estimate.as_ref().and_then(|estimate| {
            let (a, b) = (estimate.located[from.index()].as_ref()?, estimate.located[to.index()].as_ref()?);
            Some(estimate.estimator.any_way_min(a, b))
        });
        self.profile.understated(Duration::from_ticks(bound.unwrap_or(0)))
    }

    /// Where the numbers come from.
    pub fn source(&self) -> TravelSource {
        if self.estimate.is_some() { TravelSource::Estimate } else { TravelSource::Matrix }
    }

    /// How many places it knows.
    pub fn place_count(&self) -> usize {
        self.legs.places()
    }

    /// The `count` other places that are nearest by driving time from `place`, nearest first; ties by distance,
    /// then by id. O(places + count log count).
    pub fn nearest(&self, place: PlaceId, count: usize) -> Vec<PlaceId> {
        let row = self.legs.row(place.index());
        let key = |&other: &usize| (row[other].duration, row[other].distance, other);
        let mut others: Vec<usize> =
            (0..row.len()).filter(|&other| other != place.index() && self.legs.knows(other)).collect();
        if count < others.len() {
            others.select_nth_unstable_by_key(count, key);
            others.truncate(count);
        }
        others.sort_unstable_by_key(key);
        others.into_iter().map(PlaceId::new).collect()
    }

    /// The places by where they lie.
    pub fn place_index(&self) -> &PlaceIndex {
        &self.index
    }

    /// How far base times break the triangle inequality; computed on first use (O(places³), capped), then kept.
    pub fn triangle_report(&self) -> TriangleReport {
        *self.triangle.get_or_init(|| triangle_report(&self.legs))
    }

    /// Takes in one more place; its id is the next. Equal to building anew with it. Amortised O(places).
    ///
    /// # Errors
    /// Where travel is a matrix, the place has no coordinates, lies too far away, or is one too many. Nothing has
    /// changed then.
    pub fn push_place(&mut self, place: &Place) -> Result<PlaceId, TravelError> {
        let at = self.legs.places();
        let estimate = self
            .estimate
            .as_mut()
            .ok_or_else(|| TravelError::MatrixCannotGrow { place: place.label.clone() })?;
        let point = place.point.ok_or_else(|| TravelError::NoPoint { place: place.label.clone() })?;
        if at == PLACES_MAX {
            return Err(TravelError::TooManyPlaces { count: at + 1, limit: PLACES_MAX });
        }
        let located = estimate.estimator.locate(point);
        let legs = estimate.legs_of(&place.label, &located, 0..at)?;
        estimate.labels.push(place.label.clone());
        estimate.located.push(Some(located));
        self.legs.grow();
        write_both_ways(&mut self.legs, at, &legs);
        self.index.insert(PlaceId::new(at), point);
        self.triangle = match self.triangle.take() {
            Some(before) => extended(before, &self.legs).into(),
            None => OnceLock::new(),
        };
        Ok(PlaceId::new(at))
    }

    /// Puts a place where `place` now says. Equal to building anew. O(places).
    ///
    /// # Errors
    /// Where travel is a matrix, the place has no coordinates or lies too far away. Nothing has changed then.
    pub fn move_place(&mut self, id: PlaceId, place: &Place) -> Result<(), TravelError> {
        let count = self.legs.places();
        let estimate = self
            .estimate
            .as_mut()
            .ok_or_else(|| TravelError::MatrixCannotGrow { place: place.label.clone() })?;
        let point = place.point.ok_or_else(|| TravelError::NoPoint { place: place.label.clone() })?;
        let at = id.index();
        let located = estimate.estimator.locate(point);
        let others = (0..count).filter(|&other| other != at);
        let legs = estimate.legs_of(&place.label, &located, others)?;
        estimate.labels[at].clone_from(&place.label);
        if let Some(before) = estimate.located[at].replace(located) {
            self.index.remove(id, before.point());
        }
        self.index.insert(id, point);
        write_both_ways(&mut self.legs, at, &legs);
        self.triangle = OnceLock::new();
        Ok(())
    }

    fn check_places_in_use(&self, problem: &Problem) -> Result<(), TravelError> {
        let shifts = problem.shifts.iter().flat_map(|shift| [shift.start_place, shift.end_place]);
        let pickups = problem.pickups.iter().map(|pickup| pickup.place);
        let visits = problem.visits.iter().map(|visit| visit.place);
        for id in shifts.chain(pickups).chain(visits) {
            if !self.legs.knows(id.index()) {
                let place = problem.place(id).label.clone();
                return Err(match problem.travel {
                    TravelSpec::Estimate(_) => TravelError::NoPoint { place },
                    TravelSpec::Matrix(_) => TravelError::NotInMatrix { place },
                });
            }
        }
        Ok(())
    }
}

impl Estimate {
    /// Computes the legs between `place` and `others`, both ways, straight into the table.
    fn fill(
        &self,
        legs: &mut LegTable,
        place: usize,
        others: std::ops::Range<usize>,
    ) -> Result<(), TravelError> {
        let Some(located) = &self.located[place] else { return Ok(()) };
        let computed = self.legs_of(&self.labels[place], located, others)?;
        write_both_ways(legs, place, &computed);
        Ok(())
    }

    /// The legs between a place and those of `others` that have coordinates.
    fn legs_of(
        &self,
        label: &str,
        located: &Located,
        others: impl Iterator<Item = usize>,
    ) -> Result<Vec<(usize, PackedLeg)>, TravelError> {
        others
            .filter_map(|other| Some((other, self.located[other].as_ref()?)))
            .map(|(other, there)| {
                let leg = self.estimator.leg(located, there).ok_or_else(|| TravelError::LegOutOfRange {
                    from: label.to_owned(),
                    to: self.labels[other].clone(),
                    limit: LEG_TICKS_MAX,
                })?;
                Ok((other, leg))
            })
            .collect()
    }
}

fn write_both_ways(legs: &mut LegTable, place: usize, computed: &[(usize, PackedLeg)]) {
    legs.set(place, place, PackedLeg::NONE);
    for &(other, leg) in computed {
        legs.set(place, other, leg);
        legs.set(other, place, leg);
    }
}
