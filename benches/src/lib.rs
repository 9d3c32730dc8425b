//! What benches share.

mod journal;
mod morning;
mod server;

pub use journal::JournalFolder;
pub use morning::{Morning, within};
pub use server::Server;
