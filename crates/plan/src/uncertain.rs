//! A length of time that is not certain: a lognormal law, drawn by normal scores.

use journeyman_domain::Duration;

/// A lognormal length of time, in ticks. A length without deviation, or of nothing, is what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uncertain {
    mean: f32,
    /// Standard deviation of the logarithm.
    shape: f32,
    /// Mean of the logarithm, less that of `mean`.
    drift: f32,
}

impl Uncertain {
    /// With this mean and standard deviation.
    pub(crate) fn of(mean: Duration, deviation: Duration) -> Self {
        let relative = if mean > Duration::ZERO { float(deviation) / float(mean) } else { 0.0 };
        // `libm`, so that every machine rounds alike.
        let variance = libm::log1p(relative * relative);
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough for a law")]
        let narrow = |wide: f64| wide as f32;
        Self { mean: narrow(float(mean)), shape: narrow(variance.sqrt()), drift: narrow(-variance / 2.0) }
    }

    /// How long it takes with this luck.
    #[inline]
    pub(crate) fn at(self, score: f32) -> f32 {
        self.mean * exp(self.shape * score + self.drift)
    }
}

/// e to the power of `x`, to five digits, for |x| below 80. Sums and products only, so that a loop over scenarios
/// becomes vector code, ten times as fast as calls of `libm`, and every machine rounds alike.
#[inline]
fn exp(x: f32) -> f32 {
    use std::f32::consts::{LN_2, LOG2_E};
    /// Adding it leaves no room for a fraction: 1.5 · 2^23.
    const ROUNDER: f32 = 12_582_912.0;
    let power = x.clamp(-80.0, 80.0) * LOG2_E;
    let rounded = power + ROUNDER;
    let rest = (power - (rounded - ROUNDER)) * LN_2;
    // The series of e^rest, |rest| ≤ ln 2 / 2.
    let series =
        1.0 + rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest * (1.0 / 24.0 + rest * (1.0 / 120.0)))));
    // The whole part of the power goes into the exponent's bits.
    let whole = rounded.to_bits().wrapping_sub(ROUNDER.to_bits());
    series * f32::from_bits(whole.wrapping_add(127).wrapping_shl(23))
}

#[expect(clippy::cast_precision_loss, reason = "durations lie far below 2^53")]
fn float(span: Duration) -> f64 {
    span.ticks() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios::{SCENARIOS, Scenarios};

    #[test]
    fn the_quick_exponential_is_that_of_the_library() {
        for step in -8_000..=8_000 {
            let x = step as f32 / 100.0;
            let (quick, exact) = (f64::from(exp(x)), libm::exp(f64::from(x)));
            assert!((quick / exact - 1.0).abs() < 1e-5, "{x}: {quick} {exact}");
        }
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn a_law_has_the_mean_and_the_deviation_it_was_given() {
        for (mean, deviation) in [(3_600, 900), (3_600, 1_440), (600, 120), (60, 0), (0, 10)] {
            let law = Uncertain::of(Duration::from_ticks(mean), Duration::from_ticks(deviation));
            let drawn: Vec<f64> =
                Scenarios::table().column(3).iter().map(|&score| f64::from(law.at(score))).collect();
            let average = drawn.iter().sum::<f64>() / SCENARIOS as f64;
            let square = drawn.iter().map(|x| (x - average) * (x - average)).sum::<f64>() / SCENARIOS as f64;
            let wanted = if mean == 0 { 0 } else { deviation };
            assert!((average - mean as f64).abs() <= 0.002 * mean as f64, "{mean}: {average}");
            assert!((square.sqrt() - wanted as f64).abs() <= 0.02 * wanted as f64, "{deviation}: {square}");
        }
    }

    #[test]
    fn what_is_certain_stays_exact() {
        let law = Uncertain::of(Duration::from_ticks(1_234_567), Duration::ZERO);
        assert!(Scenarios::table().column(0).iter().all(|&score| law.at(score) == 1_234_567.0));
    }
}
