//! One turn of the desk: a command, what the planner makes of it, what the desk makes of the plan. All of it is one step of
//! the board.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_board::Snapshot;
use journeyman_desk::{
    Command, Desk, DeskEvent, Effect, EventKind, License, Location, Refusal, StockChange, Technician,
};
use journeyman_domain::{Problem, StockQuantity};
use journeyman_engine::{Reply, Session, Wishes};
use journeyman_rulebook::{RuleBook, UTAH_WASHINGTON};

use super::planning::{Telling, assignments};
use crate::boards::{BoardRefused, Papers};
use crate::limits::Limits;
use crate::{read_event, wire};

/// Times that desk and planner answer each other in one step: a visit that is planned may turn out to lack parts, and be
/// replaced by one that looks first.
const ROUNDS_MAX: usize = 4;

/// What a shelf without limit counts as.
const ENOUGH: i64 = 100_000;

/// The book of a board that was given none.
static SHIPPED: LazyLock<Arc<RuleBook>> =
    LazyLock::new(|| Arc::new(RuleBook::parse(UTAH_WASHINGTON).expect("a test reads the shipped book")));

/// The desk of a board.
#[derive(Clone, Default)]
pub(crate) struct Cycle {
    /// None: nobody has asked for it yet.
    pub(crate) desk: Option<Desk>,
    /// Rule books, the latest last, with when each came into force.
    pub(crate) books: Vec<(Arc<RuleBook>, Timestamp)>,
}

impl Cycle {
    /// Takes note of a fact.
    pub(crate) fn apply(&mut self, fact: &DeskEvent, zone: &TimeZone) {
        if let EventKind::RuleBookLoaded(book) = &fact.kind {
            self.books.retain(|(known, _)| known.version() != book.version());
            self.books.push((Arc::clone(book), fact.time));
            if self.desk.is_none() {
                self.desk = Some(Desk::new(Arc::clone(book), zone.clone()));
                return;
            }
        }
        if let Some(desk) = &mut self.desk {
            desk.apply(fact);
        }
    }
}

/// A turn that is being worked out.
pub(crate) struct Turn {
    cycle: Cycle,
    zone: TimeZone,
    now: Timestamp,
    pub(crate) facts: Vec<DeskEvent>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) cancel: Vec<String>,
}

/// What came of a turn: the next state of the day, its answer, and what led there.
pub(crate) struct Planned {
    pub(crate) session: Session,
    pub(crate) reply: Reply,
    /// What the planner was told before the last events.
    pub(crate) rounds: Vec<Round>,
    /// What it was told last.
    pub(crate) events: Vec<wire::Event>,
}

/// Events that the planner was told in one go.
pub(crate) struct Round {
    pub(crate) events: Vec<wire::Event>,
    /// The day after them.
    pub(crate) after: Session,
}

impl Turn {
    /// A turn on the desk of a board; the first one opens it, with what the day knows of people and parts.
    pub(crate) fn begin(papers: &Papers, problem: &Problem, now: Timestamp) -> Self {
        let zone = TimeZone::get(&problem.time_zone).unwrap_or(TimeZone::UTC);
        let cycle = papers.cycle();
        let mut turn = Self { cycle, zone, now, facts: Vec::new(), effects: Vec::new(), cancel: Vec::new() };
        let is_new = turn.cycle.desk.is_none();
        if is_new {
            turn.note(DeskEvent { time: now, kind: EventKind::RuleBookLoaded(Arc::clone(&SHIPPED)) });
        }
        turn.meet(problem);
        if is_new {
            turn.count_parts(problem);
        }
        turn
    }

    /// The same, only where there is a desk already.
    pub(crate) fn resume(papers: &Papers, problem: &Problem, now: Timestamp) -> Option<Self> {
        papers.cycle().desk.is_some().then(|| Self::begin(papers, problem, now))
    }

    /// The desk as it is now.
    pub(crate) fn desk(&self) -> &Desk {
        self.cycle.desk.as_ref().expect("a turn begins by opening the desk")
    }

    /// When it takes place.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The state after the turn.
    pub(crate) fn into_cycle(self) -> Cycle {
        self.cycle
    }

    /// Works out a command; what happened is noted at once.
    pub(crate) fn decide(&mut self, command: &Command) -> Result<Vec<DeskEvent>, Refusal> {
        let decision = self.desk().decide(command, self.now)?;
        for fact in &decision.events {
            self.note(fact.clone());
        }
        self.effects.extend(decision.effects);
        self.cancel.extend(decision.cancel);
        Ok(decision.events)
    }

    /// Works out a command, and plans until desk and plan agree.
    pub(crate) fn plan(
        &mut self,
        command: &Command,
        before: &Snapshot,
        (papers, limits): (&Papers, &Limits),
    ) -> Result<Planned, BoardRefused> {
        let mut session = (*before.session).clone();
        let mut reply = session.standing();
        let (mut rounds, mut last) = (Vec::<Round>::new(), Vec::<wire::Event>::new());
        let mut known = self.desk().clone();
        let mut facts = self.decide(command)?;
        for number in 0..ROUNDS_MAX {
            let first = rounds.iter().map(|round| round.events.len()).sum::<usize>() + last.len();
            let telling = Telling { desk: self.desk(), known: &known, before, problem: session.problem() };
            let events = telling.events(&facts, first);
            if events.is_empty() && number > 0 {
                break;
            }
            if !events.is_empty() {
                if !last.is_empty() {
                    rounds.push(Round { events: std::mem::take(&mut last), after: session.clone() });
                }
                let card = papers.rate_card.as_ref();
                let read = |number: usize, problem: &Problem| -> Result<_, BoardRefused> {
                    Ok(read_event(&events[number], (problem, card), limits, number)?)
                };
                reply = session.reassign(events.len(), read, before.answer_time, Wishes::default())?;
                last = events;
            }
            known = self.desk().clone();
            facts = self.publish(&session)?;
        }
        Ok(Planned { session, reply, rounds, events: last })
    }

    /// Takes note of the plan of a session, if it says anything new.
    pub(crate) fn publish(&mut self, session: &Session) -> Result<Vec<DeskEvent>, Refusal> {
        let assignments = assignments(session, self.desk());
        let published = Command::PlanPublished { revision: self.desk().plan_revision() + 1, assignments };
        let decision = self.desk().decide(&published, self.now)?;
        let is_news = |fact: &DeskEvent| !matches!(fact.kind, EventKind::PlanPublished { .. });
        if !decision.events.iter().any(is_news) {
            return Ok(Vec::new());
        }
        self.decide(&published)
    }

    fn note(&mut self, fact: DeskEvent) {
        self.cycle.apply(&fact, &self.zone);
        self.facts.push(fact);
    }

    /// Who works on the board, where the desk does not know it yet.
    fn meet(&mut self, problem: &Problem) {
        let technicians: Vec<Technician> =
            problem.technicians.iter().map(|known| technician(known, problem)).collect();
        let is_known = |one: &Technician| self.desk().technician(&one.id) == Some(one);
        if !technicians.iter().all(is_known) {
            let time = self.now;
            self.note(DeskEvent { time, kind: EventKind::TechniciansKnown { technicians } });
        }
    }

    /// The parts that the day knows of when the desk opens.
    fn count_parts(&mut self, problem: &Problem) {
        for (location, sku, quantity) in shelves(problem) {
            let change = StockChange::Counted(quantity);
            // What a day may hold, a desk may count.
            let _ = self.decide(&Command::AdjustStock { location, sku, change });
        }
    }
}

fn technician(known: &journeyman_domain::Technician, problem: &Problem) -> Technician {
    let license = |license: &journeyman_domain::License| License {
        class: license.class,
        jurisdiction: problem.jurisdiction(license.jurisdiction).label.clone(),
        endorsements: license
            .endorsements
            .iter()
            .map(|endorsement| problem.names.endorsements[endorsement.index()].clone())
            .collect(),
        number: license.number.clone(),
        valid_from: license.validity.first_day,
        valid_until: license.validity.last_day,
    };
    let name = if known.name.is_empty() { &known.label } else { &known.name };
    Technician {
        id: known.label.clone(),
        name: name.clone(),
        licenses: known.licenses.iter().map(license).collect(),
    }
}

/// Every part of the day with where it lies and how many there are. Deliveries to come are not counted.
fn shelves(problem: &Problem) -> Vec<(Location, String, i64)> {
    let mut counted: BTreeMap<(Location, String), i64> = BTreeMap::new();
    let sku = |sku: journeyman_domain::SkuId| problem.names.skus[sku.index()].clone();
    for technician in &problem.technicians {
        for part in &technician.van.stock {
            let place = (Location::Van(technician.label.clone()), sku(part.sku));
            *counted.entry(place).or_default() += i64::from(part.quantity);
        }
    }
    let start = journeyman_domain::Time::ZERO;
    for warehouse in &problem.pickups {
        for entry in warehouse.stock.iter().filter(|entry| entry.available_from <= start) {
            let pieces = match entry.quantity {
                StockQuantity::Limited(pieces) => i64::from(pieces),
                StockQuantity::Unlimited => ENOUGH,
            };
            let place = (Location::Warehouse(warehouse.label.clone()), sku(entry.sku));
            *counted.entry(place).or_default() += pieces;
        }
    }
    counted.into_iter().map(|((location, sku), pieces)| (location, sku, pieces)).collect()
}
