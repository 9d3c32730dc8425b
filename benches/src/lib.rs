//! What benches share.

mod morning;
mod server;

pub use morning::{Morning, within};
pub use server::Server;
