//! Tails of routes handed over between two technicians: what strings cannot do in one iteration.

use journeyman_domain::{ShiftId, Stop, VisitId};
use rand::Rng;
use rand_pcg::Pcg64Mcg;

use crate::draft::Draft;
use crate::sector::Scope;

/// Neighbours of the seed that are drawn from as its new predecessor.
const NEIGHBOURS: usize = 20;

/// Exchanges the tails of two routes, the seed's from the seed on or the whole of it. Visits that the other may not
/// serve are appended to `absent`. False, and nothing changed, where that cannot be.
pub(crate) fn exchange(
    scope: Scope<'_>,
    draft: &mut Draft,
    seed: VisitId,
    absent: &mut Vec<VisitId>,
    rng: &mut Pcg64Mcg,
) -> bool {
    let (model, solution) = (scope.model, draft.solution());
    let Some(one) = solution.server(seed) else { return false };
    let Some((other, pred)) = partner(scope, draft, seed, one, rng) else { return false };
    let (stops, others) = (solution.route(one).stops(), solution.route(other).stops());
    let (frozen, frozen_other) = (model.routes().frozen_len(one), model.routes().frozen_len(other));
    let at = |stops: &[Stop], visit| stops.iter().position(|&stop| stop == Stop::Visit(visit));
    let (cut, cut_other) = match pred {
        // The predecessor keeps its place, the seed comes next.
        Some(pred) => (at(stops, seed), at(others, pred).map(|at| at + 1)),
        None => (Some(frozen), Some(frozen_other)),
    };
    let (Some(cut), Some(cut_other)) = (cut, cut_other) else { return false };
    if cut < frozen || cut_other < frozen_other {
        return false;
    }
    let before = absent.len();
    let joined = |head: &[Stop], tail: &[Stop], shift: ShiftId, absent: &mut Vec<VisitId>| {
        let mut joined = head.to_vec();
        let mut has_pickup = head.iter().any(|stop| matches!(stop, Stop::Pickup(_)));
        for &stop in tail {
            match stop {
                Stop::Visit(visit) if !model.allows(shift, visit) => absent.push(visit),
                Stop::Visit(_) => joined.push(stop),
                Stop::Pickup(_) if std::mem::replace(&mut has_pickup, true) => {}
                Stop::Pickup(_) => joined.push(stop),
            }
        }
        joined
    };
    let new = joined(&stops[..cut], &others[cut_other..], one, absent);
    let new_other = joined(&others[..cut_other], &stops[cut..], other, absent);
    if draft.replace(model.routes(), (one, new), (other, new_other)) {
        return true;
    }
    absent.truncate(before);
    false
}

/// Another shift for the seed, with the visit that it shall follow there; none: whole routes change hands.
fn partner(
    scope: Scope<'_>,
    draft: &Draft,
    seed: VisitId,
    one: ShiftId,
    rng: &mut Pcg64Mcg,
) -> Option<(ShiftId, Option<VisitId>)> {
    let Scope { model, sector, .. } = scope;
    let near = model.near(seed);
    if rng.random::<bool>() && !near.is_empty() {
        let pred = near[rng.random_range(0..near.len().min(NEIGHBOURS))];
        let fits = |other: &ShiftId| *other != one && sector.has(*other) && model.allows(*other, seed);
        let other = draft.solution().server(pred).filter(fits)?;
        return Some((other, Some(pred)));
    }
    let shifts = model.shifts_of(seed);
    let other = shifts[rng.random_range(0..shifts.len())];
    (other != one && sector.has(other)).then_some((other, None))
}
