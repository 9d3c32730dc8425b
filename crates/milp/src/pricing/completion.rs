//! Completion bounds: what going on from a node at a moment costs at least, visits repeated at will but not at once.
//!
//! A backward recursion over buckets of time (2-cycle elimination after Houck et al. 1980). As a bound on routes it
//! is weak, as a pruner of labels it decides how many there are.

use journeyman_domain::Time;
use journeyman_route::Timing;

use super::clock::{Clock, NEVER, Setting, first_open};
use super::fine::FAR;
use super::local::{Arc, Local};

/// No next node: the way home.
const HOME: u16 = u16::MAX;

/// Cells times arcs that filling may look at, which sets how fine the buckets are.
const WORK_MAX: usize = 32_000_000;
/// Buckets at most: of exact labelling, and of quick labelling, which makes few labels anyway.
pub(super) const BUCKETS_MAX: usize = 120;
pub(super) const BUCKETS_QUICK: usize = 24;
const BUCKETS_MIN: usize = 12;
/// Parts of a bucket in which arrivals are told apart.
const FINER: usize = 4;

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

/// A leg as filling sees it.
#[derive(Clone, Copy, Debug)]
struct Way {
    to: u16,
    /// Whole parts of buckets that it takes.
    parts: usize,
    cost: i64,
}

/// The table of a network.
pub(super) struct Completion {
    first: i64,
    width: i64,
    buckets: usize,
    nodes: usize,
    /// By number of breaks taken, node and bucket: done there at the first moment of the bucket or later.
    cells: Vec<Cell>,
    /// By number of breaks taken and node: the buckets in which something can be done there. Windows are short, and
    /// what is outside of them is not filled.
    open: Vec<(usize, usize)>,
    /// Ticks of a part of a bucket.
    part: i64,
    /// By number of breaks taken, node and part of a bucket: arrived there then or later, its service to come.
    arrivals: Vec<Cell>,
    work: usize,
}

impl Completion {
    /// Looks at arcs that filling takes, more or less.
    pub(super) fn work(&self) -> usize {
        self.work
    }

    /// O(breaks · buckets · arcs), times the stops that fit into a bucket.
    pub(super) fn of(local: &Local<'_>, buckets_max: usize) -> Self {
        let mut table = Self::empty(local, buckets_max);
        let passes = table.passes(local);
        let ways = table.ways(local);
        for bucket in (0..table.buckets).rev() {
            table.fill_arrivals(local, bucket, i64::MAX);
            for pass in 1..=passes {
                let changed = table.fill_cells((local, &ways), bucket);
                // With the bucket's own cells, where arrival and departure can lie in it.
                table.fill_arrivals(local, bucket, table.width);
                if !changed || pass == passes {
                    break;
                }
            }
        }
        table
    }

    /// How often a bucket is filled at most, so that routes with several stops inside it are covered: an arrival is
    /// taken to be earlier by up to a part of a bucket, and each stop but the last takes the least step at least.
    fn passes(&self, local: &Local<'_>) -> usize {
        let step = local.least_step() - self.part;
        let stops = if step >= self.width {
            1
        } else if step > 0 {
            usize::try_from(self.width / step).unwrap_or(usize::MAX - 2) + 2
        } else {
            usize::MAX
        };
        stops.min(self.nodes + 1)
    }

    fn empty(local: &Local<'_>, buckets_max: usize) -> Self {
        let nodes = local.nodes.len();
        let timing = local.setting.timing;
        let states = timing.breaks().len() + 1;
        let first = timing.start();
        let last = timing.terminal().iter().filter_map(journeyman_route::Curve::end).max().unwrap_or(first);
        let span = (last - first).max(1);
        let arcs: usize = local.arcs.iter().map(Vec::len).sum();
        // Buckets that are shorter than the least step by a part need no second pass; finer ones prune little more.
        let by_step = usize::try_from(2 * span / local.least_step().max(1) + 1).unwrap_or(usize::MAX);
        let buckets = (WORK_MAX / arcs.max(1) / states).min(by_step).clamp(BUCKETS_MIN, buckets_max);
        let width = span / i64::try_from(buckets).expect("a small number") + 1;
        let finer = i64::try_from(FINER).expect("a small number");
        let part = (width + finer - 1) / finer;
        let mut table = Self {
            first,
            // Whole parts, so that the parts of a bucket are its own.
            width: part * finer,
            buckets,
            nodes,
            cells: vec![Cell::NONE; states * nodes * buckets],
            part,
            arrivals: vec![Cell::NONE; states * nodes * buckets * FINER],
            open: Vec::new(),
            work: states * buckets * arcs,
        };
        table.open = (0..states)
            .flat_map(|taken| (0..nodes).map(move |node| (taken, node)))
            .map(|(taken, node)| {
                let node = &local.nodes[node];
                let (from, to) = (node.profile.first(), node.profile.last());
                let (from, to) = (from.map_or(first, Time::ticks), to.map_or(first, Time::ticks));
                // A break may follow on the spot.
                let paused = taken.checked_sub(1).and_then(|last| timing.breaks().get(last));
                let pause_ends = paused.map_or(i64::MIN, |&(_, latest, duration)| latest + duration);
                (table.bucket(from + node.duration), table.bucket((to + node.duration).max(pause_ends)))
            })
            .collect();
        table
    }

    /// From every node its legs.
    fn ways(&self, local: &Local<'_>) -> Vec<Vec<Way>> {
        let way = |arc: &Arc| Way {
            to: arc.to,
            parts: usize::try_from(arc.leg.time / self.part).unwrap_or(usize::MAX / 2),
            cost: local.fine.of(arc.leg.price),
        };
        local.arcs[..self.nodes].iter().map(|arcs| arcs.iter().map(way).collect()).collect()
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

    #[inline]
    fn is_open(&self, taken: usize, node: usize, bucket: usize) -> bool {
        let (from, to) = self.open[taken * self.nodes + node];
        from <= bucket && bucket <= to
    }

    #[inline]
    fn arrival(&self, taken: usize, node: usize, moment: i64) -> &Cell {
        let parts = self.buckets * FINER;
        let part =
            usize::try_from((moment - self.first).max(0) / self.part).unwrap_or(usize::MAX).min(parts - 1);
        &self.arrivals[(taken * self.nodes + node) * parts + part]
    }

    /// For the parts of a bucket: arrived at a node, where serving takes less than `shorter_than`, at the first moment of
    /// the part.
    fn fill_arrivals(&mut self, local: &Local<'_>, bucket: usize, shorter_than: i64) {
        let states = local.setting.timing.breaks().len() + 1;
        for taken in 0..states {
            for to in (0..self.nodes).filter(|&to| local.nodes[to].duration < shorter_than) {
                let row = (taken * self.nodes + to) * self.buckets * FINER;
                for at in (bucket * FINER..(bucket + 1) * FINER).rev() {
                    let next = row + at + 1;
                    let is_same =
                        at + 1 < self.buckets * FINER && self.waits_alike(local, (taken, to), at + 1);
                    self.arrivals[row + at] = if is_same {
                        self.arrivals[next]
                    } else {
                        self.arrived(local, (taken, to), self.moment_of(at))
                    };
                }
            }
        }
    }

    /// The first moment of a part.
    fn moment_of(&self, part: usize) -> i64 {
        self.first + self.part * i64::try_from(part).expect("a small number")
    }

    /// Whether whoever arrives in a part or earlier waits for the same start in every case, having taken the break or not.
    fn waits_alike(&self, local: &Local<'_>, (taken, to): (usize, usize), part: usize) -> bool {
        let timing = local.setting.timing;
        let Some(open) = local.nodes[to].profile.first().map(Time::ticks) else { return false };
        let moment = self.moment_of(part);
        let paused = after_break(timing, taken, moment);
        let breaks = timing.breaks().len() - taken;
        moment <= open && (breaks == 0 || breaks == 1 && paused.is_some_and(|ready| ready <= open))
    }

    /// Arrived at a node at a moment, any number of breaks before the service.
    fn arrived(&self, local: &Local<'_>, (taken, to): (usize, usize), moment: i64) -> Cell {
        let (timing, node) = (local.setting.timing, &local.nodes[to]);
        let gain = local.fine.of(node.price) - local.prize[to];
        let (mut ready, mut by_then) = (Some(moment), taken);
        let mut cell = Cell::NONE;
        while let Some(start) = ready.and_then(|ready| first_open(node.profile, ready)) {
            let after = self.cell(by_then, to, start + node.duration);
            cell.offer(gain + after.best, after.next);
            cell.offer(gain + after.second, other_than(after.next));
            ready = ready.and_then(|ready| after_break(timing, by_then, ready));
            by_then += 1;
        }
        cell
    }

    /// The cells of a bucket; whether one has changed.
    fn fill_cells(&mut self, (local, ways): (&Local<'_>, &[Vec<Way>]), bucket: usize) -> bool {
        let states = local.setting.timing.breaks().len() + 1;
        let mut changed = false;
        for taken in (0..states).rev() {
            for (node, ways) in ways.iter().enumerate() {
                if !self.is_open(taken, node, bucket) {
                    continue;
                }
                let cell = self.filled((local, ways), (taken, node, bucket));
                let at = self.at(taken, node, bucket);
                changed |= (cell.best, cell.second) != (self.cells[at].best, self.cells[at].second);
                self.cells[at] = cell;
            }
        }
        changed
    }

    /// From a node, done there at the first moment of a bucket.
    fn filled(
        &self,
        (local, ways): (&Local<'_>, &[Way]),
        (taken, node, bucket): (usize, usize, usize),
    ) -> Cell {
        let timing = local.setting.timing;
        let mut cell = self.cells[self.at(taken, node, bucket)];
        let moment = self.first + self.width * i64::try_from(bucket).expect("a small number");
        let home = local.home[node];
        if let Some(terminal) = timing.terminal()[taken].at(moment + home.time) {
            cell.offer(local.fine.of(terminal + home.price), HOME);
        }
        if let Some(later) = after_break(timing, taken, moment) {
            let after = self.cell(taken + 1, node, later);
            cell.offer(after.best, after.next);
            cell.offer(after.second, other_than(after.next));
        }
        let tag = u16::try_from(node).expect("nodes are limited far below 2^16");
        let parts = self.buckets * FINER;
        for way in ways {
            // A bucket begins with a part, so that whole parts of the way are whole parts of the moment.
            let part = (bucket * FINER + way.parts).min(parts - 1);
            let row = (taken * self.nodes + usize::from(way.to)) * parts;
            cell.offer(way.cost + self.arrivals[row + part].avoiding(tag), way.to);
        }
        cell
    }

    /// What going on by a leg from a node costs at least, the leg itself left out, whenever it is taken.
    #[inline]
    pub(super) fn after_leg<C: Clock>(
        &self,
        setting: &Setting<'_>,
        clock: &C,
        (from, arc): (u16, &Arc),
    ) -> i64 {
        let mut least = FAR;
        for taken in 0..=setting.timing.breaks().len() {
            let earliest = clock.earliest(taken);
            if earliest < NEVER {
                let arrival = self.arrival(taken, usize::from(arc.to), earliest + arc.leg.time);
                least = least.min(arrival.avoiding(from));
            }
        }
        least
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
                let (first_open, last_open) = self.open[taken * self.nodes + node];
                debug_assert!(first_open <= bucket, "nothing is done before it can be");
                // Later is no better than at the last moment at which something can be done.
                let cell = self.cells[self.at(taken, node, bucket.min(last_open))];
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

/// After the next break, begun as soon as it may; none where there is none or it is too late.
#[inline]
fn after_break(timing: Timing<'_>, taken: usize, moment: i64) -> Option<i64> {
    let &(earliest, latest, duration) = timing.breaks().get(taken)?;
    (moment <= latest).then(|| moment.max(earliest) + duration)
}
