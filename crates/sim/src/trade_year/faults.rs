//! What goes wrong between the world and the server: facts that come late or twice, and a server that is started again.
//!
//! Drawn by what happened and not by who asks: the same facts are late under every policy.

use journeyman_domain::{Duration, Time};
use rand::Rng;
use rand_distr::{Distribution, Exp};

use super::assumptions::{
    LATE_MEAN, LATE_MOST, LATE_PERMILLE, RESTART_BETWEEN, RESTART_PERMILLE, TWICE_BACK_MAX, TWICE_PERMILLE,
};
use super::day::News;
use super::facts::Told;
use super::history::whole;
use super::planner::After;
use crate::draw::generator;

/// The faults of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Faults {
    pub(super) seed: u64,
    pub(super) day: usize,
}

impl Faults {
    /// How much later the server hears of something. Who falls ill says so himself, and who calls a competitor tells nobody:
    /// neither is a message that could be late.
    pub(super) fn delay(&self, of: Told) -> Duration {
        if matches!(of, Told::News(News::Sick(_) | News::GivesUp(_))) {
            return Duration::ZERO;
        }
        let mut rng = self.draw(0, of);
        if rng.random_range(0..1_000) >= LATE_PERMILLE {
            return Duration::ZERO;
        }
        let law = Exp::new(1.0 / LATE_MEAN.ticks() as f64).expect("the mean is positive");
        Duration::from_ticks(whole(law.sample(&mut rng)) + 1).min(LATE_MOST)
    }

    /// Whether a request comes again after the one that tells this: which, counted back from the last one.
    pub(super) fn comes_again(&self, of: Told) -> Option<usize> {
        let mut rng = self.draw(1, of);
        (rng.random_range(0..1_000) < TWICE_PERMILLE).then(|| rng.random_range(0..=TWICE_BACK_MAX))
    }

    /// When the server is started again, if it is.
    pub(super) fn restart(&self) -> Option<Time> {
        let mut rng = generator(mixed(&[self.seed, self.day as u64, 2]));
        let at = Time::from_ticks(rng.random_range(RESTART_BETWEEN.0..RESTART_BETWEEN.1));
        (rng.random_range(0..1_000) < RESTART_PERMILLE).then_some(at)
    }

    fn draw(&self, what: u64, of: Told) -> rand_pcg::Pcg64 {
        let (kind, whose) = match of {
            Told::News(News::Sick(technician)) => (0, technician),
            Told::News(News::Ready(call)) => (1, call),
            Told::News(News::Cancels(call)) => (2, call),
            Told::News(News::GivesUp(call)) => (3, call),
            Told::Ends(call, _) => (4, call),
        };
        generator(mixed(&[self.seed, self.day as u64, what, kind, whose as u64]))
    }
}

/// One seed of several numbers (SplitMix64's finisher after each, Steele et al. 2014).
fn mixed(numbers: &[u64]) -> u64 {
    numbers.iter().fold(0x9E37_79B9_7F4A_7C15, |sum, number| {
        let mut word = (sum ^ number).wrapping_add(0x9E37_79B9_7F4A_7C15);
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    })
}

/// What of it came to pass.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct FaultCounts {
    pub(super) delayed: usize,
    pub(super) repeated: usize,
    /// Repetitions after which board or answer were not the same.
    pub(super) repeated_with_effect: usize,
    pub(super) restarts: usize,
    /// Restarts after which another plan was in force.
    pub(super) restarts_elsewhere: usize,
}

impl FaultCounts {
    pub(super) fn repeated(&mut self, after: Option<After>) {
        self.repeated += usize::from(after.is_some());
        self.repeated_with_effect += usize::from(after == Some(After::Other));
    }

    pub(super) fn restarted(&mut self, after: Option<After>) {
        self.restarts += usize::from(after.is_some());
        self.restarts_elsewhere += usize::from(after == Some(After::Other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_late_whoever_asks_and_about_as_many_are_as_stated() {
        let faults = Faults { seed: 1, day: 3 };
        let late = |call: usize| faults.delay(Told::News(News::Ready(call)));
        let count = (0..10_000).filter(|&call| late(call) > Duration::ZERO).count();
        let stated = 10 * LATE_PERMILLE as usize;
        assert!(count.abs_diff(stated) < stated / 5, "{count} of 10,000 are late");
        assert!((0..10_000).all(|call| late(call) == late(call) && late(call) <= LATE_MOST));
        // The end that is told is no part of what is drawn.
        assert_eq!(faults.delay(Told::Ends(7, 0)), faults.delay(Told::Ends(7, 9_000)));
        assert_ne!(mixed(&[1, 2]), mixed(&[2, 1]));
    }
}
