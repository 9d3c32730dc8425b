//! Legs from many places to many: a row for each place of the shorter list, on as many threads as the machine has.

use std::num::NonZeroUsize;
use std::thread;

use journeyman_domain::{GeoPoint, RoadLeg, RoadSource, RoadTrouble};

use super::dijkstra::{Dijkstra, Seed};
use super::graph::{Dart, FAR, Weight, centimeters, milliseconds};
use super::hierarchy::{Direction, Sweep, SweepRow};
use super::network::{Joined, RoadNetwork};
use super::states::sum;

/// Fewer rows are not worth a thread each.
const ROWS_PER_THREAD_MIN: usize = 8;
/// For more rows it pays to select what they need.
const ROWS_OF_ALL_MAX: usize = 4;
const THREADS_MAX: usize = 16;

impl RoadSource for RoadNetwork {
    fn identity(&self) -> &str {
        self.identity()
    }

    fn period_starts(&self) -> &[u16] {
        self.starts()
    }

    fn period_permille(&self, period: usize) -> u32 {
        self.average_permille(period)
    }

    fn speed_max(&self) -> u32 {
        self.speed_max()
    }

    /// Time: a row takes O(selected arcs) with a hierarchy, else O((states + arcs) log states).
    fn legs(&self, period: usize, from: &[GeoPoint], to: &[GeoPoint]) -> Result<Vec<RoadLeg>, RoadTrouble> {
        self.legs_joined(period, (from, &self.join(period, from)?), (to, &self.join(period, to)?))
    }
}

impl RoadNetwork {
    /// The same from road to road: without the ways between places and their roads, as OSRM's `table` service tells it.
    ///
    /// # Errors
    /// As for [`RoadSource::legs`].
    pub fn legs_on_roads(
        &self,
        period: usize,
        from: &[GeoPoint],
        to: &[GeoPoint],
    ) -> Result<Vec<RoadLeg>, RoadTrouble> {
        let beside = |points: &[GeoPoint]| -> Result<Vec<Joined>, RoadTrouble> {
            let joined = self.join(period, points)?;
            Ok(joined.into_iter().map(|place| Joined { access: 0, ..place }).collect())
        };
        self.legs_joined(period, (from, &beside(from)?), (to, &beside(to)?))
    }

    fn legs_joined(
        &self,
        period: usize,
        (from, starts): (&[GeoPoint], &[Joined]),
        (to, ends): (&[GeoPoint], &[Joined]),
    ) -> Result<Vec<RoadLeg>, RoadTrouble> {
        let ahead = from.len() <= to.len();
        let (rows, columns) = if ahead { (starts, ends) } else { (ends, starts) };
        let table = Table { network: self, period, ahead, columns };
        let weights = table.rows(rows);
        let mut legs = Vec::with_capacity(from.len() * to.len());
        for (row, &start) in from.iter().enumerate() {
            for (column, &end) in to.iter().enumerate() {
                let way =
                    if ahead { weights[row * to.len() + column] } else { weights[column * from.len() + row] };
                if way == FAR {
                    return Err(RoadTrouble::NoWay { from: start, to: end });
                }
                let at_once = start == end;
                let (milliseconds, centimeters) =
                    if at_once { (0, 0) } else { (milliseconds(way), centimeters(way)) };
                legs.push(RoadLeg { milliseconds, centimeters });
            }
        }
        Ok(legs)
    }
}

/// Rows over the same columns.
struct Table<'a> {
    network: &'a RoadNetwork,
    period: usize,
    /// Whether rows are where ways start.
    ahead: bool,
    columns: &'a [Joined],
}

/// What computes rows.
enum Method<'s> {
    Plain(Vec<usize>),
    Sweep(Sweep<'s>),
}

enum Room {
    Plain(Dijkstra),
    Sweep(SweepRow),
}

impl Table<'_> {
    fn rows(&self, rows: &[Joined]) -> Vec<Weight> {
        let width = self.columns.len();
        let mut weights = vec![FAR; rows.len() * width];
        if weights.is_empty() {
            return weights;
        }
        let method = &self.method(rows.len());
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = threads.min(THREADS_MAX).min(rows.len() / ROWS_PER_THREAD_MIN).max(1);
        let share = rows.len().div_ceil(threads);
        let work = |rows: &[Joined], weights: &mut [Weight]| {
            let mut room = self.room(method);
            for (row, weights) in rows.iter().zip(weights.chunks_mut(width)) {
                self.row(method, &mut room, row, weights);
            }
        };
        if threads == 1 {
            work(rows, &mut weights);
        } else {
            thread::scope(|scope| {
                for (rows, weights) in rows.chunks(share).zip(weights.chunks_mut(share * width)) {
                    scope.spawn(move || work(rows, weights));
                }
            });
        }
        weights
    }

    fn method(&self, rows: usize) -> Method<'_> {
        let direction = if self.ahead { Direction::Ahead } else { Direction::Back };
        let hierarchy = self.network.hierarchies.get(self.period);
        if let Some(hierarchy) = hierarchy.filter(|_| rows <= ROWS_OF_ALL_MAX) {
            return Method::Sweep(hierarchy.sweep_all(direction));
        }
        let mut wanted: Vec<usize> =
            self.columns.iter().flat_map(|place| self.ends(place)).map(|seed| seed.0).collect();
        wanted.sort_unstable();
        wanted.dedup();
        match hierarchy {
            Some(hierarchy) => Method::Sweep(hierarchy.sweep(direction, &wanted)),
            None => Method::Plain(wanted),
        }
    }

    fn room(&self, method: &Method<'_>) -> Room {
        match method {
            Method::Plain(_) => Room::Plain(Dijkstra::new(self.network.states.states())),
            Method::Sweep(sweep) => Room::Sweep(sweep.room()),
        }
    }

    fn row(&self, method: &Method<'_>, room: &mut Room, row: &Joined, weights: &mut [Weight]) {
        let seeds = if self.ahead { &row.leaving } else { &row.arriving };
        match (method, room) {
            (Method::Plain(wanted), Room::Plain(search)) => {
                let states = &self.network.states;
                let arcs = if self.ahead { &states.ahead } else { &states.back };
                let reached = search.run(arcs, self.period, seeds, wanted);
                self.write(row, weights, |state| reached[state]);
            }
            (Method::Sweep(sweep), Room::Sweep(swept)) => {
                sweep.run(swept, seeds);
                self.write(row, weights, |state| sweep.weight(swept, state));
            }
            (Method::Plain(_), Room::Sweep(_)) | (Method::Sweep(_), Room::Plain(_)) => {
                unreachable!("rooms are made for their method")
            }
        }
    }

    /// The row of weights from door to door.
    fn write(&self, row: &Joined, weights: &mut [Weight], reached: impl Fn(usize) -> Weight) {
        for (place, weight) in self.columns.iter().zip(weights) {
            let over = self.ends(place).iter().map(|&(state, last)| sum(reached(state), last));
            let (start, end) = if self.ahead { (row, place) } else { (place, row) };
            let staying = self.network.along_one_road(self.period, start, end).map(|stay| stay.0);
            let way = over.chain(staying).min().unwrap_or(FAR);
            *weight = sum(way, row.access + place.access);
        }
    }

    fn ends<'p>(&self, place: &'p Joined) -> &'p [Seed] {
        if self.ahead { &place.arriving } else { &place.leaving }
    }
}

impl RoadNetwork {
    /// The way between two places on the same road that does not leave it, and which way it drives.
    pub(crate) fn along_one_road(
        &self,
        period: usize,
        start: &Joined,
        end: &Joined,
    ) -> Option<(Weight, Dart)> {
        if start.snap.road != end.snap.road {
            return None;
        }
        let ways = self.open_darts(start.snap).filter_map(|dart| {
            let (before_start, before_end) = (self.parts(dart, start.snap).0, self.parts(dart, end.snap).0);
            let part = before_end.checked_sub(before_start)?;
            Some((self.graph.partial(dart, part, period), dart))
        });
        ways.min()
    }
}
