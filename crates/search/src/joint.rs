//! A whole solution that is searched in sectors: cut, searched apart, joined, and cut elsewhere.
//!
//! Who searches the sectors, on which threads and how long, is the caller's business.

use journeyman_domain::{Score, StockQuantity};
use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use crate::absence::Absence;
use crate::cut::cut;
use crate::sector::Sector;
use crate::{Search, SearchModel, Solution};

/// What sectors are cut from and joined to.
pub struct Joint<'m> {
    model: &'m SearchModel<'m>,
    rng: Pcg64Mcg,
    /// Where the annealing stood at the cut. It stays so while sectors are joined, since others may not have entered
    /// theirs yet.
    current: Solution,
    absence: Absence,
    /// The same, as far as sectors were joined since.
    joined: Solution,
    absence_joined: Absence,
    /// The best of each sector since the cut, and so the best whole since then: sectors don't depend on each other.
    lowest: Solution,
    best: Solution,
    best_score: Score,
    sectors: Vec<Sector>,
}

impl<'m> Joint<'m> {
    /// Whether a day can be searched in sectors: not where shelves are limited, from which sectors would draw
    /// unknown to each other.
    pub fn suits(model: &SearchModel<'_>) -> bool {
        let mut shelves = model.routes().problem().pickups.iter().flat_map(|pickup| &pickup.stock);
        shelves.all(|shelf| shelf.quantity == StockQuantity::Unlimited)
    }

    /// Starts from a solution, not yet cut. The day must suit.
    pub fn new(model: &'m SearchModel<'m>, start: &Solution, seed: u64) -> Self {
        assert!(Self::suits(model), "a limited shelf is searched in one piece");
        Self {
            model,
            rng: Pcg64Mcg::seed_from_u64(seed),
            current: start.clone(),
            absence: Absence::new(model),
            joined: start.clone(),
            absence_joined: Absence::new(model),
            lowest: start.clone(),
            best: start.clone(),
            best_score: start.score(model.routes()),
            sectors: Vec::new(),
        }
    }

    /// The best solution so far and its score.
    pub fn best(&self) -> (&Solution, Score) {
        (&self.best, self.best_score)
    }

    /// Where the annealing stood at the cut.
    pub(crate) fn current(&self) -> &Solution {
        &self.current
    }

    /// What absent visits weighed then.
    pub(crate) fn absence(&self) -> &Absence {
        &self.absence
    }

    /// One of the sectors of the last cut.
    pub fn sector(&self, at: usize) -> Option<&Sector> {
        self.sectors.get(at)
    }

    /// Cuts what was joined into so many disjoint sectors, elsewhere than before.
    pub fn cut(&mut self, sectors: usize) {
        self.current.become_like(&self.joined);
        self.absence.clone_from(&self.absence_joined);
        self.sectors = cut(self.model, &self.current, sectors, &mut self.rng);
        self.lowest.become_like(&self.current);
    }

    /// Takes back what a search made of its sector, once after each cut. O(visits + shifts).
    pub fn join(&mut self, search: &Search<'_>) {
        let (sector, model) = (search.sector(), self.model.routes());
        self.joined.take_over(model, search.current(), sector);
        self.lowest.take_over(model, search.best().0, sector);
        self.absence_joined.take_over(search.absence(), sector.visits());
    }

    /// Looks at the whole after all sectors were joined; says whether it is the best so far.
    pub fn settle(&mut self) -> bool {
        debug_assert!(self.is_consistent(), "sectors fit together");
        let score = self.lowest.score(self.model.routes());
        let better = score < self.best_score;
        if better {
            self.best.become_like(&self.lowest);
            self.best_score = score;
        }
        better
    }

    /// Goes on from another solution where it is better than the best here; to be called between joining and cutting.
    pub fn adopt(&mut self, other: &Solution) {
        let score = other.score(self.model.routes());
        if score < self.best_score {
            self.best.become_like(other);
            self.best_score = score;
            self.joined.become_like(other);
        }
    }

    fn is_consistent(&self) -> bool {
        for solution in [&self.joined, &self.lowest] {
            solution.assert_consistent(self.model.routes());
        }
        true
    }
}
