//! Every break of a shift, in order: listed ones inside their windows, the others before departure or after return.

use journeyman_domain::{Break, PlannedRoute, StopKind, Time};

use crate::breach::Breach;
use crate::check::Ground;
use crate::timeline::break_label;

pub(crate) fn check(ground: &mut Ground<'_>, route: &PlannedRoute) {
    let shift = ground.problem.shift(route.shift);
    let mut listed = Vec::new();
    for stop in &route.stops {
        let StopKind::Break(index) = stop.kind else { continue };
        listed.push(index);
        let Some(pause) = shift.breaks.get(index) else {
            ground.route(route.shift, Breach::UnknownBreak { index });
            return;
        };
        if !pause.start.contains(stop.start) {
            let (earliest, latest) = (pause.start.start, pause.start.end);
            let (label, start) = (pause.label.clone(), stop.start);
            ground.route(route.shift, Breach::BreakOutsideWindow { label, start, earliest, latest });
        }
    }
    if !listed.windows(2).all(|pair| pair[1] == pair[0] + 1) {
        ground.route(route.shift, Breach::BreakOrder);
        return;
    }
    let home = (shift.window.start, route.departure);
    let missing = match (listed.first(), listed.last()) {
        (Some(&first), Some(&last)) => impossible_before(&shift.breaks[..first], home).or_else(|| {
            impossible_after(&shift.breaks[last + 1..], route.return_time).map(|at| last + 1 + at)
        }),
        // None listed: some number of them is taken before departure, the rest after the return. Taking as many as
        // fit before is best, since what fits before in order leaves the fewest for later.
        _ => {
            let before = impossible_before(&shift.breaks, home).unwrap_or(shift.breaks.len());
            impossible_after(&shift.breaks[before..], route.return_time).map(|at| before + at)
        }
    };
    if let Some(index) = missing {
        let label = break_label(ground, route.shift, index);
        ground.route(route.shift, Breach::BreakNotTaken { label });
    }
}

/// The first of the breaks that cannot be taken, one after another, from the start of the shift to the departure.
fn impossible_before(breaks: &[Break], (mut free, departure): (Time, Time)) -> Option<usize> {
    breaks.iter().position(|pause| {
        let start = free.max(pause.start.start);
        free = start + pause.duration;
        start > pause.start.end || free > departure
    })
}

/// The first of the breaks that cannot be taken, one after another, after the return.
fn impossible_after(breaks: &[Break], mut free: Time) -> Option<usize> {
    breaks.iter().position(|pause| {
        let start = free.max(pause.start.start);
        free = start + pause.duration;
        start > pause.start.end
    })
}
