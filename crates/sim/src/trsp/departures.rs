//! When to leave: a plan says who goes where, and of all times at which that takes no more working time the clock of
//! the day chooses some. Who has not left yet can still be sent elsewhere, and who leaves late has less room for what
//! is still to come.

use journeyman_domain::{Duration, PlaceId, PlannedRoute, Problem, StopKind, Time};
use journeyman_travel::Travel;

/// How late technicians leave, of all times that take no more working time by what is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// Leaving home, in thousandths of the way from the earliest to the latest of these times.
    pub home_permille: i64,
    /// Service at each later stop, likewise; the way there begins just in time.
    pub stop_permille: i64,
}

impl Default for Patience {
    /// From home in the middle, later stops as early as they can be. The earliest departure from home costs 3 to 6 % of
    /// working time at 90 % dynamic requests (13 instances), the latest one more rejections; late stops made no
    /// difference beyond chance.
    fn default() -> Self {
        Self { home_permille: 500, stop_permille: 0 }
    }
}

/// Where a technician is bound from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ready {
    /// At home, from then on.
    AtHome(Time),
    /// Under way since he left home, free at a place from then on.
    At(PlaceId, Time),
}

/// The times of a stop on their way through the passes.
#[derive(Clone, Copy)]
struct Bounds {
    open: Time,
    close: Time,
    service: Duration,
    /// The way there.
    way: Duration,
}

/// Chooses the times of what is open of a route: its stops from `done` on, and the way home. False, and nothing
/// changed, where its sequence cannot be driven in time. O(stops).
pub(crate) fn choose_times(
    (problem, travel): (&Problem, &Travel),
    route: &mut PlannedRoute,
    done: usize,
    ready: Ready,
    patience: Patience,
) -> bool {
    let noun = problem.shift(route.shift);
    let mut place = match ready {
        Ready::AtHome(_) => noun.start_place,
        Ready::At(place, _) => place,
    };
    let mut stops = Vec::with_capacity(route.stops.len() - done);
    for stop in &route.stops[done..] {
        let (to, windows, service) = match stop.kind {
            StopKind::Visit(visit) => {
                let visit = problem.visit(visit);
                (visit.place, &visit.windows, visit.duration)
            }
            StopKind::Pickup(pickup) => {
                let pickup = problem.pickup(pickup);
                (pickup.place, &pickup.windows, pickup.duration)
            }
            // Instances have no breaks.
            StopKind::Break(_) => return false,
        };
        let (Some(first), Some(last)) = (windows.first(), windows.last()) else { return false };
        let way = travel.leg(place, to).duration;
        stops.push(Bounds { open: first.start, close: last.end, service, way });
        place = to;
    }
    let home = travel.leg(place, noun.end_place).duration;
    let Some(departure) = departure_of(&stops, home, (ready, noun.window.end), patience) else {
        return false;
    };
    let Some(returns) = earliest_return(&stops, home, departure).filter(|&time| time <= noun.window.end)
    else {
        return false;
    };
    let Some(latest) = latest_starts(&stops, returns - home) else { return false };
    let mut free = departure;
    for (at, (bounds, latest)) in stops.iter().zip(latest).enumerate() {
        let earliest = (free + bounds.way).max(bounds.open);
        if earliest > latest {
            return false;
        }
        // Who leaves home has chosen his time already.
        let leaves_home = at == 0 && matches!(ready, Ready::AtHome(_));
        let wait =
            if leaves_home { Duration::ZERO } else { share(latest - earliest, patience.stop_permille) };
        let start = earliest + wait;
        let stop = &mut route.stops[done + at];
        stop.start = start;
        stop.arrival = if leaves_home { free + bounds.way } else { start };
        stop.leg.departure = stop.arrival - bounds.way;
        stop.end = start + bounds.service;
        free = stop.end;
    }
    if matches!(ready, Ready::AtHome(_)) {
        route.departure = departure;
    }
    route.last_leg.departure = free;
    route.return_time = free + home;
    true
}

/// When the route is free to go on: from a stop as it is, from home as late as patience says.
fn departure_of(
    stops: &[Bounds],
    home: Duration,
    (ready, end): (Ready, Time),
    patience: Patience,
) -> Option<Time> {
    let ready = match ready {
        Ready::At(_, ready) => return Some(ready),
        Ready::AtHome(ready) => ready,
    };
    let returns = earliest_return(stops, home, ready)?;
    let busy = stops.iter().fold(home, |sum, stop| sum + stop.way + stop.service);
    let first = stops.first()?;
    let latest = *latest_starts(stops, end - home)?.first()? - first.way;
    let earliest = (returns - busy).max(ready);
    if earliest >= latest {
        return Some(latest.max(ready));
    }
    Some(earliest + share(latest - earliest, patience.home_permille))
}

fn earliest_return(stops: &[Bounds], home: Duration, departure: Time) -> Option<Time> {
    let mut free = departure;
    for stop in stops {
        let start = (free + stop.way).max(stop.open);
        if start > stop.close {
            return None;
        }
        free = start + stop.service;
    }
    Some(free + home)
}

/// The last start of each stop with which the last of them is left by `end`; none where one window has closed before it
/// opens.
fn latest_starts(stops: &[Bounds], end: Time) -> Option<Vec<Time>> {
    let mut latest = Vec::with_capacity(stops.len());
    let mut leaves = end;
    for stop in stops.iter().rev() {
        let start = stop.close.min(leaves - stop.service);
        if start < stop.open {
            return None;
        }
        latest.push(start);
        leaves = start - stop.way;
    }
    latest.reverse();
    Some(latest)
}

fn share(of: Duration, permille: i64) -> Duration {
    Duration::from_ticks(of.ticks() * permille / 1_000)
}
