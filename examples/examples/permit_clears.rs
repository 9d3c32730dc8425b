//! A visit waits for its permit, which is issued at ten: the plan makes room for it, and says what that costs.
//!
//! `make example name=permit_clears`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{Permit, PermitIssued, PermitState, Timestamp, Visit, event};
use journeyman_examples::{Story, bound_of};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut story = Story::begin(6, |problem| {
        // The first visit that may be served nearly any time of the day needs a permit, which is only filed.
        problem.permits.push(Permit {
            id: "P-204".to_owned(),
            kind: "service-upgrade".to_owned(),
            state: PermitState::Filed.into(),
            ..Permit::default()
        });
        let mut visits = problem.work_orders.iter_mut().flat_map(|order| &mut order.visits);
        let any_time = |visit: &&mut Visit| {
            visit.time_windows.iter().any(|window| {
                let seconds = |time: Option<Timestamp>| time.map_or(0, |time| time.seconds);
                seconds(window.end_time) - seconds(window.start_time) >= 8 * 3_600
            })
        };
        let free = visits.find(any_time).expect("some visits may be served any time");
        free.permit_ids = vec!["P-204".to_owned()];
    })
    .await?;
    println!("the day is planned: {}", bound_of(&story.plan));
    let waits = story.plan.unassigned.iter().find(|left| left.awaiting.is_some());
    let waits = waits.context("a visit waits for its permit")?.clone();
    println!("{} is not planned: {}", waits.visit_id, waits.text);

    println!("\n10:00: the permit P-204 is issued");
    let issued = PermitIssued {
        permit_id: "P-204".to_owned(),
        issued_time: Some(story.at(10, 0)),
        ..PermitIssued::default()
    };
    let time = story.at(10, 0);
    let answer = story.answer(time, event::Kind::PermitIssued(issued), 2).await?;
    let difference = answer.difference.unwrap_or_default();
    story.tell(&difference).iter().for_each(|line| println!("{line}"));
    let plan = answer.plan.context("an answer has a plan")?;
    if let Some(left) = plan.unassigned.iter().find(|left| left.visit_id == waits.visit_id) {
        println!("{} still has no place: {}", left.visit_id, left.text);
    }
    println!("the new plan costs {}", bound_of(&plan));
    Ok(())
}
