//! The column pool: routes that the search has found, each set of visits of a shift once, cheapest order only.
//!
//! Bounded; when it is full, the quarter that was offered longest ago leaves. Same offers, same pool, same order.

use std::hash::{Hash, Hasher};

use journeyman_domain::{Cost, Problem, ShiftId, VisitId};
use journeyman_route::{Draw, Route};
use rustc_hash::{FxHashMap, FxHasher};

use crate::Column;
use crate::contended::Contended;

/// How large a pool may grow.
#[derive(Clone, Copy, Debug)]
pub struct PoolParams {
    /// Most columns held; at least 4. A column of ten stops takes about 250 bytes.
    pub columns_max: usize,
}

impl Default for PoolParams {
    /// 40,000 columns, about 10 MB: 2,000 for each of 20 technicians.
    fn default() -> Self {
        Self { columns_max: 40_000 }
    }
}

/// Columns found so far.
///
/// The master problem cannot see the order of stops, so a column is identified by its shift, its visits and what
/// it takes from contended stocks. The identity is a 64-bit hash: two sets that collide keep one column only,
/// which costs a candidate and never a wrong answer.
#[derive(Clone, Debug)]
pub struct ColumnPool {
    params: PoolParams,
    contended: Contended,
    entries: Vec<Entry>,
    /// Position in `entries` by identity; only looked up, never iterated.
    by_identity: FxHashMap<(ShiftId, u64), usize>,
    /// Offers counted so far.
    offers: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    column: Column,
    identity: (ShiftId, u64),
    /// Count of offers when this set was offered last.
    last_offer: u64,
}

impl ColumnPool {
    /// An empty pool for the routes of one problem.
    pub fn new(problem: &Problem, params: PoolParams) -> Self {
        assert!(params.columns_max >= 4, "a pool of {} columns is too small", params.columns_max);
        Self {
            params,
            contended: Contended::of(problem),
            entries: Vec::new(),
            by_identity: FxHashMap::default(),
            offers: 0,
        }
    }

    /// Takes note of a route; whether it brings something new. Empty routes are passed over. O(stops).
    pub fn offer(&mut self, route: &Route) -> bool {
        if route.is_empty() {
            return false;
        }
        let draws = self.contended.draws(route);
        let identity = (route.shift(), identity(route.visits(), &draws));
        self.insert(identity, route.cost(), || Column::of(route, draws))
    }

    /// Takes in the columns of another pool of the same problem, in its order.
    pub fn absorb(&mut self, other: &Self) {
        for entry in &other.entries {
            self.insert(entry.identity, entry.column.cost, || entry.column.clone());
        }
    }

    /// The columns, in the order in which their sets were first seen.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Column> {
        self.entries.iter().map(|entry| &entry.column)
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a route takes from contended stocks.
    pub(crate) fn draws(&self, route: &Route) -> Vec<(Draw, u32)> {
        self.contended.draws(route)
    }

    /// Columns with the number of offers since each was offered last: 0 is the most recent.
    pub(crate) fn with_age(&self) -> impl Iterator<Item = (&Column, u64)> {
        self.entries.iter().map(|entry| (&entry.column, self.offers - entry.last_offer))
    }

    fn insert(&mut self, identity: (ShiftId, u64), cost: Cost, column: impl FnOnce() -> Column) -> bool {
        self.offers += 1;
        if let Some(&at) = self.by_identity.get(&identity) {
            let entry = &mut self.entries[at];
            entry.last_offer = self.offers;
            let cheaper = cost < entry.column.cost;
            if cheaper {
                entry.column = column();
            }
            return cheaper;
        }
        if self.entries.len() == self.params.columns_max {
            self.evict();
        }
        self.by_identity.insert(identity, self.entries.len());
        self.entries.push(Entry { column: column(), identity, last_offer: self.offers });
        true
    }

    /// Drops the quarter that was offered longest ago. Amortised O(1) an offer.
    fn evict(&mut self) {
        let mut offers: Vec<u64> = self.entries.iter().map(|entry| entry.last_offer).collect();
        // Each offer has its own number, so exactly a quarter lies below.
        let quarter = offers.len() / 4;
        let (_, &mut oldest_kept, _) = offers.select_nth_unstable(quarter);
        self.entries.retain(|entry| entry.last_offer >= oldest_kept);
        self.by_identity = self.entries.iter().enumerate().map(|(at, entry)| (entry.identity, at)).collect();
    }
}

/// A hash of a set of visits and draws, whatever their order.
fn identity(visits: impl Iterator<Item = VisitId>, draws: &[(Draw, u32)]) -> u64 {
    let visits = visits.map(|visit| hash_of(&visit));
    let draws = draws.iter().map(hash_of);
    visits.chain(draws).fold(0, u64::wrapping_add)
}

/// `FxHasher` with the finaliser of SplitMix64 (Steele, Lea, Flood 2014) on top: sums of plain Fx hashes of small
/// numbers collide.
fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    let mut bits = hasher.finish().wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use journeyman_domain::Stop;
    use journeyman_route::RouteModel;
    use journeyman_testkit::ProblemBuilder;
    use journeyman_travel::Travel;

    use super::*;

    /// One technician with time for everything, and six visits along a street.
    fn street() -> Problem {
        let mut day = ProblemBuilder::new();
        day.horizon(1_000).technician("ana");
        day.shift("ana", 0, 1_000).rates(1_000, 0, 0);
        day.pickup("depot", (5, 0)).stocks("wire", 2);
        for at in 0..6 {
            let visit = day.visit(&format!("visit {at}"), (10 * at, 0));
            if at == 0 {
                visit.part("wire", 1);
            }
        }
        let mut problem = day.build();
        problem.technicians[0].van.stock = problem.visits[0].requirement.parts.clone();
        problem
    }

    fn offer(pool: &mut ColumnPool, model: &RouteModel<'_>, visits: &[usize]) -> bool {
        let stops = visits.iter().map(|&visit| Stop::Visit(VisitId::new(visit))).collect();
        pool.offer(&Route::of(model, ShiftId::new(0), stops).expect("time for everything"))
    }

    fn sets(pool: &ColumnPool) -> Vec<Vec<usize>> {
        pool.iter().map(|column| column.visits.iter().map(|visit| visit.index()).collect()).collect()
    }

    #[test]
    fn each_set_is_kept_once_with_its_cheapest_order() {
        let problem = street();
        let travel = Travel::build(&problem).expect("valid");
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut pool = ColumnPool::new(&problem, PoolParams::default());
        assert!(!pool.offer(&Route::empty(&model, ShiftId::new(0)).expect("nothing to do")));
        let news = [&[5, 2, 3][..], &[3, 2, 5], &[2, 3, 5], &[5, 3, 2], &[2, 3]];
        let news = news.map(|visits| offer(&mut pool, &model, visits));
        // The third is cheaper; so is nothing after it, the way back being as long as the way out.
        assert_eq!(news, [true, false, true, false, true]);
        assert_eq!(sets(&pool), [vec![2, 3, 5], vec![2, 3]]);
        assert_eq!(pool.iter().next().map(|column| column.cost), Some(Cost::from_micros(100_000)));
    }

    #[test]
    fn the_same_visits_from_another_stock_are_another_column() {
        let problem = street();
        let travel = Travel::build(&problem).expect("valid");
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut pool = ColumnPool::new(&problem, PoolParams::default());
        assert!(offer(&mut pool, &model, &[0]));
        let depot = problem.pickup_ids().next().expect("one");
        let stops = vec![Stop::Pickup(depot), Stop::Visit(VisitId::new(0))];
        assert!(pool.offer(&Route::of(&model, ShiftId::new(0), stops).expect("time for everything")));
        assert_eq!(pool.len(), 2);
    }

    #[test]
    fn a_full_pool_drops_the_quarter_that_was_offered_longest_ago() {
        let problem = street();
        let travel = Travel::build(&problem).expect("valid");
        let model = RouteModel::build(&problem, &travel, &[]);
        let mut pool = ColumnPool::new(&problem, PoolParams { columns_max: 4 });
        for visit in 0..4 {
            offer(&mut pool, &model, &[visit]);
        }
        offer(&mut pool, &model, &[0]);
        assert!(offer(&mut pool, &model, &[4]));
        assert_eq!(sets(&pool), [vec![0], vec![2], vec![3], vec![4]]);
        assert!(offer(&mut pool, &model, &[1]), "what was dropped is new again");
    }

    #[test]
    fn pools_of_two_searches_are_joined_in_order() {
        let problem = street();
        let travel = Travel::build(&problem).expect("valid");
        let model = RouteModel::build(&problem, &travel, &[]);
        let pools = [&[&[5, 2, 3][..], &[1]], &[&[4][..], &[2, 3, 5]]].map(|offers| {
            let mut pool = ColumnPool::new(&problem, PoolParams::default());
            for visits in offers {
                offer(&mut pool, &model, visits);
            }
            pool
        });
        let [mut first, second] = pools;
        first.absorb(&second);
        assert_eq!(sets(&first), [vec![2, 3, 5], vec![1], vec![4]]);
        assert_eq!(first.iter().next().map(|column| column.cost), Some(Cost::from_micros(100_000)));
    }
}
