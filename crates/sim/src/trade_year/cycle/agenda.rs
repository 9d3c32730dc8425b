//! What is to be done at the desk, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something to be done for a call's order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    Take(usize),
    Qualify(usize),
    /// The permit is issued.
    Issue(usize),
    CloseOut(usize),
    /// Accounting has the invoice.
    Invoice(usize),
}

/// By moment; at the same one, in the order of a work order's life.
#[derive(Default)]
pub(super) struct Agenda {
    steps: BinaryHeap<Reverse<(i64, Step)>>,
}

impl Agenda {
    pub(super) fn add(&mut self, moment: i64, step: Step) {
        self.steps.push(Reverse((moment, step)));
    }

    /// Takes off what is due at a moment or before.
    pub(super) fn next_before(&mut self, moment: i64) -> Option<(i64, Step)> {
        let Reverse((at, _)) = self.steps.peek()?;
        if *at > moment {
            return None;
        }
        self.steps.pop().map(|Reverse(next)| next)
    }
}
