//! What people report: on the way, there, begun, done; each when it truly happens.
//!
//! A plan may still think that somebody is done while the office has not heard that he is not. Reports say what is true: who
//! is not done has not left for what comes next.

use journeyman_desk::CheckInKind;
use journeyman_domain::Time;

use super::{Cycle, Placed};
use crate::trade_year::day::DayContext;
use crate::trade_year::record::CallRecord;

/// How far a visit has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) enum Reached {
    #[default]
    Nothing,
    Way,
    Site,
    Work,
    End,
}

/// How much was reported of the visit of a call, on which day, and for when.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Reported {
    day: Option<usize>,
    reached: Reached,
    moment: i64,
}

impl Reported {
    pub(super) fn has_ended(&self, day: usize) -> bool {
        self.day == Some(day) && self.reached == Reached::End
    }
}

/// Something to report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Report {
    at: Time,
    /// What ends at a moment does so before what begins then.
    begins: bool,
    technician: usize,
    call: usize,
    reached: Reached,
}

impl Cycle<'_> {
    /// Reports of everything that has happened before a time, as the plan in force and the truth have it.
    pub(super) fn report(
        &mut self,
        day: &DayContext<'_>,
        now: Time,
        plan: &[Placed<'_>],
        records: &[CallRecord],
    ) {
        let mut reports: Vec<Report> = Vec::new();
        for technician in 0..day.firm.technicians() {
            let mut free = Time::MIN;
            for &(call, _, stop) in plan.iter().filter(|&&(_, of, _)| of == technician) {
                let leaves = stop.leg.departure.max(free);
                if leaves >= now || stop.leg.departure >= now {
                    break;
                }
                let arrives = stop.arrival.max(leaves + stop.leg.duration);
                let begins = stop.start.max(arrives);
                let ends = begins + day.history.calls[call].on_site(records[call].comes_back);
                let moments = [
                    (leaves, Reached::Way),
                    (arrives, Reached::Site),
                    (begins, Reached::Work),
                    (ends, Reached::End),
                ];
                for (at, reached) in moments.into_iter().filter(|&(at, _)| at < now) {
                    let begins = reached != Reached::End;
                    reports.push(Report { at, begins, technician, call, reached });
                }
                free = ends;
            }
        }
        reports.sort_unstable();
        for report in reports {
            self.hear(day, report, records);
        }
    }

    fn hear(&mut self, day: &DayContext<'_>, report: Report, records: &[CallRecord]) {
        let Report { at, technician, call, reached, .. } = report;
        let known = &mut self.reported[call];
        if known.day == Some(day.day) && known.reached >= reached {
            return;
        }
        // A plan says of a way that was driven only when it would have been early enough, and not always the same.
        let last = if known.day == Some(day.day) { known.moment } else { i64::MIN };
        let moment = day.moment(at).max(last);
        *known = Reported { day: Some(day.day), reached, moment };
        // What is due before it at the desk comes first.
        self.run(moment - 1);
        let kind = match reached {
            Reached::Nothing => return,
            Reached::Way => CheckInKind::EnRoute,
            Reached::Site => CheckInKind::OnSite,
            Reached::Work => CheckInKind::Started,
            Reached::End => CheckInKind::Done,
        };
        self.check_in((call, technician), kind, moment);
        if reached == Reached::End {
            self.complete(call, moment, records[call].comes_back);
        }
    }
}
