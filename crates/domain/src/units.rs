//! Time, duration, distance and money as integers, each its own type.
//!
//! A problem counts time and distance in its own ticks ([`TickScale`]): a second and a metre for
//! the product, a tenth or a ten-thousandth of a unit for benchmarks. Money is micro-dollars.
//! Nothing converts between them without a rate, so a mix-up does not compile.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident, $unit:literal, $from:ident, $to:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[repr(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Nothing of it; for [`Time`], the start of the horizon.
            pub const ZERO: Self = Self(0);

            #[doc = concat!("From a count of ", $unit, ".")]
            #[inline]
            pub const fn $from(count: i64) -> Self {
                Self(count)
            }

            #[doc = concat!("The count of ", $unit, ".")]
            #[inline]
            pub const fn $to(self) -> i64 {
                self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

macro_rules! additive {
    ($name:ident) => {
        impl Add for $name {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl AddAssign for $name {
            #[inline]
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl SubAssign for $name {
            #[inline]
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }
        impl Neg for $name {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }
        impl Mul<i64> for $name {
            type Output = Self;
            #[inline]
            fn mul(self, factor: i64) -> Self {
                Self(self.0 * factor)
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
                iter.fold(Self::ZERO, Add::add)
            }
        }
    };
}

quantity!(
    /// A point in time: ticks since the start of the problem's horizon.
    Time,
    "ticks since the start of the horizon",
    from_ticks,
    ticks
);
quantity!(
    /// A span of time in ticks.
    Duration,
    "ticks",
    from_ticks,
    ticks
);
quantity!(
    /// A distance in ticks (metres for the product).
    Distance,
    "distance ticks",
    from_ticks,
    ticks
);
quantity!(
    /// Money in micro-dollars (1,000,000 = one dollar).
    Cost,
    "micro-dollars",
    from_micros,
    micros
);
quantity!(
    /// A price of time: micro-dollars per tick.
    CostPerTime,
    "micro-dollars per tick",
    from_micros,
    micros
);
quantity!(
    /// A price of distance: micro-dollars per distance tick.
    CostPerDistance,
    "micro-dollars per distance tick",
    from_micros,
    micros
);

additive!(Duration);
additive!(Distance);
additive!(Cost);

impl Time {
    /// Earlier than every time of any valid problem; sums with any valid duration do not overflow.
    pub const MIN: Self = Self(-(1 << 50));
    /// Later than every time of any valid problem; sums with any valid duration do not overflow.
    pub const MAX: Self = Self(1 << 50);
}

impl Cost {
    /// More than any plan of any valid problem can cost; two of them add up without overflow.
    pub const MAX: Self = Self(1 << 61);
}

impl Add<Duration> for Time {
    type Output = Self;
    #[inline]
    fn add(self, span: Duration) -> Self {
        Self(self.0 + span.0)
    }
}

impl Sub<Duration> for Time {
    type Output = Self;
    #[inline]
    fn sub(self, span: Duration) -> Self {
        Self(self.0 - span.0)
    }
}

impl Sub for Time {
    type Output = Duration;
    #[inline]
    fn sub(self, earlier: Self) -> Duration {
        Duration(self.0 - earlier.0)
    }
}

impl AddAssign<Duration> for Time {
    #[inline]
    fn add_assign(&mut self, span: Duration) {
        self.0 += span.0;
    }
}

impl Mul<Duration> for CostPerTime {
    type Output = Cost;
    #[inline]
    fn mul(self, span: Duration) -> Cost {
        Cost(self.0 * span.0)
    }
}

impl Mul<Distance> for CostPerDistance {
    type Output = Cost;
    #[inline]
    fn mul(self, length: Distance) -> Cost {
        Cost(self.0 * length.0)
    }
}

impl fmt::Display for Cost {
    /// Dollars and cents, rounded half away from zero: `-1,234.50` is written `-1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = (self.0.abs() + 5_000) / 10_000;
        let sign = if self.0 < 0 && cents != 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// How many ticks make one unit of time and of distance.
///
/// The product uses `{1, 1}`: seconds and metres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickScale {
    /// Ticks in one second (or one benchmark time unit).
    pub time_ticks_per_unit: i64,
    /// Ticks in one metre (or one benchmark distance unit).
    pub distance_ticks_per_unit: i64,
}

impl TickScale {
    /// One tick a second, one tick a metre.
    pub const SECONDS_AND_METRES: Self = Self { time_ticks_per_unit: 1, distance_ticks_per_unit: 1 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_in_dollars_and_cents_rounded_half_away_from_zero() {
        for (micros, shown) in [(0, "0.00"), (1_234_500_000, "1234.50"), (-5_000, "-0.01"), (4_999, "0.00")] {
            assert_eq!(Cost::from_micros(micros).to_string(), shown);
        }
    }

    #[test]
    fn a_rate_times_a_span_is_money() {
        let forty_five_an_hour = CostPerTime::from_micros(12_500);
        assert_eq!((forty_five_an_hour * Duration::from_ticks(3_600)).to_string(), "45.00");
    }
}
