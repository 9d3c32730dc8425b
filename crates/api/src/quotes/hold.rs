//! A quote held: its visit goes on the board, in its window and not to be left out, until the caller confirms it or his
//! time is over.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use journeyman_board::{Hold, HoldState, QuoteError, Snapshot, Step, Timers};
use journeyman_domain::{ArrivalWindow, Cost, Problem, ShiftId, StopKind, Time, TimeWindow, VisitId};
use journeyman_engine::{ChangeKind, Quote, QuoteOptions, Quotes, Reply, Session, VisitChange, Wishes};

use super::offer::{Offered, later, write_quote};
use super::read::{read, read_ttl, unknown_places, with_ids};
use super::written::write_hold;
use crate::boards::{Asking, BoardRefused, Kept, QuoteRefused, Record, Written};
use crate::day::Words;
use crate::limits::Limits;
use crate::scheduler::{now, wall_clock};
use crate::violation::{Report, ViolationCode};
use crate::{read_event, wire};

/// Keeps the capacity of a quote.
pub(crate) fn hold(
    (request, asking): (&wire::HoldQuoteRequest, Option<&Asking>),
    kept: &Arc<Kept>,
    limits: &Limits,
    timers: &Timers,
) -> Result<wire::HoldQuoteResponse, BoardRefused> {
    let report = Report::new(limits.violations_default);
    if request.quote_id.is_empty() {
        report.field("quote_id").refuse(ViolationCode::Required, "needed, the id of a quote");
    }
    let seconds = u64::try_from(read_ttl(request.ttl, limits)?.ticks()).unwrap_or(0);
    let ttl = Duration::from_secs(seconds);
    report.finish()?;
    let id = kept.papers.quotes.next_hold_id();
    let begin = now();
    let mut held = None;
    let made = Cell::new(None);
    kept.board.write::<BoardRefused>(
        None,
        None,
        |before| {
            let offered = kept.papers.quotes.quote(&request.quote_id, begin)?;
            let expires = later(wall_clock(), ttl);
            let holding = Holding { id: &id, quote_id: &request.quote_id, offered: &offered };
            let (session, reply, quote, record) = holding.make(before, (kept, limits), expires)?;
            let quote_id = request.quote_id.clone();
            let hold =
                Hold { quote: Arc::clone(&offered), quote_id, until: begin + ttl, state: HoldState::Held };
            let quote = wire::Quote { id: request.quote_id.clone(), expire_time: Some(expires), ..quote };
            let told = wire::QuoteHold { id: id.clone(), quote: Some(quote), expire_time: Some(expires) };
            let answer = wire::HoldQuoteResponse { hold: Some(told), revision: before.revision + 1 };
            let written = Written {
                events: &record,
                holds: vec![write_hold(&id, &hold, session.problem())],
                request: asking.map(|asking| asking.answered(&answer)),
                ..Written::default()
            };
            let (entry, record) = written.entry(&kept.papers, before, &session);
            held = Some(answer);
            made.set(Some(hold));
            Ok(Step { session, reply, record, entry })
        },
        |_| {
            let hold = made.take().expect("what is written was made");
            kept.papers.quotes.hold(&id, hold);
        },
    )?;
    end_in_time(ttl, (id, Arc::clone(kept)), limits.clone(), timers.clone());
    Ok(held.expect("what was written was held"))
}

/// Sees to it that holds of a board that was read again end when their time is over.
pub(crate) fn end_holds_in_time(kept: &Arc<Kept>, limits: &Limits, timers: &Timers) {
    for (id, hold) in kept.papers.quotes.holds() {
        if hold.state == HoldState::Held {
            let left = hold.until.saturating_duration_since(now());
            end_in_time(left, (id, Arc::clone(kept)), limits.clone(), timers.clone());
        }
    }
}

/// A quote about to be held.
struct Holding<'h> {
    id: &'h str,
    quote_id: &'h str,
    offered: &'h Offered,
}

impl Holding<'_> {
    /// The board with it: the next state, its answer, what is held, and what watchers are told.
    fn make(
        &self,
        before: &Snapshot,
        (kept, limits): (&Kept, &Limits),
        expires: wire::Timestamp,
    ) -> Result<(Session, Reply, wire::Quote, Record), BoardRefused> {
        let gone = || QuoteRefused::NoLongerFits(self.quote_id.to_owned());
        let problem = before.session.problem();
        let order = with_ids(&self.offered.order, self.id);
        let label = order.visits.first().map(|visit| visit.id.clone()).unwrap_or_default();
        if problem.visits.iter().any(|visit| visit.label == label) {
            return Err(QuoteRefused::VisitOnBoard(label).into());
        }
        let fresh = self.quote_again(before, (kept, limits))?.ok_or_else(gone)?;
        let window = self.offered.window;
        let call = wire::CallReceived {
            work_order: Some(kept_in(&order, &Words { problem }, window)),
            places: unknown_places(&self.offered.places, problem),
            permits: Vec::new(),
        };
        let received = event(before, format!("{}/call", self.id), wire::event::Kind::CallReceived(call));
        let (next, reply) = answer(before, std::slice::from_ref(&received), (kept, limits))?;
        let served = Served::of(&reply, &label).filter(|served| window.contains(served.start));
        let served = served.ok_or_else(gone)?;
        let others = || reply.changes.visits.iter().filter(|change| change.visit != served.visit);
        let is_dearer = fresh > self.offered.marginal_cost;
        if others().any(|change| change.kind == ChangeKind::Removed)
            || is_dearer && others().any(VisitChange::is_noticed)
        {
            return Err(gone().into());
        }
        let quote = served.write(&reply.problem, window, fresh);
        let record = wire::QuoteHeld {
            hold_id: self.id.to_owned(),
            quote_id: self.quote_id.to_owned(),
            expire_time: Some(expires),
        };
        let record = event(before, format!("{}/held", self.id), wire::event::Kind::QuoteHeld(record));
        Ok((next, reply, quote, vec![received, record]))
    }

    /// What the same window adds to the board as it is now.
    fn quote_again(
        &self,
        before: &Snapshot,
        (kept, limits): (&Kept, &Limits),
    ) -> Result<Option<Cost>, BoardRefused> {
        let Offered { order, places, window, marginal_cost, sequence } = self.offered;
        if *sequence == before.sequence {
            // It was made on this very plan.
            return Ok(Some(*marginal_cost));
        }
        let options = QuoteOptions {
            widths: vec![window.end - window.start],
            within: Some(*window),
            quotes_max: 1,
            on_time_permille_min: 0,
        };
        let card = kept.papers.rate_card.as_ref();
        let read = |problem: &Problem| -> Result<_, BoardRefused> {
            Ok(read(order, places, (problem, card), limits)?)
        };
        let first = |_: &Problem, _: VisitId, found: &Quotes| {
            let first = found.quotes.first().filter(|quote| quote.window == *window);
            first.map(|quote| quote.marginal_cost)
        };
        before.session.quote(before.answer_time, read, &options, first)
    }
}

/// The order as it is while it is held: in the window, promised, and not to be left out.
fn kept_in(order: &wire::WorkOrder, say: &Words<'_>, window: TimeWindow) -> wire::WorkOrder {
    let window = say.window(window);
    let mut order = order.clone();
    for visit in &mut order.visits {
        visit.time_windows = vec![window];
        promise(visit, window);
    }
    order
}

/// The visit as it is once its window is told: nobody leaves it out for money.
pub(super) fn promise(visit: &mut wire::Visit, window: wire::TimeWindow) {
    visit.promise = Some(wire::Promise { window: Some(window), ..wire::Promise::default() });
    (visit.mandatory, visit.penalty_micros) = (true, None);
}

/// Something that happens to a board now.
pub(super) fn event(before: &Snapshot, id: String, kind: wire::event::Kind) -> wire::Event {
    let say = Words { problem: before.session.problem() };
    // Where nothing has happened yet, it happens when the horizon begins.
    let time = say.instant(before.now.max(Time::ZERO));
    wire::Event { id, event_time: Some(time), kind: Some(kind) }
}

/// The answer to events that the server itself makes.
pub(super) fn answer(
    before: &Snapshot,
    events: &[wire::Event],
    (kept, limits): (&Kept, &Limits),
) -> Result<(Session, Reply), BoardRefused> {
    let mut next = (*before.session).clone();
    let read = |number: usize, problem: &Problem| -> Result<_, BoardRefused> {
        Ok(read_event(&events[number], (problem, kept.papers.rate_card.as_ref()), limits, number)?)
    };
    let reply = next.reassign(events.len(), read, before.answer_time, Wishes::default())?;
    Ok((next, reply))
}

/// Where a visit stands in an answer.
#[derive(Clone, Copy)]
pub(super) struct Served {
    pub(super) visit: VisitId,
    pub(super) start: Time,
    shift: ShiftId,
    told: Option<ArrivalWindow>,
}

impl Served {
    pub(super) fn of(reply: &Reply, label: &str) -> Option<Self> {
        let visit = reply.problem.visit_ids().find(|&visit| reply.problem.visit(visit).label == label)?;
        reply.plan.routes.iter().find_map(|route| {
            let stop = route.stops.iter().find(|stop| stop.kind == StopKind::Visit(visit))?;
            Some(Self { visit, start: stop.start, shift: route.shift, told: stop.window })
        })
    }

    fn write(&self, problem: &Problem, window: TimeWindow, marginal_cost: Cost) -> wire::Quote {
        let probability_permille = self.told.map_or(0, |told| told.probability_permille);
        let (shift, start) = (self.shift, self.start);
        write_quote(&Words { problem }, &Quote { window, probability_permille, shift, start, marginal_cost })
    }
}

/// Frees the capacity when the time is over, unless the hold was confirmed.
fn end_in_time(span: Duration, (id, kept): (String, Arc<Kept>), limits: Limits, timers: Timers) {
    let again = timers.clone();
    timers.after(span, move || {
        let left = expire(&id, &kept, &limits);
        if let Some(left) = left {
            end_in_time(left, (id, kept), limits, again);
        }
    });
}

/// How long it is kept still, if it is.
fn expire(id: &str, kept: &Arc<Kept>, limits: &Limits) -> Option<Duration> {
    let book = &kept.papers.quotes;
    let ended = kept.board.write::<BoardRefused>(
        None,
        None,
        |before| {
            let overdue = book.overdue(id, now());
            let hold = overdue.ok_or_else(|| QuoteError::UnknownHold(id.to_owned()))?;
            let order = with_ids(&hold.quote.order, id);
            let visit = order.visits.first().map(|visit| visit.id.clone()).unwrap_or_default();
            let subject = Some(wire::cancelled::Subject::VisitId(visit));
            let kind = wire::event::Kind::Cancelled(wire::Cancelled { subject });
            let cancelled = event(before, format!("{id}/cancelled"), kind);
            let (session, reply) = answer(before, std::slice::from_ref(&cancelled), (kept, limits))?;
            let kind = wire::event::Kind::HoldExpired(wire::HoldExpired { hold_id: id.to_owned() });
            let record = vec![event(before, format!("{id}/expired"), kind), cancelled];
            let hold = Hold { state: HoldState::Expired, ..hold };
            let holds = vec![write_hold(id, &hold, session.problem())];
            let written = Written { events: &record, holds, ..Written::default() };
            let (entry, record) = written.entry(&kept.papers, before, &session);
            Ok(Step { session, reply, record, entry })
        },
        |_| book.end(id, HoldState::Expired),
    );
    let Err(refused) = ended else { return None };
    match refused {
        // The board goes on elsewhere, and with it the hold.
        BoardRefused::Store(_) => return None,
        _ if book.overdue(id, now()).is_some() => {
            // Somebody has taken the visit off the board already, or has begun it.
            tracing::warn!(hold = id, %refused, "a hold has expired, its visit is not taken off");
            book.end(id, HoldState::Expired);
        }
        _ => {}
    }
    let hold = book.held(id, now()).ok().filter(|hold| hold.state == HoldState::Held)?;
    Some(hold.until.saturating_duration_since(now()))
}
