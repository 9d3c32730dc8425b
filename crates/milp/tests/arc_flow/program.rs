//! The compact program, as the textbook writes it, and its solution by HiGHS.
//!
//! ```text
//! x_ijk  shift k goes from i to j; i or j absent: from its start place, to its end place
//! y_jkw  k starts j inside the w-th span of starts
//! s_j    start of j      o_j    its place in the order (without it, visits of no length could make a ring)
//! t_k    departure       r_k    return            v_k    overtime       l_j, p_j   after soft end, after promise
//! x_ijk = 1 ⇒ s_j ≥ s_i + duration_i + travel_ij, by big M
//! ```
//! Hopeless beyond fifteen visits (METHOD.md 1.1); that is why columns are used, and why this is a test.

use good_lp::solvers::highs::{HighsParallelType, HighsProblem, highs};
use good_lp::{
    Constraint, Expression, ProblemVariables, Solution, SolutionStatus, SolverModel, Variable, constraint,
    variable,
};
use journeyman_domain::{Cost, PayPolicy, ShiftId, Stop, Time, Visit, VisitId};

use super::day::{Day, Start};

/// What the program chose, and what it thinks that it costs.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    /// Visits of each shift that is used, in order.
    pub(crate) routes: Vec<(ShiftId, Vec<Stop>)>,
    pub(crate) mandatory_unserved: u32,
    pub(crate) micros: f64,
}

/// Micro-dollars in a unit of the objective: a micro-dollar lies far above HiGHS's tolerances, and a day's cost
/// far below a million.
const UNIT: f64 = 1_000.0;
/// Far tighter than by default, so that a binary at 1e-9 times big M is no thousandth of a tick.
const FEASIBILITY: f64 = 1e-9;
/// No day of a test takes nearly as long.
const SECONDS_MAX: f64 = 900.0;

struct Arc {
    shift: ShiftId,
    from: Option<VisitId>,
    to: Option<VisitId>,
    taken: Variable,
}

struct Choice {
    shift: ShiftId,
    visit: VisitId,
    start: Start,
    taken: Variable,
}

struct VisitTimes {
    start: Variable,
    order: Variable,
    late: Variable,
    after_promise: Variable,
}

struct ShiftTimes {
    departure: Variable,
    back: Variable,
    overtime: Variable,
}

struct Program<'d> {
    day: &'d Day<'d>,
    variables: ProblemVariables,
    arcs: Vec<Arc>,
    choices: Vec<Choice>,
    visits: Vec<VisitTimes>,
    shifts: Vec<ShiftTimes>,
}

/// The best plan: first the fewest mandatory visits unserved, then the least money.
pub(crate) fn solve(day: &Day<'_>) -> Chosen {
    let missed = Program::new(day).run(None).mandatory_unserved;
    Program::new(day).run(Some(missed))
}

impl<'d> Program<'d> {
    fn new(day: &'d Day<'d>) -> Self {
        let mut variables = ProblemVariables::new();
        let horizon = ticks(Time::ZERO + day.problem.horizon);
        let visits = day.problem.visit_ids().map(|_| VisitTimes {
            start: variables.add(variable().min(0.0).max(horizon)),
            order: variables.add(variable().min(0.0).max(count(day.problem.visits.len()))),
            late: variables.add(variable().min(0.0)),
            after_promise: variables.add(variable().min(0.0)),
        });
        let visits = visits.collect();
        let mut shifts = Vec::new();
        let (mut arcs, mut choices) = (Vec::new(), Vec::new());
        for shift in day.problem.shift_ids() {
            let window = day.problem.shift(shift).window;
            let inside = || variable().min(ticks(window.start)).max(ticks(window.end));
            shifts.push(ShiftTimes {
                departure: variables.add(inside()),
                back: variables.add(inside()),
                overtime: variables.add(variable().min(0.0)),
            });
            let visits: Vec<VisitId> =
                day.problem.visit_ids().filter(|&visit| !day.starts(shift, visit).is_empty()).collect();
            let ends: Vec<Option<VisitId>> = visits.iter().copied().map(Some).chain([None]).collect();
            for &from in &ends {
                for &to in ends.iter().filter(|&&to| to != from) {
                    arcs.push(Arc { shift, from, to, taken: variables.add(variable().binary()) });
                }
            }
            for &visit in &visits {
                for &start in day.starts(shift, visit) {
                    choices.push(Choice { shift, visit, start, taken: variables.add(variable().binary()) });
                }
            }
        }
        Self { day, variables, arcs, choices, visits, shifts }
    }

    /// Fewest mandatory visits unserved without a ceiling, least money with one.
    fn run(mut self, ceiling: Option<u32>) -> Chosen {
        let missed: Expression =
            self.visits_where(Visit::is_mandatory).map(|visit| 1.0 - self.served(visit)).sum();
        let objective = if ceiling.is_some() { self.money() } else { missed.clone() };
        let mut constraints = self.flow();
        constraints.extend(self.times());
        constraints.extend(self.resources());
        if let Some(ceiling) = ceiling {
            constraints.push(constraint!(missed.clone() <= f64::from(ceiling)));
        }
        let variables = std::mem::take(&mut self.variables);
        let mut problem = configured(highs(variables.minimise(objective)));
        for constraint in constraints {
            problem.add_constraint(constraint);
        }
        let solution = problem.solve().expect("serving nothing is a plan");
        // A gap of some 1e-16 is called a gap limit by good_lp; none is allowed by the options.
        let closed = matches!(solution.status(), SolutionStatus::Optimal | SolutionStatus::GapLimit);
        assert!(closed, "HiGHS did not close the program");
        Chosen {
            routes: self.routes(&solution),
            mandatory_unserved: whole(solution.eval(&missed)),
            micros: solution.eval(self.money()) * UNIT,
        }
    }

    fn visits_where(&self, keep: impl Fn(&Visit) -> bool) -> impl Iterator<Item = VisitId> {
        let problem = self.day.problem;
        problem.visit_ids().filter(move |&visit| keep(problem.visit(visit)))
    }

    fn arcs_where(&self, keep: impl Fn(&Arc) -> bool) -> Expression {
        self.arcs.iter().filter(|arc| keep(arc)).map(|arc| arc.taken).sum()
    }

    fn served(&self, visit: VisitId) -> Expression {
        self.arcs_where(|arc| arc.to == Some(visit))
    }

    fn served_by(&self, shift: ShiftId, visit: VisitId) -> Expression {
        self.arcs_where(|arc| arc.shift == shift && arc.to == Some(visit))
    }

    fn used(&self, shift: ShiftId) -> Expression {
        self.arcs_where(|arc| arc.shift == shift && arc.from.is_none())
    }

    fn leg(&self, arc: &Arc) -> journeyman_travel::LegCost {
        let shift = self.day.problem.shift(arc.shift);
        let (from, to) =
            (self.day.place(arc.from, shift.start_place), self.day.place(arc.to, shift.end_place));
        self.day.travel.leg(from, to)
    }

    fn money(&self) -> Expression {
        let problem = self.day.problem;
        let mut money = Expression::from(0.0);
        for arc in &self.arcs {
            let (rates, leg) = (problem.shift(arc.shift).rates, self.leg(arc));
            let mut price = rates.distance * leg.distance;
            if rates.pay == PayPolicy::Shift {
                price += rates.time * leg.duration;
            }
            if arc.from.is_none() {
                price += rates.used;
            }
            money += units(price) * arc.taken;
        }
        for (shift, times) in problem.shifts.iter().zip(&self.shifts) {
            money += per_tick(shift.rates.overtime) * times.overtime;
            if shift.rates.pay == PayPolicy::PortalToPortal {
                money += per_tick(shift.rates.time) * (times.back - times.departure);
            }
        }
        for choice in &self.choices {
            money += units(choice.start.price) * choice.taken;
        }
        for (visit, times) in problem.visit_ids().zip(&self.visits) {
            let noun = problem.visit(visit);
            money += units(noun.penalty()) * (1.0 - self.served(visit));
            money += per_tick(noun.lateness) * times.late;
            money += per_tick(problem.rates.promise_late) * times.after_promise;
        }
        money
    }

    /// Each visit at most once, each shift one way from its start to its end.
    fn flow(&self) -> Vec<Constraint> {
        let mut rows = Vec::new();
        for visit in self.day.problem.visit_ids() {
            rows.push(constraint!(self.served(visit) <= 1.0));
        }
        for shift in self.day.problem.shift_ids() {
            rows.push(constraint!(self.used(shift) <= 1.0));
            for visit in self.day.problem.visit_ids() {
                let left = self.arcs_where(|arc| arc.shift == shift && arc.from == Some(visit));
                rows.push(constraint!(self.served_by(shift, visit) == left));
                let chosen: Expression = self
                    .choices
                    .iter()
                    .filter(|choice| (choice.shift, choice.visit) == (shift, visit))
                    .map(|choice| choice.taken)
                    .sum();
                rows.push(constraint!(self.served_by(shift, visit) == chosen));
            }
        }
        rows
    }

    fn times(&self) -> Vec<Constraint> {
        let problem = self.day.problem;
        let horizon = ticks(Time::ZERO + problem.horizon);
        let mut rows = Vec::new();
        for (visit, times) in problem.visit_ids().zip(&self.visits) {
            let noun = problem.visit(visit);
            let chosen = || self.choices.iter().filter(|choice| choice.visit == visit);
            let earliest: Expression = chosen().map(|c| ticks(c.start.window.start) * c.taken).sum();
            let latest: Expression = chosen().map(|c| ticks(c.start.window.end) * c.taken).sum();
            rows.push(constraint!(times.start >= earliest));
            rows.push(constraint!(times.start <= latest + horizon * (1.0 - self.served(visit))));
            let after = |limit: Time| times.start - ticks(limit) - 2.0 * horizon * (1.0 - self.served(visit));
            if let Some(soft_end) = noun.soft_end {
                rows.push(constraint!(times.late >= after(soft_end)));
            }
            if let Some(promise) = noun.promise {
                rows.push(constraint!(times.after_promise >= after(promise.window.end)));
            }
        }
        for (shift, times) in problem.shifts.iter().zip(&self.shifts) {
            rows.push(constraint!(times.back >= times.departure));
            rows.push(constraint!(times.overtime >= times.back - ticks(shift.soft_end)));
        }
        rows.extend(self.arcs.iter().flat_map(|arc| self.along(arc)));
        rows
    }

    /// What taking an arc means for the times at its ends.
    fn along(&self, arc: &Arc) -> Vec<Constraint> {
        let problem = self.day.problem;
        let horizon = ticks(Time::ZERO + problem.horizon);
        let shift = &self.shifts[arc.shift.index()];
        let span = ticks(Time::ZERO + self.leg(arc).duration);
        let end = |visit: VisitId| {
            self.visits[visit.index()].start + ticks(Time::ZERO + problem.visit(visit).duration)
        };
        let ready = arc.from.map_or_else(|| Expression::from(shift.departure), end);
        let due = arc.to.map_or(shift.back, |visit| self.visits[visit.index()].start);
        let duration = arc.from.map_or(0.0, |visit| ticks(Time::ZERO + problem.visit(visit).duration));
        let big = horizon + duration + span;
        let mut rows = vec![constraint!(due >= ready + span - big * (1.0 - arc.taken))];
        if let (Some(from), Some(to)) = (arc.from, arc.to) {
            let (before, after) = (self.visits[from.index()].order, self.visits[to.index()].order);
            let big = count(problem.visits.len()) + 1.0;
            rows.push(constraint!(after >= before + 1.0 - big * (1.0 - arc.taken)));
        }
        rows
    }

    /// Numbers, load, and the parts on vans, which all shifts of a technician share.
    fn resources(&self) -> Vec<Constraint> {
        let problem = self.day.problem;
        let over = |shift: ShiftId, weight: &dyn Fn(VisitId) -> f64| -> Expression {
            problem.visit_ids().map(|visit| weight(visit) * self.served_by(shift, visit)).sum()
        };
        let mut rows = Vec::new();
        for shift in problem.shift_ids() {
            if let Some(most) = problem.shift(shift).visits_max {
                rows.push(constraint!(over(shift, &|_| 1.0) <= f64::from(most)));
            }
            if let Some(most) = problem.technician_of(shift).van.load_capacity {
                let load = |visit: VisitId| whole_number(problem.visit(visit).requirement.load);
                rows.push(constraint!(over(shift, &load) <= whole_number(most)));
            }
        }
        for technician in problem.technician_ids() {
            for &stocked in &problem.technician(technician).van.stock {
                let theirs =
                    problem.shift_ids().filter(|&shift| problem.shift(shift).technician == technician);
                let uses = |visit: VisitId| f64::from(self.day.uses(visit, stocked));
                let taken: Expression = theirs.map(|shift| over(shift, &uses)).sum();
                rows.push(constraint!(taken <= f64::from(stocked.quantity)));
            }
        }
        rows
    }

    fn routes(&self, solution: &impl Solution) -> Vec<(ShiftId, Vec<Stop>)> {
        let next = |shift: ShiftId, at: Option<VisitId>| {
            let mut leaving = self.arcs.iter().filter(|arc| arc.shift == shift && arc.from == at);
            leaving.find(|arc| solution.value(arc.taken) > 0.5).and_then(|arc| arc.to)
        };
        let route = |shift| {
            let visits = std::iter::successors(next(shift, None), |&at| next(shift, Some(at)));
            (shift, visits.map(Stop::Visit).collect())
        };
        self.day
            .problem
            .shift_ids()
            .map(route)
            .filter(|(_, stops): &(_, Vec<Stop>)| !stops.is_empty())
            .collect()
    }
}

fn configured(problem: HighsProblem) -> HighsProblem {
    let mut problem = problem.set_parallel(HighsParallelType::Off).set_threads(1).set_time_limit(SECONDS_MAX);
    for (name, value) in [
        ("mip_feasibility_tolerance", FEASIBILITY),
        ("primal_feasibility_tolerance", FEASIBILITY),
        ("dual_feasibility_tolerance", FEASIBILITY),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.0),
    ] {
        problem = problem.set_option(name, value);
    }
    problem
}

fn ticks(time: Time) -> f64 {
    whole_number(time.ticks())
}

fn units(cost: Cost) -> f64 {
    micros(cost) / UNIT
}

/// Money as a float.
pub(crate) fn micros(cost: Cost) -> f64 {
    whole_number(cost.micros())
}

fn per_tick(rate: journeyman_domain::CostPerTime) -> f64 {
    whole_number(rate.micros()) / UNIT
}

fn count(number: usize) -> f64 {
    whole_number(i64::try_from(number).expect("a handful"))
}

#[expect(clippy::cast_precision_loss, reason = "the border of the program: small numbers")]
fn whole_number(number: i64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count within 1e-6 of an integer"
)]
fn whole(value: f64) -> u32 {
    assert!((value - value.round()).abs() < 1e-3 && value > -0.5, "{value} is no count");
    value.round() as u32
}
