//! The objective: money by term, under a higher tier of mandatory visits.
//!
//! cost = Σ routes (paid time + distance + overtime + shift used)
//!      + Σ served (lateness + disruption + preference missed) + Σ unserved penalty.

use std::ops::{Add, AddAssign};

use crate::Cost;

/// One term of the objective.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CostTerm {
    /// Driving (SHIFT) or departure to return (PORTAL_TO_PORTAL).
    PaidTime,
    /// Distance driven.
    Distance,
    /// Return after the soft end of the shift.
    Overtime,
    /// The price of using a shift at all.
    ShiftUsed,
    /// Starts after a visit's soft end.
    Lateness,
    /// Promises moved, technicians swapped, days changed.
    Disruption,
    /// Technicians whom the customer does not prefer.
    Preference,
    /// Visits left unserved.
    Unserved,
}

impl CostTerm {
    /// Every term, in the order in which it is shown.
    pub const ALL: [Self; 8] = [
        Self::PaidTime,
        Self::Distance,
        Self::Overtime,
        Self::ShiftUsed,
        Self::Lateness,
        Self::Disruption,
        Self::Preference,
        Self::Unserved,
    ];
}

/// Money by term.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct CostBreakdown {
    terms: [Cost; CostTerm::ALL.len()],
}

impl CostBreakdown {
    /// The money of one term.
    pub fn get(&self, term: CostTerm) -> Cost {
        self.terms[term as usize]
    }

    /// Adds money to one term.
    pub fn add(&mut self, term: CostTerm, cost: Cost) {
        self.terms[term as usize] += cost;
    }

    /// The sum of all terms.
    pub fn total(&self) -> Cost {
        self.terms.iter().copied().sum()
    }
}

impl AddAssign for CostBreakdown {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.terms.iter_mut().zip(other.terms) {
            *mine += theirs;
        }
    }
}

impl Add for CostBreakdown {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

/// What two plans are compared by: mandatory visits first, money second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Score {
    /// Mandatory visits not served.
    pub mandatory_unserved: u32,
    /// The money.
    pub cost: Cost,
}
