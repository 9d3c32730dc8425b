//! A decision being worked out: a copy of the desk that every event is applied to at once.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::call::Window;
use crate::decide::Decision;
use crate::desk::Desk;
use crate::effect::{Effect, EffectBody, TechnicianNews};
use crate::event::{DeskEvent, EventKind};
use crate::fold;
use crate::permit::Permit;
use crate::refusal::{Refusal, SubjectKind};
use crate::task::{Task, TaskKind};
use crate::work_order::{WorkOrder, work_order_of};

/// Most windows of a visit, as the contract says.
const WINDOWS_MAX: usize = 16;

pub(super) struct Draft {
    pub(super) desk: Desk,
    pub(super) now: Timestamp,
    pub(super) decision: Decision,
}

impl Draft {
    pub(super) fn new(desk: &Desk, now: Timestamp) -> Self {
        Self { desk: desk.clone(), now, decision: Decision::default() }
    }

    pub(super) fn emit(&mut self, kind: EventKind) {
        let event = DeskEvent { time: self.now, kind };
        fold::apply(&mut self.desk, &event);
        self.decision.events.push(event);
    }

    pub(super) fn effect(&mut self, key: String, work_order: &str, due: Timestamp, body: EffectBody) {
        self.decision.effects.push(Effect { key, work_order: work_order.to_owned(), due, body });
    }

    pub(super) fn order(&self, id: &str) -> Result<Arc<WorkOrder>, Refusal> {
        let unknown = || Refusal::Unknown { kind: SubjectKind::WorkOrder, id: id.to_owned() };
        self.desk.work_orders.get(id).cloned().ok_or_else(unknown)
    }

    /// The work order of a visit that exists.
    pub(super) fn order_of(&self, visit: &str) -> Result<Arc<WorkOrder>, Refusal> {
        let order = self.desk.work_orders.get(work_order_of(visit)).cloned();
        let unknown = || Refusal::Unknown { kind: SubjectKind::Visit, id: visit.to_owned() };
        order.filter(|order| order.visit(visit).is_some()).ok_or_else(unknown)
    }

    pub(super) fn permit(&self, id: &str) -> Result<Arc<Permit>, Refusal> {
        let unknown = || Refusal::Unknown { kind: SubjectKind::Permit, id: id.to_owned() };
        self.desk.permits.get(id).cloned().ok_or_else(unknown)
    }

    /// Opens a task, unless the same is open already.
    pub(super) fn open_task(
        &mut self,
        kind: TaskKind,
        order: &str,
        subject: &str,
        ask: (String, Vec<String>),
    ) {
        let same =
            |task: &Arc<Task>| task.kind == kind && task.work_order == order && task.subject == subject;
        if self.desk.tasks.values().any(same) {
            return;
        }
        let (text, items) = ask;
        let id = format!("task-{}", self.desk.tasks_opened + 1);
        let (work_order, subject, opened) = (order.to_owned(), subject.to_owned(), self.now);
        self.emit(EventKind::TaskOpened(Box::new(Task {
            id,
            kind,
            work_order,
            subject,
            text,
            items,
            opened,
        })));
    }

    pub(super) fn finish_tasks(&mut self, matching: impl Fn(&Task) -> bool) {
        let done = self.desk.tasks.values().filter(|task| matching(task)).map(|task| task.id.clone());
        for task in done.collect::<Vec<_>>() {
            self.emit(EventKind::TaskFinished { task });
        }
    }

    pub(super) fn tell_technician(
        &mut self,
        order: &WorkOrder,
        visit: &str,
        technician: &str,
        news: TechnicianNews,
    ) {
        let word = match news {
            TechnicianNews::Dispatched(_) => "dispatched",
            TechnicianNews::Moved(_) => "rescheduled",
            TechnicianNews::TakenBack => "taken-back",
        };
        // The version makes the key one of its kind: a visit may be dispatched, taken back and dispatched again.
        let version = self.desk.work_order(&order.id).map_or(0, |order| order.version);
        let body = EffectBody::TechnicianMessage {
            technician: technician.to_owned(),
            visit: visit.to_owned(),
            address: order.call.address.clone(),
            news,
        };
        self.effect(format!("{visit}:{word}:{version}"), &order.id, self.now, body);
    }

    pub(super) fn local_day(&self, time: Timestamp) -> Date {
        time.to_zoned(self.desk.zone.clone()).date()
    }
}

/// An etag that was given must be the current one.
pub(super) fn check_etag(kind: SubjectKind, id: &str, given: &str, version: u64) -> Result<(), Refusal> {
    let current = version.to_string();
    if given.is_empty() || given == current {
        return Ok(());
    }
    Err(Refusal::StaleEtag { kind, id: id.to_owned(), given: given.to_owned(), current })
}

pub(super) fn illegal_order(order: &WorkOrder, missing: Vec<String>) -> Refusal {
    let (kind, state) = (SubjectKind::WorkOrder, order.state.name());
    Refusal::IllegalStep { kind, id: order.id.clone(), state, missing }
}

pub(super) fn illegal_visit(order: &WorkOrder, visit: &str, missing: Vec<String>) -> Refusal {
    let (kind, state) = (SubjectKind::Visit, order.state.name());
    Refusal::IllegalStep { kind, id: visit.to_owned(), state, missing }
}

/// Ids and codes of the caller: not empty, 1 to 200 characters.
pub(super) fn check_label(path: &str, text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    if text.trim().is_empty() || length > 200 {
        return Err(Refusal::invalid(path, format!("has {length} characters, 1 to 200 are allowed")));
    }
    Ok(())
}

/// Free text: at most 10,000 characters.
pub(super) fn check_text(path: &str, text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > 10_000 {
        return Err(Refusal::invalid(path, format!("has {length} characters, at most 10,000 are allowed")));
    }
    Ok(())
}

/// Windows that a visit may have: at most 16, none reversed, none overlapping another.
pub(super) fn check_windows(path: &str, windows: &[Window]) -> Result<(), Refusal> {
    if windows.len() > WINDOWS_MAX {
        let problem = format!("has {} entries, at most {WINDOWS_MAX} are allowed", windows.len());
        return Err(Refusal::invalid(path, problem));
    }
    for (index, window) in windows.iter().enumerate() {
        if window.end < window.start {
            let problem = format!("ends at {}, before it starts at {}", window.end, window.start);
            return Err(Refusal::invalid(format!("{path}[{index}]"), problem));
        }
        let overlaps = |other: &Window| other.start <= window.end && window.start <= other.end;
        if let Some(other) = windows[..index].iter().position(overlaps) {
            return Err(Refusal::invalid(format!("{path}[{index}]"), format!("overlaps {path}[{other}]")));
        }
    }
    Ok(())
}
