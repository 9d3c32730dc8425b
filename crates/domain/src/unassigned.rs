//! A visit that is not served, why, and how sure that is.

use crate::{Awaiting, Cost, Ineligibility, ShiftId, VisitId};

/// A visit left out of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unassigned {
    /// The visit.
    pub visit: VisitId,
    /// How sure the reason is.
    pub certainty: Certainty,
    /// Per shift: what forbids it, or that it could serve the visit alone. Shifts that may serve it are missing where
    /// too many were left to ask in one plan.
    pub refusals: Vec<Refusal>,
}

/// How sure a reason is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Certainty {
    /// Every shift is forbidden by a rule.
    ProvedIneligible,
    /// Some shift may, but no route serves it, not even one with nothing else in it.
    ProvedInfeasible,
    /// It waits for a permit or a part.
    Awaiting(Awaiting),
    /// It could be served alone, but the plan is cheaper without it.
    Outbid {
        /// What serving it in this plan would add, its penalty already taken off.
        price: Cost,
        /// What that rests on.
        basis: OutbidBasis,
    },
    /// It could be served alone; no room was found in this plan within the time given.
    NotFoundInTime,
}

/// What the price of an outbid visit rests on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OutbidBasis {
    /// The cheapest insertion into the routes as they are. Moving other visits about may be cheaper.
    Insertion,
    /// The same, and the plan is proved optimal: no plan that serves the visit costs less than this one.
    ProvedPlan,
}

/// What one shift says to a visit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// A rule forbids it.
    Ineligible(ShiftId, Ineligibility),
    /// Allowed, but start → visit → end fits neither the windows nor the breaks.
    NoTime(ShiftId),
    /// Allowed and feasible alone; inserting it into this plan's route adds the price, before its penalty.
    Priced(ShiftId, Cost),
    /// Allowed and feasible alone, but not together with what the route holds.
    Full(ShiftId),
}

impl Refusal {
    /// The shift that refuses.
    pub fn shift(&self) -> ShiftId {
        match *self {
            Self::Ineligible(shift, _) | Self::NoTime(shift) | Self::Priced(shift, _) | Self::Full(shift) => {
                shift
            }
        }
    }
}
