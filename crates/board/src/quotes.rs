//! What was offered to callers of one board, and what is kept for them. Holds are written down with the board's steps;
//! quotes that nobody took are forgotten with the process.
//!
//! It keeps the books only: the capacity itself is a visit on the board's plan. Whoever changes the state of a hold does so
//! while he writes to the board ([`Board::write`](crate::Board::write)), so that no two of them can.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Quotes that are remembered; the oldest go first.
const QUOTES_MAX: usize = 20_000;
/// Holds at once.
const HOLDS_MAX: usize = 1_000;
/// Holds that have ended and are remembered, so that late callers are told how; the oldest go first.
const ENDED_MAX: usize = 20_000;

/// Of those, how many are written down with the board as a whole.
const ENDED_WRITTEN: usize = 1_000;

/// Why there is no quote or hold to go on with.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QuoteError {
    /// The board never made it, or it is long forgotten.
    #[error("there is no quote with the id {0:?}")]
    UnknownQuote(String),
    /// Its time is over.
    #[error("the quote {0:?} has expired")]
    QuoteExpired(String),
    /// It was taken.
    #[error("the quote {quote:?} is held already, by the hold {hold:?}")]
    QuoteHeld {
        /// The quote.
        quote: String,
        /// Who has it.
        hold: String,
    },
    /// There are as many holds as there may be.
    #[error("the board keeps {0} holds, as many as it may")]
    TooManyHolds(usize),
    /// The board never made it, or it is long forgotten.
    #[error("there is no hold with the id {0:?}")]
    UnknownHold(String),
    /// Its time is over, and its capacity free again.
    #[error("the hold {0:?} has expired")]
    HoldExpired(String),
}

/// Capacity that is or was kept.
#[derive(Debug)]
pub struct Hold<Q> {
    /// What was offered.
    pub quote: Arc<Q>,
    /// Id of the quote.
    pub quote_id: String,
    /// It ends by itself then, unless it is confirmed.
    pub until: Instant,
    /// Where it stands.
    pub state: HoldState,
}

impl<Q> Clone for Hold<Q> {
    fn clone(&self) -> Self {
        let Self { quote, quote_id, until, state } = self;
        Self { quote: Arc::clone(quote), quote_id: quote_id.clone(), until: *until, state: *state }
    }
}

/// Where a hold stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HoldState {
    /// It waits for the caller.
    Held,
    /// It became a promise.
    Confirmed {
        /// Revision of the board with it.
        revision: i64,
        /// Digest of what it was confirmed with, if that is more than the quote itself.
        content: Option<[u8; 32]>,
    },
    /// Nobody came in time.
    Expired,
}

/// Quotes and holds of one board.
#[derive(Debug)]
pub struct QuoteBook<Q> {
    /// Tells the ids of this book from those of another, before a restart say.
    nonce: u64,
    pages: Mutex<Pages<Q>>,
}

#[derive(Debug)]
struct Pages<Q> {
    made: u64,
    quotes: BTreeMap<String, Offer<Q>>,
    oldest: VecDeque<String>,
    holds: BTreeMap<String, Hold<Q>>,
    held: usize,
    ended: VecDeque<String>,
}

#[derive(Debug)]
struct Offer<Q> {
    quote: Arc<Q>,
    until: Instant,
    /// Who has it.
    hold: Option<String>,
}

impl<Q> Default for QuoteBook<Q> {
    fn default() -> Self {
        let pages = Pages {
            made: 0,
            quotes: BTreeMap::new(),
            oldest: VecDeque::new(),
            holds: BTreeMap::new(),
            held: 0,
            ended: VecDeque::new(),
        };
        Self { nonce: RandomState::new().hash_one(0), pages: Mutex::new(pages) }
    }
}

impl<Q> QuoteBook<Q> {
    /// Takes quotes in, which end at `until`; their ids, in order.
    pub fn add(&self, quotes: impl IntoIterator<Item = Q>, until: Instant) -> Vec<String> {
        let mut pages = self.pages();
        let add = |quote| {
            let id = self.next_id(&mut pages, 'q');
            pages.quotes.insert(id.clone(), Offer { quote: Arc::new(quote), until, hold: None });
            pages.oldest.push_back(id.clone());
            if pages.oldest.len() > QUOTES_MAX
                && let Some(oldest) = pages.oldest.pop_front()
            {
                pages.quotes.remove(&oldest);
            }
            id
        };
        quotes.into_iter().map(add).collect()
    }

    /// A quote that can be taken.
    ///
    /// # Errors
    /// Why it can't.
    pub fn quote(&self, id: &str, now: Instant) -> Result<Arc<Q>, QuoteError> {
        let pages = self.pages();
        let offer = pages.quotes.get(id).ok_or_else(|| QuoteError::UnknownQuote(id.to_owned()))?;
        if let Some(hold) = &offer.hold {
            return Err(QuoteError::QuoteHeld { quote: id.to_owned(), hold: hold.clone() });
        }
        if offer.until <= now {
            return Err(QuoteError::QuoteExpired(id.to_owned()));
        }
        if pages.held >= HOLDS_MAX {
            return Err(QuoteError::TooManyHolds(HOLDS_MAX));
        }
        Ok(Arc::clone(&offer.quote))
    }

    /// An id for a hold that is about to be made.
    pub fn next_hold_id(&self) -> String {
        let mut pages = self.pages();
        self.next_id(&mut pages, 'h')
    }

    /// A quote is held. The caller has found it free ([`Self::quote`]) since he writes to the board.
    pub fn hold(&self, id: &str, hold: Hold<Q>) {
        let mut pages = self.pages();
        if let Some(offer) = pages.quotes.get_mut(&hold.quote_id) {
            offer.hold = Some(id.to_owned());
        }
        pages.holds.insert(id.to_owned(), hold);
        pages.held += 1;
    }

    /// A hold that is kept or became a promise.
    ///
    /// # Errors
    /// Why there is none.
    pub fn held(&self, id: &str, now: Instant) -> Result<Hold<Q>, QuoteError> {
        let pages = self.pages();
        let hold = pages.holds.get(id).ok_or_else(|| QuoteError::UnknownHold(id.to_owned()))?;
        match hold.state {
            HoldState::Held if hold.until > now => Ok(hold.clone()),
            HoldState::Confirmed { .. } => Ok(hold.clone()),
            HoldState::Held | HoldState::Expired => Err(QuoteError::HoldExpired(id.to_owned())),
        }
    }

    /// A hold whose time is over and that nobody has ended yet.
    pub fn overdue(&self, id: &str, now: Instant) -> Option<Hold<Q>> {
        let pages = self.pages();
        let hold = pages.holds.get(id)?;
        (hold.state == HoldState::Held && hold.until <= now).then(|| hold.clone())
    }

    /// A hold became a promise, or its time is over; then its quote can be taken again as long as that holds.
    pub fn end(&self, id: &str, state: HoldState) {
        let mut guard = self.pages();
        let pages = &mut *guard;
        let Some(hold) = pages.holds.get_mut(id) else { return };
        if hold.state == HoldState::Held {
            pages.held -= 1;
            pages.ended.push_back(id.to_owned());
        }
        hold.state = state;
        if state == HoldState::Expired
            && let Some(offer) = pages.quotes.get_mut(&hold.quote_id)
        {
            offer.hold = None;
        }
        if pages.ended.len() > ENDED_MAX
            && let Some(oldest) = pages.ended.pop_front()
        {
            pages.holds.remove(&oldest);
        }
    }

    /// Holds that stand, and the latest of those that have ended, by id.
    pub fn holds(&self) -> Vec<(String, Hold<Q>)> {
        let pages = self.pages();
        let latest: BTreeSet<&String> = pages.ended.iter().rev().take(ENDED_WRITTEN).collect();
        let is_wanted = |id: &String, hold: &Hold<Q>| hold.state == HoldState::Held || latest.contains(id);
        let wanted = pages.holds.iter().filter(|(id, hold)| is_wanted(id, hold));
        wanted.map(|(id, hold)| (id.clone(), hold.clone())).collect()
    }

    /// A hold as it was written down; one that is here already is ended, if that is what was written.
    pub fn restore(&self, id: &str, hold: Hold<Q>) {
        let state = hold.state;
        let mut pages = self.pages();
        if !pages.holds.contains_key(id) {
            pages.held += 1;
            pages.holds.insert(id.to_owned(), Hold { state: HoldState::Held, ..hold });
        }
        drop(pages);
        if state != HoldState::Held {
            self.end(id, state);
        }
    }

    fn next_id(&self, pages: &mut Pages<Q>, kind: char) -> String {
        pages.made += 1;
        format!("{kind}-{:016x}-{}", self.nonce, pages.made)
    }

    fn pages(&self) -> MutexGuard<'_, Pages<Q>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn begin() -> Instant {
        #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
        Instant::now()
    }

    const MINUTE: Duration = Duration::from_secs(60);

    fn held<Q>(quote_id: &str, quote: Arc<Q>, until: Instant) -> Hold<Q> {
        Hold { quote, quote_id: quote_id.to_owned(), until, state: HoldState::Held }
    }

    #[test]
    fn a_quote_is_held_once_and_can_be_taken_again_when_its_hold_has_expired() {
        let (book, now) = (QuoteBook::default(), begin());
        let id = book.add(["morning"], now + 10 * MINUTE).remove(0);
        let quote = book.quote(&id, now).expect("it is on offer");
        let hold = book.next_hold_id();
        book.hold(&hold, held(&id, quote, now + MINUTE));
        let taken = QuoteError::QuoteHeld { quote: id.clone(), hold: hold.clone() };
        assert_eq!(book.quote(&id, now), Err(taken));
        assert!(book.overdue(&hold, now).is_none());
        assert!(book.overdue(&hold, now + MINUTE).is_some());
        assert_eq!(book.held(&hold, now + MINUTE).unwrap_err(), QuoteError::HoldExpired(hold.clone()));
        book.end(&hold, HoldState::Expired);
        assert!(book.overdue(&hold, now + MINUTE).is_none());
        assert_eq!(book.quote(&id, now + MINUTE).map(|quote| *quote), Ok("morning"));
        assert_eq!(book.quote(&id, now + 10 * MINUTE), Err(QuoteError::QuoteExpired(id)));
    }

    #[test]
    fn what_is_confirmed_does_not_expire() {
        let (book, now) = (QuoteBook::default(), begin());
        let id = book.add(["morning"], now + MINUTE).remove(0);
        let hold = book.next_hold_id();
        book.hold(&hold, held(&id, book.quote(&id, now).expect("it is on offer"), now + MINUTE));
        let confirmed = HoldState::Confirmed { revision: 7, content: None };
        book.end(&hold, confirmed);
        assert!(book.overdue(&hold, now + 2 * MINUTE).is_none());
        assert_eq!(book.held(&hold, now + 2 * MINUTE).map(|hold| hold.state), Ok(confirmed));
        assert!(matches!(book.quote(&id, now), Err(QuoteError::QuoteHeld { .. })));
    }

    #[test]
    fn holds_and_memory_have_a_limit() {
        let (book, now) = (QuoteBook::default(), begin());
        let ids = book.add(0..HOLDS_MAX + 1, now + MINUTE);
        for id in &ids[..HOLDS_MAX] {
            let quote = book.quote(id, now).expect("it is on offer");
            book.hold(&book.next_hold_id(), held(id, quote, now + MINUTE));
        }
        assert_eq!(book.quote(&ids[HOLDS_MAX], now), Err(QuoteError::TooManyHolds(HOLDS_MAX)));
        book.add(0..QUOTES_MAX, now + MINUTE);
        assert_eq!(book.quote(&ids[0], now), Err(QuoteError::UnknownQuote(ids[0].clone())));
    }

    #[test]
    fn ids_of_another_book_are_unknown() {
        let (one, other, now) = (QuoteBook::default(), QuoteBook::default(), begin());
        let id = one.add(["morning"], now + MINUTE).remove(0);
        other.add(["evening"], now + MINUTE);
        assert!(matches!(other.quote(&id, now), Err(QuoteError::UnknownQuote(_))));
    }

    #[test]
    fn holds_written_down_are_held_again_and_those_that_ended_are_remembered() {
        let (book, now) = (QuoteBook::default(), begin());
        let ids = book.add(["morning", "noon"], now + MINUTE);
        for (id, name) in ids.iter().zip(["h1", "h2"]) {
            book.hold(name, held(id, book.quote(id, now).expect("it is on offer"), now + MINUTE));
        }
        let confirmed = HoldState::Confirmed { revision: 7, content: Some([1; 32]) };
        book.end("h2", confirmed);
        let again: QuoteBook<&str> = QuoteBook::default();
        for (id, hold) in book.holds() {
            again.restore(&id, hold);
        }
        assert_eq!(
            again.held("h1", now).map(|hold| (*hold.quote, hold.state)),
            Ok(("morning", HoldState::Held))
        );
        assert_eq!(again.held("h2", now).map(|hold| hold.state), Ok(confirmed));
        // A later record says that the first one has ended.
        let (_, first) = book.holds().remove(0);
        again.restore("h1", Hold { state: HoldState::Expired, ..first });
        assert_eq!(again.held("h1", now).unwrap_err(), QuoteError::HoldExpired("h1".to_owned()));
        assert_eq!(again.holds().len(), 2);
    }
}
