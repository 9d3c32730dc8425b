//! Closed sets: which value of the desk is which value of the contract, both ways from one table.

use journeyman_desk::{
    CallChannel, CheckInKind, InspectionState, Location, PermitState, TaskKind, VisitOutcome,
};
use journeyman_domain::LicenseClass;
use journeyman_rulebook::{MessageKind, Urgency};

use crate::wire;

/// A closed set that the contract has under the same names, with one more value: not given.
pub(super) trait Choice: Sized + Copy {
    /// The contract's set.
    type Wire: TryFrom<i32> + Into<i32>;

    fn write(self) -> Self::Wire;

    /// None: not given.
    fn read(given: Self::Wire) -> Option<Self>;
}

macro_rules! choice {
    ($own:ty, $wire:ident: $($value:ident)*) => {
        impl Choice for $own {
            type Wire = wire::$wire;

            fn write(self) -> wire::$wire {
                match self {
                    $(Self::$value => wire::$wire::$value,)*
                }
            }

            fn read(given: wire::$wire) -> Option<Self> {
                match given {
                    wire::$wire::Unspecified => None,
                    $(wire::$wire::$value => Some(Self::$value),)*
                }
            }
        }
    };
}

choice!(CallChannel, CallChannel: Phone WebForm Text Email);
choice!(CheckInKind, CheckInKind: EnRoute OnSite Started Paused Resumed Done);
choice!(InspectionState, InspectionState: Requested Booked Passed Failed);
choice!(LicenseClass, LicenseClass: Apprentice Journeyman Master);
choice!(MessageKind, CustomerMessageKind: Confirmation DayBefore Moved OnTheWay Done);
choice!(PermitState, PermitState: Required Filed Issued Rejected Expired Finaled);
choice!(TaskKind, TaskKind: CompleteCall Qualify RefuseCall FilePermit MendPermit KeepPromise Dispatch CallCustomer);
choice!(Urgency, Urgency: Danger NoPower Soon Planned);
choice!(VisitOutcome, VisitOutcome: Done ReturnNeeded FollowUp);

/// The number of a choice on the wire.
pub(super) fn number<C: Choice>(choice: C) -> i32 {
    choice.write().into()
}

/// The number of a choice that may be open.
pub(super) fn number_or_none<C: Choice>(choice: Option<C>) -> i32 {
    choice.map_or(0, number)
}

/// The messages that say where parts lie.
macro_rules! location {
    ($($message:ident)*) => {
        $(
            impl From<&Location> for wire::$message::Location {
                fn from(location: &Location) -> Self {
                    match location {
                        Location::Warehouse(id) => Self::WarehouseId(id.clone()),
                        Location::Van(id) => Self::TechnicianId(id.clone()),
                    }
                }
            }

            impl From<&wire::$message::Location> for Location {
                fn from(location: &wire::$message::Location) -> Self {
                    match location {
                        wire::$message::Location::WarehouseId(id) => Self::Warehouse(id.clone()),
                        wire::$message::Location::TechnicianId(id) => Self::Van(id.clone()),
                    }
                }
            }
        )*
    };
}

location!(part_arrived stock_counted parts_reservation);
