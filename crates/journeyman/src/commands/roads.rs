//! `roads`: road files made, asked and served.

pub(crate) mod build;
pub(crate) mod matrix;
pub(crate) mod serve;
mod table_api;
