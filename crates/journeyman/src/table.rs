//! A plan as tables for a dispatcher: routes, what is left out and why, cost, bound.
//!
//! It reads wire messages, so that a plan from a file, from the engine and from a server look the same.

mod changes;
mod comparison;
mod local_time;
mod money;
mod routes;
mod unassigned;

use std::collections::BTreeMap;
use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use journeyman_api::wire;

pub(crate) use changes::write_changes;
pub(crate) use comparison::write_comparison;
pub(crate) use local_time::{LocalTime, span};
pub(crate) use money::dollars;
pub(crate) use unassigned::certainty;

/// Writes the plan of a day.
///
/// # Errors
/// When the output does not take it.
pub(crate) fn write_plan(out: &mut dyn Write, day: &wire::Problem, plan: &wire::Plan) -> io::Result<()> {
    let local = LocalTime::of(day);
    routes::write(out, day, plan, &local)?;
    unassigned::write(out, plan)?;
    write_summary(out, day, plan)?;
    for warning in &plan.warnings {
        writeln!(out, "warning: {}{}", field_prefix(&warning.field), warning.text)?;
    }
    Ok(())
}

/// What the plan does, what it costs term by term, and how good it provably is.
fn write_summary(out: &mut dyn Write, day: &wire::Problem, plan: &wire::Plan) -> io::Result<()> {
    let metrics = plan.metrics.unwrap_or_default();
    let visits: usize = day.work_orders.iter().map(|order| order.visits.len()).sum();
    writeln!(
        out,
        "served     {} of {visits} visits by {} shifts{}",
        metrics.visits_planned,
        metrics.shifts_used,
        mandatory(&metrics),
    )?;
    write_costs(out, &metrics, &plan.cost.unwrap_or_default())?;
    if let Some(bound) = &plan.bound {
        writeln!(out, "bound      {}", bound_line(bound))?;
    }
    Ok(())
}

/// What a plan drives, waits and costs.
pub(crate) fn write_costs(out: &mut dyn Write, metrics: &wire::Metrics, cost: &wire::Cost) -> io::Result<()> {
    writeln!(
        out,
        "driving    {}, {} km    waiting {}    overtime {}",
        span(metrics.driving_duration),
        kilometers(metrics.distance_meters),
        span(metrics.waiting_duration),
        span(metrics.overtime_duration),
    )?;
    let mut heading = "cost";
    let paid = terms(cost).into_iter().filter(|(_, micros)| *micros != 0);
    for (term, micros) in paid.chain([("total", cost.total_micros)]) {
        writeln!(out, "{heading:<10} {term:<16} {:>14}", dollars(micros))?;
        heading = "";
    }
    Ok(())
}

/// Cost by term without the total, in the order in which it is shown.
pub(crate) fn terms(cost: &wire::Cost) -> [(&'static str, i64); 8] {
    [
        ("driving time", cost.paid_time_micros),
        ("distance", cost.distance_micros),
        ("overtime", cost.overtime_micros),
        ("shifts used", cost.shift_used_micros),
        ("lateness", cost.lateness_micros),
        ("disruption", cost.disruption_micros),
        ("preferences", cost.preference_micros),
        ("visits left out", cost.unserved_micros),
    ]
}

/// How good a plan is, in one line.
pub(crate) fn bound_line(bound: &wire::Bound) -> String {
    let proof = match bound.optimality() {
        wire::Optimality::Proved => ", proved optimal",
        wire::Optimality::ToTolerance => ", optimal to the solver's tolerance",
        wire::Optimality::Bounded | wire::Optimality::Unspecified => "",
    };
    let gap = match bound.gap {
        Some(gap) => format!("gap {:.2} %", gap * 100.0),
        None => format!(
            "{} mandatory visits left out, {} proved; no gap in money until they are equal",
            bound.mandatory_unserved, bound.mandatory_unserved_bound
        ),
    };
    format!("{}, {gap}{proof}", dollars(bound.bound_micros))
}

fn mandatory(metrics: &wire::Metrics) -> String {
    match metrics.mandatory_unserved {
        0 => String::new(),
        left => format!("; {left} mandatory left out"),
    }
}

pub(crate) fn kilometers(meters: i64) -> String {
    format!("{}.{}", meters / 1000, meters % 1000 / 100)
}

fn field_prefix(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

/// Names of technicians by id.
pub(crate) fn names_of(day: &wire::Problem) -> BTreeMap<String, String> {
    let name = |technician: &wire::Technician| {
        let shown = &technician.display_name;
        (technician.id.clone(), if shown.is_empty() { &technician.id } else { shown }.clone())
    };
    day.technicians.iter().map(name).collect()
}

/// A table without lines and without wrapping: one row, one line.
pub(crate) fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

pub(crate) fn right_align(table: &mut Table, columns: &[usize]) {
    for &column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

pub(crate) fn write_table(out: &mut dyn Write, table: &Table) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use journeyman_api::json::from_json;

    use super::*;

    const DAY: &str = r#"{
        "startTime": "2026-03-02T07:00:00Z", "endTime": "2026-03-03T07:00:00Z", "timeZone": "America/Denver",
        "technicians": [{"id": "T-1", "displayName": "Ana Ortiz"}],
        "workOrders": [{"id": "WO-1", "visits": [{"id": "V-1"}, {"id": "V-2"}]}]
    }"#;

    const PLAN: &str = r#"{
        "routes": [{
            "shiftId": "T-1-mon", "technicianId": "T-1",
            "departureTime": "2026-03-02T15:10:00Z", "returnTime": "2026-03-02T20:30:00Z",
            "cost": {"totalMicros": "31250000"},
            "stops": [
                {
                    "visit": {
                        "visitId": "V-1", "workOrderId": "WO-1", "pinned": true,
                        "arrivalWindow": {
                            "window": {"startTime": "2026-03-02T15:15:00Z", "endTime": "2026-03-02T16:15:00Z"},
                            "onTimePermille": 934
                        },
                        "licenseProof": {"text": "Ana Ortiz, journeyman, utah, to 2026-11-30"}
                    },
                    "leg": {"duration": "1200s", "distanceMeters": "13300"},
                    "arrivalTime": "2026-03-02T15:30:00Z", "startTime": "2026-03-02T15:30:00Z",
                    "endTime": "2026-03-02T17:00:00Z"
                },
                {
                    "shiftBreak": {"breakId": "lunch"},
                    "arrivalTime": "2026-03-02T18:00:00Z", "startTime": "2026-03-02T18:00:00Z",
                    "endTime": "2026-03-02T18:30:00Z"
                }
            ],
            "returnLeg": {"duration": "2520s", "distanceMeters": "28000"}
        }],
        "unassigned": [{
            "visitId": "V-2", "workOrderId": "WO-1", "certainty": "CERTAINTY_PROVED_INELIGIBLE",
            "penaltyMicros": "250000000", "text": "no technician may do it: solar-pv",
            "reasons": [
                {"code": "REASON_CODE_SKILL_MISSING", "subject": "solar-pv", "shiftId": "T-1-mon"},
                {"code": "REASON_CODE_SKILL_MISSING", "subject": "solar-pv", "shiftId": "T-2-mon"},
                {"code": "REASON_CODE_TOOL_MISSING", "subject": "megger", "shiftId": "T-3-mon"}
            ]
        }],
        "cost": {"totalMicros": "281250000", "paidTimeMicros": "31250000", "unservedMicros": "250000000"},
        "bound": {"costMicros": "281250000", "boundMicros": "270000000", "gap": 0.04,
                  "optimality": "OPTIMALITY_BOUNDED"},
        "metrics": {"visitsPlanned": 1, "visitsUnassigned": 1, "shiftsUsed": 1, "drivingDuration": "3720s",
                    "distanceMeters": "41300"},
        "warnings": [{"code": "BASELINE_STOP_DROPPED", "field": "problem.baseline_plan", "text": "too old"}]
    }"#;

    const SHOWN: &str = "\
T-1 Ana Ortiz: 2026-03-02 08:10 to 13:30, 1 visits, 1 h 02 min of driving, 41.3 km, $31.25
    arrive  start  end    promise             visit        order   drive  license
    08:30   08:30  10:00  08:15-09:15 (93 %)  V-1 pinned   WO-1   20 min  Ana Ortiz, journeyman, utah, to 2026-11-30
    11:00   11:00  11:30                      break lunch

left out
    visit  order  certainty          penalty  why
    V-2    WO-1   PROVED_INELIGIBLE  $250.00  no technician may do it: solar-pv; tool missing megger (1 shifts)

served     1 of 2 visits by 1 shifts
driving    1 h 02 min, 41.3 km    waiting 0 min    overtime 0 min
cost       driving time             $31.25
           visits left out         $250.00
           total                   $281.25
bound      $270.00, gap 4.00 %
warning: problem.baseline_plan: too old
";

    #[test]
    fn a_dispatcher_sees_routes_reasons_and_money() {
        let day: wire::Problem = from_json(DAY.as_bytes(), 1 << 20).unwrap();
        let plan: wire::Plan = from_json(PLAN.as_bytes(), 1 << 20).unwrap();
        let mut shown = Vec::new();
        write_plan(&mut shown, &day, &plan).unwrap();
        let shown = String::from_utf8(shown).unwrap();
        assert_eq!(shown, SHOWN);
    }

    #[test]
    fn each_state_of_a_proof_has_its_words_and_the_gap_stays_that_of_the_bound() {
        for (optimality, wanted) in [
            ("BOUNDED", "$270.00, gap 4.00 %"),
            ("TO_TOLERANCE", "$270.00, gap 4.00 %, optimal to the solver's tolerance"),
            ("PROVED", "$270.00, gap 4.00 %, proved optimal"),
        ] {
            let text = format!(
                r#"{{"costMicros": "281250000", "boundMicros": "270000000", "gap": 0.04, "optimality": "OPTIMALITY_{optimality}"}}"#
            );
            let bound: wire::Bound = from_json(text.as_bytes(), 1 << 20).unwrap();
            assert_eq!(bound_line(&bound), wanted);
        }
    }
}
