//! What the customer is told: a window around the planned start that the arrival hits with the asked probability.
//!
//! Every route is run through 1,024 scenarios of driving and time on site; windows and their probabilities are read
//! off them. "Arrival" is the start of service here: a technician who is early waits at the door.

use journeyman_domain::{ArrivalWindow, PlannedRoute, Problem, StopKind, TimeWindow, VisitId};
use journeyman_eligibility::Eligibility;

use crate::local_grid::LocalGrid;
use crate::outlook::{Outlook, Punctuality};
use crate::simulate::{Outcome, simulate};
use crate::starts::permille;
use crate::window_choice::{Bounds, WindowChoice};

/// Cuts arrival windows for the routes of one problem.
pub struct WindowCutter<'a> {
    problem: &'a Problem,
    eligibility: &'a Eligibility,
    choice: WindowChoice,
}

impl<'a> WindowCutter<'a> {
    /// Reads the window policy.
    pub fn new(problem: &'a Problem, eligibility: &'a Eligibility) -> Self {
        let policy = &problem.window_policy;
        let choice = WindowChoice::new(policy, &LocalGrid::new(problem, policy.snap));
        Self { problem, eligibility, choice }
    }

    /// The window of every stop of a route; none for pickups and breaks. O(stops × scenarios), some 4 µs a stop.
    ///
    /// Each holds the planned start and keeps inside the visit's own window. None begins before the shift does, nor
    /// a step of the grid or more before any scenario has the technician there. A promise that the planned start
    /// keeps stays as it is.
    ///
    /// It is the narrowest that holds the share the policy asks, where the policy's widths and the visit's own window
    /// leave room for one. The stated probability is that of the window told, whatever limits left of the asked one.
    pub fn windows(&self, route: &PlannedRoute) -> Vec<Option<ArrivalWindow>> {
        let mut windows = vec![None; route.stops.len()];
        simulate(self.problem, self.eligibility, (route, None), |outcome| {
            windows[outcome.at] = Some(self.cut(route, &outcome));
        });
        windows
    }

    /// How likely every visit of a route is reached when; none for pickups and breaks. O(stops × scenarios ×
    /// log scenarios), some 13 µs a stop.
    pub fn outlooks(&self, route: &PlannedRoute) -> Vec<Option<Outlook>> {
        let mut outlooks = vec![None; route.stops.len()];
        simulate(self.problem, self.eligibility, (route, None), |outcome| {
            outlooks[outcome.at] = Some(Outlook::of(outcome.starts));
        });
        outlooks
    }

    /// How likely a visit of a route is reached by when, if it were promised `window`, in which the route starts it: who is
    /// early waits. None where the route does not serve it. What comes after the visit does not count. O(stops before ×
    /// scenarios).
    pub fn punctuality_if_promised(
        &self,
        route: &PlannedRoute,
        visit: VisitId,
        window: TimeWindow,
    ) -> Option<Punctuality> {
        let at = route.stops.iter().position(|stop| stop.kind == StopKind::Visit(visit))?;
        let until = PlannedRoute { stops: route.stops[..=at].to_vec(), ..route.clone() };
        let mut punctuality = None;
        simulate(self.problem, self.eligibility, (&until, Some((visit, window))), |outcome| {
            if outcome.visit == visit {
                punctuality = Some(Punctuality::of(outcome.starts));
            }
        });
        punctuality
    }

    fn cut(&self, route: &PlannedRoute, outcome: &Outcome<'_>) -> ArrivalWindow {
        let start = route.stops[outcome.at].start;
        let promised = self.problem.visit(outcome.visit).promise.map(|promise| promise.window);
        let window = promised.filter(|window| window.contains(start)).unwrap_or_else(|| {
            let shift_begin = self.problem.shift(route.shift).window.start.min(start);
            self.choice.choose(Bounds { start, own: outcome.own, shift_begin }, outcome.starts)
        });
        debug_assert!(window.contains(start), "{window:?} does not hold the start {start:?}");
        ArrivalWindow { window, probability_permille: permille(outcome.starts.count_inside(window)) }
    }
}
