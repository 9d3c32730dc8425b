//! A moment that is not certain: a normal law, carried along a route.

/// Mean and variance of a moment, in ticks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Spread {
    mean: f64,
    variance: f64,
}

impl Spread {
    /// A moment that is a fact.
    pub(crate) fn exactly(ticks: i64) -> Self {
        Self { mean: float(ticks), variance: 0.0 }
    }

    pub(crate) fn mean(self) -> f64 {
        self.mean
    }

    pub(crate) fn deviation(self) -> f64 {
        self.variance.sqrt()
    }

    /// After something that takes `ticks`, give or take `deviation_ticks`, whatever came before.
    pub(crate) fn then(self, ticks: i64, deviation_ticks: f64) -> Self {
        Self { mean: self.mean + float(ticks), variance: self.variance + deviation_ticks * deviation_ticks }
    }

    /// After waiting for `floor_ticks`: mean and variance of the maximum (Clark 1961). Where the wait is certain,
    /// nothing uncertain is left.
    pub(crate) fn not_before(self, floor_ticks: i64) -> Self {
        let floor = float(floor_ticks);
        let deviation = self.deviation();
        if deviation == 0.0 {
            return Self { mean: self.mean.max(floor), variance: 0.0 };
        }
        // Relative to the floor, so that squares of large times do not eat the digits.
        let above = self.mean - floor;
        let score = above / deviation;
        let (later, density) = (below(score), density(score));
        let first = above * later + deviation * density;
        let second = (above * above + self.variance) * later + above * deviation * density;
        Self { mean: floor + first, variance: (second - first * first).max(0.0) }
    }

    /// Probability that it is not later than `ticks`.
    pub(crate) fn probability_by(self, ticks: i64) -> f64 {
        let slack = float(ticks) - self.mean;
        let deviation = self.deviation();
        if deviation == 0.0 {
            return if slack >= 0.0 { 1.0 } else { 0.0 };
        }
        below(slack / deviation)
    }
}

/// How many deviations above the mean `probability` (0 < p < 1) of a normal law lie below. By bisection: it is
/// asked for twice a plan.
pub(crate) fn score_of(probability: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Probability that a standard normal variable lies below `score`. `libm`, so that every machine rounds alike.
fn below(score: f64) -> f64 {
    libm::erfc(-score / std::f64::consts::SQRT_2) / 2.0
}

fn density(score: f64) -> f64 {
    libm::exp(-score * score / 2.0) / (2.0 * std::f64::consts::PI).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "times and durations lie far below 2^53")]
fn float(ticks: i64) -> f64 {
    ticks as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_the_tables() {
        for (probability, score) in [(0.95, 1.644_854), (0.5, 0.0), (0.9, 1.281_552), (0.999_5, 3.290_527)] {
            assert!((score_of(probability) - score).abs() < 1e-5, "{probability}");
        }
    }

    #[test]
    fn waiting_absorbs_what_is_uncertain_and_only_as_much_as_it_must() {
        let arrival = Spread::exactly(1_000).then(0, 60.0);
        let certain_wait = arrival.not_before(2_000);
        assert!((certain_wait.mean() - 2_000.0).abs() < 1e-6 && certain_wait.deviation() < 1e-3);
        let no_wait = arrival.not_before(0);
        assert!((no_wait.mean() - 1_000.0).abs() < 1e-6 && (no_wait.deviation() - 60.0).abs() < 1e-6);
        // At the mean: mean + σ/√(2π), and variance σ²(1/2 − 1/(2π)).
        let even = arrival.not_before(1_000);
        assert!((even.mean() - 1_023.936_5).abs() < 1e-3, "{}", even.mean());
        assert!((even.deviation() - 35.029_3).abs() < 1e-2, "{}", even.deviation());
    }

    #[test]
    fn a_fact_waits_and_goes_on_as_a_fact() {
        let later = Spread::exactly(10).not_before(25).then(5, 0.0);
        assert_eq!(later, Spread::exactly(30));
        assert_eq!([later.probability_by(29), later.probability_by(30)], [0.0, 1.0]);
    }
}
