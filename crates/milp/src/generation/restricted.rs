//! The restricted master: a linear program over the columns known so far, kept warm.
//!
//! ```text
//! min  Σ_r cost_r x_r + Σ_j penalty_j u_j + Σ_{j mandatory} cap a_j
//! visit j     Σ_{r ∋ j} x_r + u_j (+ a_j) ≥ 1          worth 0 ≤ π_j ≤ penalty_j, or cap
//! class c     Σ_{r of c} x_r ≤ n_c,  = 1 where frozen  σ_c
//! excused     Σ_{j mandatory} u_j ≤ M
//! cut S       Σ_r ⌊|r ∩ S|/2⌋ x_r ≤ ⌊|S|/2⌋            −price_S
//! ```
//! The cap on what a mandatory visit is worth keeps the program feasible before there are columns; it only steers, and
//! any π makes a bound.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use rustc_hash::FxHashMap;

use super::column::ClassColumn;
use super::cuts::HalfCut;
use super::orders::{Duty, Orders};
use super::scope::Scope;
use crate::deadline::Deadline;
use crate::linear_program::{
    Basis, LinearProgram, LpEffort, LpTrouble, NewColumn, NewRow, RowBounds, Solved,
};
use crate::pricing::{CUTS_MAX, Prices};
use crate::tolerance::OBJECTIVE_COEFFICIENT_MAX;

/// The master with its columns.
pub(crate) struct Restricted<'s, 'm> {
    scope: &'s Scope<'m>,
    program: LinearProgram,
    /// Columns of the program before those of routes.
    fixed: usize,
    /// By row: the column that pays for what no route does.
    absences: Vec<Absence>,
    orders: Orders,
    columns: Vec<ClassColumn>,
    /// Position in `columns` by class and rows.
    known: FxHashMap<(usize, Vec<u32>), usize>,
    cuts: Vec<HalfCut>,
    /// Micro-dollars per unit of the program.
    unit: f64,
    /// Micro-dollars.
    cap: i64,
}

/// Columns of the program that stand for a visit without a route.
#[derive(Clone, Copy, Debug)]
struct Absence {
    /// Its penalty, or the cap.
    paid: usize,
    /// Being excused, where a mandatory visit may be.
    excused: Option<usize>,
}

/// What the program says of every row.
#[derive(Clone, Debug)]
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
        let (mut fixed, mut absences) = (Vec::new(), Vec::with_capacity(visits));
        for row in 0..visits {
            let may_be_excused = scope.is_mandatory(row) && scope.excused > 0;
            absences.push(Absence { paid: fixed.len(), excused: may_be_excused.then_some(fixed.len() + 1) });
            if scope.is_mandatory(row) {
                fixed.push((float(cap), vec![(index(row), 1.0)]));
                if may_be_excused {
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
            absences,
            orders: Orders::none(scope),
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

    /// What branching has decided.
    pub(crate) fn orders(&self) -> &Orders {
        &self.orders
    }

    /// Obeys other orders from now on. Columns that break them stay and are not chosen. O(columns).
    ///
    /// What must be served keeps a column that pays the cap, so that the program stays feasible; what must not be served
    /// pays its penalty for certain.
    pub(crate) fn set_orders(&mut self, orders: &Orders) -> Result<(), LpTrouble> {
        self.orders.clone_from(orders);
        let all = 0..self.columns.len();
        let mut bounds: Vec<(u32, f64, f64)> =
            all.map(|at| (index(self.fixed + at), 0.0, self.upper(&self.columns[at]))).collect();
        let mut costs = Vec::with_capacity(self.absences.len());
        for (row, absence) in self.absences.iter().enumerate() {
            let range = match orders.duty(row) {
                Duty::Open => (0.0, f64::INFINITY),
                Duty::Served => (0.0, 0.0),
                Duty::Unserved => (1.0, 1.0),
            };
            bounds.extend(absence.excused.map(|at| (index(at), range.0, range.1)));
            if !self.scope.is_mandatory(row) {
                let served = orders.duty(row) == Duty::Served;
                costs.push((index(absence.paid), float(self.most_worth(row)) / self.unit));
                let range = if served { (0.0, f64::INFINITY) } else { range };
                bounds.push((index(absence.paid), range.0, range.1));
            }
        }
        self.program.set_column_bounds(&bounds)?;
        self.program.set_column_costs(&costs)?;
        self.know();
        Ok(())
    }

    fn upper(&self, column: &ClassColumn) -> f64 {
        if self.orders.allow(self.scope, column) { f64::INFINITY } else { 0.0 }
    }

    /// Micro-dollars that the absence of a visit costs in the program.
    fn most_worth(&self, row: usize) -> i64 {
        let capped = self.scope.is_mandatory(row) || self.orders.duty(row) == Duty::Served;
        if capped { self.cap } else { self.scope.penalty(row) }
    }

    /// Notes where columns are: of those with the same visits one that obeys the orders, else the last.
    fn know(&mut self) {
        self.known.clear();
        for (at, column) in self.columns.iter().enumerate() {
            let known = self.known.entry((column.class, column.rows.clone())).or_insert(at);
            if !self.orders.allow(self.scope, &self.columns[*known]) {
                *known = at;
            }
        }
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

    /// The cuts.
    pub(crate) fn cuts(&self) -> &[HalfCut] {
        &self.cuts
    }

    /// Adds columns that are new, or cheaper than the one with the same visits; how many.
    pub(crate) fn add(&mut self, columns: Vec<ClassColumn>) -> Result<usize, LpTrouble> {
        if columns.is_empty() {
            // An edit, even an empty one, would lose the solution that stands.
            return Ok(0);
        }
        let mut fresh: Vec<(usize, Vec<(u32, f64)>)> = Vec::new();
        let mut cheaper: BTreeMap<u32, f64> = BTreeMap::new();
        for column in columns {
            let key = (column.class, column.rows.clone());
            let obeys = self.orders.allow(self.scope, &column);
            if let Some(&at) = self.known.get(&key)
                && obeys <= self.orders.allow(self.scope, &self.columns[at])
            {
                // A cheaper order of the visits may be one that the orders forbid.
                if obeys && column.cost < self.columns[at].cost {
                    // Of several orders of the same visits the last one is the cheapest; the solver wants each once.
                    cheaper.insert(index(self.fixed + at), float(column.cost) / self.unit);
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
                upper: self.upper(&self.columns[*at]),
                entries,
            })
            .collect();
        self.program.add_columns(&batch)?;
        // A new one may be replaced by a cheaper one of the same call.
        let count = fresh.len() + cheaper.len();
        self.program.set_column_costs(&Vec::from_iter(cheaper))?;
        Ok(count)
    }

    fn entries(&self, column: &ClassColumn) -> Vec<(u32, f64)> {
        let visits = self.scope.visits.len();
        let first_cut = visits + self.scope.classes.len() + 1;
        let mut entries: Vec<(u32, f64)> = column.rows.iter().map(|&row| (row, 1.0)).collect();
        entries.push((index(visits + column.class), 1.0));
        let first_class = self.scope.class_row(0);
        let cuts = self.cuts.iter().map(|cut| float(cut.coefficient(column, first_class))).enumerate();
        entries
            .extend(cuts.filter(|&(_, times)| times > 0.0).map(|(at, times)| (index(first_cut + at), times)));
        entries
    }

    /// Adds cuts, as far as pricing can hold them; how many.
    pub(crate) fn add_cuts(&mut self, mut cuts: Vec<HalfCut>) -> Result<usize, LpTrouble> {
        cuts.truncate(CUTS_MAX - self.cuts.len());
        let first_class = self.scope.class_row(0);
        let entries: Vec<Vec<(u32, f64)>> = cuts
            .iter()
            .map(|cut| {
                let times = self.columns.iter().map(|column| float(cut.coefficient(column, first_class)));
                let with = times.enumerate().filter(|&(_, times)| times > 0.0);
                with.map(|(at, times)| (index(self.fixed + at), times)).collect()
            })
            .collect();
        let rows: Vec<NewRow<'_>> = cuts
            .iter()
            .zip(&entries)
            .map(|(cut, entries)| {
                let bounds = RowBounds { lower: f64::NEG_INFINITY, upper: float(cut.most()) };
                NewRow { bounds, entries }
            })
            .collect();
        self.program.add_rows(&rows)?;
        let added = cuts.len();
        self.cuts.extend(cuts);
        Ok(added)
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
        self.delete(&gone)
    }

    /// Takes the routes out that `goes` names.
    pub(crate) fn remove(&mut self, goes: &dyn Fn(&ClassColumn) -> bool) -> Result<(), LpTrouble> {
        let gone: Vec<bool> =
            std::iter::repeat_n(false, self.fixed).chain(self.columns.iter().map(goes)).collect();
        if gone.contains(&true) {
            self.delete(&gone)?;
        }
        Ok(())
    }

    /// By column of the program.
    fn delete(&mut self, gone: &[bool]) -> Result<Vec<ClassColumn>, LpTrouble> {
        self.program.delete_columns(gone)?;
        let (mut kept, mut purged) = (Vec::new(), Vec::new());
        for (column, &gone) in self.columns.drain(..).zip(&gone[self.fixed..]) {
            if gone {
                purged.push(column);
            } else {
                kept.push(column);
            }
        }
        self.columns = kept;
        self.know();
        Ok(purged)
    }

    /// What solving has taken so far.
    pub(crate) fn effort(&self) -> LpEffort {
        self.program.effort()
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
            let most = if self.orders.duty(row) == Duty::Unserved { 0 } else { self.most_worth(row) };
            visit[id.index()] = whole(duals[row]).clamp(0, fine.of(most));
        }
        let ceilings = scope
            .classes
            .iter()
            .enumerate()
            .map(|(at, class)| whole(duals[visits + at]).min(fine.of(class.idle_cost.micros())));
        let first_cut = visits + scope.classes.len() + 1;
        let cuts = self.cuts.iter().enumerate();
        let cuts = cuts.map(|(at, cut)| cut.priced(scope, whole(-duals[first_cut + at]).max(0)));
        Duals { ceilings: ceilings.collect(), prices: Prices { fine, visit, cuts: cuts.collect() } }
    }
}

fn index(at: usize) -> u32 {
    u32::try_from(at).expect("rows and columns are limited far below 2^32")
}

#[expect(clippy::cast_precision_loss, reason = "the LP border: money far below 2^53 micro-dollars")]
fn float(number: i64) -> f64 {
    number as f64
}
