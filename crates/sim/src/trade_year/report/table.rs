//! The year as data.

use serde_json::{Value, json};

use super::headline;
use crate::trade_year::{Firm, History, PolicyRun, SimulationOptions};

/// The report as JSON: what was asked, what was assumed, metrics by policy, the headline by the coordinator's planning time.
pub fn json((firm, history): (&Firm, &History), options: &SimulationOptions, runs: &[PolicyRun]) -> Value {
    let policies: Vec<Value> = runs
        .iter()
        .map(|run| json!({ "policy": run.policy.name(), "metrics": run.metrics, "illegal": run.illegal }))
        .collect();
    json!({
        "days": history.days,
        "seed": options.seed,
        "technicians": firm.technicians(),
        "iterations_morning": options.iterations_morning,
        "iterations_event": options.iterations_event,
        "notes": firm.notes,
        "policies": policies,
        "headline": headline(runs),
    })
}

/// Every call under every policy, one a line; moments are seconds since the midnight before the first working day.
///
/// # Errors
/// When the writer fails.
pub fn calls_csv(history: &History, runs: &[PolicyRun], to: impl std::io::Write) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record([
        "policy",
        "call",
        "kind",
        "at",
        "ready",
        "planned",
        "actual",
        "revenue_cents",
        "dispatched",
        "on_site",
        "done",
        "technician",
        "promise_start",
        "promise_end",
        "moved",
        "fate",
        "left",
    ])?;
    let text = |moment: Option<i64>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    for run in runs {
        for (number, (call, record)) in history.calls.iter().zip(&run.records).enumerate() {
            writer.write_record([
                run.policy.name(),
                number.to_string(),
                call.kind.name().to_owned(),
                call.at.to_string(),
                call.ready.to_string(),
                call.planned.ticks().to_string(),
                call.actual.ticks().to_string(),
                call.revenue_cents.to_string(),
                text(record.dispatched),
                text(record.on_site),
                text(record.done),
                record.technician.map(|technician| technician.to_string()).unwrap_or_default(),
                text(record.promise.map(|(start, _)| start)),
                text(record.promise.map(|(_, end)| end)),
                record.moved.to_string(),
                record.fate.name().to_owned(),
                text(record.left),
            ])?;
        }
    }
    writer.flush()?;
    Ok(())
}
