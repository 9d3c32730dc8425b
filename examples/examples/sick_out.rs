//! The busiest technician calls in sick at seven: who takes over, what is left out, what it costs. Once freely, once with
//! at most two customers more who notice anything. What each change is worth was found by solving again without it.
//!
//! `make example name=sick_out`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{
    Duration, Event, ReassignRequest, ReassignResponse, ResolveSavings, SickOut, SolveOptions, event,
};
use journeyman_examples::{Story, bound_of, visits};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut story = Story::begin(6, |_| {}).await?;
    println!("the day is planned: {}", bound_of(&story.plan));
    let route = story.busiest()?.clone();
    println!("\n07:00: {} is sick, and had {} visits", route.technician_id, visits(&route).count());
    let out = SickOut { technician_id: route.technician_id.clone(), ..SickOut::default() };

    for (changes_max, title) in [(None, "whatever is cheapest"), (Some(2), "at most two others notice")] {
        println!("\n== {title} ==");
        let event = Event {
            id: "E-sick".to_owned(),
            event_time: Some(story.at(7, 0)),
            kind: Some(event::Kind::SickOut(out.clone())),
        };
        let request = ReassignRequest {
            basis: story.basis(),
            events: vec![event],
            improve_for: Some(Duration::from_seconds(3)),
            changes_max,
            resolve_savings: Some(ResolveSavings {
                time_limit: Some(Duration::from_seconds(4)),
                ..ResolveSavings::default()
            }),
            options: Some(SolveOptions { threads: Some(2), ..SolveOptions::default() }),
            ..ReassignRequest::default()
        };
        let answer = story.scheduler.reassign(request).await?.into_inner();
        tell(&story, &answer)?;
    }
    Ok(())
}

fn tell(story: &Story, answer: &ReassignResponse) -> anyhow::Result<()> {
    let plan = answer.plan.as_ref().context("an answer has a plan")?;
    let difference = answer.difference.clone().unwrap_or_default();
    let of_event = difference.changes.iter().filter(|change| change.event_id == "E-sick");
    let (served, lost): (Vec<_>, Vec<_>) = of_event.partition(|change| change.after.is_some());
    let others = difference.changes.iter().filter(|change| {
        change.event_id.is_empty()
            && change.before.as_ref().map(|slot| &slot.shift_id)
                != change.after.as_ref().map(|slot| &slot.shift_id)
    });
    println!(
        "{} visits find somebody else, {} are left out, {} others change hands",
        served.len(),
        lost.len(),
        others.count()
    );
    story.tell(&difference).iter().for_each(|line| println!("{line}"));
    println!("the new plan costs {}", bound_of(plan));
    Ok(())
}
