//! The first answer of a board, without the wire and with nothing else running: a call and a sick-out, each put to the same
//! state, and where the time goes between.

#![expect(clippy::print_stdout, reason = "prints its table")]
#![expect(clippy::disallowed_methods, reason = "times what a client waits for")]

use std::error::Error;
use std::time::{Duration, Instant};

use journeyman_domain::{Call, Event, EventKind, Problem, TechnicianId, Time, TimeWindow, VisitId};
use journeyman_engine::{Control, EngineError, Session, SolveOptions, Wishes};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;

/// Technicians, visits, seconds of improvement before the first event, events of each kind.
const DAYS: [(usize, usize, u64, usize); 2] = [(20, 100, 5, 200), (200, 1_200, 20, 40)];

fn main() -> Result<(), Box<dyn Error>> {
    println!("day         event     count  p50 ms  p99 ms");
    for (people, visits, seconds, events) in DAYS {
        let problem = reference_day(people, visits, 1, Town::StGeorge)?.problem;
        let nine = Time::from_ticks(9 * 3_600 * problem.ticks.time_ticks_per_unit);
        let (mut session, _) = Session::open(problem, Time::MIN)?;
        let options = SolveOptions {
            time_limit: Some(Duration::from_secs(seconds)),
            iterations_max: None,
            seed: 1,
            threads: 2,
            gap_limit: None,
        };
        session.improve(&options, &Control::default(), &mut |_| {})?;
        for (name, kind) in [("call", call as fn(&Problem, usize) -> EventKind), ("sick-out", sick_out)] {
            let mut waits = Vec::new();
            for number in 0..events {
                let mut next = session.clone();
                let begin = Instant::now();
                let read = |_: usize, day: &Problem| -> Result<Event, EngineError> {
                    Ok(Event { label: "E".to_owned(), time: nine, kind: kind(day, number) })
                };
                next.reassign(1, read, nine, Wishes::default())?;
                waits.push(begin.elapsed());
            }
            tell(&format!("{people} x {visits}"), name, waits);
        }
    }
    Ok(())
}

/// Work like that of some visit, any time of the day, at the same place.
fn call(day: &Problem, number: usize) -> EventKind {
    let like = day.visit(VisitId::new(number * 7 % day.visits.len()));
    let mut visit = like.clone();
    visit.label = format!("call {number}");
    visit.windows = vec![TimeWindow { start: Time::ZERO, end: Time::ZERO + day.horizon }];
    visit.soft_end = None;
    visit.pin = None;
    EventKind::CallReceived(Box::new(Call { visits: vec![visit], ..Call::default() }))
}

fn sick_out(day: &Problem, number: usize) -> EventKind {
    let technician = TechnicianId::new(number % day.technicians.len());
    EventKind::SickOut { technician, shift: None, from: None }
}

fn tell(day: &str, event: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)].as_secs_f64() * 1e3;
    println!("{day:<11} {event:<9} {:>5} {:>7.1} {:>7.1}", waits.len(), at(50), at(99));
}
