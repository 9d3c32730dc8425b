//! Is one more journeyman worth it? And what if he were sick? Both plans side by side, in dollars, with their bounds.
//!
//! `make example name=what_if`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use anyhow::Context;
use journeyman_api::wire::{
    Change, Duration, Event, LicenseClass, SickOut, SolveOptions, Technician, WhatIfRequest, change, event,
};
use journeyman_examples::{Story, bound_of, dollars};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut story = Story::begin(4, |_| {}).await?;
    println!("the day is planned: {}", bound_of(&story.plan));

    let one_more = change::Change::AddTechnician(newcomer(&story)?);
    ask(&mut story, "one more journeyman", one_more).await?;

    let technician_id = story.busiest()?.technician_id.clone();
    let title = format!("{technician_id} out for the day");
    let out = SickOut { technician_id, ..SickOut::default() };
    let event = Event {
        id: "E-1".to_owned(),
        event_time: Some(story.at(7, 0)),
        kind: Some(event::Kind::SickOut(out)),
    };
    ask(&mut story, &title, change::Change::Event(event)).await
}

/// Somebody like the first journeyman of the day, with the same home.
fn newcomer(story: &Story) -> anyhow::Result<Technician> {
    let journeyman = |technician: &&Technician| {
        technician.licenses.iter().any(|license| license.license_class() == LicenseClass::Journeyman)
    };
    let mut like =
        story.problem.technicians.iter().find(journeyman).context("there is a journeyman")?.clone();
    like.id = "tech-new".to_owned();
    like.display_name = "somebody new".to_owned();
    for shift in &mut like.shifts {
        shift.id = format!("new {}", shift.id);
    }
    Ok(like)
}

async fn ask(story: &mut Story, title: &str, change: change::Change) -> anyhow::Result<()> {
    let request = WhatIfRequest {
        basis: story.basis(),
        changes: vec![Change { change: Some(change) }],
        options: Some(SolveOptions {
            time_limit: Some(Duration::from_seconds(12)),
            threads: Some(2),
            ..SolveOptions::default()
        }),
    };
    let answer = story.scheduler.what_if(request).await?.into_inner();
    let plan = |solved: Option<journeyman_api::wire::SolveResponse>| solved.and_then(|solved| solved.plan);
    let before = plan(answer.before).context("a plan as it is")?;
    let after = plan(answer.after).context("a plan as it would be")?;
    println!("\nwhat if: {title}?");
    println!("  as it is       {}", bound_of(&before));
    println!("  as it would be {}", bound_of(&after));
    let (is, would) = (before.cost.unwrap_or_default(), after.cost.unwrap_or_default());
    for (term, difference) in [
        (
            "driving",
            would.paid_time_micros - is.paid_time_micros + would.distance_micros - is.distance_micros,
        ),
        ("overtime", would.overtime_micros - is.overtime_micros),
        ("visits left out", would.unserved_micros - is.unserved_micros),
        ("all together", would.total_micros - is.total_micros),
    ] {
        println!("  {term:<16} {:>10}", dollars(difference));
    }
    let moved = answer.difference.unwrap_or_default().changes.len();
    println!("  {moved} visits would stand elsewhere");
    Ok(())
}
