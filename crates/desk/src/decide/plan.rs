//! A plan in force: visits scheduled and unscheduled, parts set aside, promises made and changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::Timestamp;
use journeyman_rulebook::MessageKind;

use super::draft::Draft;
use super::gate::missing_of;
use crate::command::Planned;
use crate::effect::TechnicianNews;
use crate::event::EventKind;
use crate::refusal::Refusal;
use crate::state::WorkOrderState as S;
use crate::task::TaskKind;
use crate::work_order::{Placement, Promise, Visit, VisitWork};

/// A time in which a technician is taken.
struct Taken<'a> {
    technician: &'a str,
    start: Timestamp,
    end: Timestamp,
    visit: &'a str,
    /// Its place in the plan's list; none: it is under way where the plan does not have it.
    index: Option<usize>,
}

impl Draft {
    pub(super) fn plan_published(&mut self, revision: i64, assignments: &[Planned]) -> Result<(), Refusal> {
        if revision <= self.desk.revision {
            let problem = format!("is {revision}, not above {}, the last one", self.desk.revision);
            return Err(Refusal::invalid("revision", problem));
        }
        self.check_plan(assignments)?;
        self.emit(EventKind::PlanPublished { revision });
        let planned: BTreeMap<&str, &Planned> =
            assignments.iter().map(|planned| (planned.visit.as_str(), planned)).collect();
        self.unschedule_what_is_left_out(&planned);
        let mut known: Vec<&Planned> =
            planned.into_values().filter(|planned| self.desk.visit(&planned.visit).is_some()).collect();
        // Who starts first takes parts first.
        known.sort_by(|a, b| (a.start, &a.visit).cmp(&(b.start, &b.visit)));
        for planned in known {
            self.place(planned);
        }
        // Parts of visits that lost their places may do for others.
        self.recheck_parts();
        Ok(())
    }

    /// A plan is taken as a whole or not at all.
    fn check_plan(&self, assignments: &[Planned]) -> Result<(), Refusal> {
        let (mut visits, mut tokens) = (BTreeSet::new(), BTreeSet::new());
        for (index, planned) in assignments.iter().enumerate() {
            let refuse = |field: &str, problem: String| {
                Err(Refusal::invalid(format!("assignments[{index}].{field}"), problem))
            };
            if !visits.insert(&planned.visit) {
                return refuse("visit_id", format!("`{}` is there twice", planned.visit));
            }
            if planned.end < planned.start {
                return refuse("end_time", format!("{} is before the start, {}", planned.end, planned.start));
            }
            if planned.window.end < planned.window.start {
                return refuse("window.end_time", format!("{} is before its start", planned.window.end));
            }
            if self.desk.visit(&planned.visit).is_some_and(|(_, visit)| visit.reschedule_token.is_empty()) {
                let (token, zero) = (token(&planned.entropy), planned.entropy == [0; 16]);
                if zero || self.desk.tokens.contains_key(&token) || !tokens.insert(token) {
                    return refuse("entropy", "is not fresh: all zeros, or used before".to_owned());
                }
            }
        }
        self.check_double_booking(assignments)
    }

    fn check_double_booking(&self, assignments: &[Planned]) -> Result<(), Refusal> {
        let mut taken = Vec::new();
        let mut running: BTreeMap<&str, &Placement> = BTreeMap::new();
        for order in self.desk.work_orders().filter(|order| order.state.is_under_way()) {
            let Some(visit) = order.open_visit().filter(|visit| visit.log.done.is_none()) else { continue };
            running.extend(visit.placement.as_ref().map(|placement| (visit.work.id.as_str(), placement)));
        }
        for (index, planned) in assignments.iter().enumerate() {
            let (visit, technician) = (planned.visit.as_str(), planned.technician.as_str());
            // Where somebody else has begun, the plan is wrong about who; he stays where he is.
            if running.get(visit).is_none_or(|placement| placement.technician == technician) {
                running.remove(visit);
                let (start, end) = (planned.start, planned.end);
                taken.push(Taken { technician, start, end, visit, index: Some(index) });
            }
        }
        taken.extend(running.into_iter().map(|(visit, placement)| Taken {
            technician: &placement.technician,
            start: placement.start,
            end: placement.end,
            visit,
            index: None,
        }));
        taken.sort_by_key(|taken| (taken.technician, taken.start, taken.end));
        for pair in taken.windows(2) {
            let (first, second) = (&pair[0], &pair[1]);
            if first.technician == second.technician && second.start < first.end {
                let index = second.index.or(first.index).unwrap_or_default();
                let problem = format!(
                    "`{}` is at `{}` until {}, and at `{}` from {}",
                    first.technician, first.visit, first.end, second.visit, second.start
                );
                return Err(Refusal::invalid(format!("assignments[{index}].start_time"), problem));
            }
        }
        Ok(())
    }

    fn unschedule_what_is_left_out(&mut self, planned: &BTreeMap<&str, &Planned>) {
        let orders = self.desk.work_orders().filter(|order| order.state.is_planned());
        let left_out = orders.filter_map(|order| order.open_visit()).filter(|visit| {
            let place = planned.get(visit.work.id.as_str());
            place.is_none_or(|place| !self.permits_allow(&visit.work, place.start))
        });
        let left_out: Vec<String> = left_out.map(|visit| visit.work.id.clone()).collect();
        for visit in &left_out {
            self.unschedule(visit);
        }
        // The plan may have left it out because its parts are gone. All that are free now are free.
        for visit in &left_out {
            if let Ok(order) = self.order_of(visit) {
                self.gate(&order.id);
            }
        }
    }

    fn unschedule(&mut self, id: &str) {
        let Ok(order) = self.order_of(id) else { return };
        if let Some(visit) = order.visit(id).filter(|_| order.state.is_planned()) {
            self.take_from_plan(&order, visit);
            self.ask_to_keep_promise(&order, visit);
            self.emit(EventKind::VisitUnscheduled { visit: id.to_owned() });
        }
    }

    /// Whether all permits of the work are granted and let it start then.
    pub(super) fn permits_allow(&self, work: &VisitWork, start: Timestamp) -> bool {
        work.permit_ids.iter().all(|id| self.desk.permit(id).is_some_and(|permit| permit.allows(start)))
    }

    /// Gives a visit its place in the plan, if nothing forbids it.
    fn place(&mut self, planned: &Planned) {
        let Ok(order) = self.order_of(&planned.visit) else { return };
        let Some(visit) = order.open_visit().filter(|visit| visit.work.id == planned.visit) else { return };
        let placement =
            Placement { technician: planned.technician.clone(), start: planned.start, end: planned.end };
        let same_technician =
            visit.placement.as_ref().is_some_and(|old| old.technician == placement.technician);
        if order.state.is_under_way() {
            if same_technician && visit.placement.as_ref() != Some(&placement) {
                self.emit(EventKind::VisitScheduled { visit: planned.visit.clone(), placement });
            }
            return;
        }
        let allowed = order.state.is_plannable() && order.state != S::AwaitingPermit;
        if !allowed || !self.permits_allow(&visit.work, planned.start) {
            return;
        }
        if !same_technician && !self.set_parts_aside(visit, &planned.technician) {
            return;
        }
        let Ok(order) = self.order_of(&planned.visit) else { return };
        if visit.placement.as_ref() != Some(&placement) {
            if order.state == S::Dispatched
                && let Some(old) = &visit.placement
            {
                let news = if same_technician {
                    TechnicianNews::Moved(placement.clone())
                } else {
                    TechnicianNews::TakenBack
                };
                self.tell_technician(&order, &planned.visit, &old.technician, news);
            }
            self.emit(EventKind::VisitScheduled { visit: planned.visit.clone(), placement });
        }
        let settled = [TaskKind::KeepPromise, TaskKind::Dispatch];
        self.finish_tasks(|task| task.subject == planned.visit && settled.contains(&task.kind));
        self.promise(planned);
    }

    /// Reserves what a visit needs for the technician who is planned now. If it can't, the visit waits, or is left
    /// to the planner where another technician has the parts.
    fn set_parts_aside(&mut self, visit: &Visit, technician: &str) -> bool {
        let id = &visit.work.id;
        if !visit.reservations.is_empty() {
            self.emit(EventKind::PartsReleased { visit: id.clone() });
        }
        match self.desk.stock.allot(technician, &visit.work.parts) {
            Ok(reservations) => {
                let awaits = self.order_of(id).is_ok_and(|order| order.state == S::AwaitingParts);
                if awaits {
                    self.emit(EventKind::VisitReleased { visit: id.clone() });
                }
                if !reservations.is_empty() {
                    self.emit(EventKind::PartsReserved { visit: id.clone(), reservations });
                }
                true
            }
            Err(_) => {
                let missing = missing_of(&self.free(), &visit.work.parts);
                self.unschedule(id);
                if let Ok(order) = self.order_of(id)
                    && order.state != S::AwaitingParts
                    && !missing.is_empty()
                {
                    self.backorder(&order, visit, missing);
                }
                false
            }
        }
    }

    /// Promises the planned window where nothing is promised yet or what is promised can't be kept.
    fn promise(&mut self, planned: &Planned) {
        let Some((_, visit)) = self.desk.visit(&planned.visit) else { return };
        let announced = visit.technician_is_announced();
        let holds = visit.promise.as_ref().is_some_and(|promise| {
            promise.window.contains(planned.start) && (!announced || promise.technician == planned.technician)
        });
        if holds {
            return;
        }
        let (number, needs_link) = (visit.promises_made + 1, visit.reschedule_token.is_empty());
        let id = planned.visit.clone();
        // An old window that has not gone out yet never will.
        self.withdraw_messages(&id);
        if needs_link {
            let token = token(&planned.entropy);
            self.emit(EventKind::RescheduleLinkMade { visit: id.clone(), token });
        }
        let (window, technician, made) = (planned.window, planned.technician.clone(), self.now);
        let promise = Promise { number, window, technician, made };
        self.emit(EventKind::PromiseAnnounced { visit: id.clone(), promise });
        let knows = self.desk.visit(&id).is_some_and(|(_, visit)| visit.customer_knows_a_window());
        let kind = if knows { MessageKind::Moved } else { MessageKind::Confirmation };
        self.tell_customer(&id, kind, None);
    }
}

/// 128 random bits as 32 hexadecimal digits.
fn token(entropy: &[u8; 16]) -> String {
    entropy.iter().fold(String::with_capacity(32), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        text
    })
}
