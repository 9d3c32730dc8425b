//! `explain`: why a visit is where it is, or why it is left out, and which single rule stands in its way.
//!
//! It speaks of one given plan whose other visits stay where they are. What it says of a rule let go was tried: the
//! visit is inserted into the plan's routes on the problem without that rule, and the checker has passed it.

mod kept;
mod relax;
mod relaxations;

use journeyman_domain::{Cost, Problem, Refusal, ShiftId, Stop, StopKind, Time, Unassigned, VisitId};
use journeyman_plan::{Alternative, Explanation, Inquiry, Slot, Standing, WindowCutter, planned_route};
use journeyman_route::{Route, RouteModel};

use crate::EngineError;
use crate::day::Ground;
use kept::Kept;

pub use relax::relax;

/// How much to tell, and how far rules of time are bent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExplainOptions {
    /// Most alternatives, and most relaxations.
    pub alternatives_max: usize,
    /// How much wider windows may open on each side, in seconds (the problem's units of time), each tried by itself.
    pub window_steps: Vec<i64>,
    /// How much later a shift may end, in the same units.
    pub overtime_steps: Vec<i64>,
}

impl Default for ExplainOptions {
    /// Ten of each; windows by 30, 60 and 120 minutes, shifts by 30 and 60.
    fn default() -> Self {
        Self {
            alternatives_max: 10,
            window_steps: vec![1_800, 3_600, 7_200],
            overtime_steps: vec![1_800, 3_600],
        }
    }
}

/// Why `visit` is where the plan of `sequences` has it, or why that has it nowhere.
///
/// Any plan is accepted: what breaks a rule is taken off and named ([`Explanation::dropped`]), and the answer speaks of
/// the rest. Breaks are placed anew. All ids are the problem's own.
///
/// O(places²) for the travel, O(shifts × visits) for the law; then O(shifts × stops) for the plan and again for each
/// of some twenty rules let go.
///
/// # Errors
/// Travel that cannot be built, features not solved yet, and a past that the problem forbids.
pub fn explain(
    problem: &Problem,
    sequences: &[(ShiftId, Vec<Stop>)],
    visit: VisitId,
    options: &ExplainOptions,
) -> Result<Explanation, EngineError> {
    let ground = Ground::of(problem)?;
    let model = ground.model();
    let Kept { routes, dropped } = Kept::of(&ground, &model, sequences);
    let holds = |route: &Option<Route>| route.iter().flat_map(Route::visits).any(|held| held == visit);
    let holder = routes.iter().position(holds).map(ShiftId::new);
    let question = Question { ground: &ground, model: &model, visit, options, routes };
    let explanation = match holder {
        Some(shift) => question.served(shift),
        None => question.left_out(),
    };
    Ok(Explanation { dropped, ..explanation })
}

/// One visit of one plan.
pub(crate) struct Question<'q> {
    pub(crate) ground: &'q Ground,
    pub(crate) model: &'q RouteModel<'q>,
    pub(crate) visit: VisitId,
    pub(crate) options: &'q ExplainOptions,
    /// By shift, empty ones too; none where the frozen stops do not fit.
    pub(crate) routes: Vec<Option<Route>>,
}

impl Question<'_> {
    fn served(&self, shift: ShiftId) -> Explanation {
        let home = self.routes[shift.index()].as_ref().expect("the route that serves the visit");
        let without = self.without(home);
        let saving = without.as_ref().map(|without| home.cost() - without.cost());
        let mut routes = self.routes.clone();
        if without.is_some() {
            routes[shift.index()] = without;
        }
        let told = self.ask(&routes).refusals.into_iter().filter(|refusal| refusal.shift() != shift);
        let (alternatives, refusals) = self.split(told, &routes, saving);
        Explanation {
            visit: self.visit,
            standing: self.standing(home, saving),
            alternatives,
            refusals,
            relaxations: Vec::new(),
            dropped: Vec::new(),
        }
    }

    fn left_out(&self) -> Explanation {
        let told = self.ask(&self.routes);
        let (alternatives, refusals) =
            self.split(told.refusals.iter().copied(), &self.routes, Some(self.penalty()));
        Explanation {
            visit: self.visit,
            alternatives,
            refusals,
            relaxations: relaxations::find(self, &told),
            standing: Standing::LeftOut(told),
            dropped: Vec::new(),
        }
    }

    /// What leaving the visit out costs in money.
    pub(crate) fn penalty(&self) -> Cost {
        self.ground.problem.visit(self.visit).penalty()
    }

    /// The route without the visit, where it can do without.
    fn without(&self, home: &Route) -> Option<Route> {
        let position = home.stops().iter().position(|&stop| stop == Stop::Visit(self.visit))?;
        if position < self.model.frozen_len(home.shift()) {
            return None;
        }
        let mut without = home.clone();
        without.remove(self.model, |gone| gone == self.visit).then_some(without)
    }

    /// What each shift says to the visit, when the plan has these routes.
    fn ask(&self, routes: &[Option<Route>]) -> Unassigned {
        let routes: Vec<Route> = routes.iter().flatten().cloned().collect();
        Inquiry::new(self.model, &self.ground.eligibility, &routes).ask(self.visit)
    }

    /// Those who could serve the visit, cheapest first, and what the others say. `saved` is what not serving it as now
    /// saves; without it nobody can be compared, and prices stay among what is said.
    fn split(
        &self,
        told: impl Iterator<Item = Refusal>,
        routes: &[Option<Route>],
        saved: Option<Cost>,
    ) -> (Vec<Alternative>, Vec<Refusal>) {
        let (mut priced, mut refusals) = (Vec::new(), Vec::new());
        for refusal in told {
            match (refusal, saved) {
                (Refusal::Priced(shift, price), Some(saved)) => priced.push((price - saved, shift)),
                _ => refusals.push(refusal),
            }
        }
        priced.sort_unstable();
        let alternative = |(extra_cost, shift): (Cost, ShiftId)| {
            let route = routes[shift.index()].as_ref()?;
            let insertion = route.best_insertion(self.model, self.visit, Cost::MAX, |_| false)?;
            let mut with = route.clone();
            with.insert(self.model, &insertion);
            let start = start_in(self.model, &with, self.visit)?;
            Some(Alternative { slot: Slot { shift, start }, extra_cost })
        };
        let most = self.options.alternatives_max;
        (priced.into_iter().take(most).filter_map(alternative).collect(), refusals)
    }

    fn standing(&self, home: &Route, saving: Option<Cost>) -> Standing {
        let eligibility = &self.ground.eligibility;
        let cutter = WindowCutter::new(&self.ground.problem, eligibility);
        let planned = planned_route(self.model, eligibility, &cutter, home).expect("a route with a stop");
        let stop = planned.stops.iter().find(|stop| stop.kind == StopKind::Visit(self.visit));
        let stop = stop.expect("the visit stands on its route");
        Standing::Served {
            slot: Slot { shift: home.shift(), start: stop.start },
            window: stop.window,
            license: stop.license.clone(),
            saving,
        }
    }
}

/// When a route starts a visit of it.
pub(crate) fn start_in(model: &RouteModel<'_>, route: &Route, visit: VisitId) -> Option<Time> {
    let schedule = model.schedule(route.shift(), route.stops())?;
    schedule.stops.iter().find(|stop| stop.stop == Some(Stop::Visit(visit))).map(|stop| stop.start)
}
