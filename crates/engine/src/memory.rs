//! Routes that outlive the proof that found them: the next one, of a day that events have changed, begins with them.
//!
//! Column generation spends most of its time on finding again what it knew before the call came in. Whether a route still
//! fits, and what it costs now, the proof works out itself; here only the words are translated.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use journeyman_domain::{Problem, Stop, VisitId};
use journeyman_milp::Sequence;

/// What the last proof of a day under way made use of. A proof that was told to stop may still write.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Option<Remembered>>);

#[derive(Debug)]
struct Remembered {
    /// What the ids mean.
    day: Arc<Problem>,
    routes: Vec<Sequence>,
}

impl Memory {
    /// Keeps the routes of a proof; those of none are not worth forgetting others for.
    pub(crate) fn keep(&self, day: &Arc<Problem>, routes: Vec<Sequence>) {
        if !routes.is_empty() {
            *self.open() = Some(Remembered { day: Arc::clone(day), routes });
        }
    }

    /// The routes in the words of another state of the day, less what is gone. Shifts and pickups are never taken away, so
    /// that their ids stay. O(stops of all routes + visits).
    pub(crate) fn of(&self, day: &Problem) -> Vec<Sequence> {
        let known = self.open();
        let Some(Remembered { day: before, routes }) = &*known else { return Vec::new() };
        if std::ptr::eq(&raw const **before, day) {
            return routes.clone();
        }
        let ids: BTreeMap<&str, VisitId> =
            day.visit_ids().map(|visit| (day.visit(visit).label.as_str(), visit)).collect();
        let now: Vec<Option<VisitId>> =
            before.visits.iter().map(|visit| ids.get(visit.label.as_str()).copied()).collect();
        let translated = |stop: &Stop| match *stop {
            Stop::Visit(visit) => now[visit.index()].map(Stop::Visit),
            Stop::Pickup(_) => Some(*stop),
        };
        let route = |(shift, stops): &Sequence| (*shift, stops.iter().filter_map(translated).collect());
        routes.iter().map(route).collect()
    }

    fn open(&self) -> MutexGuard<'_, Option<Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use journeyman_domain::ShiftId;
    use journeyman_testkit::ProblemBuilder;

    use super::*;

    fn day(visits: &[&str]) -> Arc<Problem> {
        let mut day = ProblemBuilder::new();
        day.horizon(1_000).technician("ana");
        day.shift("ana", 0, 1_000);
        visits.iter().enumerate().for_each(|(at, label)| {
            day.visit(label, (i64::try_from(at).expect("small"), 0));
        });
        Arc::new(day.build())
    }

    fn stops(visits: &[usize]) -> Vec<Stop> {
        visits.iter().map(|&visit| Stop::Visit(VisitId::new(visit))).collect()
    }

    #[test]
    fn a_route_is_told_in_the_ids_of_the_day_that_asks() {
        let memory = Memory::default();
        let route = (ShiftId::new(0), stops(&[2, 0, 1]));
        memory.keep(&day(&["a", "b", "c"]), vec![route.clone()]);
        memory.keep(&day(&["x"]), Vec::new());
        assert_eq!(memory.of(&day(&["a", "b", "c"])), [route]);
        assert_eq!(memory.of(&day(&["c", "b", "d"])), [(ShiftId::new(0), stops(&[0, 1]))]);
    }
}
