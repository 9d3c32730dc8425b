//! The day as a MILP: the pool of known routes, their best combination, and bounds that hold.
//!
//! The only room that knows the C++ solver. It never trusts a status blindly: whatever HiGHS returns is rebuilt and
//! costed in integers, and bounds are integer arithmetic of its own.

mod column;
mod contended;
mod pool;

mod deadline;
mod highs_ffi;
#[allow(dead_code, reason = "row bounds and rays wait for branching")]
mod linear_program;
mod set_partition;
mod solve;
mod tolerance;
mod worker;

mod prices;
mod score;
mod selection;

mod pricing;

mod branching;
mod cluster;
mod generation;
mod met;
mod parts;
mod prove;
mod proving;

mod combination;
mod master;

pub mod bound;

pub use cluster::clusters_pay;
pub use column::Column;
pub use master::{Master, MasterParams, PoolFailure, PoolOutcome, Recombined};
pub use pool::{ColumnPool, PoolParams};
pub use prove::{Exchange, Means, ProveParams, ProveTrouble, Sequence, prove};
pub use score::{NoPlan, score};
pub use solve::SolverTrouble;
