//! A distribution that is known by some of its quantiles, straight between them.

/// The value at a share of 0 to 1; `points` are shares with their values, both increasing, from 0 to 1.
pub(super) fn value_at(points: &[(f64, f64)], share: f64) -> f64 {
    for pair in points.windows(2) {
        let ((low, from), (high, to)) = (pair[0], pair[1]);
        if share <= high {
            return from + (to - from) * (share - low) / (high - low);
        }
    }
    points.last().map_or(0.0, |&(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::super::assumptions::PERMIT_DAYS;
    use super::*;

    #[test]
    fn the_given_quantiles_come_back_and_between_them_lies_the_middle() {
        for (share, days) in [(0.25, 1.0), (0.5, 7.0), (0.75, 77.0), (0.9, 187.0), (0.625, 42.0)] {
            assert!((value_at(&PERMIT_DAYS, share) - days).abs() < 1e-9, "{share}");
        }
    }
}
