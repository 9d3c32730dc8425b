//! Permits applied for, and what jurisdictions say of them.

use jiff::{Timestamp, ToSpan};
use journeyman_rulebook::{Filing, PermitRule};

use super::draft::{Draft, check_etag, check_label, check_text};
use crate::command::Command;
use crate::effect::EffectBody;
use crate::event::EventKind;
use crate::permit::{Permit, PermitState};
use crate::refusal::{Refusal, SubjectKind};
use crate::task::TaskKind;

use PermitState as P;

impl Draft {
    /// Applies through the outbox, or opens a task for a person; the permit of the latter is FILED when that is told.
    pub(super) fn file_permit(&mut self, id: &str, etag: &str) -> Result<(), Refusal> {
        let permit = self.permit(id)?;
        check_etag(SubjectKind::Permit, id, etag, permit.version)?;
        check_step(&permit, P::Filed)?;
        if permit.state == P::Filed {
            return Err(illegal(&permit, vec!["state REQUIRED, REJECTED or EXPIRED".to_owned()]));
        }
        match self.filing(&permit) {
            None => {
                let rule =
                    format!("a rule for `{}` in `{}` in the rule book", permit.kind, permit.jurisdiction);
                Err(illegal(&permit, vec![rule]))
            }
            Some(Filing::Digital { adapter }) => {
                let expected = self.rule(&permit).map(|rule| i64::from(rule.lead_time.days_p50));
                let expected = expected.and_then(|days| self.days_later(self.now, days));
                self.emit(EventKind::PermitFiled { permit: id.to_owned(), expected, number: String::new() });
                self.finish_permit_tasks(id);
                let body = EffectBody::PermitFiling {
                    permit: id.to_owned(),
                    kind: permit.kind.clone(),
                    jurisdiction: permit.jurisdiction.clone(),
                    adapter,
                };
                self.effect(permit.filing_key(permit.filings + 1), &permit.work_order, self.now, body);
                Ok(())
            }
            Some(Filing::Manual { documents }) => {
                let text = format!("Apply for permit `{}` at {}", permit.kind, permit.jurisdiction);
                self.open_task(TaskKind::FilePermit, &permit.work_order, id, (text, documents));
                Ok(())
            }
        }
    }

    pub(super) fn record_permit(&mut self, id: &str, etag: &str, said: &Command) -> Result<(), Refusal> {
        let Command::RecordPermit { state, issued, expected, expire, number, text, .. } = said else {
            return Ok(());
        };
        let permit = self.permit(id)?;
        check_etag(SubjectKind::Permit, id, etag, permit.version)?;
        check_text("text", text)?;
        if !number.is_empty() {
            check_label("number", number)?;
        }
        check_step(&permit, *state)?;
        for (path, given, only) in [
            ("permit.expected_time", expected.is_some(), P::Filed),
            ("permit.issued_time", issued.is_some(), P::Issued),
            ("permit.expire_time", expire.is_some(), P::Issued),
        ] {
            if given && *state != only {
                return Err(Refusal::invalid(
                    path,
                    format!("is given with {}, only {} has it", state.name(), only.name()),
                ));
            }
        }
        let (number, text, permit_id) = (number.clone(), text.clone(), id.to_owned());
        let event = match state {
            P::Required => return Err(illegal(&permit, vec!["nothing becomes REQUIRED".to_owned()])),
            P::Filed if permit.state == P::Filed => {
                let is_numbered = !number.is_empty() && number != permit.number;
                if is_numbered && *expected == permit.expected {
                    EventKind::PermitNumbered { permit: permit_id, number }
                } else {
                    if is_numbered {
                        self.emit(EventKind::PermitNumbered { permit: id.to_owned(), number });
                    }
                    EventKind::PermitDelayed { permit: permit_id, expected: *expected }
                }
            }
            P::Filed => EventKind::PermitFiled { permit: permit_id, expected: *expected, number },
            P::Issued => {
                let issued = issued.unwrap_or(self.now);
                let by_rule =
                    self.rule(&permit).and_then(|rule| self.days_later(issued, rule.valid_days.into()));
                let expire = expire.or(by_rule);
                if let Some(expire) = expire.filter(|expire| *expire <= issued) {
                    let problem = format!("is {expire}, not after the permit was issued at {issued}");
                    return Err(Refusal::invalid("permit.expire_time", problem));
                }
                EventKind::PermitIssued { permit: permit_id, issued, expire, number }
            }
            P::Rejected => EventKind::PermitRejected { permit: permit_id, text: text.clone() },
            P::Expired => EventKind::PermitExpired { permit: permit_id },
            P::Finaled => {
                let open = self.open_work_under(id);
                if !open.is_empty() {
                    return Err(illegal(&permit, open));
                }
                EventKind::PermitFinaled { permit: permit_id }
            }
        };
        self.emit(event);
        self.permit_changed(&permit, *state, &text);
        Ok(())
    }

    /// What follows from a permit that stands elsewhere now: tasks, and its visits held or released.
    pub(super) fn permit_changed(&mut self, permit: &Permit, state: PermitState, text: &str) {
        if matches!(state, P::Filed | P::Issued | P::Finaled) {
            self.finish_permit_tasks(&permit.id);
        }
        let orders = self.orders_under(&permit.id);
        let unfinished =
            orders.iter().any(|id| self.desk.work_order(id).is_some_and(|order| !order.state.is_over()));
        if matches!(state, P::Rejected | P::Expired) && unfinished {
            let ask = format!(
                "Permit {} is {}: apply again or talk to the customer. {text}",
                permit.id,
                state.name()
            );
            let ask = (ask.trim().to_owned(), Vec::new());
            self.open_task(TaskKind::MendPermit, &permit.work_order, &permit.id, ask);
        }
        for order in orders {
            self.gate(&order);
        }
    }

    fn finish_permit_tasks(&mut self, permit: &str) {
        let kinds = [TaskKind::FilePermit, TaskKind::MendPermit];
        self.finish_tasks(|task| task.subject == permit && kinds.contains(&task.kind));
    }

    /// Work orders that a permit covers.
    pub(super) fn orders_under(&self, permit: &str) -> Vec<String> {
        let covered = self.desk.work_orders().filter(|order| order.permit_ids.iter().any(|id| id == permit));
        covered.map(|order| order.id.clone()).collect()
    }

    /// What of the work under a permit is not over, as things that are missing before the permit can be closed.
    pub(super) fn open_work_under(&self, permit: &str) -> Vec<String> {
        let orders = self.orders_under(permit);
        let open =
            orders.iter().filter_map(|id| self.desk.work_order(id)).filter(|order| !order.state.is_over());
        open.map(|order| format!("work order `{}` COMPLETED", order.id)).collect()
    }

    pub(super) fn rule(&self, permit: &Permit) -> Option<&PermitRule> {
        self.desk.book.permit_rule(&permit.jurisdiction, &permit.kind).map(|(_, rule)| rule)
    }

    /// The same local time some days later; none beyond the end of the calendar.
    pub(super) fn days_later(&self, time: Timestamp, days: i64) -> Option<Timestamp> {
        let later = time.to_zoned(self.desk.zone.clone()).checked_add(days.days()).ok()?;
        Some(later.timestamp())
    }
}

pub(super) fn illegal(permit: &Permit, missing: Vec<String>) -> Refusal {
    let (kind, state) = (SubjectKind::Permit, permit.state.name());
    Refusal::IllegalStep { kind, id: permit.id.clone(), state, missing }
}

fn check_step(permit: &Permit, next: PermitState) -> Result<(), Refusal> {
    // The date of an application may change.
    let redated = permit.state == P::Filed && next == P::Filed;
    if redated || permit.state.may_become(next) {
        return Ok(());
    }
    let before: Vec<&str> =
        P::ALL.iter().filter(|state| state.may_become(next)).map(|state| state.name()).collect();
    let missing = if before.is_empty() {
        format!("nothing becomes {}", next.name())
    } else {
        format!("state {} before {}", before.join(" or "), next.name())
    };
    Err(illegal(permit, vec![missing]))
}
