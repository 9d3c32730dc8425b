//! What a label knows of time: when and at what cost everything so far is done.
//!
//! Four kinds, from quick to general; each is exact where it applies, and all say the same as the route curves of
//! which they are closed forms. Money here is micro-dollars, without prizes.

use journeyman_domain::{PlaceId, ShiftId, Stop};
use journeyman_route::{Forward, RouteModel, ServiceProfile, Timing};

/// A moment that is never reached.
pub(super) const NEVER: i64 = i64::MAX / 4;

/// A stop as labels see it.
#[derive(Clone, Debug)]
pub(super) struct Node<'m> {
    pub(super) stop: Stop,
    pub(super) place: PlaceId,
    pub(super) duration: i64,
    pub(super) profile: &'m ServiceProfile,
    /// What it costs who serves it, whenever.
    pub(super) price: i64,
}

/// A leg with its time and price; both least values where travel depends on the hour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) time: i64,
    pub(super) price: i64,
}

/// Everything that extending needs besides the label.
pub(super) struct Setting<'m> {
    pub(super) model: &'m RouteModel<'m>,
    pub(super) shift: ShiftId,
    pub(super) timing: Timing<'m>,
}

/// When and at what cost everything so far is done, per number of breaks taken.
pub(super) trait Clock: Clone {
    /// Whether a stop more takes some tens of nanoseconds at most.
    const IS_CHEAP: bool;

    /// From the moment before the first free stop.
    fn start(setting: &Setting<'_>, ready: &Forward) -> Self;

    /// After a leg from a place and the service of a stop; none when too late.
    fn serve(&self, setting: &Setting<'_>, from: PlaceId, leg: Leg, node: &Node<'_>) -> Option<Self>;

    /// The cost of the whole route with the way home next; none when too late.
    fn home(&self, setting: &Setting<'_>, from: PlaceId, leg: Leg) -> Option<i64>;

    /// The most by which this one costs more at any moment that the other reaches; none when the other reaches one
    /// that this does not.
    fn excess_over(&self, setting: &Setting<'_>, other: &Self) -> Option<i64>;

    /// The earliest moment with this number of breaks taken; [`NEVER`] where not reached.
    fn earliest(&self, taken: usize) -> i64;

    /// The cost of being done by a moment that is not before the earliest.
    fn cost_by(&self, setting: &Setting<'_>, taken: usize, moment: i64) -> i64;

    /// The moment from which on the cost does not fall any more.
    fn settled(&self, taken: usize) -> i64;

    /// The least cost at any moment.
    fn least(&self) -> i64;
}

/// The first open start at or after a moment.
#[inline]
pub(super) fn first_open(profile: &ServiceProfile, moment: i64) -> Option<i64> {
    let open = profile.pieces().iter().find(|piece| moment <= piece.to.ticks())?;
    Some(moment.max(open.from.ticks()))
}

/// Optional breaks on the spot.
#[inline]
fn pause<const B: usize>(breaks: &[(i64, i64, i64)], times: &mut [i64; B]) {
    for (taken, &(earliest, latest, duration)) in breaks.iter().enumerate() {
        if times[taken] <= latest {
            times[taken + 1] = times[taken + 1].min(times[taken].max(earliest) + duration);
        }
    }
}

/// SHIFT pay and prices that never fall with time: the earliest is the best. `B` is one more than there are breaks;
/// with breaks nothing but the way home is priced by time, so that one cost serves all numbers of breaks.
#[derive(Clone, Debug)]
pub(super) struct Steps<const B: usize> {
    times: [i64; B],
    cost: i64,
}

impl<const B: usize> Clock for Steps<B> {
    const IS_CHEAP: bool = true;

    fn start(_: &Setting<'_>, ready: &Forward) -> Self {
        let mut steps = Self { times: [NEVER; B], cost: 0 };
        for (time, curve) in steps.times.iter_mut().zip(ready.curves()) {
            if let (Some(end), Some(cost)) = (curve.end(), curve.least()) {
                (*time, steps.cost) = (-end, cost);
            }
        }
        steps
    }

    #[inline]
    fn serve(&self, setting: &Setting<'_>, _: PlaceId, leg: Leg, node: &Node<'_>) -> Option<Self> {
        let breaks = setting.timing.breaks();
        let mut times = self.times;
        times.iter_mut().for_each(|time| *time += leg.time);
        pause(breaks, &mut times);
        let mut price = 0;
        for time in &mut times {
            *time = match first_open(node.profile, *time) {
                Some(start) if *time < NEVER => {
                    if B == 1 {
                        price = price_at(node.profile, start);
                    }
                    start + node.duration
                }
                _ => NEVER,
            };
        }
        pause(breaks, &mut times);
        let reached = times.iter().any(|&time| time < NEVER);
        reached.then_some(Self { times, cost: self.cost + leg.price + node.price + price })
    }

    fn home(&self, setting: &Setting<'_>, _: PlaceId, leg: Leg) -> Option<i64> {
        let ends = self.times.iter().zip(setting.timing.terminal());
        let reached = ends.filter(|(time, _)| **time < NEVER);
        let least = reached.filter_map(|(time, terminal)| terminal.at(time + leg.time)).min()?;
        Some(self.cost + leg.price + least)
    }

    #[inline]
    fn excess_over(&self, _: &Setting<'_>, other: &Self) -> Option<i64> {
        let early = self.times.iter().zip(&other.times).all(|(one, other)| one <= other || *other >= NEVER);
        early.then_some(self.cost - other.cost)
    }

    #[inline]
    fn earliest(&self, taken: usize) -> i64 {
        self.times[taken]
    }

    #[inline]
    fn cost_by(&self, _: &Setting<'_>, _: usize, _: i64) -> i64 {
        self.cost
    }

    #[inline]
    fn settled(&self, taken: usize) -> i64 {
        self.times[taken]
    }

    #[inline]
    fn least(&self) -> i64 {
        self.cost
    }
}

/// The price of an open start.
#[inline]
fn price_at(profile: &ServiceProfile, start: i64) -> i64 {
    let piece = profile.pieces().iter().find(|piece| start <= piece.to.ticks());
    piece.map_or(0, |piece| piece.price.micros() + piece.rise * (start - piece.from.ticks()))
}

/// PORTAL_TO_PORTAL pay without breaks and time-dependent prices: being done by `t` costs
/// `cost + presence · max(0, kink − t)` from `earliest` on. The three resources of the duration extension (earliest
/// end, latest end without waiting, least duration; Tilk & Irnich 2017).
#[derive(Clone, Debug)]
pub(super) struct Ramp {
    earliest: i64,
    kink: i64,
    cost: i64,
}

impl Clock for Ramp {
    const IS_CHEAP: bool = true;

    fn start(setting: &Setting<'_>, _: &Forward) -> Self {
        let (first, last) = setting.timing.departures();
        let earliest = first.max(setting.timing.start());
        Self { earliest, kink: last.max(earliest), cost: -setting.timing.presence() * last }
    }

    #[inline]
    fn serve(&self, setting: &Setting<'_>, _: PlaceId, leg: Leg, node: &Node<'_>) -> Option<Self> {
        let piece = node.profile.single()?;
        let (from, to) = (piece.from.ticks(), piece.to.ticks());
        let arrival = self.earliest + leg.time;
        if arrival > to {
            return None;
        }
        let earliest = arrival.max(from);
        let kink = (self.kink + leg.time).max(earliest);
        let waited = (kink - to).max(0) * setting.timing.presence();
        Some(Self {
            earliest: earliest + node.duration,
            kink: kink.min(to) + node.duration,
            cost: self.cost + leg.price + node.price + waited,
        })
    }

    fn home(&self, setting: &Setting<'_>, _: PlaceId, leg: Leg) -> Option<i64> {
        // Being paid until the return, nothing is gained by coming home later.
        let terminal = setting.timing.terminal().first()?.at(self.earliest + leg.time)?;
        Some(self.cost_by(setting, 0, self.earliest) + leg.price + terminal)
    }

    #[inline]
    fn excess_over(&self, setting: &Setting<'_>, other: &Self) -> Option<i64> {
        // Both fall by the same slope and then no more, so the most lies at the other's earliest or at the end.
        let early = self.earliest <= other.earliest;
        early.then(|| {
            let at_first =
                self.cost_by(setting, 0, other.earliest) - other.cost_by(setting, 0, other.earliest);
            at_first.max(self.cost - other.cost)
        })
    }

    #[inline]
    fn earliest(&self, _: usize) -> i64 {
        self.earliest
    }

    #[inline]
    fn cost_by(&self, setting: &Setting<'_>, _: usize, moment: i64) -> i64 {
        self.cost + setting.timing.presence() * (self.kink - moment).max(0)
    }

    #[inline]
    fn settled(&self, _: usize) -> i64 {
        self.kink
    }

    #[inline]
    fn least(&self) -> i64 {
        self.cost
    }
}

/// Anything: the curves themselves.
#[derive(Clone, Debug)]
pub(super) struct Curves {
    ready: Forward,
    least: i64,
}

impl Curves {
    fn of(ready: Forward) -> Option<Self> {
        let least = ready.curves().iter().filter_map(journeyman_route::Curve::least).min()?;
        Some(Self { ready, least })
    }
}

impl Clock for Curves {
    const IS_CHEAP: bool = false;

    fn start(_: &Setting<'_>, ready: &Forward) -> Self {
        // Infeasible at the start: serving anything then fails.
        Self::of(ready.clone()).unwrap_or(Self { ready: ready.clone(), least: 0 })
    }

    fn serve(&self, setting: &Setting<'_>, from: PlaceId, _: Leg, node: &Node<'_>) -> Option<Self> {
        Self::of(setting.model.forward(setting.shift, from, &self.ready, node.stop))
    }

    fn home(&self, setting: &Setting<'_>, from: PlaceId, _: Leg) -> Option<i64> {
        let model = setting.model;
        let arrival = model.forward_arrival(setting.shift, from, &self.ready, setting.timing.end_place());
        arrival.meet(&model.backward_end(setting.shift))
    }

    fn excess_over(&self, _: &Setting<'_>, other: &Self) -> Option<i64> {
        let mut most = i64::MIN / 4;
        for (one, other) in self.ready.curves().iter().zip(other.ready.curves()) {
            most = most.max(one.excess_over(other)?);
        }
        Some(most)
    }

    fn earliest(&self, taken: usize) -> i64 {
        self.ready.curves()[taken].end().map_or(NEVER, |end| -end)
    }

    fn cost_by(&self, _: &Setting<'_>, taken: usize, moment: i64) -> i64 {
        self.ready.curves()[taken].at(-moment).unwrap_or(NEVER)
    }

    fn settled(&self, taken: usize) -> i64 {
        self.ready.curves()[taken].flat_until().map_or(NEVER, |end| -end)
    }

    fn least(&self) -> i64 {
        self.least
    }
}
