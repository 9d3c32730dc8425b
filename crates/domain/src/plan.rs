//! The plan: immutable, checked, promised.

use crate::{
    Cost, CostBreakdown, Date, Distance, Duration, JurisdictionId, LicenseClass, PickupId, Recognition,
    Score, ShiftId, Time, TimeWindow, Unassigned, VisitId,
};

/// One element of a route's sequence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Stop {
    /// A visit.
    Visit(VisitId),
    /// The pickup stop; at most one in a route.
    Pickup(PickupId),
}

/// Who goes where and when, and how good that provably is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Routes with at least one stop, in the order of their shifts.
    pub routes: Vec<PlannedRoute>,
    /// Visits not served, in the order of the problem.
    pub unassigned: Vec<Unassigned>,
    /// Money by term, penalties of the unserved included.
    pub cost: CostBreakdown,
    /// Mandatory visits not served.
    pub mandatory_unserved: u32,
    /// Proved lower bound on any plan.
    pub bound: Bound,
}

impl Plan {
    /// What plans are compared by.
    pub fn score(&self) -> Score {
        Score { mandatory_unserved: self.mandatory_unserved, cost: self.cost.total() }
    }

    /// See [`Bound::gap_to`].
    pub fn gap(&self) -> Option<f64> {
        self.bound.gap_to(self.score())
    }
}

impl Bound {
    /// (cost − bound) / cost, between 0 and 1; absent while the mandatory tiers differ, 0 where nothing is paid.
    pub fn gap_to(&self, score: Score) -> Option<f64> {
        if score.mandatory_unserved != self.mandatory_unserved {
            return None;
        }
        let (cost, bound) = (score.cost.micros(), self.cost.micros());
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people; the proof itself is in integers")]
        let gap = if cost <= 0 { 0.0 } else { (cost - bound) as f64 / cost as f64 };
        Some(gap)
    }
}

/// A lower bound that holds for every plan of the problem.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bound {
    /// No plan leaves fewer mandatory visits unserved.
    pub mandatory_unserved: u32,
    /// No plan that leaves as few as that costs less.
    pub cost: Cost,
    /// What was proved.
    pub proof: Proof,
}

/// The three states of a proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// The bound holds; it may lie below the cost.
    Bounded,
    /// The bound equals the cost, in integers.
    ProvedOptimal,
    /// Closed by the MIP solver within its own tolerances only.
    OptimalToSolverTolerance,
}

/// The route of one shift.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedRoute {
    /// The shift.
    pub shift: ShiftId,
    /// When the technician leaves the start place.
    pub departure: Time,
    /// Stops in order: visits, at most one pickup, and every break taken between departure and return. Breaks that
    /// are not listed are taken before the departure (those before the first listed one) or after the return.
    pub stops: Vec<PlannedStop>,
    /// The way to the end place.
    pub last_leg: Leg,
    /// When the technician is back.
    pub return_time: Time,
    /// Money by term (without penalties).
    pub cost: CostBreakdown,
}

/// One stop with its times. Stops stand in the order of their starts.
///
/// A break taken after arriving at a visit and before its service stands before that visit, whose leg and arrival
/// then lie before the break.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedStop {
    /// What happens.
    pub kind: StopKind,
    /// The way here; zero for a break, which is taken where the technician stands.
    pub leg: Leg,
    /// When the technician arrives.
    pub arrival: Time,
    /// When service (or the break) starts.
    pub start: Time,
    /// When it ends. The next leg starts here, or later where the technician waits before driving.
    pub end: Time,
    /// What the customer is told; visits only.
    pub window: Option<ArrivalWindow>,
    /// Why the technician may do this; visits only.
    pub license: Option<LicenseProof>,
    /// HELD: waits for a permit that is only expected; never dispatched.
    pub held: bool,
}

/// What happens at a stop of a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StopKind {
    /// A visit is served.
    Visit(VisitId),
    /// Parts and tools are fetched.
    Pickup(PickupId),
    /// The shift's break with this position is taken.
    Break(usize),
}

/// The way from one stop to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Leg {
    /// When driving starts.
    pub departure: Time,
    /// Driving time.
    pub duration: Duration,
    /// Distance.
    pub distance: Distance,
    /// Where the numbers come from.
    pub source: TravelSource,
}

/// Where a leg's time and distance come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TravelSource {
    /// Estimated on the sphere.
    Estimate,
    /// The caller's matrix.
    Matrix,
    /// A road network.
    Roads,
}

/// The promise to the customer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArrivalWindow {
    /// Earliest … latest arrival, snapped.
    pub window: TimeWindow,
    /// Probability that the arrival falls inside, per thousand, under the spreads of the request.
    pub probability_permille: u16,
}

/// Which license lets the technician serve the visit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LicenseProof {
    /// Least class the visit asks for.
    pub required: LicenseClass,
    /// Class of the license used.
    pub class: LicenseClass,
    /// Who issued it.
    pub jurisdiction: JurisdictionId,
    /// The number on the card; may be empty.
    pub number: String,
    /// Last valid day; absent when it does not expire.
    pub valid_until: Option<Date>,
    /// How it comes to hold where the visit lies.
    pub recognition: Recognition,
}

impl PlannedRoute {
    /// Total cost of the route.
    pub fn total(&self) -> Cost {
        self.cost.total()
    }
}
