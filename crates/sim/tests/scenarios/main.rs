//! What every source of days promises, tried on many seeds and on damaged files.

mod benchmarks;
mod executed;
mod permits;
mod reference_day;
mod sound;
