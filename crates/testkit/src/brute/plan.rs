//! The best plan of a small problem: every set of visits on every shift, then every split of the visits.

use std::collections::BTreeMap;
use std::rc::Rc;

use journeyman_domain::{
    Bound, Certainty, Cost, CostBreakdown, CostTerm, PickupId, Plan, PlannedRoute, Problem, Proof, Release,
    Score, ShiftId, Stop, Unassigned, VisitId,
};
use journeyman_travel::{Travel, visit_jurisdictions};

use super::clock::{Clock, Grid, by_law};
use super::law::forbidden;
use super::past::Past;
use super::price::unserved;
use super::schedule::best_schedule;
use super::stock::{Draws, draws, draws_suffice, fits_van};

/// The most visits for which the enumeration is meant.
const VISITS_MAX: usize = 10;

/// A plan of least score (mandatory unserved, then cost) over all plans: the best route of every set of visits on
/// every shift over all orders and at most one pickup, then the best split; shared stock is honoured.
///
/// A frozen prefix is kept wherever some plan can keep it. The unassigned of the plan carry no refusals.
///
/// O(shifts · 2^visits · visits² · breaks · ticks), 3^visits where parts and pickups meet.
///
/// # Panics
/// With more than 10 visits.
pub fn best_plan(problem: &Problem, travel: &Travel) -> Plan {
    let count = problem.visits.len();
    assert!(count <= VISITS_MAX, "{count} visits: brute force is for at most {VISITS_MAX}");
    let options: Vec<Vec<Choice>> =
        problem.shift_ids().map(|shift| choices(problem, travel, shift)).collect();
    let mut best = None;
    for keep_frozen in [true, false] {
        let mut split = Split { problem, options: &options, keep_frozen, chosen: Vec::new(), best: None };
        split.try_shifts(0, Cost::ZERO);
        best = split.best;
        if best.is_some() {
            break;
        }
    }
    let (score, chosen) = best.expect("the empty plan is one");
    let plan = assemble(problem, travel, &chosen);
    assert_eq!(plan.score(), score, "the score of the plan differs from that of its split");
    plan
}

/// Of each visit, whether any route of any shift serves it, whatever that leaves out. The rest of what routes draw
/// from shared stocks is not asked. As slow as [`best_plan`] without its splits.
///
/// # Panics
/// With more than 10 visits.
pub fn servable(problem: &Problem, travel: &Travel) -> Vec<bool> {
    let count = problem.visits.len();
    assert!(count <= VISITS_MAX, "{count} visits: brute force is for at most {VISITS_MAX}");
    let choices = problem.shift_ids().flat_map(|shift| choices(problem, travel, shift));
    let served = choices.fold(0, |served, choice| served | choice.visits);
    problem.visit_ids().map(|visit| served & bit(visit) != 0).collect()
}

/// One way to serve a set of visits on a shift.
#[derive(Clone)]
struct Choice {
    visits: u16,
    cost: Cost,
    stops: Vec<Stop>,
    draws: Draws,
}

/// What distinguishes routes in progress: visits served, those among them that use parts and came before the
/// pickup, the pickup, and the last stop.
type State = (u16, u16, Option<PickupId>, Option<Stop>);

/// All sets that a shift can serve, each at its least cost for each way of drawing parts.
fn choices(problem: &Problem, travel: &Travel, shift: ShiftId) -> Vec<Choice> {
    let jurisdictions = visit_jurisdictions(problem);
    let clock = Clock::new(problem, travel, shift, &by_law(problem, &jurisdictions, shift));
    let frozen = problem.shift(shift).frozen.as_ref().map_or(0, |frozen| frozen.stops.len());
    let mut best: BTreeMap<(u16, Draws), (Cost, Rc<Past>)> = BTreeMap::new();
    let mut level: BTreeMap<State, Grid> = BTreeMap::from([((0, 0, None, None), clock.at_start())]);
    let mut done = 0;
    while !level.is_empty() {
        let mut next: BTreeMap<State, Grid> = BTreeMap::new();
        for (&state, grid) in &level {
            let here = state.3.map_or(clock.shift().start_place, |stop| clock.place(stop));
            let leave = |at| clock.may_leave(done, at);
            if done > 0 && done >= frozen {
                let mut returned = clock.empty();
                clock.drive(grid, (here, clock.shift().end_place), &|_| true, &mut returned);
                keep_best(problem, &clock, (state.0, &returned), &mut best);
            }
            for (stop, after) in steps(problem, shift, done, state) {
                let arrived = next.entry(after).or_insert_with(|| clock.empty());
                clock.drive(grid, (here, clock.place(stop)), &leave, arrived);
            }
        }
        // All ways to arrive are merged; then the stop is served.
        for (state, grid) in &mut next {
            clock.dwell(grid, true);
            *grid = clock.serve(grid, state.3.expect("every state but the first has a last stop"));
            clock.dwell(grid, true);
        }
        next.retain(|_, grid| !clock.is_empty(grid));
        level = next;
        done += 1;
    }
    let choice = |((visits, draws), (cost, past)): ((u16, Draws), (Cost, Rc<Past>))| Choice {
        visits,
        cost,
        stops: past.stops(),
        draws,
    };
    best.into_iter().map(choice).collect()
}

fn keep_best(
    problem: &Problem,
    clock: &Clock<'_>,
    (visits, returned): (u16, &Grid),
    best: &mut BTreeMap<(u16, Draws), (Cost, Rc<Past>)>,
) {
    let Some((cost, _, past)) = clock.best_return(returned) else { return };
    let stops = past.stops();
    let draws = draws(problem, (clock.id, &stops));
    if draws_suffice(problem, &[(clock.id, draws.clone())]) {
        let known = best.entry((visits, draws)).or_insert_with(|| (cost, Rc::clone(&past)));
        if cost < known.0 {
            *known = (cost, past);
        }
    }
}

/// The stops that may come next, with the state that each leads to.
fn steps(
    problem: &Problem,
    shift: ShiftId,
    done: usize,
    (served, before, pickup, _): State,
) -> Vec<(Stop, State)> {
    let due = problem.shift(shift).frozen.as_ref().and_then(|frozen| frozen.stops.get(done));
    let visits = problem.visit_ids().filter(|id| served & bit(*id) == 0).map(|id| {
        let stop = Stop::Visit(id);
        let by_van =
            if pickup.is_none() && !problem.visit(id).requirement.parts.is_empty() { bit(id) } else { 0 };
        (stop, (served | bit(id), before | by_van, pickup, Some(stop)))
    });
    let pickups = problem.pickup_ids().filter(|_| pickup.is_none()).map(|id| {
        let stop = Stop::Pickup(id);
        (stop, (served, before, Some(id), Some(stop)))
    });
    visits
        .chain(pickups)
        .filter(|(stop, _)| due.is_none_or(|due| due == stop))
        .filter(|(stop, after)| may_follow(problem, shift, *stop, after))
        .collect()
}

/// Whether the rules that do not depend on the hour let `stop` be the last of a route with the visits of `after`.
fn may_follow(problem: &Problem, shift: ShiftId, stop: Stop, &(served, _, pickup, _): &State) -> bool {
    let Stop::Visit(id) = stop else { return true };
    // Tools depend on what came before only by the pickup, load and numbers only on the set.
    let others: Vec<VisitId> =
        problem.visit_ids().filter(|&other| served & bit(other) != 0 && other != id).collect();
    let load: i64 = others.iter().map(|&other| problem.visit(other).requirement.load).sum();
    let van = &problem.technician_of(shift).van;
    let alone: Vec<Stop> = pickup.map(Stop::Pickup).into_iter().chain([stop]).collect();
    !forbidden(problem, shift, id)
        && fits_van(problem, shift, &alone)
        && problem.shift(shift).visits_max.is_none_or(|most| others.len() < most as usize)
        && van.load_capacity.is_none_or(|most| load + problem.visit(id).requirement.load <= most)
}

fn bit(visit: VisitId) -> u16 {
    1 << visit.index()
}

/// The enumeration of all splits of visits over shifts.
struct Split<'a> {
    problem: &'a Problem,
    options: &'a [Vec<Choice>],
    keep_frozen: bool,
    chosen: Vec<(ShiftId, &'a Choice)>,
    best: Option<(Score, Vec<(ShiftId, Choice)>)>,
}

impl Split<'_> {
    fn try_shifts(&mut self, from: usize, spent: Cost) {
        let problem = self.problem;
        let served = self.chosen.iter().fold(0, |set, (_, choice)| set | choice.visits);
        if from == problem.shifts.len() {
            self.keep_if_better(served, spent);
            return;
        }
        let shift = ShiftId::new(from);
        let bound = self.keep_frozen && problem.shift(shift).frozen.is_some();
        if !bound || self.options[from].is_empty() {
            self.try_shifts(from + 1, spent);
        }
        for choice in self.options[from].iter().filter(|choice| choice.visits & served == 0) {
            self.chosen.push((shift, choice));
            self.try_shifts(from + 1, spent + choice.cost);
            self.chosen.pop();
        }
    }

    fn keep_if_better(&mut self, served: u16, spent: Cost) {
        let left = || self.problem.visit_ids().filter(|&id| served & bit(id) == 0);
        let mandatory = left().filter(|&id| self.problem.visit(id).is_mandatory()).count();
        let score = Score {
            mandatory_unserved: u32::try_from(mandatory).expect("a handful of visits"),
            cost: spent + unserved(self.problem, left()),
        };
        if self.best.as_ref().is_some_and(|(best, _)| *best <= score) {
            return;
        }
        let taken: Vec<(ShiftId, Draws)> = self.chosen.iter().map(|(s, c)| (*s, c.draws.clone())).collect();
        if draws_suffice(self.problem, &taken) {
            self.best = Some((score, self.chosen.iter().map(|&(s, c)| (s, c.clone())).collect()));
        }
    }
}

fn assemble(problem: &Problem, travel: &Travel, chosen: &[(ShiftId, Choice)]) -> Plan {
    let mut cost = CostBreakdown::default();
    let mut routes: Vec<PlannedRoute> = Vec::new();
    for (shift, choice) in chosen {
        let route = best_schedule(problem, travel, *shift, &choice.stops).expect("a choice has a schedule");
        assert_eq!(route.total(), choice.cost, "enumeration and schedule disagree on one sequence");
        cost += route.cost;
        routes.push(route);
    }
    let served = chosen.iter().fold(0, |set, (_, choice)| set | choice.visits);
    let left = || problem.visit_ids().filter(|&id| served & bit(id) == 0);
    cost.add(CostTerm::Unserved, unserved(problem, left()));
    let unassigned = left().map(|visit| Unassigned {
        visit,
        certainty: match problem.release(visit) {
            Release::Awaiting(awaiting) => Certainty::Awaiting(awaiting),
            Release::Open { .. } | Release::Held { .. } => Certainty::NotFoundInTime,
        },
        refusals: Vec::new(),
    });
    let mandatory = left().filter(|&id| problem.visit(id).is_mandatory()).count();
    let mandatory_unserved = u32::try_from(mandatory).expect("a handful of visits");
    let bound = Bound { mandatory_unserved, cost: cost.total(), proof: Proof::ProvedOptimal };
    Plan { routes, unassigned: unassigned.collect(), cost, mandatory_unserved, bound }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brute::{may_start, stock_suffices};
    use crate::{ProblemBuilder, Shape, cases, random_problem};
    use journeyman_domain::Time;

    /// Every sequence of some of the stops, the empty one included, at most one pickup in each.
    fn sequences(stops: &[Stop]) -> Vec<Vec<Stop>> {
        let mut all = vec![Vec::new()];
        for (at, &first) in stops.iter().enumerate() {
            let mut rest = stops.to_vec();
            rest.remove(at);
            if let Stop::Pickup(_) = first {
                rest.retain(|stop| !matches!(stop, Stop::Pickup(_)));
            }
            all.extend(sequences(&rest).into_iter().map(|tail| [vec![first], tail].concat()));
        }
        all
    }

    /// The best score over every sequence on every shift: slower still, and shares only single schedules.
    fn by_sequences(problem: &Problem, travel: &Travel) -> Score {
        let all: Vec<Stop> =
            problem.pickup_ids().map(Stop::Pickup).chain(problem.visit_ids().map(Stop::Visit)).collect();
        let served = |stops: &[Stop]| {
            stops.iter().fold(0, |set, stop| if let Stop::Visit(id) = stop { set | bit(*id) } else { set })
        };
        let routes = |shift| -> Vec<(u16, Cost, Vec<Stop>)> {
            let lawful = |stops: &Vec<Stop>| {
                stops.iter().all(|stop| !matches!(stop, Stop::Visit(id) if forbidden(problem, shift, *id)))
                    && fits_van(problem, shift, stops)
            };
            let timed = |stops: Vec<Stop>| {
                Some((served(&stops), best_schedule(problem, travel, shift, &stops)?.total(), stops))
            };
            sequences(&all).into_iter().filter(lawful).filter_map(timed).collect()
        };
        type Partial = (u16, Cost, Vec<(ShiftId, Vec<Stop>)>);
        let mut partial: Vec<Partial> = vec![(0, Cost::ZERO, Vec::new())];
        for shift in problem.shift_ids() {
            let routes = routes(shift);
            let mut extended = partial.clone();
            for (set, cost, chosen) in &partial {
                for (more, price, stops) in routes.iter().filter(|(more, ..)| more & set == 0) {
                    let chosen = [chosen.clone(), vec![(shift, stops.clone())]].concat();
                    extended.push((set | more, *cost + *price, chosen));
                }
            }
            partial = extended;
        }
        let stocked = |chosen: &Vec<(ShiftId, Vec<Stop>)>| {
            let loads: Vec<_> = chosen.iter().map(|(shift, stops)| (*shift, stops.as_slice())).collect();
            stock_suffices(problem, &loads)
        };
        let scores = partial.into_iter().filter(|(_, _, chosen)| stocked(chosen)).map(|(set, cost, _)| {
            let left = || problem.visit_ids().filter(move |&id| set & bit(id) == 0);
            let mandatory = left().filter(|&id| problem.visit(id).is_mandatory()).count();
            Score {
                mandatory_unserved: u32::try_from(mandatory).expect("few"),
                cost: cost + unserved(problem, left()),
            }
        });
        scores.min().expect("the empty plan is one")
    }

    #[test]
    fn sets_find_what_all_sequences_find() {
        let shape = Shape { visits: 1..=3, shifts: 1..=2, pickups_max: 1, horizon: 300, ..Shape::default() };
        let mut served = 0;
        for seed in 0..cases(60) as u64 {
            let problem = random_problem(seed, &shape);
            let travel = Travel::build(&problem).expect("a valid problem");
            let plan = best_plan(&problem, &travel);
            served += problem.visits.len() - plan.unassigned.len();
            assert_eq!(plan.score(), by_sequences(&problem, &travel), "seed {seed}");
        }
        assert!(served > 0, "no day had anything to serve");
    }

    #[test]
    fn limited_stock_of_a_warehouse_is_shared_by_the_routes_that_stop_there() {
        let mut day = ProblemBuilder::new();
        for name in ["ana", "ben"] {
            day.technician(name);
            day.shift(name, 0, 60);
        }
        day.pickup("depot", (1, 0)).duration(1).stocks("wire", 1);
        day.visit("a", (10, 0)).part("wire", 1).penalty(100);
        day.visit("b", (-10, 0)).part("wire", 1).penalty(90);
        let problem = day.build();
        let plan = best_plan(&problem, &Travel::build(&problem).expect("valid"));
        let left: Vec<&str> = plan.unassigned.iter().map(|u| problem.visit(u.visit).label.as_str()).collect();
        assert_eq!((left, plan.routes.len()), (vec!["b"], 1));
    }

    #[test]
    fn a_delivery_serves_later_shifts_only() {
        let mut day = ProblemBuilder::new();
        day.technician("ana");
        day.shift("ana", 0, 60);
        day.shift("ana", 100, 160);
        day.pickup("depot", (1, 0)).stocks("wire", 1).delivery("wire", 1, 90);
        day.visit("a", (2, 0)).part("wire", 2);
        let problem = day.build();
        let plan = best_plan(&problem, &Travel::build(&problem).expect("valid"));
        assert_eq!(plan.routes.iter().map(|r| r.shift.index()).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn random_days_are_neither_empty_nor_all_served() {
        let shape = Shape { visits: 4..=4, ..Shape::default() };
        let (mut served, mut left) = (0, 0);
        for seed in 0..40 {
            let problem = random_problem(seed, &shape);
            let plan = best_plan(&problem, &Travel::build(&problem).expect("valid"));
            left += plan.unassigned.len();
            served += problem.visits.len() - plan.unassigned.len();
        }
        assert!(served > 40 && left > 20, "{served} served, {left} left: the generator lost its balance");
    }

    #[test]
    fn random_days_leave_single_visits_possible() {
        let (mut possible, mut all) = (0, 0);
        for seed in 0..100 {
            let problem = random_problem(seed, &Shape::default());
            let jurisdictions = visit_jurisdictions(&problem);
            for visit in problem.visit_ids() {
                let starts = |shift| {
                    (0..problem.horizon.ticks())
                        .any(|t| may_start(&problem, &jurisdictions, shift, visit, Time::from_ticks(t)))
                };
                all += 1;
                possible += usize::from(
                    problem.shift_ids().any(|shift| !forbidden(&problem, shift, visit) && starts(shift)),
                );
            }
        }
        assert!(possible * 3 > all, "{possible} of {all} visits may start on some shift");
    }
}
