//! A shift: one technician on one day, the unit that a route belongs to.

use crate::{
    Cost, CostPerDistance, CostPerTime, Date, Duration, Frozen, PayPolicy, PlaceId, ShiftCard, TechnicianId,
    Time, TimeWindow,
};

/// One technician on one day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shift {
    /// The caller's id.
    pub label: String,
    /// Whose shift.
    pub technician: TechnicianId,
    /// The local day on which it starts.
    pub day: Date,
    /// Where the route starts.
    pub start_place: PlaceId,
    /// Where the route ends.
    pub end_place: PlaceId,
    /// Earliest departure … latest return.
    pub window: TimeWindow,
    /// Regular end; each tick of return after it costs the overtime rate. Inside `window`, or before it where a
    /// freeze has moved its start.
    pub soft_end: Time,
    /// Breaks in order; see [`Break`].
    pub breaks: Vec<Break>,
    /// The most visits of a route.
    pub visits_max: Option<u32>,
    /// What its time and distance cost.
    pub rates: ShiftRates,
    /// Which of these are the rate card's.
    pub card: ShiftCard,
    /// The technician is out: nothing is added to what is frozen.
    pub out: bool,
    /// The start of its route that may not change; set by [`Problem::freeze`](crate::Problem::freeze).
    pub frozen: Option<Frozen>,
}

impl Shift {
    /// By when a delivery must have arrived at a pickup to be loaded on this shift: its start, or when the technician
    /// has left.
    pub fn stocked_at(&self) -> Time {
        self.frozen.as_ref().map_or(self.window.start, |frozen| frozen.departure)
    }
}

/// A pause of `duration` that starts inside its window.
///
/// Every break is taken, in order: before departure, at any stop before or after the service, or after the
/// return (where it costs nothing). It is never dropped; a route that leaves no room for it is infeasible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// The caller's id, unique within the shift.
    pub label: String,
    /// Earliest … latest start.
    pub start: TimeWindow,
    /// Length.
    pub duration: Duration,
}

/// The prices of one shift.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShiftRates {
    /// What the time rate is paid for.
    pub pay: PayPolicy,
    /// Price of paid time: driving under SHIFT, departure to return under PORTAL_TO_PORTAL.
    pub time: CostPerTime,
    /// Price of distance.
    pub distance: CostPerDistance,
    /// Price of return after the soft end, on top of `time`.
    pub overtime: CostPerTime,
    /// Price of using the shift at all (a route with at least one stop).
    pub used: Cost,
}
