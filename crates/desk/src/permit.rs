//! Permits with their inspections: the plain form of the contract's `PermitRecord`, and the steps of a permit.

use jiff::Timestamp;

use crate::call::Window;

/// Where a permit stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PermitState {
    /// Known to be needed, not yet applied for.
    Required,
    /// Applied for.
    Filed,
    /// Granted.
    Issued,
    /// Refused by the jurisdiction.
    Rejected,
    /// No longer valid.
    Expired,
    /// Inspected and closed by the jurisdiction.
    Finaled,
}

use PermitState as P;

impl PermitState {
    /// Every state.
    pub const ALL: [Self; 6] = [P::Required, P::Filed, P::Issued, P::Rejected, P::Expired, P::Finaled];

    /// Its name in the contract, without the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            P::Required => "REQUIRED",
            P::Filed => "FILED",
            P::Issued => "ISSUED",
            P::Rejected => "REJECTED",
            P::Expired => "EXPIRED",
            P::Finaled => "FINALED",
        }
    }

    /// Whether a permit may go from here to there in one step.
    pub fn may_become(self, next: Self) -> bool {
        PERMIT_STEPS.contains(&(self, next))
    }
}

/// Every legal step of a permit; the date of one that is filed may change besides.
pub const PERMIT_STEPS: &[(PermitState, PermitState)] = &[
    (P::Required, P::Filed),
    (P::Filed, P::Issued),
    (P::Filed, P::Rejected),
    // An application that nobody answered lapses.
    (P::Filed, P::Expired),
    (P::Issued, P::Expired),
    (P::Issued, P::Finaled),
    // Applied for again.
    (P::Rejected, P::Filed),
    (P::Expired, P::Filed),
];

/// Where an inspection stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InspectionState {
    /// Asked for.
    Requested,
    /// Has a date.
    Booked,
    /// Passed.
    Passed,
    /// Failed.
    Failed,
}

impl InspectionState {
    /// Its name in the contract, without the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Booked => "BOOKED",
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
        }
    }
}

/// An appointment with a jurisdiction's inspector.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    /// Unique on the desk.
    pub id: String,
    /// What is inspected.
    pub kind: String,
    /// Where it stands.
    pub state: InspectionState,
    /// When the inspector comes.
    pub window: Option<Window>,
    /// The inspector's words.
    pub text: String,
}

/// A permit on the desk.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permit {
    /// Unique on the desk.
    pub id: String,
    /// What is permitted, in the rule book's words.
    pub kind: String,
    /// Who issues it.
    pub jurisdiction: String,
    /// Where it stands.
    pub state: PermitState,
    /// The work order that it was asked for.
    pub work_order: String,
    /// Number at the jurisdiction; empty: not known.
    pub number: String,
    /// When it was granted.
    pub issued: Option<Timestamp>,
    /// When it is expected.
    pub expected: Option<Timestamp>,
    /// Work under it starts before this time; none: it does not expire.
    pub expire: Option<Timestamp>,
    /// Counts its steps; the etag.
    pub version: u64,
    /// Applications so far.
    pub filings: u32,
    /// Its inspections, the latest last.
    pub inspections: Vec<Inspection>,
}

impl Permit {
    /// Key of the effect that carries the application of this number.
    pub(crate) fn filing_key(&self, number: u32) -> String {
        format!("{}:filing:{number}", self.id)
    }

    /// Whether work may start at `time`.
    pub fn allows(&self, time: Timestamp) -> bool {
        self.state == P::Issued
            && self.issued.is_none_or(|issued| issued <= time)
            && self.expire.is_none_or(|expire| time < expire)
    }
}
