//! Facts of the service cycle as the journal keeps them. Nothing is lost: what is read is equal to what was written.

mod books;
mod choices;
mod error;
mod read;
mod write;

#[cfg(test)]
mod round_trip;
#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod story;

pub(crate) use books::Books;
pub(crate) use read::read_fact;
pub(crate) use write::write_fact;
