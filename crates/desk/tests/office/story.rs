//! A desk whose story is told step by step: what was decided is folded at once, what left is kept.

use std::sync::Arc;

use jiff::Timestamp;
use journeyman_desk::{
    CheckInKind, Command, Decision, Desk, Effect, EffectBody, Evidence, Location, PermitState, Planned,
    Refusal, StockChange, VisitOutcome, Window, WorkOrderState,
};
use journeyman_rulebook::{MessageKind, PartNeed, RuleBook};

pub(crate) struct Story {
    pub(crate) desk: Desk,
    pub(crate) now: Timestamp,
    pub(crate) effects: Vec<Effect>,
    entropy: u8,
}

impl Story {
    /// With everybody known and 5 of each part in the warehouse.
    pub(crate) fn begin(book: Arc<RuleBook>) -> Self {
        let mut story = Self::without_parts(book);
        for sku in ["BRK-20-1P", "PANEL-200", "GROUND-KIT", "BRK-60-2P", "WIRE-6-3-50"] {
            story.receive("main", sku, 5);
        }
        story
    }

    pub(crate) fn without_parts(book: Arc<RuleBook>) -> Self {
        let desk = Desk::new(book, super::zone());
        let mut story = Self { desk, now: super::at("2026-11-30T08:00"), effects: Vec::new(), entropy: 0 };
        story.act(Command::TechniciansKnown { technicians: super::technicians() });
        story
    }

    pub(crate) fn at(&mut self, time: &str) -> &mut Self {
        let time = super::at(time);
        assert!(time >= self.now, "stories go forward");
        self.now = time;
        self
    }

    pub(crate) fn act(&mut self, command: Command) -> Decision {
        let decision = self.desk.decide(&command, self.now);
        let decision = decision.unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"));
        for event in &decision.events {
            self.desk.apply(event);
        }
        self.effects.retain(|effect| !(decision.cancel.contains(&effect.key) && effect.due > self.now));
        self.effects.extend(decision.effects.iter().cloned());
        decision
    }

    pub(crate) fn refuse(&self, command: Command) -> Refusal {
        match self.desk.decide(&command, self.now) {
            Err(refusal) => refusal,
            Ok(decision) => panic!("{command:?} was accepted: {decision:?}"),
        }
    }

    pub(crate) fn receive(&mut self, warehouse: &str, sku: &str, pieces: i64) {
        let location = Location::Warehouse(warehouse.to_owned());
        self.act(Command::AdjustStock { location, sku: sku.to_owned(), change: StockChange::Added(pieces) });
    }

    /// A call understood by the book.
    pub(crate) fn call(&mut self, id: &str, symptom: &str) -> Decision {
        self.call_as(id, symptom, "")
    }

    /// A call understood by a person.
    pub(crate) fn call_as(&mut self, id: &str, symptom: &str, service: &str) -> Decision {
        self.take(id, symptom);
        self.act(qualify(id, service))
    }

    pub(crate) fn take(&mut self, id: &str, symptom: &str) -> Decision {
        let (call, jurisdiction) = (Box::new(super::call(symptom)), super::CITY.to_owned());
        self.act(Command::TakeCall { work_order: id.to_owned(), call, jurisdiction })
    }

    /// Publishes a plan with these visits: visit, technician, start and end.
    pub(crate) fn plan(&mut self, places: &[(&str, &str, &str, &str)]) -> Decision {
        let mut assignments = Vec::new();
        for (visit, technician, start, end) in places {
            self.entropy += 1;
            let (start, end) = (super::at(start), super::at(end));
            let window = Window { start, end: start + jiff::SignedDuration::from_hours(2) };
            let (visit, technician) = ((*visit).to_owned(), (*technician).to_owned());
            assignments.push(Planned { visit, technician, start, end, window, entropy: [self.entropy; 16] });
        }
        self.act(Command::PlanPublished { revision: self.desk.plan_revision() + 1, assignments })
    }

    pub(crate) fn check_in(&mut self, visit: &str, technician: &str, kind: CheckInKind) -> Decision {
        self.act(check_in(visit, technician, kind))
    }

    /// From dispatched to work started.
    pub(crate) fn go(&mut self, visit: &str, technician: &str) {
        for kind in [CheckInKind::EnRoute, CheckInKind::OnSite, CheckInKind::Started] {
            self.check_in(visit, technician, kind);
        }
    }

    pub(crate) fn issue(&mut self, permit: &str) -> Decision {
        self.act(record(permit, PermitState::Issued))
    }

    pub(crate) fn tick(&mut self) -> Decision {
        self.act(Command::Tick)
    }

    pub(crate) fn state(&self, order: &str) -> WorkOrderState {
        self.desk.work_order(order).unwrap_or_else(|| panic!("no {order}")).state
    }

    /// Kinds, due times and words of what the customer was or will be told.
    pub(crate) fn messages(&self) -> Vec<(MessageKind, Timestamp, String)> {
        let message = |effect: &Effect| match &effect.body {
            EffectBody::CustomerMessage { kind, text, .. } => Some((*kind, effect.due, text.clone())),
            _ => None,
        };
        self.effects.iter().filter_map(message).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<MessageKind> {
        self.messages().into_iter().map(|(kind, ..)| kind).collect()
    }

    pub(crate) fn tasks(&self) -> Vec<&'static str> {
        self.desk.tasks().map(|task| task.kind.name()).collect()
    }
}

pub(crate) fn qualify(id: &str, service: &str) -> Command {
    Command::Qualify {
        work_order: id.to_owned(),
        etag: String::new(),
        service_code: service.to_owned(),
        call: None,
        jurisdiction: String::new(),
    }
}

pub(crate) fn check_in(visit: &str, technician: &str, kind: CheckInKind) -> Command {
    let (visit, technician) = (visit.to_owned(), technician.to_owned());
    Command::CheckIn { visit, technician, kind, time: None, eta: None }
}

pub(crate) fn dispatch(visit: &str, technician: &str) -> Command {
    Command::Dispatch { visit: visit.to_owned(), technician: technician.to_owned() }
}

pub(crate) fn record(permit: &str, state: PermitState) -> Command {
    Command::RecordPermit {
        permit: permit.to_owned(),
        etag: String::new(),
        state,
        issued: None,
        expected: None,
        expire: None,
        number: String::new(),
        text: String::new(),
    }
}

pub(crate) fn complete(
    visit: &str,
    outcome: VisitOutcome,
    evidence: Vec<Evidence>,
    parts: &[(&str, u32)],
) -> Command {
    let part = |(sku, quantity): &(&str, u32)| PartNeed { sku: (*sku).to_owned(), quantity: *quantity };
    Command::CompleteVisit {
        visit: visit.to_owned(),
        outcome,
        end: None,
        evidence,
        parts_used: parts.iter().map(part).collect(),
        next: None,
    }
}

pub(crate) fn close_out(order: &str) -> Command {
    let (work_order, etag) = (order.to_owned(), String::new());
    Command::CloseOut { work_order, etag, labor_s: None, evidence: Vec::new() }
}

pub(crate) fn cancel(order: &str) -> Command {
    Command::Cancel { work_order: order.to_owned(), etag: String::new(), text: "moved away".to_owned() }
}

pub(crate) fn photo(kind: &str) -> Evidence {
    Evidence { kind: kind.to_owned(), uri: format!("photo:{kind}"), text: String::new() }
}

pub(crate) fn note(kind: &str) -> Evidence {
    Evidence { kind: kind.to_owned(), uri: String::new(), text: "as it should be".to_owned() }
}
