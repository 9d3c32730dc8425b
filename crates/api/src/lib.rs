//! The contract: generated messages and services, their JSON form, and the bridge to the domain.

pub mod wire;

pub mod json;
pub mod limits;
pub mod violation;

pub mod problem;
pub mod reassign;
pub mod request;
pub mod under_way;
pub mod what_if;

pub mod day;
pub mod plan;
pub mod planned_day;

mod boards;
mod cycle;
mod desk;
mod quotes;
mod savings;

pub mod scheduler;
pub mod services;

pub use boards::{
    BoardsService, JournalContent, JournalError, JournalRecord, LoadError, ReplayedBoard, RestoreError,
    replay_board, snapshot_agrees,
};
pub use day::{InexpressibleDay, write_day};
pub use json::JsonError;
pub use limits::Limits;
pub use plan::{read_plan, write_bound, write_changes, write_difference, write_plan, write_reply};
pub use planned_day::{Foreign, PlannedDay};
pub use problem::{Accepted, Dropped, accept_problem, read_event};
pub use quotes::quote;
pub use reassign::{Refused, reassign};
pub use request::{AcceptedSolve, SearchOptions, accept_solve};
pub use savings::Savings;
pub use scheduler::{
    AcceptedExplain, SchedulerConfig, SchedulerService, accept_evaluation, accept_explain, describe_metrics,
    write_evaluation, write_explanation, write_statistics,
};
pub use services::services;
pub use under_way::{AcceptedReassign, DayUnderWay, accept_reassign};
pub use violation::{InvalidRequest, Violation, ViolationCode};
pub use what_if::what_if;
