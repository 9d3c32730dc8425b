//! The largest part of the roads in which each place can be reached from each, turns included.

use super::graph::{Dart, Road, RoadGraph};
use super::states::StateGraph;

/// The graph without everything outside its largest strongly connected component (the first of equals). O(darts).
pub(crate) fn keep_largest_component(graph: &RoadGraph) -> RoadGraph {
    let states = StateGraph::build(graph);
    let component = components(&states);
    let mut sizes: Vec<usize> = vec![0; component.iter().map(|&c| c as usize + 1).max().unwrap_or(0)];
    for &of in &component {
        sizes[of as usize] += 1;
    }
    let largest = (0..sizes.len()).max_by_key(|&of| (sizes[of], std::cmp::Reverse(of)));
    let inside = |state: usize| Some(component[state] as usize) == largest;
    let mut kept = vec![false; graph.roads.len() * 2];
    for state in (0..states.states()).filter(|&state| inside(state)) {
        for (_, dart) in states.ahead.darts_of(state).filter(|arc| inside(arc.0)) {
            kept[dart.index()] = true;
        }
    }
    keep_copies(graph, &mut kept);
    only(graph, &kept)
}

/// Where a dart is kept, so is what is driven in its place, and the other way round: whoever came by the road of a rule
/// may stop where he must not go on, and whoever starts there came by none.
fn keep_copies(graph: &RoadGraph, kept: &mut [bool]) {
    for versions in graph.again.chunk_by(|a, b| a.0 == b.0) {
        let street = versions[0].0;
        if kept[street.index()] || versions.iter().any(|(_, copy)| kept[copy.index()]) {
            kept[street.index()] = graph.is_open(street);
            versions.iter().for_each(|(_, copy)| kept[copy.index()] = graph.is_open(*copy));
        }
    }
}

/// The roads of which a dart is kept, numbered anew.
fn only(graph: &RoadGraph, kept: &[bool]) -> RoadGraph {
    let mut vertex: Vec<Option<u32>> = vec![None; graph.vertices];
    let (mut vertices, mut roads, mut points) = (0_u32, Vec::new(), Vec::new());
    let mut number = vec![usize::MAX; graph.roads.len()];
    let mut numbered = |old: u32| {
        *vertex[old as usize].get_or_insert_with(|| {
            vertices += 1;
            vertices - 1
        })
    };
    for (old, road) in graph.roads.iter().enumerate() {
        let keeps = [kept[Dart::along(old).index()], kept[Dart::against(old).index()]];
        if keeps == [false, false] {
            continue;
        }
        number[old] = roads.len();
        let speed = |way: usize| if keeps[way] { road.speeds[way] } else { 0 };
        roads.push(Road {
            tail: numbered(road.tail),
            head: numbered(road.head),
            speeds: [speed(0), speed(1)],
            shape: u32::try_from(points.len()).expect("no more than there were"),
            ..*road
        });
        points.extend_from_slice(graph.shape(old));
    }
    let renumbered = |dart: Dart| Dart(Dart::along(number[dart.road()]).0 + u32::from(dart.is_against()));
    let renumber = |pairs: &[(Dart, Dart)]| {
        let both = pairs.iter().filter(|pair| kept[pair.0.index()] && kept[pair.1.index()]);
        let mut left: Vec<(Dart, Dart)> = both.map(|pair| (renumbered(pair.0), renumbered(pair.1))).collect();
        left.sort_unstable();
        left
    };
    let (bans, again) = (renumber(&graph.bans), renumber(&graph.again));
    RoadGraph { vertices: vertices as usize, roads, points, bans, again, periods: graph.periods.clone() }
}

/// Strongly connected components by Tarjan's method without recursion (Tarjan 1972; Pearce 2016, section 3).
fn components(graph: &StateGraph) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let count = graph.states();
    let mut component = vec![UNSEEN; count];
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0_u32; count];
    let (mut found, mut next, mut stack) = (0_u32, 0_u32, Vec::new());
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        let mut open: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some(&mut (state, ref mut tried)) = open.last_mut() {
            if *tried == 0 {
                (index[state], low[state]) = (next, next);
                next += 1;
                stack.push(state);
            }
            let arc = graph.ahead.darts_of(state).nth(*tried).map(|arc| arc.0);
            *tried += 1;
            match arc {
                Some(head) if index[head] == UNSEEN => open.push((head, 0)),
                Some(head) if component[head] == UNSEEN => low[state] = low[state].min(index[head]),
                Some(_) => {}
                None => {
                    open.pop();
                    if let Some(&(parent, _)) = open.last() {
                        low[parent] = low[parent].min(low[state]);
                    }
                    if low[state] == index[state] {
                        while let Some(member) = stack.pop() {
                            component[member] = found;
                            if member == state {
                                break;
                            }
                        }
                        found += 1;
                    }
                }
            }
        }
    }
    component
}
