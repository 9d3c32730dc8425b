//! What happens to a planned day, over real sockets: calls, sick-outs, permits, and plans that no longer hold.

use std::time::Duration;

use journeyman_api::wire::{self, SolveOptions};
use journeyman_tests::PlannedDay;
use tonic::Code;
use tonic_types::StatusExt;

fn event(id: &str, time: wire::Timestamp, kind: wire::event::Kind) -> wire::Event {
    wire::Event { id: id.to_owned(), event_time: Some(time), kind: Some(kind) }
}

/// Shift of every served visit.
fn served(plan: &wire::Plan) -> Vec<(String, String)> {
    let stops = plan.routes.iter().flat_map(|route| route.stops.iter().map(move |stop| (route, stop)));
    let mut served: Vec<(String, String)> = stops
        .filter_map(|(route, stop)| match &stop.kind {
            Some(wire::stop::Kind::Visit(visit)) => Some((visit.visit_id.clone(), route.shift_id.clone())),
            _ => None,
        })
        .collect();
    served.sort();
    served
}

#[tokio::test]
async fn a_call_is_added_and_nobody_else_notices() {
    let day = PlannedDay::new().await;
    let answer = day.reassign(vec![event("E-1", day.at(-30), day.call("V-new"))]).await.expect("an answer");
    let plan = answer.plan.expect("a plan");
    assert!(served(&plan).iter().any(|(visit, _)| visit == "V-new"), "{plan:?}");
    let bound = plan.bound.expect("a bound");
    assert!(bound.bound_micros > 0 && bound.bound_micros <= bound.cost_micros, "{bound:?}");
    let changes = answer.difference.expect("a difference").changes;
    let new = changes.iter().find(|change| change.visit_id == "V-new").expect("it is new");
    assert_eq!((new.kind(), new.event_id.as_str()), (wire::ChangeKind::Added, "E-1"));
    for change in changes.iter().filter(|change| change.visit_id != "V-new") {
        assert_eq!(change.kind(), wire::ChangeKind::TimeMoved, "{change:?}");
        assert!(!change.promise_moved, "{change:?}");
    }
}

#[tokio::test]
async fn a_technician_who_is_sick_gets_nothing_more_and_each_move_says_why() {
    let day = PlannedDay::new().await;
    let route = &day.plan.routes[0];
    let kind = wire::event::Kind::SickOut(wire::SickOut {
        technician_id: route.technician_id.clone(),
        ..wire::SickOut::default()
    });
    let answer = day.reassign(vec![event("E-sick", day.at(-60), kind)]).await.expect("an answer");
    let plan = answer.plan.expect("a plan");
    assert!(plan.routes.iter().all(|other| other.shift_id != route.shift_id));
    let before = served(&day.plan);
    let lost: Vec<&str> =
        before.iter().filter(|(_, shift)| *shift == route.shift_id).map(|(v, _)| v.as_str()).collect();
    let repaired: Vec<&str> = answer.repairs.iter().map(|repair| repair.visit_id.as_str()).collect();
    assert_eq!(sorted(&lost), sorted(&repaired), "each of them could not stay");
    for repair in &answer.repairs {
        let reason = repair.reason.as_ref().expect("a rule");
        assert_eq!(reason.code(), wire::ReasonCode::TechnicianOut, "{repair:?}");
    }
    let changes = answer.difference.expect("a difference").changes;
    for visit in lost {
        let change =
            changes.iter().find(|change| change.visit_id == visit).expect("it is elsewhere or left out");
        assert_eq!(change.event_id, "E-sick", "{change:?}");
    }
}

fn sorted<'a>(labels: &[&'a str]) -> Vec<&'a str> {
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    labels
}

#[tokio::test]
async fn events_that_cannot_be_are_refused_by_field_or_by_what_has_happened() {
    let day = PlannedDay::new().await;
    let mut broken = day.call("V-new");
    if let wire::event::Kind::CallReceived(call) = &mut broken {
        call.work_order.as_mut().expect("an order").visits[0].place_id = "nowhere".to_owned();
    }
    let status = day.reassign(vec![event("E-1", day.at(0), broken)]).await.expect_err("no such place");
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let violations = &details.bad_request().expect("BadRequest").field_violations;
    let field = "events[0].call_received.work_order.visits[0].place_id";
    assert!(violations.iter().any(|violation| violation.field == field), "{violations:?}");

    let first = served(&day.plan).into_iter().find(|(_, shift)| *shift == day.plan.routes[0].shift_id);
    let started = day.plan.routes[0].stops.iter().find_map(|stop| match &stop.kind {
        Some(wire::stop::Kind::Visit(visit)) => Some(visit.visit_id.clone()),
        _ => None,
    });
    let subject = Some(wire::cancelled::Subject::VisitId(started.expect("a visit")));
    let kind = wire::event::Kind::Cancelled(wire::Cancelled { subject });
    let status = day.reassign(vec![event("E-2", day.at(1), kind)]).await.expect_err("it is under way");
    assert_eq!(status.code(), Code::FailedPrecondition, "{status:?} {first:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().expect("ErrorInfo").reason, "VISIT_HAS_STARTED");

    let none = day.reassign(Vec::new()).await.expect_err("nothing happened");
    assert_eq!(none.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn any_old_plan_is_accepted_and_what_could_not_stay_is_said() {
    let mut day = PlannedDay::new().await;
    let unknown = wire::Stop {
        kind: Some(wire::stop::Kind::Visit(wire::VisitStop {
            visit_id: "V-gone".to_owned(),
            ..Default::default()
        })),
        ..wire::Stop::default()
    };
    // A stop that nobody knows, and the first route served by two, its times forgotten.
    let mut twin = day.plan.routes[0].clone();
    twin.shift_id.clone_from(&day.plan.routes[1].shift_id);
    day.plan.routes[0].stops.insert(0, unknown);
    day.plan.routes[1].stops.extend(twin.stops);
    for stop in day.plan.routes.iter_mut().flat_map(|route| &mut route.stops) {
        (stop.start_time, stop.leg) = (None, None);
    }
    let answer = day.reassign(vec![event("E-1", day.at(-60), day.call("V-new"))]).await.expect("an answer");
    assert!(answer.repairs.iter().any(|repair| repair.visit_id == "V-gone"), "{:?}", answer.repairs);
    assert!(answer.repairs.iter().any(|repair| !repair.text.is_empty()));
    assert!(served(&answer.plan.expect("a plan")).len() >= 15);
}

#[tokio::test]
async fn a_stream_begins_with_the_repair_and_ends_with_the_best() {
    let day = PlannedDay::new().await;
    let mut request = day.request(vec![event("E-1", day.at(-30), day.call("V-new"))]);
    request.improve_for = Some(Duration::from_secs(60).into());
    request.options = Some(SolveOptions { iterations_max: Some(300), ..SolveOptions::default() });
    let call = wire::ReassignStreamRequest { reassign: Some(request) };
    let mut stream = day.server.scheduler().await.reassign_stream(call).await.expect("a stream").into_inner();
    let (mut costs, mut last) = (Vec::new(), None);
    while let Some(message) = stream.message().await.expect("answers") {
        let plan = message.answer.clone().expect("an answer").plan.expect("a plan");
        let bound = plan.bound.expect("a bound");
        costs.push((bound.mandatory_unserved, bound.cost_micros));
        last = Some(message);
    }
    assert!(costs.is_sorted_by(|before, after| before >= after), "{costs:?}");
    assert!(last.expect("at least one").r#final);
}

#[tokio::test]
async fn a_budget_of_changes_is_kept() {
    let day = PlannedDay::new().await;
    let route = &day.plan.routes[0];
    let kind = wire::event::Kind::SickOut(wire::SickOut {
        technician_id: route.technician_id.clone(),
        ..wire::SickOut::default()
    });
    for most in [0, 2] {
        let mut request = day.request(vec![event("E-sick", day.at(-60), kind.clone())]);
        request.changes_max = Some(most);
        request.improve_for = Some(Duration::from_secs(60).into());
        request.options = Some(SolveOptions { iterations_max: Some(200), ..SolveOptions::default() });
        let answer = day.server.scheduler().await.reassign(request).await.expect("an answer").into_inner();
        let changes = answer.difference.expect("a difference").changes;
        let noticed = changes.iter().filter(|change| {
            let elsewhere = !matches!(change.kind(), wire::ChangeKind::TimeMoved | wire::ChangeKind::Added);
            change.event_id.is_empty() && (elsewhere || change.promise_moved)
        });
        assert!(noticed.count() <= usize::try_from(most).expect("few"), "{most}: {changes:?}");
    }
}

/// A copy of the first technician under another name.
fn one_more(problem: &wire::Problem) -> wire::Technician {
    let mut technician = problem.technicians[0].clone();
    technician.id = "tech-new".to_owned();
    technician.shifts.iter_mut().for_each(|shift| shift.id = "shift-new".to_owned());
    technician
}

async fn ask(
    day: &PlannedDay,
    changes: Vec<wire::change::Change>,
) -> Result<wire::WhatIfResponse, tonic::Status> {
    let planned = wire::PlannedDay { problem: Some(day.problem.clone()), plan: Some(day.plan.clone()) };
    let request = wire::WhatIfRequest {
        basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) }),
        changes: changes.into_iter().map(|change| wire::Change { change: Some(change) }).collect(),
        options: Some(SolveOptions {
            time_limit: Some(Duration::from_secs(120).into()),
            iterations_max: Some(500),
            ..SolveOptions::default()
        }),
    };
    day.server.scheduler().await.what_if(request).await.map(tonic::Response::into_inner)
}

fn total(solved: &Option<wire::SolveResponse>) -> i64 {
    let plan = solved.as_ref().and_then(|solved| solved.plan.as_ref()).expect("a plan");
    let bound = plan.bound.as_ref().expect("a bound");
    assert!(bound.bound_micros <= bound.cost_micros, "{bound:?}");
    bound.cost_micros
}

#[tokio::test]
async fn what_if_shows_both_plans_and_changes_neither() {
    let day = PlannedDay::new().await;
    let added = wire::change::Change::AddTechnician(one_more(&day.problem));
    let answer = ask(&day, vec![added]).await.expect("an answer");
    let difference = answer.difference.clone().expect("a difference");
    let (before, after) = (total(&answer.before), total(&answer.after));
    assert!(after <= before, "nobody has to use one more technician");
    assert_eq!(difference.cost_change.expect("by term").total_micros, after - before);

    // Twice the price of driving: both plans are costed by their own prices.
    let card = day.problem.rate_card.clone().unwrap_or_default();
    let card = wire::RateCard { hour_micros: card.hour_micros.map(|micros| 2 * micros), ..card };
    let dearer = ask(&day, vec![wire::change::Change::RateCard(card)]).await.expect("an answer");
    assert_eq!(total(&dearer.before), before, "the same search of the same plan");
    assert!(total(&dearer.after) > total(&dearer.before));

    // A visit that nobody may serve.
    let visit = day.problem.work_orders[0].visits[0].clone();
    let id = visit.id.clone();
    let skill = wire::SkillRequirement { skill: "levitation".to_owned(), level_min: None };
    let visit = wire::Visit { skills: vec![skill], ..visit };
    let harder = ask(&day, vec![wire::change::Change::Visit(visit)]).await.expect("an answer");
    let plan = harder.after.expect("an answer").plan.expect("a plan");
    let left = plan.unassigned.iter().find(|left| left.visit_id == id).expect("it is left out");
    assert_eq!(left.certainty(), wire::Certainty::ProvedIneligible);
}

#[tokio::test]
async fn a_question_that_cannot_be_is_refused_by_field() {
    let day = PlannedDay::new().await;
    let mut technician = one_more(&day.problem);
    technician.home_place_id = "nowhere".to_owned();
    let card = wire::change::Change::RateCard(wire::RateCard::default());
    let changes = vec![wire::change::Change::AddTechnician(one_more(&day.problem)), card];
    for (changes, field) in [
        (vec![wire::change::Change::AddTechnician(technician)], "changes[0].add_technician.home_place_id"),
        (changes, "changes[1].rate_card"),
        (Vec::new(), "changes"),
    ] {
        let status = ask(&day, changes).await.expect_err("it is refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
        let details = status.get_error_details();
        let violations = &details.bad_request().expect("BadRequest").field_violations;
        assert!(violations.iter().any(|violation| violation.field == field), "{violations:?}");
    }
}
