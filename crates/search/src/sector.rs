//! What one thread may change: some shifts, and the visits that they serve or could.

use journeyman_domain::{ShiftId, VisitId};

use crate::{SearchModel, SearchParams};

/// What an iteration is told of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub(crate) model: &'s SearchModel<'s>,
    pub(crate) params: &'s SearchParams,
    pub(crate) sector: &'s Sector,
}

/// Shifts and visits that belong together for a while. As long as only its own shifts change, and only by its own
/// visits, disjoint parts of one solution can be searched apart and joined again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sector {
    /// Its visits, in order.
    visits: Vec<VisitId>,
    /// Which visits and which shifts are its own: 64 to a word, a bit each.
    own_visits: Vec<u64>,
    own_shifts: Vec<u64>,
}

impl Sector {
    /// Of these shifts and visits.
    pub(crate) fn of(
        model: &SearchModel<'_>,
        shifts: impl IntoIterator<Item = ShiftId>,
        visits: impl IntoIterator<Item = VisitId>,
    ) -> Self {
        let problem = model.routes().problem();
        let own_shifts = bits(problem.shifts.len(), shifts.into_iter().map(ShiftId::index));
        let own_visits = bits(problem.visits.len(), visits.into_iter().map(VisitId::index));
        let mut part = Self { visits: Vec::new(), own_visits, own_shifts };
        part.visits = problem.visit_ids().filter(|&visit| part.owns(visit)).collect();
        part
    }

    /// The whole day.
    pub(crate) fn whole(model: &SearchModel<'_>) -> Self {
        let problem = model.routes().problem();
        Self::of(model, problem.shift_ids(), problem.visit_ids())
    }

    /// Its visits, in order.
    pub fn visits(&self) -> &[VisitId] {
        &self.visits
    }

    /// Whether a visit is its own.
    #[inline]
    pub fn owns(&self, visit: VisitId) -> bool {
        self.own_visits[visit.index() / 64] >> (visit.index() % 64) & 1 == 1
    }

    /// Whether the route of a shift is its own.
    #[inline]
    pub fn has(&self, shift: ShiftId) -> bool {
        self.own_shifts[shift.index() / 64] >> (shift.index() % 64) & 1 == 1
    }

    /// Its shifts: 64 to a word, a bit each.
    #[inline]
    pub(crate) fn shifts(&self) -> &[u64] {
        &self.own_shifts
    }
}

fn bits(count: usize, set: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut words = vec![0; count.div_ceil(64)];
    for at in set {
        words[at / 64] |= 1 << (at % 64);
    }
    words
}
