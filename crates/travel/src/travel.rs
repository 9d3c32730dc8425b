//! Travel between the places of one problem.

use std::sync::OnceLock;

use journeyman_domain::{
    Distance, Duration, GeoPoint, Place, PlaceId, Problem, SpeedStep, Time, TravelSource, TravelSpec,
};

use crate::error::TravelError;
use crate::given::table_from_matrix;
use crate::leg_table::{LegCost, LegTable};
use crate::place_index::PlaceIndex;
use crate::profile::{Profile, Trip};
use crate::triangle::{TriangleReport, extended, triangle_report};
use crate::ways::{Estimate, RoadWays, Ways};

/// The most places of a problem: their table takes 8 · places² bytes, 800 MB here.
pub const PLACES_MAX: usize = 10_000;

/// Time and distance between any two places of a problem, at any hour.
///
/// Legs may be asymmetric and need not keep the triangle inequality ([`Travel::triangle_report`]).
#[derive(Clone, Debug)]
pub struct Travel {
    /// On roads that know periods of the day, of the period at time 0.
    legs: LegTable,
    /// Of each other period in use, over the same places.
    later: Vec<LegTable>,
    profile: Profile,
    /// How far a duration or a distance may lie above the true value, in ticks.
    rounding_ticks: i64,
    /// None where travel is a matrix.
    ways: Option<Ways>,
    index: PlaceIndex,
    triangle: OnceLock<TriangleReport>,
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
        let (legs, later, profile, ways) = match &problem.travel {
            TravelSpec::Estimate(spec) => {
                let (estimate, legs, profile) = Estimate::build(spec, problem.ticks, &problem.places)?;
                (legs, Vec::new(), profile, Some(Ways::Estimate(estimate)))
            }
            TravelSpec::Roads(spec) => {
                let (roads, mut tables, profile) = RoadWays::build(spec, problem.ticks, &problem.places)?;
                (tables.remove(0), tables, profile, Some(Ways::Roads(roads)))
            }
            TravelSpec::Matrix(spec) => {
                (table_from_matrix(spec, &problem.places)?, Vec::new(), Profile::flat(), None)
            }
        };
        let travel = Self {
            legs,
            later,
            profile,
            rounding_ticks: match &problem.travel {
                TravelSpec::Matrix(spec) => spec.rounding_ticks,
                TravelSpec::Estimate(_) | TravelSpec::Roads(_) => 0,
            },
            ways,
            index: PlaceIndex::build(&problem.places),
            triangle: OnceLock::new(),
        };
        travel.check_places_in_use(problem)?;
        Ok(travel)
    }

    /// Time at factor 1 and distance of a leg; zero from a place to itself. On roads that know periods of the day, time
    /// and distance are those of the period at time 0; [`Self::duration_at`] knows the others.
    #[inline]
    pub fn leg(&self, from: PlaceId, to: PlaceId) -> LegCost {
        self.legs.cost(from, to)
    }

    #[inline]
    fn base(&self, from: PlaceId, to: PlaceId) -> impl Fn(usize) -> Duration + '_ {
        move |table| match table {
            0 => self.legs.cost(from, to).duration,
            later => self.later[later - 1].cost(from, to).duration,
        }
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
        self.profile.duration_at(self.base(from, to), departure)
    }

    /// The earliest arrival when driving may start at `ready` or later; never earlier for a later `ready`.
    #[inline]
    pub fn earliest_arrival(&self, from: PlaceId, to: PlaceId, ready: Time) -> Trip {
        self.profile.earliest_arrival(self.base(from, to), ready)
    }

    /// The latest start of driving that arrives by `due`.
    #[inline]
    pub fn latest_departure(&self, from: PlaceId, to: PlaceId, due: Time) -> Time {
        self.profile.latest_departure(self.base(from, to), due)
    }

    /// A lower bound on the true time of the leg at any hour, rounding taken off.
    #[inline]
    pub fn duration_min(&self, from: PlaceId, to: PlaceId) -> Duration {
        let least = self.profile.duration_min(self.base(from, to));
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
            later: self.later.iter().map(|table| table.shortened(most)).collect(),
            rounding_ticks: 0,
            triangle: OnceLock::new(),
            ..self.clone()
        })
    }

    /// A lower bound on the time from one place to another over any detours, at any hours; weaker than
    /// [`Self::duration_min`], which speaks of the direct leg only. Zero where travel is a matrix.
    pub fn any_way_min(&self, from: PlaceId, to: PlaceId) -> Duration {
        let bound = self.ways.as_ref().and_then(|ways| ways.any_way_min(from.index(), to.index()));
        self.profile.understated(Duration::from_ticks(bound.unwrap_or(0)))
    }

    /// Where the numbers come from.
    pub fn source(&self) -> TravelSource {
        match &self.ways {
            Some(Ways::Estimate(_)) => TravelSource::Estimate,
            Some(Ways::Roads(_)) => TravelSource::Roads,
            None => TravelSource::Matrix,
        }
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

    /// Takes in one more place; its id is the next. Equal to building anew with it. Amortised O(places); on roads one
    /// row and one column of legs besides.
    ///
    /// # Errors
    /// Where travel is a matrix, the place has no coordinates, lies too far away, or is one too many. Nothing has
    /// changed then.
    pub fn push_place(&mut self, place: &Place) -> Result<PlaceId, TravelError> {
        let at = self.place_count();
        let (ways, point) = self.growing(place)?;
        if at == PLACES_MAX {
            return Err(TravelError::TooManyPlaces { count: at + 1, limit: PLACES_MAX });
        }
        let legs = ways.legs_of(&place.label, point, 0..at)?;
        ways.put(at, &place.label, point);
        self.tables().for_each(LegTable::grow);
        legs.write(self.tables(), at);
        self.index.insert(PlaceId::new(at), point);
        self.triangle = match self.triangle.take() {
            Some(before) => extended(before, &self.legs).into(),
            None => OnceLock::new(),
        };
        Ok(PlaceId::new(at))
    }

    /// Puts a place where `place` now says. Equal to building anew. O(places); on roads one row and one column of legs
    /// besides.
    ///
    /// # Errors
    /// Where travel is a matrix, the place has no coordinates or lies too far away. Nothing has changed then.
    pub fn move_place(&mut self, id: PlaceId, place: &Place) -> Result<(), TravelError> {
        let (count, at) = (self.place_count(), id.index());
        let (ways, point) = self.growing(place)?;
        let legs = ways.legs_of(&place.label, point, (0..count).filter(|&other| other != at))?;
        let before = ways.put(at, &place.label, point);
        legs.write(self.tables(), at);
        if let Some(before) = before {
            self.index.remove(id, before);
        }
        self.index.insert(id, point);
        self.triangle = OnceLock::new();
        Ok(())
    }

    fn tables(&mut self) -> impl Iterator<Item = &mut LegTable> {
        std::iter::once(&mut self.legs).chain(&mut self.later)
    }

    /// The ways to a place that is to come, and where it lies.
    fn growing(&mut self, place: &Place) -> Result<(&mut Ways, GeoPoint), TravelError> {
        let ways = self.ways.as_mut();
        let ways = ways.ok_or_else(|| TravelError::MatrixCannotGrow { place: place.label.clone() })?;
        let point = place.point.ok_or_else(|| TravelError::NoPoint { place: place.label.clone() })?;
        Ok((ways, point))
    }

    fn check_places_in_use(&self, problem: &Problem) -> Result<(), TravelError> {
        let shifts = problem.shifts.iter().flat_map(|shift| [shift.start_place, shift.end_place]);
        let pickups = problem.pickups.iter().map(|pickup| pickup.place);
        let visits = problem.visits.iter().map(|visit| visit.place);
        for id in shifts.chain(pickups).chain(visits) {
            if !self.legs.knows(id.index()) {
                let place = problem.place(id).label.clone();
                return Err(match problem.travel {
                    TravelSpec::Estimate(_) | TravelSpec::Roads(_) => TravelError::NoPoint { place },
                    TravelSpec::Matrix(_) => TravelError::NotInMatrix { place },
                });
            }
        }
        Ok(())
    }
}
