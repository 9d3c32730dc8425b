//! `roads build`: an OpenStreetMap extract becomes a road file.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use anyhow::Context;
use journeyman_travel::{BuildReport, RoadClass, RoadNetwork, RoadPeriod};

use crate::args::RoadBuildArgs;
use crate::failure::{Failure, Outcome, tell};
use crate::roads::in_file;

/// Builds, writes, and tells what was kept.
pub(crate) fn run(arguments: &RoadBuildArgs) -> Result<Outcome, Failure> {
    let periods = match &arguments.periods {
        Some(file) => read_periods(file)?,
        None => Vec::new(),
    };
    let same = arguments.extract.canonicalize().ok().zip(arguments.out.canonicalize().ok());
    if same.is_some_and(|(extract, out)| extract == out) {
        return Err(Failure::input(format!(
            "{}: the road file would replace the extract",
            arguments.out.display()
        )));
    }
    let built = RoadNetwork::build(&arguments.extract, &periods);
    let (network, report) = built.map_err(|error| in_file(&arguments.extract, &error))?;
    network.save(&arguments.out).map_err(|error| in_file(&arguments.out, &error))?;
    tell(&summary(&network, &report));
    tell("map data (c) OpenStreetMap contributors, Open Database License 1.0: openstreetmap.org/copyright");
    Ok(Outcome::Done)
}

fn summary(network: &RoadNetwork, report: &BuildReport) -> String {
    let mut lines = vec![
        format!(
            "kept {} of {} vertices and {} of {} km: the largest part in which each place can be reached from each",
            report.vertices,
            report.vertices_found,
            report.meters / 1_000,
            report.meters_found / 1_000,
        ),
        format!(
            "{} roads, {} turn restrictions; {} not obeyed (at certain hours, or of roads that are not here)",
            report.roads, report.restrictions, report.restrictions_left,
        ),
    ];
    if network.periods().len() > 1 {
        lines.push(format!("{} periods of the day", network.periods().len()));
    }
    lines.join("\n")
}

/// Periods by the minute at which they start.
fn read_periods(file: &Path) -> Result<Vec<RoadPeriod>, Failure> {
    let opened = File::open(file).with_context(|| file.display().to_string()).map_err(Failure::Input)?;
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(opened);
    let refuse = |line: u64, what: &str| Failure::input(format!("{}: line {line}: {what}", file.display()));
    let header = reader.headers().map_err(|error| refuse(1, &error.to_string()))?;
    if header.iter().ne(["start", "class", "permille"]) {
        return Err(refuse(1, "the header is not `start,class,permille`"));
    }
    let mut periods: BTreeMap<u16, RoadPeriod> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| Failure::input(format!("{}: {error}", file.display())))?;
        let line = record.position().map_or(0, csv::Position::line);
        let (start, class, permille) = (&record[0], &record[1], &record[2]);
        let start_minute =
            minute_of_day(start).ok_or_else(|| refuse(line, &format!("start {start:?} is not HH:MM")))?;
        let permille: u16 =
            permille.parse().ok().filter(|permille| (1_000..=60_000).contains(permille)).ok_or_else(
                || refuse(line, &format!("permille {permille:?} is not within 1000 and 60000")),
            )?;
        let free = RoadPeriod { start_minute, permille: RoadPeriod::FREE };
        let period = periods.entry(start_minute).or_insert(free);
        match (class, RoadClass::of_tag(class)) {
            ("*", _) => period.permille = [permille; RoadClass::COUNT],
            (_, Some(class)) => period.permille[class.index()] = permille,
            (_, None) => {
                return Err(refuse(line, &format!("class {class:?} is no class of road, and not `*`")));
            }
        }
    }
    Ok(periods.into_values().collect())
}

/// `07:30` as minutes after midnight.
pub(super) fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute): (u16, u16) =
        (digits(hour) && digits(minute)).then(|| hour.parse().ok().zip(minute.parse().ok())).flatten()?;
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_strictly() {
        assert_eq!(minute_of_day("07:30"), Some(450));
        for text in ["7:30", "24:00", "07:60", "0730", "+7:30", "07:30 "] {
            assert_eq!(minute_of_day(text), None, "{text}");
        }
    }
}
