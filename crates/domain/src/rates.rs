//! The rate card: what an hour, a kilometre, a late minute, a moved promise cost.

use crate::{Cost, CostPerTime, Duration, Problem, Promise};

/// What a shift's time rate is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayPolicy {
    /// The shift is paid anyway: a plan decides driving, overtime and lateness only.
    Shift,
    /// Paid from departure to return, departure free.
    PortalToPortal,
}

/// Prices that belong to the problem as a whole; those of one shift or visit are resolved into it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RateCard {
    /// A promise is moved: service starts outside the promised window.
    pub promise_moved: Cost,
    /// On top of it, by how soon the promise is; sorted by time, prices never rise with it. See [`Problem::move_price`].
    pub promise_soon: Vec<SoonPrice>,
    /// Each tick of start after the promised window.
    pub promise_late: CostPerTime,
    /// Another technician than the promise names.
    pub technician_swapped: Cost,
    /// On top of a swap, when the customer was told the name.
    pub announced_swap: Cost,
    /// Another local day than promised.
    pub day_changed: Cost,
}

/// How urgent a work order is: a rate card may price leaving it out by that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Priority {
    /// It can wait.
    Low,
    /// As most.
    Normal,
    /// Before others.
    High,
    /// At once.
    Emergency,
}

/// The prices of a visit that are the rate card's and not its own: they change when the card does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VisitCard {
    /// Lateness.
    pub lateness: bool,
    /// A technician who is not preferred.
    pub preference_missed: bool,
    /// Leaving it out, by this priority; none: its own price, or mandatory.
    pub penalty: Option<Priority>,
}

/// The prices of a shift that are the rate card's and not its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShiftCard {
    /// What the time rate is paid for.
    pub pay: bool,
    /// Paid time.
    pub time: bool,
    /// Distance.
    pub distance: bool,
    /// Return after the soft end.
    pub overtime: bool,
    /// Using the shift at all.
    pub used: bool,
}

/// What moving a promise costs more for being soon.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SoonPrice {
    /// The promised window begins no later than this after the freeze.
    pub within: Duration,
    /// The price.
    pub price: Cost,
}

impl Problem {
    /// Takes the prices of a problem with the same shifts and visits.
    pub fn take_prices(&mut self, like: &Self) {
        self.rates.clone_from(&like.rates);
        for (shift, like) in self.shifts.iter_mut().zip(&like.shifts) {
            (shift.rates, shift.card) = (like.rates, like.card);
        }
        for (visit, like) in self.visits.iter_mut().zip(&like.visits) {
            (visit.lateness, visit.preference_missed) = (like.lateness, like.preference_missed);
            (visit.unserved, visit.card) = (like.unserved, like.card);
        }
    }

    /// The price of a start outside of a promise, besides that of each tick after it: the sooner the promise, the dearer.
    ///
    /// How soon it is counts from the freeze; where nothing is frozen, nobody waits at the door yet. It does not depend on
    /// the start, so the cost of a visit over its start keeps its shape; and as it only rises while time goes on, what was
    /// proved of any plan earlier holds later.
    pub fn move_price(&self, promise: &Promise) -> Cost {
        let is_so_soon = |soon: &&SoonPrice| {
            self.freeze_time.is_some_and(|freeze| promise.window.start <= freeze + soon.within)
        };
        let soon = self.rates.promise_soon.iter().find(is_so_soon);
        self.rates.promise_moved + soon.map_or(Cost::ZERO, |soon| soon.price)
    }
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
