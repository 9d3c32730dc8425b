//! Plans that the proof makes on its way: dives from the relaxation, and choices among the columns at hand.

use journeyman_domain::Score;
use journeyman_route::Route;
use tracing::debug;

use super::Proving;
use crate::combination::without_surplus;
use crate::generation::{ClassColumn, Limits, best_choice, routes_of};
use crate::linear_program::LpTrouble;
use crate::score::score;

/// Rounds of cuts between two dives.
const DIVE_EVERY: usize = 6;
/// A dive takes a second for so much of the visits' cube, by estimate: on 50 × 300 three routes of five
/// were fixed after 28 s.
const DIVE_VISITS_CUBED: f64 = 600_000.0;
/// The time that is left must be so many times that.
const DIVE_TIMES: f64 = 3.0;
/// Listed routes of a MIP over all of them.
const CHOSEN_AMONG_MAX: usize = 5_000;
/// Columns of a MIP over what column generation has found.
const CHOICE_MAX: usize = 2_500;
/// The same where labels are counted: few enough to be closed in a moment.
const COUNTED_CHOICE_MAX: usize = 300;

impl Proving<'_, '_> {
    /// A dive before the first cuts, and after every few rounds of them; one that was cut short is not begun anew. None
    /// where it would take much of the time: cuts make more of it then. (50 × 300, 60 s: 20 s for a plan 4 % dearer than
    /// the search's.)
    pub(super) fn is_dive_due(&self, limits: Limits<'_>) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "visits are few")]
        let takes = (self.scope.visits.len() as f64).powi(3) / DIVE_VISITS_CUBED;
        self.dives <= self.lifted.len() / DIVE_EVERY
            && (limits.counted || limits.deadline.remaining().as_secs_f64() >= DIVE_TIMES * takes)
    }

    /// Dives from the relaxation to a plan; the relaxation stands afterwards.
    pub(crate) fn dive(&mut self, limits: Limits<'_>) -> Result<(), LpTrouble> {
        let skip = self.dives;
        self.dives += 1;
        self.dive_from(skip, limits)
    }

    /// The same, passing over so many of the largest shares at first.
    pub(crate) fn dive_from(&mut self, skip: usize, limits: Limits<'_>) -> Result<(), LpTrouble> {
        let incumbent = self.exchange.incumbent();
        let enough = if incumbent.mandatory_unserved > self.best.mandatory_unserved {
            f64::INFINITY
        } else {
            self.scope.fine.to_micros(self.scope.fine.of((incumbent.cost - self.scope.constant).micros()))
        };
        let found = self.generation.dive(limits, (skip, enough))?;
        let routes = found.and_then(|columns| {
            let columns: Vec<&ClassColumn> = columns.iter().collect();
            without_surplus(self.planning, routes_of(self.scope, self.planning, &columns)?)
        });
        if let Some((routes, score)) = routes.and_then(|found| self.whole(found.routes)) {
            debug!(cost = score.cost.micros(), incumbent = self.exchange.incumbent().cost.micros(), "dive");
            self.exchange.plan(&routes, score);
        }
        // What was read after the last solve is gone.
        self.generation.restricted.solve(limits.deadline, limits.stop)?;
        Ok(())
    }

    /// The best plan among all routes that better plans contain, where those are listed and few. When HiGHS closes that,
    /// no plan is better, but only as far as its tolerances go: the third state beside bounded and proved. The list was
    /// made in integers, so nothing else is taken on trust. Whether it was tried. No orders may be in force.
    pub(super) fn choose_among_all(&mut self, limits: Limits<'_>) -> bool {
        // Costs that are rounded down for bounds say nothing of what plans cost.
        if !std::ptr::eq(self.planning, self.scope.model) || !self.is_comparable() || limits.counted {
            return false;
        }
        let gap = self.generation.proof.as_ref().map_or(0, |proof| self.gap(proof.bound));
        let Some(columns) = self.generation.listed_below(gap, CHOSEN_AMONG_MAX) else { return false };
        // Asked after the gap, so that whatever is better than this is listed.
        let before = self.exchange.incumbent();
        let time = limits.deadline.remaining() / 8;
        let count = columns.len();
        let found = best_choice(self.scope, self.planning, (&columns, &[]), self.worker, time);
        let Some(found) = found else { return true };
        let Some((routes, score)) = self.whole(found.plan.routes) else { return true };
        debug!(
            cost = score.cost.micros(),
            incumbent = before.cost.micros(),
            count,
            closed = found.closed,
            "choice among all"
        );
        self.exchange.plan(&routes, score);
        if found.closed {
            // Not at the incumbent of now: one that is better still would show that HiGHS was wrong.
            self.exchange.closed_by_solver(score.min(before));
        }
        true
    }

    /// The best plan among the columns at hand.
    pub(crate) fn choose(&mut self, limits: Limits<'_>) {
        let restricted = &self.generation.restricted;
        let mut order: Vec<usize> = (0..restricted.columns().len()).collect();
        let reduced = restricted.route_reduced_costs();
        if reduced.len() != order.len() {
            return;
        }
        order.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]));
        order.truncate(if limits.counted { COUNTED_CHOICE_MAX } else { CHOICE_MAX });
        let routes = self.exchange.routes();
        let used = routes.iter().filter(|route| !route.is_empty());
        let start: Vec<ClassColumn> = used.filter_map(|route| ClassColumn::of(self.scope, route)).collect();
        let columns: Vec<ClassColumn> = order.iter().map(|&at| restricted.columns()[at].clone()).collect();
        let left = limits.deadline.remaining();
        let time = if limits.counted { left } else { left / 8 }.min(self.choice_time);
        let found = best_choice(self.scope, self.planning, (&columns, &start), self.worker, time);
        if let Some((routes, score)) = found.and_then(|found| self.whole(found.plan.routes)) {
            debug!(
                cost = score.cost.micros(),
                incumbent = self.exchange.incumbent().cost.micros(),
                columns = columns.len(),
                "choice"
            );
            self.exchange.plan(&routes, score);
        }
    }

    /// With the routes outside of the scope, and what they all cost; none where they make no plan.
    pub(super) fn whole(&self, routes: Vec<Route>) -> Option<(Vec<Route>, Score)> {
        let mut routes = routes;
        routes.extend(self.rest.iter().cloned());
        routes.sort_by_key(Route::shift);
        let score = score(self.planning, &routes).ok()?;
        Some((routes, score))
    }
}
