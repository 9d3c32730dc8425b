//! Reports from the field: who is where, what has started, what is done.

use journeyman_domain::{
    BaselineStop, Duration, PlaceId, Report, ShiftId, Stop, TechnicianId, Time, VisitId,
};

use super::{EventError, Told, begun};

impl Told {
    /// A visit under way will be done at `end`: its time on site is what lies between.
    pub(super) fn ends(
        &mut self,
        visit: VisitId,
        end: Time,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        let label = || self.problem.visit(visit).label.clone();
        let Some((route, at)) = self.position(visit) else {
            return Err(EventError::NotStarted { visit: label() });
        };
        let stop = self.problem.baseline[route].stops[at];
        let Some(start) = stop.start.filter(|_| begun(&stop, now)) else {
            return Err(EventError::NotStarted { visit: label() });
        };
        if end < start {
            return Err(EventError::EndsBeforeStart { visit: label() });
        }
        let noun = &mut self.problem.visits[visit.index()];
        let earlier = end - start < noun.duration;
        noun.duration = end - start;
        if earlier {
            self.loosen(visit);
        }
        let shift = self.problem.baseline[route].shift;
        self.concern_open(shift, now, number);
        Ok(())
    }

    /// What a technician reports overrules the plan: the visit is his, and next, whatever was planned.
    pub(super) fn check_in(
        &mut self,
        visit: VisitId,
        technician: TechnicianId,
        report: Report,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        let shift = self.shift_of_report(visit, technician, now)?;
        match report {
            Report::EnRoute | Report::OnSite | Report::Started => {
                let at = self.comes_next(visit, shift, now);
                let (leaves, arrives) = self.times_of(shift, at, report, now);
                let route = self.route_mut(shift);
                let stop = &mut route.stops[at];
                (stop.leave_for, stop.start) = (Some(leaves), Some(arrives));
                if at == 0 {
                    route.departure = Some(leaves);
                }
                // Who starts this now has not begun what lies behind it, whatever the clock made of that.
                for stop in route.stops[at + 1..].iter_mut().filter(|stop| begun(stop, now)) {
                    let later = Some(arrives.max(now));
                    (stop.leave_for, stop.start) = (later, later);
                }
                // Perhaps outside of its windows.
                self.loosen(visit);
                self.concern_open(shift, now, number);
                Ok(())
            }
            Report::Paused => {
                self.must_have_begun(visit, now)?;
                self.paused.retain(|&(paused, _)| paused != visit);
                self.paused.push((visit, now));
                Ok(())
            }
            Report::Resumed => {
                self.must_have_begun(visit, now)?;
                let Some(at) = self.paused.iter().position(|&(paused, _)| paused == visit) else {
                    return Ok(());
                };
                let (_, since) = self.paused.swap_remove(at);
                let noun = &mut self.problem.visits[visit.index()];
                noun.duration += (now - since).max(Duration::ZERO);
                self.concern_open(shift, now, number);
                Ok(())
            }
            Report::Done => {
                self.paused.retain(|&(paused, _)| paused != visit);
                // Who is done at this very moment has begun before.
                self.ends(visit, now, (now + Duration::from_ticks(1), number))
            }
        }
    }

    fn must_have_begun(&self, visit: VisitId, now: Time) -> Result<(), EventError> {
        if self.has_begun(visit, now) {
            return Ok(());
        }
        Err(EventError::NotStarted { visit: self.problem.visit(visit).label.clone() })
    }

    /// The shift of the technician that has the visit, or the one at the time of the report.
    fn shift_of_report(
        &self,
        visit: VisitId,
        technician: TechnicianId,
        now: Time,
    ) -> Result<ShiftId, EventError> {
        let planned = self.position(visit).map(|(route, _)| self.problem.baseline[route].shift);
        match planned.filter(|&shift| self.problem.shift(shift).technician == technician) {
            Some(shift) => Ok(shift),
            None => self.shift_at(technician, now),
        }
    }

    /// Puts a visit behind what has begun of a route; its position there.
    fn comes_next(&mut self, visit: VisitId, shift: ShiftId, now: Time) -> usize {
        let known = self.position(visit).map(|(route, at)| {
            let route = &mut self.problem.baseline[route];
            (route.shift, at, route.stops[at])
        });
        if let Some((holder, at, stop)) = known {
            if holder == shift && begun(&stop, now) {
                return at;
            }
            self.route_mut(holder).stops.remove(at);
        }
        let route = self.route_mut(shift);
        let at = route.stops.iter().position(|stop| !begun(stop, now)).unwrap_or(route.stops.len());
        let stop = known.map_or(
            BaselineStop { stop: Stop::Visit(visit), leave_for: None, start: None, told: None },
            |(_, _, stop)| stop,
        );
        route.stops.insert(at, stop);
        at
    }

    /// When the technician left for a stop and starts it, by what is reported now.
    fn times_of(&self, shift: ShiftId, at: usize, report: Report, now: Time) -> (Time, Time) {
        let Ok(route) = self.problem.baseline.binary_search_by_key(&shift, |route| route.shift) else {
            return (now, now);
        };
        let stops = &self.problem.baseline[route].stops;
        let place = |stop: &BaselineStop| self.place_of(stop.stop);
        let from = if at == 0 { self.problem.shift(shift).start_place } else { place(&stops[at - 1]) };
        let to = place(&stops[at]);
        let planned = stops[at].leave_for;
        let arrived_by = |due: Time| self.travel.latest_departure(from, to, due);
        match report {
            Report::EnRoute => {
                let arrives = now + self.travel.duration_at(from, to, now);
                (now, self.opens(shift, stops[at].stop, arrives))
            }
            Report::OnSite => {
                (planned.unwrap_or(now).min(arrived_by(now)), self.opens(shift, stops[at].stop, now))
            }
            _ => (planned.unwrap_or(now).min(arrived_by(now)), now),
        }
    }

    /// When the work can start for who is there at `arrives`: waiting for a window that is still to come, if that leaves
    /// time to do the work and drive home.
    pub(super) fn opens(&self, shift: ShiftId, stop: Stop, arrives: Time) -> Time {
        let Stop::Visit(visit) = stop else { return arrives };
        let noun = self.problem.visit(visit);
        let back = |start: Time| {
            let home = self.problem.shift(shift).end_place;
            self.travel.earliest_arrival(noun.place, home, start + noun.duration).arrival
        };
        let end = self.problem.horizon_window().end;
        let starts = noun
            .windows
            .iter()
            .filter(|window| window.end >= arrives)
            .map(|window| window.start.max(arrives));
        starts.min().filter(|&start| back(start) <= end).unwrap_or(arrives)
    }

    pub(super) fn place_of(&self, stop: Stop) -> PlaceId {
        match stop {
            Stop::Visit(visit) => self.problem.visit(visit).place,
            Stop::Pickup(pickup) => self.problem.pickup(pickup).place,
        }
    }
}
