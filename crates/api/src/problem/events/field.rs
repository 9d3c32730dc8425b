//! People and their reports.

use journeyman_domain::{EventKind, Newcomer, Report, Shift, TechnicianId};

use super::{News, Reader};
use crate::problem::enums::value;
use crate::problem::{people, places};
use crate::violation::{Field, ViolationCode};
use crate::wire;

impl<'a> Reader<'a> {
    pub(super) fn sick_out(&self, out: &'a wire::SickOut, at: &Field<'_>) -> Option<EventKind> {
        let technician = self.technician(&out.technician_id, at);
        let shift = if out.shift_id.is_empty() { None } else { Some(self.shift(&out.shift_id, at)?) };
        if let (Some(technician), Some(shift)) = (technician, shift)
            && self.problem.shift(shift).technician != technician
        {
            at.field("shift_id").refuse(ViolationCode::Conflict, "is a shift of another technician");
        }
        let cx = self.context(&News::default(), at);
        let from = cx.clock.instant(&at.field("from_time"), out.from_time);
        Some(EventKind::SickOut { technician: technician?, shift, from })
    }

    pub(super) fn shift_changed(&self, changed: &'a wire::ShiftChanged, at: &Field<'_>) -> Option<EventKind> {
        let technician = self.technician(&changed.technician_id, at);
        let shift_at = at.field("shift");
        let Some(shift) = &changed.shift else {
            shift_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        let cx = self.context(&News::default(), at);
        let window = people::read_shift_window(&cx, shift, &shift_at);
        let technician = technician?;
        let replaces = self.problem.shift_ids().find(|&id| self.problem.shift(id).label == shift.id);
        if shift.id.is_empty() {
            shift_at.field("id").refuse(ViolationCode::Required, "needed");
        }
        if replaces.is_some_and(|id| self.problem.shift(id).technician != technician) {
            shift_at.field("id").refuse(ViolationCode::Conflict, "is a shift of another technician");
        }
        let whose = (technician, self.home_of(technician));
        let read = people::read_shift(&cx, shift, whose, window?, &shift_at);
        Some(EventKind::ShiftChanged { shift: Box::new(read), replaces })
    }

    /// Where the technician's shifts start; nothing where there is none.
    fn home_of(&self, technician: TechnicianId) -> &'a str {
        let own = self.problem.shifts.iter().find(|shift| shift.technician == technician);
        own.map_or("", |shift| self.problem.place(shift.start_place).label.as_str())
    }

    pub(super) fn technician_joined(
        &self,
        joined: &wire::TechnicianJoined,
        (name, at): (&'static str, &Field<'_>),
    ) -> Option<EventKind> {
        let technician_at = at.field(name);
        let Some(technician) = &joined.technician else {
            technician_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        let all = self.problem.shifts.len() + technician.shifts.len();
        let sizes = at.field("places").at_most(joined.places.len(), self.limits.list_entries)
            & technician_at.field("shifts").at_most(all, self.limits.shifts);
        sizes.then_some(())?;
        let news =
            News { places: &joined.places, technicians: std::slice::from_ref(technician), ..News::default() };
        let cx = self.context(&news, at);
        let id = TechnicianId::new(self.problem.technicians.len());
        let mut windows = Vec::new();
        let mut shifts: Vec<Shift> = Vec::new();
        for (index, shift) in technician.shifts.iter().enumerate() {
            let shift_at = technician_at.entry("shifts", index);
            let Some(window) = people::read_shift_window(&cx, shift, &shift_at) else { continue };
            windows.push((window, index));
            shifts.push(people::read_shift(&cx, shift, (id, &technician.home_place_id), window, &shift_at));
        }
        people::refuse_overlaps(windows, &technician.shifts, &technician_at);
        let read = people::read_technician(&cx, technician, &technician_at);
        let places = self.new_places(&joined.places, at);
        let names = self.new_names(cx);
        Some(EventKind::TechnicianJoined(Box::new(Newcomer { places, names, technician: read, shifts })))
    }

    pub(super) fn ends(
        &self,
        visit: &str,
        (name, end): (&'static str, Option<wire::Timestamp>),
        at: &Field<'_>,
    ) -> Option<EventKind> {
        let visit = self.visit(visit, at);
        let cx = self.context(&News::default(), at);
        let end = cx.clock.needed(&at.field(name), end);
        Some(EventKind::VisitEnds { visit: visit?, end: end? })
    }

    pub(super) fn located(&self, located: &wire::TechnicianLocated, at: &Field<'_>) -> Option<EventKind> {
        let technician = self.technician(&located.technician_id, at);
        let coordinates_at = at.field("coordinates");
        let Some(coordinates) = located.coordinates else {
            coordinates_at.refuse(ViolationCode::Required, "needed");
            return None;
        };
        let point = places::point(&coordinates_at, coordinates);
        if matches!(self.problem.travel, journeyman_domain::TravelSpec::Matrix(_)) {
            let text = "travel is a matrix, which has no way to a new place";
            coordinates_at.refuse(ViolationCode::Conflict, text);
        }
        Some(EventKind::TechnicianLocated { technician: technician?, point: point? })
    }

    pub(super) fn checked_in(&self, report: &wire::CheckedIn, at: &Field<'_>) -> Option<EventKind> {
        let visit = self.visit(&report.visit_id, at);
        let technician = self.technician(&report.technician_id, at);
        let kind_at = at.field("kind");
        let kind = match value(&kind_at, report.kind)? {
            wire::CheckInKind::Unspecified => {
                kind_at.refuse(ViolationCode::Required, "needed");
                return None;
            }
            wire::CheckInKind::EnRoute => Report::EnRoute,
            wire::CheckInKind::OnSite => Report::OnSite,
            wire::CheckInKind::Started => Report::Started,
            wire::CheckInKind::Paused => Report::Paused,
            wire::CheckInKind::Resumed => Report::Resumed,
            wire::CheckInKind::Done => Report::Done,
        };
        Some(EventKind::CheckedIn { visit: visit?, technician: technician?, report: kind })
    }
}
