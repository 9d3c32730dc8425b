//! Ruin and recreate under simulated annealing, its schedule fitted to the budget.

use journeyman_domain::{Cost, PayPolicy, Score, VisitId};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::draft::Draft;
use crate::recreate::Recreate;
use crate::ruin::ruin;
use crate::solution::annealing_cost;
use crate::{Budget, SearchModel, SearchParams, Solution};

/// What a search reports while it runs.
#[derive(Debug)]
pub enum Progress<'s> {
    /// A better solution than any before.
    Improved(&'s Solution, Score),
    /// A solution just accepted; its routes are worth keeping as columns. Told of now and then.
    Visited(&'s Solution),
}

/// Accepted solutions between two [`Progress::Visited`].
const VISITED_EVERY: u64 = 256;

/// One thread of search.
pub struct Search<'m> {
    model: &'m SearchModel<'m>,
    params: SearchParams,
    rng: Pcg64Mcg,
    recreate: Recreate,
    draft: Draft,
    current_cost: Cost,
    best: Solution,
    best_score: Score,
    iterations: u64,
    leg_cost: f64,
    absent: Vec<VisitId>,
}

impl<'m> Search<'m> {
    /// Starts from a solution. `stream` separates the random numbers of threads that share a seed.
    pub fn new(
        model: &'m SearchModel<'m>,
        params: SearchParams,
        start: Solution,
        (seed, stream): (u64, u64),
    ) -> Self {
        let best_score = start.score(model.routes());
        let current_cost = annealing_cost(&start, |visit| model.absence(visit));
        // SplitMix-style spread, so that neighbouring seeds and streams share nothing.
        let mixed = (seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        Self {
            model,
            params,
            rng: Pcg64Mcg::seed_from_u64(mixed),
            recreate: Recreate::new(model),
            leg_cost: mean_leg_cost(model, &start),
            best: start.clone(),
            draft: Draft::new(start),
            current_cost,
            best_score,
            iterations: 0,
            absent: Vec::new(),
        }
    }

    /// The best solution so far and its score.
    pub fn best(&self) -> (&Solution, Score) {
        (&self.best, self.best_score)
    }

    /// Iterations done.
    pub fn iterations(&self) -> u64 {
        self.iterations
    }

    /// Goes on from another solution where it is better than the best here.
    pub fn adopt(&mut self, other: &Solution) {
        let score = other.score(self.model.routes());
        if score < self.best_score {
            self.best = other.clone();
            self.best_score = score;
            self.draft = Draft::new(other.clone());
            self.current_cost = annealing_cost(other, |visit| self.model.absence(visit));
        }
    }

    /// Searches until the budget ends. Counts iterations from zero, so that the temperature falls once over the
    /// budget.
    pub fn run(&mut self, budget: &Budget<'_>, observer: &mut dyn FnMut(Progress<'_>)) {
        let visits = self.model.routes().problem().visits.len();
        if visits == 0 {
            return;
        }
        let (mut accepted, mut done) = (0_u64, 0_u64);
        let mut temperature = 0.0;
        loop {
            if done.is_multiple_of(self.params.clock_every) {
                let used = budget.used(done);
                if used >= 1.0 {
                    break;
                }
                let fall = self.params.temperature_last / self.params.temperature_first;
                temperature = self.leg_cost * self.params.temperature_first * fall.powf(used);
            }
            done += 1;
            self.iterations += 1;
            let seed = VisitId::new(self.rng.random_range(0..visits));
            let cost = self.step(seed);
            if self.accepts(cost, temperature) {
                accepted += 1;
                self.current_cost = cost;
                self.keep_best(observer);
                if accepted.is_multiple_of(VISITED_EVERY) {
                    observer(Progress::Visited(self.draft.solution()));
                }
            } else {
                self.draft.undo(self.model.routes());
            }
        }
    }

    /// One ruin and recreate around a seed; returns the annealing cost after it.
    fn step(&mut self, seed: VisitId) -> Cost {
        let (model, params) = (self.model, &self.params);
        self.draft.begin();
        self.absent.clear();
        ruin(model, params, &mut self.draft, seed, &mut self.absent, &mut self.rng);
        let removed = self.absent.len();
        self.add_absent(seed, removed);
        let was_absent: Cost = self.absent[removed..].iter().map(|&visit| model.absence(visit)).sum();
        let (params, absent) = (&self.params, &mut self.absent);
        self.recreate.insert_all(model, params, &mut self.draft, absent, &mut self.rng);
        self.cost_after(was_absent)
    }

    /// Unserved visits from before are tried too: the seed's neighbours first, then drawn ones.
    fn add_absent(&mut self, seed: VisitId, removed: usize) {
        let most = removed + self.params.absent_tried;
        let near = self.model.near(seed).iter().take(4 * self.params.absent_tried);
        let mut tried: Vec<VisitId> = std::iter::once(seed).chain(near.copied()).collect();
        let visits = self.model.routes().problem().visits.len();
        tried.extend((0..self.params.absent_tried).map(|_| VisitId::new(self.rng.random_range(0..visits))));
        for visit in tried {
            if self.absent.len() >= most {
                return;
            }
            if self.draft.solution().server(visit).is_none() && !self.absent.contains(&visit) {
                self.absent.push(visit);
            }
        }
    }

    /// The annealing cost, from what changed; `was_absent`: the weight of the visits tried that were unserved
    /// before.
    fn cost_after(&self, was_absent: Cost) -> Cost {
        let unserved = self.absent.iter().filter(|visit| self.draft.solution().server(**visit).is_none());
        let is_absent: Cost = unserved.map(|&visit| self.model.absence(visit)).sum();
        let cost = self.current_cost + self.draft.routes_delta() + is_absent - was_absent;
        debug_assert_eq!(
            cost,
            annealing_cost(self.draft.solution(), |visit| self.model.absence(visit)),
            "the incremental cost is the cost from scratch"
        );
        cost
    }

    fn accepts(&mut self, cost: Cost, temperature: f64) -> bool {
        if cost <= self.current_cost {
            return true;
        }
        #[expect(clippy::cast_precision_loss, reason = "a probability, not money")]
        let rise = (cost - self.current_cost).micros() as f64;
        rise < -temperature * self.rng.random::<f64>().max(f64::MIN_POSITIVE).ln()
    }

    fn keep_best(&mut self, observer: &mut dyn FnMut(Progress<'_>)) {
        // The annealing cost orders like the score whenever it falls below the best, so only then look closer.
        if self.current_cost >= annealing_ceiling(self.model, self.best_score) {
            return;
        }
        let score = self.draft.solution().score(self.model.routes());
        if score < self.best_score {
            self.best_score = score;
            self.best = self.draft.solution().clone();
            observer(Progress::Improved(&self.best, score));
        }
    }
}

/// No solution better than `score` has an annealing cost of this or more.
fn annealing_ceiling(model: &SearchModel<'_>, score: Score) -> Cost {
    let problem = model.routes().problem();
    let mandatory = problem.visit_ids().filter(|&visit| problem.visit(visit).is_mandatory());
    let weight = mandatory.map(|visit| model.absence(visit)).max().unwrap_or(Cost::ZERO);
    score.cost + weight * i64::from(score.mandatory_unserved)
}

/// What a leg of the start solution costs on average, time on site left out; the unit of the temperature.
fn mean_leg_cost(model: &SearchModel<'_>, start: &Solution) -> f64 {
    let problem = model.routes().problem();
    let (mut cost, mut legs) = (Cost::ZERO, 0_u32);
    for route in start.routes().iter().filter(|route| !route.is_empty()) {
        let rates = problem.shift(route.shift()).rates;
        cost += route.cost() - rates.used;
        if rates.pay == PayPolicy::PortalToPortal {
            for visit in route.visits() {
                cost -= rates.time * problem.visit(visit).duration;
            }
        }
        legs += route.inventory().visits() + 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a temperature, not money")]
    let mean = cost.micros().max(0) as f64 / f64::from(legs.max(1));
    mean.max(1.0)
}
