//! Greedy insertion with blinks (Christiaens & Vanden Berghe 2020, §4.3).

use journeyman_domain::{Cost, ShiftId, VisitId};
use journeyman_route::Insertion;
use rand::Rng;
use rand_pcg::Pcg64Mcg;

use crate::absence::Absence;
use crate::draft::Draft;
use crate::memo::{Known, Memo};
use crate::sector::Scope;
use crate::{SearchModel, SearchParams, Solution};

/// The order in which absent visits are tried.
#[derive(Clone, Copy, Debug)]
enum Order {
    Random,
    LongestFirst,
    TightestFirst,
    EarliestFirst,
    DearestFirst,
    FewestShiftsFirst,
    FarFirst,
    CloseFirst,
}

/// Weights of the orders: a random one is right most often, each other one sometimes is.
const ORDERS: [(Order, u32); 8] = [
    (Order::Random, 4),
    (Order::LongestFirst, 2),
    (Order::TightestFirst, 2),
    (Order::EarliestFirst, 2),
    (Order::DearestFirst, 2),
    (Order::FewestShiftsFirst, 1),
    (Order::FarFirst, 2),
    (Order::CloseFirst, 1),
];

/// Scratch lists of one thread.
#[derive(Debug)]
pub(crate) struct Recreate {
    /// Stamp per shift: already a candidate for the visit at hand.
    seen: Vec<u32>,
    /// Stamp per class: an empty shift of it is already a candidate.
    seen_class: Vec<u32>,
    stamp: u32,
    candidates: Vec<ShiftId>,
    /// Candidates of which too little is known, and the limit under which they have nothing.
    missed: Vec<(ShiftId, Cost)>,
    refused: Vec<ShiftId>,
    memo: Memo,
}

impl Recreate {
    pub(crate) fn new(model: &SearchModel<'_>) -> Self {
        Self {
            seen: vec![0; model.routes().problem().shifts.len()],
            seen_class: vec![0; model.classes()],
            stamp: 0,
            candidates: Vec::new(),
            missed: Vec::new(),
            refused: Vec::new(),
            memo: Memo::new(model.routes().problem().visits.len()),
        }
    }

    /// Inserts what pays, in a drawn order; what finds no place stays absent.
    pub(crate) fn insert_all(
        &mut self,
        scope: Scope<'_>,
        absence: &Absence,
        draft: &mut Draft,
        absent: &mut [VisitId],
        rng: &mut Pcg64Mcg,
    ) {
        let model = scope.model;
        sort(model, absent, rng);
        for &visit in absent.iter() {
            self.refused.clear();
            let limit = absence.weight(visit) + Cost::from_micros(1);
            while let Some(insertion) = self.best(scope, draft.solution(), (visit, limit), rng) {
                if draft.insert(model.routes(), &insertion) {
                    break;
                }
                self.refused.push(insertion.shift);
            }
        }
    }

    /// The cheapest insertion that costs less than `limit`.
    fn best(
        &mut self,
        scope: Scope<'_>,
        solution: &Solution,
        (visit, mut limit): (VisitId, Cost),
        rng: &mut Pcg64Mcg,
    ) -> Option<Insertion> {
        let Scope { model, params, .. } = scope;
        self.gather(scope, solution, visit);
        let mut best: Option<Insertion> = None;
        let mut take = |insertion: Insertion, limit: &mut Cost| {
            let kept = unblinked(model, params, solution, insertion, *limit, rng);
            if let Some(kept) = kept {
                *limit = kept.delta;
                best = Some(kept);
            }
        };
        // What is known first: it lowers the limit for the rest.
        self.missed.clear();
        for &shift in self.candidates.iter().filter(|shift| !self.refused.contains(shift)) {
            match self.memo.get((shift, solution.content(shift)), visit) {
                Known::Best(insertion) if insertion.delta < limit => take(insertion, &mut limit),
                Known::Best(_) => {}
                Known::NoneBelow(least) => self.missed.push((shift, least)),
                Known::Nothing => self.missed.push((shift, Cost::from_micros(i64::MIN))),
            }
        }
        for &(shift, least) in &self.missed {
            if least >= limit {
                continue;
            }
            let found = solution.route(shift).best_insertion(model.routes(), visit, limit, |_| false);
            self.memo.put(solution.content(shift), visit, found.as_ref(), limit);
            if let Some(insertion) = found {
                take(insertion, &mut limit);
            }
        }
        best
    }

    /// The shifts worth trying: all that may serve the visit, of empty ones one a class; on large problems only
    /// those that serve its neighbours or are empty. Neighbours whose shift may not serve it don't count: where skills and
    /// licenses are rare there would be few of the others.
    fn gather(&mut self, scope: Scope<'_>, solution: &Solution, visit: VisitId) {
        let Scope { model, params, sector } = scope;
        self.stamp += 1;
        self.candidates.clear();
        let own = || model.allowed(visit).iter().zip(sector.shifts()).map(|(allowed, own)| allowed & own);
        let empty = solution.idle();
        if model.routes().problem().visits.len() >= params.granular_from {
            let may = |near: &VisitId| {
                let shift = sector.owns(*near).then(|| solution.server(*near))??;
                model.allows(shift, visit).then_some(shift)
            };
            for shift in model.near(visit).iter().filter_map(may).take(params.neighbours) {
                if std::mem::replace(&mut self.seen[shift.index()], self.stamp) != self.stamp {
                    self.candidates.push(shift);
                }
            }
        } else {
            let used = own().zip(empty).map(|(allowed, empty)| allowed & !empty);
            self.candidates.extend(shifts(used));
        }
        for shift in shifts(own().zip(empty).map(|(allowed, empty)| allowed & empty)) {
            let class = &mut self.seen_class[model.class_of(shift)];
            if std::mem::replace(class, self.stamp) != self.stamp {
                self.candidates.push(shift);
                if self.seen_class.len() == 1 {
                    break;
                }
            }
        }
    }
}

/// The shifts whose bits are set, in order.
fn shifts(words: impl Iterator<Item = u64>) -> impl Iterator<Item = ShiftId> {
    words.enumerate().flat_map(|(at, mut word)| {
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(ShiftId::new(64 * at + bit))
        })
    })
}

/// The insertion, or the best other one of its route where the dice say to pass over its position: as if every
/// position had been passed over with that probability, since worse ones never matter while the best is seen.
fn unblinked(
    model: &SearchModel<'_>,
    params: &SearchParams,
    solution: &Solution,
    insertion: Insertion,
    limit: Cost,
    rng: &mut Pcg64Mcg,
) -> Option<Insertion> {
    let route = solution.route(insertion.shift);
    if rng.random::<f64>() < params.blink {
        let blink = |position| position == insertion.position || rng.random::<f64>() < params.blink;
        return route.best_insertion(model.routes(), insertion.visit, limit, blink);
    }
    Some(insertion)
}

fn sort(model: &SearchModel<'_>, absent: &mut [VisitId], rng: &mut Pcg64Mcg) {
    let total: u32 = ORDERS.iter().map(|(_, weight)| weight).sum();
    let mut draw = rng.random_range(0..total);
    let mut order = Order::Random;
    for (candidate, weight) in ORDERS {
        if draw < weight {
            order = candidate;
            break;
        }
        draw -= weight;
    }
    // A shuffle first, so that ties fall differently each time.
    for at in (1..absent.len()).rev() {
        absent.swap(at, rng.random_range(0..=at));
    }
    let problem = model.routes().problem();
    let width = |visit: VisitId| -> i64 {
        problem.visit(visit).windows.iter().map(|window| (window.end - window.start).ticks()).sum()
    };
    let near = |visit: VisitId| {
        let Some(&other) = model.near(visit).first() else { return 0 };
        let (here, there) = (problem.visit(visit).place, problem.visit(other).place);
        model.routes().travel().leg(here, there).duration.ticks()
    };
    match order {
        Order::Random => {}
        Order::LongestFirst => absent.sort_by_key(|&v| std::cmp::Reverse(problem.visit(v).duration)),
        Order::TightestFirst => absent.sort_by_key(|&v| width(v)),
        Order::EarliestFirst => absent.sort_by_key(|&v| problem.visit(v).windows.first().map(|w| w.start)),
        Order::DearestFirst => absent.sort_by_key(|&v| std::cmp::Reverse(model.absence(v))),
        Order::FewestShiftsFirst => absent.sort_by_key(|&v| model.shifts_of(v).len()),
        Order::FarFirst => absent.sort_by_key(|&v| std::cmp::Reverse(near(v))),
        Order::CloseFirst => absent.sort_by_key(|&v| near(v)),
    }
}
