//! Random command sequences: whatever comes in, the desk is never in an illegal state, and folding its events
//! from nothing gives the same desk.

#![expect(clippy::print_stdout, reason = "a test tells how much it has seen")]

mod office;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use journeyman_desk::{
    Command, Decision, Desk, DeskEvent, Effect, EffectBody, EventKind, FollowUp, Origin, PERMIT_STEPS,
    PermitState, Planned, STEPS, WorkOrderState as S,
};
use journeyman_rulebook::MessageKind;
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use office::generator::{self, Taste};

/// Commands of one sequence.
const COMMANDS: usize = 120;

/// What the outside has seen.
#[derive(Default)]
struct Outside {
    keys: BTreeSet<String>,
    /// Messages that left, by visit, kind and promise.
    told: BTreeSet<(String, MessageKind, u32)>,
    /// Messages that have not gone yet.
    waiting: BTreeMap<String, (String, Timestamp)>,
    closed: BTreeSet<String>,
    invoiced: BTreeSet<String>,
}

/// Which steps the sequences have taken, so that the test knows what it tested.
#[derive(Default)]
struct Coverage {
    steps: BTreeSet<(S, S)>,
    permit_steps: BTreeSet<(PermitState, PermitState)>,
    /// What is easily forgotten, by name.
    rare: BTreeMap<String, usize>,
    accepted: usize,
    refused: usize,
    effects: BTreeMap<&'static str, usize>,
}

#[test]
fn desk_is_never_in_an_illegal_state() {
    let cases = journeyman_testkit::cases(2_000);
    let mut coverage = Coverage::default();
    for seed in 0..cases as u64 {
        sequence(seed, &mut coverage);
    }
    println!(
        "{cases} sequences of {COMMANDS} commands: {} accepted, {} refused; effects {:?}; {:?}",
        coverage.accepted, coverage.refused, coverage.effects, coverage.rare
    );
    if cases >= 2_000 {
        let never: Vec<_> = STEPS.iter().filter(|step| !coverage.steps.contains(step)).collect();
        assert!(never.is_empty(), "steps that no sequence took: {never:?}");
        assert_eq!(coverage.rare.len(), RARE, "{:?}", coverage.rare);
        let never: Vec<_> =
            PERMIT_STEPS.iter().filter(|step| !coverage.permit_steps.contains(step)).collect();
        assert!(never.is_empty(), "steps of permits that no sequence took: {never:?}");
    }
}

fn sequence(seed: u64, coverage: &mut Coverage) {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let taste = Taste::random(&mut random);
    let mut desk = taste.desk();
    let mut now = office::at("2026-11-30T08:00");
    let mut events: Vec<DeskEvent> = Vec::new();
    let mut outside = Outside::default();
    for _ in 0..COMMANDS {
        now += SignedDuration::from_secs(generator::pause(&mut random));
        outside.waiting.retain(|_, (_, due)| *due > now);
        let command = generator::command(&desk, &taste, now, &mut random);
        let before = desk.clone();
        let decision = desk.decide(&command, now);
        assert_eq!(decision, desk.decide(&command, now), "seed {seed}: deciding twice differs");
        assert!(desk == before, "seed {seed}: deciding changed the desk");
        let Ok(decision) = decision else {
            coverage.refused += 1;
            continue;
        };
        coverage.accepted += 1;
        for event in &decision.events {
            let older = desk.clone();
            desk.apply(event);
            if let Some(name) = rare(event) {
                *coverage.rare.entry(name).or_default() += 1;
            }
            check_steps(&older, &desk, event, coverage, seed);
        }
        let context = format!("seed {seed}, {now}, {command:?}");
        check_effects(&desk, &decision, &mut outside, now, &context);
        check_desk(&desk, &context);
        if command == Command::Tick {
            let next = desk.next_due();
            assert!(next.is_none_or(|next| next > now), "{context}: still due at {next:?}");
        }
        for effect in &decision.effects {
            *coverage.effects.entry(name(effect)).or_default() += 1;
        }
        events.extend(decision.events);
    }
    let mut folded = taste.desk();
    for event in &events {
        folded.apply(event);
    }
    assert!(folded == desk, "seed {seed}: the fold of its events is another desk");
}

fn rare(event: &DeskEvent) -> Option<String> {
    match &event.kind {
        EventKind::TaskOpened(task) => Some(format!("task {}", task.kind.name())),
        EventKind::AssessmentNeeded { .. } => Some("assessment".to_owned()),
        EventKind::CallTaken { origin: Some(Origin::Rework { .. }), .. } => Some("rework order".to_owned()),
        EventKind::FollowUpNeeded { follow_up: FollowUp::Visit(visit), .. }
            if visit.stage.ends_with(": rework") =>
        {
            Some("rework of a stage".to_owned())
        }
        EventKind::FollowUpNeeded { follow_up: FollowUp::Visit(visit), .. } if visit.stage == "devices" => {
            Some("second stage".to_owned())
        }
        EventKind::MessageWithdrawn { .. } => Some("message withdrawn".to_owned()),
        EventKind::PermitFinaled { .. } => Some("permit finaled".to_owned()),
        _ => None,
    }
}

/// What [`rare`] can say.
const RARE: usize = 8 + 6;

fn name(effect: &Effect) -> &'static str {
    match &effect.body {
        EffectBody::PermitFiling { .. } => "filing",
        EffectBody::CustomerMessage { kind, .. } => kind.name(),
        EffectBody::TechnicianMessage { .. } => "technician",
        EffectBody::PullList { .. } => "pull list",
        EffectBody::InvoiceRequested { .. } => "invoice",
        EffectBody::InspectionRequest { .. } => "inspection",
    }
}

/// Every change of state is a row of its table, and changes the etag.
fn check_steps(older: &Desk, newer: &Desk, event: &DeskEvent, coverage: &mut Coverage, seed: u64) {
    for order in newer.work_orders() {
        let Some(was) = older.work_order(&order.id) else { continue };
        if was.state != order.state {
            assert!(was.state.may_become(order.state), "seed {seed}: {:?}", (was.state, order.state, event));
            coverage.steps.insert((was.state, order.state));
        }
        let same = (was.state, &was.visits, &was.evidence) == (order.state, &order.visits, &order.evidence);
        assert!(same || order.version > was.version, "seed {seed}: {event:?} leaves the etag");
    }
    for permit in newer.permits() {
        let Some(was) = older.permit(&permit.id) else { continue };
        if was.state != permit.state {
            assert!(was.state.may_become(permit.state), "seed {seed}: {event:?}");
            coverage.permit_steps.insert((was.state, permit.state));
        }
        assert!(was == permit || permit.version > was.version, "seed {seed}: {event:?} leaves the etag");
    }
}

fn check_effects(desk: &Desk, decision: &Decision, outside: &mut Outside, now: Timestamp, context: &str) {
    for key in &decision.cancel {
        outside.waiting.remove(key);
    }
    for effect in &decision.effects {
        assert!(outside.keys.insert(effect.key.clone()), "{context}: key {} twice", effect.key);
        assert!(effect.due >= now, "{context}: {effect:?} is due in the past");
        match &effect.body {
            EffectBody::CustomerMessage { visit, kind, promise, text, .. } => {
                let first = outside.told.insert((visit.clone(), *kind, *promise));
                assert!(first, "{context}: {effect:?} twice");
                let local = effect.due.to_zoned(office::zone());
                let minute =
                    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).expect("small");
                assert!(!desk.rule_book().quiet_hours().contain(minute), "{context}: {effect:?} at {local}");
                let (order, _) = desk.visit(visit).expect("messages are about visits");
                assert_ne!(order.state, S::Cancelled, "{context}: {effect:?}");
                assert!(*kind != MessageKind::OnTheWay || effect.due == now, "{context}: {effect:?}");
                assert!(!text.contains('{'), "{context}: {text}");
                if !decision.cancel.contains(&effect.key) {
                    outside.waiting.insert(effect.key.clone(), (visit.clone(), effect.due));
                }
            }
            EffectBody::InvoiceRequested { lines, total_cents } => {
                assert!(outside.closed.contains(&effect.work_order) || closes(decision, &effect.work_order));
                assert!(outside.invoiced.insert(effect.work_order.clone()), "{context}: invoiced twice");
                assert_eq!(lines.iter().map(|line| line.total_cents).sum::<i64>(), *total_cents);
                let order = desk.work_order(&effect.work_order).expect("invoices are of work orders");
                assert_eq!(order.state, S::Closed, "{context}: invoice without close-out");
            }
            _ => {}
        }
    }
    for (visit, due) in outside.waiting.values() {
        let cancelled = desk.visit(visit).is_some_and(|(order, _)| order.state == S::Cancelled);
        assert!(!cancelled || *due <= now, "{context}: {visit} is cancelled and a message still waits");
    }
    outside.closed.extend(decision.events.iter().filter_map(|event| match &event.kind {
        EventKind::WorkOrderClosed { work_order, .. } => Some(work_order.clone()),
        _ => None,
    }));
}

fn closes(decision: &Decision, order: &str) -> bool {
    decision.events.iter().any(
        |event| matches!(&event.kind, EventKind::WorkOrderClosed { work_order, .. } if work_order == order),
    )
}

fn check_desk(desk: &Desk, context: &str) {
    let mut dispatched: BTreeMap<&str, Vec<(Timestamp, Timestamp, &str)>> = BTreeMap::new();
    let mut at_work: BTreeMap<&str, &str> = BTreeMap::new();
    for order in desk.work_orders() {
        let sent = matches!(order.state, S::Dispatched | S::EnRoute | S::OnSite | S::Paused);
        let Some(visit) = order.open_visit() else {
            assert!(!sent && order.state != S::Scheduled, "{context}: {} has no visit", order.id);
            continue;
        };
        let placed = visit.placement.as_ref();
        assert_eq!(placed.is_some(), sent || order.state == S::Scheduled, "{context}: {order:?}");
        if matches!(order.state, S::Invoiced | S::Closed) {
            assert!(!order.invoice_lines.is_empty(), "{context}: {} closed without lines", order.id);
        }
        let Some(place) = placed.filter(|_| sent) else { continue };
        if matches!(order.state, S::Dispatched | S::EnRoute) {
            for id in &visit.work.permit_ids {
                let permit = desk.permit(id).expect("permits of visits are known");
                assert_eq!(permit.state, PermitState::Issued, "{context}: {} without permit", visit.work.id);
                // A plan may move who is on the way; who is not has a permit for his start.
                assert!(
                    order.state == S::EnRoute || permit.allows(place.start),
                    "{context}: {permit:?} at {place:?}"
                );
            }
        }
        if visit.log.done.is_some() {
            continue;
        }
        dispatched.entry(&place.technician).or_default().push((place.start, place.end, &visit.work.id));
        if matches!(order.state, S::EnRoute | S::OnSite) {
            let other = at_work.insert(&place.technician, &visit.work.id);
            assert_eq!(other, None, "{context}: {} is at two visits", place.technician);
        }
    }
    for (technician, mut places) in dispatched {
        places.sort();
        for pair in places.windows(2) {
            assert!(pair[0].1 <= pair[1].0, "{context}: {technician} is booked twice: {pair:?}");
        }
    }
    for (location, sku, line) in desk.stock().lines() {
        assert!(line.quantity >= 0 && line.reserved >= 0, "{context}: {location:?} {sku} {line:?}");
    }
    let mut reserved: BTreeMap<_, i64> = BTreeMap::new();
    for reservation in
        desk.work_orders().flat_map(|order| &order.visits).flat_map(|visit| &visit.reservations)
    {
        *reserved.entry((&reservation.location, reservation.sku.as_str())).or_default() +=
            reservation.quantity;
    }
    for (location, sku, line) in desk.stock().lines() {
        let visits = reserved.get(&(location, sku)).copied().unwrap_or(0);
        assert_eq!(line.reserved, visits, "{context}: {location:?} {sku}");
    }
}

#[test]
fn license_below_the_scope_is_never_dispatched() {
    let cases = journeyman_testkit::cases(2_000);
    let mut dispatched = 0;
    for seed in 0..cases as u64 {
        let mut random = Pcg64Mcg::seed_from_u64(seed ^ 0x11ce);
        let taste = Taste::random(&mut random);
        let mut desk = taste.desk();
        let mut now = office::at("2026-11-30T08:00");
        for _ in 0..COMMANDS {
            now += SignedDuration::from_secs(generator::pause(&mut random));
            let command = generator::command(&desk, &taste, now, &mut random);
            let Ok(decision) = desk.decide(&command, now) else { continue };
            for event in &decision.events {
                desk.apply(event);
                let EventKind::VisitDispatched { visit, technician } = &event.kind else { continue };
                dispatched += 1;
                office::assert_licensed(&desk, visit, technician, seed);
            }
        }
    }
    assert!(dispatched > cases / 4, "only {dispatched} dispatched");
}

/// A plan that books somebody twice is refused as a whole.
#[test]
fn plan_that_books_a_technician_twice_is_refused() {
    let desk = office::desk();
    let window = office::window("2026-12-01T08:00", "2026-12-01T10:00");
    let planned = |visit: &str, start: &str, end: &str| Planned {
        visit: visit.to_owned(),
        technician: "ann".to_owned(),
        start: office::at(start),
        end: office::at(end),
        window,
        entropy: [7; 16],
    };
    let assignments = vec![
        planned("a/1", "2026-12-01T08:00", "2026-12-01T09:00"),
        planned("b/1", "2026-12-01T08:59", "2026-12-01T10:00"),
    ];
    let refusal =
        desk.decide(&Command::PlanPublished { revision: 1, assignments }, office::at("2026-11-30T08:00"));
    let text = refusal.expect_err("twice at work").to_string();
    assert!(text.starts_with("assignments[1].start_time: `ann` is at `a/1`"), "{text}");
}
