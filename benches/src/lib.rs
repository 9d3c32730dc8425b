//! What benches share.

mod baseline;
mod calibration;
mod journal;
mod morning;
mod server;

pub use baseline::{Baseline, BaselineError, CALIBRATIONS, Comparison, KERNELS, Measured};
pub use calibration::Calibration;
pub use journal::JournalFolder;
pub use morning::{Morning, within};
pub use server::Server;
