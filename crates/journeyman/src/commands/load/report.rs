//! What was measured: tables for people, JSON for programs.

use std::io::{self, Write};

use journeyman_sim::traffic::Ask;
use serde_json::{Value, json};

use super::drive::Driven;
use super::saturate::Bracket;
use super::tally::{Kind, Row, Tally};
use crate::args::LoadArgs;
use crate::table::{plain_table, right_align, write_table};

/// Quantiles of latency that are told, with their names.
const QUANTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

/// A step of the search for the saturation, and why it was too much.
pub(super) type Step = (Driven, Vec<String>);

/// Technicians and visits of a board.
pub(super) type Size = (usize, usize);

/// Writes the latencies of a run by request and size of board, and its failures.
pub(super) fn write_latencies(out: &mut dyn Write, run: &Driven, sizes: &[Size]) -> io::Result<()> {
    let all = run.tally.together(|_, _| true);
    let (half_way, end) = run.unanswered;
    writeln!(
        out,
        "{} requests in {:.1} s, {:.1} a second asked for; {half_way} waited half-way, {end} at the end, \
         the last answer came after {:.1} s",
        all.count(),
        run.sent_in.as_secs_f64(),
        run.rate,
        run.answered_in.as_secs_f64(),
    )?;
    if run.ended_early {
        writeln!(out, "it ended early: {end} requests waited for their answers")?;
    }
    writeln!(out, "\nlatency from when a request was due, in ms")?;
    let mut table = plain_table();
    let numbers = QUANTILES.map(|(name, _)| name);
    table.set_header([&["request", "board", "count", "failed"][..], &numbers, &["max"]].concat());
    for (kind, size, row) in run.tally.rows() {
        table.add_row(cells(&name_of(kind), &board_of(sizes[size]), row));
    }
    if sizes.len() > 1 {
        for kind in kinds_of(&run.tally) {
            let row = run.tally.together(|one, _| one == kind);
            table.add_row(cells(&name_of(kind), "all", &row));
        }
    }
    table.add_row(cells("all", "all", &all));
    right_align(&mut table, &[2, 3, 4, 5, 6, 7, 8]);
    write_table(out, &table)?;
    write_failures(out, &run.tally, sizes)
}

/// Writes the steps of a search for the saturation, and its end.
pub(super) fn write_saturation(out: &mut dyn Write, steps: &[Step], bracket: &Bracket) -> io::Result<()> {
    let mut table = plain_table();
    table.set_header([
        "requests/s",
        "sent",
        "failed",
        "calls p50 ms",
        "calls p99 ms",
        "all p99 ms",
        "waiting half-way",
        "at the end",
        "too much",
    ]);
    for (step, reasons) in steps {
        let all = step.tally.together(|_, _| true);
        let calls = step.tally.together(|kind, _| kind == Kind::Call);
        table.add_row([
            format!("{:.1}", step.rate),
            all.count().to_string(),
            all.failures().to_string(),
            number(calls.quantile_ms(0.5)),
            number(calls.quantile_ms(0.99)),
            number(all.quantile_ms(0.99)),
            step.unanswered.0.to_string(),
            step.unanswered.1.to_string(),
            reasons.join("; "),
        ]);
    }
    right_align(&mut table, &[0, 1, 2, 3, 4, 5, 6, 7]);
    write_table(out, &table)?;
    writeln!(out)?;
    match (bracket.held, bracket.too_much) {
        (Some(held), Some(high)) => writeln!(
            out,
            "it saturates between {held:.1} and {high:.1} requests a second ({:.1} and {:.1} calls)",
            calls_of(held),
            calls_of(high)
        ),
        (Some(held), None) => {
            writeln!(out, "it does not saturate: {held:.1} requests a second held, the most that is tried")
        }
        (None, Some(high)) => {
            writeln!(out, "it is saturated already by {high:.1} requests a second, the least that is tried")
        }
        (None, None) => writeln!(out, "nothing was tried"),
    }
}

/// All that was measured of a stretch.
pub(super) fn stretch_json(run: &Driven, sizes: &[Size]) -> Value {
    let rows = run.tally.rows().map(|(kind, size, row)| {
        let (technicians, visits) = sizes[size];
        let quantile = |share: f64| row.quantile_ms(share);
        // Value and count: histograms of several runs can be added up.
        let histogram = row.answered.iter_recorded();
        let histogram: Vec<(u64, u64)> =
            histogram.map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value())).collect();
        json!({
            "rpc": kind.rpc(),
            "event": kind.event(),
            "technicians": technicians,
            "visits": visits,
            "count": row.count(),
            "failed": row.failed,
            "p50_ms": quantile(0.5),
            "p90_ms": quantile(0.9),
            "p99_ms": quantile(0.99),
            "p999_ms": quantile(0.999),
            "max_ms": row.max_ms(),
            "histogram_micros": histogram,
        })
    });
    json!({
        "rate": run.rate,
        "sent_seconds": run.sent_in.as_secs_f64(),
        "answered_seconds": run.answered_in.as_secs_f64(),
        "waiting_half_way": run.unanswered.0,
        "waiting_at_end": run.unanswered.1,
        "ended_early": run.ended_early,
        "requests": rows.collect::<Vec<Value>>(),
    })
}

/// What was asked for.
pub(super) fn settings_json(arguments: &LoadArgs, sizes: &[Size]) -> Value {
    let size = |&(technicians, visits): &Size| json!({ "technicians": technicians, "visits": visits });
    let mix = Ask::MIX.map(|(ask, percent)| (format!("{ask:?}"), Value::from(percent)));
    json!({
        "target": arguments.target.to_string(),
        "boards": arguments.boards,
        "sizes": sizes.iter().map(size).collect::<Vec<Value>>(),
        "spacing": format!("{:?}", arguments.spacing),
        "seed": arguments.seed,
        "settle_seconds": arguments.settle.as_secs_f64(),
        "improve_seconds": arguments.improve.map(|time| time.as_secs_f64()),
        "timeout_seconds": arguments.timeout.as_secs_f64(),
        "request_ids": arguments.request_ids,
        "mix_percent": serde_json::Map::from_iter(mix),
    })
}

fn write_failures(out: &mut dyn Write, tally: &Tally, sizes: &[Size]) -> io::Result<()> {
    for (kind, size, row) in tally.rows() {
        for (why, count) in &row.failed {
            writeln!(out, "failed: {} on {}: {why}, {count}", name_of(kind), board_of(sizes[size]))?;
        }
    }
    Ok(())
}

fn cells(request: &str, board: &str, row: &Row) -> Vec<String> {
    let counts = [request.to_owned(), board.to_owned(), row.count().to_string(), row.failures().to_string()];
    let quantiles = QUANTILES.map(|(_, share)| number(row.quantile_ms(share)));
    [&counts[..], &quantiles, &[number(row.max_ms())]].concat()
}

fn number(ms: Option<f64>) -> String {
    ms.map_or_else(|| "-".to_owned(), |ms| format!("{ms:.1}"))
}

fn name_of(kind: Kind) -> String {
    format!("{} {}", kind.rpc(), kind.event()).trim_end().to_owned()
}

fn board_of((technicians, visits): Size) -> String {
    format!("{technicians} x {visits}")
}

fn kinds_of(tally: &Tally) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = tally.rows().map(|(kind, _, _)| kind).collect();
    kinds.dedup();
    kinds
}

/// How many calls are among so many requests.
fn calls_of(rate: f64) -> f64 {
    let calls = Ask::MIX.iter().find(|(ask, _)| *ask == Ask::Call).map_or(0, |(_, percent)| *percent);
    rate * f64::from(calls) / 100.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_request_and_size_has_its_row_and_the_sums_are_under_them() {
        let mut tally = Tally::default();
        tally.note((Kind::Call, 0), Ok(Duration::from_millis(10)));
        tally.note((Kind::Call, 1), Ok(Duration::from_millis(30)));
        tally.note((Kind::Cancellation, 1), Err("FailedPrecondition VISIT_HAS_STARTED".to_owned()));
        let run = Driven {
            rate: 0.5,
            tally,
            unanswered: (1, 0),
            due_in_second_half: 2,
            sent_in: Duration::from_secs(6),
            answered_in: Duration::from_millis(6_020),
            ended_early: false,
        };
        let mut shown = Vec::new();
        write_latencies(&mut shown, &run, &[(5, 20), (20, 100)]).unwrap();
        let wanted = "\
3 requests in 6.0 s, 0.5 a second asked for; 1 waited half-way, 0 at the end, the last answer came after 6.0 s

latency from when a request was due, in ms
 request                   board     count  failed   p50   p90   p99  p99.9   max
 ApplyEvents call          5 x 20        1       0  10.0  10.0  10.0   10.0  10.0
 ApplyEvents call          20 x 100      1       0  30.0  30.0  30.0   30.0  30.0
 ApplyEvents cancellation  20 x 100      1       1     -     -     -      -     -
 ApplyEvents call          all           2       0  10.0  30.0  30.0   30.0  30.0
 ApplyEvents cancellation  all           1       1     -     -     -      -     -
 all                       all           3       1  10.0  30.0  30.0   30.0  30.0
failed: ApplyEvents cancellation on 20 x 100: FailedPrecondition VISIT_HAS_STARTED, 1
";
        assert_eq!(String::from_utf8(shown).unwrap(), wanted);
    }
}
