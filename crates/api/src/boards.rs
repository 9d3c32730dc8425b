//! The `Boards` service: days under way that live on the server. In memory so far: the service cycle brings the journal.

mod answer;
mod reassign;
mod registry;
mod service;
mod watch;

pub(crate) use answer::{BoardRefused, QuoteRefused};
pub(crate) use reassign::{board_of, reassign_board, reassign_board_stream};
pub(crate) use registry::{Kept, Record, Registry, still_at};
pub use service::BoardsService;
