//! `quote`: the arrival windows that a caller can be offered on a planned day, each with its probability and what it adds.

use std::io::{self, Write};

use journeyman_api::{Refused, quote, wire};

use crate::args::{AnswerFormat, QuoteArgs};
use crate::failure::{Failure, Outcome};
use crate::files::{
    origins_of_basis, origins_of_flags, read_call, read_day, read_plan_file, refusal, write_message,
};
use crate::roads;
use crate::table::{LocalTime, dollars, names_of, plain_table, right_align, write_table};

/// Reasons that are told one by one; the JSON form has all of them.
const REASONS_SHOWN: usize = 12;

/// Answers a caller.
pub(crate) fn run(arguments: &QuoteArgs) -> Result<Outcome, Failure> {
    let day = read_day(&arguments.day)?;
    let plan = read_plan_file(&arguments.plan)?;
    let mut request = read_call(&arguments.call)?;
    if request.basis.is_some() {
        let file = arguments.call.display();
        return Err(Failure::input(format!("{file}: basis: the day and its plan are files of their own")));
    }
    let problem = day.problem.unwrap_or_default();
    let planned = wire::PlannedDay { problem: Some(problem.clone()), plan: Some(plan) };
    request.basis = Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) });
    if !arguments.width.is_empty() {
        request.widths = arguments.width.iter().map(|&width| width.into()).collect();
    }
    request.quotes_max = arguments.quotes_max.or(request.quotes_max);
    let mut elsewhere = origins_of_basis(&arguments.day, &arguments.plan);
    elsewhere.extend(origins_of_flags([
        ("widths", "--width", !arguments.width.is_empty()),
        ("quotes_max", "--quotes-max", arguments.quotes_max.is_some()),
    ]));
    let answer = quote(&request, &roads::limits(&arguments.roads)?).map_err(|refused| match refused {
        Refused::Invalid(invalid) => refusal(&arguments.call, &elsewhere, &invalid),
        Refused::Engine(error) => error.into(),
    })?;
    match arguments.format {
        AnswerFormat::Json => write_message(&answer)?,
        AnswerFormat::Text => write_quotes(&mut io::stdout().lock(), &problem, &answer)?,
    }
    Ok(Outcome::Done)
}

fn write_quotes(
    out: &mut dyn Write,
    day: &wire::Problem,
    answer: &wire::QuoteArrivalWindowsResponse,
) -> io::Result<()> {
    let (local, names) = (LocalTime::of(day), names_of(day));
    if answer.quotes.is_empty() {
        writeln!(out, "nobody can come in any window")?;
    } else {
        let mut table = plain_table();
        table.add_row(["window", "on time", "adds", "who"]);
        for quote in &answer.quotes {
            let told = quote.arrival_window.unwrap_or_default();
            let window = told.window.unwrap_or_default();
            let name = names.get(&quote.technician_id).map_or(&*quote.technician_id, String::as_str);
            table.add_row([
                format!("{} to {}", local.clock(window.start_time), local.clock(window.end_time)),
                format!("{} %", (told.on_time_permille + 5) / 10),
                dollars(quote.marginal_cost_micros),
                format!("{name} ({})", quote.shift_id),
            ]);
        }
        right_align(&mut table, &[1, 2]);
        write_table(out, &table)?;
    }
    if !answer.reasons.is_empty() {
        writeln!(out, "\nWho can't come:")?;
    }
    for reason in answer.reasons.iter().take(REASONS_SHOWN) {
        writeln!(out, "  {}", reason.text)?;
    }
    match answer.reasons.len().saturating_sub(REASONS_SHOWN) {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more"),
    }
}
