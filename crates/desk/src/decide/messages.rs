//! Messages to customers: each at most once per visit, kind and promise, none in quiet hours, none for a visit
//! that is cancelled.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use journeyman_rulebook::{MessageKind, MessageValues};

use super::draft::Draft;
use crate::call::Window;
use crate::desk::Desk;
use crate::effect::{EffectBody, Recipient};
use crate::event::EventKind;
use crate::state::WorkOrderState;
use crate::task::TaskKind;
use crate::work_order::{MessageNote, Visit, WorkOrder, work_order_of};

impl Desk {
    /// The first moment from `time` on at which a customer may be written to.
    pub(crate) fn out_of_quiet_hours(&self, time: Timestamp) -> Timestamp {
        let local = time.to_zoned(self.zone.clone());
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute()));
        let minute = minute.expect("a minute of the day is below 1,440");
        let wait = self.book.quiet_hours().wait_minutes(minute);
        if wait == 0 {
            return time;
        }
        // By the local clock, so that a night with a change of time ends at the same hour.
        let whole_minute = local.datetime().with().second(0).subsec_nanosecond(0).build();
        let until = whole_minute.and_then(|minute| minute.checked_add(i64::from(wait).minutes()));
        let until = until.and_then(|until| until.to_zoned(self.zone.clone()));
        until.map_or(time, |until| until.timestamp())
    }
}

impl Draft {
    /// Writes to the customer about a visit; `eta` is for ON_THE_WAY.
    pub(super) fn tell_customer(&mut self, visit_id: &str, kind: MessageKind, eta: Option<Timestamp>) {
        let Some(order) = self.desk.work_orders.get(work_order_of(visit_id)).cloned() else { return };
        let Some(visit) = order.visit(visit_id) else { return };
        let told = visit.was_told(kind, visit.promises_made);
        if told || order.state == WorkOrderState::Cancelled || !order.call.can_be_written_to() {
            return;
        }
        let due = self.desk.out_of_quiet_hours(self.now);
        let speaks_of_window =
            matches!(kind, MessageKind::Confirmation | MessageKind::DayBefore | MessageKind::Moved);
        let too_late =
            visit.promise.as_ref().is_some_and(|promise| speaks_of_window && due >= promise.window.start);
        if too_late {
            let text = "No message may go before the visit begins: call the customer".to_owned();
            self.open_task(TaskKind::CallCustomer, &order.id, visit_id, (text, Vec::new()));
            return;
        }
        // "On the way" is of no use later.
        if kind == MessageKind::OnTheWay && due != self.now {
            return;
        }
        let text = self.words(&order, visit, kind, eta);
        let (key, promise) =
            (format!("{visit_id}:{}:{}", kind.name(), visit.promises_made), visit.promises_made);
        let recipient = Recipient {
            name: order.call.contact_name.clone(),
            phone: order.call.contact_phone.clone(),
            email: order.call.contact_email.clone(),
        };
        let visit = visit_id.to_owned();
        self.emit(EventKind::MessageQueued { key: key.clone(), visit: visit.clone(), kind, promise, due });
        self.effect(
            key,
            &order.id,
            due,
            EffectBody::CustomerMessage { visit, kind, promise, recipient, text },
        );
    }

    /// Takes back what has surely not gone; the outbox is asked to drop the rest where it has not carried it.
    pub(super) fn withdraw_messages(&mut self, visit: &str) {
        let Some((_, noted)) = self.desk.visit(visit) else { return };
        let unsent = |note: &&MessageNote| note.due > self.now && !note.withdrawn;
        let keys: Vec<String> = noted.messages.iter().filter(unsent).map(|note| note.key.clone()).collect();
        for key in keys {
            self.decision.cancel.push(key.clone());
            // One of this very decision never leaves.
            self.decision.effects.retain(|effect| effect.key != key);
            self.emit(EventKind::MessageWithdrawn { key, visit: visit.to_owned() });
        }
    }

    /// For a visit that nobody wants any more: asks for every message back that a slow carrier may still hold.
    pub(super) fn withdraw_all_messages(&mut self, visit: &str) {
        self.withdraw_messages(visit);
        let Some((_, noted)) = self.desk.visit(visit) else { return };
        let kept = noted.messages.iter().filter(|note| !note.withdrawn).map(|note| note.key.clone());
        self.decision.cancel.extend(kept);
    }

    fn words(&self, order: &WorkOrder, visit: &Visit, kind: MessageKind, eta: Option<Timestamp>) -> String {
        let book = Arc::clone(&self.desk.book);
        let technician = visit.placement.as_ref().map(|placement| placement.technician.as_str());
        let technician = technician.or(visit.promise.as_ref().map(|promise| promise.technician.as_str()));
        let technician = technician.map_or_else(String::new, |id| self.name_of(id));
        let window = visit.promise.as_ref().map(|promise| self.window_words(&promise.window));
        let window = window.unwrap_or_default();
        let eta = eta.map_or_else(String::new, |eta| format!("about {}", self.clock(eta)));
        let link = format!("{}{}", self.desk.params.reschedule_link, visit.reschedule_token);
        let service = book.service(&visit.work.service_code).or(order.service.as_deref());
        let values = MessageValues {
            company: Some(book.company()),
            customer: Some(&order.call.contact_name),
            work_order: Some(&order.id),
            service: Some(service.map_or("", |service| &service.name)),
            address: Some(&order.call.address),
            technician: Some(&technician),
            window: Some(&window),
            eta: Some(&eta),
            reschedule_link: Some(&link),
        };
        book.message(kind).render(&values).expect("every value that a template may name is given")
    }

    fn name_of(&self, technician: &str) -> String {
        let known = self.desk.technician(technician).map(|known| known.name.clone());
        known.filter(|name| !name.is_empty()).unwrap_or_else(|| technician.to_owned())
    }

    fn window_words(&self, window: &Window) -> String {
        let start = window.start.to_zoned(self.desk.zone.clone());
        let day = start.strftime("%A, %B %-d").to_string();
        format!("{day}, between {} and {}", self.clock(window.start), self.clock(window.end))
    }

    fn clock(&self, time: Timestamp) -> String {
        time.to_zoned(self.desk.zone.clone()).strftime("%-I:%M %p").to_string()
    }
}
