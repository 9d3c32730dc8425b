//! Sets of start times as sorted, disjoint windows.

use journeyman_domain::{Duration, Time, TimeWindow, Validity};

const ONE_TICK: Duration = Duration::from_ticks(1);

/// The moments that lie in some window of each list. Both lists sorted and disjoint; so is the result. O(a + b).
pub(crate) fn intersect(a: &[TimeWindow], b: &[TimeWindow]) -> Vec<TimeWindow> {
    let (mut at_a, mut at_b) = (0, 0);
    let mut common = Vec::new();
    while let (Some(left), Some(right)) = (a.get(at_a), b.get(at_b)) {
        common.extend(left.intersection(right));
        if left.end < right.end {
            at_a += 1;
        } else {
            at_b += 1;
        }
    }
    common
}

/// Whether some moment of `windows` lies in `span`.
pub(crate) fn meets(windows: &[TimeWindow], span: &TimeWindow) -> bool {
    windows.iter().any(|window| window.intersection(span).is_some())
}

/// The moments at which at least one of the validities holds.
pub(crate) fn union(validities: impl Iterator<Item = Validity>) -> Vec<TimeWindow> {
    let mut windows: Vec<TimeWindow> = validities.filter_map(|v| open_until(v.from, v.until)).collect();
    windows.sort_by_key(|window| (window.start, window.end));
    let mut merged: Vec<TimeWindow> = Vec::new();
    for window in windows {
        match merged.last_mut() {
            // Moments are whole ticks, so windows that touch are one.
            Some(last) if window.start <= last.end + ONE_TICK => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// The moments of `[from, until)`.
pub(crate) fn open_until(from: Time, until: Time) -> Option<TimeWindow> {
    TimeWindow::new(from, until - ONE_TICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(pairs: &[(i64, i64)]) -> Vec<TimeWindow> {
        let window =
            |&(start, end)| TimeWindow { start: Time::from_ticks(start), end: Time::from_ticks(end) };
        pairs.iter().map(window).collect()
    }

    #[test]
    fn common_moments_of_two_lists() {
        let a = windows(&[(0, 10), (20, 30), (40, 50)]);
        let b = windows(&[(5, 25), (30, 40)]);
        assert_eq!(intersect(&a, &b), windows(&[(5, 10), (20, 25), (30, 30), (40, 40)]));
        assert_eq!(intersect(&a, &[]), []);
    }

    #[test]
    fn validities_that_touch_or_overlap_are_one_window() {
        let validity = |from, until| Validity {
            from: Time::from_ticks(from),
            until: Time::from_ticks(until),
            first_day: None,
            last_day: None,
        };
        let all = [validity(30, 40), validity(0, 10), validity(10, 20), validity(35, 38), validity(50, 50)];
        assert_eq!(union(all.into_iter()), windows(&[(0, 19), (30, 39)]));
    }
}
