//! How a cell was reached: a list of steps that shares its beginnings with other cells.

use std::rc::Rc;

use journeyman_domain::{
    CostBreakdown, Distance, Duration, Leg, PlannedRoute, PlannedStop, Problem, ShiftId, Stop, StopKind, Time,
};
use journeyman_travel::Travel;

/// What was begun at one moment.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Drive,
    Serve(Stop),
    Break,
}

/// The steps so far, last first.
pub(super) struct Past(Option<(Time, Step, Rc<Past>)>);

impl Past {
    /// Nothing has happened yet.
    pub(super) fn beginning() -> Rc<Self> {
        Rc::new(Self(None))
    }

    /// One more step.
    pub(super) fn then(self: &Rc<Self>, at: Time, step: Step) -> Rc<Self> {
        Rc::new(Self(Some((at, step, Rc::clone(self)))))
    }

    /// The stops made, first to last.
    pub(super) fn stops(&self) -> Vec<Stop> {
        let served = self.steps().into_iter();
        served.filter_map(|(_, step)| if let Step::Serve(stop) = step { Some(stop) } else { None }).collect()
    }

    fn steps(&self) -> Vec<(Time, Step)> {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some((time, step, before)) = &at.0 {
            steps.push((*time, *step));
            at = before;
        }
        steps.reverse();
        steps
    }

    /// The steps as a route, without license proofs and cost.
    pub(super) fn replay(&self, problem: &Problem, travel: &Travel, shift: ShiftId) -> PlannedRoute {
        let mut stops = Vec::new();
        let (mut here, mut breaks) = (problem.shift(shift).start_place, 0);
        let steps = self.steps();
        let mut drives = steps.iter().filter(|(_, step)| matches!(step, Step::Drive)).map(|&(at, _)| at);
        // The drives in order, each towards the next stop served; the last one goes home.
        let mut leg_to = |to| {
            let departure = drives.next().expect("a drive leads to every stop and home");
            let duration = travel.duration_at(here, to, departure);
            let distance = travel.leg(here, to).distance;
            here = to;
            Leg { departure, duration, distance, source: travel.source() }
        };
        let mut departed = false;
        for &(at, step) in &steps {
            match step {
                Step::Drive => departed = true,
                Step::Break => {
                    let length = problem.shift(shift).breaks[breaks].duration;
                    if departed {
                        let leg = Leg {
                            departure: at,
                            duration: Duration::ZERO,
                            distance: Distance::ZERO,
                            source: travel.source(),
                        };
                        stops.push(planned(StopKind::Break(breaks), leg, (at, at + length)));
                    }
                    breaks += 1;
                }
                Step::Serve(Stop::Visit(id)) => {
                    let visit = problem.visit(id);
                    let times = (at, at + visit.duration);
                    stops.push(planned(StopKind::Visit(id), leg_to(visit.place), times));
                }
                Step::Serve(Stop::Pickup(id)) => {
                    let pickup = problem.pickup(id);
                    let times = (at, at + pickup.duration);
                    stops.push(planned(StopKind::Pickup(id), leg_to(pickup.place), times));
                }
            }
        }
        let last_leg = leg_to(problem.shift(shift).end_place);
        let departure = steps.iter().find(|(_, step)| matches!(step, Step::Drive)).expect("it departs").0;
        let return_time = last_leg.departure + last_leg.duration;
        PlannedRoute { shift, departure, stops, last_leg, return_time, cost: CostBreakdown::default() }
    }
}

fn planned(kind: StopKind, leg: Leg, (start, end): (Time, Time)) -> PlannedStop {
    let arrival = leg.departure + leg.duration;
    PlannedStop { kind, leg, arrival, start, end, window: None, license: None, held: false }
}
