//! What a simulated year leaves behind: report.json, calls.csv, and one page with charts that needs nothing else.
//!
//! All three depend on firm, history and options alone; what a clock measured is printed elsewhere.

mod charts;
mod headline;
mod page;
mod table;

pub use headline::{Headline, headline};
pub use page::html;
pub use table::{calls_csv, json};
