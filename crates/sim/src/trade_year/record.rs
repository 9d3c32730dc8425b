//! What came of each call under one policy. Policies write it through the same few words, so that they are measured alike.

use journeyman_domain::{Time, TimeWindow};

/// Where a call ended.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Fate {
    /// Not done yet at the end of the year.
    #[default]
    Open,
    /// Done.
    Done,
    /// A competitor got it, because the answer was slow.
    Competitor,
    /// The customer cancelled in time.
    Cancelled,
    /// Somebody came and nobody was there.
    NoShow,
}

impl Fate {
    /// A word for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Competitor => "competitor",
            Self::Cancelled => "cancelled",
            Self::NoShow => "no-show",
        }
    }
}

/// One call under one policy; moments are those of the history.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct CallRecord {
    /// Customer and technician have the decision.
    pub dispatched: Option<i64>,
    /// Somebody begins on site, the first time.
    pub on_site: Option<i64>,
    /// The work is done.
    pub done: Option<i64>,
    /// Who came last.
    pub technician: Option<usize>,
    /// The first window that the customer was told, as moments.
    pub promise: Option<(i64, i64)>,
    /// How many times another one had to be told.
    pub moved: u32,
    /// How it ended.
    pub fate: Fate,
    /// When it ended without work: gave up, cancelled.
    pub left: Option<i64>,
    /// Was told that nobody can come today, and waits.
    pub deferred: bool,
    /// The first visit found a part missing.
    pub comes_back: bool,
    /// Not before this moment again, after a part was missing.
    pub not_before: i64,
    /// What the customer was told last.
    pub(super) told: Option<(i64, i64)>,
}

impl CallRecord {
    /// Whether it is still to be done.
    pub fn is_open(&self) -> bool {
        self.fate == Fate::Open
    }

    /// The first window told was kept; none: nothing was told, or it ended otherwise.
    pub fn kept(&self) -> Option<bool> {
        let (start, end) = self.promise?;
        match self.fate {
            Fate::Cancelled | Fate::Competitor => None,
            Fate::Open | Fate::Done | Fate::NoShow => {
                Some(self.on_site.is_some_and(|at| start <= at && at <= end))
            }
        }
    }

    /// Whether the customer still waits for a first answer.
    pub(super) fn unanswered(&self) -> bool {
        self.dispatched.is_none() && !self.deferred
    }

    /// It has a place in the plan, and the customer is told this window at `moment`, where none was told before.
    pub(super) fn placed(&mut self, moment: i64, window: (i64, i64)) {
        self.dispatched.get_or_insert(moment);
        self.promise.get_or_insert(window);
        self.told.get_or_insert(window);
    }

    /// The plan has the start elsewhere than told, or nowhere: the customer is told so.
    pub(super) fn moved_to(&mut self, window: Option<(i64, i64)>) {
        if self.told.is_some() {
            self.moved += 1;
        }
        self.told = window;
    }
}

/// A window of a day as moments.
pub(super) fn moments(midnight: i64, window: TimeWindow) -> (i64, i64) {
    (midnight + window.start.ticks(), midnight + window.end.ticks())
}

/// Whether a moment of a day lies in a window.
pub(super) fn holds(midnight: i64, window: (i64, i64), time: Time) -> bool {
    let moment = midnight + time.ticks();
    window.0 <= moment && moment <= window.1
}
