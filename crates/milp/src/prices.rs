//! What each visit is worth to the columns of a pool: duals of the master problem by a subgradient method.
//!
//! They only choose which columns take part, so floats will do: nothing here reaches an answer.

use journeyman_domain::Cost;

use crate::Column;

/// Where the prices start and what bounds them.
pub(crate) struct Prices {
    /// By visit: the price now.
    pub(crate) worth: Vec<f64>,
    /// By visit: no price is above it.
    pub(crate) worth_max: Vec<f64>,
    /// Cost of a known plan, unserved visits at `worth_max`.
    pub(crate) incumbent: f64,
    /// How many shifts there are.
    pub(crate) shifts: usize,
}

/// Steps without a better bound after which they get half as long. Of 4, 6 and 10, the best bound after 100 steps
/// on the reference day 20 × 100.
const PATIENCE: usize = 6;

impl Prices {
    /// Reduced costs of the columns: at least 0, and 0 for the best column of each shift that has one worth using.
    ///
    /// Maximises L(π) = Σ_j π_j + Σ_k min(0, min_{r of k} cost_r − Σ_{j ∈ r} π_j) over 0 ≤ π ≤ worth_max by steps of
    /// Polyak's length against the incumbent (Held, Wolfe, Crowder 1974). Ends after about `work_max` looks at a
    /// visit of a column, some 500 of which take a microsecond.
    pub(crate) fn reduced_costs(mut self, columns: &[&Column], work_max: usize) -> Vec<f64> {
        let entries: usize = columns.iter().map(|column| column.visits.len() + 1).sum();
        let (mut best_bound, mut best) = (f64::NEG_INFINITY, self.worth.clone());
        let (mut scale, mut stale) = (1.0, 0);
        for _ in 0..work_max / entries.max(1) {
            let (bound, direction) = self.relaxed(columns);
            if bound > best_bound {
                (best_bound, stale) = (bound, 0);
                best.clone_from(&self.worth);
            } else {
                stale += 1;
                if stale == PATIENCE {
                    (scale, stale) = (scale / 2.0, 0);
                }
            }
            let norm: f64 = direction.iter().map(|way| way * way).sum();
            if norm == 0.0 || self.incumbent <= bound {
                break;
            }
            let step = scale * (self.incumbent - bound) / norm;
            for ((worth, &most), way) in self.worth.iter_mut().zip(&self.worth_max).zip(direction) {
                *worth = (*worth + step * way).clamp(0.0, most);
            }
        }
        self.worth = best;
        let least = self.least_by_shift(columns);
        let base = |column: &Column| least[column.shift.index()].map_or(0.0, |(value, _)| value.min(0.0));
        columns.iter().map(|column| self.value(column) - base(column)).collect()
    }

    /// L at the present prices, and its slope by visit: 1 − how many of the best columns serve it, 0 where the price
    /// cannot go there.
    fn relaxed(&self, columns: &[&Column]) -> (f64, Vec<f64>) {
        let mut bound: f64 = self.worth.iter().sum();
        let mut slope = vec![1.0; self.worth.len()];
        let used = self.least_by_shift(columns).into_iter().flatten().filter(|&(value, _)| value < 0.0);
        for (value, at) in used {
            bound += value;
            columns[at].visits.iter().for_each(|visit| slope[visit.index()] -= 1.0);
        }
        for ((way, &worth), &most) in slope.iter_mut().zip(&self.worth).zip(&self.worth_max) {
            if (*way > 0.0 && worth >= most) || (*way < 0.0 && worth <= 0.0) {
                *way = 0.0;
            }
        }
        (bound, slope)
    }

    /// The least value of each shift's columns, and the position of the first that has it.
    fn least_by_shift(&self, columns: &[&Column]) -> Vec<Option<(f64, usize)>> {
        let mut least: Vec<Option<(f64, usize)>> = vec![None; self.shifts];
        for (at, column) in columns.iter().enumerate() {
            let (value, slot) = (self.value(column), &mut least[column.shift.index()]);
            if slot.is_none_or(|(known, _)| value < known) {
                *slot = Some((value, at));
            }
        }
        least
    }

    /// Cost less worth of the visits.
    fn value(&self, column: &Column) -> f64 {
        column.visits.iter().fold(micros(column.cost), |value, visit| value - self.worth[visit.index()])
    }
}

/// Money as a float.
#[expect(clippy::cast_precision_loss, reason = "steers only")]
pub(crate) fn micros(cost: Cost) -> f64 {
    cost.micros() as f64
}

#[cfg(test)]
mod tests {
    use journeyman_domain::{ShiftId, Stop, VisitId};

    use super::*;

    fn column(shift: usize, visits: &[usize], cost: i64) -> Column {
        let visits: Vec<VisitId> = visits.iter().map(|&visit| VisitId::new(visit)).collect();
        let stops = visits.iter().map(|&visit| Stop::Visit(visit)).collect();
        Column { shift: ShiftId::new(shift), stops, visits, draws: Vec::new(), cost: Cost::from_micros(cost) }
    }

    #[test]
    fn columns_of_the_best_combination_come_first() {
        // Best: {0, 1} and {2, 3} for 10 each; the others pay more or leave a visit out at 50.
        let columns = [
            column(0, &[0, 2], 18),
            column(0, &[0, 1], 10),
            column(1, &[1, 3], 18),
            column(1, &[2, 3], 10),
            column(0, &[0], 9),
            column(1, &[1, 2, 3], 60),
        ];
        let columns: Vec<&Column> = columns.iter().collect();
        let prices = Prices { worth: vec![0.0; 4], worth_max: vec![50.0; 4], incumbent: 30.0, shifts: 2 };
        let reduced = prices.reduced_costs(&columns, 10_000);
        assert!(reduced.iter().all(|&cost| cost >= 0.0), "{reduced:?}");
        let mut order: Vec<usize> = (0..columns.len()).collect();
        order.sort_by(|&a, &b| reduced[a].total_cmp(&reduced[b]));
        order[..2].sort_unstable();
        assert_eq!(order[..2], [1, 3], "{reduced:?}");
    }

    #[test]
    fn without_work_the_given_prices_decide() {
        let columns = [column(0, &[0], 5), column(0, &[1], 5)];
        let columns: Vec<&Column> = columns.iter().collect();
        let prices = Prices { worth: vec![1.0, 9.0], worth_max: vec![50.0; 2], incumbent: 30.0, shifts: 1 };
        assert_eq!(prices.reduced_costs(&columns, 0), [8.0, 0.0]);
    }
}
