//! Ruin and recreate under simulated annealing, its schedule fitted to the budget.

use journeyman_domain::{Cost, PayPolicy, Score, VisitId};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::absence::Absence;
use crate::draft::Draft;
use crate::exchange::exchange;
use crate::recreate::Recreate;
use crate::ruin::{mean_length, ruin};
use crate::sector::{Scope, Sector};
use crate::solution::annealing_cost;
use crate::{Budget, Joint, SearchModel, SearchParams, Solution};

/// What a search reports while it runs.
#[derive(Debug)]
pub enum Progress<'s> {
    /// A better solution than any reported before. Told of within [`SearchParams::clock_every`] iterations.
    Improved(&'s Solution, Score),
    /// A solution just accepted; its routes are worth keeping as columns. Told of now and then.
    Visited(&'s Solution),
}

/// Accepted solutions between two [`Progress::Visited`].
const VISITED_EVERY: u64 = 256;

/// Shares of the budget at which [`Search::run`] takes stock, and threads at each other's plans. Powers of two are
/// exact in floating point.
pub const ROUNDS: u32 = 64;

/// Share of the budget for a first descent at the last temperature.
const DESCENT: f64 = 1.0 / ROUNDS as f64;

/// One thread of search.
pub struct Search<'m> {
    model: &'m SearchModel<'m>,
    params: SearchParams,
    /// What may change; the whole day, unless [`Self::enter`] says otherwise.
    sector: Sector,
    rng: Pcg64Mcg,
    recreate: Recreate,
    draft: Draft,
    absence: Absence,
    current: Standing,
    best: Solution,
    best_score: Score,
    /// Whether `best` was not yet reported.
    unreported: bool,
    iterations: u64,
    accepted: u64,
    /// Iterations done when the budget began.
    begun: u64,
    leg_cost: f64,
    mean_length: f64,
    absent: Vec<VisitId>,
}

/// What a solution costs in the two measures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Standing {
    /// Routes and the weights of what is absent.
    annealing: Cost,
    score: Score,
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
        let absence = Absence::new(model);
        let annealing = annealing_cost(&start, |visit| absence.weight(visit));
        // SplitMix-style spread, so that neighbouring seeds and streams share nothing.
        let mixed = (seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        Self {
            model,
            params,
            sector: Sector::whole(model),
            rng: Pcg64Mcg::seed_from_u64(mixed),
            recreate: Recreate::new(model),
            absence,
            leg_cost: 0.0,
            mean_length: mean_length(&start),
            best: start.clone(),
            draft: Draft::new(start),
            current: Standing { annealing, score: best_score },
            best_score,
            unreported: false,
            iterations: 0,
            accepted: 0,
            begun: 0,
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

    /// Goes on from another solution where it is better than the best here; says whether it does. It is not reported
    /// as an improvement. O(changed routes).
    pub fn adopt(&mut self, other: &Solution) -> bool {
        let score = other.score(self.model.routes());
        if score >= self.best_score {
            return false;
        }
        self.best.become_like(other);
        self.best_score = score;
        self.unreported = false;
        self.draft.restart(other);
        let annealing = annealing_cost(other, |visit| self.absence.weight(visit));
        self.current = Standing { annealing, score };
        true
    }

    /// Goes on from where a joint solution stands, in one of its sectors only; what was best before is forgotten.
    /// Says whether there is such a sector. O(visits + changed routes).
    pub fn enter(&mut self, joint: &Joint<'_>, sector: usize) -> bool {
        let Some(sector) = joint.sector(sector) else { return false };
        self.sector.clone_from(sector);
        self.absence.clone_from(joint.absence());
        self.best.become_like(joint.current());
        self.unreported = false;
        self.draft.restart(joint.current());
        self.current = self.scratch();
        self.best_score = self.current.score;
        true
    }

    /// What it looks things up in.
    pub fn model(&self) -> &'m SearchModel<'m> {
        self.model
    }

    /// What may change.
    pub(crate) fn sector(&self) -> &Sector {
        &self.sector
    }

    /// Where the annealing stands.
    pub(crate) fn current(&self) -> &Solution {
        self.draft.solution()
    }

    /// What absent visits weigh here.
    pub(crate) fn absence(&self) -> &Absence {
        &self.absence
    }

    /// Searches until the budget ends. The temperature falls once over the budget.
    pub fn run(&mut self, budget: &Budget<'_>, observer: &mut dyn FnMut(Progress<'_>)) {
        self.begun = self.iterations;
        for round in 1..=ROUNDS {
            self.run_to(f64::from(round) / f64::from(ROUNDS), budget, observer);
        }
    }

    /// Searches until a share of the budget is used up, counted from the last [`Self::run`] or the beginning.
    pub fn run_to(&mut self, share: f64, budget: &Budget<'_>, observer: &mut dyn FnMut(Progress<'_>)) {
        if self.sector.visits().is_empty() {
            return;
        }
        self.leg_cost = mean_leg_cost(self.model, &self.best);
        let fall = self.params.temperature_last / self.params.temperature_first;
        loop {
            if self.unreported {
                self.unreported = false;
                observer(Progress::Improved(&self.best, self.best_score));
            }
            let used = budget.used(self.iterations - self.begun);
            if used >= share {
                return;
            }
            self.mean_length = mean_length(self.draft.solution());
            // A descent first: it shows what legs cost in good solutions, and gives good plans soon.
            let exponent = if used < DESCENT { 1.0 } else { used };
            let temperature = self.leg_cost * self.params.temperature_first * fall.powf(exponent);
            for _ in 0..self.params.clock_every {
                self.iterate(temperature, observer);
            }
        }
    }

    fn iterate(&mut self, temperature: f64, observer: &mut dyn FnMut(Progress<'_>)) {
        self.iterations += 1;
        let seed = self.draw_visit();
        let standing = self.step(seed);
        if self.accepts(standing.annealing, temperature) {
            self.accepted += 1;
            self.current = standing;
            if standing.score < self.best_score {
                self.best_score = standing.score;
                self.best.become_like(self.draft.solution());
                self.unreported = true;
            }
            if self.accepted.is_multiple_of(VISITED_EVERY) {
                observer(Progress::Visited(self.draft.solution()));
            }
        } else {
            self.draft.undo(self.model.routes());
        }
        for &visit in &self.absent {
            if self.draft.solution().server(visit).is_none() {
                self.current.annealing += self.absence.tried_in_vain(self.model, &self.params, visit);
            } else {
                self.absence.served(self.model, visit);
            }
        }
    }

    fn draw_visit(&mut self) -> VisitId {
        self.sector.visits()[self.rng.random_range(0..self.sector.visits().len())]
    }

    /// One ruin and recreate around a seed; returns what comes of it.
    fn step(&mut self, seed: VisitId) -> Standing {
        let model = self.model;
        let scope = Scope { model, params: &self.params, sector: &self.sector };
        self.draft.begin();
        self.absent.clear();
        let exchanged = self.rng.random::<f64>() < self.params.exchange
            && exchange(scope, &mut self.draft, seed, &mut self.absent, &mut self.rng);
        if !exchanged {
            let draft = &mut self.draft;
            ruin(scope, (draft, self.mean_length), seed, &mut self.absent, &mut self.rng);
        }
        let removed = self.absent.len();
        self.add_absent(seed, removed);
        let mut after = self.current;
        for &visit in &self.absent[removed..] {
            after.annealing -= self.absence.weight(visit);
            after.score = with(model, after.score, visit, -1);
        }
        let scope = Scope { model, params: &self.params, sector: &self.sector };
        let (draft, absent) = (&mut self.draft, &mut self.absent);
        self.recreate.insert_all(scope, &self.absence, draft, absent, &mut self.rng);
        let routes = self.draft.routes_delta();
        after.annealing += routes;
        after.score.cost += routes;
        for &visit in &self.absent {
            if self.draft.solution().server(visit).is_none() {
                after.annealing += self.absence.weight(visit);
                after.score = with(model, after.score, visit, 1);
            }
        }
        debug_assert_eq!(after, self.scratch(), "the incremental costs are those from scratch");
        after
    }

    /// The from-scratch twin of what a step returns.
    fn scratch(&self) -> Standing {
        let solution = self.draft.solution();
        Standing {
            annealing: annealing_cost(solution, |visit| self.absence.weight(visit)),
            score: solution.score(self.model.routes()),
        }
    }

    /// Unserved visits from before are tried too: the seed's neighbours first, then drawn ones.
    fn add_absent(&mut self, seed: VisitId, removed: usize) {
        let most = removed + self.params.absent_tried;
        let near = self.model.near(seed).iter().copied().take(4 * self.params.absent_tried);
        for visit in std::iter::once(seed).chain(near) {
            self.try_too(visit, most);
        }
        for _ in 0..self.params.absent_tried {
            let visit = self.draw_visit();
            self.try_too(visit, most);
        }
    }

    fn try_too(&mut self, visit: VisitId, most: usize) {
        if self.absent.len() < most
            && self.sector.owns(visit)
            && self.draft.solution().server(visit).is_none()
            && !self.absent.contains(&visit)
        {
            self.absent.push(visit);
        }
    }

    fn accepts(&mut self, cost: Cost, temperature: f64) -> bool {
        if cost <= self.current.annealing {
            return true;
        }
        #[expect(clippy::cast_precision_loss, reason = "a probability, not money")]
        let rise = (cost - self.current.annealing).micros() as f64;
        rise < -temperature * self.rng.random::<f64>().max(f64::MIN_POSITIVE).ln()
    }
}

/// The score with a visit more (`times` = 1) or less (−1) unserved.
fn with(model: &SearchModel<'_>, score: Score, visit: VisitId, times: i32) -> Score {
    let visit = model.routes().problem().visit(visit);
    let unserved = if visit.is_mandatory() { times } else { 0 };
    Score {
        mandatory_unserved: score.mandatory_unserved.wrapping_add_signed(unserved),
        cost: score.cost + visit.penalty() * i64::from(times),
    }
}

/// What a leg of a solution costs on average, time on site left out; the unit of the temperature.
fn mean_leg_cost(model: &SearchModel<'_>, solution: &Solution) -> f64 {
    let problem = model.routes().problem();
    let (mut cost, mut legs) = (Cost::ZERO, 0_u32);
    for route in solution.routes().iter().filter(|route| !route.is_empty()) {
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
