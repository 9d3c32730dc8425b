//! What every source of days gives: a problem, and what was assumed to make it.

use journeyman_domain::{
    Break, Cost, CostPerDistance, CostPerTime, Duration, PayPolicy, Priority, RateCard, ShiftCard,
    ShiftRates, TimeWindow, Unserved, VisitCard, WindowPolicy,
};

use crate::calendar::{Calendar, Clock};

/// A problem with the story of its making.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The day.
    pub problem: journeyman_domain::Problem,
    /// What was drawn or assumed, one sentence each, for people.
    pub notes: Vec<String>,
}

/// Price of leaving an optional visit unserved.
pub(crate) const PENALTY: Cost = Cost::from_micros(250_000_000);

/// $45 an hour of driving, $0.40 a kilometer, $67.50 an hour after the regular end, nothing for a used shift, so
/// that the cost holds no constants and a gap means something.
pub(crate) const SHIFT_RATES: ShiftRates = ShiftRates {
    pay: PayPolicy::Shift,
    time: CostPerTime::from_micros(12_500),
    distance: CostPerDistance::from_micros(400),
    overtime: CostPerTime::from_micros(18_750),
    used: Cost::ZERO,
};

/// No shift has prices of its own.
pub(crate) const SHIFT_CARD: ShiftCard =
    ShiftCard { pay: true, time: true, distance: true, overtime: true, used: true };

/// No visit has prices of its own.
pub(crate) fn visit_card(unserved: Unserved) -> VisitCard {
    let penalty = matches!(unserved, Unserved::Penalty(_)).then_some(Priority::Normal);
    VisitCard { lateness: true, preference_missed: true, penalty }
}

/// Prices of disruption; a fresh day promises nothing, so they count only when it is planned again.
pub(crate) const RATE_CARD: RateCard = RateCard {
    promise_moved: Cost::from_micros(40_000_000),
    promise_soon: Vec::new(),
    promise_late: CostPerTime::from_micros(10_000),
    technician_swapped: Cost::from_micros(10_000_000),
    announced_swap: Cost::from_micros(15_000_000),
    day_changed: Cost::from_micros(80_000_000),
};

/// Windows of one to four hours on quarter hours that hold nine arrivals of ten; time on site spreads by 25 %, driving by 20 %.
pub(crate) const WINDOW_POLICY: WindowPolicy = WindowPolicy {
    snap: Duration::from_ticks(15 * 60),
    width_min: Duration::from_ticks(60 * 60),
    width_max: Duration::from_ticks(4 * 60 * 60),
    on_time_permille: 900,
    duration_spread_permille: 250,
    travel_spread_permille: 200,
};

/// Road distance per thousand of crow-fly distance, and road speed in meters an hour.
pub(crate) const CIRCUITY_PERMILLE: u32 = 1_300;
pub(crate) const SPEED_METERS_PER_HOUR: u32 = 40_000;

pub(crate) const SHIFT_START: Clock = Clock::hour(8);
pub(crate) const REGULAR_END: Clock = Clock::hour(17);
pub(crate) const OVERTIME_END: Clock = Clock::hour(19);

/// Regular working time of a shift: nine hours less the break.
pub(crate) const WORKING_TIME: Duration = Duration::from_ticks((9 * 60 - 30) * 60);

/// The 30-minute break of every shift, which lies between 11:00 and 14:00.
pub(crate) fn lunch(calendar: &Calendar) -> Break {
    let start = TimeWindow { start: calendar.at(Clock::hour(11)), end: calendar.at(Clock::half_past(13)) };
    Break { label: "lunch".to_owned(), start, duration: Duration::from_ticks(30 * 60) }
}
