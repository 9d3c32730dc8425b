//! What the readers of public benchmarks share: numbers in lines, ticks, and a problem without calendar or law.

use jiff::civil::{Date, date};
use journeyman_domain::{
    Cost, CostPerTime, Distance, Duration, MatrixSpec, Names, PayPolicy, Place, PlaceId, Problem, RateCard,
    Requirement, ShiftRates, TickScale, Time, TimeWindow, TravelSpec, Unserved, Visit, WindowPolicy,
    WorkOrderId,
};

/// A day for instances that have none.
pub(crate) const NO_DAY: Date = date(1970, 1, 1);

/// Most nodes of an instance: their matrix has the square of it.
pub(crate) const NODES_MAX: usize = 3_000;

/// Most pieces of one part, so that sums stay far inside 32 bits.
pub(crate) const PIECES_MAX: u32 = 100_000;

/// A benchmark file that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct InstanceError {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: InstanceErrorKind,
}

/// What is wrong with a line of a benchmark file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InstanceErrorKind {
    /// The file ends before this was found.
    #[error("{0} expected, but the file ends")]
    Missing(&'static str),
    /// Something else stands there.
    #[error("{expected} expected, found {found:?}")]
    Unexpected {
        /// What should stand there.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// Nodes are numbered from 0 without a gap.
    #[error("node {expected} expected, found {found}")]
    OutOfOrder {
        /// The next number.
        expected: usize,
        /// The number found.
        found: usize,
    },
    /// A window ends before it starts.
    #[error("the window ends at {due} before it starts at {ready}")]
    WindowInverted {
        /// Start.
        ready: String,
        /// End.
        due: String,
    },
    /// A number is negative, not finite or too large.
    #[error("{name} {value} lies outside 0 to {limit}")]
    OutOfRange {
        /// Which number.
        name: &'static str,
        /// Its value.
        value: String,
        /// The most it can be.
        limit: u64,
    },
    /// More nodes than a matrix can hold.
    #[error("{found} {what}; at most {limit}")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// More customers asked for than there are.
    #[error("{wanted} customers asked for, the file has {found}")]
    TooFewCustomers {
        /// Asked for.
        wanted: usize,
        /// In the file.
        found: usize,
    },
}

impl InstanceErrorKind {
    pub(crate) fn at(self, line: usize) -> InstanceError {
        InstanceError { line, kind: self }
    }
}

/// Numbers of an instance, coordinates apart, lie in [0, this].
const NUMBER_MAX: u32 = 10_000_000;

/// The number in `word`, in `[0, NUMBER_MAX]`.
pub(crate) fn number(word: &str, name: &'static str, line: usize) -> Result<f64, InstanceError> {
    let value = coordinate(word, name, line)?;
    if value < 0.0 {
        return Err(out_of_range(word, name).at(line));
    }
    Ok(value)
}

/// The number in `word`, in `[-NUMBER_MAX, NUMBER_MAX]`.
pub(crate) fn coordinate(word: &str, name: &'static str, line: usize) -> Result<f64, InstanceError> {
    let value: f64 = word.parse().map_err(|_| unexpected(name, word).at(line))?;
    // NaN compares false, so it is refused here too.
    if value.abs() <= f64::from(NUMBER_MAX) { Ok(value) } else { Err(out_of_range(word, name).at(line)) }
}

/// The whole number in `word`.
pub(crate) fn whole(word: &str, name: &'static str, line: usize) -> Result<usize, InstanceError> {
    word.parse().map_err(|_| unexpected(name, word).at(line))
}

pub(crate) fn unexpected(expected: &'static str, found: &str) -> InstanceErrorKind {
    InstanceErrorKind::Unexpected { expected, found: found.chars().take(40).collect() }
}

fn out_of_range(word: &str, name: &'static str) -> InstanceErrorKind {
    InstanceErrorKind::OutOfRange {
        name,
        value: word.chars().take(40).collect(),
        limit: u64::from(NUMBER_MAX),
    }
}

/// `value` units in ticks, rounded up.
#[expect(clippy::cast_possible_truncation, reason = "values are limited to 1e7 units, ticks to 1e4 a unit")]
pub(crate) fn ticks_up(value: f64, per_unit: i64) -> i64 {
    (value * per_unit as f64).ceil() as i64
}

/// `value` units in ticks, rounded down.
#[expect(clippy::cast_possible_truncation, reason = "values are limited to 1e7 units, ticks to 1e4 a unit")]
pub(crate) fn ticks_down(value: f64, per_unit: i64) -> i64 {
    (value * per_unit as f64).floor() as i64
}

/// A window in units as ticks, rounded inward and cut to the horizon where it reaches beyond.
pub(crate) fn window(ready: f64, due: f64, per_unit: i64, horizon: Time) -> TimeWindow {
    let start = Time::from_ticks(ticks_up(ready, per_unit));
    let end = Time::from_ticks(ticks_down(due, per_unit)).min(horizon.max(start));
    // Rounding inward can turn a window of less than a tick; its start is the safe side.
    TimeWindow { start, end: end.max(start) }
}

/// A square matrix over all places, `legs[i][j]` in ticks of time and of distance alike.
pub(crate) fn matrix(
    nodes: usize,
    rounding_ticks: i64,
    leg_ticks: impl Fn(usize, usize) -> i64,
) -> MatrixSpec {
    let legs: Vec<i64> =
        (0..nodes).flat_map(|i| (0..nodes).map(move |j| (i, j))).map(|(i, j)| leg_ticks(i, j)).collect();
    MatrixSpec {
        places: (0..nodes).map(PlaceId::new).collect(),
        durations: legs.iter().map(|&leg| Duration::from_ticks(leg)).collect(),
        distances: legs.into_iter().map(Distance::from_ticks).collect(),
        rounding_ticks,
    }
}

/// A problem of `nodes` places without people or work.
pub(crate) fn bare_problem(nodes: usize, horizon: Time, ticks_per_unit: i64, travel: MatrixSpec) -> Problem {
    Problem {
        epoch_seconds: 0,
        time_zone: "UTC".to_owned(),
        // An instance that closes at once still has a horizon.
        horizon: (horizon - Time::ZERO).max(Duration::from_ticks(1)),
        ticks: TickScale { time_ticks_per_unit: ticks_per_unit, distance_ticks_per_unit: ticks_per_unit },
        places: (0..nodes).map(|node| Place { label: node.to_string(), point: None }).collect(),
        travel: TravelSpec::Matrix(travel),
        jurisdictions: Vec::new(),
        reciprocity: Vec::new(),
        technicians: Vec::new(),
        shifts: Vec::new(),
        pickups: Vec::new(),
        permits: Vec::new(),
        work_orders: Vec::new(),
        visits: Vec::new(),
        dependencies: Vec::new(),
        rates: RateCard {
            promise_moved: Cost::ZERO,
            promise_soon: Vec::new(),
            promise_late: CostPerTime::ZERO,
            technician_swapped: Cost::ZERO,
            announced_swap: Cost::ZERO,
            day_changed: Cost::ZERO,
        },
        window_policy: WindowPolicy {
            snap: Duration::from_ticks(ticks_per_unit),
            width_min: Duration::from_ticks(ticks_per_unit),
            width_max: horizon - Time::ZERO,
            on_time_permille: 900,
            duration_spread_permille: 0,
            travel_spread_permille: 0,
        },
        plan_expected_permits: false,
        baseline: Vec::new(),
        freeze_time: None,
        names: Names::default(),
    }
}

/// Rates under which nothing costs but what a reader sets.
pub(crate) const FREE: ShiftRates = ShiftRates {
    pay: PayPolicy::Shift,
    time: CostPerTime::ZERO,
    distance: journeyman_domain::CostPerDistance::ZERO,
    overtime: CostPerTime::ZERO,
    used: Cost::ZERO,
};

/// A mandatory visit at the place of `node`; the work order is the visit's own.
pub(crate) fn visit(
    node: usize,
    order: usize,
    duration: Duration,
    window: TimeWindow,
    requirement: Requirement,
) -> Visit {
    let bare = Visit::bare(node.to_string(), WorkOrderId::new(order), PlaceId::new(node), vec![window]);
    Visit { duration, requirement, unserved: Unserved::Mandatory, ..bare }
}
