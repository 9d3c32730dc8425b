//! The year, day after day, under each policy.

use std::time::Duration as WallTime;

use journeyman_domain::Duration;
use journeyman_engine::EngineError;
use journeyman_travel::TravelError;

use super::assumptions::PLANNING_BY_HAND;
use super::by_session::{self, Stopwatch};
use super::cycle::{Cycle, CycleError};
use super::day::{DayContext, DayEnd};
use super::durable::{Disk, DurableError, OnBoard};
use super::faults::{FaultCounts, Faults};
use super::metrics::{Driving, Metrics};
use super::planner::{AtHand, Effort, PlannerError};
use super::record::CallRecord;
use super::year::Year;
use super::{by_hand, judge};

/// Who dispatches.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Policy {
    /// (a) A coordinator: the nearest free qualified technician, by hand; each decision takes so many percent of the stated time.
    Coordinator {
        /// 100: the stated time.
        planning_percent: u32,
    },
    /// (b) The session's first answer: cheapest insertion and repair, never improved.
    Insertion,
    /// (c) The session as the product runs it: each answer is improved.
    Journeyman,
}

/// No policy of this name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no policy named {name:?}; known: a (coordinator), b (insertion), c (journeyman)")]
pub struct UnknownPolicy {
    /// What was asked for.
    pub name: String,
}

impl std::str::FromStr for Policy {
    type Err = UnknownPolicy;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "a" | "coordinator" => Ok(Self::Coordinator { planning_percent: 100 }),
            "b" | "insertion" => Ok(Self::Insertion),
            "c" | "journeyman" => Ok(Self::Journeyman),
            _ => Err(UnknownPolicy { name: name.to_owned() }),
        }
    }
}

impl Policy {
    /// A name for tables and files.
    pub fn name(self) -> String {
        match self {
            Self::Coordinator { planning_percent: 100 } => "coordinator".to_owned(),
            Self::Coordinator { planning_percent } => {
                format!("coordinator, {planning_percent} % planning time")
            }
            Self::Insertion => "insertion".to_owned(),
            Self::Journeyman => "journeyman".to_owned(),
        }
    }
}

/// How hard policy (c) tries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SimulationOptions {
    /// Iterations for the plan of the morning.
    pub iterations_morning: u64,
    /// Iterations after each fact.
    pub iterations_event: u64,
    /// Whether (b) and (c) run on boards in a store, whose server is started again, and which hear of facts late or twice.
    pub faults: bool,
}

/// A year that could not be simulated to its end.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The session refused a fact, or a plan failed its check.
    #[error("day {day}: {error}")]
    Engine {
        /// Number of the working day, from 1.
        day: usize,
        /// What it said.
        error: EngineError,
    },
    /// The board of the day, or its store.
    #[error("day {day}: {error}")]
    Durable {
        /// Number of the working day, from 1.
        day: usize,
        /// What it said.
        error: DurableError,
    },
    /// The desk of the year.
    #[error(transparent)]
    Desk(#[from] CycleError),
    /// The store of the year.
    #[error(transparent)]
    Disk(DurableError),
    /// Travel of the day.
    #[error("day {day}: {error}")]
    Travel {
        /// Number of the working day, from 1.
        day: usize,
        /// What it said.
        error: TravelError,
    },
}

/// A year under one policy.
#[derive(Clone, PartialEq, Debug)]
pub struct PolicyRun {
    /// Which.
    pub policy: Policy,
    /// By call of the history.
    pub records: Vec<CallRecord>,
    /// The year in numbers.
    pub metrics: Metrics,
    /// What the checker found illegal, one sentence each.
    pub illegal: Vec<String>,
    /// What the desk refused, one sentence each; the first ones.
    pub refused: Vec<String>,
    /// Time of each answer by the clock that was given; empty where nobody was asked.
    pub answers: Vec<WallTime>,
}

/// Runs a year under a policy, whatever other runs it has. `clock` measures answers and changes nothing; `after_day` is
/// called after each day.
///
/// The same seed, firm, history and options give the same records and metrics.
///
/// # Errors
/// [`SimulationError`].
pub fn simulate(
    year: &Year,
    policy: Policy,
    options: &SimulationOptions,
    clock: &dyn Fn() -> WallTime,
    after_day: &mut dyn FnMut(),
) -> Result<PolicyRun, SimulationError> {
    let (firm, history) = (&year.firm, &year.history);
    let mut records = vec![CallRecord::default(); history.calls.len()];
    let mut watch = Stopwatch { clock, answers: Vec::new(), refused: 0, faults: FaultCounts::default() };
    let asks_a_server = !matches!(policy, Policy::Coordinator { .. });
    let disk = (options.faults && asks_a_server).then(Disk::new).transpose();
    let disk = disk.map_err(SimulationError::Disk)?;
    let mut desk = (policy == Policy::Journeyman).then(|| Cycle::new(year)).transpose()?;
    let (mut driving, mut illegal) = (Driving::default(), Vec::new());
    for number in 0..history.days {
        let day = DayContext { firm, history, day: number };
        day.begin(&mut records);
        let end = run_day(
            day,
            (policy, year.seed),
            (options, disk.as_ref(), desk.as_mut()),
            (&mut records, &mut watch),
        )?;
        let travel = |error| SimulationError::Travel { day: number + 1, error };
        let found = judge::illegal(&day, &end.driven).map_err(travel)?;
        illegal.extend(found.into_iter().map(|what| format!("day {}: {what}", number + 1)));
        driving.visits += end.driven.iter().map(Vec::len).sum::<usize>();
        driving.driving += end.driving;
        driving.overtime += end.overtime;
        after_day();
    }
    let mut metrics = Metrics::of(history, &records, driving, illegal.len());
    metrics.facts_refused = watch.refused;
    metrics.note(watch.faults);
    let mut refused = Vec::new();
    if let Some(desk) = &mut desk {
        metrics.note_orders(desk.end(&records));
        refused = std::mem::take(&mut desk.refused);
    }
    Ok(PolicyRun { policy, records, metrics, illegal, refused, answers: watch.answers })
}

fn run_day(
    day: DayContext<'_>,
    (policy, seed): (Policy, u64),
    (options, disk, desk): (&SimulationOptions, Option<&Disk>, Option<&mut Cycle<'_>>),
    (records, watch): (&mut [CallRecord], &mut Stopwatch<'_>),
) -> Result<DayEnd, SimulationError> {
    let number = day.day + 1;
    let iterations = match policy {
        Policy::Coordinator { planning_percent } => {
            let planning = Duration::from_ticks(PLANNING_BY_HAND.ticks() * i64::from(planning_percent) / 100);
            let travel = |error| SimulationError::Travel { day: number, error };
            return by_hand::run(day, planning, records).map_err(travel);
        }
        Policy::Insertion => None,
        Policy::Journeyman => Some((options.iterations_morning, options.iterations_event)),
    };
    let effort = Effort { iterations, seed };
    let run = || -> Result<DayEnd, PlannerError> {
        let known = day.open(records);
        match disk {
            None => {
                let mut session = AtHand::open(day, effort, &known)?;
                by_session::run(day, None, (&mut session, desk), records, watch)
            }
            Some(disk) => {
                let faults = Faults { seed, day: day.day };
                let mut board = OnBoard::open(day, effort, &known, disk)?;
                by_session::run(day, Some(faults), (&mut board, desk), records, watch)
            }
        }
    };
    run().map_err(|error| match error {
        PlannerError::Engine(error) => SimulationError::Engine { day: number, error },
        PlannerError::Durable(error) => SimulationError::Durable { day: number, error },
    })
}
