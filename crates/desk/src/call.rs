//! What a customer said, and what it was understood to be: the plain forms of the contract's `Call` and
//! `Qualification`.

use jiff::Timestamp;
use journeyman_domain::GeoPoint;
use journeyman_rulebook::{CallFacts, Urgency};

/// A closed interval of wall time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Window {
    /// First moment inside.
    pub start: Timestamp,
    /// Last moment inside; not before `start`.
    pub end: Timestamp,
}

impl Window {
    /// Whether a moment lies inside.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.start <= time && time <= self.end
    }
}

/// How a customer reached us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallChannel {
    /// By phone.
    Phone,
    /// By a form on the web.
    WebForm,
    /// By text message.
    Text,
    /// By mail.
    Email,
}

/// Where the work is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Site {
    /// The place's id on the board.
    pub place_id: String,
    /// Where it lies, when known.
    pub point: Option<GeoPoint>,
}

/// What a customer said, by phone, form, text or mail. Empty text is text that was not given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Call {
    /// How; none: not known.
    pub channel: Option<CallChannel>,
    /// When.
    pub receive_time: Option<Timestamp>,
    /// The customer's reference in the caller's system.
    pub customer_id: String,
    /// Whom to talk to.
    pub contact_name: String,
    /// Phone number, as given.
    pub contact_phone: String,
    /// Mail address, as given.
    pub contact_email: String,
    /// Where the work is.
    pub site: Option<Site>,
    /// The address in words.
    pub address: String,
    /// How to get in.
    pub access: String,
    /// What is wrong or wanted, in plain words.
    pub symptom: String,
    /// Size of the panel in ampere, when known.
    pub panel_amperes: Option<u32>,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// When somebody is at home; none: any time.
    pub time_windows: Vec<Window>,
}

impl Call {
    /// What the rule book asks about.
    pub(crate) fn facts(&self) -> CallFacts {
        CallFacts {
            symptom: self.symptom.clone(),
            address: self.address.clone(),
            has_place: self.site.is_some(),
            contact_name: self.contact_name.clone(),
            contact_phone: self.contact_phone.clone(),
            contact_email: self.contact_email.clone(),
            access: self.access.clone(),
            panel_amperes: self.panel_amperes,
            urgency: self.urgency,
            // The checklist asks for none; wall time means nothing to the book.
            time_windows: Vec::new(),
        }
    }

    /// Whether a message can reach the customer.
    pub(crate) fn can_be_written_to(&self) -> bool {
        !self.contact_phone.trim().is_empty() || !self.contact_email.trim().is_empty()
    }

    pub(crate) fn priority(&self) -> Priority {
        match self.urgency {
            Some(Urgency::Danger | Urgency::NoPower) => Priority::Emergency,
            Some(Urgency::Soon) => Priority::High,
            Some(Urgency::Planned) | None => Priority::Normal,
        }
    }
}

/// How much a work order matters to the planner.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Priority {
    /// The usual.
    Normal,
    /// Sooner than the usual.
    High,
    /// Danger or no power.
    Emergency,
}

/// What the work was understood to be.
#[derive(Clone, PartialEq, Debug)]
pub struct Qualification {
    /// Code in the service catalogue. Empty: a person has to decide.
    pub service_code: String,
    /// How sure, 0 to 1; 1 where a person decided.
    pub confidence: f64,
    /// The words that decided; none where a person did.
    pub deciding_words: Vec<String>,
    /// Whether a permit is needed; what is unclear counts as needing one.
    pub permit_required: bool,
    /// What is still missing, in the checklist's words.
    pub missing: Vec<String>,
    /// Version of the rule book that was used.
    pub rule_book_version: String,
}
