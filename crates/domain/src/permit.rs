//! Permits, and when they let a visit start.

use crate::{JurisdictionId, PermitId, SkuId, Time};

/// Where a permit stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PermitState {
    /// Needed, not applied for.
    Required,
    /// Applied for; perhaps with the day it is expected.
    Filed {
        /// When it is expected to be issued.
        expected: Option<Time>,
    },
    /// In hand: work may start from `from` and, when it expires, must start before `until`.
    Issued {
        /// First moment at which work may start.
        from: Time,
        /// First moment at which it no longer holds; [`Time::MAX`] when it does not expire.
        until: Time,
    },
    /// Refused by the jurisdiction.
    Rejected,
    /// No longer valid.
    Expired,
}

/// A permit that visits wait for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Permit {
    /// The caller's id.
    pub label: String,
    /// Kind, in the jurisdiction's words.
    pub kind: String,
    /// Who issues it.
    pub jurisdiction: Option<JurisdictionId>,
    /// Where it stands.
    pub state: PermitState,
}

/// When the permits of a visit let it start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Release {
    /// All issued: the start lies in `[from, until)`.
    Open {
        /// First moment.
        from: Time,
        /// First moment too late.
        until: Time,
    },
    /// Planned tentatively on an expected date, marked HELD, never dispatched.
    Held {
        /// First moment.
        from: Time,
        /// First moment too late.
        until: Time,
    },
    /// Not to be planned.
    Awaiting(Awaiting),
}

/// What an unplanned visit waits for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Awaiting {
    /// A permit that is not issued.
    Permit(PermitId),
    /// A part that no eligible van carries and no warehouse holds in time.
    Part(SkuId),
}
