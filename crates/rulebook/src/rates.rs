//! What the customer pays: labor by the hour and parts by the piece, in integer cents.
//! The board's costs of driving and promises are the rate card of `domain`, not this.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::{Findings, key};
use crate::source::{LaborRateSource, PartPriceSource};

/// Most a piece or an hour may cost: a price above it is a slip of the pen.
const CENTS_MAX: i64 = 10_000_000;

/// Money of an invoice, in cents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Cents(i64);

impl Cents {
    /// From a count of cents.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The count of cents.
    pub const fn count(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Cents {
    /// Dollars and cents: `-12.05`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, cents) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

/// What an hour of work costs the customer.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct LaborRate {
    /// Its name in the book.
    pub name: String,
    /// Price of an hour.
    pub per_hour: Cents,
    /// Less than this is billed as this.
    pub minutes_min: u32,
}

impl LaborRate {
    /// Hundredths of an hour billed for `seconds` on site: at least the minimum, a started hundredth counts.
    ///
    /// Negative time counts as none.
    pub fn billed_hundredths(&self, seconds: i64) -> i64 {
        // One hundredth of an hour is 36 seconds.
        let least = i64::from(self.minutes_min) * 60;
        (seconds.max(least).max(0) + 35) / 36
    }

    /// Price of so many hundredths of an hour, rounded half up to a cent; `None` when it does not fit.
    pub fn price(&self, hundredths: i64) -> Option<Cents> {
        let total = i128::from(self.per_hour.count()) * i128::from(hundredths);
        i64::try_from((total + 50).div_euclid(100)).ok().map(Cents)
    }
}

/// What a part costs the customer.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct PartPrice {
    /// The part.
    pub sku: String,
    /// What the invoice calls it.
    pub name: String,
    /// Price of one.
    pub each: Cents,
}

pub(crate) fn labor_rates(
    sources: BTreeMap<String, LaborRateSource>,
    findings: &mut Findings,
) -> BTreeMap<String, LaborRate> {
    let mut rates = BTreeMap::new();
    for (name, source) in sources {
        let path = format!("labor_rate.{}", key(&name));
        findings.within(format!("{path}.cents_per_hour"), source.cents_per_hour, (1, CENTS_MAX));
        findings.within(format!("{path}.minutes_min"), i64::from(source.minutes_min), (0, 480));
        let per_hour = Cents::new(source.cents_per_hour);
        rates.insert(name.clone(), LaborRate { name, per_hour, minutes_min: source.minutes_min });
    }
    rates
}

pub(crate) fn part_prices(
    sources: BTreeMap<String, PartPriceSource>,
    findings: &mut Findings,
) -> BTreeMap<String, PartPrice> {
    let mut prices = BTreeMap::new();
    for (sku, source) in sources {
        let path = format!("part.{}", key(&sku));
        findings.text(format!("{path}.name"), &source.name, 100);
        findings.within(format!("{path}.cents"), source.cents, (0, CENTS_MAX));
        prices.insert(sku.clone(), PartPrice { sku, name: source.name, each: Cents::new(source.cents) });
    }
    prices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_work_is_billed_as_the_minimum_and_a_started_hundredth_counts() {
        let rate = LaborRate { name: "day".into(), per_hour: Cents::new(14_950), minutes_min: 60 };
        assert_eq!(rate.billed_hundredths(600), 100);
        assert_eq!(rate.billed_hundredths(3_601), 101);
        assert_eq!(rate.price(101).map(|cents| cents.to_string()), Some("151.00".to_owned()));
    }
}
