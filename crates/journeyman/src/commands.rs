//! One module a command.

pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod scenarios;
pub(crate) mod solve;
