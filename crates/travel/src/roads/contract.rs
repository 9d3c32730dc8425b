//! Contracting a graph into a hierarchy: state by state, the least important first, with short cuts where the shortest
//! way between two neighbors leads over it (Geisberger, Sanders, Schultes, Delling 2008).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{FAR, Weight};
use super::hierarchy::{Climbs, Hierarchy};
use super::states::StateGraph;

/// How contraction chooses. Times of the whole preparation depend on it, answers do not.
#[derive(Clone, Copy, Debug)]
struct ContractParams {
    /// States settled in the search for a way around, when a state is weighed; 1 to 10,000.
    settled_to_weigh: usize,
    /// The same when it is contracted: what is not found becomes a short cut that was not needed.
    settled_to_contract: usize,
    /// Weight of the level of a state against the growth of its arcs, in thousandths.
    level_permille: u64,
}

const PARAMS: ContractParams =
    ContractParams { settled_to_weigh: 40, settled_to_contract: 200, level_permille: 1_000 };

/// An arc of the rest of the graph.
#[derive(Clone, Copy, Debug)]
struct Link {
    head: u32,
    /// How many arcs of the first graph it stands for.
    hops: u32,
    weight: Weight,
}

/// What is not contracted yet.
struct Rest {
    out: Vec<Vec<Link>>,
    into: Vec<Vec<Link>>,
    level: Vec<u32>,
    witness: Witness,
}

/// Contracts every state. About n log n on road networks; nothing better is known in the worst case.
pub(crate) fn contract(graph: &StateGraph, period: usize) -> Hierarchy {
    let count = graph.states();
    let mut rest = Rest::of(graph, period);
    let mut queue: BinaryHeap<Reverse<(u64, u32)>> = BinaryHeap::with_capacity(count);
    for state in 0..count {
        queue.push(Reverse((rest.importance(state), number(state))));
    }
    let mut order = Vec::with_capacity(count);
    let mut climbs: Vec<[Vec<Link>; 2]> = Vec::with_capacity(count);
    while let Some(Reverse((known, state))) = queue.pop() {
        let state = state as usize;
        let now = rest.importance(state);
        if now > known && queue.peek().is_some_and(|Reverse(next)| (now, number(state)) > *next) {
            queue.push(Reverse((now, number(state))));
            continue;
        }
        order.push(number(state));
        climbs.push(rest.remove(state));
    }
    let mut rank = vec![0; count];
    for (at, &state) in order.iter().enumerate() {
        rank[state as usize] = number(at);
    }
    let side = |side: usize| -> Climbs {
        let mut gathered = Climbs { first: vec![0], ..Climbs::default() };
        for links in &climbs {
            let mut links = links[side].clone();
            links.sort_unstable_by_key(|link| rank[link.head as usize]);
            gathered.heads.extend(links.iter().map(|link| rank[link.head as usize]));
            gathered.weights.extend(links.iter().map(|link| link.weight));
            gathered.first.push(number(gathered.heads.len()));
        }
        gathered
    };
    let (up, down) = (side(0), side(1));
    Hierarchy { rank, up, down }
}

impl Rest {
    fn of(graph: &StateGraph, period: usize) -> Self {
        let count = graph.states();
        let mut rest = Self {
            out: vec![Vec::new(); count],
            into: vec![Vec::new(); count],
            level: vec![0; count],
            witness: Witness::new(count),
        };
        for state in 0..count {
            for (head, weight) in graph.ahead.of(state, period).filter(|arc| arc.0 != state) {
                rest.link(state, head, (weight, 1));
            }
        }
        rest
    }

    /// Adds an arc or makes it lighter.
    fn link(&mut self, from: usize, to: usize, (weight, hops): (Weight, u32)) {
        improve(&mut self.out[from], Link { head: number(to), hops, weight });
        improve(&mut self.into[to], Link { head: number(from), hops, weight });
    }

    /// Low for states whose contraction leaves few short cuts for the arcs that go.
    fn importance(&mut self, state: usize) -> u64 {
        let gone = self.out[state].len() + self.into[state].len();
        let hops = |links: &[Link]| links.iter().map(|link| u64::from(link.hops)).sum::<u64>();
        let hops_gone = hops(&self.out[state]) + hops(&self.into[state]);
        let (mut added, mut hops_added) = (0_u64, 0_u64);
        self.short_cuts(state, PARAMS.settled_to_weigh, |_, _, _, hops| {
            added += 1;
            hops_added += u64::from(hops);
        });
        let level = u64::from(self.level[state]) * PARAMS.level_permille;
        level + 1_000 * added / (gone as u64).max(1) + 1_000 * hops_added / hops_gone.max(1)
    }

    /// Takes a state out. Gives its arcs out and its arcs in, which all lead to what is left.
    fn remove(&mut self, state: usize) -> [Vec<Link>; 2] {
        let mut added = Vec::new();
        self.short_cuts(state, PARAMS.settled_to_contract, |from, to, weight, hops| {
            added.push((from, to, weight, hops));
        });
        let (out, into) = (std::mem::take(&mut self.out[state]), std::mem::take(&mut self.into[state]));
        for link in &out {
            self.into[link.head as usize].retain(|back| back.head as usize != state);
        }
        for link in &into {
            self.out[link.head as usize].retain(|ahead| ahead.head as usize != state);
        }
        let above = self.level[state] + 1;
        for link in out.iter().chain(&into) {
            let level = &mut self.level[link.head as usize];
            *level = (*level).max(above);
        }
        for (from, to, weight, hops) in added {
            self.link(from, to, (weight, hops));
        }
        [out, into]
    }

    /// Shows each pair of neighbors that no way around joins as quickly, with weight and hops of the way over the state.
    fn short_cuts(
        &mut self,
        state: usize,
        settled_max: usize,
        mut show: impl FnMut(usize, usize, Weight, u32),
    ) {
        let Self { out, into, witness, .. } = self;
        for came in &into[state] {
            let from = came.head as usize;
            let onto = out[state].iter().filter(|link| link.head as usize != from);
            let Some(most) = onto.clone().map(|link| came.weight + link.weight).max() else { continue };
            witness.search(out, (from, state), most, settled_max);
            for link in onto {
                let over = came.weight + link.weight;
                if witness.weights[link.head as usize] > over {
                    show(from, link.head as usize, over, came.hops + link.hops);
                }
            }
            witness.clear();
        }
    }
}

/// A short search for ways around a state.
struct Witness {
    weights: Vec<Weight>,
    touched: Vec<u32>,
    heap: BinaryHeap<Reverse<(Weight, u32)>>,
}

impl Witness {
    fn new(states: usize) -> Self {
        Self { weights: vec![FAR; states], touched: Vec::new(), heap: BinaryHeap::new() }
    }

    fn search(
        &mut self,
        out: &[Vec<Link>],
        (from, without): (usize, usize),
        most: Weight,
        settled_max: usize,
    ) {
        self.relax(from, 0);
        let mut settled = 0;
        while let Some(Reverse((weight, state))) = self.heap.pop() {
            if weight > self.weights[state as usize] {
                continue;
            }
            settled += 1;
            if weight > most || settled > settled_max {
                break;
            }
            for link in &out[state as usize] {
                if link.head as usize != without {
                    self.relax(link.head as usize, weight + link.weight);
                }
            }
        }
    }

    fn relax(&mut self, state: usize, weight: Weight) {
        let known = &mut self.weights[state];
        if weight < *known {
            if *known == FAR {
                self.touched.push(number(state));
            }
            *known = weight;
            self.heap.push(Reverse((weight, number(state))));
        }
    }

    fn clear(&mut self) {
        for state in self.touched.drain(..) {
            self.weights[state as usize] = FAR;
        }
        self.heap.clear();
    }
}

fn improve(links: &mut Vec<Link>, new: Link) {
    match links.iter_mut().find(|link| link.head == new.head) {
        Some(known) if known.weight <= new.weight => {}
        Some(known) => *known = new,
        None => links.push(new),
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("states and arcs are numbered in 32 bits")
}
