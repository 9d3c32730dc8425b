//! The office that tests play in: the shipped books, three technicians, times of southern Utah.

#![allow(dead_code, reason = "each test binary uses its part of it")]

pub(crate) mod generator;
pub(crate) mod story;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use journeyman_desk::{Call, Desk, License, Site, Technician, Window};
use journeyman_domain::LicenseClass;
use journeyman_rulebook::{RuleBook, TEXAS_AUSTIN, UTAH_WASHINGTON, Urgency};

pub(crate) const CITY: &str = "us-ut-st-george";

pub(crate) fn zone() -> TimeZone {
    TimeZone::get("America/Denver").expect("it is compiled in")
}

/// A local time.
pub(crate) fn at(text: &str) -> Timestamp {
    let local: DateTime = text.parse().expect("a civil time");
    local.to_zoned(zone()).expect("it is in the calendar").timestamp()
}

pub(crate) fn window(start: &str, end: &str) -> Window {
    Window { start: at(start), end: at(end) }
}

pub(crate) fn utah() -> Arc<RuleBook> {
    Arc::new(RuleBook::parse(UTAH_WASHINGTON).expect("the shipped book is valid"))
}

/// The Utah book, with another policy for parts that are missing.
pub(crate) fn assessing_utah() -> Arc<RuleBook> {
    let policy = "backordered_parts = \"site-assessment\"\nassessment_service = \"safety-inspection\"";
    let text = UTAH_WASHINGTON.replacen("backordered_parts = \"hold-visit\"", policy, 1);
    Arc::new(RuleBook::parse(&text).expect("the policy is well written"))
}

pub(crate) fn texas() -> Arc<RuleBook> {
    Arc::new(RuleBook::parse(TEXAS_AUSTIN).expect("the shipped book is valid"))
}

pub(crate) fn desk() -> Desk {
    Desk::new(utah(), zone())
}

/// A complete call about a site in St. George.
pub(crate) fn call(symptom: &str) -> Call {
    Call {
        contact_name: "Ms. Ortiz".to_owned(),
        contact_phone: "435 555 0101".to_owned(),
        site: Some(Site { place_id: "12-elm".to_owned(), point: None }),
        address: "12 Elm St".to_owned(),
        access: "gate code 4411".to_owned(),
        symptom: symptom.to_owned(),
        panel_amperes: Some(100),
        urgency: Some(Urgency::Soon),
        ..Call::default()
    }
}

pub(crate) fn license(class: LicenseClass, endorsements: &[&str], until: Option<&str>) -> License {
    License {
        class,
        jurisdiction: "us-ut".to_owned(),
        endorsements: endorsements.iter().map(|&name| name.to_owned()).collect(),
        number: "1".to_owned(),
        valid_from: None,
        valid_until: until.map(|day| day.parse().expect("a day")),
    }
}

/// Ann is a master, Bob a journeyman with commercial endorsement, Cal an apprentice.
pub(crate) fn technicians() -> Vec<Technician> {
    let who = |id: &str, name: &str, license: License| Technician {
        id: id.to_owned(),
        name: name.to_owned(),
        licenses: vec![license],
    };
    vec![
        who("ann", "Ann", license(LicenseClass::Master, &[], None)),
        who("bob", "Bob", license(LicenseClass::Journeyman, &["commercial"], Some("2026-12-20"))),
        who("cal", "Cal", license(LicenseClass::Apprentice, &[], None)),
    ]
}

/// That the technician's license covers the visit where and when it is planned, worked out apart from the desk:
/// everybody here is licensed by the state, which contains every site of the tests.
pub(crate) fn assert_licensed(desk: &Desk, visit: &str, technician: &str, seed: u64) {
    let (_, visit) = desk.visit(visit).expect("it was dispatched");
    let technician = desk.technician(technician).expect("it was dispatched to somebody");
    let start = visit.placement.as_ref().expect("it is planned").start;
    let day = start.to_zoned(zone()).date();
    let covered = technician.licenses.iter().any(|license| {
        license.class >= visit.work.license
            && license.valid_until.is_none_or(|until| day <= until)
            && visit.work.endorsements.iter().all(|name| license.endorsements.contains(name))
    });
    assert!(covered, "seed {seed}: {technician:?} sent to {visit:?}");
}
