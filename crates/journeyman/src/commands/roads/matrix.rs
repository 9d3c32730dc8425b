//! `roads matrix`: times and distances between the places of a CSV file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;
use journeyman_api::wire;
use journeyman_domain::{GeoPoint, RoadLeg, RoadSource, RoadTrouble};
use journeyman_travel::PLACES_MAX;

use super::build::minute_of_day;
use crate::args::{MatrixFormat, RoadMatrixArgs};
use crate::failure::{Failure, Outcome};
use crate::files::write_message;
use crate::roads::KnownRoads;

struct Listed {
    ids: Vec<String>,
    points: Vec<GeoPoint>,
}

/// Rows are asked for so many legs at once.
const LEGS_AT_ONCE_MAX: usize = 4 << 20;

/// Prints the matrix.
pub(crate) fn run(arguments: &RoadMatrixArgs) -> Result<Outcome, Failure> {
    let known = KnownRoads::of(&arguments.roads)?;
    let roads = known.roads().ok_or_else(|| Failure::input("--roads is needed: a road file or a service"))?;
    let source = roads.source();
    let minute = minute_of_day(&arguments.at)
        .ok_or_else(|| Failure::input(format!("--at {:?} is not HH:MM", arguments.at)))?;
    let starts = source.period_starts();
    // Before the first period of a day the last one of the day before still holds.
    let period = starts.partition_point(|&start| start <= minute).checked_sub(1).unwrap_or(starts.len() - 1);
    let listed = read_places(&arguments.places)?;
    match arguments.format {
        MatrixFormat::Csv => write_csv(&listed, source, period)?,
        MatrixFormat::Json => {
            let mut matrix = wire::TravelMatrix { place_ids: listed.ids.clone(), ..Default::default() };
            by_rows(&listed, source, period, &mut |_, legs| {
                matrix.duration_seconds.extend(legs.iter().map(|leg| seconds(*leg)));
                matrix.distance_meters.extend(legs.iter().map(|leg| meters(*leg)));
                Ok(())
            })?;
            write_message(&matrix)?;
        }
    }
    Ok(Outcome::Done)
}

fn write_csv(listed: &Listed, source: &dyn RoadSource, period: usize) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    // Before the first row, so that a refusal prints nothing.
    let mut header = Some(["from", "to", "seconds", "meters"]);
    by_rows(listed, source, period, &mut |from, legs| {
        if let Some(header) = header.take() {
            out.write_record(header).map_err(csv_failure)?;
        }
        for (to, leg) in listed.ids.iter().zip(legs) {
            let (seconds, meters) = (seconds(*leg).to_string(), meters(*leg).to_string());
            out.write_record([from, to, &seconds, &meters]).map_err(csv_failure)?;
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(())
}

/// Takes the id of where a row starts, and its legs.
type ShowRow<'s> = &'s mut dyn FnMut(&str, &[RoadLeg]) -> Result<(), Failure>;

/// Shows each row.
fn by_rows(
    listed: &Listed,
    source: &dyn RoadSource,
    period: usize,
    show: ShowRow<'_>,
) -> Result<(), Failure> {
    let rows = (LEGS_AT_ONCE_MAX / listed.points.len()).max(1);
    for (ids, from) in listed.ids.chunks(rows).zip(listed.points.chunks(rows)) {
        let legs = source.legs(period, from, &listed.points).map_err(|trouble| refusal(listed, trouble))?;
        for (id, row) in ids.iter().zip(legs.chunks(listed.points.len())) {
            show(id, row)?;
        }
    }
    Ok(())
}

fn refusal(listed: &Listed, trouble: RoadTrouble) -> Failure {
    let id = |point: GeoPoint| {
        let at = listed.points.iter().position(|known| *known == point);
        at.map_or("", |at| listed.ids[at].as_str()).to_owned()
    };
    match trouble {
        RoadTrouble::OffRoads { point, meters, limit } => {
            let far = meters.map_or("too far".to_owned(), |meters| format!("{meters} m"));
            let place = id(point);
            Failure::input(format!(
                "place {place:?} lies {far} from the nearest road; the limit is {limit} m"
            ))
        }
        RoadTrouble::NoWay { from, to } => {
            Failure::input(format!("no road leads from place {:?} to place {:?}", id(from), id(to)))
        }
        RoadTrouble::Service(text) => Failure::Internal(anyhow::anyhow!("{text}")),
    }
}

fn read_places(file: &Path) -> Result<Listed, Failure> {
    let shown = file.display();
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).with_context(|| shown.to_string()).map_err(Failure::Input)?)
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
    let refuse = |line: u64, what: String| Failure::input(format!("{shown}: line {line}: {what}"));
    let header = reader.headers().map_err(|error| refuse(1, error.to_string()))?;
    if header.iter().ne(["id", "lat", "lon"]) {
        return Err(refuse(1, "the header is not `id,lat,lon`".to_owned()));
    }
    let mut listed = Listed { ids: Vec::new(), points: Vec::new() };
    let mut known = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| Failure::input(format!("{shown}: {error}")))?;
        let line = record.position().map_or(0, csv::Position::line);
        let id = record[0].to_owned();
        if id.is_empty() || !known.insert(id.clone()) {
            return Err(refuse(line, format!("id {id:?} is empty or given twice")));
        }
        let point = record[1].parse().ok().zip(record[2].parse().ok());
        let point = point.and_then(|(latitude, longitude)| GeoPoint::from_degrees(latitude, longitude));
        let point = point.ok_or_else(|| {
            refuse(
                line,
                format!(
                    "place {id:?} lies at {:?}, {:?}: degrees north and east are needed",
                    &record[1], &record[2]
                ),
            )
        })?;
        listed.ids.push(id);
        listed.points.push(point);
        if listed.ids.len() > PLACES_MAX {
            return Err(refuse(line, format!("more than {PLACES_MAX} places")));
        }
    }
    if listed.ids.is_empty() {
        return Err(Failure::input(format!("{shown}: no place in it")));
    }
    Ok(listed)
}

/// Rounded up, as in plans.
fn seconds(leg: RoadLeg) -> i64 {
    i64::try_from(leg.milliseconds.div_ceil(1_000)).unwrap_or(i64::MAX)
}

fn meters(leg: RoadLeg) -> i64 {
    i64::try_from(leg.centimeters.div_ceil(100)).unwrap_or(i64::MAX)
}

fn csv_failure(error: csv::Error) -> Failure {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => Failure::Internal(anyhow::anyhow!("{other:?}")),
    }
}
