//! What events have changed, for a dispatcher: who must be told, what each change pays for, what it costs.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{LocalTime, bound_line, dollars, plain_table, right_align, write_table};

const HEADER: [&str; 6] = ["visit", "was", "is", "told", "saves", "why"];

/// Writes the changes of an answer to events, what could not stay, and how good the plan is.
///
/// # Errors
/// When the output does not take it.
pub(crate) fn write_changes(
    out: &mut dyn Write,
    day: &wire::Problem,
    answer: &wire::ReassignResponse,
) -> io::Result<()> {
    let difference = answer.difference.clone().unwrap_or_default();
    write_changed_visits(out, day, &difference)?;
    if !answer.repairs.is_empty() {
        writeln!(out, "\ncould not stay where it was:")?;
        for repair in &answer.repairs {
            let what = if repair.visit_id.is_empty() { &repair.shift_id } else { &repair.visit_id };
            writeln!(out, "  {what}: {}", repair.text)?;
        }
    }
    let cost = difference.cost_change.unwrap_or_default();
    let sign = if cost.total_micros > 0 { "+" } else { "" };
    write!(out, "\ncost       {sign}{} against the plan before", dollars(cost.total_micros))?;
    let disruption = cost.disruption_micros;
    if disruption == 0 {
        writeln!(out)?;
    } else {
        writeln!(out, ", of which {} for promises and names that change", dollars(disruption))?;
    }
    if let Some(bound) = answer.plan.as_ref().and_then(|plan| plan.bound.as_ref()) {
        writeln!(out, "bound      {}", bound_line(bound))?;
    }
    Ok(())
}

/// Writes the visits that differ between two plans, a line each.
///
/// # Errors
/// When the output does not take it.
pub(super) fn write_changed_visits(
    out: &mut dyn Write,
    day: &wire::Problem,
    difference: &wire::PlanDifference,
) -> io::Result<()> {
    if difference.changes.is_empty() {
        return writeln!(out, "nothing changes");
    }
    let local = LocalTime::of(day);
    let mut table = plain_table();
    table.set_header(HEADER);
    for change in &difference.changes {
        table.add_row(row(change, &local));
    }
    right_align(&mut table, &[4]);
    write_table(out, &table)
}

fn row(change: &wire::VisitChange, local: &LocalTime) -> [String; 6] {
    let slot = |slot: &Option<wire::VisitSlot>| match slot {
        Some(slot) => format!("{} {}", slot.technician_id, local.clock(slot.start_time)),
        None => "-".to_owned(),
    };
    let told = change.before.as_ref().and_then(|before| before.arrival_window.as_ref()?.window);
    let told = told.map_or_else(String::new, |window| {
        let missed = if change.promise_moved { " missed" } else { "" };
        format!("{}-{}{missed}", local.clock(window.start_time), local.clock(window.end_time))
    });
    [
        change.visit_id.clone(),
        slot(&change.before),
        slot(&change.after),
        told,
        change.saving_micros.map_or_else(String::new, dollars),
        change.text.clone(),
    ]
}
