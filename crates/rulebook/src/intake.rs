//! What is known of a call, and what a service's checklist still misses.
//! The plain form of the contract's `Call`; nothing here is validated by meaning, only by presence.

use journeyman_domain::TimeWindow;

use crate::error::Findings;
use crate::source::FactSource;
use crate::words::Words;

/// What a customer said, by phone, form, text or mail.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallFacts {
    /// What is wrong or wanted, in plain words.
    pub symptom: String,
    /// The address in words.
    pub address: String,
    /// Whether the site is known by coordinates or by the board's id besides.
    pub has_place: bool,
    /// Whom to talk to.
    pub contact_name: String,
    /// Phone number, as given.
    pub contact_phone: String,
    /// Mail address, as given.
    pub contact_email: String,
    /// How to get in.
    pub access: String,
    /// Size of the panel in ampere, when known.
    pub panel_amperes: Option<u32>,
    /// How soon.
    pub urgency: Option<Urgency>,
    /// When somebody is at home, in the board's time; none: not said.
    pub time_windows: Vec<TimeWindow>,
}

/// How soon the customer needs somebody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Urgency {
    /// Danger: smoke, sparks, water.
    Danger,
    /// No power, or part of it.
    NoPower,
    /// Today or tomorrow.
    Soon,
    /// When it fits.
    Planned,
}

/// One line of the checklist.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fact {
    /// Where the work is.
    Site,
    /// A phone number or a mail address.
    Contact,
    /// How to get in.
    Access,
    /// Ampere of the panel.
    PanelSize,
    /// What is wrong or wanted.
    Symptom,
    /// How soon.
    Urgency,
}

impl Fact {
    /// The word for it in `Qualification.missing`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Contact => "contact",
            Self::Access => "access",
            Self::PanelSize => "panel size",
            Self::Symptom => "symptom",
            Self::Urgency => "urgency",
        }
    }
}

impl From<FactSource> for Fact {
    fn from(source: FactSource) -> Self {
        match source {
            FactSource::Site => Self::Site,
            FactSource::Contact => Self::Contact,
            FactSource::Access => Self::Access,
            FactSource::PanelSize => Self::PanelSize,
            FactSource::Symptom => Self::Symptom,
            FactSource::Urgency => Self::Urgency,
        }
    }
}

/// Checks a checklist: it asks for something, and for nothing twice.
pub(crate) fn check_list(path: &str, sources: &[FactSource], findings: &mut Findings) -> Vec<Fact> {
    let facts: Vec<Fact> = sources.iter().map(|fact| Fact::from(*fact)).collect();
    if facts.is_empty() {
        findings.refuse(path, "is empty; at least the site must be known");
    }
    findings.unique(path, facts.iter().map(|fact| fact.name()));
    facts
}

impl CallFacts {
    /// The lines of a checklist that are not known yet, in its order.
    pub fn missing(&self, checklist: &[Fact]) -> Vec<Fact> {
        checklist.iter().copied().filter(|fact| !self.knows(*fact)).collect()
    }

    /// Size of the panel in ampere: as given, else as it stands in the symptom's text.
    pub fn panel_size(&self) -> Option<u32> {
        self.panel_amperes.or_else(|| Words::read(&self.symptom).panel_amperes())
    }

    fn knows(&self, fact: Fact) -> bool {
        let given = |text: &str| !text.trim().is_empty();
        match fact {
            Fact::Site => self.has_place || given(&self.address),
            Fact::Contact => given(&self.contact_phone) || given(&self.contact_email),
            Fact::Access => given(&self.access),
            Fact::PanelSize => self.panel_size().is_some(),
            Fact::Symptom => given(&self.symptom),
            Fact::Urgency => self.urgency.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_names_what_is_not_known_in_its_order() {
        let facts = CallFacts { symptom: "new 200A panel".into(), address: " ".into(), ..Default::default() };
        let checklist = [Fact::Site, Fact::Contact, Fact::PanelSize, Fact::Urgency, Fact::Symptom];
        assert_eq!(facts.missing(&checklist), [Fact::Site, Fact::Contact, Fact::Urgency]);
    }
}
