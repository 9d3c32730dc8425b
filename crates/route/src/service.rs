//! When a stop may start and what a start at that moment costs.

use journeyman_domain::{Cost, Problem, Time, TimeWindow, VisitId};
use smallvec::SmallVec;

use crate::Curve;

/// Starts in `[from, to]`, priced linearly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenPiece {
    /// First start.
    pub from: Time,
    /// Last start.
    pub to: Time,
    /// Price of a start at `from`.
    pub price: Cost,
    /// Rise of the price per tick.
    pub rise: i64,
}

/// The open starts of a stop, sorted and disjoint, with their prices.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServiceProfile {
    pieces: SmallVec<[OpenPiece; 1]>,
}

impl ServiceProfile {
    /// Free starts inside the windows.
    pub fn free(windows: &[TimeWindow]) -> Self {
        let free = |w: &TimeWindow| OpenPiece { from: w.start, to: w.end, price: Cost::ZERO, rise: 0 };
        Self { pieces: windows.iter().map(free).collect() }
    }

    /// The profile of a visit: its open starts cut to `windows`, with lateness and the price of a moved promise.
    pub fn of_visit(problem: &Problem, visit: VisitId, windows: &[TimeWindow]) -> Self {
        let noun = problem.visit(visit);
        // Prices change their slope or jump only after these moments.
        let promise = noun.promise.map(|promise| promise.window);
        let mut bends: SmallVec<[i64; 4]> = SmallVec::new();
        bends.extend(noun.soft_end.map(Time::ticks));
        bends.extend(promise.iter().flat_map(|w| [w.start.ticks() - 1, w.end.ticks()]));
        bends.sort_unstable();
        let mut pieces: SmallVec<[OpenPiece; 1]> = SmallVec::new();
        for window in windows {
            let mut from = window.start.ticks();
            let inside =
                bends.iter().copied().filter(|&b| window.start.ticks() <= b && b < window.end.ticks());
            for to in inside.chain([window.end.ticks()]) {
                if from > to {
                    continue;
                }
                let start = Time::from_ticks(from);
                let price = start_price(problem, visit, start);
                // Inside a piece the price is linear, so two points give its rise.
                let rise = if to > from {
                    (start_price(problem, visit, Time::from_ticks(from + 1)) - price).micros()
                } else {
                    0
                };
                pieces.push(OpenPiece { from: start, to: Time::from_ticks(to), price, rise });
                from = to + 1;
            }
        }
        Self { pieces }
    }

    /// The pieces.
    pub fn pieces(&self) -> &[OpenPiece] {
        &self.pieces
    }

    /// Whether no start is open.
    pub fn is_closed(&self) -> bool {
        self.pieces.is_empty()
    }

    /// First open start.
    #[inline]
    pub fn first(&self) -> Option<Time> {
        self.pieces.first().map(|piece| piece.from)
    }

    /// Last open start.
    #[inline]
    pub fn last(&self) -> Option<Time> {
        self.pieces.last().map(|piece| piece.to)
    }

    /// The price of a start at `time`; none where it is not open.
    pub fn price_at(&self, time: Time) -> Option<Cost> {
        let piece = self.pieces.iter().find(|piece| piece.from <= time && time <= piece.to)?;
        Some(piece.price + Cost::from_micros(piece.rise * (time - piece.from).ticks()))
    }

    /// One open interval, free of charge.
    #[inline]
    pub fn single(&self) -> Option<&OpenPiece> {
        match self.pieces.as_slice() {
            [piece] if piece.price == Cost::ZERO && piece.rise == 0 => Some(piece),
            _ => None,
        }
    }

    /// Cost of being there at `t`, from the cost of starting at `t`.
    pub(crate) fn gate(&self, start: &mut Curve) {
        if let Some(piece) = self.single() {
            start.gate(piece.from.ticks(), piece.to.ticks());
            return;
        }
        *start = start.gate_priced(
            self.pieces.iter().map(|p| (p.from.ticks(), p.to.ticks(), p.price.micros(), p.rise)),
        );
    }

    /// The same on the mirrored clock: cost of having started by `t`, from the cost of being there by `t`.
    pub(crate) fn gate_mirrored(&self, arrival: &mut Curve) {
        if let Some(piece) = self.single() {
            arrival.gate(-piece.to.ticks(), -piece.from.ticks());
            return;
        }
        *arrival = arrival.gate_priced(self.pieces.iter().rev().map(|p| {
            let price_at_end = p.price.micros() + p.rise * (p.to - p.from).ticks();
            (-p.to.ticks(), -p.from.ticks(), price_at_end, -p.rise)
        }));
    }
}

/// Lateness and moved promise of a start, in money.
fn start_price(problem: &Problem, visit: VisitId, start: Time) -> Cost {
    let noun = problem.visit(visit);
    let mut price = Cost::ZERO;
    if let Some(soft_end) = noun.soft_end
        && start > soft_end
    {
        price += noun.lateness * (start - soft_end);
    }
    if let Some(promise) = noun.promise {
        if !promise.window.contains(start) {
            price += problem.move_price(&promise);
        }
        if start > promise.window.end {
            price += problem.rates.promise_late * (start - promise.window.end);
        }
    }
    price
}
