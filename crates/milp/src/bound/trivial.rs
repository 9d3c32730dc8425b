//! The bound that every answer has from the start: Σ over visits of the cheaper of penalty and cheapest marginal
//! service.
//!
//! Why the sum holds. Write a route of shift k as o → s₁ → … → s_m → f. Its cost is at least
//!
//! ```text
//! Σ legs c_k(leg)  +  Σ visits e_k(j)  +  used_k
//! ```
//!
//! with c_k the least cost of a leg at any hour with rounding taken off, and e_k(j) what belongs to visit j alone:
//! its assignment price, the least price of any open start, and under PORTAL_TO_PORTAL its time on site. That the
//! time rate is paid for driving or for presence does not matter for a leg: presence contains all driving and all
//! services, which do not overlap. Overtime, waiting, breaks and the pickup's time on site are at least zero.
//!
//! Each stop has exactly one leg into it and one out of it, and the legs are all different but that each leg
//! between two stops is the one out of the first and the one into the second. So Σ legs is at least each of
//!
//! * A: Σ into(j) + back_k — every visit takes the leg into it; the last leg is left over;
//! * C: Σ out(j) + away_k — every visit takes the leg out of it; the first leg is left over;
//! * B: ½ (Σ into(j) + Σ out(j) + away_k + back_k) — every leg is given in halves to its two ends,
//!
//! where into(j) is the least c_k over all stops that may precede j on shift k (its start place, pickups, visits it
//! may serve and start early enough), out(j) the same for what may follow, away_k and back_k the least leg from the
//! start place and to the end place. Legs at pickups only add. What a route pays once (away, back, used) is given
//! in equal parts to its visits, of which it has at most n_k. Each visit then pays at least the least of its parts
//! over the shifts that may serve it, whatever the plan, and the parts of different visits are different money.
//! Everything is doubled to stay in integers. No triangle inequality is used.
//!
//! Mandatory visits: those that provably no shift can serve are unserved in every plan; a plan that leaves no
//! others unserved pays for all others.

use std::collections::BTreeMap;

use journeyman_domain::{Bound, Cost, PayPolicy, Proof, ShiftId, Stop, Time, VisitId};
use journeyman_eligibility::Eligibility;
use journeyman_route::RouteModel;

use super::nearest::{Neighbors, leg_cost, neighbors};
use super::reach::Reach;

/// A lower bound for every plan of the problem. O(shifts × visits + visits²) for each pair of rates in use.
pub fn trivial(model: &RouteModel<'_>, eligibility: &Eligibility) -> Bound {
    bound(model, |shift, visit| eligibility.allows(shift, visit))
}

/// The same with any rule of who may serve what.
pub(super) fn bound(model: &RouteModel<'_>, allows: impl Fn(ShiftId, VisitId) -> bool) -> Bound {
    let problem = model.problem();
    let allowed = Allowed::of(model, allows);
    let mut least: Vec<Parts> = vec![Parts::NEVER; problem.visits.len()];
    let mut by_rates: BTreeMap<(i64, i64), Vec<ShiftId>> = BTreeMap::new();
    for (shift, noun) in problem.shift_ids().zip(&problem.shifts) {
        by_rates.entry((noun.rates.time.micros(), noun.rates.distance.micros())).or_default().push(shift);
    }
    for shifts in by_rates.into_values() {
        let rates = &problem.shift(shifts[0]).rates;
        let neighbors = neighbors(model, rates, &allowed.of_any);
        for shift in shifts {
            let side = Side::of(model, shift, &allowed.by_shift[shift.index()]);
            for &visit in &allowed.by_shift[shift.index()] {
                let legs = neighbors[visit.index()].as_ref().expect("allowed to some shift");
                if let Some(parts) = side.parts(visit, legs) {
                    least[visit.index()] = least[visit.index()].min(parts);
                }
            }
        }
    }
    total(model, &allowed, &least)
}

/// Adds up what each visit pays at least.
fn total(model: &RouteModel<'_>, allowed: &Allowed, least: &[Parts]) -> Bound {
    let problem = model.problem();
    let mut reach = Reach::new(model);
    let mut mandatory_unserved = 0;
    let mut doubled = [0_i64; 3];
    for (visit, parts) in problem.visit_ids().zip(least) {
        let noun = problem.visit(visit);
        if !noun.is_mandatory() {
            let penalty = 2 * noun.penalty().micros();
            doubled.iter_mut().zip(parts.doubled).for_each(|(sum, part)| *sum += part.min(penalty));
            continue;
        }
        let may = |shift: ShiftId| is_frozen(model, shift, visit) || reach.may_serve(shift, visit);
        if parts.is_never() || !allowed.shifts_of(visit).any(may) {
            mandatory_unserved += 1;
        } else {
            doubled.iter_mut().zip(parts.doubled).for_each(|(sum, part)| *sum += part);
        }
    }
    let cost = Cost::from_micros(doubled.into_iter().fold(0, i64::max) / 2);
    Bound { mandatory_unserved, cost, proof: Proof::Bounded }
}

/// Who may serve what: by rule, or because it is frozen there.
struct Allowed {
    by_shift: Vec<Vec<VisitId>>,
    of_any: Vec<VisitId>,
}

impl Allowed {
    fn of(model: &RouteModel<'_>, allows: impl Fn(ShiftId, VisitId) -> bool) -> Self {
        let problem = model.problem();
        let may = |shift, visit| {
            allows(shift, visit) && !model.profile(shift, visit).is_closed() || is_frozen(model, shift, visit)
        };
        let visits_of = |shift| problem.visit_ids().filter(|&visit| may(shift, visit)).collect();
        let by_shift: Vec<Vec<VisitId>> = problem.shift_ids().map(visits_of).collect();
        let mut of_any: Vec<VisitId> = by_shift.iter().flatten().copied().collect();
        of_any.sort_unstable();
        of_any.dedup();
        Self { by_shift, of_any }
    }

    fn shifts_of(&self, visit: VisitId) -> impl Iterator<Item = ShiftId> {
        let serving =
            self.by_shift.iter().enumerate().filter(move |(_, visits)| visits.binary_search(&visit).is_ok());
        serving.map(|(shift, _)| ShiftId::new(shift))
    }
}

/// Whether a visit stands in the frozen prefix of a shift. Such facts may break the rules that plans keep.
fn is_frozen(model: &RouteModel<'_>, shift: ShiftId, visit: VisitId) -> bool {
    let frozen = model.problem().shift(shift).frozen.as_ref();
    frozen.is_some_and(|frozen| frozen.stops.contains(&Stop::Visit(visit)))
}

/// Twice what a visit pays at least, by each of the three ways A, B, C to give out the legs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Parts {
    doubled: [i64; 3],
}

impl Parts {
    /// More than any visit pays.
    const NEVER: Self = Self { doubled: [Cost::MAX.micros(); 3] };

    fn is_never(self) -> bool {
        self == Self::NEVER
    }

    fn min(self, other: Self) -> Self {
        let [a, b, c] = self.doubled;
        let [x, y, z] = other.doubled;
        Self { doubled: [a.min(x), b.min(y), c.min(z)] }
    }
}

/// One shift with what its routes pay once.
struct Side<'c, 'm> {
    model: &'c RouteModel<'m>,
    shift: ShiftId,
    /// By visit: earliest and latest start on this shift; none where it may not serve it.
    starts: Vec<Option<(Time, Time)>>,
    /// Most visits of a route, at least 1.
    visits_max: i64,
    away: i64,
    back: i64,
    used: i64,
}

impl<'c, 'm> Side<'c, 'm> {
    fn of(model: &'c RouteModel<'m>, shift: ShiftId, visits: &[VisitId]) -> Self {
        let problem = model.problem();
        let noun = problem.shift(shift);
        let mut starts = vec![None; problem.visits.len()];
        for &visit in visits {
            starts[visit.index()] = starts_of(model, shift, visit);
        }
        let home = |from, to| leg_cost(model.travel(), &noun.rates, from, to).micros();
        let places = visits.iter().map(|&visit| problem.visit(visit).place);
        let places = || places.clone().chain(problem.pickups.iter().map(|pickup| pickup.place));
        let frozen = i64::try_from(model.frozen_len(shift)).expect("visits are limited far below 2^63");
        Self {
            model,
            shift,
            starts,
            visits_max: visits_max(model, shift, visits).max(frozen).max(1),
            away: places().map(|place| home(noun.start_place, place)).min().unwrap_or(0),
            back: places().map(|place| home(place, noun.end_place)).min().unwrap_or(0),
            used: noun.rates.used.micros(),
        }
    }

    /// What a visit pays at least on this shift; none when the shift provably cannot serve it.
    fn parts(&self, visit: VisitId, legs: &Neighbors) -> Option<Parts> {
        let problem = self.model.problem();
        let (noun, place) = (problem.shift(self.shift), problem.visit(visit).place);
        let (travel, rates) = (self.model.travel(), &noun.rates);
        let (first, last) = self.starts[visit.index()]?;
        let follows = |from: VisitId, to: VisitId| {
            let (Some((first, _)), Some((_, last))) = (self.starts[from.index()], self.starts[to.index()])
            else {
                return false;
            };
            let (from, to) = (problem.visit(from), problem.visit(to));
            first + from.duration + travel.duration_min(from.place, to.place) <= last
        };
        let pickups = || problem.pickups.iter().map(|pickup| pickup.place);
        let in_time = noun.window.start + travel.duration_min(noun.start_place, place) <= last;
        let from_home = in_time.then(|| leg_cost(travel, rates, noun.start_place, place));
        let into = pickups()
            .map(|pickup| leg_cost(travel, rates, pickup, place))
            .chain(from_home)
            .chain(legs.into.least(|other| follows(other, visit)))
            .min()?;
        let ends = first + problem.visit(visit).duration;
        let in_time = ends + travel.duration_min(place, noun.end_place) <= noun.window.end;
        let to_home =
            (in_time || self.is_frozen(visit)).then(|| leg_cost(travel, rates, place, noun.end_place));
        let out = pickups()
            .map(|pickup| leg_cost(travel, rates, place, pickup))
            .chain(to_home)
            .chain(legs.out.least(|other| follows(visit, other)))
            .min()?;
        let (into, out, own) = (into.micros(), out.micros(), self.own(visit)?.micros());
        let share = |once: i64| once / self.visits_max;
        Some(Parts {
            doubled: [
                2 * (into + own) + share(2 * (self.back + self.used)),
                into + out + 2 * own + share(self.away + self.back + 2 * self.used),
                2 * (out + own) + share(2 * (self.away + self.used)),
            ],
        })
    }

    /// What belongs to the visit alone: who serves it, when it starts at best, and its time on site where that is
    /// paid. None when no open start lies inside the shift.
    fn own(&self, visit: VisitId) -> Option<Cost> {
        let noun = self.model.problem().shift(self.shift);
        let on_site = match noun.rates.pay {
            PayPolicy::Shift => Cost::ZERO,
            PayPolicy::PortalToPortal => noun.rates.time * self.model.problem().visit(visit).duration,
        };
        let (first, last) = self.starts[visit.index()]?;
        let profile = self.model.profile(self.shift, visit);
        // Prices are linear inside a piece, so the least lies at one of its ends.
        let ends = profile.pieces().iter().filter(|piece| piece.from <= last && first <= piece.to);
        let prices = ends.flat_map(|piece| [piece.from.max(first), piece.to.min(last)]);
        let start = prices.filter_map(|start| profile.price_at(start)).min();
        let start = if self.is_frozen(visit) { start.or(Some(Cost::ZERO)) } else { start };
        Some(self.model.assignment_cost(self.shift, visit) + on_site + start?)
    }

    fn is_frozen(&self, visit: VisitId) -> bool {
        is_frozen(self.model, self.shift, visit)
    }
}

/// First and last start of a visit that lie inside a shift; none when there is none.
fn starts_of(model: &RouteModel<'_>, shift: ShiftId, visit: VisitId) -> Option<(Time, Time)> {
    let window = model.problem().shift(shift).window;
    if is_frozen(model, shift, visit) {
        return Some((window.start, Time::MAX));
    }
    let profile = model.profile(shift, visit);
    let first = profile.first()?.max(window.start);
    let last = profile.last()?.min(window.end - model.problem().visit(visit).duration);
    (first <= last).then_some((first, last))
}

/// The most visits that a route of the shift can hold: by its limit, and because services do not overlap.
fn visits_max(model: &RouteModel<'_>, shift: ShiftId, visits: &[VisitId]) -> i64 {
    let noun = model.problem().shift(shift);
    let mut durations: Vec<i64> =
        visits.iter().map(|&visit| model.problem().visit(visit).duration.ticks()).collect();
    durations.sort_unstable();
    let mut left = (noun.window.end - noun.window.start).ticks();
    let fit = durations.into_iter().take_while(|duration| {
        left -= duration;
        left >= 0
    });
    let by_time = i64::try_from(fit.count()).expect("visits are limited far below 2^63");
    noun.visits_max.map_or(by_time, |most| by_time.min(i64::from(most)))
}
