//! The `Boards` service: days under way that live on the server, each step of them in a journal.

mod answer;
mod load;
mod papers;
mod reassign;
mod registry;
mod replayed;
mod requests;
mod restore;
mod service;
mod watch;
mod written;

pub(crate) use answer::{Answered, Batch, BoardRefused, QuoteRefused};
pub use load::LoadError;
pub(crate) use papers::Papers;
pub(crate) use reassign::{asking_of, board_of, follow_board, reassign_board};
pub(crate) use registry::{Kept, Record, Registry, WeakRegistry, still_at};
pub use replayed::{
    JournalContent, JournalError, JournalRecord, ReplayedBoard, replay_board, snapshot_agrees,
};
pub(crate) use requests::{Asking, Undone, digest, once};
pub use restore::RestoreError;
pub use service::BoardsService;
pub(crate) use written::Written;
