//! Where technicians are.
//!
//! Before the first stop a position is where the route starts, on the way it says when he arrives. Behind the last stop
//! that is done it is a stop itself, without work: what comes next starts from there, by the one arithmetic that there is.

use journeyman_domain::{
    BaselineStop, Call, Duration, GeoPoint, Place, PlaceId, ShiftId, Stop, TechnicianId, Time, TimeWindow,
    Visit, VisitId, WorkOrderId,
};

use super::{EventError, Told, begun};

/// Who is this near to where he was served last, in seconds of driving, stands there still.
const STANDS_THERE_S: i64 = 60;

impl Told {
    /// Who has not set out starts from where he is; who is under way arrives when the rest of the way is driven. Who is
    /// done with his last stop and elsewhere goes on from where he is. While he works by what is known, his position says
    /// nothing.
    pub(super) fn locate(
        &mut self,
        technician: TechnicianId,
        point: GeoPoint,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        let shift = self.shift_at(technician, now)?;
        if self.problem.shift(shift).window.start > now {
            // Before the shift it does not matter.
            return Ok(());
        }
        let here = PlaceId::new(self.problem.places.len());
        // Unique, however often he is located.
        let label = format!("{}{}", self.position_of(technician), here.index());
        self.learn_places(&[Place { label: label.clone(), point: Some(point) }])?;
        let stops = &self.route_mut(shift).stops;
        let under_way = stops.iter().rposition(|stop| begun(stop, now));
        match under_way {
            None => {
                let noun = &mut self.problem.shifts[shift.index()];
                noun.start_place = here;
                self.loosen_all();
            }
            Some(at) if stops[at].start.is_some_and(|start| start > now) => {
                let stop = stops[at].stop;
                let arrives = now + self.travel.duration_at(here, self.place_of(stop), now);
                let start = self.opens(shift, stop, arrives);
                self.route_mut(shift).stops[at].start = Some(start);
                if let Stop::Visit(visit) = stop {
                    self.loosen(visit);
                }
            }
            Some(at) => return self.locate_behind((shift, at), (here, label), (now, number)),
        }
        self.concern_open(shift, now, number);
        Ok(())
    }

    /// The same of who has begun his last stop: where he is done with it, he goes on from here.
    fn locate_behind(
        &mut self,
        (shift, at): (ShiftId, usize),
        (here, label): (PlaceId, String),
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        let last = self.route_mut(shift).stops[at];
        let (start, technician) = (last.start.unwrap_or(now), self.problem.shift(shift).technician);
        let (from, work) = match last.stop {
            Stop::Visit(visit) => (self.problem.visit(visit).place, self.problem.visit(visit).duration),
            Stop::Pickup(pickup) => (self.problem.pickup(pickup).place, self.problem.pickup(pickup).duration),
        };
        let drive = self.travel.duration_at(from, here, now);
        let nearby = Duration::from_ticks(STANDS_THERE_S * self.problem.ticks.time_ticks_per_unit);
        if start + work >= now || drive <= nearby {
            return Ok(());
        }
        let known = match last.stop {
            Stop::Visit(visit) if self.is_position(visit, technician) => Some(visit),
            Stop::Visit(_) | Stop::Pickup(_) => None,
        };
        let only_now = vec![TimeWindow { start: now, end: now }];
        match known {
            Some(visit) => {
                let noun = &mut self.problem.visits[visit.index()];
                (noun.place, noun.windows) = (here, only_now);
                self.route_mut(shift).stops[at].start = Some(now);
            }
            None => {
                let order = WorkOrderId::new(self.problem.work_orders.len());
                let visit = VisitId::new(self.problem.visits.len());
                let spread = Some(Duration::ZERO);
                let position =
                    Visit { duration_spread: spread, ..Visit::bare(label.clone(), order, here, only_now) };
                let call = Call { work_order: Some(label), visits: vec![position], ..Call::default() };
                self.receive(&call, number)?;
                // A stop without work is none of those that a shift may have at most.
                let most = &mut self.problem.shifts[shift.index()].visits_max;
                *most = most.map(|most| most.saturating_add(1));
                let left = (now - drive).max(start + work);
                let stop = Stop::Visit(visit);
                let stop = BaselineStop { stop, leave_for: Some(left), start: Some(now), told: None };
                self.route_mut(shift).stops.insert(at + 1, stop);
            }
        }
        self.loosen_all();
        self.concern_open(shift, now, number);
        Ok(())
    }

    /// How positions of a technician are called.
    fn position_of(&self, technician: TechnicianId) -> String {
        format!("{}'s position ", self.problem.technician(technician).label)
    }

    fn is_position(&self, visit: VisitId, technician: TechnicianId) -> bool {
        let noun = self.problem.visit(visit);
        noun.duration == Duration::ZERO && noun.label.starts_with(&self.position_of(technician))
    }

    /// How many stops without work a shift has.
    pub(super) fn positions_on(&self, shift: ShiftId) -> u32 {
        let technician = self.problem.shift(shift).technician;
        let routes = self.problem.baseline.iter().filter(|route| route.shift == shift);
        let positions = routes
            .flat_map(|route| &route.stops)
            .filter(|stop| matches!(stop.stop, Stop::Visit(visit) if self.is_position(visit, technician)));
        u32::try_from(positions.count()).expect("visits are limited far below 2^32")
    }
}
