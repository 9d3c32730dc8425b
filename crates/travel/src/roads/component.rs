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
    only(graph, &kept)
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
    let both = |ban: &&(Dart, Dart)| kept[ban.0.index()] && kept[ban.1.index()];
    let mut bans: Vec<(Dart, Dart)> =
        graph.bans.iter().filter(both).map(|ban| (renumbered(ban.0), renumbered(ban.1))).collect();
    bans.sort_unstable();
    RoadGraph { vertices: vertices as usize, roads, points, bans, periods: graph.periods.clone() }
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
