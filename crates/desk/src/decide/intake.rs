//! Calls taken, and what their words mean: by the rule book, or by a person.

use std::sync::Arc;

use journeyman_rulebook::{Endorsement, Fact, Filing, PermitNeed, Service, WorkSpan};

use super::draft::{Draft, check_etag, check_label, check_text, check_windows, illegal_order};
use crate::call::{Call, Qualification};
use crate::event::{EventKind, UnderstoodWork};
use crate::permit::{Permit, PermitState};
use crate::refusal::{Refusal, SubjectKind};
use crate::state::WorkOrderState;
use crate::task::TaskKind;
use crate::work_order::{Origin, VisitWork, WorkOrder};

/// How a call is to be understood.
pub(super) struct Wish<'a> {
    /// A person's decision; empty: the rule book decides.
    pub(super) service_code: &'a str,
    /// What is known of the call by now; none: as taken.
    pub(super) call: Option<&'a Call>,
    /// Empty: as taken.
    pub(super) jurisdiction: &'a str,
}

/// The call as it is judged.
struct Case<'a> {
    order: &'a WorkOrder,
    call: &'a Call,
    jurisdiction: &'a str,
}

/// What keeps a call from being understood, and whom it goes to.
struct Deferral {
    task: TaskKind,
    text: String,
    items: Vec<String>,
}

impl Draft {
    pub(super) fn take_call(&mut self, id: &str, call: &Call, jurisdiction: &str) -> Result<(), Refusal> {
        check_label("work_order_id", id)?;
        check_call(call)?;
        if self.desk.work_orders.contains_key(id) {
            return Err(Refusal::Exists { kind: SubjectKind::WorkOrder, id: id.to_owned() });
        }
        self.receive(id, call, jurisdiction, None);
        Ok(())
    }

    /// Makes a work order of a call, with a task where the checklist misses something.
    pub(super) fn receive(&mut self, id: &str, call: &Call, jurisdiction: &str, origin: Option<Origin>) {
        self.emit(EventKind::CallTaken {
            work_order: id.to_owned(),
            call: Box::new(call.clone()),
            jurisdiction: jurisdiction.to_owned(),
            origin,
        });
        let missing: Vec<String> = self.desk.missing_facts(id).into_iter().map(str::to_owned).collect();
        if !missing.is_empty() {
            let ask = (format!("Ask the customer for: {}", missing.join(", ")), missing);
            self.open_task(TaskKind::CompleteCall, id, "", ask);
        }
    }

    pub(super) fn qualify(&mut self, id: &str, etag: &str, wish: &Wish<'_>) -> Result<(), Refusal> {
        let order = self.order(id)?;
        check_etag(SubjectKind::WorkOrder, id, etag, order.version)?;
        if let Some(call) = wish.call {
            check_call(call)?;
        }
        if order.state != WorkOrderState::Received {
            return Err(illegal_order(&order, vec!["state RECEIVED".to_owned()]));
        }
        let jurisdiction = if wish.jurisdiction.is_empty() { &order.jurisdiction } else { wish.jurisdiction };
        let case = Case { order: &order, call: wish.call.unwrap_or(&order.call), jurisdiction };
        let book = Arc::clone(&self.desk.book);
        if wish.service_code.is_empty() {
            self.qualify_by_book(&case, wish.call);
            return Ok(());
        }
        let Some(service) = book.service(wish.service_code) else {
            let problem = format!("`{}` is no service of rule book `{}`", wish.service_code, book.version());
            return Err(Refusal::invalid("service_code", problem));
        };
        let all_missing = case.call.facts().missing(&service.intake);
        // A person may decide that the rest can be asked for later; nobody can drive to an unknown site.
        let missing: Vec<Fact> = all_missing.iter().copied().filter(|fact| *fact == Fact::Site).collect();
        if let Some(deferral) = self.obstacle(service, &missing, jurisdiction) {
            return Err(illegal_order(&order, deferral.items));
        }
        let qualification = Qualification {
            service_code: service.code.clone(),
            confidence: 1.0,
            deciding_words: Vec::new(),
            permit_required: service.permit_kind.is_some(),
            missing: names(&all_missing),
            rule_book_version: book.version().to_owned(),
        };
        self.understood(&case, wish.call, qualification, service);
        Ok(())
    }

    fn qualify_by_book(&mut self, case: &Case<'_>, amended: Option<&Call>) {
        let book = Arc::clone(&self.desk.book);
        let answer = book.qualify(&case.call.facts());
        let mut qualification = Qualification {
            service_code: answer.service.map_or_else(String::new, |service| service.code.clone()),
            confidence: answer.confidence,
            deciding_words: answer.deciding_words.clone(),
            permit_required: answer.permit != PermitNeed::NotNeeded,
            missing: names(&answer.missing),
            rule_book_version: book.version().to_owned(),
        };
        let deferral = match answer.service {
            None => {
                let codes =
                    answer.candidates.iter().map(|candidate| candidate.service.code.clone()).collect();
                let text = "Decide what the work is; the rule book is not sure enough".to_owned();
                Some(Deferral { task: TaskKind::Qualify, text, items: codes })
            }
            Some(service) => self.obstacle(service, &answer.missing, case.jurisdiction),
        };
        let (Some(service), None) = (answer.service, &deferral) else {
            // Not decided, or decided and not to be acted on yet: an empty code says so.
            qualification.service_code = String::new();
            self.emit(EventKind::WorkOrderQualified {
                work_order: case.order.id.clone(),
                call: amended.cloned().map(Box::new),
                jurisdiction: case.jurisdiction.to_owned(),
                qualification: Box::new(qualification),
                work: None,
            });
            if let Some(Deferral { task, text, items }) = deferral {
                let (id, kind) = (case.order.id.clone(), task);
                self.finish_tasks(|task| task.work_order == id && task.kind == kind);
                self.open_task(kind, &id, "", (text, items));
            }
            return;
        };
        self.understood(case, amended, qualification, service);
    }

    /// What keeps work of this service from being taken on.
    fn obstacle(&self, service: &Service, missing: &[Fact], jurisdiction: &str) -> Option<Deferral> {
        if let WorkSpan::Refused(reason) = &service.span {
            let text = format!("Tell the caller that `{}` is not dispatched: {reason}", service.code);
            return Some(Deferral { task: TaskKind::RefuseCall, text, items: vec![reason.clone()] });
        }
        let mut items = names(missing);
        if let Some(kind) = &service.permit_kind
            && self.desk.book.permit_rule(jurisdiction, kind).is_none()
        {
            items.push(format!(
                "a jurisdiction whose rules say how permit `{kind}` is had, not `{jurisdiction}`"
            ));
        }
        if items.is_empty() {
            return None;
        }
        let text = format!("Find out what is missing: {}", items.join(", "));
        Some(Deferral { task: TaskKind::CompleteCall, text, items })
    }

    fn understood(
        &mut self,
        case: &Case<'_>,
        amended: Option<&Call>,
        answer: Qualification,
        service: &Service,
    ) {
        let (id, jurisdiction) = (case.order.id.clone(), case.jurisdiction);
        let visit = VisitWork { id: case.order.next_visit_id(), ..visit_work(service, case.call) };
        let permit = service.permit_kind.as_ref().map(|kind| self.needed_permit(&id, jurisdiction, kind));
        self.emit(EventKind::WorkOrderQualified {
            work_order: id.clone(),
            call: amended.cloned().map(Box::new),
            jurisdiction: jurisdiction.to_owned(),
            qualification: Box::new(answer),
            work: Some(Box::new(UnderstoodWork {
                service: Arc::new(service.clone()),
                permit_ids: Vec::new(),
                visit,
            })),
        });
        let answered = [TaskKind::CompleteCall, TaskKind::Qualify, TaskKind::RefuseCall];
        self.finish_tasks(|task| task.work_order == id && answered.contains(&task.kind));
        if let Some(permit) = permit {
            self.emit(EventKind::PermitRequired(Box::new(permit)));
        }
        self.gate(&id);
    }

    fn needed_permit(&self, work_order: &str, jurisdiction: &str, kind: &str) -> Permit {
        let issuer =
            self.desk.book.permit_rule(jurisdiction, kind).map_or(jurisdiction, |(level, _)| &level.id);
        Permit {
            id: format!("{work_order}/permit"),
            kind: kind.to_owned(),
            jurisdiction: issuer.to_owned(),
            state: PermitState::Required,
            work_order: work_order.to_owned(),
            number: String::new(),
            issued: None,
            expected: None,
            expire: None,
            version: 1,
            filings: 0,
            inspections: Vec::new(),
        }
    }

    /// How a permit is applied for; none: the rule book in force does not say.
    pub(super) fn filing(&self, permit: &Permit) -> Option<Filing> {
        let (_, rule) = self.desk.book.permit_rule(&permit.jurisdiction, &permit.kind)?;
        Some(rule.filing.clone())
    }
}

/// The first visit of a service, without its id.
pub(super) fn visit_work(service: &Service, call: &Call) -> VisitWork {
    let first_stage = match &service.span {
        WorkSpan::Stages(stages) => stages.first(),
        _ => None,
    };
    let duration = first_stage.map_or(service.duration, |stage| stage.duration);
    VisitWork {
        id: String::new(),
        service_code: service.code.clone(),
        stage: first_stage.map_or_else(String::new, |stage| stage.name.clone()),
        duration_s: duration.mean().ticks(),
        spread_s: duration.deviation().ticks(),
        windows: call.time_windows.clone(),
        license: service.requirement.license,
        endorsements: service
            .requirement
            .endorsement
            .map(Endorsement::name)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        skills: service.requirement.skills.clone(),
        parts: service.requirement.parts.clone(),
        permit_ids: Vec::new(),
    }
}

fn names(facts: &[Fact]) -> Vec<String> {
    facts.iter().map(|fact| fact.name().to_owned()).collect()
}

fn check_call(call: &Call) -> Result<(), Refusal> {
    check_text("call.symptom", &call.symptom)?;
    check_text("call.address", &call.address)?;
    check_text("call.access", &call.access)?;
    check_windows("call.time_windows", &call.time_windows)
}
