//! Random commands, mostly ones that make sense where things stand, sometimes ones that don't.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use journeyman_desk::{
    CheckInKind, Command, Desk, DeskParams, Evidence, InspectionState, Location, NextVisit, PermitState,
    Planned, StockChange, Visit, VisitKey, VisitOutcome, Window, WorkOrder, WorkOrderState as S,
};
use journeyman_rulebook::{PartNeed, RuleBook};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;

const SYMPTOMS: [&str; 8] = [
    "Recurring breaker trip, 100 A panel",
    "replace panel, 200 A service",
    "install ev charger in the garage",
    "the restaurant lost power in the kitchen",
    "remodel wiring of the whole house",
    "tenant finish of a new store, commercial build out",
    "it makes a funny noise",
    "hot tub, new circuit for the spa",
];
const SERVICES: [&str; 7] = [
    "breaker-trip",
    "panel-upgrade",
    "ev-charger",
    "commercial-service",
    "remodel-wiring",
    "commercial-build-out",
    "fan-install",
];
const PARTS: [&str; 7] =
    ["BRK-20-1P", "PANEL-200", "GROUND-KIT", "WIRE-6-3-50", "BRK-60-2P", "WIRE-12-2-100", "BRK-AFCI-20"];
const TECHNICIANS: [&str; 3] = ["ann", "bob", "cal"];

/// What differs from one sequence to the next.
pub(crate) struct Taste {
    book: Arc<RuleBook>,
    params: DeskParams,
}

thread_local! {
    /// Books take longer to read than sequences to play.
    static BOOKS: [Arc<RuleBook>; 2] = [super::utah(), super::assessing_utah()];
}

impl Taste {
    pub(crate) fn random(random: &mut Pcg64Mcg) -> Self {
        let book = BOOKS.with(|books| books[usize::from(random.random_bool(0.4))].clone());
        let lead = random.random_bool(0.5).then(|| SignedDuration::from_hours(random.random_range(0..6)));
        Self { book, params: DeskParams { dispatch_lead: lead, ..DeskParams::default() } }
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk::new(self.book.clone(), super::zone()).with_params(self.params.clone())
    }
}

/// Seconds until the next command: minutes mostly, hours often, weeks sometimes.
pub(crate) fn pause(random: &mut Pcg64Mcg) -> i64 {
    match random.random_range(0..20) {
        0..15 => random.random_range(0..1_800),
        15..19 => random.random_range(0..36_000),
        _ => random.random_range(0..10 * 86_400),
    }
}

pub(crate) fn command(desk: &Desk, taste: &Taste, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let count = desk.work_orders().count();
    if desk.technician("ann").is_none() {
        return Command::TechniciansKnown { technicians: super::technicians() };
    }
    // Most offices have something on the shelf.
    if let Some(sku) = PARTS.get(desk.stock().lines().count()).filter(|_| random.random_bool(0.8)) {
        let location = Location::Warehouse("main".to_owned());
        return Command::AdjustStock { location, sku: (*sku).to_owned(), change: StockChange::Added(5) };
    }
    match random.random_range(0..40) {
        0..3 if count < 4 => take_call(count, random),
        3 => adjust_stock(random),
        4..8 => plan(desk, now, random),
        8..11 => Command::Tick,
        11 => Command::ExpectParts {
            warehouse: "main".to_owned(),
            part: PartNeed { sku: one(&PARTS, random), quantity: random.random_range(0..4) },
            expected: random.random_bool(0.5).then_some(now + SignedDuration::from_hours(30)),
        },
        12 if random.random_bool(0.1) => Command::LoadRuleBook(taste.book.clone()),
        12 => Command::FinishTask {
            task: desk.tasks().next().map_or_else(|| "none".to_owned(), |task| task.id.clone()),
        },
        13..19 => permit_step(desk, now, random),
        _ => {
            let orders: Vec<&WorkOrder> = desk.work_orders().collect();
            match orders.choose(random) {
                Some(order) => order_step(order, now, random),
                None => take_call(count, random),
            }
        }
    }
}

fn one(from: &[&str], random: &mut Pcg64Mcg) -> String {
    (*from.choose(random).expect("not empty")).to_owned()
}

fn take_call(count: usize, random: &mut Pcg64Mcg) -> Command {
    let mut call = super::call(&one(&SYMPTOMS, random));
    if random.random_bool(0.1) {
        call.access.clear();
    }
    if random.random_bool(0.1) {
        call.contact_phone.clear();
    }
    // The city takes applications digitally, the county on paper.
    let jurisdiction = match random.random_range(0..20) {
        0 => "",
        1..5 => "us-ut-washington",
        _ => super::CITY,
    };
    Command::TakeCall {
        work_order: format!("WO-{count}"),
        call: Box::new(call),
        jurisdiction: jurisdiction.to_owned(),
    }
}

fn adjust_stock(random: &mut Pcg64Mcg) -> Command {
    let location = if random.random_bool(0.5) {
        Location::Warehouse("main".to_owned())
    } else {
        Location::Van(one(&TECHNICIANS, random))
    };
    let change = if random.random_bool(0.2) {
        StockChange::Counted(random.random_range(0..4))
    } else {
        StockChange::Added(random.random_range(-1..6))
    };
    Command::AdjustStock { location, sku: one(&PARTS, random), change }
}

/// Mostly what a planner would publish: each technician's visits one after another.
fn plan(desk: &Desk, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let mut assignments = Vec::new();
    let mut free =
        [now; 3].map(|time| time + SignedDuration::from_secs(random.random_range(-7_200..200_000)));
    for order in desk.work_orders() {
        let Some(visit) = order.open_visit() else { continue };
        let under_way = matches!(order.state, S::EnRoute | S::OnSite | S::Paused);
        if let Some(place) = visit.placement.as_ref().filter(|_| under_way || random.random_bool(0.6)) {
            // It stays where it is.
            let place = (place.technician.clone(), place.start, place.end);
            assignments.push(planned(visit, place, random));
            continue;
        }
        if random.random_bool(0.2) {
            continue;
        }
        let who = random.random_range(0..10_usize).min(2);
        let who = if who == 2 && random.random_bool(0.7) { 0 } else { who };
        let start = free[who];
        let end = start + SignedDuration::from_secs(visit.work.duration_s);
        free[who] = end + SignedDuration::from_secs(random.random_range(0..7_200));
        assignments.push(planned(visit, (TECHNICIANS[who].to_owned(), start, end), random));
    }
    let revision = desk.plan_revision() + i64::from(random.random_bool(0.97));
    Command::PlanPublished { revision, assignments }
}

fn planned(visit: &Visit, place: (String, Timestamp, Timestamp), random: &mut Pcg64Mcg) -> Planned {
    let (technician, start, end) = place;
    let before = SignedDuration::from_secs(random.random_range(0..3_600));
    let after = SignedDuration::from_secs(random.random_range(0..5_400));
    let window = Window { start: start - before, end: start + after };
    Planned { visit: visit.work.id.clone(), technician, start, end, window, entropy: random.random() }
}

fn permit_step(desk: &Desk, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let permits: Vec<_> = desk.permits().collect();
    let Some(permit) = permits.choose(random) else { return Command::Tick };
    let (id, etag) = (permit.id.clone(), String::new());
    let open = permit
        .inspections
        .iter()
        .find(|known| matches!(known.state, InspectionState::Requested | InspectionState::Booked));
    if let Some(inspection) = open.filter(|_| random.random_bool(0.7)) {
        let inspection = inspection.id.clone();
        return if random.random_bool(0.3) {
            let end = now + SignedDuration::from_hours(4);
            Command::BookInspection { inspection, window: Window { start: now, end } }
        } else {
            let (passed, text) = (random.random_bool(0.6), "no bonding".to_owned());
            Command::RecordInspection { inspection, passed, text }
        };
    }
    let state = match (permit.state, random.random_range(0..10)) {
        (PermitState::Required | PermitState::Rejected | PermitState::Expired, 0..5) => {
            return Command::FilePermit { permit: id, etag };
        }
        (PermitState::Issued, 0..3) => {
            let kind = one(&["rough-in", "service", "final"], random);
            return Command::RequestInspection { permit: id, inspection: String::new(), kind };
        }
        (PermitState::Required, _) => PermitState::Filed,
        (PermitState::Filed, 1..9) => PermitState::Issued,
        _ => *PermitState::ALL.choose(random).expect("not empty"),
    };
    let dated = state == PermitState::Filed && random.random_bool(0.5);
    let expected = dated.then_some(now + SignedDuration::from_hours(48));
    let short = state == PermitState::Issued && random.random_bool(0.5);
    let expire = short.then_some(now + SignedDuration::from_hours(random.random_range(10..200)));
    let (number, text) = (String::new(), "as filed".to_owned());
    Command::RecordPermit { permit: id, etag, state, issued: None, expected, expire, number, text }
}

fn order_step(order: &WorkOrder, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let work_order = order.id.clone();
    let etag = match random.random_range(0..20) {
        0 => "999".to_owned(),
        1..10 => order.version.to_string(),
        _ => String::new(),
    };
    match random.random_range(0..60) {
        0..2 => return Command::Cancel { work_order, etag, text: "too dear".to_owned() },
        2..5 => return reschedule(order, now, random),
        5..7 => return close_out(order, etag, random),
        _ => {}
    }
    let visit = order.visits.last();
    match (order.state, visit) {
        (S::Received, _) => Command::Qualify {
            work_order,
            etag,
            service_code: if random.random_bool(0.5) { one(&SERVICES, random) } else { String::new() },
            call: random.random_bool(0.3).then(|| Box::new(super::call(&one(&SYMPTOMS, random)))),
            jurisdiction: if random.random_bool(0.5) { super::CITY.to_owned() } else { String::new() },
        },
        (S::Completed | S::FollowUp, _) => close_out(order, etag, random),
        (S::Closed, _) => Command::AcknowledgeInvoice { work_order, invoice: "INV-1".to_owned() },
        (_, Some(visit)) => field_step(order, visit, now, random),
        _ => Command::Tick,
    }
}

fn field_step(order: &WorkOrder, visit: &Visit, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let id = visit.work.id.clone();
    let placed = visit.placement.as_ref().map(|place| place.technician.clone());
    let technician = placed.filter(|_| random.random_bool(0.95)).unwrap_or_else(|| one(&TECHNICIANS, random));
    let kind = match (order.state, random.random_range(0..10)) {
        (S::Scheduled, 0..9) => return Command::Dispatch { visit: id, technician },
        (S::Dispatched, _) => CheckInKind::EnRoute,
        (S::EnRoute, 0..9) => CheckInKind::OnSite,
        (S::OnSite, 0..3) if visit.log.started.is_none() => CheckInKind::Started,
        (S::OnSite, 0..2) => CheckInKind::Paused,
        (S::OnSite, 2..3) => CheckInKind::Done,
        (S::OnSite, _) => return complete(visit, now, random),
        (S::Paused, 0..8) => CheckInKind::Resumed,
        _ => *[CheckInKind::Started, CheckInKind::Paused, CheckInKind::Done].choose(random).expect("three"),
    };
    let ago = SignedDuration::from_secs(random.random_range(-10..120));
    let time = random.random_bool(0.3).then_some(now - ago);
    Command::CheckIn { visit: id, technician, kind, time, eta: None }
}

fn complete(visit: &Visit, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let outcome =
        *[VisitOutcome::Done, VisitOutcome::Done, VisitOutcome::ReturnNeeded, VisitOutcome::FollowUp]
            .choose(random)
            .expect("four");
    let next = NextVisit {
        duration_s: random.random_bool(0.5).then_some(3_600),
        parts: random
            .random_bool(0.3)
            .then(|| PartNeed { sku: one(&PARTS, random), quantity: random.random_range(1..9) })
            .into_iter()
            .collect(),
        text: one(&SYMPTOMS, random),
        service_code: if random.random_bool(0.3) { one(&SERVICES, random) } else { String::new() },
        ..NextVisit::default()
    };
    let evidence = random.random_bool(0.5).then(|| Evidence {
        kind: "work-done".to_owned(),
        uri: String::new(),
        text: "tightened".to_owned(),
    });
    let quantity = random.random_range(1..3);
    let parts_used = random.random_bool(0.6).then(|| PartNeed { sku: one(&PARTS, random), quantity });
    Command::CompleteVisit {
        visit: visit.work.id.clone(),
        outcome,
        end: random.random_bool(0.2).then_some(now - SignedDuration::from_secs(60)),
        evidence: evidence.into_iter().collect(),
        parts_used: parts_used.into_iter().collect(),
        next: Some(Box::new(next)),
    }
}

fn close_out(order: &WorkOrder, etag: String, random: &mut Pcg64Mcg) -> Command {
    let mut evidence = Vec::new();
    if let Some(service) = order.service.as_ref().filter(|_| random.random_bool(0.8)) {
        let file =
            |kind: &String| Evidence { kind: kind.clone(), uri: "file:1".to_owned(), text: String::new() };
        let note =
            |kind: &String| Evidence { kind: kind.clone(), uri: String::new(), text: "done".to_owned() };
        evidence.extend(service.close_out.photos.iter().map(file));
        evidence.extend(service.close_out.notes.iter().map(note));
    }
    let labor_s = random.random_bool(0.3).then(|| random.random_range(-10..30_000));
    Command::CloseOut { work_order: order.id.clone(), etag, labor_s, evidence }
}

fn reschedule(order: &WorkOrder, now: Timestamp, random: &mut Pcg64Mcg) -> Command {
    let Some(visit) = order.visits.last() else { return Command::Tick };
    let token = visit.reschedule_token.clone();
    let by_token = !token.is_empty() && random.random_bool(0.7);
    let key = if by_token { VisitKey::Token(token) } else { VisitKey::Id(visit.work.id.clone()) };
    let start = now + SignedDuration::from_hours(random.random_range(-30..100));
    let windows = vec![Window { start, end: start + SignedDuration::from_hours(4) }];
    Command::Reschedule { visit: key, windows }
}
