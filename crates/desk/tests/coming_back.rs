//! Parts that are missing, visits that come back, inspections that fail.

mod office;

use journeyman_desk::{Command, EventKind, NextVisit, Planning, VisitOutcome, WorkOrderState as S};
use journeyman_rulebook::{MessageKind as M, PartNeed};
use office::story::{Story, cancel, close_out, complete, dispatch, note, photo};
use office::{assessing_utah, at, utah};

const TRIP: &str = "Recurring breaker trip, 100 A panel";

fn need(sku: &str, quantity: u32) -> PartNeed {
    PartNeed { sku: sku.to_owned(), quantity }
}

#[test]
fn backorder_holds_the_visit_until_the_parts_come() {
    let mut story = Story::without_parts(utah());
    story.call("WO-1", TRIP);
    story.call("WO-2", TRIP);
    assert_eq!((story.state("WO-1"), story.state("WO-2")), (S::AwaitingParts, S::AwaitingParts));
    let (part, expected) = (need("BRK-20-1P", 1), Some(at("2026-12-02T12:00")));
    story.act(Command::ExpectParts { warehouse: "main".into(), part, expected });
    story.plan(&[("WO-1/1", "bob", "2026-12-03T09:00", "2026-12-03T10:30")]);
    assert_eq!((story.state("WO-1"), story.messages().len()), (S::AwaitingParts, 0));
    story.at("2026-12-02T12:00").receive("main", "BRK-20-1P", 1);
    // One part releases one of the two.
    assert_eq!((story.state("WO-1"), story.state("WO-2")), (S::Qualified, S::AwaitingParts));
    story.plan(&[("WO-1/1", "bob", "2026-12-03T09:00", "2026-12-03T10:30")]);
    assert_eq!((story.state("WO-1"), story.kinds()), (S::Scheduled, vec![M::Confirmation]));
    // Cancelling sets the part free for the other.
    story.act(cancel("WO-1"));
    assert_eq!((story.state("WO-1"), story.state("WO-2")), (S::Cancelled, S::Qualified));
}

#[test]
fn part_that_was_taken_first_by_an_earlier_visit_holds_the_later_one() {
    let mut story = Story::without_parts(utah());
    story.receive("main", "BRK-20-1P", 1);
    story.call("WO-1", TRIP);
    story.call("WO-2", TRIP);
    let decision = story.plan(&[
        ("WO-1/1", "bob", "2026-12-03T12:00", "2026-12-03T13:30"),
        ("WO-2/1", "bob", "2026-12-03T09:00", "2026-12-03T10:30"),
    ]);
    assert_eq!((story.state("WO-1"), story.state("WO-2")), (S::AwaitingParts, S::Scheduled));
    let awaited = decision.events.iter().find_map(|event| match &event.kind {
        EventKind::PartsAwaited { visit, parts } => Some((visit.as_str(), parts.clone())),
        _ => None,
    });
    assert_eq!(awaited, Some(("WO-1/1", vec![need("BRK-20-1P", 1)])));
}

#[test]
fn backorder_turns_the_visit_into_an_assessment_where_the_book_says_so() {
    let mut story = Story::without_parts(assessing_utah());
    let decision = story.call("WO-1", TRIP);
    let order = story.desk.work_order("WO-1").expect("it was taken");
    let visit = order.open_visit().expect("somebody looks");
    assert_eq!((order.state, visit.work.service_code.as_str()), (S::Qualified, "safety-inspection"));
    assert_eq!((visit.work.id.as_str(), visit.work.parts.len(), visit.assessment), ("WO-1/2", 0, true));
    let told: Vec<_> = decision.events.iter().filter_map(journeyman_desk::DeskEvent::planning).collect();
    assert!(
        matches!(told[..], [Planning::NewWork { .. }, Planning::Replaced { visit: "WO-1/1", .. }]),
        "{told:?}"
    );
    story.plan(&[("WO-1/2", "bob", "2026-12-01T09:00", "2026-12-01T11:00")]);
    story.at("2026-12-01T09:00").act(dispatch("WO-1/2", "bob"));
    story.go("WO-1/2", "bob");
    story.at("2026-12-01T10:00").act(complete("WO-1/2", VisitOutcome::Done, vec![], &[]));
    // Now it waits: nobody looks twice.
    assert_eq!(story.state("WO-1"), S::AwaitingParts);
    story.receive("main", "BRK-20-1P", 1);
    let order = story.desk.work_order("WO-1").expect("it is known");
    let visit = order.open_visit().expect("the work itself");
    assert_eq!((order.state, visit.work.service_code.as_str()), (S::ReturnNeeded, "breaker-trip"));
    assert_eq!((visit.work.id.as_str(), visit.assessment), ("WO-1/3", false));
}

/// A breaker trip on which work has begun.
fn begun() -> Story {
    let mut story = Story::begin(utah());
    story.call("WO-1", TRIP);
    story.plan(&[("WO-1/1", "bob", "2026-12-01T09:00", "2026-12-01T10:30")]);
    story.at("2026-12-01T09:00").act(dispatch("WO-1/1", "bob"));
    story.go("WO-1/1", "bob");
    story.at("2026-12-01T10:00");
    story
}

fn return_with(parts: Vec<PartNeed>) -> Command {
    let next = NextVisit { duration_s: Some(1_800), parts, ..NextVisit::default() };
    let evidence = vec![photo("panel-before"), note("cause")];
    let mut command = complete("WO-1/1", VisitOutcome::ReturnNeeded, evidence, &[("BRK-20-1P", 1)]);
    if let Command::CompleteVisit { next: slot, .. } = &mut command {
        *slot = Some(Box::new(next));
    }
    command
}

#[test]
fn return_visit_is_planned_promised_and_billed_with_the_first() {
    let mut story = begun();
    story.act(return_with(vec![need("BRK-60-2P", 1)]));
    let order = story.desk.work_order("WO-1").expect("it is known");
    let visit = order.open_visit().expect("he comes back");
    assert_eq!(
        (order.state, visit.work.id.as_str(), visit.work.duration_s),
        (S::ReturnNeeded, "WO-1/2", 1_800)
    );
    assert_eq!(story.kinds(), [M::Confirmation, M::OnTheWay]);
    assert!(
        story.refuse(close_out("WO-1")).to_string().contains("is RETURN_NEEDED; missing: state COMPLETED")
    );
    story.plan(&[("WO-1/2", "ann", "2026-12-03T09:00", "2026-12-03T09:30")]);
    story.at("2026-12-03T09:00").act(dispatch("WO-1/2", "ann"));
    story.go("WO-1/2", "ann");
    let evidence = vec![photo("panel-after"), note("work-done")];
    story.at("2026-12-03T09:36").act(complete("WO-1/2", VisitOutcome::Done, evidence, &[("BRK-60-2P", 1)]));
    story.act(close_out("WO-1"));
    // One hour and 36 minutes on two visits, and both parts.
    let lines = &story.desk.work_order("WO-1").expect("it is closed").invoice_lines;
    let lines: Vec<_> =
        lines.iter().map(|line| (line.sku.as_str(), line.quantity, line.total_cents)).collect();
    assert_eq!(lines, [("", 160, 23_200), ("BRK-20-1P", 1, 1_450), ("BRK-60-2P", 1, 3_600)]);
}

#[test]
fn cancelling_the_return_leaves_what_was_done_to_be_invoiced() {
    let mut story = begun();
    story.act(return_with(vec![]));
    story.plan(&[("WO-1/2", "ann", "2026-12-03T09:00", "2026-12-03T09:30")]);
    story.act(cancel("WO-1"));
    assert_eq!((story.state("WO-1"), story.desk.not_invoiced().len()), (S::Completed, 1));
    // Nobody has a photo of an end that there was not.
    story.act(close_out("WO-1"));
    assert_eq!(story.state("WO-1"), S::Closed);
}

#[test]
fn who_has_begun_is_not_cancelled() {
    let story = begun();
    let refusal = story.refuse(cancel("WO-1")).to_string();
    assert!(refusal.starts_with("work order `WO-1` is ON_SITE; missing: state RECEIVED or"), "{refusal}");
}

#[test]
fn failed_inspection_makes_rework_under_the_same_permit_that_is_not_charged() {
    let mut story = Story::begin(utah());
    story.call("WO-1", "replace panel, 200 A service");
    story.act(Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() });
    story.issue("WO-1/permit");
    story.plan(&[("WO-1/1", "ann", "2026-12-01T08:00", "2026-12-01T15:00")]);
    story.at("2026-12-01T08:00").act(dispatch("WO-1/1", "ann"));
    story.go("WO-1/1", "ann");
    story.act(complete("WO-1/1", VisitOutcome::Done, vec![], &[("PANEL-200", 1)]));
    let early = Command::RequestInspection {
        permit: "WO-1/permit".into(),
        inspection: String::new(),
        kind: "final".into(),
    };
    let refusal = story.refuse(early).to_string();
    assert_eq!(refusal, "permit `WO-1/permit` is ISSUED; missing: inspection `WO-1/permit/1` decided");
    let decide = |number: u32, passed: bool| Command::RecordInspection {
        inspection: format!("WO-1/permit/{number}"),
        passed,
        text: "bonding jumper".into(),
    };
    story.act(decide(1, false));
    assert_eq!((story.state("WO-1"), story.state("WO-1-R1")), (S::FollowUp, S::Qualified));
    let again = story.refuse(decide(1, true)).to_string();
    assert_eq!(again, "inspection `WO-1/permit/1` is FAILED; missing: state REQUESTED or BOOKED");
    let open =
        story.refuse(office::story::record("WO-1/permit", journeyman_desk::PermitState::Finaled)).to_string();
    assert_eq!(open, "permit `WO-1/permit` is ISSUED; missing: work order `WO-1-R1` COMPLETED");
    story.plan(&[("WO-1-R1/1", "ann", "2026-12-04T08:00", "2026-12-04T09:00")]);
    story.at("2026-12-04T08:00").act(dispatch("WO-1-R1/1", "ann"));
    story.go("WO-1-R1/1", "ann");
    let photos = ["panel-before", "panel-after", "grounding", "labels"].map(photo);
    let notes = ["load-calculation", "utility-disconnect", "work-done"].map(note);
    let evidence = photos.into_iter().chain(notes).collect();
    story.act(complete("WO-1-R1/1", VisitOutcome::Done, evidence, &[("GROUND-KIT", 1)]));
    story.act(close_out("WO-1-R1"));
    let lines = &story.desk.work_order("WO-1-R1").expect("it is closed").invoice_lines;
    assert!(lines.len() == 2 && lines.iter().all(|line| line.total_cents == 0), "{lines:?}");
    story.act(decide(2, true));
    let permit = story.desk.permit("WO-1/permit").expect("it is known");
    assert_eq!(permit.state, journeyman_desk::PermitState::Finaled);
}

#[test]
fn rejected_permit_is_a_task_and_is_applied_for_again() {
    use journeyman_desk::PermitState as P;
    let mut story = Story::begin(utah());
    story.act(Command::TakeCall {
        work_order: "WO-1".into(),
        call: Box::new(office::call("replace panel, 200 A service")),
        jurisdiction: "us-ut-washington".into(),
    });
    story.act(office::story::qualify("WO-1", ""));
    let file = || Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() };
    // The county takes paper: a person hands it in, and says so.
    let effects = story.act(file()).effects;
    let task = story.desk.tasks().next().expect("a person hands it in");
    assert_eq!((task.kind.name(), task.items.len(), effects.len()), ("FILE_PERMIT", 4, 0));
    let illegal = story.refuse(office::story::record("WO-1/permit", P::Issued)).to_string();
    assert_eq!(illegal, "permit `WO-1/permit` is REQUIRED; missing: state FILED before ISSUED");
    story.act(office::story::record("WO-1/permit", P::Filed));
    assert_eq!(story.tasks().len(), 0);
    story.act(office::story::record("WO-1/permit", P::Rejected));
    assert_eq!((story.state("WO-1"), story.tasks()), (S::AwaitingPermit, vec!["MEND_PERMIT"]));
    story.act(file());
    story.act(office::story::record("WO-1/permit", P::Filed));
    story.issue("WO-1/permit");
    assert_eq!((story.state("WO-1"), story.tasks().len()), (S::Qualified, 0));
}
