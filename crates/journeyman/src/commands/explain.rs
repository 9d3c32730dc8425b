//! `explain`: why a visit is where a plan has it, or why it is left out, told to a dispatcher in dollars.

use std::collections::BTreeMap;
use std::io::{self, Write};

use journeyman_api::wire::{self, explain_response::Subject};
use journeyman_api::{AcceptedExplain, accept_explain, write_explanation};

use crate::args::{AnswerFormat, ExplainArgs};
use crate::failure::{Failure, Outcome};
use crate::files::{origins_of_basis, origins_of_flags, read_day, read_plan_file, refusal, write_message};
use crate::roads;
use crate::table::{LocalTime, certainty, dollars, names_of, plain_table, right_align, write_table};

/// Reasons of others that are told one by one; the JSON form has all of them.
const REASONS_SHOWN: usize = 12;

/// Tells the story of one visit.
pub(crate) fn run(arguments: &ExplainArgs) -> Result<Outcome, Failure> {
    let day = read_day(&arguments.day)?;
    let plan = read_plan_file(&arguments.plan)?;
    let planned = wire::PlannedDay { problem: day.problem.clone(), plan: Some(plan) };
    let request = wire::ExplainRequest {
        basis: Some(wire::PlanBasis { basis: Some(wire::plan_basis::Basis::Day(planned)) }),
        visit_id: arguments.visit.clone(),
        alternatives_max: arguments.alternatives_max,
    };
    let mut elsewhere = origins_of_basis(&arguments.day, &arguments.plan);
    elsewhere.extend(origins_of_flags([
        ("visit_id", "VISIT", true),
        ("alternatives_max", "--alternatives-max", true),
    ]));
    let AcceptedExplain { day: accepted, visit, options } =
        accept_explain(&request, &roads::limits(&arguments.roads)?)
            .map_err(|invalid| refusal(&arguments.day, &elsewhere, &invalid))?;
    let told = journeyman_engine::explain(&accepted.problem, &accepted.plan.sequences(), visit, &options)?;
    let answer = write_explanation(&accepted, &told);
    match arguments.format {
        AnswerFormat::Json => write_message(&answer)?,
        AnswerFormat::Text => {
            let story = Story::of(&day.problem.unwrap_or_default(), &arguments.visit);
            story.write(&mut io::stdout().lock(), &answer)?;
        }
    }
    Ok(Outcome::Done)
}

/// What the sentences need of the day.
struct Story<'s> {
    visit: &'s str,
    local: LocalTime,
    /// Names of technicians by id.
    names: BTreeMap<String, String>,
}

impl<'s> Story<'s> {
    fn of(day: &wire::Problem, visit: &'s str) -> Self {
        Self { visit, local: LocalTime::of(day), names: names_of(day) }
    }

    fn write(&self, out: &mut dyn Write, answer: &wire::ExplainResponse) -> io::Result<()> {
        match &answer.subject {
            Some(Subject::Assigned(slot)) => self.served(out, slot, answer)?,
            Some(Subject::Unassigned(left)) => self.left_out(out, left, answer)?,
            None => {}
        }
        for repair in &answer.repairs {
            writeln!(out, "note: {}", repair.text)?;
        }
        Ok(())
    }

    fn served(
        &self,
        out: &mut dyn Write,
        slot: &wire::VisitSlot,
        answer: &wire::ExplainResponse,
    ) -> io::Result<()> {
        let told = slot.arrival_window.as_ref().and_then(|told| told.window.as_ref());
        let told = told.map_or_else(String::new, |window| {
            let (from, to) = (self.local.clock(window.start_time), self.local.clock(window.end_time));
            format!("; the customer is told {from} to {to}")
        });
        let (who, start) = (self.who(&slot.technician_id, &slot.shift_id), self.local.clock(slot.start_time));
        writeln!(out, "{} is served by {who} at {start}{told}.", self.visit)?;
        if let Some(proof) = &answer.license_proof {
            writeln!(out, "By law: {}.", proof.text)?;
        }
        match answer.saving_micros {
            Some(saving) => writeln!(out, "Without it that route would cost {} less.", dollars(saving))?,
            None => writeln!(out, "That route cannot do without it: what has happened stays.")?,
        }
        self.alternatives(out, "Others who could, all else staying where it is:", answer)?;
        if answer.alternatives.is_empty() {
            writeln!(out, "\nNobody else could.")?;
        }
        self.reasons(out, "Others who can't:", answer)
    }

    fn left_out(
        &self,
        out: &mut dyn Write,
        left: &wire::Unassigned,
        answer: &wire::ExplainResponse,
    ) -> io::Result<()> {
        let costs = match left.penalty_micros {
            Some(penalty) => format!("Leaving it out costs {}.", dollars(penalty)),
            None => "It is mandatory.".to_owned(),
        };
        writeln!(out, "{} is left out: {}. {costs}", self.visit, left.text)?;
        writeln!(out, "How sure that is: {}.", certainty(left.certainty()))?;
        self.alternatives(out, "Who could, all else staying where it is, the penalty saved:", answer)?;
        if !answer.relaxations.is_empty() {
            writeln!(out, "\nOne rule let go would serve it, the penalty saved:")?;
            let mut table = plain_table();
            for relaxation in &answer.relaxations {
                let slot = relaxation.slot.clone().unwrap_or_default();
                table.add_row([
                    String::new(),
                    relaxation.relaxation.clone(),
                    more_or_less(relaxation.extra_cost_micros),
                    self.who(&slot.technician_id, &slot.shift_id),
                    self.local.clock(slot.start_time),
                ]);
            }
            right_align(&mut table, &[2]);
            write_table(out, &table)?;
        } else if answer.alternatives.is_empty() {
            writeln!(out, "\nNo single rule let go would serve it.")?;
        }
        self.reasons(out, "What stands in the way:", answer)
    }

    fn alternatives(
        &self,
        out: &mut dyn Write,
        heading: &str,
        answer: &wire::ExplainResponse,
    ) -> io::Result<()> {
        if answer.alternatives.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{heading}")?;
        let mut table = plain_table();
        for other in &answer.alternatives {
            table.add_row([
                String::new(),
                self.who(&other.technician_id, &other.shift_id),
                self.local.clock(other.start_time),
                more_or_less(other.extra_cost_micros),
            ]);
        }
        right_align(&mut table, &[3]);
        write_table(out, &table)
    }

    fn reasons(&self, out: &mut dyn Write, heading: &str, answer: &wire::ExplainResponse) -> io::Result<()> {
        if answer.reasons.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{heading}")?;
        for reason in answer.reasons.iter().take(REASONS_SHOWN) {
            writeln!(out, "  {}", reason.text)?;
        }
        match answer.reasons.len().saturating_sub(REASONS_SHOWN) {
            0 => Ok(()),
            more => writeln!(out, "  and {more} more"),
        }
    }

    /// `Ana Lopez (T-01/1)`.
    fn who(&self, technician: &str, shift: &str) -> String {
        format!("{} ({shift})", self.names.get(technician).map_or(technician, String::as_str))
    }
}

/// `$12.40 more`, `$3.00 less`.
fn more_or_less(micros: i64) -> String {
    if micros < 0 {
        format!("{} less", dollars(micros.saturating_neg()))
    } else {
        format!("{} more", dollars(micros))
    }
}
