//! Pricing: the route of a class of shifts that costs least beyond what its visits are worth at given prices.
//!
//! Exact by elementary labelling: a label is a partial route; one is thrown away only when another can do whatever
//! it can, for no more, visits that the other may not repeat being compensated by what leaving them out loses at
//! most. All arithmetic is on integers, so that what it says of the least is a proof.

mod bits;
mod fine;

mod cargo;
mod class;
mod clock;
mod terrain;

mod completion;
mod local;

mod labelling;
mod labels;

#[cfg(test)]
mod tests;

pub(crate) use class::ShiftClass;
pub(crate) use fine::{FAR, Fine};
pub(crate) use labelling::{Effort, Priced, price};
pub(crate) use labels::Dominance;
pub(crate) use terrain::Terrain;

use journeyman_domain::VisitId;

/// Most cuts that pricing knows at once.
pub(crate) const CUTS_MAX: usize = 128;

/// A subset-row cut: of three visits, the chosen routes that serve two or more of them are at most one (Jepsen et
/// al. 2008).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cut {
    /// The visits, sorted.
    pub(crate) visits: [VisitId; 3],
    /// Fine money charged to a route that serves two or three of them; not negative.
    pub(crate) price: i64,
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
    fn cuts_with(&self, visit: VisitId) -> u128 {
        let with = self.cuts.iter().enumerate().filter(|(_, cut)| cut.visits.contains(&visit));
        with.fold(0, |bits, (at, _)| bits | 1 << at)
    }
}
