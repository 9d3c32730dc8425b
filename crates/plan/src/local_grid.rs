//! Quarter hours on the wall clock: a grid of local time that keeps its meaning over daylight-saving changes.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_domain::{Duration, Problem, Time};

/// Moments whose local time is a multiple of the grid's step, counted from local midnight where the step divides
/// the day.
#[derive(Clone, Debug)]
pub(crate) struct LocalGrid {
    zone: TimeZone,
    epoch_seconds: i64,
    ticks_per_second: i64,
    step_ticks: i64,
}

impl LocalGrid {
    /// A grid in the problem's time zone (UTC where the zone is unknown). A step below one tick is one tick.
    pub(crate) fn new(problem: &Problem, step: Duration) -> Self {
        Self {
            zone: TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC),
            epoch_seconds: problem.epoch_seconds,
            ticks_per_second: problem.ticks.time_ticks_per_unit,
            step_ticks: step.ticks().max(1),
        }
    }

    /// The step.
    pub(crate) fn step(&self) -> Duration {
        Duration::from_ticks(self.step_ticks)
    }

    /// The same clock with another step.
    pub(crate) fn with_step(&self, step: Duration) -> Self {
        Self { step_ticks: step.ticks().max(1), ..self.clone() }
    }

    /// The last grid moment not after `time`.
    pub(crate) fn floor(&self, time: Time) -> Time {
        let mut at = time;
        // The offset may change between the two ends of a step; then the grid goes on from where it changed.
        loop {
            let past = self.past_grid(at);
            if past == Duration::ZERO {
                return at;
            }
            at = at - past;
        }
    }

    /// The first grid moment not before `time`.
    pub(crate) fn ceil(&self, time: Time) -> Time {
        let mut at = time;
        loop {
            let past = self.past_grid(at);
            if past == Duration::ZERO {
                return at;
            }
            at += self.step() - past;
        }
    }

    /// All grid moments from `first` to `last`, which are ones themselves.
    pub(crate) fn moments(&self, first: Time, last: Time) -> Vec<Time> {
        let mut moments = vec![first];
        // Clocks do not change and change back within the widest windows.
        let is_even = self.offset_seconds(first) == self.offset_seconds(last);
        let mut at = first;
        while at < last {
            at = if is_even { at + self.step() } else { self.ceil(at + Duration::from_ticks(1)) };
            moments.push(at);
        }
        moments
    }

    /// How far the local time of `at` lies past a multiple of the step.
    fn past_grid(&self, at: Time) -> Duration {
        let offset = self.offset_seconds(at);
        let local_ticks = (self.epoch_seconds + offset) * self.ticks_per_second + at.ticks();
        Duration::from_ticks(local_ticks.rem_euclid(self.step_ticks))
    }

    /// How far the local clock is ahead of UTC.
    fn offset_seconds(&self, at: Time) -> i64 {
        let seconds = self.epoch_seconds + at.ticks().div_euclid(self.ticks_per_second);
        let timestamp = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        i64::from(self.zone.to_offset(timestamp).seconds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journeyman_domain::TickScale;
    use journeyman_testkit::ProblemBuilder;

    fn grid(epoch_seconds: i64, time_zone: &str, step: i64) -> LocalGrid {
        let mut day = ProblemBuilder::new();
        day.calendar(epoch_seconds, time_zone);
        LocalGrid::new(&day.build(), Duration::from_ticks(step))
    }

    fn floor_and_ceil(grid: &LocalGrid, ticks: i64) -> (i64, i64) {
        let time = Time::from_ticks(ticks);
        (grid.floor(time).ticks(), grid.ceil(time).ticks())
    }

    #[test]
    fn the_grid_is_that_of_the_local_clock() {
        // Kathmandu is 5:45 ahead, so full hours there lie a quarter past full hours of UTC.
        let hours = grid(1_710_054_000, "Asia/Kathmandu", 3_600);
        assert_eq!(floor_and_ceil(&hours, 1_000), (900, 4_500));
        assert_eq!(floor_and_ceil(&hours, 900), (900, 900));
        assert_eq!(floor_and_ceil(&hours, -1), (-2_700, 900));
    }

    #[test]
    fn the_grid_survives_both_daylight_saving_changes() {
        // 2024-03-10 07:00 UTC is midnight in Denver; at 09:00 UTC clocks jump from 2:00 to 3:00.
        let spring = grid(1_710_054_000, "America/Denver", 7_200);
        // 2:30 does not exist. 1:59:59 rounds to midnight and to 4:00 local, three hours later; 3:10 likewise.
        assert_eq!(floor_and_ceil(&spring, 7_199), (0, 10_800));
        assert_eq!(floor_and_ceil(&spring, 7_800), (0, 10_800));
        // 2024-11-03 06:00 UTC is midnight in Denver; at 08:00 UTC clocks fall from 2:00 back to 1:00.
        let autumn = grid(1_730_613_600, "America/Denver", 3_600);
        // 1:30 the first time lies between 1:00 and 1:00 again, 1:30 the second time between that and 2:00.
        assert_eq!(floor_and_ceil(&autumn, 5_400), (3_600, 7_200));
        assert_eq!(floor_and_ceil(&autumn, 9_000), (7_200, 10_800));
    }

    #[test]
    fn moments_are_all_that_floor_and_ceil_know() {
        // Denver's autumn, over the hour that comes twice.
        let autumn = grid(1_730_613_600, "America/Denver", 3_600);
        let moments: Vec<i64> = autumn
            .moments(Time::from_ticks(3_600), Time::from_ticks(14_400))
            .into_iter()
            .map(Time::ticks)
            .collect();
        assert_eq!(moments, [3_600, 7_200, 10_800, 14_400]);
        let spring = grid(1_710_054_000, "America/Denver", 7_200);
        let moments = spring.moments(Time::ZERO, Time::from_ticks(18_000));
        assert_eq!(moments.into_iter().map(Time::ticks).collect::<Vec<_>>(), [0, 10_800, 18_000]);
        assert_eq!(spring.moments(Time::ZERO, Time::ZERO), [Time::ZERO]);
    }

    #[test]
    fn ticks_finer_than_seconds_are_kept() {
        let mut day = ProblemBuilder::new();
        day.problem_mut().ticks = TickScale { time_ticks_per_unit: 10, distance_ticks_per_unit: 1 };
        let grid = LocalGrid::new(&day.build(), Duration::from_ticks(9_000));
        assert_eq!(floor_and_ceil(&grid, 9_001), (9_000, 18_000));
    }
}
