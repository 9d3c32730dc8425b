//! A visit: a dispatchable stop of a work order, and all that it asks for.

use crate::{
    Cost, CostPerTime, Duration, EndorsementId, FeatureId, JurisdictionId, LicenseClass, PartDemand,
    PermitId, PlaceId, ShiftId, SkillLevel, TechnicianId, Time, TimeWindow, ToolId, VisitCard, WorkOrderId,
};

/// A dispatchable stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// The caller's id.
    pub label: String,
    /// The work order it belongs to.
    pub work_order: WorkOrderId,
    /// Where.
    pub place: PlaceId,
    /// Whose law holds there; absent: found from the place, or none where no territory contains it.
    pub jurisdiction: Option<JurisdictionId>,
    /// Time on site, set-up included.
    pub duration: Duration,
    /// Standard deviation of the time on site; absent: the window policy's share of `duration`.
    pub duration_spread: Option<Duration>,
    /// When service may start. Sorted, disjoint, never empty.
    pub windows: Vec<TimeWindow>,
    /// A start after it costs `lateness` per tick; absent: never late inside the windows.
    pub soft_end: Option<Time>,
    /// Price of each tick of start after `soft_end`.
    pub lateness: CostPerTime,
    /// What who serves it must have.
    pub requirement: Requirement,
    /// Permits it waits for.
    pub permits: Vec<PermitId>,
    /// What leaving it unserved means.
    pub unserved: Unserved,
    /// Technicians the customer prefers, sorted; serving it with another costs `preference_missed`.
    /// Empty: no preference.
    pub preferred: Vec<TechnicianId>,
    /// Price of a technician who is not preferred.
    pub preference_missed: Cost,
    /// Which of its prices are the rate card's.
    pub card: VisitCard,
    /// Technicians who may not serve it, sorted.
    pub excluded: Vec<TechnicianId>,
    /// If not empty, only these may serve it, sorted.
    pub allowed: Vec<TechnicianId>,
    /// A decision that may not change.
    pub pin: Option<Pin>,
    /// What the customer was told.
    pub promise: Option<Promise>,
    /// Technicians on site at once; above 1 is not solved yet and refused at the door.
    pub crew_size: u8,
    /// Supervision asked for; not solved yet and refused at the door.
    pub supervision: Option<Supervision>,
}

impl Visit {
    /// A visit of no length that asks for nothing and costs nothing to leave out.
    pub fn bare(label: String, work_order: WorkOrderId, place: PlaceId, windows: Vec<TimeWindow>) -> Self {
        Self {
            label,
            work_order,
            place,
            jurisdiction: None,
            duration: Duration::ZERO,
            duration_spread: None,
            windows,
            soft_end: None,
            lateness: CostPerTime::ZERO,
            requirement: Requirement::default(),
            permits: Vec::new(),
            unserved: Unserved::Penalty(Cost::ZERO),
            preferred: Vec::new(),
            preference_missed: Cost::ZERO,
            excluded: Vec::new(),
            allowed: Vec::new(),
            pin: None,
            promise: None,
            card: VisitCard::default(),
            crew_size: 1,
            supervision: None,
        }
    }

    /// Whether it belongs to the higher tier: asked for as mandatory, or pinned.
    pub fn is_mandatory(&self) -> bool {
        self.unserved == Unserved::Mandatory || self.pin.is_some()
    }

    /// The price of leaving it unserved in money; zero for the mandatory tier, which is counted, not priced.
    pub fn penalty(&self) -> Cost {
        match self.unserved {
            Unserved::Penalty(price) if self.pin.is_none() => price,
            Unserved::Penalty(_) | Unserved::Mandatory => Cost::ZERO,
        }
    }
}

/// What a technician must have to serve a visit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Requirement {
    /// Least license class; none: open to anyone, licensed or not.
    pub license: Option<LicenseClass>,
    /// Endorsements that the same license must carry, sorted.
    pub endorsements: Vec<EndorsementId>,
    /// Skills with their least levels, sorted by skill, one entry each.
    pub skills: Vec<SkillLevel>,
    /// Tools on the van or lent by a pickup before the visit, sorted.
    pub tools: Vec<ToolId>,
    /// Features of the vehicle, sorted.
    pub features: Vec<FeatureId>,
    /// Parts used, sorted by part, one entry each.
    pub parts: Vec<PartDemand>,
    /// Load taken of the van's capacity.
    pub load: i64,
}

/// What leaving a visit unserved means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unserved {
    /// Counted in the higher tier: no money buys it off.
    Mandatory,
    /// Priced.
    Penalty(Cost),
}

/// A decision that may not change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pin {
    /// Who.
    pub target: PinTarget,
    /// When service starts, to the tick; it overrides the windows. Absent: any allowed time.
    pub start: Option<Time>,
}

/// Whom a pin binds a visit to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinTarget {
    /// Any shift of this technician.
    Technician(TechnicianId),
    /// This shift.
    Shift(ShiftId),
}

/// An arrival window that the customer was told.
///
/// A start before or after it costs the rate card's fixed price of a moved promise, the more the sooner the promise is,
/// and after it also a price per tick; another technician or another day than promised cost theirs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Promise {
    /// The promised window.
    pub window: TimeWindow,
    /// The technician named to the customer.
    pub technician: Option<TechnicianId>,
    /// Whether the customer was told the technician's name: swapping costs the announced price on top.
    pub announced: bool,
}

/// A visit that needs a supervisor on site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Supervision {
    /// Least class of the supervisor.
    pub class: LicenseClass,
}

/// `after` starts no earlier than `gap_min` after `before` ends, and no later than `gap_max`.
///
/// Not solved yet and refused at the door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VisitDependency {
    /// The earlier visit.
    pub before: crate::VisitId,
    /// The later visit.
    pub after: crate::VisitId,
    /// Least time between them.
    pub gap_min: Duration,
    /// Most time between them.
    pub gap_max: Option<Duration>,
}
