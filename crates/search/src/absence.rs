//! What absent visits weigh in the annealing: more, the longer no place is found for them.

use journeyman_domain::{Cost, VisitId};

use crate::{SearchModel, SearchParams};

/// Weights of unserved visits. They guide the annealing only; scores are of the true penalties.
#[derive(Clone, Debug)]
pub(crate) struct Absence {
    weights: Vec<Cost>,
    /// Per visit: how often it was tried in vain since its weight last rose.
    vain: Vec<u32>,
}

impl Absence {
    pub(crate) fn new(model: &SearchModel<'_>) -> Self {
        let visits = model.routes().problem().visit_ids();
        let weights: Vec<Cost> = visits.map(|visit| model.absence(visit)).collect();
        Self { vain: vec![0; weights.len()], weights }
    }

    /// Remembers of some visits what another does.
    pub(crate) fn take_over(&mut self, other: &Self, visits: &[VisitId]) {
        for visit in visits.iter().map(|visit| visit.index()) {
            self.weights[visit] = other.weights[visit];
            self.vain[visit] = other.vain[visit];
        }
    }

    /// The weight of a visit.
    #[inline]
    pub(crate) fn weight(&self, visit: VisitId) -> Cost {
        self.weights[visit.index()]
    }

    /// A visit that the current solution leaves out was tried in vain; returns by how much its weight rose.
    pub(crate) fn tried_in_vain(
        &mut self,
        model: &SearchModel<'_>,
        params: &SearchParams,
        visit: VisitId,
    ) -> Cost {
        let vain = &mut self.vain[visit.index()];
        *vain += 1;
        if *vain < params.absence_patience {
            return Cost::ZERO;
        }
        *vain = 0;
        let (own, weight) = (model.absence(visit), &mut self.weights[visit.index()]);
        let rise =
            Cost::from_micros(own.micros() / params.absence_steps).min(own * params.absence_most - *weight);
        *weight += rise;
        rise
    }

    /// It has a place again: the weight falls back.
    pub(crate) fn served(&mut self, model: &SearchModel<'_>, visit: VisitId) {
        self.vain[visit.index()] = 0;
        self.weights[visit.index()] = model.absence(visit);
    }
}
