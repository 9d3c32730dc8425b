//! What the desk does by itself when its time comes: permits that run out, reminders, dispatch, pull lists.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use journeyman_rulebook::MessageKind;

use super::draft::Draft;
use crate::desk::Desk;
use crate::effect::EffectBody;
use crate::event::EventKind;
use crate::permit::PermitState;
use crate::state::WorkOrderState as S;
use crate::stock::Location;
use crate::task::TaskKind;
use crate::work_order::{Visit, WorkOrder};

/// Something that is due at a time.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Due {
    /// A permit runs out.
    Expiry(String),
    /// The reminder before a visit.
    Reminder(String),
    /// A visit is dispatched by itself.
    Dispatch(String),
    /// A technician's morning.
    PullList(String, Date),
}

/// When the next thing is due.
pub(crate) fn next_due(desk: &Desk) -> Option<Timestamp> {
    dues(desk).into_iter().map(|(time, _)| time).min()
}

fn dues(desk: &Desk) -> Vec<(Timestamp, Due)> {
    let mut dues = Vec::new();
    for permit in desk.permits().filter(|permit| permit.state == PermitState::Issued) {
        dues.extend(permit.expire.map(|expire| (expire, Due::Expiry(permit.id.clone()))));
    }
    for order in desk.work_orders().filter(|order| order.state.is_planned()) {
        let Some(visit) = order.open_visit() else { continue };
        dues.extend(reminder(desk, order, visit));
        dues.extend(dispatch(desk, order, visit));
        dues.extend(pull_list(desk, visit));
    }
    dues
}

fn reminder(desk: &Desk, order: &WorkOrder, visit: &Visit) -> Option<(Timestamp, Due)> {
    let promise = visit.promise.as_ref()?;
    let due = promise.window.start.checked_sub(desk.params.reminder_lead).ok()?;
    // Who was told the window later than that needs no reminder.
    let needed = promise.made < due && order.call.can_be_written_to();
    let told = visit.was_told(MessageKind::DayBefore, promise.number);
    (needed && !told).then(|| (desk.out_of_quiet_hours(due), Due::Reminder(visit.work.id.clone())))
}

fn dispatch(desk: &Desk, order: &WorkOrder, visit: &Visit) -> Option<(Timestamp, Due)> {
    let (lead, placement) = (desk.params.dispatch_lead?, visit.placement.as_ref()?);
    let id = &visit.work.id;
    // A person looks at it.
    let handed_over = desk.tasks().any(|task| task.kind == TaskKind::Dispatch && task.subject == *id);
    let due = placement.start.checked_sub(lead).ok()?;
    (order.state == S::Scheduled && !handed_over).then(|| (due, Due::Dispatch(id.clone())))
}

fn pull_list(desk: &Desk, visit: &Visit) -> Option<(Timestamp, Due)> {
    let placement = visit.placement.as_ref()?;
    let fetches =
        visit.reservations.iter().any(|reservation| matches!(reservation.location, Location::Warehouse(_)));
    if !fetches || visit.on_pull_list {
        return None;
    }
    let day = placement.start.to_zoned(desk.zone.clone()).date();
    let morning = day.at(0, 0, 0, 0).checked_add(i64::from(desk.params.pull_list_minute).minutes()).ok()?;
    let due = morning.to_zoned(desk.zone.clone()).ok()?.timestamp();
    Some((due, Due::PullList(placement.technician.clone(), day)))
}

impl Draft {
    pub(super) fn tick(&mut self) {
        // A permit that has run out takes its visits away: first these, then what is left.
        for due in self.due_now() {
            if let Due::Expiry(permit) = due {
                self.expire_permit(&permit);
            }
        }
        for due in self.due_now() {
            match due {
                Due::Expiry(_) => {}
                Due::Reminder(visit) => self.remind(&visit),
                Due::Dispatch(visit) => self.dispatch_when_due(&visit),
                Due::PullList(technician, day) => self.make_pull_list(&technician, day),
            }
        }
    }

    fn due_now(&self) -> Vec<Due> {
        let mut now: Vec<_> = dues(&self.desk).into_iter().filter(|(time, _)| *time <= self.now).collect();
        now.sort();
        let mut due: Vec<Due> = now.into_iter().map(|(_, due)| due).collect();
        due.dedup();
        due
    }

    fn expire_permit(&mut self, id: &str) {
        let Ok(permit) = self.permit(id) else { return };
        self.emit(EventKind::PermitExpired { permit: id.to_owned() });
        self.permit_changed(&permit, PermitState::Expired, "");
        self.recheck_parts();
    }

    fn remind(&mut self, id: &str) {
        self.tell_customer(id, MessageKind::DayBefore, None);
        let Some((_, visit)) = self.desk.visit(id) else { return };
        let promise = visit.promises_made;
        if visit.was_told(MessageKind::DayBefore, promise) {
            return;
        }
        // Too late for it: noted as taken back, so that it is not due for ever.
        let (key, visit) = (format!("{id}:{}:{promise}", MessageKind::DayBefore.name()), id.to_owned());
        let (kind, due) = (MessageKind::DayBefore, self.now);
        self.emit(EventKind::MessageQueued { key: key.clone(), visit: visit.clone(), kind, promise, due });
        self.emit(EventKind::MessageWithdrawn { key, visit });
    }

    fn dispatch_when_due(&mut self, id: &str) {
        let Ok(order) = self.order_of(id) else { return };
        let Some((visit, placement)) = order.open_visit().and_then(|visit| {
            let placement = visit.placement.as_ref()?;
            Some((visit, placement))
        }) else {
            return;
        };
        let missing = self.missing_to_dispatch(&order, visit, placement);
        if missing.is_empty() {
            let technician = placement.technician.clone();
            self.dispatch(id, &technician).expect("nothing is missing for it");
        } else {
            let text = format!("Visit `{id}` is due and can't be dispatched");
            self.open_task(TaskKind::Dispatch, &order.id, id, (text, missing));
        }
    }

    fn make_pull_list(&mut self, technician: &str, day: Date) {
        let lines = self.desk.lines_to_pull(technician, day, |visit| !visit.on_pull_list);
        if lines.is_empty() {
            return;
        }
        let mut visits: Vec<String> = lines.iter().map(|line| line.visit.clone()).collect();
        visits.sort();
        visits.dedup();
        let key = format!("pull-list-{}", self.desk.pull_lists_made + 1);
        self.emit(EventKind::PullListMade { technician: technician.to_owned(), day, visits });
        let body = EffectBody::PullList { technician: technician.to_owned(), day, lines };
        self.effect(key, "", self.now, body);
    }
}
