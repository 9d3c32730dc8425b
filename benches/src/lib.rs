//! What benches share.

mod morning;
mod server;

pub use morning::random_event;
pub use server::Server;
