//! The rule book: service catalogue, jurisdictions, rates and messages, loaded from versioned TOML
//! and validated. It says what a call is missing and what work its words mean; it moves nothing by
//! itself. Read by `desk`, which turns its answers into events.

mod error;
mod reading;
mod source;

mod rates;
mod service;

mod jurisdiction;

mod message;

mod intake;
mod words;

mod catalogue;
mod qualification;

mod book;
mod shipped;

pub use book::{PartPolicy, RuleBook};
pub use error::{RuleBookError, Violation};
pub use intake::{CallFacts, Fact, Urgency};
pub use jurisdiction::{Filing, Jurisdiction, LeadTime, PermitRule, ReciprocityRule, SupervisionRatio};
pub use message::{MessageKind, MessageValues, MissingValue, Placeholder, QuietHours, Template};
pub use qualification::{Candidate, PermitNeed, Qualification};
pub use rates::{Cents, LaborRate, PartPrice};
pub use service::{
    CloseOut, DurationDistribution, Endorsement, PartNeed, Service, ServiceRequirement, SkillNeed, Stage,
    WorkSpan,
};
pub use shipped::{TEXAS_AUSTIN, UTAH_WASHINGTON};
