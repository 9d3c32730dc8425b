//! The `Scheduler` service: from a call to an answer, behind a bounded queue.
//!
//! Each solve runs on an operating-system thread of its own; the runtime only waits.

mod answers;
mod call;
mod config;
mod evaluate;
mod explain;
mod job;
mod meters;
mod quotes;
mod reassign;
mod service;
mod status;
mod weighing;
mod workers;

pub(crate) use call::{now, wall_clock, wall_time};
pub use config::SchedulerConfig;
pub use evaluate::{accept_evaluation, write_evaluation};
pub use explain::{AcceptedExplain, accept_explain, write_explanation};
pub use job::write_statistics;
pub use meters::describe_metrics;
pub use service::SchedulerService;
pub(crate) use status::{
    board_status, desk_status, internal, left_status, not_found_status, precondition_status, quota_status,
    store_status, unreadable_status,
};
pub use status::{engine_status, invalid_status};
pub(crate) use weighing::Weighing;
pub(crate) use workers::on_own_thread_alone;
