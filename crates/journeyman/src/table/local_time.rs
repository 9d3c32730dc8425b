//! Instants of a day on the clock of its time zone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_api::wire;

/// The clock of a day.
#[derive(Clone, Debug)]
pub(crate) struct LocalTime {
    zone: TimeZone,
    /// Several days: times show their weekday.
    several_days: bool,
}

impl LocalTime {
    /// The clock of `day`; UTC where its zone is unknown.
    pub(crate) fn of(day: &wire::Problem) -> Self {
        const DAY_AND_AN_HOUR: i64 = 25 * 3600;
        let seconds = |instant: Option<wire::Timestamp>| instant.map_or(0, |instant| instant.seconds);
        Self {
            zone: TimeZone::get(&day.time_zone).unwrap_or(TimeZone::UTC),
            several_days: seconds(day.end_time) - seconds(day.start_time) > DAY_AND_AN_HOUR,
        }
    }

    /// `08:05`, or `Mon 08:05` where the horizon has several days; `-` for no instant.
    pub(crate) fn clock(&self, instant: Option<wire::Timestamp>) -> String {
        let format = if self.several_days { "%a %H:%M" } else { "%H:%M" };
        self.zoned(instant).map_or_else(|| "-".to_owned(), |zoned| zoned.strftime(format).to_string())
    }

    /// `2026-03-02`; empty for no instant.
    pub(crate) fn date(&self, instant: Option<wire::Timestamp>) -> String {
        self.zoned(instant).map_or_else(String::new, |zoned| zoned.date().to_string())
    }

    /// Minutes after midnight.
    pub(crate) fn minute_of_day(&self, instant: Option<wire::Timestamp>) -> Option<u16> {
        let time = self.zoned(instant)?.time();
        u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).ok()
    }

    fn zoned(&self, instant: Option<wire::Timestamp>) -> Option<jiff::Zoned> {
        let timestamp = Timestamp::from_second(instant?.seconds).ok()?;
        Some(timestamp.to_zoned(self.zone.clone()))
    }
}

/// `1 h 05 min` or `12 min`, rounded to the minute.
pub(crate) fn span(duration: Option<wire::Duration>) -> String {
    let minutes = (duration.map_or(0, |duration| duration.seconds) + 30).div_euclid(60);
    match minutes {
        0..60 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}
