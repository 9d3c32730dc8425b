//! What simulated years leave behind: report.json, metrics.csv, calls.csv, and one page with charts that needs nothing
//! else.
//!
//! All depend on firms, histories and options alone; what a clock measured is printed elsewhere.

mod charts;
mod headline;
mod page;
mod table;

pub use headline::{Headline, headline};
pub use page::html;
pub use table::{calls_csv, json, metrics_csv};
