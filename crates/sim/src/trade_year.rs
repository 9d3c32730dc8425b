//! A simulated trade year: one history of calls, sick-outs, permits and overruns, and several ways to dispatch it.
//!
//! The history is drawn once from a seed and knows nothing of policies; every policy hears of the same facts at the same
//! times, and of none before. There is no wall clock: searches are limited by iterations. docs/simulation.md has the
//! model with every assumption.

mod assumptions;
mod firm;
mod history;
mod quantiles;

mod day;
mod judge;
mod record;

mod by_hand;

mod by_session;
mod durable;
mod facts;
mod faults;
mod planner;

mod cycle;

mod metrics;
mod run;

mod estimate;
mod year;

pub mod report;

pub use cycle::CycleError;
pub use durable::DurableError;
pub use estimate::Estimate;
pub use firm::{Firm, FirmError, Where};
pub use history::{CallKind, History, HistoryOptions, Outcome, TradeCall};
pub use metrics::Metrics;
pub use record::{CallRecord, Fate};
pub use run::{Policy, PolicyRun, SimulationError, SimulationOptions, UnknownPolicy, simulate};
pub use year::Year;
