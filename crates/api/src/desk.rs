//! The service cycle in the contract's words: its facts as the journal keeps them, and what watchers are told of them.

mod facts;
mod tell;

pub(crate) use facts::{Books, read_fact, write_fact};
pub(crate) use tell::tell;
