//! The service cycle of boards: the desk's commands over the wire, each one step of its board together with what the planner
//! makes of it.

mod act;
mod clerk;
mod commands;
mod effects;
mod guard;
mod planning;
mod records;
mod services;
mod stock;
mod turn;

use journeyman_desk::Desk;

use crate::wire;

pub(crate) use act::{BoardClock, remind};
pub(crate) use clerk::Clerk;
pub(crate) use effects::write_effect;
pub(crate) use guard::past_the_desk;
pub(crate) use services::{CycleService, advance_clock};
pub(crate) use turn::{Cycle, Round, Turn};

/// Work orders and permits of a desk, for people.
pub(crate) fn write_desk(desk: &Desk) -> (Vec<wire::WorkOrderRecord>, Vec<wire::PermitRecord>) {
    let orders = desk.work_orders().map(|order| records::write_work_order(desk, order));
    (orders.collect(), desk.permits().map(records::write_permit_record).collect())
}
