//! The limits of the door: everything has one, and a refusal states it.

use std::time::Duration;

use journeyman_domain::Roads;

/// How much of everything one request may bring, and how much work is taken on at once.
///
/// The defaults are those that the contract documents; the server's configuration may change them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of one message or file.
    pub message_bytes: usize,
    /// Bytes of one text, ids included.
    pub text_bytes: usize,
    /// Length of the horizon in days of 24 hours.
    pub horizon_days: i64,
    /// How far instants may lie before or after the horizon, in days of 24 hours.
    pub days_around_horizon: i64,
    /// Places; `travel` keeps an index of that many.
    pub places: usize,
    /// Technicians.
    pub technicians: usize,
    /// Shifts of all technicians together.
    pub shifts: usize,
    /// Work orders.
    pub work_orders: usize,
    /// Visits of all work orders together.
    pub visits: usize,
    /// Permits.
    pub permits: usize,
    /// Warehouses.
    pub warehouses: usize,
    /// Jurisdictions.
    pub jurisdictions: usize,
    /// Lines of the reciprocity table.
    pub reciprocity: usize,
    /// Zones.
    pub zones: usize,
    /// Points of one ring.
    pub ring_points: usize,
    /// Places of a travel matrix.
    pub matrix_places: usize,
    /// Steps of the daily travel profile.
    pub profile_steps: usize,
    /// Windows of one visit or warehouse.
    pub windows: usize,
    /// Breaks of one shift.
    pub breaks: usize,
    /// Entries of any list inside one technician, warehouse, permit, work order or visit.
    pub list_entries: usize,
    /// Surcharges for moving a promise that is soon.
    pub soon_surcharges: usize,
    /// Events of one request.
    pub events: usize,
    /// Violations reported unless the request asks for another number.
    pub violations_default: usize,
    /// Violations that a request may ask for.
    pub violations: usize,
    /// Time of one solve.
    pub solve_time: Duration,
    /// Time of a solve whose request names none.
    pub solve_time_default: Duration,
    /// Threads of one solve.
    pub threads: usize,
    /// What a plan may cost at most in the worst case, in micro-dollars: sums stay far inside 64 bits.
    pub cost_micros: i64,
    /// Price of one hour, of one minute or of one event, in micro-dollars.
    pub amount_micros: i64,
    /// Price of one kilometer, in micro-dollars.
    pub kilometer_micros: i64,
    /// The roads that are known here: days without a matrix are driven on them. None: travel is estimated.
    pub roads: Option<Roads>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 64 << 20,
            text_bytes: 1_024,
            horizon_days: 62,
            days_around_horizon: 366,
            places: 10_000,
            technicians: 5_000,
            shifts: 5_000,
            work_orders: 20_000,
            visits: 20_000,
            permits: 40_000,
            warehouses: 500,
            jurisdictions: 5_000,
            reciprocity: 10_000,
            zones: 1_000,
            ring_points: 10_000,
            matrix_places: 3_000,
            profile_steps: 96,
            windows: 16,
            breaks: 4,
            list_entries: 256,
            soon_surcharges: 8,
            events: 1_000,
            violations_default: 64,
            violations: 1_024,
            solve_time: Duration::from_secs(3_600),
            solve_time_default: Duration::from_secs(10),
            threads: 64,
            cost_micros: 100_000_000_000_000_000,
            amount_micros: 1_000_000_000_000,
            kilometer_micros: 1_000_000_000,
            roads: None,
        }
    }
}
