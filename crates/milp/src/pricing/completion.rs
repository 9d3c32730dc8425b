//! Completion bounds: what going on from a node at a moment costs at least, visits repeated at will but not at once.
//!
//! A backward recursion over buckets of time (2-cycle elimination after Houck et al. 1980). As a bound on routes it
//! is weak, as a pruner of labels it decides how many there are.

use super::clock::{Clock, NEVER, Setting, first_open};
use super::fine::FAR;
use super::local::Local;

/// No next node: the way home.
const HOME: u16 = u16::MAX;

/// Cells times arcs that filling may look at, which sets how fine the buckets are.
const WORK_MAX: usize = 3_000_000;
const BUCKETS_MAX: usize = 120;
const BUCKETS_MIN: usize = 12;

/// The least fine money of going on, by which node it goes to, and the least by any other.
#[derive(Clone, Copy, Debug)]
struct Cell {
    best: i64,
    next: u16,
    second: i64,
}

impl Cell {
    const NONE: Self = Self { best: FAR, next: HOME, second: FAR };

    #[inline]
    fn offer(&mut self, value: i64, next: u16) {
        if value < self.best {
            if next != self.next {
                self.second = self.best;
            }
            (self.best, self.next) = (value, next);
        } else if next != self.next && value < self.second {
            self.second = value;
        }
    }

    /// The least that does not go to `node`.
    #[inline]
    fn avoiding(&self, node: u16) -> i64 {
        if self.next == node { self.second } else { self.best }
    }
}

/// The table of a network.
pub(super) struct Completion {
    first: i64,
    width: i64,
    buckets: usize,
    nodes: usize,
    /// By number of breaks taken, node and bucket.
    cells: Vec<Cell>,
}

impl Completion {
    /// O(breaks · buckets · nodes²).
    pub(super) fn of(local: &Local<'_>) -> Self {
        let nodes = local.nodes.len();
        let timing = local.setting.timing;
        let states = timing.breaks().len() + 1;
        let first = timing.start();
        let last = timing.terminal().iter().filter_map(journeyman_route::Curve::end).max().unwrap_or(first);
        let buckets = (WORK_MAX / (nodes * nodes).max(1) / states).clamp(BUCKETS_MIN, BUCKETS_MAX);
        let count = i64::try_from(buckets).expect("a small number");
        let width = ((last - first) / count + 1).max(1);
        let mut table =
            Self { first, width, buckets, nodes, cells: vec![Cell::NONE; states * nodes * buckets] };
        let passes = passes(local, width);
        for bucket in (0..buckets).rev() {
            for _ in 0..passes {
                for taken in (0..states).rev() {
                    for node in 0..nodes {
                        let cell = table.fill(local, (taken, node, bucket));
                        let at = table.at(taken, node, bucket);
                        table.cells[at] = cell;
                    }
                }
            }
        }
        table
    }

    fn at(&self, taken: usize, node: usize, bucket: usize) -> usize {
        (taken * self.nodes + node) * self.buckets + bucket
    }

    #[inline]
    fn bucket(&self, moment: i64) -> usize {
        // The last bucket has no end, and before the first one nothing is done.
        let bucket = (moment - self.first).max(0) / self.width;
        usize::try_from(bucket).unwrap_or(usize::MAX).min(self.buckets - 1)
    }

    #[inline]
    fn cell(&self, taken: usize, node: usize, moment: i64) -> Cell {
        self.cells[self.at(taken, node, self.bucket(moment))]
    }

    /// From a node, done there at the first moment of a bucket.
    fn fill(&self, local: &Local<'_>, (taken, node, bucket): (usize, usize, usize)) -> Cell {
        let timing = local.setting.timing;
        let mut cell = self.cells[self.at(taken, node, bucket)];
        let moment = self.first + self.width * i64::try_from(bucket).expect("a small number");
        let home = local.home[node];
        if let Some(terminal) = timing.terminal()[taken].at(moment + home.time) {
            cell.offer(local.fine.of(terminal + home.price), HOME);
        }
        let after_break = |taken: usize, moment: i64| {
            let &(earliest, latest, duration) = timing.breaks().get(taken)?;
            (moment <= latest).then(|| moment.max(earliest) + duration)
        };
        if let Some(later) = after_break(taken, moment) {
            let after = self.cell(taken + 1, node, later);
            cell.offer(after.best, after.next);
            cell.offer(after.second, other_than(after.next));
        }
        let tag = u16::try_from(node).expect("nodes are limited far below 2^16");
        for &to in &local.arcs[node] {
            let (next, leg) = (&local.nodes[usize::from(to)], local.leg(node, usize::from(to)));
            let arrival = moment + leg.time;
            let value = local.fine.of(leg.price + next.price) - local.prize[usize::from(to)];
            // On arrival any number of breaks may come before the service.
            let (mut ready, mut by_then) = (Some(arrival), taken);
            while let Some(start) = ready.and_then(|ready| first_open(next.profile, ready)) {
                let after = self.cell(by_then, usize::from(to), start + next.duration).avoiding(tag);
                cell.offer(value + after, to);
                ready = ready.and_then(|ready| after_break(by_then, ready));
                by_then += 1;
            }
        }
        cell
    }

    /// What a route costs at least that goes on from a label at a node.
    ///
    /// `seen` says which nodes the label may not visit again.
    #[inline]
    pub(super) fn bound<C: Clock>(
        &self,
        setting: &Setting<'_>,
        (clock, spent): (&C, i64),
        fine: super::Fine,
        node: usize,
        seen: impl Fn(usize) -> bool,
    ) -> i64 {
        let mut least = FAR;
        for taken in 0..=setting.timing.breaks().len() {
            let earliest = clock.earliest(taken);
            if earliest >= NEVER {
                continue;
            }
            let (from, to) = (self.bucket(earliest), self.bucket(clock.settled(taken).max(earliest)));
            for bucket in from..=to {
                let cell = self.cells[self.at(taken, node, bucket)];
                let free = cell.next == HOME || !seen(usize::from(cell.next));
                let after = if free { cell.best } else { cell.second };
                if after >= FAR / 2 {
                    continue;
                }
                let moment = if bucket == to {
                    i64::MAX / 8
                } else {
                    self.first + self.width * i64::try_from(bucket + 1).expect("a small number") - 1
                };
                least = least.min(fine.of(clock.cost_by(setting, taken, moment)) + after);
            }
        }
        least.saturating_add(spent)
    }
}

/// A tag that differs from the given one, for a value whose next node is not known.
fn other_than(next: u16) -> u16 {
    if next == HOME { HOME - 1 } else { HOME }
}

/// How often a bucket is filled so that routes with several stops inside it are covered: each stop but the last takes
/// the least step at least.
fn passes(local: &Local<'_>, width: i64) -> usize {
    let step = (0..local.nodes.len())
        .flat_map(|from| local.arcs[from].iter().map(move |&to| (from, usize::from(to))))
        .map(|(from, to)| local.leg(from, to).time + local.nodes[to].duration)
        .min()
        .unwrap_or(width);
    let stops = if step <= 0 { local.nodes.len() } else { usize::try_from(width / step + 1).unwrap_or(1) };
    stops.clamp(1, local.nodes.len().max(1))
}
