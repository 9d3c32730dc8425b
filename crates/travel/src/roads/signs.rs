//! Turn restrictions over roads: who came by one road and drove others may not, or must, go on by a third.
//!
//! The roads in the middle of such a rule stand in the graph once more, for those who came by the first one; at the last
//! of them some turns are forbidden (forbidden paths by duplicated nodes: Villeneuve and Desaulniers 2005, section 4).
//! So searches know forbidden turns and nothing else.

use rustc_hash::FxHashMap;

use super::graph::{Dart, Road, RoadGraph};

/// A rule over roads.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Sign {
    pub(crate) from: Dart,
    /// Each starts where the one before ends; never empty.
    pub(crate) via: Vec<Dart>,
    pub(crate) to: Dart,
    /// Whether everything but this turn is forbidden, and not this turn.
    pub(crate) only: bool,
}

/// Makes a graph obey rules. Its forbidden turns must all be there, sorted. O(darts + rules · degree · copies).
pub(crate) fn obey(graph: &mut RoadGraph, mut signs: Vec<Sign>) {
    if signs.is_empty() {
        return;
    }
    signs.sort_unstable();
    signs.dedup();
    let mut copies = Copies::of(graph, &signs);
    for sign in &signs {
        for first in copies.all_of(sign.from) {
            let mut onto = |came: Dart, &street: &Dart| copies.onto(came, street);
            if let Some(last) = sign.via.iter().try_fold(first, &mut onto) {
                copies.forbid(last, sign);
            }
        }
    }
    copies.finish();
}

/// Roads that stand more than once.
struct Copies<'g> {
    graph: &'g mut RoadGraph,
    /// By dart, what may not follow.
    bans: FxHashMap<Dart, Vec<Dart>>,
    /// By vertex that a rule speaks of.
    into: FxHashMap<usize, Vec<Dart>>,
    out: FxHashMap<usize, Vec<Dart>>,
    /// What those take who came by the first and would drive the second.
    taken: FxHashMap<(Dart, Dart), Dart>,
    /// What a copy is a copy of: a street, or a copy.
    model: FxHashMap<Dart, Dart>,
    /// Of a street.
    copies: FxHashMap<Dart, Vec<Dart>>,
}

impl<'g> Copies<'g> {
    fn of(graph: &'g mut RoadGraph, signs: &[Sign]) -> Self {
        let mut bans: FxHashMap<Dart, Vec<Dart>> = FxHashMap::default();
        for &(from, to) in &graph.bans {
            bans.entry(from).or_default().push(to);
        }
        let mut into: FxHashMap<usize, Vec<Dart>> = FxHashMap::default();
        for dart in signs.iter().flat_map(|sign| &sign.via) {
            into.insert(graph.tail(*dart), Vec::new());
            into.insert(graph.head(*dart), Vec::new());
        }
        let mut out = into.clone();
        for dart in graph.open_darts() {
            if let Some(into) = into.get_mut(&graph.head(dart)) {
                into.push(dart);
            }
            if let Some(out) = out.get_mut(&graph.tail(dart)) {
                out.push(dart);
            }
        }
        let (taken, model, copies) = Default::default();
        Self { graph, bans, into, out, taken, model, copies }
    }

    /// A street and its copies so far.
    fn all_of(&self, street: Dart) -> Vec<Dart> {
        let copies = self.copies.get(&street).map_or(&[][..], Vec::as_slice);
        std::iter::once(street).chain(copies.iter().copied()).collect()
    }

    /// The copy of a street for those who came by a dart; none where they may not take it.
    fn onto(&mut self, came: Dart, street: Dart) -> Option<Dart> {
        if let Some(&known) = self.taken.get(&(came, street)) {
            return Some(known);
        }
        // Who came by a copy takes what those take who came by what it is a copy of.
        let models = std::iter::successors(Some(came), |dart| self.model.get(dart).copied());
        let like = models.filter_map(|model| self.taken.get(&(model, street)).copied());
        let like = like.chain([street]).find(|&like| !self.is_banned(came, like))?;
        let copy = self.stand_again(like);
        let (tail, head) = (self.graph.tail(like), self.graph.head(like));
        self.bans.insert(copy, self.bans.get(&like).cloned().unwrap_or_default());
        for other in self.into.get(&tail).into_iter().flatten().filter(|&&other| other != came) {
            self.bans.entry(*other).or_default().push(copy);
        }
        self.bans.entry(came).or_default().push(like);
        self.into.entry(head).or_default().push(copy);
        self.out.entry(tail).or_default().push(copy);
        self.taken.insert((came, street), copy);
        self.model.insert(copy, like);
        self.copies.entry(street).or_default().push(copy);
        Some(copy)
    }

    fn is_banned(&self, from: Dart, to: Dart) -> bool {
        self.bans.get(&from).is_some_and(|bans| bans.contains(&to))
    }

    /// One more road like that of a dart, driven as the dart is.
    fn stand_again(&mut self, dart: Dart) -> Dart {
        let road = self.graph.roads[dart.road()];
        let shape = self.graph.shape(dart.road()).to_vec();
        let mut speeds = [0, 0];
        let way = usize::from(dart.is_against());
        speeds[way] = road.speeds[way];
        let start = u32::try_from(self.graph.points.len()).expect("points are numbered in 32 bits");
        self.graph.points.extend(shape);
        self.graph.roads.push(Road { speeds, shape: start, ..road });
        let along = Dart::along(self.graph.roads.len() - 1);
        Dart(along.0 + u32::from(dart.is_against()))
    }

    /// At the end of the roads in the middle.
    fn forbid(&mut self, last: Dart, sign: &Sign) {
        let out = self.out.get(&self.graph.head(last)).map_or(&[][..], Vec::as_slice);
        let forbidden = out.iter().filter(|&&next| (self.street(next) == sign.to) != sign.only);
        let forbidden: Vec<Dart> = forbidden.copied().collect();
        self.bans.entry(last).or_default().extend(forbidden);
    }

    fn street(&self, dart: Dart) -> Dart {
        std::iter::successors(Some(dart), |dart| self.model.get(dart).copied()).last().unwrap_or(dart)
    }

    fn finish(self) {
        let bans = self.bans.into_iter().flat_map(|(from, to)| to.into_iter().map(move |to| (from, to)));
        self.graph.bans = bans.collect();
        self.graph.bans.sort_unstable();
        self.graph.bans.dedup();
        let again = self.copies.into_iter().flat_map(|(of, copies)| copies.into_iter().map(move |c| (of, c)));
        self.graph.again = again.collect();
        self.graph.again.sort_unstable();
    }
}
