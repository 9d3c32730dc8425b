//! What the freeze made a fact: the start of a route, its departure, and when it may go on.

use journeyman_domain::{
    Break, Frozen, PickupId, PlaceId, PlannedRoute, ShiftId, Stop, StopKind, Time, TimeWindow,
};

use crate::breach::Breach;
use crate::check::Ground;
use crate::stock::missing_tools;
use crate::{law, visits};

/// The route of a frozen shift starts as frozen.
pub(crate) fn check_route(ground: &mut Ground<'_>, route: &PlannedRoute) {
    let Some(frozen) = &ground.problem.shift(route.shift).frozen else { return };
    let made: Vec<(Stop, Time)> = route
        .stops
        .iter()
        .filter_map(|stop| match stop.kind {
            StopKind::Visit(id) => Some((Stop::Visit(id), stop.leg.departure)),
            StopKind::Pickup(id) => Some((Stop::Pickup(id), stop.leg.departure)),
            StopKind::Break(_) => None,
        })
        .collect();
    let differs = |&position: &usize| made.get(position).map(|(stop, _)| stop) != frozen.stops.get(position);
    if let Some(position) = (0..frozen.stops.len()).find(differs) {
        ground.route(route.shift, Breach::FrozenStops { position });
        return;
    }
    if route.departure != frozen.departure {
        let breach = Breach::FrozenDeparture { departure: route.departure, frozen: frozen.departure };
        ground.route(route.shift, breach);
    }
    // Who only goes home may be on the way already.
    if let Some(&(_, leaves)) = made.get(frozen.stops.len())
        && leaves < frozen.until
    {
        ground.route(route.shift, Breach::FrozenLeave { leaves, until: frozen.until });
    }
}

/// A frozen shift without a route: allowed only where what is frozen cannot be kept any more.
pub(crate) fn check_dropped(ground: &mut Ground<'_>, routes: &[PlannedRoute]) {
    let problem = ground.problem;
    for shift in problem.shift_ids() {
        let Some(frozen) = &problem.shift(shift).frozen else { continue };
        let used = routes.iter().any(|route| route.shift == shift);
        if !used && (Rerun { ground, shift, frozen }).can_be_kept() {
            ground.route(shift, Breach::FrozenDropped);
        }
    }
}

/// The frozen start of a route by itself, run once more with breaks wherever they fit.
struct Rerun<'a> {
    ground: &'a Ground<'a>,
    shift: ShiftId,
    frozen: &'a Frozen,
}

/// A moment of the rerun: where, when, how many breaks are behind.
#[derive(Clone, Copy)]
struct Moment {
    place: PlaceId,
    time: Time,
    breaks: usize,
}

impl Rerun<'_> {
    fn can_be_kept(&self) -> bool {
        let shift = self.ground.problem.shift(self.shift);
        let home = Moment { place: shift.start_place, time: shift.window.start, breaks: 0 };
        self.pauses(home).into_iter().any(|ready| {
            ready.time <= self.frozen.departure
                && self.go_on(0, None, Moment { time: self.frozen.departure, ..ready })
        })
    }

    /// Whether the stops from `position` on can be made from a moment at which driving may start.
    fn go_on(&self, position: usize, pickup: Option<PickupId>, ready: Moment) -> bool {
        let shift = self.ground.problem.shift(self.shift);
        let Some(&stop) = self.frozen.stops.get(position) else {
            let returned = self.drive(position, ready, shift.end_place);
            return returned.time <= shift.window.end && self.breaks_fit_after(returned);
        };
        let place = match stop {
            Stop::Visit(id) => self.ground.problem.visit(id).place,
            Stop::Pickup(id) => self.ground.problem.pickup(id).place,
        };
        let pickup = if let Stop::Pickup(id) = stop { Some(id) } else { pickup };
        let arrived = self.drive(position, ready, place);
        let served = self.pauses(arrived).into_iter().filter_map(|free| self.serve(stop, pickup, free));
        served
            .flat_map(|done| self.pauses(done))
            .any(|ready| ready.time <= shift.window.end && self.go_on(position + 1, pickup, ready))
    }

    /// The first leg starts at the frozen departure, every other one when it arrives earliest.
    fn drive(&self, position: usize, ready: Moment, to: PlaceId) -> Moment {
        let travel = self.ground.travel;
        let time = if position == 0 {
            ready.time + travel.duration_at(ready.place, to, ready.time)
        } else {
            travel.earliest_arrival(ready.place, to, ready.time).arrival
        };
        Moment { place: to, time, ..ready }
    }

    /// The end of the service, if it may start: visits at their pinned start, pickups as early as they are open.
    fn serve(&self, stop: Stop, pickup: Option<PickupId>, free: Moment) -> Option<Moment> {
        let problem = self.ground.problem;
        let (start, duration) = match stop {
            Stop::Pickup(id) => {
                let open =
                    |window: &TimeWindow| (window.end >= free.time).then(|| window.start.max(free.time));
                (problem.pickup(id).windows.iter().find_map(open)?, problem.pickup(id).duration)
            }
            Stop::Visit(id) => {
                let start = problem.visit(id).pin.and_then(|pin| pin.start)?;
                let technician = problem.shift(self.shift).technician;
                // Without a proof line, a licensed start is told by that line missing.
                let licensed = matches!(
                    law::breach(self.ground, (technician, id), start, None),
                    None | Some(Breach::NoProof)
                );
                let lawful = licensed
                    && visits::not_allowed(self.ground, self.shift, id, start).is_empty()
                    && missing_tools(problem, self.shift, id, pickup).is_empty();
                (lawful.then_some(start)?, problem.visit(id).duration)
            }
        };
        (free.time <= start).then_some(Moment { time: start + duration, ..free })
    }

    /// The moment itself, and those after taking one, two … of the next breaks at once, as early as each may start.
    fn pauses(&self, from: Moment) -> Vec<Moment> {
        let mut moments = vec![from];
        let mut now = from;
        for pause in &self.breaks()[from.breaks..] {
            let start = now.time.max(pause.start.start);
            if start > pause.start.end {
                break;
            }
            now = Moment { time: start + pause.duration, breaks: now.breaks + 1, ..now };
            moments.push(now);
        }
        moments
    }

    fn breaks_fit_after(&self, returned: Moment) -> bool {
        self.pauses(returned).last().is_some_and(|last| last.breaks == self.breaks().len())
    }

    fn breaks(&self) -> &[Break] {
        &self.ground.problem.shift(self.shift).breaks
    }
}
