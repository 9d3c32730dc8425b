//! Which windows a caller can be offered: every one of the asked widths on the policy's grid.

use journeyman_domain::{Duration, Problem, TimeWindow};

use crate::local_grid::LocalGrid;

/// Windows of one width that are told apart; a finer grid is thinned.
const STARTS_MAX: i64 = 4_096;

/// The windows of these widths inside what is open, sorted by start and then by end, each once.
///
/// They begin on the grid of the window policy. Where less is open than a width, what is open is offered as it is; and
/// where it holds a window only off the grid, the first one. `open` is sorted and disjoint. O(windows).
pub fn offered_windows(problem: &Problem, open: &[TimeWindow], widths: &[Duration]) -> Vec<TimeWindow> {
    let span: i64 = open.iter().map(|window| (window.end - window.start).ticks()).sum();
    let grid = LocalGrid::new(problem, problem.window_policy.snap);
    let step = grid.step().ticks();
    let thinning = (span / step / STARTS_MAX + 1).max(1);
    let grid = grid.with_step(Duration::from_ticks(step * thinning));
    let mut offered = Vec::new();
    for &window in open {
        let first = grid.ceil(window.start);
        // Widths share the moments of the grid.
        let moments =
            if first <= window.end { grid.moments(first, grid.floor(window.end)) } else { Vec::new() };
        for &width in widths {
            if window.end - window.start <= width {
                offered.push(window);
                continue;
            }
            let last = window.end - width;
            let starts = moments.iter().take_while(|&&start| start <= last);
            let on_grid = starts.map(|&start| TimeWindow { start, end: start + width });
            let before = offered.len();
            offered.extend(on_grid);
            if offered.len() == before {
                offered.push(TimeWindow { start: window.start, end: window.start + width });
            }
        }
    }
    offered.sort_unstable_by_key(|window| (window.start, window.end));
    offered.dedup();
    offered
}

#[cfg(test)]
mod tests {
    use journeyman_domain::Time;
    use journeyman_testkit::ProblemBuilder;

    use super::*;

    fn offered(open: &[(i64, i64)], widths: &[i64]) -> Vec<(i64, i64)> {
        let mut problem = ProblemBuilder::new().build();
        problem.window_policy.snap = Duration::from_ticks(30);
        let window = |&(start, end): &(i64, i64)| TimeWindow {
            start: Time::from_ticks(start),
            end: Time::from_ticks(end),
        };
        let open: Vec<TimeWindow> = open.iter().map(window).collect();
        let widths: Vec<Duration> = widths.iter().map(|&ticks| Duration::from_ticks(ticks)).collect();
        let offered = offered_windows(&problem, &open, &widths);
        offered.iter().map(|window| (window.start.ticks(), window.end.ticks())).collect()
    }

    #[test]
    fn every_window_of_the_grid_inside_what_is_open_is_offered() {
        assert_eq!(offered(&[(10, 130)], &[60]), [(30, 90), (60, 120)]);
        assert_eq!(offered(&[(0, 90)], &[60, 80]), [(0, 60), (0, 80), (30, 90)]);
    }

    #[test]
    fn where_less_is_open_than_asked_all_of_it_is_offered_once() {
        assert_eq!(offered(&[(10, 50), (200, 270)], &[60, 120]), [(10, 50), (200, 270), (210, 270)]);
    }

    #[test]
    fn a_window_that_fits_only_off_the_grid_is_offered_too() {
        assert_eq!(offered(&[(10, 80)], &[60]), [(10, 70)]);
    }

    #[test]
    fn nothing_open_offers_nothing() {
        assert_eq!(offered(&[], &[60]), []);
    }

    #[test]
    fn a_fine_grid_over_a_long_time_is_thinned() {
        let windows = offered(&[(0, 10_000_000)], &[60]);
        assert!(windows.len() <= 4_096 && windows.len() > 2_000, "{}", windows.len());
    }
}
