//! One shift, tick by tick: the cheapest way to stand at each moment with so many breaks taken.
//!
//! A [`Grid`] is all moments at one point of a route. Three steps lead from grid to grid: `dwell` (wait and take
//! breaks where one stands), `serve` and `drive`. Every cell is the exact minimum over all schedules so far.

use std::rc::Rc;

use journeyman_domain::{
    Cost, Duration, JurisdictionId, PayPolicy, PlaceId, Problem, Shift, ShiftId, Stop, Time, VisitId,
};
use journeyman_travel::Travel;

use super::law::may_start;
use super::past::{Past, Step};
use super::price::visit_price;

/// The cheapest cost of standing here now, and how.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) cost: Cost,
    pub(super) past: Rc<Past>,
}

/// Cells by breaks taken and moment.
pub(super) struct Grid {
    cells: Vec<Option<Cell>>,
    moments: usize,
}

const ONE_TICK: Duration = Duration::from_ticks(1);

/// One shift of one problem, and which starts are allowed.
pub(super) struct Clock<'a> {
    pub(super) problem: &'a Problem,
    pub(super) travel: &'a Travel,
    pub(super) id: ShiftId,
    /// Allowed starts by visit and moment.
    allowed: Vec<Vec<bool>>,
}

impl<'a> Clock<'a> {
    /// `may_start` is asked once for every visit and moment of the shift.
    pub(super) fn new(
        problem: &'a Problem,
        travel: &'a Travel,
        id: ShiftId,
        may_start: &dyn Fn(VisitId, Time) -> bool,
    ) -> Self {
        let mut clock = Self { problem, travel, id, allowed: Vec::new() };
        clock.allowed = problem
            .visit_ids()
            .map(|visit| clock.moments().map(|at| may_start(visit, at)).collect())
            .collect();
        clock
    }

    pub(super) fn shift(&self) -> &'a Shift {
        self.problem.shift(self.id)
    }

    /// Every moment of the shift.
    pub(super) fn moments(&self) -> impl DoubleEndedIterator<Item = Time> + use<> {
        let window = self.shift().window;
        (window.start.ticks()..=window.end.ticks()).map(Time::from_ticks)
    }

    fn index(&self, at: Time) -> usize {
        usize::try_from((at - self.shift().window.start).ticks()).expect("no moment before the shift")
    }

    /// No moment reached yet.
    pub(super) fn empty(&self) -> Grid {
        let moments = self.moments().count();
        Grid { cells: vec![None; moments * (self.shift().breaks.len() + 1)], moments }
    }

    /// Whether no moment is reached.
    pub(super) fn is_empty(&self, grid: &Grid) -> bool {
        self.reached(grid).next().is_none()
    }

    fn get<'g>(&self, grid: &'g Grid, breaks: usize, at: Time) -> Option<&'g Cell> {
        grid.cells[breaks * grid.moments + self.index(at)].as_ref()
    }

    /// Keeps a way to a cell if it is cheaper than the one known; moments after the shift are forgotten.
    fn relax(&self, grid: &mut Grid, (breaks, at): (usize, Time), cost: Cost, past: &dyn Fn() -> Rc<Past>) {
        if at <= self.shift().window.end {
            let cell = &mut grid.cells[breaks * grid.moments + self.index(at)];
            if cell.as_ref().is_none_or(|known| cost < known.cost) {
                *cell = Some(Cell { cost, past: past() });
            }
        }
    }

    /// Every cell that can be reached, in the order of breaks, then of time.
    fn reached<'g>(&self, grid: &'g Grid) -> impl Iterator<Item = (usize, Time, &'g Cell)> + use<'g> {
        let start = self.shift().window.start.ticks();
        grid.cells.iter().enumerate().filter_map(move |(at, cell)| {
            let offset = i64::try_from(at % grid.moments).expect("a short shift");
            Some((at / grid.moments, Time::from_ticks(start + offset), cell.as_ref()?))
        })
    }

    /// Before departure, at the start place: waiting and breaks are free.
    pub(super) fn at_start(&self) -> Grid {
        let mut grid = self.empty();
        self.relax(&mut grid, (0, self.shift().window.start), Cost::ZERO, &|| Past::beginning());
        self.dwell(&mut grid, false);
        grid
    }

    /// Waits and takes breaks where one stands; paid where the shift is paid from departure to return.
    pub(super) fn dwell(&self, grid: &mut Grid, after_departure: bool) {
        let rates = &self.shift().rates;
        let paid = after_departure && rates.pay == PayPolicy::PortalToPortal;
        let price = |span| if paid { rates.time * span } else { Cost::ZERO };
        for at in self.moments() {
            for breaks in 0..=self.shift().breaks.len() {
                let Some(Cell { cost, past }) = self.get(grid, breaks, at).cloned() else { continue };
                let later = at + ONE_TICK;
                self.relax(grid, (breaks, later), cost + price(ONE_TICK), &|| Rc::clone(&past));
                if let Some(next) = self.shift().breaks.get(breaks).filter(|next| next.start.contains(at)) {
                    let rested = (breaks + 1, at + next.duration);
                    self.relax(grid, rested, cost + price(next.duration), &|| past.then(at, Step::Break));
                }
            }
        }
    }

    /// Drives on at any moment that `leave` allows, and keeps the cheaper way to each cell of `arrived`.
    pub(super) fn drive(
        &self,
        grid: &Grid,
        (from, to): (PlaceId, PlaceId),
        leave: &dyn Fn(Time) -> bool,
        arrived: &mut Grid,
    ) {
        let rates = &self.shift().rates;
        for (breaks, at, Cell { cost, past }) in self.reached(grid).filter(|&(_, at, _)| leave(at)) {
            let span = self.travel.duration_at(from, to, at);
            // Driving is paid under either policy.
            let price = rates.time * span + rates.distance * self.travel.leg(from, to).distance;
            self.relax(arrived, (breaks, at + span), *cost + price, &|| past.then(at, Step::Drive));
        }
    }

    /// Starts the stop at any moment at which it may start.
    pub(super) fn serve(&self, grid: &Grid, stop: Stop) -> Grid {
        let rates = &self.shift().rates;
        let mut served = self.empty();
        for (breaks, at, Cell { cost, past }) in self.reached(grid) {
            let (allowed, span, price) = match stop {
                Stop::Pickup(id) => {
                    let pickup = self.problem.pickup(id);
                    (pickup.windows.iter().any(|w| w.contains(at)), pickup.duration, Cost::ZERO)
                }
                Stop::Visit(id) => (
                    self.allowed[id.index()][self.index(at)],
                    self.problem.visit(id).duration,
                    visit_price(self.problem, self.id, id, at).total(),
                ),
            };
            if allowed {
                let paid = match rates.pay {
                    PayPolicy::Shift => Cost::ZERO,
                    PayPolicy::PortalToPortal => rates.time * span,
                };
                let cost = *cost + price + paid;
                self.relax(&mut served, (breaks, at + span), cost, &|| past.then(at, Step::Serve(stop)));
            }
        }
        served
    }

    /// The cheapest return: overtime added, and every break left taken after it.
    pub(super) fn best_return(&self, returned: &Grid) -> Option<(Cost, Time, Rc<Past>)> {
        let shift = self.shift();
        self.reached(returned)
            .filter(|&(breaks, at, _)| self.breaks_fit_after(breaks, at))
            .map(|(_, at, Cell { cost, past })| {
                let late = (at - shift.soft_end).max(Duration::ZERO);
                (*cost + shift.rates.overtime * late + shift.rates.used, at, Rc::clone(past))
            })
            .min_by_key(|&(cost, at, _)| (cost, at))
    }

    /// Whether the breaks from `taken` on fit after the return: each as early as it can be.
    fn breaks_fit_after(&self, taken: usize, returned: Time) -> bool {
        let mut free = returned;
        self.shift().breaks[taken..].iter().all(|next| {
            let start = free.max(next.start.start);
            free = start + next.duration;
            start <= next.start.end
        })
    }

    /// Whether the drive from the `done`-th stop to another one may start at `at`, given what is frozen.
    pub(super) fn may_leave(&self, done: usize, at: Time) -> bool {
        match &self.shift().frozen {
            None => true,
            Some(frozen) if done == 0 => at == frozen.departure,
            Some(frozen) => done < frozen.stops.len() || at >= frozen.until,
        }
    }

    pub(super) fn place(&self, stop: Stop) -> PlaceId {
        match stop {
            Stop::Visit(id) => self.problem.visit(id).place,
            Stop::Pickup(id) => self.problem.pickup(id).place,
        }
    }
}

/// The start rule of the definition, for all visits of a shift.
pub(super) fn by_law<'a>(
    problem: &'a Problem,
    jurisdictions: &'a [Option<JurisdictionId>],
    shift: ShiftId,
) -> impl Fn(VisitId, Time) -> bool + use<'a> {
    move |visit, at| may_start(problem, jurisdictions, shift, visit, at)
}
