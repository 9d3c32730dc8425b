//! Going through all plans that listed routes can make below a gap, in integers: what is left is proved not to exist.

use super::cuts::HalfCut;
use super::generate::{Limits, Proof};
use super::listed::Slack;
use super::orders::{Duty, Orders};
use super::scope::Scope;

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Exhausted {
    /// The best plan below the gap, as positions of listed routes.
    pub(crate) best: Option<Vec<usize>>,
    /// No plan has less slack than this, which is at most the gap.
    pub(crate) slack_min: i64,
}

/// The best choice of listed routes with a total slack below `gap`, among those that `is_plan` accepts: it refuses
/// what overdraws shared stocks, other orders of the same visits might not. None where there are too many nodes; besides, how
/// many there were.
pub(crate) fn exhaust(
    scope: &Scope<'_>,
    (proof, orders): (&Proof, &Orders),
    (listed, gap): (&[Slack<'_>], i64),
    (nodes_max, limits): (usize, Limits<'_>),
    is_plan: &mut dyn FnMut(&[usize]) -> bool,
) -> (Option<Exhausted>, usize) {
    let mut walk =
        Walk { limits: (nodes_max, limits), ..Walk::of(scope, (proof, orders), (listed, gap), limits) };
    let finished = walk.step(0, is_plan);
    let nodes = walk.nodes;
    (finished.then(|| Exhausted { slack_min: walk.gap.min(walk.refused), best: walk.best }), nodes)
}

/// Depth-first search over rows: which listed route serves the visit, or none.
struct Walk<'w> {
    listed: &'w [Slack<'w>],
    /// Positions in `listed` by row, least slack first.
    by_row: Vec<Vec<usize>>,
    /// Slack of leaving the visit of a row unserved; none where a plan must serve it.
    unserved: Vec<Option<i64>>,
    mandatory: Vec<bool>,
    served: Vec<bool>,
    decided: Vec<bool>,
    /// By class: shifts left, and the slack of one that serves nothing.
    left: Vec<(i64, i64)>,
    /// By class: the listed route without visits that costs less than standing still; off the triangle inequality the way
    /// home of a shift that has begun may be shorter over a pickup.
    errand: Vec<Option<usize>>,
    /// Cuts: their price, their rows, and how often two of them may still be in one route.
    cuts: Vec<(i64, HalfCut, i64)>,
    /// The row of the first class.
    first_class: u32,
    /// Mandatory visits that may still be left unserved, and the slack of each that is not.
    excused: (u32, i64),
    chosen: Vec<usize>,
    /// Total slack must stay below it.
    gap: i64,
    best: Option<Vec<usize>>,
    /// The least slack of what was refused.
    refused: i64,
    nodes: usize,
    /// Most nodes, and when to stop besides.
    limits: (usize, Limits<'w>),
}

impl<'w> Walk<'w> {
    fn of(
        scope: &Scope<'_>,
        (proof, orders): (&Proof, &Orders),
        (listed, gap): (&'w [Slack<'w>], i64),
        limits: Limits<'w>,
    ) -> Self {
        let rows = scope.visits.len();
        let mut by_row: Vec<Vec<usize>> = vec![Vec::new(); rows];
        for (at, route) in listed.iter().enumerate() {
            route.column.rows.iter().for_each(|&row| by_row[row as usize].push(at));
        }
        by_row.iter_mut().for_each(|routes| routes.sort_by_key(|&at| (listed[at].slack, at)));
        let worth = |row: usize| proof.prices.visit[scope.visits[row].index()];
        let may_be_excused = |&row: &usize| scope.is_mandatory(row) && orders.duty(row) == Duty::Open;
        let dearest = (0..rows).filter(may_be_excused).map(worth).max().unwrap_or(0);
        let excused = scope.excused.saturating_sub(orders.surely_excused(scope));
        let unserved = (0..rows).map(|row| {
            if orders.duty(row) == Duty::Served {
                None
            } else if !scope.is_mandatory(row) {
                Some(scope.fine.of(scope.penalty(row)) - worth(row))
            } else if excused > 0 {
                Some(dearest - worth(row))
            } else {
                None
            }
        });
        let classes = scope.classes.iter().zip(&proof.least);
        let mut left: Vec<(i64, i64)> = classes
            .map(|(class, least)| (class.count(), scope.fine.of(class.idle_cost.micros()) - least))
            .collect();
        let mut errand = vec![None; left.len()];
        for (at, route) in listed.iter().enumerate().filter(|(_, route)| route.column.rows.is_empty()) {
            let idle = &mut left[route.column.class];
            if route.slack < idle.1 {
                idle.1 = route.slack;
                errand[route.column.class] = Some(at);
            }
        }
        Self {
            unserved: unserved.collect(),
            mandatory: (0..rows).map(|row| scope.is_mandatory(row)).collect(),
            by_row,
            listed,
            served: vec![false; rows],
            // What the orders leave unserved is paid for in the bound already.
            decided: (0..rows).map(|row| orders.duty(row) == Duty::Unserved).collect(),
            left,
            errand,
            cuts: proof
                .prices
                .cuts
                .iter()
                .map(|cut| (cut.price, HalfCut::of(scope, cut), cut.most()))
                .collect(),
            first_class: scope.class_row(0),
            excused: (excused, dearest),
            chosen: Vec::new(),
            gap,
            best: None,
            refused: i64::MAX,
            nodes: 0,
            limits: (0, limits),
        }
    }

    /// Goes on from a choice with this slack; false when there were too many nodes.
    fn step(&mut self, slack: i64, is_plan: &mut dyn FnMut(&[usize]) -> bool) -> bool {
        self.nodes += 1;
        if self.nodes > self.limits.0 || self.nodes.is_multiple_of(256) && self.limits.1.over() {
            return false;
        }
        let Some(row) = self.tightest_row(slack) else {
            self.leaf(slack, is_plan);
            return true;
        };
        for at in self.options(row, slack) {
            self.choose(at);
            let finished = self.step(slack + self.listed[at].slack, is_plan);
            self.take_back(at);
            if !finished {
                return false;
            }
        }
        let Some(loss) = self.unserved[row].filter(|loss| slack + loss < self.gap) else { return true };
        let counts = u32::from(self.mandatory[row]);
        if counts > self.excused.0 {
            return true;
        }
        self.excused.0 -= counts;
        self.decided[row] = true;
        let finished = self.step(slack + loss, is_plan);
        self.decided[row] = false;
        self.excused.0 += counts;
        finished
    }

    /// The undecided row with the fewest ways to go on.
    fn tightest_row(&self, slack: i64) -> Option<usize> {
        let open = (0..self.served.len()).filter(|&row| !self.served[row] && !self.decided[row]);
        open.min_by_key(|&row| {
            let ways = self.by_row[row].iter().take_while(|&&at| slack + self.listed[at].slack < self.gap);
            (ways.filter(|&&at| self.fits(at)).count(), row)
        })
    }

    fn options(&self, row: usize, slack: i64) -> Vec<usize> {
        let ways = self.by_row[row].iter().copied();
        ways.take_while(|&at| slack + self.listed[at].slack < self.gap).filter(|&at| self.fits(at)).collect()
    }

    fn fits(&self, at: usize) -> bool {
        let column = self.listed[at].column;
        self.left[column.class].0 > 0
            && column.rows.iter().all(|&row| !self.served[row as usize] && !self.decided[row as usize])
    }

    fn choose(&mut self, at: usize) {
        let column = self.listed[at].column;
        column.rows.iter().for_each(|&row| self.served[row as usize] = true);
        self.left[column.class].0 -= 1;
        for (_, cut, left) in &mut self.cuts {
            *left -= cut.coefficient(column, self.first_class);
        }
        self.chosen.push(at);
    }

    fn take_back(&mut self, at: usize) {
        let column = self.listed[at].column;
        column.rows.iter().for_each(|&row| self.served[row as usize] = false);
        self.left[column.class].0 += 1;
        for (_, cut, left) in &mut self.cuts {
            *left += cut.coefficient(column, self.first_class);
        }
        self.chosen.pop();
    }

    /// Every row is decided: what shifts that do nothing, cuts without a route and excuses not taken still add.
    fn leaf(&mut self, slack: i64, is_plan: &mut dyn FnMut(&[usize]) -> bool) {
        let idle: i64 = self.left.iter().map(|&(count, slack)| count * slack).sum();
        let cuts: i64 = self.cuts.iter().map(|(price, _, left)| price * left).sum();
        let total = slack + idle + cuts + i64::from(self.excused.0) * self.excused.1;
        if total >= self.gap {
            return;
        }
        let mut plan = self.chosen.clone();
        for (&(count, _), errand) in self.left.iter().zip(&self.errand) {
            let count = usize::try_from(count).expect("never more are taken than there are");
            plan.extend(errand.iter().flat_map(|&at| std::iter::repeat_n(at, count)));
        }
        if is_plan(&plan) {
            self.gap = total;
            self.best = Some(plan);
        } else {
            self.refused = self.refused.min(total);
        }
    }
}
