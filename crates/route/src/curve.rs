//! Piecewise linear cost as a function of the moment at which something is entered.
//!
//! Waiting is always allowed, so being early never costs more than being late: every curve is nondecreasing.
//! It is flat towards −∞, may jump up, and is infinite after its last piece. Times are integer ticks and slopes
//! integer prices, so all operations are exact on the integers.
//!
//! The cost of a *prefix* of a route is nonincreasing in the moment at which it must be done. It is the same type
//! on a mirrored clock: `prefix(t) = curve(−t)`. So one set of operations serves both directions
//! (cf. Ioachim et al. 1998 and Visser & Spliet 2020 for the forward and backward functions).

use smallvec::SmallVec;

use crate::gap::NotPoints;

/// A linear piece: covers the integers after the previous piece's end, up to `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    /// Last moment covered.
    end: i64,
    /// Value at `end`.
    cost: i64,
    /// Rise per tick; not negative, zero in the first piece.
    slope: i64,
}

impl Piece {
    #[inline]
    fn at(self, time: i64) -> i64 {
        self.cost - self.slope * (self.end - time)
    }
}

/// A nondecreasing piecewise linear function of integer time, infinite after its end. Empty: infinite everywhere.
#[derive(PartialEq, Eq, Debug, Default)]
pub struct Curve {
    pieces: SmallVec<[Piece; 3]>,
}

/// Curves are copied all the time; pieces are plain numbers, so they are copied as one block.
impl Clone for Curve {
    #[inline]
    fn clone(&self) -> Self {
        Self { pieces: SmallVec::from_slice(&self.pieces) }
    }
}

/// The pieces of a curve, wherever they are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CurveRef<'c>(&'c [Piece]);

impl<'c> CurveRef<'c> {
    /// Pieces that once were those of a curve.
    pub(crate) fn of(pieces: &'c [Piece]) -> Self {
        Self(pieces)
    }

    pub(crate) fn pieces(self) -> &'c [Piece] {
        self.0
    }

    /// The last moment with a finite value.
    #[inline]
    pub(crate) fn end(self) -> Option<i64> {
        self.0.last().map(|piece| piece.end)
    }

    /// The least value, reached towards −∞.
    #[inline]
    pub(crate) fn least(self) -> Option<i64> {
        self.0.first().map(|piece| piece.cost)
    }

    /// The value at `time`; none where infinite. O(pieces).
    #[inline]
    pub(crate) fn at(self, time: i64) -> Option<i64> {
        self.0.iter().find(|piece| time <= piece.end).map(|piece| piece.at(time))
    }

    /// On the mirrored clock, the one (earliest moment, cost) that the curve stands for: `Ok(None)` when infinite,
    /// `Err` when its value depends on time.
    #[inline]
    pub(crate) fn point(self) -> Result<Option<(i64, i64)>, NotPoints> {
        match self.0 {
            [] => Ok(None),
            [piece] => Ok(Some((-piece.end, piece.cost))),
            _ => Err(NotPoints),
        }
    }

    /// The flat first piece and the rise after it, where there is nothing else and no jump.
    #[inline]
    fn bent_once(self) -> Option<(Piece, i64)> {
        match *self.0 {
            [flat] => Some((flat, 0)),
            [flat, rising] if rising.at(flat.end) == flat.cost => Some((flat, rising.slope)),
            _ => None,
        }
    }

    /// A copy that can be changed.
    #[inline]
    pub(crate) fn to_curve(self) -> Curve {
        Curve { pieces: SmallVec::from_slice(self.0) }
    }
}

impl Curve {
    /// Its pieces.
    #[inline]
    pub(crate) fn view(&self) -> CurveRef<'_> {
        CurveRef(&self.pieces)
    }

    /// Infinite everywhere: no way to go on.
    pub fn infeasible() -> Self {
        Self::default()
    }

    /// `cost` up to and including `end`, infinite afterwards.
    pub fn flat(end: i64, cost: i64) -> Self {
        let mut pieces = SmallVec::new();
        pieces.push(Piece { end, cost, slope: 0 });
        Self { pieces }
    }

    /// Appends a rise of `slope` per tick up to `end`; does nothing when the curve already reaches `end`.
    #[must_use]
    pub fn then_rising(mut self, end: i64, slope: i64) -> Self {
        if let Some(&last) = self.pieces.last()
            && end > last.end
        {
            push_right(&mut self.pieces, Piece { end, cost: last.cost + slope * (end - last.end), slope });
        }
        self
    }

    /// Whether the curve is infinite everywhere.
    #[inline]
    pub fn is_infeasible(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The last moment with a finite value.
    #[inline]
    pub fn end(&self) -> Option<i64> {
        self.pieces.last().map(|piece| piece.end)
    }

    /// The least value, reached towards −∞.
    #[inline]
    pub fn least(&self) -> Option<i64> {
        self.pieces.first().map(|piece| piece.cost)
    }

    /// The last moment at which the value is still the least.
    #[inline]
    pub fn flat_until(&self) -> Option<i64> {
        self.pieces.first().map(|piece| piece.end)
    }

    /// The value at `time`; none where infinite. O(pieces).
    #[inline]
    pub fn at(&self, time: i64) -> Option<i64> {
        self.view().at(time)
    }

    /// `t ↦ self(t + delay) + cost`: a fixed delay and price come first.
    #[inline]
    pub fn shift(&mut self, delay: i64, cost: i64) {
        for piece in &mut self.pieces {
            piece.end -= delay;
            piece.cost += cost;
        }
    }

    /// `t ↦ self(max(t, from))` up to `to`: entering is open in `[from, to]` only.
    pub fn gate(&mut self, from: i64, to: i64) {
        while let Some(last) = self.pieces.last().copied()
            && last.end > to
        {
            let before = self.pieces.len().checked_sub(2).map(|at| self.pieces[at].end);
            if before.is_some_and(|end| end >= to) {
                self.pieces.pop();
            } else {
                let at = self.pieces.len() - 1;
                self.pieces[at] = Piece { end: to, cost: last.at(to), slope: last.slope };
                break;
            }
        }
        let Some(holds) = self.pieces.iter().position(|piece| from <= piece.end) else {
            self.pieces.clear();
            return;
        };
        let piece = self.pieces[holds];
        if piece.slope == 0 {
            self.pieces.drain(..holds);
            return;
        }
        let level = Piece { end: from, cost: piece.at(from), slope: 0 };
        if piece.end == from {
            self.pieces.drain(..holds);
            self.pieces[0] = level;
        } else if holds == 0 {
            self.pieces.insert(0, level);
        } else {
            self.pieces.drain(..holds - 1);
            self.pieces[0] = level;
        }
    }

    /// `t ↦ min over s ≥ t, s open, of self(s) + price(s)` for open intervals with a linear price each, given
    /// sorted and disjoint as (from, to, price at from, rise per tick of either sign).
    #[must_use]
    pub fn gate_priced(&self, open: impl DoubleEndedIterator<Item = (i64, i64, i64, i64)>) -> Self {
        let mut envelope = Envelope::default();
        for (from, to, price, rise) in open.rev() {
            for (at, piece) in self.pieces.iter().enumerate().rev() {
                let after = at.checked_sub(1).map_or(i64::MIN, |before| self.pieces[before].end + 1);
                let (a, b) = (from.max(after), to.min(piece.end));
                if a <= b {
                    envelope.push(a, b, piece.at(b) + price + rise * (b - from), piece.slope + rise);
                }
            }
        }
        envelope.finish()
    }

    /// The lesser of two curves at every moment. O(pieces of both).
    #[must_use]
    pub fn min(&self, other: &Self) -> Self {
        if self.is_infeasible() {
            return other.clone();
        }
        if other.is_infeasible() {
            return self.clone();
        }
        let (mut i, mut j, mut low) = (0, 0, None);
        let mut pieces = SmallVec::new();
        while let (Some(&f), Some(&g)) = (self.pieces.get(i), other.pieces.get(j)) {
            let high = f.end.min(g.end);
            push_lesser(&mut pieces, (f, g), low, high);
            low = Some(high + 1);
            i += usize::from(f.end == high);
            j += usize::from(g.end == high);
        }
        for &piece in self.pieces[i..].iter().chain(&other.pieces[j..]) {
            push_right(&mut pieces, piece);
        }
        Self { pieces }
    }

    /// The most by which this curve lies above another, over all moments where the other is finite; none where this
    /// one is infinite there. Far below zero where the other is infinite everywhere. O(pieces of both, squared).
    pub fn excess_over(&self, other: &Self) -> Option<i64> {
        let Some(last) = other.end() else { return Some(i64::MIN / 4) };
        if self.end()? < last {
            return None;
        }
        let mut most = self.least()? - other.least()?;
        // Between neighbouring bends both are linear, so the most lies at one of them.
        for time in self.bends().chain(other.bends()).filter(|&time| time <= last) {
            most = most.max(self.at(time)? - other.at(time)?);
        }
        Some(most)
    }

    /// First and last moments of its pieces.
    pub(crate) fn bends(&self) -> impl Iterator<Item = i64> + '_ {
        self.pieces.iter().flat_map(|piece| [piece.end, piece.end.saturating_add(1)])
    }
}

/// Appends a piece to the right, merging it into the last one where they lie on one line.
fn push_right(pieces: &mut SmallVec<[Piece; 3]>, piece: Piece) {
    if let Some(last) = pieces.last_mut()
        && last.slope == piece.slope
        && piece.at(last.end) == last.cost
    {
        *last = piece;
        return;
    }
    pieces.push(piece);
}

/// Appends the lesser of two linear pieces on `[low, high]`; without `low` both are flat.
fn push_lesser(pieces: &mut SmallVec<[Piece; 3]>, (f, g): (Piece, Piece), low: Option<i64>, high: i64) {
    let cut = |piece: Piece, end: i64| Piece { end, cost: piece.at(end), slope: piece.slope };
    let (f_high, g_high) = (f.at(high), g.at(high));
    let (f_low, g_low) = low.map_or((f_high, g_high), |low| (f.at(low), g.at(low)));
    if f_low <= g_low && f_high <= g_high {
        push_right(pieces, cut(f, high));
    } else if g_low <= f_low && g_high <= f_high {
        push_right(pieces, cut(g, high));
    } else {
        // They cross: the one that is lower at the left rises faster. Last moment at which it is not above.
        let (left, right) = if f_low < g_low { (f, g) } else { (g, f) };
        let cross = high
            - (left.at(high) - right.at(high) + left.slope - right.slope - 1) / (left.slope - right.slope);
        push_right(pieces, cut(left, cross));
        push_right(pieces, cut(right, high));
    }
}

/// The least of disjoint linear pieces at or after each moment, fed from right to left.
#[derive(Default)]
struct Envelope {
    /// Pieces from right to left.
    reversed: SmallVec<[Piece; 8]>,
    /// Least value to the right of what is still open.
    best: Option<i64>,
    /// First moment to the right that is settled, less one.
    open_end: i64,
}

impl Envelope {
    /// A piece on `[a, b]` left of all before it, `cost` at `b`, `slope` of either sign.
    fn push(&mut self, a: i64, b: i64, cost: i64, slope: i64) {
        let rise = slope.max(0);
        match self.best {
            None => self.emit(Piece { end: b, cost, slope: rise }),
            Some(best) if cost <= best => {
                self.level(b);
                self.emit(Piece { end: b, cost, slope: rise });
            }
            Some(best) if rise > 0 => {
                let cross = b - (cost - best + rise - 1) / rise;
                if cross < a {
                    return;
                }
                self.level(cross);
                self.emit(Piece { end: cross, cost: cost - rise * (b - cross), slope: rise });
            }
            Some(_) => return,
        }
        // A rise is never left open towards −∞: pieces that rise have a finite start, as windows do.
        let start_cost = if rise > 0 { cost - rise * (b - a) } else { cost };
        self.best = Some(self.best.map_or(start_cost, |best| best.min(start_cost)));
        self.open_end = if rise > 0 { a - 1 } else { b };
    }

    /// Waiting for the best to the right covers what lies after `end`.
    fn level(&mut self, end: i64) {
        if let Some(best) = self.best
            && self.open_end > end
        {
            self.emit(Piece { end: self.open_end, cost: best, slope: 0 });
        }
    }

    fn emit(&mut self, piece: Piece) {
        if let Some(right) = self.reversed.last()
            && right.slope == piece.slope
            && right.at(piece.end) == piece.cost
        {
            return;
        }
        self.reversed.push(piece);
    }

    fn finish(mut self) -> Curve {
        self.level(i64::MIN);
        Curve { pieces: self.reversed.into_iter().rev().collect() }
    }
}

/// The least sum of a prefix (on the mirrored clock) and what follows it, over the moment between them; none where
/// they do not meet. O(pieces of both).
#[inline]
pub fn join(prefix: &Curve, rest: &Curve) -> Option<i64> {
    join_within(prefix.view(), rest.view(), 0, (i64::MIN / 2, i64::MAX / 2))
}

/// The same with a fixed time `between` the two, entered inside `[from, to]`: the least over t of
/// `prefix(t) + rest(t + between)`.
///
/// Between neighbouring first and last moments of pieces the sum is linear, so the least lies at one of them.
#[inline]
pub(crate) fn join_within(
    prefix: CurveRef<'_>,
    rest: CurveRef<'_>,
    between: i64,
    (from, to): (i64, i64),
) -> Option<i64> {
    let first = from.max(-prefix.end()?);
    let last = to.min(rest.end()? - between);
    if first > last {
        return None;
    }
    if let [step] = prefix.0 {
        return Some(step.cost + rest.at(first + between)?);
    }
    if let (Some((level, fall)), Some((floor, rise))) = (prefix.bent_once(), rest.bent_once()) {
        // Convex, with one bend each: towards the bend where the steeper side ends, as far as it is open.
        let (flat_from, flat_to) = (-level.end, floor.end - between);
        let time = if rise < fall { flat_from.max(flat_to) } else { flat_from.min(flat_to) };
        let time = if flat_from <= flat_to { flat_from } else { time }.clamp(first, last);
        let before = level.cost + fall * (flat_from - time).max(0);
        return Some(before + floor.cost + rise * (time - flat_to).max(0));
    }
    let sum = |time: i64| Some(prefix.at(-time)? + rest.at(time + between)?);
    let mut best = sum(first)?.min(sum(last)?);
    let before = prefix.0.iter().map(|piece| -piece.end);
    let after = rest.0.iter().map(|piece| piece.end - between);
    // On the mirrored clock the last moment of the earlier piece comes just before the first of the later one.
    let bends = before.flat_map(|time| [time - 1, time]).chain(after.flat_map(|time| [time, time + 1]));
    for time in bends.filter(|&time| first < time && time < last) {
        best = best.min(sum(time)?);
    }
    Some(best)
}

#[cfg(test)]
mod tests {
    use super::{Curve, join};
    use proptest::prelude::*;

    const SPAN: i64 = 24;

    /// A curve by random operations and the same as a table over −SPAN..=SPAN.
    fn table(curve: &Curve) -> Vec<Option<i64>> {
        (-SPAN..=SPAN).map(|t| curve.at(t)).collect()
    }

    fn curves() -> impl Strategy<Value = Curve> {
        let steps = prop::collection::vec((1..8i64, 0..4i64, 0..5i64), 0..4);
        (-10..5i64, -9..9i64, steps).prop_map(|(end, cost, steps)| {
            let mut curve = Curve::flat(end, cost);
            let mut end = end;
            for (length, slope, jump) in steps {
                let mut higher = curve.clone();
                higher.shift(0, jump);
                end += length;
                // A jump up, as the lesser of the curve so far and a higher one that reaches further.
                curve = curve.min(&higher.then_rising(end, slope));
            }
            curve
        })
    }

    /// Curves whose pieces meet at odd places, as priced gates leave them.
    fn gated_curves() -> impl Strategy<Value = Curve> {
        let gate = (-12..4i64, 0..14i64, -5..5i64, -4..4i64);
        (curves(), prop::option::of(gate)).prop_map(|(curve, gate)| match gate {
            Some((from, length, price, rise)) => {
                curve.gate_priced([(from, from + length, price, rise)].into_iter())
            }
            None => curve,
        })
    }

    fn least(values: impl Iterator<Item = Option<i64>>) -> Option<i64> {
        values.flatten().min()
    }

    proptest! {
        #[test]
        fn every_curve_is_nondecreasing(curve in curves()) {
            let values = table(&curve);
            for pair in values.windows(2) {
                match (pair[0], pair[1]) {
                    (Some(a), Some(b)) => prop_assert!(a <= b),
                    (None, Some(_)) => prop_assert!(false, "finite after infinite"),
                    _ => {}
                }
            }
        }

        #[test]
        fn the_lesser_of_two_is_the_lesser_at_every_moment(f in gated_curves(), g in gated_curves()) {
            let lesser = f.min(&g);
            for t in -SPAN..=SPAN {
                prop_assert_eq!(lesser.at(t), least([f.at(t), g.at(t)].into_iter()));
            }
        }

        #[test]
        fn the_excess_is_the_most_at_any_moment(f in gated_curves(), g in gated_curves()) {
            let mut most = Some(i64::MIN / 4);
            for t in -SPAN..=SPAN + 20 {
                if let Some(other) = g.at(t) {
                    most = match (most, f.at(t)) {
                        (Some(most), Some(own)) => Some(most.max(own - other)),
                        _ => None,
                    };
                }
            }
            prop_assert_eq!(f.excess_over(&g), most);
        }

        #[test]
        fn a_gate_lets_in_between_its_ends(f in curves(), from in -15..15i64, length in 0..15i64) {
            let mut gated = f.clone();
            gated.gate(from, from + length);
            for t in -SPAN..=SPAN {
                let expected = if t <= from + length { f.at(t.max(from)) } else { None };
                prop_assert_eq!(gated.at(t), expected);
            }
            prop_assert_eq!(table(&f.gate_priced([(from, from + length, 0, 0)].into_iter())), table(&gated));
        }

        #[test]
        fn a_priced_gate_is_the_least_over_later_entries(
            f in curves(), first in -12..0i64,
            gates in prop::collection::vec((0..5i64, 0..6i64, -6..6i64, -3..3i64), 1..4),
        ) {
            let mut open = Vec::new();
            let mut from = first;
            for (gap, length, price, rise) in gates {
                from += gap;
                open.push((from, from + length, price, rise));
                from += length + 1;
            }
            let gated = f.gate_priced(open.iter().copied());
            for t in -SPAN..=SPAN {
                let expected = least((t..=60).flat_map(|s| {
                    open.iter().filter(move |o| o.0 <= s && s <= o.1)
                        .map(move |o| (s, o.2 + o.3 * (s - o.0)))
                }).map(|(s, price)| f.at(s).map(|v| v + price)));
                prop_assert_eq!(gated.at(t), expected);
            }
        }

        #[test]
        fn a_join_is_the_least_sum_over_the_moment_between(p in gated_curves(), f in gated_curves()) {
            let expected = least((-60..=60).map(|t| Some(p.at(-t)? + f.at(t)?)));
            prop_assert_eq!(join(&p, &f), expected);
        }
    }
}
