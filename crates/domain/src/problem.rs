//! The problem: a validated horizon with dense ids.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{
    BaselineRoute, Date, Duration, EndorsementId, FeatureId, Jurisdiction, JurisdictionId, Permit, PermitId,
    PermitState, Pickup, PickupId, Place, PlaceId, RateCard, Reciprocity, Release, Shift, ShiftId, SkillId,
    SkuId, Technician, TechnicianId, TickScale, Time, TimeWindow, ToolId, TravelSpec, Visit, VisitDependency,
    VisitId, WindowPolicy, WorkOrderId, permit::Awaiting,
};

/// A horizon to plan: everything refers to everything else by dense id, every id is in range, every list that is
/// said to be sorted is sorted. Built by validation (`api`), by readers and by test builders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Seconds of the Unix epoch at time 0; 0 for problems without a calendar.
    pub epoch_seconds: i64,
    /// IANA name of the board's time zone; `UTC` for problems without a calendar.
    pub time_zone: String,
    /// Length of the horizon; every shift lies inside [0, horizon].
    pub horizon: Duration,
    /// Ticks of time and distance.
    pub ticks: TickScale,
    /// Located points.
    pub places: Vec<Place>,
    /// How to get from one to another.
    pub travel: TravelSpec,
    /// Jurisdictions.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Which licenses are accepted elsewhere.
    pub reciprocity: Vec<Reciprocity>,
    /// People.
    pub technicians: Vec<Technician>,
    /// Their shifts.
    pub shifts: Vec<Shift>,
    /// Warehouses and supply houses.
    pub pickups: Vec<Pickup>,
    /// Permits.
    pub permits: Vec<Permit>,
    /// Labels of the work orders.
    pub work_orders: Vec<String>,
    /// Visits.
    pub visits: Vec<Visit>,
    /// Order between visits; not solved yet and refused at the door.
    pub dependencies: Vec<VisitDependency>,
    /// Prices of the problem as a whole.
    pub rates: RateCard,
    /// How arrival windows are cut.
    pub window_policy: WindowPolicy,
    /// Whether a FILED permit with an expected date is planned tentatively.
    pub plan_expected_permits: bool,
    /// An earlier plan to start from; routes of shifts that it does not name are empty.
    pub baseline: Vec<BaselineRoute>,
    /// Nothing before it may change; see [`Problem::freeze`].
    pub freeze_time: Option<Time>,
    /// Words for ids that have no other data.
    pub names: Names,
}

/// Labels of the ids that are nothing but a label.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Names {
    /// Skills.
    pub skills: Vec<String>,
    /// Endorsements.
    pub endorsements: Vec<String>,
    /// Tools.
    pub tools: Vec<String>,
    /// Vehicle features.
    pub features: Vec<String>,
    /// Parts.
    pub skus: Vec<String>,
}

macro_rules! lookups {
    ($($(#[$doc:meta])* $one:ident, $ids:ident, $list:ident: $id:ident => $noun:ty;)+) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $one(&self, id: $id) -> &$noun {
            &self.$list[id.index()]
        }

        /// Their ids, in order.
        pub fn $ids(&self) -> impl DoubleEndedIterator<Item = $id> + ExactSizeIterator + use<> {
            (0..self.$list.len()).map($id::new)
        }
    )+};
}

impl Problem {
    lookups! {
        /// A place.
        place, place_ids, places: PlaceId => Place;
        /// A jurisdiction.
        jurisdiction, jurisdiction_ids, jurisdictions: JurisdictionId => Jurisdiction;
        /// A technician.
        technician, technician_ids, technicians: TechnicianId => Technician;
        /// A shift.
        shift, shift_ids, shifts: ShiftId => Shift;
        /// A pickup.
        pickup, pickup_ids, pickups: PickupId => Pickup;
        /// A permit.
        permit, permit_ids, permits: PermitId => Permit;
        /// A work order's label.
        work_order, work_order_ids, work_orders: WorkOrderId => String;
        /// A visit.
        visit, visit_ids, visits: VisitId => Visit;
    }

    /// The word for a skill.
    pub fn skill_name(&self, id: SkillId) -> &str {
        &self.names.skills[id.index()]
    }

    /// The word for an endorsement.
    pub fn endorsement_name(&self, id: EndorsementId) -> &str {
        &self.names.endorsements[id.index()]
    }

    /// The word for a tool.
    pub fn tool_name(&self, id: ToolId) -> &str {
        &self.names.tools[id.index()]
    }

    /// The word for a vehicle feature.
    pub fn feature_name(&self, id: FeatureId) -> &str {
        &self.names.features[id.index()]
    }

    /// The word for a part.
    pub fn sku_name(&self, id: SkuId) -> &str {
        &self.names.skus[id.index()]
    }

    /// The whole horizon.
    pub fn horizon_window(&self) -> TimeWindow {
        TimeWindow { start: Time::ZERO, end: Time::ZERO + self.horizon }
    }

    /// The technician of a shift.
    pub fn technician_of(&self, shift: ShiftId) -> &Technician {
        self.technician(self.shift(shift).technician)
    }

    /// The local day of a moment in the problem's time zone (UTC where the zone is unknown).
    pub fn local_day(&self, time: Time) -> Date {
        let seconds = self.epoch_seconds + time.ticks().div_euclid(self.ticks.time_ticks_per_unit);
        let zone = TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_zoned(zone).date()
    }

    /// When the permits of a visit let it start: the latest of their dates, before the first expiry.
    pub fn release(&self, visit: VisitId) -> Release {
        let (mut from, mut until, mut held) = (Time::MIN, Time::MAX, false);
        for &id in &self.visit(visit).permits {
            match self.permit(id).state {
                PermitState::Issued { from: issued, until: expires } => {
                    from = from.max(issued);
                    until = until.min(expires);
                }
                PermitState::Filed { expected: Some(expected) } if self.plan_expected_permits => {
                    from = from.max(expected);
                    held = true;
                }
                PermitState::Filed { .. }
                | PermitState::Required
                | PermitState::Rejected
                | PermitState::Expired => return Release::Awaiting(Awaiting::Permit(id)),
            }
        }
        if held { Release::Held { from, until } } else { Release::Open { from, until } }
    }

    /// The starts that windows, permits and a pin leave open, sorted and disjoint; empty when there are none.
    ///
    /// A pinned start overrides the windows, but not the permits.
    pub fn start_windows(&self, visit: VisitId) -> Vec<TimeWindow> {
        let (Release::Open { from, until } | Release::Held { from, until }) = self.release(visit) else {
            return Vec::new();
        };
        let Some(released) = TimeWindow::new(from, until - Duration::from_ticks(1)) else {
            return Vec::new();
        };
        let noun = self.visit(visit);
        if let Some(start) = noun.pin.and_then(|pin| pin.start) {
            let pinned = TimeWindow { start, end: start };
            return pinned.intersection(&released).into_iter().collect();
        }
        noun.windows.iter().filter_map(|window| window.intersection(&released)).collect()
    }
}
