//! A contraction hierarchy: the graph that is searched, with short cuts, so that a way goes up in importance and down.
//!
//! Rows of weights come from an upward search and one sweep downward over what the wanted states can be reached from:
//! PHAST, restricted (Delling, Goldberg, Nowatzyk, Werneck 2011; Delling, Goldberg, Werneck 2011, section 4).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::dijkstra::Seed;
use super::graph::{FAR, Weight};

/// Arcs between ranks, from each to higher ones.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Climbs {
    pub(crate) first: Vec<u32>,
    pub(crate) heads: Vec<u32>,
    pub(crate) weights: Vec<Weight>,
}

impl Climbs {
    #[inline]
    fn of(&self, rank: usize) -> impl Iterator<Item = (usize, Weight)> + '_ {
        let range = self.first[rank] as usize..self.first[rank + 1] as usize;
        let heads = self.heads[range.clone()].iter().map(|&head| head as usize);
        heads.zip(self.weights[range].iter().copied())
    }
}

/// Which way rows run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    /// From one state to many.
    Ahead,
    /// From many states to one.
    Back,
}

/// States by importance, with short cuts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Hierarchy {
    /// By state; the most important has the highest.
    pub(crate) rank: Vec<u32>,
    /// Arcs that are driven upward.
    pub(crate) up: Climbs,
    /// Arcs that are driven downward, at their lower ends.
    pub(crate) down: Climbs,
}

/// What a sweep downward goes over, for one row after another.
pub(crate) struct Sweep<'h> {
    hierarchy: &'h Hierarchy,
    direction: Direction,
    /// The ranks from which wanted states are reached; none where all are swept.
    selection: Option<Selection>,
}

struct Selection {
    /// By rank, its place in the sweep.
    place: Vec<u32>,
    first: Vec<u32>,
    /// Arcs to places that come earlier.
    arcs: Vec<(u32, Weight)>,
}

/// Room for one row after another.
pub(crate) struct SweepRow {
    climbed: Vec<Weight>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(Weight, u32)>>,
    swept: Vec<Weight>,
}

const NOWHERE: u32 = u32::MAX;

impl Hierarchy {
    /// Goes over all states: right away, for a row or two.
    pub(crate) fn sweep_all(&self, direction: Direction) -> Sweep<'_> {
        Sweep { hierarchy: self, direction, selection: None }
    }

    /// Selects what rows to (or from) the wanted states need: some ten times the work of a row that saves more on each of
    /// many. O(arcs above them).
    pub(crate) fn sweep(&self, direction: Direction, wanted: &[usize]) -> Sweep<'_> {
        let arcs_down = self.arcs(direction).1;
        let mut place = vec![NOWHERE; self.rank.len()];
        let mut selected: Vec<u32> = Vec::new();
        let mut open: Vec<u32> = wanted.iter().map(|&state| self.rank[state]).collect();
        while let Some(rank) = open.pop() {
            if std::mem::replace(&mut place[rank as usize], 0) == NOWHERE {
                selected.push(rank);
                let heads = arcs_down.of(rank as usize).map(|arc| arc.0);
                open.extend(heads.filter(|&head| place[head] == NOWHERE).map(number));
            }
        }
        selected.sort_unstable_by_key(|&rank| Reverse(rank));
        let (mut first, mut arcs) = (vec![0], Vec::new());
        for (at, &rank) in selected.iter().enumerate() {
            place[rank as usize] = number(at);
            arcs.extend(arcs_down.of(rank as usize).map(|(head, weight)| (place[head], weight)));
            first.push(number(arcs.len()));
        }
        Sweep { hierarchy: self, direction, selection: Some(Selection { place, first, arcs }) }
    }

    /// Arcs to climb from where rows start, and to come down to where they end.
    fn arcs(&self, direction: Direction) -> (&Climbs, &Climbs) {
        match direction {
            Direction::Ahead => (&self.up, &self.down),
            Direction::Back => (&self.down, &self.up),
        }
    }
}

impl Sweep<'_> {
    pub(crate) fn room(&self) -> SweepRow {
        let ranks = self.hierarchy.rank.len();
        let places = self.selection.as_ref().map_or(ranks, |selection| selection.first.len() - 1);
        SweepRow {
            climbed: vec![FAR; ranks],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
            swept: vec![FAR; places],
        }
    }

    /// Weights from the seeds to all that is swept. O(its arcs), besides the search upward.
    pub(crate) fn run(&self, row: &mut SweepRow, seeds: &[Seed]) {
        row.swept.fill(FAR);
        for &(state, weight) in seeds {
            row.relax(self.hierarchy.rank[state] as usize, weight);
        }
        let (climbs, descents) = self.hierarchy.arcs(self.direction);
        while let Some(Reverse((weight, rank))) = row.heap.pop() {
            let rank = rank as usize;
            if weight > row.climbed[rank] {
                continue;
            }
            if let Some(place) = self.place(rank) {
                row.swept[place] = weight;
            }
            for (head, more) in climbs.of(rank) {
                row.relax(head, weight + more);
            }
        }
        for rank in row.touched.drain(..) {
            row.climbed[rank as usize] = FAR;
        }
        match &self.selection {
            Some(selection) => selection.sweep(&mut row.swept),
            None => descents.sweep(&mut row.swept),
        }
    }

    /// What the last row says of a state that was wanted.
    pub(crate) fn weight(&self, row: &SweepRow, state: usize) -> Weight {
        self.place(self.hierarchy.rank[state] as usize).map_or(FAR, |place| row.swept[place])
    }

    #[inline]
    fn place(&self, rank: usize) -> Option<usize> {
        match &self.selection {
            Some(selection) => {
                Some(selection.place[rank]).filter(|&place| place != NOWHERE).map(|place| place as usize)
            }
            None => Some(rank),
        }
    }
}

impl Selection {
    fn sweep(&self, swept: &mut [Weight]) {
        for at in 0..swept.len() {
            let arcs = &self.arcs[self.first[at] as usize..self.first[at + 1] as usize];
            // None stays none: the sum saturates.
            let over = arcs.iter().map(|&(from, weight)| swept[from as usize].saturating_add(weight));
            swept[at] = over.fold(swept[at], Weight::min);
        }
    }
}

impl Climbs {
    /// The same over all ranks.
    fn sweep(&self, swept: &mut [Weight]) {
        for rank in (0..swept.len()).rev() {
            let over = self.of(rank).map(|(from, weight)| swept[from].saturating_add(weight));
            swept[rank] = over.fold(swept[rank], Weight::min);
        }
    }
}

impl SweepRow {
    #[inline]
    fn relax(&mut self, rank: usize, weight: Weight) {
        let known = &mut self.climbed[rank];
        if weight < *known {
            if *known == FAR {
                self.touched.push(number(rank));
            }
            *known = weight;
            self.heap.push(Reverse((weight, number(rank))));
        }
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("states and arcs are numbered in 32 bits")
}
