//! The contract's enumerations as words of the command line: `EN_ROUTE` is said `en-route`.

use clap::ValueEnum;
use journeyman_api::wire;

/// An enumeration of the contract without its `UNSPECIFIED`: on the command line that is said by saying nothing.
macro_rules! words {
    ($(#[$about:meta])* $name:ident: $($word:ident),+) => {
        $(#[$about])*
        #[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum $name {
            $($word),+
        }

        impl From<$name> for wire::$name {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$word => Self::$word),+
                }
            }
        }

        impl From<$name> for i32 {
            fn from(word: $name) -> Self {
                wire::$name::from(word).into()
            }
        }
    };
}

words!(
    /// How a call came.
    CallChannel: Phone, WebForm, Text, Email
);
words!(
    /// How soon somebody has to come.
    Urgency: Danger, NoPower, Soon, Planned
);
words!(
    /// What a technician reports.
    CheckInKind: EnRoute, OnSite, Started, Paused, Resumed, Done
);
words!(
    /// How a visit ended.
    VisitOutcome: Done, ReturnNeeded, FollowUp
);
words!(
    /// Where a work order stands.
    WorkOrderState: Received, Qualified, AwaitingPermit, AwaitingParts, Scheduled, Dispatched, EnRoute, OnSite,
    Paused, Completed, Closed, Invoiced, Cancelled, ReturnNeeded, FollowUp
);
words!(
    /// Where a permit stands.
    PermitState: Required, Filed, Issued, Rejected, Expired, Finaled
);
words!(
    /// What a person is asked to do.
    TaskKind: CompleteCall, Qualify, RefuseCall, FilePermit, MendPermit, KeepPromise, Dispatch, CallCustomer
);

/// How an inspection went.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum InspectionResult {
    Passed,
    Failed,
}
