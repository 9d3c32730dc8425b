//! The running board: one branch's day under way, kept by one writer, improved while nothing happens, followed by any
//! number of watchers.
//!
//! A step is durable before anybody is told of it. Neither rules of the cycle nor of planning are here, nor the words in
//! which a step is written down.

mod clock;

mod board;
mod boards;
mod give_way;
mod http;
mod journal;
mod keeper;
mod permits;
mod quotes;
mod timers;

mod courier;
mod webhook;

mod permit_office;
mod permit_poller;

pub use board::{Applied, Board, BoardParams, Moved, Opening, Since, Snapshot, Step};
pub use boards::{Boards, BoardsError};
pub use courier::{Courier, CourierParams};
pub use journal::{Entry, Finding, Halt, Journal, Scribe};
pub use keeper::Keeper;
pub use permit_office::{HttpPermitOffice, OfficeUrlError, PermitOffice, Unanswered};
pub use permit_poller::{FiledPermit, PermitClerk, PermitPoller, PollerParams};
pub use permits::Permits;
pub use quotes::{Hold, HoldState, QuoteBook, QuoteError};
pub use timers::Timers;
pub use webhook::{Undelivered, WebhookError, Webhooks};
