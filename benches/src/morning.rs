//! What comes in on a morning.

use journeyman_domain::{Call, Duration, EventKind, Problem, TechnicianId, Time, TimeWindow, Visit, VisitId};
use rand::Rng;
use rand_pcg::Pcg64Mcg;

/// What may happen on a morning, calls more often than the rest.
pub fn random_event(day: &Problem, now: Time, draw: &mut Pcg64Mcg) -> EventKind {
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
