//! A desk told again from its written facts is the same desk.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use journeyman_desk::{
    Call, CheckInKind, Command, Desk, DeskEvent, Evidence, License, Location, NextVisit, PermitState,
    Planned, Site, StockChange, Technician, VisitKey, VisitOutcome, Window,
};
use journeyman_domain::{GeoPoint, LicenseClass};
use journeyman_rulebook::{PartNeed, RuleBook, UTAH_WASHINGTON, Urgency};
use prost::Message as _;

use super::samples::{KINDS, place, utah};
use super::{Books, read_fact, write_fact};
use crate::wire;

const TRIP: &str = "Recurring breaker trip, 100 A panel";
const PERMIT: &str = "WO-2/permit";

/// A desk, and beside it the one that is told from the bytes of the facts.
struct Story {
    lived: Desk,
    told: Desk,
    books: Books,
    now: Timestamp,
    seen: BTreeSet<usize>,
    entropy: u8,
}

fn at(text: &str) -> Timestamp {
    let local: DateTime = text.parse().unwrap();
    local.to_zoned(TimeZone::get("America/Denver").unwrap()).unwrap().timestamp()
}

impl Story {
    fn begin() -> Self {
        let desk = Desk::new(utah(), TimeZone::get("America/Denver").unwrap());
        let mut books = Books::default();
        books.add(utah()).unwrap();
        // Nobody calls at a whole second.
        let now = at("2026-11-30T08:00") + SignedDuration::from_nanos(123_456_789);
        Self { lived: desk.clone(), told: desk, books, now, seen: BTreeSet::new(), entropy: 0 }
    }

    fn at(&mut self, time: &str) -> &mut Self {
        self.now = at(time);
        self
    }

    fn act(&mut self, command: Command) {
        let decision = self.lived.decide(&command, self.now);
        let decision = decision.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        let facts = decision.events.iter().map(write_fact).collect();
        let bytes = wire::DeskStep { facts }.encode_to_vec();
        let facts = wire::DeskStep::decode(bytes.as_slice()).unwrap().facts;
        assert_eq!(facts.len(), decision.events.len());
        for (fact, event) in facts.iter().zip(&decision.events) {
            let read = read_fact(fact, &self.books).unwrap_or_else(|error| panic!("{event:?}: {error}"));
            assert_eq!(&read, event);
            self.told.apply(&read);
            self.note(event);
        }
        assert!(self.told == self.lived, "after {command:?}");
    }

    fn note(&mut self, event: &DeskEvent) {
        self.seen.insert(place(&event.kind));
        self.lived.apply(event);
    }

    fn call(&mut self, work_order: &str, symptom: &str) {
        let point = GeoPoint::from_degrees(37.104_153, -113.584_128);
        let call = Call {
            contact_name: "Ms. Ortiz".into(),
            contact_phone: "435 555 0101".into(),
            site: Some(Site { place_id: "12-elm".into(), point }),
            address: "12 Elm St".into(),
            access: "gate code 4411".into(),
            symptom: symptom.into(),
            panel_amperes: Some(100),
            urgency: Some(Urgency::Soon),
            ..Call::default()
        };
        let (call, jurisdiction) = (Box::new(call), "us-ut-st-george".into());
        self.act(Command::TakeCall { work_order: work_order.into(), call, jurisdiction });
        self.act(Command::Qualify {
            work_order: work_order.into(),
            etag: String::new(),
            service_code: String::new(),
            call: None,
            jurisdiction: String::new(),
        });
    }

    fn plan(&mut self, visits: &[(&str, &str, &str)]) {
        let mut assignments = Vec::new();
        for (visit, technician, start) in visits {
            self.entropy += 1;
            let start = at(start);
            let end = start + SignedDuration::from_mins(90);
            assignments.push(Planned {
                visit: (*visit).into(),
                technician: (*technician).into(),
                start,
                end,
                window: Window { start, end },
                entropy: [self.entropy; 16],
            });
        }
        self.act(Command::PlanPublished { revision: self.lived.plan_revision() + 1, assignments });
    }

    fn check_in(&mut self, visit: &str, technician: &str, kinds: &[CheckInKind]) {
        for kind in kinds {
            let (visit, technician) = (visit.into(), technician.into());
            self.act(Command::CheckIn { visit, technician, kind: *kind, time: None, eta: None });
        }
    }

    fn complete(&mut self, visit: &str, outcome: VisitOutcome, next: Option<NextVisit>, sku: &str) {
        self.act(Command::CompleteVisit {
            visit: visit.into(),
            outcome,
            end: None,
            evidence: Vec::new(),
            parts_used: vec![PartNeed { sku: sku.into(), quantity: 1 }],
            next: next.map(Box::new),
        });
    }

    fn stock(&mut self, location: Location, sku: &str, change: StockChange) {
        self.act(Command::AdjustStock { location, sku: sku.into(), change });
    }

    fn permit(&mut self, permit: &str, state: PermitState) {
        self.act(Command::RecordPermit {
            permit: permit.into(),
            etag: String::new(),
            state,
            issued: None,
            expected: (state == PermitState::Filed).then(|| self.now + SignedDuration::from_hours(9)),
            expire: None,
            number: "E-17".into(),
            text: "as filed".into(),
        });
    }

    fn inspect(&mut self, number: u32, passed: bool) {
        let (inspection, text) = (format!("{PERMIT}/{number}"), "bonding jumper".into());
        self.act(Command::RecordInspection { inspection, passed, text });
    }
}

fn technicians() -> Command {
    let who = |id: &str, class| Technician {
        id: id.into(),
        name: id.to_uppercase(),
        licenses: vec![License {
            class,
            jurisdiction: "us-ut".into(),
            endorsements: Vec::new(),
            number: "1".into(),
            valid_from: None,
            valid_until: "2027-06-30".parse().ok(),
        }],
    };
    let technicians = vec![who("ann", LicenseClass::Master), who("bob", LicenseClass::Journeyman)];
    Command::TechniciansKnown { technicians }
}

/// Everything that a close-out may ask for.
fn papers() -> Vec<Evidence> {
    let kinds = ["panel-before", "panel-after", "grounding", "labels", "cause", "work-done"];
    let kinds = kinds.into_iter().chain(["load-calculation", "utility-disconnect"]);
    kinds.map(|kind| Evidence { kind: kind.into(), uri: "s3".into(), text: "note".into() }).collect()
}

/// A breaker trip that waits for its part, is moved by the customer, done in two visits and paid.
fn breaker_trip(story: &mut Story) {
    use CheckInKind as K;
    story.call("WO-1", TRIP);
    let part = PartNeed { sku: "BRK-20-1P".into(), quantity: 3 };
    let expected = Some(at("2026-11-30T12:00"));
    story.act(Command::ExpectParts { warehouse: "main".into(), part, expected });
    let main = || Location::Warehouse("main".into());
    story.stock(main(), "BRK-20-1P", StockChange::Added(3));
    story.stock(Location::Van("bob".into()), "BRK-60-2P", StockChange::Counted(2));
    story.plan(&[("WO-1/1", "bob", "2026-12-02T09:00")]);
    let token = story.lived.visit("WO-1/1").unwrap().1.reschedule_token.clone();
    let wish = Window { start: at("2026-12-03T08:00"), end: at("2026-12-03T17:00") };
    story.act(Command::Reschedule { visit: VisitKey::Token(token), windows: vec![wish] });
    story.plan(&[("WO-1/1", "bob", "2026-12-03T09:00")]);
    for time in ["2026-12-02T09:00", "2026-12-03T05:30", "2026-12-03T07:00"] {
        story.at(time).act(Command::Tick);
    }
    story.at("2026-12-03T09:00");
    story.check_in("WO-1/1", "bob", &[K::EnRoute, K::OnSite, K::Started, K::Paused, K::Resumed, K::Done]);
    let next = NextVisit { duration_s: Some(1_800), ..NextVisit::default() };
    story.complete("WO-1/1", VisitOutcome::ReturnNeeded, Some(next), "BRK-20-1P");
    story.plan(&[("WO-1/2", "bob", "2026-12-03T11:00")]);
    story.act(Command::Dispatch { visit: "WO-1/2".into(), technician: "bob".into() });
    story.check_in("WO-1/2", "bob", &[K::EnRoute, K::OnSite]);
    let next = NextVisit { text: "outlet is dead".into(), ..NextVisit::default() };
    story.complete("WO-1/2", VisitOutcome::FollowUp, Some(next), "BRK-60-2P");
    let (work_order, evidence) = ("WO-1".into(), papers());
    story.act(Command::CloseOut { work_order, etag: String::new(), labor_s: None, evidence });
    story.act(Command::AcknowledgeInvoice { work_order: "WO-1".into(), invoice: "INV-1".into() });
}

/// A panel whose permit is refused, granted, failed once at inspection and finaled.
fn panel(story: &mut Story) {
    use CheckInKind as K;
    for sku in ["PANEL-200", "GROUND-KIT"] {
        story.stock(Location::Warehouse("main".into()), sku, StockChange::Added(5));
    }
    story.call("WO-2", "replace panel, 200 A service");
    story.act(Command::FilePermit { permit: PERMIT.into(), etag: String::new() });
    story.permit(PERMIT, PermitState::Filed);
    story.permit(PERMIT, PermitState::Rejected);
    story.act(Command::FilePermit { permit: PERMIT.into(), etag: String::new() });
    story.permit(PERMIT, PermitState::Issued);
    story.at("2026-12-04T08:00").plan(&[("WO-2/1", "ann", "2026-12-04T09:00")]);
    story.act(Command::Dispatch { visit: "WO-2/1".into(), technician: "ann".into() });
    story.check_in("WO-2/1", "ann", &[K::EnRoute, K::OnSite, K::Started]);
    story.complete("WO-2/1", VisitOutcome::Done, None, "PANEL-200");
    let window = Window { start: at("2026-12-05T08:00"), end: at("2026-12-05T12:00") };
    story.act(Command::BookInspection { inspection: format!("{PERMIT}/1"), window });
    story.inspect(1, false);
    story.plan(&[("WO-2-R1/1", "ann", "2026-12-07T09:00")]);
    story.act(Command::Dispatch { visit: "WO-2-R1/1".into(), technician: "ann".into() });
    story.check_in("WO-2-R1/1", "ann", &[K::EnRoute, K::OnSite]);
    story.complete("WO-2-R1/1", VisitOutcome::Done, None, "GROUND-KIT");
    story.inspect(2, true);
}

#[test]
fn desk_told_from_its_facts_is_the_desk_that_lived() {
    let mut story = Story::begin();
    story.act(technicians());
    breaker_trip(&mut story);
    panel(&mut story);

    // A promised visit is cancelled; the message waits for the morning and is taken back.
    story.at("2026-12-07T22:15").call("WO-3", TRIP);
    story.plan(&[("WO-3/1", "bob", "2026-12-11T09:00")]);
    let (work_order, text) = ("WO-3".into(), "too dear".into());
    story.act(Command::Cancel { work_order, etag: String::new(), text });

    // Under another book somebody looks first, since there is no part.
    let policy = "backordered_parts = \"site-assessment\"\nassessment_service = \"safety-inspection\"";
    let text = UTAH_WASHINGTON.replacen("backordered_parts = \"hold-visit\"", policy, 1);
    let text = text.replacen("version = \"", "version = \"next-", 1);
    let book = Arc::new(RuleBook::parse(&text).unwrap());
    story.books.add(Arc::clone(&book)).unwrap();
    story.act(Command::LoadRuleBook(book));
    for location in [Location::Warehouse("main".into()), Location::Van("bob".into())] {
        story.stock(location, "BRK-20-1P", StockChange::Counted(0));
    }
    story.call("WO-4", TRIP);
    story.plan(&[("WO-4/2", "bob", "2026-12-11T09:00")]);
    story.plan(&[]);

    // A permit that nobody used in time.
    story.call("WO-5", "replace panel, 200 A service");
    story.act(Command::FilePermit { permit: "WO-5/permit".into(), etag: String::new() });
    for state in [PermitState::Issued, PermitState::Expired] {
        story.permit("WO-5/permit", state);
    }
    assert_eq!(story.seen, (0..KINDS).collect());
}
