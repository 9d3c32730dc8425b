//! The graph that is searched: the road graph, edge-expanded where a turn is forbidden.
//!
//! A state is what a driver knows about the turns ahead. Where no turn at a vertex is forbidden, it does not matter how
//! the vertex was reached, and one state stands for all roads that lead to it: this is the edge-expanded graph with
//! equal rows merged, with the same shortest ways. Elsewhere each road that leads there has a state of its own.
//! Turning round is allowed at every vertex where no sign forbids it.

use super::graph::{Dart, FAR, RoadGraph, Weight};

/// Arcs from states, or with their directions reversed.
#[derive(Clone, Debug)]
pub(crate) struct Arcs {
    first: Vec<u32>,
    heads: Vec<u32>,
    darts: Vec<u32>,
    /// By period, then by arc.
    weights: Vec<Vec<Weight>>,
}

impl Arcs {
    /// Where arcs of a state lead and what they weigh.
    #[inline]
    pub(crate) fn of(&self, state: usize, period: usize) -> impl Iterator<Item = (usize, Weight)> + '_ {
        let range = self.range(state);
        let heads = self.heads[range.clone()].iter().map(|&head| head as usize);
        heads.zip(self.weights[period][range].iter().copied())
    }

    /// The same with the darts that are driven.
    pub(crate) fn darts_of(&self, state: usize) -> impl Iterator<Item = (usize, Dart)> + '_ {
        let range = self.range(state);
        let heads = self.heads[range.clone()].iter().map(|&head| head as usize);
        heads.zip(self.darts[range].iter().map(|&dart| Dart(dart)))
    }

    #[inline]
    fn range(&self, state: usize) -> std::ops::Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }

    fn count(&self) -> usize {
        self.heads.len()
    }

    /// Sorted by the first of each triple.
    fn of_triples(graph: &RoadGraph, states: usize, mut triples: Vec<(u32, u32, Dart)>) -> Self {
        triples.sort_unstable();
        let mut first = vec![0_u32; states + 1];
        for &(from, ..) in &triples {
            first[from as usize + 1] += 1;
        }
        for state in 0..states {
            first[state + 1] += first[state];
        }
        let of_period = |period| triples.iter().map(|&(.., dart)| graph.weight(dart, period)).collect();
        Self {
            first,
            heads: triples.iter().map(|triple| triple.1).collect(),
            darts: triples.iter().map(|triple| triple.2.0).collect(),
            weights: (0..graph.periods.len()).map(of_period).collect(),
        }
    }
}

/// States and arcs, both ways.
#[derive(Clone, Debug)]
pub(crate) struct StateGraph {
    /// By dart, the state of who has driven it to its end.
    reached: Vec<u32>,
    /// By vertex, where its states begin.
    first_state: Vec<u32>,
    pub(crate) ahead: Arcs,
    pub(crate) back: Arcs,
}

impl StateGraph {
    /// O(darts · degree).
    pub(crate) fn build(graph: &RoadGraph) -> Self {
        let mut restricted = vec![false; graph.vertices];
        for (from, _) in &graph.bans {
            restricted[graph.head(*from)] = true;
        }
        let mut into: Vec<u32> = vec![0; graph.vertices];
        for dart in graph.open_darts() {
            into[graph.head(dart)] += 1;
        }
        let mut first_state = Vec::with_capacity(graph.vertices + 1);
        let mut states = 0;
        for vertex in 0..graph.vertices {
            first_state.push(states);
            states += if restricted[vertex] { into[vertex] } else { 1 };
        }
        first_state.push(states);
        let mut reached = vec![u32::MAX; graph.roads.len() * 2];
        let mut taken: Vec<u32> = first_state.clone();
        for dart in graph.open_darts() {
            let head = graph.head(dart);
            reached[dart.index()] = taken[head];
            taken[head] += u32::from(restricted[head]);
        }
        let mut built = Self { reached, first_state, ahead: Arcs::empty(), back: Arcs::empty() };
        let arcs = built.arcs(graph, &restricted);
        let reversed = arcs.iter().map(|&(from, to, dart)| (to, from, dart)).collect();
        let states = built.states();
        built.ahead = Arcs::of_triples(graph, states, arcs);
        built.back = Arcs::of_triples(graph, states, reversed);
        built
    }

    pub(crate) fn states(&self) -> usize {
        self.first_state.last().copied().unwrap_or(0) as usize
    }

    pub(crate) fn arc_count(&self) -> usize {
        self.ahead.count()
    }

    /// Where a driver stands at the end of a dart.
    pub(crate) fn reached(&self, dart: Dart) -> usize {
        self.reached[dart.index()] as usize
    }

    /// The states from which a dart may be taken.
    pub(crate) fn starts<'g>(&'g self, graph: &'g RoadGraph, dart: Dart) -> impl Iterator<Item = usize> + 'g {
        let onto = self.reached(dart);
        let states = self.states_of(graph.tail(dart));
        states.filter(move |&state| self.ahead.darts_of(state).any(|arc| arc == (onto, dart)))
    }

    fn states_of(&self, vertex: usize) -> std::ops::Range<usize> {
        self.first_state[vertex] as usize..self.first_state[vertex + 1] as usize
    }

    fn arcs(&self, graph: &RoadGraph, restricted: &[bool]) -> Vec<(u32, u32, Dart)> {
        let mut leaving: Vec<(u32, Dart)> =
            graph.open_darts().map(|dart| (vertex_number(graph.tail(dart)), dart)).collect();
        leaving.sort_unstable();
        let out = |vertex: usize| {
            let vertex = vertex_number(vertex);
            let start = leaving.partition_point(|pair| pair.0 < vertex);
            leaving[start..].iter().take_while(move |pair| pair.0 == vertex).map(|pair| pair.1)
        };
        let mut arcs = Vec::with_capacity(leaving.len());
        for vertex in (0..graph.vertices).filter(|&vertex| !restricted[vertex]) {
            let state = self.first_state[vertex];
            arcs.extend(out(vertex).map(|dart| (state, self.reached[dart.index()], dart)));
        }
        for came in graph.open_darts().filter(|&came| restricted[graph.head(came)]) {
            let state = self.reached[came.index()];
            let onto = out(graph.head(came)).filter(|&dart| !graph.is_banned(came, dart));
            arcs.extend(onto.map(|dart| (state, self.reached[dart.index()], dart)));
        }
        arcs
    }
}

impl Arcs {
    fn empty() -> Self {
        Self { first: vec![0], heads: Vec::new(), darts: Vec::new(), weights: Vec::new() }
    }
}

fn vertex_number(vertex: usize) -> u32 {
    u32::try_from(vertex).expect("vertices are numbered in 32 bits")
}

/// The sum of two weights, of which one may be none.
#[inline]
pub(crate) fn sum(a: Weight, b: Weight) -> Weight {
    if a == FAR || b == FAR { FAR } else { a + b }
}
