//! Routes that the search meets, for a proof that runs beside it: they are the columns that column generation would
//! otherwise have to look for.

use std::sync::{Mutex, MutexGuard, PoisonError};

use journeyman_domain::Problem;
use journeyman_milp::{ColumnPool, PoolParams, Sequence};
use journeyman_search::Solution;

/// Routes that wait for a proof at most; of more the newest stay, which are of better plans.
const WAITING_MAX: usize = 20_000;

/// Routes that the proof has not taken yet.
#[derive(Debug, Default)]
pub(crate) struct Finds(Mutex<Vec<Sequence>>);

impl Finds {
    /// Leaves routes for the proof.
    pub(crate) fn leave(&self, routes: impl Iterator<Item = Sequence>) {
        let mut waiting = self.open();
        waiting.extend(routes);
        let surplus = waiting.len().saturating_sub(WAITING_MAX);
        waiting.drain(..surplus);
    }

    /// Takes what has come since the last time.
    pub(crate) fn take(&self) -> Vec<Sequence> {
        std::mem::take(&mut *self.open())
    }

    fn open(&self) -> MutexGuard<'_, Vec<Sequence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the routes that one thread of the search meets, and leaves those that are new for a proof, if one is beside it.
pub(crate) struct Gatherer<'f> {
    pub(crate) pool: ColumnPool,
    finds: Option<&'f Finds>,
}

impl<'f> Gatherer<'f> {
    pub(crate) fn new(problem: &Problem, finds: Option<&'f Finds>) -> Self {
        Self { pool: new_pool(problem), finds }
    }

    /// Takes note of all routes of a solution. O(stops).
    pub(crate) fn note(&mut self, solution: &Solution) {
        let routes = solution.routes().iter().filter(|route| !route.is_empty());
        let pool = &mut self.pool;
        let fresh = routes.filter(|route| pool.offer(route));
        match self.finds {
            None => fresh.for_each(drop),
            Some(finds) => finds.leave(fresh.map(|route| (route.shift(), route.stops().to_vec()))),
        }
    }
}

pub(crate) fn new_pool(problem: &Problem) -> ColumnPool {
    ColumnPool::new(problem, PoolParams::default())
}

#[cfg(test)]
mod tests {
    use journeyman_domain::{ShiftId, Stop, VisitId};

    use super::{Finds, WAITING_MAX};

    #[test]
    fn what_nobody_takes_makes_room_for_what_is_newer() {
        let route = |visit: usize| (ShiftId::new(0), vec![Stop::Visit(VisitId::new(visit))]);
        let finds = Finds::default();
        finds.leave((0..WAITING_MAX).map(route));
        finds.leave((WAITING_MAX..WAITING_MAX + 3).map(route));
        let taken = finds.take();
        assert_eq!((taken.len(), &taken[0]), (WAITING_MAX, &route(3)));
        assert_eq!(taken.last(), Some(&route(WAITING_MAX + 2)));
        assert!(finds.take().is_empty());
    }
}
