//! The desk: everything known of a board's service cycle, folded from its events.
//!
//! Collections are shared between copies and copied when first written to, so deciding works on a copy of its own:
//! a refused command costs nothing, an accepted one a copy of the shelves that it touches (their ids and pointers,
//! linear in the work orders on the desk, not in their content).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use journeyman_rulebook::RuleBook;

use crate::command::{Command, VisitKey};
use crate::decide::{self, Decision};
use crate::event::DeskEvent;
use crate::fold;
use crate::params::DeskParams;
use crate::permit::{Inspection, Permit};
use crate::refusal::Refusal;
use crate::stock::Stock;
use crate::task::Task;
use crate::technician::Technician;
use crate::work_order::{Visit, WorkOrder, work_order_of};

/// Things by id.
pub(crate) type Shelf<T> = Arc<BTreeMap<String, Arc<T>>>;

/// The state of a board's service cycle.
#[derive(Clone, PartialEq, Debug)]
pub struct Desk {
    pub(crate) book: Arc<RuleBook>,
    pub(crate) zone: TimeZone,
    pub(crate) params: Arc<DeskParams>,
    pub(crate) work_orders: Shelf<WorkOrder>,
    pub(crate) permits: Shelf<Permit>,
    /// The permit of each inspection.
    pub(crate) inspections: Arc<BTreeMap<String, String>>,
    pub(crate) stock: Stock,
    pub(crate) technicians: Shelf<Technician>,
    /// Open ones.
    pub(crate) tasks: Shelf<Task>,
    pub(crate) tasks_opened: u64,
    /// The visit of each reschedule token.
    pub(crate) tokens: Arc<BTreeMap<String, String>>,
    pub(crate) pull_lists_made: u64,
    pub(crate) revision: i64,
}

impl Desk {
    /// An empty desk with the default parameters. Local times are those of `time_zone`.
    pub fn new(rule_book: Arc<RuleBook>, time_zone: TimeZone) -> Self {
        Self {
            book: rule_book,
            zone: time_zone,
            params: Arc::default(),
            work_orders: Arc::default(),
            permits: Arc::default(),
            inspections: Arc::default(),
            stock: Stock::default(),
            technicians: Arc::default(),
            tasks: Arc::default(),
            tasks_opened: 0,
            tokens: Arc::default(),
            pull_lists_made: 0,
            revision: 0,
        }
    }

    /// The same desk with other parameters.
    pub fn with_params(mut self, params: DeskParams) -> Self {
        self.params = Arc::new(params);
        self
    }

    /// What a command does, or why it is refused. Changes nothing; the same desk, command and time give the same.
    pub fn decide(&self, command: &Command, now: Timestamp) -> Result<Decision, Refusal> {
        decide::decide(self, command, now)
    }

    /// The fold: state after an event. Events must come from [`Desk::decide`], in their order.
    pub fn apply(&mut self, event: &DeskEvent) {
        fold::apply(self, event);
    }

    /// When the desk next has something to do by itself; [`Command::Tick`] does it.
    pub fn next_due(&self) -> Option<Timestamp> {
        decide::next_due(self)
    }

    /// The rule book in force.
    pub fn rule_book(&self) -> &Arc<RuleBook> {
        &self.book
    }

    /// Revision of the last plan that was published; 0: none yet.
    pub fn plan_revision(&self) -> i64 {
        self.revision
    }

    /// A work order.
    pub fn work_order(&self, id: &str) -> Option<&WorkOrder> {
        self.work_orders.get(id).map(Arc::as_ref)
    }

    /// Every work order, by id.
    pub fn work_orders(&self) -> impl Iterator<Item = &WorkOrder> {
        self.work_orders.values().map(Arc::as_ref)
    }

    /// A visit with its work order.
    pub fn visit(&self, id: &str) -> Option<(&WorkOrder, &Visit)> {
        let order = self.work_order(work_order_of(id))?;
        Some((order, order.visit(id)?))
    }

    /// The visit that a key is for; none where it is for none.
    pub fn visit_of(&self, key: &VisitKey) -> Option<String> {
        match key {
            VisitKey::Id(id) => self.visit(id).map(|_| id.clone()),
            VisitKey::Token(token) => self.tokens.get(token).cloned(),
        }
    }

    /// A permit.
    pub fn permit(&self, id: &str) -> Option<&Permit> {
        self.permits.get(id).map(Arc::as_ref)
    }

    /// Every permit, by id.
    pub fn permits(&self) -> impl Iterator<Item = &Permit> {
        self.permits.values().map(Arc::as_ref)
    }

    /// An inspection with its permit.
    pub fn inspection(&self, id: &str) -> Option<(&Permit, &Inspection)> {
        let permit = self.permit(self.inspections.get(id)?)?;
        Some((permit, permit.inspections.iter().find(|inspection| inspection.id == id)?))
    }

    /// Parts.
    pub fn stock(&self) -> &Stock {
        &self.stock
    }

    /// A technician.
    pub fn technician(&self, id: &str) -> Option<&Technician> {
        self.technicians.get(id).map(Arc::as_ref)
    }

    /// Open tasks, by id.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().map(Arc::as_ref)
    }

    /// What the checklist still misses of a call, in the checklist's words; nothing for an unknown work order.
    pub fn missing_facts(&self, work_order: &str) -> Vec<&'static str> {
        let Some(order) = self.work_order(work_order) else { return Vec::new() };
        let missing = match &order.service {
            Some(service) => order.call.facts().missing(&service.intake),
            None => self.book.qualify(&order.call.facts()).missing,
        };
        missing.into_iter().map(journeyman_rulebook::Fact::name).collect()
    }
}
