//! What customers are told, how they move a visit, and what is taken back.

mod office;

use journeyman_desk::{
    Call, CheckInKind as K, Command, EffectBody, PermitState, Planned, TechnicianNews, VisitKey,
    VisitOutcome, WorkOrderState as S,
};
use journeyman_rulebook::MessageKind as M;
use office::story::{Story, cancel, check_in, complete, dispatch, qualify, record};
use office::{CITY, at, call, utah, window};

const TRIP: &str = "Recurring breaker trip, 100 A panel";

/// A breaker trip planned for Wednesday at nine, told at once.
fn promised() -> Story {
    let mut story = Story::begin(utah());
    story.call("WO-1", TRIP);
    story.plan(&[("WO-1/1", "bob", "2026-12-02T09:00", "2026-12-02T10:30")]);
    story
}

fn by_token(token: &str, windows: Vec<journeyman_desk::Window>) -> Command {
    Command::Reschedule { visit: VisitKey::Token(token.to_owned()), windows }
}

#[test]
fn start_inside_the_promise_says_nothing_and_outside_says_moved() {
    let mut story = promised();
    story.plan(&[("WO-1/1", "ann", "2026-12-02T10:59", "2026-12-02T12:00")]);
    assert_eq!(story.kinds(), [M::Confirmation]);
    story.plan(&[("WO-1/1", "ann", "2026-12-02T11:01", "2026-12-02T12:00")]);
    assert_eq!(story.kinds(), [M::Confirmation, M::Moved]);
    let text = &story.messages()[1].2;
    assert!(text.contains("Ann now arrives Wednesday, December 2, between 11:01 AM and 1:01 PM"), "{text}");
}

#[test]
fn who_was_announced_is_part_of_the_promise() {
    let mut story = promised();
    story.at("2026-12-01T09:00").tick();
    story.plan(&[("WO-1/1", "ann", "2026-12-02T09:00", "2026-12-02T10:30")]);
    assert_eq!(story.kinds(), [M::Confirmation, M::DayBefore, M::Moved]);
    // The new promise is a day away no more: nothing is due but the morning's list.
    assert_eq!(story.desk.next_due(), Some(at("2026-12-02T05:30")));
}

#[test]
fn customer_moves_the_visit_by_the_link_and_is_told_the_new_window() {
    let mut story = promised();
    story.act(dispatch("WO-1/1", "bob"));
    let token = story.desk.visit("WO-1/1").expect("it is planned").1.reschedule_token.clone();
    assert_eq!(token, "01".repeat(16));
    assert!(story.messages()[0].2.contains(&token));
    let wish = window("2026-12-04T13:00", "2026-12-04T17:00");
    let decision = story.act(by_token(&token, vec![wish]));
    let told: Vec<_> = decision.events.iter().filter_map(journeyman_desk::DeskEvent::planning).collect();
    assert!(
        matches!(told[..], [journeyman_desk::Planning::Rescheduled { windows, .. }] if windows == [wish])
    );
    assert!(matches!(
        &decision.effects[0].body,
        EffectBody::TechnicianMessage { news: TechnicianNews::TakenBack, technician, .. } if technician == "bob"
    ));
    assert_eq!((story.state("WO-1"), story.tasks().len()), (S::Qualified, 0));
    assert!(story.desk.stock().lines().all(|(_, _, line)| line.reserved == 0));
    story.plan(&[("WO-1/1", "bob", "2026-12-04T13:00", "2026-12-04T14:30")]);
    assert_eq!(story.kinds(), [M::Confirmation, M::Moved]);
    // The link of the first message still works.
    assert!(story.messages()[1].2.contains(&token));
    let refusal = story.refuse(by_token("01", vec![wish])).to_string();
    assert_eq!(refusal, "no reschedule token `01`");
    assert_eq!(
        story.refuse(by_token(&token, vec![])).to_string(),
        "time_windows: is empty; at least one is required"
    );
    let past =
        story.refuse(by_token(&token, vec![window("2026-11-29T08:00", "2026-11-30T08:00")])).to_string();
    assert!(past.starts_with("time_windows[0]: ends at 2026-11-30T15:00:00Z, not after now"), "{past}");
    story.at("2026-12-04T12:30").act(dispatch("WO-1/1", "bob"));
    story.check_in("WO-1/1", "bob", K::EnRoute);
    let late =
        story.refuse(by_token(&token, vec![window("2026-12-05T08:00", "2026-12-05T09:00")])).to_string();
    assert_eq!(late, "visit `WO-1/1` is EN_ROUTE; missing: an open visit that nobody has set out for");
}

#[test]
fn entropy_must_be_fresh() {
    let mut story = promised();
    story.call("WO-2", TRIP);
    let place = |entropy| {
        let (start, end) = (at("2026-12-03T09:00"), at("2026-12-03T10:00"));
        let window = window("2026-12-03T09:00", "2026-12-03T11:00");
        let planned =
            Planned { visit: "WO-2/1".into(), technician: "bob".into(), start, end, window, entropy };
        Command::PlanPublished { revision: 9, assignments: vec![planned] }
    };
    for used in [[0; 16], [1; 16]] {
        let refusal = story.refuse(place(used)).to_string();
        assert_eq!(refusal, "assignments[0].entropy: is not fresh: all zeros, or used before");
    }
    story.act(place([7; 16]));
}

#[test]
fn message_waits_for_the_end_of_quiet_hours_and_cancelling_takes_it_back() {
    let mut story = Story::begin(utah());
    story.at("2026-11-30T22:15").call("WO-1", TRIP);
    let decision = story.plan(&[("WO-1/1", "bob", "2026-12-04T09:00", "2026-12-04T10:30")]);
    let (kind, due, _) = story.messages()[0].clone();
    assert_eq!((kind, due), (M::Confirmation, at("2026-12-01T08:00")));
    let key = decision.effects[0].key.clone();
    let cancelled = story.at("2026-12-01T07:00").act(cancel("WO-1"));
    assert_eq!((cancelled.cancel, story.messages().len()), (vec![key], 0));
    assert_eq!(story.state("WO-1"), S::Cancelled);
    assert_eq!((story.desk.next_due(), story.tasks().len()), (None, 0));
    // A plan that has not heard of it changes nothing.
    story.plan(&[("WO-1/1", "bob", "2026-12-04T09:00", "2026-12-04T10:30")]);
    assert_eq!((story.state("WO-1"), story.messages().len()), (S::Cancelled, 0));
    let again = story.refuse(cancel("WO-1")).to_string();
    assert!(again.starts_with("work order `WO-1` is CANCELLED; missing: state RECEIVED or"), "{again}");
}

#[test]
fn window_that_changes_overnight_is_told_once_as_the_confirmation() {
    let mut story = Story::begin(utah());
    story.at("2026-11-30T22:15").call("WO-1", TRIP);
    story.plan(&[("WO-1/1", "bob", "2026-12-04T09:00", "2026-12-04T10:30")]);
    story.at("2026-12-01T06:00").plan(&[("WO-1/1", "bob", "2026-12-04T14:00", "2026-12-04T15:30")]);
    let messages = story.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].0 == M::Confirmation && messages[0].2.contains("2:00 PM"), "{messages:?}");
}

#[test]
fn night_of_a_clock_change_ends_at_the_same_local_hour() {
    let mut story = Story::begin(utah());
    // Clocks go forward on the 14th of March 2027.
    story.at("2027-03-13T22:00").call("WO-1", TRIP);
    story.plan(&[("WO-1/1", "ann", "2027-03-16T09:00", "2027-03-16T10:30")]);
    assert_eq!(story.messages()[0].1, at("2027-03-14T08:00"));
}

#[test]
fn on_the_way_in_quiet_hours_is_not_sent_at_all() {
    let mut story = promised();
    story.at("2026-12-02T07:30").act(dispatch("WO-1/1", "bob"));
    story.check_in("WO-1/1", "bob", K::EnRoute);
    assert_eq!(story.kinds(), [M::Confirmation]);
}

#[test]
fn on_the_way_is_said_once_per_promise() {
    let mut story = Story::begin(utah());
    story.call("WO-1", "replace panel, 200 A service");
    let file = || Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() };
    story.act(file());
    let mut short = record("WO-1/permit", PermitState::Issued);
    if let Command::RecordPermit { expire, .. } = &mut short {
        *expire = Some(at("2026-12-03T09:00"));
    }
    story.act(short);
    story.plan(&[("WO-1/1", "ann", "2026-12-03T08:45", "2026-12-03T15:30")]);
    story.at("2026-12-03T08:30").act(dispatch("WO-1/1", "ann"));
    story.check_in("WO-1/1", "ann", K::EnRoute);
    // The permit runs out on the way, and is there again while the promise still holds.
    story.at("2026-12-03T09:00").tick();
    assert_eq!(story.state("WO-1"), S::AwaitingPermit);
    story.act(file());
    story.issue("WO-1/permit");
    story.plan(&[("WO-1/1", "ann", "2026-12-03T09:30", "2026-12-03T16:15")]);
    story.act(dispatch("WO-1/1", "ann"));
    story.check_in("WO-1/1", "ann", K::EnRoute);
    assert_eq!((story.state("WO-1"), story.kinds()), (S::EnRoute, vec![M::Confirmation, M::OnTheWay]));
}

#[test]
fn visit_that_begins_before_anybody_may_be_written_to_is_a_call_to_make() {
    let mut story = Story::begin(utah());
    story.at("2026-11-30T22:00").call("WO-1", TRIP);
    story.plan(&[("WO-1/1", "bob", "2026-12-01T07:00", "2026-12-01T08:30")]);
    assert_eq!((story.messages().len(), story.tasks()), (0, vec!["CALL_CUSTOMER"]));
    let task = story.desk.tasks().next().expect("there is one").id.clone();
    story.act(Command::FinishTask { task: task.clone() });
    assert_eq!(story.refuse(Command::FinishTask { task }).to_string(), "no task `task-1`");
}

#[test]
fn promised_visit_that_the_plan_leaves_out_is_a_task_until_it_has_a_place_again() {
    let mut story = promised();
    story.plan(&[]);
    assert_eq!((story.state("WO-1"), story.tasks()), (S::Qualified, vec!["KEEP_PROMISE"]));
    story.plan(&[("WO-1/1", "bob", "2026-12-02T09:30", "2026-12-02T11:00")]);
    assert_eq!((story.state("WO-1"), story.tasks().len()), (S::Scheduled, 0));
    assert_eq!(story.kinds(), [M::Confirmation]);
}

#[test]
fn reports_out_of_order_are_refused_with_what_is_missing() {
    let mut story = promised();
    story.call("WO-2", TRIP);
    story.plan(&[
        ("WO-1/1", "bob", "2026-12-02T09:00", "2026-12-02T10:30"),
        ("WO-2/1", "bob", "2026-12-02T11:00", "2026-12-02T12:30"),
    ]);
    let early = story.refuse(check_in("WO-1/1", "bob", K::OnSite)).to_string();
    assert_eq!(early, "visit `WO-1/1` is SCHEDULED; missing: state EN_ROUTE");
    let wrong = story.refuse(dispatch("WO-1/1", "cal")).to_string();
    assert_eq!(wrong, "visit `WO-1/1` is SCHEDULED; missing: a plan with `cal`, it has `bob`");
    story.at("2026-12-02T08:30").act(dispatch("WO-1/1", "bob"));
    story.act(dispatch("WO-2/1", "bob"));
    let other = story.refuse(check_in("WO-1/1", "ann", K::EnRoute)).to_string();
    assert_eq!(other, "technician_id: is `ann`, the visit is `bob`'s");
    story.check_in("WO-1/1", "bob", K::EnRoute);
    let busy = story.refuse(check_in("WO-2/1", "bob", K::EnRoute)).to_string();
    assert_eq!(busy, "visit `WO-2/1` is DISPATCHED; missing: visit `WO-1/1` done by `bob`");
    let future = Command::CheckIn {
        visit: "WO-1/1".into(),
        technician: "bob".into(),
        kind: K::OnSite,
        time: Some(at("2026-12-02T08:31")),
        eta: None,
    };
    assert!(
        story.refuse(future).to_string().starts_with("check_in_time: is 2026-12-02T15:31:00Z, after now")
    );
    let unfinished = story.refuse(complete("WO-1/1", VisitOutcome::Done, vec![], &[])).to_string();
    assert_eq!(unfinished, "visit `WO-1/1` is EN_ROUTE; missing: state ON_SITE");
    story.check_in("WO-1/1", "bob", K::OnSite);
    let unknown = story.refuse(complete("WO-1/1", VisitOutcome::Done, vec![], &[("GOLD", 1)])).to_string();
    assert_eq!(unknown, "parts_used[0].sku: `GOLD` is no part of the rule book, so nobody knows its price");
}

#[test]
fn dispatch_names_all_that_is_missing_and_by_itself_asks_a_person() {
    let mut story = Story::begin(utah());
    story.call("WO-1", "replace panel, 200 A service");
    story.act(Command::FilePermit { permit: "WO-1/permit".into(), etag: String::new() });
    story.issue("WO-1/permit");
    story.plan(&[("WO-1/1", "cal", "2026-12-02T09:00", "2026-12-02T16:00")]);
    // Somebody took the panels out of the warehouse.
    let location = journeyman_desk::Location::Warehouse("main".into());
    let change = journeyman_desk::StockChange::Counted(0);
    story.act(Command::AdjustStock { location, sku: "PANEL-200".into(), change });
    let refusal = story.refuse(dispatch("WO-1/1", "cal")).to_string();
    assert_eq!(
        refusal,
        "visit `WO-1/1` is SCHEDULED; missing: a master license of `cal` for `us-ut-st-george` on 2026-12-02; \
         part `PANEL-200`: 0 of 1 set aside"
    );
    story.at("2026-12-02T07:00").tick();
    assert_eq!((story.state("WO-1"), story.tasks()), (S::Scheduled, vec!["DISPATCH"]));
    let task = story.desk.tasks().next().expect("there is one");
    assert_eq!(task.items.len(), 2);
}

#[test]
fn customer_without_phone_and_mail_is_not_written_to() {
    let mut story = Story::begin(utah());
    let silent = Box::new(Call { contact_phone: String::new(), ..call(TRIP) });
    story.act(Command::TakeCall { work_order: "WO-1".into(), call: silent, jurisdiction: CITY.into() });
    story.act(qualify("WO-1", "breaker-trip"));
    story.plan(&[("WO-1/1", "bob", "2026-12-02T09:00", "2026-12-02T10:30")]);
    assert_eq!((story.state("WO-1"), story.messages().len()), (S::Scheduled, 0));
}
