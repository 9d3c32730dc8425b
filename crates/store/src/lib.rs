//! The journal of boards, their leases, the outbox and the answers given: durable, in SQLite or PostgreSQL.
//!
//! What is kept is an envelope around opaque bytes (docs/decisions/0014): no meaning is here, no clock but the one that
//! leases need, and no delivery. The running board writes through it; carriers of effects and the command line read it.

mod error;
mod limits;
mod unix_micros;

mod append;
mod effect;
mod record;

mod database;
mod schema;

mod group_commit;
mod store;

mod journal;
mod leases;
mod outbox;
mod requests;
mod snapshots;

mod export;
mod folder_lock;
mod verify;

pub use append::{Append, Appended, Outcome, Request};
pub use effect::{Claim, ClaimedEffect, Effect, EffectState, EffectStatus, Failure};
pub use error::StoreError;
pub use export::{FORMAT_OF_EXPORT, Imported};
pub use folder_lock::FolderLock;
pub use journal::{BoardEntry, NewBoard};
pub use leases::{Fence, Lease, LeaseRequest};
pub use limits::Limits;
pub use record::{Record, Stored};
pub use snapshots::SNAPSHOTS_KEPT;
pub use store::{Location, Store};
pub use unix_micros::UnixMicros;
pub use verify::{Fault, Verified};
