//! What leaves the desk: work for the outbox, each with the key by which it is done once.

use jiff::Timestamp;
use jiff::civil::Date;
use journeyman_rulebook::MessageKind;

use crate::stock::PullLine;
use crate::work_order::{InvoiceLine, Placement};

/// Something to be done outside, at least once, in order per work order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Idempotency key, unique on the desk.
    pub key: String,
    /// The work order it is about; empty: none.
    pub work_order: String,
    /// Not before this time.
    pub due: Timestamp,
    /// What.
    pub body: EffectBody,
}

/// Whom a message reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipient {
    /// Name of the contact.
    pub name: String,
    /// Phone number, as given; may be empty.
    pub phone: String,
    /// Mail address, as given; may be empty.
    pub email: String,
}

/// What a technician is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TechnicianNews {
    /// The visit is his.
    Dispatched(Placement),
    /// The visit is still his, at another time.
    Moved(Placement),
    /// The visit is no longer his.
    TakenBack,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EffectBody {
    /// Apply for a permit through an adapter.
    PermitFiling {
        /// The permit.
        permit: String,
        /// Its kind.
        kind: String,
        /// Who issues it.
        jurisdiction: String,
        /// Name of the adapter in the configuration.
        adapter: String,
    },
    /// Write to the customer.
    CustomerMessage {
        /// The visit.
        visit: String,
        /// What it tells.
        kind: MessageKind,
        /// The promise it speaks of.
        promise: u32,
        /// To whom.
        recipient: Recipient,
        /// The words.
        text: String,
    },
    /// Tell a technician.
    TechnicianMessage {
        /// Who.
        technician: String,
        /// The visit.
        visit: String,
        /// Where it is, in words.
        address: String,
        /// What.
        news: TechnicianNews,
    },
    /// What a technician loads in the morning.
    PullList {
        /// Who.
        technician: String,
        /// The day.
        day: Date,
        /// Ordered by warehouse and part.
        lines: Vec<PullLine>,
    },
    /// Write an invoice.
    InvoiceRequested {
        /// Its lines.
        lines: Vec<InvoiceLine>,
        /// Its total in cents.
        total_cents: i64,
    },
    /// Ask for an inspection.
    InspectionRequest {
        /// The inspection.
        inspection: String,
        /// Its permit.
        permit: String,
        /// What is inspected.
        kind: String,
    },
}
