//! The years as data.

use serde_json::{Map, Value, json};

use super::headline;
use crate::trade_year::year::{by_year, policies};
use crate::trade_year::{Estimate, Metrics, PolicyRun, SimulationOptions, Year};

/// The report as JSON: what was asked, what was assumed, each metric by policy with its confidence interval, paired
/// differences between policies, the headline by the coordinator's planning time, and every year by itself.
pub fn json(options: &SimulationOptions, years: &[Year]) -> Value {
    let policies = policies(years);
    let estimates = |of: &dyn Fn(&str) -> Estimate| -> Map<String, Value> {
        metric_names().into_iter().map(|name| (name.clone(), json!(of(&name)))).collect()
    };
    let means: Vec<Value> = (0..policies.len())
        .map(|at| {
            let mean = |name: &str| Estimate::of(&by_year(years, at, &|m| metric(m, name)));
            json!({ "policy": policies[at].name(), "metrics": estimates(&mean) })
        })
        .collect();
    let differences: Vec<Value> = pairs(policies.len())
        .map(|(ours, theirs)| {
            let less = |name: &str| difference(years, (ours, theirs), name);
            json!({
                "policy": policies[ours].name(),
                "less": policies[theirs].name(),
                "metrics": estimates(&less),
            })
        })
        .collect();
    let first = years.first();
    json!({
        "days": first.map(|year| year.history.days),
        "seeds": years.iter().map(|year| year.seed).collect::<Vec<u64>>(),
        "technicians": first.map(|year| year.firm.technicians()),
        "iterations_morning": options.iterations_morning,
        "iterations_event": options.iterations_event,
        "faults": options.faults,
        "confidence_percent": 95,
        "policies": means,
        "differences": differences,
        "headline": headline(years),
        "years": years.iter().map(year_json).collect::<Vec<Value>>(),
    })
}

fn year_json(year: &Year) -> Value {
    let of_run = |run: &PolicyRun| {
        json!({
            "policy": run.policy.name(),
            "metrics": run.metrics,
            "illegal": run.illegal,
            "refused_by_the_desk": run.refused,
        })
    };
    let policies: Vec<Value> = year.runs.iter().map(of_run).collect();
    json!({ "seed": year.seed, "notes": year.firm.notes, "policies": policies })
}

/// Every two policies, the later one first.
fn pairs(policies: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..policies).flat_map(|ours| (0..ours).map(move |theirs| (ours, theirs)))
}

fn difference(years: &[Year], (ours, theirs): (usize, usize), name: &str) -> Estimate {
    let number = |m: &Metrics| metric(m, name);
    Estimate::of_differences(&by_year(years, ours, &number), &by_year(years, theirs, &number))
}

fn numbers(metrics: &Metrics) -> Map<String, Value> {
    match serde_json::to_value(metrics) {
        Ok(Value::Object(numbers)) => numbers,
        _ => Map::new(),
    }
}

fn metric_names() -> Vec<String> {
    numbers(&Metrics::default()).keys().cloned().collect()
}

fn metric(metrics: &Metrics, name: &str) -> f64 {
    numbers(metrics).get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// Every metric by policy, and of every two policies the paired difference, one a line; interval ends are empty for a
/// single year.
///
/// # Errors
/// When the writer fails.
pub fn metrics_csv(years: &[Year], to: impl std::io::Write) -> csv::Result<()> {
    let policies = policies(years);
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(["policy", "less", "metric", "seeds", "mean", "low", "high"])?;
    let mut row = |policy: &str, less: &str, name: &str, of: Estimate| {
        let end = |end: Option<f64>| end.map(|end| end.to_string()).unwrap_or_default();
        let (seeds, mean) = (years.len().to_string(), of.mean.to_string());
        writer.write_record([policy, less, name, &seeds, &mean, &end(of.low), &end(of.high)])
    };
    for name in metric_names() {
        for (at, policy) in policies.iter().enumerate() {
            row(&policy.name(), "", &name, Estimate::of(&by_year(years, at, &|m| metric(m, &name))))?;
        }
        for (ours, theirs) in pairs(policies.len()) {
            let of = difference(years, (ours, theirs), &name);
            row(&policies[ours].name(), &policies[theirs].name(), &name, of)?;
        }
    }
    writer.flush()?;
    Ok(())
}

/// Every call of every year under every policy, one a line; moments are seconds since the midnight before the first
/// working day.
///
/// # Errors
/// When the writer fails.
pub fn calls_csv(years: &[Year], to: impl std::io::Write) -> csv::Result<()> {
    let mut writer = csv::Writer::from_writer(to);
    writer.write_record(CALL_COLUMNS)?;
    for year in years {
        for run in &year.runs {
            calls_of(year, run, &mut writer)?;
        }
    }
    writer.flush()?;
    Ok(())
}

const CALL_COLUMNS: [&str; 18] = [
    "seed",
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
];

fn calls_of(year: &Year, run: &PolicyRun, writer: &mut csv::Writer<impl std::io::Write>) -> csv::Result<()> {
    let text = |moment: Option<i64>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    for (number, (call, record)) in year.history.calls.iter().zip(&run.records).enumerate() {
        writer.write_record([
            year.seed.to_string(),
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
    Ok(())
}
