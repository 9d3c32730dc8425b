//! The `Boards` service: days under way that live on the server. In memory so far: the service cycle brings the journal.

mod answer;
mod reassign;
mod registry;
mod service;
mod watch;

pub(crate) use answer::{Answered, Batch, BoardRefused, QuoteRefused};
pub(crate) use reassign::{board_of, follow_board, message, reassign_board};
pub(crate) use registry::{Kept, Record, Registry, still_at};
pub use service::BoardsService;
