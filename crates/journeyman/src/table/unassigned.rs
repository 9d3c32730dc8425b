//! Visits left out: how sure that is, and why.

use std::io::{self, Write};

use journeyman_api::wire;

use super::{dollars, plain_table, right_align, write_table};

/// Reasons shown for a visit; the JSON form has all of them.
const REASONS_SHOWN: usize = 3;

pub(super) fn write(out: &mut dyn Write, plan: &wire::Plan) -> io::Result<()> {
    if plan.unassigned.is_empty() {
        return writeln!(out, "nothing is left out\n");
    }
    writeln!(out, "left out")?;
    let mut table = plain_table();
    table.set_header(["", "visit", "order", "certainty", "penalty", "why"]);
    // What a dispatcher can do something about first; what waits for a permit or a part last.
    let mut left_out: Vec<&wire::Unassigned> = plan.unassigned.iter().collect();
    left_out.sort_by_key(|left| left.certainty() == wire::Certainty::Awaiting);
    for left in left_out {
        table.add_row([
            String::new(),
            left.visit_id.clone(),
            left.work_order_id.clone(),
            certainty(left.certainty()).to_owned(),
            left.penalty_micros.map_or_else(|| "mandatory".to_owned(), dollars),
            why(left),
        ]);
    }
    right_align(&mut table, &[4]);
    write_table(out, &table)?;
    writeln!(out)
}

pub(crate) fn certainty(certainty: wire::Certainty) -> &'static str {
    match certainty {
        wire::Certainty::Unspecified => "-",
        wire::Certainty::ProvedIneligible => "PROVED_INELIGIBLE",
        wire::Certainty::ProvedInfeasible => "PROVED_INFEASIBLE",
        wire::Certainty::Awaiting => "AWAITING",
        wire::Certainty::Outbid => "OUTBID",
        wire::Certainty::NotFoundInTime => "NOT_FOUND_IN_TIME",
    }
}

/// The sentence of the plan, then the most frequent rules that it does not name, with the number of shifts that
/// they forbid.
fn why(left: &wire::Unassigned) -> String {
    let named = match left.certainty() {
        wire::Certainty::Awaiting => return left.text.clone(),
        wire::Certainty::ProvedIneligible => 1,
        _ => 0,
    };
    let mut counted: Vec<(String, usize)> = Vec::new();
    for reason in &left.reasons {
        let rule = rule(reason);
        match counted.iter_mut().find(|(known, _)| *known == rule) {
            Some((_, shifts)) => *shifts += 1,
            None => counted.push((rule, 1)),
        }
    }
    counted.sort_by_key(|(_, shifts)| std::cmp::Reverse(*shifts));
    let more = counted.len().saturating_sub(named + REASONS_SHOWN);
    let mut rules: Vec<String> = counted
        .into_iter()
        .skip(named)
        .take(REASONS_SHOWN)
        .map(|(rule, shifts)| format!("{rule} ({shifts} shifts)"))
        .collect();
    if more > 0 {
        rules.push(format!("{more} more"));
    }
    [left.text.clone(), rules.join("; ")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

/// The rule without the shift that it stands against.
fn rule(reason: &wire::Reason) -> String {
    let code =
        reason.code().as_str_name().trim_start_matches("REASON_CODE_").replace('_', " ").to_lowercase();
    if reason.subject.is_empty() { code } else { format!("{code} {}", reason.subject) }
}
