//! The page: everything in one file, nothing fetched.

use std::fmt::Write as _;

use super::charts::{ChartError, Series, bars, shares};
use super::headline;
use crate::trade_year::metrics::waits;
use crate::trade_year::{Firm, History, Metrics, PolicyRun, SimulationOptions};

/// A row of the table: its words, its number, its decimals.
type Row = (&'static str, fn(&Metrics) -> f64, usize);

const ROWS: [Row; 15] = [
    ("call → dispatched, median (min)", |m| m.call_to_dispatched_median, 1),
    ("call → dispatched, p90 (min)", |m| m.call_to_dispatched_p90, 1),
    ("call → on site, median (min)", |m| m.call_to_on_site_median, 0),
    ("call → on site, p90 (min)", |m| m.call_to_on_site_p90, 0),
    ("done on the day of the call (%)", |m| m.same_day_share * 100.0, 1),
    ("promises kept (%)", |m| m.promises_kept_share * 100.0, 1),
    ("promises moved", |m| m.promises_moved as f64, 0),
    ("travel per visit (min)", |m| m.travel_per_visit, 1),
    ("visits", |m| m.visits as f64, 0),
    ("overtime (h)", |m| m.overtime_hours, 1),
    ("calls done", |m| m.done as f64, 0),
    ("calls lost to slow answers", |m| m.lost as f64, 0),
    ("revenue lost to slow answers ($)", |m| m.revenue_lost, 0),
    ("revenue ($)", |m| m.revenue, 0),
    ("illegal assignments", |m| m.illegal_assignments as f64, 0),
];

/// The report as one HTML page.
///
/// # Errors
/// When a chart cannot be drawn.
pub fn html(
    (firm, history): (&Firm, &History),
    options: &SimulationOptions,
    runs: &[PolicyRun],
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut page = String::from(HEAD);
    write!(
        page,
        "<p>{} working days, {} technicians, {} calls, seed {}; the same calls for every policy.</p>",
        history.days,
        firm.technicians(),
        history.calls.len(),
        options.seed
    )?;
    for line in headline(runs) {
        write!(
            page,
            "<p>With {} % of the coordinator's stated planning time: {}; on site {:.0} % sooner.</p>",
            line.planning_percent, line, line.on_site_faster_percent
        )?;
    }
    table(&mut page, runs)?;
    page.push_str(&charts(history, runs)?);
    page.push_str("<h2>Notes</h2><ul>");
    for note in &firm.notes {
        write!(page, "<li>{}</li>", escaped(note))?;
    }
    page.push_str("</ul></body></html>\n");
    Ok(page)
}

fn table(page: &mut String, runs: &[PolicyRun]) -> std::fmt::Result {
    page.push_str("<table><tr><th></th>");
    for run in runs {
        write!(page, "<th>{}</th>", escaped(&run.policy.name()))?;
    }
    page.push_str("</tr>");
    for (words, number, decimals) in ROWS {
        write!(page, "<tr><td>{words}</td>")?;
        for run in runs {
            write!(page, "<td class=\"n\">{:.decimals$}</td>", number(&run.metrics))?;
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
    Ok(())
}

fn charts(history: &History, runs: &[PolicyRun]) -> Result<String, ChartError> {
    let series = |run: &PolicyRun| Series { name: run.policy.name(), values: waits(history, &run.records) };
    let waiting: Vec<Series> = runs.iter().map(series).collect();
    let of = |number: fn(&Metrics) -> f64| -> Vec<(String, f64)> {
        runs.iter().map(|run| (run.policy.name(), number(&run.metrics))).collect()
    };
    Ok([
        shares("Call to dispatched", &waiting, 60.0)?,
        bars("Call to on site, median", "minutes", &of(|m| m.call_to_on_site_median))?,
        bars("Travel per visit", "minutes", &of(|m| m.travel_per_visit))?,
        bars("Promises kept", "%", &of(|m| m.promises_kept_share * 100.0))?,
        bars("Revenue lost to slow answers", "$", &of(|m| m.revenue_lost))?,
    ]
    .concat())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>A simulated trade year</title>\
<style>body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse}\
td,th{border:1px solid #ccc;padding:.2em .6em;text-align:left}td.n{text-align:right}svg{max-width:100%;height:auto}</style>\
</head><body><h1>A simulated trade year</h1>";
