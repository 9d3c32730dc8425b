//! Diving: routes of the relaxation are fixed one after another, new ones priced in between, until a plan is left
//! (cf. Sadykov et al. 2019, pure diving with column generation).

use super::column::ClassColumn;
use super::generate::{Generation, Limits};
use crate::linear_program::LpTrouble;
use tracing::debug;

/// Most rounds of heuristic pricing after each fixing.
const ROUNDS: usize = 12;
/// Levels of that.
const LEVELS: usize = 2;
/// Routes whose fixing is tried before one is fixed.
const TRIED_MAX: usize = 5;
/// A route with at least this share is fixed beside the largest.
const NEARLY_ONE: f64 = 0.95;

impl Generation<'_, '_> {
    /// The routes at the end of a dive; none when out of time, or where the relaxation costs `enough` (micro-dollars,
    /// without the scope's constant). The first fixing passes over the `skip` largest shares.
    /// The program is afterwards as it was, with more columns.
    pub(crate) fn dive(
        &mut self,
        limits: Limits<'_>,
        (skip, enough): (usize, f64),
    ) -> Result<Option<Vec<ClassColumn>>, LpTrouble> {
        let basis = self.restricted.basis();
        let mut fixed: Vec<usize> = Vec::new();
        let outcome = self.descend(limits, (skip, enough), &mut fixed);
        self.restricted.fix(&fixed, false)?;
        self.full.fill(false);
        if let Some(basis) = basis {
            self.restricted.start_from(&basis)?;
        }
        outcome
    }

    /// Classes with a fixed route for each of their shifts need no more.
    fn note_full(&mut self, fixed: &[usize]) {
        for (class, full) in self.full.iter_mut().enumerate() {
            let routes = fixed.iter().filter(|&&at| self.restricted.columns()[at].class == class).count();
            *full = routes >= self.scope.classes[class].shifts.len();
        }
    }

    /// Of some routes with their shares the one whose fixing lifts the relaxation least, larger shares being worth some
    /// lift; none when out of time. (Strong diving, Sadykov et al. 2019, section 3.)
    fn least_lifting(
        &mut self,
        open: &[(f64, usize)],
        limits: Limits<'_>,
    ) -> Result<Option<usize>, LpTrouble> {
        if let [(_, only)] = open {
            return Ok(Some(*only));
        }
        let basis = self.restricted.basis();
        let mut best: Option<(f64, usize)> = None;
        for &(_, at) in open {
            self.restricted.fix(&[at], true)?;
            let value = self.restricted.solve(limits.deadline, limits.stop)?;
            self.restricted.fix(&[at], false)?;
            if let Some(basis) = &basis {
                self.restricted.start_from(basis)?;
            }
            let Some(value) = value else { return Ok(None) };
            if best.is_none_or(|(least, _)| value < least) {
                best = Some((value, at));
            }
        }
        Ok(best.map(|(_, at)| at))
    }

    fn descend(
        &mut self,
        limits: Limits<'_>,
        (mut skip, enough): (usize, f64),
        fixed: &mut Vec<usize>,
    ) -> Result<Option<Vec<ClassColumn>>, LpTrouble> {
        loop {
            let mut level = 0;
            for _ in 0..ROUNDS {
                if self.restricted.solve(limits.deadline, limits.stop)?.is_none() {
                    return Ok(None);
                }
                let duals = self.restricted.duals();
                if fixed.is_empty() {
                    break;
                }
                if self.quick(&duals, &duals, level, limits)?.0 == 0 {
                    level += 1;
                    if level == LEVELS {
                        break;
                    }
                }
            }
            let value = self.restricted.solve(limits.deadline, limits.stop)?;
            debug!(value, enough, fixed = fixed.len(), columns = self.restricted.columns().len(), "descend");
            if value.is_none_or(|value| value >= enough) || limits.over() || self.is_spent(&limits) {
                return Ok(None);
            }
            let primal = self.restricted.primal();
            let mut open: Vec<(f64, usize)> = primal
                .iter()
                .enumerate()
                .filter(|&(at, &value)| value > 1e-6 && !fixed.contains(&at))
                .map(|(at, &value)| (value, at))
                .collect();
            if open.iter().all(|&(value, _)| value > 1.0 - 1e-6) {
                let chosen = open.iter().map(|&(_, at)| at).chain(fixed.iter().copied());
                return Ok(Some(chosen.map(|at| self.restricted.columns()[at].clone()).collect()));
            }
            open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut now: Vec<usize> =
                open.iter().take_while(|&&(share, _)| share >= NEARLY_ONE).map(|&(_, at)| at).collect();
            if now.is_empty() {
                open.drain(..std::mem::take(&mut skip).min(open.len() - 1));
                open.truncate(TRIED_MAX);
                now.extend(self.least_lifting(&open, limits)?);
            }
            if now.is_empty() {
                return Ok(None);
            }
            self.restricted.fix(&now, true)?;
            fixed.extend(now);
            self.note_full(fixed);
        }
    }
}
