//! Fine money: micro-dollars times a power of two, so that duals lose next to nothing when they are rounded to
//! integers. All of pricing adds up in it, exactly.

/// The scale of fine money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fine {
    bits: u32,
}

/// More than any sum of fine money; two of them still add up.
pub(crate) const FAR: i64 = i64::MAX / 4;

impl Fine {
    /// The finest scale in which sums up to `most` micro-dollars stay below 2^58.
    pub(crate) fn for_sums_of(most: i64) -> Self {
        let used = i64::BITS - most.max(1).leading_zeros();
        Self { bits: 58_u32.saturating_sub(used).min(20) }
    }

    /// Of micro-dollars.
    #[inline]
    pub(crate) fn of(self, micros: i64) -> i64 {
        micros << self.bits
    }

    /// The least whole number of micro-dollars that is not below.
    pub(crate) fn ceil(self, fine: i64) -> i64 {
        -((-fine) >> self.bits)
    }

    /// As a float of micro-dollars.
    #[expect(clippy::cast_precision_loss, reason = "the LP border")]
    pub(crate) fn to_micros(self, fine: i64) -> f64 {
        fine as f64 / f64::from(1_u32 << self.bits)
    }

    /// The nearest fine number.
    #[expect(clippy::cast_possible_truncation, reason = "duals are far below 2^58 fine units")]
    pub(crate) fn of_micros(self, micros: f64) -> i64 {
        (micros * f64::from(1_u32 << self.bits)).round() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_goes_up_and_sums_stay_small() {
        let fine = Fine::for_sums_of(1 << 30);
        assert_eq!(fine.ceil(fine.of(5)), 5);
        assert_eq!(fine.ceil(fine.of(5) - 1), 5);
        assert_eq!(fine.ceil(fine.of(5) + 1), 6);
        assert_eq!(fine.ceil(fine.of(-5) - 1), -5);
        for most in [1, 1 << 20, 1 << 45, 1 << 57] {
            assert!(Fine::for_sums_of(most).of(most) <= 1 << 58);
        }
        assert_eq!(fine.of_micros(fine.to_micros(12_345)), 12_345);
    }
}
