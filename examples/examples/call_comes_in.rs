//! A customer calls while everybody is on the road: who can go, when, what it costs, and who else must be told.
//!
//! `make example name=call_comes_in`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{CallReceived, Visit, WorkOrder, event};
use journeyman_examples::{Story, bound_of, dollars};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut story = Story::begin(6, |_| {}).await?;
    println!("the day is planned: {}", bound_of(&story.plan));

    // The work is like another of the day, at the same place, but urgent: between 11 and 13.
    let like = &story.problem.work_orders[0].visits[0];
    let window = journeyman_api::wire::TimeWindow {
        start_time: Some(story.at(11, 0)),
        end_time: Some(story.at(13, 0)),
    };
    let visit = Visit {
        id: "V-smoke".to_owned(),
        time_windows: vec![window],
        mandatory: true,
        penalty_micros: None,
        ..like.clone()
    };
    println!("\n09:40, a call: {} must be served between 11:00 and 13:00", visit.id);
    let order = WorkOrder { id: "WO-smoke".to_owned(), visits: vec![visit], ..WorkOrder::default() };
    let call = CallReceived { work_order: Some(order), ..CallReceived::default() };
    let time = story.at(9, 40);
    let answer = story.answer(time, event::Kind::CallReceived(call), 2).await?;

    let plan = answer.plan.context("an answer has a plan")?;
    let difference = answer.difference.unwrap_or_default();
    let new = difference.changes.iter().find(|change| change.visit_id == "V-smoke");
    match new.and_then(|change| change.after.as_ref()) {
        Some(slot) => {
            let told = slot.arrival_window.as_ref().and_then(|told| told.window).unwrap_or_default();
            println!(
                "{} comes; tell the customer {} to {}",
                slot.technician_id,
                story.clock(told.start_time),
                story.clock(told.end_time)
            );
        }
        None => println!("nobody can come"),
    }
    let moved = difference.changes.iter().filter(|change| change.promise_moved).count();
    let disruption = difference.cost_change.unwrap_or_default().disruption_micros;
    println!(
        "{moved} customers must be told another time; names and promises that change cost {}",
        dollars(disruption)
    );
    println!("\nwhat changes:");
    story.tell(&difference).iter().for_each(|line| println!("{line}"));
    println!("the new plan costs {}", bound_of(&plan));
    Ok(())
}
