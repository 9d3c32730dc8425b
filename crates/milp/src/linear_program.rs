//! A linear program that is edited and solved again and again: the restricted master of column generation.
//!
//! ```text
//! min  Σ_c cost_c x_c      rows    lower_r ≤ Σ_c a_rc x_c ≤ upper_r     dual π_r
//!                          bounds  lower_c ≤ x_c ≤ upper_c              reduced cost d_c = cost_c − Σ_r π_r a_rc
//! ```
//! π_r ≥ 0 where the row lies at its lower bound, ≤ 0 at its upper one. Floats only steer: bounds are proved
//! elsewhere, in integers. The basis survives every edit, so that a solve starts where the last one ended.

use std::sync::atomic::{AtomicBool, Ordering};

use highs::HighsModelStatus;

use crate::deadline::Deadline;
use crate::highs_ffi::{BasisStatuses, Batch, Changes, Instance, Refused, Values};
use crate::tolerance::LP_RESIDUAL_MAX;

/// Bounds of a row; `f64::INFINITY` and its negative where there is none.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct RowBounds {
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

/// A row over columns that are there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewRow<'e> {
    pub(crate) bounds: RowBounds,
    /// Position of a column, coefficient; no column twice.
    pub(crate) entries: &'e [(u32, f64)],
}

/// A column over rows that are there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewColumn<'e> {
    pub(crate) cost: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    /// Position of a row, coefficient; no row twice.
    pub(crate) entries: &'e [(u32, f64)],
}

/// What came of a solve.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Solved {
    /// Optimal within [`LP_RESIDUAL_MAX`]; primal values, duals and reduced costs can be read.
    Optimal { objective: f64 },
    /// Nothing keeps all rows; [`LinearProgram::dual_ray`] may say why.
    Infeasible,
    /// The deadline passed or the flag was raised. The next solve goes on from here.
    Interrupted,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum LpTrouble {
    /// HiGHS did not take an edit, an option or the callback.
    #[error("HiGHS refused the {0}")]
    Refused(&'static str),
    /// The objective has no end: a column of negative cost lacks an upper bound.
    #[error("HiGHS calls the linear program unbounded")]
    Unbounded,
    /// Out of memory.
    #[error("HiGHS ran out of memory")]
    OutOfMemory,
    /// There is no column.
    #[error("the linear program has no columns")]
    Empty,
    /// An internal error, or a status that no setting of ours allows.
    #[error("HiGHS failed: {0}")]
    Broken(&'static str),
    /// A number of the solution is not finite, or breaks a row, a bound or the sign of a reduced cost.
    #[error("HiGHS called a solution optimal that is not")]
    Inaccurate,
}

impl From<Refused> for LpTrouble {
    fn from(Refused(what): Refused) -> Self {
        Self::Refused(what)
    }
}

/// Where a solve starts; fits programs with as many or more rows and columns in the same order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Basis(BasisStatuses);

/// A minimising linear program inside a HiGHS instance of its own. It may move between threads, as long as every use
/// of HiGHS on a thread asks for one thread, as all of this room's do.
pub(crate) struct LinearProgram {
    instance: Instance,
    /// After the last solve, kept in step with edits since.
    basis: Option<Basis>,
    values: Values,
    dual_ray: Option<Vec<f64>>,
    effort: LpEffort,
}

/// What solving has taken so far, in counts that are the same on every machine.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct LpEffort {
    pub(crate) solves: u64,
    /// Steps of the simplex method.
    pub(crate) pivots: u64,
}

impl LinearProgram {
    /// Rows without columns.
    pub(crate) fn new(rows: &[RowBounds]) -> Result<Self, LpTrouble> {
        let mut instance = Instance::new()?;
        instance.set_option("threads", 1)?;
        instance.set_option("parallel", "off")?;
        instance.set_option("solver", "simplex")?;
        instance.set_option("random_seed", 0)?;
        let mut program = Self {
            instance,
            basis: None,
            values: Values::default(),
            dual_ray: None,
            effort: LpEffort::default(),
        };
        program.set_approach(Approach::Warm)?;
        let rows: Vec<NewRow<'_>> = rows.iter().map(|&bounds| NewRow { bounds, entries: &[] }).collect();
        program.add_rows(&rows)?;
        Ok(program)
    }

    /// How many columns there are.
    pub(crate) fn columns(&self) -> usize {
        self.instance.columns()
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.instance.rows()
    }

    /// Adds columns after those that are there, all or none; they start at a bound, outside of the basis.
    pub(crate) fn add_columns(&mut self, columns: &[NewColumn<'_>]) -> Result<(), LpTrouble> {
        self.forget_solution();
        if columns.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        columns.iter().for_each(|column| batch.push(column.lower, column.upper, column.entries));
        let costs: Vec<f64> = columns.iter().map(|column| column.cost).collect();
        self.instance.add_columns(&costs, &batch)?;
        self.grow_basis();
        Ok(())
    }

    /// Adds rows after those that are there, all or none.
    pub(crate) fn add_rows(&mut self, rows: &[NewRow<'_>]) -> Result<(), LpTrouble> {
        self.forget_solution();
        if rows.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::default();
        rows.iter().for_each(|row| batch.push(row.bounds.lower, row.bounds.upper, row.entries));
        self.instance.add_rows(&batch)?;
        self.grow_basis();
        Ok(())
    }

    /// Deletes the columns where `gone` is true; the others move up in their order.
    ///
    /// The basis is cheapest to keep where none of them is basic, as with columns of positive reduced cost.
    pub(crate) fn delete_columns(&mut self, gone: &[bool]) -> Result<(), LpTrouble> {
        self.forget_solution();
        self.instance.delete_columns(gone)?;
        let Some(Basis(basis)) = &mut self.basis else { return Ok(()) };
        let lost = delete(&mut basis.columns, gone, |status| status == BasisStatuses::BASIC);
        self.mend_basis(lost)
    }

    /// Deletes the rows where `gone` is true; the others move up in their order.
    ///
    /// The basis is cheapest to keep where all of them are basic, as with rows that are slack.
    pub(crate) fn delete_rows(&mut self, gone: &[bool]) -> Result<(), LpTrouble> {
        self.forget_solution();
        self.instance.delete_rows(gone)?;
        let Some(Basis(basis)) = &mut self.basis else { return Ok(()) };
        let lost = delete(&mut basis.rows, gone, |status| status != BasisStatuses::BASIC);
        self.mend_basis(lost)
    }

    /// New costs by position of a column.
    pub(crate) fn set_column_costs(&mut self, costs: &[(u32, f64)]) -> Result<(), LpTrouble> {
        self.forget_solution();
        if costs.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::default();
        costs.iter().for_each(|&(column, cost)| changes.push(column, cost, cost));
        Ok(self.instance.change_costs(&changes)?)
    }

    /// New bounds, lower and upper, by position of a column.
    pub(crate) fn set_column_bounds(&mut self, bounds: &[(u32, f64, f64)]) -> Result<(), LpTrouble> {
        self.forget_solution();
        if bounds.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::default();
        bounds.iter().for_each(|&(column, lower, upper)| changes.push(column, lower, upper));
        Ok(self.instance.change_column_bounds(&changes)?)
    }

    /// New bounds by position of a row.
    pub(crate) fn set_row_bounds(&mut self, bounds: &[(u32, RowBounds)]) -> Result<(), LpTrouble> {
        self.forget_solution();
        if bounds.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::default();
        bounds.iter().for_each(|&(row, bounds)| changes.push(row, bounds.lower, bounds.upper));
        Ok(self.instance.change_row_bounds(&changes)?)
    }

    /// The basis that the next solve starts from; none before the first solve.
    pub(crate) fn basis(&self) -> Option<&Basis> {
        self.basis.as_ref()
    }

    /// Starts the next solve from `basis`. Later rows are taken as slack, later columns as lying at a bound.
    pub(crate) fn set_basis(&mut self, basis: &Basis) -> Result<(), LpTrouble> {
        self.forget_solution();
        self.basis = Some(basis.clone());
        self.grow_basis();
        self.mend_basis(true)
    }

    /// What solving has taken so far.
    pub(crate) fn effort(&self) -> LpEffort {
        self.effort
    }

    /// Solves from the basis that stands, by the dual simplex method; from scratch where that ends in trouble.
    pub(crate) fn solve(&mut self, deadline: Deadline, stop: &AtomicBool) -> Result<Solved, LpTrouble> {
        self.forget_solution();
        let solved = self.attempt(deadline, stop).or_else(|_| {
            self.instance.clear_solver()?;
            self.set_approach(Approach::Fresh)?;
            let again = self.attempt(deadline, stop);
            self.set_approach(Approach::Warm)?;
            again
        });
        // None where nothing was run: then the one that was handed over still stands.
        if let Some(basis) = self.instance.basis() {
            self.basis = Some(Basis(basis));
        }
        if !matches!(solved, Ok(Solved::Optimal { .. })) {
            self.values = Values::default();
        }
        solved
    }

    /// π by row. Empty unless the last thing done was a solve that was optimal; so are the next two.
    pub(crate) fn duals(&self) -> &[f64] {
        &self.values.duals
    }

    /// d by column.
    pub(crate) fn reduced_costs(&self) -> &[f64] {
        &self.values.reduced_costs
    }

    /// x by column.
    pub(crate) fn primal(&self) -> &[f64] {
        &self.values.columns
    }

    /// y by row, with signs as of duals: Σ_r y_r a_rc x_c over the bounds of x stays below what the rows ask for,
    /// Σ_r y_r lower_r (upper_r where y_r < 0). Only after a solve that was infeasible, and not after every one.
    pub(crate) fn dual_ray(&self) -> Option<&[f64]> {
        self.dual_ray.as_deref()
    }

    fn attempt(&mut self, deadline: Deadline, stop: &AtomicBool) -> Result<Solved, LpTrouble> {
        if self.columns() == 0 {
            return Err(LpTrouble::Empty);
        }
        if stop.load(Ordering::Relaxed) || deadline.has_passed() {
            return Ok(Solved::Interrupted);
        }
        self.instance.set_option("time_limit", deadline.remaining().as_secs_f64().min(1e9))?;
        let status = self.instance.run(stop)?;
        self.effort.solves += 1;
        let pivots = self.instance.int_info(c"simplex_iteration_count");
        self.effort.pivots += pivots.and_then(|pivots| u64::try_from(pivots).ok()).unwrap_or(0);
        match ended(status)? {
            Ended::Optimal => self.read_optimum(),
            Ended::Infeasible => {
                self.dual_ray = self.instance.dual_ray();
                Ok(Solved::Infeasible)
            }
            Ended::Stopped => Ok(Solved::Interrupted),
        }
    }

    fn read_optimum(&mut self) -> Result<Solved, LpTrouble> {
        self.instance.read_values(&mut self.values)?;
        let Values { columns, reduced_costs, rows, duals } = &self.values;
        let numbers = [columns, reduced_costs, rows, duals];
        let objective = self.instance.info(c"objective_function_value").unwrap_or(f64::NAN);
        let residual = |name| self.instance.info(name).is_some_and(|residual| residual <= LP_RESIDUAL_MAX);
        let finite =
            objective.is_finite() && numbers.iter().all(|many| many.iter().all(|one| one.is_finite()));
        if finite && residual(c"max_primal_infeasibility") && residual(c"max_dual_infeasibility") {
            Ok(Solved::Optimal { objective })
        } else {
            Err(LpTrouble::Inaccurate)
        }
    }

    /// What is measured to be best warm (presolve would throw the basis away), and what HiGHS would do by itself.
    fn set_approach(&mut self, approach: Approach) -> Result<(), LpTrouble> {
        let (presolve, simplex_strategy) = match approach {
            Approach::Warm => ("off", 1),
            Approach::Fresh => ("choose", 0),
        };
        self.instance.set_option("presolve", presolve)?;
        Ok(self.instance.set_option("simplex_strategy", simplex_strategy)?)
    }

    fn forget_solution(&mut self) {
        self.values = Values::default();
        self.dual_ray = None;
    }

    /// As HiGHS does with its own copy.
    fn grow_basis(&mut self) {
        let (columns, rows) = (self.columns(), self.rows());
        if let Some(Basis(basis)) = &mut self.basis {
            basis.columns.resize(columns.max(basis.columns.len()), BasisStatuses::NONBASIC);
            basis.rows.resize(rows.max(basis.rows.len()), BasisStatuses::BASIC);
        }
    }

    /// Hands the basis over where HiGHS has lost its own: it takes one that lacks columns or has too many.
    fn mend_basis(&mut self, lost: bool) -> Result<(), LpTrouble> {
        match &self.basis {
            Some(Basis(basis)) if lost && self.columns() > 0 => Ok(self.instance.set_basis(basis)?),
            _ => Ok(()),
        }
    }
}

/// How a solve goes about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Approach {
    Warm,
    Fresh,
}

/// How a run ended, if well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ended {
    Optimal,
    Infeasible,
    Stopped,
}

fn ended(status: HighsModelStatus) -> Result<Ended, LpTrouble> {
    match status {
        HighsModelStatus::Optimal => Ok(Ended::Optimal),
        HighsModelStatus::Infeasible => Ok(Ended::Infeasible),
        HighsModelStatus::ReachedTimeLimit | HighsModelStatus::ReachedInterrupt => Ok(Ended::Stopped),
        HighsModelStatus::Unbounded => Err(LpTrouble::Unbounded),
        HighsModelStatus::ReachedMemoryLimit => Err(LpTrouble::OutOfMemory),
        HighsModelStatus::ModelEmpty => Err(LpTrouble::Empty),
        HighsModelStatus::UnboundedOrInfeasible => Err(LpTrouble::Broken("unbounded or infeasible")),
        HighsModelStatus::ReachedIterationLimit => Err(LpTrouble::Broken("iteration limit")),
        HighsModelStatus::ReachedSolutionLimit => Err(LpTrouble::Broken("solution limit")),
        HighsModelStatus::ObjectiveBound => Err(LpTrouble::Broken("objective bound")),
        HighsModelStatus::ObjectiveTarget => Err(LpTrouble::Broken("objective target")),
        HighsModelStatus::NotSet => Err(LpTrouble::Broken("not set")),
        HighsModelStatus::LoadError => Err(LpTrouble::Broken("load")),
        HighsModelStatus::ModelError => Err(LpTrouble::Broken("model")),
        HighsModelStatus::PresolveError => Err(LpTrouble::Broken("presolve")),
        HighsModelStatus::SolveError => Err(LpTrouble::Broken("solve")),
        HighsModelStatus::PostsolveError => Err(LpTrouble::Broken("postsolve")),
        HighsModelStatus::Unknown => Err(LpTrouble::Broken("unknown")),
        // The enum may grow; what is not known is not trusted.
        _ => Err(LpTrouble::Broken("a status of a later version")),
    }
}

/// Removes what is gone; whether one of them was of the kind that the basis cannot spare.
fn delete<Status: Copy>(statuses: &mut Vec<Status>, gone: &[bool], needed: impl Fn(Status) -> bool) -> bool {
    let lost = statuses.iter().zip(gone).any(|(&status, &gone)| gone && needed(status));
    let mut gone = gone.iter();
    statuses.retain(|_| !gone.next().is_some_and(|&gone| gone));
    lost
}

#[cfg(test)]
mod tests;
