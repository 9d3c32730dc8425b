//! The restricted master: a linear program over the columns known so far, kept warm.
//!
//! ```text
//! min  Σ_r cost_r x_r + Σ_j penalty_j u_j + Σ_{j mandatory} cap a_j
//! visit j     Σ_{r ∋ j} x_r + u_j (+ a_j) ≥ 1          worth 0 ≤ π_j ≤ penalty_j, or cap
//! class c     Σ_{r of c} x_r ≤ n_c,  = 1 where frozen  σ_c
//! excused     Σ_{j mandatory} u_j ≤ M
//! cut S       Σ_{r: |r ∩ S| ≥ 2} x_r ≤ 1               −price_S
//! ```
//! The cap on what a mandatory visit is worth keeps the program feasible before there are columns; it only steers, and
//! any π makes a bound.

use std::sync::atomic::AtomicBool;

use rustc_hash::FxHashMap;

use super::column::ClassColumn;
use super::scope::Scope;
use crate::deadline::Deadline;
use crate::linear_program::{Basis, LinearProgram, LpTrouble, NewColumn, NewRow, RowBounds, Solved};
use crate::pricing::{CUTS_MAX, Cut, Prices};
use crate::tolerance::OBJECTIVE_COEFFICIENT_MAX;

/// The master with its columns.
pub(crate) struct Restricted<'s, 'm> {
    scope: &'s Scope<'m>,
    program: LinearProgram,
    /// Columns of the program before those of routes.
    fixed: usize,
    columns: Vec<ClassColumn>,
    /// Position in `columns` by class and rows.
    known: FxHashMap<(usize, Vec<u32>), usize>,
    cuts: Vec<[u32; 3]>,
    /// Micro-dollars per unit of the program.
    unit: f64,
    /// Micro-dollars.
    cap: i64,
}

/// What the program says of every row.
pub(crate) struct Duals {
    /// Of visits and cuts.
    pub(crate) prices: Prices,
    /// By class: fine money below which a route's reduced cost is negative; never above doing nothing.
    pub(crate) ceilings: Vec<i64>,
}

impl<'s, 'm> Restricted<'s, 'm> {
    /// Without routes. `dearest`: micro-dollars that no route which matters exceeds.
    pub(crate) fn new(scope: &'s Scope<'m>, dearest: i64) -> Result<Self, LpTrouble> {
        let largest = (0..scope.visits.len()).map(|row| scope.penalty(row)).fold(dearest.max(1), i64::max);
        let cap = 4 * largest;
        let unit = (float(cap) / OBJECTIVE_COEFFICIENT_MAX).log2().ceil().exp2();
        let mut rows = vec![RowBounds { lower: 1.0, upper: f64::INFINITY }; scope.visits.len()];
        rows.extend(scope.classes.iter().map(|class| {
            let count = float(class.count());
            let lower = if class.frozen.is_empty() { f64::NEG_INFINITY } else { count };
            RowBounds { lower, upper: count }
        }));
        rows.push(RowBounds { lower: f64::NEG_INFINITY, upper: f64::from(scope.excused) });
        let mut program = LinearProgram::new(&rows)?;
        let visits = scope.visits.len();
        let mut fixed = Vec::new();
        for row in 0..visits {
            if scope.is_mandatory(row) {
                fixed.push((float(cap), vec![(index(row), 1.0)]));
                if scope.excused > 0 {
                    fixed.push((0.0, vec![(index(row), 1.0), (index(rows.len() - 1), 1.0)]));
                }
            } else {
                fixed.push((float(scope.penalty(row)), vec![(index(row), 1.0)]));
            }
        }
        for (at, class) in scope.classes.iter().enumerate().filter(|(_, class)| !class.frozen.is_empty()) {
            fixed.push((float(class.idle_cost.micros()), vec![(index(visits + at), 1.0)]));
        }
        let columns: Vec<NewColumn<'_>> = fixed
            .iter()
            .map(|(cost, entries)| NewColumn { cost: cost / unit, lower: 0.0, upper: f64::INFINITY, entries })
            .collect();
        program.add_columns(&columns)?;
        Ok(Self {
            scope,
            program,
            fixed: fixed.len(),
            columns: Vec::new(),
            known: FxHashMap::default(),
            cuts: Vec::new(),
            unit,
            cap,
        })
    }

    /// Routes of the program.
    pub(crate) fn columns(&self) -> &[ClassColumn] {
        &self.columns
    }

    /// x by route, after an optimal solve.
    pub(crate) fn primal(&self) -> &[f64] {
        self.program.primal().get(self.fixed..).unwrap_or(&[])
    }

    /// Reduced costs by route in units of the program, after an optimal solve.
    pub(crate) fn route_reduced_costs(&self) -> &[f64] {
        self.program.reduced_costs().get(self.fixed..).unwrap_or(&[])
    }

    /// Makes the program choose these routes, by position, or frees them again.
    pub(crate) fn fix(&mut self, routes: &[usize], chosen: bool) -> Result<(), LpTrouble> {
        let lower = if chosen { 1.0 } else { 0.0 };
        let bounds: Vec<(u32, f64, f64)> =
            routes.iter().map(|&at| (index(self.fixed + at), lower, f64::INFINITY)).collect();
        self.program.set_column_bounds(&bounds)
    }

    /// Where a solve starts.
    pub(crate) fn basis(&self) -> Option<Basis> {
        self.program.basis().cloned()
    }

    /// Starts the next solve from a basis taken before.
    pub(crate) fn start_from(&mut self, basis: &Basis) -> Result<(), LpTrouble> {
        self.program.set_basis(basis)
    }

    /// Cuts as triples of rows.
    pub(crate) fn cuts(&self) -> &[[u32; 3]] {
        &self.cuts
    }

    /// Adds columns that are new, or cheaper than the one with the same visits; how many.
    pub(crate) fn add(&mut self, columns: Vec<ClassColumn>) -> Result<usize, LpTrouble> {
        if columns.is_empty() {
            // An edit, even an empty one, would lose the solution that stands.
            return Ok(0);
        }
        let mut fresh: Vec<(usize, Vec<(u32, f64)>)> = Vec::new();
        let mut cheaper: Vec<(u32, f64)> = Vec::new();
        for column in columns {
            let key = (column.class, column.rows.clone());
            if let Some(&at) = self.known.get(&key) {
                if column.cost < self.columns[at].cost {
                    cheaper.push((index(self.fixed + at), float(column.cost) / self.unit));
                    self.columns[at] = column;
                }
                continue;
            }
            self.known.insert(key, self.columns.len());
            fresh.push((self.columns.len(), self.entries(&column)));
            self.columns.push(column);
        }
        if fresh.is_empty() && cheaper.is_empty() {
            return Ok(0);
        }
        let batch: Vec<NewColumn<'_>> = fresh
            .iter()
            .map(|(at, entries)| NewColumn {
                cost: float(self.columns[*at].cost) / self.unit,
                lower: 0.0,
                upper: f64::INFINITY,
                entries,
            })
            .collect();
        self.program.add_columns(&batch)?;
        // A new one may be replaced by a cheaper one of the same call.
        self.program.set_column_costs(&cheaper)?;
        Ok(fresh.len() + cheaper.len())
    }

    fn entries(&self, column: &ClassColumn) -> Vec<(u32, f64)> {
        let visits = self.scope.visits.len();
        let first_cut = visits + self.scope.classes.len() + 1;
        let mut entries: Vec<(u32, f64)> = column.rows.iter().map(|&row| (row, 1.0)).collect();
        entries.push((index(visits + column.class), 1.0));
        let cut = self.cuts.iter().enumerate().filter(|(_, cut)| is_in(cut, column));
        entries.extend(cut.map(|(at, _)| (index(first_cut + at), 1.0)));
        entries
    }

    /// Adds cuts, as far as pricing can hold them; how many.
    pub(crate) fn add_cuts(&mut self, cuts: &[[u32; 3]]) -> Result<usize, LpTrouble> {
        let room = CUTS_MAX - self.cuts.len();
        let cuts = &cuts[..cuts.len().min(room)];
        let entries: Vec<Vec<(u32, f64)>> = cuts
            .iter()
            .map(|cut| {
                let with = self.columns.iter().enumerate().filter(|(_, column)| is_in(cut, column));
                with.map(|(at, _)| (index(self.fixed + at), 1.0)).collect()
            })
            .collect();
        let bounds = RowBounds { lower: f64::NEG_INFINITY, upper: 1.0 };
        let rows: Vec<NewRow<'_>> = entries.iter().map(|entries| NewRow { bounds, entries }).collect();
        self.program.add_rows(&rows)?;
        self.cuts.extend_from_slice(cuts);
        Ok(cuts.len())
    }

    /// Drops cuts that are slack after an optimal solve; how many.
    pub(crate) fn drop_slack_cuts(&mut self) -> Result<usize, LpTrouble> {
        let first = self.scope.visits.len() + self.scope.classes.len() + 1;
        let duals = self.program.duals().to_vec();
        let slack: Vec<bool> = (0..self.cuts.len())
            .map(|at| duals.get(first + at).is_some_and(|dual| dual.abs() < 1e-9))
            .collect();
        let mut gone = vec![false; first];
        gone.extend(&slack);
        let mut slack = slack.into_iter();
        let before = self.cuts.len();
        self.cuts.retain(|_| !slack.next().unwrap_or(false));
        if self.cuts.len() < before {
            self.program.delete_rows(&gone)?;
        }
        Ok(before - self.cuts.len())
    }

    /// Takes routes out after an optimal solve, the highest reduced costs first, all positive, until `keep` are left;
    /// they are returned.
    pub(crate) fn purge_dearest(&mut self, keep: usize) -> Result<Vec<ClassColumn>, LpTrouble> {
        let reduced = self.route_reduced_costs();
        if reduced.len() <= keep {
            return Ok(Vec::new());
        }
        let mut sorted = reduced.to_vec();
        let (_, &mut bar, _) = sorted.select_nth_unstable_by(keep, f64::total_cmp);
        let bar = bar.max(1e-7);
        let gone: Vec<bool> =
            std::iter::repeat_n(false, self.fixed).chain(reduced.iter().map(|&cost| cost > bar)).collect();
        if !gone.contains(&true) {
            return Ok(Vec::new());
        }
        self.program.delete_columns(&gone)?;
        let (mut kept, mut purged) = (Vec::new(), Vec::new());
        for (column, &gone) in self.columns.drain(..).zip(&gone[self.fixed..]) {
            if gone {
                purged.push(column);
            } else {
                kept.push(column);
            }
        }
        self.columns = kept;
        let keys = self.columns.iter().enumerate();
        self.known = keys.map(|(at, column)| ((column.class, column.rows.clone()), at)).collect();
        Ok(purged)
    }

    /// The optimum in micro-dollars; none when interrupted.
    pub(crate) fn solve(&mut self, deadline: Deadline, stop: &AtomicBool) -> Result<Option<f64>, LpTrouble> {
        match self.program.solve(deadline, stop)? {
            Solved::Optimal { objective } => Ok(Some(objective * self.unit)),
            Solved::Interrupted => Ok(None),
            Solved::Infeasible => Err(LpTrouble::Broken("the master is feasible by its making")),
        }
    }

    /// What the rows are worth, rounded to integers in their allowed ranges, after an optimal solve.
    pub(crate) fn duals(&self) -> Duals {
        let scope = self.scope;
        let (fine, duals) = (scope.fine, self.program.duals());
        let whole = |dual: f64| fine.of_micros(dual * self.unit);
        let visits = scope.visits.len();
        let mut visit = vec![0; scope.model.problem().visits.len()];
        for (row, id) in scope.visits.iter().enumerate() {
            let most = if scope.is_mandatory(row) { self.cap } else { scope.penalty(row) };
            visit[id.index()] = whole(duals[row]).clamp(0, fine.of(most));
        }
        let ceilings = scope
            .classes
            .iter()
            .enumerate()
            .map(|(at, class)| whole(duals[visits + at]).min(fine.of(class.idle_cost.micros())));
        let first_cut = visits + scope.classes.len() + 1;
        let cuts = self.cuts.iter().enumerate().map(|(at, rows)| Cut {
            visits: rows.map(|row| scope.visits[row as usize]),
            price: whole(-duals[first_cut + at]).max(0),
        });
        Duals { ceilings: ceilings.collect(), prices: Prices { fine, visit, cuts: cuts.collect() } }
    }
}

/// Whether a column serves two or more visits of a cut.
pub(crate) fn is_in(cut: &[u32; 3], column: &ClassColumn) -> bool {
    cut.iter().filter(|row| column.rows.binary_search(row).is_ok()).count() >= 2
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("rows and columns are limited far below 2^32")
}

#[expect(clippy::cast_precision_loss, reason = "the LP border: money far below 2^53 micro-dollars")]
fn float(number: i64) -> f64 {
    number as f64
}
