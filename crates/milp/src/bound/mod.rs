//! Lower bounds that hold for every plan, in integer arithmetic of our own.

mod nearest;
mod reach;
mod trivial;

pub use trivial::trivial;
