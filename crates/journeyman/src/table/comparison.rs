//! Two plans side by side: costs term by term, bounds, and the visits that differ.

use std::io::{self, Write};

use journeyman_api::wire;

use super::changes::write_changed_visits;
use super::{bound_line, dollars, plain_table, right_align, terms, write_table};

/// Writes what a plan is and what it would be.
///
/// # Errors
/// When the output does not take it.
pub(crate) fn write_comparison(
    out: &mut dyn Write,
    day: &wire::Problem,
    answer: &wire::WhatIfResponse,
) -> io::Result<()> {
    let plan = |solved: &Option<wire::SolveResponse>| {
        solved.as_ref().and_then(|solved| solved.plan.clone()).unwrap_or_default()
    };
    let (before, after) = (plan(&answer.before), plan(&answer.after));
    let (cost, other) = (before.cost.unwrap_or_default(), after.cost.unwrap_or_default());
    let mut table = plain_table();
    table.set_header(["", "as it is", "as it would be", "difference"]);
    let numbers = [before.metrics.unwrap_or_default(), after.metrics.unwrap_or_default()];
    let [is, would] = numbers.map(|metrics| metrics.visits_planned);
    let row = ["visits served".to_owned(), is.to_string(), would.to_string(), format!("{:+}", would - is)];
    table.add_row(row);
    for ((term, is), (_, would)) in terms(&cost).into_iter().zip(terms(&other)) {
        if is != 0 || would != 0 {
            table.add_row([term.to_owned(), dollars(is), dollars(would), signed(would - is)]);
        }
    }
    let (is, would) = (cost.total_micros, other.total_micros);
    table.add_row(["total".to_owned(), dollars(is), dollars(would), signed(would - is)]);
    right_align(&mut table, &[1, 2, 3]);
    write_table(out, &table)?;
    if let Some(repriced) = &answer.repriced_cost {
        writeln!(out, "as it is, at the other prices: {}", dollars(repriced.total_micros))?;
    }
    for (name, plan) in [("as it is", &before), ("as it would be", &after)] {
        if let Some(bound) = &plan.bound {
            writeln!(out, "bound {name}: {}", bound_line(bound))?;
        }
    }
    let difference = answer.difference.clone().unwrap_or_default();
    writeln!(out)?;
    write_changed_visits(out, day, &difference)
}

fn signed(micros: i64) -> String {
    let sign = if micros > 0 { "+" } else { "" };
    format!("{sign}{}", dollars(micros))
}
