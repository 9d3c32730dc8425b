//! Visits leave a problem without disturbing the others.

use crate::{Problem, Stop, VisitId};

impl Problem {
    /// Takes a visit out. The last visit of the list gets its id; everything that refers to it follows. O(size of the
    /// baseline + shifts).
    ///
    /// Returns the id that the last visit had before, which is `visit` itself where it was the last one.
    pub fn remove_visit(&mut self, visit: VisitId) -> VisitId {
        let last = VisitId::new(self.visits.len() - 1);
        self.visits.swap_remove(visit.index());
        let renamed = |id: VisitId| if id == last { visit } else { id };
        let follows = |stop: &mut Stop| match stop {
            Stop::Visit(id) if *id == visit => false,
            Stop::Visit(id) => {
                *id = renamed(*id);
                true
            }
            Stop::Pickup(_) => true,
        };
        for route in &mut self.baseline {
            route.stops.retain_mut(|stop| follows(&mut stop.stop));
        }
        for frozen in self.shifts.iter_mut().filter_map(|shift| shift.frozen.as_mut()) {
            frozen.stops.retain_mut(follows);
        }
        self.dependencies.retain_mut(|dependency| {
            let gone = dependency.before == visit || dependency.after == visit;
            (dependency.before, dependency.after) = (renamed(dependency.before), renamed(dependency.after));
            !gone
        });
        last
    }
}
