//! The curves along one side of a route, kept in one block so that changes and copies move little memory.

use smallvec::SmallVec;

use crate::curve::{Curve, CurveRef, Piece};
use crate::propagate::Curves;
use journeyman_domain::Cost;

/// Curves at consecutive points of a route, counted from one of its ends; at each point one by number of breaks.
#[derive(PartialEq, Debug, Default)]
pub(crate) struct Flank {
    pieces: Vec<Piece>,
    /// Where in `pieces` each curve ends.
    ends: Vec<u32>,
    marks: Vec<Mark>,
}

/// Two numbers about the curves of a point, for quick refusals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// The last moment with a finite cost, over all numbers of breaks; far in the past when there is none.
    pub(crate) end: i64,
    /// The least cost, over all numbers of breaks; more than any limit when there is none.
    pub(crate) least: i64,
}

/// The curves of one point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point<'f> {
    pieces: &'f [Piece],
    begin: u32,
    ends: &'f [u32],
    pub(crate) mark: Mark,
}

impl Clone for Flank {
    fn clone(&self) -> Self {
        Self { pieces: self.pieces.clone(), ends: self.ends.clone(), marks: self.marks.clone() }
    }

    /// Reuses the memory that is there.
    fn clone_from(&mut self, other: &Self) {
        self.pieces.clone_from(&other.pieces);
        self.ends.clone_from(&other.ends);
        self.marks.clone_from(&other.marks);
    }
}

impl Flank {
    /// Number of points.
    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    /// Forgets all points from `count` on.
    pub(crate) fn truncate(&mut self, count: usize) {
        if count < self.marks.len() {
            let states = self.ends.len() / self.marks.len();
            self.marks.truncate(count);
            self.ends.truncate(count * states);
            self.pieces.truncate(self.ends.last().map_or(0, |&end| end as usize));
        }
    }

    /// Appends a point.
    pub(crate) fn push(&mut self, curves: &[Curve]) {
        let mut mark = Mark { end: i64::MIN / 2, least: Cost::MAX.micros() / 2 };
        for curve in curves.iter().map(Curve::view) {
            self.pieces.extend_from_slice(curve.pieces());
            self.ends.push(u32::try_from(self.pieces.len()).expect("a route has few pieces"));
            if let (Some(end), Some(least)) = (curve.end(), curve.least()) {
                mark = Mark { end: mark.end.max(end), least: mark.least.min(least) };
            }
        }
        self.marks.push(mark);
    }

    /// The curves of a point.
    #[inline]
    pub(crate) fn point(&self, at: usize) -> Point<'_> {
        let states = self.ends.len() / self.marks.len();
        let first = at * states;
        let begin = first.checked_sub(1).map_or(0, |before| self.ends[before]);
        Point { pieces: &self.pieces, begin, ends: &self.ends[first..first + states], mark: self.marks[at] }
    }
}

impl<'f> Point<'f> {
    /// The curves, by number of breaks taken.
    #[inline]
    pub(crate) fn curves(self) -> impl Iterator<Item = CurveRef<'f>> {
        let mut begin = self.begin as usize;
        self.ends.iter().map(move |&end| {
            let end = end as usize;
            CurveRef::of(&self.pieces[std::mem::replace(&mut begin, end)..end])
        })
    }

    /// The curve of no breaks taken.
    #[inline]
    pub(crate) fn first(self) -> CurveRef<'f> {
        CurveRef::of(&self.pieces[self.begin as usize..self.ends[0] as usize])
    }

    /// Copies that can be changed.
    #[inline]
    pub(crate) fn to_curves(self) -> Curves {
        let mut curves: Curves = SmallVec::new();
        curves.extend(self.curves().map(CurveRef::to_curve));
        curves
    }
}
