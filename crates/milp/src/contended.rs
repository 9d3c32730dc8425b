//! Stocks that the routes of a plan can overdraw together although each route alone cannot.
//!
//! Limited shelves, and the vans of technicians with several shifts: the rules of `route::SharedStock`, written
//! as rows of the master problem.

use std::collections::{BTreeMap, BTreeSet};

use journeyman_domain::{Problem, ShiftId, StockQuantity, TechnicianId, Time};
use journeyman_route::{Draw, Route};

use crate::Column;

/// Which stocks are contended in a problem.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contended {
    stocks: BTreeSet<Draw>,
    /// The technician of each shift; empty where nothing is contended.
    technicians: Vec<TechnicianId>,
}

/// Σ quantity × column ≤ most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StockRow {
    /// Position of the column, and what it takes.
    pub(crate) takes: Vec<(usize, u32)>,
    /// What there is.
    pub(crate) most: u32,
}

impl Contended {
    pub(crate) fn of(problem: &Problem) -> Self {
        let mut stocks = BTreeSet::new();
        for (pickup, noun) in problem.pickup_ids().zip(&problem.pickups) {
            let limited =
                noun.stock.iter().filter(|entry| matches!(entry.quantity, StockQuantity::Limited(_)));
            stocks.extend(limited.map(|entry| Draw::Shelf(pickup, entry.sku)));
        }
        for (technician, noun) in problem.technician_ids().zip(&problem.technicians) {
            let shifts = problem.shifts.iter().filter(|shift| shift.technician == technician).count();
            if shifts > 1 {
                stocks.extend(noun.van.stock.iter().map(|part| Draw::Van(technician, part.sku)));
            }
        }
        let technicians = if stocks.is_empty() {
            Vec::new()
        } else {
            problem.shifts.iter().map(|shift| shift.technician).collect()
        };
        Self { stocks, technicians }
    }

    /// What a route takes from contended stocks, sorted.
    pub(crate) fn draws(&self, route: &Route) -> Vec<(Draw, u32)> {
        let Some(&technician) = self.technicians.get(route.shift().index()) else { return Vec::new() };
        let all = route.inventory().draws(technician);
        let mut draws: Vec<_> = all.filter(|(draw, _)| self.stocks.contains(draw)).collect();
        draws.sort_unstable();
        draws
    }
}

/// One row per stock and, on shelves with deliveries, per start of a shift: what shifts that start by then take
/// may not exceed what has arrived by then. Rows that no choice of one column a shift can break are left out.
pub(crate) fn stock_rows(problem: &Problem, columns: &[Column]) -> Vec<StockRow> {
    let mut takers: BTreeMap<Draw, Vec<(usize, u32)>> = BTreeMap::new();
    for (at, column) in columns.iter().enumerate() {
        for &(draw, quantity) in &column.draws {
            takers.entry(draw).or_default().push((at, quantity));
        }
    }
    let start = |at: usize| problem.shift(columns[at].shift).stocked_at();
    let mut rows = Vec::new();
    for (draw, takes) in takers {
        match draw {
            Draw::Van(technician, sku) => {
                let most = problem.technician(technician).van.stock_of(sku);
                rows.push(StockRow { takes, most });
            }
            Draw::Shelf(pickup, sku) => {
                let starts: BTreeSet<Time> = takes.iter().map(|&(at, _)| start(at)).collect();
                for by in starts {
                    let most = match problem.pickup(pickup).available(sku, by) {
                        Some(StockQuantity::Unlimited) => continue,
                        Some(StockQuantity::Limited(most)) => most,
                        None => 0,
                    };
                    let takes = takes.iter().copied().filter(|&(at, _)| start(at) <= by).collect();
                    rows.push(StockRow { takes, most });
                }
            }
        }
    }
    rows.retain(|row| can_overdraw(row, columns));
    rows
}

/// Whether the hungriest columns of all shifts together take more than there is.
fn can_overdraw(row: &StockRow, columns: &[Column]) -> bool {
    let mut most_by_shift: BTreeMap<ShiftId, u64> = BTreeMap::new();
    for &(at, quantity) in &row.takes {
        let most = most_by_shift.entry(columns[at].shift).or_default();
        *most = u64::from(quantity).max(*most);
    }
    most_by_shift.values().sum::<u64>() > u64::from(row.most)
}
