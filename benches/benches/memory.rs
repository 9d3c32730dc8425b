//! What a proof gains from the routes that the one before an event has left: after each event the same state is improved
//! for the same time, once with them and once by a session that has just been opened on it. What that has promised may
//! differ a little, so gaps compare and costs do not. And what the first answer's bound gains from a proof between events.
//!
//! `JOURNEYMAN_EVENTS` says how many events.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]

use std::error::Error;
use std::time::Duration;

use journeyman_benches::{Morning, within};
use journeyman_domain::{Event, Plan, Problem};
use journeyman_engine::{Control, EngineError, Session, Wishes};

const EVENTS: usize = 12;
const BEFORE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_secs(2);
const TIMES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::var("JOURNEYMAN_EVENTS").map_or(Ok(EVENTS), |text| text.parse())?;
    let mut morning = Morning::begin(&within(BEFORE))?;
    let mut gaps: [[Vec<f64>; 2]; 3] = Default::default();
    let mut at_once = Vec::new();
    println!("event               gap at once   time   gap with memory   gap without");
    for number in 1..=events {
        let (event, first) = morning.go_on()?;
        let (session, first) = (&mut morning.session, first.plan);
        at_once.push(gap(&first));
        let kind = format!("{:?}", event.kind);
        let name: String = kind.chars().take_while(char::is_ascii_alphabetic).collect();
        let (time, gaps) = (TIMES[number % TIMES.len()], &mut gaps[number % TIMES.len()]);
        let (mut cold, _) = Session::open(session.day(), session.now())?;
        let nothing = |_: usize, _: &Problem| -> Result<Event, EngineError> { Ok(event.clone()) };
        cold.reassign(0, nothing, session.now(), Wishes::default())?;
        let without = improved(&mut cold, time)?;
        let with = improved(session, time)?;
        session.reprove(&within(BETWEEN), &Control::default(), &mut |_| {})?;
        for (gaps, plan) in gaps.iter_mut().zip([&with, &without]) {
            gaps.push(gap(plan));
        }
        println!(
            "{:<4} {name:<15} {:>8.2} % {:>4} s {:>15.2} % {:>11.2} %",
            event.label,
            gap(&first) * 100.0,
            time.as_secs(),
            gap(&with) * 100.0,
            gap(&without) * 100.0,
        );
    }
    println!("at once: median gap {:.2} %", median(&mut at_once));
    for (time, [with, without]) in TIMES.iter().zip(&mut gaps) {
        println!(
            "{} s: median gap {:.2} % with, {:.2} % without",
            time.as_secs(),
            median(with),
            median(without)
        );
    }
    Ok(())
}

fn improved(session: &mut Session, time: Duration) -> Result<Plan, EngineError> {
    Ok(session.improve(&within(time), &Control::default(), &mut |_| {})?.plan)
}

/// Share of the cost that is not proved; all where the bound speaks of other numbers of unserved visits.
fn gap(plan: &Plan) -> f64 {
    plan.bound.gap_to(plan.score()).unwrap_or(1.0)
}

fn median(gaps: &mut [f64]) -> f64 {
    gaps.sort_by(f64::total_cmp);
    gaps[gaps.len() / 2] * 100.0
}
