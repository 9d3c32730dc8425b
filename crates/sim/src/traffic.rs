//! What platforms send to a server: when each request is due, to which board, and what it asks. Fixed by a seed before the
//! first is sent, so that a slow answer moves no later request. Who sends them, and the words of each, are not here.

use std::time::Duration;

use rand::Rng;
use rand_distr::weighted::WeightedIndex;
use rand_distr::{Distribution, Exp1};
use rand_pcg::Pcg64;

use crate::draw::generator;

/// What a request asks or tells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ask {
    /// New work comes in.
    Call,
    /// Calls are taken back.
    Cancellation,
    /// A technician reports from a visit under way.
    CheckIn,
    /// A visit under way takes longer than planned, or not so long after all.
    Overrun,
    /// A technician is out, or is back.
    Absence,
    /// A caller is offered arrival windows.
    Quote,
    /// Somebody looks at the plan.
    Look,
    /// Somebody asks why a visit is where it is.
    Explanation,
}

impl Ask {
    /// Every kind with its share of the requests, in percent: the largest is what a dispatcher is there for.
    pub const MIX: [(Self, u32); 8] = [
        (Self::Call, 40),
        (Self::Cancellation, 15),
        (Self::CheckIn, 8),
        (Self::Overrun, 4),
        (Self::Absence, 3),
        (Self::Quote, 15),
        (Self::Look, 10),
        (Self::Explanation, 5),
    ];
}

/// How the moments lie at which requests are due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spacing {
    /// As independent callers come: exponential gaps of the mean that the rate says.
    Poisson,
    /// The same gap between any two.
    Even,
}

/// One request.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Arrival {
    /// When it is due, from the beginning.
    pub due: Duration,
    /// Which board it is for.
    pub board: usize,
    /// What it asks.
    pub ask: Ask,
    /// Chance for whatever the request leaves open: which visit, which technician.
    pub draw: u64,
}

/// Requests without end, in the order in which they are due.
#[derive(Clone, Debug)]
pub struct Traffic {
    rate: f64,
    spacing: Spacing,
    boards: usize,
    kinds: WeightedIndex<u32>,
    due_seconds: f64,
    chance: Pcg64,
}

impl Traffic {
    /// `rate` requests a second, over all boards together; each is for any of the boards.
    ///
    /// # Panics
    /// Without a board, or where the rate is not above 0.
    pub fn new(rate: f64, spacing: Spacing, boards: usize, seed: u64) -> Self {
        assert!(rate > 0.0 && rate.is_finite(), "{rate} requests a second");
        assert!(boards > 0, "requests are for boards");
        let kinds = WeightedIndex::new(Ask::MIX.map(|(_, percent)| percent)).expect("shares are positive");
        Self { rate, spacing, boards, kinds, due_seconds: 0.0, chance: generator(seed) }
    }
}

impl Iterator for Traffic {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let gap: f64 = match self.spacing {
            Spacing::Poisson => Exp1.sample(&mut self.chance),
            Spacing::Even => 1.0,
        };
        self.due_seconds += gap / self.rate;
        let (ask, _) = Ask::MIX[self.kinds.sample(&mut self.chance)];
        let board = self.chance.random_range(0..self.boards);
        let draw = self.chance.random();
        Some(Arrival { due: Duration::from_secs_f64(self.due_seconds), board, ask, draw })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize, spacing: Spacing, seed: u64) -> Vec<Arrival> {
        Traffic::new(50.0, spacing, 3, seed).take(count).collect()
    }

    #[test]
    fn one_seed_is_one_history_and_another_is_another() {
        assert_eq!(first(100, Spacing::Poisson, 4), first(100, Spacing::Poisson, 4));
        assert_ne!(first(100, Spacing::Poisson, 4), first(100, Spacing::Poisson, 5));
    }

    #[test]
    fn both_spacings_keep_the_rate_and_only_one_varies() {
        for (spacing, off) in [(Spacing::Even, 1e-6), (Spacing::Poisson, 20.0)] {
            let arrivals = first(10_000, spacing, 1);
            // 10,000 arrivals at 50 a second: 200 s; the standard deviation of a Poisson one is 2 s.
            let last = arrivals[9_999].due.as_secs_f64();
            assert!((last - 200.0).abs() <= off / 2.0, "{spacing:?}: {last} s");
            assert!(arrivals.is_sorted_by_key(|arrival| arrival.due), "{spacing:?}");
        }
        // The gaps of a Poisson stream deviate by as much as they are long.
        let arrivals = first(10_000, Spacing::Poisson, 1);
        let gaps = arrivals.windows(2).map(|pair| (pair[1].due - pair[0].due).as_secs_f64());
        let square = gaps.map(|gap| (gap - 0.02).powi(2)).sum::<f64>() / 9_999.0;
        assert!((square.sqrt() - 0.02).abs() < 0.001, "{}", square.sqrt());
    }

    #[test]
    fn every_kind_comes_as_often_as_its_share_and_every_board_too() {
        assert_eq!(Ask::MIX.iter().map(|(_, percent)| percent).sum::<u32>(), 100);
        let arrivals = first(20_000, Spacing::Even, 7);
        for (ask, percent) in Ask::MIX {
            let came = arrivals.iter().filter(|arrival| arrival.ask == ask).count() as f64 / 200.0;
            // Four standard deviations of a binomial share.
            let share = f64::from(percent);
            let off = 4.0 * (share * (100.0 - share) / 20_000.0).sqrt();
            assert!((came - share).abs() < off, "{ask:?}: {came} %, not {percent} %");
        }
        for board in 0..3 {
            let came = arrivals.iter().filter(|arrival| arrival.board == board).count();
            assert!(came.abs_diff(6_667) < 300, "board {board}: {came}");
        }
    }
}
