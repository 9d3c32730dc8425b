//! What a proof gains from the routes that the one before an event has left: after each event the same state is improved
//! for the same time, once with them and once by a session that has just been opened on it. What that has promised may
//! differ a little, so gaps compare and costs do not. And what the first answer's bound gains from a proof between events.
//!
//! `JOURNEYMAN_EVENTS` says how many events.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]

use std::error::Error;
use std::time::Duration;

use journeyman_benches::random_event;
use journeyman_domain::{Event, Plan, Problem, Time};
use journeyman_engine::{Control, EngineError, Session, SolveOptions, Wishes};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

const EVENTS: usize = 12;
const BEFORE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_secs(2);
const TIMES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

fn main() -> Result<(), Box<dyn Error>> {
    let events = std::env::var("JOURNEYMAN_EVENTS").map_or(Ok(EVENTS), |text| text.parse())?;
    let problem = reference_day(20, 100, 1, Town::StGeorge)?.problem;
    let tick = problem.ticks.time_ticks_per_unit;
    let (mut session, _) = Session::open(problem, Time::MIN)?;
    session.improve(&within(BEFORE), &Control::default(), &mut |_| {})?;
    let mut draw = Pcg64Mcg::seed_from_u64(1);
    let mut now = Time::from_ticks(9 * 3_600 * tick);
    let mut gaps: [[Vec<f64>; 2]; 3] = Default::default();
    let mut at_once = Vec::new();
    println!("event               gap at once   time   gap with memory   gap without");
    let mut number = 0;
    while number < events {
        now = Time::from_ticks(now.ticks() + draw.random_range(30..120) * tick);
        let kind = random_event(session.problem(), now, &mut draw);
        let event = Event { label: format!("E{}", number + 1), time: now, kind };
        let read = |_: usize, _: &Problem| -> Result<Event, EngineError> { Ok(event.clone()) };
        let first = match session.reassign(1, read, now, Wishes::default()) {
            Ok(first) => first.plan,
            // What has happened can't change: another one.
            Err(EngineError::Event { .. } | EngineError::FrozenStopsDoNotFit { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        number += 1;
        at_once.push(gap(&first));
        let kind = format!("{:?}", event.kind);
        let name: String = kind.chars().take_while(char::is_ascii_alphabetic).collect();
        let (time, gaps) = (TIMES[number % TIMES.len()], &mut gaps[number % TIMES.len()]);
        let (mut cold, _) = Session::open(session.day(), session.now())?;
        let nothing = |_: usize, _: &Problem| -> Result<Event, EngineError> { Ok(event.clone()) };
        cold.reassign(0, nothing, session.now(), Wishes::default())?;
        let without = improved(&mut cold, time)?;
        let with = improved(&mut session, time)?;
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

fn within(time: Duration) -> SolveOptions {
    SolveOptions { time_limit: Some(time), threads: 2, ..SolveOptions::default() }
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
