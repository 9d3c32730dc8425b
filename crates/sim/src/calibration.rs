//! Whether probabilities are what they say: what a plan told its customers against how the day turned out.

use journeyman_domain::{ArrivalWindow, Duration, PlannedRoute, Problem, StopKind, Time, TimeWindow};

use crate::day_runner::StopRun;

/// Promises with a stated probability, and how many of them were kept.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Coverage {
    /// Promises.
    pub count: u64,
    /// Those kept.
    pub kept: u64,
    /// Their stated probabilities, per thousand, added up.
    pub stated_permille: u64,
    /// Their widths in ticks, added up.
    pub width_ticks: u64,
}

/// What the width of a told window was set by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetBy {
    /// The target: the asked share of arrivals shall fall inside.
    Target,
    /// The policy's least width, which holds more.
    WidthMin,
    /// The policy's greatest width, or the end of the visit's own window, which may hold less.
    Limit,
}

/// The told windows of many days.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Calibration {
    /// By third of the regular shift in which the visit was planned.
    pub thirds: [Coverage; 3],
    /// Those among them that the target set the width of.
    pub target_thirds: [Coverage; 3],
    /// By what set the width, in the order of [`SetBy`].
    pub by_limit: [Coverage; 3],
    /// By stated probability.
    pub told: Reliability,
}

/// Promises by stated probability: below 10 %, below 20 % … up to 100 %.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Reliability {
    /// In order.
    pub deciles: [Coverage; 10],
}

impl Coverage {
    /// One more promise.
    pub fn add(&mut self, stated_permille: u16, width: Duration, kept: bool) {
        self.count += 1;
        self.kept += u64::from(kept);
        self.stated_permille += u64::from(stated_permille);
        self.width_ticks += u64::try_from(width.ticks()).expect("windows end after they start");
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            kept: self.kept + other.kept,
            stated_permille: self.stated_permille + other.stated_permille,
            width_ticks: self.width_ticks + other.width_ticks,
        }
    }

    /// Share of promises kept; 0 where there are none.
    pub fn observed(&self) -> f64 {
        self.kept as f64 / self.count.max(1) as f64
    }

    /// Mean stated probability; 0 where there are none.
    pub fn stated(&self) -> f64 {
        self.stated_permille as f64 / 1_000.0 / self.count.max(1) as f64
    }

    /// Mean width in ticks.
    pub fn mean_width(&self) -> f64 {
        self.width_ticks as f64 / self.count.max(1) as f64
    }
}

impl Calibration {
    /// Adds a route of a plan and how it turned out.
    pub fn add_route(&mut self, problem: &Problem, route: &PlannedRoute, run: &[StopRun]) {
        let shift = problem.shift(route.shift);
        for (stop, done) in route.stops.iter().zip(run) {
            let (StopKind::Visit(visit), Some(told)) = (stop.kind, stop.window) else { continue };
            let ArrivalWindow { window, probability_permille: stated } = told;
            let (width, kept) = (window.end - window.start, window.contains(done.start));
            let third = third(TimeWindow { start: shift.window.start, end: shift.soft_end }, stop.start);
            self.thirds[third].add(stated, width, kept);
            let own = problem.start_windows(visit).into_iter().find(|own| own.contains(stop.start));
            let set_by = set_by(problem, own, window);
            if set_by == SetBy::Target {
                self.target_thirds[third].add(stated, width, kept);
            }
            self.by_limit[set_by as usize].add(stated, width, kept);
            self.told.add(stated, width, kept);
        }
    }

    /// All told windows.
    pub fn all(&self) -> Coverage {
        self.thirds.into_iter().fold(Coverage::default(), Coverage::and)
    }
}

impl Reliability {
    /// One more promise.
    pub fn add(&mut self, stated_permille: u16, width: Duration, kept: bool) {
        let decile = usize::from(stated_permille / 100).min(9);
        self.deciles[decile].add(stated_permille, width, kept);
    }

    /// How far observed shares lie from stated ones: the mean over the deciles, by their promises.
    pub fn error(&self) -> f64 {
        let count: u64 = self.deciles.iter().map(|coverage| coverage.count).sum();
        let off = |c: &Coverage| (c.observed() - c.stated()).abs() * c.count as f64;
        self.deciles.iter().map(off).sum::<f64>() / count.max(1) as f64
    }
}

fn set_by(problem: &Problem, own: Option<TimeWindow>, told: TimeWindow) -> SetBy {
    let policy = &problem.window_policy;
    let width = told.end - told.start;
    // The grid may keep a whole step from the greatest width.
    if own.is_some_and(|own| told.end == own.end) || width > policy.width_max - policy.snap {
        SetBy::Limit
    } else if width <= policy.width_min {
        SetBy::WidthMin
    } else {
        SetBy::Target
    }
}

/// Which third of the window; before it the first, after it the last.
fn third(window: TimeWindow, time: Time) -> usize {
    let third = (window.end - window.start).ticks() / 3;
    let past = (time - window.start).ticks();
    usize::from(past >= third) + usize::from(past >= 2 * third)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_are_those_of_the_window_and_what_lies_outside_goes_to_the_nearer_one() {
        let day = TimeWindow { start: Time::from_ticks(100), end: Time::from_ticks(400) };
        let thirds = [50, 100, 199, 200, 299, 300, 400, 900].map(|time| third(day, Time::from_ticks(time)));
        assert_eq!(thirds, [0, 0, 0, 1, 1, 2, 2, 2]);
    }

    #[test]
    fn reliability_is_the_mean_distance_of_what_happened_from_what_was_said() {
        let mut said = Reliability::default();
        for kept in [true, true, true, false] {
            said.add(750, Duration::from_ticks(60), kept);
        }
        assert_eq!((said.error(), said.deciles[7].observed()), (0.0, 0.75));
        // Four more that said they were sure, of which half were kept: off by a half on half of them.
        for kept in [true, false, true, false] {
            said.add(1_000, Duration::from_ticks(60), kept);
        }
        assert_eq!((said.error(), said.deciles[9].count), (0.25, 4));
    }
}
