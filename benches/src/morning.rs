//! What comes in on a morning.

use std::error::Error;

use journeyman_domain::{
    Call, Duration, Event, EventKind, Problem, TechnicianId, Time, TimeWindow, Visit, VisitId,
};
use journeyman_engine::{Control, EngineError, Reply, Session, SolveOptions, Wishes};
use journeyman_sim::reference_day::reference_day;
use journeyman_sim::town::Town;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The reference day of 20 × 100 from nine o'clock on, an event every minute or so.
pub struct Morning {
    /// As it stands.
    pub session: Session,
    now: Time,
    draw: Pcg64Mcg,
    happened: usize,
}

impl Morning {
    /// A day that was improved before anything happens.
    ///
    /// # Errors
    /// What the session says.
    pub fn begin(options: &SolveOptions) -> Result<Self, Box<dyn Error>> {
        let problem = reference_day(20, 100, 1, Town::StGeorge)?.problem;
        let now = Time::from_ticks(9 * 3_600 * problem.ticks.time_ticks_per_unit);
        let (mut session, _) = Session::open(problem, Time::MIN)?;
        session.improve(options, &Control::default(), &mut |_| {})?;
        Ok(Self { session, now, draw: Pcg64Mcg::seed_from_u64(1), happened: 0 })
    }

    /// The next event that can have happened, and the first answer to it.
    ///
    /// # Errors
    /// What the session says.
    pub fn go_on(&mut self) -> Result<(Event, Reply), EngineError> {
        loop {
            let tick = self.session.problem().ticks.time_ticks_per_unit;
            self.now = Time::from_ticks(self.now.ticks() + self.draw.random_range(30..120) * tick);
            let kind = random_event(self.session.problem(), self.now, &mut self.draw);
            let event = Event { label: format!("E{}", self.happened + 1), time: self.now, kind };
            let read = |_: usize, _: &Problem| -> Result<Event, EngineError> { Ok(event.clone()) };
            match self.session.reassign(1, read, self.now, Wishes::default()) {
                Ok(first) => {
                    self.happened += 1;
                    return Ok((event, first));
                }
                // What has happened can't change: another one.
                Err(EngineError::Event { .. } | EngineError::FrozenStopsDoNotFit { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Two threads for so long.
pub fn within(time: std::time::Duration) -> SolveOptions {
    SolveOptions { time_limit: Some(time), threads: 2, ..SolveOptions::default() }
}

/// What may happen on a morning, calls more often than the rest.
fn random_event(day: &Problem, now: Time, draw: &mut Pcg64Mcg) -> EventKind {
    let visit = VisitId::new(draw.random_range(0..day.visits.len()));
    let hours = |count: i64| Duration::from_ticks(count * 3_600 * day.ticks.time_ticks_per_unit);
    let any_time = vec![TimeWindow { start: now, end: now + hours(8) }];
    match draw.random_range(0..40) {
        0..=19 => {
            let noun = day.visit(visit).clone();
            let label = format!("call at {}", now.ticks());
            let call = Visit { label, windows: any_time, soft_end: None, pin: None, promise: None, ..noun };
            EventKind::CallReceived(Box::new(Call { visits: vec![call], ..Call::default() }))
        }
        20..=27 => EventKind::Cancelled(vec![visit]),
        28..=31 => EventKind::Rescheduled { visit, windows: any_time, promise: None },
        32..=38 => EventKind::VisitEnds { visit, end: now + hours(1) },
        _ => {
            let technician = TechnicianId::new(draw.random_range(0..day.technicians.len()));
            EventKind::SickOut { technician, shift: None, from: Some(now) }
        }
    }
}
