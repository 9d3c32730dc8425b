//! Routes as blocks of lines, with the same columns in every block.

use std::collections::BTreeMap;
use std::io::{self, Write};

use journeyman_api::wire::{self, stop};

use super::local_time::{LocalTime, span};
use super::{dollars, kilometers, plain_table, right_align};

const HEADER: [&str; 9] = ["", "arrive", "start", "end", "promise", "visit", "order", "drive", "license"];

pub(super) fn write(
    out: &mut dyn Write,
    day: &wire::Problem,
    plan: &wire::Plan,
    local: &LocalTime,
) -> io::Result<()> {
    if plan.routes.is_empty() {
        return writeln!(out, "no routes\n");
    }
    let people: BTreeMap<&str, &wire::Technician> =
        day.technicians.iter().map(|technician| (technician.id.as_str(), technician)).collect();
    // One table for all, so that columns align; its lines are then cut into blocks.
    let mut table = plain_table();
    table.set_header(HEADER);
    for route in &plan.routes {
        for stop in &route.stops {
            table.add_row(stop_row(stop, local));
        }
    }
    right_align(&mut table, &[7]);
    let mut lines = table.lines();
    let header = lines.next().unwrap_or_default();
    for route in &plan.routes {
        writeln!(out, "{}", title(route, people.get(route.technician_id.as_str()).copied(), local))?;
        writeln!(out, "{}", header.trim_end())?;
        for line in lines.by_ref().take(route.stops.len()) {
            writeln!(out, "{}", line.trim_end())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Who, when, how far, for how much.
fn title(route: &wire::Route, technician: Option<&wire::Technician>, local: &LocalTime) -> String {
    let name = technician.map_or("", |technician| technician.display_name.as_str());
    let mut who = route.technician_id.clone();
    if !name.is_empty() && name != who {
        who = format!("{who} {name}");
    }
    let legs = route.stops.iter().filter_map(|stop| stop.leg.as_ref()).chain(route.return_leg.as_ref());
    let (mut seconds, mut meters) = (0, 0);
    for leg in legs {
        seconds += leg.duration.map_or(0, |duration| duration.seconds);
        meters += leg.distance_meters;
    }
    let visits = route.stops.iter().filter(|stop| matches!(stop.kind, Some(stop::Kind::Visit(_)))).count();
    format!(
        "{who}: {} {} to {}, {visits} visits, {} of driving, {} km, {}",
        local.date(route.departure_time),
        local.clock(route.departure_time),
        local.clock(route.return_time),
        span(Some(wire::Duration::from_seconds(seconds))),
        kilometers(meters),
        dollars(route.cost.unwrap_or_default().total_micros),
    )
}

fn stop_row(stop: &wire::Stop, local: &LocalTime) -> [String; 9] {
    let drive = stop.leg.as_ref().map_or_else(String::new, |leg| span(leg.duration));
    let (promise, visit, order, license) = match &stop.kind {
        Some(stop::Kind::Visit(visit)) => (
            promise(visit, local),
            format!("{}{}", visit.visit_id, marks(visit)),
            visit.work_order_id.clone(),
            visit.license_proof.as_ref().map_or_else(|| "none needed".to_owned(), |proof| proof.text.clone()),
        ),
        Some(stop::Kind::Pickup(pickup)) => {
            (String::new(), format!("pickup {}", pickup.warehouse_id), String::new(), carried(pickup))
        }
        Some(stop::Kind::ShiftBreak(pause)) => {
            (String::new(), format!("break {}", pause.break_id), String::new(), String::new())
        }
        None => Default::default(),
    };
    [
        String::new(),
        local.clock(stop.arrival_time),
        local.clock(stop.start_time),
        local.clock(stop.end_time),
        promise,
        visit,
        order,
        drive,
        license,
    ]
}

/// `08:00-10:00 (93 %)`.
fn promise(visit: &wire::VisitStop, local: &LocalTime) -> String {
    let Some(arrival) = &visit.arrival_window else { return String::new() };
    let window = arrival.window.unwrap_or_default();
    let percent = arrival.on_time_permille / 10;
    format!("{}-{} ({percent} %)", local.clock(window.start_time), local.clock(window.end_time))
}

fn marks(visit: &wire::VisitStop) -> String {
    let mut marks = String::new();
    if visit.pinned {
        marks.push_str(" pinned");
    }
    if visit.held {
        marks.push_str(" HELD");
    }
    if let Some(lateness) = visit.lateness {
        marks.push_str(&format!(" {} late", span(Some(lateness))));
    }
    marks
}

fn carried(pickup: &wire::PickupStop) -> String {
    let parts = pickup.parts.iter().map(|part| format!("{} x {}", part.quantity, part.sku));
    parts.chain(pickup.tools.iter().cloned()).collect::<Vec<_>>().join(", ")
}
