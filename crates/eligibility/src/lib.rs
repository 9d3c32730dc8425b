//! Which shift may serve which visit, and the exact rule that forbids it. Licensing law lives here.
//!
//! A static filter, built once a problem and read by search, pricing and explanations. It asks each visit alone:
//! travel, order and what other visits use up are not its business. Jurisdictions of visits are told to it by id.

mod bits;
mod starts;

mod license;
mod supply;

mod rules;

mod table;

mod revised;

mod words;

pub use table::{Eligibility, Verdict, first_reasons};
pub use words::{explain, permit_line, proof_line};
