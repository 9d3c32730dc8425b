//! A hold confirmed: its window is a promise, and its visit stays. Nothing but the price of a broken promise keeps it in
//! its window from now on: who is late comes late, and does not stay away.

use std::cell::Cell;

use journeyman_board::{Halt, Hold, HoldState, Snapshot, Step};
use journeyman_domain::{Event, Problem, Time};
use journeyman_engine::{ChangeKind, Reply, Session, VisitChange, Wishes};
use prost::Message;

use super::hold::{Served, answer, event, promise};
use super::offer::Offered;
use super::read::{check_order, with_ids};
use super::written::write_hold;
use crate::boards::{Asking, BoardRefused, Kept, QuoteRefused, Record, Written, digest};
use crate::day::Words;
use crate::limits::Limits;
use crate::problem::read_call;
use crate::scheduler::now;
use crate::violation::{Report, ViolationCode};
use crate::{read_event, wire, write_changes, write_plan};

/// Turns a hold into a promise. Of a hold that is one already the promise is told again.
pub(crate) fn confirm(
    (request, asking): (&wire::ConfirmQuoteRequest, Option<&Asking>),
    kept: &Kept,
    limits: &Limits,
) -> Result<wire::ConfirmQuoteResponse, BoardRefused> {
    let report = Report::new(limits.violations_default);
    if request.hold_id.is_empty() {
        report.field("hold_id").refuse(ViolationCode::Required, "needed, the id of a hold");
    }
    report.finish()?;
    let given = request.work_order.as_ref();
    if given.is_some() {
        check_order(given, limits)?;
    }
    let content = given.map(|order| digest(&order.encode_to_vec()));
    let book = &kept.papers.quotes;
    let mut answer = None;
    let state = Cell::new(HoldState::Held);
    let applied = kept.board.write::<Unchanged>(
        None,
        None,
        |before| {
            let hold = book.held(&request.hold_id, now()).map_err(BoardRefused::from)?;
            if matches!(hold.state, HoldState::Confirmed { .. }) {
                return Err(Unchanged::Confirmed(hold));
            }
            let confirming = Confirming { id: &request.hold_id, hold: &hold, before, kept, limits };
            let (session, reply, record) = confirming.make(given)?;
            let revision = before.revision + 1;
            let promise = promise_of(&hold, before.session.problem());
            let told = first_answer(promise, (revision, &reply));
            state.set(HoldState::Confirmed { revision, content });
            let confirmed = Hold { state: state.get(), ..hold };
            let written = Written {
                events: &record,
                holds: vec![write_hold(&request.hold_id, &confirmed, session.problem())],
                request: asking.map(|asking| asking.answered(&told)),
                ..Written::default()
            };
            let (entry, record) = written.entry(&kept.papers, before, &session);
            answer = Some(told);
            Ok(Step { session, reply, record, entry })
        },
        |_| book.end(&request.hold_id, state.get()),
    );
    match applied {
        Ok(_) => Ok(answer.expect("what was written was answered")),
        Err(Unchanged::Confirmed(hold)) => answer_again(&hold, content, kept)
            .ok_or_else(|| QuoteRefused::ConfirmedOtherwise(request.hold_id.clone()).into()),
        Err(Unchanged::Refused(refused)) => Err(refused),
    }
}

/// Why the board stays as it is.
enum Unchanged {
    Refused(BoardRefused),
    Confirmed(Hold<Offered>),
}

impl From<Halt> for Unchanged {
    fn from(halt: Halt) -> Self {
        Self::Refused(halt.into())
    }
}

impl From<BoardRefused> for Unchanged {
    fn from(refused: BoardRefused) -> Self {
        Self::Refused(refused)
    }
}

fn promise_of(hold: &Hold<Offered>, problem: &Problem) -> wire::Promise {
    let window = Words { problem }.window(hold.quote.window);
    wire::Promise { window: Some(window), ..wire::Promise::default() }
}

fn first_answer(promise: wire::Promise, (revision, reply): (i64, &Reply)) -> wire::ConfirmQuoteResponse {
    let Reply { problem, plan, changes, .. } = reply;
    let mut difference = write_changes(problem, plan, changes, &[]);
    (difference.from_revision, difference.to_revision) = (revision - 1, revision);
    let plan = wire::Plan { revision, ..write_plan(problem, plan, &[]) };
    wire::ConfirmQuoteResponse {
        revision,
        promise: Some(promise),
        plan: Some(plan),
        difference: Some(difference),
    }
}

/// The same promise, and the plan as it is now; nothing where something else was confirmed.
fn answer_again(
    hold: &Hold<Offered>,
    content: Option<[u8; 32]>,
    kept: &Kept,
) -> Option<wire::ConfirmQuoteResponse> {
    let HoldState::Confirmed { revision, content: known } = hold.state else { return None };
    if content.is_some() && content != known {
        return None;
    }
    let since = kept.board.since(i64::MAX);
    let problem = &since.reply.problem;
    let plan = wire::Plan { revision: since.revision, ..write_plan(problem, &since.reply.plan, &[]) };
    let promise = Some(promise_of(hold, problem));
    Some(wire::ConfirmQuoteResponse { revision, promise, plan: Some(plan), difference: None })
}

/// A hold about to be confirmed.
struct Confirming<'c> {
    id: &'c str,
    hold: &'c Hold<Offered>,
    before: &'c Snapshot,
    kept: &'c Kept,
    limits: &'c Limits,
}

impl Confirming<'_> {
    /// The board with the promise: the next state, its answer, what watchers are told.
    fn make(&self, given: Option<&wire::WorkOrder>) -> Result<(Session, Reply, Record), BoardRefused> {
        let held = with_ids(&self.hold.quote.order, self.id);
        let (session, reply, mut record, order) = match given {
            None => self.as_quoted(&held)?,
            Some(given) => self.as_known_now(&held, given)?,
        };
        let confirmed = wire::QuoteConfirmed { hold_id: self.id.to_owned(), work_order_id: order };
        record.push(self.event("confirmed", wire::event::Kind::QuoteConfirmed(confirmed)));
        Ok((session, reply, record))
    }

    fn as_quoted(&self, held: &wire::WorkOrder) -> Result<(Session, Reply, Record, String), BoardRefused> {
        let visit = held.visits.first().cloned().unwrap_or_default();
        let open_ended = wire::TimeWindow { end_time: None, ..self.window() };
        let moved = wire::Rescheduled {
            visit_id: visit.id.clone(),
            time_windows: from_then_on(&visit.time_windows, open_ended).unwrap_or_default(),
            promise: Some(promise_of(self.hold, self.problem())),
        };
        let record = vec![self.event("promised", wire::event::Kind::Rescheduled(moved))];
        let lost = || QuoteRefused::HoldLost(self.id.to_owned());
        if !self.problem().visits.iter().any(|known| known.label == visit.id) {
            return Err(lost().into());
        }
        let (session, reply) = answer(self.before, &record, (self.kept, self.limits))?;
        if !self.is_kept(&reply, &visit.id) {
            return Err(lost().into());
        }
        Ok((session, reply, record, held.id.clone()))
    }

    /// The visit that was held goes, another one takes its place: at once, so that nobody else does.
    fn as_known_now(
        &self,
        held: &wire::WorkOrder,
        given: &wire::WorkOrder,
    ) -> Result<(Session, Reply, Record, String), BoardRefused> {
        let order = with_ids(given, self.id);
        let old = held.visits.first().map(|visit| visit.id.clone()).unwrap_or_default();
        if !self.problem().visits.iter().any(|known| known.label == old) {
            return Err(QuoteRefused::HoldLost(self.id.to_owned()).into());
        }
        let subject = Some(wire::cancelled::Subject::VisitId(old));
        let cancelled = self.event("replaced", wire::event::Kind::Cancelled(wire::Cancelled { subject }));
        let visit = order.visits.first().cloned().unwrap_or_default();
        let window = self.window();
        let no = || QuoteRefused::OrderDoesNotFit(order.id.clone());
        // Where it would rather break the promise than pay for keeping it, it may not.
        for until in [None, window.end_time] {
            let open = from_then_on(&visit.time_windows, wire::TimeWindow { end_time: until, ..window });
            let mut kept = order.clone();
            for visit in &mut kept.visits {
                visit.time_windows = open.clone().ok_or_else(no)?;
                promise(visit, window);
            }
            let call = wire::CallReceived { work_order: Some(kept), ..wire::CallReceived::default() };
            let received = self.event("call", wire::event::Kind::CallReceived(call.clone()));
            let (session, reply) = self.exchange(&cancelled, &call)?;
            if self.is_kept(&reply, &visit.id) {
                return Ok((session, reply, vec![cancelled, received], order.id.clone()));
            }
        }
        Err(no().into())
    }

    fn exchange(
        &self,
        cancelled: &wire::Event,
        call: &wire::CallReceived,
    ) -> Result<(Session, Reply), BoardRefused> {
        let mut next = (*self.before.session).clone();
        let card = self.kept.papers.rate_card.as_ref();
        let read = |number: usize, problem: &Problem| -> Result<Event, BoardRefused> {
            if number == 0 {
                return Ok(read_event(cancelled, (problem, card), self.limits, 0)?);
            }
            // What is wrong with it is told by the fields of the request.
            let call = read_call(call, (problem, card), self.limits)?;
            let kind = journeyman_domain::EventKind::CallReceived(Box::new(call));
            Ok(Event { label: self.id.to_owned(), time: self.before.now.max(Time::ZERO), kind })
        };
        let reply = next.reassign(2, read, self.before.answer_time, Wishes::default())?;
        Ok::<_, BoardRefused>((next, reply))
    }

    /// Whether the visit starts in its window, and nobody is left out for it.
    fn is_kept(&self, reply: &Reply, visit: &str) -> bool {
        let window = self.hold.quote.window;
        let is_removed = |change: &VisitChange| change.kind == ChangeKind::Removed;
        Served::of(reply, visit).is_some_and(|served| window.contains(served.start))
            && !reply.changes.visits.iter().any(is_removed)
    }

    fn event(&self, what: &str, kind: wire::event::Kind) -> wire::Event {
        event(self.before, format!("{}/{what}", self.id), kind)
    }

    fn problem(&self) -> &Problem {
        self.before.session.problem()
    }

    fn window(&self) -> wire::TimeWindow {
        Words { problem: self.problem() }.window(self.hold.quote.window)
    }
}

/// What windows, or the horizon where there are none, leave of a span whose end may be open; none where nothing is left.
fn from_then_on(windows: &[wire::TimeWindow], span: wire::TimeWindow) -> Option<Vec<wire::TimeWindow>> {
    let seconds = |time: Option<wire::Timestamp>| time.map(|time| time.seconds);
    let whole = [wire::TimeWindow::default()];
    let windows = if windows.is_empty() { &whole } else { windows };
    let left = windows.iter().filter_map(|window| {
        // No start lies before every other, no end behind every other.
        let start_time =
            if seconds(window.start_time) > seconds(span.start_time) { window } else { &span }.start_time;
        let end_time = match (span.end_time, window.end_time) {
            (Some(span), Some(window)) => Some(if span.seconds < window.seconds { span } else { window }),
            (span, window) => span.or(window),
        };
        let is_open =
            seconds(end_time).is_none_or(|end| seconds(start_time).is_none_or(|start| start <= end));
        is_open.then_some(wire::TimeWindow { start_time, end_time })
    });
    let left: Vec<wire::TimeWindow> = left.collect();
    (!left.is_empty()).then_some(left)
}
