//! Proof that no route of a shift can serve a visit, whatever else it holds.
//!
//! The relaxation: nothing but the visit is served, driving takes the shortest way over any places at the quickest
//! hour and less what was rounded up, and breaks may interrupt driving anywhere. Every real route with the visit
//! keeps these weaker rules, on any matrix, so a visit that breaks them is proved infeasible.

use journeyman_domain::{Duration, PlaceId, Shift, ShiftId, Stop, Time, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::RouteModel;

/// Legs that shortest ways may look at in one plan: about 40 ms. Beyond it nothing is claimed.
const LEGS_MAX: usize = 20_000_000;

/// Finds proofs within a fixed effort, so that the same plan always gets the same claims.
pub(crate) struct Prover<'a> {
    model: &'a RouteModel<'a>,
    eligibility: &'a Eligibility,
    legs_left: usize,
}

/// Where and when a route may still be shaped.
struct Span {
    shift: ShiftId,
    from: PlaceId,
    to: PlaceId,
    ready: Time,
}

/// Shortest times between one place and all others, by place.
struct ShortestWays {
    into: Vec<Duration>,
    out: Vec<Duration>,
}

impl<'a> Prover<'a> {
    pub(crate) fn new(model: &'a RouteModel<'a>, eligibility: &'a Eligibility) -> Self {
        Self { model, eligibility, legs_left: LEGS_MAX }
    }

    /// Whether no route of any of these shifts, none of which can serve the visit alone, can serve it at all.
    ///
    /// O(shifts) by bounds on the sphere; only where detours can be quicker than those say, O(places²).
    pub(crate) fn proves(&mut self, visit: VisitId, shifts: &[ShiftId]) -> bool {
        let travel = self.model.travel();
        let place = self.model.problem().visit(visit).place;
        let mut open: Vec<(ShiftId, Span)> = Vec::new();
        for shift in shifts.iter().copied().filter(|&shift| !self.alone_is_all(shift) && !self.is_full(shift))
        {
            let span = self.span(shift);
            let quickest = (travel.any_way_min(span.from, place), travel.any_way_min(place, span.to));
            if self.may_be_in_time(visit, &span, quickest) {
                open.push((shift, span));
            }
        }
        if open.is_empty() {
            return true;
        }
        let direct =
            |span: &Span| (travel.duration_min(span.from, place), travel.duration_min(place, span.to));
        // No detour is quicker than the direct legs at best, and even those may be in time.
        if open.iter().any(|(_, span)| self.may_be_in_time(visit, span, direct(span))) {
            return false;
        }
        let Some(ways) = self.shortest_ways(place) else { return false };
        !open.iter().any(|(_, span)| {
            let shortest = (ways.into[span.from.index()], ways.out[span.to.index()]);
            self.may_be_in_time(visit, span, shortest)
        })
    }

    /// Whether the only routes of a shift are the empty one and this visit alone.
    fn alone_is_all(&self, shift: ShiftId) -> bool {
        let problem = self.model.problem();
        problem.pickups.is_empty()
            && problem.shift(shift).frozen.is_none()
            && self.eligibility.visits_of(shift).len() == 1
    }

    /// Whether what is frozen already makes up the most visits.
    fn is_full(&self, shift: ShiftId) -> bool {
        let noun = self.model.problem().shift(shift);
        let frozen = noun
            .frozen
            .as_ref()
            .map_or(0, |frozen| frozen.stops.iter().filter(|stop| matches!(stop, Stop::Visit(_))).count());
        noun.visits_max.is_some_and(|most| frozen >= most as usize)
    }

    /// What is left of a shift behind its frozen stops.
    fn span(&self, shift: ShiftId) -> Span {
        let noun = self.model.problem().shift(shift);
        let frozen = noun.frozen.as_ref();
        let last = frozen.and_then(|frozen| frozen.stops.last());
        Span {
            shift,
            from: last.map_or(noun.start_place, |&stop| self.model.place_of(stop)),
            to: noun.end_place,
            ready: frozen.map_or(noun.window.start, |frozen| frozen.until.max(frozen.departure)),
        }
    }

    /// Whether the relaxed route keeps all times when the ways to the visit and back take no less than said.
    fn may_be_in_time(&self, visit: VisitId, span: &Span, (into, out): (Duration, Duration)) -> bool {
        let noun = self.model.problem().shift(span.shift);
        let trip = RelaxedTrip {
            shift: noun,
            ready: span.ready,
            // Which breaks lie in a frozen start is not known, so none is asked for.
            breaks: if noun.frozen.is_some() { &[] } else { &noun.breaks },
            into,
            out,
            service: self.model.problem().visit(visit).duration,
        };
        let starts = self.model.profile(span.shift, visit).pieces();
        starts.iter().any(|piece| trip.is_in_time(piece.from, piece.to))
    }

    /// Shortest times to and from a place; none when the effort is used up.
    fn shortest_ways(&mut self, place: PlaceId) -> Option<ShortestWays> {
        let places = self.model.travel().place_count();
        self.legs_left = self.legs_left.checked_sub(2 * places * places)?;
        let travel = self.model.travel();
        Some(ShortestWays {
            into: shortest(places, place, |settled, next| travel.duration_min(next, settled)),
            out: shortest(places, place, |settled, next| travel.duration_min(settled, next)),
        })
    }
}

/// One visit in a shift, with breaks that may interrupt driving.
struct RelaxedTrip<'s> {
    shift: &'s Shift,
    ready: Time,
    breaks: &'s [journeyman_domain::Break],
    into: Duration,
    out: Duration,
    service: Duration,
}

impl RelaxedTrip<'_> {
    /// Whether some number of breaks before the service, and before the return, keeps all times.
    fn is_in_time(&self, first_start: Time, last_start: Time) -> bool {
        (0..=self.breaks.len()).any(|before| {
            let Some(arrival) = drive_with_breaks(self.ready, self.into, &self.breaks[..before]) else {
                return false;
            };
            let start = arrival.max(first_start);
            start <= last_start && self.returns_in_time(start + self.service, &self.breaks[before..])
        })
    }

    fn returns_in_time(&self, served: Time, breaks: &[journeyman_domain::Break]) -> bool {
        (0..=breaks.len()).any(|on_the_way| {
            drive_with_breaks(served, self.out, &breaks[..on_the_way]).is_some_and(|back| {
                back <= self.shift.window.end
                    && drive_with_breaks(back, Duration::ZERO, &breaks[on_the_way..]).is_some()
            })
        })
    }
}

/// When a drive is over that takes these breaks on the way, each as early as it may; none when one is missed.
fn drive_with_breaks(from: Time, driving: Duration, breaks: &[journeyman_domain::Break]) -> Option<Time> {
    let (mut now, mut left) = (from, driving);
    for pause in breaks {
        let start = now.max(pause.start.start);
        if start > pause.start.end {
            return None;
        }
        left = (left - (start - now)).max(Duration::ZERO);
        now = start + pause.duration;
    }
    Some(now + left)
}

/// Dijkstra on all pairs: the least sums of `time(settled, next)` from `source`. O(places²).
fn shortest(places: usize, source: PlaceId, time: impl Fn(PlaceId, PlaceId) -> Duration) -> Vec<Duration> {
    let mut best = vec![Duration::from_ticks(i64::MAX / 4); places];
    let mut open: Vec<usize> = (0..places).collect();
    best[source.index()] = Duration::ZERO;
    while let Some(nearest) = (0..open.len()).min_by_key(|&at| (best[open[at]], open[at])) {
        let settled = open.swap_remove(nearest);
        for &next in &open {
            let through = best[settled] + time(PlaceId::new(settled), PlaceId::new(next));
            best[next] = best[next].min(through);
        }
    }
    best
}
