//! What benches share.

mod server;

pub use server::Server;
