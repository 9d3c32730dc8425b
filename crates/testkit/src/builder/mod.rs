//! Small problems in a few lines: nouns by label, sensible defaults, no ids to count.
//!
//! `day.visit("v1", (10, 0)).duration(30).window(0, 100);` adds a visit and refines it. Whatever a
//! draft does not offer, a test changes in [`ProblemBuilder::problem_mut`] or in the built problem.

mod pickup;
mod resources;
mod shift;
mod technician;
mod visit;

use std::collections::BTreeMap;

use journeyman_domain::{
    Cost, CostPerTime, Distance, Duration, EstimateSpec, GeoPoint, Jurisdiction, JurisdictionId,
    LicenseClass, MatrixSpec, Names, Permit, PermitState, Place, PlaceId, Problem, RateCard, Reciprocity,
    Ring, SpeedStep, TickScale, Time, TravelSpec, WindowPolicy, Zone,
};

pub use pickup::PickupDraft;
pub use resources::JurisdictionDraft;
pub use shift::ShiftDraft;
pub use technician::TechnicianDraft;
pub use visit::VisitDraft;

use crate::validity::assert_valid;

/// A point of the test plane: one unit is one tick of travel and one tick of distance away from its neighbour
/// (Manhattan), or one metre where travel is estimated.
pub type Spot = (i64, i64);

/// Where the test plane touches the earth.
const ORIGIN_DEGREES: (f64, f64) = (37.1, -113.58);
/// Length of one degree of latitude on the mean sphere.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// Builds a [`Problem`] from labels.
///
/// Defaults: horizon of 600 ticks of one second from the Unix epoch in UTC; travel by a Manhattan matrix
/// of [`Spot`]s; a promise moved $20 and $1 a tick late, a swap $10, $5 more when announced, another day $30.
pub struct ProblemBuilder {
    problem: Problem,
    spots: Vec<Spot>,
    legs: BTreeMap<(PlaceId, PlaceId), (Duration, Distance)>,
}

impl Default for ProblemBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ProblemBuilder {
    /// An empty day.
    pub fn new() -> Self {
        let problem = Problem {
            epoch_seconds: 0,
            time_zone: "UTC".to_owned(),
            horizon: Duration::from_ticks(600),
            ticks: TickScale::SECONDS_AND_METRES,
            places: Vec::new(),
            travel: TravelSpec::Matrix(MatrixSpec {
                places: Vec::new(),
                durations: Vec::new(),
                distances: Vec::new(),
                rounding_ticks: 0,
            }),
            jurisdictions: Vec::new(),
            reciprocity: Vec::new(),
            technicians: Vec::new(),
            shifts: Vec::new(),
            pickups: Vec::new(),
            permits: Vec::new(),
            work_orders: Vec::new(),
            visits: Vec::new(),
            dependencies: Vec::new(),
            rates: RateCard {
                promise_moved: dollars(20),
                promise_soon: Vec::new(),
                promise_late: per_tick(1),
                technician_swapped: dollars(10),
                announced_swap: dollars(5),
                day_changed: dollars(30),
            },
            window_policy: WindowPolicy {
                snap: Duration::from_ticks(15),
                width_min: Duration::from_ticks(30),
                width_max: Duration::from_ticks(240),
                duration_spread_permille: 100,
                travel_spread_permille: 100,
                on_time_permille: 900,
            },
            plan_expected_permits: false,
            baseline: Vec::new(),
            freeze_time: None,
            names: Names::default(),
        };
        Self { problem, spots: Vec::new(), legs: BTreeMap::new() }
    }

    /// Sets the length of the horizon. Call it before anything that defaults to "the whole horizon".
    pub fn horizon(&mut self, ticks: i64) -> &mut Self {
        self.problem.horizon = Duration::from_ticks(ticks);
        self
    }

    /// Places time 0 on the calendar. Call it before adding shifts, whose day follows from it.
    pub fn calendar(&mut self, epoch_seconds: i64, time_zone: &str) -> &mut Self {
        self.problem.epoch_seconds = epoch_seconds;
        self.problem.time_zone = time_zone.to_owned();
        self
    }

    /// Plans FILED permits with an expected date tentatively.
    pub fn plan_expected_permits(&mut self) -> &mut Self {
        self.problem.plan_expected_permits = true;
        self
    }

    /// Overrides the matrix from one spot to another; the way back keeps its own number.
    pub fn leg(&mut self, from: Spot, to: Spot, duration: i64, distance: i64) -> &mut Self {
        let key = (self.place(from), self.place(to));
        self.legs.insert(key, (Duration::from_ticks(duration), Distance::from_ticks(distance)));
        self
    }

    /// Estimates travel on the sphere instead of by matrix: spots are metres east and north.
    pub fn estimate(&mut self, speed_meters_per_hour: u32, circuity_permille: u32) -> &mut Self {
        self.problem.travel = TravelSpec::Estimate(EstimateSpec {
            circuity_permille,
            speed_meters_per_hour,
            zones: Vec::new(),
            profile: Vec::new(),
        });
        self
    }

    /// Adds a rectangular zone with its own speed; needs [`Self::estimate`].
    pub fn zone(&mut self, low: Spot, high: Spot, speed_meters_per_hour: u32) -> &mut Self {
        let estimate = self.estimate_mut();
        let label = format!("zone {}", estimate.zones.len() + 1);
        estimate.zones.push(Zone { label, ring: rectangle(low, high), speed_meters_per_hour });
        self
    }

    /// From `from` on, travel takes `factor_permille` thousandths; needs [`Self::estimate`], in order of time.
    pub fn speed_step(&mut self, from: i64, factor_permille: u32) -> &mut Self {
        self.estimate_mut().profile.push(SpeedStep { from: Time::from_ticks(from), factor_permille });
        self
    }

    /// Adds a permit.
    pub fn permit(&mut self, label: &str, state: PermitState) -> &mut Self {
        let kind = "electrical".to_owned();
        self.problem.permits.push(Permit { label: label.to_owned(), kind, jurisdiction: None, state });
        self
    }

    /// Adds a permit that is issued from `from` on.
    pub fn issued_permit(&mut self, label: &str, from: i64) -> &mut Self {
        self.permit(label, PermitState::Issued { from: Time::from_ticks(from), until: Time::MAX })
    }

    /// Accepts licenses of `issued_in` in `accepted_in` up to a class.
    pub fn reciprocity(&mut self, issued_in: &str, accepted_in: &str, class_max: LicenseClass) -> &mut Self {
        let (issued_in, accepted_in) = (self.jurisdiction_id(issued_in), self.jurisdiction_id(accepted_in));
        self.problem.reciprocity.push(Reciprocity { issued_in, accepted_in, class_max });
        self
    }

    /// The jurisdiction with this label, made on first use, to refine it.
    pub fn jurisdiction(&mut self, label: &str) -> JurisdictionDraft<'_> {
        let id = self.jurisdiction_id(label);
        JurisdictionDraft { builder: self, id }
    }

    /// Adds a technician with no license, no skill and an empty van.
    pub fn technician(&mut self, label: &str) -> TechnicianDraft<'_> {
        technician::add(self, label)
    }

    /// Adds a shift of a technician from `start` to `end` at (0, 0), labelled `ana/1`, `ana/2` … in order.
    ///
    /// Defaults: paid $1 a tick of driving (SHIFT), distance free, no overtime before `end`, $2 a tick after the
    /// soft end once one is set, nothing for use.
    pub fn shift(&mut self, technician: &str, start: i64, end: i64) -> ShiftDraft<'_> {
        shift::add(self, technician, (start, end))
    }

    /// Adds a warehouse: 5 ticks at the counter, open all the horizon, empty.
    pub fn pickup(&mut self, label: &str, at: Spot) -> PickupDraft<'_> {
        pickup::add(self, label, at)
    }

    /// Adds a visit of a work order of its own: 10 ticks, any time, open to anyone, $1,000 if unserved.
    pub fn visit(&mut self, label: &str, at: Spot) -> VisitDraft<'_> {
        visit::add(self, label, at)
    }

    /// The problem so far, for what no draft offers.
    pub fn problem_mut(&mut self) -> &mut Problem {
        &mut self.problem
    }

    /// The place at a spot, made on first use.
    pub fn place(&mut self, spot: Spot) -> PlaceId {
        let at = self.spots.iter().position(|&known| known == spot).unwrap_or_else(|| {
            let label = format!("place {},{}", spot.0, spot.1);
            self.problem.places.push(Place { label, point: Some(point(spot)) });
            self.spots.push(spot);
            self.spots.len() - 1
        });
        PlaceId::new(at)
    }

    /// The finished problem.
    ///
    /// # Panics
    /// When an invariant of the domain is broken; the message says which.
    pub fn build(mut self) -> Problem {
        if let TravelSpec::Matrix(_) = self.problem.travel {
            self.problem.travel = TravelSpec::Matrix(self.matrix());
        }
        assert_valid(&self.problem);
        self.problem
    }

    fn matrix(&self) -> MatrixSpec {
        let places: Vec<PlaceId> = self.problem.place_ids().collect();
        let (mut durations, mut distances) = (Vec::new(), Vec::new());
        for &from in &places {
            for &to in &places {
                let manhattan = {
                    let (a, b) = (self.spots[from.index()], self.spots[to.index()]);
                    (a.0 - b.0).abs() + (a.1 - b.1).abs()
                };
                let straight = (Duration::from_ticks(manhattan), Distance::from_ticks(manhattan));
                let (duration, distance) = self.legs.get(&(from, to)).copied().unwrap_or(straight);
                durations.push(duration);
                distances.push(distance);
            }
        }
        MatrixSpec { places, durations, distances, rounding_ticks: 0 }
    }

    fn estimate_mut(&mut self) -> &mut EstimateSpec {
        match &mut self.problem.travel {
            TravelSpec::Estimate(estimate) => estimate,
            TravelSpec::Matrix(_) | TravelSpec::Roads(_) => {
                panic!("call `estimate` before zones and speed steps")
            }
        }
    }

    fn jurisdiction_id(&mut self, label: &str) -> JurisdictionId {
        let known = &mut self.problem.jurisdictions;
        let at = known.iter().position(|j| j.label == label).unwrap_or_else(|| {
            known.push(Jurisdiction { label: label.to_owned(), parent: None, territory: Vec::new() });
            known.len() - 1
        });
        JurisdictionId::new(at)
    }
}

pub(crate) fn dollars(count: i64) -> Cost {
    Cost::from_micros(count * 1_000_000)
}

pub(crate) fn per_tick(dollars: i64) -> CostPerTime {
    CostPerTime::from_micros(dollars * 1_000_000)
}

#[expect(clippy::cast_precision_loss, reason = "metres on a test plane of a few kilometres")]
fn point(spot: Spot) -> GeoPoint {
    let latitude = ORIGIN_DEGREES.0 + spot.1 as f64 / METRES_PER_DEGREE;
    let longitude =
        ORIGIN_DEGREES.1 + spot.0 as f64 / (METRES_PER_DEGREE * ORIGIN_DEGREES.0.to_radians().cos());
    GeoPoint::from_degrees(latitude, longitude).expect("the test plane lies around its origin")
}

fn rectangle(low: Spot, high: Spot) -> Ring {
    [low, (high.0, low.1), high, (low.0, high.1)].into_iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_ids_and_spots_become_places() {
        let mut day = ProblemBuilder::new();
        day.leg((0, 0), (3, 4), 9, 8);
        day.jurisdiction("city").within("state");
        day.technician("ana").license(LicenseClass::Master, "state").skill("panel", 2).stock("wire", 3);
        day.shift("ana", 0, 500).pause(200, 260, 30);
        day.pickup("depot", (3, 4)).lends("lift").stocks("wire", 5);
        day.visit("a", (3, 4)).in_jurisdiction("city").needs(LicenseClass::Journeyman).part("wire", 2);
        day.visit("b", (0, 1)).window(10, 20).window(40, 50).pin_shift("ana/1").prefers("ana", 3);
        let problem = day.build();

        let state = problem.technicians[0].licenses[0].jurisdiction;
        let city = problem.visits[0].jurisdiction.expect("given");
        assert_eq!(problem.jurisdiction(city).parent, Some(state));
        assert_eq!(problem.visits[0].place, problem.pickups[0].place);
        assert_eq!(problem.shifts[0].label, "ana/1");
        assert_eq!(problem.visits[1].windows.len(), 2);
        assert_eq!(problem.visits[0].requirement.parts[0].sku, problem.technicians[0].van.stock[0].sku);
        let TravelSpec::Matrix(matrix) = &problem.travel else { panic!("a matrix is the default") };
        let entry = |from: usize, to: usize| matrix.durations[from * matrix.places.len() + to].ticks();
        // Places in order of first use: (0, 0), (3, 4), (0, 1).
        assert_eq!([entry(0, 1), entry(1, 0), entry(1, 2), entry(2, 2)], [9, 7, 6, 0]);
    }
}
