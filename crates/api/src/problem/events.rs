//! Reads events against the day as it stands when their turn comes.

mod field;
mod parts;
mod work;

use jiff::tz::TimeZone;
use journeyman_domain::{
    Call, Event, EventKind, Names, PermitId, PermitState, Problem, ShiftId, TechnicianId, Time, VisitId,
};
use journeyman_engine::Change;

use super::clock::Clock;
use super::labels::{Labels, Words};
use super::rates::Prices;
use super::{Context, ceiling, pins};
use crate::limits::Limits;
use crate::violation::{Field, InvalidRequest, Report, ViolationCode};
use crate::wire;

/// Reads one event of a request, the one at `index` of its `events`, against a day.
///
/// `card` are the prices that the day was read with: new work without its own takes them.
///
/// # Errors
/// Everything that is wrong with the event, by field.
pub fn read_event(
    event: &wire::Event,
    (problem, card): (&Problem, Option<&wire::RateCard>),
    limits: &Limits,
    index: usize,
) -> Result<Event, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let at = report.field("events");
    let read = Reader { problem, card, limits }.event(event, &at.index(index));
    report.finish()?;
    Ok(read.expect("an event that is not read has a violation"))
}

/// Reads new work that a request brings in its own fields, against a day.
///
/// # Errors
/// Everything that is wrong with it, by field.
pub(crate) fn read_call(
    call: &wire::CallReceived,
    (problem, card): (&Problem, Option<&wire::RateCard>),
    limits: &Limits,
) -> Result<Call, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let read = Reader { problem, card, limits }.call(call, &report.root());
    report.finish()?;
    Ok(read.expect("a call that is not read has a violation"))
}

/// A day at other prices: those of the first change of a question, wherever the day has none of its own.
///
/// # Errors
/// Everything that is wrong with the card, by field.
pub(crate) fn read_other_prices(
    card: &wire::RateCard,
    problem: &Problem,
    limits: &Limits,
) -> Result<Problem, InvalidRequest> {
    let report = Report::new(limits.violations_default);
    let changes_at = report.field("changes");
    let at = changes_at.index(0);
    let prices = Prices::read(Some(card), limits, &at.field("rate_card"));
    let repriced = prices.instead(problem);
    if report.is_clean() {
        ceiling::check(&repriced, limits, &at);
    }
    report.finish()?;
    Ok(repriced)
}

/// Reads one change of a question, the one at `index` of its `changes`, against a day; not a rate card, which changes
/// what the whole day is read with ([`read_other_prices`]).
///
/// # Errors
/// Everything that is wrong with the change, by field.
pub(crate) fn read_change(
    change: &wire::Change,
    (problem, card): (&Problem, Option<&wire::RateCard>),
    limits: &Limits,
    index: usize,
) -> Result<Change, InvalidRequest> {
    use wire::change::Change as Kind;
    let report = Report::new(limits.violations_default);
    let changes_at = report.field("changes");
    let at = changes_at.index(index);
    let reader = Reader { problem, card, limits };
    let read = match &change.change {
        Some(Kind::Event(event)) => reader.event(event, &at.field("event")).map(Change::Event),
        Some(Kind::AddTechnician(technician)) => {
            let joined = wire::TechnicianJoined { technician: Some(technician.clone()), places: Vec::new() };
            let kind = reader.technician_joined(&joined, ("add_technician", &at));
            let label = format!("one more technician, {}", technician.id);
            kind.map(|kind| Change::Event(Event { label, time: Time::ZERO, kind }))
        }
        Some(Kind::Visit(visit)) => reader.visit_changed(visit, &at.field("visit")),
        Some(Kind::RateCard(_)) => {
            let text = "other prices come before changes of other kinds";
            at.field("rate_card").refuse(ViolationCode::Unordered, text);
            None
        }
        None => {
            at.field("event").refuse(ViolationCode::Required, "needed, or another change");
            None
        }
    };
    report.finish()?;
    Ok(read.expect("a change that is not read has a violation"))
}

/// What an event is read against.
struct Reader<'a> {
    problem: &'a Problem,
    card: Option<&'a wire::RateCard>,
    limits: &'a Limits,
}

/// What an event brings that the day does not know.
#[derive(Default)]
struct News<'a> {
    places: &'a [wire::Place],
    permits: &'a [wire::Permit],
    technicians: &'a [wire::Technician],
    visits: &'a [wire::Visit],
}

impl<'a> Reader<'a> {
    /// The names and ids of the day, with those that the event brings.
    fn context<'n>(&self, news: &News<'n>, at: &Field<'_>) -> Context<'n>
    where
        'a: 'n,
    {
        let problem = self.problem;
        let limits = self.limits;
        let refuse = |list: &'static str| {
            move |index: usize, code: ViolationCode, text: String| {
                at.entry(list, index).field("id").refuse(code, text);
            }
        };
        let visits_at = at.field("work_order");
        let shifts = news.technicians.iter().flat_map(|technician| &technician.shifts);
        let zone = TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC);
        Context {
            limits,
            clock: Clock::of(problem, zone),
            places: Labels::known_and(
                "place",
                problem.places.iter().map(|place| &place.label),
                news.places.iter().map(|place| place.id.as_str()),
                limits,
                refuse("places"),
            ),
            jurisdictions: Labels::known("jurisdiction", problem.jurisdictions.iter().map(|j| &j.label)),
            technicians: Labels::known_and(
                "technician",
                problem.technicians.iter().map(|technician| &technician.label),
                news.technicians.iter().map(|technician| technician.id.as_str()),
                limits,
                |_, code, text| at.field("technician").field("id").refuse(code, text),
            ),
            shifts: Labels::known_and(
                "shift",
                problem.shifts.iter().map(|shift| &shift.label),
                shifts.map(|shift| shift.id.as_str()),
                limits,
                |index, code, text| {
                    at.field("technician").entry("shifts", index).field("id").refuse(code, text);
                },
            ),
            warehouses: Labels::known("warehouse", problem.pickups.iter().map(|pickup| &pickup.label)),
            permits: Labels::known_and(
                "permit",
                problem.permits.iter().map(|permit| &permit.label),
                news.permits.iter().map(|permit| permit.id.as_str()),
                limits,
                refuse("permits"),
            ),
            visits: Labels::known_and(
                "visit",
                problem.visits.iter().map(|visit| &visit.label),
                news.visits.iter().map(|visit| visit.id.as_str()),
                limits,
                |index, code, text| visits_at.entry("visits", index).field("id").refuse(code, text),
            ),
            words: Words::known(&problem.names, news.technicians, news.visits.iter()),
            prices: Prices::read(self.card, limits, &at.field("rate_card")),
        }
    }

    fn event(&self, event: &'a wire::Event, at: &Field<'_>) -> Option<Event> {
        let id_at = at.field("id");
        if event.id.is_empty() {
            id_at.refuse(ViolationCode::Required, "needed");
        }
        id_at.short_enough(&event.id, self.limits.text_bytes);
        let zone = TimeZone::get(&self.problem.time_zone).unwrap_or(TimeZone::UTC);
        let clock = Clock::of(self.problem, zone);
        let time = clock.needed(&at.field("event_time"), event.event_time);
        let kind = match &event.kind {
            Some(kind) => self.kind(kind, time.unwrap_or(Time::ZERO), at),
            None => {
                at.field("kind").refuse(ViolationCode::Required, "needed: what happened");
                None
            }
        };
        Some(Event { label: event.id.clone(), time: time?, kind: kind? })
    }

    fn kind(&self, kind: &'a wire::event::Kind, now: Time, at: &Field<'_>) -> Option<EventKind> {
        use wire::event::Kind;
        match kind {
            Kind::CallReceived(call) => self.call_received(call, &at.field("call_received")),
            Kind::Cancelled(cancelled) => self.cancelled(cancelled, &at.field("cancelled")),
            Kind::Rescheduled(moved) => self.rescheduled(moved, &at.field("rescheduled")),
            Kind::SickOut(out) => self.sick_out(out, &at.field("sick_out")),
            Kind::ShiftChanged(changed) => self.shift_changed(changed, &at.field("shift_changed")),
            Kind::TechnicianJoined(joined) => {
                self.technician_joined(joined, ("technician", &at.field("technician_joined")))
            }
            Kind::VisitOverran(overran) => {
                let at = at.field("visit_overran");
                self.ends(&overran.visit_id, ("expected_end_time", overran.expected_end_time), &at)
            }
            Kind::VisitFinishedEarly(early) => {
                let at = at.field("visit_finished_early");
                self.ends(&early.visit_id, ("end_time", early.end_time), &at)
            }
            Kind::TechnicianLocated(located) => self.located(located, &at.field("technician_located")),
            Kind::CheckedIn(report) => self.checked_in(report, &at.field("checked_in")),
            Kind::PartArrived(arrived) => self.part_arrived(arrived, &at.field("part_arrived")),
            Kind::PartMissing(missing) => self.part_missing(missing, &at.field("part_missing")),
            Kind::PartDelayed(late) => self.part_delayed(late, &at.field("part_delayed")),
            Kind::Pinned(pinned) => {
                let at = at.field("pinned");
                let pin_at = at.field("pin");
                let Some(pin) = &pinned.pin else {
                    pin_at.refuse(ViolationCode::Required, "needed");
                    return None;
                };
                let cx = self.context(&News::default(), &at);
                let visit = cx.visits.find(&pin_at.field("visit_id"), &pin.visit_id);
                let decision = pins::decision(&cx, pin, &pin_at);
                Some(EventKind::Pinned { visit: VisitId::new(visit?), pin: decision? })
            }
            Kind::Unpinned(unpinned) => {
                let at = at.field("unpinned");
                Some(EventKind::Unpinned(self.visit(&unpinned.visit_id, &at)?))
            }
            Kind::TravelChanged(changed) => self.travel_changed(changed, &at.field("travel_changed")),
            Kind::PermitFiled(_)
            | Kind::PermitIssued(_)
            | Kind::PermitDelayed(_)
            | Kind::PermitRejected(_)
            | Kind::PermitExpired(_) => self.permit_changed(kind, now, at),
            _ => {
                at.field("kind").refuse(ViolationCode::Conflict, "is no event that planning takes as input");
                None
            }
        }
    }

    fn permit_changed(&self, kind: &wire::event::Kind, _now: Time, at: &Field<'_>) -> Option<EventKind> {
        use wire::event::Kind;
        let cx = self.context(&News::default(), at);
        let permit =
            |at: &Field<'_>, id: &str| cx.permits.find(&at.field("permit_id"), id).map(PermitId::new);
        let (permit, state) = match kind {
            Kind::PermitFiled(filed) => {
                let at = at.field("permit_filed");
                let expected = cx.clock.instant(&at.field("expected_time"), filed.expected_time);
                (permit(&at, &filed.permit_id), Some(PermitState::Filed { expected }))
            }
            Kind::PermitDelayed(late) => {
                let at = at.field("permit_delayed");
                let expected = cx.clock.instant(&at.field("expected_time"), late.expected_time);
                (permit(&at, &late.permit_id), Some(PermitState::Filed { expected }))
            }
            Kind::PermitIssued(issued) => {
                let at = at.field("permit_issued");
                let from = cx.clock.needed(&at.field("issued_time"), issued.issued_time);
                let expire_at = at.field("expire_time");
                let until = cx.clock.instant(&expire_at, issued.expire_time).unwrap_or(Time::MAX);
                if from.is_some_and(|from| until <= from) {
                    expire_at.refuse(ViolationCode::EndBeforeStart, "the permit expires before it is issued");
                }
                let state = from.map(|from| PermitState::Issued { from, until });
                (permit(&at, &issued.permit_id), state)
            }
            Kind::PermitRejected(rejected) => {
                let at = at.field("permit_rejected");
                at.field("text").short_enough(&rejected.text, self.limits.text_bytes);
                (permit(&at, &rejected.permit_id), Some(PermitState::Rejected))
            }
            Kind::PermitExpired(expired) => {
                let at = at.field("permit_expired");
                (permit(&at, &expired.permit_id), Some(PermitState::Expired))
            }
            _ => return None,
        };
        Some(EventKind::PermitChanged { permit: permit?, state: state? })
    }

    fn visit(&self, label: &str, at: &Field<'_>) -> Option<VisitId> {
        let known = Labels::known("visit", self.problem.visits.iter().map(|visit| &visit.label));
        known.find(&at.field("visit_id"), label).map(VisitId::new)
    }

    fn shift(&self, label: &str, at: &Field<'_>) -> Option<ShiftId> {
        let known = Labels::known("shift", self.problem.shifts.iter().map(|shift| &shift.label));
        known.find(&at.field("shift_id"), label).map(ShiftId::new)
    }

    fn technician(&self, label: &str, at: &Field<'_>) -> Option<TechnicianId> {
        let known = Labels::known("technician", self.problem.technicians.iter().map(|t| &t.label));
        known.find(&at.field("technician_id"), label).map(TechnicianId::new)
    }

    /// Names that the day does not have yet.
    fn new_names(&self, cx: Context<'_>) -> Names {
        cx.words.new_names(&self.problem.names)
    }
}
