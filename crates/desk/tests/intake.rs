//! Calls: what is missing, what a person decides, what is refused by name, what takes several visits.

mod office;

use journeyman_desk::{
    Call, Command, EventKind, FollowUp, Refusal, SubjectKind, VisitOutcome, WorkOrderState as S,
};
use journeyman_rulebook::PartNeed;
use office::story::{Story, complete, dispatch, qualify};
use office::{CITY, at, call, technicians, texas, utah, window};

fn take(id: &str, call: Call, jurisdiction: &str) -> Command {
    Command::TakeCall { work_order: id.into(), call: Box::new(call), jurisdiction: jurisdiction.into() }
}

fn amend(id: &str, call: Call, jurisdiction: &str) -> Command {
    Command::Qualify {
        work_order: id.into(),
        etag: String::new(),
        service_code: String::new(),
        call: Some(Box::new(call)),
        jurisdiction: jurisdiction.into(),
    }
}

#[test]
fn call_that_misses_something_stays_received_with_a_task_that_names_it() {
    let mut story = Story::begin(utah());
    let full = call("Recurring breaker trip, 100 A panel");
    let bare = Call { access: String::new(), urgency: None, ..full.clone() };
    story.act(take("WO-1", bare, CITY));
    assert_eq!(story.desk.missing_facts("WO-1"), ["access", "urgency"]);
    story.act(qualify("WO-1", ""));
    let task = story.desk.tasks().next().expect("somebody has to ask");
    assert_eq!(
        (task.kind.name(), task.items.clone()),
        ("COMPLETE_CALL", vec!["access".into(), "urgency".into()])
    );
    assert_eq!(story.state("WO-1"), S::Received);
    story.act(amend("WO-1", full, ""));
    assert_eq!((story.state("WO-1"), story.tasks().len()), (S::Qualified, 0));
}

#[test]
fn unclear_words_go_to_a_person_with_candidates() {
    let mut story = Story::begin(utah());
    story.call("WO-1", "it makes a funny noise");
    let order = story.desk.work_order("WO-1").expect("it was taken");
    let answer = order.qualification.as_ref().expect("it was looked at");
    assert_eq!((order.state, answer.service_code.as_str(), answer.permit_required), (S::Received, "", true));
    let task = story.desk.tasks().next().expect("a person decides");
    assert_eq!((task.kind.name(), task.items.len()), ("QUALIFY", 3));
    let unknown = story.refuse(qualify("WO-1", "plumbing")).to_string();
    assert_eq!(unknown, "service_code: `plumbing` is no service of rule book `utah-washington-1`");
    story.act(qualify("WO-1", "fan-install"));
    assert_eq!((story.state("WO-1"), story.tasks().len()), (S::AwaitingParts, 0));
    let again = story.refuse(qualify("WO-1", "")).to_string();
    assert_eq!(again, "work order `WO-1` is AWAITING_PARTS; missing: state RECEIVED");
}

#[test]
fn permitted_work_at_an_unknown_site_is_not_taken_on() {
    let mut story = Story::begin(utah());
    story.act(take("WO-1", call("replace panel, 200 A service"), "us-nv"));
    story.act(qualify("WO-1", ""));
    assert_eq!((story.state("WO-1"), story.tasks()), (S::Received, vec!["COMPLETE_CALL"]));
    let refusal = story.refuse(qualify("WO-1", "panel-upgrade")).to_string();
    assert!(refusal.contains("permit `electrical-service` is had, not `us-nv`"), "{refusal}");
    story.act(amend("WO-1", call("replace panel, 200 A service"), CITY));
    assert_eq!(story.state("WO-1"), S::AwaitingPermit);
}

#[test]
fn work_longer_than_any_shift_is_refused_by_name_and_the_caller_is_told() {
    let mut story = Story::begin(utah());
    story.take("WO-1", "wire it");
    let refusal = story.refuse(qualify("WO-1", "commercial-build-out")).to_string();
    assert!(refusal.contains("bid by the estimator from drawings"), "{refusal}");
    story.call("WO-2", "tenant finish and build out of a new store, full electrical build out");
    let order = story.desk.work_order("WO-2").expect("it was taken");
    assert_eq!(order.state, S::Received);
    assert!(story.tasks().contains(&"REFUSE_CALL"), "{:?}", order.qualification);
}

#[test]
fn commercial_work_is_for_licenses_that_say_so() {
    let mut story = Story::begin(utah());
    story.call_as("WO-1", "the walk-in cooler has no power", "commercial-service");
    let visit = story.desk.work_order("WO-1").and_then(|order| order.open_visit()).expect("it is open");
    assert_eq!(visit.work.endorsements, ["commercial"]);
    story.plan(&[("WO-1/1", "ann", "2026-12-02T09:00", "2026-12-02T11:00")]);
    let refusal = story.refuse(dispatch("WO-1/1", "ann")).to_string();
    assert!(
        refusal.contains(
            "a journeyman license endorsed `commercial` of `ann` for `us-ut-st-george` on 2026-12-02"
        ),
        "{refusal}"
    );
    story.plan(&[("WO-1/1", "bob", "2026-12-02T09:00", "2026-12-02T11:00")]);
    story.act(dispatch("WO-1/1", "bob"));
}

#[test]
fn work_longer_than_a_shift_is_done_in_stages_with_an_inspection_between() {
    let mut story = Story::without_parts(utah());
    story.receive("main", "WIRE-12-2-100", 4);
    story.receive("main", "BRK-AFCI-20", 3);
    story.call_as("WO-1", "rewire the addition", "remodel-wiring");
    story.act(Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() });
    story.issue("WO-1/permit");
    story.plan(&[("WO-1/1", "bob", "2026-12-01T08:00", "2026-12-01T16:00")]);
    story.act(dispatch("WO-1/1", "bob"));
    story.at("2026-12-01T08:00").go("WO-1/1", "bob");
    story.at("2026-12-01T16:00").act(complete("WO-1/1", VisitOutcome::Done, vec![], &[]));
    let order = story.desk.work_order("WO-1").expect("it is known");
    assert_eq!((order.state, order.open_visit().is_none()), (S::ReturnNeeded, true));
    let failed = |passed| Command::RecordInspection {
        inspection: "WO-1/permit/1".into(),
        passed,
        text: "box fill".into(),
    };
    // Failed: the same stage is mended, then inspected again.
    story.act(failed(false));
    let order = story.desk.work_order("WO-1").expect("it is known");
    assert_eq!(order.open_visit().expect("it is mended").work.stage, "rough-in: rework");
    story.plan(&[("WO-1/2", "bob", "2026-12-03T08:00", "2026-12-03T10:00")]);
    story.at("2026-12-03T08:00").act(dispatch("WO-1/2", "bob"));
    story.go("WO-1/2", "bob");
    story.act(complete("WO-1/2", VisitOutcome::Done, vec![], &[]));
    story.act(Command::RecordInspection {
        inspection: "WO-1/permit/2".into(),
        passed: true,
        text: String::new(),
    });
    for (visit, stage, day) in [("WO-1/3", "devices", 4), ("WO-1/4", "trim and test", 7)] {
        let order = story.desk.work_order("WO-1").expect("it is known");
        assert_eq!(
            (order.state, order.open_visit().expect("next").work.stage.as_str()),
            (S::ReturnNeeded, stage)
        );
        let (start, end) = (format!("2026-12-0{day}T08:00"), format!("2026-12-0{day}T16:00"));
        story.plan(&[(visit, "bob", &start, &end)]);
        story.at(&start).act(dispatch(visit, "bob"));
        story.go(visit, "bob");
        story.act(complete(visit, VisitOutcome::Done, vec![], &[]));
    }
    assert_eq!(story.state("WO-1"), S::Completed);
    let permit = story.desk.permit("WO-1/permit").expect("it is issued");
    assert_eq!(permit.inspections.last().map(|last| last.kind.as_str()), Some("final"));
}

#[test]
fn values_that_cannot_be_are_refused_with_path_and_limit() {
    let mut story = Story::begin(utah());
    let with = |windows| Call { time_windows: windows, ..call("breaker trips") };
    let reversed = window("2026-12-01T10:00", "2026-12-01T10:00");
    let reversed = journeyman_desk::Window { end: at("2026-12-01T09:00"), ..reversed };
    let whole = window("2026-12-01T08:00", "2026-12-01T18:00");
    for (command, text) in [
        (take("", call("x"), CITY), "work_order_id: has 0 characters, 1 to 200 are allowed"),
        (take("W", with(vec![whole; 17]), CITY), "call.time_windows: has 17 entries, at most 16 are allowed"),
        (take("W", with(vec![reversed]), CITY), "call.time_windows[0]: ends at 2026-12-01T16:00:00Z, before"),
        (take("W", with(vec![whole, whole]), CITY), "call.time_windows[1]: overlaps call.time_windows[0]"),
        (take("W", call(&"x".repeat(10_001)), CITY), "call.symptom: has 10001 characters, at most 10,000"),
        (
            Command::ExpectParts {
                warehouse: "main".into(),
                part: PartNeed { sku: "A".into(), quantity: 0 },
                expected: None,
            },
            "part.quantity: 0 is not within 1 to 1000000000",
        ),
        (
            Command::TechniciansKnown { technicians: [technicians(), technicians()].concat() },
            "technicians[3].id: `ann` is there twice",
        ),
        (Command::PlanPublished { revision: 0, assignments: vec![] }, "revision: is 0, not above 0"),
    ] {
        let refusal = story.refuse(command);
        assert!(
            matches!(refusal, Refusal::InvalidField { .. }) && refusal.to_string().starts_with(text),
            "{refusal}"
        );
    }
    story.act(take("W", call("breaker trips"), CITY));
    let refusal = story.refuse(take("W", call("breaker trips"), CITY));
    assert_eq!(refusal, Refusal::Exists { kind: SubjectKind::WorkOrder, id: "W".into() });
    assert_eq!(story.refuse(qualify("V", "")).to_string(), "no work order `V`");
    assert_eq!(story.refuse(dispatch("W/1", "ann")).to_string(), "no visit `W/1`");
}

#[test]
fn other_work_that_was_found_is_a_work_order_of_its_own() {
    let mut story = Story::begin(texas());
    story.receive("main", "BRK-20-1P", 5);
    story.act(Command::TakeCall {
        work_order: "WO-1".into(),
        call: Box::new(call("Recurring breaker trip, 100 A panel")),
        jurisdiction: "us-tx-austin".into(),
    });
    story.act(qualify("WO-1", ""));
    let licensed = technicians().into_iter().map(|mut who| {
        who.licenses[0].jurisdiction = "us-tx".into();
        who
    });
    story.act(Command::TechniciansKnown { technicians: licensed.collect() });
    story.plan(&[("WO-1/1", "bob", "2026-12-01T09:00", "2026-12-01T10:00")]);
    story.at("2026-12-01T09:00").act(dispatch("WO-1/1", "bob"));
    story.go("WO-1/1", "bob");
    let mut found = complete("WO-1/1", VisitOutcome::FollowUp, vec![], &[]);
    assert_eq!(story.refuse(found.clone()).to_string(), "follow_up.text: is empty; what was found?");
    if let Command::CompleteVisit { next, .. } = &mut found {
        let text = "replace panel, 200 A service".into();
        *next = Some(Box::new(journeyman_desk::NextVisit { text, ..Default::default() }));
    }
    let decision = story.act(found);
    assert_eq!((story.state("WO-1"), story.state("WO-1-F1")), (S::FollowUp, S::AwaitingPermit));
    let follows = decision.events.iter().any(|event| {
        matches!(&event.kind, EventKind::FollowUpNeeded { follow_up: FollowUp::WorkOrder(id), .. } if id == "WO-1-F1")
    });
    assert!(follows, "{:?}", decision.events);
}
