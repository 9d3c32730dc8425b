//! What several years say together: means with 95 % confidence intervals, and paired differences between policies.
//!
//! One year is one observation: what happens within a year hangs together, years of different seeds do not.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Share of the intervals that hold the true mean, where means of years are distributed normally.
const CONFIDENCE: f64 = 0.95;

/// A mean over years.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Lower end of the interval; none for a single year.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl Estimate {
    /// Of one value for each year: Student's t with one degree of freedom less than years. 0 of nothing.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count.max(1.0);
        let freedom = count - 1.0;
        let Some(law) = StudentsT::new(0.0, 1.0, freedom).ok().filter(|_| freedom > 0.0) else {
            return Self { mean, low: None, high: None };
        };
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let half = law.inverse_cdf(f64::midpoint(1.0, CONFIDENCE)) * (squares / freedom / count).sqrt();
        Self { mean, low: Some(mean - half), high: Some(mean + half) }
    }

    /// Of the differences that two values of each year have.
    pub fn of_differences(ours: &[f64], theirs: &[f64]) -> Self {
        let differences: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours - theirs).collect();
        Self::of(&differences)
    }

    /// Half of the interval's length; none for a single year.
    pub fn half(&self) -> Option<f64> {
        self.high.map(|high| high - self.mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differences of 1, 2, 3, 4 and 5: mean 3, deviation √2.5, t(4; 0.975) = 2.776445 (any table).
    #[test]
    fn an_interval_is_students() {
        let Estimate { mean, low, high } =
            Estimate::of_differences(&[2.0, 4.0, 6.0, 8.0, 10.0], &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let half = 2.776_445 * (2.5_f64 / 5.0).sqrt();
        assert!((mean - 3.0).abs() < 1e-12);
        assert!((low.expect("five years") - (3.0 - half)).abs() < 1e-5);
        assert!((high.expect("five years") - (3.0 + half)).abs() < 1e-5);
    }

    #[test]
    fn twenty_years_have_nineteen_degrees_of_freedom() {
        let values: Vec<f64> = (0..20).map(|year| f64::from(year % 2)).collect();
        let half = 2.093_024 * (5.0_f64 / 19.0 / 20.0).sqrt();
        assert!((Estimate::of(&values).half().expect("twenty years") - half).abs() < 1e-5);
    }

    #[test]
    fn one_year_has_no_interval_and_equal_years_a_point() {
        assert_eq!(Estimate::of(&[7.0]), Estimate { mean: 7.0, low: None, high: None });
        assert_eq!(Estimate::of(&[7.0; 3]), Estimate { mean: 7.0, low: Some(7.0), high: Some(7.0) });
        assert_eq!(Estimate::of(&[]).low, None);
    }
}
