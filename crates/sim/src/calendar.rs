//! One local day: the clock of its time zone as ticks (seconds) since its midnight.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use journeyman_domain::{Duration, Time, Validity};

/// A wall-clock time of day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    hour: i8,
    minute: i8,
}

impl Clock {
    pub(crate) const fn hour(hour: i8) -> Self {
        Self { hour, minute: 0 }
    }

    pub(crate) const fn half_past(hour: i8) -> Self {
        Self { hour, minute: 30 }
    }
}

/// A day that cannot be planned.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CalendarError {
    /// Too far away.
    #[error("the day {date} lies outside 1900-01-01 to 2200-12-31")]
    OutOfRange {
        /// The day.
        date: Date,
    },
    /// No such zone in the time zone database.
    #[error("time zone {zone:?} is not in the time zone database")]
    UnknownZone {
        /// The zone.
        zone: String,
    },
}

/// A local day whose midnight is time 0.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    date: Date,
    zone: TimeZone,
    epoch_seconds: i64,
}

impl Calendar {
    /// The day `date` in the IANA time zone `zone`.
    pub(crate) fn new(date: Date, zone: &str) -> Result<Self, CalendarError> {
        // Far from the ends of the calendar, so that no day next to it is missing.
        if !(1900..=2200).contains(&date.year()) {
            return Err(CalendarError::OutOfRange { date });
        }
        let unknown = |_| CalendarError::UnknownZone { zone: zone.to_owned() };
        let zone = TimeZone::get(zone).map_err(unknown)?;
        let midnight = date.to_zoned(zone.clone()).map_err(|_| CalendarError::OutOfRange { date })?;
        Ok(Self { date, zone, epoch_seconds: midnight.timestamp().as_second() })
    }

    pub(crate) fn date(&self) -> Date {
        self.date
    }

    pub(crate) fn epoch_seconds(&self) -> i64 {
        self.epoch_seconds
    }

    /// From midnight to midnight: 23 or 25 hours where the clock changes.
    pub(crate) fn horizon(&self) -> Duration {
        let next = self.date.tomorrow().expect("scenario days lie far inside the calendar");
        self.midnight(next) - Time::ZERO
    }

    /// The first moment of another local day.
    pub(crate) fn midnight(&self, date: Date) -> Time {
        let start = date.to_zoned(self.zone.clone()).expect("scenario days lie far inside the calendar");
        Time::from_ticks(start.timestamp().as_second() - self.epoch_seconds)
    }

    /// When the wall clock shows `clock` on this day.
    pub(crate) fn at(&self, clock: Clock) -> Time {
        let wall = self.date.at(clock.hour, clock.minute, 0, 0);
        let moment = wall.to_zoned(self.zone.clone()).expect("scenario days lie far inside the calendar");
        Time::from_ticks(moment.timestamp().as_second() - self.epoch_seconds)
    }

    /// Valid from the first moment of `first` to the last moment of `last`.
    pub(crate) fn validity(&self, first: Date, last: Date) -> Validity {
        let after = last.tomorrow().expect("license days lie far inside the calendar");
        Validity {
            from: self.midnight(first),
            until: self.midnight(after),
            first_day: Some(first),
            last_day: Some(last),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_clock_follows_the_time_zone_over_a_change() {
        let short = Calendar::new(date(2026, 3, 8), "America/Denver").expect("known zone");
        assert_eq!(short.horizon(), Duration::from_ticks(23 * 3600));
        assert_eq!(short.at(Clock::hour(8)), Time::from_ticks(7 * 3600));
        let plain = Calendar::new(date(2026, 3, 2), "America/Denver").expect("known zone");
        assert_eq!(plain.epoch_seconds(), 1_772_434_800);
        assert_eq!(plain.at(Clock::half_past(13)), Time::from_ticks(13 * 3600 + 1800));
        assert_eq!(plain.midnight(date(2026, 3, 1)), Time::from_ticks(-86_400));
    }
}
