//! Adjacent string removal (Christiaens & Vanden Berghe 2020, §4.2).

use journeyman_domain::{ShiftId, VisitId};
use rand::Rng;
use rand_pcg::Pcg64Mcg;

use crate::draft::Draft;
use crate::sector::Scope;
use crate::{SearchParams, Solution};

/// Takes strings of neighbouring visits out of routes around a seed; appends what was taken to `absent`. `lengths`: the mean
/// number of visits of a route.
pub(crate) fn ruin(
    scope: Scope<'_>,
    (draft, lengths): (&mut Draft, f64),
    seed: VisitId,
    absent: &mut Vec<VisitId>,
    rng: &mut Pcg64Mcg,
) {
    let Scope { model, params, sector } = scope;
    let string_max = params.string_max.min(lengths);
    let strings_max = 4.0 * params.removed_mean / (1.0 + string_max) - 1.0;
    let strings = whole(rng.random_range(1.0..=strings_max.max(1.0) + 1.0));
    let mut ruined: Vec<ShiftId> = Vec::with_capacity(strings);
    let mut string = Vec::new();
    for visit in std::iter::once(seed).chain(model.near(seed).iter().copied()) {
        if ruined.len() >= strings {
            break;
        }
        if !sector.owns(visit) {
            continue;
        }
        let Some(shift) = draft.solution().server(visit).filter(|shift| !ruined.contains(shift)) else {
            continue;
        };
        ruined.push(shift);
        let visits: Vec<VisitId> = draft.solution().route(shift).visits().collect();
        #[expect(clippy::cast_precision_loss, reason = "routes are short")]
        let longest = string_max.min(visits.len() as f64);
        let length = whole(rng.random_range(1.0..=longest.max(1.0) + 1.0)).clamp(1, visits.len());
        cut(params, &visits, visit, length, rng, &mut string);
        let route = draft.solution().route(shift);
        if route.inventory().pickup().is_some() && rng.random::<f64>() < params.pickup_dropped {
            string.extend(route.needing_pickup(model.routes()));
            string.sort_unstable();
            string.dedup();
        }
        if draft.remove(model.routes(), shift, &string) {
            absent.extend(string.iter().copied().filter(|&gone| draft.solution().server(gone).is_none()));
        }
    }
}

/// A string of `length` visits around `visit`, sometimes with a gap that stays.
fn cut(
    params: &SearchParams,
    visits: &[VisitId],
    visit: VisitId,
    length: usize,
    rng: &mut Pcg64Mcg,
    string: &mut Vec<VisitId>,
) {
    string.clear();
    let at = visits.iter().position(|&v| v == visit).expect("the server serves it");
    let mut kept = 0;
    if length > 1 && length < visits.len() && rng.random::<f64>() < params.split_probability {
        kept = 1;
        while length + kept < visits.len() && rng.random::<f64>() > params.split_depth.max(0.5) {
            kept += 1;
        }
    }
    let span = length + kept;
    let first_min = (at + 1).saturating_sub(span);
    let first_max = at.min(visits.len() - span);
    let first = rng.random_range(first_min..=first_max.max(first_min));
    let gap = if kept > 0 { first + rng.random_range(1..length) } else { usize::MAX };
    for (position, &taken) in visits.iter().enumerate().skip(first).take(span) {
        if position < gap || position >= gap + kept {
            string.push(taken);
        }
    }
}

/// The mean number of visits of a used route.
pub(crate) fn mean_length(solution: &Solution) -> f64 {
    let (mut visits, mut used) = (0, 0);
    for route in solution.routes().iter().filter(|route| !route.is_empty()) {
        visits += route.inventory().visits();
        used += 1;
    }
    f64::from(visits) / f64::from(used.max(1))
}

/// The whole part of a small positive draw.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "draws are small and positive")]
fn whole(draw: f64) -> usize {
    draw.floor() as usize
}
