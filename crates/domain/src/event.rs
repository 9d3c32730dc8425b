//! Facts that happen to a planned day. What they do to it is the engine's business.

use crate::{
    GeoPoint, Names, PartDemand, Permit, PermitId, PermitState, PickupId, Pin, Place, Promise, Shift,
    ShiftId, SkuId, Technician, TechnicianId, Time, TimeWindow, TravelSpec, Visit, VisitId,
};

/// A fact that happened.
///
/// Its ids are those of the problem as it stands when the event's turn comes: events of one batch are read one after
/// another, each against what the ones before it have left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The caller's id.
    pub label: String,
    /// When it happened.
    pub time: Time,
    /// What happened.
    pub kind: EventKind,
}

/// What can happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EventKind {
    /// New work.
    CallReceived(Box<Call>),
    /// Visits are no longer wanted.
    Cancelled(Vec<VisitId>),
    /// The customer wants another time: new windows, and a new promise or none.
    Rescheduled {
        /// The visit.
        visit: VisitId,
        /// Sorted, disjoint, never empty.
        windows: Vec<TimeWindow>,
        /// What the customer is told now.
        promise: Option<Promise>,
    },
    /// A technician can't work.
    SickOut {
        /// Who.
        technician: TechnicianId,
        /// On this shift only; none: on every shift.
        shift: Option<ShiftId>,
        /// From then on; none: for the whole shift.
        from: Option<Time>,
    },
    /// A shift is new, or other than it was.
    ShiftChanged {
        /// The shift as it is now; what of its route is frozen stays.
        shift: Box<Shift>,
        /// Which one it replaces; none: it is added.
        replaces: Option<ShiftId>,
    },
    /// A technician joins.
    TechnicianJoined(Box<Newcomer>),
    /// A visit that has started will be done then, later than planned or earlier.
    VisitEnds {
        /// The visit.
        visit: VisitId,
        /// End of the work.
        end: Time,
    },
    /// Where a technician is.
    TechnicianLocated {
        /// Who.
        technician: TechnicianId,
        /// Where.
        point: GeoPoint,
    },
    /// A report from the field.
    CheckedIn {
        /// The visit.
        visit: VisitId,
        /// Who reports.
        technician: TechnicianId,
        /// What.
        report: Report,
    },
    /// A permit stands elsewhere: filed, issued, delayed, rejected, expired.
    PermitChanged {
        /// The permit.
        permit: PermitId,
        /// Where it stands now.
        state: PermitState,
    },
    /// Parts are there.
    PartArrived {
        /// Where.
        at: Shelf,
        /// What.
        part: PartDemand,
    },
    /// Parts are not where they should be: lost, broken, used elsewhere.
    PartMissing {
        /// Where.
        at: Shelf,
        /// What, and how many fewer there are.
        part: PartDemand,
    },
    /// Deliveries of a part that were still to come are there at another time; none: nobody knows.
    PartDelayed {
        /// Where they are expected.
        pickup: PickupId,
        /// The part.
        sku: SkuId,
        /// When.
        available_from: Option<Time>,
    },
    /// A planner fixed a decision.
    Pinned {
        /// The visit.
        visit: VisitId,
        /// The decision.
        pin: Pin,
    },
    /// A planner freed a decision.
    Unpinned(VisitId),
    /// Driving is faster or slower than thought.
    TravelChanged(Box<TravelSpec>),
}

/// New work, with what the day does not know yet. New ids follow those of the problem's lists.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Call {
    /// New places.
    pub places: Vec<Place>,
    /// How to get to them where travel is a matrix, which does not grow by itself: the whole of it, between the places
    /// of the day and the new ones. None: they lie where their coordinates say.
    pub travel: Option<Box<TravelSpec>>,
    /// New permits.
    pub permits: Vec<Permit>,
    /// The work order, if it is new.
    pub work_order: Option<String>,
    /// Words that nothing in the day has yet.
    pub names: Names,
    /// The visits.
    pub visits: Vec<Visit>,
}

/// One more technician, with what the day does not know yet. New ids follow those of the problem's lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Newcomer {
    /// New places.
    pub places: Vec<Place>,
    /// Words that nothing in the day has yet.
    pub names: Names,
    /// Who.
    pub technician: Technician,
    /// When he works.
    pub shifts: Vec<Shift>,
}

/// What a technician reports from the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// On the way to the visit.
    EnRoute,
    /// At the place.
    OnSite,
    /// Work started.
    Started,
    /// Work interrupted: it will take as much longer.
    Paused,
    /// Work taken up again, after so long a pause.
    Resumed,
    /// Work done.
    Done,
}

/// Where parts lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shelf {
    /// At a warehouse or supply house.
    Pickup(PickupId),
    /// In the van of a technician.
    Van(TechnicianId),
}

impl Event {
    /// A word for logs and sentences.
    pub const fn name(&self) -> &'static str {
        match self.kind {
            EventKind::CallReceived(_) => "call received",
            EventKind::Cancelled(_) => "cancelled",
            EventKind::Rescheduled { .. } => "rescheduled",
            EventKind::SickOut { .. } => "sick-out",
            EventKind::ShiftChanged { .. } => "shift changed",
            EventKind::TechnicianJoined(_) => "technician joined",
            EventKind::VisitEnds { .. } => "visit ends otherwise",
            EventKind::TechnicianLocated { .. } => "technician located",
            EventKind::CheckedIn { .. } => "checked in",
            EventKind::PermitChanged { .. } => "permit changed",
            EventKind::PartArrived { .. } => "part arrived",
            EventKind::PartMissing { .. } => "part missing",
            EventKind::PartDelayed { .. } => "part delayed",
            EventKind::Pinned { .. } => "pinned",
            EventKind::Unpinned(_) => "unpinned",
            EventKind::TravelChanged(_) => "travel changed",
        }
    }
}
