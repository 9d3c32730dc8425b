//! The rate card: what an hour, a kilometre, a late minute, a moved promise cost.

use crate::{Cost, CostPerTime, Duration};

/// What a shift's time rate is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayPolicy {
    /// The shift is paid anyway: a plan decides driving, overtime and lateness only.
    Shift,
    /// Paid from departure to return, departure free.
    PortalToPortal,
}

/// Prices that belong to the problem as a whole; those of one shift or visit are resolved into it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RateCard {
    /// A promise is moved: service starts outside the promised window.
    pub promise_moved: Cost,
    /// Each tick of start after the promised window.
    pub promise_late: CostPerTime,
    /// Another technician than the promise names.
    pub technician_swapped: Cost,
    /// On top of a swap, when the customer was told the name.
    pub announced_swap: Cost,
    /// Another local day than promised.
    pub day_changed: Cost,
}

/// How arrival windows are cut for customers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WindowPolicy {
    /// Windows start and end on multiples of this, in local time.
    pub snap: Duration,
    /// Narrowest window.
    pub width_min: Duration,
    /// Widest window.
    pub width_max: Duration,
    /// Arrivals that shall fall inside at least, per thousand.
    pub on_time_permille: u16,
    /// Standard deviation of time on site where the visit gives none, per thousand of the duration.
    pub duration_spread_permille: u32,
    /// Standard deviation of driving time, per thousand of a leg up to half an hour; relatively less of a longer
    /// one and more at rush hours, see [`Problem::leg_deviation`](crate::Problem::leg_deviation).
    pub travel_spread_permille: u32,
}
