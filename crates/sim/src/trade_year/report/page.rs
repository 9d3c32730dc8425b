//! The page: everything in one file, nothing fetched.

use std::fmt::Write as _;

use super::charts::{ChartError, Series, bars, shares};
use super::headline;
use crate::trade_year::metrics::waits;
use crate::trade_year::year::{by_year, policies};
use crate::trade_year::{Estimate, Metrics, Policy, Year};

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
pub fn html(years: &[Year]) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let mut page = String::from(HEAD);
    let days = years.first().map_or(0, |year| year.history.days);
    let people = years.first().map_or(0, |year| year.firm.technicians());
    let calls: usize = years.iter().map(|year| year.history.calls.len()).sum();
    write!(page, "<p>{days} working days, {people} technicians, {calls} calls in all; {}", seeds(years))?;
    page.push_str("; the same calls for every policy. Behind ± is the half of the 95 % confidence interval ");
    page.push_str("(Student's t over years).</p>");
    for line in headline(years) {
        write!(
            page,
            "<p>With {} % of the coordinator's stated planning time: {}; on site {} % sooner.</p>",
            line.planning_percent,
            line,
            said(line.on_site_faster_percent, 0)
        )?;
    }
    let policies = policies(years);
    let columns = policies.iter().map(|policy| policy.name());
    table(&mut page, columns, |number, at| Estimate::of(&by_year(years, at, &number)))?;
    if let Some(ours) = policies.iter().position(|&policy| policy == Policy::Journeyman) {
        let others: Vec<usize> = (0..policies.len()).filter(|&at| at != ours).collect();
        page.push_str("<h2>Journeyman less the other, in the same year</h2>");
        let columns = others.iter().map(|&at| policies[at].name());
        table(&mut page, columns, |number, column| {
            let theirs = by_year(years, others[column], &number);
            Estimate::of_differences(&by_year(years, ours, &number), &theirs)
        })?;
    }
    page.push_str(&charts(years, &policies)?);
    page.push_str("<h2>Notes</h2><ul>");
    for note in years.first().into_iter().flat_map(|year| &year.firm.notes) {
        write!(page, "<li>{}</li>", escaped(note))?;
    }
    page.push_str("</ul></body></html>\n");
    Ok(page)
}

fn seeds(years: &[Year]) -> String {
    match years {
        [] => "no seed".to_owned(),
        [only] => format!("seed {}", only.seed),
        [first, .., last] => format!("seeds {} to {}", first.seed, last.seed),
    }
}

/// A mean with the half of its interval, where it has one.
fn said(of: Estimate, decimals: usize) -> String {
    // Not "-0".
    let mean = if of.mean == 0.0 { 0.0 } else { of.mean };
    match of.half() {
        Some(half) => format!("{mean:.decimals$} ± {half:.decimals$}"),
        None => format!("{mean:.decimals$}"),
    }
}

fn table(
    page: &mut String,
    columns: impl ExactSizeIterator<Item = String>,
    estimate: impl Fn(fn(&Metrics) -> f64, usize) -> Estimate,
) -> std::fmt::Result {
    let count = columns.len();
    page.push_str("<table><tr><th></th>");
    for name in columns {
        write!(page, "<th>{}</th>", escaped(&name))?;
    }
    page.push_str("</tr>");
    for (words, number, decimals) in ROWS {
        write!(page, "<tr><td>{words}</td>")?;
        for at in 0..count {
            write!(page, "<td class=\"n\">{}</td>", said(estimate(number, at), decimals))?;
        }
        page.push_str("</tr>");
    }
    page.push_str("</table>");
    Ok(())
}

fn charts(years: &[Year], policies: &[Policy]) -> Result<String, ChartError> {
    let series = |at: usize| Series {
        name: policies[at].name(),
        values: years.iter().flat_map(|year| waits(&year.history, &year.runs[at].records)).collect(),
    };
    let waiting: Vec<Series> = (0..policies.len()).map(series).collect();
    let of = |number: fn(&Metrics) -> f64| -> Vec<(String, f64)> {
        let mean = |at: usize| Estimate::of(&by_year(years, at, &number)).mean;
        policies.iter().enumerate().map(|(at, policy)| (policy.name(), mean(at))).collect()
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
