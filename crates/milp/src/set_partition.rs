//! The master problem over a pool as plain data: it borrows nothing, so that it can be sent to a thread of its own.
//!
//! ```text
//! min  Σ_r cost_r x_r + Σ_j penalty_j u_j
//! visit j      Σ_{r ∋ j} x_r + u_j ≥ 1   (Cover)  or = 1  (Partition)
//! shift k      Σ_{r of k} x_r ≤ 1,  = 1 where its prefix is frozen
//! stock s      Σ_r takes_sr x_r ≤ most_s
//! tier         floor ≤ Σ_{j mandatory} u_j ≤ ceiling
//! x binary, 0 ≤ u ≤ 1
//! ```
//! The tier row keeps mandatory visits lexicographically above money without a big-M: the ceiling is
//! what is reached already, after a first pass that minimises it.

use std::collections::BTreeMap;

use journeyman_domain::{Cost, Problem, ShiftId, VisitId};

use crate::Column;
use crate::contended::{StockRow, stock_rows};

/// Rows and columns.
#[derive(Clone, Debug)]
pub(crate) struct SetPartition {
    pub(crate) columns: Vec<SetColumn>,
    /// Visits that some column serves; the others stay unserved in any choice.
    pub(crate) visits: Vec<VisitRow>,
    pub(crate) shifts: Vec<ShiftRow>,
    pub(crate) stocks: Vec<StockRow>,
    /// No choice leaves fewer of the mandatory visits of `visits` unserved.
    pub(crate) mandatory_floor: u32,
    /// Columns of the choice to start from: the incumbent's. It keeps every row, or it is none.
    pub(crate) start: Option<Vec<usize>>,
}

#[derive(Clone, Debug)]
pub(crate) struct SetColumn {
    pub(crate) cost: Cost,
    /// Positions in `visits`.
    pub(crate) serves: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct VisitRow {
    pub(crate) penalty: Cost,
    pub(crate) mandatory: bool,
    /// Positions in `columns`.
    pub(crate) served_by: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct ShiftRow {
    /// Positions in `columns`.
    pub(crate) columns: Vec<usize>,
    /// How many of them may be chosen: the number of shifts that are alike.
    pub(crate) most: usize,
    /// The shift has begun: one of its columns must be chosen.
    pub(crate) begun: bool,
}

/// Whether a visit may lie in several chosen columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// It may; surplus is removed afterwards. Finds routes that are no column yet.
    Cover,
    /// It may not. Needed where removing a visit can make a route dearer or infeasible.
    Partition,
}

impl SetPartition {
    /// The first `start` columns are the incumbent's; `mandatory_bound` holds for every plan of the problem.
    pub(crate) fn build(problem: &Problem, columns: &[Column], start: usize, mandatory_bound: u32) -> Self {
        let mut row_of: BTreeMap<VisitId, usize> = BTreeMap::new();
        for &visit in columns.iter().flat_map(|column| &column.visits) {
            row_of.entry(visit).or_default();
        }
        row_of.values_mut().enumerate().for_each(|(row, slot)| *slot = row);
        let mut visits: Vec<VisitRow> = row_of.keys().map(|&visit| visit_row(problem, visit)).collect();
        let mut shifts: BTreeMap<ShiftId, Vec<usize>> = BTreeMap::new();
        let mut set_columns = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let serves: Vec<usize> = column.visits.iter().map(|visit| row_of[visit]).collect();
            serves.iter().for_each(|&row| visits[row].served_by.push(at));
            shifts.entry(column.shift).or_default().push(at);
            set_columns.push(SetColumn { cost: column.cost, serves });
        }
        let begun = |shift: ShiftId| problem.shift(shift).frozen.is_some();
        let out_of_reach = problem
            .visit_ids()
            .filter(|visit| problem.visit(*visit).is_mandatory() && !row_of.contains_key(visit));
        let out_of_reach = u32::try_from(out_of_reach.count()).expect("visits are limited far below 2^32");
        let mut set = Self {
            columns: set_columns,
            visits,
            shifts: shifts
                .into_iter()
                .map(|(shift, columns)| ShiftRow { columns, most: 1, begun: begun(shift) })
                .collect(),
            stocks: stock_rows(problem, columns),
            mandatory_floor: mandatory_bound.saturating_sub(out_of_reach),
            start: None,
        };
        set.start_from(start);
        set
    }

    /// Makes the first so many columns the start; it is none where a shift has begun and they have no route for it.
    pub(crate) fn start_from(&mut self, count: usize) {
        let start: Vec<usize> = (0..count).collect();
        self.start = self.admits(&start, Form::Partition).then_some(start);
    }

    /// How many mandatory visits of the rows a choice leaves unserved.
    pub(crate) fn mandatory_unserved(&self, chosen: &[usize]) -> u32 {
        let unserved = self.unserved(chosen).filter(|row| row.mandatory).count();
        u32::try_from(unserved).expect("visits are limited far below 2^32")
    }

    /// Money of a choice over the rows.
    pub(crate) fn cost(&self, chosen: &[usize]) -> Cost {
        let penalties: Cost = self.unserved(chosen).map(|row| row.penalty).sum();
        chosen.iter().map(|&at| self.columns[at].cost).sum::<Cost>() + penalties
    }

    /// Whether a choice keeps every row of a form but the tier's.
    pub(crate) fn admits(&self, chosen: &[usize], form: Form) -> bool {
        let picked = self.mask(chosen);
        let count = |columns: &[usize]| columns.iter().filter(|&&at| picked[at]).count();
        let taken = |row: &StockRow| -> u64 {
            row.takes.iter().filter(|(at, _)| picked[*at]).map(|&(_, quantity)| u64::from(quantity)).sum()
        };
        self.shifts
            .iter()
            .all(|row| count(&row.columns) <= row.most && (!row.begun || count(&row.columns) == 1))
            && self.stocks.iter().all(|row| taken(row) <= u64::from(row.most))
            && (form == Form::Cover || self.visits.iter().all(|row| count(&row.served_by) <= 1))
    }

    fn unserved(&self, chosen: &[usize]) -> impl Iterator<Item = &VisitRow> {
        let mut served = vec![false; self.visits.len()];
        for &row in chosen.iter().flat_map(|&at| &self.columns[at].serves) {
            served[row] = true;
        }
        self.visits.iter().zip(served).filter(|(_, served)| !served).map(|(row, _)| row)
    }

    pub(crate) fn mask(&self, chosen: &[usize]) -> Vec<bool> {
        let mut mask = vec![false; self.columns.len()];
        chosen.iter().for_each(|&at| mask[at] = true);
        mask
    }
}

fn visit_row(problem: &Problem, visit: VisitId) -> VisitRow {
    let noun = problem.visit(visit);
    VisitRow { penalty: noun.penalty(), mandatory: noun.is_mandatory(), served_by: Vec::new() }
}
