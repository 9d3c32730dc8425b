//! Events of people: who is out, whose shift is another, who joins.

use journeyman_domain::{Frozen, Newcomer, Shift, ShiftId, Stop, TechnicianId, Time, VisitId};

use super::{EventError, Told, begun};
use crate::day::refuse_unreachable;

impl Told {
    /// Out at once, or for the whole shift: nothing is added to what has begun. Out from a later time: back home by
    /// then.
    pub(super) fn sick_out(
        &mut self,
        technician: TechnicianId,
        shift: Option<ShiftId>,
        from: Option<Time>,
        (now, number): (Time, usize),
    ) -> Result<(), EventError> {
        let concerned = |(id, noun): &(ShiftId, &Shift)| {
            noun.technician == technician
                && shift.is_none_or(|only| only == *id)
                && noun.window.end > from.unwrap_or(now).min(now)
        };
        let shifts: Vec<ShiftId> =
            self.problem.shift_ids().zip(&self.problem.shifts).filter(concerned).map(|(id, _)| id).collect();
        if shifts.is_empty() {
            let technician = self.problem.technician(technician).label.clone();
            return Err(EventError::NoShift { technician });
        }
        for id in shifts {
            let noun = &mut self.problem.shifts[id.index()];
            match from.filter(|&from| from > now && from > noun.window.start) {
                Some(from) if from < noun.window.end => {
                    noun.window.end = from;
                    noun.soft_end = noun.soft_end.min(from);
                }
                Some(_) => continue,
                None => noun.out = true,
            }
            self.concern_open(id, now, number);
        }
        Ok(())
    }

    pub(super) fn change_shift(
        &mut self,
        shift: &Shift,
        replaces: Option<ShiftId>,
        number: usize,
    ) -> Result<(), EventError> {
        let id = replaces.unwrap_or_else(|| ShiftId::new(self.problem.shifts.len()));
        let others = self.problem.shift_ids().zip(&self.problem.shifts);
        let overlaps = |(other, noun): (ShiftId, &Shift)| {
            other != id
                && noun.technician == shift.technician
                && noun.window.start < shift.window.end
                && shift.window.start < noun.window.end
        };
        if others.into_iter().any(overlaps) {
            return Err(EventError::Overlap { shift: shift.label.clone() });
        }
        refuse_unreachable(&self.problem, [shift.start_place, shift.end_place].into_iter())?;
        match replaces {
            Some(id) => {
                let positions = self.positions_on(id);
                let most = shift.visits_max.map(|most| most.saturating_add(positions));
                let shift = Shift { visits_max: most, ..shift.clone() };
                let before = std::mem::replace(&mut self.problem.shifts[id.index()], shift.clone());
                if !is_narrower(&shift, &before) {
                    self.loosen_all();
                }
                self.concern_open(id, Time::MIN, number);
            }
            None => {
                self.problem.shifts.push(shift.clone());
                self.loosen_all();
            }
        }
        Ok(())
    }

    pub(super) fn join(&mut self, newcomer: &Newcomer) -> Result<(), EventError> {
        self.learn_places(&newcomer.places)?;
        let ends = newcomer.shifts.iter().flat_map(|shift| [shift.start_place, shift.end_place]);
        refuse_unreachable(&self.problem, ends)?;
        self.learn_names(&newcomer.names);
        self.problem.technicians.push(newcomer.technician.clone());
        self.problem.shifts.extend(newcomer.shifts.iter().cloned());
        self.loosen_all();
        Ok(())
    }

    /// An event concerns what has not begun of a shift's route.
    pub(super) fn concern_open(&mut self, shift: ShiftId, now: Time, number: usize) {
        let Some(route) = self.problem.baseline.iter().find(|route| route.shift == shift) else { return };
        let open = route.stops.iter().filter(|stop| !begun(stop, now));
        let visits: Vec<VisitId> = open
            .filter_map(|stop| match stop.stop {
                Stop::Visit(visit) => Some(visit),
                Stop::Pickup(_) => None,
            })
            .collect();
        visits.into_iter().for_each(|visit| self.concern(visit, number));
    }

    /// The shift of a technician at a time; the next one where he has none then.
    pub(super) fn shift_at(&self, technician: TechnicianId, time: Time) -> Result<ShiftId, EventError> {
        let own = self.problem.shift_ids().zip(&self.problem.shifts);
        own.filter(|(_, noun)| noun.technician == technician && noun.window.end >= time)
            .min_by_key(|(_, noun)| noun.window.start)
            .map(|(id, _)| id)
            .ok_or_else(|| EventError::NoShift {
                technician: self.problem.technician(technician).label.clone(),
            })
    }
}

/// Whether every route of the new shift was one of the old, for no more money.
fn is_narrower(new: &Shift, old: &Shift) -> bool {
    let frozen = |shift: &Shift| shift.frozen.as_ref().map(|frozen: &Frozen| frozen.stops.len());
    new.technician == old.technician
        && (new.start_place, new.end_place, new.rates) == (old.start_place, old.end_place, old.rates)
        && new.breaks == old.breaks
        && new.window.start >= old.window.start
        && new.window.end <= old.window.end
        && new.soft_end <= old.soft_end
        && new.visits_max.unwrap_or(u32::MAX) <= old.visits_max.unwrap_or(u32::MAX)
        && (new.out || !old.out)
        && frozen(new) == frozen(old)
}
