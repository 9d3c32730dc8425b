//! Which window to tell: the narrowest of the grid that holds the asked share of starts.
//!
//! Where the visit's own window, the shift or the policy's greatest width do not let any window hold that much, it is
//! the narrowest that holds nearly as much as any.

use journeyman_domain::{Duration, Time, TimeWindow, WindowPolicy};

use crate::local_grid::LocalGrid;
use crate::scenarios::SCENARIOS;
use crate::starts::Starts;

/// Steps of the widest window that are told apart; a finer grid is thinned where it can be, so that a choice stays
/// cheap.
const STEPS_MAX: i64 = 256;
/// Where what is asked cannot be had: scenarios that a narrower window may hold less than the best one, 2 %. A window
/// an hour longer for the sake of one arrival in a hundred serves nobody.
const SLACK: usize = SCENARIOS / 50;

/// Chooses windows by one policy.
pub(crate) struct WindowChoice {
    grid: LocalGrid,
    /// Least and most width in whole steps of the grid; one step at least.
    least: Duration,
    most: Duration,
    /// Scenarios that shall be inside.
    asked: usize,
}

/// What bounds the window of a visit.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The planned start; the window holds it.
    pub(crate) start: Time,
    /// The visit's own window, which holds `start`; the told one keeps inside.
    pub(crate) own: TimeWindow,
    /// When the shift begins; no window does before.
    pub(crate) shift_begin: Time,
}

/// Pairs of grid moments around a start, with the scenarios between them, counted when asked for.
struct Candidates<'c> {
    moments: Vec<Time>,
    bounds: Bounds,
    starts: Starts<'c>,
    before: Vec<Option<usize>>,
    by: Vec<Option<usize>>,
}

/// A window that could be told.
#[derive(Clone, Copy)]
struct Candidate {
    window: TimeWindow,
    inside: usize,
}

impl WindowChoice {
    /// For a grid whose step is `policy.snap`.
    pub(crate) fn new(policy: &WindowPolicy, grid: &LocalGrid) -> Self {
        let step = grid.step().ticks();
        let most = (policy.width_max.ticks() / step).max(1) * step;
        let least = ((policy.width_min.ticks() + step - 1) / step * step).min(most);
        // Multiples of a multiple of the step lie on the grid too; some width must be one.
        let (steps_least, steps_most) = (least / step, most / step);
        let mut thinning = (steps_most + STEPS_MAX - 1) / STEPS_MAX;
        while steps_most / thinning * thinning < steps_least {
            thinning -= 1;
        }
        let target = usize::from(policy.on_time_permille.min(1_000));
        Self {
            grid: grid.with_step(Duration::from_ticks(step * thinning)),
            least: Duration::from_ticks(least),
            most: Duration::from_ticks(most),
            asked: (SCENARIOS * target).div_ceil(1_000),
        }
    }

    /// The narrowest window of an allowed width that holds what is asked, or nearly as much as any; of equally wide
    /// ones the one that holds most, then the one around the start. O(steps²) of the widest window, and O(scenarios)
    /// for each of its ends.
    pub(crate) fn choose(&self, bounds: Bounds, starts: Starts<'_>) -> TimeWindow {
        let Bounds { start, own, shift_begin } = bounds;
        let opening = own.start.max(shift_begin).max(starts.earliest().min(start));
        let first = self.grid.floor(opening.max(start - self.most));
        let last = self.grid.ceil(own.end.min(start + self.most));
        if last - first < self.least {
            return self.clipped(TimeWindow { start: first, end: last }, bounds);
        }
        let mut candidates = Candidates::new(self.grid.moments(first, last), bounds, starts);
        let mut best: Vec<Candidate> = Vec::new();
        for steps in 1..candidates.moments.len() {
            let Some(candidate) = candidates.best_of(steps, self.least, self.most) else { continue };
            if candidate.inside >= self.asked {
                return self.clipped(candidate.window, bounds);
            }
            best.push(candidate);
        }
        let most = best.iter().map(|candidate| candidate.inside).max().unwrap_or(0);
        let chosen = best.iter().find(|candidate| candidate.inside + SLACK >= most);
        // Only where a daylight-saving change lies between can every width be missing.
        let window = chosen.map_or_else(|| candidates.narrowest(), |candidate| candidate.window);
        self.clipped(self.up_to(own.end, window), bounds)
    }

    /// The part of a step that is left before a visit's own window ends is told too, where enough is not to be had.
    fn up_to(&self, own_end: Time, window: TimeWindow) -> TimeWindow {
        let next = self.grid.ceil(window.end + Duration::from_ticks(1));
        let longer = TimeWindow { end: next, ..window };
        let is_last = window.end < own_end && own_end <= next;
        if is_last && next - window.start <= self.most { longer } else { window }
    }

    /// A window of the grid cut to the visit's own and to the shift, and made longer where the shift took too much.
    fn clipped(&self, window: TimeWindow, Bounds { own, shift_begin, .. }: Bounds) -> TimeWindow {
        let (mut start, mut end) = (window.start.max(own.start), window.end);
        if start < shift_begin {
            start = shift_begin;
            let longer = self.grid.ceil(start + self.least);
            if end < longer && longer - start <= self.most {
                end = longer;
            }
        }
        TimeWindow { start, end: end.min(own.end) }
    }
}

impl<'c> Candidates<'c> {
    fn new(moments: Vec<Time>, bounds: Bounds, starts: Starts<'c>) -> Self {
        let (before, by) = (vec![None; moments.len()], vec![None; moments.len()]);
        Self { moments, bounds, starts, before, by }
    }

    /// The best window so many steps wide; none where all have a width that is not allowed.
    fn best_of(&mut self, steps: usize, least: Duration, most: Duration) -> Option<Candidate> {
        let start = self.bounds.start;
        let ends = self.moments.partition_point(|&moment| moment < start).max(steps);
        let mut best: Option<(Candidate, Duration)> = None;
        for end in ends..self.moments.len() {
            let window = TimeWindow { start: self.moments[end - steps], end: self.moments[end] };
            let width = window.end - window.start;
            if window.start > start {
                break;
            }
            if width < least || width > most {
                continue;
            }
            let inside = self.by(end).saturating_sub(self.before(end - steps));
            let off = (window.end - start) - (start - window.start);
            let off = off.max(-off);
            let better = |(best, least_off): (Candidate, Duration)| {
                best.inside < inside || (best.inside == inside && off < least_off)
            };
            if best.is_none_or(better) {
                best = Some((Candidate { window, inside }, off));
            }
        }
        best.map(|(candidate, _)| candidate)
    }

    /// The step or, on the grid, the step after the start.
    fn narrowest(&self) -> TimeWindow {
        let begun = self.moments.partition_point(|&moment| moment <= self.bounds.start);
        let end = begun.min(self.moments.len() - 1);
        TimeWindow { start: self.moments[end.saturating_sub(1)], end: self.moments[end] }
    }

    /// Scenarios before a window that begins at this moment of the grid.
    fn before(&mut self, at: usize) -> usize {
        let begin = self.moments[at].max(self.bounds.own.start).max(self.bounds.shift_begin);
        *self.before[at].get_or_insert_with(|| self.starts.count_before(begin))
    }

    /// Scenarios by the end of a window that ends at this moment of the grid.
    fn by(&mut self, at: usize) -> usize {
        let end = self.moments[at].min(self.bounds.own.end);
        *self.by[at].get_or_insert_with(|| self.starts.count_by(end))
    }
}

#[cfg(test)]
mod tests {
    use journeyman_testkit::{ProblemBuilder, cases};
    use rand::{Rng, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    use super::*;

    const STEP: i64 = 15;

    fn choice(least: i64, most: i64, on_time_permille: u16, step: i64) -> WindowChoice {
        let mut problem = ProblemBuilder::new().build();
        let policy = &mut problem.window_policy;
        (policy.width_min, policy.width_max) = (Duration::from_ticks(least), Duration::from_ticks(most));
        (policy.snap, policy.on_time_permille) = (Duration::from_ticks(step), on_time_permille);
        WindowChoice::new(&problem.window_policy, &LocalGrid::new(&problem, problem.window_policy.snap))
    }

    /// Starts of a planned one, some of them waiting for `opening`.
    fn scattered(planned: i64, opening: i64, spread: i64, rng: &mut Pcg64Mcg) -> Vec<f32> {
        let draw = |_| (planned + rng.random_range(-spread..=2 * spread)).max(opening) as f32;
        (0..SCENARIOS).map(draw).collect()
    }

    /// Every window of the grid that may be told, with the scenarios inside what is left of it by its bounds.
    fn all(choice: &WindowChoice, bounds: Bounds, starts: Starts<'_>) -> Vec<(i64, usize)> {
        let Bounds { start, own, shift_begin } = bounds;
        let opening = own.start.max(shift_begin).max(starts.earliest().min(start));
        let (first, last) = (choice.grid.floor(opening).ticks(), choice.grid.ceil(own.end).ticks());
        let mut windows = Vec::new();
        for from in (first..=start.ticks()).step_by(15) {
            for width in (choice.least.ticks()..=choice.most.ticks()).step_by(15) {
                if from + width >= start.ticks() && from + width <= last {
                    let from_own = Time::from_ticks(from).max(own.start).max(shift_begin);
                    let end = Time::from_ticks(from + width).min(own.end);
                    windows.push((width, starts.count_inside(TimeWindow { start: from_own, end })));
                }
            }
        }
        windows
    }

    #[test]
    fn no_narrower_window_holds_what_is_asked_and_no_other_one_as_wide_holds_more() {
        let (mut met, mut missed) = (0, 0);
        for seed in 0..cases(3_000) as u64 {
            let mut rng = Pcg64Mcg::seed_from_u64(seed);
            let least = STEP * rng.random_range(1..5);
            let choice = choice(least, least + STEP * rng.random_range(0..12), 900, STEP);
            let planned = rng.random_range(200..400);
            let own_start = planned - rng.random_range(0..200);
            let bounds = Bounds {
                start: Time::from_ticks(planned),
                own: TimeWindow {
                    start: Time::from_ticks(own_start),
                    end: Time::from_ticks(planned + rng.random_range(0..200)),
                },
                shift_begin: Time::from_ticks(rng.random_range(0..=planned)),
            };
            let opening = own_start.max(bounds.shift_begin.ticks());
            let after = scattered(planned, opening, rng.random_range(1..120), &mut rng);
            let starts = Starts { origin: Time::ZERO, after: &after };
            let told = choice.choose(bounds, starts);
            assert!(told.contains(bounds.start) && bounds.own.start <= told.start, "seed {seed}: {told:?}");
            assert!(told.end <= bounds.own.end && bounds.shift_begin <= told.start, "seed {seed}: {told:?}");
            let inside = starts.count_inside(told);
            let possible = all(&choice, bounds, starts);
            let on_target = possible.iter().filter(|&&(_, inside)| inside >= choice.asked);
            if let Some(&(narrowest, _)) =
                on_target.min_by_key(|&&(width, inside)| (width, SCENARIOS - inside))
            {
                let most = possible.iter().filter(|(width, _)| *width == narrowest).map(|(_, i)| *i).max();
                assert!(inside >= most.expect("it is one of them"), "seed {seed}: {told:?} holds {inside}");
                // What a shift's begin took is given back at the end.
                let lengthened = told.start == bounds.shift_begin;
                let width = (told.end - told.start).ticks();
                assert!(width <= narrowest || lengthened, "seed {seed}: {told:?}, {narrowest} is enough");
                met += 1;
            } else {
                let most = possible.iter().map(|&(_, inside)| inside).max().unwrap_or(0);
                assert!(inside + SLACK >= most, "seed {seed}: {told:?} holds {inside} of {most}");
                missed += 1;
            }
        }
        assert!(met > 500 && missed > 500, "{met} {missed}");
    }

    #[test]
    fn a_fine_grid_is_thinned_but_keeps_its_widths() {
        let mut rng = Pcg64Mcg::seed_from_u64(1);
        let after = scattered(50_000, 0, 3_000, &mut rng);
        let starts = Starts { origin: Time::ZERO, after: &after };
        let all_day = TimeWindow { start: Time::ZERO, end: Time::from_ticks(100_000) };
        let bounds = Bounds { start: Time::from_ticks(50_000), own: all_day, shift_begin: Time::ZERO };
        let told = choice(1, 20_000, 900, 1).choose(bounds, starts);
        assert!(starts.count_inside(told) >= 922 && (told.end - told.start).ticks() < 8_300, "{told:?}");
        let fixed = choice(8_000, 8_000, 900, 1).choose(bounds, starts);
        assert_eq!((fixed.end - fixed.start).ticks(), 8_000);
    }
}
