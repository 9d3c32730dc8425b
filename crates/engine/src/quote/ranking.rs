//! Who would come when, and for how much: insertions of one visit into the routes of a plan, cheapest first.
//!
//! Each route is asked for its cheapest place at any offered time, which bounds what it asks in each window from below.
//! Windows are then priced route by route in that order, until enough of them have a price that no other route beats.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use journeyman_domain::{Cost, Date, Problem, Refusal, ShiftId, Stop, StopKind, Time, TimeWindow, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_plan::{Punctuality, WindowCutter, refusal_without_room, scheduled_route};
use journeyman_route::{Insertion, Route, RouteModel, SharedStock, StartLimit};

use super::{Quote, QuoteOptions, Quotes};

/// One visit and the routes that could take it.
pub(super) struct Ranking<'r, 'm> {
    model: &'r mut RouteModel<'m>,
    eligibility: &'r Eligibility,
    routes: &'r [Route],
    visit: VisitId,
    stock: SharedStock,
    takes_parts: bool,
}

/// What is looked at next, by what it costs at least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// A route that has not said its price of every window.
    Route(ShiftId),
    /// A window at its price.
    Window { window: usize, shift: ShiftId, offer: usize },
}

/// A visit in a window of a route.
#[derive(Clone, Copy)]
struct Offer {
    window: TimeWindow,
    insertion: Insertion,
}

/// When the visit is reached, by where it stands, the start of its window and when it is planned.
type Simulated = BTreeMap<(ShiftId, usize, Time, Time), Punctuality>;

impl<'r, 'm> Ranking<'r, 'm> {
    /// `model` and `eligibility` know the visit with all starts that are offered; `routes` are by shift.
    pub(super) fn new(
        model: &'r mut RouteModel<'m>,
        eligibility: &'r Eligibility,
        routes: &'r [Route],
        visit: VisitId,
    ) -> Self {
        let mut stock = SharedStock::new(model.problem());
        routes.iter().for_each(|route| stock.take(model, route));
        let takes_parts = !model.problem().visit(visit).requirement.parts.is_empty();
        Self { model, eligibility, routes, visit, stock, takes_parts }
    }

    /// The cheapest windows, and what those say who can't come in any. `windows` are sorted.
    pub(super) fn quotes(mut self, windows: &[TimeWindow], options: &QuoteOptions) -> Quotes {
        let (mut next, refusals) = self.ask_all();
        let cutter = WindowCutter::new(self.model.problem(), self.eligibility);
        let mut days = Days { days: vec![None; windows.len()] };
        let (mut offers, mut simulated) = (Vec::new(), Simulated::default());
        let mut settled = vec![false; windows.len()];
        let mut quotes: Vec<Quote> = Vec::new();
        while let Some(Reverse((cost, item))) = next.pop() {
            // Those that cost as much as the last one may be surer.
            if quotes.len() >= options.quotes_max
                && quotes.last().is_some_and(|last| cost > last.marginal_cost)
            {
                break;
            }
            match item {
                Next::Route(shift) => {
                    for (cost, window, insertion) in self.prices(shift, windows, &mut days) {
                        next.push(Reverse((cost, Next::Window { window, shift, offer: offers.len() })));
                        offers.push(Offer { window: windows[window], insertion });
                    }
                }
                Next::Window { window, .. } if settled[window] => {}
                Next::Window { window, offer, .. } => {
                    let quote = self.quote(cost, &offers[offer], &cutter, &mut simulated);
                    if quote.probability_permille >= options.on_time_permille_min {
                        settled[window] = true;
                        quotes.push(quote);
                    }
                }
            }
        }
        let problem = self.model.problem();
        quotes.sort_by_key(|quote| {
            let Quote { window, probability_permille, marginal_cost, .. } = *quote;
            let width = window.end - window.start;
            // As sure and as cheap, but nobody works in all of it: that tells the customer less.
            let worked = window.intersection(&problem.shift(quote.shift).window);
            let idle = worked.map_or(width, |worked| width - (worked.end - worked.start));
            (marginal_cost, Reverse(probability_permille), idle, width, window.start)
        });
        quotes.truncate(options.quotes_max);
        Quotes { quotes, refusals }
    }

    /// Each route that can take the visit with what it asks at least; of technicians without one, what they say.
    fn ask_all(&self) -> (BinaryHeap<Reverse<(Cost, Next)>>, Vec<Refusal>) {
        let problem = self.model.problem();
        let mut next = BinaryHeap::new();
        let mut can_come = vec![false; problem.technicians.len()];
        for &shift in self.eligibility.shifts_of(self.visit) {
            if let Some(cheapest) = self.cheapest(shift) {
                next.push(Reverse((cheapest.delta, Next::Route(shift))));
                can_come[problem.shift(shift).technician.index()] = true;
            }
        }
        let of_others = |shift: &ShiftId| !can_come[problem.shift(*shift).technician.index()];
        let said = problem
            .shift_ids()
            .filter(of_others)
            .map(|shift| refusal_without_room(self.model, self.eligibility, shift, self.visit));
        (next, each_rule_once(problem, said))
    }

    /// The cheapest place in a route at the starts that are open now, as long as stocks last that routes share.
    fn cheapest(&self, shift: ShiftId) -> Option<Insertion> {
        let route = &self.routes[shift.index()];
        let insertion = route.best_insertion(self.model, self.visit, Cost::MAX, |_| false)?;
        // A visit without parts takes nothing, unless a pickup comes with it, which others then draw from.
        let takes = self.takes_parts || insertion.pickup.is_some();
        if self.stock.is_trivial() || !takes {
            return Some(insertion);
        }
        let mut with = route.clone();
        with.insert(self.model, &insertion);
        let mut others = self.stock.clone();
        others.give_back(self.model, route);
        others.lasts_for(self.model, &with).then_some(insertion)
    }

    /// What a route asks in each window in which it can take the visit.
    fn prices(
        &mut self,
        shift: ShiftId,
        windows: &[TimeWindow],
        days: &mut Days,
    ) -> Vec<(Cost, usize, Insertion)> {
        let (visit, problem) = (self.visit, self.model.problem());
        let noun = problem.shift(shift);
        let lawful = self.eligibility.start_windows(shift, visit).to_vec();
        let mut prices = Vec::new();
        // Those that begin after the shift has ended are skipped at once; there are days of others.
        let begun = windows.partition_point(|window| window.start <= noun.window.end);
        let ends_in_shift = |(_, window): &(usize, &TimeWindow)| window.end >= noun.window.start;
        for (at, window) in windows[..begun].iter().enumerate().filter(ends_in_shift) {
            let open = lawful.iter().filter_map(|lawful| lawful.intersection(window)).collect();
            self.model.limit(&StartLimit { shift, visit, windows: open });
            if let Some(insertion) = self.cheapest(shift) {
                // A promise is of the day on which its window begins.
                let other_day = days.of(problem, (at, window)) != noun.day;
                let extra = if other_day { problem.rates.day_changed } else { Cost::ZERO };
                prices.push((insertion.delta + extra, at, insertion));
            }
        }
        prices
    }

    fn quote(
        &mut self,
        marginal_cost: Cost,
        offer: &Offer,
        cutter: &WindowCutter<'_>,
        simulated: &mut Simulated,
    ) -> Quote {
        let Offer { window, insertion } = *offer;
        let (shift, visit) = (insertion.shift, self.visit);
        let lawful = self.eligibility.start_windows(shift, visit);
        let open = lawful.iter().filter_map(|lawful| lawful.intersection(&window)).collect();
        self.model.limit(&StartLimit { shift, visit, windows: open });
        let stops = with_inserted(self.routes[shift.index()].stops(), &insertion);
        let route = scheduled_route(self.model, self.eligibility, (shift, &stops))
            .expect("an insertion that has a price is feasible");
        let at = route.stops.iter().find(|stop| stop.kind == StopKind::Visit(visit));
        let start = at.expect("the visit was inserted").start;
        let key = (shift, insertion.position, window.start, start);
        let punctuality = simulated.entry(key).or_insert_with(|| {
            cutter.punctuality_if_promised(&route, visit, window).expect("the visit was inserted")
        });
        let probability_permille = punctuality.by_permille(window.end);
        Quote { window, probability_permille, shift, start, marginal_cost }
    }
}

/// The stops of a route with a visit that was evaluated on it.
fn with_inserted(stops: &[Stop], insertion: &Insertion) -> Vec<Stop> {
    let mut with = stops.to_vec();
    if let Some((at, pickup)) = insertion.pickup {
        with.insert(at, Stop::Pickup(pickup));
    }
    with.insert(insertion.position, Stop::Visit(insertion.visit));
    with
}

/// The local day of each window's start, found when asked for.
struct Days {
    days: Vec<Option<Date>>,
}

impl Days {
    fn of(&mut self, problem: &Problem, (at, window): (usize, &TimeWindow)) -> Date {
        *self.days[at].get_or_insert_with(|| problem.local_day(window.start))
    }
}

/// What the shifts of one technician say is told once where it is the same.
fn each_rule_once(problem: &Problem, said: impl Iterator<Item = Refusal>) -> Vec<Refusal> {
    let mut told: Vec<Refusal> = Vec::new();
    let mut by_technician: BTreeMap<_, Vec<Refusal>> = BTreeMap::new();
    for refusal in said {
        let known = by_technician.entry(problem.shift(refusal.shift()).technician).or_default();
        if known.iter().any(|known| is_same_rule(known, &refusal)) {
            continue;
        }
        known.push(refusal);
        told.push(refusal);
    }
    told
}

fn is_same_rule(one: &Refusal, other: &Refusal) -> bool {
    match (one, other) {
        (Refusal::Ineligible(_, one), Refusal::Ineligible(_, other)) => one == other,
        (Refusal::NoTime(_), Refusal::NoTime(_)) | (Refusal::Full(_), Refusal::Full(_)) => true,
        _ => false,
    }
}
