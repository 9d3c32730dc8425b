//! The running board: one branch's day under way, kept by one writer, improved while nothing happens, followed by any
//! number of watchers.
//!
//! Boards live in memory so far; the service cycle brings the journal. Neither rules of the cycle nor of planning are here.

mod board;
mod boards;
mod give_way;
mod permits;
mod quotes;
mod timers;

pub use board::{Applied, Board, BoardParams, Moved, Since, Snapshot};
pub use boards::{Boards, BoardsError};
pub use permits::Permits;
pub use quotes::{Hold, HoldState, QuoteBook, QuoteError};
pub use timers::Timers;
