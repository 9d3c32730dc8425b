//! Shortest ways from one place to all others by Dijkstra's method: for graphs without a hierarchy, and for the way itself.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{Dart, FAR, Weight};
use super::states::{Arcs, StateGraph, sum};

/// A state and what it takes to get there from a place, or from there to one.
pub(crate) type Seed = (usize, Weight);

/// Room for one search after another.
#[derive(Clone, Debug)]
pub(crate) struct Dijkstra {
    weights: Vec<Weight>,
    heap: BinaryHeap<Reverse<(Weight, u32)>>,
    wanted: Vec<bool>,
}

impl Dijkstra {
    /// For a graph of so many states.
    pub(crate) fn new(states: usize) -> Self {
        Self { weights: vec![FAR; states], heap: BinaryHeap::new(), wanted: vec![false; states] }
    }

    /// Weights from the seeds to the states that are wanted; O((states + arcs) log states), less where those are near.
    pub(crate) fn run(&mut self, arcs: &Arcs, period: usize, seeds: &[Seed], wanted: &[usize]) -> &[Weight] {
        self.weights.fill(FAR);
        self.heap.clear();
        let mut missing = 0;
        for &state in wanted {
            missing += usize::from(!std::mem::replace(&mut self.wanted[state], true));
        }
        for &(state, weight) in seeds {
            self.relax(state, weight);
        }
        while let Some(Reverse((weight, state))) = self.heap.pop() {
            let state = state as usize;
            if weight > self.weights[state] {
                continue;
            }
            if std::mem::replace(&mut self.wanted[state], false) {
                missing -= 1;
                if missing == 0 {
                    break;
                }
            }
            for (head, more) in arcs.of(state, period) {
                self.relax(head, weight + more);
            }
        }
        for &state in wanted {
            self.wanted[state] = false;
        }
        &self.weights
    }

    #[inline]
    fn relax(&mut self, state: usize, weight: Weight) {
        if weight < self.weights[state] {
            self.weights[state] = weight;
            self.heap.push(Reverse((weight, number(state))));
        }
    }
}

/// A shortest way between seeds.
pub(crate) struct Way {
    /// With the weights of its seeds.
    pub(crate) weight: Weight,
    /// Positions of the seeds that it starts and ends with.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// In the order of driving.
    pub(crate) darts: Vec<Dart>,
}

/// The shortest way between seeds; none where there is none.
pub(crate) fn way(states: &StateGraph, period: usize, (from, to): (&[Seed], &[Seed])) -> Option<Way> {
    let wanted: Vec<usize> = to.iter().map(|seed| seed.0).collect();
    let mut search = Dijkstra::new(states.states());
    let weights = search.run(&states.ahead, period, from, &wanted);
    let end = (0..to.len()).min_by_key(|&at| sum(weights[to[at].0], to[at].1))?;
    let weight = sum(weights[to[end].0], to[end].1);
    let mut state = to[end].0;
    if weight == FAR {
        return None;
    }
    let mut darts = Vec::new();
    loop {
        if let Some(start) = from.iter().position(|&(at, seed)| at == state && seed == weights[state]) {
            darts.reverse();
            return Some(Way { weight, start, end, darts });
        }
        let mut arcs = states.back.of(state, period).zip(states.back.darts_of(state));
        let over = |arc: &((usize, Weight), (usize, Dart))| sum(weights[arc.0.0], arc.0.1) == weights[state];
        let ((before, _), (_, dart)) = arcs.find(over)?;
        darts.push(dart);
        state = before;
    }
}

fn number(state: usize) -> u32 {
    u32::try_from(state).expect("states are numbered in 32 bits")
}
