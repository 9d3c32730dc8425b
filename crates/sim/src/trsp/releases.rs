//! When the requests of an instance become known.

use std::collections::BTreeMap;

use crate::benchmark::{InstanceError, InstanceErrorKind, number, unexpected, whole};

use super::Instance;

/// By request: when it becomes known, in units; none: before the day begins.
#[derive(Clone, PartialEq, Debug)]
pub struct Releases {
    times: BTreeMap<usize, Option<f64>>,
}

impl Releases {
    /// Reads a release-date file: a table `ID RD` after a line that starts with `ID`; −1 is known at the start.
    ///
    /// # Errors
    /// [`InstanceError`] with the line that is not understood, or with the first request that is missing.
    pub fn read(text: &str, instance: &Instance) -> Result<Self, InstanceError> {
        let last_line = text.lines().count().max(1);
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        let rows = lines.skip_while(|(_, line)| !line.starts_with("ID")).skip(1);
        let mut times = BTreeMap::new();
        for (line, row) in rows.filter(|(_, row)| !row.is_empty()) {
            let wrong = || unexpected("a request and its release date", row).at(line);
            let words: Vec<&str> = row.split_whitespace().collect();
            let [id, date] = words[..] else { return Err(wrong()) };
            let request = whole(id, "number of a request", line)?;
            let time = if date == "-1" { None } else { Some(number(date, "release date", line)?) };
            if !instance.requests().contains(&request) || times.insert(request, time).is_some() {
                return Err(unexpected("a request of the instance, once", id).at(line));
            }
        }
        if times.len() < instance.requests().len() {
            return Err(InstanceErrorKind::Missing("a release date of every request").at(last_line));
        }
        Ok(Self { times })
    }

    /// When a request becomes known, in units; none: before the day begins.
    pub fn of(&self, request: usize) -> Option<f64> {
        self.times.get(&request).copied().flatten()
    }

    /// The requests that are known before the day begins.
    pub fn known(&self) -> Vec<usize> {
        self.times.iter().filter(|(_, time)| time.is_none()).map(|(&request, _)| request).collect()
    }

    /// The moments at which requests become known, in order, with the requests of each.
    pub fn moments(&self) -> Vec<(f64, Vec<usize>)> {
        let mut dated: Vec<(f64, usize)> =
            self.times.iter().filter_map(|(&request, &time)| Some((time?, request))).collect();
        dated.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut moments: Vec<(f64, Vec<usize>)> = Vec::new();
        for (time, request) in dated {
            match moments.last_mut() {
                Some((last, requests)) if *last >= time => requests.push(request),
                _ => moments.push((time, vec![request])),
            }
        }
        moments
    }

    /// Requests that become known during the day, in percent of all.
    pub fn percent_dynamic(&self) -> f64 {
        let dynamic = self.times.values().flatten().count();
        100.0 * dynamic as f64 / self.times.len().max(1) as f64
    }
}
