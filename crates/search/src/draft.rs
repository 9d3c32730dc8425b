//! A solution being changed, with what it takes to change it back.

use journeyman_domain::{Cost, ShiftId, Stop, VisitId};
use journeyman_route::{Insertion, Route, RouteModel};

use crate::Solution;

/// A solution and, of each route changed since the last [`Draft::begin`], how it was before.
#[derive(Debug)]
pub(crate) struct Draft {
    solution: Solution,
    saved: Vec<Route>,
    /// Routes that are no longer needed, for their memory.
    spare: Vec<Route>,
}

impl Draft {
    pub(crate) fn new(solution: Solution) -> Self {
        Self { solution, saved: Vec::new(), spare: Vec::new() }
    }

    pub(crate) fn solution(&self) -> &Solution {
        &self.solution
    }

    /// Becomes like another solution; nothing can be undone.
    pub(crate) fn restart(&mut self, other: &Solution) {
        self.begin();
        self.solution.become_like(other);
    }

    /// What changes from here on can be undone.
    pub(crate) fn begin(&mut self) {
        self.spare.append(&mut self.saved);
    }

    /// As [`Solution::insert`].
    pub(crate) fn insert(&mut self, model: &RouteModel<'_>, insertion: &Insertion) -> bool {
        self.save(insertion.shift);
        self.solution.insert(model, insertion)
    }

    /// As [`Solution::remove`].
    pub(crate) fn remove(&mut self, model: &RouteModel<'_>, shift: ShiftId, gone: &[VisitId]) -> bool {
        self.save(shift);
        self.solution.remove(model, shift, gone)
    }

    /// As [`Solution::exchange`].
    pub(crate) fn replace(
        &mut self,
        model: &RouteModel<'_>,
        one: (ShiftId, Vec<Stop>),
        other: (ShiftId, Vec<Stop>),
    ) -> bool {
        self.save(one.0);
        self.save(other.0);
        self.solution.exchange(model, one, other)
    }

    /// What all changes together add to the cost of the routes.
    pub(crate) fn routes_delta(&self) -> Cost {
        let rise = |before: &Route| self.solution.route(before.shift()).cost() - before.cost();
        self.saved.iter().map(rise).sum()
    }

    /// Everything as it was at [`Draft::begin`].
    pub(crate) fn undo(&mut self, model: &RouteModel<'_>) {
        while let Some(route) = self.saved.pop() {
            let spare = self.solution.restore(model, route);
            self.spare.push(spare);
        }
    }

    fn save(&mut self, shift: ShiftId) {
        if self.saved.iter().all(|route| route.shift() != shift) {
            let route = self.solution.route(shift);
            let saved = match self.spare.pop() {
                Some(mut spare) => {
                    spare.clone_from(route);
                    spare
                }
                None => route.clone(),
            };
            self.saved.push(saved);
        }
    }
}
