//! A solution being changed, with what it takes to change it back.

use journeyman_domain::{Cost, ShiftId, VisitId};
use journeyman_route::{Insertion, Route, RouteModel};

use crate::Solution;

/// A solution and, of each route changed since the last [`Draft::begin`], how it was before.
#[derive(Debug)]
pub(crate) struct Draft {
    solution: Solution,
    saved: Vec<Route>,
}

impl Draft {
    pub(crate) fn new(solution: Solution) -> Self {
        Self { solution, saved: Vec::new() }
    }

    pub(crate) fn solution(&self) -> &Solution {
        &self.solution
    }

    /// What changes from here on can be undone.
    pub(crate) fn begin(&mut self) {
        self.saved.clear();
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

    /// What all changes together add to the cost of the routes.
    pub(crate) fn routes_delta(&self) -> Cost {
        let rise = |before: &Route| self.solution.route(before.shift()).cost() - before.cost();
        self.saved.iter().map(rise).sum()
    }

    /// Everything as it was at [`Draft::begin`].
    pub(crate) fn undo(&mut self, model: &RouteModel<'_>) {
        while let Some(route) = self.saved.pop() {
            self.solution.restore(model, route);
        }
    }

    fn save(&mut self, shift: ShiftId) {
        if self.saved.iter().all(|route| route.shift() != shift) {
            self.saved.push(self.solution.route(shift).clone());
        }
    }
}
