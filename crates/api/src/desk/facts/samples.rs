//! Facts of every kind to test with, their values at the limits.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use journeyman_desk::{
    Call, CallChannel, CheckInKind, DeskEvent, EventKind as E, Evidence, FollowUp, Inspection,
    InspectionState, InvoiceLine, License, Location, Origin, Permit, PermitState, Placement, Promise,
    Qualification, Reservation, Site, Task, TaskKind, Technician, UnderstoodWork, VisitOutcome, VisitWork,
    Window,
};
use journeyman_domain::{GeoPoint, LicenseClass};
use journeyman_rulebook::{MessageKind, PartNeed, RuleBook, SkillNeed, UTAH_WASHINGTON, Urgency};

use super::Books;

/// Kinds of facts.
pub(super) const KINDS: usize = 43;

pub(in crate::desk) const SECRET: &str = "c0ffee-secret";

pub(in crate::desk) fn utah() -> Arc<RuleBook> {
    Arc::new(RuleBook::parse(UTAH_WASHINGTON).unwrap())
}

pub(super) fn books() -> Books {
    let mut books = Books::default();
    books.add(utah()).unwrap();
    books
}

pub(super) fn id(text: &str) -> String {
    // Ids of callers are text of any kind.
    format!("{text} \u{0}é✂/1")
}

/// A moment with nanoseconds.
fn at(seconds: i64, nanos: i32) -> Timestamp {
    Timestamp::new(seconds, nanos).unwrap()
}

fn window() -> Window {
    Window { start: Timestamp::MIN, end: Timestamp::MAX }
}

fn need(quantity: u32) -> PartNeed {
    PartNeed { sku: id("BRK"), quantity }
}

fn work() -> VisitWork {
    VisitWork {
        id: id("WO"),
        service_code: "panel-upgrade".into(),
        stage: id("rough-in"),
        duration_s: i64::MAX,
        spread_s: i64::MIN,
        windows: vec![window(), Window { start: at(-1, 0), end: at(0, 1) }],
        license: LicenseClass::Apprentice,
        endorsements: vec![id("solar"), String::new()],
        skills: vec![
            SkillNeed { skill: id("cable"), level: u8::MAX },
            SkillNeed { skill: id("b"), level: 0 },
        ],
        parts: vec![need(u32::MAX), need(0)],
        permit_ids: vec![id("P"), id("P")],
    }
}

pub(super) fn call() -> Call {
    let point = GeoPoint::from_e7(-899_999_999, 1_800_000_000);
    Call {
        channel: Some(CallChannel::Email),
        receive_time: Some(at(-3, -999_999_999)),
        customer_id: id("C"),
        contact_name: id("Ortiz"),
        contact_phone: id("435"),
        contact_email: id("@"),
        site: Some(Site { place_id: id("12-elm"), point }),
        address: id("12 Elm"),
        access: id("gate"),
        symptom: id("smoke"),
        panel_amperes: Some(u32::MAX),
        urgency: Some(Urgency::Planned),
        time_windows: vec![window()],
    }
}

fn qualification(code: &str) -> Qualification {
    Qualification {
        service_code: code.into(),
        confidence: 1.0 / 3.0,
        deciding_words: vec![id("panel")],
        permit_required: true,
        missing: vec![id("site")],
        rule_book_version: utah().version().into(),
    }
}

fn evidence() -> Vec<Evidence> {
    vec![Evidence { kind: id("photo"), uri: id("s3"), text: id("note") }, empty_evidence()]
}

fn empty_evidence() -> Evidence {
    Evidence { kind: String::new(), uri: String::new(), text: String::new() }
}

pub(super) fn permit() -> Permit {
    let inspection =
        |state, window| Inspection { id: id("I"), kind: id("final"), state, window, text: id("no bonding") };
    Permit {
        id: id("P"),
        kind: id("electrical"),
        jurisdiction: id("us-ut"),
        state: PermitState::Finaled,
        work_order: id("WO"),
        number: id("E-17"),
        issued: Some(at(0, 1)),
        expected: Some(at(0, -1)),
        expire: Some(Timestamp::MAX),
        version: u64::MAX,
        filings: u32::MAX,
        inspections: vec![
            inspection(InspectionState::Failed, Some(window())),
            inspection(InspectionState::Requested, None),
        ],
    }
}

fn calls() -> Vec<E> {
    let service = |code: &str| Arc::new(utah().service(code).unwrap().clone());
    let qualified = |call, code: &str, work| E::WorkOrderQualified {
        work_order: id("WO"),
        call,
        jurisdiction: String::new(),
        qualification: Box::new(qualification(code)),
        work,
    };
    let understood =
        UnderstoodWork { service: service("panel-upgrade"), permit_ids: vec![id("P")], visit: work() };
    let taken = |call, origin| E::CallTaken {
        work_order: id("WO"),
        call: Box::new(call),
        jurisdiction: id("us-ut"),
        origin,
    };
    let nowhere = Site { place_id: String::new(), point: None };
    vec![
        taken(call(), Some(Origin::Rework { inspection: id("I"), work_order: id("WO") })),
        taken(Call::default(), Some(Origin::FollowUp { visit: id("V") })),
        taken(Call { panel_amperes: Some(0), site: Some(nowhere), ..Call::default() }, None),
        qualified(Some(Box::new(call())), "", None),
        // A person may have decided otherwise than the answer's code says.
        qualified(None, "breaker-trip", Some(Box::new(understood))),
    ]
}

fn permits() -> Vec<E> {
    let (permit_id, inspection) = (id("P"), id("I"));
    let open = Permit { issued: None, expected: None, expire: None, inspections: vec![], ..permit() };
    vec![
        E::PermitRequired(Box::new(permit())),
        E::PermitRequired(Box::new(Permit { state: PermitState::Required, ..open })),
        E::PermitFiled { permit: permit_id.clone(), expected: Some(Timestamp::MIN), number: id("1") },
        E::PermitFiled { permit: permit_id.clone(), expected: None, number: String::new() },
        E::PermitIssued {
            permit: permit_id.clone(),
            issued: at(1, 1),
            expire: Some(at(2, 999_999_999)),
            number: id("1"),
        },
        E::PermitIssued { permit: permit_id.clone(), issued: at(0, 0), expire: None, number: String::new() },
        E::PermitDelayed { permit: permit_id.clone(), expected: Some(at(0, 0)) },
        E::PermitDelayed { permit: permit_id.clone(), expected: None },
        E::PermitNumbered { permit: permit_id.clone(), number: id("E-26-0417") },
        E::PermitRejected { permit: permit_id.clone(), text: id("no") },
        E::PermitExpired { permit: permit_id.clone() },
        E::PermitFinaled { permit: permit_id.clone() },
        E::InspectionRequested { inspection: inspection.clone(), permit: permit_id, kind: id("final") },
        E::InspectionBooked { inspection: inspection.clone(), window: window() },
        E::InspectionDecided { inspection, passed: true, text: id("fine") },
    ]
}

fn stock() -> Vec<E> {
    let (van, warehouse) = (Location::Van(id("bob")), Location::Warehouse(String::new()));
    let (sku, visit) = (id("BRK"), id("V"));
    let piece =
        |location: &Location, quantity| Reservation { location: location.clone(), sku: id("BRK"), quantity };
    vec![
        E::PartArrived { location: van.clone(), sku: sku.clone(), quantity: i64::MIN },
        E::PartArrived { location: warehouse.clone(), sku: sku.clone(), quantity: 0 },
        E::StockCounted { location: van.clone(), sku: sku.clone(), quantity: i64::MAX },
        E::StockCounted { location: warehouse.clone(), sku: String::new(), quantity: -1 },
        E::PartsExpected { warehouse: id("main"), sku: sku.clone(), quantity: 3, expected: Some(at(5, 5)) },
        E::PartsExpected { warehouse: String::new(), sku, quantity: 0, expected: None },
        E::PartsReserved {
            visit: visit.clone(),
            reservations: vec![piece(&van, i64::MAX), piece(&warehouse, 1), piece(&van, 1)],
        },
        E::PartsReserved { visit: visit.clone(), reservations: vec![] },
        E::PartsReleased { visit: visit.clone() },
        E::PartsAwaited { visit: visit.clone(), parts: vec![need(1), need(u32::MAX)] },
        E::PullListMade {
            technician: id("bob"),
            day: date(2027, 2, 28),
            visits: vec![visit.clone(), String::new()],
        },
        E::PullListMade { technician: id("bob"), day: Date::MIN, visits: vec![visit] },
    ]
}

fn plan() -> Vec<E> {
    let visit = id("V");
    let promise =
        Promise { number: u32::MAX, window: window(), technician: id("bob"), made: at(-1, -500_000_000) };
    vec![
        E::PermitAwaited { visit: visit.clone() },
        E::VisitReleased { visit: visit.clone() },
        E::AssessmentNeeded { visit: visit.clone(), assessment: Box::new(work()) },
        E::PlanPublished { revision: i64::MIN },
        E::VisitScheduled {
            visit: visit.clone(),
            placement: Placement { technician: id("bob"), start: at(9, 9), end: at(8, 0) },
        },
        E::VisitUnscheduled { visit: visit.clone() },
        E::PromiseAnnounced { visit: visit.clone(), promise },
        E::RescheduleLinkMade { visit: visit.clone(), token: SECRET.to_owned() },
        E::Rescheduled { visit: visit.clone(), windows: vec![window(); 2] },
        E::Rescheduled { visit, windows: vec![] },
    ]
}

fn field() -> Vec<E> {
    let visit = id("V");
    let license = |class, valid_from, valid_until| License {
        class,
        jurisdiction: id("us-ut"),
        endorsements: vec![id("commercial")],
        number: id("17"),
        valid_from,
        valid_until,
    };
    let licenses = vec![
        license(LicenseClass::Master, Some(Date::MIN), Some(Date::MAX)),
        license(LicenseClass::Journeyman, None, Some(date(0, 1, 1))),
    ];
    let nobody = Technician { id: String::new(), name: String::new(), licenses: vec![] };
    let technicians = vec![Technician { id: id("bob"), name: id("Bob"), licenses }, nobody];
    vec![
        E::TechniciansKnown { technicians },
        E::TechniciansKnown { technicians: vec![] },
        E::VisitDispatched { visit: visit.clone(), technician: id("bob") },
        E::CheckedIn {
            visit: visit.clone(),
            technician: id("bob"),
            kind: CheckInKind::Done,
            time: at(77, 7),
        },
        E::VisitCompleted {
            visit: visit.clone(),
            outcome: VisitOutcome::FollowUp,
            start: at(4, 4),
            end: at(5, 5),
            evidence: evidence(),
            parts_used: vec![need(2)],
        },
        E::FollowUpNeeded { visit: visit.clone(), follow_up: FollowUp::Visit(Box::new(work())) },
        E::FollowUpNeeded { visit, follow_up: FollowUp::WorkOrder(id("WO-2")) },
    ]
}

fn papers() -> Vec<E> {
    let (work_order, visit) = (id("WO"), id("V"));
    let line = |sku: &str| InvoiceLine {
        text: id("Labor"),
        sku: sku.to_owned(),
        quantity: i64::MIN,
        unit_cents: i64::MAX,
        total_cents: -1,
    };
    let task = Task {
        id: id("task-1"),
        kind: TaskKind::CallCustomer,
        work_order: work_order.clone(),
        subject: id("V"),
        text: id("call"),
        items: vec![id("a"), String::new()],
        opened: at(6, 6),
    };
    let message = |kind| E::MessageQueued {
        key: id("key"),
        visit: id("V"),
        kind,
        promise: u32::MAX,
        due: at(1, 999_999_999),
    };
    let mut papers = vec![
        E::Cancelled { work_order: work_order.clone(), visit: Some(String::new()), text: id("moved") },
        E::Cancelled { work_order: work_order.clone(), visit: None, text: String::new() },
        E::WorkOrderClosed {
            work_order: work_order.clone(),
            labor_s: i64::MIN,
            evidence: evidence(),
            lines: vec![line(""), line("BRK")],
        },
        E::InvoiceRequested { work_order: work_order.clone(), total_cents: i64::MIN },
        E::InvoiceAcknowledged { work_order, invoice: id("INV") },
        E::MessageWithdrawn { key: id("key"), visit },
        E::TaskOpened(Box::new(task)),
        E::TaskFinished { task: id("task-1") },
        E::RuleBookLoaded(utah()),
    ];
    papers.extend(MessageKind::ALL.map(message));
    papers
}

/// At least one of every kind.
pub(in crate::desk) fn samples() -> Vec<DeskEvent> {
    let kinds = [calls(), permits(), stock(), plan(), field(), papers()].into_iter().flatten();
    let times = [Timestamp::MIN, at(-1, -1), at(0, 0), at(1_796_000_000, 123_456_789), Timestamp::MAX];
    kinds.zip(times.into_iter().cycle()).map(|(kind, time)| DeskEvent { time, kind }).collect()
}

/// The place of a kind among all; a new one does not compile until it has a place, and then a sample.
pub(super) fn place(kind: &E) -> usize {
    match kind {
        E::CallTaken { .. } => 0,
        E::WorkOrderQualified { .. } => 1,
        E::PermitRequired(_) => 2,
        E::PermitFiled { .. } => 3,
        E::PermitIssued { .. } => 4,
        E::PermitDelayed { .. } => 5,
        E::PermitRejected { .. } => 6,
        E::PermitExpired { .. } => 7,
        E::PermitFinaled { .. } => 8,
        E::InspectionRequested { .. } => 9,
        E::InspectionBooked { .. } => 10,
        E::InspectionDecided { .. } => 11,
        E::PartArrived { .. } => 12,
        E::StockCounted { .. } => 13,
        E::PartsExpected { .. } => 14,
        E::PartsReserved { .. } => 15,
        E::PartsReleased { .. } => 16,
        E::PartsAwaited { .. } => 17,
        E::PermitAwaited { .. } => 18,
        E::VisitReleased { .. } => 19,
        E::AssessmentNeeded { .. } => 20,
        E::TechniciansKnown { .. } => 21,
        E::PlanPublished { .. } => 22,
        E::VisitScheduled { .. } => 23,
        E::VisitUnscheduled { .. } => 24,
        E::PromiseAnnounced { .. } => 25,
        E::RescheduleLinkMade { .. } => 26,
        E::Rescheduled { .. } => 27,
        E::Cancelled { .. } => 28,
        E::VisitDispatched { .. } => 29,
        E::CheckedIn { .. } => 30,
        E::VisitCompleted { .. } => 31,
        E::FollowUpNeeded { .. } => 32,
        E::WorkOrderClosed { .. } => 33,
        E::InvoiceRequested { .. } => 34,
        E::InvoiceAcknowledged { .. } => 35,
        E::MessageQueued { .. } => 36,
        E::MessageWithdrawn { .. } => 37,
        E::PullListMade { .. } => 38,
        E::TaskOpened(_) => 39,
        E::TaskFinished { .. } => 40,
        E::RuleBookLoaded(_) => 41,
        E::PermitNumbered { .. } => 42,
    }
}
