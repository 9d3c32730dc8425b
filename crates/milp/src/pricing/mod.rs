//! Pricing: the route of a class of shifts that costs least beyond what its visits are worth at given prices.
//!
//! Exact by elementary labelling: a label is a partial route; one is thrown away only when another can do whatever
//! it can, for no more, visits that the other may not repeat being compensated by what leaving them out loses at
//! most. Where routes are long, labels remember fewer visits, and more of them only as far as the best route needs it.
//! All arithmetic is on integers, so that what it says of the least is a proof.

mod bits;
mod fine;

mod cargo;
mod class;
mod clock;
mod kept;
mod rules;
mod terrain;

mod completion;
mod local;

mod labelling;
mod labels;
mod neighbourhood;
mod relaxation;

#[cfg(test)]
pub(crate) mod tests;

use bits::Bits;
pub(crate) use class::ShiftClass;
pub(crate) use fine::{FAR, Fine};
pub(crate) use kept::Kept;
pub(crate) use labelling::{Allowed, Effort, Priced, legs_below, price};
pub(crate) use labels::Dominance;
pub(crate) use neighbourhood::Neighbourhoods;
pub(crate) use relaxation::price_exactly;
pub(crate) use rules::Rules;
pub(crate) use terrain::Terrain;

use journeyman_domain::VisitId;

/// Most cuts that pricing knows at once.
pub(crate) const CUTS_MAX: usize = 512;
/// Some of them.
pub(crate) type CutSet = Bits<{ CUTS_MAX / 64 }>;

/// A subset-row cut: of an odd number of rows (visits, and a class of one shift), half of each added up and rounded
/// down (Jepsen et al. 2008). Of three rows, routes that have two or more are chosen once at most; of five, twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Cut {
    /// The visits, sorted.
    pub(crate) visits: Vec<VisitId>,
    /// A class whose routes all have one row more.
    pub(crate) class: Option<usize>,
    /// Fine money charged to a route for every second of the rows that it has; not negative.
    pub(crate) price: i64,
}

impl Cut {
    /// How often a plan may have two of the rows in one route.
    pub(crate) fn most(&self) -> i64 {
        let rows = self.visits.len() + usize::from(self.class.is_some());
        i64::try_from(rows / 2).expect("cuts have few rows")
    }
}

/// What visits are worth to a route.
#[derive(Clone, Debug)]
pub(crate) struct Prices {
    /// The scale.
    pub(crate) fine: Fine,
    /// By visit (dense over the problem): fine money, not negative; zero outside the scope.
    pub(crate) visit: Vec<i64>,
    /// At most [`CUTS_MAX`].
    pub(crate) cuts: Vec<Cut>,
}

impl Prices {
    /// Cuts that have a visit.
    pub(crate) fn cuts_with(&self, visit: VisitId) -> CutSet {
        self.cuts_where(|cut| cut.visits.contains(&visit))
    }

    /// Cuts that have a class.
    pub(crate) fn cuts_of_class(&self, class: usize) -> CutSet {
        self.cuts_where(|cut| cut.class == Some(class))
    }

    fn cuts_where(&self, holds: impl Fn(&Cut) -> bool) -> CutSet {
        let mut with = CutSet::EMPTY;
        let cuts = self.cuts.iter().enumerate();
        cuts.filter(|(_, cut)| holds(cut)).for_each(|(at, _)| with.set(at));
        with
    }
}
