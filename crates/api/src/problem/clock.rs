//! Reads instants, durations, windows, civil dates and times of day.

use jiff::civil;
use jiff::tz::TimeZone;
use journeyman_domain::{Date, Duration, Time, TimeWindow, Validity};

use crate::limits::Limits;
use crate::violation::{Field, ViolationCode};
use crate::wire;

const DAY_SECONDS: i64 = 86_400;

/// The horizon and its calendar.
pub(crate) struct Clock {
    /// Seconds of the Unix epoch at the start of the horizon.
    pub(super) epoch_seconds: i64,
    /// Length of the horizon.
    pub(super) horizon: Duration,
    /// The zone of local dates and times of day.
    pub(super) zone: TimeZone,
    around_seconds: i64,
    around_days: i64,
}

impl Clock {
    /// Reads the horizon; nothing when it is wrong, because then no instant can be judged.
    pub(super) fn read(problem: &wire::Problem, limits: &Limits, at: &Field<'_>) -> Option<Self> {
        let start = needed_second(&at.field("start_time"), problem.start_time);
        let end = needed_second(&at.field("end_time"), problem.end_time);
        let zone = zone(&at.field("time_zone"), &problem.time_zone, limits);
        let (start, end, zone) = (start?, end?, zone?);
        // Both lie in the years 1 to 9999, so nothing below can overflow.
        let seconds = end - start;
        let seconds_max = limits.horizon_days * DAY_SECONDS;
        if seconds <= 0 {
            at.field("end_time").refuse(ViolationCode::EndBeforeStart, "the horizon ends before it starts");
            return None;
        }
        if seconds > seconds_max {
            let text = format_args!("the horizon has {seconds} s; the limit is {} days", limits.horizon_days);
            at.field("end_time").refuse(ViolationCode::OutOfRange, text);
            return None;
        }
        Some(Self {
            epoch_seconds: start,
            horizon: Duration::from_ticks(seconds),
            zone,
            around_seconds: limits.days_around_horizon * DAY_SECONDS,
            around_days: limits.days_around_horizon,
        })
    }

    /// The clock of a problem that was read before.
    pub(crate) fn of(problem: &journeyman_domain::Problem, zone: TimeZone) -> Self {
        let Limits { days_around_horizon, .. } = Limits::default();
        Self {
            epoch_seconds: problem.epoch_seconds,
            horizon: problem.horizon,
            zone,
            around_seconds: days_around_horizon * DAY_SECONDS,
            around_days: days_around_horizon,
        }
    }

    /// The end of the horizon.
    pub(super) fn end(&self) -> Time {
        Time::ZERO + self.horizon
    }

    /// The whole horizon.
    pub(super) fn horizon_window(&self) -> TimeWindow {
        TimeWindow { start: Time::ZERO, end: self.end() }
    }

    /// An instant near the horizon; nothing when it is absent or wrong.
    pub(crate) fn instant(&self, at: &Field<'_>, instant: Option<wire::Timestamp>) -> Option<Time> {
        let time = whole_second(at, instant)? - self.epoch_seconds;
        let (earliest, latest) = (-self.around_seconds, self.horizon.ticks() + self.around_seconds);
        if !(earliest..=latest).contains(&time) {
            let text = format_args!("more than {} days outside the horizon", self.around_days);
            at.refuse(ViolationCode::OutsideHorizon, text);
            return None;
        }
        Some(Time::from_ticks(time))
    }

    /// An instant that must be given.
    pub(crate) fn needed(&self, at: &Field<'_>, instant: Option<wire::Timestamp>) -> Option<Time> {
        if instant.is_none() {
            at.refuse(ViolationCode::Required, "needed");
        }
        self.instant(at, instant)
    }

    /// A window whose open ends are those of the horizon.
    pub(crate) fn window(&self, at: &Field<'_>, window: &wire::TimeWindow) -> Option<TimeWindow> {
        let end_field = at.field("end_time");
        let start = or_default(window.start_time, Time::ZERO, |instant| {
            self.instant(&at.field("start_time"), Some(instant))
        });
        let end = or_default(window.end_time, self.end(), |instant| self.instant(&end_field, Some(instant)));
        let (start, end) = (start?, end?);
        let read = TimeWindow::new(start, end);
        if read.is_none() {
            end_field.refuse(ViolationCode::EndBeforeStart, "the window ends before it starts");
        }
        read
    }

    /// Windows, sorted and disjoint; the whole horizon when none is given.
    pub(super) fn windows(
        &self,
        at: &Field<'_>,
        windows: &[wire::TimeWindow],
        windows_max: usize,
    ) -> Vec<TimeWindow> {
        if windows.is_empty() || !at.at_most(windows.len(), windows_max) {
            return vec![self.horizon_window()];
        }
        let mut read: Vec<(TimeWindow, usize)> = Vec::with_capacity(windows.len());
        for (index, window) in windows.iter().enumerate() {
            read.extend(self.window(&at.index(index), window).map(|window| (window, index)));
        }
        read.sort_by_key(|(window, index)| (window.start, *index));
        let mut disjoint: Vec<TimeWindow> = Vec::with_capacity(read.len());
        for (window, index) in read {
            match disjoint.last_mut() {
                // Two windows that touch are one.
                Some(last) if last.end == window.start => last.end = window.end,
                Some(last) if last.end > window.start => {
                    at.index(index).refuse(ViolationCode::Overlap, "overlaps another window of the list");
                }
                _ => disjoint.push(window),
            }
        }
        if disjoint.is_empty() { vec![self.horizon_window()] } else { disjoint }
    }

    /// The interval of a license: from the start of the first day to the end of the last.
    pub(super) fn validity(
        &self,
        first_at: &Field<'_>,
        first: &str,
        last_at: &Field<'_>,
        last: &str,
    ) -> Validity {
        let first_day = date(first_at, first);
        let last_day = date(last_at, last);
        if let (Some(first), Some(last)) = (first_day, last_day)
            && last < first
        {
            last_at.refuse(ViolationCode::EndBeforeStart, format_args!("{last} lies before {first}"));
        }
        Validity {
            from: first_day.and_then(|day| self.start_of(day)).unwrap_or(Time::MIN),
            until: last_day
                .and_then(|day| day.tomorrow().ok())
                .and_then(|day| self.start_of(day))
                .unwrap_or(Time::MAX),
            first_day,
            last_day,
        }
    }

    /// The local day of a moment.
    pub(crate) fn day_of(&self, time: Time) -> Date {
        self.local(time).date()
    }

    /// What the clock on the wall shows.
    pub(crate) fn local(&self, time: Time) -> civil::DateTime {
        let seconds = self.epoch_seconds.saturating_add(time.ticks());
        let instant = jiff::Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        });
        self.zone.to_datetime(instant)
    }

    /// The first moment of a local day; nothing outside the years that the calendar knows.
    fn start_of(&self, day: Date) -> Option<Time> {
        let midnight = day.to_zoned(self.zone.clone()).ok()?;
        Some(Time::from_ticks(midnight.timestamp().as_second() - self.epoch_seconds))
    }
}

/// A duration of whole seconds in `min..=max`; nothing when it is absent or wrong.
pub(crate) fn duration(
    at: &Field<'_>,
    span: Option<wire::Duration>,
    min_seconds: i64,
    max_seconds: i64,
) -> Option<Duration> {
    let span = span?;
    if span.nanos != 0 {
        at.refuse(ViolationCode::FractionOfSecond, "durations are whole seconds");
        return None;
    }
    at.within(span.seconds, min_seconds, max_seconds).map(Duration::from_ticks)
}

/// A civil date; nothing when the text is empty or wrong.
pub(crate) fn date(at: &Field<'_>, text: &str) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    // jiff also reads date-times; a date has ten letters.
    let date = if text.len() == 10 { text.parse::<Date>().ok().filter(|date| date.year() > 0) } else { None };
    if date.is_none() {
        at.refuse(
            ViolationCode::InvalidDate,
            format_args!("{:?} is not a date like 2027-03-01", shown(text)),
        );
    }
    date
}

/// A time of day; nothing when it is wrong.
pub(super) fn time_of_day(at: &Field<'_>, text: &str) -> Option<civil::Time> {
    let time = if text.len() == 5 { text.parse::<civil::Time>().ok() } else { None };
    if time.is_none() {
        let text = format_args!("{:?} is not a time of day like 07:30", shown(text));
        at.refuse(ViolationCode::InvalidTimeOfDay, text);
    }
    time
}

/// The beginning of a text, so that a refusal stays short whatever it refuses.
pub(crate) fn shown(text: &str) -> &str {
    const SHOWN_LETTERS: usize = 40;
    text.char_indices().nth(SHOWN_LETTERS).map_or(text, |(end, _)| &text[..end])
}

fn zone(at: &Field<'_>, name: &str, limits: &Limits) -> Option<TimeZone> {
    if name.is_empty() {
        at.refuse(ViolationCode::Required, "needed, an IANA name like \"America/Denver\"");
        return None;
    }
    if !at.short_enough(name, limits.text_bytes) {
        return None;
    }
    let zone = TimeZone::get(name).ok();
    if zone.is_none() {
        let text = format_args!("{:?} is no time zone of the IANA database", shown(name));
        at.refuse(ViolationCode::UnknownTimeZone, text);
    }
    zone
}

/// Any instant of the calendar, from an epoch on; nothing when it is absent or wrong.
pub(crate) fn moment(at: &Field<'_>, instant: Option<wire::Timestamp>, epoch_seconds: i64) -> Option<Time> {
    Some(Time::from_ticks(whole_second(at, instant)? - epoch_seconds))
}

/// Seconds of the Unix epoch in the years 1 to 9999.
fn whole_second(at: &Field<'_>, instant: Option<wire::Timestamp>) -> Option<i64> {
    const YEAR_1: i64 = -62_135_596_800;
    const YEAR_10000: i64 = 253_402_300_800;
    let instant = instant?;
    if instant.nanos != 0 {
        at.refuse(ViolationCode::FractionOfSecond, "instants are whole seconds");
        return None;
    }
    if !(YEAR_1..YEAR_10000).contains(&instant.seconds) {
        let text = format_args!("{} s is outside the years 1 to 9999", instant.seconds);
        at.refuse(ViolationCode::OutOfRange, text);
        return None;
    }
    Some(instant.seconds)
}

fn needed_second(at: &Field<'_>, instant: Option<wire::Timestamp>) -> Option<i64> {
    if instant.is_none() {
        at.refuse(ViolationCode::Required, "needed");
    }
    whole_second(at, instant)
}

fn or_default<T, R>(given: Option<T>, default: R, read: impl FnOnce(T) -> Option<R>) -> Option<R> {
    match given {
        Some(given) => read(given),
        None => Some(default),
    }
}
