//! The life of a work order: its states and the one table of steps between them. `docs/service_cycle.md` draws
//! the same table; a test compares the two.

/// Where a work order stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum WorkOrderState {
    /// A call, not yet understood.
    Received,
    /// It is known what the work is, and nothing keeps it from being planned.
    Qualified,
    /// Waits for a permit.
    AwaitingPermit,
    /// Waits for parts.
    AwaitingParts,
    /// Has a place in the plan.
    Scheduled,
    /// Given to a technician.
    Dispatched,
    /// The technician is on the way.
    EnRoute,
    /// The technician is there.
    OnSite,
    /// Work is interrupted.
    Paused,
    /// Work is done.
    Completed,
    /// Papers are complete.
    Closed,
    /// The invoice is with the accounting system.
    Invoiced,
    /// No longer wanted.
    Cancelled,
    /// Somebody must come back to finish.
    ReturnNeeded,
    /// Done, with other work to follow.
    FollowUp,
}

use WorkOrderState as S;

impl WorkOrderState {
    /// Every state, in the order of the contract.
    pub const ALL: [Self; 15] = [
        S::Received,
        S::Qualified,
        S::AwaitingPermit,
        S::AwaitingParts,
        S::Scheduled,
        S::Dispatched,
        S::EnRoute,
        S::OnSite,
        S::Paused,
        S::Completed,
        S::Closed,
        S::Invoiced,
        S::Cancelled,
        S::ReturnNeeded,
        S::FollowUp,
    ];

    /// Its name in the contract, without the prefix.
    pub const fn name(self) -> &'static str {
        match self {
            S::Received => "RECEIVED",
            S::Qualified => "QUALIFIED",
            S::AwaitingPermit => "AWAITING_PERMIT",
            S::AwaitingParts => "AWAITING_PARTS",
            S::Scheduled => "SCHEDULED",
            S::Dispatched => "DISPATCHED",
            S::EnRoute => "EN_ROUTE",
            S::OnSite => "ON_SITE",
            S::Paused => "PAUSED",
            S::Completed => "COMPLETED",
            S::Closed => "CLOSED",
            S::Invoiced => "INVOICED",
            S::Cancelled => "CANCELLED",
            S::ReturnNeeded => "RETURN_NEEDED",
            S::FollowUp => "FOLLOW_UP",
        }
    }

    /// Whether a work order may go from here to there in one step.
    pub fn may_become(self, next: Self) -> bool {
        STEPS.contains(&(self, next))
    }

    /// Whether the plan may still place its open visit.
    pub(crate) fn is_plannable(self) -> bool {
        matches!(
            self,
            S::Qualified
                | S::ReturnNeeded
                | S::AwaitingPermit
                | S::AwaitingParts
                | S::Scheduled
                | S::Dispatched
        )
    }

    /// Whether its open visit has a place in the plan and nobody is on the way.
    pub(crate) fn is_planned(self) -> bool {
        matches!(self, S::Scheduled | S::Dispatched)
    }

    /// Whether somebody is on the way or there.
    pub(crate) fn is_under_way(self) -> bool {
        matches!(self, S::EnRoute | S::OnSite | S::Paused)
    }

    /// Whether no work is left to do on it.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, S::Completed | S::FollowUp | S::Closed | S::Invoiced | S::Cancelled)
    }
}

/// Every legal step. Whatever is not here is refused.
pub const STEPS: &[(WorkOrderState, WorkOrderState)] = &[
    (S::Received, S::Qualified),
    (S::Received, S::Cancelled),
    (S::Qualified, S::AwaitingPermit),
    (S::Qualified, S::AwaitingParts),
    (S::Qualified, S::Scheduled),
    (S::Qualified, S::Cancelled),
    // Released, by what it waited for.
    (S::AwaitingPermit, S::Qualified),
    (S::AwaitingPermit, S::ReturnNeeded),
    (S::AwaitingParts, S::Qualified),
    (S::AwaitingParts, S::ReturnNeeded),
    (S::AwaitingParts, S::AwaitingPermit),
    (S::AwaitingPermit, S::Cancelled),
    (S::AwaitingParts, S::Cancelled),
    (S::Scheduled, S::Dispatched),
    (S::Scheduled, S::Cancelled),
    (S::Dispatched, S::EnRoute),
    (S::Dispatched, S::Scheduled),
    (S::Dispatched, S::Cancelled),
    // Sent back: the plan left it out, the customer wants another time, a permit ran out.
    (S::Scheduled, S::Qualified),
    (S::Scheduled, S::ReturnNeeded),
    (S::Scheduled, S::AwaitingPermit),
    (S::Dispatched, S::Qualified),
    (S::Dispatched, S::ReturnNeeded),
    (S::Dispatched, S::AwaitingPermit),
    (S::EnRoute, S::AwaitingPermit),
    (S::EnRoute, S::OnSite),
    (S::EnRoute, S::Cancelled),
    (S::OnSite, S::Paused),
    (S::Paused, S::OnSite),
    (S::OnSite, S::Completed),
    (S::OnSite, S::ReturnNeeded),
    (S::OnSite, S::FollowUp),
    (S::ReturnNeeded, S::Scheduled),
    (S::ReturnNeeded, S::AwaitingPermit),
    (S::ReturnNeeded, S::AwaitingParts),
    // The rest is cancelled after something was done: what was done is closed and invoiced.
    (S::ReturnNeeded, S::Completed),
    (S::AwaitingPermit, S::Completed),
    (S::AwaitingParts, S::Completed),
    (S::Scheduled, S::Completed),
    (S::Dispatched, S::Completed),
    (S::EnRoute, S::Completed),
    // A failed inspection.
    (S::Completed, S::FollowUp),
    (S::Completed, S::Closed),
    (S::FollowUp, S::Closed),
    (S::Closed, S::Invoiced),
];
