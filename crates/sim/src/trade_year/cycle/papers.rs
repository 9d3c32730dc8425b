//! What the desk is told of people, parts and calls: in the words of the shipped rule book, as far as it has them.

use jiff::Timestamp;
use journeyman_desk::{Call, CallChannel, Evidence, License, Site, Technician};
use journeyman_domain::LicenseClass;
use journeyman_rulebook::{RuleBook, RuleBookError, Service, TEXAS_AUSTIN, UTAH_WASHINGTON, Urgency};

use crate::trade_year::firm::Firm;
use crate::trade_year::history::CallKind;
use crate::trade_year::year::Year;

/// Pieces of each part in the shop: parts that are missing are drawn by the year.
pub(super) const AMPLE: i64 = 1_000_000;

/// What the scenarios call jurisdictions, and what the books do.
const JURISDICTIONS: [(&str, &str); 5] = [
    ("utah", "us-ut"),
    ("st-george", "us-ut-st-george"),
    ("washington-city", "us-ut-washington"),
    ("texas", "us-tx"),
    ("austin", "us-tx-austin"),
];

/// Services for work without a permit, in turn, and for work with one.
const REPAIRS: [&str; 5] = ["breaker-trip", "power-loss", "device-repair", "lighting-repair", "smoke-alarms"];
const WITH_PERMIT: [&str; 2] = ["new-circuit", "ev-charger"];
const HELP: &str = "helper-work";
const HELP_WITH_PERMIT: &str = "helper-work-permit";

/// The year has work that an apprentice may do alone; the shipped books have none.
const ADDED: &str = r#"
[[service]]
code = "helper-work"
name = "Work that a helper does alone"
license = "apprentice"
median_minutes = 60
spread_permille = 350
permit = "none"
labor_rate = "service"
photos = ["work-after"]
notes = ["work-done"]
intake = ["site", "contact", "symptom", "urgency"]
[service.words]
"helper" = 1

[[service]]
code = "helper-work-permit"
name = "Work under a permit that a helper does alone"
license = "apprentice"
median_minutes = 60
spread_permille = 350
permit = "electrical"
labor_rate = "service"
photos = ["work-after"]
notes = ["work-done"]
intake = ["site", "contact", "symptom", "urgency"]
[service.words]
"helper permit" = 1
"#;

/// Which book, and what its words are for the firm's.
pub(super) struct Papers {
    shipped: &'static str,
}

impl Papers {
    /// Of the state that the firm works in.
    pub(super) fn of(firm: &Firm) -> Self {
        let texan = firm.base.jurisdictions.iter().any(|jurisdiction| jurisdiction.label == "texas");
        Self { shipped: if texan { TEXAS_AUSTIN } else { UTAH_WASHINGTON } }
    }

    pub(super) fn book(&self) -> Result<RuleBook, RuleBookError> {
        RuleBook::parse(&[self.shipped, ADDED].concat())
    }

    pub(super) fn parts(&self, book: &RuleBook) -> Vec<String> {
        let mut parts: Vec<String> = REPAIRS
            .iter()
            .chain(&WITH_PERMIT)
            .filter_map(|code| book.service(code))
            .flat_map(|service| service.requirement.parts.iter().map(|part| part.sku.clone()))
            .collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    pub(super) fn technicians(&self, firm: &Firm) -> Vec<Technician> {
        let people = firm.base.technicians.iter();
        people
            .map(|person| Technician {
                id: person.label.clone(),
                name: person.name.clone(),
                licenses: person.licenses.iter().map(|noun| license(firm, noun)).collect(),
            })
            .collect()
    }

    /// Whose law holds at a job's site.
    pub(super) fn jurisdiction(&self, firm: &Firm, job: usize) -> String {
        let at = journeyman_engine::jurisdiction_at(&firm.base, firm.jobs[job].point);
        at.map_or_else(String::new, |id| named(&firm.base.jurisdictions[id.index()].label))
    }

    /// What a call's work is in the book.
    pub(super) fn service(&self, year: &Year, call: usize) -> &'static str {
        let noun = &year.history.calls[call];
        let helps = year.firm.jobs[noun.job].requirement.license == Some(LicenseClass::Apprentice);
        match (noun.kind == CallKind::Permit, helps) {
            (false, true) => HELP,
            (true, true) => HELP_WITH_PERMIT,
            (false, false) => REPAIRS[noun.job % REPAIRS.len()],
            (true, false) => WITH_PERMIT[noun.job % WITH_PERMIT.len()],
        }
    }

    /// What a customer says.
    pub(super) fn call(&self, year: &Year, call: usize, at: Timestamp) -> Call {
        let noun = &year.history.calls[call];
        Call {
            channel: Some(CallChannel::Phone),
            receive_time: Some(at),
            customer_id: format!("customer-{call}"),
            contact_name: format!("Customer {call}"),
            contact_phone: format!("435555{call:04}"),
            site: Some(Site {
                place_id: format!("site-{call}"),
                point: Some(year.firm.jobs[noun.job].point),
            }),
            address: format!("Site {call}"),
            access: "Ring the bell".to_owned(),
            symptom: self.service(year, call).to_owned(),
            panel_amperes: Some(200),
            urgency: Some(match noun.kind {
                CallKind::Emergency => Urgency::NoPower,
                CallKind::Soon => Urgency::Soon,
                CallKind::Appointment | CallKind::Permit => Urgency::Planned,
            }),
            ..Call::default()
        }
    }
}

fn license(firm: &Firm, license: &journeyman_domain::License) -> License {
    License {
        class: license.class,
        jurisdiction: named(&firm.base.jurisdictions[license.jurisdiction.index()].label),
        endorsements: Vec::new(),
        number: license.number.clone(),
        // Every day is planned on the same calendar day, on which all of them hold.
        valid_from: license.validity.first_day,
        valid_until: None,
    }
}

fn named(label: &str) -> String {
    let known = JURISDICTIONS.iter().find(|(ours, _)| *ours == label);
    known.map_or(label, |(_, book)| book).to_owned()
}

/// Every photo and note that a service asks for.
pub(super) fn evidence(service: &Service) -> Vec<Evidence> {
    let photo = |kind: &String| Evidence {
        kind: kind.clone(),
        uri: format!("photos/{kind}.jpg"),
        text: String::new(),
    };
    let note = |kind: &String| Evidence { kind: kind.clone(), uri: String::new(), text: kind.clone() };
    let asked = &service.close_out;
    asked.photos.iter().map(photo).chain(asked.notes.iter().map(note)).collect()
}
