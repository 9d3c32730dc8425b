//! A plan the problem starts from: a hint for the search, binding before the freeze.

use crate::{ShiftId, Stop, Time, TimeWindow};

/// One route of the earlier plan. It may be infeasible today; the search repairs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaselineRoute {
    /// The shift.
    pub shift: ShiftId,
    /// When it left or leaves its start place; absent when the caller did not say.
    pub departure: Option<Time>,
    /// Stops in order.
    pub stops: Vec<BaselineStop>,
}

/// One stop of the earlier plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BaselineStop {
    /// Which stop.
    pub stop: Stop,
    /// When the technician leaves for it; absent when the caller did not say.
    pub leave_for: Option<Time>,
    /// When service starts; absent when the caller did not say.
    pub start: Option<Time>,
    /// The arrival window that the customer was told; visits only.
    pub told: Option<TimeWindow>,
}
