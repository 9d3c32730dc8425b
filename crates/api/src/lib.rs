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

mod boards;

pub mod scheduler;
pub mod services;

pub use boards::BoardsService;
pub use day::{InexpressibleDay, write_day};
pub use json::JsonError;
pub use limits::Limits;
pub use plan::{read_plan, write_bound, write_changes, write_difference, write_plan, write_reply};
pub use problem::{Accepted, Dropped, accept_problem, read_event};
pub use reassign::{Refused, reassign};
pub use request::{AcceptedSolve, SearchOptions, accept_solve};
pub use scheduler::{SchedulerConfig, SchedulerService, describe_metrics, write_statistics};
pub use services::services;
pub use under_way::{AcceptedReassign, DayUnderWay, accept_reassign};
pub use violation::{InvalidRequest, Violation, ViolationCode};
pub use what_if::what_if;
